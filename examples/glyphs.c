#include "glyphs.h"

#include <stdlib.h>
#include <string.h>

enum { INK = 64, PIXELS = GLYPH_SIDE * GLYPH_SIDE };

/* 0 where there is no ink. */
static int measure(struct glyph *glyph) {
    glyph->left = glyph->top = GLYPH_SIDE;
    glyph->right = glyph->bottom = 0;
    for (uint8_t y = 0; y < GLYPH_SIDE; y++) {
        glyph->first[y] = GLYPH_SIDE;
        glyph->last[y] = 0;
        for (uint8_t x = 0; x < GLYPH_SIDE; x++) {
            if (glyph->pixels[y * GLYPH_SIDE + x] < INK)
                continue;
            glyph->first[y] = x < glyph->first[y] ? x : glyph->first[y];
            glyph->last[y] = x;
            glyph->left = x < glyph->left ? x : glyph->left;
            glyph->right = x >= glyph->right ? (uint8_t)(x + 1) : glyph->right;
            glyph->top = y < glyph->top ? y : glyph->top;
            glyph->bottom = (uint8_t)(y + 1);
        }
    }
    return glyph->bottom > 0;
}

static digitnet_status read_glyph(struct glyph *glyph, int32_t *label, const digitnet_dataset *digits, size_t index) {
    float values[PIXELS] = {0};
    digitnet_status status = digitnet_dataset_read(values, PIXELS, label, 1, digits, index, 1);
    for (size_t i = 0; i < PIXELS; i++)
        glyph->pixels[i] = (uint8_t)(values[i] * 255 + 0.5f);
    return status;
}

static void sort_by_class(struct glyphs *glyphs, const int32_t *labels) {
    size_t next = 0;
    for (int32_t class = 0; class < 10; class ++) {
        glyphs->starts[class] = next;
        for (size_t i = 0; i < glyphs->count; i++)
            if (labels[i] == class)
                glyphs->order[next++] = i;
    }
    glyphs->starts[10] = next;
}

digitnet_status make_glyphs(struct glyphs *glyphs, const digitnet_dataset *digits) {
    size_t count = digitnet_dataset_count(digits);
    int32_t *labels = calloc(count, sizeof *labels);
    *glyphs =
        (struct glyphs){.items = calloc(count, sizeof *glyphs->items), .order = calloc(count, sizeof *glyphs->order)};
    digitnet_status status = labels && glyphs->items && glyphs->order ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (status)
        digitnet_set_error("no memory for the digits");
    for (size_t i = 0; i < count && !status; i++) {
        struct glyph *glyph = &glyphs->items[glyphs->count];
        status = read_glyph(glyph, &labels[glyphs->count], digits, i);
        if (status || labels[glyphs->count] > 9 || !measure(glyph))
            continue;
        find_strokes(&glyph->strokes, glyph->pixels, labels[glyphs->count]);
        glyphs->count++;
    }
    if (status)
        free_glyphs(glyphs);
    else
        sort_by_class(glyphs, labels);
    free(labels);
    return status;
}

void free_glyphs(struct glyphs *glyphs) {
    free(glyphs->items);
    free(glyphs->order);
    *glyphs = (struct glyphs){NULL};
}
