#include "import/window.h"

#include "core/status.h"
#include "layers/window.h"

#include <string.h>

enum { ROWS, COLUMNS };

/* Two sizes of at least 1. */
static digitnet_status read_pair(size_t *pair, const digitnet__import_node *node, const char *name) {
    int64_t values[2];
    size_t count;
    DNN_TRY(digitnet__import_integers(values, &count, 2, node, name));
    if (count == 0)
        return DIGITNET_OK;
    if (count != 2)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has '%s' of %zu dimensions; images have 2", name,
                                     count);
    for (size_t i = 0; i < 2; i++) {
        if (values[i] < 1 || values[i] > INT32_MAX)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has '%s' out of range", name);
        pair[i] = (size_t)values[i];
    }
    return DIGITNET_OK;
}

static digitnet_status read_sizes(digitnet__import_window *window, const digitnet__import_node *node) {
    size_t given[2] = {window->sizes[0], window->sizes[1]};
    DNN_TRY(read_pair(window->sizes, node, "kernel_shape"));
    if (window->sizes[0] == 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no attribute 'kernel_shape'");
    if (given[0] && memcmp(given, window->sizes, sizeof given) != 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a 'kernel_shape' that is not that of its weights");
    return DIGITNET_OK;
}

/* top, left, bottom, right */
static digitnet_status read_pads(digitnet__import_window *window, const digitnet__import_node *node) {
    int64_t pads[4] = {0};
    size_t count;
    DNN_TRY(digitnet__import_integers(pads, &count, 4, node, "pads"));
    if (count != 0 && count != 4)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has 'pads' of %zu sides; images have 4", count);
    for (size_t i = 0; i < 4; i++) {
        if (pads[i] < 0 || pads[i] > INT32_MAX)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has 'pads' that are out of range");
        (i < 2 ? window->before : window->after)[i % 2] = (size_t)pads[i];
    }
    return DIGITNET_OK;
}

/* As many outputs as the input has, divided by the stride and rounded up. */
static void set_same(digitnet__import_window *window, const size_t *image, bool lower) {
    for (size_t i = 0; i < 2; i++) {
        size_t before, after;
        digitnet__window_output(&before, &after, image[i],
                                digitnet__window_span(window->sizes[i], window->dilations[i]), window->strides[i],
                                DIGITNET_PADDING_SAME);
        window->before[i] = lower ? after : before;
        window->after[i] = lower ? before : after;
    }
}

digitnet_status digitnet__import_window_read(digitnet__import_window *window, const digitnet__import_node *node,
                                             digitnet__shape image, const digitnet__import_pads *pads) {
    digitnet__wire_view automatic = {0};
    const size_t sizes[] = {image.height + pads->top + pads->bottom, image.width + pads->left + pads->right};
    for (size_t i = 0; i < 2; i++)
        window->strides[i] = window->dilations[i] = 1;
    DNN_TRY(read_sizes(window, node));
    DNN_TRY(read_pair(window->strides, node, "strides"));
    DNN_TRY(read_pair(window->dilations, node, "dilations"));
    for (size_t i = 0; i < 2; i++)
        if (window->sizes[i] - 1 > (INT32_MAX - 1) / window->dilations[i])
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a kernel whose size is out of range");
    DNN_TRY(digitnet__import_text(&automatic, node, "auto_pad"));
    bool lower = digitnet__wire_is(automatic, "SAME_LOWER");
    bool same = lower || digitnet__wire_is(automatic, "SAME_UPPER"), valid = digitnet__wire_is(automatic, "VALID");
    if (!same && !valid && automatic.size != 0 && !digitnet__wire_is(automatic, "NOTSET"))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has an 'auto_pad' that is none");
    DNN_TRY(read_pads(window, node));
    if ((same || valid) && (window->before[0] || window->before[1] || window->after[0] || window->after[1]))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has 'pads' beside 'auto_pad'");
    if (same)
        set_same(window, sizes, lower);
    window->before[ROWS] += pads->top;
    window->after[ROWS] += pads->bottom;
    window->before[COLUMNS] += pads->left;
    window->after[COLUMNS] += pads->right;
    return DIGITNET_OK;
}

static bool is_padding(const digitnet__import_window *window, digitnet__shape image, digitnet_padding padding) {
    const size_t sizes[] = {image.height, image.width};
    for (size_t i = 0; i < 2; i++) {
        size_t before, after;
        digitnet__window_output(&before, &after, sizes[i],
                                digitnet__window_span(window->sizes[i], window->dilations[i]), window->strides[i],
                                padding);
        if (before != window->before[i] || after != window->after[i])
            return false;
    }
    return true;
}

void digitnet__import_window_set(digitnet__attributes *attributes, const digitnet__import_window *window,
                                 digitnet__shape image) {
    attributes->window_height = window->sizes[ROWS];
    attributes->window_width = window->sizes[COLUMNS];
    attributes->stride_height = window->strides[ROWS];
    attributes->stride_width = window->strides[COLUMNS];
    attributes->dilation_height = window->dilations[ROWS] == 1 ? 0 : window->dilations[ROWS];
    attributes->dilation_width = window->dilations[COLUMNS] == 1 ? 0 : window->dilations[COLUMNS];
    attributes->padding = is_padding(window, image, DIGITNET_PADDING_VALID)  ? DIGITNET_PADDING_VALID
                          : is_padding(window, image, DIGITNET_PADDING_SAME) ? DIGITNET_PADDING_SAME
                                                                             : DIGITNET_PADDING_EXPLICIT;
    if (attributes->padding != DIGITNET_PADDING_EXPLICIT)
        return;
    attributes->top = window->before[ROWS];
    attributes->bottom = window->after[ROWS];
    attributes->left = window->before[COLUMNS];
    attributes->right = window->after[COLUMNS];
}
