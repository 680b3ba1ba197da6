/* Values along an axis that become sums of others: one matrix product for all that pads, picks and interpolates in ways
 * for which there is no layer of its own. */
#include "import/linear.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

digitnet_status digitnet__import_matrix_create(digitnet__import_matrix *matrix, digitnet__importer *importer,
                                               size_t outputs, size_t inputs) {
    void *weights, *offsets;
    size_t count;
    if (!digitnet__size_multiply(&count, outputs, inputs))
        return digitnet__fail(DIGITNET_ELIMIT, "a matrix of %zux%zu is too large", outputs, inputs);
    DNN_TRY(digitnet__pool_allocate(&weights, importer->pool, count, sizeof(float)));
    DNN_TRY(digitnet__pool_allocate(&offsets, importer->pool, outputs, sizeof(float)));
    *matrix = (digitnet__import_matrix){.outputs = outputs, .inputs = inputs, .weights = weights, .offsets = offsets};
    return DIGITNET_OK;
}

/* Of a row that is by a dense layer, else by a convolution of 1 x 1; neither is trained. */
static digitnet_status add_layer(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                 size_t outputs) {
    const digitnet__attributes pointwise = {
        .outputs = outputs, .window_height = 1, .window_width = 1, .stride_height = 1, .stride_width = 1};
    const digitnet__attributes dense = {.outputs = outputs};
    bool flat = digitnet__draft_shape(importer, *value).flat;
    DNN_TRY(digitnet__draft_add(value, importer, flat ? &digitnet__layer_dense : &digitnet__layer_conv2d,
                                flat ? &dense : &pointwise, value, 1, node));
    importer->drafts[*value - 1].layer.frozen = true;
    return DIGITNET_OK;
}

/* The activation at an input along one axis. */
static digitnet_status map_axis(digitnet__import_activation *result, digitnet__importer *importer,
                                const digitnet__import_node *node, size_t input, size_t axis,
                                const digitnet__import_matrix *matrix) {
    const size_t *places;
    size_t value;
    DNN_TRY(digitnet__import_take_channels(&value, &places, importer, node, input, axis));
    *result = *digitnet__import_activation_at(importer, node, input);
    digitnet__view_set_channels(&result->view, axis, matrix->inputs, matrix->outputs);
    DNN_TRY(add_layer(&value, importer, node, matrix->outputs));
    float *kernel = importer->drafts[value - 1].tensors[DNN_KERNEL];
    memcpy(importer->drafts[value - 1].tensors[DNN_BIAS], matrix->offsets, matrix->outputs * sizeof(float));
    for (size_t i = 0; i < matrix->outputs; i++)
        for (size_t k = 0; k < matrix->inputs; k++)
            kernel[i * matrix->inputs + places[k]] = matrix->weights[i * matrix->inputs + k];
    result->value = value;
    return DIGITNET_OK;
}

static digitnet_status arrange_image(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node) {
    const size_t *sizes = result->view.sizes;
    digitnet__view image = digitnet__view_channels_first(sizes[0], sizes[1], sizes[2]);
    DNN_TRY(digitnet__import_arrange(importer, node, 0, &image));
    *result = *digitnet__import_activation_at(importer, node, 0);
    return DIGITNET_OK;
}

/* Of what has been mapped: maps another axis, or without a matrix arranges it as an image. */
static digitnet_status go_on(digitnet__import_activation *result, digitnet__importer *importer,
                             const digitnet__import_node *node, size_t axis, const digitnet__import_matrix *matrix) {
    size_t value;
    DNN_TRY(digitnet__import_open(&value, importer, result));
    const digitnet__import_node between = digitnet__import_inner(node, NULL, &value, 1, NULL);
    DNN_TRY(matrix ? map_axis(result, importer, &between, 0, axis, matrix) : arrange_image(result, importer, &between));
    digitnet__import_close(importer, value);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_map(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t input,
                                     const digitnet__import_matrix *matrices) {
    *result = *digitnet__import_activation_at(importer, node, input);
    const digitnet__view view = result->view;
    bool was_image = view.rank == 3;
    size_t done = 0;
    if (was_image) {
        digitnet__view image = digitnet__view_channels_first(view.sizes[0], view.sizes[1], view.sizes[2]);
        was_image = digitnet__view_equal(&view, &image);
    }
    for (size_t axis = 0; axis < view.rank; axis++) {
        if (matrices[axis].outputs == 0)
            continue;
        DNN_TRY(done++ ? go_on(result, importer, node, axis, &matrices[axis])
                       : map_axis(result, importer, node, input, axis, &matrices[axis]));
    }
    /* An image stays one: what is done with it next cannot be known, but that it is an output may be. */
    return was_image && done ? go_on(result, importer, node, 0, NULL) : DIGITNET_OK;
}
