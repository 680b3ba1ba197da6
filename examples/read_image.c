#include "read_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)1 << 30)

int allocate_pixels(struct picture *image, size_t width, size_t height, size_t channels, size_t max_pixels,
                    char message[IMAGE_MESSAGE_SIZE]) {
    *image = (struct picture){.width = width, .height = height, .channels = channels};
    if (width == 0 || height == 0 || width > max_pixels / height || width > SIZE_MAX / height / channels) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "the picture has %zu x %zu pixels; 1 to %zu are read", width, height,
                 max_pixels);
        return -1;
    }
    image->pixels = malloc(width * height * channels);
    if (!image->pixels)
        snprintf(message, IMAGE_MESSAGE_SIZE, "out of memory for %zu x %zu pixels", width, height);
    return image->pixels ? 0 : -1;
}

/* The whole rest of the file; NULL with errno set. */
static uint8_t *read_bytes(size_t *size, FILE *file) {
    size_t capacity = 0;
    uint8_t *bytes = NULL;
    *size = 0;
    do {
        if (*size == capacity) {
            capacity = capacity ? 2 * capacity : (size_t)1 << 16;
            uint8_t *more = capacity <= FILE_LIMIT ? realloc(bytes, capacity) : NULL;
            if (!more) {
                free(bytes);
                errno = capacity <= FILE_LIMIT ? ENOMEM : EFBIG;
                return NULL;
            }
            bytes = more;
        }
        *size += fread(bytes + *size, 1, capacity - *size, file);
    } while (!feof(file) && !ferror(file));
    if (ferror(file)) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

int read_image(struct picture *image, const char *path, size_t channels, size_t max_pixels,
               char message[IMAGE_MESSAGE_SIZE]) {
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xff, 0xd8, 0xff};
    size_t size = 0;
    int result = -1;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file ? read_bytes(&size, file) : NULL;
    if (!bytes)
        snprintf(message, IMAGE_MESSAGE_SIZE, "%s", strerror(errno));
    else if (size >= sizeof png && memcmp(bytes, png, sizeof png) == 0)
        result = read_png(image, bytes, size, channels, max_pixels, message);
    else if (size >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        result = read_jpeg(image, bytes, size, channels, max_pixels, message);
    else if (size >= 2 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5'))
        result = read_pgm(image, bytes, size, channels, max_pixels, message);
    else
        snprintf(message, IMAGE_MESSAGE_SIZE, "%s", size ? "neither PNG nor JPEG nor PGM" : "the file is empty");
    free(bytes);
    if (file)
        fclose(file);
    return result;
}
