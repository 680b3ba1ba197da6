/* Add, Sub, Mul and Div: with constants, which wait for what they can be made a part of, and of two activations. */
#include "core/status.h"
#include "import/importer.h"

#include <math.h>
#include <string.h>

/* ---- Constants ---- */

/* The axes along which the constant varies, in the order of the activation's; others repeat. */
static digitnet_status find_varied(digitnet__view *varied, const digitnet__import_node *node,
                                   const digitnet__view *view, const digitnet__import_constant *constant) {
    *varied = (digitnet__view){.rank = view->rank, .places = view->places};
    for (size_t i = 0; i < view->rank; i++)
        varied->sizes[i] = 1;
    for (size_t i = 0; i < constant->rank; i++) {
        size_t size = constant->sizes[constant->rank - 1 - i];
        bool is_axis = i < view->rank;
        if (size == 1)
            continue;
        if (!is_axis || view->sizes[view->rank - 1 - i] != size)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node,
                                         "has a constant that makes the result larger than the activation");
        varied->sizes[view->rank - 1 - i] = size;
    }
    for (size_t i = 0; i < view->atom_count; i++)
        if (varied->sizes[view->atoms[i].axis] > 1)
            varied->atoms[varied->atom_count++] = view->atoms[i];
    return DIGITNET_OK;
}

/* One value of the constant for each place of the activation. */
static void spread_over_all(float *values, const size_t *places, const digitnet__view *view,
                            const digitnet__view *varied, const digitnet__import_constant *constant) {
    size_t index[DNN_VIEW_AXES] = {0}, from = 0, count = digitnet__view_count(view);
    size_t strides[DNN_VIEW_AXES] = {0};
    size_t stride = 1;
    for (size_t axis = view->rank; axis-- > 0;) {
        strides[axis] = varied->sizes[axis] > 1 ? stride : 0;
        stride *= varied->sizes[axis];
    }
    for (size_t i = 0; i < count; i++) {
        values[places[i]] = (float)digitnet__constant_number(constant, from);
        for (size_t axis = view->rank; axis-- > 0;) {
            from += strides[axis];
            if (++index[axis] < view->sizes[axis])
                break;
            from -= strides[axis] * view->sizes[axis];
            index[axis] = 0;
        }
    }
}

digitnet_status digitnet__import_spread(float **values, size_t *count, digitnet__importer *importer,
                                        const digitnet__import_node *node,
                                        const digitnet__import_activation *activation,
                                        const digitnet__import_constant *constant) {
    const digitnet__view *view = &activation->view;
    digitnet__view varied;
    void *memory, *places;
    size_t channels = digitnet__draft_shape(importer, activation->value).channels;
    DNN_TRY(find_varied(&varied, node, view, constant));
    bool per_channel = constant->count > 1 && constant->count == channels && !view->places &&
                       digitnet__view_covers(&varied, 0, view->rank - 1);
    *count = constant->count == 1 ? 1 : per_channel ? channels : digitnet__view_count(view);
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, *count, sizeof(float)));
    *values = memory;
    if (*count == 1) {
        **values = (float)digitnet__constant_number(constant, 0);
        return DIGITNET_OK;
    }
    DNN_TRY(digitnet__pool_allocate(&places, importer->pool, *count, sizeof(size_t)));
    digitnet__view_places(places, per_channel ? &varied : view);
    spread_over_all(*values, places, per_channel ? &varied : view, &varied, constant);
    return DIGITNET_OK;
}

