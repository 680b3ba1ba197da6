/* How much ink strokes have in a picture of one digit. */
#ifndef DNN_IMAGE_DIGIT_LEVELS_H
#define DNN_IMAGE_DIGIT_LEVELS_H

#include "image/plane.h"

#include <stdbool.h>

/* In parts of 255: full ink, where a stroke begins, where its edge ends. */
typedef struct digitnet__digit_levels {
    uint8_t full, stroke, edge;
} digitnet__digit_levels;

/* False where there is no ink. */
bool digitnet__digit_levels_find(digitnet__digit_levels *out, const digitnet__plane *ink);

#endif
