/* Convolutions, and the zeros around what they take. */
#include "core/memory.h"
#include "core/status.h"
#include "import/linear.h"
#include "import/window.h"

#include <math.h>
#include <string.h>

/* filters x channels of a group x rows x columns, one row where the file has none; of a transposed one the first two
 * are channels x filters. */
static digitnet_status read_kernel(digitnet__import_constant *kernel, digitnet__import_window *window,
                                   digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_constant *constant;
    DNN_TRY(digitnet__import_weights_at(&constant, importer, node, 1));
    *kernel = *constant;
    bool is_line = kernel->rank == 3;
    if (is_line) {
        kernel->sizes[3] = kernel->sizes[2];
        kernel->sizes[2] = 1;
        kernel->rank = 4;
    }
    if (kernel->rank != 4 || kernel->count == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a kernel of %zu dimensions; of images it has 4",
                                     kernel->rank);
    *window = (digitnet__import_window){.sizes = {kernel->sizes[2], kernel->sizes[3]}, .is_line = is_line};
    return DIGITNET_OK;
}

/* The bias, in input 2. */
static digitnet_status read_bias(const digitnet__import_constant **bias, digitnet__importer *importer,
                                 const digitnet__import_node *node, size_t filters) {
    DNN_TRY(digitnet__import_weights_at(bias, importer, node, 2));
    if ((*bias)->count != filters)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a bias of %zu values for %zu filters", (*bias)->count,
                                     filters);
    return DIGITNET_OK;
}

/* Into that of the layer; `places`: of its values, NULL for in order. */
static digitnet_status fill_bias(digitnet__importer *importer, const digitnet__import_node *node, size_t value,
                                 const size_t *places) {
    const digitnet__import_constant *constant;
    float *bias = digitnet__draft_tensor(importer, value, "bias");
    size_t count = digitnet__draft_shape(importer, value).channels;
    if (!bias)
        return DIGITNET_OK;
    DNN_TRY(read_bias(&constant, importer, node, count));
    for (size_t i = 0; i < count; i++)
        bias[places ? places[i] : i] = (float)digitnet__constant_number(constant, i);
    return DIGITNET_OK;
}

static bool has_bias(const digitnet__import_node *node) {
    return node->input_count > 2;
}

/* What stands in the file as filters x channels x taps is filters x taps x channels in memory. */
static void fill_kernel(float *memory, const digitnet__import_constant *kernel, const size_t *filters,
                        const size_t *channels) {
    size_t count = kernel->sizes[1], taps = kernel->sizes[2] * kernel->sizes[3], from = 0;
    for (size_t filter = 0; filter < kernel->sizes[0]; filter++) {
        float *row = memory + (filters ? filters[filter] : filter) * count * taps;
        for (size_t channel = 0; channel < count; channel++)
            for (size_t tap = 0; tap < taps; tap++)
                row[tap * count + (channels ? channels[channel] : channel)] =
                    (float)digitnet__constant_number(kernel, from++);
    }
}

