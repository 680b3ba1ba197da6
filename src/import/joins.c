/* Parts of activations, and activations side by side. */
#include "core/memory.h"
#include "core/status.h"
#include "import/importer.h"

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
    digitnet__view first;
    size_t total = 0;
    for (size_t i = 0; i < node->input_count; i++) {
        const size_t *places;
        DNN_TRY(arrange_channels(importer, node, i, axis));
        DNN_TRY(digitnet__import_take_channels(&join->values[i], &places, importer, node, i, axis));
        const digitnet__view *present = &digitnet__import_activation_at(importer, node, i)->view;
        digitnet__view other = *present;
        size_t channels = present->sizes[axis];
        if (!digitnet__view_steps(present, axis, 1) || !digitnet__view_set_channels(&other, axis, channels, 1) ||
            (i > 0 && !digitnet__view_equal(&other, &first)))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "joins activations in different orders");
        if (i == 0)
            first = other;
        total += channels;
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

static digitnet_status concatenate(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { INPUTS_MAX = 1024 };
    const digitnet__attributes none = {0};
    int64_t wanted = 1;
    size_t axis, rank = 0;
    void *memory;
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    if (node->output_count == 0 || node->outputs[0] == DNN_NO_VALUE)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no output");
    if (node->input_count > INPUTS_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has %zu inputs; the limit is %d", node->input_count,
                                     INPUTS_MAX);
    for (size_t i = 0; i < node->input_count; i++) {
        digitnet__import_activation *activation;
        DNN_TRY(digitnet__import_take(&activation, importer, node, i));
        if (i > 0 && activation->view.rank != rank)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "joins activations of different dimensions");
        rank = activation->view.rank;
    }
    DNN_TRY(digitnet__import_axis(&axis, node, wanted, rank + 1));
    if (axis == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "joins samples");
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, node->input_count, sizeof(size_t)));
    joining join = {.importer = importer, .node = node, .values = memory};
    digitnet__import_activation result = {.value = 0};
    if (node->input_count == 1)
        return digitnet__import_give(importer, node, 0, digitnet__import_activation_at(importer, node, 0));
    DNN_TRY(rank == 1 ? join_rows(&join, &result.view) : join_channels(&join, &result.view, axis - 1));
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_concatenate, &none, join.values,
                                node->input_count, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* ---- Parts ---- */

typedef struct part {
    size_t first, count;
} part;

/* Of an axis of the file, the batch's being the first. */
static size_t size_of(const digitnet__importer *importer, const digitnet__import_activation *input, size_t axis) {
    return axis == 0 ? importer->batch : input->view.sizes[axis - 1];
}

/* `count` of the channels. */
static digitnet_status take_channels(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t axis, size_t first, size_t count) {
    const size_t *places;
    if (!digitnet__view_steps(&digitnet__import_activation_at(importer, node, 0)->view, axis, 1))
        DNN_TRY(arrange_channels(importer, node, 0, axis));
    DNN_TRY(digitnet__import_take_channels(&result->value, &places, importer, node, 0, axis));
    result->view = digitnet__import_activation_at(importer, node, 0)->view;
    size_t channels = result->view.sizes[axis];
    if (!digitnet__view_steps(&result->view, axis, 1) ||
        !digitnet__view_set_channels(&result->view, axis, channels, count))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes a part of channels in another order");
    const digitnet__attributes attributes = {.first = first, .outputs = count};
    return digitnet__draft_add(&result->value, importer, &digitnet__layer_channel_slice, &attributes, &result->value, 1,
                               node);
}

/* Some of the rows and columns of channels x rows x columns. */
static digitnet_status take_lines(digitnet__import_activation *result, digitnet__importer *importer,
                                  const digitnet__import_node *node, part rows, part columns) {
    const size_t *channels;
    DNN_TRY(digitnet__import_take_image(&result->value, &channels, importer, node, 0));
    result->view = digitnet__import_activation_at(importer, node, 0)->view;
    digitnet__shape shape = digitnet__draft_shape(importer, result->value);
    const digitnet__attributes attributes = {.top = rows.first,
                                             .bottom = shape.height - rows.first - rows.count,
                                             .left = columns.first,
                                             .right = shape.width - columns.first - columns.count};
    DNN_TRY(digitnet__draft_add(&result->value, importer, &digitnet__layer_cropping2d, &attributes, &result->value, 1,
                                node));
    return digitnet__view_set_image(&result->view, shape.channels, rows.count, columns.count)
               ? DIGITNET_OK
               : digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes channels in another order");
}

