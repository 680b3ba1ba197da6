/* Whether the ink of a single digit is darker or lighter than its paper. */
#ifndef DNN_IMAGE_DIGIT_POLARITY_H
#define DNN_IMAGE_DIGIT_POLARITY_H

#include "image/plane.h"

#include <stdbool.h>

/* Looks for what is narrow: strokes, and not the paper around them, even where there is more ink than paper, or a
 * shadow. ENOMEM. */
digitnet_status digitnet__digit_polarity_find(bool *dark, const digitnet__plane *picture);

#endif
