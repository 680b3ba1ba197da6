#include "draw_mark.h"

#include <math.h>

enum { MOST_STROKES = 10 };

/* Strokes from (x0, y0) to (x1, y1), in heights of a digit: to the right, and up from the base line. */
static const struct mark {
    int strokes;
    float stroke[MOST_STROKES][4];
} marks[] = {
    {1, {{0, 0.01f, 0.02f, 0.03f}}},                                                                        /* . */
    {1, {{0, 0.01f, 0.02f, 0.03f}}},                                                                        /* . */
    {1, {{0.08f, 0.06f, 0, -0.16f}}},                                                                       /* , */
    {1, {{0, 0.45f, 0.4f, 0.47f}}},                                                                         /* - */
    {1, {{0, -0.15f, 0.5f, 1.1f}}},                                                                         /* / */
    {2, {{0, 0.15f, 0.02f, 0.17f}, {0.01f, 0.6f, 0.03f, 0.62f}}},                                           /* : */
    {2, {{0, 0.3f, 0.45f, 0.32f}, {0, 0.55f, 0.45f, 0.57f}}},                                               /* = */
    {2, {{0, 0.45f, 0.5f, 0.45f}, {0.25f, 0.2f, 0.25f, 0.7f}}},                                             /* + */
    {4, {{0.15f, 0, 0.3f, 1}, {0.45f, 0, 0.6f, 1}, {0, 0.35f, 0.7f, 0.35f}, {0.05f, 0.65f, 0.75f, 0.65f}}}, /* # */
    {3, {{0, 0.45f, 0.5f, 0.5f}, {0.1f, 0.25f, 0.4f, 0.75f}, {0.4f, 0.25f, 0.1f, 0.75f}}},                  /* * */
    {4,
     {{0.2f, -0.1f, 0.04f, 0.2f}, {0.04f, 0.2f, 0, 0.5f}, {0, 0.5f, 0.04f, 0.8f}, {0.04f, 0.8f, 0.2f, 1.1f}}}, /* ( */
    {4,
     {{0, -0.1f, 0.16f, 0.2f}, {0.16f, 0.2f, 0.2f, 0.5f}, {0.2f, 0.5f, 0.16f, 0.8f}, {0.16f, 0.8f, 0, 1.1f}}}, /* ) */
    {2, {{0, 0.45f, 0.8f, 0.55f}, {0.8f, 0.55f, 1.7f, 0.4f}}},    /* a long dash */
    {2, {{0, -0.1f, 0.45f, 1.05f}, {0.25f, -0.1f, 0.7f, 1.05f}}}, /* // */
    {10,
     {{0.5f, 0.8f, 0.3f, 0.95f},
      {0.3f, 0.95f, 0.08f, 0.82f},
      {0.08f, 0.82f, 0.1f, 0.62f},
      {0.1f, 0.62f, 0.4f, 0.45f},
      {0.4f, 0.45f, 0.5f, 0.25f},
      {0.5f, 0.25f, 0.3f, 0.05f},
      {0.3f, 0.05f, 0.02f, 0.2f},
      {0.26f, -0.15f, 0.3f, 1.15f},
      {0.26f, -0.15f, 0.3f, 1.15f},
      {0.34f, -0.12f, 0.38f, 1.12f}}},                          /* $ */
    {2, {{0, -0.1f, 0.3f, 1.05f}, {0.4f, 0.45f, 0.8f, 0.47f}}}, /* /- */
    {10,
     {{0, 0, 0.03f, 1},
      {0.03f, 1, 0.35f, 0.9f},
      {0.35f, 0.9f, 0.35f, 0.65f},
      {0.35f, 0.65f, 0.03f, 0.5f},
      {0.1f, 0.5f, 0.42f, 0},
      {0.78f, 0.45f, 0.6f, 0.42f},
      {0.6f, 0.42f, 0.6f, 0.28f},
      {0.6f, 0.28f, 0.76f, 0.2f},
      {0.76f, 0.2f, 0.72f, 0.03f},
      {0.72f, 0.03f, 0.54f, 0.05f}}}, /* Rs */
    {7,
     {{0, 1, 0.55f, 1},
      {0, 0.76f, 0.55f, 0.76f},
      {0.2f, 1, 0.42f, 0.9f},
      {0.42f, 0.9f, 0.42f, 0.66f},
      {0.42f, 0.66f, 0.2f, 0.54f},
      {0.2f, 0.54f, 0.02f, 0.54f},
      {0.1f, 0.54f, 0.5f, 0}}}, /* rupee */
    {7,
     {{0.55f, 0.85f, 0.32f, 1},
      {0.32f, 1, 0.12f, 0.75f},
      {0.12f, 0.75f, 0.12f, 0.25f},
      {0.12f, 0.25f, 0.32f, 0},
      {0.32f, 0, 0.56f, 0.12f},
      {-0.02f, 0.6f, 0.42f, 0.6f},
      {-0.02f, 0.42f, 0.4f, 0.42f}}}, /* euro */
    {6,
     {{0.5f, 0.85f, 0.32f, 1},
      {0.32f, 1, 0.18f, 0.8f},
      {0.18f, 0.8f, 0.24f, 0.35f},
      {0.24f, 0.35f, 0.05f, 0.03f},
      {0.05f, 0.03f, 0.5f, 0.05f},
      {0.05f, 0.5f, 0.4f, 0.5f}}}, /* pound */
};

enum { MARKS = sizeof marks / sizeof *marks, BETWEEN = 6 /* the first of those that stand around numbers */ };

/* Returns the last column of its ink. */
static float draw_strokes(struct canvas *canvas, const struct mark *mark, float x, float base, float height, float pen,
                          struct draw_random *random) {
    float wide = height * random_in(random, 0.7f, 1.3f), high = height * random_in(random, 0.8f, 1.1f);
    float slant = 0.2f * random_normal(random), noise = 0.03f * height, end = x;
    for (int i = 0; i < mark->strokes; i++) {
        const float *stroke = mark->stroke[i];
        struct point points[2];
        for (int k = 0; k < 2; k++) {
            points[k].x = x + wide * stroke[2 * k] + high * slant * stroke[2 * k + 1] + noise * random_normal(random);
            points[k].y = base - high * stroke[2 * k + 1] + noise * random_normal(random);
            end = fmaxf(end, points[k].x);
        }
        draw_segment(canvas, points[0], points[1], pen);
    }
    return end;
}

float draw_mark(struct canvas *canvas, float x, float base, float height, float pen, int around,
                struct draw_random *random) {
    const struct mark *mark =
        &marks[around ? BETWEEN + random_below(random, MARKS - BETWEEN) : random_below(random, BETWEEN)];
    float gap = height * random_in(random, 0.08f, 0.3f);
    float end = draw_strokes(canvas, mark, x + gap, base, height, pen, random);
    if (around && random_chance(random, 0.25f)) /* as in ** */
        end = draw_strokes(canvas, mark, end + gap / 2, base, height, pen, random);
    return end + gap / 2;
}
