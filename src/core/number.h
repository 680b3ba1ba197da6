/* Numbers as text, independent of the host's locale. */
#ifndef DNN_CORE_NUMBER_H
#define DNN_CORE_NUMBER_H

#include <stdbool.h>

typedef struct dnn_number {
    char text[32];
} dnn_number;

/* With 15 digits, or the 16 or 17 that it takes to read back as the same double; "nan", "inf", "-inf". */
dnn_number dnn_number_text(double value);

/* Reads what dnn_number_text() writes: the whole string, or false. */
bool dnn_number_parse(double *value, const char *text);

#endif
