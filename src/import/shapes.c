/* Operators that move no values: they give another view. */
#include "core/memory.h"
#include "core/status.h"
#include "import/importer.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

/* The activation at input 0 as it is, of a class too. */
static digitnet_status peek(digitnet__import_activation *copy, digitnet__importer *importer,
                            const digitnet__import_node *node) {
    digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, 0);
    bool as_it_is = activation && (activation->is_class || digitnet__view_repeats(&activation->view));
    if (!as_it_is)
        DNN_TRY(digitnet__import_peek(&activation, importer, node, 0));
    *copy = *activation;
    return DIGITNET_OK;
}

void digitnet__import_sizes(size_t *sizes, size_t *rank, const digitnet__importer *importer,
                            const digitnet__import_activation *activation) {
    const digitnet__view *view = &activation->view;
    *rank = 0;
    if (activation->leading)
        sizes[(*rank)++] = 1;
    if (!activation->unbatched)
        sizes[(*rank)++] = importer->batch;
    for (size_t i = 0; i < view->rank; i++) {
        if (i < activation->merged)
            sizes[0] *= view->sizes[i];
        else
            sizes[(*rank)++] = view->sizes[i];
    }
}

/* The sizes of a view for those of the file; how many of its first axes are one with the samples. */
static bool sizes_of_view(size_t *inner, size_t *inner_rank, size_t *merged, const digitnet__importer *importer,
                          const digitnet__view *view, const size_t *sizes, size_t rank) {
    size_t lead = sizes[0] / importer->batch;
    *merged = 0;
    for (size_t product = 1; product < lead && *merged < view->rank; ++*merged) {
        inner[*merged] = view->sizes[*merged];
        product *= view->sizes[*merged];
        if (product == lead)
            lead = 1;
    }
    *inner_rank = *merged + rank - 1;
    if (lead != 1 || sizes[0] % importer->batch != 0 || *inner_rank > DNN_VIEW_AXES)
        return false;
    memcpy(inner + *merged, sizes + 1, (rank - 1) * sizeof *sizes);
    return true;
}

static digitnet_status give_view(digitnet__importer *importer, const digitnet__import_node *node,
                                 digitnet__import_activation *activation, const size_t *sizes, size_t rank) {
    /* A row has each of its values. */
    if (rank == 1 && digitnet__view_repeats(&activation->view)) {
        digitnet__import_activation *repeated;
        DNN_TRY(digitnet__import_take(&repeated, importer, node, 0));
        *activation = *repeated;
    }
    digitnet__view view = activation->view;
    if (!digitnet__view_reshape(&view, sizes, rank)) {
        digitnet__import_activation *input;
        DNN_TRY(digitnet__import_take(&input, importer, node, 0));
        digitnet__view plain = digitnet__view_plain(input->view.sizes, input->view.rank);
        DNN_TRY(digitnet__import_arrange(importer, node, 0, &plain));
        *activation = *input;
        view = digitnet__view_plain(sizes, rank);
    }
    activation->view = view;
    return digitnet__import_give(importer, node, 0, activation);
}

/* Without an axis of samples there is one once the first size is 1. */
digitnet_status digitnet__import_give_reshaped(digitnet__importer *importer, const digitnet__import_node *node,
                                               digitnet__import_activation *activation, const size_t *sizes,
                                               size_t rank) {
    size_t inner[2 * DNN_VIEW_AXES + 2], inner_rank;
    digitnet__import_node own = *node;
    if (activation->is_class)
        return digitnet__import_give(importer, node, 0, activation);
    if (rank > DNN_VIEW_AXES + 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes %zu dimensions", rank);
    own.merged = 0;
    own.leading = importer->batch > 1 && rank > 1 && sizes[0] == 1 && sizes[1] == importer->batch;
    if (own.leading)
        return give_view(importer, &own, activation, sizes + 2, rank - 2);
    own.unbatched = rank > 0 && rank <= DNN_VIEW_AXES &&
                    (node->unbatched ? rank < 2 || sizes[0] != 1 : importer->batch == 1 && rank == 1 && sizes[0] != 1);
    if (own.unbatched)
        return give_view(importer, &own, activation, sizes, rank);
    if (rank == 0 || !sizes_of_view(inner, &inner_rank, &own.merged, importer, &activation->view, sizes, rank))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes another number of samples");
    return give_view(importer, &own, activation, inner, inner_rank);
}

static digitnet_status identity(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    const digitnet__attributes linear = {.activation = DIGITNET_ACTIVATION_LINEAR};
    DNN_TRY(peek(&activation, importer, node));
    if (importer->graph->is_ours)
        DNN_TRY(digitnet__draft_add(&activation.value, importer, &digitnet__layer_activation, &linear,
                                    &activation.value, 1, node));
    return digitnet__import_give(importer, node, 0, &activation);
}

/* 0.1 where the float next to it was read: a training goes on with the rate that it had. */
static double decimal(float number) {
    double rounded = round((double)number * 1e6) / 1e6;
    return (float)rounded == number ? rounded : (double)number;
}

/* In use it is nothing; a training goes on with it. */
static digitnet_status dropout(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *activation, result;
    float rate = 0.5f;
    const digitnet__import_attribute *ratio = digitnet__import_attribute_find(node, "ratio");
    if (ratio)
        DNN_TRY(digitnet__import_number(&rate, node, "ratio"));
    else
        DNN_TRY(digitnet__import_scalar_at(&rate, importer, node, 1));
    DNN_TRY(digitnet__import_take(&activation, importer, node, 0));
    result = *activation;
    if ((rate > 0 && rate < 1) || (rate == 0 && importer->graph->is_ours)) {
        const digitnet__attributes attributes = {.rate = decimal(rate)};
        DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_dropout, &attributes, &activation->value,
                                    1, node));
    }
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status cast(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t type = 0;
    DNN_TRY(digitnet__import_cast_type(&type, node));
    DNN_TRY(peek(&activation, importer, node));
    if (!activation.is_class && !digitnet__import_is_float((uint64_t)type))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "rounds values to integers");
    activation.is_integer = false;
    return digitnet__import_give(importer, node, 0, &activation);
}

