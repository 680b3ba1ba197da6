/* Whether ink is darker or lighter than paper. */
#ifndef DNN_IMAGE_POLARITY_H
#define DNN_IMAGE_POLARITY_H

#include "image/plane.h"

#include <stdbool.h>

/* Looks for what is narrow: strokes, and not the paper around them, even where there is more ink than paper, or a
 * shadow. ENOMEM. */
digitnet_status digitnet__polarity_find(bool *dark, const digitnet__plane *picture);

#endif
