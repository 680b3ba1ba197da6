/* Places along a rule and across it, whichever way it runs: upright rules as if they lay. */
#ifndef DNN_IMAGE_RULES_VIEW_H
#define DNN_IMAGE_RULES_VIEW_H

#include "image/plane.h"

#include <stdbool.h>

/* A rule's blur, on each side, in pixels. */
#define DNN_RULES_BLUR 1.5
/* A stroke has more ink than the first of these; places of one rule differ by the second. */
enum { DNN_RULES_NOISE = 24, DNN_RULES_LEVEL_NOISE = 16 };

/* Whether ink is clearly more than the usual of a rule, and then a stroke's. */
static inline bool digitnet__rules_is_thicker(double thickness, double usual) {
    return thickness > 1.0 + 1.5 * usual;
}

static inline bool digitnet__rules_is_darker(double level, double usual) {
    return level > DNN_RULES_LEVEL_NOISE + 1.5 * usual;
}

static inline digitnet__point digitnet__rules_turn(digitnet__point p, bool upright) {
    return upright ? (digitnet__point){p.y, p.x} : p;
}

/* None outside the picture. */
static inline uint8_t digitnet__rules_ink_at(const digitnet__plane *ink, bool upright, double along, double across) {
    double column = upright ? across : along, row = upright ? along : across;
    if (!(column >= 0.0 && row >= 0.0 && column < (double)ink->width && row < (double)ink->height))
        return 0;
    return ink->pixels[(size_t)row * ink->width + (size_t)column];
}

#endif