/* To the type of another value, a float where the image's are. A constant stays one. */
static digitnet_status cast_like(digitnet__importer *importer, const digitnet__import_node *node) {
    static const float number;
    static const digitnet__import_constant floats = {.count = 1, .numbers = &number};
    const digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    const digitnet__import_activation *like = digitnet__import_activation_at(importer, node, 1);
    const digitnet__import_constant *constant, *type = &floats;
    digitnet__import_constant result;
    digitnet__import_activation activation;
    if (!like)
        DNN_TRY(digitnet__import_weights_at(&type, importer, node, 1));
    bool to_integer = type->is_integer || (like && (like->is_class || like->is_integer));
    if (to_integer && !(input && input->is_class))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "rounds values to integers");
    if (!input) {
        DNN_TRY(digitnet__import_constant_at(&constant, importer, node, 0));
        DNN_TRY(digitnet__constant_fold(&result, importer->pool, node,
                                        (const digitnet__import_constant *[]){constant, type}));
        return digitnet__import_give_constant(importer, node, 0, &result);
    }
    DNN_TRY(peek(&activation, importer, node));
    activation.is_integer = false;
    return digitnet__import_give(importer, node, 0, &activation);
}

static digitnet_status reshape(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t wanted[DNN_VIEW_AXES + 1], allow_zero = 0;
    size_t present[DNN_VIEW_AXES + 1], sizes[DNN_VIEW_AXES + 1], rank, old_rank, total, known = 1;
    size_t unknown = DNN_VIEW_AXES + 1;
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_integer(&allow_zero, node, "allowzero"));
    DNN_TRY(digitnet__import_list(wanted, &rank, DNN_VIEW_AXES + 1, importer, node, "shape", 1));
    digitnet__import_sizes(present, &old_rank, importer, &activation);
    if (!digitnet__size_product(&total, present, old_rank))
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "takes a value whose size overflows");
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = wanted[i] > 0 ? (size_t)wanted[i] : 0;
        if (wanted[i] == 0 && !allow_zero && i < old_rank)
            sizes[i] = present[i];
        if (wanted[i] == -1)
            unknown = i;
        else if (sizes[i] == 0 || !digitnet__size_multiply(&known, known, sizes[i]))
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a size that is out of range");
    }
    if (unknown <= DNN_VIEW_AXES)
        sizes[unknown] = total / known;
    size_t count;
    if (!digitnet__size_product(&count, sizes, rank) || count != total)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes another number of values");
    return digitnet__import_give_reshaped(importer, node, &activation, sizes, rank);
}

/* A layer, which moves nothing either: what follows has the shape that it has in the file. */
static digitnet_status flatten(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, activation;
    const digitnet__attributes none = {0};
    int64_t axis = 1;
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_integer(&axis, node, "axis"));
    size_t present[DNN_VIEW_AXES + 1], rank;
    digitnet__import_sizes(present, &rank, importer, &activation);
    axis += axis < 0 ? (int64_t)rank : 0;
    if (axis != !node->unbatched || node->merged)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes another number of samples");
    if (!activation.is_class && !digitnet__view_repeats(&activation.view)) {
        DNN_TRY(digitnet__import_take(&input, importer, node, 0));
        activation = *input;
        if (importer->graph->is_ours || !digitnet__draft_shape(importer, input->value).flat)
            DNN_TRY(digitnet__draft_add(&activation.value, importer, &digitnet__layer_flatten, &none, &input->value, 1,
                                        node));
    }
    const size_t sizes[] = {importer->batch, digitnet__view_count(&activation.view)};
    return digitnet__import_give_reshaped(importer, node, &activation, sizes, 2);
}

