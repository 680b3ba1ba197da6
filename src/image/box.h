/* An upright rectangle of pixels. */
#ifndef DNN_IMAGE_BOX_H
#define DNN_IMAGE_BOX_H

#include "core/ieee.h"

#include <stddef.h>

/* Columns left .. left + width - 1, rows top .. top + height - 1. */
typedef struct digitnet__box {
    size_t left, top, width, height;
} digitnet__box;

/* Widens `box` to hold `other` too. */
void digitnet__box_unite(digitnet__box *box, const digitnet__box *other);

/* How many rows, or columns, first .. end - 1 and other_first .. other_end - 1 have in common. */
size_t digitnet__overlap(size_t first, size_t end, size_t other_first, size_t other_end);

#endif
