#include "strokes.h"

#include <string.h>

enum {
    ZOOM = 2,
    SIDE = ZOOM * GLYPH_SIDE + 2 /* with a border of paper */
};

/* The glyph enlarged by linear interpolation: 1 where it is at least as dark as `ink`. */
static void enlarge(uint8_t *bitmap, const uint8_t *glyph, int ink) {
    memset(bitmap, 0, SIDE * SIDE);
    for (int y = 0; y < ZOOM * GLYPH_SIDE; y++) {
        for (int x = 0; x < ZOOM * GLYPH_SIDE; x++) {
            /* The nearest pixel counts three quarters of the way, the next one a quarter. */
            int near_y = y / ZOOM, near_x = x / ZOOM;
            int far_y = near_y + (y % ZOOM ? 1 : -1), far_x = near_x + (x % ZOOM ? 1 : -1);
            far_y = far_y < 0 || far_y >= GLYPH_SIDE ? near_y : far_y;
            far_x = far_x < 0 || far_x >= GLYPH_SIDE ? near_x : far_x;
            int value = 9 * glyph[near_y * GLYPH_SIDE + near_x] + 3 * glyph[near_y * GLYPH_SIDE + far_x] +
                        3 * glyph[far_y * GLYPH_SIDE + near_x] + glyph[far_y * GLYPH_SIDE + far_x];
            bitmap[(y + 1) * SIDE + x + 1] = value >= 16 * ink;
        }
    }
}

/* One half of a round of thinning (Zhang and Suen 1984): takes off ink at two sides that is not needed to hold the rest
 * together. Returns how many pixels. */
static size_t thin(uint8_t *bitmap, int second) {
    static const int around[8] = {-SIDE, -SIDE + 1, 1, SIDE + 1, SIDE, SIDE - 1, -1, -SIDE - 1}; /* from the north */
    uint16_t taken[SIDE * SIDE];
    size_t count = 0;
    for (int i = SIDE; i < SIDE * (SIDE - 1); i++) {
        if (!bitmap[i])
            continue;
        uint8_t near[8];
        int ink = 0, starts = 0;
        for (int k = 0; k < 8; k++)
            ink += near[k] = bitmap[i + around[k]];
        for (int k = 0; k < 8; k++)
            starts += !near[k] && near[(k + 1) % 8];
        int sides = second ? near[0] * near[2] * near[6] + near[0] * near[4] * near[6]
                           : near[0] * near[2] * near[4] + near[2] * near[4] * near[6];
        if (ink >= 2 && ink <= 6 && starts == 1 && sides == 0)
            taken[count++] = (uint16_t)i;
    }
    for (size_t i = 0; i < count; i++)
        bitmap[taken[i]] = 0;
    return count;
}

static void join_points(struct strokes *strokes, const uint8_t *bitmap) {
    /* Neighbours that come later, row by row; those at a corner only where no other way leads there. */
    static const int next[4] = {1, SIDE, SIDE + 1, SIDE - 1};
    static const int beside[4][2] = {{0, 0}, {0, 0}, {1, SIDE}, {-1, SIDE}};
    int16_t index[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        index[i] = -1;
        if (!bitmap[i])
            continue;
        if (strokes->points == MOST_STROKE_POINTS) {
            strokes->points = 0;
            return;
        }
        index[i] = (int16_t)strokes->points;
        strokes->x[strokes->points] = (int16_t)((2 * (i % SIDE) - 1) * STROKE_STEPS / (2 * ZOOM));
        strokes->y[strokes->points++] = (int16_t)((2 * (i / SIDE) - 1) * STROKE_STEPS / (2 * ZOOM));
    }
    for (int i = SIDE; i < SIDE * (SIDE - 1); i++) {
        for (int k = 0; index[i] >= 0 && k < 4; k++) {
            if (index[i + next[k]] < 0 || (k >= 2 && (bitmap[i + beside[k][0]] || bitmap[i + beside[k][1]])))
                continue;
            if (strokes->joints == sizeof strokes->from)
                return;
            strokes->from[strokes->joints] = (uint8_t)index[i];
            strokes->to[strokes->joints++] = (uint8_t)index[i + next[k]];
        }
    }
}

/* Each point moves to the mean of itself, twice, and its two neighbours; ends and crossings stay. */
static void smooth(struct strokes *strokes) {
    int x[MOST_STROKE_POINTS] = {0}, y[MOST_STROKE_POINTS] = {0};
    uint8_t degree[MOST_STROKE_POINTS] = {0};
    for (size_t i = 0; i < strokes->joints; i++) {
        size_t a = strokes->from[i], b = strokes->to[i];
        x[a] += strokes->x[b], y[a] += strokes->y[b], degree[a]++;
        x[b] += strokes->x[a], y[b] += strokes->y[a], degree[b]++;
    }
    for (size_t i = 0; i < strokes->points; i++) {
        if (degree[i] != 2)
            continue;
        strokes->x[i] = (int16_t)((x[i] + 2 * strokes->x[i]) / 4);
        strokes->y[i] = (int16_t)((y[i] + 2 * strokes->y[i]) / 4);
    }
}

static void trace(struct strokes *strokes, const uint8_t *glyph, int ink) {
    uint8_t bitmap[SIDE * SIDE];
    enlarge(bitmap, glyph, ink);
    while (thin(bitmap, 0) + thin(bitmap, 1) > 0)
        continue;
    strokes->points = strokes->joints = 0;
    join_points(strokes, bitmap);
    for (int i = 0; i < 4; i++)
        smooth(strokes);
}

void find_strokes(struct strokes *strokes, const uint8_t *glyph, int32_t digit) {
    static const int loops[10] = {1, 0, 0, 0, 0, 0, 1, 0, 2, 1};
    for (int ink = 96; ink < 255; ink += 48) {
        trace(strokes, glyph, ink);
        /* Euler's formula, for a graph in one piece. */
        if (strokes->points > 0 && strokes->joints - strokes->points + 1 >= loops[digit])
            return;
    }
    strokes->points = strokes->joints = 0;
}
