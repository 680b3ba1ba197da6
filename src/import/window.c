#include "import/window.h"

#include "core/status.h"
#include "layers/window.h"

#include <string.h>

enum { ROWS, COLUMNS };

/* Takes the axis of one row away again. */
static void drop_rows(digitnet__import_activation *activation) {
    digitnet__view *view = &activation->view;
    const size_t sizes[] = {view->sizes[0], view->sizes[2]};
    digitnet__view_reshape(view, sizes, 2);
}

digitnet_status digitnet__import_by_rows(digitnet__importer *importer, const digitnet__import_node *node, bool is_line,
                                         digitnet_status (*read)(digitnet__importer *importer,
                                                                 const digitnet__import_node *node)) {
    digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0), *output;
    if (!input || !is_line)
        return read(importer, node);
    const size_t sizes[] = {input->view.sizes[0], 1, input->view.sizes[1]};
    if (input->view.rank != 2 || digitnet__view_repeats(&input->view) ||
        !digitnet__view_reshape(&input->view, sizes, 3))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes %zu dimensions by windows of one",
                                     input->view.rank + 1);
    digitnet_status status = read(importer, node);
    drop_rows(input);
    output = status == DIGITNET_OK && node->outputs[0] != DNN_NO_VALUE
                 ? importer->graph->values[node->outputs[0]].activation
                 : NULL;
    if (output)
        drop_rows(output);
    return status;
}

/* Two sizes of at least 1, or one of a line. */
static digitnet_status read_pair(size_t *pair, const digitnet__import_node *node, const char *name, bool is_line) {
    int64_t values[2];
    size_t count, axes = is_line ? 1 : 2;
    DNN_TRY(digitnet__import_integers(values, &count, 2, node, name));
    if (count == 0)
        return DIGITNET_OK;
    if (count != axes)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has '%s' of %zu dimensions; what it takes has %zu",
                                     name, count, axes);
    for (size_t i = 0; i < axes; i++) {
        if (values[i] < 1 || values[i] > INT32_MAX)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has '%s' out of range", name);
        pair[2 - axes + i] = (size_t)values[i];
    }
    return DIGITNET_OK;
}

static digitnet_status read_sizes(digitnet__import_window *window, const digitnet__import_node *node) {
    size_t given[2] = {window->sizes[0], window->sizes[1]};
    if (window->is_line)
        window->sizes[0] = 1;
    DNN_TRY(read_pair(window->sizes, node, "kernel_shape", window->is_line));
    if (window->sizes[1] == 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no attribute 'kernel_shape'");
    if (given[1] && memcmp(given, window->sizes, sizeof given) != 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a 'kernel_shape' that is not that of its weights");
    return DIGITNET_OK;
}

/* top, left, bottom, right */
static digitnet_status read_pads(digitnet__import_window *window, const digitnet__import_node *node) {
    int64_t pads[4] = {0};
    size_t count, axes = window->is_line ? 1 : 2;
    DNN_TRY(digitnet__import_integers(pads, &count, 4, node, "pads"));
    if (count != 0 && count != 2 * axes)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has 'pads' of %zu sides; what it takes has %zu",
                                     count, 2 * axes);
    for (size_t i = 0; i < 2 * axes; i++) {
        if (pads[i] < 0 || pads[i] > INT32_MAX)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has 'pads' that are out of range");
        (i < axes ? window->before : window->after)[2 - axes + i % axes] = (size_t)pads[i];
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
    DNN_TRY(read_pair(window->strides, node, "strides", window->is_line));
    DNN_TRY(read_pair(window->dilations, node, "dilations", window->is_line));
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

digitnet_status digitnet__import_window_check(const digitnet__import_window *window, const digitnet__import_node *node,
                                              digitnet__shape image) {
    const size_t sizes[] = {image.height, image.width};
    for (size_t i = 0; i < 2; i++) {
        size_t span = digitnet__window_span(window->sizes[i], window->dilations[i]);
        size_t whole = sizes[i] + window->before[i] + window->after[i];
        if (span > whole)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has windows of %zu over %zu %s", span, whole,
                                         i == ROWS ? "rows" : "columns");
    }
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
