#include "reader/line_views.h"

#include "core/memory.h"
#include "core/status.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How high digits are taken to be, in heights that were found: errors there are the network's most frequent reason for
 * doubt. */
static const double sizes[DNN_LINE_VIEWS] = {1.0, 1.15, 0.87};
/* Where the best candidate is so probable, the line is looked at no more: other looks change few of these. Chosen on
 * digits of MNIST's training part that training holds out. */
#define NO_DOUBT 0.8
/* Digits are not looked at where the views find a candidate less probable than the best one by this factor. */
#define LEAST_PART 0.01

/* How far a digit reaches beyond the columns that say it, in digits' heights: at least, where no ink says more, and at
 * most. */
#define MARGIN 0.1
#define FARTHEST_REACH 0.7
/* What counts as a digit's ink in the strip. */
enum { LEAST_INK = 48 };

static void release_view(digitnet__line_view *view) {
    digitnet__line_digits_release(&view->digits);
    digitnet_ctc_decoding_free(view->decoding);
    digitnet__line_scores_release(&view->scores);
    digitnet__plane_release(&view->strip);
}

static digitnet_status read_strip(digitnet__line_view *view, const digitnet__line_search *search) {
    digitnet__line_scores *scores = &view->scores;
    DNN_TRY(digitnet__line_scores_find(scores, search->session, &view->strip));
    view->allowed = 1.0;
    for (size_t i = 0; i < scores->columns; i++)
        view->allowed *=
            digitnet__allowed_apply(scores->values + i * DNN_LINE_CLASSES, DNN_LINE_CLASSES, search->allowed);
    return digitnet_ctc_decode(&view->decoding, scores->values, scores->columns, DNN_LINE_CLASSES,
                               DIGITNET_WITH(digitnet_ctc_options, .beam_width = search->beam_width));
}

static digitnet_status look(digitnet__line_view *view, const digitnet__plane *ink, const digitnet__line_place *place,
                            double size, const digitnet__line_search *search) {
    *view = (digitnet__line_view){.place = *place};
    view->place.height *= size;
    digitnet_status status = digitnet__line_frame(&view->strip, ink, &view->place);
    if (!status)
        status = read_strip(view, search);
    if (status)
        release_view(view);
    return status;
}

static bool same_digits(const digitnet_ctc_sequence *a, const digitnet_ctc_sequence *b) {
    return a->count == b->count && (a->count == 0 || memcmp(a->labels, b->labels, a->count * sizeof *a->labels) == 0);
}

/* Adds what one view finds. */
static digitnet_status collect(digitnet__line_views *views, size_t view) {
    const digitnet_ctc_decoding *decoding = views->items[view].decoding;
    for (size_t i = 0; i < digitnet_ctc_decoding_count(decoding); i++) {
        digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
        DNN_TRY(digitnet_ctc_decoding_describe(&sequence, decoding, i));
        size_t k = 0;
        while (k < views->candidate_count && !same_digits(&views->candidates[k].sequence, &sequence))
            k++;
        digitnet__line_candidate *candidate = &views->candidates[k];
        if (k == views->candidate_count) {
            *candidate = (digitnet__line_candidate){.view = view, .sequence = sequence};
            views->candidate_count++;
        } else if (sequence.log_probability > candidate->sequence.log_probability) {
            candidate->view = view;
            candidate->sequence = sequence;
        }
        candidate->views_sum += exp(sequence.log_probability);
    }
    return DIGITNET_OK;
}

static int compare_candidates(const void *a, const void *b) {
    const digitnet__line_candidate *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return (x->view > y->view) - (x->view < y->view);
}

/* What the candidate's digits look like. */
static digitnet_status look_at_digits(digitnet__line_opinion *opinion, digitnet__line_views *views,
                                      const digitnet__line_candidate *candidate, const digitnet__line_search *search) {
    digitnet__line_view *view = &views->items[candidate->view];
    *opinion = (digitnet__line_opinion){1.0, 1.0};
    return search->digit.session
               ? digitnet__line_digits_read(opinion, &view->digits, &view->strip, view->scores.columns,
                                            &candidate->sequence, &search->digit, search->allowed)
               : DIGITNET_OK;
}

static size_t most_seen(const digitnet__line_views *views) {
    size_t best = 0;
    for (size_t i = 1; i < views->candidate_count; i++)
        best = views->candidates[i].views_sum > views->candidates[best].views_sum ? i : best;
    return best;
}

/* The candidates' probabilities by Bayes' rule: before, the mean over the views; then, what their digits look like. One
 * that is not looked at, as what no view names, is taken to have one digit that looks like another. */
