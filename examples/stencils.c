#include "stencils.h"

#include <stdlib.h>
#include <string.h>

enum { PRINTED_HEIGHT = 48, MOST_PRINTED_SIDE = 100, FAINT = 25 };

static int add_stencil(struct stencils *stencils, const uint8_t *pixels, int stride, struct stencil form) {
    if (stencils->count == stencils->capacity) {
        size_t capacity = stencils->capacity ? 2 * stencils->capacity : 1024;
        struct stencil *more = realloc(stencils->items, capacity * sizeof *more);
        if (!more)
            return digitnet_set_error("out of memory for digits"), -1;
        stencils->items = more;
        stencils->capacity = capacity;
    }
    size_t width = (size_t)form.width, height = (size_t)form.height;
    form.pixels = malloc(width * height);
    if (!form.pixels)
        return digitnet_set_error("out of memory for a digit"), -1;
    for (size_t row = 0; row < height; row++)
        memcpy(form.pixels + row * width, pixels + row * (size_t)stride, width);
    stencils->items[stencils->count++] = form;
    return 0;
}

/* Rows or columns without ink at the edges are left out. */
static int add_cut(struct stencils *stencils, const uint8_t *pixels, int width, int height, int32_t label) {
    int left = width, right = 0, top = height, bottom = 0;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            if (pixels[y * width + x] < FAINT)
                continue;
            left = x < left ? x : left;
            right = x >= right ? x + 1 : right;
            top = y < top ? y : top;
            bottom = y + 1;
        }
    }
    if (right == 0)
        return 0;
    return add_stencil(stencils, pixels + top * width + left, width,
                       (struct stencil){.width = right - left, .height = bottom - top, .label = label});
}

int add_written(struct stencils *stencils, const digitnet_dataset *digits, size_t first, size_t step) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    if (digitnet_dataset_describe(&info, digits))
        return -1;
    size_t values = info.height * info.width;
    float *image = malloc(values * sizeof *image);
    uint8_t *pixels = malloc(values);
    int code = image && pixels ? 0 : (digitnet_set_error("out of memory for an image"), -1);
    for (size_t i = first; i < info.count && !code; i += step) {
        int32_t label;
        code = digitnet_dataset_read(image, values, &label, 1, digits, i, 1) ? -1 : 0;
        for (size_t j = 0; j < values && !code; j++)
            pixels[j] = (uint8_t)(255 * image[j] + 0.5f);
        if (!code)
            code = add_cut(stencils, pixels, (int)info.width, (int)info.height, label);
    }
    free(pixels);
    free(image);
    return code;
}

int add_printed(struct stencils *stencils, struct fonts *fonts, const char *text) {
    for (size_t font = 0; font < font_count(); font++) {
        for (int32_t i = 0; text[i]; i++) {
            struct printed printed;
            if (draw_printed(&printed, fonts, font, (uint32_t)text[i], PRINTED_HEIGHT) ||
                printed.width > MOST_PRINTED_SIDE || printed.height > MOST_PRINTED_SIDE)
                continue;
            if (add_cut(stencils, printed.pixels, (int)printed.width, (int)printed.height, i))
                return -1;
        }
    }
    return 0;
}

void free_stencils(struct stencils *stencils) {
    for (size_t i = 0; i < stencils->count; i++)
        free(stencils->items[i].pixels);
    free(stencils->items);
    *stencils = (struct stencils){.count = 0};
}
