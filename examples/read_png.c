#include "read_image.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads the header; 0, or -1 with the decoder's message. */
static int begin(png_image *decoder, const uint8_t *bytes, size_t size, char message[IMAGE_MESSAGE_SIZE]) {
    *decoder = (png_image){.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(decoder, bytes, size)) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PNG: %s", decoder->message);
        return -1;
    }
    /* Of a file that does not say how bright its values are, 16 bits mean what 8 bits mean. */
    decoder->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    return 0;
}

/* Whether most of the picture is transparent and what is drawn on it is light: white ink, which would not be seen on
 * white paper. 1, 0, or -1 with the decoder's message. */
static int is_light_on_nothing(const uint8_t *bytes, size_t size, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]) {
    png_image decoder;
    struct picture image;
    int result = -1;
    if (begin(&decoder, bytes, size, message))
        return -1;
    decoder.format = PNG_FORMAT_GA;
    if (allocate_pixels(&image, decoder.width, decoder.height, 2, max_pixels, message) == 0) {
        if (png_image_finish_read(&decoder, NULL, image.pixels, 0, NULL)) {
            uint64_t visible = 0, light = 0, pixels = (uint64_t)image.width * image.height;
            for (uint64_t i = 0; i < pixels; i++) {
                visible += image.pixels[2 * i + 1];
                light += (uint64_t)image.pixels[2 * i] * image.pixels[2 * i + 1];
            }
            result = visible < pixels * 255 / 2 && light > visible * 255 / 2;
        } else {
            snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PNG: %s", decoder.message);
        }
        free(image.pixels);
    }
    png_image_free(&decoder);
    return result;
}

int read_png(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]) {
    png_image decoder;
    png_color paper = {255, 255, 255};
    int result = 0;
    if (begin(&decoder, bytes, size, message))
        return -1;
    if (decoder.format & PNG_FORMAT_FLAG_ALPHA)
        result = is_light_on_nothing(bytes, size, max_pixels, message);
    if (result == 1)
        paper = (png_color){0, 0, 0};
    decoder.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (result >= 0)
        result = allocate_pixels(image, decoder.width, decoder.height, channels, max_pixels, message);
    /* libpng converts colours to luma, and composes transparent ones on the paper. */
    if (!result && !png_image_finish_read(&decoder, &paper, image->pixels, 0, NULL)) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PNG: %s", decoder.message);
        free(image->pixels);
        result = -1;
    }
    png_image_free(&decoder);
    return result;
}
