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

static digitnet_status out_of_memory(void) {
    digitnet_set_error("out of memory for digits");
    return DIGITNET_ENOMEM;
}

digitnet_status add_glyph(struct glyphs *glyphs, const uint8_t *pixels, int32_t label) {
    if (glyphs->count == glyphs->capacity) {
        size_t capacity = glyphs->capacity ? 2 * glyphs->capacity : 1024;
        struct glyph *more = realloc(glyphs->items, capacity * sizeof *more);
        if (!more)
            return out_of_memory();
        glyphs->items = more;
        glyphs->capacity = capacity;
    }
    struct glyph *glyph = &glyphs->items[glyphs->count];
    glyph->label = label;
    memcpy(glyph->pixels, pixels, PIXELS);
    if (label < 0 || label > 9 || !measure(glyph))
        return DIGITNET_OK;
    find_strokes(&glyph->strokes, pixels, label);
    glyphs->count++;
    return DIGITNET_OK;
}

digitnet_status add_framed(struct glyphs *glyphs, const digitnet_dataset *digits, size_t first, size_t end) {
    digitnet_status status = DIGITNET_OK;
    for (size_t i = first; i < end && !status; i++) {
        float values[PIXELS];
        uint8_t pixels[PIXELS];
        int32_t label;
        status = digitnet_dataset_read(values, PIXELS, &label, 1, digits, i, 1);
        for (size_t k = 0; k < PIXELS && !status; k++)
            pixels[k] = (uint8_t)(values[k] * 255 + 0.5f);
        if (!status)
            status = add_glyph(glyphs, pixels, label);
    }
    return status;
}

digitnet_status sort_glyphs(struct glyphs *glyphs) {
    size_t next = 0;
    glyphs->order = calloc(glyphs->count + 1, sizeof *glyphs->order);
    if (!glyphs->order)
        return out_of_memory();
    for (int32_t class = 0; class < 10; class ++) {
        glyphs->starts[class] = next;
        for (size_t i = 0; i < glyphs->count; i++)
            if (glyphs->items[i].label == class)
                glyphs->order[next++] = i;
    }
    glyphs->starts[10] = next;
    return DIGITNET_OK;
}

void free_glyphs(struct glyphs *glyphs) {
    free(glyphs->items);
    free(glyphs->order);
    *glyphs = (struct glyphs){.items = NULL};
}
