/* Printed lines that cross a picture from one edge to the other. */
#ifndef DNN_IMAGE_FRAME_RULES_H
#define DNN_IMAGE_FRAME_RULES_H

#include "image/plane.h"

#include <stdbool.h>

/* How many lines were erased. */
typedef struct digitnet__frame_rules {
    size_t across, down;
    size_t middle; /* of them run where a digit's own strokes may */
} digitnet__frame_rules;

/* Erases lines that run across or down nearly the whole picture, at a slant of a few degrees at most, and thin beside
 * it: all, or, without `with_middle`, those that are no strokes by their place. Strokes that cross them stay.
 * `threshold` is the least ink of a line. */
digitnet__frame_rules digitnet__frame_rules_erase(digitnet__plane *ink, uint8_t threshold, bool with_middle);

#endif
