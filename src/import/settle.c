/* Activations in the form that a layer takes. */
#include "core/memory.h"
#include "core/status.h"
#include "import/linear.h"

#include <math.h>
#include <string.h>

static bool has_pads(const digitnet__import_pads *pads) {
    return pads->top || pads->left || pads->bottom || pads->right;
}

static bool is_kind(const digitnet__draft *draft, const digitnet__layer_kind *kind) {
    return draft->layer.kind == kind;
}

static float factor(const float *factors, size_t count, size_t index) {
    return factors[count == 1 ? 0 : index];
}

/* The activation stands in another value from now on. */
static void move(digitnet__importer *importer, const digitnet__import_node *node, size_t input, size_t value) {
    digitnet__import_value *taken = &importer->graph->values[node->inputs[input]];
    if (taken->activation->value)
        importer->drafts[taken->activation->value - 1].open -= taken->uses;
    if (value)
        importer->drafts[value - 1].open += taken->uses;
    taken->activation->value = value;
}

/* A layer of one input beside those that nodes stand for: it leaves the node's name to the layer that the node is. */
static digitnet_status add_beside(size_t *value, digitnet__importer *importer, const digitnet__layer_kind *kind,
                                  const digitnet__attributes *attributes, const digitnet__import_node *node) {
    DNN_TRY(digitnet__draft_add(value, importer, kind, attributes, value, 1, node));
    importer->drafts[*value - 1].name = (digitnet__wire_view){0};
    return DIGITNET_OK;
}

/* ---- Scale and offset into the layer before ---- */

/* Of which channel each of a kernel's rows in memory is, divided by `rows`; a transposed convolution has its outputs
 * innermost but for the taps. */
static void scale_kernel(digitnet__draft *draft, const digitnet__import_affine *affine) {
    const digitnet__tensor *tensor = &draft->layer.tensors[DNN_KERNEL];
    float *kernel = draft->tensors[DNN_KERNEL];
    bool transposed = is_kind(draft, &digitnet__layer_conv2d_transpose);
    size_t outputs = draft->layer.output.channels;
    for (size_t i = 0; i < tensor->values; i++)
        kernel[i] *= factor(affine->scale, affine->count, transposed ? i % outputs : i / tensor->inputs);
}

static bool has_kernel(const digitnet__draft *draft) {
    return is_kind(draft, &digitnet__layer_conv2d) || is_kind(draft, &digitnet__layer_dense) ||
           is_kind(draft, &digitnet__layer_depthwise_conv2d) || is_kind(draft, &digitnet__layer_conv2d_transpose);
}

static digitnet_status fold_into_kernel(digitnet__importer *importer, digitnet__draft *draft,
                                        const digitnet__import_affine *affine) {
    DNN_TRY(digitnet__draft_require_bias(importer, draft));
    scale_kernel(draft, affine);
    float *bias = draft->tensors[DNN_BIAS];
    for (size_t i = 0; i < draft->layer.output.channels; i++)
        bias[i] = bias[i] * factor(affine->scale, affine->count, i) + factor(affine->offset, affine->count, i);
    return DIGITNET_OK;
}

static bool has_gamma(const digitnet__draft *draft) {
    return is_kind(draft, &digitnet__layer_layer_normalization) ||
           is_kind(draft, &digitnet__layer_batch_normalization) || is_kind(draft, &digitnet__layer_group_normalization);
}

static void fold_into_gamma(digitnet__draft *draft, const digitnet__import_affine *affine) {
    enum { GAMMA, BETA };
    for (size_t i = 0; i < draft->layer.output.channels; i++) {
        float scale = factor(affine->scale, affine->count, i);
        draft->tensors[GAMMA][i] *= scale;
        draft->tensors[BETA][i] = draft->tensors[BETA][i] * scale + factor(affine->offset, affine->count, i);
    }
}

/* False where the layer before cannot take it. */
static digitnet_status fold(bool *folded, digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                            const digitnet__import_affine *affine) {
    digitnet__draft *draft = digitnet__draft_own(importer, node, input);
    *folded = draft && draft->layer.attributes.activation == DIGITNET_ACTIVATION_LINEAR &&
              (affine->count == 1 || affine->count == draft->layer.output.channels) &&
              (has_kernel(draft) || has_gamma(draft));
    if (!*folded)
        return DIGITNET_OK;
    if (has_kernel(draft))
        return fold_into_kernel(importer, draft, affine);
    fold_into_gamma(draft, affine);
    return DIGITNET_OK;
}

/* ---- Scale and offset as a layer ---- */

