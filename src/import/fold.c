/* Nodes of known inputs: what exporters compute shapes and weights by. */
#include "import/fold.h"

#include "core/status.h"

#include <string.h>

/* ---- What a node has ---- */

const digitnet__import_constant *digitnet__fold_input(const digitnet__folding *fold, size_t input) {
    return input < fold->node->input_count ? fold->inputs[input] : NULL;
}

digitnet_status digitnet__fold_refuse(const digitnet__folding *fold, const char *what) {
    return digitnet__import_fail(DIGITNET_EUNSUPPORTED, fold->node, "of constants: %s", what);
}

digitnet_status digitnet__fold_list(int64_t *values, size_t *count, const digitnet__folding *fold, const char *name,
                                    size_t input) {
    const digitnet__import_constant *given = digitnet__fold_input(fold, input);
    if (digitnet__import_attribute_find(fold->node, name) || !given)
        return digitnet__import_integers(values, count, DNN_CONSTANT_AXES, fold->node, name);
    if (!given->is_integer || given->count > DNN_CONSTANT_AXES)
        return digitnet__fold_refuse(fold, name);
    *count = given->count;
    for (size_t i = 0; i < *count; i++)
        values[i] = given->integers[i];
    return DIGITNET_OK;
}

digitnet_status digitnet__fold_mark_axes(bool *marked, const digitnet__folding *fold, const int64_t *axes, size_t count,
                                         size_t rank) {
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, fold->node, axes[i], rank));
        marked[axis] = true;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__fold_read_shape(size_t *sizes, size_t *rank, const digitnet__folding *fold, size_t input) {
    const digitnet__import_constant *shape = digitnet__fold_input(fold, input);
    if (!shape || !shape->is_integer || shape->count > DNN_CONSTANT_AXES)
        return digitnet__fold_refuse(fold, "its shape");
    *rank = shape->count;
    for (size_t i = 0; i < *rank; i++) {
        if (shape->integers[i] < 0 || shape->integers[i] >= INT32_MAX) /* which stands for the samples */
            return digitnet__fold_refuse(fold, "its shape");
        sizes[i] = (size_t)shape->integers[i];
    }
    return DIGITNET_OK;
}

/* ---- The result ---- */

digitnet_status digitnet__fold_create(digitnet__folding *fold, bool is_integer, const size_t *sizes, size_t rank) {
    return digitnet__constant_create(fold->result, &fold->numbers, &fold->integers, fold->pool, is_integer, sizes,
                                     rank);
}

digitnet_status digitnet__fold_share(digitnet__folding *fold, const size_t *sizes, size_t rank) {
    *fold->result = *fold->inputs[0];
    fold->result->rank = rank;
    memcpy(fold->result->sizes, sizes, rank * sizeof *sizes);
    return DIGITNET_OK;
}

void digitnet__fold_copy(const digitnet__folding *fold, size_t to, const digitnet__import_constant *from,
                         size_t index) {
    if (fold->numbers)
        fold->numbers[to] = from->numbers[index];
    else
        fold->integers[to] = from->integers[index];
}

digitnet_status digitnet__fold_charge(digitnet__folding *fold, size_t steps) {
    if (steps > fold->pool->left)
        return digitnet__import_fail(DIGITNET_ELIMIT, fold->node, "of constants takes longer than the limit");
    fold->pool->left -= steps;
    return DIGITNET_OK;
}

/* ---- Shapes that are repeated to one ---- */

digitnet_status digitnet__fold_broadcast(size_t *sizes, size_t *rank, size_t strides[][DNN_CONSTANT_AXES],
                                         const digitnet__folding *fold, const digitnet__import_constant *const *inputs,
                                         size_t count) {
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

void digitnet__fold_advance(size_t *places, size_t *index, const size_t *sizes, size_t rank,
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

/* ---- Operators ---- */

static const digitnet__fold_operator *const tables[] = {digitnet__fold_shapes, digitnet__fold_moves,
                                                        digitnet__fold_arithmetic, digitnet__fold_reductions};

static const digitnet__fold_operator *find_operator(digitnet__wire_view type) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const digitnet__fold_operator *row = tables[i]; row->type; row++)
            if (digitnet__wire_is(type, row->type))
                return row;
    return NULL;
}

digitnet_status digitnet__constant_fold(digitnet__import_constant *result, digitnet__pool *pool,
                                        const digitnet__import_node *node,
                                        const digitnet__import_constant *const *inputs) {
    digitnet__folding fold = {
        .row = find_operator(node->type), .result = result, .pool = pool, .node = node, .inputs = inputs};
    if (!fold.row || !digitnet__fold_input(&fold, 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "of constants is not computed");
    return fold.row->compute(&fold);
}
