#include "image/rules.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/ridges.h"
#include "image/rules_runs.h"
#include "image/rules_view.h"

#include <math.h>
#include <string.h>

/* Strips are this broad at most; the shortest rule has at least so many of them. */
enum { BROADEST_STRIP = 8, LEAST_STRIPS = 12 };
/* A rule goes on where so many strips do not show it; one that was followed for longer, this part of its strips. */
enum { SHORT_GAP = 10, LONG_GAP = 24, GAP_PART = 4 };
/* A rule's place and slope are foretold from so many strips. */
enum { MEMORY = 12 };
/* The tangent of 15 degrees. */
#define STEEPEST 0.268
/* A stroke covers a rule where its ink is at least this part of the rule's. The least share of all strips that show a
 * rule, of those where nothing covers it, and of its pixels that are ink where it is thicker than a dotted one. */
#define LEAST_COVER 0.75
#define LEAST_SEEN 0.25
#define LEAST_SHOWN 0.75
#define LEAST_SOLID 0.85
enum { THICKEST_DOTS = 4 };
/* A stroke of a digit, or of some that touch each other, is shorter than this part of the least length of rules. */
#define LONG_RUN (2.0 / 3.0)
/* What continues a rule has this part of its least length, at least. */
enum { PARTS = 4 };
/* What seems to have more rules is texture, and has none. */
enum { MOST_RULES = 1024 };
/* Where parts are joined, nodes are so far from each other, in pixels: else places that differ by their noise made a
 * steep slope. */
#define NEAREST_NODE 4.0
#define NONE UINT32_MAX

/* A rule as far as it was followed. */
typedef struct track {
    double place, slope;     /* expected in the present strip; by strip */
    double thickness, level; /* the sums over its ridges */
    uint32_t last;           /* ridge */
    uint32_t first_strip, last_strip, ridges;
    uint32_t hidden, missed; /* strips: where strokes cover it, in all; since the last ridge, where they do not */
    uint32_t hidden_before;  /* the last ridge */
} track;

typedef struct tracks {
    track *items;
    size_t count, capacity;
    digitnet__pool pool;
} tracks;

/* What is searched, and what was found. */
typedef struct search {
    const digitnet__plane *ink;
    digitnet__ridges ridges;
    tracks tracks;
    unsigned char *taken; /* ridges that are part of a track */
    size_t length;
    digitnet__rules *rules;
    size_t capacity; /* for rules */
} search;

/* ---- Following rules from strip to strip
 * ------------------------------------------------------------------------------ */

/* How far from the expected place a rule may be. */
static double tolerance(const track *t, const search *s) {
    if (t->ridges == 1)
        return 1.0 + STEEPEST * (double)s->ridges.strip;
    return 1.0 + 2.0 / t->ridges + 0.2 * t->thickness / t->ridges;
}

/* The filter with growing and then constant memory of a straight line's place and slope, by least squares: Brookner,
 * "Tracking and Kalman Filtering Made Easy" (1998), section 1.2.10. */
static void follow(track *t, const digitnet__ridges *ridges, uint32_t ridge, size_t strip) {
    double n = t->ridges < MEMORY ? t->ridges + 1 : MEMORY, error = (double)ridges->items[ridge].place - t->place;
    t->place += error * 2.0 * (2.0 * n - 1.0) / (n * (n + 1.0));
    t->slope += error * 6.0 / (n * (n + 1.0));
    ridges->items[ridge].before = t->last;
    t->thickness += (double)ridges->items[ridge].thickness;
    t->level += ridges->items[ridge].level;
    t->last = ridge;
    t->last_strip = (uint32_t)strip;
    t->hidden_before = t->hidden;
    t->missed = 0;
    t->ridges++;
}

/* For a rule that shows no ridge in a strip: where a stroke covers it, none can be seen. */
static void miss(track *t, const search *s, size_t strip) {
    size_t breadth = s->ridges.strip;
    double sum = 0.0;
    for (size_t i = 0; i < breadth; i++)
        sum += digitnet__rules_ink_at(s->ink, s->ridges.upright, (double)(strip * breadth + i), t->place);
    bool covered = sum / (double)breadth >= LEAST_COVER * t->level / t->ridges;
    t->hidden += covered;
    t->missed += !covered;
}

/* Whether a ridge may be the rule's by its look; that of a stroke along the rule is broader and darker. */
static bool is_like(const digitnet__ridge *ridge, const track *t) {
    double thickness = t->thickness / t->ridges, level = t->level / t->ridges;
    return !digitnet__rules_is_thicker((double)ridge->thickness, thickness) &&
           !digitnet__rules_is_darker(ridge->level, level) && ridge->level + DNN_RULES_LEVEL_NOISE >= 0.5 * level;
}

