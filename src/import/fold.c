/* Nodes of known inputs: what exporters compute shapes and weights by. */
#include "core/memory.h"
#include "core/status.h"
#include "import/constant.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

typedef struct folding {
    digitnet__import_constant *result;
    digitnet__pool *pool;
    const digitnet__import_node *node;
    const digitnet__import_constant *const *inputs;
    float *numbers; /* of the result; one of them, once it is created */
    int64_t *integers;
} folding;

static digitnet_status create(folding *fold, bool is_integer, const size_t *sizes, size_t rank) {
    return digitnet__constant_create(fold->result, &fold->numbers, &fold->integers, fold->pool, is_integer, sizes,
                                     rank);
}

static digitnet_status refuse(const folding *fold, const char *what) {
    return digitnet__import_fail(DIGITNET_EUNSUPPORTED, fold->node, "of constants: %s", what);
}

static void copy_value(const folding *fold, size_t to, const digitnet__import_constant *from, size_t index) {
    if (fold->numbers)
        fold->numbers[to] = from->is_integer ? (float)from->integers[index] : from->numbers[index];
    else
        fold->integers[to] = from->is_integer ? from->integers[index] : (int64_t)from->numbers[index];
}

/* Axes from the attribute, or from an input of the node since some operator set; `*present` is false where there are
 * none. */
static digitnet_status read_axes(int64_t *axes, size_t *count, bool *present, const folding *fold, size_t input) {
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(fold->node, "axes");
    const digitnet__import_constant *given = fold->node->input_count > input ? fold->inputs[input] : NULL;
    *present = attribute || given;
    if (attribute)
        return digitnet__import_integers(axes, count, DNN_CONSTANT_AXES, fold->node, "axes");
    *count = given ? given->count : 0;
    if (given && (!given->is_integer || given->count > DNN_CONSTANT_AXES))
        return refuse(fold, "its axes");
    for (size_t i = 0; i < *count; i++)
        axes[i] = given->integers[i];
    return DIGITNET_OK;
}

/* ---- The same values in another shape ---- */

static void share(folding *fold, const size_t *sizes, size_t rank) {
    *fold->result = *fold->inputs[0];
    fold->result->rank = rank;
    memcpy(fold->result->sizes, sizes, rank * sizeof *sizes);
}

static digitnet_status identity(folding *fold) {
    *fold->result = *fold->inputs[0];
    return DIGITNET_OK;
}

static digitnet_status reshape(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0],
                                    *target = fold->node->input_count > 1 ? fold->inputs[1] : NULL;
    int64_t wanted[DNN_CONSTANT_AXES], zeros = 0;
    size_t rank, sizes[DNN_CONSTANT_AXES], known = 1, unknown = DNN_CONSTANT_AXES;
    DNN_TRY(digitnet__import_integer(&zeros, fold->node, "allowzero"));
    DNN_TRY(digitnet__import_integers(wanted, &rank, DNN_CONSTANT_AXES, fold->node, "shape"));
    if (target) {
        if (!target->is_integer || target->count > DNN_CONSTANT_AXES)
            return refuse(fold, "its shape");
        rank = target->count;
        for (size_t i = 0; i < rank; i++)
            wanted[i] = target->integers[i];
    }
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = wanted[i] > 0 ? (size_t)wanted[i] : wanted[i] == 0 && !zeros && i < from->rank ? from->sizes[i] : 0;
        if (wanted[i] == -1)
            unknown = i;
        else if (!digitnet__size_multiply(&known, known, sizes[i]))
            return refuse(fold, "its shape overflows");
    }
    if (unknown != DNN_CONSTANT_AXES)
        sizes[unknown] = known ? from->count / known : 0;
    size_t count;
    if (!digitnet__size_product(&count, sizes, rank) || count != from->count)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "reshapes a constant to another number of values");
    share(fold, sizes, rank);
    return DIGITNET_OK;
}

static digitnet_status flatten(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axis = 1;
    DNN_TRY(digitnet__import_integer(&axis, fold->node, "axis"));
    axis += axis < 0 ? (int64_t)from->rank : 0;
    if (axis < 0 || axis > (int64_t)from->rank || from->count == 0)
        return refuse(fold, "its axis");
    size_t sizes[2] = {1, 1};
    for (size_t i = 0; i < from->rank; i++)
        sizes[i < (size_t)axis ? 0 : 1] *= from->sizes[i];
    share(fold, sizes, 2);
    return DIGITNET_OK;
}

