/* Connectionist temporal classification (Graves et al. 2006): columns of scores say a sequence of labels. Each column
 * scores all classes, of which the last is the blank; a path, a class for each column, says the labels that are left
 * of it without repetitions, and then without blanks. */
#ifndef DNN_CTC_COLUMNS_H
#define DNN_CTC_COLUMNS_H

#include "core/ieee.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct digitnet__ctc_columns {
    const double *log_probabilities; /* count x classes */
    size_t count, classes;
} digitnet__ctc_columns;

/* The logarithms of what softmax makes of scores; NaN in a column with a score that is not finite. */
void digitnet__ctc_log_softmax(double *log_probabilities, const float *scores, size_t count, size_t classes);
/* The logarithm of a sum of which the logarithms of the terms are known; that of 0 is -infinity. */
double digitnet__log_add(double a, double b);

/* The fewest columns that can say these labels: a blank must stand between two that are the same. */
size_t digitnet__ctc_columns_needed(const int32_t *labels, size_t count);

/* Columns first .. end - 1 of the best path, the most probable class of each column, that say one label. Begun as
 * zero. */
typedef struct digitnet__ctc_run {
    size_t label, first, end;
} digitnet__ctc_run;

/* The next label behind `run`; false where there is none. */
bool digitnet__ctc_next(digitnet__ctc_run *run, const digitnet__ctc_columns *columns);

static inline size_t digitnet__ctc_blank(const digitnet__ctc_columns *columns) {
    return columns->classes - 1;
}

static inline double digitnet__ctc_at(const digitnet__ctc_columns *columns, size_t column, size_t class_index) {
    return columns->log_probabilities[column * columns->classes + class_index];
}

#endif
