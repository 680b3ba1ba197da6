/* Pictures of writing, in grey. */
#ifndef READ_INK_H
#define READ_INK_H

#include "read_image.h"

/* A colour as grey in which pens of all colours are dark. It is the luma, but for strong colours: red ink may be as
 * light as the paper in its luma, and light blue ink nearly so. They have little red or little green. Blue alone does
 * not count: there cameras have the most noise. */
uint8_t ink_grey(int red, int green, int blue);

/* Reads a picture as read_image() does, into one channel, by ink_grey(). */
int read_ink(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]);

#endif
