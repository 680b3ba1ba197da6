/* A tensor of a layer: a trained weight, or state that training moves in another way. */
#ifndef DNN_LAYERS_TENSOR_H
#define DNN_LAYERS_TENSOR_H

#include "digitnet/layers.h"

#include <stdbool.h>
#include <stddef.h>

/* How memory and what the user sees differ. */
typedef enum digitnet__tensor_layout {
    DNN_LAYOUT_PLAIN,       /* not at all */
    DNN_LAYOUT_OUTPUTS_LAST /* memory: outputs x inputs; the user's: inputs x outputs, as Keras has it */
} digitnet__tensor_layout;

typedef struct digitnet__tensor {
    char *name;       /* "LAYER/ROLE", owned; NULL until the layer is part of a graph */
    const char *role; /* "kernel", "bias": a constant */
    digitnet__tensor_layout layout;
    digitnet_initializer initializer;
    bool is_state; /* moved by the forward pass, not by the optimizer: it lies in the block of state */
    size_t rank;
    size_t dimensions[4];   /* as the user sees them, 1 past the rank */
    size_t outputs, inputs; /* as a matrix in memory */
    size_t values;          /* outputs x inputs */
    size_t offset;          /* in the flat block of weights, or of state */
    size_t fan_in, fan_out;
    double l1, l2; /* penalties on its values, see training/regularizer.h */
} digitnet__tensor;

/* Between memory and what the user sees. */
void digitnet__tensor_to_user(float *values, const digitnet__tensor *tensor, const float *memory);
void digitnet__tensor_from_user(float *memory, const digitnet__tensor *tensor, const float *values);
/* Fills in first values, drawn from the seed. */
void digitnet__tensor_initialize(float *memory, const digitnet__tensor *tensor, uint64_t seed);

#endif
