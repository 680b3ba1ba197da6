#include "read_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_SIDE 1000000000L

struct reader {
    const uint8_t *next, *end;
};

/* Skips white space, and comments from '#' to the line's end. */
static void skip_space(struct reader *reader) {
    int comment = 0;
    for (; reader->next < reader->end; reader->next++) {
        uint8_t byte = *reader->next;
        comment = byte == '#' || (comment && byte != '\n' && byte != '\r');
        if (!comment && byte != ' ' && (byte < '\t' || byte > '\r'))
            return;
    }
}

/* The decimal number that comes next; -1 where there is none, or it is greater than `most`. */
static long read_decimal(struct reader *reader, long most) {
    long number = -1;
    skip_space(reader);
    for (; reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9'; reader->next++) {
        number = (number < 0 ? 0 : 10 * number) + (*reader->next - '0');
        if (number > most)
            return -1;
    }
    return number;
}

/* One sample of the picture; -1 where there is none. Binary ones above 255 have two bytes, the high one first. */
static long read_sample(struct reader *reader, int binary, long largest) {
    if (!binary)
        return read_decimal(reader, largest);
    size_t bytes = largest > 255 ? 2 : 1;
    if ((size_t)(reader->end - reader->next) < bytes)
        return -1;
    long sample = bytes == 2 ? 256L * reader->next[0] + reader->next[1] : reader->next[0];
    reader->next += bytes;
    return sample > largest ? -1 : sample;
}

int read_pgm(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
             char message[IMAGE_MESSAGE_SIZE]) {
    struct reader reader = {bytes + 2, bytes + size};
    int binary = bytes[1] == '5';
    long width = read_decimal(&reader, LARGEST_SIDE), height = read_decimal(&reader, LARGEST_SIDE);
    long largest = read_decimal(&reader, 65535);
    if (width < 0 || height < 0 || largest < 1 || reader.next == reader.end) {
        snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PGM: no width, height and largest value from 1 to 65535");
        return -1;
    }
    reader.next++; /* one byte of white space ends the header */
    if (allocate_pixels(image, (size_t)width, (size_t)height, channels, max_pixels, message))
        return -1;
    for (size_t i = 0; i < image->width * image->height; i++) {
        long sample = read_sample(&reader, binary, largest);
        if (sample < 0) {
            snprintf(message, IMAGE_MESSAGE_SIZE, "damaged PGM: pixel %zu of %zu is missing or no number up to %ld",
                     i + 1, image->width * image->height, largest);
            free(image->pixels);
            return -1;
        }
        memset(image->pixels + i * channels, (int)((sample * 255 + largest / 2) / largest), channels);
    }
    return 0;
}
