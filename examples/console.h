/* What the programs that train a network print. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <digitnet/digitnet.h>

/* Says on stderr at what the program failed, with the library's message. Returns EXIT_FAILED. */
int failed(const char *program, const char *what);
/* The table of a model's layers. */
void print_summary(const digitnet_model *model);
/* Which files of these names are in the folder. */
void print_outputs(const char *folder, const char *const *names, size_t count);

#endif
