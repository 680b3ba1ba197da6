/* Printed rules along a line of digits: below it, around it, through it. */
#ifndef DNN_IMAGE_LINE_RULES_H
#define DNN_IMAGE_LINE_RULES_H

#include "image/plane.h"

/* Erases rules from left to right that are far longer than a digit is wide, but for the places where strokes cross
 * them or stand on them. `threshold` is the least ink of a stroke. ENOMEM. */
digitnet_status digitnet__line_erase_rules(digitnet__plane *ink, uint8_t threshold);

#endif