/* The nearest ridge that is free and within reach, or NONE. */
static uint32_t nearest(const search *s, const track *t, size_t first, size_t end) {
    double least = tolerance(t, s);
    uint32_t found = NONE;
    for (size_t i = first; i < end && (double)s->ridges.items[i].place <= t->place + least; i++) {
        double distance = fabs((double)s->ridges.items[i].place - t->place);
        if (!s->taken[i] && distance <= least && is_like(&s->ridges.items[i], t)) {
            least = distance;
            found = (uint32_t)i;
        }
    }
    return found;
}

/* Gives ridges of a strip to the tracks, which are in the order of their places. Those that are well known choose
 * first. */
static void match(search *s, size_t strip) {
    size_t end = s->ridges.first[strip + 1];
    for (int round = 0; round < 2; round++) {
        size_t first = s->ridges.first[strip];
        for (size_t i = 0; i < s->tracks.count; i++) {
            track *t = &s->tracks.items[i];
            double reach = 3.0 + STEEPEST * (double)s->ridges.strip + 0.2 * t->thickness / t->ridges;
            while (first < end && (double)s->ridges.items[first].place < t->place - reach)
                first++;
            if ((t->ridges >= MEMORY / 2) != (round == 0) || t->last_strip == strip)
                continue;
            uint32_t ridge = nearest(s, t, first, end);
            if (ridge == NONE) {
                miss(t, s, strip);
                continue;
            }
            s->taken[ridge] = 1;
            follow(t, &s->ridges, ridge, strip);
        }
    }
}

/* How many strips may pass before a rule shows again. */
static size_t longest_gap(const track *t) {
    size_t gap = t->ridges / GAP_PART;
    return gap < SHORT_GAP ? SHORT_GAP : gap > LONG_GAP ? LONG_GAP : gap;
}

static void sort_by_place(tracks *all) {
    for (size_t i = 1; i < all->count; i++) { /* they are nearly in order */
        track moved = all->items[i];
        size_t to = i;
        for (; to > 0 && all->items[to - 1].place > moved.place; to--)
            all->items[to] = all->items[to - 1];
        all->items[to] = moved;
    }
}

static digitnet_status begin_tracks(search *s, size_t strip) {
    for (size_t i = s->ridges.first[strip]; i < s->ridges.first[strip + 1]; i++) {
        if (s->taken[i])
            continue;
        void *items = s->tracks.items;
        digitnet_status status =
            digitnet__pool_grow(&items, &s->tracks.capacity, &s->tracks.pool, s->tracks.count, sizeof *s->tracks.items);
        if (status)
            return status;
        digitnet__ridge *ridge = &s->ridges.items[i];
        ridge->before = NONE;
        s->tracks.items = items;
        s->tracks.items[s->tracks.count++] = (track){.place = (double)ridge->place,
                                                     .thickness = (double)ridge->thickness,
                                                     .level = ridge->level,
                                                     .last = (uint32_t)i,
                                                     .first_strip = (uint32_t)strip,
                                                     .last_strip = (uint32_t)strip,
                                                     .ridges = 1};
    }
    return DIGITNET_OK;
}

/* ---- Judging them
 * ----------------------------------------------------------------------------------------------------- */

/* Where a rule that goes through `node`, the middle of its last strip, from `inner`, ends. */
static digitnet__point find_end(const search *s, const digitnet__ridge *last, digitnet__point inner,
                                digitnet__point node) {
    double forward = node.x > inner.x ? 1.0 : -1.0, slope = (node.y - inner.y) / (node.x - inner.x);
    digitnet__point end = {node.x + 0.5 * forward, node.y + 0.5 * forward * slope};
    for (size_t i = 0; i < 2 * s->ridges.strip; i++) {
        digitnet__point next = {end.x + forward, end.y + forward * slope};
        if (digitnet__rules_ink_at(s->ink, s->ridges.upright, next.x, next.y) <= last->level / 2)
            break;
        end = next;
    }
    return end;
}

