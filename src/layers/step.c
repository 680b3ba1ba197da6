#include "layers/step.h"

#include "kernels/softmax.h"

static size_t output_channels(const dnn_step *step) {
    return step->layers[step->layer_count - 1].output.channels;
}

dnn_step_block dnn_step_block_at(const dnn_step *step, size_t index) {
    size_t first = index * DNN_BLOCK_OUTPUTS, left = step->layers[0].tensors[DNN_KERNEL].outputs - first;
    return (dnn_step_block){.first = first, .count = left < DNN_BLOCK_OUTPUTS ? left : DNN_BLOCK_OUTPUTS};
}

void dnn_step_activate(const dnn_step *step, float *values, const float *bias, size_t samples) {
    size_t channels = output_channels(step);
    size_t rows = samples * (step->output_values / channels);
    bool relu = step->activation == DIGITNET_RELU;
    if (bias || relu)
        step->kernels->add_bias_relu(values, bias, rows, channels, relu);
    if (step->activation == DIGITNET_SOFTMAX)
        dnn_softmax(values, rows, channels);
}

void dnn_step_activate_backward(const dnn_step *step, float *gradient, const float *output, size_t samples) {
    size_t count = samples * step->output_values;
    if (step->activation == DIGITNET_RELU) {
        step->kernels->relu_backward(gradient, output, count);
    } else if (step->activation == DIGITNET_SOFTMAX) {
        size_t channels = output_channels(step);
        dnn_softmax_backward(gradient, output, count / channels, channels);
    }
}
