/* How dark ink is. */
#ifndef DNN_IMAGE_INK_LEVEL_H
#define DNN_IMAGE_INK_LEVEL_H

#include "image/plane.h"

/* The least ink of a pixel that belongs to a stroke rather than to the paper's noise; 0 where there is no stroke. */
uint8_t digitnet__stroke_threshold(const digitnet__plane *ink);

/* The ink that nine tenths of the pixels from `threshold` on do not exceed becomes 255. */
void digitnet__stretch_ink(digitnet__plane *ink, uint8_t threshold);

#endif
