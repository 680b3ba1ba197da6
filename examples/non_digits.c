#include "non_digits.h"

#include <math.h>

static const struct stencil *random_digit(const struct stencils *digits, struct draw_random *random) {
    return &digits->items[random_below(random, digits->count)];
}

/* ---- Pieces of numbers ---- */

/* Draws the digit `height` pixels high with its upper left corner at a place; returns how wide it is. */
static float put_digit(struct drawing *drawing, const struct stencil *digit, float left, float top, float height) {
    struct drawing form;
    float zoom = (float)digit->height / height;
    drawing_from_bytes(&form, digit->pixels, digit->width, digit->height);
    draw_mapped(drawing, &form, &(struct affine){.x_x = zoom, .x_0 = -left * zoom, .y_y = zoom, .y_0 = -top * zoom});
    return (float)digit->width / zoom;
}

/* The part of the drawing between two columns, or all of it where that is more. */
static void keep_columns(struct drawing *drawing, float left, float right) {
    for (int i = 0; i < drawing->width * drawing->height; i++)
        if ((float)(i % drawing->width) < left || (float)(i % drawing->width) >= right)
            drawing->ink[i] = 0;
}

void draw_several(struct drawing *drawing, const struct stencils *digits, struct draw_random *random) {
    float height = random_log(random, 14, 36), x = height * 0.2f;
    size_t count = random_chance(random, 0.25f) ? 3 : 2;
    clear_drawing(drawing, (int)(height * 1.05f * (float)count + height * 0.4f), (int)(height * 1.5f));
    for (size_t i = 0; i < count; i++) {
        float own = height * random_in(random, 0.85f, 1.1f);
        float top = height * random_in(random, 0.15f, 0.3f);
        x += put_digit(drawing, random_digit(digits, random), x, top, own);
        x += height * random_in(random, -0.15f, 0.3f);
    }
    if (random_chance(random, 0.5f))
        harden_drawing(drawing, random_in(random, 0.3f, 0.6f), 0.3f);
}

void draw_halves(struct drawing *drawing, const struct stencils *digits, struct draw_random *random) {
    float height = random_log(random, 14, 48), left = height * 0.2f, top = height * 0.2f;
    const struct stencil *digit = random_digit(digits, random);
    while (digit->label == 1) /* whose half is a 1 as well */
        digit = random_digit(digits, random);
    clear_drawing(drawing, (int)(height * 2.6f), (int)(height * 1.4f));
    float width = put_digit(drawing, digit, left, top, height), cut = left + width * random_in(random, 0.4f, 0.6f);
    if (random_chance(random, 0.4f)) { /* the right half, and the next digit's left half */
        float gap = height * random_in(random, -0.05f, 0.2f);
        float next = put_digit(drawing, random_digit(digits, random), left + width + gap, top, height);
        keep_columns(drawing, cut, left + width + gap + next * random_in(random, 0.4f, 0.6f));
    } else if (random_chance(random, 0.5f)) {
        keep_columns(drawing, 0, cut);
    } else {
        keep_columns(drawing, cut, left + width);
    }
}

/* ---- Pens and rules ---- */

/* A place in the middle part of a drawing. */
static float anywhere(struct draw_random *random, int size) {
    return (float)size * random_in(random, 0.12f, 0.88f);
}

static void clear_random(struct drawing *drawing, struct draw_random *random) {
    clear_drawing(drawing, (int)random_log(random, 20, 64), (int)random_log(random, 20, 64));
}

/* A line that goes on where it is, and turns at random. */
static void draw_wander(struct drawing *drawing, float pen, struct draw_random *random) {
    float x = anywhere(random, drawing->width), y = anywhere(random, drawing->height);
    float angle = random_in(random, 0, 6.28f), turn = random_normal(random) * 0.3f;
    float step = (float)(drawing->width + drawing->height) / 24;
    for (size_t i = random_below(random, 30) + 6; i > 0; i--) {
        turn = 0.8f * turn + 0.35f * random_normal(random);
        angle += turn;
        float next_x = fminf(fmaxf(x + step * cosf(angle), pen), (float)drawing->width - pen);
        float next_y = fminf(fmaxf(y + step * sinf(angle), pen), (float)drawing->height - pen);
        draw_line(drawing, x, y, next_x, next_y, pen, 1);
        x = next_x;
        y = next_y;
    }
}

static void draw_random_arc(struct drawing *drawing, float pen, struct draw_random *random) {
    float centre[2] = {anywhere(random, drawing->width), anywhere(random, drawing->height)};
    float radius[2] = {random_in(random, 0.05f, 0.3f) * (float)drawing->width,
                       random_in(random, 0.05f, 0.3f) * (float)drawing->height};
    draw_arc(drawing, centre, radius, random_in(random, 0, 6.28f), random_in(random, 2, 6.4f), pen, 1);
}

/* An outline with something in it: eyes and a mouth, or other things. */
static void draw_face(struct drawing *drawing, float pen, struct draw_random *random) {
    float width = (float)drawing->width, height = (float)drawing->height;
    float centre[2] = {width / 2, height / 2}, radius[2] = {width * 0.4f, height * 0.4f};
    draw_arc(drawing, centre, radius, 0, 6.2832f, pen, 1);
    float eye = height * random_in(random, 0.32f, 0.45f), apart = width * random_in(random, 0.1f, 0.2f);
    float dot[2] = {pen * random_in(random, 0.3f, 1), pen * random_in(random, 0.3f, 1)};
    draw_arc(drawing, (float[]){width / 2 - apart, eye}, dot, 0, 6.2832f, pen, 1);
    draw_arc(drawing, (float[]){width / 2 + apart, eye}, dot, 0, 6.2832f, pen, 1);
    float mouth[2] = {width * random_in(random, 0.1f, 0.22f), height * random_in(random, 0.02f, 0.15f)};
    draw_arc(drawing, (float[]){width / 2, height * 0.62f}, mouth, 0.2f, 2.7f, pen, 1);
    if (random_chance(random, 0.5f))
        draw_line(drawing, width / 2, height * 0.45f, width / 2 + random_normal(random), height * 0.55f, pen, 1);
}

