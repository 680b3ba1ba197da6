#include "photo.h"

#include <math.h>

/* What lies on the picture's other side of a line is darker by a factor; the line's edge is so many pixels wide. */
struct shadow {
    float x, y, offset, edge, factor;
};

static struct shadow random_shadow(struct draw_random *random, const struct drawing *drawing) {
    float angle = random_in(random, 0, 6.2831853f), side = (float)(drawing->width + drawing->height) / 4;
    struct shadow shadow = {.x = cosf(angle), .y = sinf(angle), .edge = random_in(random, 1, 5), .factor = 1};
    shadow.offset = shadow.x * (float)drawing->width / 2 + shadow.y * (float)drawing->height / 2 +
                    random_in(random, -0.8f, 0.8f) * side;
    if (random_chance(random, 0.08f))
        shadow.factor = random_in(random, 0.45f, 0.85f);
    return shadow;
}

static float light_at(const struct shadow *shadow, float x, float y) {
    float depth = fminf(fmaxf((shadow->x * x + shadow->y * y - shadow->offset) / shadow->edge + 0.5f, 0), 1);
    return 1 - depth * (1 - shadow->factor);
}

void photograph(struct photo *photo, const struct drawing *drawing, struct draw_random *random) {
    float paper = random_in(random, 130, 255), ink = paper * random_in(random, 0.02f, 0.6f);
    float noise = random_chance(random, 0.6f) ? random_in(random, 0, 7) : 0;
    float slope_x = random_normal(random) * 0.1f, slope_y = random_normal(random) * 0.1f;
    int inverted = random_chance(random, 0.25f);
    struct shadow shadow = random_shadow(random, drawing);
    photo->width = drawing->width;
    photo->height = drawing->height;
    for (int y = 0, i = 0; y < photo->height; y++) {
        for (int x = 0; x < photo->width; x++, i++) {
            float light = light_at(&shadow, (float)x, (float)y) + slope_x * ((float)x / (float)photo->width - 0.5f) +
                          slope_y * ((float)y / (float)photo->height - 0.5f);
            float grey = light * (paper + (ink - paper) * drawing->ink[i]);
            grey = fminf(fmaxf(grey + noise * random_normal(random), 0), 255);
            photo->pixels[i] = (uint8_t)((inverted ? 255 - grey : grey) + 0.5f);
        }
    }
}
