#include "draw_scan.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 8, GRAIN = 8 /* pixels from one value of the paper's texture to the next */ };

/* What is the same all over a picture. */
struct scan {
    float paper, slope_x, slope_y; /* grey in the middle; how much more at the right and lower edge */
    float texture, noise;          /* grey levels */
    float wave, wave_x, wave_y;    /* a printed pattern: grey levels, and its angle from pixel to pixel */
    float written, printed;        /* the part of the light that full ink swallows */
    float shadow;                  /* what is left of the light in it; 1: there is none */
    float edge_x, edge_y, edge, softness;
    int negative; /* light ink on dark */
};

static struct scan choose_scan(struct draw_random *random, int width, int height) {
    struct scan scan = {.paper = random_in(random, 130, 250),
                        .written = random_in(random, 0.35f, 0.95f),
                        .printed = random_in(random, 0.15f, 0.95f),
                        .shadow = 1};
    if (random_chance(random, 0.5f)) {
        scan.slope_x = random_in(random, -40, 40);
        scan.slope_y = random_in(random, -20, 20);
    }
    if (random_chance(random, 0.4f))
        scan.texture = random_in(random, 0, 6);
    if (random_chance(random, 0.06f)) {
        scan.wave = random_in(random, 2, 14);
        scan.wave_x = random_in(random, -1, 1);
        scan.wave_y = random_in(random, -1, 1);
    }
    if (random_chance(random, 0.7f))
        scan.noise = random_in(random, 0, 9);
    if (random_chance(random, 0.12f)) {
        float angle = random_in(random, 0, 6.2831853f);
        scan.shadow = random_in(random, 0.5f, 0.9f);
        scan.edge_x = cosf(angle);
        scan.edge_y = sinf(angle);
        scan.edge =
            random_in(random, 0, (float)width) * scan.edge_x + random_in(random, 0, (float)height) * scan.edge_y;
        scan.softness = random_log(random, 2, 60);
    }
    scan.negative = random_chance(random, 0.04f);
    return scan;
}

/* A box blur of three pixels along rows or, with a step of a row, along columns, mixed with the picture as it is. */
static void blur(float *values, size_t lines, size_t line_step, size_t count, size_t step, float side) {
    for (size_t line = 0; line < lines; line++) {
        float *value = values + line * line_step, before = *value;
        for (size_t i = 0; i + 1 < count; i++, value += step) {
            float here = *value;
            *value = here + side * (before - 2 * here + value[step]);
            before = here;
        }
    }
}

static void blur_canvas(struct canvas *canvas, float side) {
    size_t width = (size_t)canvas->width, height = (size_t)canvas->height;
    blur(canvas->ink, height, width, width, 1, side);
    blur(canvas->ink, width, 1, height, width, side);
}

/* Smooth noise: random values some pixels apart, linear between them along rows, and, row by row, ever new. */
static void add_texture(float *values, int width, int height, float strength, struct draw_random *random) {
    float upper[512] = {0}, lower[512] = {0};
    int knots = width / GRAIN + 2;
    knots = knots < 512 ? knots : 512;
    for (int y = 0; y < height; y++) {
        if (y % GRAIN == 0) {
            memcpy(upper, lower, sizeof upper);
            for (int i = 0; i < knots; i++) {
                upper[i] = y ? upper[i] : strength * random_normal(random);
                lower[i] = strength * random_normal(random);
            }
        }
        float down = (float)(y % GRAIN) / GRAIN;
        for (int x = 0; x < width && x / GRAIN + 1 < knots; x++) {
            float across = (float)(x % GRAIN) / GRAIN;
            int i = x / GRAIN;
            values[y * width + x] += (1 - down) * ((1 - across) * upper[i] + across * upper[i + 1]) +
                                     down * ((1 - across) * lower[i] + across * lower[i + 1]);
        }
    }
}

static float light_at(const struct scan *scan, const struct canvas *canvas, int x, int y) {
    float grey = scan->paper + scan->slope_x * ((float)x / (float)canvas->width - 0.5f) +
                 scan->slope_y * ((float)y / (float)canvas->height - 0.5f);
    if (scan->shadow < 1) {
        float distance = ((float)x * scan->edge_x + (float)y * scan->edge_y - scan->edge) / scan->softness;
        grey *= scan->shadow + (1 - scan->shadow) * fminf(fmaxf(distance + 0.5f, 0), 1);
    }
    if (scan->wave > 0)
        grey += scan->wave * sinf(scan->wave_x * (float)x + scan->wave_y * (float)y);
    return fminf(grey, 255);
}

