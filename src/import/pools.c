/* Pooling, by windows and over the whole image. */
#include "core/memory.h"
#include "core/status.h"
#include "import/linear.h"
#include "import/window.h"
#include "layers/window.h"

#include <string.h>

/* Where a window is larger than what there is by less than a stride, it stands there once: ONNX Runtime cuts the
 * quotient of the number of windows towards 0. */
static void reach(digitnet__import_window *window, size_t axis, size_t image) {
    size_t span = digitnet__window_span(window->sizes[axis], window->dilations[axis]);
    size_t whole = image + window->before[axis] + window->after[axis];
    if (whole < span && span - whole < window->strides[axis])
        window->after[axis] += span - whole;
}

/* With ceil_mode the last window may begin within the image, or the padding before it, and end beyond: padding is
 * added. One that would begin in the padding behind the image is none, as in PyTorch. */
static void round_up(digitnet__import_window *window, bool *added, size_t axis, size_t image) {
    size_t span = digitnet__window_span(window->sizes[axis], window->dilations[axis]), stride = window->strides[axis];
    size_t whole = image + window->before[axis] + window->after[axis];
    size_t last = (whole - span + stride - 1) / stride * stride;
    if (last >= image + window->before[axis])
        last -= stride;
    if (last + span > whole) {
        window->after[axis] += last + span - whole;
        *added = true;
    } else {
        /* None of the windows reaches what stands behind this. */
        size_t unused = whole - last - span;
        window->after[axis] -= unused < window->after[axis] ? unused : window->after[axis];
    }
}

/* Puts the padding of a window around the image. */
static digitnet_status pad(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                           const digitnet__import_window *window) {
    const digitnet__attributes sides = {
        .top = window->before[0], .left = window->before[1], .bottom = window->after[0], .right = window->after[1]};
    return digitnet__draft_add(value, importer, &digitnet__layer_zero_padding2d, &sides, value, 1, node);
}

/* Its windows have columns alone. */
static bool is_line(const digitnet__import_node *node) {
    const digitnet__import_attribute *sizes = digitnet__import_attribute_find(node, "kernel_shape");
    return sizes && sizes->count == 1;
}

