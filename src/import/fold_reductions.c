/* Sums of constants: over axes, and of products. */
#include "core/memory.h"
#include "core/status.h"
#include "import/fold.h"

#include <math.h>

/* ---- Over axes ---- */

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
static digitnet_status read_reduction(size_t *sizes, size_t *rank, size_t *strides, const digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES], keep = 1, none_without = 0;
    bool gone[DNN_CONSTANT_AXES] = {false};
    size_t count, stride = 1;
    DNN_TRY(digitnet__import_integer(&keep, fold->node, "keepdims"));
    DNN_TRY(digitnet__import_integer(&none_without, fold->node, "noop_with_empty_axes"));
    DNN_TRY(digitnet__fold_list(axes, &count, fold, "axes", 1));
    DNN_TRY(digitnet__fold_mark_axes(gone, fold, axes, count, from->rank));
    for (size_t i = 0; count == 0 && !none_without && i < from->rank; i++)
        gone[i] = true;
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

static digitnet_status reduce(digitnet__folding *fold) {
    enum { MOST_DIGITS = 53 }; /* of a double's integers */
    const digitnet__import_constant *from = fold->inputs[0];
    const digitnet__wire_view type = fold->node->type;
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[1][DNN_CONSTANT_AXES], place = 0, index[DNN_CONSTANT_AXES] = {0};
    void *memory;
    DNN_TRY(read_reduction(sizes, &rank, strides[0], fold));
    DNN_TRY(digitnet__fold_create(fold, from->is_integer, sizes, rank));
    if (from->count == 0)
        return digitnet__fold_refuse(fold, "of nothing");
    DNN_TRY(digitnet__fold_charge(fold, from->count));
    size_t count = fold->result->count, each = from->count / count;
    DNN_TRY(digitnet__pool_allocate(&memory, fold->pool, 2 * count, sizeof(double)));
    double *all = memory, *seen = all + count;
    for (size_t i = 0; i < from->count;
         i++, digitnet__fold_advance(&place, index, from->sizes, from->rank, strides, 1)) {
        all[place] = reduce_value(type, all[place], digitnet__constant_number(from, i), seen[place] == 0);
        seen[place]++;
    }
    for (size_t i = 0; i < count; i++) {
        double value = finish_reduction(type, all[i], each);
        if (!fold->numbers && !(fabs(value) < ldexp(1, MOST_DIGITS)))
            return digitnet__fold_refuse(fold, "a result out of range");
        if (fold->numbers)
            fold->numbers[i] = (float)value;
        else
            fold->integers[i] = (int64_t)value;
    }
    return DIGITNET_OK;
}

/* ---- Of products ---- */

static bool is_matrix(const digitnet__import_constant *constant) {
    return constant && !constant->is_integer && (constant->rank == 1 || constant->rank == 2);
}

/* Of two matrices, or of a matrix and a row or column. */
static digitnet_status multiply(digitnet__folding *fold) {
    const digitnet__import_constant *a = fold->inputs[0], *b = digitnet__fold_input(fold, 1);
    if (!is_matrix(a) || !is_matrix(b))
        return digitnet__fold_refuse(fold, "its inputs");
    size_t inner = a->sizes[a->rank - 1], columns = b->rank == 2 ? b->sizes[1] : 1, sizes[2], rank = 0, work;
    if (b->sizes[0] != inner)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "has constants whose shapes do not fit");
    if (a->rank == 2)
        sizes[rank++] = a->sizes[0];
    if (b->rank == 2)
        sizes[rank++] = columns;
    DNN_TRY(digitnet__fold_create(fold, false, sizes, rank));
    if (!digitnet__size_multiply(&work, fold->result->count, inner))
        return digitnet__fold_refuse(fold, "too large");
    DNN_TRY(digitnet__fold_charge(fold, work));
    for (size_t i = 0; i < fold->result->count; i++) {
        double sum = 0;
        for (size_t k = 0; k < inner; k++)
            sum += (double)a->numbers[i / columns * inner + k] * (double)b->numbers[k * columns + i % columns];
        fold->numbers[i] = (float)sum;
    }
    return DIGITNET_OK;
}

const digitnet__fold_operator digitnet__fold_reductions[] = {
    {"ReduceProd", reduce, NULL}, {"ReduceSum", reduce, NULL}, {"ReduceMean", reduce, NULL},
    {"ReduceMax", reduce, NULL},  {"ReduceMin", reduce, NULL}, {"ReduceL1", reduce, NULL},
    {"ReduceL2", reduce, NULL},   {"MatMul", multiply, NULL},  {0},
};
