#include "image/rules_runs.h"

#include "image/rules_view.h"

#include <math.h>

/* Ink without a gap, in pixels along the rule. */
typedef struct run {
    double first, end;
    bool joined; /* to ink above or below */
} run;

/* What is seen along a rule, and the runs that were found so far. */
typedef struct search {
    const digitnet__rule *rule;
    const digitnet__plane *ink;
    double faintest;                /* the least ink of the rule */
    run last;                       /* empty where the last place shows no ink */
    digitnet__rule_runs runs;       /* those before it */
    uint32_t levels[UINT8_MAX + 1]; /* how many places have this ink */
} search;

/* The most ink that a place of the rule has, from one side to the other. */
static uint8_t ink_of(const search *s, double along, double across) {
    uint8_t most = 0;
    for (double offset = -s->rule->thickness / 2.0; offset <= s->rule->thickness / 2.0; offset += 1.0) {
        uint8_t ink = digitnet__rules_ink_at(s->ink, s->rule->upright, along, across + offset);
        most = ink > most ? ink : most;
    }
    return most;
}

/* Whether ink goes on above or below. */
static bool is_joined(const search *s, double along, double across) {
    double beside = s->rule->thickness / 2.0 + DNN_RULES_BLUR + 1.0, least = fmax(s->faintest, DNN_RULES_NOISE);
    return digitnet__rules_ink_at(s->ink, s->rule->upright, along, across - beside) > least ||
           digitnet__rules_ink_at(s->ink, s->rule->upright, along, across + beside) > least;
}

void digitnet__rule_runs_add(digitnet__rule_runs *runs, double first, double end, bool joined) {
    double length = end - first;
    if (joined && length < runs->longest) {
        runs->strokes_behind += length;
        return;
    }
    if (runs->own == 0.0)
        runs->first = first;
    else
        runs->strokes += runs->strokes_behind;
    runs->strokes_behind = 0.0;
    runs->own += length;
    runs->end = end;
}

bool digitnet__rule_runs_are_rule(const digitnet__rule_runs *runs) {
    return runs->own > 0.0 && runs->own >= runs->strokes;
}

/* Judges the last run, which ends here. */
static void end_run(search *s) {
    if (s->last.end > s->last.first)
        digitnet__rule_runs_add(&s->runs, s->last.first, s->last.end, s->last.joined);
}

/* Follows a straight part of the rule. */
static void follow_part(search *s, digitnet__point a, digitnet__point b) {
    double slope = (b.y - a.y) / (b.x - a.x);
    for (double along = ceil(a.x - 0.5); along + 0.5 < b.x; along += 1.0) {
        double across = a.y + (along + 0.5 - a.x) * slope;
        uint8_t ink = ink_of(s, along, across);
        if (ink <= s->faintest) {
            end_run(s);
            s->last = (run){along + 1.0, along + 1.0, false};
            continue;
        }
        s->levels[ink]++;
        s->last.end = along + 1.0;
        s->last.joined |= is_joined(s, along, across);
    }
}

/* The median of the rule's ink, which strokes that cover it do not change much. */
static uint8_t usual_level(const search *s) {
    uint64_t places = 0, below = 0;
    uint8_t level = 0;
    for (size_t i = 0; i <= UINT8_MAX; i++)
        places += s->levels[i];
    while (2 * (below + s->levels[level]) < places)
        below += s->levels[level++];
    return level;
}

/* Moves the end `a` of the straight part from a to b. */
static void move_end(digitnet__point *a, digitnet__point b, double along, bool upright) {
    digitnet__point from = digitnet__rules_turn(*a, upright), to = digitnet__rules_turn(b, upright);
    from.y += (along - from.x) * (to.y - from.y) / (to.x - from.x);
    from.x = along;
    *a = digitnet__rules_turn(from, upright);
}

/* Takes away what lies before `first` and from `end` on. */
static void shorten(digitnet__rule *rule, double first, double end) {
    digitnet__point *nodes = rule->nodes;
    size_t from = 0, to = rule->node_count - 1;
    while (from + 1 < to && digitnet__rules_turn(nodes[from + 1], rule->upright).x <= first)
        from++;
    while (to - 1 > from && digitnet__rules_turn(nodes[to - 1], rule->upright).x >= end)
        to--;
    move_end(&nodes[from], nodes[from + 1], first, rule->upright);
    move_end(&nodes[to], nodes[to - 1], end, rule->upright);
    rule->nodes = nodes + from;
    rule->node_count = to - from + 1;
    rule->start = nodes[from];
    rule->end = nodes[to];
}

bool digitnet__rules_keep_runs(digitnet__rule *rule, const digitnet__plane *ink, double faintest, double longest) {
    double start = ceil(digitnet__rules_turn(rule->start, rule->upright).x - 0.5);
    search s = {
        .rule = rule, .ink = ink, .faintest = faintest, .last = {start, start, false}, .runs = {.longest = longest}};
    for (size_t i = 0; i + 1 < rule->node_count; i++)
        follow_part(&s, digitnet__rules_turn(rule->nodes[i], rule->upright),
                    digitnet__rules_turn(rule->nodes[i + 1], rule->upright));
    end_run(&s);
    if (!digitnet__rule_runs_are_rule(&s.runs))
        return false;
    rule->level = usual_level(&s);
    shorten(rule, s.runs.first, s.runs.end);
    return true;
}
