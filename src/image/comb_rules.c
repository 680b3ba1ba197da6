#include "image/comb_rules.h"

#include "core/memory.h"
#include "image/comb_cells.h"
#include "image/median.h"
#include "image/rules.h"
#include "image/rules_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A side is measured at so many places along it, but for this part at each end, where others cross it. */
enum { SAMPLES = 32 };
#define END_PART 0.12
/* And across it, so many times a pixel, up to this part of its cell's width away, at most so many times. */
enum { TIMES_A_PIXEL = 2, MOST_AWAY = 64 };
#define FARTHEST 0.2
/* The part of that in which the middle of a rule may be. */
#define FARTHEST_MIDDLE 0.67
/* A place across is measured by what this part of its samples does not exceed, so that strokes that cross do not count;
 * or by the other one, so that no stroke along the side does that is not nearly as long. */
#define QUANTILE 0.4
#define LOW_QUANTILE 0.1
/* A ridge has this part of the most ink around, and at least so much; a rule is as wide as it has half of its ridge's.
 */
#define RIDGE_PART 0.5
enum { LEAST_RIDGE = 16 };
/* Rules that are alike are nearly where those of so many cells before and after are, in pixels, and so many times as
 * thick or dark; one that is thicker by more than the other factor is none. */
enum { NEAR_CELLS = 2 };
#define ALIKE_AWAY 1.5
#define ALIKE_TIMES 1.5
#define MOST_TIMES 2.0

enum { SIDES = 4 }; /* of a cell */

/* Where a side of a cell is. */
typedef enum side_kind { ABOVE, BELOW, UPRIGHT } side_kind;

/* Its rule, how far it is away from the side, across; `level` 0: there is none. */
typedef struct side_rule {
    double away, thickness, level;
} side_rule;

typedef struct side {
    side_kind kind;
    digitnet__point start, end;
    side_rule rule;
} side;

/* The sides of a comb, cell by cell. */
typedef struct comb_sides {
    const digitnet__plane *ink;
    side *items;
    size_t count;
    double *values; /* room for a value of each */
    double cell_width;
} comb_sides;

static void set_sides(side sides[SIDES], const digitnet__grid *grid, size_t cell) {
    digitnet__point corners[4];
    digitnet__grid_cell(corners, grid, 0, cell);
    sides[0] = (side){ABOVE, corners[0], corners[1], {.level = 0.0}};
    sides[1] = (side){BELOW, corners[3], corners[2], {.level = 0.0}};
    sides[2] = (side){UPRIGHT, corners[0], corners[3], {.level = 0.0}};
    sides[3] = (side){UPRIGHT, corners[1], corners[2], {.level = 0.0}};
}

/* ---- Measuring ---- */

