#include "ctc/columns.h"

#include <math.h>

/* exp(z - largest) is at most 1. 0 * z is NaN where a score is not finite, which exp(-inf) would hide. */
static double term(double z, double largest) {
    return exp(z - largest) + 0 * z;
}

void digitnet__ctc_log_softmax(double *log_probabilities, const float *scores, size_t count, size_t classes) {
    for (size_t t = 0; t < count; t++) {
        const float *z = scores + t * classes;
        double largest = (double)z[0];
        for (size_t k = 1; k < classes; k++)
            largest = (double)z[k] > largest ? (double)z[k] : largest;
        double sum = term((double)z[0], largest);
        for (size_t k = 1; k < classes; k++)
            sum += term((double)z[k], largest);
        double log_sum = log(sum);
        for (size_t k = 0; k < classes; k++)
            log_probabilities[t * classes + k] = (double)z[k] - largest - log_sum;
    }
}

/* exp(-40) is nothing beside 1. */
double digitnet__log_add(double a, double b) {
    double larger = a < b ? b : a, smaller = a < b ? a : b;
    if (smaller == -INFINITY || smaller - larger < -40)
        return larger;
    return larger + log1p(exp(smaller - larger));
}

size_t digitnet__ctc_columns_needed(const int32_t *labels, size_t count) {
    size_t needed = count;
    for (size_t i = 1; i < count; i++)
        needed += labels[i] == labels[i - 1];
    return needed;
}

static size_t best_class(const digitnet__ctc_columns *columns, size_t column) {
    size_t best = 0;
    for (size_t k = 1; k < columns->classes; k++)
        if (digitnet__ctc_at(columns, column, k) > digitnet__ctc_at(columns, column, best))
            best = k;
    return best;
}

bool digitnet__ctc_next(digitnet__ctc_run *run, const digitnet__ctc_columns *columns) {
    size_t column = run->end, label = digitnet__ctc_blank(columns);
    while (column < columns->count && (label = best_class(columns, column)) == digitnet__ctc_blank(columns))
        column++;
    if (column == columns->count)
        return false;
    *run = (digitnet__ctc_run){.label = label, .first = column, .end = column + 1};
    while (run->end < columns->count && best_class(columns, run->end) == label)
        run->end++;
    return true;
}
