/* The model handle. */
#ifndef DNN_MODEL_MODEL_H
#define DNN_MODEL_MODEL_H

#include "digitnet/model.h"
#include "model/network.h"

#include <stdatomic.h>
#include <stdbool.h>

typedef struct digitnet__limits {
    size_t parameters, activation_bytes, multiply_adds;
} digitnet__limits;

/* Training stands above the model, which holds its state without knowing it: training/training.h. */
typedef struct digitnet__training_kind {
    struct digitnet__training *(*copy)(const struct digitnet__training *training,
                                       size_t parameter_count); /* NULL without memory */
    void (*release)(struct digitnet__training *training);
    void (*describe)(digitnet_model_info *info, const struct digitnet__training *training);
} digitnet__training_kind;

struct digitnet_model {
    digitnet__network network;
    digitnet__limits limits;
    digitnet_status error; /* of the first builder that failed */
    char error_message[256];
    struct digitnet__training *training; /* optimizer and place in the training; NULL before compile */
    const digitnet__training_kind *training_kind;
    atomic_int users; /* readers at work, or -1 for a writer */
    _Atomic(const void *) callback_thread;
    atomic_int stop_requested;
};

/* The guard that keeps readers and writers apart: ESTATE at once where they would meet. Readers are let in too on the
 * thread that runs a fit's callback. */
digitnet_status digitnet__model_begin_read(const digitnet_model *model);
void digitnet__model_end_read(const digitnet_model *model);
digitnet_status digitnet__model_begin_write(digitnet_model *model);
void digitnet__model_end_write(digitnet_model *model);
void digitnet__model_begin_callback(digitnet_model *model);
void digitnet__model_end_callback(digitnet_model *model);
bool digitnet__model_in_callback(const digitnet_model *model);

/* Refuses an unfinished model, one whose builder failed. */
digitnet_status digitnet__model_check(const digitnet_model *model);
/* ESTATE where there are no weights yet. */
digitnet_status digitnet__model_check_weights(const digitnet_model *model);

/* Allocates weights and plans the steps, the first time; the weights are zeros. For compile and import. Nothing changes
 * after a failure. */
digitnet_status digitnet__model_realize(digitnet_model *model);

/* Between memory (outputs x inputs) and what the user sees (inputs x outputs). */
void digitnet__tensor_to_user(float *values, const digitnet__tensor *tensor, const float *memory);
void digitnet__tensor_from_user(float *memory, const digitnet__tensor *tensor, const float *values);

#endif
