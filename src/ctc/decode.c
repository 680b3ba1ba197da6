/* Columns of scores become sequences of labels, each with its probability and the columns of its labels. */
#include "core/call.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "ctc/beam.h"
#include "ctc/lattice.h"
#include "ctc/probability.h"
#include "digitnet/ctc.h"

#include <math.h>

enum { WIDEST_BEAM = 4096 };

static const char caller[] = "digitnet_ctc_decode";

typedef struct sequence {
    size_t first, count; /* its labels in those of all */
    double log_probability;
} sequence;

struct digitnet_ctc_decoding {
    digitnet__arena arena;
    sequence *sequences;
    size_t count;
    int32_t *labels;
    size_t *first_columns, *end_columns;
};

/* ---- Scores ---- */

static digitnet_status check_scores(const float *scores, size_t columns, size_t classes, bool logits) {
    for (size_t i = 0; i < columns * classes; i++) {
        if (!isfinite(scores[i]) || (!logits && scores[i] < 0))
            return digitnet__fail(DIGITNET_EINVAL, "%s: the score of column %zu, class %zu, is %s; it must be %s",
                                  caller, i / classes, i % classes, digitnet__number_text((double)scores[i]).text,
                                  logits ? "finite" : "a probability");
    }
    return DIGITNET_OK;
}

static digitnet_status read_probabilities(double *log_probabilities, const float *scores, size_t columns,
                                          size_t classes) {
    for (size_t t = 0; t < columns; t++) {
        double sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += (double)scores[t * classes + k];
        if (sum == 0)
            return digitnet__fail(DIGITNET_EINVAL, "%s: column %zu has no probability above 0", caller, t);
        for (size_t k = 0; k < classes; k++)
            log_probabilities[t * classes + k] = log((double)scores[t * classes + k] / sum);
    }
    return DIGITNET_OK;
}

static digitnet_status read_scores(double *log_probabilities, const float *scores, size_t columns, size_t classes,
                                   bool logits) {
    DNN_TRY(check_scores(scores, columns, classes, logits));
    if (!logits)
        return read_probabilities(log_probabilities, scores, columns, classes);
    digitnet__ctc_log_softmax(log_probabilities, scores, columns, classes);
    return DIGITNET_OK;
}

/* ---- Sequences ---- */

/* Their places, for `labels` labels of all. */
static digitnet_status create(digitnet_ctc_decoding **out, size_t count, size_t labels) {
    digitnet_ctc_decoding *made = digitnet__allocate_zeroed(sizeof *made);
    if (!made)
        return DIGITNET_ENOMEM;
    digitnet__arena *arena = &made->arena;
    size_t sequences = digitnet__arena_reserve(arena, count, sizeof(sequence));
    size_t own = digitnet__arena_reserve(arena, labels, sizeof(int32_t));
    size_t columns = digitnet__arena_reserve(arena, labels, 2 * sizeof(size_t));
    if (!digitnet__arena_allocate(arena)) {
        digitnet__release(made);
        return DIGITNET_ENOMEM;
    }
    made->sequences = digitnet__arena_at(arena, sequences);
    made->count = count;
    made->labels = digitnet__arena_at(arena, own);
    made->first_columns = digitnet__arena_at(arena, columns);
    made->end_columns = made->first_columns + labels;
    *out = made;
    return DIGITNET_OK;
}

static digitnet_status find_best_path(digitnet_ctc_decoding **out, const digitnet__ctc_columns *columns) {
    digitnet__ctc_run run = {0};
    size_t count = 0;
    while (digitnet__ctc_next(&run, columns))
        count++;
    DNN_TRY(create(out, 1, count));
    (*out)->sequences[0].count = count;
    run.end = 0;
    for (size_t i = 0; digitnet__ctc_next(&run, columns); i++)
        (*out)->labels[i] = (int32_t)run.label;
    return DIGITNET_OK;
}

static digitnet_status copy_found(digitnet_ctc_decoding **out, const digitnet__ctc_search *search) {
    size_t labels = 0;
    for (size_t i = 0; i < search->beam_count; i++)
        labels += digitnet__ctc_search_length(search, i);
    DNN_TRY(create(out, search->beam_count, labels));
    for (size_t i = 0, first = 0; i < search->beam_count; i++) {
        size_t count = digitnet__ctc_search_length(search, i);
        (*out)->sequences[i] = (sequence){.first = first, .count = count};
        digitnet__ctc_search_labels((*out)->labels + first, search, i);
        first += count;
    }
    return DIGITNET_OK;
}

