#include "training/custom_loss.h"

#include "core/status.h"
#include "training/losses.h"

#include <math.h>

static digitnet_status call(const digitnet__custom_loss *loss, const digitnet__compute *caller,
                            const digitnet_loss_range *range) {
    uint64_t before = digitnet__message_count();
    digitnet__affinity own;
    digitnet__compute_begin_worker_callback(&own, caller);
    int result = loss->call(range, loss->user_data);
    digitnet__compute_end_worker_callback(&own, caller);
    return result == DIGITNET_OK ? DIGITNET_OK : digitnet__fail_callback(result, before, "the loss", "");
}

/* What the function does not write is no number, as what diverges. */
static void preset(double *losses, float *gradient, const digitnet__loss_rows *rows) {
    for (size_t row = 0; row < rows->rows; row++)
        losses[row] = NAN;
    for (size_t i = 0; gradient && i < rows->rows * rows->columns; i++)
        gradient[i] = NAN;
}

/* A gradient that is not finite shows in the loss. */
static void finish_row(digitnet__score *score, float *gradient, size_t columns, double weight, float scale) {
    score->loss *= weight;
    for (size_t k = 0; gradient && k < columns; k++) {
        gradient[k] *= scale;
        score->loss += 0 * (double)gradient[k];
    }
}

digitnet_status digitnet__custom_loss_run(digitnet__score *scores, double *losses, float *gradient,
                                          const digitnet__loss *loss, const digitnet__compute *caller,
                                          const digitnet__loss_rows *rows, size_t target_values, float scale) {
    const digitnet_loss_range range = {.struct_size = sizeof range,
                                       .count = rows->rows,
                                       .output_values = rows->columns,
                                       .target_values = target_values,
                                       .outputs = rows->outputs,
                                       .labels = rows->labels,
                                       .targets = rows->targets,
                                       .sample_weights = rows->weights,
                                       .losses = losses,
                                       .gradient = gradient};
    bool comparable = !rows->targets || target_values == rows->columns;
    preset(losses, gradient, rows);
    DNN_TRY(call(loss->custom, caller, &range));
    for (size_t row = 0; row < rows->rows; row++) {
        scores[row] =
            (digitnet__score){.loss = losses[row], .correct = comparable && digitnet__row_is_correct(rows, row)};
        finish_row(&scores[row], gradient ? gradient + row * rows->columns : NULL, rows->columns,
                   (double)rows->weights[row], scale * rows->weights[row]);
    }
    return DIGITNET_OK;
}
