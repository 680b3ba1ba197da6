/* Reads any bytes as a picture, as mnist_predict does, and brings what is read into a digit's frame. */
#include "../../examples/read_image.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Framing takes about ten bytes a pixel. */
#define MAX_PIXELS ((size_t)1 << 14)
const size_t memory_limit = 16 * MAX_PIXELS;
const time_t time_limit = 1;

static void store_32(uint8_t *bytes, uint32_t number) {
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

static uint32_t load_32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Sets the checksums of a PNG file's chunks right, without which libpng would look no further. */
static void mend_png(uint8_t *file, size_t size) {
    for (size_t at = 8; size >= 12 && at <= size - 12;) {
        size_t length = load_32(file + at);
        if (length > size - 12 - at)
            return;
        store_32(file + at + 8 + length, (uint32_t)crc32_z(crc32_z(0, NULL, 0), file + at + 4, 4 + length));
        at += 12 + length;
    }
}

static void frame(const struct picture *image) {
    float framed[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    size_t values = sizeof framed / sizeof *framed;
    digitnet_image picture = DIGITNET_INIT(digitnet_image);
    picture.pixels = image->pixels;
    picture.width = image->width;
    picture.height = image->height;
    digitnet_status status = digitnet_image_frame_digit(framed, values, &picture);
    REQUIRE(status == DIGITNET_OK || status == DIGITNET_ENOTFOUND);
    for (size_t i = 0; status == DIGITNET_OK && i < values; i++)
        REQUIRE(framed[i] >= 0 && framed[i] <= 1);
}

void try_input(const uint8_t *data, size_t size) {
    static memory_file file;
    char message[IMAGE_MESSAGE_SIZE] = "";
    struct picture image;
    size_t channels = size % 2 ? 1 : 3;
    uint8_t *bytes = malloc(size + 1);
    REQUIRE(bytes != NULL);
    if (size > 0)
        memcpy(bytes, data, size);
    if (size >= 4 && memcmp(data, "\x89PNG", 4) == 0)
        mend_png(bytes, size);
    fill_memory_file(&file, bytes, size);
    free(bytes);
    if (read_image(&image, file.path, channels, MAX_PIXELS, message)) {
        REQUIRE(message[0] != '\0' && memchr(message, 0, sizeof message) != NULL);
        return;
    }
    REQUIRE(image.width > 0 && image.height > 0 && image.width <= MAX_PIXELS / image.height);
    if (channels == 1)
        frame(&image);
    free(image.pixels);
}
