#include "layers/op.h"

#include "layers/activations.h"

static size_t most_outputs(const digitnet__layer *layer) {
    size_t most = 0;
    for (size_t i = 0; i < layer->tensor_count; i++)
        if (!layer->tensors[i].is_state && layer->tensors[i].outputs > most)
            most = layer->tensors[i].outputs;
    return most;
}

size_t digitnet__op_block_count(const digitnet__op *op) {
    return op->parameter_values ? (most_outputs(op->layer) - 1) / DNN_BLOCK_OUTPUTS + 1 : 0;
}

digitnet__op_block digitnet__op_block_at(const digitnet__op *op, size_t index) {
    size_t first = index * DNN_BLOCK_OUTPUTS, left = most_outputs(op->layer) - first;
    return (digitnet__op_block){.first = first, .count = left < DNN_BLOCK_OUTPUTS ? left : DNN_BLOCK_OUTPUTS};
}

digitnet__op_block digitnet__op_block_of(digitnet__op_block block, const digitnet__tensor *tensor) {
    size_t left = block.first < tensor->outputs ? tensor->outputs - block.first : 0;
    return (digitnet__op_block){.first = block.first, .count = block.count < left ? block.count : left};
}

static bool absorb_normalization(digitnet__op *op, const digitnet__op *next) {
    if (!digitnet__op_is_normalization(next) || next->activation != DIGITNET_ACTIVATION_LINEAR ||
        op->activation != DIGITNET_ACTIVATION_LINEAR || op->normalization)
        return false;
    op->normalization = next->layer;
    return true;
}

const float *digitnet__op_bias(const digitnet__op *op, const float *parameters) {
    bool has_bias = op->normalization || !op->layer->attributes.no_bias;
    return has_bias ? parameters + op->layer->tensors[DNN_KERNEL].values : NULL;
}

bool digitnet__op_absorb_activation(digitnet__op *op, const digitnet__op *next) {
    if (!digitnet__op_is_activation(next) || op->activation != DIGITNET_ACTIVATION_LINEAR)
        return false;
    op->activation = next->activation;
    op->alpha = next->alpha;
    return true;
}

bool digitnet__op_absorb(digitnet__op *op, const digitnet__op *next) {
    return absorb_normalization(op, next) || digitnet__op_absorb_activation(op, next);
}

static digitnet__activation_run run_of(const digitnet__op *op, size_t samples) {
    size_t channels = op->output_shape.channels;
    return (digitnet__activation_run){.kernels = op->kernels,
                                      .id = op->activation,
                                      .alpha = op->alpha,
                                      .rows = samples * (op->output_values / channels),
                                      .channels = channels};
}

void digitnet__op_activate(const digitnet__op *op, float *values, const float *bias, size_t samples) {
    digitnet__activation_run run = run_of(op, samples);
    digitnet__activation_forward(&run, values, bias);
}

void digitnet__op_activate_backward(const digitnet__op *op, float *gradient, const float *known, size_t samples) {
    digitnet__activation_run run = run_of(op, samples);
    digitnet__activation_backward(&run, gradient, known);
}
