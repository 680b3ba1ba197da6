/* What predicts: layers, the steps that run them, and weights. Everything but the weights is fixed once these exist. */
#ifndef DNN_MODEL_NETWORK_H
#define DNN_MODEL_NETWORK_H

#include "layers/layer.h"
#include "layers/step.h"

#include <stdbool.h>

typedef struct digitnet__network {
    const digitnet__kernels *kernels;
    digitnet__shape input;
    digitnet__layer *layers;
    size_t layer_count, layer_capacity;
    size_t tensor_count, parameter_count;
    size_t activation_values, multiply_adds; /* a sample, over all layers */
    digitnet__step *steps;                   /* NULL until the weights exist */
    size_t step_count, packed_count;
    float *parameters; /* one flat block in the order of the layers; NULL until they exist */
    float *packed;     /* the same, prepared for the kernels, in step with them whenever nobody writes */
} digitnet__network;

/* Appends a layer whose shape is inferred; name and tensors' names are copied. */
digitnet_status digitnet__network_append(digitnet__network *network, const digitnet__layer *layer);
digitnet_status digitnet__network_plan(digitnet__network *network);
digitnet_status digitnet__network_allocate_weights(digitnet__network *network);
/* Takes back digitnet__network_plan() and digitnet__network_allocate_weights(). */
void digitnet__network_unplan(digitnet__network *network);
/* After every change of the weights, of all or of one block of a step; different blocks may be packed at the same time.
 */
void digitnet__network_pack(digitnet__network *network);
void digitnet__network_pack_block(digitnet__network *network, const digitnet__step *step, size_t block);
digitnet_status digitnet__network_copy(digitnet__network *out, const digitnet__network *network);
void digitnet__network_release(digitnet__network *network);

/* The output is probabilities, flat: what loss and accuracy need. Its last softmax belongs to the loss, or to the end
 * of a prediction, and not to the steps. */
bool digitnet__network_is_classifier(const digitnet__network *network);
digitnet__shape digitnet__network_output(const digitnet__network *network);
size_t digitnet__network_outputs(const digitnet__network *network);

/* The tensor at an index over all layers, and by its name; NULL where there is none. */
const digitnet__tensor *digitnet__network_tensor(const digitnet__network *network, size_t index);
const digitnet__tensor *digitnet__network_find_tensor(const digitnet__network *network, const char *name);

#endif
