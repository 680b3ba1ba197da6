/* Normalization over the batch, over the channels, and over places. */
#include "core/memory.h"
#include "core/status.h"
#include "import/importer.h"

#include <string.h>

/* A vector of an input: as many values as `count`, or one for each group of equal parts of them, into the tensor. */
static digitnet_status read_vector(float *tensor, size_t count, const size_t *places, digitnet__importer *importer,
                                   const digitnet__import_node *node, size_t input) {
    const digitnet__import_constant *constant;
    DNN_TRY(digitnet__import_weights_at(&constant, importer, node, input));
    if (constant->count == 0 || count % constant->count != 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu values in input %zu for %zu channels",
                                     constant->count, input, count);
    size_t part = count / constant->count;
    for (size_t i = 0; i < count; i++)
        tensor[places[i]] = (float)digitnet__constant_number(constant, i / part);
    return DIGITNET_OK;
}

static digitnet_status list_in_order(const size_t **places, digitnet__importer *importer, size_t count) {
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, count, sizeof(size_t)));
    for (size_t i = 0; i < count; i++)
        ((size_t *)memory)[i] = i;
    *places = memory;
    return DIGITNET_OK;
}

/* Only training uses it. One that no layer here has, as the 1 of PyTorch's mean over all batches, is ONNX's default. */
static digitnet_status read_momentum(float *momentum, const digitnet__import_node *node) {
    const float standard = 0.9f;
    *momentum = standard;
    DNN_TRY(digitnet__import_number(momentum, node, "momentum"));
    if (!(*momentum > 0 && *momentum < 1))
        *momentum = standard;
    return DIGITNET_OK;
}

