#include "layers/step.h"

#include "kernels/softmax.h"

static size_t output_channels(const digitnet__step *step) {
    return step->layers[step->layer_count - 1].output.channels;
}

digitnet__step_block digitnet__step_block_at(const digitnet__step *step, size_t index) {
    size_t first = index * DNN_BLOCK_OUTPUTS, left = step->layers[0].tensors[DNN_KERNEL].outputs - first;
    return (digitnet__step_block){.first = first, .count = left < DNN_BLOCK_OUTPUTS ? left : DNN_BLOCK_OUTPUTS};
}

void digitnet__step_activate(const digitnet__step *step, float *values, const float *bias, size_t samples) {
    size_t channels = output_channels(step);
    size_t rows = samples * (step->output_values / channels);
    bool relu = step->activation == DIGITNET_ACTIVATION_RELU;
    if (bias || relu)
        step->kernels->add_bias_relu(values, bias, rows, channels, relu);
    if (step->activation == DIGITNET_ACTIVATION_SOFTMAX)
        digitnet__softmax(values, rows, channels);
}

void digitnet__step_activate_backward(const digitnet__step *step, float *gradient, const float *output,
                                      size_t samples) {
    size_t count = samples * step->output_values;
    if (step->activation == DIGITNET_ACTIVATION_RELU) {
        step->kernels->relu_backward(gradient, output, count);
    } else if (step->activation == DIGITNET_ACTIVATION_SOFTMAX) {
        size_t channels = output_channels(step);
        digitnet__softmax_backward(gradient, output, count / channels, channels);
    }
}
