#include "ctc/probability.h"

#include <string.h>

/* The forward variables of a column, in place of those of the column before: from the last state on, as each comes from
 * those before it. */
static void step(double *states, const digitnet__ctc_lattice *lattice, const double *column) {
    double blank = column[digitnet__ctc_blank(&lattice->columns)];
    for (size_t s = lattice->states - 1; s > 0; s -= 2) { /* a blank, and the label before it */
        double skipped = digitnet__ctc_skips_blank(lattice, s - 1) ? states[s - 3] : 0.0;
        states[s] = (states[s] + states[s - 1]) * blank;
        states[s - 1] = (states[s - 1] + states[s - 2] + skipped) * column[lattice->labels[(s - 1) / 2]];
    }
    states[0] *= blank;
}

double digitnet__ctc_probability(double *states, const digitnet__ctc_lattice *lattice, const double *probabilities) {
    size_t last = lattice->states - 1;
    memset(states, 0, lattice->states * sizeof *states);
    states[0] = 1.0; /* before the first column, from which a path comes to either of the first two states */
    for (size_t t = 0; t < lattice->columns.count; t++)
        step(states, lattice, probabilities + t * lattice->columns.classes);
    return states[last] + (last > 0 ? states[last - 1] : 0.0);
}

double digitnet__ctc_label_probability(const float *probabilities, size_t columns, size_t classes, size_t label) {
    double before = 1.0, within = 0.0, behind = 0.0;
    for (size_t t = 0; t < columns; t++) {
        const float *column = probabilities + t * classes;
        double blank = (double)column[classes - 1];
        behind = (behind + within) * blank;
        within = (within + before) * (double)column[label];
        before *= blank;
    }
    return within + behind;
}