/* The middles of strips, and both ends. */
static void read_nodes(digitnet__rule *rule, const search *s, uint32_t last) {
    const digitnet__ridges *ridges = &s->ridges;
    digitnet__point *nodes = rule->nodes;
    size_t count = rule->node_count;
    uint32_t ridge = last, first = last;
    for (size_t i = count - 1; i-- > 1; first = ridge, ridge = ridges->items[ridge].before)
        nodes[i] = (digitnet__point){((double)ridges->items[ridge].strip + 0.5) * (double)ridges->strip,
                                     (double)ridges->items[ridge].place};
    nodes[0] = find_end(s, &ridges->items[first], nodes[2], nodes[1]);
    nodes[count - 1] = find_end(s, &ridges->items[last], nodes[count - 3], nodes[count - 2]);
    for (size_t i = 0; i < count; i++)
        nodes[i] = digitnet__rules_turn(nodes[i], ridges->upright);
    rule->start = nodes[0];
    rule->end = nodes[count - 1];
}

/* The share of pixels along the middle line that have its ink, where strips show the rule. */
static double solid_share(const digitnet__rule *rule, const search *s, uint32_t last) {
    size_t strip = s->ridges.strip, solid = 0;
    uint32_t ridge = last;
    for (size_t i = rule->node_count - 1; i-- > 1; ridge = s->ridges.items[ridge].before) {
        digitnet__point node = digitnet__rules_turn(rule->nodes[i], rule->upright);
        for (size_t j = 0; j < strip; j++)
            solid += digitnet__rules_ink_at(s->ink, rule->upright, node.x - (double)strip / 2.0 + (double)j, node.y) >
                     s->ridges.items[ridge].level / 2;
    }
    return (double)solid / (double)((rule->node_count - 2) * strip);
}

/* Keeps the rule that a track shows, if it shows one or a part of one. */
static digitnet_status judge(search *s, const track *t) {
    size_t spanned = t->last_strip - t->first_strip + 1;
    digitnet__rule rule = {.upright = s->ridges.upright, .node_count = t->ridges + 2};
    size_t open = spanned - t->hidden_before;
    if ((spanned + 1) * s->ridges.strip < s->length / PARTS || t->ridges < 2 ||
        t->ridges < LEAST_SHOWN * (double)open || t->ridges < LEAST_SEEN * (double)spanned)
        return DIGITNET_OK;
    void *nodes, *items = s->rules->items;
    DNN_TRY(digitnet__pool_allocate(&nodes, &s->rules->pool, rule.node_count, sizeof *rule.nodes));
    rule.nodes = nodes;
    read_nodes(&rule, s, t->last);
    rule.thickness = fmax(t->thickness / t->ridges - 0.5 * fabs(t->slope), 1.0); /* a strip blurs what leans */
    if ((rule.thickness > THICKEST_DOTS && solid_share(&rule, s, t->last) < LEAST_SOLID) ||
        !digitnet__rules_keep_runs(&rule, s->ink, 0.5 * t->level / t->ridges, LONG_RUN * (double)s->length))
        return DIGITNET_OK;
    DNN_TRY(digitnet__pool_grow(&items, &s->capacity, &s->rules->pool, s->rules->count, sizeof *s->rules->items));
    s->rules->items = items;
    s->rules->items[s->rules->count++] = rule;
    return DIGITNET_OK;
}

static double length_of(const digitnet__rule *rule) {
    return hypot(rule->end.x - rule->start.x, rule->end.y - rule->start.y);
}

/* Whether a part looks like a rule and lies on the straight line through it, not far from one of its ends. */
static bool continues(const digitnet__rule *part, const digitnet__rule *rule, double farthest) {
    digitnet__point a = digitnet__rules_turn(rule->start, rule->upright);
    digitnet__point b = digitnet__rules_turn(rule->end, rule->upright);
    digitnet__point c = digitnet__rules_turn(part->start, rule->upright);
    digitnet__point d = digitnet__rules_turn(part->end, rule->upright);
    double slope = (b.y - a.y) / (b.x - a.x), reach = 1.0 + 1.5 * rule->thickness;
    return part->upright == rule->upright && part->thickness <= reach && fmax(c.x - b.x, a.x - d.x) <= farthest &&
           fabs(a.y + (c.x - a.x) * slope - c.y) <= reach && fabs(a.y + (d.x - a.x) * slope - d.y) <= reach;
}

