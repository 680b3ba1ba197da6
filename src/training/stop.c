/* The request to stop: one atomic flag, so that a signal handler may set it. */
#include "digitnet/training.h"
#include "model/model.h"

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch what is free of locks");

void digitnet_model_request_stop(digitnet_model *model) {
    if (model)
        atomic_store(&model->stop_requested, 1);
}

void digitnet_model_clear_stop(digitnet_model *model) {
    if (model)
        atomic_store(&model->stop_requested, 0);
}
