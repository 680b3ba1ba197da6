/* The model handle. */
#ifndef DNN_MODEL_MODEL_H
#define DNN_MODEL_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "digitnet/model.h"
#include "model/network.h"

typedef struct dnn_limits {
    size_t parameters, activation_bytes, multiply_adds;
} dnn_limits;

/* Training stands above the model, which holds its state without knowing it: training/training.h. */
typedef struct dnn_training_kind {
    struct dnn_training *(*copy)(const struct dnn_training *training, size_t parameter_count); /* NULL without memory */
    void (*release)(struct dnn_training *training);
    void (*describe)(digitnet_model_info *info, const struct dnn_training *training);
} dnn_training_kind;

struct digitnet_model {
    dnn_network network;
    dnn_limits limits;
    digitnet_status error; /* of the first builder that failed */
    char error_message[256];
    struct dnn_training *training; /* optimizer and place in the training; NULL before compile */
    const dnn_training_kind *training_kind;
    atomic_int users; /* readers at work, or -1 for a writer */
    _Atomic(const void *) callback_thread;
    atomic_int stop_requested;
};

/* The guard that keeps readers and writers apart: ESTATE at once where they would meet. Readers are let in too on the
 * thread that runs a fit's callback. */
digitnet_status dnn_model_begin_read(const digitnet_model *model);
void dnn_model_end_read(const digitnet_model *model);
digitnet_status dnn_model_begin_write(digitnet_model *model);
void dnn_model_end_write(digitnet_model *model);
void dnn_model_begin_callback(digitnet_model *model);
void dnn_model_end_callback(digitnet_model *model);
bool dnn_model_in_callback(const digitnet_model *model);

/* Refuses an unfinished model, one whose builder failed. */
digitnet_status dnn_model_check(const digitnet_model *model);
/* ESTATE where there are no weights yet. */
digitnet_status dnn_model_check_weights(const digitnet_model *model);

/* Allocates weights and plans the steps, the first time; the weights are zeros. For compile and import. Nothing changes
 * after a failure. */
digitnet_status dnn_model_realize(digitnet_model *model);

/* Between memory (outputs x inputs) and what the user sees (inputs x outputs). */
void dnn_tensor_to_user(float *values, const dnn_tensor *tensor, const float *memory);
void dnn_tensor_from_user(float *memory, const dnn_tensor *tensor, const float *values);

#endif
