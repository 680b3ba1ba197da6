/* Pictures in another size. */
#ifndef RESIZE_H
#define RESIZE_H

#include "read_image.h"

/* Writes the picture as height x width pixels of as many channels, stretched where the shapes differ: along an axis
 * that becomes shorter each pixel is the mean of the area it covers, along another one it is interpolated linearly. 0,
 * or -1 without memory. */
int resize_picture(uint8_t *pixels, size_t height, size_t width, const struct picture *picture);

#endif