/* (x - mean) / deviation can be it, within what the layer divides by. */
static bool is_normalization(const digitnet__import_affine *affine) {
    for (size_t i = 0; i < affine->count; i++)
        if (!(affine->scale[i] > 1e-6f && affine->scale[i] < 1e6f))
            return false;
    return true;
}

static digitnet_status add_normalization(size_t *value, digitnet__importer *importer,
                                         const digitnet__import_affine *affine, const digitnet__import_node *node) {
    const digitnet__attributes none = {0};
    DNN_TRY(add_beside(value, importer, &digitnet__layer_normalization, &none, node));
    float *mean = digitnet__draft_tensor(importer, *value, "mean");
    float *variance = digitnet__draft_tensor(importer, *value, "variance");
    for (size_t i = 0; i < affine->count; i++) {
        double deviation = 1 / (double)affine->scale[i];
        mean[i] = (float)(-(double)affine->offset[i] * deviation);
        variance[i] = (float)(deviation * deviation);
    }
    return DIGITNET_OK;
}

/* A kernel of one tap for each channel. */
static digitnet_status add_depthwise(size_t *value, digitnet__importer *importer, const digitnet__import_affine *affine,
                                     const digitnet__import_node *node) {
    const digitnet__attributes tap = {.window_height = 1, .window_width = 1, .stride_height = 1, .stride_width = 1};
    digitnet__shape shape = digitnet__draft_shape(importer, *value), image = shape;
    image.flat = false;
    DNN_TRY(digitnet__import_reshape(value, importer, image, node));
    DNN_TRY(add_beside(value, importer, &digitnet__layer_depthwise_conv2d, &tap, node));
    memcpy(digitnet__draft_tensor(importer, *value, "kernel"), affine->scale, affine->count * sizeof(float));
    memcpy(digitnet__draft_tensor(importer, *value, "bias"), affine->offset, affine->count * sizeof(float));
    return digitnet__import_reshape(value, importer, shape, node);
}

static digitnet_status add_affine(size_t *value, digitnet__importer *importer, const digitnet__import_affine *affine,
                                  const digitnet__import_node *node) {
    digitnet__shape shape = digitnet__draft_shape(importer, *value);
    if (affine->count == 1) {
        digitnet__attributes rescaling = {.scale = (double)affine->scale[0], .offset = (double)affine->offset[0]};
        return add_beside(value, importer, &digitnet__layer_rescaling, &rescaling, node);
    }
    digitnet__shape row = {.height = 1, .width = 1, .channels = affine->count, .flat = true};
    if (affine->count != shape.channels)
        DNN_TRY(digitnet__import_reshape(value, importer, row, node));
    DNN_TRY((is_normalization(affine) ? add_normalization : add_depthwise)(value, importer, affine, node));
    return digitnet__import_reshape(value, importer, shape, node);
}

/* As bytes times 255, which the graph divides by 255. */
static bool is_identity(const digitnet__import_affine *affine) {
    return affine->count == 1 && fabsf(*affine->scale - 1) <= 1e-6f && *affine->offset == 0;
}

static digitnet_status settle_affine(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                     digitnet__import_activation *activation) {
    bool folded;
    if (is_identity(&activation->affine))
        activation->affine.count = 0;
    if (activation->affine.count == 0)
        return DIGITNET_OK;
    DNN_TRY(fold(&folded, importer, node, input, &activation->affine));
    if (!folded) {
        size_t value = activation->value;
        DNN_TRY(add_affine(&value, importer, &activation->affine, node));
        move(importer, node, input, value);
    }
    activation->affine.count = 0;
    return DIGITNET_OK;
}

static digitnet_status list_places(const size_t **places, digitnet__importer *importer, const digitnet__view *view) {
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, digitnet__view_count(view), sizeof **places));
    digitnet__view_places(memory, view);
    *places = memory;
    return DIGITNET_OK;
}

/* ---- Shapes ---- */

digitnet_status digitnet__import_reshape(size_t *value, digitnet__importer *importer, digitnet__shape shape,
                                         const digitnet__import_node *node) {
    digitnet__shape present = digitnet__draft_shape(importer, *value);
    const digitnet__attributes none = {0}, target = {.size_height = shape.flat ? 0 : shape.height,
                                                     .size_width = shape.flat ? 0 : shape.width,
                                                     .outputs = shape.channels};
    if (digitnet__shape_equal(present, shape))
        return DIGITNET_OK;
    return shape.flat ? add_beside(value, importer, &digitnet__layer_flatten, &none, node)
                      : add_beside(value, importer, &digitnet__layer_reshape, &target, node);
}

