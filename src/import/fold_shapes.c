/* Constants under another shape, and what is made of shapes. */
#include "core/memory.h"
#include "core/status.h"
#include "import/fold.h"

#include <string.h>

/* ---- The same values in another shape ---- */

static digitnet_status identity(digitnet__folding *fold) {
    return digitnet__fold_share(fold, fold->inputs[0]->sizes, fold->inputs[0]->rank);
}

static digitnet_status reshape(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t wanted[DNN_CONSTANT_AXES], zeros = 0;
    size_t rank, sizes[DNN_CONSTANT_AXES], known = 1, unknown = DNN_CONSTANT_AXES, count;
    DNN_TRY(digitnet__import_integer(&zeros, fold->node, "allowzero"));
    DNN_TRY(digitnet__fold_list(wanted, &rank, fold, "shape", 1));
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = wanted[i] > 0 ? (size_t)wanted[i] : wanted[i] == 0 && !zeros && i < from->rank ? from->sizes[i] : 0;
        if (wanted[i] == -1)
            unknown = i;
        else if (!digitnet__size_multiply(&known, known, sizes[i]))
            return digitnet__fold_refuse(fold, "its shape overflows");
    }
    if (unknown != DNN_CONSTANT_AXES)
        sizes[unknown] = known ? from->count / known : 0;
    if (!digitnet__size_product(&count, sizes, rank) || count != from->count)
        return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "reshapes a constant to another number of values");
    return digitnet__fold_share(fold, sizes, rank);
}

static digitnet_status flatten(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axis = 1;
    DNN_TRY(digitnet__import_integer(&axis, fold->node, "axis"));
    axis += axis < 0 ? (int64_t)from->rank : 0;
    if (axis < 0 || axis > (int64_t)from->rank || from->count == 0)
        return digitnet__fold_refuse(fold, "its axis");
    size_t sizes[2] = {1, 1};
    for (size_t i = 0; i < from->rank; i++)
        sizes[i < (size_t)axis ? 0 : 1] *= from->sizes[i];
    return digitnet__fold_share(fold, sizes, 2);
}

static digitnet_status unsqueeze(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES];
    size_t count, sizes[DNN_CONSTANT_AXES], next = 0;
    bool is_new[DNN_CONSTANT_AXES] = {false};
    DNN_TRY(digitnet__fold_list(axes, &count, fold, "axes", 1));
    size_t rank = from->rank + count;
    if (rank > DNN_CONSTANT_AXES)
        return digitnet__fold_refuse(fold, "more than 8 dimensions");
    DNN_TRY(digitnet__fold_mark_axes(is_new, fold, axes, count, rank));
    for (size_t i = 0; i < rank; i++)
        sizes[i] = is_new[i] || next == from->rank ? 1 : from->sizes[next++];
    return digitnet__fold_share(fold, sizes, rank);
}

/* Without a list of axes all of size 1 go. */
static digitnet_status squeeze(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    int64_t axes[DNN_CONSTANT_AXES];
    size_t count, sizes[DNN_CONSTANT_AXES], rank = 0;
    bool listed = digitnet__import_attribute_find(fold->node, "axes") || digitnet__fold_input(fold, 1);
    bool gone[DNN_CONSTANT_AXES] = {false};
    DNN_TRY(digitnet__fold_list(axes, &count, fold, "axes", 1));
    DNN_TRY(digitnet__fold_mark_axes(gone, fold, axes, count, from->rank));
    for (size_t i = 0; i < from->rank; i++) {
        if (gone[i] && from->sizes[i] != 1)
            return digitnet__import_fail(DIGITNET_EFORMAT, fold->node, "removes a dimension that is not 1");
        if (!gone[i] && (listed || from->sizes[i] != 1))
            sizes[rank++] = from->sizes[i];
    }
    return digitnet__fold_share(fold, sizes, rank);
}

/* ---- Of shapes ---- */

static digitnet_status shape(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    size_t first, count;
    DNN_TRY(digitnet__import_shape_part(&first, &count, fold->node, from->rank));
    DNN_TRY(digitnet__fold_create(fold, true, &count, 1));
    for (size_t i = 0; i < count; i++)
        fold->integers[i] = (int64_t)from->sizes[first + i];
    return DIGITNET_OK;
}

static digitnet_status constant_of_shape(digitnet__folding *fold) {
    static const float zero = 0;
    digitnet__import_constant value = {.rank = 1, .sizes = {1}, .count = 1, .numbers = &zero};
    digitnet__import_place nowhere = {0};
    size_t sizes[DNN_CONSTANT_AXES], rank;
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(fold->node, "value");
    if (attribute)
        DNN_TRY(digitnet__constant_read(&value, fold->pool, &nowhere, attribute->message));
    if (value.count != 1)
        return digitnet__fold_refuse(fold, "its value");
    DNN_TRY(digitnet__fold_read_shape(sizes, &rank, fold, 0));
    DNN_TRY(digitnet__fold_create(fold, value.is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++)
        digitnet__fold_copy(fold, i, &value, 0);
    return DIGITNET_OK;
}

/* From the first number on, before the second, by steps of the third. */
static digitnet_status range(digitnet__folding *fold) {
    enum { MOST = 1 << 16 };
    int64_t given[3];
    for (size_t i = 0; i < 3; i++) {
        const digitnet__import_constant *input = digitnet__fold_input(fold, i);
        if (!input || !input->is_integer || input->count != 1)
            return digitnet__fold_refuse(fold, "its inputs");
        given[i] = *input->integers;
    }
    uint64_t start = (uint64_t)given[0], end = (uint64_t)given[1], step = (uint64_t)given[2]; /* which wrap around */
    bool down = given[2] < 0;
    uint64_t distance = down ? start - end : end - start, stride = down ? 0 - step : step;
    if (stride == 0 || (down ? given[1] > given[0] : given[1] < given[0]) || distance / stride >= MOST)
        return digitnet__fold_refuse(fold, "its length");
    size_t count = (size_t)(distance / stride + (distance % stride != 0));
    DNN_TRY(digitnet__fold_create(fold, true, &count, 1));
    for (size_t i = 0; i < count; i++) {
        uint64_t value = start + i * step;
        memcpy(&fold->integers[i], &value, sizeof value);
    }
    return DIGITNET_OK;
}

const digitnet__fold_operator digitnet__fold_shapes[] = {
    {"Identity", identity, NULL},
    {"Reshape", reshape, NULL},
    {"Flatten", flatten, NULL},
    {"Unsqueeze", unsqueeze, NULL},
    {"Squeeze", squeeze, NULL},
    {"Shape", shape, NULL},
    {"ConstantOfShape", constant_of_shape, NULL},
    {"Range", range, NULL},
    {0},
};
