/* Constants whose values are moved, picked or repeated. */
#include "core/memory.h"
#include "core/status.h"
#include "import/fold.h"

#include <string.h>

/* ---- Moved ---- */

static digitnet_status transpose(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t order[DNN_CONSTANT_AXES];
    bool taken[DNN_CONSTANT_AXES] = {false};
    size_t count, sizes[DNN_CONSTANT_AXES], strides[1][DNN_CONSTANT_AXES], place = 0, index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(digitnet__import_integers(order, &count, DNN_CONSTANT_AXES, fold->node, "perm"));
    if (count != 0 && count != from->rank)
        return digitnet__fold_refuse(fold, "its order of axes");
    for (size_t i = 0; i < from->rank; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, count ? order[i] : (int64_t)(from->rank - 1 - i), from->rank));
        if (taken[axis])
            return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has an order of axes with one twice");
        taken[axis] = true;
        sizes[i] = from->sizes[axis];
        strides[0][i] = 1;
        for (size_t k = axis + 1; k < from->rank; k++)
            strides[0][i] *= from->sizes[k];
    }
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, from->rank));
    for (size_t i = 0; i < from->count; i++, digitnet__fold_advance(&place, index, sizes, from->rank, strides, 1))
        digitnet__fold_copy(fold, i, from, place);
    return DIGITNET_OK;
}

/* ---- Along an axis ---- */

/* Around an axis a constant is `outer` blocks of sizes[axis] times `inner` values. Of no values there may be more
 * blocks than can be counted. */
static void measure(size_t *outer, size_t *inner, const digitnet__import_constant *constant, size_t axis) {
    *outer = *inner = 1;
    for (size_t i = 0; i < constant->rank; i++)
        *(i < axis ? outer : inner) *= i == axis ? 1 : constant->sizes[i];
}

static digitnet_status read_axis(size_t *axis, const digitnet__folding *fold) {
    int64_t wanted = 0;
    DNN_TRY(digitnet__import_integer(&wanted, fold->node, "axis"));
    return digitnet__import_axis(axis, fold->node, wanted, fold->inputs[0]->rank);
}

static digitnet_status gather(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0], *indices = digitnet__fold_input(fold, 1);
    size_t axis, outer, inner, sizes[2 * DNN_CONSTANT_AXES], rank = 0, to = 0;
    DNN_TRY(read_axis(&axis, fold));
    if (!indices || !indices->is_integer || from->rank + indices->rank - 1 > DNN_CONSTANT_AXES)
        return digitnet__fold_refuse(fold, "its indices");
    for (size_t i = 0; i < from->rank; i++) {
        for (size_t k = 0; i == axis && k < indices->rank; k++)
            sizes[rank++] = indices->sizes[k];
        if (i != axis)
            sizes[rank++] = from->sizes[i];
    }
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, rank));
    measure(&outer, &inner, from, axis);
    for (size_t i = 0; fold->result->count > 0 && i < outer; i++) {
        for (size_t k = 0; k < indices->count; k++) {
            size_t index;
            DNN_TRY(digitnet__import_axis(&index, fold->node, indices->integers[k], from->sizes[axis]));
            for (size_t j = 0; j < inner; j++)
                digitnet__fold_copy(fold, to++, from, (i * from->sizes[axis] + index) * inner + j);
        }
    }
    return DIGITNET_OK;
}

/* The inputs are the same but for this axis; `*along` of it there are together. */
static digitnet_status measure_inputs(size_t *along, const digitnet__folding *fold, size_t axis) {
    const digitnet__import_constant *first = fold->inputs[0];
    *along = 0;
    for (size_t i = 0; i < fold->node->input_count; i++) {
        const digitnet__import_constant *from = fold->inputs[i];
        if (!from || from->rank != first->rank || from->is_integer != first->is_integer)
            return digitnet__fold_refuse(fold, "its inputs differ");
        for (size_t k = 0; k < from->rank; k++)
            if (k != axis && from->sizes[k] != first->sizes[k])
                return digitnet__fold_refuse(fold, "its inputs differ");
        *along += from->sizes[axis];
    }
    return DIGITNET_OK;
}

static digitnet_status concatenate(digitnet__folding *fold) {
    const digitnet__import_constant *first = fold->inputs[0];
    size_t axis, outer, inner, along, sizes[DNN_CONSTANT_AXES], before = 0;
    DNN_TRY(read_axis(&axis, fold));
    DNN_TRY(measure_inputs(&along, fold, axis));
    memcpy(sizes, first->sizes, sizeof sizes);
    sizes[axis] = along;
    DNN_TRY(digitnet__fold_create(fold, first->is_integer, sizes, first->rank));
    measure(&outer, &inner, first, axis);
    for (size_t i = 0; i < fold->node->input_count; i++) {
        const digitnet__import_constant *from = fold->inputs[i];
        size_t block = from->sizes[axis] * inner;
        for (size_t k = 0; block > 0 && k < outer; k++)
            for (size_t j = 0; j < block; j++)
                digitnet__fold_copy(fold, k * along * inner + before + j, from, k * block + j);
        before += block;
    }
    return DIGITNET_OK;
}

