/* Grey pixels from PNG, JPEG and PGM files. Files may hold anything: what is no picture gives a message. */
#ifndef READ_IMAGE_H
#define READ_IMAGE_H

#include <stddef.h>
#include <stdint.h>

enum { IMAGE_MESSAGE_SIZE = 256 };

struct grey_image {
    size_t width, height;
    uint8_t *pixels; /* height x width, 0 black to 255 white; the caller's to free() */
};

/* Reads a file of any of the kinds, told apart by its first bytes. Colours become their luma, and what is transparent
 * white. A picture of more than `max_pixels` is refused before memory is taken for it. Returns 0, or -1 with the reason
 * in `message`. */
int read_image(struct grey_image *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]);

/* The same from the bytes of a file of one kind. */
int read_png(struct grey_image *image, const uint8_t *bytes, size_t size, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]);
int read_jpeg(struct grey_image *image, const uint8_t *bytes, size_t size, size_t max_pixels,
              char message[IMAGE_MESSAGE_SIZE]);
int read_pgm(struct grey_image *image, const uint8_t *bytes, size_t size, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]);

/* Memory for width x height pixels; 0, or -1 with a message. */
int allocate_pixels(struct grey_image *image, size_t width, size_t height, size_t max_pixels,
                    char message[IMAGE_MESSAGE_SIZE]);

#endif
