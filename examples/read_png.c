#include "read_image.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

int read_png(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]) {
    png_image decoder = {.version = PNG_IMAGE_VERSION};
    const png_color white = {255, 255, 255};
    if (!png_image_begin_read_from_memory(&decoder, bytes, size)) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PNG: %s", decoder.message);
        return -1;
    }
    decoder.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    int result = allocate_pixels(image, decoder.width, decoder.height, channels, max_pixels, message);
    /* libpng converts colours to luma, and composes transparent ones on white. */
    if (!result && !png_image_finish_read(&decoder, &white, image->pixels, 0, NULL)) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PNG: %s", decoder.message);
        free(image->pixels);
        result = -1;
    }
    png_image_free(&decoder);
    return result;
}