/* The view of an image whose channels stand at these places. */
static digitnet_status give_image(digitnet__importer *importer, const digitnet__import_node *node, size_t value,
                                  const digitnet__view *permuted) {
    digitnet__shape shape = digitnet__draft_shape(importer, value);
    digitnet__import_activation result = {
        .value = value, .view = digitnet__view_channels_first(shape.channels, shape.height, shape.width)};
    if (permuted) {
        result.view = *permuted;
        digitnet__view_set_image(&result.view, shape.height, shape.width);
    }
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status conv(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_constant own;
    const digitnet__import_constant *kernel = &own;
    digitnet__import_window window;
    const size_t *channels;
    size_t value;
    int64_t groups = 1;
    DNN_TRY(read_kernel(&own, &window, importer, node));
    DNN_TRY(digitnet__import_integer(&groups, node, "group"));
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    const digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    digitnet__shape image = digitnet__draft_shape(importer, value);
    size_t filters = kernel->sizes[0];
    if (groups < 1 || groups > INT32_MAX || kernel->sizes[1] != image.channels / (size_t)groups ||
        image.channels % (size_t)groups != 0 || filters % (size_t)groups != 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node,
                                     "has %zu filters of %zu channels in %lld groups for an image of %zu channels",
                                     filters, kernel->sizes[1], (long long)groups, image.channels);
    DNN_TRY(digitnet__import_window_read(&window, node, image, &input->pads));
    DNN_TRY(digitnet__import_window_check(&window, node, image));
    bool depthwise = groups > 1 && (size_t)groups == image.channels;
    digitnet__attributes attributes = {.no_bias = !has_bias(node)};
    digitnet__import_window_set(&attributes, &window, image);
    if (depthwise) {
        attributes.depth_multiplier = filters == image.channels ? 0 : filters / image.channels;
    } else {
        attributes.outputs = filters;
        attributes.groups = groups == 1 ? 0 : (size_t)groups;
    }
    /* Groups need the channels in order. */
    if (channels && groups > 1 && !(depthwise && filters == image.channels)) {
        DNN_TRY(digitnet__import_take_ordered_image(&value, importer, node, 0));
        channels = NULL;
    }
    digitnet__view view = input->view;
    DNN_TRY(digitnet__draft_add(&value, importer,
                                depthwise ? &digitnet__layer_depthwise_conv2d : &digitnet__layer_conv2d, &attributes,
                                &value, 1, node));
    fill_kernel(digitnet__draft_tensor(importer, value, "kernel"), kernel, depthwise ? channels : NULL,
                depthwise ? NULL : channels);
    DNN_TRY(fill_bias(importer, node, value, depthwise ? channels : NULL));
    return give_image(importer, node, value, depthwise && channels ? &view : NULL);
}

/* ---- Transposed ---- */

/* An image whose bias no layer has yet. */
static digitnet_status give_grouped(digitnet__importer *importer, const digitnet__import_node *node, size_t value) {
    const digitnet__import_constant *bias;
    digitnet__shape shape = digitnet__draft_shape(importer, value);
    digitnet__import_activation result = {
        .value = value, .view = digitnet__view_channels_first(shape.channels, shape.height, shape.width)};
    if (has_bias(node)) {
        digitnet__import_constant column;
        float *values;
        size_t count;
        DNN_TRY(read_bias(&bias, importer, node, shape.channels));
        column = *bias;
        column.rank = 3;
        memcpy(column.sizes, (const size_t[]){bias->count, 1, 1}, 3 * sizeof *column.sizes);
        DNN_TRY(digitnet__import_spread(&values, &count, importer, node, &result, &column));
        DNN_TRY(digitnet__import_compose(&result.affine, importer, NULL, values, count));
    }
    return digitnet__import_give(importer, node, 0, &result);
}

/* The output's size that the file asks for, 0 where it does not: its own, or `stride` times the input's. */
static digitnet_status read_output_shape(uint64_t wanted[2], bool *more_first, const digitnet__import_window *window,
                                         const digitnet__import_node *node, digitnet__shape image) {
    const size_t sizes[] = {image.height, image.width};
    int64_t shape[2] = {1, 1};
    size_t count, first = window->is_line;
    digitnet__wire_view automatic = {0};
    DNN_TRY(digitnet__import_integers(shape + first, &count, 2 - first, node, "output_shape"));
    DNN_TRY(digitnet__import_text(&automatic, node, "auto_pad"));
    bool upper = digitnet__wire_is(automatic, "SAME_UPPER"), same = upper || digitnet__wire_is(automatic, "SAME_LOWER");
    *more_first = !upper;
    for (size_t i = 0; i < 2; i++) {
        if (count > 0 && (shape[i] < 1 || shape[i] > INT32_MAX))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'output_shape' out of range");
        wanted[i] = count > 0 ? (uint64_t)shape[i] : same ? (uint64_t)sizes[i] * window->strides[i] : 0;
    }
    return DIGITNET_OK;
}

/* What is cut off on both sides, or put behind, so that the output has the size that is asked for. */
static digitnet_status read_output_padding(digitnet__import_window *window, size_t extra[2],
                                           const digitnet__import_node *node, digitnet__shape image) {
    const size_t sizes[] = {image.height, image.width};
    int64_t given[2] = {0};
    uint64_t wanted[2];
    size_t count, first = window->is_line;
    bool more_first;
    DNN_TRY(digitnet__import_integers(given + first, &count, 2 - first, node, "output_padding"));
    DNN_TRY(read_output_shape(wanted, &more_first, window, node, image));
    if (window->dilations[0] != 1 || window->dilations[1] != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has dilations");
    for (size_t i = 0; i < 2; i++) {
        uint64_t stride = window->strides[i], whole = stride * (sizes[i] - 1) + window->sizes[i] + (uint64_t)given[i];
        uint64_t beyond = wanted[i] && wanted[i] < whole ? whole - wanted[i] : 0;
        uint64_t behind = (uint64_t)given[i] + (wanted[i] > whole ? wanted[i] - whole : 0);
        if (given[i] < 0 || behind >= stride)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'output_padding' out of range");
        extra[i] = (size_t)behind;
        if (wanted[i]) {
            window->before[i] = (size_t)(more_first ? beyond - beyond / 2 : beyond / 2);
            window->after[i] = (size_t)beyond - window->before[i];
        }
    }
    return DIGITNET_OK;
}

/* One group of channels: those of the kernel from `first` on. In the file the kernel is channels x filters x taps, in
 * memory channels x taps x filters. */
static digitnet_status add_transposed(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                      const digitnet__attributes *attributes, const digitnet__import_constant *kernel,
                                      const size_t *channels, size_t first) {
    digitnet__import_constant part = *kernel;
    size_t filters = kernel->sizes[1], count = filters * kernel->sizes[2] * kernel->sizes[3];
    part.sizes[0] = digitnet__draft_shape(importer, *value).channels;
    part.numbers = kernel->is_integer ? NULL : kernel->numbers + first * count;
    part.integers = kernel->is_integer ? kernel->integers + first * count : NULL;
    DNN_TRY(digitnet__draft_add(value, importer, &digitnet__layer_conv2d_transpose, attributes, value, 1, node));
    fill_kernel(digitnet__draft_tensor(importer, *value, "kernel"), &part, channels, NULL);
    return DIGITNET_OK;
}

/* Each group by a layer of its own. */
static digitnet_status add_transposed_groups(size_t *value, digitnet__importer *importer,
                                             const digitnet__import_node *node, const digitnet__attributes *attributes,
                                             const digitnet__import_constant *kernel, size_t groups) {
    enum { GROUPS_MAX = 64 };
    size_t parts[GROUPS_MAX], channels = kernel->sizes[0] / groups;
    const digitnet__attributes none = {0};
    if (groups > GROUPS_MAX)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has more than %d groups", GROUPS_MAX);
    for (size_t i = 0; i < groups; i++) {
        const digitnet__attributes slice = {.first = i * channels, .outputs = channels};
        DNN_TRY(digitnet__draft_add(&parts[i], importer, &digitnet__layer_channel_slice, &slice, value, 1, node));
        DNN_TRY(add_transposed(&parts[i], importer, node, attributes, kernel, NULL, i * channels));
    }
    return digitnet__draft_add(value, importer, &digitnet__layer_concatenate, &none, parts, groups, node);
}

static digitnet_status conv_transpose(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_constant own;
    const digitnet__import_constant *kernel = &own;
    const digitnet__import_pads none = {0};
    digitnet__import_activation *input;
    digitnet__import_window window;
    const size_t *channels;
    int64_t groups = 1;
    size_t value, extra[2];
    DNN_TRY(read_kernel(&own, &window, importer, node));
    DNN_TRY(digitnet__import_integer(&groups, node, "group"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    digitnet__shape image = digitnet__draft_shape(importer, value);
    if (kernel->sizes[0] != image.channels || groups < 1 || image.channels % (uint64_t)groups != 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a kernel for %zu channels in %lld groups, not %zu",
                                     kernel->sizes[0], (long long)groups, image.channels);
    if (groups > 1 && channels)
        DNN_TRY(digitnet__import_take_ordered_image(&value, importer, node, 0));
    DNN_TRY(digitnet__import_window_read(&window, node, image, &none));
    DNN_TRY(read_output_padding(&window, extra, node, image));
    const digitnet__attributes attributes = {.outputs = kernel->sizes[1],
                                             .no_bias = groups > 1 || !has_bias(node),
                                             .window_height = window.sizes[0],
                                             .window_width = window.sizes[1],
                                             .stride_height = window.strides[0],
                                             .stride_width = window.strides[1],
                                             .padding = DIGITNET_PADDING_EXPLICIT,
                                             .top = window.before[0],
                                             .left = window.before[1],
                                             .bottom = window.after[0],
                                             .right = window.after[1],
                                             .output_padding_height = extra[0],
                                             .output_padding_width = extra[1]};
    if (groups > 1)
        DNN_TRY(add_transposed_groups(&value, importer, node, &attributes, kernel, (size_t)groups));
    else
        DNN_TRY(add_transposed(&value, importer, node, &attributes, kernel, channels, 0));
    if (groups > 1)
        return give_grouped(importer, node, value);
    DNN_TRY(fill_bias(importer, node, value, NULL));
    return give_image(importer, node, value, NULL);
}

static digitnet_status convolution(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_constant *kernel;
    DNN_TRY(digitnet__import_constant_at(&kernel, importer, node, 1));
    return digitnet__import_by_rows(importer, node, kernel && kernel->rank == 3,
                                    digitnet__wire_is(node->type, "Conv") ? conv : conv_transpose);
}

/* ---- Zeros around ---- */

/* Before and behind of each axis, the batch's first, from an attribute or an input; since operator set 18 perhaps for
 * some axes alone. */
static digitnet_status read_sides(int64_t *before, int64_t *after, size_t rank, digitnet__importer *importer,
                                  const digitnet__import_node *node) {
    int64_t sides[2 * (DNN_VIEW_AXES + 1)], axes[DNN_VIEW_AXES + 1];
    size_t count, axis_count;
    DNN_TRY(digitnet__import_list(sides, &count, sizeof sides / sizeof *sides, importer, node,
                                  digitnet__import_attribute_find(node, "paddings") ? "paddings" : "pads", 1));
    DNN_TRY(digitnet__import_list(axes, &axis_count, DNN_VIEW_AXES + 1, importer, node, "axes", 3));
    size_t half = axis_count ? axis_count : rank;
    if (count != 2 * half)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu sides for %zu dimensions", count, rank);
    for (size_t i = 0; i < half; i++) {
        size_t axis = i;
        if (axis_count)
            DNN_TRY(digitnet__import_axis(&axis, node, axes[i], rank));
        before[axis] = sides[i];
        after[axis] = sides[half + i];
    }
    return DIGITNET_OK;
}

/* Rows and columns that go where a side is below 0. */
static digitnet_status crop(digitnet__import_activation *result, digitnet__importer *importer,
                            const digitnet__import_node *node, const int64_t *before, const int64_t *after) {
    const size_t *channels;
    const digitnet__attributes sides = {.top = before[2] < 0 ? (size_t)-before[2] : 0,
                                        .left = before[3] < 0 ? (size_t)-before[3] : 0,
                                        .bottom = after[2] < 0 ? (size_t)-after[2] : 0,
                                        .right = after[3] < 0 ? (size_t)-after[3] : 0};
    if (!sides.top && !sides.left && !sides.bottom && !sides.right)
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_settle(importer, node, 0));
    DNN_TRY(digitnet__import_take_image(&result->value, &channels, importer, node, 0));
    *result = (digitnet__import_activation){.value = result->value,
                                            .view = digitnet__import_activation_at(importer, node, 0)->view};
    DNN_TRY(
        digitnet__draft_add(&result->value, importer, &digitnet__layer_cropping2d, &sides, &result->value, 1, node));
    digitnet__shape shape = digitnet__draft_shape(importer, result->value);
    digitnet__view_set_image(&result->view, shape.height, shape.width);
    return DIGITNET_OK;
}

static size_t above_zero(int64_t side) {
    return side > 0 ? (size_t)side : 0;
}

/* Rows x columns x channels: by a layer at once. */
static digitnet_status pad_rows(digitnet__importer *importer, const digitnet__import_node *node, const int64_t *before,
                                const int64_t *after) {
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    const size_t *sizes = input->view.sizes;
    digitnet__view plain = digitnet__view_plain(sizes, 3);
    digitnet__shape shape = {.height = sizes[0], .width = sizes[1], .channels = sizes[2]};
    for (size_t i = 1; i < 3; i++)
        if (before[i] < 0 || after[i] < 0)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "cuts off rows or columns");
    DNN_TRY(digitnet__import_arrange(importer, node, 0, &plain));
    result = (digitnet__import_activation){.value = input->value};
    DNN_TRY(digitnet__import_reshape(&result.value, importer, shape, node));
    const digitnet__attributes sides = {
        .top = (size_t)before[1], .left = (size_t)before[2], .bottom = (size_t)after[1], .right = (size_t)after[2]};
    DNN_TRY(
        digitnet__draft_add(&result.value, importer, &digitnet__layer_zero_padding2d, &sides, &result.value, 1, node));
    shape = digitnet__draft_shape(importer, result.value);
    result.view = digitnet__view_plain((const size_t[]){shape.height, shape.width, shape.channels}, 3);
    return digitnet__import_give(importer, node, 0, &result);
}

/* The place that one beyond the sides of `size` values is a copy of; `size` itself where it is of none. */
static size_t place_of_pad(int64_t place, size_t size, digitnet__wire_view mode) {
    int64_t length = (int64_t)size, last = length - 1;
    if (place >= 0 && place < length)
        return (size_t)place;
    if (digitnet__wire_is(mode, "edge"))
        return place < 0 ? 0 : (size_t)last;
    if (digitnet__wire_is(mode, "wrap"))
        return (size_t)((place % length + length) % length);
    if (digitnet__wire_is(mode, "reflect")) {
        int64_t turn = (place % (2 * last) + 2 * last) % (2 * last);
        return (size_t)(turn > last ? 2 * last - turn : turn);
    }
    return size;
}

/* Copies of values, or a number, around any axes. */
static digitnet_status pad_axes(digitnet__importer *importer, const digitnet__import_node *node, const int64_t *before,
                                const int64_t *after, digitnet__wire_view mode, float number) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    for (size_t axis = 0; axis < input->view.rank; axis++) {
        int64_t first = -before[axis + 1], size = (int64_t)input->view.sizes[axis];
        int64_t outputs = size + before[axis + 1] + after[axis + 1];
        if (outputs == size && first == 0)
            continue;
        if (outputs < 1)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "leaves nothing of an axis");
        if (size == 1 && digitnet__wire_is(mode, "reflect"))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "reflects an axis of one value");
        digitnet__import_matrix *matrix = &matrices[axis];
        DNN_TRY(digitnet__import_matrix_create(matrix, importer, (size_t)outputs, (size_t)size));
        for (size_t i = 0; i < matrix->outputs; i++) {
            size_t place = place_of_pad((int64_t)i + first, matrix->inputs, mode);
            if (place < matrix->inputs)
                matrix->weights[i * matrix->inputs + place] = 1;
            else
                matrix->offsets[i] = number;
        }
    }
    DNN_TRY(digitnet__import_map(&result, importer, node, 0, matrices));
    return digitnet__import_give(importer, node, 0, &result);
}

