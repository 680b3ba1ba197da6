#include "drawn_digits.h"

#include <math.h>

enum { STENCIL_MARGIN = 12 /* room for an upstroke */ };

/* ---- Strokes that MNIST's hands do not write ---- */

/* The mean width of the strokes: twice the area over the length of the outline, which differences of neighbours count
 * 4 / pi times as long as it is. */
static float stroke_width(const struct drawing *drawing) {
    float area = 0, outline = 0;
    for (int y = 1; y < drawing->height; y++) {
        for (int x = 1; x < drawing->width; x++) {
            const float *ink = &drawing->ink[y * drawing->width + x];
            area += ink[0];
            outline += fabsf(ink[0] - ink[-1]) + fabsf(ink[0] - ink[-drawing->width]);
        }
    }
    return outline > 0 ? 2 * area / (outline * 0.7853982f) : 1;
}

/* The middle of the ink in a row; the last column's middle where there is none. */
static float middle_of_row(const struct drawing *drawing, int row) {
    float mass = 0, sum = 0;
    for (int x = 0; x < drawing->width; x++) {
        mass += drawing->ink[row * drawing->width + x];
        sum += drawing->ink[row * drawing->width + x] * ((float)x + 0.5f);
    }
    return mass > 0 ? sum / mass : (float)drawing->width / 2;
}

static void add_upstroke(struct drawing *drawing, float pen, struct draw_random *random) {
    struct ink_box box = find_ink(drawing);
    float height = (float)(box.bottom - box.top), top = (float)box.top + pen / 2;
    float x = middle_of_row(drawing, box.top + (int)(pen / 2));
    float length = height * random_in(random, 0.15f, 0.55f), angle = random_in(random, 0.35f, 1.1f);
    draw_line(drawing, x, top, x - length * cosf(angle), top + length * sinf(angle), pen, 1);
    if (random_chance(random, 0.25f)) {
        float bottom = (float)box.bottom - pen / 2, foot = middle_of_row(drawing, box.bottom - 1);
        float half = height * random_in(random, 0.15f, 0.3f);
        draw_line(drawing, foot - half, bottom, foot + half, bottom, pen, 1);
    }
}

static void add_bar(struct drawing *drawing, float pen, struct draw_random *random) {
    struct ink_box box = find_ink(drawing);
    float height = (float)(box.bottom - box.top), y = (float)box.top + height * random_in(random, 0.42f, 0.62f);
    float x = middle_of_row(drawing, (int)y), half = height * random_in(random, 0.13f, 0.3f);
    float tilt = random_in(random, -0.4f, 0.15f);
    draw_line(drawing, x - half, y - half * tilt, x + half, y + half * tilt, pen, 1);
}

/* ---- Form and place ---- */

/* How a form is changed. */
struct shape {
    float width, height; /* of the form's box, in pixels, before it is slanted and turned */
    float slant, angle;
};

static struct shape random_shape(const struct ink_box *box, struct draw_random *random) {
    float own_width = (float)(box->right - box->left), own_height = (float)(box->bottom - box->top);
    struct shape shape = {.height = random_log(random, 12, 56),
                          .slant = random_normal(random) * 0.12f,
                          .angle = random_normal(random) * 0.06f};
    shape.width = shape.height * own_width / own_height * random_log(random, 0.7f, 1.4f);
    /* Some data sets stretch each digit to a square. */
    if (random_chance(random, 0.25f) && shape.width * 2.5f > shape.height)
        shape.width = shape.height * random_in(random, 0.8f, 1.1f);
    shape.width = fminf(shape.width, 72);
    return shape;
}

/* Parts of the form's height that are left free around it: nothing at all for some. */
static int random_margin(struct draw_random *random, float height) {
    return random_chance(random, 0.2f) ? (int)random_below(random, 2) : (int)(height * random_in(random, 0.05f, 0.45f));
}

/* The part of `from` in the box, as the shape says, with margins. */
static void place(struct drawing *to, const struct drawing *from, const struct ink_box *box, const struct shape *shape,
                  struct draw_random *random) {
    float c = cosf(shape->angle), s = sinf(shape->angle);
    /* What becomes of a vector of the form's own box, of 1 x 1. */
    float a = c * shape->width, b = (s - c * shape->slant) * shape->height;
    float d = -s * shape->width, e = (c + s * shape->slant) * shape->height;
    float width = fabsf(a) + fabsf(b), height = fabsf(d) + fabsf(e), det = a * e - b * d;
    int left = random_margin(random, shape->height), top = random_margin(random, shape->height);
    int right = random_margin(random, shape->height), bottom = random_margin(random, shape->height);
    clear_drawing(to, left + (int)ceilf(width) + right, top + (int)ceilf(height) + bottom);
    float own_width = (float)(box->right - box->left), own_height = (float)(box->bottom - box->top);
    struct affine map = {.x_x = e / det * own_width,
                         .x_y = -b / det * own_width,
                         .y_x = -d / det * own_height,
                         .y_y = a / det * own_height};
    float x = (float)left + width / 2, y = (float)top + height / 2;
    map.x_0 = (float)(box->left + box->right) / 2 - map.x_x * x - map.x_y * y;
    map.y_0 = (float)(box->top + box->bottom) / 2 - map.y_x * x - map.y_y * y;
    draw_mapped(to, from, &map);
}

/* ---- Printed lines around a digit ---- */

