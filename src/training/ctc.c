/* The loss of connectionist temporal classification. */
#include "core/memory.h"
#include "ctc/lattice.h"
#include "training/losses.h"

#include <math.h>

/* One sample, with scratch memory. */
typedef struct sample {
    digitnet__ctc_lattice lattice;
    double *log_probabilities;
    double *forward;   /* columns x states */
    double *backward;  /* of one column */
    double *occupancy; /* of one column: the share of the paths that are at each class */
} sample;

/* Labels that do not fit into the columns have been refused. */
size_t digitnet__ctc_scratch(size_t columns, size_t classes, size_t max_labels) {
    size_t states = 2 * (max_labels < columns ? max_labels : columns) + 1, values, each;
    if (!digitnet__size_add(&each, states, classes) || !digitnet__size_add(&values, columns, 1) ||
        !digitnet__size_multiply(&values, values, each) || !digitnet__size_multiply(&values, values, sizeof(double)))
        return SIZE_MAX;
    return values;
}

static sample begin_sample(const digitnet__loss_rows *rows, size_t row) {
    double *memory = rows->scratch;
    const digitnet__ctc_columns columns = {
        .log_probabilities = memory, .count = rows->steps, .classes = rows->columns / rows->steps};
    sample own = {.lattice = digitnet__ctc_lattice_of(&columns, rows->labels + row * rows->max_labels,
                                                      (size_t)rows->label_counts[row]),
                  .log_probabilities = memory};
    own.forward = own.log_probabilities + rows->columns;
    own.backward = own.forward + columns.count * own.lattice.states;
    own.occupancy = own.backward + own.lattice.states;
    digitnet__ctc_log_softmax(own.log_probabilities, rows->outputs + row * rows->columns, columns.count,
                              columns.classes);
    return own;
}

/* The logarithm of the probability of the labels. */
static double run_forward(const sample *own) {
    size_t states = own->lattice.states;
    double *now = own->forward;
    digitnet__ctc_begin_forward(now, &own->lattice);
    for (size_t t = 1; t < own->lattice.columns.count; t++, now += states)
        digitnet__ctc_step_forward(now + states, now, &own->lattice, t);
    return digitnet__ctc_likelihood(now, &own->lattice);
}

/* Of column t by the scores: p_k less the share of the paths that are at class k. */
static void write_gradient(float *gradient, const sample *own, size_t t, double likelihood, float scale) {
    const digitnet__ctc_lattice *lattice = &own->lattice;
    size_t classes = lattice->columns.classes;
    for (size_t k = 0; k < classes; k++)
        own->occupancy[k] = 0;
    for (size_t s = 0; s < lattice->states; s++)
        own->occupancy[digitnet__ctc_class(lattice, s)] +=
            exp(own->forward[t * lattice->states + s] + own->backward[s] - likelihood);
    for (size_t k = 0; k < classes; k++)
        gradient[t * classes + k] = (float)(exp(digitnet__ctc_at(&lattice->columns, t, k)) - own->occupancy[k]) * scale;
}

static void run_backward(float *gradient, const sample *own, double likelihood, float scale) {
    digitnet__ctc_begin_backward(own->backward, &own->lattice);
    for (size_t t = own->lattice.columns.count; t-- > 0;) {
        write_gradient(gradient, own, t, likelihood, scale);
        digitnet__ctc_step_backward(own->backward, &own->lattice, t);
    }
}

/* Whether the best path says the labels, all of them and no others. */
static bool is_right(const digitnet__ctc_lattice *lattice) {
    digitnet__ctc_run run = {0};
    size_t count = lattice->states / 2, read = 0;
    while (digitnet__ctc_next(&run, &lattice->columns)) {
        if (read == count || run.label != (size_t)lattice->labels[read])
            return false;
        read++;
    }
    return read == count;
}

void digitnet__ctc(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                   const digitnet__loss_settings *settings, float scale) {
    (void)settings;
    for (size_t row = 0; row < rows->rows; row++) {
        const sample own = begin_sample(rows, row);
        double likelihood = run_forward(&own);
        scores[row] =
            (digitnet__score){.loss = -likelihood * (double)rows->weights[row], .correct = is_right(&own.lattice)};
        if (gradient)
            run_backward(gradient + row * rows->columns, &own, likelihood, scale * rows->weights[row]);
    }
}