static int compare_ink(const void *a, const void *b) {
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

/* The ink along a side, or beside it. */
static uint8_t ink_along(const digitnet__plane *ink, const side *s, double away, double quantile) {
    uint8_t samples[SAMPLES];
    double x = s->kind == UPRIGHT ? away : 0.0, y = s->kind == UPRIGHT ? 0.0 : away;
    for (int i = 0; i < SAMPLES; i++) {
        double part = END_PART + (1.0 - 2.0 * END_PART) * (i + 0.5) / SAMPLES;
        samples[i] = digitnet__rules_ink_at(ink, false, s->start.x + part * (s->end.x - s->start.x) + x,
                                            s->start.y + part * (s->end.y - s->start.y) + y);
    }
    qsort(samples, SAMPLES, 1, compare_ink);
    return samples[(int)(quantile * SAMPLES)];
}

/* The ridge of a profile that is nearest to its middle, `reach`. */
static int find_ridge(const uint8_t *profile, int reach) {
    int most = 0;
    for (int i = 0; i <= 2 * reach; i++)
        most = profile[i] > most ? profile[i] : most;
    for (int away = 0; away <= (int)(FARTHEST_MIDDLE * reach); away++) {
        for (int way = -1; way <= 1; way += 2) {
            int i = reach + way * away;
            if (profile[i] >= profile[i - 1] && profile[i] >= profile[i + 1] && profile[i] >= RIDGE_PART * most)
                return i;
        }
    }
    return reach;
}

/* Finds the rule of a side. */
static side_rule measure(const comb_sides *sides, const side *s, double quantile) {
    uint8_t profile[2 * MOST_AWAY + 1];
    int reach = (int)fmin(TIMES_A_PIXEL * (FARTHEST * sides->cell_width + 1.0), MOST_AWAY);
    for (int i = 0; i <= 2 * reach; i++)
        profile[i] = ink_along(sides->ink, s, (double)(i - reach) / TIMES_A_PIXEL, quantile);
    int ridge = find_ridge(profile, reach), first = ridge, end = ridge + 1;
    while (first > 0 && 2 * profile[first - 1] >= profile[ridge])
        first--;
    while (end <= 2 * reach && 2 * profile[end] >= profile[ridge])
        end++;
    bool is_rule = first > 0 && end <= 2 * reach && profile[ridge] >= LEAST_RIDGE;
    return (side_rule){.away = ((double)(first + end - 1) / 2.0 - reach) / TIMES_A_PIXEL,
                       .thickness = (double)(end - first) / TIMES_A_PIXEL,
                       .level = is_rule ? profile[ridge] : 0.0};
}

/* ---- What the sides of a kind have in common ---- */

/* The median of one member of the rules of all sides of a kind from `first` to `end` - 1; 0 where there is none. */
static double usual(const comb_sides *sides, size_t first, size_t end, side_kind kind, size_t member) {
    size_t count = 0;
    for (size_t i = first; i < end; i++)
        if (sides->items[i].kind == kind && sides->items[i].rule.level > 0.0)
            memcpy(&sides->values[count++], (const char *)&sides->items[i].rule + member, sizeof *sides->values);
    return count > 0 ? digitnet__median(sides->values, count) : 0.0;
}

/* What most sides of a kind have; nothing where most have no rule. */
static side_rule usual_rule(const comb_sides *sides, side_kind kind) {
    size_t rules = 0, all = 0;
    for (size_t i = 0; i < sides->count; i++) {
        all += sides->items[i].kind == kind;
        rules += sides->items[i].kind == kind && sides->items[i].rule.level > 0.0;
    }
    if (2 * rules <= all)
        return (side_rule){.level = 0.0};
    return (side_rule){usual(sides, 0, sides->count, kind, offsetof(side_rule, away)),
                       usual(sides, 0, sides->count, kind, offsetof(side_rule, thickness)),
                       usual(sides, 0, sides->count, kind, offsetof(side_rule, level))};
}

/* How far rules of a kind are away in the cells around a side's. */
static double away_near(const comb_sides *sides, size_t i) {
    size_t cell = i / SIDES, first = cell > NEAR_CELLS ? cell - NEAR_CELLS : 0, end = cell + NEAR_CELLS + 1;
    end = end < sides->count / SIDES ? end : sides->count / SIDES;
    return usual(sides, SIDES * first, SIDES * end, sides->items[i].kind, offsetof(side_rule, away));
}

/* The rule of a side, beside the usual one of its kind: its own where that is alike, or where nothing but a rule can be
 * as long; else the usual one. */
static side_rule settle(const comb_sides *sides, size_t i, const side_rule *common) {
    const side *s = &sides->items[i];
    side_rule rule = s->rule;
    double near = away_near(sides, i);
    if (rule.level > 0.0 && fabs(rule.away - near) <= ALIKE_AWAY && rule.thickness <= ALIKE_TIMES * common->thickness &&
        rule.level <= ALIKE_TIMES * common->level)
        return rule;
    rule = measure(sides, s, LOW_QUANTILE);
    if (rule.level == 0.0 || (common->level > 0.0 && rule.thickness > MOST_TIMES * common->thickness))
        return (side_rule){near, common->thickness, common->level};
    double level = ink_along(sides->ink, s, rule.away, QUANTILE);
    rule.level = fmin(level, ALIKE_TIMES * fmax(rule.level, common->level));
    return rule;
}

/* ---- The rules ---- */

/* With its ends, which cross others. */
static void set_rule(digitnet__rule *out, digitnet__point *nodes, const side *s, const side_rule *rule) {
    bool upright = s->kind == UPRIGHT;
    double x = upright ? 0.0 : rule->thickness, y = upright ? rule->thickness : 0.0;
    double x_away = upright ? rule->away : 0.0, y_away = upright ? 0.0 : rule->away;
    nodes[0] = (digitnet__point){s->start.x + x_away - x, s->start.y + y_away - y};
    nodes[1] = (digitnet__point){s->end.x + x_away + x, s->end.y + y_away + y};
    *out = (digitnet__rule){nodes[0], nodes[1], rule->thickness, (uint8_t)rule->level, upright, nodes, 2};
}

static void find_rules(digitnet__rules *rules, digitnet__point *nodes, const comb_sides *sides) {
    const side_rule common[] = {usual_rule(sides, ABOVE), usual_rule(sides, BELOW), usual_rule(sides, UPRIGHT)};
    for (size_t i = 0; i < sides->count; i++) {
        const side *s = &sides->items[i];
        side_rule rule = settle(sides, i, &common[s->kind]);
        if (rule.level > 0.0)
            set_rule(&rules->items[rules->count++], nodes + 2 * i, s, &rule);
    }
}

digitnet_status digitnet__comb_erase_rules(digitnet__plane *ink, const digitnet__grid *grid) {
    digitnet__arena scratch = {.size = 0};
    size_t count = SIDES * grid->columns;
    size_t items = digitnet__arena_reserve(&scratch, count, sizeof(side));
    size_t values = digitnet__arena_reserve(&scratch, count, sizeof(double));
    size_t rule_items = digitnet__arena_reserve(&scratch, count, sizeof(digitnet__rule));
    size_t nodes = digitnet__arena_reserve(&scratch, 2 * count, sizeof(digitnet__point));
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    comb_sides sides = {ink, digitnet__arena_at(&scratch, items), count, digitnet__arena_at(&scratch, values),
                        digitnet__comb_cell_width(grid)};
    digitnet__rules rules = {.items = digitnet__arena_at(&scratch, rule_items)};
    for (size_t i = 0; i < grid->columns; i++)
        set_sides(sides.items + SIDES * i, grid, i);
    for (size_t i = 0; i < count; i++)
        sides.items[i].rule = measure(&sides, &sides.items[i], QUANTILE);
    find_rules(&rules, digitnet__arena_at(&scratch, nodes), &sides);
    digitnet__rules_erase(ink, &rules);
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}
