/* AdaptiveAvgPool2d as Dynamo spells it out where the sizes do not divide: the values of all windows, as many for each,
 * are gathered as N x channels x rows x places x columns x places. Their mean is taken, or, where windows differ in
 * size, those too many become zeros, and a sum over the places, one by one, is divided by the number of the others. */
#include "import/adaptive_pools.h"

#include "core/status.h"
#include "import/linear.h"
#include "import/pattern_parts.h"
#include "onnx/schema.h"

#include <string.h>

/* ---- As a pattern ---- */

enum { MOST_PLACES = 16, MASKS = 2 };
/* What the node that it becomes takes. */
enum { IMAGE, INDICES, COUNTS, FIRST_MASK, INPUTS = FIRST_MASK + MASKS };

static bool has_order(const digitnet__import_node *transpose, const int64_t *wanted, size_t count) {
    const digitnet__import_attribute *order = transpose ? digitnet__import_attribute_find(transpose, "perm") : NULL;
    return order && order->type == DNN_ATTRIBUTE_TYPE_INTS && order->count == count &&
           memcmp(order->integers, wanted, count * sizeof *wanted) == 0;
}

/* x[:, :, rows, columns] */
static bool find_gathered(size_t *image, size_t *indices, const digitnet__importer *importer, size_t value) {
    static const int64_t places_first[] = {2, 3, 0, 1}, places_last[] = {4, 5, 0, 1, 2, 3};
    int64_t batch = 0;
    const digitnet__import_node *behind = digitnet__pattern_giver(importer, value, "Transpose");
    if (!has_order(behind, places_last, 6))
        return false;
    const digitnet__import_node *gather = digitnet__pattern_giver(importer, behind->inputs[0], "GatherND");
    if (!gather || gather->input_count != 2 || digitnet__import_integer(&batch, gather, "batch_dims") != DIGITNET_OK ||
        batch != 0)
        return false;
    const digitnet__import_node *before = digitnet__pattern_giver(importer, gather->inputs[0], "Transpose");
    if (!has_order(before, places_first, 4))
        return false;
    *image = before->inputs[0];
    *indices = gather->inputs[1];
    return true;
}

/* The axes of places go. */
static bool runs_over_places(digitnet__importer *importer, const digitnet__import_node *node) {
    int64_t axes[2], keep = 1;
    return digitnet__import_integer(&keep, node, "keepdims") == DIGITNET_OK && keep == 0 &&
           digitnet__pattern_axes(axes, 2, importer, node) == 2 && axes[0] == -3 && axes[1] == -1;
}

digitnet_status digitnet__import_match_adaptive_mean(digitnet__importer *importer, digitnet__import_node *node) {
    size_t inputs[INPUTS];
    if (node->input_count == 0 || !find_gathered(&inputs[IMAGE], &inputs[INDICES], importer, node->inputs[0]) ||
        !runs_over_places(importer, node))
        return DIGITNET_OK;
    return digitnet__pattern_replace(importer, node, "AdaptiveAvgPool2d", inputs, INDICES + 1, NULL, 0);
}

/* gathered[:, :, :, row, :, column] */
static bool find_term(size_t *gathered, size_t place[2], digitnet__importer *importer, size_t term) {
    static const int64_t axes[] = {3, 4}; /* the second one once the first is gone */
    *gathered = term;
    for (size_t i = 2; i-- > 0;) {
        const digitnet__import_node *gather = digitnet__pattern_giver(importer, *gathered, "Gather");
        int64_t axis = 0;
        double index;
        if (!gather || gather->input_count != 2 || digitnet__import_integer(&axis, gather, "axis") != DIGITNET_OK ||
            axis != axes[i] || !digitnet__pattern_number(&index, importer, gather->inputs[1]) ||
            !(index >= 0 && index < MOST_PLACES))
            return false;
        place[i] = (size_t)index;
        *gathered = gather->inputs[0];
    }
    return true;
}