static digitnet_status find_sequences(digitnet_ctc_decoding **out, const digitnet__ctc_columns *columns,
                                      size_t beam_width) {
    if (beam_width == 0)
        return find_best_path(out, columns);
    digitnet__ctc_search search;
    digitnet_status status = digitnet__ctc_search_run(&search, columns, beam_width);
    if (status == DIGITNET_OK)
        status = copy_found(out, &search);
    digitnet__ctc_search_release(&search);
    return status;
}

/* ---- Probabilities, and where labels stand ---- */

/* Memory for one sequence at a time. */
typedef struct scratch {
    digitnet__arena arena;
    double *probabilities; /* of the columns */
    double *now, *before;  /* states */
    unsigned char *moves;  /* columns x states: by how many states the best path came to one */
} scratch;

static digitnet_status create_scratch(scratch *own, const digitnet_ctc_decoding *decoding,
                                      const digitnet__ctc_columns *columns) {
    size_t most = 0, scores = columns->count * columns->classes;
    for (size_t i = 0; i < decoding->count; i++)
        most = decoding->sequences[i].count > most ? decoding->sequences[i].count : most;
    size_t states = 2 * most + 1;
    *own = (scratch){0};
    size_t sums = digitnet__arena_reserve(&own->arena, states, 2 * sizeof(double));
    size_t moves = digitnet__arena_reserve(&own->arena, columns->count, states);
    size_t probabilities = digitnet__arena_reserve(&own->arena, scores, sizeof(double));
    if (!digitnet__arena_allocate(&own->arena))
        return DIGITNET_ENOMEM;
    own->now = digitnet__arena_at(&own->arena, sums);
    own->before = own->now + states;
    own->moves = digitnet__arena_at(&own->arena, moves);
    own->probabilities = digitnet__arena_at(&own->arena, probabilities);
    for (size_t i = 0; i < scores; i++)
        own->probabilities[i] = exp(columns->log_probabilities[i]);
    return DIGITNET_OK;
}

static void swap(scratch *own) {
    double *now = own->now;
    own->now = own->before;
    own->before = now;
}

/* The logarithm of the sequence's probability. */
static double find_likelihood(scratch *own, const digitnet__ctc_lattice *lattice) {
    double probability = digitnet__ctc_probability(own->now, lattice, own->probabilities);
    if (probability >= DNN_CTC_LEAST_PROBABILITY)
        return log(probability);
    digitnet__ctc_begin_forward(own->now, lattice);
    for (size_t t = 1; t < lattice->columns.count; t++) {
        swap(own);
        digitnet__ctc_step_forward(own->now, own->before, lattice, t);
    }
    return digitnet__ctc_likelihood(own->now, lattice);
}

/* The logarithms of the most probable beginning of a path that is in each state (Viterbi 1967). */
static void step_best(scratch *own, const digitnet__ctc_lattice *lattice, size_t t) {
    swap(own);
    for (size_t s = 0; s < lattice->states; s++) {
        unsigned char move = s > 0 && own->before[s - 1] > own->before[s];
        if (digitnet__ctc_skips_blank(lattice, s) && own->before[s - 2] > own->before[s - move])
            move = 2;
        own->moves[t * lattice->states + s] = move;
        own->now[s] = own->before[s - move] + digitnet__ctc_at(&lattice->columns, t, digitnet__ctc_class(lattice, s));
    }
}

/* The columns of each label on the best path that says them. */
static void align(size_t *first, size_t *end, scratch *own, const digitnet__ctc_lattice *lattice) {
    size_t states = lattice->states, s = states - 1;
    digitnet__ctc_begin_forward(own->now, lattice);
    for (size_t t = 1; t < lattice->columns.count; t++)
        step_best(own, lattice, t);
    s -= states > 1 && own->now[states - 2] > own->now[states - 1];
    for (size_t k = 0; k < states / 2; k++)
        end[k] = 0;
    for (size_t t = lattice->columns.count; t-- > 0;) {
        if (s % 2) {
            first[s / 2] = t;
            end[s / 2] = end[s / 2] ? end[s / 2] : t + 1;
        }
        s -= t > 0 ? own->moves[t * states + s] : 0;
    }
}

