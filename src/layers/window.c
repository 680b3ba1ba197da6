#include "layers/window.h"

#include "core/memory.h"
#include "core/status.h"

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
