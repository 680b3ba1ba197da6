/* Prefix beam search: the most probable sequences of labels. */
#ifndef DNN_CTC_BEAM_H
#define DNN_CTC_BEAM_H

#include "core/memory.h"
#include "ctc/columns.h"
#include "digitnet/status.h"

/* What a search has found: sequences, each the way from a node to the root. */
typedef struct digitnet__ctc_search {
    digitnet__ctc_columns columns;
    size_t width;
    digitnet__arena arena;
    struct digitnet__ctc_node *nodes;
    size_t node_count;
    struct digitnet__ctc_beam *beams, *next;
    size_t beam_count, kept; /* of `beams` and of `next`, the most probable first */
} digitnet__ctc_search;

/* ENOMEM where there is not enough memory. At least one sequence is found where each column has a class of a
 * probability above 0. */
digitnet_status digitnet__ctc_search_run(digitnet__ctc_search *search, const digitnet__ctc_columns *columns,
                                         size_t width);
void digitnet__ctc_search_release(digitnet__ctc_search *search);

/* How many labels a sequence has, and which; `labels` has room for them. */
size_t digitnet__ctc_search_length(const digitnet__ctc_search *search, size_t index);
void digitnet__ctc_search_labels(int32_t *labels, const digitnet__ctc_search *search, size_t index);

#endif
