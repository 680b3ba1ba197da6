#include "reader/line.h"

#include "core/memory.h"
#include "core/status.h"
#include "digitnet/ctc.h"
#include "image/frame_line.h"
#include "reader/reading.h"

#include <math.h>
#include <string.h>

enum { BEAM_WIDTH = 16 }; /* sequences among which the caller's check chooses */

/* How far a digit reaches beyond the columns that say it, in digits' heights. */
#define MARGIN 0.3

/* A line on the way from ink to characters. */
typedef struct line_scores {
    digitnet__line_place place;
    digitnet__plane strip;
    float *values; /* columns x DNN_LINE_CLASSES probabilities */
    size_t columns;
} line_scores;

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

static digitnet_status run_network(line_scores *line, digitnet_session *session) {
    size_t values = 0, width = line->strip.width, pixels = width * line->strip.height;
    DNN_TRY(digitnet_session_outputs(&values, session, width));
    line->columns = values / DNN_LINE_CLASSES;
    line->values = digitnet__allocate_array(values, sizeof *line->values);
    if (!line->values)
        return DIGITNET_ENOMEM;
    return digitnet_session_run_width_u8(line->values, values, session, line->strip.pixels, pixels, width);
}

/* How a line came to be chosen among the sequences that were found. */
typedef struct choice {
    digitnet_ctc_sequence sequence;
    double probability; /* given that it may stand there */
    const char *reason;
} choice;

static bool has_length(const digitnet_ctc_sequence *sequence, const digitnet_read_options *options) {
    return sequence->count >= options->min_length &&
           (options->max_length == 0 || sequence->count <= options->max_length);
}

static digitnet_status check_sequence(bool *passed, const digitnet_ctc_sequence *sequence,
                                      const digitnet__read_call *call, char *text) {
    for (size_t i = 0; i < sequence->count; i++)
        text[i] = (char)('0' + sequence->labels[i]);
    text[sequence->count] = '\0';
    return digitnet__read_check(passed, call, text);
}

/* The most probable sequence that the caller lets stand, else the most probable of all. `text` has room for any. */
static digitnet_status choose_sequence(choice *chosen, const digitnet_ctc_decoding *decoding,
                                       const digitnet__read_call *call, char *text) {
    double refused = 0.0;
    for (size_t i = 0; i < digitnet_ctc_decoding_count(decoding); i++) {
        digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
        DNN_TRY(digitnet_ctc_decoding_describe(&sequence, decoding, i));
        double probability = exp(sequence.log_probability);
        bool fits = has_length(&sequence, &call->options), passed = false;
        if (fits)
            DNN_TRY(check_sequence(&passed, &sequence, call, text));
        if (i == 0)
            *chosen = (choice){sequence, probability, fits ? DNN_REASON_CHECK : DNN_REASON_LENGTH};
        if (passed) {
            *chosen = (choice){sequence, fmin(probability / fmax(1.0 - refused, probability), 1.0), DNN_REASON_NONE};
            break;
        }
        refused += probability;
    }
    return DIGITNET_OK;
}