/* Of fewer factors each stands for the same place of every group, as those of channels do. */
digitnet_status digitnet__import_compose(digitnet__import_affine *affine, digitnet__importer *importer,
                                         const float *scale, const float *offset, size_t count) {
    const digitnet__import_affine before = *affine;
    void *scales, *offsets;
    affine->count = count > before.count ? count : before.count;
    DNN_TRY(digitnet__pool_allocate(&scales, importer->pool, affine->count, sizeof(float)));
    DNN_TRY(digitnet__pool_allocate(&offsets, importer->pool, affine->count, sizeof(float)));
    affine->scale = scales;
    affine->offset = offsets;
    for (size_t i = 0; i < affine->count; i++) {
        float factor = scale ? scale[i % count] : 1, added = offset ? offset[i % count] : 0;
        affine->scale[i] = (before.count ? before.scale[i % before.count] : 1) * factor;
        affine->offset[i] = (before.count ? before.offset[i % before.count] : 0) * factor + added;
    }
    return DIGITNET_OK;
}

/* Before operator set 7 an attribute says at which axis the constant's sizes begin. */
static digitnet_status align(digitnet__import_constant *constant, const digitnet__import_node *node,
                             const digitnet__import_activation *activation) {
    int64_t wanted = 0;
    size_t axis, rank = activation->view.rank + 1;
    if (!digitnet__import_attribute_find(node, "axis"))
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis_of(&axis, node, activation, wanted));
    return digitnet__constant_align(constant, node, axis, rank);
}

static digitnet_status with_constant(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                     const digitnet__import_constant *constant);

/* The activation's sizes, repeated along axes of size 1 where the constant is larger. Whether it is. */
static bool find_larger(size_t *sizes, const digitnet__view *view, const digitnet__import_constant *constant) {
    bool larger = false;
    memcpy(sizes, view->sizes, sizeof view->sizes);
    for (size_t i = 0; i < constant->rank && i < view->rank; i++) {
        size_t *size = &sizes[view->rank - 1 - i], other = constant->sizes[constant->rank - 1 - i];
        if (*size != 1 || other < 2)
            continue;
        *size = other;
        larger = true;
    }
    return larger;
}

/* With the activation repeated to these sizes. */
static digitnet_status with_larger_constant(digitnet__importer *importer, const digitnet__import_node *node,
                                            size_t input, const digitnet__import_constant *constant,
                                            const size_t *sizes) {
    digitnet__import_activation *activation, larger;
    size_t inputs[] = {node->inputs[0], node->inputs[1]};
    const digitnet__import_node own = digitnet__import_inner(node, NULL, inputs, 2, NULL);
    DNN_TRY(digitnet__import_take(&activation, importer, node, input));
    larger = *activation;
    if (!digitnet__view_expand(&larger.view, sizes, larger.view.rank))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "repeats values in an order that is not read");
    DNN_TRY(digitnet__import_open(&inputs[input], importer, &larger));
    DNN_TRY(with_constant(importer, &own, input, constant));
    digitnet__import_close(importer, inputs[input]);
    return DIGITNET_OK;
}

/* What the operator and a constant, which may come first, do to x: scale x + offset. */
static digitnet_status with_constant(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                     const digitnet__import_constant *constant) {
    digitnet__import_activation *activation, result;
    float *values, minus = -1;
    size_t count, sizes[DNN_VIEW_AXES];
    bool reversed = input == 1, sub = digitnet__wire_is(node->type, "Sub"), div = digitnet__wire_is(node->type, "Div");
    DNN_TRY(digitnet__import_peek(&activation, importer, node, input));
    if (!digitnet__constant_is_finite(constant))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a constant that is not finite");
    digitnet__import_constant aligned = *constant;
    DNN_TRY(align(&aligned, node, activation));
    if (find_larger(sizes, &activation->view, &aligned))
        return with_larger_constant(importer, node, input, constant, sizes);
    DNN_TRY(digitnet__import_spread(&values, &count, importer, node, activation, &aligned));
    for (size_t i = 0; i < count; i++) {
        if (div && values[i] == 0)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "divides by 0");
        values[i] = div ? 1 / values[i] : sub && !reversed ? -values[i] : values[i];
    }
    result = *activation;
    if (sub && reversed)
        DNN_TRY(digitnet__import_compose(&result.affine, importer, &minus, NULL, 1));
    bool scales = div || digitnet__wire_is(node->type, "Mul");
    DNN_TRY(digitnet__import_compose(&result.affine, importer, scales ? values : NULL, scales ? NULL : values, count));
    return digitnet__import_give(importer, node, 0, &result);
}