/* Of each axis of the file, the batch's being the first, a part. */
static digitnet_status take_parts(digitnet__import_activation *result, digitnet__importer *importer,
                                  const digitnet__import_node *node, const part *parts) {
    digitnet__import_activation *input;
    size_t cuts = 0, cut = 0;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    *result = *input;
    bool lines = input->view.rank == 3;
    for (size_t axis = 0; axis <= input->view.rank; axis++) {
        size_t size = size_of(importer, input, axis), count = parts[axis].count;
        if (count == 0 || count > size || parts[axis].first > size - count)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes an empty part");
        if (count == size)
            continue;
        if (axis == 0)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes some of the samples");
        lines = lines && axis > 1;
        cut = axis;
        cuts++;
    }
    if (cuts == 0)
        return DIGITNET_OK;
    if (lines && (cuts > 1 || !digitnet__view_steps(&input->view, cut - 1, 1)))
        return take_lines(result, importer, node, parts[2], parts[3]);
    if (cuts > 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes a part along more than one axis");
    return take_channels(result, importer, node, cut - 1, parts[cut].first, parts[cut].count);
}

static void set_whole(part *parts, const digitnet__importer *importer, const digitnet__import_activation *input) {
    for (size_t axis = 0; axis <= input->view.rank; axis++)
        parts[axis] = (part){0, size_of(importer, input, axis)};
}

static digitnet_status take_part(digitnet__import_activation *result, digitnet__importer *importer,
                                 const digitnet__import_node *node, size_t axis, part wanted) {
    part parts[DNN_VIEW_AXES + 1];
    set_whole(parts, importer, digitnet__import_activation_at(importer, node, 0));
    parts[axis] = wanted;
    return take_parts(result, importer, node, parts);
}

/* A place that may be counted from the end, or lie beyond either. */
static size_t clamp(int64_t place, size_t size) {
    int64_t most = (int64_t)size, counted = place < 0 ? place + most : place;
    return counted < 0 ? 0 : counted > most ? size : (size_t)counted;
}

static digitnet_status slice(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { MOST = DNN_VIEW_AXES + 1 };
    int64_t starts[MOST], ends[MOST], axes[MOST], steps[MOST];
    size_t count, end_count, axis_count, step_count;
    digitnet__import_activation *input, result;
    part parts[MOST];
    DNN_TRY(digitnet__import_list(starts, &count, MOST, importer, node, "starts", 1));
    DNN_TRY(digitnet__import_list(ends, &end_count, MOST, importer, node, "ends", 2));
    DNN_TRY(digitnet__import_list(axes, &axis_count, MOST, importer, node, "axes", 3));
    DNN_TRY(digitnet__import_list(steps, &step_count, MOST, importer, node, "steps", 4));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if (end_count != count || (axis_count && axis_count != count) || (step_count && step_count != count))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has lists of different lengths");
    set_whole(parts, importer, input);
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, axis_count ? axes[i] : (int64_t)i, input->view.rank + 1));
        size_t size = size_of(importer, input, axis);
        size_t first = clamp(starts[i], size), end = clamp(ends[i], size);
        if (step_count && steps[i] != 1)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has steps of %lld", (long long)steps[i]);
        parts[axis] = (part){first, end > first ? end - first : 0};
    }
    DNN_TRY(take_parts(&result, importer, node, parts));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status split(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { MOST = 256 };
    int64_t sizes[MOST], wanted = 0;
    size_t count, axis, first = 0;
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis(&axis, node, wanted, input->view.rank + 1));
    DNN_TRY(digitnet__import_list(sizes, &count, MOST, importer, node, "split", 1));
    if (axis == 0 || (count && count != node->output_count) || node->output_count > MOST || node->output_count == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %zu parts for %zu outputs", count,
                                     node->output_count);
    size_t size = input->view.sizes[axis - 1], equal = (size + node->output_count - 1) / node->output_count;
    for (size_t i = 0; i < node->output_count; i++) {
        digitnet__import_activation result;
        size_t left = size - first, taken = count ? (size_t)sizes[i] : equal < left ? equal : left;
        if (taken == 0 || taken > left)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has parts that are not those of its input");
        if (node->outputs[i] != DNN_NO_VALUE && importer->graph->values[node->outputs[i]].uses > 0) {
            DNN_TRY(take_part(&result, importer, node, axis, (part){first, taken}));
            DNN_TRY(digitnet__import_give(importer, node, i, &result));
        }
        first += taken;
    }
    return DIGITNET_OK;
}

/* One index along an axis, which goes if the index is a number. */
static digitnet_status gather(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    const digitnet__import_constant *indices;
    int64_t wanted = 0;
    size_t axis, index, sizes[DNN_VIEW_AXES], rank = 0;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis(&axis, node, wanted, input->view.rank + 1));
    DNN_TRY(digitnet__import_constant_at(&indices, importer, node, 1));
    if (!indices || indices->count != 1 || !indices->is_integer || indices->rank > 1 || axis == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes more than one index");
    DNN_TRY(digitnet__import_axis(&index, node, indices->integers[0], input->view.sizes[axis - 1]));
    DNN_TRY(take_part(&result, importer, node, axis, (part){index, 1}));
    for (size_t i = 0; i < result.view.rank; i++)
        if (i != axis - 1 || indices->rank == 1)
            sizes[rank++] = result.view.sizes[i];
    digitnet__view_reshape(&result.view, sizes, rank); /* an axis of 1 goes, which is no move */
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_joins[] = {
    {"Concat", "axis", concatenate},
    {"Slice", "axes ends starts", slice},
    {"Split", "axis num_outputs split", split},
    {"Gather", "axis", gather},
    {0},
};