static digitnet_status unsqueeze(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES];
    size_t count, sizes[DNN_CONSTANT_AXES], next = 0;
    bool present, is_new[DNN_CONSTANT_AXES] = {false};
    DNN_TRY(read_axes(axes, &count, &present, fold, 1));
    size_t rank = from->rank + count;
    if (rank > DNN_CONSTANT_AXES)
        return refuse(fold, "more than 8 dimensions");
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, axes[i], rank));
        is_new[axis] = true;
    }
    for (size_t i = 0; i < rank; i++)
        sizes[i] = is_new[i] || next == from->rank ? 1 : from->sizes[next++];
    share(fold, sizes, rank);
    return DIGITNET_OK;
}

static digitnet_status squeeze(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES];
    size_t count, sizes[DNN_CONSTANT_AXES], rank = 0;
    bool present, gone[DNN_CONSTANT_AXES] = {false};
    DNN_TRY(read_axes(axes, &count, &present, fold, 1));
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, axes[i], from->rank));
        gone[axis] = true;
    }
    for (size_t i = 0; i < from->rank; i++) {
        if (gone[i] && from->sizes[i] != 1)
            return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "removes a dimension that is not 1");
        if (!(gone[i] || (!present && from->sizes[i] == 1)))
            sizes[rank++] = from->sizes[i];
    }
    share(fold, sizes, rank);
    return DIGITNET_OK;
}

/* ---- Values moved ---- */

static digitnet_status cast(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t type = 0;
    DNN_TRY(digitnet__import_cast_type(&type, fold->node));
    bool is_number =
        type == DNN_DATA_FLOAT || type == DNN_DATA_DOUBLE || type == DNN_DATA_HALF || type == DNN_DATA_BFLOAT16;
    if (is_number != from->is_integer)
        return identity(fold);
    DNN_TRY(create(fold, !is_number, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        if (!is_number && !(fabsf(from->numbers[i]) < 9e18f))
            return refuse(fold, "a number that is no integer");
        copy_value(fold, i, from, i);
    }
    return DIGITNET_OK;
}

static digitnet_status transpose(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t order[DNN_CONSTANT_AXES];
    size_t count, sizes[DNN_CONSTANT_AXES], strides[DNN_CONSTANT_AXES], index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(digitnet__import_integers(order, &count, DNN_CONSTANT_AXES, fold->node, "perm"));
    for (size_t i = 0; count == 0 && i < from->rank; i++)
        order[i] = (int64_t)(from->rank - 1 - i);
    if (count != 0 && count != from->rank)
        return refuse(fold, "its order of axes");
    unsigned seen = 0;
    for (size_t i = 0; i < from->rank; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, order[i], from->rank));
        seen |= 1u << axis;
        sizes[i] = from->sizes[axis];
        strides[i] = 1;
        for (size_t k = axis + 1; k < from->rank; k++)
            strides[i] *= from->sizes[k];
    }
    if (seen != (1u << from->rank) - 1)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has an order of axes with one twice");
    DNN_TRY(create(fold, from->is_integer, sizes, from->rank));
    size_t place = 0;
    for (size_t i = 0; i < from->count; i++) {
        copy_value(fold, i, from, place);
        for (size_t axis = from->rank; axis-- > 0;) {
            place += strides[axis];
            if (++index[axis] < sizes[axis])
                break;
            place -= strides[axis] * sizes[axis];
            index[axis] = 0;
        }
    }
    return DIGITNET_OK;
}

/* Around an axis a constant is `outer` blocks of sizes[axis] times `inner` values. */
static void measure(size_t *outer, size_t *inner, const digitnet__import_constant *constant, size_t axis) {
    *outer = *inner = 1;
    for (size_t i = 0; i < constant->rank; i++)
        *(i < axis ? outer : inner) *= i == axis ? 1 : constant->sizes[i];
}

