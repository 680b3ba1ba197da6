#include "onnx/window.h"

#include <string.h>

#include "onnx/schema.h"

/* The zeros around an image in ONNX's order: top, left, bottom, right. */
static void find_pads(size_t pads[4], const dnn_onnx_window *window, digitnet_padding padding, dnn_shape input) {
    dnn_window_output(&pads[0], &pads[2], input.height, window->size[0], window->stride[0], padding);
    dnn_window_output(&pads[1], &pads[3], input.width, window->size[1], window->stride[1], padding);
}

void dnn_onnx_write_window(dnn_wire_writer *writer, const dnn_onnx_window *window, dnn_shape input) {
    size_t pads[4];
    find_pads(pads, window, window->padding, input);
    dnn_onnx_write_integers(writer, "kernel_shape", window->size, 2);
    dnn_onnx_write_integers(writer, "strides", window->stride, 2);
    dnn_onnx_write_integers(writer, "pads", pads, 4);
    dnn_onnx_write_integers(writer, "dilations", (size_t[]){1, 1}, 2);
}

void dnn_onnx_window_defaults(dnn_onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
    attributes[DNN_WINDOW_KERNEL_SHAPE] =
        (dnn_onnx_attribute){.name = "kernel_shape", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2};
    attributes[DNN_WINDOW_STRIDES] =
        (dnn_onnx_attribute){.name = "strides", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2, .integers = {1, 1}};
    attributes[DNN_WINDOW_PADS] = (dnn_onnx_attribute){.name = "pads", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 4};
    attributes[DNN_WINDOW_DILATIONS] =
        (dnn_onnx_attribute){.name = "dilations", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2, .integers = {1, 1}};
    attributes[DNN_WINDOW_AUTO_PAD] = (dnn_onnx_attribute){.name = "auto_pad", .type = DNN_ATTRIBUTE_TYPE_STRING};
}

static digitnet_status take_sizes(size_t sizes[2], const dnn_onnx_node *node, const dnn_onnx_attribute *attribute) {
    for (size_t i = 0; i < 2; i++) {
        if (attribute->integers[i] < 1 || attribute->integers[i] > INT32_MAX)
            return dnn_onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' is out of range", attribute->name);
        sizes[i] = (size_t)attribute->integers[i];
    }
    return DIGITNET_OK;
}

/* Explicit padding: that of VALID, which SAME may agree with, or that of SAME. */
static digitnet_status match_pads(dnn_onnx_window *window, const dnn_onnx_node *node, const int64_t *pads,
                                  dnn_shape input) {
    static const digitnet_padding paddings[] = {DIGITNET_VALID, DIGITNET_SAME};
    for (size_t i = 0; i < sizeof paddings / sizeof *paddings; i++) {
        size_t expected[4];
        find_pads(expected, window, paddings[i], input);
        size_t equal = 0;
        while (equal < 4 && pads[equal] >= 0 && (uint64_t)pads[equal] == expected[equal])
            equal++;
        if (equal == 4) {
            window->padding = paddings[i];
            return DIGITNET_OK;
        }
    }
    return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'pads' is neither no padding nor 'same' padding");
}

static digitnet_status take_padding(dnn_onnx_window *window, const dnn_onnx_node *node,
                                    const dnn_onnx_attribute *attributes, dnn_shape input) {
    dnn_wire_view automatic = attributes[DNN_WINDOW_AUTO_PAD].text;
    if (automatic.size == 0 || dnn_wire_is(automatic, "NOTSET"))
        return match_pads(window, node, attributes[DNN_WINDOW_PADS].integers, input);
    bool same = dnn_wire_is(automatic, "SAME_UPPER");
    if (!same && !dnn_wire_is(automatic, "VALID")) {
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'auto_pad' is '%s'",
                                  dnn_wire_printable(automatic).text);
    }
    window->padding = same ? DIGITNET_SAME : DIGITNET_VALID;
    return DIGITNET_OK;
}

digitnet_status dnn_onnx_read_window(dnn_onnx_window *window, const dnn_onnx_node *node,
                                     const dnn_onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES], dnn_shape input) {
    const int64_t *dilations = attributes[DNN_WINDOW_DILATIONS].integers;
    if (dilations[0] != 1 || dilations[1] != 1)
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'dilations' is not 1, 1");
    digitnet_status status = take_sizes(window->stride, node, &attributes[DNN_WINDOW_STRIDES]);
    if (status == DIGITNET_OK && attributes[DNN_WINDOW_KERNEL_SHAPE].present)
        status = take_sizes(window->size, node, &attributes[DNN_WINDOW_KERNEL_SHAPE]);
    return status == DIGITNET_OK ? take_padding(window, node, attributes, input) : status;
}
