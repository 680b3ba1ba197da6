/* Where a picture of a digit has ink, and how strong it is. */
#ifndef DNN_IMAGE_DIGIT_INK_H
#define DNN_IMAGE_DIGIT_INK_H

#include "digitnet/image.h"
#include "image/box.h"
#include "image/plane.h"

#include <stddef.h>

/* The ink of a picture, or of its region that was looked at, perhaps reduced in size. */
typedef struct digitnet__digit_ink {
    /* `height` x `width` values from 0, paper, to 1, full ink. Specks and everything else that is not the digit are 0.
     */
    float *values;
    size_t width, height;
    /* The digit. */
    digitnet__box box;
    /* How many pieces as high as digits stand side by side, one of them the digit. */
    size_t digits;
} digitnet__digit_ink;

/* Finds the ink. ENOTFOUND where there is none; ENOMEM. `ink` is to be released after a success. */
digitnet_status digitnet__digit_ink_find(digitnet__digit_ink *ink, const digitnet_image *image);
/* The same in a map of ink, 0 paper to 255, which is used up. The message of ENOTFOUND is the caller's. */
digitnet_status digitnet__digit_ink_find_in(digitnet__digit_ink *ink, digitnet__plane *map);
void digitnet__digit_ink_release(digitnet__digit_ink *ink);

#endif
