/* Numbers as text, independent of the host's locale. */
#ifndef DNN_CORE_NUMBER_H
#define DNN_CORE_NUMBER_H

#include "core/ieee.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct digitnet__number {
    char text[32];
} digitnet__number;

/* With 15 digits, or the 16 or 17 that it takes to read back as the same double; "nan", "inf", "-inf". */
digitnet__number digitnet__number_text(double value);

/* Reads what digitnet__number_text() writes: the whole string, or false. */
bool digitnet__number_parse(double *value, const char *text);

digitnet__number digitnet__count_text(uint64_t value);
/* Reads what digitnet__count_text() writes, likewise. */
bool digitnet__count_parse(uint64_t *value, const char *text);

#endif
