/* Parts of activations, and activations side by side. */
#include "core/memory.h"
#include "core/status.h"
#include "import/linear.h"

#include <string.h>

/* ---- Side by side ---- */

typedef struct joining {
    digitnet__importer *importer;
    const digitnet__import_node *node;
    size_t *values; /* of the drafts, one for each input */
} joining;

/* Whether a matrix product takes the output, and nothing else: its rows can have any order. */
static bool goes_into_product(const digitnet__import_graph *graph, const digitnet__import_node *node) {
    const digitnet__import_value *output = &graph->values[node->outputs[0]];
    const digitnet__import_node *taker = output->taker == DNN_NO_VALUE ? NULL : &graph->nodes[output->taker];
    return output->uses == 1 && taker &&
           (digitnet__wire_is(taker->type, "Gemm") || digitnet__wire_is(taker->type, "MatMul"));
}

/* Rows: where each value of the file stands is what the inputs say, one behind the other. */
static digitnet_status join_rows(joining *join, digitnet__view *view) {
    const digitnet__import_node *node = join->node;
    bool any_order = goes_into_product(join->importer->graph, node);
    size_t total = 0, done = 0;
    void *memory;
    for (size_t i = 0; i < node->input_count; i++) {
        const digitnet__view *row = &digitnet__import_activation_at(join->importer, node, i)->view;
        digitnet__view plain = digitnet__view_plain(row->sizes, 1);
        if (!any_order)
            DNN_TRY(digitnet__import_arrange(join->importer, node, i, &plain));
        total += row->sizes[0];
    }
    DNN_TRY(digitnet__pool_allocate(&memory, join->importer->pool, total, sizeof(size_t)));
    size_t *all = memory;
    for (size_t i = 0; i < node->input_count; i++) {
        const size_t *places;
        DNN_TRY(digitnet__import_take_row(&join->values[i], &places, join->importer, node, i));
        size_t count = digitnet__draft_shape(join->importer, join->values[i]).channels;
        for (size_t k = 0; k < count; k++)
            all[done + k] = done + places[k];
        done += count;
    }
    *view = digitnet__view_plain(&total, 1);
    view->places = any_order ? all : NULL;
    return DIGITNET_OK;
}

/* The channels in order, and the other axes in theirs. */
static digitnet_status arrange_channels(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                        size_t axis) {
    const digitnet__view *view = &digitnet__import_activation_at(importer, node, input)->view;
    digitnet__view wanted = digitnet__view_channels_at(view->sizes, view->rank, axis);
    return digitnet__import_arrange(importer, node, input, &wanted);
}

/* Images: their channels, in order. */
static digitnet_status join_channels(joining *join, digitnet__view *view, size_t axis) {
    digitnet__importer *importer = join->importer;
    const digitnet__import_node *node = join->node;
    digitnet__view first = {0};
    size_t total = 0;
    for (size_t i = 0; i < node->input_count; i++) {
        const size_t *places;
        DNN_TRY(arrange_channels(importer, node, i, axis));
        DNN_TRY(digitnet__import_take_channels(&join->values[i], &places, importer, node, i, axis));
        const digitnet__view *present = &digitnet__import_activation_at(importer, node, i)->view;
        digitnet__view other = *present;
        digitnet__view_set_channels(&other, axis, present->sizes[axis], 1);
        first = i == 0 ? other : first;
        if (!digitnet__view_equal(&other, &first))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "joins activations of different sizes");
        total += present->sizes[axis];
    }
    *view = first;
    digitnet__view_set_channels(view, axis, 1, total);
    digitnet__shape shape = digitnet__draft_shape(importer, join->values[0]);
    for (size_t i = 1; i < node->input_count; i++) {
        shape.channels = digitnet__draft_shape(importer, join->values[i]).channels;
        DNN_TRY(digitnet__import_reshape(&join->values[i], importer, shape, node));
    }
    return DIGITNET_OK;
}