static digitnet_status squeeze(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t axes[DNN_VIEW_AXES + 1];
    size_t count, present[DNN_VIEW_AXES + 1], sizes[DNN_VIEW_AXES + 1], old_rank, rank = 0;
    bool gone[DNN_VIEW_AXES + 1] = {false};
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_list(axes, &count, DNN_VIEW_AXES + 1, importer, node, "axes", 1));
    digitnet__import_sizes(present, &old_rank, importer, &activation);
    for (size_t i = 0; i < count && !activation.is_class; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, axes[i], old_rank));
        gone[axis] = true;
    }
    for (size_t i = 0; i < old_rank; i++) {
        /* Without axes all of size 1 go, but not a batch that may have other sizes. */
        bool goes = count ? gone[i] : present[i] == 1;
        if (goes && present[i] != 1)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "removes a dimension that is not 1");
        if (!goes)
            sizes[rank++] = present[i];
    }
    return digitnet__import_give_reshaped(importer, node, &activation, sizes, rank);
}

static digitnet_status unsqueeze(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t axes[DNN_VIEW_AXES + 1];
    size_t count, present[DNN_VIEW_AXES + 1], sizes[2 * DNN_VIEW_AXES + 2], old_rank, next = 0;
    bool is_new[2 * DNN_VIEW_AXES + 2] = {false};
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_list(axes, &count, DNN_VIEW_AXES + 1, importer, node, "axes", 1));
    digitnet__import_sizes(present, &old_rank, importer, &activation);
    size_t rank = old_rank + count;
    for (size_t i = 0; i < count && !activation.is_class; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, axes[i], rank));
        is_new[axis] = true;
    }
    for (size_t i = 0; i < rank; i++)
        sizes[i] = is_new[i] || next == old_rank ? 1 : present[next++];
    return digitnet__import_give_reshaped(importer, node, &activation, sizes, rank);
}

static digitnet_status transpose(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t wanted[DNN_VIEW_AXES + 1];
    size_t count, order[DNN_VIEW_AXES];
    unsigned seen = 0;
    DNN_TRY(peek(&activation, importer, node));
    size_t batched = !node->unbatched, rank = activation.view.rank + batched;
    DNN_TRY(digitnet__import_integers(wanted, &count, DNN_VIEW_AXES + 1, node, "perm"));
    if (count != 0 && count != rank && !node->merged)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a 'perm' of %zu axes for %zu dimensions", count,
                                     rank);
    if (count == 0 || (batched && wanted[0] != 0) || node->merged || activation.is_class)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "moves the axis of the samples");
    for (size_t i = batched; i < rank; i++) {
        if (wanted[i] < (int64_t)batched || wanted[i] >= (int64_t)rank)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has an axis that is out of range");
        order[i - batched] = (size_t)wanted[i] - batched;
        seen |= 1u << order[i - batched];
    }
    if (seen != (1u << activation.view.rank) - 1)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has an order of axes with one twice");
    digitnet__view_transpose(&activation.view, order);
    return digitnet__import_give(importer, node, 0, &activation);
}

static digitnet_status shape(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    digitnet__import_constant constant;
    float *numbers;
    int64_t *integers;
    size_t sizes[DNN_VIEW_AXES + 1], rank, first, count;
    DNN_TRY(peek(&activation, importer, node));
    digitnet__import_sizes(sizes, &rank, importer, &activation);
    DNN_TRY(digitnet__import_shape_part(&first, &count, node, rank));
    DNN_TRY(digitnet__constant_create(&constant, &numbers, &integers, importer->pool, true, &count, 1));
    for (size_t i = 0; i < count; i++)
        integers[i] = (int64_t)sizes[first + i];
    return digitnet__import_give_constant(importer, node, 0, &constant);
}

static digitnet_status expand(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t wanted[DNN_VIEW_AXES + 1];
    size_t rank, sizes[DNN_VIEW_AXES + 1];
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_list(wanted, &rank, DNN_VIEW_AXES + 1, importer, node, "shape", 1));
    /* More axes in front would be others than the samples', but of one sample. */
    bool fits = rank > 0 && (wanted[0] == 1 || wanted[0] == (int64_t)importer->batch) &&
                (rank == activation.view.rank + 1 || importer->batch == 1);
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = (size_t)wanted[i];
        fits = fits && wanted[i] > 0 && wanted[i] <= INT32_MAX;
    }
    size_t count;
    fits = fits && digitnet__size_product(&count, sizes + 1, rank - 1) && count <= INT32_MAX;
    if (!fits || !digitnet__view_expand(&activation.view, sizes + 1, rank - 1))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes another shape");
    return digitnet__import_give(importer, node, 0, &activation);
}

