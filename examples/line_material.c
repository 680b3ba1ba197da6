#include "line_material.h"

#include "drawn_digits.h"
#include "fonts.h"
#include "framed_digits.h"
#include "own_pictures.h"
#include "stencils.h"
#include "table_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

enum {
    WRITTEN, /* the order of the sources; then one for each font */
    HELD_OUT,
    SEMEION,
    OPTDIGITS,
    CELLS,
    OWN,
    DISPLAYS,
    WORDS, /* no digits */
    FIRST_FONT,
    HELD_OUT_DIGITS = 5000,
    GLYPH_DIGIT = 20, /* a digit's longer side in MNIST's frame */
    DISPLAY_DIGITS = 400,
    PIXELS = GLYPH_SIDE * GLYPH_SIDE
};

/* What is printed beside numbers: currencies, units, names of fields. */
static const char32_t *const words[] = {
    U"$",   U"$",   U"$",  U"\u20ac", U"\u20ac", U"\u00a3", U"\u00a3", U"\u00a5", U"\u20b9", U"\u20b9",
    U"Rs.", U"Rs.", U"Rs", U"CHF",    U"EUR",    U"EUR",    U"USD",    U"US$",    U"GBP",    U"INR",
    U"R$",  U"Fr.", U"kr", U"No.",    U"Nr.",    U"Nr",     U"Tel.",   U"ZIP",    U"kWh",    U"kg",
    U"km",  U"#",   U"#",  U"##",     U"*",      U"**",     U"***",    U"%",      U"=",      U"A",
    U"E",   U"F",   U"H",  U"K",      U"M",      U"N",      U"P",      U"R",      U"T",      U"U",
    U"V",   U"X",   U"h",  U"k",      U"m",      U"n",      U"p",      U"u",      U"x"};

/* The parts of the lines that are of each source; fonts share theirs. */
static const float weights[FIRST_FONT] = {
    [WRITTEN] = 0.66f, [SEMEION] = 0.08f, [OPTDIGITS] = 0.08f, [CELLS] = 0.08f, [OWN] = 0.1f, [DISPLAYS] = 0.04f};
#define FONTS_WEIGHT 0.1f
/* Semeion's digits were stretched to squares. */
#define SEMEION_WIDTH 0.7f

/* Brings a stencil into MNIST's frame, where `side` of its pixels are as long as a digit: each pixel is the mean of
 * 4 x 4 places. */
static void scale_stencil(uint8_t *pixels, const struct stencil *stencil, float stretch, float side) {
    enum { PLACES = 4 };
    float down = side / GLYPH_DIGIT, across = down / stretch;
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

/* The same, its longer side as long as a digit. */
static void frame_stencil(uint8_t *pixels, const struct stencil *stencil, float stretch) {
    scale_stencil(pixels, stencil, stretch, fmaxf((float)stencil->width * stretch, (float)stencil->height));
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

static digitnet_status add_font(struct glyphs *glyphs, struct fonts *fonts, size_t font) {
    digitnet_status status = DIGITNET_OK;
    glyphs->printed = 1;
    for (int32_t digit = 0; digit < 10 && !status; digit++) {
        struct printed printed;
        uint8_t pixels[PIXELS];
        if (draw_printed(&printed, fonts, font, '0' + (uint32_t)digit, 2 * GLYPH_DIGIT))
            continue;
        struct stencil stencil = {(int)printed.width, (int)printed.height, digit, (uint8_t *)printed.pixels};
        frame_stencil(pixels, &stencil, 1);
        status = add_glyph(glyphs, pixels, digit);
    }
    return status;
}

/* Its letters in their own sizes; nothing where the font lacks one. */
static digitnet_status add_word(struct glyphs *glyphs, struct fonts *fonts, size_t font, const char32_t *word) {
    enum { CAPITAL = 2 * GLYPH_DIGIT };
    size_t before = glyphs->count;
    digitnet_status status = DIGITNET_OK;
    for (; *word && !status; word++) {
        struct printed printed;
        uint8_t pixels[PIXELS];
        if (draw_printed(&printed, fonts, font, *word, CAPITAL)) {
            glyphs->count = before;
            return DIGITNET_OK;
        }
        struct stencil stencil = {(int)printed.width, (int)printed.height, 0, (uint8_t *)printed.pixels};
        float longer = fmaxf((float)printed.width, (float)printed.height);
        scale_stencil(pixels, &stencil, 1, fmaxf(longer, CAPITAL));
        status = add_glyph(glyphs, pixels, WORD_GOES_ON);
    }
    if (glyphs->count > before)
        glyphs->items[glyphs->count - 1].label = WORD_ENDS;
    return status;
}

static digitnet_status add_words(struct glyphs *glyphs, struct fonts *fonts, size_t font) {
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < sizeof words / sizeof *words && !status; i++)
        status = add_word(glyphs, fonts, font, words[i]);
    return status;
}

/* Digits of seven segments. */
static digitnet_status add_displays(struct glyphs *glyphs) {
    struct draw_random random = seed_random(1, 0);
    digitnet_status status = DIGITNET_OK;
    glyphs->printed = 1;
    for (int32_t i = 0; i < DISPLAY_DIGITS && !status; i++) {
        struct drawing form;
        uint8_t bytes[DRAWING_SIDE * DRAWING_SIDE], pixels[PIXELS];
        form_segments(&form, i % 10, &random);
        struct ink_box box = find_ink(&form);
        struct stencil stencil = {box.right - box.left, box.bottom - box.top, i % 10, bytes};
        for (int k = 0; k < stencil.width * stencil.height; k++) {
            int row = box.top + k / stencil.width, column = box.left + k % stencil.width;
            bytes[k] = (uint8_t)(form.ink[row * form.width + column] * 255 + 0.5f);
        }
        frame_stencil(pixels, &stencil, 1);
        status = add_glyph(glyphs, pixels, i % 10);
    }
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
    if (!status)
        status = add_displays(&digits->all[DISPLAYS]);
    for (size_t i = 0; i < font_count() && !status; i++) {
        status = add_font(&digits->all[FIRST_FONT + i], fonts, i);
        if (!status)
            status = add_words(&digits->all[WORDS], fonts, i);
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
    digits->train = (struct line_material){digits->all, digits->weights, digits->count, &digits->all[WORDS]};
    digits->held_out = (struct line_material){&digits->all[HELD_OUT], &whole, 1, &digits->all[WORDS]};
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
