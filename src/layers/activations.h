/* The activation functions: one row for each. */
#ifndef DNN_LAYERS_ACTIVATIONS_H
#define DNN_LAYERS_ACTIVATIONS_H

#include "digitnet/layers.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

typedef struct digitnet__activation {
    digitnet_activation id;
    const char *name;
    const char *onnx;   /* op_type */
    bool over_channels; /* mixes the channels of a place; else it works value by value */
    /* In place, over rows of `channels` values; bias may be NULL. */
    void (*forward)(const digitnet__kernels *kernels, float *values, const float *bias, size_t rows, size_t channels);
    /* In place: from the gradient by the outputs to the one by the inputs. */
    void (*backward)(const digitnet__kernels *kernels, float *gradient, const float *outputs, size_t rows,
                     size_t channels);
    digitnet__bound (*bound)(digitnet__bound input);
} digitnet__activation;

/* NULL for what is no activation. */
const digitnet__activation *digitnet__activation_find(digitnet_activation id);
/* All of them; NULL past the last. */
const digitnet__activation *digitnet__activation_at(size_t index);
const char *digitnet__activation_name(digitnet_activation id);

/* Writes an activation's node, the last of its layer, with a suffix to the layer's name (NULL: none). */
void digitnet__activation_write(digitnet__onnx_nodes *nodes, digitnet_activation id, const char *suffix);
/* NULL where the node is no activation's. */
const digitnet__activation *digitnet__activation_of_node(const digitnet__onnx_node *node);
/* EUNSUPPORTED for a softmax of `shape` that does not run over the channels. */
digitnet_status digitnet__activation_check_node(const digitnet__activation *activation, const digitnet__onnx_node *node,
                                                digitnet__shape shape);

#endif