/* Padding that never wins is the pool's own. */
static bool goes_into_max_pool(const digitnet__import_graph *graph, const digitnet__import_node *node) {
    if (node->outputs[0] == DNN_NO_VALUE)
        return false;
    const digitnet__import_value *output = &graph->values[node->outputs[0]];
    return output->uses == 1 && output->taker != DNN_NO_VALUE &&
           digitnet__wire_is(graph->nodes[output->taker].type, "MaxPool");
}

/* Whether a pool has nothing but its windows: what it takes is what they see. */
static bool is_plain_pool(const digitnet__import_node *pool) {
    static const char *const lists[] = {"dilations", "pads"};
    int64_t ceil_mode = 0, values[4];
    digitnet__wire_view automatic = {0};
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        if (digitnet__import_integers(values, &count, 4, pool, lists[i]) != DIGITNET_OK)
            return false;
        for (size_t k = 0; k < count; k++)
            if (values[k] != (i == 0))
                return false;
    }
    return digitnet__import_integer(&ceil_mode, pool, "ceil_mode") == DIGITNET_OK && ceil_mode == 0 &&
           digitnet__import_text(&automatic, pool, "auto_pad") == DIGITNET_OK &&
           (automatic.size == 0 || digitnet__wire_is(automatic, "VALID") || digitnet__wire_is(automatic, "NOTSET"));
}

