#include "image/line_rules.h"

#include "core/memory.h"
#include "image/rules_runs.h"
#include "image/straight_fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_RULES = 6,
    MOST_STEEPS = 4,   /* slopes looked at, each way */
    MOST_SAMPLES = 96, /* columns looked at for a rule's slope and row */
    LONGEST_GAP = 4    /* columns in which a rule may be broken */
};
/* From one slope to the next, in rows a column. */
#define SLOPE_STEP 0.015
/* The part of its columns where a rule is crossed by nothing. */
#define THIN_SHARE 0.6
/* Strokes that touch form lines too, but crooked ones: by so many pixels, or such a part of the picture's height. */
#define LEAST_BEND 0.75
#define MOST_BEND 0.02
/* A rule is longer than this times the picture's height, or goes from the left edge to the right one. */
#define RULE_LENGTH 1.3

/* For each column and row the row in which the next ink begins, from that row on; `height` where none does. */
typedef struct next_ink {
    uint32_t *rows;
    size_t width, height;
} next_ink;

/* A straight band of rows in which ink is looked for. */
typedef struct band {
    double row, slope; /* its upper edge at column 0 */
    double height;
    size_t length; /* columns in which ink goes on in it */
} band;

/* The vertical run of ink by which a column shows the rule; `end` 0: none. */
typedef struct rule_run {
    uint32_t first, end;
} rule_run;

/* The row where the next ink begins; infinity where none does. */
static double ink_from(const next_ink *next, size_t column, double row) {
    size_t first = row > 0.0 ? (size_t)row : 0;
    uint32_t found = first < next->height ? next->rows[first * next->width + column] : (uint32_t)next->height;
    return found < next->height ? (double)found : INFINITY;
}

static void find_next(next_ink *next, const digitnet__plane *ink, uint8_t threshold) {
    for (size_t row = ink->height; row-- > 0;) {
        for (size_t column = 0; column < ink->width; column++) {
            size_t i = row * ink->width + column;
            bool last = row + 1 == ink->height;
            next->rows[i] = ink->pixels[i] >= threshold ? (uint32_t)row
                            : last                      ? (uint32_t)ink->height
                                                        : next->rows[i + ink->width];
        }
    }
}

/* In how many columns ink goes on in the band without a longer gap, looked at every `step` columns. */
static size_t band_length(const next_ink *next, const band *at, size_t step) {
    size_t longest = 0, start = 0, last = 0;
    for (size_t column = 0; column < next->width; column += step) {
        double row = at->row + at->slope * (double)column;
        if (ink_from(next, column, row) >= row + at->height)
            continue;
        if (column > last + LONGEST_GAP + step)
            start = column;
        last = column;
        longest = last - start > longest ? last - start : longest;
    }
    return longest;
}

/* The band in which ink goes on longest. */
static band longest_band(const next_ink *next) {
    size_t step = next->width / MOST_SAMPLES + 1;
    band best = {.length = 0};
    for (int steep = -MOST_STEEPS; steep <= MOST_STEEPS; steep++) {
        double slope = steep * SLOPE_STEP, fall = slope * (double)next->width;
        /* Wide enough for the slopes between this one and the next. */
        band at = {.slope = slope, .height = 2.0 + SLOPE_STEP / 4 * (double)next->width};
        for (at.row = floor(fmin(0.0, -fall)); at.row < (double)next->height - fmin(fall, 0.0);
             at.row += at.height / 2) {
            at.length = band_length(next, &at, step);
            if (at.length > best.length)
                best = at;
        }
    }
    return best;
}