/* A constant as an activation: nothing of the first activation of the node, and the constant added to it. */
static digitnet_status open_constant(size_t *opened, digitnet__importer *importer, const digitnet__import_node *node,
                                     size_t first, const digitnet__import_constant *constant, size_t axis) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *like, result;
    float *values;
    size_t count;
    DNN_TRY(digitnet__import_take(&like, importer, node, first));
    const digitnet__view view = like->view;
    bool fits = constant->rank == view.rank + 1 && constant->sizes[axis + 1] > 0;
    for (size_t i = 0; fits && i < view.rank; i++)
        fits = i == axis || constant->sizes[i + 1] == view.sizes[i];
    if (!fits)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "joins a constant of another shape");
    DNN_TRY(digitnet__import_matrix_create(&matrices[axis], importer, constant->sizes[axis + 1], view.sizes[axis]));
    DNN_TRY(digitnet__import_map(&result, importer, node, first, matrices));
    DNN_TRY(digitnet__import_spread(&values, &count, importer, node, &result, constant));
    DNN_TRY(digitnet__import_compose(&result.affine, importer, NULL, values, count));
    return digitnet__import_open(opened, importer, &result);
}

static size_t find_activation(const digitnet__importer *importer, const digitnet__import_node *node) {
    size_t first = 0;
    while (!digitnet__import_activation_at(importer, node, first)) /* of constants alone it would not be read */
        first++;
    return first;
}

static digitnet_status join(digitnet__importer *importer, const digitnet__import_node *node, size_t axis) {
    const digitnet__attributes none = {0};
    digitnet__import_activation result = {.value = 0};
    size_t rank = 0;
    void *memory;
    for (size_t i = 0; i < node->input_count; i++) {
        digitnet__import_activation *activation;
        DNN_TRY(digitnet__import_take(&activation, importer, node, i));
        if (i > 0 && activation->view.rank != rank)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "joins activations of different dimensions");
        rank = activation->view.rank;
    }
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, node->input_count, sizeof(size_t)));
    joining all = {.importer = importer, .node = node, .values = memory};
    if (node->input_count == 1)
        return digitnet__import_give(importer, node, 0, digitnet__import_activation_at(importer, node, 0));
    DNN_TRY(rank == 1 ? join_rows(&all, &result.view) : join_channels(&all, &result.view, axis - 1));
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_concatenate, &none, all.values,
                                node->input_count, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* Constants among them become activations first. */
static digitnet_status join_all(digitnet__importer *importer, const digitnet__import_node *node, size_t axis) {
    digitnet__import_node own = *node;
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, node->input_count, sizeof(size_t)));
    size_t *inputs = memory, first = find_activation(importer, node);
    own.inputs = inputs;
    for (size_t i = 0; i < node->input_count; i++) {
        const digitnet__import_constant *constant;
        inputs[i] = node->inputs[i];
        DNN_TRY(digitnet__import_constant_at(&constant, importer, node, i));
        if (constant)
            DNN_TRY(open_constant(&inputs[i], importer, node, first, constant, axis - 1));
    }
    DNN_TRY(join(importer, &own, axis));
    for (size_t i = 0; i < node->input_count; i++)
        if (inputs[i] != node->inputs[i])
            digitnet__import_close(importer, inputs[i]);
    return DIGITNET_OK;
}

static digitnet_status concatenate(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { INPUTS_MAX = 1024, AXIS_REQUIRED = 4 };
    int64_t wanted = 1;
    size_t axis;
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    if (node->operator_set >= AXIS_REQUIRED && !digitnet__import_attribute_find(node, "axis"))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no attribute 'axis'");
    if (node->outputs[0] == DNN_NO_VALUE)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no output");
    if (node->input_count > INPUTS_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has %zu inputs; the limit is %d", node->input_count,
                                     INPUTS_MAX);
    const digitnet__import_activation *activation =
        digitnet__import_activation_at(importer, node, find_activation(importer, node));
    DNN_TRY(digitnet__import_axis(&axis, node, wanted, activation->view.rank + 1));
    if (axis == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "joins samples");
    return join_all(importer, node, axis);
}

/* ---- Parts ---- */

