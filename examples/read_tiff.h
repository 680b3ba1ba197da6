/* Pixels from TIFF files, as scanners and faxes make them. */
#ifndef READ_TIFF_H
#define READ_TIFF_H

#include "read_ink.h"

/* Whether the file begins as TIFF files do. */
int is_tiff(const char *path);
/* Reads the first picture of a file, upright, as read_ink() reads others. */
int read_tiff(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]);

#endif
