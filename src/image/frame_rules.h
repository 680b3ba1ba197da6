/* Printed lines that cross a picture from one edge to the other. */
#ifndef DNN_IMAGE_FRAME_RULES_H
#define DNN_IMAGE_FRAME_RULES_H

#include "image/plane.h"

/* Erases lines that run across or down nearly the whole picture, at a slant of a few degrees at most, and thin beside
 * it. Strokes that cross them stay. `threshold` is the least ink of a line. Returns how many lines there were. */
size_t digitnet__frame_rules_erase(digitnet__plane *ink, uint8_t threshold);

#endif