static digitnet_status gather(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0],
                                    *indices = fold->node->input_count > 1 ? fold->inputs[1] : NULL;
    int64_t wanted = 0;
    size_t axis, outer, inner, sizes[2 * DNN_CONSTANT_AXES], rank = 0;
    DNN_TRY(digitnet__import_integer(&wanted, fold->node, "axis"));
    DNN_TRY(digitnet__import_axis(&axis, fold->node, wanted, from->rank));
    if (!indices || !indices->is_integer || from->rank + indices->rank - 1 > DNN_CONSTANT_AXES)
        return refuse(fold, "its indices");
    for (size_t i = 0; i < from->rank; i++) {
        for (size_t k = 0; i == axis && k < indices->rank; k++)
            sizes[rank++] = indices->sizes[k];
        if (i != axis)
            sizes[rank++] = from->sizes[i];
    }
    DNN_TRY(create(fold, from->is_integer, sizes, rank));
    measure(&outer, &inner, from, axis);
    size_t to = 0;
    for (size_t i = 0; i < outer; i++) {
        for (size_t k = 0; k < indices->count; k++) {
            size_t index;
            DNN_TRY(digitnet__import_axis(&index, fold->node, indices->integers[k], from->sizes[axis]));
            for (size_t j = 0; j < inner; j++)
                copy_value(fold, to++, from, (i * from->sizes[axis] + index) * inner + j);
        }
    }
    return DIGITNET_OK;
}

static digitnet_status concatenate(folding *fold) {
    int64_t wanted = 0;
    const digitnet__import_constant *first = fold->inputs[0];
    size_t axis, outer, inner, sizes[DNN_CONSTANT_AXES], along = 0;
    DNN_TRY(digitnet__import_integer(&wanted, fold->node, "axis"));
    DNN_TRY(digitnet__import_axis(&axis, fold->node, wanted, first->rank));
    for (size_t i = 0; i < fold->node->input_count; i++) {
        const digitnet__import_constant *from = fold->inputs[i];
        if (!from || from->rank != first->rank || from->is_integer != first->is_integer)
            return refuse(fold, "its inputs differ");
        for (size_t k = 0; k < from->rank; k++)
            if (k != axis && from->sizes[k] != first->sizes[k])
                return refuse(fold, "its inputs differ");
        along += from->sizes[axis];
    }
    memcpy(sizes, first->sizes, sizeof sizes);
    sizes[axis] = along;
    DNN_TRY(create(fold, first->is_integer, sizes, first->rank));
    size_t before = 0;
    for (size_t i = 0; i < fold->node->input_count; i++) {
        const digitnet__import_constant *from = fold->inputs[i];
        measure(&outer, &inner, from, axis);
        size_t block = from->sizes[axis] * inner;
        for (size_t k = 0; k < from->count; k++)
            copy_value(fold, k / (block ? block : 1) * along * inner + before + k % (block ? block : 1), from, k);
        before += block;
    }
    return DIGITNET_OK;
}

/* One axis of a slice. */
static digitnet_status slice_axis(folding *fold, const digitnet__import_constant *from, size_t axis, int64_t start,
                                  int64_t end, int64_t step) {
    int64_t size = (int64_t)from->sizes[axis];
    if (step == 0 || step == INT64_MIN)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has steps of 0");
    int64_t least = step < 0 ? -1 : 0, most = step < 0 ? size - 1 : size;
    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    start = start < (step < 0 ? 0 : least) ? (step < 0 ? 0 : least) : start > most ? most : start;
    end = end < least ? least : end > size ? size : end;
    int64_t span = step > 0 ? end - start : start - end, distance = step > 0 ? step : -step;
    size_t count = span > 0 ? (size_t)((span - 1) / distance + 1) : 0;
    size_t sizes[DNN_CONSTANT_AXES], outer, inner;
    memcpy(sizes, from->sizes, sizeof sizes);
    sizes[axis] = count;
    DNN_TRY(create(fold, from->is_integer, sizes, from->rank));
    measure(&outer, &inner, from, axis);
    for (size_t i = 0; i < outer; i++)
        for (size_t k = 0; k < count; k++)
            for (size_t j = 0; j < inner; j++)
                copy_value(fold, (i * count + k) * inner + j, from,
                           (i * from->sizes[axis] + (size_t)(start + (int64_t)k * step)) * inner + j);
    return DIGITNET_OK;
}

/* A list of integers from an attribute of old files, or else from an input. */
static digitnet_status read_list(int64_t *values, size_t *count, const folding *fold, const char *name, size_t input) {
    DNN_TRY(digitnet__import_integers(values, count, DNN_CONSTANT_AXES, fold->node, name));
    const digitnet__import_constant *given = fold->node->input_count > input ? fold->inputs[input] : NULL;
    if (!given)
        return DIGITNET_OK;
    if (!given->is_integer || given->count > DNN_CONSTANT_AXES)
        return refuse(fold, name);
    *count = given->count;
    for (size_t i = 0; i < *count; i++)
        values[i] = given->integers[i];
    return DIGITNET_OK;
}

