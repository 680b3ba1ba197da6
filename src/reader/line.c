#include "reader/line.h"

#include "core/memory.h"
#include "core/status.h"
#include "reader/choice.h"
#include "reader/line_views.h"
#include "reader/reading.h"
#include "reader/separators.h"

#include <math.h>
#include <string.h>

digitnet_status digitnet__line_session_create(digitnet_session **out, const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
    DNN_TRY(digitnet_model_describe(&info, model));
    DNN_TRY(digitnet_model_describe_layer(&last, model, info.layers ? info.layers - 1 : 0));
    if (info.height != DIGITNET_LINE_HEIGHT || info.channels != 1 || last.height != 1 ||
        last.channels != DNN_LINE_CLASSES)
        return digitnet__fail(DIGITNET_ESHAPE,
                              "digitnet_reader_create: the model of lines takes %zu x %zu x %zu values and gives "
                              "%zu x %zu x %zu; it must take %d rows of one channel and give one row of %d channels",
                              info.height, info.width, info.channels, last.height, last.width, last.channels,
                              DIGITNET_LINE_HEIGHT, DNN_LINE_CLASSES);
    return digitnet_session_create(
        out, model, DIGITNET_WITH(digitnet_session_options, .batch_size = 1, .max_width = DNN_LONGEST_LINE));
}

/* Sequences that a view finds: enough for a mean over views, and enough for a length or the caller's check to choose
 * among. */
enum { BEAM_WIDTH = 6, CHOICE_BEAM_WIDTH = 16 };
/* A digit that is less probable to be one is a letter or a mark beside the number, and puts the line in doubt. */
#define NO_DIGIT_LIKENESS 0.01

/* The box of the columns `first` to `end` of the scores. */
static void set_corners(digitnet_place out[4], const digitnet__line_view *view, double first, double end,
                        const digitnet__plane *ink, const digitnet_place corners[4]) {
    const digitnet__line_place *place = &view->place;
    double column_width = (place->right - place->left) / (double)view->columns;
    for (size_t i = 0; i < 4; i++) {
        double x = place->left + column_width * (i == 0 || i == 3 ? first : end);
        double y = place->middle + place->slope * x + place->height * (i < 2 ? -0.5 : 0.5);
        out[i] = digitnet__place_within(corners, fmin(fmax(x / (double)ink->width, 0.0), 1.0),
                                        fmin(fmax(y / (double)ink->height, 0.0), 1.0));
    }
}

/* The column that is most certain of the label. */
static const float *best_column(const digitnet__line_view *view, const digitnet_ctc_sequence *sequence, size_t index) {
    size_t label = (size_t)sequence->labels[index];
    const float *best = view->scores + sequence->first_columns[index] * DNN_LINE_CLASSES;
    for (size_t column = sequence->first_columns[index]; column < sequence->end_columns[index]; column++) {
        const float *scores = view->scores + column * DNN_LINE_CLASSES;
        if (scores[label] > best[label])
            best = scores;
    }
    return best;
}

/* Where the parts of a line that are read lie in the picture. */
typedef struct line_frame {
    const digitnet__line_view *view;
    const digitnet__plane *ink;
    const digitnet_place *corners; /* of the ink */
} line_frame;

static void set_digit(digitnet_reading_character *character, const line_frame *frame,
                      const digitnet_ctc_sequence *sequence, size_t index, double error_rate) {
    double first, end;
    digitnet__line_digit_columns(&first, &end, frame->view, sequence, index);
    set_corners(character->corners, frame->view, first, end, frame->ink, frame->corners);
    digitnet__character_set_label(character, sequence->labels[index], best_column(frame->view, sequence, index),
                                  error_rate);
}

static void set_separator(digitnet_reading_character *character, const line_frame *frame,
                          const digitnet__separator *separator) {
    double columns = (double)frame->view->columns / (double)frame->view->strip.width;
    double first = (double)separator->box.left * columns, width = (double)separator->box.width * columns;
    set_corners(character->corners, frame->view, first, first + width, frame->ink, frame->corners);
    digitnet__character_set_none(character, DNN_REASON_NONE);
    character->status = DIGITNET_READING_OK;
    character->separator = separator->character;
}

/* The line's digits and separators, from left to right. */
static void set_characters(digitnet_reading_character *characters, const line_frame *frame,
                           const digitnet_ctc_sequence *sequence, const digitnet__separator *separators, size_t count,
                           double error_rate) {
    for (size_t digit = 0, separator = 0; digit <= sequence->count; digit++) {
        for (; separator < count && separators[separator].digits_before == digit; separator++)
            set_separator(characters++, frame, &separators[separator]);
        if (digit < sequence->count)
            set_digit(characters++, frame, sequence, digit, error_rate);
    }
}

