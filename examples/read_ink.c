#include "read_ink.h"

#include <stdlib.h>

/* How much darker than the luma red or green is in pictures without colours: JPEG keeps colours coarsely, and lamps
 * have some. Chosen on the odd-numbered tables of the data that tests/accuracy measures. */
enum { COLOURLESS = 16 };

uint8_t ink_grey(int red, int green, int blue) {
    /* ITU-R BT.601. */
    int luma = (299 * red + 587 * green + 114 * blue + 500) / 1000;
    int colour = (red < green ? red : green) + COLOURLESS;
    return (uint8_t)(colour < luma ? colour : luma);
}

int read_ink(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]) {
    if (read_image(image, path, 3, max_pixels, message))
        return -1;
    size_t pixels = image->width * image->height;
    for (size_t i = 0; i < pixels; i++)
        image->pixels[i] = ink_grey(image->pixels[3 * i], image->pixels[3 * i + 1], image->pixels[3 * i + 2]);
    image->channels = 1;
    uint8_t *smaller = realloc(image->pixels, pixels);
    image->pixels = smaller ? smaller : image->pixels;
    return 0;
}
