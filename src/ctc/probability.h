/* How probable a sequence is, summed up over its paths without logarithms: many times as fast as with them. */
#ifndef DNN_CTC_PROBABILITY_H
#define DNN_CTC_PROBABILITY_H

#include "ctc/lattice.h"

/* Below this, what becomes smaller than a number can be while paths are summed up may count. */
#define DNN_CTC_LEAST_PROBABILITY 1e-260

/* The probability of all paths; where it is less than DNN_CTC_LEAST_PROBABILITY only that is known. `probabilities` are
 * those of the lattice's columns, not their logarithms; `states` has room for a value of each state. */
double digitnet__ctc_probability(double *states, const digitnet__ctc_lattice *lattice, const double *probabilities);

/* The same of one label, from `columns` columns of `classes` probabilities each; 0 of none. */
double digitnet__ctc_label_probability(const float *probabilities, size_t columns, size_t classes, size_t label);

#endif