/* `count` channels from `first` on. */
static digitnet_status take_channels(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t axis, size_t first, size_t count) {
    const size_t *places;
    const digitnet__attributes attributes = {.first = first, .outputs = count};
    if (!digitnet__view_steps(&digitnet__import_activation_at(importer, node, 0)->view, axis, 1))
        DNN_TRY(arrange_channels(importer, node, 0, axis));
    DNN_TRY(digitnet__import_take_channels(&result->value, &places, importer, node, 0, axis));
    result->view = digitnet__import_activation_at(importer, node, 0)->view;
    digitnet__view_set_channels(&result->view, axis, result->view.sizes[axis], count);
    return digitnet__draft_add(&result->value, importer, &digitnet__layer_channel_slice, &attributes, &result->value, 1,
                               node);
}

/* Of the places 1 and 2 of the two lists. */
static digitnet_status add_cropping(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                    const size_t *first, const size_t *count) {
    digitnet__shape shape = digitnet__draft_shape(importer, *value);
    const digitnet__attributes attributes = {.top = first[1],
                                             .bottom = shape.height - first[1] - count[1],
                                             .left = first[2],
                                             .right = shape.width - first[2] - count[2]};
    return digitnet__draft_add(value, importer, &digitnet__layer_cropping2d, &attributes, value, 1, node);
}

/* Some of the rows and columns of channels x rows x columns, from axes 1 and 2 of the file's sizes. */
static digitnet_status take_lines(digitnet__import_activation *result, digitnet__importer *importer,
                                  const digitnet__import_node *node, const size_t *first, const size_t *count) {
    const size_t *channels;
    DNN_TRY(digitnet__import_take_image(&result->value, &channels, importer, node, 0));
    result->view = digitnet__import_activation_at(importer, node, 0)->view;
    digitnet__view_set_image(&result->view, count[1], count[2]);
    return add_cropping(&result->value, importer, node, first, count);
}

/* The same of rows x columns x channels. */
static digitnet_status take_lines_of_rows(digitnet__import_activation *result, digitnet__importer *importer,
                                          const digitnet__import_node *node, const size_t *first, const size_t *count) {
    const digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    const size_t *sizes = input->view.sizes;
    digitnet__view plain = digitnet__view_plain(sizes, 3);
    digitnet__shape shape = {.height = sizes[0], .width = sizes[1], .channels = sizes[2]};
    DNN_TRY(digitnet__import_arrange(importer, node, 0, &plain));
    result->value = input->value;
    DNN_TRY(digitnet__import_reshape(&result->value, importer, shape, node));
    result->view = digitnet__view_plain((const size_t[]){count[1], count[2], shape.channels}, 3);
    return add_cropping(&result->value, importer, node, first, count);
}

/* Of each axis but the batch's, what is taken. */
typedef struct slice_part {
    size_t first[DNN_VIEW_AXES], count[DNN_VIEW_AXES];
    int64_t step[DNN_VIEW_AXES];
} slice_part;

static void take_all(slice_part *part, const digitnet__view *view) {
    for (size_t i = 0; i < view->rank; i++) {
        part->first[i] = 0;
        part->count[i] = view->sizes[i];
        part->step[i] = 1;
    }
}

static bool is_whole(const slice_part *part, const digitnet__view *view, size_t axis) {
    return part->first[axis] == 0 && part->count[axis] == view->sizes[axis];
}

/* By steps, or along several axes, which no layer does. */
static digitnet_status pick(digitnet__import_activation *result, digitnet__importer *importer,
                            const digitnet__import_node *node, const slice_part *part, const digitnet__view *view) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    for (size_t axis = 0; axis < view->rank; axis++) {
        if (is_whole(part, view, axis))
            continue;
        DNN_TRY(digitnet__import_matrix_create(&matrices[axis], importer, part->count[axis], view->sizes[axis]));
        for (size_t i = 0; i < part->count[axis]; i++) {
            size_t place = (size_t)((int64_t)part->first[axis] + (int64_t)i * part->step[axis]);
            matrices[axis].weights[i * view->sizes[axis] + place] = 1;
        }
    }
    return digitnet__import_map(result, importer, node, 0, matrices);
}

