#include "line_material.h"

#include "fonts.h"
#include "framed_digits.h"
#include "own_pictures.h"
#include "stencils.h"
#include "table_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WRITTEN, /* the order of the sources; then one for each font */
    HELD_OUT,
    SEMEION,
    OPTDIGITS,
    CELLS,
    OWN,
    SIGNS, /* no digits */
    FIRST_FONT,
    HELD_OUT_DIGITS = 5000,
    GLYPH_DIGIT = 20, /* a digit's longer side in MNIST's frame */
    PIXELS = GLYPH_SIDE * GLYPH_SIDE
};

/* What is printed beside numbers and looks like no digit: currencies, and letters of units and names. */
static const uint32_t signs[] = {'$', '$', '$', 0x20ac, 0xa3, 0xa5, '#', '#', '*', '%', 'A', 'E', 'F', 'H', 'K',
                                 'M', 'N', 'P', 'R',    'T',  'U',  'V', 'X', 'h', 'k', 'm', 'n', 'p', 'u', 'x'};

/* The parts of the lines that are of each source; fonts share theirs. */
static const float weights[FIRST_FONT] = {
    [WRITTEN] = 0.66f, [SEMEION] = 0.08f, [OPTDIGITS] = 0.08f, [CELLS] = 0.08f, [OWN] = 0.1f};
#define FONTS_WEIGHT 0.1f
/* Semeion's digits were stretched to squares. */
#define SEMEION_WIDTH 0.7f

/* Brings a stencil into MNIST's frame: each pixel is the mean of 4 x 4 places. */
static void frame_stencil(uint8_t *pixels, const struct stencil *stencil, float stretch) {
    enum { PLACES = 4 };
    float wide = (float)stencil->width * stretch, longer = fmaxf(wide, (float)stencil->height);
    float down = longer / GLYPH_DIGIT, across = down / stretch;
    for (int i = 0; i < PIXELS; i++) {
        int sum = 0;
        for (int k = 0; k < PLACES * PLACES; k++) {
            float x = (float)(i % GLYPH_SIDE) + ((float)(k % PLACES) + 0.5f) / PLACES - GLYPH_SIDE / 2.0f;
            float y = (float)(i / GLYPH_SIDE) + ((float)(k / PLACES) + 0.5f) / PLACES - GLYPH_SIDE / 2.0f;
            int column = (int)floorf(x * across + (float)stencil->width / 2);
            int row = (int)floorf(y * down + (float)stencil->height / 2);
            if (column >= 0 && row >= 0 && column < stencil->width && row < stencil->height)
                sum += stencil->pixels[row * stencil->width + column];
        }
        pixels[i] = (uint8_t)(sum / (PLACES * PLACES));
    }
}

static digitnet_status add_stencils(struct glyphs *glyphs, const struct stencils *stencils, float stretch) {
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < stencils->count && !status; i++) {
        uint8_t pixels[PIXELS];
        frame_stencil(pixels, &stencils->items[i], stretch);
        status = add_glyph(glyphs, pixels, stencils->items[i].label);
    }
    return status;
}

static digitnet_status add_mnist(struct glyphs *sources, const char *folder) {
    digitnet_dataset *digits;
    digitnet_status status = digitnet_dataset_load_mnist(&digits, NULL, folder);
    if (status)
        return status;
    size_t count = digitnet_dataset_count(digits);
    size_t kept = count > HELD_OUT_DIGITS ? count - HELD_OUT_DIGITS : 0;
    status = add_framed(&sources[WRITTEN], digits, 0, kept);
    if (!status)
        status = add_framed(&sources[HELD_OUT], digits, kept, count);
    digitnet_dataset_free(digits);
    return status;
}

/* Black and white digits of other people, the odd-numbered ones. */
static digitnet_status add_bitmaps(struct glyphs *glyphs, const char *folder, const char *name, float stretch) {
    char images[512], labels[512];
    struct stencils stencils = {.items = NULL};
    digitnet_dataset *digits;
    snprintf(images, sizeof images, "%.400s/digits/%s-images-idx3-ubyte.gz", folder, name);
    snprintf(labels, sizeof labels, "%.400s/digits/%s-labels-idx1-ubyte.gz", folder, name);
    digitnet_status status = digitnet_dataset_load_idx(&digits, images, labels);
    if (status)
        return status;
    status = add_written(&stencils, digits, 1, 2) ? DIGITNET_ENOMEM : add_stencils(glyphs, &stencils, stretch);
    free_stencils(&stencils);
    digitnet_dataset_free(digits);
    return status;
}

/* A cell without its surroundings, framed; one without ink, or whose ink is not a digit alone, is left out. */
static digitnet_status add_cell(struct glyphs *glyphs, const struct cell *cell) {
    enum { EDGE = (CELL_PATCH - CELL_SIDE) / 2 };
    float framed[PIXELS];
    uint8_t pixels[PIXELS];
    digitnet_status status =
        digitnet_image_frame_digit(framed, PIXELS,
                                   DIGITNET_WITH(digitnet_image, .pixels = cell->pixels + EDGE * CELL_PATCH + EDGE,
                                                 .width = CELL_SIDE, .height = CELL_SIDE, .stride = CELL_PATCH));
    if (status)
        return status == DIGITNET_ENOTFOUND ? DIGITNET_OK : status;
    frame_to_bytes(pixels, framed);
    status = add_glyph(glyphs, pixels, cell->label);
    if (!status && glyphs->count > 0 && glyphs->items[glyphs->count - 1].strokes.joints == 0)
        glyphs->count--;
    return status;
}

