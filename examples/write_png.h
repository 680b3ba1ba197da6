/* Pixels as a PNG file. */
#ifndef WRITE_PNG_H
#define WRITE_PNG_H

#include <stddef.h>
#include <stdint.h>

/* Writes pixels, grey for one channel, in colour for three; 0, or -1 with a message. Then no part of the picture is
 * left, but what is no regular file, such as a device, stays. */
int write_png(const char *path, const uint8_t *pixels, size_t width, size_t height, size_t channels);

#endif