digitnet_status digitnet__import_settle(digitnet__importer *importer, const digitnet__import_node *node, size_t input) {
    digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, input);
    size_t value;
    digitnet__import_pads pads = activation->pads;
    DNN_TRY(settle_affine(importer, node, input, activation));
    if (!has_pads(&pads))
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_take_ordered_image(&value, importer, node, input));
    const digitnet__attributes sides = {.top = pads.top, .bottom = pads.bottom, .left = pads.left, .right = pads.right};
    DNN_TRY(add_beside(&value, importer, &digitnet__layer_zero_padding2d, &sides, node));
    digitnet__shape shape = digitnet__draft_shape(importer, value);
    move(importer, node, input, value);
    activation->view = digitnet__view_channels_first(shape.channels, shape.height, shape.width);
    activation->pads = (digitnet__import_pads){0};
    return DIGITNET_OK;
}

/* Each row and column some times. False where it is more than that. */
static digitnet_status repeat_lines(bool *done, digitnet__importer *importer, const digitnet__import_node *node,
                                    size_t input, const digitnet__view *view) {
    digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, input);
    size_t times[DNN_VIEW_AXES], value;
    const size_t *channels;
    digitnet__view once = *view;
    *done = once.rank == 3 && digitnet__view_repetitions(times, &once) && times[0] == 1 &&
            digitnet__view_covers(&once, 0, 0);
    if (!*done)
        return DIGITNET_OK;
    activation->view = once;
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, input));
    once = activation->view;
    const digitnet__attributes larger = {.size_height = times[1], .size_width = times[2]};
    DNN_TRY(digitnet__draft_add(&value, importer, &digitnet__layer_up_sampling2d, &larger, &value, 1, node));
    digitnet__shape shape = digitnet__draft_shape(importer, value);
    digitnet__view_set_image(&once, shape.height, shape.width);
    move(importer, node, input, value);
    activation->view = once;
    return DIGITNET_OK;
}

/* For each value along an axis the one among those that are not repeated. */
static void weigh_repeated(const digitnet__import_matrix *matrix, const digitnet__view *view, size_t axis) {
    for (size_t i = 0; i < matrix->outputs; i++) {
        size_t rest = i, place = 0, below = 1;
        for (size_t k = view->atom_count; k-- > 0;) {
            const digitnet__view_atom *atom = &view->atoms[k];
            if (atom->axis != axis)
                continue;
            place += atom->stride ? rest % atom->size * below : 0;
            below *= atom->stride ? atom->size : 1;
            rest /= atom->size;
        }
        matrix->weights[i * matrix->inputs + place] = 1;
    }
}

/* Values that Expand or Tile repeats. */
static digitnet_status repeat(digitnet__importer *importer, const digitnet__import_node *node, size_t input) {
    digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, input), result;
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    const digitnet__view repeated = activation->view;
    bool done;
    if (has_pads(&activation->pads))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes values that are repeated in a way not read");
    DNN_TRY(settle_affine(importer, node, input, activation));
    DNN_TRY(repeat_lines(&done, importer, node, input, &repeated));
    if (done)
        return DIGITNET_OK;
    digitnet__view once = repeated;
    once.atom_count = 0;
    for (size_t i = 0; i < once.rank; i++)
        once.sizes[i] = 1;
    for (size_t i = 0; i < repeated.atom_count; i++) {
        if (repeated.atoms[i].stride == 0)
            continue;
        once.sizes[repeated.atoms[i].axis] *= repeated.atoms[i].size;
        once.atoms[once.atom_count++] = repeated.atoms[i];
    }
    for (size_t i = 0; i < once.rank; i++) {
        if (once.sizes[i] == repeated.sizes[i])
            continue;
        DNN_TRY(digitnet__import_matrix_create(&matrices[i], importer, repeated.sizes[i], once.sizes[i]));
        weigh_repeated(&matrices[i], &repeated, i);
    }
    activation->view = once;
    DNN_TRY(digitnet__import_map(&result, importer, node, input, matrices));
    move(importer, node, input, result.value);
    activation->view = result.view;
    return DIGITNET_OK;
}

static digitnet_status find(digitnet__import_activation **activation, digitnet__importer *importer,
                            const digitnet__import_node *node, size_t input) {
    *activation = digitnet__import_activation_at(importer, node, input);
    if (!*activation)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no input %zu that depends on the image", input);
    if ((*activation)->is_class)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes the class that ArgMax gives");
    return digitnet__view_repeats(&(*activation)->view) ? repeat(importer, node, input) : DIGITNET_OK;
}

digitnet_status digitnet__import_peek(digitnet__import_activation **activation, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t input) {
    DNN_TRY(find(activation, importer, node, input));
    return has_pads(&(*activation)->pads) ? digitnet__import_settle(importer, node, input) : DIGITNET_OK;
}

