#include "image/lattice.h"

#include "core/ieee.h"

#include <math.h>
#include <string.h>

/* How far from its place a line may be, in spacings. */
#define TOLERANCE 0.22
/* Candidates nearer than this to each other, in spacings, are one line. */
#define SAME_LINE 0.15
/* A candidate seen along this part of the table is a rule. */
#define STRONG 0.5
/* The part of evenly spaced lines that need to be seen. */
#define LEAST_SEEN 0.65
/* Lines that are not seen in a row. */
enum { MOST_MISSING = 2 };

/* Evenly spaced places, of which the candidates are some: `line` of the candidate at each, or none. */
typedef struct row {
    size_t places, chosen[DNN_LATTICE_MOST];
    double positions[DNN_LATTICE_MOST];
} row;

typedef struct candidates {
    const digitnet__candidate *items;
    size_t count;
} candidates;

static size_t first_from(const candidates *c, double position) {
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->items[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
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

/* The sum of weights of those places `first` .. `first + lines - 1` that were seen, without half of the candidates
 * between them that do not fit. */
static double row_value(const row *r, const candidates *c, size_t first, size_t lines) {
    double value = 0.0, between = 0.0;
    for (size_t i = first; i < first + lines; i++)
        value += r->chosen[i] == DNN_NO_LINE ? 0.0 : c->items[r->chosen[i]].weight;
    for (size_t i = first; i + 1 < first + lines; i++) {
        double spacing = r->positions[i + 1] - r->positions[i];
        for (size_t k = first_from(c, r->positions[i] + TOLERANCE * spacing);
             k < c->count && c->items[k].position < r->positions[i + 1] - TOLERANCE * spacing; k++)
            between += c->items[k].weight;
    }
    return value - between / 2.0;
}

static bool ends_strong(const row *r, const candidates *c, size_t first, size_t lines) {
    size_t a = r->chosen[first], b = r->chosen[first + lines - 1];
    return a != DNN_NO_LINE && b != DNN_NO_LINE && c->items[a].weight >= STRONG && c->items[b].weight >= STRONG;
}

static void keep_row(digitnet__lattice *out, const row *r, size_t first, size_t lines) {
    out->lines = lines;
    memcpy(out->positions, r->positions + first, lines * sizeof *r->positions);
}

/* The best evenly spaced lines; their value. */
static double choose_even(digitnet__lattice *out, const candidates *c, size_t lines) {
    double best = 0.0;
    row r;
    for (size_t first = 0; first < c->count; first++) {
        for (size_t second = first + 1; second < c->count; second++) {
            if (c->items[first].weight < STRONG || c->items[second].weight < STRONG)
                continue;
            make_row(&r, c, first, second);
            for (size_t start = 0; start < r.places; start++) {
                size_t least = lines ? lines : 2, most = lines ? lines : r.places - start;
                for (size_t n = least; n <= most && start + n <= r.places; n++) {
                    double value = row_value(&r, c, start, n);
                    if (value > best && (lines || ends_strong(&r, c, start, n))) {
                        best = value;
                        keep_row(out, &r, start, n);
                    }
                }
            }
        }
    }
    return best;
}

/* All strong candidates, neighbours of `same` or less taken together, the strongest for all; their weights' sum. */
static double choose_strong(digitnet__lattice *out, const candidates *c, double same) {
    double sum = 0.0, strongest = 0.0;
    out->lines = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i].weight < STRONG)
            continue;
        bool is_new = out->lines == 0 || c->items[i].position - out->positions[out->lines - 1] > same;
        if (is_new && out->lines == DNN_LATTICE_MOST)
            return 0.0;
        if (!is_new && c->items[i].weight <= strongest)
            continue;
        sum += c->items[i].weight - (is_new ? 0.0 : strongest);
        strongest = c->items[i].weight;
        out->lines += is_new;
        out->positions[out->lines - 1] = c->items[i].position;
    }
    return sum;
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
    double even_value = choose_even(&even, &c, lines);
    double length = items[count - 1].position - items[0].position;
    double same = even.lines > 1 ? SAME_LINE * (even.positions[even.lines - 1] - even.positions[0]) / (double)even.lines
                                 : 0.02 * length;
    double strong_value = choose_strong(&strong, &c, same);
    bool even_serves = even.lines > 1 && even_value >= LEAST_SEEN * (double)even.lines;
    bool strong_serves = strong.lines > 1 && (lines == 0 || strong.lines == lines);
    if (!even_serves && !strong_serves)
        return false;
    *lattice = strong_serves && (!even_serves || strong_value > even_value + STRONG) ? strong : even;
    assign(items, count, lattice);
    return true;
}