/* One axis of a slice. */
static digitnet_status slice_axis(digitnet__folding *fold, const digitnet__import_constant *from, size_t axis,
                                  int64_t start, int64_t end, int64_t step) {
    size_t sizes[DNN_CONSTANT_AXES], outer, inner;
    int64_t size = (int64_t)from->sizes[axis], first = step < 0 ? -1 : 0, last = step < 0 ? size - 1 : size;
    if (step == 0 || step == INT64_MIN)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has steps of 0");
    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    start = start < 0 ? 0 : start;
    start = start > last ? last : start;
    end = end < first ? first : end > size ? size : end;
    int64_t span = step > 0 ? end - start : start - end, distance = step > 0 ? step : -step;
    size_t count = span > 0 ? (size_t)((span - 1) / distance + 1) : 0;
    memcpy(sizes, from->sizes, sizeof sizes);
    sizes[axis] = count;
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, from->rank));
    measure(&outer, &inner, from, axis);
    for (size_t i = 0; fold->result->count > 0 && i < outer; i++)
        for (size_t k = 0; k < count; k++)
            for (size_t j = 0; j < inner; j++)
                digitnet__fold_copy(fold, (i * count + k) * inner + j, from,
                                    (i * from->sizes[axis] + (size_t)(start + (int64_t)k * step)) * inner + j);
    return DIGITNET_OK;
}

static digitnet_status slice(digitnet__folding *fold) {
    int64_t starts[DNN_CONSTANT_AXES], ends[DNN_CONSTANT_AXES], axes[DNN_CONSTANT_AXES], steps[DNN_CONSTANT_AXES];
    size_t start_count, end_count, axis_count, step_count;
    digitnet__import_constant from = *fold->inputs[0];
    DNN_TRY(digitnet__fold_list(starts, &start_count, fold, "starts", 1));
    DNN_TRY(digitnet__fold_list(ends, &end_count, fold, "ends", 2));
    DNN_TRY(digitnet__fold_list(axes, &axis_count, fold, "axes", 3));
    DNN_TRY(digitnet__fold_list(steps, &step_count, fold, "steps", 4));
    if (start_count != end_count || (axis_count && axis_count != start_count) ||
        (step_count && step_count != start_count) || start_count > from.rank)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has lists of different lengths");
    *fold->result = from;
    for (size_t i = 0; i < start_count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, axis_count ? axes[i] : (int64_t)i, from.rank));
        DNN_TRY(slice_axis(fold, &from, axis, starts[i], ends[i], step_count ? steps[i] : 1));
        from = *fold->result;
    }
    return DIGITNET_OK;
}

/* ---- Repeated ---- */

static digitnet_status expand(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    digitnet__import_constant target = {.count = 0};
    const digitnet__import_constant *shapes[] = {from, &target};
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[2][DNN_CONSTANT_AXES], place = 0, index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(digitnet__fold_read_shape(target.sizes, &target.rank, fold, 1));
    DNN_TRY(digitnet__fold_broadcast(sizes, &rank, strides, fold, shapes, 2));
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, digitnet__fold_advance(&place, index, sizes, rank, strides, 1))
        digitnet__fold_copy(fold, i, from, place);
    return DIGITNET_OK;
}

static digitnet_status tile(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    size_t times[DNN_CONSTANT_AXES], sizes[DNN_CONSTANT_AXES], rank, index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(digitnet__fold_read_shape(times, &rank, fold, 1));
    if (rank != from->rank)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has repeats of other dimensions than its input");
    for (size_t i = 0; i < rank; i++)
        if (!digitnet__size_multiply(&sizes[i], from->sizes[i], times[i]))
            return digitnet__fold_refuse(fold, "its repeats");
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, digitnet__fold_advance(NULL, index, sizes, rank, NULL, 0)) {
        size_t place = 0;
        for (size_t axis = 0; axis < rank; axis++)
            place = place * from->sizes[axis] + index[axis] % from->sizes[axis];
        digitnet__fold_copy(fold, i, from, place);
    }
    return DIGITNET_OK;
}

const digitnet__fold_operator digitnet__fold_moves[] = {
    {"Transpose", transpose, NULL},
    {"Gather", gather, NULL},
    {"Concat", concatenate, NULL},
    {"Slice", slice, NULL},
    {"Expand", expand, NULL},
    {"Tile", tile, NULL},
    {0},
};
