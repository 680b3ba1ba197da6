#include "hand.h"

#include <math.h>

/* The longer side of a digit in MNIST's frame. */
#define GLYPH_HEIGHT 20.0f

/* A bend of the whole frame: one wave each way, whose strength is in the glyph's pixels. */
static void add_warp(struct warp *warp, float strength, struct draw_random *random) {
    for (int axis = 0; axis < 2; axis++) {
        float amplitude = strength * random_normal(random), phase = random_in(random, 0, 6.2831853f);
        float across = random_in(random, -1, 1), down = random_in(random, -1, 1);
        for (int i = 0; i < WARP_KNOTS; i++)
            for (int j = 0; j < WARP_KNOTS; j++)
                (axis ? warp->y : warp->x)[i][j] +=
                    amplitude * sinf(phase + 1.5707963f * (down * (float)i + across * (float)j));
    }
}

static struct point bend(const struct warp *warp, float x, float y) {
    float scale = (float)(WARP_KNOTS - 1) / GLYPH_SIDE;
    float column = fminf(fmaxf(x * scale, 0), WARP_KNOTS - 1.001f),
          row = fminf(fmaxf(y * scale, 0), WARP_KNOTS - 1.001f);
    int j = (int)column, i = (int)row;
    float right = column - (float)j, lower = row - (float)i;
    float dx = (1 - lower) * ((1 - right) * warp->x[i][j] + right * warp->x[i][j + 1]) +
               lower * ((1 - right) * warp->x[i + 1][j] + right * warp->x[i + 1][j + 1]);
    float dy = (1 - lower) * ((1 - right) * warp->y[i][j] + right * warp->y[i][j + 1]) +
               lower * ((1 - right) * warp->y[i + 1][j] + right * warp->y[i + 1][j + 1]);
    return (struct point){x + dx, y + dy};
}

struct hand choose_hand(struct draw_random *random) {
    struct hand hand = {.width = expf(0.18f * random_normal(random)),
                        .slant = 0.2f * random_normal(random),
                        .pen = random_log(random, 0.035f, 0.27f),
                        .sizes = random_in(random, 0.02f, 0.16f),
                        .stretches = 0.07f,
                        .bends = 0.4f,
                        .tilts = random_in(random, 0, 0.1f),
                        .drift = random_in(random, 0, 0.08f),
                        .small_zero = 1,
                        .pen_strokes = random_chance(random, 0.6f)};
    int european = random_chance(random, 0.4f);
    hand.tone.threshold = random_in(random, 0.18f, 0.7f);
    hand.tone.sharpness = random_log(random, 1, 4);
    hand.upstrokes = european ? 0.85f : 0.03f;
    hand.bars = european ? random_in(random, 0, 1) : 0.05f;
    hand.feet = random_chance(random, 0.15f) ? 0.8f : 0;
    hand.ligatures = random_chance(random, 0.3f) ? 0.8f : 0.1f;
    hand.tails = random_chance(random, 0.15f) ? 0.6f : 0;
    if (random_chance(random, 0.2f))
        hand.small_zero = random_in(random, 0.55f, 1);
    if (random_chance(random, 0.35f))
        hand.descent = random_in(random, 0, 0.4f);
    add_warp(&hand.warp, 0.8f, random);
    add_warp(&hand.warp, 0.8f, random);
    return hand;
}

struct hand choose_printer(struct draw_random *random) {
    return (struct hand){.width = random_in(random, 0.85f, 1.2f),
                         .slant = random_chance(random, 0.2f) ? random_in(random, 0, 0.2f) : 0,
                         .pen = random_log(random, 0.05f, 0.15f),
                         .small_zero = 1,
                         .tone = {random_in(random, 0.35f, 0.6f), random_log(random, 1, 3)}};
}

void form_digit(struct placed_digit *digit, const struct hand *hand, float height, struct draw_random *random) {
    const struct glyph *glyph = digit->glyph;
    float scale = height / GLYPH_HEIGHT * expf(hand->sizes * random_normal(random));
    float tilt = hand->tilts * random_normal(random),
          stretch = hand->width * expf(hand->stretches * random_normal(random));
    if (digit->label == 0)
        scale *= fminf(hand->small_zero + random_in(random, 0, 0.1f), 1);
    /* Leans and is stretched first, then turns: a rotation times a shear. */
    float cosine = scale * cosf(tilt), sine = scale * sinf(tilt);
    digit->map.xx = cosine * stretch;
    digit->map.xy = -cosine * hand->slant - sine;
    digit->map.yx = sine * stretch;
    digit->map.yy = -sine * hand->slant + cosine;
    struct point middle = {(float)(glyph->left + glyph->right) / 2, (float)(glyph->top + glyph->bottom) / 2};
    digit->map.x0 = -digit->map.xx * middle.x - digit->map.xy * middle.y;
    digit->map.y0 = -digit->map.yx * middle.x - digit->map.yy * middle.y;
    digit->height = scale * (float)(glyph->bottom - glyph->top);
    digit->warp = hand->warp;
    add_warp(&digit->warp, hand->bends, random);
}

static void draw_strokes(struct canvas *canvas, const struct placed_digit *digit, float pen) {
    const struct strokes *strokes = &digit->glyph->strokes;
    struct point points[MOST_STROKE_POINTS];
    for (size_t i = 0; i < strokes->points; i++) {
        struct point bent =
            bend(&digit->warp, (float)strokes->x[i] / STROKE_STEPS, (float)strokes->y[i] / STROKE_STEPS);
        points[i] = map_point(&digit->map, bent.x, bent.y);
    }
    for (size_t i = 0; i < strokes->joints; i++)
        draw_segment(canvas, points[strokes->from[i]], points[strokes->to[i]], pen);
}

