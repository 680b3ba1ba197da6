/* A fraction at the end of a number, as an amount's cents over 100: its numbers are smaller, and stand one above the
 * other with a bar between them, or raised and lowered beside a slash. */
#ifndef DNN_IMAGE_FRACTION_H
#define DNN_IMAGE_FRACTION_H

#include "image/box.h"
#include "image/plane.h"

enum { DNN_FRACTION_WHOLE, DNN_FRACTION_NUMERATOR, DNN_FRACTION_DENOMINATOR, DNN_FRACTION_PARTS };

typedef struct digitnet__fraction {
    digitnet__plane parts[DNN_FRACTION_PARTS]; /* as large as the picture, each with its own ink alone */
    digitnet__box divider;                     /* where the bar or slash is */
} digitnet__fraction;

/* Takes apart what looks like a number with a fraction at its end; whether it is one, only reading it says. `threshold`
 * is the least ink of a stroke. ENOTFOUND where the line that `ink` holds has none; ENOMEM, ELIMIT. To be released
 * after a success. */
digitnet_status digitnet__fraction_find(digitnet__fraction *out, const digitnet__plane *ink, uint8_t threshold);
void digitnet__fraction_release(digitnet__fraction *fraction);

#endif
