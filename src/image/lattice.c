#include "image/lattice.h"

#include "core/ieee.h"
#include "image/lower_bound.h"

#include <math.h>
#include <string.h>

/* How far from its place a line may be, in spacings. */
#define TOLERANCE 0.22
/* Candidates nearer than this to each other, in spacings, are one line. */
#define SAME_LINE 0.15
/* A candidate seen along this part of the table is a rule. */
#define STRONG 0.5
/* Lines are joined where this much was seen of the rules that cross them. */
#define JOINED 0.5
/* The part of evenly spaced lines that need to be seen. */
#define LEAST_SEEN 0.65
/* Lines that are not seen in a row. */
enum { MOST_MISSING = 2 };
/* Rules up to the next one that may be a neighbour: a row that leaves out more of them is worth nothing. */
enum { MOST_BETWEEN = 32 };

/* Evenly spaced places, of which the candidates are some: `line` of the candidate at each, or none. */
typedef struct row {
    size_t places, chosen[DNN_LATTICE_MOST];
    double positions[DNN_LATTICE_MOST];
    double sums[DNN_LATTICE_MOST]; /* of the weights of places up to each, less what the gaps between take off */
    bool joined[DNN_LATTICE_MOST]; /* to the next place */
} row;

typedef struct candidates {
    const digitnet__candidate *items;
    size_t count;
} candidates;

static size_t first_from(const candidates *c, double position) {
    return digitnet__lower_bound(&c->items->position, sizeof *c->items, 0, c->count, position);
}

/* The candidate that fits the place best, or none. */
static size_t best_at(const candidates *c, double place, double tolerance) {
    size_t best = DNN_NO_LINE;
    double highest = 0.0;
    for (size_t i = first_from(c, place - tolerance); i < c->count && c->items[i].position <= place + tolerance; i++) {
        double off = (c->items[i].position - place) / tolerance;
        double value = c->items[i].weight * (1.0 - 0.75 * off * off);
        if (value > highest) {
            highest = value;
            best = i;
        }
    }
    return best;
}

/* Follows the row from `first`, in the direction of `spacing`; returns how many places it found, the last of which was
 * seen. */
static size_t follow(const candidates *c, size_t first, double spacing, size_t *chosen, double *positions) {
    double at = c->items[first].position;
    size_t places = 0, missing = 0;
    for (size_t i = 0; i < DNN_LATTICE_MOST / 2 - 1 && missing <= MOST_MISSING; i++) {
        double place = at + spacing;
        chosen[i] = best_at(c, place, TOLERANCE * fabs(spacing));
        at = place;
        missing++;
        if (chosen[i] != DNN_NO_LINE) {
            double off = c->items[chosen[i]].position - place;
            spacing += off / (double)(missing + 1);
            at = place + off;
            /* Lines that were missed lie between those that were seen. */
            for (size_t k = 1; k < missing; k++)
                positions[i - k] += off * (double)(missing - k) / (double)missing;
            missing = 0;
            places = i + 1;
        }
        positions[i] = at;
    }
    return places;
}

/* The row of which these two candidates are neighbours. */
static void make_row(row *out, const candidates *c, size_t first, size_t second) {
    size_t chosen[DNN_LATTICE_MOST];
    double positions[DNN_LATTICE_MOST], spacing = c->items[second].position - c->items[first].position;
    size_t before = follow(c, first, -spacing, chosen, positions);
    for (size_t i = 0; i < before; i++) {
        out->chosen[i] = chosen[before - 1 - i];
        out->positions[i] = positions[before - 1 - i];
    }
    out->chosen[before] = first;
    out->positions[before] = c->items[first].position;
    size_t after = follow(c, first, spacing, out->chosen + before + 1, out->positions + before + 1);
    out->places = before + 1 + after;
}