static digitnet_status pool_rows(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    digitnet__import_window window = {.is_line = is_line(node)};
    const digitnet__import_pads none = {0};
    const size_t *channels;
    int64_t ceil_mode = 0, include_pads = 0;
    size_t value;
    bool is_max = digitnet__wire_is(node->type, "MaxPool"), added = false;
    DNN_TRY(digitnet__import_integer(&ceil_mode, node, "ceil_mode"));
    DNN_TRY(digitnet__import_integer(&include_pads, node, "count_include_pad"));
    input = digitnet__import_activation_at(importer, node, 0);
    bool own_pads = input->pads_never_win;
    if (!own_pads)
        DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    digitnet__shape image = digitnet__draft_shape(importer, value);
    DNN_TRY(digitnet__import_window_read(&window, node, image, own_pads ? &input->pads : &none));
    if (window.dilations[0] != 1 || window.dilations[1] != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has dilations");
    if (!include_pads) { /* whether padding of this kind counts, ONNX Runtime's own versions do not agree */
        reach(&window, 0, image.height);
        reach(&window, 1, image.width);
    }
    DNN_TRY(digitnet__import_window_check(&window, node, image));
    digitnet__import_window counted = window;
    bool padded = window.before[0] || window.before[1] || window.after[0] || window.after[1];
    if (ceil_mode) {
        round_up(&window, &added, 0, image.height);
        round_up(&window, &added, 1, image.width);
    }
    /* What ceil_mode adds is never counted: then zeros stand for the padding that is. */
    if (include_pads && padded && added) {
        for (size_t i = 0; i < 2; i++) {
            counted.after[i] = counted.after[i] < window.after[i] ? counted.after[i] : window.after[i];
            window.after[i] -= counted.after[i];
            window.before[i] = 0;
        }
        DNN_TRY(pad(&value, importer, node, &counted));
        image = digitnet__draft_shape(importer, value);
        padded = false;
    }
    digitnet__attributes attributes = {.count_include_pad = include_pads && padded};
    digitnet__import_window_set(&attributes, &window, image);
    digitnet__view view = input->view;
    DNN_TRY(digitnet__draft_add(&value, importer,
                                is_max ? &digitnet__layer_max_pool2d : &digitnet__layer_average_pool2d, &attributes,
                                &value, 1, node));
    digitnet__shape output = digitnet__draft_shape(importer, value);
    digitnet__import_activation result = {.value = value, .view = view};
    digitnet__view_set_image(&result.view, output.height, output.width);
    return digitnet__import_give(importer, node, 0, &result);
}

/* The mean of windows along an axis, by weights: what is beyond the axis counts as zeros, or not at all. */
static digitnet_status weigh_windows(digitnet__import_matrix *matrix, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t size, const size_t *window,
                                     bool include_pads) {
    size_t kernel = window[0], stride = window[1], before = window[2], whole = size + before + window[3];
    if (kernel > whole)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has windows of %zu over %zu values", kernel, whole);
    DNN_TRY(digitnet__import_matrix_create(matrix, importer, (whole - kernel) / stride + 1, size));
    for (size_t i = 0; i < matrix->outputs; i++) {
        size_t begin = i * stride, end = begin + kernel;
        size_t first = begin > before ? begin - before : 0, last = end > before + size ? size : end - before;
        if (end <= before || first >= last)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has windows of padding alone");
        for (size_t k = first; k < last; k++)
            matrix->weights[i * size + k] = 1 / (float)(include_pads ? kernel : last - first);
    }
    return DIGITNET_OK;
}

enum { VOLUME_AXES = 3 };

/* A list of the node's, one of each axis of a volume. Left alone where it has none. */
static digitnet_status read_of_axes(size_t *values, const digitnet__import_node *node, const char *name, size_t count,
                                    int64_t least) {
    int64_t given[2 * VOLUME_AXES];
    size_t found;
    DNN_TRY(digitnet__import_integers(given, &found, 2 * VOLUME_AXES, node, name));
    for (size_t i = 0; i < found; i++) {
        if (found != count || given[i] < least || given[i] > INT16_MAX)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has '%s' that are not read", name);
        values[i] = (size_t)given[i];
    }
    return DIGITNET_OK;
}

/* A mean over windows of three axes, one axis after the other. PyTorch sums up neighbouring channels so. */
static digitnet_status pool_volume(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input, result;
    size_t kernel[VOLUME_AXES] = {0}, strides[VOLUME_AXES] = {1, 1, 1}, pads[2 * VOLUME_AXES] = {0}, others = 0;
    int64_t include_pads = 0, ceil_mode = 0;
    digitnet__wire_view automatic = {0};
    DNN_TRY(digitnet__import_integer(&include_pads, node, "count_include_pad"));
    DNN_TRY(digitnet__import_integer(&ceil_mode, node, "ceil_mode"));
    DNN_TRY(digitnet__import_text(&automatic, node, "auto_pad"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(read_of_axes(kernel, node, "kernel_shape", VOLUME_AXES, 1));
    DNN_TRY(read_of_axes(strides, node, "strides", VOLUME_AXES, 1));
    DNN_TRY(read_of_axes(pads, node, "pads", 2 * VOLUME_AXES, 0));
    const digitnet__import_attribute *dilations = digitnet__import_attribute_find(node, "dilations");
    for (size_t i = 0; dilations && i < dilations->count; i++)
        others += !dilations->integers || dilations->integers[i] != 1;
    others += automatic.size > 0 && !digitnet__wire_is(automatic, "NOTSET");
    if (input->view.rank != VOLUME_AXES + 1 || others || ceil_mode || digitnet__wire_is(node->type, "MaxPool"))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has windows of three dimensions");
    for (size_t i = 0; i < VOLUME_AXES; i++) {
        const size_t window[] = {kernel[i], strides[i], pads[i], pads[VOLUME_AXES + i]};
        if (kernel[i] == 1 && strides[i] == 1 && pads[i] == 0 && pads[VOLUME_AXES + i] == 0)
            continue;
        DNN_TRY(weigh_windows(&matrices[i + 1], importer, node, input->view.sizes[i + 1], window, include_pads));
    }
    DNN_TRY(digitnet__import_map(&result, importer, node, 0, matrices));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status pool(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_attribute *sizes = digitnet__import_attribute_find(node, "kernel_shape");
    if (sizes && sizes->count == VOLUME_AXES)
        return pool_volume(importer, node);
    return digitnet__import_by_rows(importer, node, is_line(node), pool_rows);
}

/* ---- Over all rows and columns ---- */

/* A sum is a mean times their number. */
static digitnet_status scale_by(digitnet__import_affine *affine, digitnet__importer *importer, size_t count) {
    const float factor = (float)count;
    return digitnet__import_compose(affine, importer, &factor, NULL, 1);
}

/* All axes but one are reduced. */
static digitnet_status reduce(digitnet__importer *importer, const digitnet__import_node *node, size_t kept,
                              bool keeps_axes) {
    bool is_max = digitnet__wire_is(node->type, "GlobalMaxPool") || digitnet__wire_is(node->type, "ReduceMax");
    const size_t *places;
    size_t value;
    DNN_TRY(digitnet__import_take_channels(&value, &places, importer, node, 0, kept));
    const digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    const digitnet__attributes attributes = {.keepdims = keeps_axes};
    digitnet__import_activation result = {.view = {.rank = keeps_axes ? input->view.rank : 1}};
    for (size_t i = 0; i < result.view.rank; i++)
        result.view.sizes[i] = i == kept || !keeps_axes ? input->view.sizes[kept] : 1;
    for (size_t i = 0; i < input->view.atom_count; i++) {
        digitnet__view_atom atom = input->view.atoms[i];
        if (atom.axis != kept)
            continue;
        atom.axis = keeps_axes ? kept : 0;
        result.view.atoms[result.view.atom_count++] = atom;
    }
    if (digitnet__wire_is(node->type, "ReduceSum"))
        DNN_TRY(scale_by(&result.affine, importer, digitnet__view_count(&input->view) / input->view.sizes[kept]));
    DNN_TRY(digitnet__draft_add(&result.value, importer,
                                is_max ? &digitnet__layer_global_max_pool2d : &digitnet__layer_global_average_pool2d,
                                &attributes, &value, 1, node));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status global_pool(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if (input->view.rank < 2)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes %zu dimensions", input->view.rank + 1);
    return reduce(importer, node, 0, true);
}

/* Over the rows alone, or the columns, of channels x rows x columns: by a window that has all of them. */
static digitnet_status reduce_lines(digitnet__importer *importer, const digitnet__import_node *node, bool rows,
                                    bool keeps_axes) {
    const size_t *channels;
    size_t value;
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    digitnet__shape shape = digitnet__draft_shape(importer, value);
    const digitnet__attributes window = {.window_height = rows ? shape.height : 1,
                                         .window_width = rows ? 1 : shape.width,
                                         .stride_height = 1,
                                         .stride_width = 1};
    digitnet__import_activation result = {.view = digitnet__import_activation_at(importer, node, 0)->view};
    if (digitnet__wire_is(node->type, "ReduceSum"))
        DNN_TRY(scale_by(&result.affine, importer, rows ? shape.height : shape.width));
    DNN_TRY(digitnet__draft_add(&value, importer,
                                digitnet__wire_is(node->type, "ReduceMax") ? &digitnet__layer_max_pool2d
                                                                           : &digitnet__layer_average_pool2d,
                                &window, &value, 1, node));
    result.value = value;
    shape = digitnet__draft_shape(importer, value);
    const size_t left[] = {shape.channels, rows ? shape.width : shape.height};
    digitnet__view_set_image(&result.view, shape.height, shape.width);
    if (!keeps_axes)
        digitnet__view_reshape(&result.view, left, 2); /* no move */
    return digitnet__import_give(importer, node, 0, &result);
}

/* The axes that the input had, those that have been reduced with size 1 or gone. */
static digitnet_status give_reduced(digitnet__importer *importer, const digitnet__import_node *node,
                                    digitnet__import_activation *result, const digitnet__view *before, const bool *gone,
                                    bool keeps_axes) {
    size_t sizes[DNN_VIEW_AXES], rank = 0;
    for (size_t i = 0; i < before->rank; i++)
        if (keeps_axes || !gone[i + 1])
            sizes[rank++] = gone[i + 1] ? 1 : before->sizes[i];
    digitnet__view_reshape(&result->view, sizes, rank); /* no move */
    return digitnet__import_give(importer, node, 0, result);
}

/* The mean, or sum, along any axes: by equal weights. */
static digitnet_status average(digitnet__importer *importer, const digitnet__import_node *node, const bool *gone,
                               bool keeps_axes) {
    const digitnet__view view = digitnet__import_activation_at(importer, node, 0)->view;
    digitnet__import_activation result;
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    for (size_t axis = 0; axis < view.rank; axis++) {
        size_t size = view.sizes[axis];
        if (!gone[axis + 1])
            continue;
        DNN_TRY(digitnet__import_matrix_create(&matrices[axis], importer, 1, size));
        for (size_t i = 0; i < size; i++)
            matrices[axis].weights[i] = digitnet__wire_is(node->type, "ReduceSum") ? 1 : 1 / (float)size;
    }
    DNN_TRY(digitnet__import_map(&result, importer, node, 0, matrices));
    return give_reduced(importer, node, &result, &view, gone, keeps_axes);
}

/* The axes that go as one, behind those that stay. False where no view has them so. */
static bool put_last(digitnet__view *view, const bool *gone) {
    size_t order[DNN_VIEW_AXES], sizes[DNN_VIEW_AXES + 1], kept = 0, rank = 0, size = 1;
    for (size_t i = 0; i < view->rank; i++)
        if (!gone[i + 1])
            order[rank++] = i;
    kept = rank;
    for (size_t i = 0; i < view->rank; i++)
        if (gone[i + 1])
            order[rank++] = i;
    digitnet__view_transpose(view, order);
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = view->sizes[i];
        size *= i < kept ? 1 : view->sizes[i];
    }
    sizes[kept] = size;
    return digitnet__view_reshape(view, sizes, kept + 1);
}

/* The largest along some axes: by a window over all of their values, which are made the columns of one channel. */
static digitnet_status largest(digitnet__importer *importer, const digitnet__import_node *node, const bool *gone,
                               bool keeps_axes) {
    const digitnet__view view = digitnet__import_activation_at(importer, node, 0)->view;
    digitnet__import_activation result = *digitnet__import_activation_at(importer, node, 0);
    size_t opened, value;
    const size_t *places;
    if (!put_last(&result.view, gone))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes values in an order that is not read");
    DNN_TRY(digitnet__import_open(&opened, importer, &result));
    const digitnet__import_node inner = digitnet__import_inner(node, NULL, &opened, 1, NULL);
    size_t last = result.view.rank - 1, size = result.view.sizes[last], rows = digitnet__view_count(&view) / size;
    DNN_TRY(digitnet__import_take_channels(&value, &places, importer, &inner, 0, last));
    result.view = digitnet__import_activation_at(importer, &inner, 0)->view;
    digitnet__import_close(importer, opened);
    digitnet__view_set_channels(&result.view, last, size, 1);
    const digitnet__attributes window = {
        .window_height = 1, .window_width = size, .stride_height = 1, .stride_width = 1};
    DNN_TRY(digitnet__import_reshape(&value, importer, (digitnet__shape){.height = rows, .width = size, .channels = 1},
                                     node));
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_max_pool2d, &window, &value, 1, node));
    return give_reduced(importer, node, &result, &view, gone, keeps_axes);
}

static digitnet_status reduce_axes(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    int64_t axes[DNN_VIEW_AXES + 1], keep = 1;
    size_t count, kept = 0, kept_count = 0;
    bool gone[DNN_VIEW_AXES + 1] = {false};
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&keep, node, "keepdims"));
    DNN_TRY(digitnet__import_list(axes, &count, DNN_VIEW_AXES + 1, importer, node, "axes", 1));
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, axes[i], input->view.rank + 1));
        gone[axis] = true;
    }
    gone[0] |= count == 0; /* then it runs over all */
    for (size_t i = 0; i < input->view.rank; i++) {
        kept = gone[i + 1] ? kept : i;
        kept_count += !gone[i + 1];
    }
    bool over_lines = !gone[0] && input->view.rank == 3 && kept_count == 2 && !gone[1];
    if (over_lines && digitnet__view_covers(&input->view, 0, 0))
        return reduce_lines(importer, node, gone[2], keep != 0);
    if (gone[0])
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "runs over the samples");
    if (kept_count == 1)
        return reduce(importer, node, kept, keep != 0);
    return (digitnet__wire_is(node->type, "ReduceMax") ? largest : average)(importer, node, gone, keep != 0);
}