/* The sum of the terms of all places, in their order; how many there are of rows and of columns. */
static bool find_sum(size_t *gathered, size_t places[2], digitnet__importer *importer, size_t sum) {
    size_t last[2];
    const digitnet__import_node *add = digitnet__pattern_giver(importer, sum, "Add");
    if (!add || add->input_count != 2 || !find_term(gathered, last, importer, add->inputs[1]))
        return false;
    places[0] = last[0] + 1;
    places[1] = last[1] + 1;
    for (size_t left = places[0] * places[1]; left-- > 0;) {
        size_t of, place[2];
        add = left ? digitnet__pattern_giver(importer, sum, "Add") : NULL;
        if (left && (!add || add->input_count != 2 || !digitnet__pattern_visit(importer, sum)))
            return false;
        if (!find_term(&of, place, importer, add ? add->inputs[1] : sum) || of != *gathered ||
            place[0] != left / places[1] || place[1] != left % places[1])
            return false;
        sum = add ? add->inputs[0] : sum;
    }
    return true;
}

digitnet_status digitnet__import_match_adaptive_quotient(digitnet__importer *importer, digitnet__import_node *node) {
    size_t inputs[INPUTS], count = FIRST_MASK, gathered, places[2];
    void *memory;
    if (node->input_count != 2 || !find_sum(&gathered, places, importer, node->inputs[0]))
        return DIGITNET_OK;
    inputs[COUNTS] = node->inputs[1];
    for (const digitnet__import_node *masked; (masked = digitnet__pattern_giver(importer, gathered, "Where"));) {
        if (count == INPUTS || masked->input_count != 3 || !digitnet__pattern_is_number(importer, masked->inputs[1], 0))
            return DIGITNET_OK;
        inputs[count++] = masked->inputs[0];
        gathered = masked->inputs[2];
    }
    if (!find_gathered(&inputs[IMAGE], &inputs[INDICES], importer, gathered))
        return DIGITNET_OK;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 2, sizeof(int64_t)));
    int64_t *sizes = memory;
    sizes[0] = (int64_t)places[0];
    sizes[1] = (int64_t)places[1];
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("places"), .type = DNN_ATTRIBUTE_TYPE_INTS, .integers = sizes, .count = 2};
    return digitnet__pattern_replace(importer, node, "AdaptiveAvgPool2d", inputs, count, &attribute, 1);
}

/* ---- As what it is ---- */

/* Along an axis: how many values the image has, how many windows there are, and how many places each of them has. */
typedef struct windows {
    size_t from, to, places;
} windows;

static size_t begin_of(const windows *axis, size_t window) {
    return (size_t)((uint64_t)window * axis->from / axis->to);
}

static size_t size_of(const windows *axis, size_t window) {
    return (size_t)((((uint64_t)window + 1) * axis->from + axis->to - 1) / axis->to) - begin_of(axis, window);
}

/* Whether the last axes of these sizes are the constant's, or it repeats along them. */
static bool fits(const digitnet__import_constant *constant, const size_t *sizes, size_t rank) {
    bool all = constant && constant->rank <= rank;
    for (size_t i = 0; all && i < constant->rank; i++)
        all = constant->sizes[i] == 1 || constant->sizes[i] == sizes[rank - constant->rank + i];
    return all;
}

/* Of a constant that fits, the value at a place of the `rank` axes. */
static double value_at(const digitnet__import_constant *constant, const size_t *place, size_t rank) {
    size_t index = 0;
    for (size_t i = 0; i < constant->rank; i++)
        index = index * constant->sizes[i] + (constant->sizes[i] == 1 ? 0 : place[rank - constant->rank + i]);
    return digitnet__constant_number(constant, index);
}

/* What the node has besides the image; what it has not is NULL. */
typedef struct parts {
    windows axes[2];
    const digitnet__import_constant *indices, *counts, *masks[MASKS];
    size_t mask_count;
} parts;

/* The window is what the indices and masks say: its values once each, and no others. `place` has its row and column at
 * 0 and 2. */
