/* The activation functions: one row for each. */
#ifndef DNN_LAYERS_ACTIVATIONS_H
#define DNN_LAYERS_ACTIVATIONS_H

#include "digitnet/layers.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

/* An activation over rows of `channels` values. */
typedef struct digitnet__activation_run {
    const digitnet__kernels *kernels;
    digitnet_activation id;
    float alpha;
    size_t rows, channels;
} digitnet__activation_run;

typedef struct digitnet__activation {
    digitnet_activation id;
    const char *name;
    const char *onnx; /* op_type of the one node that it is; NULL: it is several */
    double alpha;     /* where the user gives none, as in Keras; 0: it has none */
    bool from_inputs; /* its gradient needs the inputs; else the outputs tell all */
    /* Value by value, by this kernel, or, where forward is not NULL, by these two: */
    digitnet__pointwise_index pointwise;
    /* In place; bias may be NULL. */
    void (*forward)(const digitnet__activation_run *run, float *values, const float *bias);
    /* In place: from the gradient by the outputs to the one by the inputs. */
    void (*backward)(const digitnet__activation_run *run, float *gradient, const float *outputs);
    digitnet__bound (*bound)(digitnet__bound input, double alpha, size_t channels);
    /* Its nodes; NULL: one of type `onnx` without attributes. */
    void (*write)(digitnet__onnx_nodes *nodes, const char *suffix, double alpha);
} digitnet__activation;

/* NULL for what is no activation. */
const digitnet__activation *digitnet__activation_find(digitnet_activation id);
/* All of them; NULL past the last. */
const digitnet__activation *digitnet__activation_at(size_t index);
const char *digitnet__activation_name(digitnet_activation id);
/* Of a layer's activation: what its attributes say, or the default. */
double digitnet__activation_alpha(const digitnet__layer *layer);

void digitnet__activation_forward(const digitnet__activation_run *run, float *values, const float *bias);
/* `known`: the inputs where the row says so, else the outputs. */
void digitnet__activation_backward(const digitnet__activation_run *run, float *gradient, const float *known);
digitnet__bound digitnet__activation_bound(const digitnet__layer *layer, digitnet__bound input);

/* Writes the nodes of a layer's activation, the last ones of the layer; the last has a suffix to the layer's name
 * (NULL: none). */
void digitnet__activation_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix);

#endif