static void draw_as_written(struct canvas *canvas, const struct placed_digit *digit, struct tone tone) {
    float values[GLYPH_SIDE * GLYPH_SIDE], grey[GLYPH_SIDE * GLYPH_SIDE];
    for (size_t i = 0; i < GLYPH_SIDE * GLYPH_SIDE; i++)
        grey[i] = (float)digit->glyph->pixels[i] / 255;
    /* To be bent one way, each pixel is taken from the other. */
    for (int y = 0; y < GLYPH_SIDE; y++) {
        for (int x = 0; x < GLYPH_SIDE; x++) {
            float middle_x = (float)x + 0.5f, middle_y = (float)y + 0.5f;
            struct point bent = bend(&digit->warp, middle_x, middle_y);
            values[y * GLYPH_SIDE + x] = sample_values(grey, GLYPH_SIDE, 2 * middle_x - bent.x, 2 * middle_y - bent.y);
        }
    }
    draw_values(canvas, values, GLYPH_SIDE, &digit->map, tone);
}

/* A stroke between two places of a glyph, a little bent. */
static void draw_extra(struct canvas *canvas, const struct placed_digit *digit, struct point a, struct point b,
                       float pen, struct draw_random *random) {
    struct point middle = {(a.x + b.x) / 2 + random_in(random, -0.8f, 0.8f),
                           (a.y + b.y) / 2 + random_in(random, -0.8f, 0.8f)};
    a = map_point(&digit->map, a.x, a.y);
    b = map_point(&digit->map, b.x, b.y);
    middle = map_point(&digit->map, middle.x, middle.y);
    draw_segment(canvas, a, middle, pen);
    draw_segment(canvas, middle, b, pen);
}

/* The middle of a row's ink; of the row above where it has none. */
static struct point middle_of_row(const struct placed_digit *digit, int row) {
    const struct glyph *glyph = digit->glyph;
    while (row > glyph->top && glyph->first[row] > glyph->last[row])
        row--;
    return bend(&digit->warp, (float)(glyph->first[row] + glyph->last[row] + 1) / 2, (float)row + 0.5f);
}

static void add_to_one(struct canvas *canvas, const struct placed_digit *digit, const struct hand *hand, float pen,
                       struct draw_random *random) {
    const struct glyph *glyph = digit->glyph;
    if (random_chance(random, hand->upstrokes)) {
        struct point top = middle_of_row(digit, glyph->top + 1);
        struct point start = {top.x - random_in(random, 2, 8), top.y + random_in(random, 2, 9)};
        draw_extra(canvas, digit, start, top, pen, random);
    }
    if (random_chance(random, hand->feet)) {
        struct point foot = middle_of_row(digit, glyph->bottom - 1);
        struct point left = {foot.x - random_in(random, 2, 6), foot.y},
                     right = {foot.x + random_in(random, 2, 6), foot.y};
        draw_extra(canvas, digit, left, right, pen, random);
    }
}

static void add_to_seven(struct canvas *canvas, const struct placed_digit *digit, const struct hand *hand, float pen,
                         struct draw_random *random) {
    const struct glyph *glyph = digit->glyph;
    if (!random_chance(random, hand->bars))
        return;
    int rows = glyph->bottom - glyph->top;
    struct point stem = middle_of_row(digit, glyph->top + (int)((float)rows * random_in(random, 0.42f, 0.62f)));
    struct point left = {stem.x - random_in(random, 2, 6), stem.y + random_in(random, -1, 1.5f)};
    struct point right = {stem.x + random_in(random, 2, 6), stem.y + random_in(random, -1.5f, 1)};
    draw_extra(canvas, digit, left, right, pen, random);
}

/* A zero that ends in a stroke to the right, as on the way to the next digit. */
static void add_to_zero(struct canvas *canvas, const struct placed_digit *digit, const struct hand *hand, float pen,
                        struct draw_random *random) {
    const struct glyph *glyph = digit->glyph;
    if (!random_chance(random, hand->tails))
        return;
    struct point start = {(float)(glyph->left + glyph->right) / 2, (float)glyph->top + 1};
    struct point end = {(float)glyph->right + random_in(random, -1, 3), (float)glyph->top + random_in(random, -2, 4)};
    draw_extra(canvas, digit, start, end, pen, random);
}

void write_digit(struct canvas *canvas, const struct placed_digit *digit, const struct hand *hand,
                 struct draw_random *random) {
    float scale = hypotf(digit->map.xy, digit->map.yy), pen = hand->pen * scale * GLYPH_HEIGHT;
    if (hand->pen_strokes && digit->glyph->strokes.joints > 0) {
        draw_strokes(canvas, digit, pen);
    } else {
        /* Enlarged grey would stay blurred. */
        struct tone tone = {hand->tone.threshold, hand->tone.sharpness * fmaxf(scale, 1)};
        draw_as_written(canvas, digit, tone);
        pen = scale * (3.2f - 2 * hand->tone.threshold);
    }
    if (digit->label == 0)
        add_to_zero(canvas, digit, hand, pen, random);
    if (digit->label == 1)
        add_to_one(canvas, digit, hand, pen, random);
    if (digit->label == 7)
        add_to_seven(canvas, digit, hand, pen, random);
}
