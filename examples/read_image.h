/* Pixels from PNG, JPEG and PGM files, grey or in colour. Files may hold anything: what is no picture gives a message.
 */
#ifndef READ_IMAGE_H
#define READ_IMAGE_H

#include <stddef.h>
#include <stdint.h>

enum { IMAGE_MESSAGE_SIZE = 256 };

struct picture {
    size_t width, height, channels; /* 1: grey; 3: red, green and blue */
    uint8_t *pixels;                /* height x width x channels, 0 dark to 255 light; the caller's to free() */
};

/* Reads a file of any of the kinds, told apart by its first bytes. With 1 for `channels` colours become their
 * luma, with 3 grey becomes three of the same; what is transparent becomes white, or black where most of the picture is
 * and the rest is light. A picture of more than `max_pixels` is refused before memory is taken for it. Returns 0, or -1
 * with the reason in `message`. */
int read_image(struct picture *image, const char *path, size_t channels, size_t max_pixels,
               char message[IMAGE_MESSAGE_SIZE]);

/* The same from the bytes of a file of one kind. */
int read_png(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]);
int read_jpeg(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
              char message[IMAGE_MESSAGE_SIZE]);
int read_pgm(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]);

/* Memory for width x height x channels values; 0, or -1 with a message. */
int allocate_pixels(struct picture *image, size_t width, size_t height, size_t channels, size_t max_pixels,
                    char message[IMAGE_MESSAGE_SIZE]);

#endif
