#include "line_sheet.h"

#include "line_network.h"
#include "write_png.h"

#include <digitnet/digitnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHEET_WIDTH = 1600, SHEET_HEIGHT = 2200, GAP = 6, GROUND = 128, LONGEST_FRAME = 1024 };

struct sheet {
    uint8_t *pixels;
    size_t x, y, row_height; /* where the next picture goes */
};

static void put(struct sheet *sheet, size_t x, size_t y, const uint8_t *pixels, size_t width, size_t height) {
    for (size_t row = 0; row < height; row++)
        memcpy(sheet->pixels + (y + row) * SHEET_WIDTH + x, pixels + row * width, width);
}

/* 0 where the sheet is full. */
static int put_line(struct sheet *sheet, const struct drawn_line *line, const uint8_t *strip, size_t strip_width) {
    size_t width = line->width > strip_width ? line->width : strip_width,
           height = line->height + STRIP_HEIGHT + GAP / 2;
    if (sheet->x + width > SHEET_WIDTH) {
        sheet->x = 0;
        sheet->y += sheet->row_height + GAP;
        sheet->row_height = 0;
    }
    if (sheet->y + height > SHEET_HEIGHT)
        return 0;
    put(sheet, sheet->x, sheet->y, line->pixels, line->width, line->height);
    put(sheet, sheet->x, sheet->y + line->height + GAP / 2, strip, strip_width, STRIP_HEIGHT);
    sheet->x += width + GAP;
    sheet->row_height = height > sheet->row_height ? height : sheet->row_height;
    return 1;
}

static void fill(struct sheet *sheet, struct line_canvas *canvas, const struct line_material *material, uint64_t seed) {
    static float frame[STRIP_HEIGHT * LONGEST_FRAME];
    static uint8_t strip[STRIP_HEIGHT * LONGEST_FRAME];
    struct drawn_line line;
    size_t width;
    uint64_t i = 0;
    do {
        struct draw_random random = seed_random(seed, i++);
        draw_digit_line(&line, canvas, material, MOST_LINE_DIGITS, &random);
        if (digitnet_image_frame_line(
                frame, sizeof frame / sizeof *frame, &width,
                DIGITNET_WITH(digitnet_image, .pixels = line.pixels, .width = line.width, .height = line.height)))
            width = 0;
        for (size_t k = 0; k < STRIP_HEIGHT * width; k++)
            strip[k] = (uint8_t)(255 - 255 * frame[k]);
    } while (put_line(sheet, &line, strip, width));
}

int write_line_sheet(const char *path, const struct line_material *material, uint64_t seed) {
    struct sheet sheet = {.pixels = malloc((size_t)SHEET_WIDTH * SHEET_HEIGHT)};
    struct line_canvas canvas;
    int code = make_line_canvas(&canvas);
    if (!code && sheet.pixels) {
        memset(sheet.pixels, GROUND, (size_t)SHEET_WIDTH * SHEET_HEIGHT);
        fill(&sheet, &canvas, material, seed);
        code = write_png(path, sheet.pixels, SHEET_WIDTH, SHEET_HEIGHT, 1);
    } else {
        fputs("out of memory for a sheet\n", stderr);
        code = -1;
    }
    free_line_canvas(&canvas);
    free(sheet.pixels);
    return code;
}
