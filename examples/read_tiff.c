#include "read_tiff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

int is_tiff(const char *path) {
    unsigned char start[4] = {0};
    FILE *file = fopen(path, "rb");
    size_t count = file ? fread(start, 1, sizeof start, file) : 0;
    if (file)
        fclose(file);
    return count == sizeof start && (memcmp(start, "II*\0", 4) == 0 || memcmp(start, "MM\0*", 4) == 0 ||
                                     memcmp(start, "II+\0", 4) == 0 || memcmp(start, "MM\0+", 4) == 0);
}

/* libtiff prints what it has to say, unless it is given somebody to say it to. */
static char last_error[IMAGE_MESSAGE_SIZE];

static void keep_error(const char *module, const char *format, va_list arguments) {
    (void)module;
    vsnprintf(last_error, sizeof last_error, format, arguments);
}

/* On white paper where the picture is transparent; colours are multiplied by the alpha. */
static uint8_t grey(uint32_t pixel) {
    int paper = 255 - (int)TIFFGetA(pixel);
    return ink_grey((int)TIFFGetR(pixel) + paper, (int)TIFFGetG(pixel) + paper, (int)TIFFGetB(pixel) + paper);
}

static int read_pixels(struct picture *image, TIFF *file, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]) {
    uint32_t width = 0, height = 0, *pixels = NULL;
    uint16_t photometric = 0;
    TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
    if (TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &photometric) && photometric == PHOTOMETRIC_SEPARATED) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "a TIFF of inks (CMYK), which is not read: convert it to grey or RGB");
        return -1;
    }
    if (allocate_pixels(image, width, height, 1, max_pixels, message))
        return -1;
    pixels = malloc(image->width * image->height * sizeof *pixels);
    if (!pixels)
        snprintf(message, IMAGE_MESSAGE_SIZE, "out of memory for %zu x %zu pixels", image->width, image->height);
    int done = pixels && TIFFReadRGBAImageOriented(file, width, height, pixels, ORIENTATION_TOPLEFT, 1);
    for (size_t i = 0; done && i < image->width * image->height; i++)
        image->pixels[i] = grey(pixels[i]);
    free(pixels);
    if (!done)
        free(image->pixels);
    return done ? 0 : -1;
}

int read_tiff(struct picture *image, const char *path, size_t max_pixels, char message[IMAGE_MESSAGE_SIZE]) {
    TIFFSetErrorHandler(keep_error);
    TIFFSetWarningHandler(NULL);
    last_error[0] = message[0] = '\0';
    TIFF *file = TIFFOpen(path, "r");
    int result = file ? read_pixels(image, file, max_pixels, message) : -1;
    if (file)
        TIFFClose(file);
    if (result && message[0] == '\0')
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged TIFF: %.200s", last_error);
    return result;
}