/* ---- Two activations ---- */

/* Two activations that a node takes, which may be others than it names: those repeated along axes of size 1. */
typedef struct pair {
    digitnet__import_node node; /* with these as inputs */
    size_t inputs[2];
    bool opened[2];
} pair;

static digitnet_status open_pair(pair *both, digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *taken[2];
    size_t sizes[DNN_VIEW_AXES];
    *both = (pair){.node = *node, .inputs = {node->inputs[0], node->inputs[1]}};
    for (size_t i = 0; i < 2; i++)
        DNN_TRY(digitnet__import_take(&taken[i], importer, node, i));
    const digitnet__view *first = &taken[0]->view, *second = &taken[1]->view;
    bool fits = first->rank == second->rank;
    for (size_t i = 0; fits && i < first->rank; i++) {
        sizes[i] = first->sizes[i] == 1 ? second->sizes[i] : first->sizes[i];
        fits = second->sizes[i] == sizes[i] || second->sizes[i] == 1;
    }
    for (size_t i = 0; fits && i < 2; i++) {
        digitnet__import_activation larger = *taken[i];
        if (memcmp(larger.view.sizes, sizes, first->rank * sizeof *sizes) == 0)
            continue;
        fits = digitnet__view_expand(&larger.view, sizes, first->rank);
        DNN_TRY(digitnet__import_open(&both->inputs[i], importer, &larger));
        both->opened[i] = true;
    }
    return fits ? DIGITNET_OK
                : digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes two activations of different sizes");
}

static void close_pair(const pair *both, digitnet__importer *importer) {
    for (size_t i = 0; i < 2; i++)
        if (both->opened[i])
            digitnet__import_close(importer, both->inputs[i]);
}

static bool is_channels_first(const digitnet__view *view) {
    if (view->rank != 3)
        return false;
    digitnet__view image = digitnet__view_channels_first(view->sizes[0], view->sizes[1], view->sizes[2]);
    return digitnet__view_equal(view, &image);
}

/* Both in the order of images, where one has it, or else in the file's: as two values of one shape. */
static digitnet_status arrange_pair(digitnet__import_activation *result, size_t *values, digitnet__importer *importer,
                                    const digitnet__import_node *node) {
    digitnet__import_activation *first, *second;
    DNN_TRY(digitnet__import_take(&first, importer, node, 0));
    DNN_TRY(digitnet__import_take(&second, importer, node, 1));
    if (!digitnet__view_equal(&first->view, &second->view)) {
        const digitnet__view *view = &first->view;
        bool any_image = is_channels_first(view) || is_channels_first(&second->view);
        bool any_plain = digitnet__view_is_plain(view) || digitnet__view_is_plain(&second->view);
        digitnet__view wanted = !any_image && (any_plain || view->rank != 3)
                                    ? digitnet__view_plain(view->sizes, view->rank)
                                    : digitnet__view_channels_first(view->sizes[0], view->sizes[1], view->sizes[2]);
        DNN_TRY(digitnet__import_arrange(importer, node, 0, &wanted));
        DNN_TRY(digitnet__import_arrange(importer, node, 1, &wanted));
    }
    *result = *first;
    values[0] = first->value;
    values[1] = second->value;
    return digitnet__import_reshape(&values[1], importer, digitnet__draft_shape(importer, values[0]), node);
}

/* The second gets the shape and the order of the first; `result` has them. */
static digitnet_status match(digitnet__import_activation *result, size_t *values, digitnet__importer *importer,
                             const digitnet__import_node *node) {
    pair both;
    DNN_TRY(open_pair(&both, importer, node));
    both.node.inputs = both.inputs;
    DNN_TRY(arrange_pair(result, values, importer, &both.node));
    close_pair(&both, importer);
    return DIGITNET_OK;
}

