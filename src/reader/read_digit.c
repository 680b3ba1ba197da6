#include "core/status.h"
#include "image/frame_digit.h"
#include "reader/reader.h"
#include "reader/reading.h"

#include <stdbool.h>

/* Makes the probabilities those given that the digit passes the caller's check; none does: they stay. */
static digitnet_status apply_check(bool *passed, float *scores, const digitnet__read_call *call) {
    size_t outputs = call->scratch->digit.outputs;
    float checked[DNN_MOST_DIGIT_OUTPUTS], sum = 0.0f, none = outputs > DNN_DIGITS ? scores[DNN_DIGITS] : 0.0f;
    for (int digit = 0; digit < DNN_DIGITS; digit++) {
        bool may_stand;
        DNN_TRY(digitnet__read_check(&may_stand, call, (const char[]){(char)('0' + digit), '\0'}));
        checked[digit] = may_stand ? scores[digit] : 0.0f;
        sum += checked[digit];
    }
    *passed = sum > 0.0f;
    if (!*passed)
        return DIGITNET_OK;
    for (int digit = 0; digit < DNN_DIGITS; digit++)
        scores[digit] = checked[digit] / (sum + none);
    if (outputs > DNN_DIGITS)
        scores[DNN_DIGITS] = none / (sum + none);
    return DIGITNET_OK;
}

static digitnet_status read_scores(digitnet_reading_character *character, float *scores,
                                   const digitnet__read_call *call) {
    bool passed = true;
    double allowed = digitnet__allowed_apply(scores, call->scratch->digit.outputs, &call->allowed);
    if (call->options.check)
        DNN_TRY(apply_check(&passed, scores, call));
    digitnet__character_set_scores(character, scores, call->scratch->digit.outputs, call->options.error_rate);
    if (digitnet__allowed_doubt(allowed))
        digitnet__character_doubt(character, DNN_REASON_ALLOWED);
    if (!passed)
        digitnet__character_doubt(character, DNN_REASON_CHECK);
    return DIGITNET_OK;
}

static digitnet_status read_digit(digitnet__read_call *call) {
    digitnet_reading_character character = {.digit = -1};
    if (!call->scratch->digit.session)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of digits", call->where);
    float frame[DNN_FRAME_VALUES], scores[DNN_MOST_DIGIT_OUTPUTS];
    size_t digits = 0;
    digitnet_status status = digitnet__frame_digit(frame, &digits, &call->image);
    if (status == DIGITNET_ENOTFOUND) {
        digitnet__character_set_none(&character, DNN_REASON_EMPTY);
    } else {
        DNN_TRY(status);
        DNN_TRY(digitnet__digit_network_run(scores, &call->scratch->digit, frame, 1));
        DNN_TRY(read_scores(&character, scores, call));
        if (digits > 1)
            digitnet__character_doubt(&character, DNN_REASON_SEVERAL);
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
