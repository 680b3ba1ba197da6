#include "reader/digit_network.h"

#include "core/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum { FRAME = DIGITNET_FRAME_SIZE, LOOKS = 4 };
/* Where no class is so probable, a frame is looked at again. Chosen, as the looks, on digits that training holds out.
 */
#define NO_DOUBT 0.9f

/* What another look sees: a column and a row of it, from the frame's middle, as columns and rows of the frame. */
typedef struct look {
    double column[2], row[2];
} look;

/* Leaning and turned, either way. */
static const look looks[LOOKS] = {
    {{1.0, 0.0}, {0.2, 1.0}},
    {{1.0, 0.0}, {-0.2, 1.0}},
    {{1.0, 0.15}, {-0.15, 1.0}},
    {{1.0, -0.15}, {0.15, 1.0}},
};

static double value_at(const float *frame, ptrdiff_t column, ptrdiff_t row) {
    return column >= 0 && column < FRAME && row >= 0 && row < FRAME ? (double)frame[row * FRAME + column] : 0.0;
}

/* Between pixels, bilinear. */
static double sample(const float *frame, double column, double row) {
    double left = floor(column), top = floor(row), right = column - left, below = row - top;
    ptrdiff_t x = (ptrdiff_t)left, y = (ptrdiff_t)top;
    double above = value_at(frame, x, y) * (1.0 - right) + value_at(frame, x + 1, y) * right;
    double under = value_at(frame, x, y + 1) * (1.0 - right) + value_at(frame, x + 1, y + 1) * right;
    return above * (1.0 - below) + under * below;
}

static void see(float *out, const float *frame, const look *l) {
    const double middle = (FRAME - 1) / 2.0;
    for (int row = 0; row < FRAME; row++) {
        for (int column = 0; column < FRAME; column++) {
            double x = column - middle, y = row - middle;
            *out++ = (float)sample(frame, middle + l->column[0] * x + l->row[0] * y,
                                   middle + l->column[1] * x + l->row[1] * y);
        }
    }
}

static bool is_doubtful(const float *scores, size_t outputs) {
    float best = 0.0f;
    for (size_t i = 0; i < outputs; i++)
        best = fmaxf(best, scores[i]);
    return best < NO_DOUBT;
}

/* The scores become the mean over all looks: where these err, they err differently. */
static digitnet_status look_again(float *scores, const digitnet__digit_network *network, const float *frame) {
    float frames[LOOKS * DNN_FRAME_VALUES], seen[LOOKS * DNN_MOST_DIGIT_OUTPUTS];
    for (size_t i = 0; i < LOOKS; i++)
        see(frames + i * DNN_FRAME_VALUES, frame, &looks[i]);
    DNN_TRY(
        digitnet_session_run(seen, LOOKS * DNN_MOST_DIGIT_OUTPUTS, network->session, frames, LOOKS * DNN_FRAME_VALUES));
    for (size_t output = 0; output < network->outputs; output++) {
        for (size_t i = 0; i < LOOKS; i++)
            scores[output] += seen[i * network->outputs + output];
        scores[output] /= LOOKS + 1;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__digit_network_run(float *scores, const digitnet__digit_network *network, const float *frames,
                                            size_t count) {
    DNN_TRY(digitnet_session_run(scores, count * network->outputs, network->session, frames, count * DNN_FRAME_VALUES));
    for (size_t i = 0; i < count; i++)
        if (is_doubtful(scores + i * network->outputs, network->outputs))
            DNN_TRY(look_again(scores + i * network->outputs, network, frames + i * DNN_FRAME_VALUES));
    return DIGITNET_OK;
}

int32_t digitnet__best_digit(const float *scores) {
    int32_t best = 0;
    for (int32_t digit = 1; digit < DNN_DIGITS; digit++)
        best = scores[digit] > scores[best] ? digit : best;
    return best;
}

double digitnet__digit_likeness(const float *scores) {
    double sum = 0.0;
    for (size_t digit = 0; digit < DNN_DIGITS; digit++)
        sum += (double)scores[digit];
    return sum;
}

bool digitnet__is_digit(const float *scores, size_t outputs) {
    return outputs == DNN_DIGITS || scores[DNN_DIGITS] < scores[digitnet__best_digit(scores)];
}