/* `result` with the layer that joins the values in the place of its own. */
static digitnet_status give_joined(digitnet__importer *importer, const digitnet__import_node *node,
                                   const digitnet__import_activation *result, const digitnet__layer_kind *kind,
                                   const size_t *values) {
    const digitnet__attributes none = {0};
    digitnet__import_activation joined = *result;
    DNN_TRY(digitnet__draft_add(&joined.value, importer, kind, &none, values, node->input_count, node));
    return digitnet__import_give(importer, node, 0, &joined);
}

/* Each channel of an image times a number, as squeeze and excitation has it: `row` is the input of the numbers.
 * `*is_so` is false where the shapes are others. */
static digitnet_status scale_channels(bool *is_so, size_t *values, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t row) {
    digitnet__import_activation *image, *numbers;
    DNN_TRY(digitnet__import_take(&image, importer, node, 1 - row));
    DNN_TRY(digitnet__import_take(&numbers, importer, node, row));
    const digitnet__view *view = &image->view;
    digitnet__view varied = {.rank = view->rank};
    digitnet__shape shape = digitnet__draft_shape(importer, image->value);
    size_t count = digitnet__view_count(&numbers->view);
    *is_so = view->rank == 3 && numbers->view.rank == 3 && numbers->view.sizes[0] == view->sizes[0] &&
             count == view->sizes[0];
    if (*is_so) {
        DNN_TRY(digitnet__import_take_ordered_image(&values[1 - row], importer, node, 1 - row));
        return digitnet__import_take_ordered_image(&values[row], importer, node, row);
    }
    if (view->rank != numbers->view.rank || view->rank < 2 || count != shape.channels || shape.flat || view->places ||
        numbers->view.places)
        return DIGITNET_OK;
    for (size_t i = 0; i < view->rank; i++) {
        varied.sizes[i] = numbers->view.sizes[i];
        if (varied.sizes[i] != 1 && varied.sizes[i] != view->sizes[i])
            return DIGITNET_OK;
    }
    for (size_t i = 0; i < view->atom_count; i++)
        if (varied.sizes[view->atoms[i].axis] > 1)
            varied.atoms[varied.atom_count++] = view->atoms[i];
    *is_so = digitnet__view_equal(&varied, &numbers->view);
    values[1 - row] = image->value;
    values[row] = numbers->value;
    return *is_so
               ? digitnet__import_reshape(&values[row], importer,
                                          (digitnet__shape){.height = 1, .width = 1, .channels = shape.channels}, node)
               : DIGITNET_OK;
}

static digitnet_status multiply(digitnet__importer *importer, const digitnet__import_node *node) {
    size_t values[2];
    digitnet__import_activation *inputs[2], result;
    for (size_t i = 0; i < 2; i++)
        DNN_TRY(digitnet__import_peek(&inputs[i], importer, node, i));
    for (size_t row = 0; row < 2; row++) {
        bool is_so;
        if (digitnet__view_count(&inputs[row]->view) >= digitnet__view_count(&inputs[1 - row]->view))
            continue;
        DNN_TRY(scale_channels(&is_so, values, importer, node, row));
        if (is_so)
            return give_joined(importer, node, digitnet__import_activation_at(importer, node, 1 - row),
                               &digitnet__layer_multiply, values);
    }
    DNN_TRY(match(&result, values, importer, node));
    return give_joined(importer, node, &result, &digitnet__layer_multiply, values);
}

static digitnet_status add(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation result;
    size_t values[2];
    DNN_TRY(match(&result, values, importer, node));
    if (digitnet__wire_is(node->type, "Sub"))
        DNN_TRY(digitnet__import_negate(&values[1], importer, node));
    return give_joined(importer, node, &result, &digitnet__layer_add, values);
}

