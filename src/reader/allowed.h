/* The digits that the caller lets stand. */
#ifndef DNN_READER_ALLOWED_H
#define DNN_READER_ALLOWED_H

#include "digitnet/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { DNN_DIGITS = 10 };

typedef struct digitnet__allowed {
    bool all, digits[DNN_DIGITS];
} digitnet__allowed;

/* Reads digits as in "0123456789"; NULL is all. EINVAL for other characters, or none. */
digitnet_status digitnet__allowed_read(digitnet__allowed *out, const char *text, const char *where);

/* Makes the probabilities of ten digits, and of a last class where `outputs` is 11, those given that no other digit
 * stands there; returns how probable that was. */
double digitnet__allowed_apply(float *scores, size_t outputs, const digitnet__allowed *allowed);

/* Whether that is so improbable that something else may well stand there. */
bool digitnet__allowed_doubt(double probability);

#endif