void draw_scribble(struct drawing *drawing, struct draw_random *random) {
    clear_random(drawing, random);
    float pen = random_log(random, 0.02f, 0.12f) * (float)(drawing->width + drawing->height);
    if (random_chance(random, 0.15f)) {
        draw_face(drawing, pen / 2, random);
        return;
    }
    for (size_t i = random_below(random, 4) + 2; i > 0; i--) {
        if (random_chance(random, 0.4f))
            draw_random_arc(drawing, pen, random);
        else
            draw_wander(drawing, pen, random);
    }
}

void draw_rules(struct drawing *drawing, struct draw_random *random) {
    clear_random(drawing, random);
    float pen = random_log(random, 0.02f, 0.1f) * (float)(drawing->width + drawing->height) / 2;
    float width = (float)drawing->width, height = (float)drawing->height, tilt = random_normal(random) * 0.03f;
    size_t across = random_below(random, 3) + 1, down = random_below(random, 3) + 1;
    /* Lines that end at each other make boxes and corners; longer ones make crossings. */
    float left = width * random_in(random, 0, 0.3f), right = width * random_in(random, 0.7f, 1);
    float top = height * random_in(random, 0, 0.3f), bottom = height * random_in(random, 0.7f, 1);
    for (size_t i = 0; i < across; i++) {
        float y = i == 0 ? top : i == 1 ? bottom : random_in(random, top, bottom);
        draw_line(drawing, left, y, right, y + tilt * width, pen, 1);
    }
    for (size_t i = 0; i < down; i++) {
        float x = i == 0 ? (random_chance(random, 0.5f) ? left : right) : random_in(random, left, right);
        draw_line(drawing, x, top, x - tilt * height, bottom, pen, 1);
    }
}

/* ---- Areas ---- */

/* A smooth random field of about so many waves: mean 0, variance 1. */
struct field {
    float x[6], y[6], phase[6];
};

static struct field random_field(struct draw_random *random, float waves) {
    struct field field;
    for (int i = 0; i < 6; i++) {
        field.x[i] = random_normal(random) * waves * 6.28f;
        field.y[i] = random_normal(random) * waves * 6.28f;
        field.phase[i] = random_in(random, 0, 6.28f);
    }
    return field;
}

static float field_at(const struct field *field, float x, float y) {
    float sum = 0;
    for (int i = 0; i < 6; i++)
        sum += cosf(field->x[i] * x + field->y[i] * y + field->phase[i]);
    return sum / 1.7320508f;
}

void draw_solid(struct drawing *drawing, struct draw_random *random) {
    enum { CORNERS = 9 };
    float edge[2][CORNERS], step = 1.0f / (CORNERS - 1), level = random_in(random, 0.4f, 1);
    int mirrored = random_chance(random, 0.7f);
    clear_random(drawing, random);
    struct field texture = random_field(random, random_log(random, 0.5f, 5));
    float strength = random_chance(random, 0.3f) ? 0 : random_in(random, 0, 0.35f);
    /* Half of the width at some heights, for each side: it wanders, and jumps now and then. */
    for (int side = 0; side < 2; side++) {
        float half = random_in(random, 0.1f, 0.45f);
        for (int i = 0; i < CORNERS; i++) {
            half += random_chance(random, 0.2f) ? random_in(random, -0.25f, 0.25f) : 0.04f * random_normal(random);
            half = fminf(fmaxf(half, 0.08f), 0.48f);
            edge[side][i] = side == 1 && mirrored ? edge[0][i] : half;
        }
    }
    float slit = random_chance(random, 0.3f) ? random_in(random, 0.2f, 0.6f) : 1; /* as between the legs of trousers */
    for (int i = 0; i < drawing->width * drawing->height; i++) {
        float x = ((float)(i % drawing->width) + 0.5f) / (float)drawing->width - 0.5f;
        float y = ((float)(i / drawing->width) + 0.5f) / (float)drawing->height;
        float place = fminf(fmaxf((y - 0.05f) / 0.9f, 0), 0.999f) / step;
        const float *own = edge[x < 0];
        float half = own[(int)place] + (place - floorf(place)) * (own[(int)place + 1] - own[(int)place]);
        int inside = y > 0.05f && y < 0.95f && fabsf(x) < half && !(y > slit && fabsf(x) < 0.03f);
        float ink = level + strength * field_at(&texture, mirrored ? fabsf(x) : x, y);
        drawing->ink[i] = inside ? fminf(fmaxf(ink, 0.15f), 1) : 0;
    }
    if (random_chance(random, 0.5f))
        smooth_drawing(drawing, 1);
}

void draw_texture(struct drawing *drawing, struct draw_random *random) {
    clear_random(drawing, random);
    struct field field = random_field(random, random_log(random, 0.5f, 6));
    float threshold = random_in(random, -0.5f, 1.5f), edge = random_log(random, 0.1f, 3);
    for (int i = 0; i < drawing->width * drawing->height; i++) {
        float value = field_at(&field, (float)(i % drawing->width) / (float)drawing->width,
                               (float)(i / drawing->width) / (float)drawing->height);
        drawing->ink[i] = fminf(fmaxf((value - threshold) / edge + 0.5f, 0), 1);
    }
    if (random_chance(random, 0.3f))
        for (int i = 0; i < drawing->width * drawing->height; i++)
            drawing->ink[i] *= random_in(random, 0, 1);
}
