#include "reader/line_check.h"

#include "core/status.h"
#include "image/frame_digit.h"

#include <math.h>
#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, MOST_OUTPUTS = 11 };

/* How far a digit reaches above and below the line's middle, in digits' heights. */
#define REACH 0.8

/* The part of a digit of `length` pixels that begins at `start`, within the picture. */
static size_t clamp(double start, size_t length) {
    return (size_t)fmin(fmax(start, 0.0), (double)length);
}

/* A copy of the ink around one digit; empty, without pixels, where that is outside of the picture. */
static digitnet_status cut_digit(digitnet__plane *out, const digitnet__plane *ink, const digitnet__line_view *view,
                                 const digitnet_ctc_sequence *sequence, size_t index) {
    const digitnet__line_place *place = &view->place;
    double first, end, column_width = (place->right - place->left) / (double)view->columns;
    digitnet__line_digit_columns(&first, &end, view, sequence, index);
    double middle = place->middle + place->slope * (place->left + column_width * (first + end) / 2.0);
    size_t left = clamp(place->left + column_width * first, ink->width);
    size_t right = clamp(ceil(place->left + column_width * end), ink->width);
    size_t top = clamp(middle - REACH * place->height, ink->height);
    size_t bottom = clamp(ceil(middle + REACH * place->height), ink->height);
    *out = (digitnet__plane){.pixels = NULL};
    if (right <= left || bottom <= top)
        return DIGITNET_OK;
    DNN_TRY(digitnet__plane_create(out, right - left, bottom - top));
    for (size_t row = top; row < bottom; row++)
        memcpy(out->pixels + (row - top) * out->width, ink->pixels + row * ink->width + left, out->width);
    return DIGITNET_OK;
}

/* Reads the cut-out digit, which is used up. */
static digitnet_status read_cut(double *probability, digitnet_reader_scratch *scratch, digitnet__plane *cut,
                                int32_t label) {
    float frame[FRAME_VALUES], scores[MOST_OUTPUTS];
    digitnet__ink ink;
    digitnet_status status = digitnet__ink_find_in(&ink, cut);
    *probability = 0.0;
    if (status)
        return status == DIGITNET_ENOTFOUND ? DIGITNET_OK : status;
    digitnet__frame_digit_ink(frame, &ink);
    digitnet__ink_release(&ink);
    DNN_TRY(digitnet_session_run(scores, MOST_OUTPUTS, scratch->digit, frame, FRAME_VALUES));
    *probability = scores[label];
    return DIGITNET_OK;
}

digitnet_status digitnet__line_check(double *agreement, digitnet_reader_scratch *scratch, const digitnet__plane *ink,
                                     const digitnet__line_view *view, const digitnet_ctc_sequence *sequence) {
    *agreement = 1.0;
    if (!scratch->digit || sequence->count == 0)
        return DIGITNET_OK;
    double sum = 0.0;
    for (size_t i = 0; i < sequence->count; i++) {
        digitnet__plane cut;
        double probability = 0.0;
        DNN_TRY(cut_digit(&cut, ink, view, sequence, i));
        digitnet_status status = cut.pixels ? read_cut(&probability, scratch, &cut, sequence->labels[i]) : DIGITNET_OK;
        digitnet__plane_release(&cut);
        if (status)
            return status;
        sum += probability;
    }
    *agreement = sum / (double)sequence->count;
    return DIGITNET_OK;
}