static digitnet_status weigh(digitnet__line_views *views, bool *has_digits, const digitnet__line_search *search) {
    const digitnet__line_candidate *best = &views->candidates[most_seen(views)];
    double count = (double)views->count, least = LEAST_PART * best->views_sum, named = 0.0, sum = 0.0;
    digitnet__line_opinion usual;
    DNN_TRY(look_at_digits(&usual, views, best, search));
    *has_digits = digitnet__looks_like_digits(usual.likeness, best->sequence.count);
    usual.support = DNN_LEAST_SUPPORT;
    for (size_t i = 0; i < views->candidate_count; i++) {
        digitnet__line_candidate *candidate = &views->candidates[i];
        digitnet__line_opinion opinion = usual;
        if (*has_digits && candidate->views_sum >= least)
            DNN_TRY(look_at_digits(&opinion, views, candidate, search));
        candidate->probability = candidate->views_sum / count * opinion.support;
        candidate->likeness = opinion.likeness;
        named += candidate->views_sum / count;
        sum += candidate->probability;
    }
    sum += fmax(1.0 - named, 0.0) * (search->digit.session ? DNN_LEAST_SUPPORT : 1.0);
    for (size_t i = 0; sum > 0.0 && i < views->candidate_count; i++) /* else a long line of nothing but doubt */
        views->candidates[i].probability /= sum;
    qsort(views->candidates, views->candidate_count, sizeof *views->candidates, compare_candidates);
    return DIGITNET_OK;
}

static digitnet_status look_until_sure(digitnet__line_views *views, const digitnet__plane *ink,
                                       const digitnet__line_place *place, const digitnet__line_search *search) {
    bool has_digits;
    views->candidates = digitnet__allocate_array(DNN_LINE_VIEWS * search->beam_width, sizeof *views->candidates);
    if (!views->candidates)
        return DIGITNET_ENOMEM;
    do {
        DNN_TRY(look(&views->items[views->count], ink, place, sizes[views->count], search));
        DNN_TRY(collect(views, views->count++));
        DNN_TRY(weigh(views, &has_digits, search));
    } while (views->count < DNN_LINE_VIEWS && views->candidates[0].probability < NO_DOUBT && has_digits);
    return DIGITNET_OK;
}

digitnet_status digitnet__line_views_create(digitnet__line_views *views, const digitnet__plane *ink,
                                            const digitnet__line_place *place, const digitnet__line_search *search) {
    *views = (digitnet__line_views){.count = 0};
    digitnet_status status = look_until_sure(views, ink, place, search);
    if (status)
        digitnet__line_views_release(views);
    return status;
}

void digitnet__line_views_release(digitnet__line_views *views) {
    for (size_t i = 0; i < views->count; i++)
        release_view(&views->items[i]);
    digitnet__release(views->candidates);
    *views = (digitnet__line_views){.count = 0};
}

digitnet_status digitnet__line_views_find_least(double *likeness, digitnet__line_views *views,
                                                const digitnet__line_candidate *candidate,
                                                const digitnet__line_search *search) {
    digitnet__line_view *view = &views->items[candidate->view];
    *likeness = 1.0;
    return search->digit.session
               ? digitnet__line_digits_find_least(likeness, &view->digits, &view->strip, view->scores.columns,
                                                  &candidate->sequence, &search->digit, search->allowed)
               : DIGITNET_OK;
}

/* Whether a column of scores has ink; columns are numbered by where they begin. */
static bool has_ink(const digitnet__line_view *view, double column) {
    const digitnet__plane *strip = &view->strip;
    double width = (double)strip->width / (double)view->scores.columns;
    size_t first = (size_t)(column * width), end = (size_t)ceil((column + 1.0) * width);
    for (size_t row = 0; row < strip->height; row++)
        for (size_t x = first; x < end && x < strip->width; x++)
            if (strip->pixels[row * strip->width + x] >= LEAST_INK)
                return true;
    return false;
}

/* From the columns that say a digit on to where its ink ends: `farthest` at most. */
static double ink_end(const digitnet__line_view *view, double end, double farthest) {
    while (end + 1.0 <= farthest && has_ink(view, end))
        end += 1.0;
    return end;
}

static double ink_begin(const digitnet__line_view *view, double begin, double farthest) {
    while (begin - 1.0 >= farthest && has_ink(view, begin - 1.0))
        begin -= 1.0;
    return begin;
}

void digitnet__line_digit_columns(double *first, double *end, const digitnet__line_view *view,
                                  const digitnet_ctc_sequence *sequence, size_t index) {
    const digitnet__line_place *place = &view->place;
    double height = place->height * (double)view->scores.columns / (place->right - place->left);
    double from = (double)sequence->first_columns[index], to = (double)sequence->end_columns[index];
    double lowest = fmax(from - FARTHEST_REACH * height, 0.0);
    double highest = fmin(to + FARTHEST_REACH * height, (double)view->scores.columns);
    if (index > 0)
        lowest = fmax(lowest, (from + (double)sequence->end_columns[index - 1]) / 2.0);
    if (index + 1 < sequence->count)
        highest = fmin(highest, (to + (double)sequence->first_columns[index + 1]) / 2.0);
    *first = fmax(fmin(ink_begin(view, from, lowest), from - MARGIN * height), lowest);
    *end = fmin(fmax(ink_end(view, to, highest), to + MARGIN * height), highest);
}