/* Of those alike the one that was found first. */
static void sort(sequence *sequences, size_t count) {
    for (size_t i = 1; i < count; i++) {
        sequence one = sequences[i];
        size_t place = i;
        for (; place > 0 && sequences[place - 1].log_probability < one.log_probability; place--)
            sequences[place] = sequences[place - 1];
        sequences[place] = one;
    }
}

static digitnet_status measure(digitnet_ctc_decoding *decoding, const digitnet__ctc_columns *columns) {
    scratch own;
    DNN_TRY(create_scratch(&own, decoding, columns));
    for (size_t i = 0; i < decoding->count; i++) {
        sequence *one = &decoding->sequences[i];
        const digitnet__ctc_lattice lattice =
            digitnet__ctc_lattice_of(columns, decoding->labels + one->first, one->count);
        one->log_probability = find_likelihood(&own, &lattice);
        align(decoding->first_columns + one->first, decoding->end_columns + one->first, &own, &lattice);
    }
    sort(decoding->sequences, decoding->count);
    digitnet__arena_release(&own.arena);
    return DIGITNET_OK;
}

/* ---- Public ---- */

static digitnet_status decode(digitnet_ctc_decoding **out, double *log_probabilities, const float *scores,
                              size_t columns, size_t classes, const digitnet_ctc_options *options) {
    const digitnet__ctc_columns read = {.log_probabilities = log_probabilities, .count = columns, .classes = classes};
    digitnet_ctc_decoding *made = NULL;
    DNN_TRY(read_scores(log_probabilities, scores, columns, classes, options->from_logits));
    DNN_TRY(find_sequences(&made, &read, options->beam_width));
    digitnet_status status = measure(made, &read);
    if (status != DIGITNET_OK) {
        digitnet_ctc_decoding_free(made);
        return status;
    }
    *out = made;
    return DIGITNET_OK;
}

static digitnet_status check_and_decode(digitnet_ctc_decoding **out, const float *scores, size_t columns,
                                        size_t classes, const digitnet_ctc_options *options) {
    digitnet_ctc_options own = {0};
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_ctc_options, reserved));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_ctc_options, from_logits));
    if (own.beam_width > WIDEST_BEAM)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_ctc_decode: the beam width is %zu; it must be at most %d",
                              own.beam_width, WIDEST_BEAM);
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_ctc_options));
    if (!scores)
        return digitnet__fail(DIGITNET_EINVAL, "%s: scores is NULL", caller);
    if (columns == 0 || classes < 2)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu columns of %zu classes; there must be 1 and 2 at least", caller,
                              columns, classes);
    size_t each = SIZE_MAX; /* bytes of a column, or more than there are */
    digitnet__size_multiply(&each, classes, sizeof(double));
    double *log_probabilities = digitnet__allocate_array(columns, each);
    if (!log_probabilities)
        return DIGITNET_ENOMEM;
    digitnet_status status = decode(out, log_probabilities, scores, columns, classes, &own);
    digitnet__release(log_probabilities);
    return status;
}

digitnet_status digitnet_ctc_decode(digitnet_ctc_decoding **out, const float *scores, size_t columns, size_t classes,
                                    const digitnet_ctc_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_decode(out, scores, columns, classes, options));
}

size_t digitnet_ctc_decoding_count(const digitnet_ctc_decoding *decoding) {
    return decoding ? decoding->count : 0;
}

digitnet_status digitnet_ctc_decoding_describe(digitnet_ctc_sequence *out, const digitnet_ctc_decoding *decoding,
                                               size_t index) {
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_ctc_sequence, log_probability));
    if (!decoding)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_ctc_decoding_describe: decoding is NULL");
    if (index >= decoding->count)
        return digitnet__fail(DIGITNET_ENOTFOUND, "digitnet_ctc_decoding_describe: there is no sequence %zu, of %zu",
                              index, decoding->count);
    const sequence *one = &decoding->sequences[index];
    digitnet_ctc_sequence described = {.count = one->count,
                                       .labels = decoding->labels + one->first,
                                       .first_columns = decoding->first_columns + one->first,
                                       .end_columns = decoding->end_columns + one->first,
                                       .log_probability = one->log_probability};
    digitnet__result_write(out, &described, sizeof described);
    return DIGITNET_OK;
}

void digitnet_ctc_decoding_free(digitnet_ctc_decoding *decoding) {
    if (!decoding)
        return;
    digitnet__arena_release(&decoding->arena);
    digitnet__release(decoding);
}
