/* The paths that say one sequence of labels. Their states are the labels with a blank before, between and behind them;
 * a path begins in one of the first two states, ends in one of the last two, and from column to column stays, goes on
 * to the next state, or past a blank between two labels that differ. */
#ifndef DNN_CTC_LATTICE_H
#define DNN_CTC_LATTICE_H

#include "ctc/columns.h"

typedef struct digitnet__ctc_lattice {
    digitnet__ctc_columns columns;
    const int32_t *labels;
    size_t states; /* 2 labels + 1 */
} digitnet__ctc_lattice;

static inline digitnet__ctc_lattice digitnet__ctc_lattice_of(const digitnet__ctc_columns *columns,
                                                             const int32_t *labels, size_t count) {
    return (digitnet__ctc_lattice){.columns = *columns, .labels = labels, .states = 2 * count + 1};
}

static inline size_t digitnet__ctc_class(const digitnet__ctc_lattice *lattice, size_t state) {
    return state % 2 ? (size_t)lattice->labels[state / 2] : digitnet__ctc_blank(&lattice->columns);
}

/* Whether a path may reach this state from the one before the blank before it. */
static inline bool digitnet__ctc_skips_blank(const digitnet__ctc_lattice *lattice, size_t state) {
    return state % 2 && state > 1 && lattice->labels[state / 2] != lattice->labels[state / 2 - 1];
}

/* The forward variables, as logarithms: of the probability of all beginnings of paths that are in each state at the
 * first column; and at column t, from those of the column before. */
void digitnet__ctc_begin_forward(double *states, const digitnet__ctc_lattice *lattice);
void digitnet__ctc_step_forward(double *states, const double *before, const digitnet__ctc_lattice *lattice, size_t t);
/* The logarithm of the probability of all paths, from the forward variables of the last column. */
double digitnet__ctc_likelihood(const double *states, const digitnet__ctc_lattice *lattice);
/* The backward variables: of all ends of paths that go on from each state, at the last column; and, from those of
 * column t, in place, at the column before. */
void digitnet__ctc_begin_backward(double *states, const digitnet__ctc_lattice *lattice);
void digitnet__ctc_step_backward(double *states, const digitnet__ctc_lattice *lattice, size_t t);

#endif