/* Leaves the grey in `written`. */
static void put_ink(struct canvas *written, const struct canvas *printed, const struct scan *scan) {
    for (int y = 0; y < written->height; y++) {
        for (int x = 0; x < written->width; x++) {
            float *value = &written->ink[y * written->width + x];
            float ink = fmaxf(*value * scan->written, printed->ink[y * written->width + x] * scan->printed);
            *value = light_at(scan, written, x, y) * (1 - ink);
        }
    }
}

static float cosine(int frequency, int place) {
    return cosf((float)((2 * place + 1) * frequency) * 0.19634954f) * (frequency ? 0.5f : 0.35355339f);
}

/* out = basis x in, or its transpose, for the rows and then the columns of a block. */
static void transform(float block[BLOCK][BLOCK], float basis[BLOCK][BLOCK], int inverse) {
    float half[BLOCK][BLOCK] = {{0}}, whole[BLOCK][BLOCK] = {{0}};
    for (int i = 0; i < BLOCK; i++)
        for (int k = 0; k < BLOCK; k++)
            for (int j = 0; j < BLOCK; j++)
                half[i][j] += (inverse ? basis[k][i] : basis[i][k]) * block[k][j];
    for (int i = 0; i < BLOCK; i++)
        for (int k = 0; k < BLOCK; k++)
            for (int j = 0; j < BLOCK; j++)
                whole[i][j] += half[i][k] * (inverse ? basis[k][j] : basis[j][k]);
    memcpy(block, whole, sizeof whole);
}

/* What JPEG loses: the cosine transform of each whole block of 8 x 8 in steps that grow with the frequency. */
static void compress(struct canvas *picture, float coarseness) {
    float basis[BLOCK][BLOCK], block[BLOCK][BLOCK];
    for (int i = 0; i < BLOCK; i++)
        for (int k = 0; k < BLOCK; k++)
            basis[i][k] = cosine(i, k);
    for (int top = 0; top + BLOCK <= picture->height; top += BLOCK) {
        for (int left = 0; left + BLOCK <= picture->width; left += BLOCK) {
            float *corner = picture->ink + top * picture->width + left;
            for (int i = 0; i < BLOCK; i++)
                memcpy(block[i], corner + i * picture->width, sizeof block[i]);
            transform(block, basis, 0);
            for (int i = 0; i < BLOCK; i++) {
                for (int j = 0; j < BLOCK; j++) {
                    float step = coarseness * (1 + 0.6f * (float)(i + j));
                    block[i][j] = roundf(block[i][j] / step) * step;
                }
            }
            transform(block, basis, 1);
            for (int i = 0; i < BLOCK; i++)
                memcpy(corner + i * picture->width, block[i], sizeof block[i]);
        }
    }
}

static void add_noise(struct canvas *picture, float deviation, struct draw_random *random) {
    size_t count = (size_t)picture->width * (size_t)picture->height;
    for (size_t i = 0; i < count; i++)
        picture->ink[i] += deviation * random_normal(random);
}

void draw_scan(uint8_t *pixels, struct canvas *written, struct canvas *printed, struct draw_random *random) {
    struct scan scan = choose_scan(random, written->width, written->height);
    size_t count = (size_t)written->width * (size_t)written->height;
    size_t blurs = random_below(random, 4);
    float side = random_in(random, 0.05f, 0.33f);
    put_ink(written, printed, &scan);
    for (size_t i = 0; i < blurs; i++)
        blur_canvas(written, side);
    if (scan.texture > 0)
        add_texture(written->ink, written->width, written->height, scan.texture, random);
    if (scan.noise > 0)
        add_noise(written, scan.noise, random);
    if (random_chance(random, 0.2f))
        compress(written, random_log(random, 3, 16));
    for (size_t i = 0; i < count; i++) {
        float grey = fminf(fmaxf(written->ink[i], 0), 255);
        pixels[i] = (uint8_t)((scan.negative ? 255 - grey : grey) + 0.5f);
    }
}
