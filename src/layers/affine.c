#include "layers/affine.h"

void digitnet__affine_add(digitnet__layer *layer) {
    if (!layer->attributes.no_scale)
        digitnet__layer_add_vector(layer, "gamma", DIGITNET_INITIALIZER_ONES, false);
    if (!layer->attributes.no_center)
        digitnet__layer_add_vector(layer, "beta", DIGITNET_INITIALIZER_ZEROS, false);
}

digitnet__affine digitnet__affine_of(const digitnet__layer *layer, const float *parameters) {
    const digitnet__attributes *attributes = &layer->attributes;
    const float *behind = attributes->no_scale ? parameters : parameters + layer->output.channels;
    return (digitnet__affine){.gamma = attributes->no_scale ? NULL : parameters,
                              .beta = attributes->no_center ? NULL : behind};
}

digitnet__bound digitnet__affine_bound(const digitnet__layer *layer, const float *const *tensors, double most) {
    double gamma = 1, beta = 0;
    size_t tensor = 0;
    if (!layer->attributes.no_scale) {
        gamma = digitnet__layer_greatest_output(tensors[tensor], &layer->tensors[tensor]);
        tensor++;
    }
    if (!layer->attributes.no_center)
        beta = digitnet__layer_greatest_output(tensors[tensor], &layer->tensors[tensor]);
    return (digitnet__bound){.gain = 0, .offset = most * gamma + beta};
}

void digitnet__affine_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    bool centers = !layer->attributes.no_center;
    if (!layer->attributes.no_scale) {
        digitnet__onnx_name gamma = digitnet__onnx_write_per_channel(nodes, "gamma", layer->output);
        digitnet__onnx_write_binary(nodes, "Mul", centers ? "scaled" : NULL, gamma, !centers);
    }
    if (centers) {
        digitnet__onnx_name beta = digitnet__onnx_write_per_channel(nodes, "beta", layer->output);
        digitnet__onnx_write_binary(nodes, "Add", NULL, beta, true);
    }
}

bool digitnet__affine_is_left_out(const digitnet__layer *layer) {
    return layer->attributes.no_scale && layer->attributes.no_center;
}
