/* Models for the tests of the file format: every kind of layer, with and without what is optional. */
#ifndef ONNX_MODELS_H
#define ONNX_MODELS_H

#include "digitnet/digitnet.h"

#include <stdbool.h>

typedef struct onnx_sample {
    const char *name;
    size_t height, width, channels;
    void (*add_layers)(digitnet_model *model);
    bool compiled;      /* ends in probabilities */
    bool several_nodes; /* a layer is several nodes, which only our list of layers puts together */
} onnx_sample;

extern const onnx_sample onnx_samples[];
extern const size_t onnx_sample_count;

/* The sample of this name, with random weights and biases that derive from the seed. NULL, with the last error set,
 * after a failure. */
digitnet_model *onnx_sample_create(const char *name, uint64_t seed);
/* Weights for a model whose layers have been added; it need not end in probabilities. */
digitnet_status onnx_draw_weights(digitnet_model *model, uint64_t seed);
/* Values in [-1, 1) that derive from the seed. */
void onnx_draw_values(float *values, size_t count, uint64_t seed);

#endif
