/* Who may use a model at the same time. `users` counts the readers, or is -1 for a writer. */
#include "core/status.h"
#include "model/model.h"

/* Its address identifies the thread. */
static _Thread_local char this_thread;

bool digitnet__model_in_callback(const digitnet_model *model) {
    return atomic_load(&model->callback_thread) == &this_thread;
}

/* What changes of a model while it is const: its guard, and in a callback what the steps before it have left old. */
static atomic_int *users_of(const digitnet_model *model) {
    return (atomic_int *)&model->users;
}

static digitnet__network *network_of(const digitnet_model *model) {
    return (digitnet__network *)&model->network;
}

digitnet_status digitnet__model_begin_read(const digitnet_model *model) {
    if (digitnet__model_in_callback(model)) { /* the one thread that reads, while none writes */
        digitnet__network_refresh_inference(network_of(model));
        return DIGITNET_OK;
    }
    int users = atomic_load(users_of(model));
    do {
        if (users < 0)
            return digitnet__fail(DIGITNET_ESTATE, "the model is being changed by a fit or another call");
    } while (!atomic_compare_exchange_weak(users_of(model), &users, users + 1));
    return DIGITNET_OK;
}

void digitnet__model_end_read(const digitnet_model *model) {
    if (!digitnet__model_in_callback(model))
        atomic_fetch_sub(users_of(model), 1);
}

digitnet_status digitnet__model_begin_write(digitnet_model *model) {
    int none = 0;
    if (!atomic_compare_exchange_strong(&model->users, &none, -1))
        return digitnet__fail(DIGITNET_ESTATE, "the model is in use by another call");
    return DIGITNET_OK;
}

void digitnet__model_end_write(digitnet_model *model) {
    atomic_store(&model->users, 0);
}

void digitnet__model_begin_callback(digitnet_model *model) {
    atomic_store(&model->callback_thread, &this_thread);
}

void digitnet__model_end_callback(digitnet_model *model) {
    atomic_store(&model->callback_thread, NULL);
}