/* Along one axis as channels, along rows and columns, or along any. */
static digitnet_status take_part(digitnet__import_activation *result, digitnet__importer *importer,
                                 const digitnet__import_node *node, const slice_part *part) {
    digitnet__import_activation *input;
    size_t cut = 0, axis = 0;
    bool by_steps = false;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    *result = *input;
    const digitnet__view view = input->view;
    for (size_t i = 0; i < view.rank; i++) {
        cut += !is_whole(part, &view, i);
        axis = is_whole(part, &view, i) ? axis : i;
        by_steps |= part->step[i] != 1;
        if (part->count[i] == 0)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes nothing of an axis");
    }
    if (cut == 0)
        return DIGITNET_OK;
    if (by_steps)
        return pick(result, importer, node, part, &view);
    if (cut == 1 && digitnet__view_steps(&view, axis, 1))
        return take_channels(result, importer, node, axis, part->first[axis], part->count[axis]);
    if (view.rank == 3 && is_whole(part, &view, 0) && !digitnet__view_is_plain(&view))
        return take_lines(result, importer, node, part->first, part->count);
    /* Rows x columns x channels: by the image that it is. */
    if (view.rank == 3 && digitnet__view_covers(&view, 2, 2) && is_whole(part, &view, 2)) {
        const size_t first[] = {0, part->first[0], part->first[1]};
        const size_t count[] = {0, part->count[0], part->count[1]};
        return take_lines_of_rows(result, importer, node, first, count);
    }
    return cut > 1 ? pick(result, importer, node, part, &view)
                   : take_channels(result, importer, node, axis, part->first[axis], part->count[axis]);
}

/* A place that may be counted from the end, within limits. */
static int64_t clamp(int64_t place, int64_t size, int64_t least, int64_t most) {
    int64_t counted = place < 0 ? place + size : place;
    return counted < least ? least : counted > most ? most : counted;
}

/* One axis of a slice: the places from start to end, without the end. */
static digitnet_status read_range(slice_part *part, const digitnet__import_node *node, size_t axis, size_t size,
                                  const int64_t range[3]) {
    int64_t length = (int64_t)size, step = range[2];
    if (step == 0 || step < -INT32_MAX || step > INT32_MAX)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has steps that are out of range");
    int64_t first = clamp(range[0], length, 0, step > 0 ? length : length - 1);
    int64_t end = clamp(range[1], length, step > 0 ? 0 : -1, length);
    int64_t span = step > 0 ? end - first : first - end, distance = step > 0 ? step : -step;
    part->first[axis] = (size_t)first;
    part->count[axis] = span > 0 ? (size_t)((span - 1) / distance + 1) : 0;
    part->step[axis] = part->count[axis] == 1 ? 1 : step;
    return DIGITNET_OK;
}

static digitnet_status slice(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { MOST = DNN_VIEW_AXES + 1 };
    int64_t starts[MOST], ends[MOST], axes[MOST], steps[MOST];
    size_t count, end_count, axis_count, step_count;
    digitnet__import_activation *input, result;
    slice_part part;
    DNN_TRY(digitnet__import_list(starts, &count, MOST, importer, node, "starts", 1));
    DNN_TRY(digitnet__import_list(ends, &end_count, MOST, importer, node, "ends", 2));
    DNN_TRY(digitnet__import_list(axes, &axis_count, MOST, importer, node, "axes", 3));
    DNN_TRY(digitnet__import_list(steps, &step_count, MOST, importer, node, "steps", 4));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if (end_count != count || (axis_count && axis_count != count) || (step_count && step_count != count))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has lists of different lengths");
    take_all(&part, &input->view);
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis_of(&axis, node, input, axis_count ? axes[i] : (int64_t)i));
        const int64_t range[] = {starts[i], ends[i], step_count ? steps[i] : 1};
        bool whole = starts[i] == 0 && ends[i] >= (int64_t)importer->batch && range[2] == 1;
        if (axis == 0 && (!whole || node->merged))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes some of the samples");
        if (axis > 0)
            DNN_TRY(read_range(&part, node, axis - 1, input->view.sizes[axis - 1], range));
    }
    DNN_TRY(take_part(&result, importer, node, &part));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status split(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { MOST = 256 };
    int64_t sizes[MOST], wanted = 0;
    size_t count, axis, first = 0;
    digitnet__import_activation *input;
    slice_part one;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis_of(&axis, node, input, wanted));
    DNN_TRY(digitnet__import_list(sizes, &count, MOST, importer, node, "split", 1));
    if (axis == 0 || (count && count != node->output_count) || node->output_count > MOST)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %zu parts for %zu outputs", count,
                                     node->output_count);
    size_t size = input->view.sizes[axis - 1], equal = (size + node->output_count - 1) / node->output_count;
    for (size_t i = 0; i < node->output_count; i++) {
        digitnet__import_activation result;
        size_t left = size - first, size_of_part = count ? (size_t)sizes[i] : equal < left ? equal : left;
        if (size_of_part == 0 || size_of_part > left)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has parts that are not those of its input");
        if (node->outputs[i] != DNN_NO_VALUE && importer->graph->values[node->outputs[i]].uses > 0) {
            take_all(&one, &input->view);
            one.first[axis - 1] = first;
            one.count[axis - 1] = size_of_part;
            DNN_TRY(take_part(&result, importer, node, &one));
            DNN_TRY(digitnet__import_give(importer, node, i, &result));
        }
        first += size_of_part;
    }
    return first == size ? DIGITNET_OK
                         : digitnet__import_fail(DIGITNET_EFORMAT, node, "has parts that are not those of its input");
}

