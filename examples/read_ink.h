/* Pictures of writing, in grey. */
#ifndef READ_INK_H
#define READ_INK_H

#include "read_image.h"

/* Reads a picture as read_image() does, into one channel: of colours the darker one of red and green. So pens of all
 * colours are dark; red ones may be as light as the paper in their luma, and blue is the channel with the most noise.
 */
int read_ink(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]);

#endif