/* Copies of the edge do not win either where each window that has one has the edge too. */
static bool copies_never_win(const digitnet__import_graph *graph, const digitnet__import_node *node,
                             const int64_t *before, const int64_t *after) {
    int64_t sizes[2];
    size_t count;
    if (!goes_into_max_pool(graph, node))
        return false;
    const digitnet__import_node *pool = &graph->nodes[graph->values[node->outputs[0]].taker];
    if (!is_plain_pool(pool) || digitnet__import_integers(sizes, &count, 2, pool, "kernel_shape") != DIGITNET_OK ||
        count != 2)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (before[i + 2] < 0 || after[i + 2] < 0 || before[i + 2] >= sizes[i] || after[i + 2] >= sizes[i])
            return false;
    return true;
}

/* What a node pads: before and behind each axis, that of the samples first. */
typedef struct padding {
    int64_t before[DNN_VIEW_AXES + 1], after[DNN_VIEW_AXES + 1];
    digitnet__wire_view mode;
    float value;
    bool any, copies;
    bool around_images; /* rows and columns alone */
} padding;

static digitnet_status read_padding(padding *own, digitnet__importer *importer, const digitnet__import_node *node,
                                    size_t rank) {
    *own = (padding){.value = 0};
    DNN_TRY(digitnet__import_text(&own->mode, node, "mode"));
    DNN_TRY(digitnet__import_number(&own->value, node, "value"));
    DNN_TRY(digitnet__import_scalar_at(&own->value, importer, node, 2));
    DNN_TRY(read_sides(own->before, own->after, rank, importer, node));
    for (size_t i = 0; i < rank; i++) {
        int64_t before = own->before[i], after = own->after[i];
        own->any |= before != 0 || after != 0;
        if (before < -INT32_MAX || after < -INT32_MAX || before > INT32_MAX || after > INT32_MAX)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a side out of range");
    }
    own->copies = own->mode.size != 0 && !digitnet__wire_is(own->mode, "constant");
    if (own->copies && !digitnet__wire_is(own->mode, "edge") && !digitnet__wire_is(own->mode, "reflect") &&
        !digitnet__wire_is(own->mode, "wrap"))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a 'mode' that is none");
    if (own->before[0] || own->after[0])
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "pads the samples");
    own->around_images = rank == 4 && !own->before[1] && !own->after[1];
    return DIGITNET_OK;
}

