#include "core/status.h"
#include "kernels/compute.h"
#include "reader/reader.h"
#include "reader/reading.h"

#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, DIGITS = 10, MOST_OUTPUTS = DIGITS + 1 };

static int passes(const digitnet_read_options *options, char digit) {
    const char text[2] = {digit, '\0'};
    digitnet__compute_begin_callback();
    int passed = options->check(text, options->user_data);
    digitnet__compute_end_callback();
    return passed;
}

/* The probabilities given that the digit passes the caller's check; as they were where none can. */
static bool apply_check(float *scores, size_t outputs, const digitnet_read_options *options) {
    float checked[MOST_OUTPUTS], sum = outputs > DIGITS ? scores[DIGITS] : 0.0f, passed = 0.0f;
    memcpy(checked, scores, outputs * sizeof *checked);
    for (int digit = 0; digit < DIGITS; digit++) {
        checked[digit] = passes(options, (char)('0' + digit)) ? scores[digit] : 0.0f;
        passed += checked[digit];
    }
    if (!(passed > 0.0f))
        return false;
    for (size_t i = 0; i < outputs; i++)
        scores[i] = checked[i] / (sum + passed);
    return true;
}

static void read_scores(digitnet_reading_character *character, float *scores, const digitnet__read_call *call) {
    size_t outputs = call->scratch->digit_outputs;
    bool checked = !call->options.check || apply_check(scores, outputs, &call->options);
    digitnet__character_set_scores(character, scores, outputs, call->options.error_rate);
    if (!checked && character->digit >= 0) {
        character->status = DIGITNET_READING_UNSURE;
        character->reason = DNN_REASON_CHECK;
    }
}

static digitnet_status read_digit(digitnet__read_call *call) {
    digitnet_reading_character character = {.digit = -1};
    float frame[FRAME_VALUES], scores[MOST_OUTPUTS];
    digitnet_status status = digitnet_image_frame_digit(frame, FRAME_VALUES, &call->image);
    if (status == DIGITNET_ENOTFOUND) {
        digitnet__character_set_none(&character, DNN_REASON_EMPTY);
    } else {
        DNN_TRY(status);
        DNN_TRY(digitnet_session_run(scores, MOST_OUTPUTS, call->scratch->digit, frame, FRAME_VALUES));
        read_scores(&character, scores, call);
    }
    digitnet__picture_corners(character.corners, &call->image);
    digitnet_reading_line line = {
        .confidence = character.confidence, .status = character.status, .reason = character.reason};
    digitnet__picture_corners(line.corners, &call->image);
    return digitnet__reading_add_line(call->reading, &line, &character, 1);
}

digitnet_status digitnet_reader_read_digit(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                           const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_digit", read_digit);
}