/* Whether indices go on one by one. */
static bool is_run(const digitnet__import_constant *indices) {
    for (size_t i = 1; i < indices->count; i++)
        if (indices->integers[i] != indices->integers[0] + (int64_t)i)
            return false;
    return true;
}

/* Any indices, which are in range. */
static digitnet_status pick_indices(digitnet__import_activation *result, digitnet__importer *importer,
                                    const digitnet__import_node *node, size_t axis,
                                    const digitnet__import_constant *indices) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    size_t size = digitnet__import_activation_at(importer, node, 0)->view.sizes[axis];
    DNN_TRY(digitnet__import_matrix_create(&matrices[axis], importer, indices->count, size));
    for (size_t i = 0; i < indices->count; i++) {
        int64_t index = indices->integers[i] < 0 ? indices->integers[i] + (int64_t)size : indices->integers[i];
        matrices[axis].weights[i * size + (size_t)index] = 1;
    }
    return digitnet__import_map(result, importer, node, 0, matrices);
}

static digitnet_status refuse_indices(const digitnet__import_node *node) {
    return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes samples, or what depends on the image");
}

/* Whether indices are those of `size` values, all in their order. */
static bool takes_all(const digitnet__import_constant *indices, size_t size) {
    return indices->count == size && indices->integers[0] == 0 && is_run(indices);
}

/* All of an axis of the file's sizes, in the shape that the indices have. */
static digitnet_status gather_all(digitnet__importer *importer, const digitnet__import_node *node, const size_t *sizes,
                                  size_t rank, size_t axis, const digitnet__import_constant *indices) {
    digitnet__import_activation result = *digitnet__import_activation_at(importer, node, 0);
    size_t shape[DNN_VIEW_AXES + 1 + DNN_CONSTANT_AXES];
    memcpy(shape, sizes, axis * sizeof *shape);
    memcpy(shape + axis, indices->sizes, indices->rank * sizeof *shape);
    memcpy(shape + axis + indices->rank, sizes + axis + 1, (rank - axis - 1) * sizeof *shape);
    return digitnet__import_give_reshaped(importer, node, &result, shape, rank - 1 + indices->rank);
}