/* A reduction of what a layer makes of each value, and another layer on what it gives. */
typedef digitnet_status (*make_fn)(size_t *value, digitnet__importer *importer, const digitnet__import_node *node);

static digitnet_status square(size_t *value, digitnet__importer *importer, const digitnet__import_node *node) {
    return digitnet__import_raise(value, importer, node, 2);
}

static digitnet_status root(size_t *value, digitnet__importer *importer, const digitnet__import_node *node) {
    return digitnet__import_raise(value, importer, node, 0.5);
}

static digitnet_status keep(size_t *value, digitnet__importer *importer, const digitnet__import_node *node) {
    (void)value;
    (void)importer;
    (void)node;
    return DIGITNET_OK;
}

static const struct {
    const char *type, *reduction;
    make_fn before, behind;
} composed[] = {
    {"ReduceMin", "ReduceMax", digitnet__import_negate, digitnet__import_negate},
    {"ReduceSumSquare", "ReduceSum", square, keep},
    {"ReduceL2", "ReduceSum", square, root},
};

/* The activation at an input with a layer behind it. */
static digitnet_status make(digitnet__import_activation *made, digitnet__importer *importer,
                            const digitnet__import_node *node, make_fn by) {
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    *made = *input;
    return by(&made->value, importer, node);
}