/* The digits of the odd-numbered tables. */
static digitnet_status add_cells(struct glyphs *glyphs, const char *folder) {
    struct cells cells = {.items = NULL};
    if (load_cells(&cells, folder, 2, 1))
        return DIGITNET_EIO;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < cells.count && !status; i++)
        status = add_cell(glyphs, &cells.items[i]);
    free_cells(&cells);
    return status;
}

/* Somebody's own pictures of digits. */
static digitnet_status add_own(struct glyphs *glyphs, const char *folder) {
    struct framed_digits own = {.count = 0};
    digitnet_status status = read_own_pictures(&own, folder, NO_DIGIT);
    for (size_t i = 0; i < own.count && !status; i++)
        if (own.labels[i] != NO_DIGIT)
            status = add_glyph(glyphs, own.frames + i * PIXELS, own.labels[i]);
    free_framed_digits(&own);
    return status;
}

/* One character, or nothing where the font has none. */
static digitnet_status add_character(struct glyphs *glyphs, struct fonts *fonts, size_t font, uint32_t character,
                                     int32_t label) {
    struct printed printed;
    uint8_t pixels[PIXELS];
    if (draw_printed(&printed, fonts, font, character, 2 * GLYPH_DIGIT))
        return DIGITNET_OK;
    struct stencil stencil = {(int)printed.width, (int)printed.height, label, (uint8_t *)printed.pixels};
    frame_stencil(pixels, &stencil, 1);
    return add_glyph(glyphs, pixels, label);
}

static digitnet_status add_font(struct glyphs *glyphs, struct fonts *fonts, size_t font) {
    digitnet_status status = DIGITNET_OK;
    glyphs->printed = 1;
    for (int32_t digit = 0; digit < 10 && !status; digit++)
        status = add_character(glyphs, fonts, font, '0' + (uint32_t)digit, digit);
    return status;
}

static digitnet_status add_printed_signs(struct glyphs *glyphs, struct fonts *fonts, size_t font) {
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < sizeof signs / sizeof *signs && !status; i++)
        status = add_character(glyphs, fonts, font, signs[i], 0);
    return status;
}

static digitnet_status add_all(struct line_digits *digits, struct fonts *fonts, const struct line_options *options) {
    digitnet_status status = add_mnist(digits->all, options->mnist);
    if (!status && options->data)
        status = add_bitmaps(&digits->all[SEMEION], options->data, "semeion", SEMEION_WIDTH);
    if (!status && options->data)
        status = add_bitmaps(&digits->all[OPTDIGITS], options->data, "optdigits-orig", 1);
    if (!status && options->data)
        status = add_cells(&digits->all[CELLS], options->data);
    if (!status && options->own)
        status = add_own(&digits->all[OWN], options->own);
    for (size_t i = 0; i < font_count() && !status; i++) {
        status = add_font(&digits->all[FIRST_FONT + i], fonts, i);
        if (!status)
            status = add_printed_signs(&digits->all[SIGNS], fonts, i);
    }
    for (size_t i = 0; i < digits->count && !status; i++)
        status = sort_glyphs(&digits->all[i]);
    return status;
}

static void weigh(struct line_digits *digits) {
    static const float whole = 1;
    for (size_t i = 0; i < digits->count; i++)
        digits->weights[i] = digits->all[i].count == 0 ? 0
                             : i < FIRST_FONT          ? weights[i]
                                                       : FONTS_WEIGHT / (float)font_count();
    digits->train = (struct line_material){digits->all, digits->weights, digits->count, &digits->all[SIGNS]};
    digits->held_out = (struct line_material){&digits->all[HELD_OUT], &whole, 1, &digits->all[SIGNS]};
}

int load_line_digits(struct line_digits *digits, const struct line_options *options) {
    struct fonts *fonts;
    *digits = (struct line_digits){.count = FIRST_FONT + font_count()};
    if (open_fonts(&fonts, options->fonts))
        return -1;
    digits->all = calloc(digits->count, sizeof *digits->all);
    digits->weights = calloc(digits->count, sizeof *digits->weights);
    digitnet_status status = DIGITNET_ENOMEM;
    if (digits->all && digits->weights)
        status = add_all(digits, fonts, options);
    else
        digitnet_set_error("out of memory for digits");
    close_fonts(fonts);
    if (status) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        free_line_digits(digits);
        return -1;
    }
    weigh(digits);
    return 0;
}

void free_line_digits(struct line_digits *digits) {
    for (size_t i = 0; digits->all && i < digits->count; i++)
        free_glyphs(&digits->all[i]);
    free(digits->all);
    free(digits->weights);
    *digits = (struct line_digits){.all = NULL};
}