/* Adds the nodes of what continues a rule. */
static digitnet_status join(digitnet__rules *rules, digitnet__rule *rule, const digitnet__rule *part) {
    void *memory;
    digitnet__point start = digitnet__rules_turn(rule->start, rule->upright);
    digitnet__point end = digitnet__rules_turn(rule->end, rule->upright);
    size_t count = 0, before = 0;
    DNN_TRY(digitnet__pool_allocate(&memory, &rules->pool, rule->node_count + part->node_count, sizeof *rule->nodes));
    digitnet__point *nodes = memory;
    while (before < part->node_count &&
           digitnet__rules_turn(part->nodes[before], rule->upright).x < start.x - NEAREST_NODE)
        nodes[count++] = part->nodes[before++];
    memcpy(nodes + count, rule->nodes, rule->node_count * sizeof *nodes);
    count += rule->node_count;
    for (size_t i = before; i < part->node_count; i++)
        if (digitnet__rules_turn(part->nodes[i], rule->upright).x > end.x + NEAREST_NODE)
            nodes[count++] = part->nodes[i];
    rule->nodes = nodes;
    rule->node_count = count;
    rule->start = nodes[0];
    rule->end = nodes[count - 1];
    return DIGITNET_OK;
}

/* Joins parts to the rules that they continue, and leaves the others out. */
static digitnet_status join_parts(search *s) {
    digitnet__rules *rules = s->rules;
    double farthest = (double)(LONG_GAP * s->ridges.strip);
    size_t longs = 0;
    for (size_t i = 0; i < rules->count; i++) { /* the parts come last */
        digitnet__rule rule = rules->items[i];
        if (length_of(&rule) < (double)s->length)
            continue;
        memmove(rules->items + longs + 1, rules->items + longs, (i - longs) * sizeof rule);
        rules->items[longs++] = rule;
    }
    if (longs > MOST_RULES) {
        rules->count = 0;
        return DIGITNET_OK;
    }
    for (size_t i = 0; i < longs; i++) {
        for (size_t j = longs; j < rules->count; j++) {
            if (!continues(&rules->items[j], &rules->items[i], farthest))
                continue;
            DNN_TRY(join(rules, &rules->items[i], &rules->items[j]));
            rules->items[j] = rules->items[--rules->count];
            j = longs - 1; /* another part may continue what it is now */
        }
    }
    rules->count = longs;
    return DIGITNET_OK;
}

/* ---- A picture's rules of one direction
 * ------------------------------------------------------------------------------- */

/* Moves on to a strip; tracks that were lost, and all after the last strip, end. */
static digitnet_status move_on(search *s, size_t strip) {
    size_t left = 0;
    for (size_t i = 0; i < s->tracks.count; i++) {
        track *t = &s->tracks.items[i];
        bool lost = t->missed > longest_gap(t) || fabs(t->slope) > STEEPEST * (double)s->ridges.strip;
        if (lost || strip == s->ridges.strips) {
            DNN_TRY(judge(s, t));
            continue;
        }
        t->place += t->slope;
        s->tracks.items[left++] = *t;
    }
    s->tracks.count = left;
    return DIGITNET_OK;
}

static digitnet_status follow_all(search *s) {
    for (size_t strip = 0; strip < s->ridges.strips; strip++) {
        DNN_TRY(move_on(s, strip));
        sort_by_place(&s->tracks);
        match(s, strip);
        DNN_TRY(begin_tracks(s, strip));
    }
    return move_on(s, s->ridges.strips);
}

static digitnet_status find_direction(search *s, size_t strip, size_t thickness, bool upright) {
    digitnet_status status = digitnet__ridges_find(&s->ridges, s->ink, strip, thickness, upright);
    if (status)
        return status;
    s->tracks = (tracks){.pool = {.left = SIZE_MAX}};
    s->taken = digitnet__allocate_zeroed_array(s->ridges.count, 1);
    status = s->taken ? follow_all(s) : DIGITNET_ENOMEM;
    digitnet__release(s->taken);
    digitnet__pool_release(&s->tracks.pool);
    digitnet__ridges_release(&s->ridges);
    return status;
}

digitnet_status digitnet__rules_find(digitnet__rules *out, const digitnet__plane *ink, size_t length,
                                     size_t thickness) {
    size_t strip = length / LEAST_STRIPS;
    search s = {.ink = ink, .length = length, .rules = out};
    *out = (digitnet__rules){.pool = {.left = SIZE_MAX}};
    strip = strip < 1 ? 1 : strip > BROADEST_STRIP ? BROADEST_STRIP : strip;
    digitnet_status status = find_direction(&s, strip, thickness, false);
    if (!status)
        status = find_direction(&s, strip, thickness, true);
    if (!status)
        status = join_parts(&s);
    if (status)
        digitnet__rules_release(out);
    return status;
}

void digitnet__rules_release(digitnet__rules *rules) {
    digitnet__pool_release(&rules->pool);
    *rules = (digitnet__rules){.items = NULL};
}