/* The place in the picture that is at these parts of the width and height of the line's ink. */
static digitnet_place place_at(const digitnet_place corners[4], double u, double v) {
    double weights[4] = {(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v};
    digitnet_place place = {0.0, 0.0};
    for (size_t i = 0; i < 4; i++) {
        place.x += weights[i] * corners[i].x;
        place.y += weights[i] * corners[i].y;
    }
    return place;
}

/* The box of the columns `first` to `end` of the scores. */
static void set_corners(digitnet_place out[4], const line_scores *line, double first, double end,
                        const digitnet__plane *ink, const digitnet_place corners[4]) {
    const digitnet__line_place *place = &line->place;
    double column_width = (place->right - place->left) / (double)line->columns;
    for (size_t i = 0; i < 4; i++) {
        double x = place->left + column_width * (i == 0 || i == 3 ? first : end);
        double y = place->middle + place->slope * x + place->height * (i < 2 ? -0.5 : 0.5);
        out[i] = place_at(corners, fmin(fmax(x / (double)ink->width, 0.0), 1.0),
                          fmin(fmax(y / (double)ink->height, 0.0), 1.0));
    }
}

/* The column that is most certain of the label. */
static const float *best_column(const line_scores *line, const digitnet_ctc_sequence *sequence, size_t index) {
    size_t label = (size_t)sequence->labels[index];
    const float *best = line->values + sequence->first_columns[index] * DNN_LINE_CLASSES;
    for (size_t column = sequence->first_columns[index]; column < sequence->end_columns[index]; column++) {
        const float *scores = line->values + column * DNN_LINE_CLASSES;
        if (scores[label] > best[label])
            best = scores;
    }
    return best;
}

/* Columns first .. end of a digit's box: it ends in the middle between its columns and its neighbour's, but not far
 * from its own. */
static void digit_columns(double *first, double *end, const line_scores *line, const digitnet_ctc_sequence *sequence,
                          size_t index) {
    const digitnet__line_place *place = &line->place;
    double reach = MARGIN * place->height * (double)line->columns / (place->right - place->left);
    double from = (double)sequence->first_columns[index], to = (double)sequence->end_columns[index];
    *first = fmax(from - reach, 0.0);
    *end = fmin(to + reach, (double)line->columns);
    if (index > 0)
        *first = fmax(*first, (from + (double)sequence->end_columns[index - 1]) / 2.0);
    if (index + 1 < sequence->count)
        *end = fmin(*end, (to + (double)sequence->first_columns[index + 1]) / 2.0);
}

static digitnet_status add_sequence(digitnet__read_call *call, const line_scores *line, const choice *chosen,
                                    const digitnet__plane *ink, const digitnet_place corners[4]) {
    const digitnet_ctc_sequence *sequence = &chosen->sequence;
    bool sure = chosen->probability >= digitnet__confidence_needed(call->options.error_rate);
    digitnet_reading_line added = {.confidence = chosen->probability, .reason = chosen->reason};
    if (sequence->count == 0)
        return digitnet__line_add_none(call, corners, DNN_REASON_NO_DIGIT);
    if (added.reason[0] == '\0' && !sure)
        added.reason = DNN_REASON_CONFIDENCE;
    added.status = added.reason[0] ? DIGITNET_READING_UNSURE : DIGITNET_READING_OK;
    digitnet_reading_character *characters = digitnet__allocate_zeroed_array(sequence->count, sizeof *characters);
    if (!characters)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < sequence->count; i++) {
        double first, end;
        digit_columns(&first, &end, line, sequence, i);
        set_corners(characters[i].corners, line, first, end, ink, corners);
        digitnet__character_set_label(&characters[i], sequence->labels[i], best_column(line, sequence, i),
                                      call->options.error_rate);
    }
    memcpy(added.corners, corners, sizeof added.corners);
    digitnet_status status = digitnet__reading_add_line(call->reading, &added, characters, sequence->count);
    digitnet__release(characters);
    return status;
}

static digitnet_status read_scores(digitnet__read_call *call, const line_scores *line, const digitnet__plane *ink,
                                   const digitnet_place corners[4]) {
    digitnet_ctc_decoding *decoding = NULL;
    choice chosen = {.reason = DNN_REASON_NONE};
    char *text = digitnet__allocate(line->columns + 1);
    digitnet_status status = text ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (!status)
        status = digitnet_ctc_decode(&decoding, line->values, line->columns, DNN_LINE_CLASSES,
                                     DIGITNET_WITH(digitnet_ctc_options, .beam_width = BEAM_WIDTH));
    if (!status)
        status = choose_sequence(&chosen, decoding, call, text);
    if (!status)
        status = add_sequence(call, line, &chosen, ink, corners);
    digitnet_ctc_decoding_free(decoding);
    digitnet__release(text);
    return status;
}

digitnet_status digitnet__line_add_none(digitnet__read_call *call, const digitnet_place corners[4],
                                        const char *reason) {
    digitnet_reading_line none = {.confidence = 1.0, .status = DIGITNET_READING_NO_DIGITS, .reason = reason};
    memcpy(none.corners, corners, sizeof none.corners);
    return digitnet__reading_add_line(call->reading, &none, NULL, 0);
}

digitnet_status digitnet__line_read(digitnet__read_call *call, digitnet__plane *ink, const digitnet_place corners[4]) {
    line_scores line = {.columns = 0};
    digitnet_status status = digitnet__line_find_place(&line.place, ink);
    if (status == DIGITNET_ENOTFOUND)
        return digitnet__line_add_none(call, corners, DNN_REASON_EMPTY);
    if (!status)
        status = digitnet__line_frame(&line.strip, ink, &line.place);
    if (!status)
        status = digitnet__read_step(call, "line", &line.strip);
    if (!status)
        status = run_network(&line, call->scratch->line);
    if (!status)
        status = read_scores(call, &line, ink, corners);
    digitnet__release(line.values);
    digitnet__plane_release(&line.strip);
    return status;
}