static digitnet_status add_choice(digitnet__read_call *call, const digitnet__line_views *views,
                                  const digitnet__choice *chosen, const digitnet__plane *ink,
                                  const digitnet_place corners[4]) {
    const digitnet_ctc_sequence *sequence = &views->candidates[chosen->index].sequence;
    const line_frame frame = {&views->items[views->candidates[chosen->index].view], ink, corners};
    digitnet__separator *separators;
    size_t count;
    digitnet_reading_line added = {.struct_size = 0};
    if (sequence->count == 0)
        return digitnet__line_add_none(call, corners, DNN_REASON_NO_DIGIT);
    digitnet__choice_judge(&added, chosen, call);
    memcpy(added.corners, corners, sizeof added.corners);
    DNN_TRY(digitnet__separators_find(&separators, &count, frame.view, sequence, call->options.separators));
    size_t all = sequence->count + count;
    digitnet_reading_character *characters = digitnet__allocate_zeroed_array(all, sizeof *characters);
    digitnet_status status = characters ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (!status) {
        set_characters(characters, &frame, sequence, separators, count, call->options.error_rate);
        status = digitnet__reading_add_line(call->reading, &added, characters, all);
    }
    digitnet__release(characters);
    digitnet__release(separators);
    return status;
}

/* The geometric mean over the digits. */
static double certainty_of(const digitnet__line_candidate *candidate, double probability) {
    size_t count = candidate->sequence.count;
    return count > 0 ? pow(probability * candidate->likeness, 1.0 / (double)count) : 0.0;
}

/* How probable it is that these are digits at all, where that is in doubt; else 1. */
static digitnet_status find_likeness(double *likeness, digitnet__line_views *views, size_t chosen,
                                     const digitnet__line_search *search) {
    const digitnet__line_candidate *candidate = &views->candidates[chosen];
    double least;
    DNN_TRY(digitnet__line_views_find_least(&least, views, chosen, search));
    *likeness = least < NO_DIGIT_LIKENESS ? least : 1.0;
    if (!digitnet__looks_like_digits(candidate->likeness, candidate->sequence.count))
        *likeness = fmin(*likeness, candidate->likeness);
    return DIGITNET_OK;
}

static digitnet_status add_views(digitnet__read_call *call, double *certainty, digitnet__line_views *views,
                                 const digitnet__line_search *search, const digitnet__plane *ink,
                                 const digitnet_place corners[4], double least) {
    digitnet__choice chosen = {.reason = DNN_REASON_NONE};
    digitnet__text *texts = digitnet__allocate_array(views->candidate_count, sizeof *texts);
    if (!texts)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < views->candidate_count; i++) {
        const digitnet__line_candidate *candidate = &views->candidates[i];
        texts[i] = (digitnet__text){candidate->sequence.labels, candidate->sequence.count, candidate->probability};
    }
    digitnet_status status = digitnet__choose(&chosen, texts, views->candidate_count, call);
    digitnet__release(texts);
    if (status)
        return status;
    const digitnet__line_candidate *candidate = &views->candidates[chosen.index];
    *certainty = certainty_of(candidate, chosen.probability);
    if (*certainty >= least)
        DNN_TRY(find_likeness(&chosen.likeness, views, chosen.index, search));
    chosen.allowed = views->items[candidate->view].allowed;
    return add_choice(call, views, &chosen, ink, corners);
}

digitnet_status digitnet__line_add_none(digitnet__read_call *call, const digitnet_place corners[4],
                                        const char *reason) {
    digitnet_reading_line none = {.confidence = 1.0, .status = DIGITNET_READING_NO_DIGITS, .reason = reason};
    memcpy(none.corners, corners, sizeof none.corners);
    return digitnet__reading_add_line(call->reading, &none, NULL, 0);
}

digitnet_status digitnet__line_read(digitnet__read_call *call, double *certainty, digitnet__plane *ink,
                                    const digitnet_place corners[4], double least) {
    digitnet__line_place place;
    digitnet__line_views views;
    const digitnet__line_search search = {.session = call->scratch->line,
                                          .digit = call->scratch->digit,
                                          .allowed = &call->allowed,
                                          .beam_width = digitnet__choice_is_needed(&call->options) ? CHOICE_BEAM_WIDTH
                                                                                                   : BEAM_WIDTH};
    digitnet_status status = digitnet__line_find_place(&place, ink);
    *certainty = 0.0;
    if (status == DIGITNET_ENOTFOUND)
        return digitnet__line_add_none(call, corners, DNN_REASON_EMPTY);
    if (!status)
        status = digitnet__line_views_create(&views, ink, &place, &search);
    if (status)
        return status;
    status = digitnet__read_step(call, "line", &views.items[0].strip);
    if (!status)
        status = add_views(call, certainty, &views, &search, ink, corners, least);
    digitnet__line_views_release(&views);
    return status;
}