static digitnet_status reduce_composed(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation made;
    size_t inputs[] = {DNN_NO_VALUE, node->input_count > 1 ? node->inputs[1] : DNN_NO_VALUE}, reduced, i = 0;
    while (!digitnet__wire_is(node->type, composed[i].type))
        i++;
    DNN_TRY(make(&made, importer, node, composed[i].before));
    DNN_TRY(digitnet__import_open(&inputs[0], importer, &made));
    DNN_TRY(digitnet__import_reserve(&reduced, importer));
    const digitnet__import_node inner =
        digitnet__import_inner(node, composed[i].reduction, inputs, node->input_count, &reduced);
    const digitnet__import_node outer = digitnet__import_inner(node, NULL, &reduced, 1, NULL);
    DNN_TRY(reduce_axes(importer, &inner));
    digitnet__import_close(importer, inputs[0]);
    DNN_TRY(make(&made, importer, &outer, composed[i].behind));
    digitnet__import_close(importer, reduced);
    return digitnet__import_give(importer, node, 0, &made);
}

const digitnet__import_operator digitnet__import_pools[] = {
    {"MaxPool", 1, "auto_pad ceil_mode dilations kernel_shape pads storage_order strides", pool},
    {"AveragePool", 1, "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides", pool},
    {"GlobalAveragePool", 1, "", global_pool},
    {"GlobalMaxPool", 1, "", global_pool},
    {"ReduceMean", 2, "axes keepdims noop_with_empty_axes", reduce_axes},
    {"ReduceSum", 2, "axes keepdims noop_with_empty_axes", reduce_axes},
    {"ReduceMax", 2, "axes keepdims noop_with_empty_axes", reduce_axes},
    {"ReduceMin", 2, "axes keepdims noop_with_empty_axes", reduce_composed},
    {"ReduceSumSquare", 2, "axes keepdims noop_with_empty_axes", reduce_composed},
    {"ReduceL2", 2, "axes keepdims noop_with_empty_axes", reduce_composed},
    {0},
};
