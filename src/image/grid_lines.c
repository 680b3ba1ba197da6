#include "image/grid_lines.h"

#include "image/median.h"

#include <math.h>

/* A rule of a table crosses this part of the others, a piece of one that part. */
#define RULE_CROSSES 0.4
#define PIECE_CROSSES 0.15
/* What a border of the picture weighs as a table's line: less than a line that is seen. */
#define BORDER_WEIGHT 0.45

/* A rule of which less was seen weighs less. */
#define COVERED 0.8
/* Rules that are this far from each other, in pixels, are not the same. */
#define CLEAR_DISTANCE 3.0

typedef digitnet__grid_family family;
typedef digitnet__grid_lines search;

static bool seen(const search *s, const family *f, size_t own, size_t other) {
    return f == &s->across ? digitnet__grid_lines_seen(s, own, other) : digitnet__grid_lines_seen(s, other, own);
}

static digitnet__point crossing(const search *s, const family *f, size_t own, size_t other) {
    return f == &s->across ? digitnet__grid_lines_cross(s, own, other) : digitnet__grid_lines_cross(s, other, own);
}

static const family *other_of(const search *s, const family *f) {
    return f == &s->across ? &s->down : &s->across;
}

static bool is_border(const family *f, size_t rule) {
    return f->rules->items[rule].border;
}

/* How many chosen rules of the other direction this one crosses. */
static size_t crossed(const search *s, const family *f, size_t rule) {
    const family *other = other_of(s, f);
    size_t count = 0;
    for (size_t j = 0; j < other->count; j++)
        count += seen(s, f, rule, other->chosen[j]);
    return count;
}

/* Whether two rules of one direction cross each other, as those of a table do not. */
static bool cross_each_other(const digitnet__trace *a, const digitnet__trace *b) {
    double from = fmax(a->points[0].along, b->points[0].along);
    double to = fmin(a->points[a->count - 1].along, b->points[b->count - 1].along);
    if (to <= from || a->least > b->most || b->least > a->most)
        return false;
    double first = digitnet__trace_at(a, from) - digitnet__trace_at(b, from);
    double last = digitnet__trace_at(a, to) - digitnet__trace_at(b, to);
    return first * last < 0.0 && fmin(fabs(first), fabs(last)) > CLEAR_DISTANCE;
}

/* Leaves out rules that cross others of their direction which cross more of the other one: strokes that happen to
 * continue each other. */
static void drop_crossing(family *f) {
    size_t left = 0;
    for (size_t i = 0; i < f->count; i++) {
        const digitnet__trace *rule = &f->rules->items[f->chosen[i]];
        bool dropped = false;
        for (size_t k = 0; k < f->count && !dropped; k++)
            dropped = f->crosses[k] > f->crosses[i] && cross_each_other(rule, &f->rules->items[f->chosen[k]]);
        f->order[left] = i;
        left += !dropped;
    }
    for (size_t i = 0; i < left; i++) {
        f->chosen[i] = f->chosen[f->order[i]];
        f->crosses[i] = f->crosses[f->order[i]];
    }
    f->count = left;
}

/* Chooses the rules that cross this part of the other direction's. */
static bool choose_rules(const search *s, family *f, double part) {
    double least = fmax(2.0, part * (double)other_of(s, f)->count);
    f->count = 0;
    for (size_t i = 0; i < f->rules->count; i++) {
        size_t crosses = crossed(s, f, i);
        if ((double)crosses < least)
            continue;
        f->crosses[f->count] = crosses;
        f->chosen[f->count++] = i;
    }
    drop_crossing(f);
    return f->count >= 2;
}