/* Indices along an axis, which goes if there is one that is a number. */
static digitnet_status gather(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    const digitnet__import_constant *indices;
    int64_t wanted = 0;
    size_t axis, first = 0, sizes[DNN_VIEW_AXES + 1], rank;
    slice_part one;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_constant_at(&indices, importer, node, 1));
    digitnet__import_sizes(sizes, &rank, importer, input);
    DNN_TRY(digitnet__import_axis(&axis, node, wanted, rank));
    if (!indices || !indices->is_integer || indices->count == 0)
        return refuse_indices(node);
    if (takes_all(indices, sizes[axis]))
        return gather_all(importer, node, sizes, rank, axis, indices);
    DNN_TRY(digitnet__import_axis_of(&axis, node, input, wanted));
    if (indices->rank > 1 || axis == 0)
        return refuse_indices(node);
    axis--;
    for (size_t i = indices->count; i-- > 0;)
        DNN_TRY(digitnet__import_axis(&first, node, indices->integers[i], input->view.sizes[axis]));
    take_all(&one, &input->view);
    one.first[axis] = first;
    one.count[axis] = indices->count;
    /* From the last places on to the first would be no run. */
    if (is_run(indices) && first + indices->count <= input->view.sizes[axis])
        DNN_TRY(take_part(&result, importer, node, &one));
    else
        DNN_TRY(pick_indices(&result, importer, node, axis, indices));
    rank = 0;
    for (size_t i = 0; i < result.view.rank; i++)
        if (i != axis || indices->rank == 1)
            sizes[rank++] = result.view.sizes[i];
    digitnet__view_reshape(&result.view, sizes, rank); /* an axis of 1 goes, which is no move */
    return digitnet__import_give(importer, node, 0, &result);
}

/* The sum of the constants from an input on. NULL where one is none. */
static digitnet_status add_constants(const digitnet__import_constant **sum, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t first) {
    const digitnet__import_node addition = digitnet__import_inner(node, "Add", NULL, 2, NULL);
    DNN_TRY(digitnet__import_constant_at(sum, importer, node, first));
    for (size_t i = first + 1; *sum && i < node->input_count; i++) {
        const digitnet__import_constant *next;
        void *memory;
        DNN_TRY(digitnet__import_constant_at(&next, importer, node, i));
        DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof **sum));
        DNN_TRY(digitnet__constant_fold(memory, importer->pool, &addition,
                                        (const digitnet__import_constant *[]){*sum, next}));
        *sum = memory;
    }
    return DIGITNET_OK;
}

/* A number, or a list of this one. */
static bool is_integer(const digitnet__import_constant *constant, size_t wanted) {
    return constant && constant->is_integer && constant->rank <= 1 && constant->count == 1 &&
           *constant->integers == (int64_t)wanted;
}

/* Of all samples in one row the values at stride n + offset, n being the sample. They are read where they are all that
 * there are, in their order. */
static digitnet_status gather_of_each(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_node own = digitnet__import_inner(node, "Gather", node->inputs, node->input_count, NULL);
    digitnet__import_activation *input, result;
    const digitnet__import_constant *samples, *stride, *offsets;
    size_t sizes[DNN_VIEW_AXES + 1], rank, all;
    int64_t dimensions = 0;
    DNN_TRY(digitnet__import_take(&input, importer, &own, 0));
    DNN_TRY(digitnet__import_integer(&dimensions, &own, "dimensions"));
    DNN_TRY(digitnet__import_constant_at(&samples, importer, &own, 1));
    DNN_TRY(digitnet__import_constant_at(&stride, importer, &own, 2));
    DNN_TRY(add_constants(&offsets, importer, &own, 3));
    digitnet__import_sizes(sizes, &rank, importer, input);
    bool fits = offsets && offsets->is_integer && (int64_t)offsets->rank == dimensions && offsets->rank > 0 &&
                offsets->sizes[0] == 1 && offsets->count > 0 && takes_all(offsets, offsets->count) &&
                is_integer(samples, importer->batch) && is_integer(stride, offsets->count) && rank == 1 &&
                digitnet__size_multiply(&all, importer->batch, offsets->count) && sizes[0] == all;
    if (!fits)
        return refuse_indices(&own);
    size_t shape[DNN_CONSTANT_AXES];
    memcpy(shape, offsets->sizes, sizeof shape);
    shape[0] = importer->batch;
    result = *input;
    return digitnet__import_give_reshaped(importer, &own, &result, shape, offsets->rank);
}

const digitnet__import_operator digitnet__import_joins[] = {
    {"Concat", 0, "axis", concatenate},
    {"Slice", 5, "axes ends starts", slice},
    {"Split", 2, "axis num_outputs split", split},
    {"Gather", 2, "axis", gather},
    {"GatherOfEach", 8, "dimensions", gather_of_each},
    {0},
};