static bool is_window(const parts *pool, size_t place[4]) {
    const windows *rows = &pool->axes[0], *columns = &pool->axes[1];
    size_t height = size_of(rows, place[0]), width = size_of(columns, place[2]), index = 0;
    const size_t window[] = {0, 0, place[0], place[2]};
    bool right = height <= rows->places && width <= columns->places &&
                 (!pool->counts || value_at(pool->counts, window, 4) == (double)(height * width));
    for (place[1] = 0; right && place[1] < rows->places; place[1]++) {
        for (place[3] = 0; right && place[3] < columns->places; place[3]++) {
            bool wanted = place[1] < height && place[3] < width, kept = true;
            for (size_t i = 0; i < pool->mask_count; i++)
                kept &= value_at(pool->masks[i], place, 4) == 0;
            index = 2 * (((place[0] * rows->places + place[1]) * columns->to + place[2]) * columns->places + place[3]);
            const int64_t *found = &pool->indices->integers[index];
            right = kept == wanted && (!kept || (found[0] == (int64_t)(begin_of(rows, place[0]) + place[1]) &&
                                                 found[1] == (int64_t)(begin_of(columns, place[2]) + place[3])));
        }
    }
    return right;
}

static bool are_windows(const parts *pool) {
    size_t place[4];
    bool right = true;
    for (place[0] = 0; right && place[0] < pool->axes[0].to; place[0]++)
        for (place[2] = 0; right && place[2] < pool->axes[1].to; place[2]++)
            right = is_window(pool, place);
    return right;
}

/* Whether all has the shapes that it must have. */
static digitnet_status read_parts(bool *fit, parts *pool, digitnet__importer *importer,
                                  const digitnet__import_node *node, const digitnet__view *view) {
    int64_t places[2] = {0};
    size_t place_count;
    DNN_TRY(digitnet__import_constant_at(&pool->indices, importer, node, INDICES));
    DNN_TRY(digitnet__import_integers(places, &place_count, 2, node, "places"));
    const digitnet__import_constant *indices = pool->indices;
    *fit = view->rank == 3 && indices && indices->is_integer && indices->rank == 5 && indices->count > 0 &&
           indices->sizes[4] == 2;
    for (size_t i = 0; *fit && i < 2; i++) {
        pool->axes[i] = (windows){view->sizes[i + 1], indices->sizes[2 * i], indices->sizes[2 * i + 1]};
        *fit = place_count == 0 || places[i] == (int64_t)pool->axes[i].places;
    }
    if (!*fit || place_count == 0)
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_constant_at(&pool->counts, importer, node, COUNTS));
    *fit = fits(pool->counts, (const size_t[]){1, 1, pool->axes[0].to, pool->axes[1].to}, 4);
    for (size_t i = FIRST_MASK; i < node->input_count; i++) {
        const digitnet__import_constant **mask = &pool->masks[pool->mask_count++];
        DNN_TRY(digitnet__import_constant_at(mask, importer, node, i));
        *fit &= fits(*mask, indices->sizes, 4);
    }
    return DIGITNET_OK;
}

static digitnet_status weigh(digitnet__import_matrix *matrix, digitnet__importer *importer, const windows *axis) {
    DNN_TRY(digitnet__import_matrix_create(matrix, importer, axis->to, axis->from));
    for (size_t i = 0; i < axis->to; i++)
        for (size_t k = 0; k < size_of(axis, i); k++)
            matrix->weights[i * axis->from + begin_of(axis, i) + k] = 1 / (float)size_of(axis, i);
    return DIGITNET_OK;
}

/* A mean of means, along rows and along columns. */
static digitnet_status adaptive_pool(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input, result;
    parts pool = {.mask_count = 0};
    bool fit;
    DNN_TRY(digitnet__import_take(&input, importer, node, IMAGE));
    DNN_TRY(read_parts(&fit, &pool, importer, node, &input->view));
    if (!fit || !are_windows(&pool)) {
        const digitnet__import_node gather = digitnet__import_inner(node, "GatherND", node->inputs, 0, NULL);
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, &gather, "takes places that are no adaptive pool's");
    }
    for (size_t i = 0; i < 2; i++)
        DNN_TRY(weigh(&matrices[i + 1], importer, &pool.axes[i]));
    DNN_TRY(digitnet__import_map(&result, importer, node, IMAGE, matrices));
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_adaptive_pools[] = {
    {"AdaptiveAvgPool2d", INPUTS, "places", adaptive_pool},
    {0},
};