digitnet_status digitnet__import_binary(digitnet__importer *importer, const digitnet__import_node *node) {
    bool div = digitnet__wire_is(node->type, "Div");
    int64_t broadcast = 1;
    DNN_TRY(digitnet__import_integer(&broadcast, node, "broadcast"));
    if (node->input_count != 2)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu inputs; it must have 2", node->input_count);
    for (size_t input = 0; input < 2; input++) {
        const digitnet__import_constant *constant;
        DNN_TRY(digitnet__import_constant_at(&constant, importer, node, 1 - input));
        if (constant && !(div && input == 1))
            return with_constant(importer, node, input, constant);
    }
    if (div)
        return digitnet__import_divide(importer, node);
    return (digitnet__wire_is(node->type, "Mul") ? multiply : add)(importer, node);
}

/* What Expand repeats up to the size of the other activation, the operator repeats itself. */
static digitnet_status expanded(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__view views[2];
    bool repeats[2] = {false};
    for (size_t i = 0; i < 2; i++) {
        digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, i);
        const digitnet__import_activation *other = digitnet__import_activation_at(importer, node, 1 - i);
        repeats[i] = activation && other && digitnet__view_repeats(&activation->view) &&
                     !digitnet__view_repeats(&other->view) &&
                     digitnet__view_count(&other->view) == digitnet__view_count(&activation->view);
        if (repeats[i]) {
            views[i] = activation->view;
            digitnet__view_collapse(&activation->view);
        }
    }
    digitnet_status status = digitnet__import_binary(importer, node);
    for (size_t i = 0; i < 2; i++)
        if (repeats[i])
            digitnet__import_activation_at(importer, node, i)->view = views[i];
    return status;
}

/* More than two stand in the same order. */
static digitnet_status sum(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { INPUTS_MAX = 1024 };
    digitnet__import_activation *first, *next;
    void *memory;
    if (node->input_count == 2)
        return digitnet__import_binary(importer, node);
    if (node->input_count > INPUTS_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has %zu inputs; the limit is %d", node->input_count,
                                     INPUTS_MAX);
    DNN_TRY(digitnet__import_take(&first, importer, node, 0));
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, node->input_count, sizeof(size_t)));
    size_t *values = memory;
    for (size_t i = 0; i < node->input_count; i++) {
        DNN_TRY(digitnet__import_take(&next, importer, node, i));
        if (!digitnet__view_equal(&first->view, &next->view))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes activations of different sizes or orders");
        values[i] = next->value;
        DNN_TRY(digitnet__import_reshape(&values[i], importer, digitnet__draft_shape(importer, values[0]), node));
    }
    return node->input_count > 1 ? give_joined(importer, node, first, &digitnet__layer_add, values)
                                 : digitnet__import_give(importer, node, 0, first);
}

/* The sum by the number of them. */
static digitnet_status mean(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *all, result;
    const float part = 1 / (float)node->input_count;
    size_t whole;
    DNN_TRY(digitnet__import_reserve(&whole, importer));
    const digitnet__import_node inner = digitnet__import_inner(node, "Sum", node->inputs, node->input_count, &whole);
    const digitnet__import_node outer = digitnet__import_inner(node, NULL, &whole, 1, NULL);
    DNN_TRY(sum(importer, &inner));
    DNN_TRY(digitnet__import_peek(&all, importer, &outer, 0));
    result = *all;
    DNN_TRY(digitnet__import_compose(&result.affine, importer, &part, NULL, 1));
    digitnet__import_close(importer, whole);
    return digitnet__import_give(importer, node, 0, &result);
}

/* ---- The larger, or the smaller, of two ---- */

/* max(a, b) = relu(a - b) + b; min(a, b) = -max(-a, -b) = b - relu(b - a) */
static digitnet_status extreme_of_two(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation result;
    const digitnet__attributes none = {0};
    size_t values[2], difference[2];
    bool is_min = digitnet__wire_is(node->type, "Min");
    DNN_TRY(match(&result, values, importer, node));
    difference[0] = values[is_min];
    difference[1] = values[!is_min];
    DNN_TRY(digitnet__import_negate(&difference[1], importer, node));
    DNN_TRY(digitnet__draft_add(&difference[0], importer, &digitnet__layer_add, &none, difference, 2, node));
    DNN_TRY(digitnet__import_activate(&difference[0], importer, node, DIGITNET_ACTIVATION_RELU));
    if (is_min)
        DNN_TRY(digitnet__import_negate(&difference[0], importer, node));
    values[0] = difference[0];
    return give_joined(importer, node, &result, &digitnet__layer_add, values);
}