/* A rule below the digit, or above it. */
static void add_rule(struct drawing *drawing, const struct ink_box *box, float ink, struct draw_random *random) {
    float room = (float)(drawing->height - box->bottom), tilt = random_normal(random) * 0.02f * (float)drawing->width;
    float y = (float)box->bottom + room * random_in(random, -0.1f, 0.9f);
    draw_line(drawing, 0, y, (float)drawing->width, y + tilt, random_in(random, 1, 3), ink);
}

/* Lines at some of the four sides, between the digit and the edge of the picture. */
static void add_frame(struct drawing *drawing, const struct ink_box *box, float ink, struct draw_random *random) {
    float width = (float)drawing->width, height = (float)drawing->height, pen = random_in(random, 1, 4);
    float left = (float)box->left * random_in(random, -0.2f, 0.9f),
          top = (float)box->top * random_in(random, -0.2f, 0.9f);
    float right = width - (width - (float)box->right) * random_in(random, -0.2f, 0.9f);
    float bottom = height - (height - (float)box->bottom) * random_in(random, -0.2f, 0.9f);
    float beyond = random_chance(random, 0.5f) ? 1 : 0; /* to the picture's edges, or to the next corner */
    float tilt = random_normal(random) * 0.02f;
    float x0 = left * (1 - beyond), x1 = right + (width - right) * beyond;
    float y0 = top * (1 - beyond), y1 = bottom + (height - bottom) * beyond;
    if (random_chance(random, 0.7f))
        draw_line(drawing, left, y0, left - tilt * height, y1, pen, ink);
    if (random_chance(random, 0.7f))
        draw_line(drawing, right, y0, right - tilt * height, y1, pen, ink);
    if (random_chance(random, 0.7f))
        draw_line(drawing, x0, top, x1, top + tilt * width, pen, ink);
    if (random_chance(random, 0.7f))
        draw_line(drawing, x0, bottom, x1, bottom + tilt * width, pen, ink);
}

static void add_surroundings(struct drawing *drawing, struct draw_random *random) {
    struct ink_box box = find_ink(drawing);
    float ink = random_in(random, 0.3f, 1);
    if (random_chance(random, 0.3f))
        add_rule(drawing, &box, ink, random);
    else
        add_frame(drawing, &box, ink, random);
}

/* ---- From a form to a picture ---- */

/* Sharp or soft, thin or thick. */
static void change_stroke(struct drawing *drawing, struct draw_random *random) {
    if (random_chance(random, 0.6f))
        harden_drawing(drawing, random_in(random, 0.18f, 0.65f), random_log(random, 0.05f, 0.8f));
    if (random_chance(random, 0.4f))
        smooth_drawing(drawing, 1);
}

static void draw_form(struct drawing *drawing, const struct drawing *form, struct draw_random *random) {
    struct ink_box box = find_ink(form);
    struct shape shape = random_shape(&box, random);
    place(drawing, form, &box, &shape, random);
    change_stroke(drawing, random);
    if (random_chance(random, 0.1f))
        add_surroundings(drawing, random);
    if (random_chance(random, 0.2f))
        smooth_drawing(drawing, 1); /* out of focus */
}

static void load_stencil(struct drawing *form, const struct stencil *stencil) {
    clear_drawing(form, stencil->width + 2 * STENCIL_MARGIN, stencil->height + 2 * STENCIL_MARGIN);
    for (int y = 0; y < stencil->height; y++)
        for (int x = 0; x < stencil->width; x++)
            form->ink[(y + STENCIL_MARGIN) * form->width + x + STENCIL_MARGIN] =
                (float)stencil->pixels[y * stencil->width + x] / 255;
}

void draw_stencil(struct drawing *drawing, const struct stencil *stencil, struct draw_random *random) {
    struct drawing form;
    load_stencil(&form, stencil);
    draw_form(drawing, &form, random);
}

void draw_written_digit(struct drawing *drawing, const struct stencil *stencil, struct draw_random *random) {
    struct drawing form;
    load_stencil(&form, stencil);
    float pen = stroke_width(&form);
    if (stencil->label == 1 && random_chance(random, 0.4f))
        add_upstroke(&form, pen, random);
    if (stencil->label == 7 && random_chance(random, 0.3f))
        add_bar(&form, pen, random);
    draw_form(drawing, &form, random);
}

/* ---- Displays ---- */

void form_segments(struct drawing *form, int32_t digit, struct draw_random *random) {
    /* From the top clockwise, then the middle: bit 0 to bit 6. */
    static const unsigned char lit[10] = {0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f};
    static const float ends[7][4] = {{0, 0, 1, 0}, {1, 0, 1, 1}, {1, 1, 1, 2}, {0, 2, 1, 2},
                                     {0, 1, 0, 2}, {0, 0, 0, 1}, {0, 1, 1, 1}};
    float side = 30, pen = random_in(random, 3, 9), gap = random_in(random, 0, 0.12f);
    clear_drawing(form, 50, 80);
    for (int i = 0; i < 7; i++) {
        if (!(lit[digit] >> i & 1))
            continue;
        float x = ends[i][2] - ends[i][0], y = ends[i][3] - ends[i][1];
        draw_line(form, 10 + side * (ends[i][0] + gap * x), 10 + side * (ends[i][1] + gap * y),
                  10 + side * (ends[i][2] - gap * x), 10 + side * (ends[i][3] - gap * y), pen, 1);
    }
}

void draw_segments(struct drawing *drawing, int32_t digit, struct draw_random *random) {
    struct drawing form;
    form_segments(&form, digit, random);
    draw_form(drawing, &form, random);
}
