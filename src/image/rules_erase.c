/* Rules are taken out of a picture without the strokes that cross them. */
#include "image/rules.h"
#include "image/rules_view.h"

#include <math.h>

/* Rows, or columns where `upright` is set, of a picture. */
typedef struct view {
    uint8_t *pixels;
    size_t along, across;           /* pixels in these directions */
    size_t along_step, across_step; /* from one to the next */
} view;

static view view_of(digitnet__plane *ink, bool upright) {
    return upright ? (view){ink->pixels, ink->height, ink->width, ink->width, 1}
                   : (view){ink->pixels, ink->width, ink->height, 1, ink->width};
}

static uint8_t least(uint8_t a, uint8_t b) {
    return a < b ? a : b;
}

static uint8_t most(uint8_t a, uint8_t b) {
    return a > b ? a : b;
}

/* A straight part of a rule, and what is erased of it across: `half` to each side of its middle line. */
typedef struct part {
    digitnet__point start;
    double slope, half;
    double thickness, level; /* the rule's */
} part;

/* The first place across that is erased, and the one behind the last. */
static double first_of(const part *p, double along) {
    return floor(p->start.y + (along + 0.5 - p->start.x) * p->slope - p->half);
}

static double end_of(const part *p, double along) {
    return ceil(p->start.y + (along + 0.5 - p->start.x) * p->slope + p->half);
}

static uint8_t at(const view *v, double along, double across) {
    if (!(along >= 0.0 && across >= 0.0 && along < (double)v->along && across < (double)v->across))
        return 0;
    return v->pixels[(size_t)along * v->along_step + (size_t)across * v->across_step];
}

/* How much ink goes through a place of the rule, on a straight way from one side to the other. */
static uint8_t ink_through(const view *v, const part *p, double along, double across) {
    static const double leaning[] = {0.0, -0.5, 0.5, -1.0, 1.0};
    uint8_t ink = 0;
    for (size_t i = 0; i < sizeof leaning / sizeof *leaning; i++) {
        double before = round(along + leaning[i] * (first_of(p, along) - 1.0 - across));
        double after = round(along + leaning[i] * (end_of(p, along) - across));
        ink = most(ink, least(at(v, before, first_of(p, before) - 1.0), at(v, after, end_of(p, after))));
    }
    return ink;
}

/* The most ink that comes to one side, at a place across, within reach of a place along. */
static uint8_t ink_near(const view *v, double along, double reach, double across) {
    uint8_t ink = 0;
    for (double place = along - reach; place <= along + reach; place += 1.0)
        ink = most(ink, at(v, place, across));
    return ink;
}

/* Whether there is more ink than the rule's. */
static bool is_thicker(const view *v, double along, double first, double end, const part *p) {
    double ink = 0.0;
    for (double across = first; across < end; across += 1.0)
        ink += at(v, along, across);
    return digitnet__rules_is_thicker(ink / p->level, p->thickness);
}

static void erase_pixel(uint8_t *pixel, uint8_t left, const part *p) {
    if (!digitnet__rules_is_darker(*pixel, p->level))
        *pixel = least(*pixel, left);
}

/* Leaves what a stroke has that runs along the rule or crosses it, and up to the middle what one has that ends in
 * it. */
static void erase_across(const view *v, const part *p, double along) {
    double first = first_of(p, along), end = end_of(p, along), reach = end - first;
    if (is_thicker(v, along, first, end, p))
        return;
    uint8_t crossing = least(ink_near(v, along, reach, first - 1.0), ink_near(v, along, reach, end));
    uint8_t before = at(v, along, first - 1.0), after = at(v, along, end);
    first = fmax(first, 0.0);
    end = fmin(end, (double)v->across);
    double middle = floor((first + end) / 2.0);
    uint8_t *line = v->pixels + (size_t)along * v->along_step;
    for (double across = first; across < middle; across += 1.0) {
        uint8_t *pixel = &line[(size_t)across * v->across_step];
        before = least(before, *pixel);
        erase_pixel(pixel, crossing > DNN_RULES_NOISE ? most(before, ink_through(v, p, along, across)) : before, p);
    }
    for (double across = end - 1.0; across >= middle; across -= 1.0) {
        uint8_t *pixel = &line[(size_t)across * v->across_step];
        after = least(after, *pixel);
        erase_pixel(pixel, crossing > DNN_RULES_NOISE ? most(after, ink_through(v, p, along, across)) : after, p);
    }
}

static void erase_rule(digitnet__plane *ink, const digitnet__rule *rule) {
    view v = view_of(ink, rule->upright);
    for (size_t i = 0; i + 1 < rule->node_count; i++) {
        digitnet__point a = digitnet__rules_turn(rule->nodes[i], rule->upright),
                        b = digitnet__rules_turn(rule->nodes[i + 1], rule->upright);
        part p = {a, (b.y - a.y) / (b.x - a.x), rule->thickness / 2.0 + DNN_RULES_BLUR, rule->thickness, rule->level};
        double from = fmax(floor(i == 0 ? a.x - DNN_RULES_BLUR : a.x), 0.0);
        double to = fmin(ceil(i + 2 == rule->node_count ? b.x + DNN_RULES_BLUR : b.x), (double)v.along);
        for (double along = from; along < to; along += 1.0)
            erase_across(&v, &p, along);
    }
}

void digitnet__rules_erase(digitnet__plane *ink, const digitnet__rules *rules) {
    for (size_t i = 0; i < rules->count; i++)
        erase_rule(ink, &rules->items[i]);
}
