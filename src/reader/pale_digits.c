#include "reader/pale_digits.h"

#include "core/status.h"
#include "image/components.h"
#include "image/frame_digit.h"

#include <math.h>
#include <string.h>

/* Ink below this part of the least ink of strokes is paper, and so is any below the other. */
#define LEAST_PART 0.4
enum { LEAST_INK = 8 };
/* A digit's height and width, at least and at most, and how far its middle is from the line's, in heights of digits.
 * Rules are thinner, and ones by a pen as thin as rules are not found. */
#define LEAST_HEIGHT 0.6
#define MOST_HEIGHT 1.5
#define LEAST_WIDTH 0.3
#define MOST_WIDTH 1.3
#define FARTHEST 0.4
enum { MARGIN = 3 };
#define LEAST_LIKENESS 0.5
/* The mean ink of strokes, in parts of their least. */
#define MEAN_INK 1.5

/* Whether a piece has the size and place of a digit, and is paler than strokes. */
static bool is_digit_sized(const digitnet__component *piece, const digitnet__line_place *place) {
    double width = (double)piece->box.width, height = (double)piece->box.height;
    double x = (double)piece->box.left + width / 2.0, y = (double)piece->box.top + height / 2.0;
    return height >= LEAST_HEIGHT * place->height && height <= MOST_HEIGHT * place->height &&
           width >= LEAST_WIDTH * place->height && width <= MOST_WIDTH * place->height &&
           fabs(y - place->middle - place->slope * x) <= FARTHEST * place->height &&
           (double)piece->ink < (double)place->threshold * (double)piece->pixels;
}

static bool was_read(const digitnet__component *piece, const digitnet__line_view *view,
                     const digitnet_ctc_sequence *sequence) {
    double x = (double)piece->box.left + (double)piece->box.width / 2.0;
    for (size_t i = 0; i < sequence->count; i++) {
        double first, end;
        digitnet__line_digit_columns(&first, &end, view, sequence, i);
        if (x >= digitnet__line_scores_x(&view->scores, &view->place, first) &&
            x <= digitnet__line_scores_x(&view->scores, &view->place, end))
            return true;
    }
    return false;
}

static digitnet_status copy_piece(digitnet__plane *out, const digitnet__plane *ink, const digitnet__components *pieces,
                                  size_t index) {
    const digitnet__box *box = &pieces->items[index].box;
    DNN_TRY(digitnet__plane_create(out, box->width + 2 * MARGIN, box->height + 2 * MARGIN));
    for (size_t i = 0; i < pieces->run_count; i++) {
        const digitnet__run *run = &pieces->runs[i];
        if (run->component == index)
            memcpy(out->pixels + (run->row - box->top + MARGIN) * out->width + run->first - box->left + MARGIN,
                   ink->pixels + run->row * ink->width + run->first, run->end - run->first);
    }
    return DIGITNET_OK;
}

static digitnet_status find_likeness(double *likeness, const digitnet__plane *ink, const digitnet__components *pieces,
                                     size_t index, const digitnet__digit_network *network) {
    float frame[DNN_FRAME_VALUES], scores[DNN_MOST_DIGIT_OUTPUTS];
    digitnet__plane own;
    size_t digits;
    *likeness = 0.0;
    DNN_TRY(copy_piece(&own, ink, pieces, index));
    digitnet_status status = digitnet__frame_cell_ink(frame, &digits, &own, (double)own.height);
    digitnet__plane_release(&own);
    if (status == DIGITNET_ENOTFOUND)
        return DIGITNET_OK;
    DNN_TRY(status);
    DNN_TRY(digitnet__digit_network_run(scores, network, frame, 1));
    *likeness = digitnet__digit_likeness(scores);
    return DIGITNET_OK;
}

static void darken(digitnet__plane *ink, const digitnet__components *pieces, size_t index, double least_ink) {
    const digitnet__component *piece = &pieces->items[index];
    double times = MEAN_INK * least_ink * (double)piece->pixels / (double)piece->ink;
    for (size_t i = 0; i < pieces->run_count; i++) {
        const digitnet__run *run = &pieces->runs[i];
        for (size_t column = run->first; run->component == index && column < run->end; column++) {
            uint8_t *pixel = &ink->pixels[run->row * ink->width + column];
            *pixel = (uint8_t)fmin(times * *pixel, UINT8_MAX);
        }
    }
}

digitnet_status digitnet__pale_digits_darken(bool *found, digitnet__plane *ink, const digitnet__line_view *view,
                                             const digitnet_ctc_sequence *sequence,
                                             const digitnet__digit_network *network) {
    digitnet__components pieces;
    digitnet_status status = DIGITNET_OK;
    double least = fmax(LEAST_PART * (double)view->place.threshold, (double)LEAST_INK);
    *found = false;
    DNN_TRY(digitnet__components_find(&pieces, ink, (uint8_t)least));
    for (size_t i = 0; !status && i < pieces.count; i++) {
        double likeness = 0.0;
        if (is_digit_sized(&pieces.items[i], &view->place) && !was_read(&pieces.items[i], view, sequence))
            status = find_likeness(&likeness, ink, &pieces, i, network);
        if (status || likeness < LEAST_LIKENESS)
            continue;
        darken(ink, &pieces, i, (double)view->place.threshold);
        *found = true;
    }
    digitnet__components_release(&pieces);
    return status;
}
