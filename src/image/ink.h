/* Where a picture of a digit has ink, and how strong it is. */
#ifndef DNN_IMAGE_INK_H
#define DNN_IMAGE_INK_H

#include <stdbool.h>
#include <stddef.h>

#include "digitnet/image.h"

/* Columns left .. left + width - 1, rows top .. top + height - 1. */
typedef struct dnn_box {
    size_t left, top, width, height;
} dnn_box;

/* The ink of a picture, or of its region that was looked at, perhaps reduced in size. */
typedef struct dnn_ink {
    /* `height` x `width` values from 0, paper, to 1, full ink. Specks and everything else that is not the digit are 0.
     */
    float *values;
    size_t width, height;
    /* The digit. */
    dnn_box box;
} dnn_ink;

/* Finds the ink. ENOTFOUND where there is none; ENOMEM. `ink` is to be released after a success. */
digitnet_status dnn_ink_find(dnn_ink *ink, const digitnet_image *image);
void dnn_ink_release(dnn_ink *ink);

#endif
