#include "layers/window.h"

#include "core/memory.h"
#include "core/status.h"
#include "onnx/schema.h"

static size_t dilation_of(size_t dilation) {
    return dilation ? dilation : 1;
}

size_t digitnet__window_span(size_t size, size_t dilation) {
    return (size - 1) * dilation_of(dilation) + 1;
}

static size_t same_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride) {
    size_t output = (input - 1) / stride + 1;
    /* Below input, so that only the window's own size can exceed the range of size_t. */
    size_t covered = (output - 1) * stride;
    size_t inside = input - covered;
    size_t missing = size > inside ? size - inside : 0;
    *before = missing / 2;
    *after = missing - missing / 2;
    return output;
}

size_t digitnet__window_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride,
                               digitnet_padding padding) {
    if (padding == DIGITNET_PADDING_SAME)
        return same_output(before, after, input, size, stride);
    if (padding == DIGITNET_PADDING_VALID)
        *before = *after = 0;
    size_t padded = *before + input + *after;
    return padded < size ? 0 : (padded - size) / stride + 1;
}

/* A dilated window's rows or columns, and its dilation, are within the integers of a model file. */
static bool span_fits(size_t size, size_t dilation) {
    return dilation_of(dilation) == 1 || (dilation <= INT32_MAX && size - 1 <= (INT32_MAX - 1) / dilation);
}

static bool padding_fits(size_t size, size_t before, size_t after) {
    return digitnet__size_add(&size, size, before) && digitnet__size_add(&size, size, after) && size <= INT32_MAX;
}

static digitnet_status check_padding(const digitnet__layer *layer) {
    const digitnet__attributes *sides = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    bool is_explicit = sides->padding == DIGITNET_PADDING_EXPLICIT;
    if (!is_explicit && (sides->top || sides->bottom || sides->left || sides->right)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer '%s': top is %zu, bottom %zu, left %zu and right %zu, but its padding is not "
                              "explicit",
                              layer->name, sides->top, sides->bottom, sides->left, sides->right);
    }
    if (is_explicit && (!padding_fits(input.height, sides->top, sides->bottom) ||
                        !padding_fits(input.width, sides->left, sides->right))) {
        return digitnet__fail(DIGITNET_ELIMIT,
                              "layer '%s': its input of %s with a padding of %zu, %zu, %zu and %zu; the limit of rows "
                              "and of columns is %d",
                              layer->name, digitnet__shape_text(input).text, sides->top, sides->bottom, sides->left,
                              sides->right, INT32_MAX);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__window_check(const digitnet__layer *layer) {
    const digitnet__attributes *window = &layer->attributes;
    if (window->window_height == 0 || window->window_width == 0 || window->stride_height == 0 ||
        window->stride_width == 0) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer '%s': the window is %zux%zu and its stride %zux%zu; no size may be 0", layer->name,
                              window->window_height, window->window_width, window->stride_height, window->stride_width);
    }
    if (window->stride_height > INT32_MAX || window->stride_width > INT32_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the stride is %zux%zu; the limit is %d", layer->name,
                              window->stride_height, window->stride_width, INT32_MAX);
    }
    if (!span_fits(window->window_height, window->dilation_height) ||
        !span_fits(window->window_width, window->dilation_width)) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': a window of %zux%zu with dilation %zux%zu; the limit is %d",
                              layer->name, window->window_height, window->window_width,
                              dilation_of(window->dilation_height), dilation_of(window->dilation_width), INT32_MAX);
    }
    return check_padding(layer);
}

digitnet_status digitnet__window_check_undilated(const digitnet__layer *layer) {
    size_t height = dilation_of(layer->attributes.dilation_height);
    size_t width = dilation_of(layer->attributes.dilation_width);
    DNN_TRY(digitnet__window_check(layer));
    if (height == 1 && width == 1)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': its dilation is %zux%zu; a %s layer has none", layer->name,
                          height, width, layer->kind->name);
}

digitnet_status digitnet__window_check_fit(const digitnet__layer *layer, const char *what) {
    const digitnet__attributes *window = &layer->attributes;
    if (layer->output.height > 0 && layer->output.width > 0)
        return DIGITNET_OK;
    bool dilated = window->dilation_height > 1 || window->dilation_width > 1;
    bool padded = window->top || window->bottom || window->left || window->right;
    return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': a %s of %zux%zu%s does not fit its input of %s%s", layer->name,
                          what, window->window_height, window->window_width, dilated ? ", dilated," : "",
                          digitnet__shape_text(layer->inputs[0].shape).text, padded ? " with its padding" : "");
}

/* The zeros around an image in ONNX's order: top, left, bottom, right. */
static void find_pads(size_t pads[4], const digitnet__attributes *window, digitnet_padding padding,
                      digitnet__shape input) {
    pads[0] = window->top, pads[1] = window->left, pads[2] = window->bottom, pads[3] = window->right;
    digitnet__window_output(&pads[0], &pads[2], input.height,
                            digitnet__window_span(window->window_height, window->dilation_height),
                            window->stride_height, padding);
    digitnet__window_output(&pads[1], &pads[3], input.width,
                            digitnet__window_span(window->window_width, window->dilation_width), window->stride_width,
                            padding);
}

