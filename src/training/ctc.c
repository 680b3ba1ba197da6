/* The loss of connectionist temporal classification, by the forward and backward variables of Graves et al. 2006,
 * section 4.1, as logarithms. */
#include "training/ctc.h"

#include "core/memory.h"
#include "training/losses.h"

#include <math.h>

size_t digitnet__ctc_columns_needed(const int32_t *labels, size_t count) {
    size_t needed = count;
    for (size_t i = 1; i < count; i++)
        needed += labels[i] == labels[i - 1];
    return needed;
}

/* ---- The best path ---- */

bool digitnet__ctc_next(digitnet__ctc_run *run, const float *scores, size_t columns, size_t classes) {
    size_t column = run->end, blank = classes - 1, best = blank;
    while (column < columns && (best = digitnet__index_of_largest(scores + column * classes, classes)) == blank)
        column++;
    if (column == columns)
        return false;
    *run = (digitnet__ctc_run){.label = best, .first = column, .end = column + 1};
    while (run->end < columns && digitnet__index_of_largest(scores + run->end * classes, classes) == best)
        run->end++;
    return true;
}

static bool best_path_says(const float *scores, size_t columns, size_t classes, const int32_t *labels, size_t count) {
    digitnet__ctc_run run = {0};
    size_t read = 0;
    while (digitnet__ctc_next(&run, scores, columns, classes)) {
        if (read == count || run.label != (size_t)labels[read])
            return false;
        read++;
    }
    return read == count;
}

/* ---- The loss ---- */

/* One sample. Its states are the labels with a blank before, between and behind them; a path goes from one of the first
 * two states to one of the last two, by a state or none a column, or by two past a blank between different labels. */
typedef struct lattice {
    const float *scores;
    const int32_t *labels;
    size_t columns, classes, states;
    double *log_sums;  /* columns: the logarithm of the sum that softmax divides by */
    double *forward;   /* columns x states: of the probability of all beginnings that are there, at that column */
    double *backward;  /* states: of all ends that go on from there, of one column */
    double *occupancy; /* classes: the share of the paths that are at a class, of one column */
} lattice;

/* Labels that do not fit into the columns have been refused. */
static size_t most_states(size_t columns, size_t max_labels) {
    return 2 * (max_labels < columns ? max_labels : columns) + 1;
}

size_t digitnet__ctc_scratch(size_t columns, size_t classes, size_t max_labels) {
    size_t states = most_states(columns, max_labels), values;
    if (!digitnet__size_multiply(&values, columns, states + 1) || !digitnet__size_add(&values, values, states) ||
        !digitnet__size_add(&values, values, classes) || !digitnet__size_multiply(&values, values, sizeof(double)))
        return SIZE_MAX;
    return values;
}

static lattice lattice_of(const digitnet__loss_rows *rows, size_t row) {
    size_t columns = rows->steps, classes = rows->columns / rows->steps;
    double *memory = rows->scratch;
    lattice own = {.scores = rows->outputs + row * rows->columns,
                   .labels = rows->labels + row * rows->max_labels,
                   .columns = columns,
                   .classes = classes,
                   .states = 2 * (size_t)rows->label_counts[row] + 1};
    own.log_sums = memory;
    own.forward = own.log_sums + columns;
    own.backward = own.forward + columns * own.states;
    own.occupancy = own.backward + own.states;
    return own;
}

static size_t class_of(const lattice *own, size_t state) {
    return state % 2 ? (size_t)own->labels[state / 2] : own->classes - 1;
}

/* Whether a path may come to this state from the one before the blank before it. */
static bool skips_blank(const lattice *own, size_t state) {
    return state % 2 && state > 1 && own->labels[state / 2] != own->labels[state / 2 - 1];
}

static double log_probability(const lattice *own, size_t column, size_t class) {
    return (double)own->scores[column * own->classes + class] - own->log_sums[column];
}

