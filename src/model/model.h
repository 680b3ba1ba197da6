/* The model handle. */
#ifndef DNN_MODEL_MODEL_H
#define DNN_MODEL_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "digitnet/model.h"
#include "layers/layer.h"
#include "layers/step.h"

typedef struct dnn_limits {
    size_t parameters, activation_bytes, multiply_adds;
} dnn_limits;

/* What predicts: it does not change after the first compile but for the weights. */
typedef struct dnn_network {
    const dnn_kernels *kernels;
    dnn_shape input;
    dnn_layer *layers;
    size_t layer_count, layer_capacity;
    size_t tensor_count;
    size_t parameter_count;
    size_t activation_values, multiply_adds; /* sums over the layers, for the limits */
    dnn_step *steps;                         /* NULL until the weights exist */
    size_t step_count;
    size_t packed_count;
    float *parameters; /* one flat block in the order of the layers; NULL until the weights exist */
    float *packed;     /* prepared for the kernels, always in step with `parameters` while nobody writes */
} dnn_network;

struct digitnet_model {
    dnn_network network;
    dnn_limits limits;
    digitnet_status error; /* of the first builder that failed */
    char error_message[256];
    /* Optimizer, place in the training: training/training.h. NULL before compile. */
    void *training;
    void *(*copy_training)(const void *training, size_t parameter_count); /* NULL, with the message set, without memory */
    void (*release_training)(void *training);
    atomic_int users; /* readers at work, or -1 for a writer */
    _Atomic(const void *) callback_thread;
    atomic_int stop_requested;
};

/* The guard that keeps readers and writers apart: ESTATE at once where they would meet. Readers are let in too on the thread that runs a fit's
 * callback. */
digitnet_status dnn_model_begin_read(const digitnet_model *model);
void dnn_model_end_read(const digitnet_model *model);
digitnet_status dnn_model_begin_write(digitnet_model *model);
void dnn_model_end_write(digitnet_model *model);
void dnn_model_begin_callback(digitnet_model *model);
void dnn_model_end_callback(digitnet_model *model);
bool dnn_model_in_callback(const digitnet_model *model);

/* Allocates weights and plans the steps, the first time; the weights are zeros. For compile and import. Nothing changes after a failure. */
digitnet_status dnn_model_realize(digitnet_model *model);
/* After every change of the weights. */
void dnn_network_pack(dnn_network *network);

/* The last step's output is probabilities, flat: what loss and accuracy need. */
bool dnn_network_is_classifier(const dnn_network *network);
size_t dnn_network_outputs(const dnn_network *network);

/* The tensor at an index over all layers, and by its name; NULL where there is none. */
const dnn_tensor *dnn_network_tensor(const dnn_network *network, size_t index);
const dnn_tensor *dnn_network_find_tensor(const dnn_network *network, const char *name);

/* Between memory (outputs x inputs) and what the user sees (inputs x outputs). */
void dnn_tensor_to_user(float *values, const dnn_tensor *tensor, const float *memory);
void dnn_tensor_from_user(float *memory, const dnn_tensor *tensor, const float *values);

#endif