static digitnet_status batch_normalization(digitnet__importer *importer, const digitnet__import_node *node) {
    static const char *const roles[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    digitnet__import_activation *input, result;
    const size_t *places;
    float epsilon = 1e-5f, momentum;
    int64_t spatial = 1, training = 0;
    DNN_TRY(digitnet__import_number(&epsilon, node, "epsilon"));
    DNN_TRY(read_momentum(&momentum, node));
    DNN_TRY(digitnet__import_integer(&spatial, node, "spatial"));
    DNN_TRY(digitnet__import_integer(&training, node, "training_mode"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if ((spatial != 1 && input->view.rank > 1) || training != 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is in training, or not by channels");
    result = *input;
    DNN_TRY(digitnet__import_take_channels(&result.value, &places, importer, node, 0, 0));
    result.view = input->view;
    /* PyTorch's moving variance is that of a sample, unlike ONNX's: a training goes on as there. */
    const digitnet__attributes attributes = {.epsilon = (double)epsilon,
                                             .momentum = (double)momentum,
                                             .unbiased_moving_variance =
                                                 digitnet__wire_is(importer->graph->producer, "pytorch")};
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_batch_normalization, &attributes,
                                &result.value, 1, node));
    size_t channels = digitnet__draft_shape(importer, result.value).channels;
    for (size_t i = 0; i < 4; i++)
        DNN_TRY(read_vector(digitnet__draft_tensor(importer, result.value, roles[i]), channels, places, importer, node,
                            i + 1));
    return digitnet__import_give(importer, node, 0, &result);
}

/* Scale and offset, inputs 1 and 2 (where they are left out, ones and zeros), of a layer that has gamma and beta. */
static digitnet_status read_affine(digitnet__importer *importer, const digitnet__import_node *node, size_t value,
                                   const size_t *places) {
    size_t channels = digitnet__draft_shape(importer, value).channels;
    float *gamma = digitnet__draft_tensor(importer, value, "gamma");
    for (size_t i = 0; i < channels; i++)
        gamma[i] = 1;
    if (node->input_count < 2)
        return DIGITNET_OK;
    DNN_TRY(read_vector(gamma, channels, places, importer, node, 1));
    if (node->input_count < 3)
        return DIGITNET_OK;
    return read_vector(digitnet__draft_tensor(importer, value, "beta"), channels, places, importer, node, 2);
}

/* The axes that it goes over: those that a pattern has found, or from one to the last. */
static digitnet_status read_axes(bool *over, const digitnet__import_node *node, size_t rank) {
    int64_t axes[DNN_VIEW_AXES + 1], first = -1;
    size_t count, axis = 0;
    DNN_TRY(digitnet__import_integers(axes, &count, DNN_VIEW_AXES + 1, node, "axes"));
    DNN_TRY(digitnet__import_integer(&first, node, "axis"));
    for (size_t i = 0; i < count; i++) {
        DNN_TRY(digitnet__import_axis(&axis, node, axes[i], rank));
        over[axis] = true;
    }
    if (count == 0)
        DNN_TRY(digitnet__import_axis(&axis, node, first, rank));
    for (size_t i = axis; count == 0 && i < rank; i++)
        over[i] = true;
    return DIGITNET_OK;
}

/* The values of the last axes as channels, with all in the order of the file. */
static digitnet_status take_last_axes(size_t *value, const size_t **places, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t channels) {
    const digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    digitnet__view plain = digitnet__view_plain(input->view.sizes, input->view.rank);
    DNN_TRY(digitnet__import_arrange(importer, node, 0, &plain));
    digitnet__shape shape = {.height = digitnet__view_count(&plain) / channels, .width = 1, .channels = channels};
    *value = input->value;
    DNN_TRY(list_in_order(places, importer, channels));
    return digitnet__import_reshape(value, importer, shape, node);
}

static digitnet_status layer_normalization(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    const size_t *places;
    float epsilon = 1e-5f;
    bool over[DNN_VIEW_AXES + 1] = {false};
    size_t values = 1, axes = 0, last = 0;
    DNN_TRY(digitnet__import_number(&epsilon, node, "epsilon"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(read_axes(over, node, input->view.rank + 1));
    for (size_t i = 0; i < input->view.rank; i++) {
        values *= over[i + 1] ? input->view.sizes[i] : 1;
        axes += over[i + 1];
        last = over[i + 1] ? i : last;
    }
    result = *input;
    if (!over[0] && values == digitnet__view_count(&input->view))
        DNN_TRY(digitnet__import_take_row(&result.value, &places, importer, node, 0));
    else if (!over[0] && axes == 1)
        DNN_TRY(digitnet__import_take_channels(&result.value, &places, importer, node, 0, last));
    else if (!over[0] && over[input->view.rank] && over[last + 2 - axes])
        DNN_TRY(take_last_axes(&result.value, &places, importer, node, values));
    else
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "runs over the samples, or over some of the axes");
    result.view = input->view;
    const digitnet__attributes attributes = {.epsilon = (double)epsilon};
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_layer_normalization, &attributes,
                                &result.value, 1, node));
    DNN_TRY(read_affine(importer, node, result.value, places));
    return digitnet__import_give(importer, node, 0, &result);
}

/* By groups of channels: as many as axis 1 has, or as the attribute says, of `channels` in order. */
static digitnet_status add_groups(digitnet__importer *importer, const digitnet__import_node *node,
                                  digitnet__import_activation *result, size_t groups, const size_t *places) {
    float epsilon = 1e-5f;
    DNN_TRY(digitnet__import_number(&epsilon, node, "epsilon"));
    const digitnet__attributes attributes = {.epsilon = (double)epsilon, .groups = groups};
    DNN_TRY(digitnet__draft_add(&result->value, importer, &digitnet__layer_group_normalization, &attributes,
                                &result->value, 1, node));
    return read_affine(importer, node, result->value, places);
}

static digitnet_status instance_normalization(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    const size_t *places;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    digitnet__shape shape = digitnet__draft_shape(importer, input->value);
    size_t groups = input->view.sizes[0];
    /* PyTorch writes groups as channels of an image with fewer of them, whose rows are the groups. */
    bool in_groups = !shape.flat && groups > 0 && groups < shape.channels && shape.channels % groups == 0 &&
                     digitnet__view_steps(&input->view, 0, shape.channels / groups);
    if (in_groups) {
        DNN_TRY(list_in_order(&places, importer, shape.channels));
        DNN_TRY(add_groups(importer, node, &result, groups, places));
    } else {
        DNN_TRY(digitnet__import_take_channels(&result.value, &places, importer, node, 0, 0));
        result.view = input->view;
        DNN_TRY(add_groups(importer, node, &result, 0, places));
    }
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status group_normalization(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    const size_t *channels, *places;
    int64_t groups = 0;
    DNN_TRY(digitnet__import_integer(&groups, node, "num_groups"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    DNN_TRY(digitnet__import_take_image(&result.value, &channels, importer, node, 0));
    result.view = input->view;
    if (channels || groups < 1 || groups > INT32_MAX)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no groups, or channels in another order");
    DNN_TRY(list_in_order(&places, importer, digitnet__draft_shape(importer, result.value).channels));
    DNN_TRY(add_groups(importer, node, &result, (size_t)groups, places));
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_normalizations[] = {
    {"BatchNormalization", 5, "epsilon momentum spatial training_mode is_test consumed_inputs", batch_normalization},
    {"LayerNormalization", 3, "axes axis epsilon stash_type", layer_normalization},
    {"InstanceNormalization", 3, "epsilon consumed_inputs", instance_normalization},
    {"GroupNormalization", 3, "epsilon num_groups stash_type", group_normalization},
    {0},
};