/* Of two activations, or of one and a number. */
static digitnet_status extreme_of_pair(digitnet__importer *importer, const digitnet__import_node *node) {
    bool both = digitnet__import_activation_at(importer, node, 0) && digitnet__import_activation_at(importer, node, 1);
    return both ? extreme_of_two(importer, node) : digitnet__import_limit(importer, node);
}

/* Of any number, two and two. */
static digitnet_status extreme(digitnet__importer *importer, const digitnet__import_node *node) {
    size_t inputs[] = {node->inputs[0], DNN_NO_VALUE}, between = DNN_NO_VALUE;
    if (node->input_count == 1)
        return digitnet__import_give(importer, node, 0, digitnet__import_activation_at(importer, node, 0));
    for (size_t i = 1; i < node->input_count; i++) {
        bool is_last = i + 1 == node->input_count;
        inputs[1] = node->inputs[i];
        if (!is_last)
            DNN_TRY(digitnet__import_reserve(&between, importer));
        const digitnet__import_node two = digitnet__import_inner(node, NULL, inputs, 2, is_last ? NULL : &between);
        DNN_TRY(extreme_of_pair(importer, &two));
        if (i > 1)
            digitnet__import_close(importer, inputs[0]);
        inputs[0] = between;
    }
    return DIGITNET_OK;
}

/* scale x + bias, as the first files had it: one scale, and a bias for each channel of an image (ImageScaler) or for
 * all (Affine, as alpha and beta). */
static digitnet_status scale_image(digitnet__importer *importer, const digitnet__import_node *node) {
    bool by_channel = digitnet__wire_is(node->type, "ImageScaler");
    const digitnet__import_attribute *bias = digitnet__import_attribute_find(node, "bias");
    digitnet__import_activation *activation, result;
    float scale = 1, offset = 0, *offsets = &offset;
    size_t count = 1;
    DNN_TRY(digitnet__import_peek(&activation, importer, node, 0));
    DNN_TRY(digitnet__import_number(&scale, node, by_channel ? "scale" : "alpha"));
    DNN_TRY(digitnet__import_number(&offset, node, "beta"));
    result = *activation;
    if (by_channel && bias && bias->numbers) {
        digitnet__import_constant column = {
            .rank = 3, .sizes = {bias->count, 1, 1}, .count = bias->count, .numbers = bias->numbers};
        DNN_TRY(digitnet__import_spread(&offsets, &count, importer, node, activation, &column));
    }
    DNN_TRY(digitnet__import_compose(&result.affine, importer, &scale, NULL, 1));
    DNN_TRY(digitnet__import_compose(&result.affine, importer, NULL, offsets, count));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status negative(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *activation, result;
    const float minus = -1;
    DNN_TRY(digitnet__import_peek(&activation, importer, node, 0));
    result = *activation;
    DNN_TRY(digitnet__import_compose(&result.affine, importer, &minus, NULL, 1));
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_arithmetic[] = {
    {"Add", 2, "axis broadcast consumed_inputs", expanded},
    {"Sub", 2, "axis broadcast consumed_inputs", expanded},
    {"Mul", 2, "axis broadcast consumed_inputs", expanded},
    {"Div", 2, "axis broadcast consumed_inputs", expanded},
    {"Sum", 0, "consumed_inputs", sum},
    {"Mean", 0, "consumed_inputs", mean},
    {"Neg", 1, "", negative},
    {"ImageScaler", 1, "bias scale", scale_image},
    {"Affine", 1, "alpha beta", scale_image},
    {"Max", 0, "consumed_inputs", extreme},
    {"Min", 0, "consumed_inputs", extreme},
    {0},
};