static int compare_lengths(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The run in the band that lies nearest to where the rule was last. */
static rule_run run_near(const next_ink *next, const digitnet__plane *ink, const band *at, size_t column, double last,
                         uint8_t threshold) {
    double row = at->row + at->slope * (double)column, end = row + at->height, nearest = INFINITY;
    rule_run found = {0, 0};
    while ((row = ink_from(next, column, row)) < end) {
        uint32_t first = (uint32_t)row, stop = first;
        while (first > 0 && ink->pixels[(first - 1) * ink->width + column] >= threshold)
            first--;
        while (stop < ink->height && ink->pixels[stop * ink->width + column] >= threshold)
            stop++;
        double distance = last < first ? first - last : last >= stop ? last - stop + 1 : 0;
        if (distance < nearest) {
            nearest = distance;
            found = (rule_run){first, stop};
        }
        row = stop;
    }
    return found;
}

/* The columns first .. end - 1 in which the rule goes on without a longer gap; the longest such part. */
static void longest_part(const rule_run *runs, size_t width, size_t *first, size_t *end) {
    *first = *end = 0;
    for (size_t start = 0, column = 0, last = 0; column <= width; column++) {
        if (column < width && runs[column].end > 0) {
            if (column > last + LONGEST_GAP)
                start = column;
            last = column;
        }
        if (last + 1 - start > *end - *first && runs[start].end > 0) {
            *first = start;
            *end = last + 1;
        }
    }
}

/* How thick the rule is where nothing else touches it: what a third of the columns do not exceed. */
static uint32_t thickness(uint32_t *lengths, const rule_run *runs, size_t first, size_t end) {
    size_t count = 0;
    for (size_t column = first; column < end; column++)
        if (runs[column].end > 0)
            lengths[count++] = runs[column].end - runs[column].first;
    qsort(lengths, count, sizeof *lengths, compare_lengths);
    return lengths[count / 3];
}

static bool is_thin(rule_run run, uint32_t most) {
    return run.end > 0 && run.end - run.first <= most;
}

/* The most ink that a column has in the rows of a run, which may be another column's. */
static uint8_t level_in(const digitnet__plane *ink, size_t column, rule_run run) {
    uint8_t most = 0;
    for (size_t row = run.first; row < run.end; row++) {
        uint8_t level = ink->pixels[row * ink->width + column];
        most = level > most ? level : most;
    }
    return most;
}

/* Half of the rule's usual ink: where it has so much it goes on, though it be fainter than strokes. */
static double faintest(const digitnet__plane *ink, const rule_run *runs, size_t first, size_t end, uint32_t most) {
    double sum = 0.0, count = 0.0;
    for (size_t column = first; column < end; column++) {
        if (is_thin(runs[column], most)) {
            sum += level_in(ink, column, runs[column]);
            count += 1.0;
        }
    }
    return 0.5 * sum / count;
}

/* Shortens a rule to where its own runs of ink are; false where it is strokes in a row. */
static bool keep_runs(const digitnet__plane *ink, const rule_run *runs, size_t *first, size_t *end, uint32_t most,
                      double longest) {
    digitnet__rule_runs along = {.longest = longest};
    double least = faintest(ink, runs, *first, *end, most);
    for (size_t column = *first; column < *end; column++) {
        size_t start = column, last = column;
        bool joined = false;
        for (; column < *end && (runs[column].end > 0 || level_in(ink, column, runs[last]) >= least); column++) {
            last = runs[column].end > 0 ? column : last;
            joined |= runs[column].end > 0 && !is_thin(runs[column], most);
        }
        if (column > start)
            digitnet__rule_runs_add(&along, (double)start, (double)column, joined);
    }
    *first = (size_t)along.first;
    *end = (size_t)along.end;
    return digitnet__rule_runs_are_rule(&along);
}

/* How far the middles of thin runs are from a straight line through them. */
static double bend(const rule_run *runs, size_t first, size_t end, uint32_t most) {
    digitnet__straight_fit fit = {.count = 0.0};
    for (size_t column = first; column < end; column++)
        if (is_thin(runs[column], most))
            digitnet__straight_fit_add(&fit, (double)column - (double)first,
                                       (runs[column].first + runs[column].end) / 2.0);
    return digitnet__straight_fit_bend(&fit);
}

static void erase_run(digitnet__plane *ink, size_t column, rule_run run) {
    /* With its soft edges. */
    size_t first = run.first > 0 ? run.first - 1 : 0, end = run.end < ink->height ? run.end + 1 : ink->height;
    for (size_t row = first; row < end; row++)
        ink->pixels[row * ink->width + column] = 0;
}

/* Whether the band holds a rule, which is then erased. */
static bool erase_rule(digitnet__plane *ink, const next_ink *next, const band *at, rule_run *runs, uint32_t *lengths,
                       uint8_t threshold) {
    double last = at->row + at->height / 2;
    for (size_t column = 0; column < ink->width; column++) {
        runs[column] = run_near(next, ink, at, column, last + at->slope, threshold);
        last = runs[column].end > 0 ? (runs[column].first + runs[column].end - 1) / 2.0 : last + at->slope;
    }
    size_t first, end;
    longest_part(runs, ink->width, &first, &end);
    if (end == first)
        return false;
    uint32_t thick = thickness(lengths, runs, first, end), most = thick + 1 + thick / 2;
    size_t thin = 0;
    for (size_t column = first; column < end; column++)
        thin += is_thin(runs[column], most);
    double length = RULE_LENGTH * (double)ink->height;
    if (4 * thick > ink->height || (double)thin < THIN_SHARE * (double)(end - first) ||
        bend(runs, first, end, most) > fmax(LEAST_BEND, MOST_BEND * (double)ink->height) ||
        !keep_runs(ink, runs, &first, &end, most, length))
        return false;
    bool whole = first <= LONGEST_GAP && end + LONGEST_GAP >= ink->width;
    if (!whole && (double)(end - first) < length)
        return false;
    for (size_t column = first; column < end; column++)
        if (is_thin(runs[column], most))
            erase_run(ink, column, runs[column]);
    return true;
}

digitnet_status digitnet__line_erase_rules(digitnet__plane *ink, uint8_t threshold) {
    digitnet__arena scratch = {.size = 0};
    size_t rows = digitnet__arena_reserve(&scratch, ink->width * ink->height, sizeof(uint32_t));
    size_t runs = digitnet__arena_reserve(&scratch, ink->width, sizeof(rule_run));
    size_t lengths = digitnet__arena_reserve(&scratch, ink->width, sizeof(uint32_t));
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    next_ink next = {digitnet__arena_at(&scratch, rows), ink->width, ink->height};
    for (int i = 0; i < MOST_RULES; i++) {
        find_next(&next, ink, threshold);
        band best = longest_band(&next);
        if (!erase_rule(ink, &next, &best, digitnet__arena_at(&scratch, runs), digitnet__arena_at(&scratch, lengths),
                        threshold))
            break;
    }
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}
