/* Models with a number in their weights, so that a file tells which save it came from, and whether it is whole. */
#ifndef GENERATIONS_H
#define GENERATIONS_H

#include "digitnet/digitnet.h"

/* About 100 kB as a file: weights, and the optimizer's state. */
digitnet_model *make_numbered_model(void);
/* Sets all its weights to the number. */
digitnet_status number_model(digitnet_model *model, size_t number);
/* The number that all weights of the file have; EFORMAT where they differ. */
digitnet_status load_number(size_t *number, const char *path);
/* The same, where it must be there. */
size_t read_number(const char *path);

#endif
