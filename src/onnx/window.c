#include "onnx/window.h"

#include "onnx/schema.h"

#include <string.h>

/* The zeros around an image in ONNX's order: top, left, bottom, right. */
static void find_pads(size_t pads[4], const digitnet__onnx_window *window, digitnet_padding padding,
                      digitnet__shape input) {
    digitnet__window_output(&pads[0], &pads[2], input.height, window->size[0], window->stride[0], padding);
    digitnet__window_output(&pads[1], &pads[3], input.width, window->size[1], window->stride[1], padding);
}

void digitnet__onnx_write_window(digitnet__wire_writer *writer, const digitnet__onnx_window *window,
                                 digitnet__shape input) {
    size_t pads[4];
    find_pads(pads, window, window->padding, input);
    digitnet__onnx_write_integers(writer, "kernel_shape", window->size, 2);
    digitnet__onnx_write_integers(writer, "strides", window->stride, 2);
    digitnet__onnx_write_integers(writer, "pads", pads, 4);
    digitnet__onnx_write_integers(writer, "dilations", (size_t[]){1, 1}, 2);
}

void digitnet__onnx_window_defaults(digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
    attributes[DNN_WINDOW_KERNEL_SHAPE] =
        (digitnet__onnx_attribute){.name = "kernel_shape", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2};
    attributes[DNN_WINDOW_STRIDES] =
        (digitnet__onnx_attribute){.name = "strides", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2, .integers = {1, 1}};
    attributes[DNN_WINDOW_PADS] =
        (digitnet__onnx_attribute){.name = "pads", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 4};
    attributes[DNN_WINDOW_DILATIONS] = (digitnet__onnx_attribute){
        .name = "dilations", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 2, .integers = {1, 1}};
    attributes[DNN_WINDOW_AUTO_PAD] = (digitnet__onnx_attribute){.name = "auto_pad", .type = DNN_ATTRIBUTE_TYPE_STRING};
}

static digitnet_status take_sizes(size_t sizes[2], const digitnet__onnx_node *node,
                                  const digitnet__onnx_attribute *attribute) {
    for (size_t i = 0; i < 2; i++) {
        if (attribute->integers[i] < 1 || attribute->integers[i] > INT32_MAX)
            return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' is out of range", attribute->name);
        sizes[i] = (size_t)attribute->integers[i];
    }
    return DIGITNET_OK;
}

/* Explicit padding: that of VALID, which SAME may agree with, or that of SAME. */
static digitnet_status match_pads(digitnet__onnx_window *window, const digitnet__onnx_node *node, const int64_t *pads,
                                  digitnet__shape input) {
    static const digitnet_padding paddings[] = {DIGITNET_PADDING_VALID, DIGITNET_PADDING_SAME};
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
    return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                    "attribute 'pads' is neither no padding nor 'same' padding");
}

static digitnet_status take_padding(digitnet__onnx_window *window, const digitnet__onnx_node *node,
                                    const digitnet__onnx_attribute *attributes, digitnet__shape input) {
    digitnet__wire_view automatic = attributes[DNN_WINDOW_AUTO_PAD].text;
    if (automatic.size == 0 || digitnet__wire_is(automatic, "NOTSET"))
        return match_pads(window, node, attributes[DNN_WINDOW_PADS].integers, input);
    bool same = digitnet__wire_is(automatic, "SAME_UPPER");
    if (!same && !digitnet__wire_is(automatic, "VALID")) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'auto_pad' is '%s'",
                                        digitnet__wire_printable(automatic).text);
    }
    window->padding = same ? DIGITNET_PADDING_SAME : DIGITNET_PADDING_VALID;
    return DIGITNET_OK;
}

digitnet_status digitnet__onnx_read_window(digitnet__onnx_window *window, const digitnet__onnx_node *node,
                                           const digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES],
                                           digitnet__shape input) {
    const int64_t *dilations = attributes[DNN_WINDOW_DILATIONS].integers;
    if (dilations[0] != 1 || dilations[1] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'dilations' is not 1, 1");
    digitnet_status status = take_sizes(window->stride, node, &attributes[DNN_WINDOW_STRIDES]);
    if (status == DIGITNET_OK && attributes[DNN_WINDOW_KERNEL_SHAPE].present)
        status = take_sizes(window->size, node, &attributes[DNN_WINDOW_KERNEL_SHAPE]);
    return status == DIGITNET_OK ? take_padding(window, node, attributes, input) : status;
}