void digitnet__window_write(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    digitnet__window_write_over(writer, layer, layer->inputs[0].shape);
}

void digitnet__window_write_over(digitnet__wire_writer *writer, const digitnet__layer *layer, digitnet__shape image) {
    const digitnet__attributes *window = &layer->attributes;
    size_t pads[4];
    find_pads(pads, window, window->padding, image);
    digitnet__onnx_write_integers(writer, "kernel_shape", (size_t[]){window->window_height, window->window_width}, 2);
    digitnet__onnx_write_integers(writer, "strides", (size_t[]){window->stride_height, window->stride_width}, 2);
    digitnet__onnx_write_integers(writer, "pads", pads, 4);
}

void digitnet__window_defaults(digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
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

static digitnet_status take_sizes(size_t *height, size_t *width, const digitnet__onnx_node *node,
                                  const digitnet__onnx_attribute *attribute) {
    for (size_t i = 0; i < 2; i++)
        if (attribute->integers[i] < 1 || attribute->integers[i] > INT32_MAX)
            return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' is out of range", attribute->name);
    *height = (size_t)attribute->integers[0];
    *width = (size_t)attribute->integers[1];
    return DIGITNET_OK;
}

/* Explicit padding: that of VALID, which SAME may agree with, or that of SAME. */
static digitnet_status match_pads(digitnet__attributes *window, const digitnet__onnx_reader *reader,
                                  const int64_t *pads) {
    static const digitnet_padding paddings[] = {DIGITNET_PADDING_VALID, DIGITNET_PADDING_SAME};
    for (size_t i = 0; i < sizeof paddings / sizeof *paddings; i++) {
        size_t expected[4];
        find_pads(expected, window, paddings[i], reader->shape);
        size_t equal = 0;
        while (equal < 4 && pads[equal] >= 0 && (uint64_t)pads[equal] == expected[equal])
            equal++;
        if (equal == 4) {
            window->padding = paddings[i];
            return DIGITNET_OK;
        }
    }
    return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node,
                                    "attribute 'pads' is neither 'valid' nor 'same' padding");
}

static digitnet_status take_padding(digitnet__attributes *window, const digitnet__onnx_reader *reader,
                                    const digitnet__onnx_attribute *attributes) {
    digitnet__wire_view automatic = attributes[DNN_WINDOW_AUTO_PAD].text;
    if (automatic.size == 0 || digitnet__wire_is(automatic, "NOTSET"))
        return match_pads(window, reader, attributes[DNN_WINDOW_PADS].integers);
    bool same = digitnet__wire_is(automatic, "SAME_UPPER");
    if (!same && !digitnet__wire_is(automatic, "VALID")) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node, "attribute 'auto_pad' is '%s'",
                                        digitnet__wire_printable(automatic).text);
    }
    window->padding = same ? DIGITNET_PADDING_SAME : DIGITNET_PADDING_VALID;
    return DIGITNET_OK;
}

digitnet_status digitnet__window_read_dilations(digitnet__layer *layer, const digitnet__onnx_reader *reader,
                                                const digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
    digitnet__attributes *window = &layer->attributes;
    DNN_TRY(
        take_sizes(&window->dilation_height, &window->dilation_width, reader->node, &attributes[DNN_WINDOW_DILATIONS]));
    window->dilation_height = window->dilation_height == 1 ? 0 : window->dilation_height;
    window->dilation_width = window->dilation_width == 1 ? 0 : window->dilation_width;
    return DIGITNET_OK;
}

digitnet_status digitnet__window_read_sizes(digitnet__layer *layer, const digitnet__onnx_reader *reader,
                                            const digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
    digitnet__attributes *window = &layer->attributes;
    const int64_t *dilations = attributes[DNN_WINDOW_DILATIONS].integers;
    if (dilations[0] != (int64_t)dilation_of(window->dilation_height) ||
        dilations[1] != (int64_t)dilation_of(window->dilation_width))
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node, "attribute 'dilations' is not 1, 1");
    DNN_TRY(take_sizes(&window->stride_height, &window->stride_width, reader->node, &attributes[DNN_WINDOW_STRIDES]));
    if (attributes[DNN_WINDOW_KERNEL_SHAPE].present)
        return take_sizes(&window->window_height, &window->window_width, reader->node,
                          &attributes[DNN_WINDOW_KERNEL_SHAPE]);
    return DIGITNET_OK;
}

digitnet_status digitnet__window_read(digitnet__layer *layer, const digitnet__onnx_reader *reader,
                                      const digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]) {
    DNN_TRY(digitnet__window_read_sizes(layer, reader, attributes));
    return take_padding(&layer->attributes, reader, attributes);
}