/* The two chosen rules that are far apart and cross many others. False where all but one are borders. */
static bool farthest_pair(const search *s, const family *f, size_t pair[2]) {
    const family *other = other_of(s, f);
    double along = 0.0, best = 0.0;
    for (size_t j = 0; j < other->count; j++) {
        const digitnet__trace *rule = &other->rules->items[other->chosen[j]];
        along += rule->points[rule->count / 2].across / (double)other->count;
    }
    for (size_t i = 0; i < f->count; i++)
        s->scratch[i] = digitnet__trace_at(&f->rules->items[f->chosen[i]], along);
    for (size_t i = 0; i < f->count; i++) {
        for (size_t k = 0; k < f->count && !is_border(f, f->chosen[i]); k++) {
            double crosses = (double)(f->crosses[i] < f->crosses[k] ? f->crosses[i] : f->crosses[k]);
            double value = (s->scratch[k] - s->scratch[i]) * crosses;
            if (value > best && !is_border(f, f->chosen[k])) {
                best = value;
                pair[0] = f->chosen[i];
                pair[1] = f->chosen[k];
            }
        }
    }
    return best > 0.0;
}

static bool is_convex(const digitnet__point c[4]) {
    for (int i = 0; i < 4; i++) {
        digitnet__point a = c[i], b = c[(i + 1) % 4], d = c[(i + 2) % 4];
        if (!((b.x - a.x) * (d.y - b.y) - (b.y - a.y) * (d.x - b.x) > 1.0))
            return false;
    }
    return true;
}

/* Two rules of each direction are a rectangle of the table: they say how it is seen. */
static bool find_view(search *s) {
    size_t a[2], d[2];
    if (!farthest_pair(s, &s->across, a) || !farthest_pair(s, &s->down, d))
        return false;
    digitnet__point corners[4];
    for (size_t i = 0; i < 4; i++)
        corners[i] = digitnet__grid_lines_cross(s, a[i / 2], d[i == 1 || i == 2]);
    if (!is_convex(corners))
        return false;
    s->from_table = digitnet__projection_onto(corners);
    return digitnet__projection_invert(&s->to_table, &s->from_table);
}

/* Where the rule is in the table seen from the front, from the chosen rules that it crosses. */
static double position_of(const search *s, const family *f, size_t rule) {
    const family *other = other_of(s, f);
    size_t count = 0;
    for (size_t j = 0; j < other->count; j++) {
        if (!seen(s, f, rule, other->chosen[j]))
            continue;
        digitnet__point at = digitnet__project(&s->to_table, crossing(s, f, rule, other->chosen[j]));
        s->scratch[count++] = f == &s->across ? at.y : at.x;
    }
    return digitnet__median(s->scratch, count);
}

/* How much of the other direction's rules was seen between two chosen ones. */
static double joined(const search *s, const family *f, size_t first, size_t second) {
    const family *other = other_of(s, f);
    double sum = 0.0, count = 0.0;
    for (size_t j = 0; j < other->count; j++) {
        size_t rule = other->chosen[j];
        if (is_border(other, rule))
            continue;
        digitnet__point from = crossing(s, f, first, rule), to = crossing(s, f, second, rule);
        bool across = f == &s->across;
        sum += digitnet__trace_seen(&other->rules->items[rule], across ? from.y : from.x, across ? to.y : to.x);
        count += 1.0;
    }
    return count > 0.0 ? sum / count : 1.0;
}

/* How much of a chosen rule was seen between the first and the last of the others that it crosses: little of strokes
 * that happen to continue each other. */
static double coverage(const search *s, const family *f, size_t rule) {
    const family *other = other_of(s, f);
    double from = INFINITY, to = -INFINITY;
    for (size_t j = 0; j < other->count; j++) {
        if (!seen(s, f, rule, other->chosen[j]))
            continue;
        digitnet__point at = crossing(s, f, rule, other->chosen[j]);
        from = fmin(from, f == &s->across ? at.x : at.y);
        to = fmax(to, f == &s->across ? at.x : at.y);
    }
    return digitnet__trace_seen(&f->rules->items[rule], from, to);
}

/* Sorts the chosen rules by position into the family's candidates. */
static void make_candidates(const search *s, family *f) {
    double others = (double)other_of(s, f)->count;
    for (size_t i = 0; i < f->count; i++) {
        size_t rule = f->chosen[i], at = i;
        double weight = (double)f->crosses[i] / others * fmin(coverage(s, f, rule) / COVERED, 1.0);
        weight = is_border(f, rule) ? fmin(weight, BORDER_WEIGHT) : weight;
        digitnet__candidate added = {
            .position = position_of(s, f, rule), .weight = weight, .joined = 1.0, .line = DNN_NO_LINE};
        for (; at > 0 && f->candidates[at - 1].position > added.position; at--) {
            f->candidates[at] = f->candidates[at - 1];
            f->order[at] = f->order[at - 1];
        }
        f->candidates[at] = added;
        f->order[at] = rule;
    }
    for (size_t i = 0; i + 1 < f->count; i++)
        f->candidates[i].joined = joined(s, f, f->order[i], f->order[i + 1]);
}

