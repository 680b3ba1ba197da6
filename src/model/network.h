/* What predicts: layers, the steps that run them, and weights. Everything but the weights is fixed once these exist. */
#ifndef DNN_MODEL_NETWORK_H
#define DNN_MODEL_NETWORK_H

#include <stdbool.h>

#include "layers/layer.h"
#include "layers/step.h"

typedef struct dnn_network {
    const dnn_kernels *kernels;
    dnn_shape input;
    dnn_layer *layers;
    size_t layer_count, layer_capacity;
    size_t tensor_count, parameter_count;
    size_t activation_values, multiply_adds; /* a sample, over all layers */
    dnn_step *steps;                         /* NULL until the weights exist */
    size_t step_count, packed_count;
    float *parameters; /* one flat block in the order of the layers; NULL until they exist */
    float *packed;     /* the same, prepared for the kernels, in step with them whenever nobody writes */
} dnn_network;

/* Appends a layer whose shape is inferred; name and tensors' names are copied. */
digitnet_status dnn_network_append(dnn_network *network, const dnn_layer *layer);
digitnet_status dnn_network_plan(dnn_network *network);
digitnet_status dnn_network_allocate_weights(dnn_network *network);
/* Takes back dnn_network_plan() and dnn_network_allocate_weights(). */
void dnn_network_unplan(dnn_network *network);
/* After every change of the weights, of all or of one block of a step; different blocks may be packed at the same time.
 */
void dnn_network_pack(dnn_network *network);
void dnn_network_pack_block(dnn_network *network, const dnn_step *step, size_t block);
digitnet_status dnn_network_copy(dnn_network *out, const dnn_network *network);
void dnn_network_release(dnn_network *network);

/* The output is probabilities, flat: what loss and accuracy need. Its last softmax belongs to the loss, or to the end
 * of a prediction, and not to the steps. */
bool dnn_network_is_classifier(const dnn_network *network);
dnn_shape dnn_network_output(const dnn_network *network);
size_t dnn_network_outputs(const dnn_network *network);

/* The tensor at an index over all layers, and by its name; NULL where there is none. */
const dnn_tensor *dnn_network_tensor(const dnn_network *network, size_t index);
const dnn_tensor *dnn_network_find_tensor(const dnn_network *network, const char *name);

#endif