digitnet_status digitnet__import_take(digitnet__import_activation **activation, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t input) {
    DNN_TRY(find(activation, importer, node, input));
    return digitnet__import_settle(importer, node, input);
}

static bool is_image(const digitnet__view *view) {
    return view->rank == 3 && digitnet__view_covers(view, 0, 0) && digitnet__view_steps(view, 2, view->sizes[0]) &&
           digitnet__view_steps(view, 1, view->sizes[0] * view->sizes[2]);
}

digitnet_status digitnet__import_take_image(size_t *value, const size_t **channels, digitnet__importer *importer,
                                            const digitnet__import_node *node, size_t input) {
    digitnet__import_activation *activation;
    DNN_TRY(find(&activation, importer, node, input));
    DNN_TRY(settle_affine(importer, node, input, activation));
    const digitnet__view *view = &activation->view;
    if (view->rank != 3)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes %zu dimensions; images have 4",
                                     view->rank + 1);
    if (!is_image(view)) {
        digitnet__view wanted = digitnet__view_channels_first(view->sizes[0], view->sizes[1], view->sizes[2]);
        DNN_TRY(digitnet__import_arrange(importer, node, input, &wanted));
    }
    *value = activation->value;
    DNN_TRY(digitnet__import_reshape(
        value, importer,
        (digitnet__shape){.height = view->sizes[1], .width = view->sizes[2], .channels = view->sizes[0]}, node));
    move(importer, node, input, *value);
    *channels = NULL;
    if (digitnet__view_steps(view, 0, 1))
        return DIGITNET_OK;
    void *places;
    DNN_TRY(digitnet__pool_allocate(&places, importer->pool, view->sizes[0], sizeof **channels));
    digitnet__view_axis_places(places, view, 0);
    *channels = places;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_take_ordered_image(size_t *value, digitnet__importer *importer,
                                                    const digitnet__import_node *node, size_t input) {
    const size_t *sizes = digitnet__import_activation_at(importer, node, input)->view.sizes, *channels;
    digitnet__view ordered = digitnet__view_channels_first(sizes[0], sizes[1], sizes[2]);
    DNN_TRY(digitnet__import_arrange(importer, node, input, &ordered));
    return digitnet__import_take_image(value, &channels, importer, node, input);
}

digitnet_status digitnet__import_take_row(size_t *value, const size_t **places, digitnet__importer *importer,
                                          const digitnet__import_node *node, size_t input) {
    digitnet__import_activation *activation;
    DNN_TRY(digitnet__import_take(&activation, importer, node, input));
    digitnet__shape row = {.height = 1, .width = 1, .channels = digitnet__view_count(&activation->view), .flat = true};
    *value = activation->value;
    DNN_TRY(digitnet__import_reshape(value, importer, row, node));
    move(importer, node, input, *value);
    return list_places(places, importer, &activation->view);
}

digitnet_status digitnet__import_take_channels(size_t *value, const size_t **places, digitnet__importer *importer,
                                               const digitnet__import_node *node, size_t input, size_t axis) {
    digitnet__import_activation *activation;
    DNN_TRY(digitnet__import_take(&activation, importer, node, input));
    const digitnet__view *view = &activation->view;
    if (view->rank == 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes no channels");
    if (view->rank == 1)
        return digitnet__import_take_row(value, places, importer, node, input);
    size_t channels = view->sizes[axis];
    if (!digitnet__view_covers(view, axis, axis)) {
        digitnet__view wanted = digitnet__view_channels_at(view->sizes, view->rank, axis);
        DNN_TRY(digitnet__import_arrange(importer, node, input, &wanted));
    }
    digitnet__shape shape = digitnet__draft_shape(importer, activation->value);
    *value = activation->value;
    if (shape.flat || shape.channels != channels) {
        digitnet__shape image = {.height = digitnet__view_count(view) / channels, .width = 1, .channels = channels};
        if (is_image(view) && axis == 0)
            image = (digitnet__shape){.height = view->sizes[1], .width = view->sizes[2], .channels = channels};
        DNN_TRY(digitnet__import_reshape(value, importer, image, node));
        move(importer, node, input, *value);
    }
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, channels, sizeof **places));
    digitnet__view_axis_places(memory, view, axis);
    *places = memory;
    return DIGITNET_OK;
}

/* ---- Another order: in the layers that give the values, where they can, or by moving them ---- */

