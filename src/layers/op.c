#include "layers/op.h"

#include "layers/activations.h"

digitnet__op_block digitnet__op_block_at(const digitnet__op *op, size_t index) {
    size_t first = index * DNN_BLOCK_OUTPUTS, left = op->layer->tensors[0].outputs - first;
    return (digitnet__op_block){.first = first, .count = left < DNN_BLOCK_OUTPUTS ? left : DNN_BLOCK_OUTPUTS};
}

bool digitnet__op_absorb_normalization(digitnet__op *op, const digitnet__op *next) {
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
    return true;
}

static size_t rows_of(const digitnet__op *op, size_t samples) {
    return samples * (op->output_values / op->output_shape.channels);
}

void digitnet__op_activate(const digitnet__op *op, float *values, const float *bias, size_t samples) {
    digitnet__activation_find(op->activation)
        ->forward(op->kernels, values, bias, rows_of(op, samples), op->output_shape.channels);
}

void digitnet__op_activate_backward(const digitnet__op *op, float *gradient, const float *output, size_t samples) {
    digitnet__activation_find(op->activation)
        ->backward(op->kernels, gradient, output, rows_of(op, samples), op->output_shape.channels);
}
