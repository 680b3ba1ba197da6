#include "draw_reading.h"

#include "write_png.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, CHANNELS = 3 };

/* Rows of the digits, the left pixel in the highest of five bits. */
static const uint8_t glyphs[10][GLYPH_HEIGHT] = {
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},    {14, 17, 1, 6, 8, 16, 31},  {31, 2, 4, 2, 1, 17, 14},
    {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14}, {6, 8, 16, 30, 17, 17, 14}, {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12},
};

/* Okabe and Ito's blue, orange and reddish purple, which people with any kind of colour vision tell apart. */
static const uint8_t colours[][CHANNELS] = {[DIGITNET_READING_OK] = {0, 114, 178},
                                            [DIGITNET_READING_UNSURE] = {230, 159, 0},
                                            [DIGITNET_READING_NO_DIGITS] = {204, 121, 167}};

struct canvas {
    size_t width, height;
    uint8_t *pixels;
};

static void dot(struct canvas *canvas, double x, double y, size_t size, const uint8_t *colour) {
    for (size_t i = 0; i < size * size; i++) {
        double column = floor(x) + (double)(i % size), row = floor(y) + (double)(i / size);
        if (column >= 0 && row >= 0 && column < (double)canvas->width && row < (double)canvas->height)
            memcpy(canvas->pixels + ((size_t)row * canvas->width + (size_t)column) * CHANNELS, colour, CHANNELS);
    }
}

static void edge(struct canvas *canvas, digitnet_place from, digitnet_place to, size_t pen, const uint8_t *colour) {
    double steps = ceil(fmax(fabs(to.x - from.x), fabs(to.y - from.y))) + 1;
    for (double i = 0; i <= steps; i++)
        dot(canvas, from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps, pen, colour);
}

static void box(struct canvas *canvas, const digitnet_place corners[4], size_t pen, const uint8_t *colour) {
    for (size_t i = 0; i < 4; i++)
        edge(canvas, corners[i], corners[(i + 1) % 4], pen, colour);
}

/* The digit, standing on the middle of the box's upper edge. */
static void label(struct canvas *canvas, const digitnet_reading_character *character, size_t pen,
                  const uint8_t *colour) {
    const digitnet_place *corners = character->corners;
    double left = (corners[0].x + corners[1].x) / 2 - (double)(GLYPH_WIDTH * pen) / 2;
    double top = (corners[0].y + corners[1].y) / 2 - (double)((GLYPH_HEIGHT + 1) * pen);
    for (size_t row = 0; row < GLYPH_HEIGHT; row++)
        for (size_t column = 0; column < GLYPH_WIDTH; column++)
            if (glyphs[character->digit][row] >> (GLYPH_WIDTH - 1 - column) & 1)
                dot(canvas, left + (double)(column * pen), top + (double)(row * pen), pen, colour);
}

static void draw_line(struct canvas *canvas, const digitnet_reading *reading, size_t line, size_t pen) {
    digitnet_reading_line info = DIGITNET_INIT(digitnet_reading_line);
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    if (digitnet_reading_describe_line(&info, reading, line))
        return;
    for (size_t i = 0; i < info.characters; i++) {
        if (digitnet_reading_describe_character(&character, reading, line, i))
            continue;
        box(canvas, character.corners, pen, colours[character.status]);
        if (character.digit >= 0)
            label(canvas, &character, pen, colours[character.status]);
    }
    if (info.characters != 1 || character.status != info.status)
        box(canvas, info.corners, pen, colours[info.status]);
}

int draw_reading(const char *path, const struct picture *image, const digitnet_reading *reading) {
    struct canvas canvas = {image->width, image->height, malloc(image->width * image->height * CHANNELS)};
    if (!canvas.pixels) {
        fprintf(stderr, "%s: out of memory\n", path);
        return -1;
    }
    for (size_t i = 0; i < image->width * image->height; i++)
        memset(canvas.pixels + i * CHANNELS, image->pixels[i], CHANNELS);
    size_t pen = 1 + (image->width > image->height ? image->width : image->height) / 1000;
    for (size_t line = 0; line < digitnet_reading_line_count(reading); line++)
        draw_line(&canvas, reading, line, pen);
    int result = write_png(path, canvas.pixels, canvas.width, canvas.height, CHANNELS);
    free(canvas.pixels);
    return result;
}