static digitnet_status tile(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    int64_t wanted[DNN_VIEW_AXES + 1];
    size_t count, sizes[DNN_VIEW_AXES], times[DNN_VIEW_AXES], total;
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_list(wanted, &count, DNN_VIEW_AXES + 1, importer, node, "repeats", 1));
    bool fits = count == activation.view.rank + 1 && wanted[0] == 1;
    for (size_t i = 0; fits && i + 1 < count; i++) {
        fits = wanted[i + 1] > 0 && wanted[i + 1] <= INT32_MAX;
        times[i] = (size_t)wanted[i + 1];
        fits = fits && digitnet__size_multiply(&sizes[i], activation.view.sizes[i], times[i]);
    }
    fits = fits && digitnet__size_product(&total, sizes, count - 1) && total <= INT32_MAX;
    if (!fits || !digitnet__view_tile(&activation.view, times))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "repeats the samples, or too often");
    return digitnet__import_give(importer, node, 0, &activation);
}

/* Parts of the channels to places, or of places to channels: the axes of blocks go where they belong. */
static digitnet_status move_blocks(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation activation;
    bool to_space = digitnet__wire_is(node->type, "DepthToSpace");
    digitnet__wire_view mode = {0};
    int64_t wanted = 0;
    DNN_TRY(peek(&activation, importer, node));
    DNN_TRY(digitnet__import_integer(&wanted, node, "blocksize"));
    DNN_TRY(digitnet__import_text(&mode, node, "mode"));
    if (wanted < 1 || wanted > INT16_MAX || activation.view.rank != 3)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no image, or no block size");
    size_t block = (size_t)wanted, channels = activation.view.sizes[0], rows = activation.view.sizes[1];
    size_t columns = activation.view.sizes[2], order[5];
    bool by_channel = digitnet__wire_is(mode, "CRD"), fits;
    if (to_space) {
        size_t depth = channels / (block * block);
        const size_t first[] = {block, block, depth, rows, columns}, second[] = {depth, block, block, rows, columns};
        memcpy(order, by_channel ? (const size_t[]){0, 3, 1, 4, 2} : (const size_t[]){2, 3, 0, 4, 1}, sizeof order);
        fits = depth * block * block == channels &&
               digitnet__view_reshape(&activation.view, by_channel ? second : first, 5);
        if (fits)
            digitnet__view_transpose(&activation.view, order);
        fits =
            fits && digitnet__view_reshape(&activation.view, (const size_t[]){depth, rows * block, columns * block}, 3);
    } else {
        const size_t parts[] = {channels, rows / block, block, columns / block, block};
        memcpy(order, (const size_t[]){2, 4, 0, 1, 3}, sizeof order);
        fits = rows % block == 0 && columns % block == 0 && digitnet__view_reshape(&activation.view, parts, 5);
        if (fits)
            digitnet__view_transpose(&activation.view, order);
        fits = fits &&
               digitnet__view_reshape(&activation.view,
                                      (const size_t[]){channels * block * block, rows / block, columns / block}, 3);
    }
    return fits
               ? digitnet__import_give(importer, node, 0, &activation)
               : digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has blocks that the image has no whole number of");
}

/* The scores themselves tell the class. */
static digitnet_status arg_max(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *activation, result;
    int64_t wanted = 0;
    size_t axis;
    DNN_TRY(digitnet__import_take(&activation, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis_of(&axis, node, activation, wanted));
    if (axis == 0 || activation->view.sizes[axis - 1] != digitnet__view_count(&activation->view))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is not over the scores of one sample");
    result = *activation;
    result.is_class = true;
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_shapes[] = {
    {"Identity", 1, "", identity},
    {"Dropout", 3, "ratio seed is_test", dropout},
    {"Cast", 1, "to saturate", cast},
    {"CastLike", 2, "saturate", cast_like},
    {"Reshape", 2, "shape allowzero consumed_inputs", reshape},
    {"Flatten", 1, "axis", flatten},
    {"Squeeze", 2, "axes", squeeze},
    {"Unsqueeze", 2, "axes", unsqueeze},
    {"Transpose", 1, "perm", transpose},
    {"Expand", 2, "", expand},
    {"Tile", 2, "", tile},
    {"DepthToSpace", 1, "blocksize mode", move_blocks},
    {"SpaceToDepth", 1, "blocksize", move_blocks},
    {"Shape", 1, "start end", shape},
    {"ArgMax", 1, "axis keepdims select_last_index", arg_max},
    {0},
};