static digitnet_status slice(folding *fold) {
    int64_t starts[DNN_CONSTANT_AXES], ends[DNN_CONSTANT_AXES], axes[DNN_CONSTANT_AXES], steps[DNN_CONSTANT_AXES];
    size_t start_count, end_count, axis_count, step_count;
    digitnet__import_constant from = *fold->inputs[0];
    DNN_TRY(read_list(starts, &start_count, fold, "starts", 1));
    DNN_TRY(read_list(ends, &end_count, fold, "ends", 2));
    DNN_TRY(read_list(axes, &axis_count, fold, "axes", 3));
    DNN_TRY(read_list(steps, &step_count, fold, "steps", 4));
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

/* ---- Arithmetic ---- */

/* The shape that two constants have together, and for each of them the stride along each of its axes, 0 where it
 * repeats. */
static digitnet_status broadcast(size_t *sizes, size_t *rank, size_t strides[][DNN_CONSTANT_AXES], const folding *fold,
                                 const digitnet__import_constant *const *inputs, size_t count) {
    *rank = 0;
    for (size_t i = 0; i < count; i++)
        *rank = inputs[i]->rank > *rank ? inputs[i]->rank : *rank;
    for (size_t axis = 0; axis < *rank; axis++)
        sizes[axis] = 1;
    for (size_t i = 0; i < count; i++) {
        size_t stride = 1, missing = *rank - inputs[i]->rank;
        for (size_t axis = *rank; axis-- > 0;) {
            size_t size = axis < missing ? 1 : inputs[i]->sizes[axis - missing];
            if (size != 1 && sizes[axis] != 1 && sizes[axis] != size)
                return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has constants whose shapes do not fit");
            sizes[axis] = size != 1 ? size : sizes[axis];
            strides[i][axis] = size == 1 ? 0 : stride;
            stride *= size;
        }
    }
    return DIGITNET_OK;
}

static bool is_comparison(digitnet__wire_view type) {
    static const char *const types[] = {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (digitnet__wire_is(type, types[i]))
            return true;
    return false;
}

static bool compare(digitnet__wire_view type, double a, double b) {
    return digitnet__wire_is(type, "Greater")          ? a > b
           : digitnet__wire_is(type, "Less")           ? a < b
           : digitnet__wire_is(type, "GreaterOrEqual") ? a >= b
           : digitnet__wire_is(type, "LessOrEqual")    ? a <= b
           : digitnet__wire_is(type, "And")            ? a != 0 && b != 0
           : digitnet__wire_is(type, "Or")             ? a != 0 || b != 0
                                                       : a == b;
}

/* More digits than a double has. */
static bool compare_integers(digitnet__wire_view type, int64_t a, int64_t b) {
    bool is_order = !digitnet__wire_is(type, "And") && !digitnet__wire_is(type, "Or");
    return is_order ? compare(type, (a > b) - (a < b), 0) : compare(type, a != 0, b != 0);
}

static double apply_number(const digitnet__import_node *node, double a, double b) {
    const digitnet__wire_view type = node->type;
    return digitnet__wire_is(type, "Add")   ? a + b
           : digitnet__wire_is(type, "Sub") ? a - b
           : digitnet__wire_is(type, "Mul") ? a * b
           : digitnet__wire_is(type, "Div") ? a / b
           : digitnet__wire_is(type, "Pow") ? pow(a, b)
           : digitnet__wire_is(type, "Min") ? fmin(a, b)
                                            : fmax(a, b);
}

static digitnet_status apply_integer(int64_t *result, const folding *fold, int64_t a, int64_t b) {
    const digitnet__wire_view type = fold->node->type;
    uint64_t first = (uint64_t)a, second = (uint64_t)b, value; /* which wrap around */
    if (digitnet__wire_is(type, "Div") || digitnet__wire_is(type, "Mod")) {
        if (b == 0 || b == -1)
            return refuse(fold, "a division by 0 or -1");
        bool mod = digitnet__wire_is(type, "Mod");
        *result = mod ? a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0) : a / b;
        return DIGITNET_OK;
    }
    value = digitnet__wire_is(type, "Add")   ? first + second
            : digitnet__wire_is(type, "Sub") ? first - second
            : digitnet__wire_is(type, "Mul") ? first * second
            : digitnet__wire_is(type, "Min") ? (a < b ? first : second)
                                             : (a > b ? first : second);
    if (digitnet__wire_is(type, "Pow"))
        return refuse(fold, "a power of integers");
    memcpy(result, &value, sizeof value);
    return DIGITNET_OK;
}

/* The places of one value after the other in constants that are broadcast to `sizes`. */
static void advance(size_t *places, size_t *index, const size_t *sizes, size_t rank,
                    size_t strides[][DNN_CONSTANT_AXES], size_t count) {
    for (size_t axis = rank; axis-- > 0;) {
        bool next = ++index[axis] < sizes[axis];
        for (size_t i = 0; i < count; i++)
            places[i] += next ? strides[i][axis] : 0;
        if (next)
            return;
        for (size_t i = 0; i < count; i++)
            places[i] -= strides[i][axis] * (sizes[axis] - 1);
        index[axis] = 0;
    }
}

static digitnet_status binary(folding *fold) {
    const digitnet__import_constant *const *inputs = fold->inputs;
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[2][DNN_CONSTANT_AXES], places[2] = {0},
                                                                          index[DNN_CONSTANT_AXES] = {0};
    if (fold->node->input_count != 2 || !inputs[1] || inputs[0]->is_integer != inputs[1]->is_integer)
        return refuse(fold, "its inputs");
    DNN_TRY(broadcast(sizes, &rank, strides, fold, inputs, 2));
    bool compares = is_comparison(fold->node->type);
    DNN_TRY(create(fold, inputs[0]->is_integer || compares, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, advance(places, index, sizes, rank, strides, 2)) {
        double a = digitnet__constant_number(inputs[0], places[0]), b = digitnet__constant_number(inputs[1], places[1]);
        if (compares && inputs[0]->is_integer)
            fold->integers[i] =
                compare_integers(fold->node->type, inputs[0]->integers[places[0]], inputs[1]->integers[places[1]]);
        else if (compares)
            fold->integers[i] = compare(fold->node->type, a, b);
        else if (fold->numbers)
            fold->numbers[i] = (float)apply_number(fold->node, a, b);
        else
            DNN_TRY(apply_integer(&fold->integers[i], fold, inputs[0]->integers[places[0]],
                                  inputs[1]->integers[places[1]]));
    }
    return DIGITNET_OK;
}

static digitnet_status where(folding *fold) {
    const digitnet__import_constant *const *inputs = fold->inputs;
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[3][DNN_CONSTANT_AXES], places[3] = {0},
                                                                          index[DNN_CONSTANT_AXES] = {0};
    if (fold->node->input_count != 3 || !inputs[1] || !inputs[2] || inputs[1]->is_integer != inputs[2]->is_integer)
        return refuse(fold, "its inputs");
    DNN_TRY(broadcast(sizes, &rank, strides, fold, inputs, 3));
    DNN_TRY(create(fold, inputs[1]->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, advance(places, index, sizes, rank, strides, 3)) {
        size_t chosen = digitnet__constant_number(inputs[0], places[0]) != 0 ? 1 : 2;
        copy_value(fold, i, inputs[chosen], places[chosen]);
    }
    return DIGITNET_OK;
}

/* The shape in a list of integers. */
static digitnet_status read_shape(size_t *sizes, size_t *rank, const folding *fold,
                                  const digitnet__import_constant *shape) {
    if (!shape || !shape->is_integer || shape->count > DNN_CONSTANT_AXES)
        return refuse(fold, "its shape");
    *rank = shape->count;
    for (size_t i = 0; i < *rank; i++) {
        if (shape->integers[i] < 0 || shape->integers[i] >= INT32_MAX) /* which stands for the samples */
            return refuse(fold, "its shape");
        sizes[i] = (size_t)shape->integers[i];
    }
    return DIGITNET_OK;
}

static digitnet_status expand(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    digitnet__import_constant target = {.count = 0};
    const digitnet__import_constant *shapes[] = {from, &target};
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[2][DNN_CONSTANT_AXES], place = 0, index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(read_shape(target.sizes, &target.rank, fold, fold->node->input_count > 1 ? fold->inputs[1] : NULL));
    DNN_TRY(broadcast(sizes, &rank, strides, fold, shapes, 2));
    DNN_TRY(create(fold, from->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, advance(&place, index, sizes, rank, strides, 1))
        copy_value(fold, i, from, place);
    return DIGITNET_OK;
}

static digitnet_status tile(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    size_t times[DNN_CONSTANT_AXES], sizes[DNN_CONSTANT_AXES], rank, index[DNN_CONSTANT_AXES] = {0};
    DNN_TRY(read_shape(times, &rank, fold, fold->node->input_count > 1 ? fold->inputs[1] : NULL));
    if (rank != from->rank)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has repeats of other dimensions than its input");
    for (size_t i = 0; i < rank; i++)
        if (!digitnet__size_multiply(&sizes[i], from->sizes[i], times[i]))
            return refuse(fold, "its repeats");
    DNN_TRY(create(fold, from->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++) {
        size_t place = 0;
        for (size_t axis = 0; axis < rank; axis++)
            place = place * from->sizes[axis] + index[axis] % from->sizes[axis];
        copy_value(fold, i, from, place);
        for (size_t axis = rank; axis-- > 0 && ++index[axis] == sizes[axis];)
            index[axis] = 0;
    }
    return DIGITNET_OK;
}

static digitnet_status constant_of_shape(folding *fold) {
    static const float zero = 0;
    digitnet__import_constant value = {.rank = 1, .sizes = {1}, .count = 1, .numbers = &zero};
    digitnet__import_place nowhere = {0};
    size_t sizes[DNN_CONSTANT_AXES], rank;
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(fold->node, "value");
    if (attribute)
        DNN_TRY(digitnet__constant_read(&value, fold->pool, &nowhere, attribute->message));
    if (value.count != 1)
        return refuse(fold, "its value");
    DNN_TRY(read_shape(sizes, &rank, fold, fold->inputs[0]));
    DNN_TRY(create(fold, value.is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++)
        copy_value(fold, i, &value, 0);
    return DIGITNET_OK;
}

static float absolute(float x) {
    return fabsf(x);
}

static float negative(float x) {
    return -x;
}

static float reciprocal(float x) {
    return 1 / x;
}

static float sign(float x) {
    return (float)((x > 0) - (x < 0));
}

static float relu(float x) {
    return x < 0 ? 0 : x;
}

static float sigmoid(float x) {
    return 1 / (1 + expf(-x));
}

static float softplus(float x) {
    return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x)));
}

static const struct {
    const char *type;
    float (*of)(float x);
} functions[] = {
    {"Neg", negative},    {"Sqrt", sqrtf},        {"Reciprocal", reciprocal},
    {"Exp", expf},        {"Log", logf},          {"Tanh", tanhf},
    {"Floor", floorf},    {"Ceil", ceilf},        {"Abs", absolute},
    {"Sign", sign},       {"Relu", relu},         {"Erf", erff},
    {"Sigmoid", sigmoid}, {"Softplus", softplus}, {"Sin", sinf},
    {"Cos", cosf},
};

static digitnet_status unary(folding *fold, float (*of)(float x)) {
    const digitnet__import_constant *from = fold->inputs[0];
    if (from->is_integer && of != negative)
        return refuse(fold, "of integers");
    DNN_TRY(create(fold, from->is_integer, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        if (from->is_integer && from->integers[i] == INT64_MIN)
            return refuse(fold, "an integer out of range");
        if (from->is_integer)
            fold->integers[i] = -from->integers[i];
        else
            fold->numbers[i] = of(from->numbers[i]);
    }
    return DIGITNET_OK;
}

/* A limit of Clip: from an attribute of old files, or an input of one number; left alone where there is neither. */
static digitnet_status read_limit(float *limit, const folding *fold, const char *name, size_t input) {
    const digitnet__import_constant *given = fold->node->input_count > input ? fold->inputs[input] : NULL;
    DNN_TRY(digitnet__import_number(limit, fold->node, name));
    if (given && given->count != 1)
        return refuse(fold, "its limits");
    if (given)
        *limit = (float)digitnet__constant_number(given, 0);
    return DIGITNET_OK;
}

static digitnet_status clip(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    float least = -INFINITY, most = INFINITY;
    DNN_TRY(read_limit(&least, fold, "min", 1));
    DNN_TRY(read_limit(&most, fold, "max", 2));
    if (from->is_integer)
        return refuse(fold, "of integers");
    DNN_TRY(create(fold, false, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        float x = from->numbers[i] < least ? least : from->numbers[i];
        fold->numbers[i] = x > most ? most : x;
    }
    return DIGITNET_OK;
}

static digitnet_status negate(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(create(fold, true, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++)
        fold->integers[i] = digitnet__constant_number(from, i) == 0;
    return DIGITNET_OK;
}

static digitnet_status shape(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(create(fold, true, &from->rank, 1));
    for (size_t i = 0; i < from->rank; i++)
        fold->integers[i] = (int64_t)from->sizes[i];
    return DIGITNET_OK;
}

/* ---- Over axes ---- */

/* What takes longer than its result is large is limited as memory is, a byte for each step. */
static digitnet_status charge(folding *fold, size_t steps) {
    if (steps > fold->pool->left)
        return digitnet__import_fail(DIGITNET_ELIMIT, fold->node, "of constants takes longer than the limit");
    fold->pool->left -= steps;
    return DIGITNET_OK;
}

/* Takes one more value into what a reduction has so far. */
static double reduce_value(digitnet__wire_view type, double so_far, double value, bool is_first) {
    if (digitnet__wire_is(type, "ReduceProd"))
        return is_first ? value : so_far * value;
    if (digitnet__wire_is(type, "ReduceMax"))
        return is_first ? value : fmax(so_far, value);
    if (digitnet__wire_is(type, "ReduceMin"))
        return is_first ? value : fmin(so_far, value);
    if (digitnet__wire_is(type, "ReduceL2"))
        return so_far + value * value;
    return so_far + (digitnet__wire_is(type, "ReduceL1") ? fabs(value) : value);
}

static double finish_reduction(digitnet__wire_view type, double all, size_t count) {
    return digitnet__wire_is(type, "ReduceL2")     ? sqrt(all)
           : digitnet__wire_is(type, "ReduceMean") ? all / (double)count
                                                   : all;
}

/* The sizes of a reduction, and for each axis of the input the stride of the result's, 0 where it is reduced. */
static digitnet_status read_reduction(size_t *sizes, size_t *rank, size_t *strides, const folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES], keep = 1;
    bool present, gone[DNN_CONSTANT_AXES] = {false};
    size_t count, stride = 1;
    DNN_TRY(digitnet__import_integer(&keep, fold->node, "keepdims"));
    DNN_TRY(read_axes(axes, &count, &present, fold, 1));
    for (size_t i = 0; i < from->rank; i++)
        gone[i] = count == 0;
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, axes[i], from->rank));
        gone[axis] = true;
    }
    for (size_t i = from->rank; i-- > 0;) {
        strides[i] = gone[i] ? 0 : stride;
        stride *= gone[i] ? 1 : from->sizes[i];
    }
    *rank = 0;
    for (size_t i = 0; i < from->rank; i++)
        if (!gone[i] || keep)
            sizes[(*rank)++] = gone[i] ? 1 : from->sizes[i];
    return DIGITNET_OK;
}

static digitnet_status reduce(folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[1][DNN_CONSTANT_AXES], place = 0, index[DNN_CONSTANT_AXES] = {0};
    void *memory;
    DNN_TRY(read_reduction(sizes, &rank, strides[0], fold));
    DNN_TRY(create(fold, from->is_integer, sizes, rank));
    if (from->count == 0 || fold->result->count == 0)
        return refuse(fold, "of nothing");
    DNN_TRY(charge(fold, from->count));
    size_t each = from->count / fold->result->count;
    DNN_TRY(digitnet__pool_allocate(&memory, fold->pool, 2 * fold->result->count, sizeof(double)));
    double *all = memory, *seen = all + fold->result->count;
    for (size_t i = 0; i < from->count; i++, advance(&place, index, from->sizes, from->rank, strides, 1)) {
        all[place] = reduce_value(fold->node->type, all[place], digitnet__constant_number(from, i), seen[place] == 0);
        seen[place]++;
    }
    for (size_t i = 0; i < fold->result->count; i++) {
        double value = finish_reduction(fold->node->type, all[i], each);
        if (!fold->numbers && !(fabs(value) < 9e18))
            return refuse(fold, "a result out of range");
        if (fold->numbers)
            fold->numbers[i] = (float)value;
        else
            fold->integers[i] = (int64_t)value;
    }
    return DIGITNET_OK;
}

/* Of two matrices, or of a matrix and a row or column. */
static digitnet_status multiply(folding *fold) {
    const digitnet__import_constant *a = fold->inputs[0], *b = fold->node->input_count > 1 ? fold->inputs[1] : NULL;
    if (!b || a->is_integer || b->is_integer || a->rank < 1 || a->rank > 2 || b->rank < 1 || b->rank > 2)
        return refuse(fold, "its inputs");
    size_t inner = a->sizes[a->rank - 1], rows = a->rank == 2 ? a->sizes[0] : 1, sizes[2], rank = 0;
    size_t columns = b->rank == 2 ? b->sizes[1] : 1, work;
    if (b->sizes[0] != inner)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has constants whose shapes do not fit");
    if (a->rank == 2)
        sizes[rank++] = rows;
    if (b->rank == 2)
        sizes[rank++] = columns;
    DNN_TRY(create(fold, false, sizes, rank));
    if (!digitnet__size_multiply(&work, fold->result->count, inner))
        return refuse(fold, "too large");
    DNN_TRY(charge(fold, work));
    for (size_t i = 0; i < fold->result->count; i++) {
        double sum = 0;
        for (size_t k = 0; k < inner; k++)
            sum += (double)a->numbers[i / columns * inner + k] * (double)b->numbers[k * columns + i % columns];
        fold->numbers[i] = (float)sum;
    }
    return DIGITNET_OK;
}

static digitnet_status range(folding *fold) {
    enum { MOST = 1 << 16 };
    if (fold->node->input_count != 3 || !fold->inputs[1] || !fold->inputs[2] || !fold->inputs[0]->is_integer ||
        fold->inputs[0]->count != 1 || fold->inputs[1]->count != 1 || fold->inputs[2]->count != 1)
        return refuse(fold, "its inputs");
    double start = digitnet__constant_number(fold->inputs[0], 0), end = digitnet__constant_number(fold->inputs[1], 0);
    double step = digitnet__constant_number(fold->inputs[2], 0), length = step != 0 ? ceil((end - start) / step) : -1;
    if (!(length >= 0 && length <= MOST))
        return refuse(fold, "its length");
    size_t count = (size_t)length;
    DNN_TRY(create(fold, true, &count, 1));
    for (size_t i = 0; i < count; i++)
        fold->integers[i] = (int64_t)(start + (double)i * step);
    return DIGITNET_OK;
}

static const struct {
    const char *type;
    digitnet_status (*compute)(folding *fold);
} operators[] = {
    {"Identity", identity},   {"Reshape", reshape},
    {"Flatten", flatten},     {"Unsqueeze", unsqueeze},
    {"Squeeze", squeeze},     {"Cast", cast},
    {"Transpose", transpose}, {"Gather", gather},
    {"Concat", concatenate},  {"Slice", slice},
    {"Add", binary},          {"Sub", binary},
    {"Mul", binary},          {"Div", binary},
    {"Mod", binary},          {"Pow", binary},
    {"Min", binary},          {"Max", binary},
    {"Equal", binary},        {"Greater", binary},
    {"Less", binary},         {"GreaterOrEqual", binary},
    {"LessOrEqual", binary},  {"And", binary},
    {"Or", binary},           {"Not", negate},
    {"Where", where},         {"Expand", expand},
    {"Tile", tile},           {"ConstantOfShape", constant_of_shape},
    {"Clip", clip},           {"Shape", shape},
    {"ReduceProd", reduce},   {"ReduceSum", reduce},
    {"ReduceMean", reduce},   {"ReduceMax", reduce},
    {"ReduceMin", reduce},    {"ReduceL1", reduce},
    {"ReduceL2", reduce},     {"MatMul", multiply},
    {"Range", range},
};

digitnet_status digitnet__constant_fold(digitnet__import_constant *result, digitnet__pool *pool,
                                        const digitnet__import_node *node,
                                        const digitnet__import_constant *const *inputs) {
    folding fold = {.result = result, .pool = pool, .node = node, .inputs = inputs};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (digitnet__wire_is(node->type, operators[i].type) && node->input_count > 0 && inputs[0])
            return operators[i].compute(&fold);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (digitnet__wire_is(node->type, functions[i].type) && node->input_count > 0 && inputs[0])
            return unary(&fold, functions[i].of);
    return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "of constants is not computed");
}
