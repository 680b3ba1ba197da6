/* Words of a line: what stands apart in it. */
#ifndef DNN_IMAGE_WORDS_H
#define DNN_IMAGE_WORDS_H

#include "image/plane.h"

/* The columns first .. end - 1 of a line's ink, and how many rows its ink is high. */
typedef struct digitnet__word {
    size_t first, end, height;
} digitnet__word;

/* Finds the words between which at least `gap` columns have no ink, from left to right. ENOMEM. They are to be released
 * after a success. */
digitnet_status digitnet__words_find(digitnet__word **words, size_t *count, const digitnet__plane *ink, double gap);

#endif
