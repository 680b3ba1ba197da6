#include "drawing.h"

#include <math.h>
#include <string.h>

void clear_drawing(struct drawing *drawing, int width, int height) {
    drawing->width = width < DRAWING_SIDE ? width : DRAWING_SIDE;
    drawing->height = height < DRAWING_SIDE ? height : DRAWING_SIDE;
    memset(drawing->ink, 0, sizeof *drawing->ink * (size_t)(drawing->width * drawing->height));
}

void drawing_from_bytes(struct drawing *drawing, const uint8_t *pixels, int width, int height) {
    clear_drawing(drawing, width, height);
    for (int y = 0; y < drawing->height; y++)
        for (int x = 0; x < drawing->width; x++)
            drawing->ink[y * drawing->width + x] = (float)pixels[y * width + x] / 255;
}

struct ink_box find_ink(const struct drawing *drawing) {
    struct ink_box box = {drawing->width, 0, drawing->height, 0};
    for (int y = 0; y < drawing->height; y++) {
        for (int x = 0; x < drawing->width; x++) {
            if (drawing->ink[y * drawing->width + x] <= 0.1f)
                continue;
            box.left = x < box.left ? x : box.left;
            box.right = x >= box.right ? x + 1 : box.right;
            box.top = y < box.top ? y : box.top;
            box.bottom = y + 1;
        }
    }
    return box;
}

static float ink_at(const struct drawing *drawing, int x, int y) {
    return x >= 0 && y >= 0 && x < drawing->width && y < drawing->height ? drawing->ink[y * drawing->width + x] : 0;
}

/* By linear interpolation between the middles of pixels. */
static float ink_between(const struct drawing *drawing, float x, float y) {
    float column = floorf(x - 0.5f), row = floorf(y - 0.5f);
    float right = x - 0.5f - column, below = y - 0.5f - row;
    int i = (int)column, j = (int)row;
    return (1 - below) * ((1 - right) * ink_at(drawing, i, j) + right * ink_at(drawing, i + 1, j)) +
           below * ((1 - right) * ink_at(drawing, i, j + 1) + right * ink_at(drawing, i + 1, j + 1));
}

void draw_mapped(struct drawing *to, const struct drawing *from, const struct affine *map) {
    /* As many samples each way as keep their distance in `from` within a pixel. */
    float step = fmaxf(hypotf(map->x_x, map->y_x), hypotf(map->x_y, map->y_y));
    int samples = step > 1 ? (int)fminf(ceilf(step), 8) : 1;
    for (int y = 0; y < to->height; y++) {
        for (int x = 0; x < to->width; x++) {
            float sum = 0;
            for (int i = 0; i < samples * samples; i++) {
                float column = (float)x + ((float)(i % samples) + 0.5f) / (float)samples;
                float row = (float)y + ((float)(i / samples) + 0.5f) / (float)samples;
                sum += ink_between(from, map->x_x * column + map->x_y * row + map->x_0,
                                   map->y_x * column + map->y_y * row + map->y_0);
            }
            float *ink = &to->ink[y * to->width + x];
            *ink = fmaxf(*ink, sum / (float)(samples * samples));
        }
    }
}

void draw_line(struct drawing *drawing, float x0, float y0, float x1, float y1, float width, float ink) {
    float reach = width / 2 + 0.5f, dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
    int top = (int)fmaxf(fminf(y0, y1) - reach, 0), left = (int)fmaxf(fminf(x0, x1) - reach, 0);
    for (int y = top; y < drawing->height && (float)y < fmaxf(y0, y1) + reach; y++) {
        for (int x = left; x < drawing->width && (float)x < fmaxf(x0, x1) + reach; x++) {
            float px = (float)x + 0.5f - x0, py = (float)y + 0.5f - y0;
            float along = square > 0 ? fminf(fmaxf((px * dx + py * dy) / square, 0), 1) : 0;
            float cover = fminf(fmaxf(reach - hypotf(px - along * dx, py - along * dy), 0), fminf(width, 1));
            float *place = &drawing->ink[y * drawing->width + x];
            *place = fmaxf(*place, cover * ink);
        }
    }
}

void draw_arc(struct drawing *drawing, const float centre[2], const float radius[2], float start, float length,
              float width, float ink) {
    enum { PIECES = 24 };
    float x = centre[0] + radius[0] * cosf(start), y = centre[1] + radius[1] * sinf(start);
    for (int i = 1; i <= PIECES; i++) {
        float angle = start + length * (float)i / PIECES;
        float next_x = centre[0] + radius[0] * cosf(angle), next_y = centre[1] + radius[1] * sinf(angle);
        draw_line(drawing, x, y, next_x, next_y, width, ink);
        x = next_x;
        y = next_y;
    }
}

void smooth_drawing(struct drawing *drawing, int times) {
    static _Thread_local float before[DRAWING_SIDE * DRAWING_SIDE];
    int width = drawing->width, height = drawing->height;
    while (times-- > 0) {
        memcpy(before, drawing->ink, sizeof *before * (size_t)(width * height));
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float sum = 0;
                for (int i = -1; i <= 1; i++)
                    for (int j = -1; j <= 1; j++)
                        if (y + i >= 0 && x + j >= 0 && y + i < height && x + j < width)
                            sum += before[(y + i) * width + x + j];
                drawing->ink[y * width + x] = sum / 9;
            }
        }
    }
}

void harden_drawing(struct drawing *drawing, float threshold, float edge) {
    for (int i = 0; i < drawing->width * drawing->height; i++)
        drawing->ink[i] = fminf(fmaxf((drawing->ink[i] - threshold) / edge + 0.5f, 0), 1);
}
