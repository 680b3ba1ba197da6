#include "read_ink.h"

#include <stdlib.h>

int read_ink(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]) {
    if (read_image(image, path, 3, max_pixels, message))
        return -1;
    size_t pixels = image->width * image->height;
    for (size_t i = 0; i < pixels; i++) {
        uint8_t red = image->pixels[3 * i], green = image->pixels[3 * i + 1];
        image->pixels[i] = red < green ? red : green;
    }
    image->channels = 1;
    uint8_t *smaller = realloc(image->pixels, pixels);
    image->pixels = smaller ? smaller : image->pixels;
    return 0;
}