/* Whether the rules that cross the lines go on from one position to the other. */
static bool are_joined(const candidates *c, double from, double to) {
    double margin = TOLERANCE * (to - from);
    size_t i = first_from(c, from + margin);
    for (i = i > 0 ? i - 1 : 0; i + 1 < c->count && c->items[i].position < to - margin; i++)
        if (c->items[i].joined < JOINED && c->items[i + 1].position - c->items[i].position > margin)
            return false;
    return true;
}

/* What the gap behind a place takes off a row's value: half of what the candidates in it weigh that do not fit, and 1
 * where it is not joined. */
static double gap_value(const row *r, const candidates *c, size_t place) {
    double from = r->positions[place], to = r->positions[place + 1], margin = TOLERANCE * (to - from), between = 0.0;
    for (size_t i = first_from(c, from + margin); i < c->count && c->items[i].position < to - margin; i++)
        between += c->items[i].weight * c->items[i].weight;
    return between / 2.0 + (r->joined[place] ? 0.0 : 1.0);
}

static double place_weight(const row *r, const candidates *c, size_t place) {
    return r->chosen[place] == DNN_NO_LINE ? 0.0 : c->items[r->chosen[place]].weight;
}

/* Sums up, for each place, what the places up to it weigh, less what the gaps between them take off. */
static void sum_up(row *r, const candidates *c) {
    double sum = 0.0;
    for (size_t i = 0; i < r->places; i++) {
        sum += place_weight(r, c, i);
        r->sums[i] = sum;
        if (i + 1 == r->places)
            break;
        r->joined[i] = are_joined(c, r->positions[i], r->positions[i + 1]);
        sum -= gap_value(r, c, i);
    }
}

static void keep_row(digitnet__lattice *out, const row *r, size_t first, size_t lines) {
    out->lines = lines;
    memcpy(out->positions, r->positions + first, lines * sizeof *r->positions);
}

/* Keeps the best `lines` places of the row in a row where they are worth more than `*best`. */
static void choose_part(digitnet__lattice *out, double *best, const row *r, const candidates *c, size_t lines) {
    for (size_t first = 0; first + lines <= r->places; first++) {
        double value = r->sums[first + lines - 1] - r->sums[first] + place_weight(r, c, first);
        if (value > *best) {
            *best = value;
            keep_row(out, r, first, lines);
        }
    }
}

/* The same for any number of joined places, of which the first and the last are rules. */
static void choose_whole(digitnet__lattice *out, double *best, const row *r, const candidates *c) {
    size_t first = r->places; /* the best place to begin at; none */
    double before = 0.0;      /* the sum of what is before it */
    for (size_t i = 0; i < r->places; i++) {
        double weight = place_weight(r, c, i), value = r->sums[i] - before;
        if (i > 0 && !r->joined[i - 1])
            first = r->places;
        if (weight < STRONG)
            continue;
        if (first < i && value > *best) {
            *best = value;
            keep_row(out, r, first, i + 1 - first);
        }
        if (first == r->places || value < weight) {
            first = i;
            before = r->sums[i] - weight;
        }
    }
}

static bool is_strong(const digitnet__candidate *item) {
    return item->weight >= STRONG;
}

/* Numbers the strong candidates, none of which has been a neighbour of another. */
static void number_strong(digitnet__candidate *items, size_t count) {
    for (size_t i = 0, rank = 0; i < count; i++) {
        items[i].tried = 0;
        items[i].rank = rank;
        rank += is_strong(&items[i]);
    }
}

/* Remembers which candidates are neighbours in a row: from each pair of them the same row would be made again. */
static void note_neighbours(digitnet__candidate *items, const row *r) {
    for (size_t i = 0; i + 1 < r->places; i++) {
        size_t first = r->chosen[i], second = r->chosen[i + 1];
        if (first == DNN_NO_LINE || second == DNN_NO_LINE || !is_strong(&items[first]) || !is_strong(&items[second]))
            continue;
        size_t apart = items[second].rank - items[first].rank;
        if (apart <= MOST_BETWEEN)
            items[first].tried |= UINT64_C(1) << apart;
    }
}

