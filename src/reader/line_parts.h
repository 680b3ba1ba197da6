/* A line, taken apart where it ends in a fraction, and what each part may say. */
#ifndef DNN_READER_LINE_PARTS_H
#define DNN_READER_LINE_PARTS_H

#include "image/fraction.h"
#include "reader/line_views.h"

/* The whole line, or a part of one with a fraction. */
typedef struct digitnet__line_part {
    size_t width, height; /* of its ink */
    digitnet__line_views views;
    const digitnet__line_candidate *chosen; /* NULL before the line's text is chosen */
} digitnet__line_part;

typedef struct digitnet__line_parts {
    digitnet__line_part items[DNN_FRACTION_PARTS];
    size_t count;                /* 1, or that of a fraction's parts */
    digitnet__fraction fraction; /* nothing where there is none */
} digitnet__line_parts;

/* Reads the line that `ink` holds, from which this erases what does not belong to digits: as a number with hundredths
 * where it ends in a fraction over 100, else in one. ENOTFOUND where it holds no line; ELIMIT where it is too long;
 * ENOMEM. To be released after a success. */
digitnet_status digitnet__line_parts_read(digitnet__line_parts *parts, digitnet__plane *ink,
                                          const digitnet__line_search *search);
void digitnet__line_parts_release(digitnet__line_parts *parts);

/* The digits that were chosen. */
size_t digitnet__line_parts_digits(const digitnet__line_parts *parts);

#endif
