/* What a training is made of, but for its state, value by value: its settings and the place in it, each by its key, as
 * text. Model files keep them so, and the ranks of a fit compare them. */
#ifndef DNN_TRAINING_TRAINING_KEYS_H
#define DNN_TRAINING_TRAINING_KEYS_H

#include "model/training.h"

#include <stdbool.h>

/* More keys than there are; digits of a number; numbers in a list. */
enum { DNN_TRAINING_KEYS_MAX = 96, DNN_TRAINING_NUMBER_MAX = 31, DNN_TRAINING_LIST_MAX = DIGITNET_SCHEDULE_BOUNDARIES };

/* A number, a name, or several numbers with commas between them. */
typedef struct digitnet__training_text {
    char text[DNN_TRAINING_LIST_MAX * (DNN_TRAINING_NUMBER_MAX + 1)];
} digitnet__training_text;

/* The key at an index; NULL past the last. */
const char *digitnet__training_key(size_t index);
/* The value that a training without the key has; NULL: each must have it. */
const char *digitnet__training_key_fallback(size_t index);
/* The most characters that the value's text may have. */
size_t digitnet__training_key_length(size_t index);
digitnet__training_text digitnet__training_key_text(const digitnet__training *training, size_t index);
/* False where the text is no value that this key can have. */
bool digitnet__training_key_parse(digitnet__training *training, size_t index, digitnet__training_text text);

#endif