/* The logarithm of a sum of which the logarithms of the terms are known; that of 0 is -infinity. */
static double log_add(double a, double b) {
    double larger = a < b ? b : a, smaller = a < b ? a : b;
    return smaller == -INFINITY ? larger : larger + log1p(exp(smaller - larger));
}

/* exp(z - largest) is at most 1. 0 * z is NaN where a score is not finite, which exp(-inf) would hide. */
static void find_log_sums(const lattice *own) {
    for (size_t t = 0; t < own->columns; t++) {
        const float *z = own->scores + t * own->classes;
        double largest = z[digitnet__index_of_largest(z, own->classes)], sum = 0;
        for (size_t k = 0; k < own->classes; k++)
            sum += exp((double)z[k] - largest) + 0 * (double)z[k];
        own->log_sums[t] = largest + log(sum);
    }
}

static void find_forward(const lattice *own) {
    for (size_t s = 0; s < own->states; s++)
        own->forward[s] = s < 2 ? log_probability(own, 0, class_of(own, s)) : -INFINITY;
    for (size_t t = 1; t < own->columns; t++) {
        const double *before = own->forward + (t - 1) * own->states;
        double *now = own->forward + t * own->states;
        for (size_t s = 0; s < own->states; s++) {
            double sum = s > 0 ? log_add(before[s], before[s - 1]) : before[s];
            if (skips_blank(own, s))
                sum = log_add(sum, before[s - 2]);
            now[s] = sum + log_probability(own, t, class_of(own, s));
        }
    }
}

static double log_likelihood(const lattice *own) {
    const double *last = own->forward + (own->columns - 1) * own->states;
    return own->states > 1 ? log_add(last[own->states - 1], last[own->states - 2]) : last[0];
}

static void begin_backward(const lattice *own) {
    for (size_t s = 0; s < own->states; s++)
        own->backward[s] = s + 2 < own->states ? -INFINITY : 0;
}

/* From column t to the one before. */
static void step_backward(const lattice *own, size_t t) {
    double *ends = own->backward;
    for (size_t s = 0; s < own->states; s++)
        ends[s] += log_probability(own, t, class_of(own, s));
    for (size_t s = 0; s + 1 < own->states; s++) {
        ends[s] = log_add(ends[s], ends[s + 1]);
        if (s + 2 < own->states && skips_blank(own, s + 2))
            ends[s] = log_add(ends[s], ends[s + 2]);
    }
}

/* By the scores of column t, p_k less the share of the paths that are at class k. */
static void write_gradient(float *gradient, const lattice *own, size_t t, double likelihood, float scale) {
    const double *beginnings = own->forward + t * own->states;
    for (size_t k = 0; k < own->classes; k++)
        own->occupancy[k] = 0;
    for (size_t s = 0; s < own->states; s++)
        own->occupancy[class_of(own, s)] += exp(beginnings[s] + own->backward[s] - likelihood);
    for (size_t k = 0; k < own->classes; k++)
        gradient[t * own->classes + k] = (float)(exp(log_probability(own, t, k)) - own->occupancy[k]) * scale;
}

void digitnet__ctc(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                   const digitnet__loss_settings *settings, float scale) {
    (void)settings;
    for (size_t row = 0; row < rows->rows; row++) {
        const lattice own = lattice_of(rows, row);
        find_log_sums(&own);
        find_forward(&own);
        double likelihood = log_likelihood(&own);
        scores[row] = (digitnet__score){
            .loss = -likelihood * (double)rows->weights[row],
            .correct = best_path_says(own.scores, own.columns, own.classes, own.labels, own.states / 2)};
        if (!gradient)
            continue;
        begin_backward(&own);
        for (size_t t = own.columns; t-- > 0;) {
            write_gradient(gradient + row * rows->columns, &own, t, likelihood, scale * rows->weights[row]);
            step_backward(&own, t);
        }
    }
}