/* to[i] = from[places[i]], for groups of `size` values. */
static void permute(float *values, float *copy, const size_t *places, size_t count, size_t size) {
    memcpy(copy, values, count * size * sizeof *values);
    for (size_t i = 0; i < count; i++)
        memcpy(values + i * size, copy + places[i] * size, size * sizeof *values);
}

/* Layers that do the same to each value of a row, with numbers for each. */
static bool goes_by_value(const digitnet__draft *draft) {
    digitnet_activation activation = draft->layer.attributes.activation;
    return draft->layer.output.flat && activation != DIGITNET_ACTIVATION_SOFTMAX &&
           activation != DIGITNET_ACTIVATION_LOG_SOFTMAX &&
           (is_kind(draft, &digitnet__layer_activation) || is_kind(draft, &digitnet__layer_batch_normalization) ||
            is_kind(draft, &digitnet__layer_dropout) || is_kind(draft, &digitnet__layer_rescaling));
}

/* The dense layer whose units a value is, with layers by value behind it; 0 where it is none, or where others take what
 * is between. */
static size_t find_units(const digitnet__importer *importer, size_t value) {
    while (value) {
        const digitnet__draft *draft = &importer->drafts[value - 1];
        digitnet_activation activation = draft->layer.attributes.activation;
        if (is_kind(draft, &digitnet__layer_dense))
            return activation != DIGITNET_ACTIVATION_SOFTMAX && activation != DIGITNET_ACTIVATION_LOG_SOFTMAX ? value
                                                                                                              : 0;
        if (!goes_by_value(draft))
            return 0;
        value = draft->inputs[0];
        if (value && (importer->drafts[value - 1].open > 0 || importer->drafts[value - 1].takers > 1))
            return 0;
    }
    return 0;
}

/* `moved`: for each place, the one that its value has now. */
static digitnet_status reorder_units(digitnet__importer *importer, size_t units, size_t value, const size_t *moved) {
    for (bool done = false; !done; value = importer->drafts[value - 1].inputs[0]) {
        digitnet__draft *draft = &importer->drafts[value - 1];
        for (size_t i = 0; i < draft->layer.tensor_count; i++) {
            const digitnet__tensor *tensor = &draft->layer.tensors[i];
            size_t count = draft->layer.output.channels;
            void *copy;
            DNN_TRY(digitnet__pool_allocate(&copy, importer->pool, tensor->values, sizeof(float)));
            permute(draft->tensors[i], copy, moved, count, tensor->values / count);
        }
        done = value == units;
    }
    return DIGITNET_OK;
}

/* Where each value of the wanted order is now. */
static digitnet_status find_moves(size_t **moved, digitnet__importer *importer, const digitnet__view *from,
                                  const digitnet__view *to) {
    const size_t *places, *targets;
    void *memory;
    size_t count = digitnet__view_count(from);
    DNN_TRY(list_places(&places, importer, from));
    DNN_TRY(list_places(&targets, importer, to));
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, count, sizeof(size_t)));
    *moved = memory;
    for (size_t i = 0; i < count; i++)
        (*moved)[targets[i]] = places[i];
    return DIGITNET_OK;
}

/* Takes the blocks of a value, as digitnet__view_blocks() gives them, into their new order. */
static digitnet_status move_blocks(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                   const size_t *sizes, const size_t *order) {
    const digitnet__attributes attributes = {
        .axis_rows = order[0] + 1, .axis_columns = order[1] + 1, .axis_channels = order[2] + 1};
    digitnet__shape shape = {.height = sizes[0], .width = sizes[1], .channels = sizes[2]};
    DNN_TRY(digitnet__import_reshape(value, importer, shape, node));
    return add_beside(value, importer, &digitnet__layer_permute, &attributes, node);
}

digitnet_status digitnet__import_arrange(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                         const digitnet__view *wanted) {
    digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, input);
    size_t sizes[3], order[3], *moved, value = activation->value;
    if (digitnet__view_equal(&activation->view, wanted))
        return DIGITNET_OK;
    size_t units = digitnet__draft_own(importer, node, input) ? find_units(importer, value) : 0;
    if (units) {
        DNN_TRY(find_moves(&moved, importer, &activation->view, wanted));
        DNN_TRY(reorder_units(importer, units, value, moved));
    } else {
        digitnet__view now = activation->view;
        for (digitnet__view_move next = DNN_VIEW_MOVES; next != DNN_VIEW_MOVED;) {
            next = digitnet__view_blocks(sizes, order, &now, wanted);
            if (next == DNN_VIEW_STUCK)
                return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes values in an order that is not read");
            DNN_TRY(move_blocks(&value, importer, node, sizes, order));
        }
        move(importer, node, input, value);
    }
    activation->view = *wanted;
    return DIGITNET_OK;
}
