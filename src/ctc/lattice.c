/* Graves et al. 2006, section 4.1. */
#include "ctc/lattice.h"

#include <math.h>

static double log_probability(const digitnet__ctc_lattice *lattice, size_t t, size_t state) {
    return digitnet__ctc_at(&lattice->columns, t, digitnet__ctc_class(lattice, state));
}

void digitnet__ctc_begin_forward(double *states, const digitnet__ctc_lattice *lattice) {
    for (size_t s = 0; s < lattice->states; s++)
        states[s] = s < 2 ? log_probability(lattice, 0, s) : -INFINITY;
}

void digitnet__ctc_step_forward(double *states, const double *before, const digitnet__ctc_lattice *lattice, size_t t) {
    for (size_t s = 0; s < lattice->states; s++) {
        double sum = s > 0 ? digitnet__log_add(before[s], before[s - 1]) : before[s];
        if (digitnet__ctc_skips_blank(lattice, s))
            sum = digitnet__log_add(sum, before[s - 2]);
        states[s] = sum + log_probability(lattice, t, s);
    }
}

double digitnet__ctc_likelihood(const double *states, const digitnet__ctc_lattice *lattice) {
    size_t count = lattice->states;
    return count > 1 ? digitnet__log_add(states[count - 1], states[count - 2]) : states[0];
}

void digitnet__ctc_begin_backward(double *states, const digitnet__ctc_lattice *lattice) {
    for (size_t s = 0; s < lattice->states; s++)
        states[s] = s + 2 < lattice->states ? -INFINITY : 0;
}

void digitnet__ctc_step_backward(double *states, const digitnet__ctc_lattice *lattice, size_t t) {
    for (size_t s = 0; s < lattice->states; s++)
        states[s] += log_probability(lattice, t, s);
    for (size_t s = 0; s + 1 < lattice->states; s++) {
        states[s] = digitnet__log_add(states[s], states[s + 1]);
        if (s + 2 < lattice->states && digitnet__ctc_skips_blank(lattice, s + 2))
            states[s] = digitnet__log_add(states[s], states[s + 2]);
    }
}