/* The best evenly spaced lines; their value. */
static double choose_even(digitnet__lattice *out, digitnet__candidate *items, size_t count, size_t lines) {
    candidates all = {items, count}, *c = &all;
    double best = 0.0;
    row r;
    number_strong(items, count);
    for (size_t first = 0; first < c->count; first++) {
        if (!is_strong(&items[first]))
            continue;
        for (size_t second = first + 1; second < c->count && items[second].rank - items[first].rank <= MOST_BETWEEN;
             second++) {
            if (!is_strong(&items[second]) || items[first].tried >> (items[second].rank - items[first].rank) & 1)
                continue;
            make_row(&r, c, first, second);
            sum_up(&r, c);
            note_neighbours(items, &r);
            if (lines > 0)
                choose_part(out, &best, &r, c, lines);
            else
                choose_whole(out, &best, &r, c);
        }
    }
    return best;
}

/* Strong candidates that are joined, neighbours of `same` or less taken together, the strongest for all; their weights'
 * sum. */
static double choose_strong(digitnet__lattice *out, const candidates *c, double same, size_t lines) {
    digitnet__lattice run = {.lines = 0};
    double best = 0.0, sum = 0.0, strongest = 0.0;
    out->lines = 0;
    for (size_t i = 0; i <= c->count; i++) {
        const digitnet__candidate *item = c->items + i;
        bool ends = i == c->count, strong = !ends && item->weight >= STRONG;
        double last = run.lines > 0 ? run.positions[run.lines - 1] : -INFINITY;
        bool is_new = strong && item->position - last > same;
        if (run.lines > 0 && (ends || (is_new && !are_joined(c, last, item->position)))) {
            if (sum > best && run.lines > 1 && (lines == 0 || run.lines == lines)) {
                best = sum;
                *out = run;
            }
            run.lines = 0;
            sum = 0.0;
        }
        if (!strong || (is_new && run.lines == DNN_LATTICE_MOST) || (!is_new && item->weight <= strongest))
            continue;
        sum += item->weight - (is_new ? 0.0 : strongest);
        strongest = item->weight;
        run.lines += is_new;
        run.positions[run.lines - 1] = item->position;
    }
    return best;
}

/* Gives each candidate the line that it is near to. */
static void assign(digitnet__candidate *items, size_t count, const digitnet__lattice *lattice) {
    for (size_t i = 0; i < count; i++) {
        items[i].line = DNN_NO_LINE;
        for (size_t line = 0; line < lattice->lines; line++) {
            const double *at = lattice->positions + line;
            double spacing = INFINITY;
            if (line > 0)
                spacing = at[0] - at[-1];
            if (line + 1 < lattice->lines)
                spacing = fmin(spacing, at[1] - at[0]);
            if (fabs(items[i].position - at[0]) <= SAME_LINE * spacing)
                items[i].line = line;
        }
    }
}

bool digitnet__lattice_choose(digitnet__lattice *lattice, digitnet__candidate *items, size_t count, size_t lines) {
    candidates c = {items, count};
    digitnet__lattice even = {.lines = 0}, strong;
    if (count < 2)
        return false;
    double even_value = choose_even(&even, items, count, lines);
    double length = items[count - 1].position - items[0].position;
    double same = even.lines > 1 ? SAME_LINE * (even.positions[even.lines - 1] - even.positions[0]) / (double)even.lines
                                 : 0.02 * length;
    double strong_value = choose_strong(&strong, &c, same, lines);
    bool even_serves = even.lines > 1 && even_value >= LEAST_SEEN * (double)even.lines;
    bool strong_serves = strong.lines > 1;
    if (!even_serves && !strong_serves)
        return false;
    *lattice = strong_serves && (!even_serves || strong_value > even_value + STRONG) ? strong : even;
    assign(items, count, lattice);
    return true;
}