/* Chooses the lines of one direction, and only their rules remain chosen. */
static bool choose_lines(const search *s, family *f) {
    size_t left = 0;
    make_candidates(s, f);
    if (!digitnet__lattice_choose(&f->lattice, f->candidates, f->count, f->wanted))
        return false;
    for (size_t i = 0; i < f->count; i++)
        f->lines[f->order[i]] = f->candidates[i].line;
    for (size_t i = 0; i < f->count; i++) {
        f->chosen[left] = f->chosen[i];
        f->crosses[left] = f->crosses[i];
        left += f->lines[f->chosen[i]] != DNN_NO_LINE;
    }
    f->count = left;
    return left >= 2;
}

bool digitnet__grid_lines_find(search *s, size_t rule) {
    family *across = &s->across, *down = &s->down;
    down->count = 0;
    for (size_t j = 0; j < down->rules->count; j++)
        if (seen(s, across, rule, j))
            down->chosen[down->count++] = j;
    if (down->count < 2)
        return false;
    for (int pass = 0; pass < 2; pass++)
        if (!choose_rules(s, across, RULE_CROSSES) || !choose_rules(s, down, RULE_CROSSES))
            return false;
    s->pairs += across->count * down->count;
    if (!find_view(s))
        return false;
    for (int pass = 0; pass < 3; pass++) {
        family *f = pass % 2 ? down : across;
        if (!choose_rules(s, f, PIECE_CROSSES) || !choose_lines(s, f))
            return false;
    }
    return true;
}

bool digitnet__grid_lines_seen(const search *s, size_t across, size_t down) {
    return s->crossings->seen[across * s->down.rules->count + down];
}

digitnet__point digitnet__grid_lines_cross(const search *s, size_t across, size_t down) {
    if (digitnet__grid_lines_seen(s, across, down))
        return s->crossings->points[across * s->down.rules->count + down];
    return digitnet__traces_cross(&s->across.rules->items[across], &s->down.rules->items[down]);
}

digitnet_status digitnet__grid_lines_create(search *out, const digitnet__crossings *crossings, size_t across,
                                            size_t down) {
    enum { ARRAYS = 4 };
    const digitnet__traces *rules[] = {&crossings->across, &crossings->down};
    size_t indices[2][ARRAYS], candidates[2], most = 0;
    *out = (search){.crossings = crossings};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < ARRAYS; k++)
            indices[i][k] = digitnet__arena_reserve(&out->memory, rules[i]->count, sizeof(size_t));
        candidates[i] = digitnet__arena_reserve(&out->memory, rules[i]->count, sizeof(digitnet__candidate));
        most = rules[i]->count > most ? rules[i]->count : most;
    }
    size_t scratch = digitnet__arena_reserve(&out->memory, most, sizeof(double));
    if (!digitnet__arena_allocate(&out->memory))
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < 2; i++)
        *(i ? &out->down : &out->across) = (family){.rules = rules[i],
                                                    .chosen = digitnet__arena_at(&out->memory, indices[i][0]),
                                                    .lines = digitnet__arena_at(&out->memory, indices[i][1]),
                                                    .crosses = digitnet__arena_at(&out->memory, indices[i][2]),
                                                    .order = digitnet__arena_at(&out->memory, indices[i][3]),
                                                    .candidates = digitnet__arena_at(&out->memory, candidates[i]),
                                                    .wanted = i ? down : across};
    out->scratch = digitnet__arena_at(&out->memory, scratch);
    return DIGITNET_OK;
}

void digitnet__grid_lines_release(search *lines) {
    digitnet__arena_release(&lines->memory);
}
