#include "model/training.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

digitnet__progress digitnet__progress_begin(void) {
    return (digitnet__progress){.momentum_product = 1, .plateau = digitnet__plateau_begin()};
}

digitnet__progress digitnet__progress_between(const digitnet__progress *progress) {
    return (digitnet__progress){.epochs_done = progress->epochs_done,
                                .steps_done = progress->steps_done,
                                .accumulated = progress->accumulated,
                                .momentum_product = progress->momentum_product,
                                .plateau = progress->plateau};
}

digitnet_status digitnet__training_create(digitnet__training **out, const digitnet__training *settings,
                                          size_t parameter_count) {
    *out = NULL;
    size_t slots = digitnet__optimizer_slots(&settings->settings), bytes;
    if (!digitnet__size_product(&bytes, (size_t[]){slots, parameter_count, sizeof(float)}, 3)) {
        return digitnet__fail(DIGITNET_ELIMIT, "the size of the optimizer's state for %zu weights overflows",
                              parameter_count);
    }
    digitnet__training *training = digitnet__allocate_zeroed(sizeof *training);
    if (!training)
        return DIGITNET_ENOMEM;
    *training = *settings;
    training->state = digitnet__allocate_zeroed(bytes);
    if (!training->state) {
        digitnet__training_free(training);
        return DIGITNET_ENOMEM;
    }
    *out = training;
    return DIGITNET_OK;
}

digitnet_status digitnet__training_copy(digitnet__training **out, const digitnet__training *training,
                                        size_t parameter_count) {
    digitnet_status status = digitnet__training_create(out, training, parameter_count);
    if (status == DIGITNET_OK) {
        memcpy((*out)->state, training->state,
               digitnet__optimizer_slots(&training->settings) * parameter_count * sizeof(float));
    }
    return status;
}

float *digitnet__training_average(const digitnet__training *training, size_t parameter_count) {
    return digitnet__optimizer_average(&training->settings, training->state, parameter_count);
}

void digitnet__training_free(digitnet__training *training) {
    if (training) {
        digitnet__release(training->state);
        digitnet__release(training);
    }
}
