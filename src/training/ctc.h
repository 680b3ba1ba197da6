/* Connectionist temporal classification (Graves et al. 2006): columns of scores say a sequence of labels. Each column
 * scores all classes, of which the last is the blank; a path, a class for each column, says the labels that are left
 * of it without repetitions, and then without blanks. */
#ifndef DNN_TRAINING_CTC_H
#define DNN_TRAINING_CTC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fewest columns that can say these labels: a blank must stand between two that are the same. */
size_t digitnet__ctc_columns_needed(const int32_t *labels, size_t count);

/* Columns first .. end - 1 of the best path, the largest score of each column, that say one label. Begun as zero. */
typedef struct digitnet__ctc_run {
    size_t label, first, end;
} digitnet__ctc_run;

/* The next label behind `run`; false where there is none. */
bool digitnet__ctc_next(digitnet__ctc_run *run, const float *scores, size_t columns, size_t classes);

/* Bytes of memory that the loss of one sample takes; SIZE_MAX where they cannot be counted. */
size_t digitnet__ctc_scratch(size_t columns, size_t classes, size_t max_labels);

#endif
