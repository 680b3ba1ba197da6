/* A picture with what was read in it. */
#ifndef DRAW_READING_H
#define DRAW_READING_H

#include "read_image.h"

#include <digitnet/digitnet.h>

/* Writes a PNG file: the picture, a box around each character in the colour of its status, and above it the digit. 0,
 * or -1 with a message. */
int draw_reading(const char *path, const struct picture *image, const digitnet_reading *reading);

#endif