/* Around an image, for the layer that takes it next. */
static digitnet_status pad_later(digitnet__importer *importer, const digitnet__import_node *node, const padding *own,
                                 bool pads_never_win) {
    digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0), result;
    /* Zeros that are there already may win. */
    if (pads_never_win)
        DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    DNN_TRY(crop(&result, importer, node, own->before, own->after));
    result.pads_never_win = pads_never_win;
    result.pads.top += above_zero(own->before[2]);
    result.pads.left += above_zero(own->before[3]);
    result.pads.bottom += above_zero(own->after[2]);
    result.pads.right += above_zero(own->after[3]);
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status pad(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    const digitnet__import_graph *graph = importer->graph;
    padding own;
    if (!input)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "pads what does not depend on the image");
    DNN_TRY(read_padding(&own, importer, node, input->view.rank + 1));
    if (!own.any)
        return digitnet__import_give(importer, node, 0, input);
    if (own.copies) {
        bool never_win = digitnet__wire_is(own.mode, "edge") && own.around_images &&
                         copies_never_win(graph, node, own.before, own.after);
        return never_win ? pad_later(importer, node, &own, true)
                         : pad_axes(importer, node, own.before, own.after, own.mode, 0);
    }
    if (input->view.rank == 3 && own.value == 0 && !own.before[3] && !own.after[3] &&
        digitnet__view_steps(&input->view, 2, 1))
        return pad_rows(importer, node, own.before, own.after);
    bool never_wins = own.value < -1e30f && goes_into_max_pool(graph, node);
    if (own.around_images && (own.value == 0 || never_wins))
        return pad_later(importer, node, &own, never_wins);
    if (!isfinite(own.value))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "pads with a value that is not finite");
    return pad_axes(importer, node, own.before, own.after, own.mode, own.value);
}

const digitnet__import_operator digitnet__import_convolutions[] = {
    {"Conv", 3, "auto_pad dilations group kernel_shape pads strides", convolution},
    {"ConvTranspose", 3, "auto_pad dilations group kernel_shape output_padding output_shape pads strides", convolution},
    {"Pad", 4, "mode pads paddings value", pad},
    {0},
};
