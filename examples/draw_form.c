#include "draw_form.h"

#include <math.h>

static void draw_rule(struct canvas *canvas, const struct form *form, float row, float left, float right, float pen) {
    draw_segment(canvas, (struct point){left, row + form->slope * left},
                 (struct point){right, row + form->slope * right}, pen);
}

/* Cells around the digits: boxes, or combs that are open above. */
static void draw_cells(struct canvas *canvas, const struct form *form, float pen, struct draw_random *random) {
    float base = form->middle + form->height * random_in(random, 0.6f, 0.85f);
    float top = form->middle - form->height * random_in(random, 0.6f, 0.85f);
    float right = form->left + form->pitch * (float)form->cells;
    int comb = random_chance(random, 0.4f);
    if (comb)
        top = base - form->height * random_in(random, 0.15f, 0.6f);
    else
        draw_rule(canvas, form, top, form->left, right, pen);
    draw_rule(canvas, form, base, form->left, right, pen);
    for (size_t i = 0; i <= form->cells; i++) {
        float x = form->left + form->pitch * (float)i;
        draw_segment(canvas, (struct point){x, top + form->slope * x}, (struct point){x, base + form->slope * x}, pen);
    }
}

/* One box around the line, perhaps larger than the picture. */
static void draw_box(struct canvas *canvas, const struct form *form, float pen, struct draw_random *random) {
    float width = (float)canvas->width, height = form->height;
    float left = random_in(random, -0.3f, 0.4f) * height, right = width - random_in(random, -0.3f, 0.4f) * height;
    float top = form->middle - height * random_in(random, 0.65f, 1.3f);
    float base = form->middle + height * random_in(random, 0.65f, 1.2f);
    draw_rule(canvas, form, top, left, right, pen);
    draw_rule(canvas, form, base, left, right, pen);
    draw_segment(canvas, (struct point){left, top}, (struct point){left, base}, pen);
    draw_segment(canvas, (struct point){right, top}, (struct point){right, base}, pen);
}

/* The edge of a sheet or of a cell, upright at one side of the picture. */
static void draw_edge(struct canvas *canvas, const struct form *form, struct draw_random *random) {
    float pen = fmaxf(form->height * random_log(random, 0.03f, 0.3f), 0.7f), width = (float)canvas->width;
    float x = random_chance(random, 0.5f) ? random_in(random, 0, form->left / 2)
                                          : width - random_in(random, 0, form->left / 2);
    draw_segment(canvas, (struct point){x, 0}, (struct point){x + pen * random_normal(random), (float)canvas->height},
                 pen);
}

void draw_form(struct canvas *canvas, const struct form *form, struct draw_random *random) {
    float height = form->height, kind = random_in(random, 0, 1), width = (float)canvas->width;
    float pen = fmaxf(height * random_log(random, 0.02f, 0.1f), 0.7f);
    if (form->pitch > 0) {
        if (kind < 0.8f)
            draw_cells(canvas, form, pen, random);
    } else if (kind < 0.2f) { /* below the line, often touched by digits */
        float left = random_chance(random, 0.6f) ? 0 : form->left * random_in(random, 0.2f, 1);
        float right = random_chance(random, 0.6f) ? width : width - form->left * random_in(random, 0.2f, 1);
        draw_rule(canvas, form, form->middle + height * random_in(random, 0.4f, 1), left, right, pen);
    } else if (kind < 0.26f) { /* ruled paper */
        float pitch = height * random_in(random, 0.5f, 2), row = pitch * random_in(random, -1, 0);
        for (; row < (float)canvas->height + pitch; row += pitch)
            draw_rule(canvas, form, row, 0, width, fminf(pen, 1.2f));
    } else if (kind < 0.29f) { /* above */
        draw_rule(canvas, form, form->middle - height * random_in(random, 0.45f, 0.9f), 0, width, pen);
    } else if (kind < 0.36f) {
        draw_box(canvas, form, pen, random);
    } else if (kind < 0.42f) {
        draw_edge(canvas, form, random);
    }
}

void draw_neighbours(struct canvas *written, const struct form *form, const struct hand *hand,
                     const struct glyphs *source, struct draw_random *random) {
    if (!random_chance(random, 0.2f))
        return;
    size_t count = 1 + random_below(random, 4);
    for (size_t i = 0; i < count; i++) {
        struct placed_digit digit = {.label = 2, .glyph = &source->items[random_below(random, source->count)]};
        form_digit(&digit, hand, form->height, random);
        float away = form->height * random_in(random, 1.3f, 1.7f);
        digit.map.x0 += random_in(random, 0, (float)written->width);
        digit.map.y0 += form->middle + (random_chance(random, 0.5f) ? away : -away);
        write_digit(written, &digit, hand, random);
    }
}

void draw_stray_marks(struct canvas *written, const struct form *form, const struct hand *hand,
                      struct draw_random *random) {
    if (random_chance(random, 0.3f))
        return;
    float reach = form->height * random_in(random, 0.2f, 1.2f);
    struct point middle = {random_in(random, 0, (float)written->width), form->middle};
    struct point from = middle;
    size_t turns = 3 + random_below(random, 7);
    for (size_t i = 0; i < turns; i++) {
        struct point to = {middle.x + reach * random_normal(random), middle.y + 0.4f * reach * random_normal(random)};
        draw_segment(written, from, to, hand->pen * form->height);
        from = to;
    }
}
