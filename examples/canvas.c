#include "canvas.h"

#include <math.h>

struct box {
    int left, right, top, bottom; /* columns left .. right - 1 */
};

static struct box clip(const struct canvas *canvas, float left, float right, float top, float bottom) {
    return (struct box){.left = (int)fmaxf(floorf(left), 0),
                        .right = (int)fminf(ceilf(right) + 1, (float)canvas->width),
                        .top = (int)fmaxf(floorf(top), 0),
                        .bottom = (int)fminf(ceilf(bottom) + 1, (float)canvas->height)};
}

static void darken(float *ink, float value) {
    *ink = fmaxf(*ink, fminf(value, 1));
}

void draw_segment(struct canvas *canvas, struct point a, struct point b, float pen) {
    float radius = fmaxf(pen, 1) / 2, strength = fminf(pen, 1), reach = radius + 0.5f;
    float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    struct box box = clip(canvas, fminf(a.x, b.x) - reach, fmaxf(a.x, b.x) + reach, fminf(a.y, b.y) - reach,
                          fmaxf(a.y, b.y) + reach);
    for (int y = box.top; y < box.bottom; y++) {
        for (int x = box.left; x < box.right; x++) {
            /* The distance of the pixel's middle to the nearest point of the segment. */
            float px = (float)x + 0.5f - a.x, py = (float)y + 0.5f - a.y;
            float along = length > 0 ? fminf(fmaxf((px * dx + py * dy) / length, 0), 1) : 0;
            float rx = px - along * dx, ry = py - along * dy, square = rx * rx + ry * ry;
            if (square < reach * reach)
                darken(&canvas->ink[y * canvas->width + x], strength * (reach - sqrtf(square)));
        }
    }
}

struct point map_point(const struct affine *map, float x, float y) {
    return (struct point){map->xx * x + map->xy * y + map->x0, map->yx * x + map->yy * y + map->y0};
}

float sample_values(const float *values, int side, float x, float y) {
    int left = (int)floorf(x - 0.5f), top = (int)floorf(y - 0.5f);
    if (left < 0 || top < 0 || left + 1 >= side || top + 1 >= side)
        return 0;
    float right_part = x - 0.5f - (float)left, lower_part = y - 0.5f - (float)top;
    const float *upper = values + top * side + left, *lower = upper + side;
    return (1 - lower_part) * ((1 - right_part) * upper[0] + right_part * upper[1]) +
           lower_part * ((1 - right_part) * lower[0] + right_part * lower[1]);
}

void draw_values(struct canvas *canvas, const float *values, int side, const struct affine *map, struct tone tone) {
    float size = (float)side, determinant = map->xx * map->yy - map->xy * map->yx;
    struct point corners[4] = {map_point(map, 0, 0), map_point(map, size, 0), map_point(map, 0, size),
                               map_point(map, size, size)};
    struct point low = corners[0], high = corners[0];
    for (int i = 1; i < 4; i++) {
        low = (struct point){fminf(low.x, corners[i].x), fminf(low.y, corners[i].y)};
        high = (struct point){fmaxf(high.x, corners[i].x), fmaxf(high.y, corners[i].y)};
    }
    struct box box = clip(canvas, low.x, high.x, low.y, high.y);
    for (int row = box.top; row < box.bottom; row++) {
        for (int column = box.left; column < box.right; column++) {
            float x = (float)column + 0.5f - map->x0, y = (float)row + 0.5f - map->y0;
            float value = sample_values(values, side, (map->yy * x - map->xy * y) / determinant,
                                        (map->xx * y - map->yx * x) / determinant);
            if (value > 0)
                darken(&canvas->ink[row * canvas->width + column],
                       fmaxf((value - tone.threshold) * tone.sharpness + 0.5f, 0));
        }
    }
}
