/* Matrix products: dense layers, or convolutions of 1 x 1. */
#include "import/products.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

/* A matrix of the file, `units` x `inputs` if it is transposed. */
typedef struct file_matrix {
    const digitnet__import_constant *values;
    bool transposed;
    size_t inputs, units;
    float scale;
} file_matrix;

static float element(const file_matrix *matrix, size_t input, size_t unit) {
    size_t index = matrix->transposed ? unit * matrix->inputs + input : input * matrix->units + unit;
    return (float)digitnet__constant_number(matrix->values, index) * matrix->scale;
}

static digitnet_status read_matrix(file_matrix *matrix, const digitnet__import_node *node,
                                   const digitnet__import_constant *values, bool transposed) {
    matrix->values = values;
    if (values->rank != 2)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a matrix of %zu dimensions", values->rank);
    matrix->transposed = transposed;
    matrix->inputs = values->sizes[transposed];
    matrix->units = values->sizes[!transposed];
    matrix->scale = 1;
    return DIGITNET_OK;
}

/* `places`: where each of the file's inputs stands. */
static void fill_kernel(float *kernel, const file_matrix *matrix, const size_t *places) {
    for (size_t unit = 0; unit < matrix->units; unit++)
        for (size_t input = 0; input < matrix->inputs; input++)
            kernel[unit * matrix->inputs + places[input]] = element(matrix, input, unit);
}

static digitnet_status check_inputs(const file_matrix *matrix, const digitnet__import_node *node, size_t inputs) {
    if (matrix->inputs == inputs && matrix->units > 0)
        return DIGITNET_OK;
    return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a matrix of %zux%zu for %zu inputs", matrix->inputs,
                                 matrix->units, inputs);
}

/* Of a row. */
static digitnet_status add_dense(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                 const file_matrix *matrix) {
    const size_t *places;
    DNN_TRY(digitnet__import_take_row(value, &places, importer, node, 0));
    DNN_TRY(check_inputs(matrix, node, digitnet__draft_shape(importer, *value).channels));
    const digitnet__attributes attributes = {.outputs = matrix->units, .no_bias = true};
    DNN_TRY(digitnet__draft_add(value, importer, &digitnet__layer_dense, &attributes, value, 1, node));
    fill_kernel(digitnet__draft_tensor(importer, *value, "kernel"), matrix, places);
    return DIGITNET_OK;
}

/* Of each place of an image, whose channels are the last axis. */
static digitnet_status add_pointwise(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node, const file_matrix *matrix) {
    digitnet__import_activation *input = digitnet__import_activation_at(importer, node, 0);
    const size_t *places;
    size_t last = input->view.rank - 1;
    DNN_TRY(check_inputs(matrix, node, input->view.sizes[last]));
    DNN_TRY(digitnet__import_take_channels(&result->value, &places, importer, node, 0, last));
    result->view = input->view;
    const digitnet__attributes attributes = {.outputs = matrix->units,
                                             .no_bias = true,
                                             .window_height = 1,
                                             .window_width = 1,
                                             .stride_height = 1,
                                             .stride_width = 1};
    DNN_TRY(
        digitnet__draft_add(&result->value, importer, &digitnet__layer_conv2d, &attributes, &result->value, 1, node));
    fill_kernel(digitnet__draft_tensor(importer, result->value, "kernel"), matrix, places);
    digitnet__view_set_channels(&result->view, last, matrix->inputs, matrix->units);
    return DIGITNET_OK;
}

static digitnet_status add_product(digitnet__import_activation *result, digitnet__importer *importer,
                                   const digitnet__import_node *node, const file_matrix *matrix) {
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_peek(&input, importer, node, 0));
    *result = (digitnet__import_activation){.value = 0};
    if (input->view.rank == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "multiplies the samples");
    if (input->view.rank > 1)
        return add_pointwise(result, importer, node, matrix);
    DNN_TRY(add_dense(&result->value, importer, node, matrix));
    result->view = digitnet__view_plain(&matrix->units, 1);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_product(digitnet__import_activation *result, digitnet__importer *importer,
                                         const digitnet__import_node *node, const digitnet__import_constant *matrix,
                                         bool transposed) {
    file_matrix read;
    DNN_TRY(read_matrix(&read, node, matrix, transposed));
    return add_product(result, importer, node, &read);
}

static void swap_last_axes(digitnet__view *view) {
    size_t order[DNN_VIEW_AXES];
    for (size_t i = 0; i < view->rank; i++)
        order[i] = i;
    order[view->rank - 1] = view->rank - 2;
    order[view->rank - 2] = view->rank - 1;
    digitnet__view_transpose(view, order);
}

/* A matrix times columns: A X is the transpose of X' A'. */
static digitnet_status multiply_columns(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, columns, result;
    const digitnet__import_constant *values;
    size_t opened;
    DNN_TRY(digitnet__import_weights_at(&values, importer, node, 0));
    DNN_TRY(digitnet__import_take(&input, importer, node, 1));
    if (input->view.rank < 2 || node->merged)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "multiplies a matrix by samples");
    columns = *input;
    swap_last_axes(&columns.view);
    DNN_TRY(digitnet__import_open(&opened, importer, &columns));
    const digitnet__import_node inner = digitnet__import_inner(node, NULL, &opened, 1, NULL);
    DNN_TRY(digitnet__import_product(&result, importer, &inner, values, true));
    digitnet__import_close(importer, opened);
    swap_last_axes(&result.view);
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status matmul(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation result;
    const digitnet__import_constant *values;
    DNN_TRY(digitnet__import_constant_at(&values, importer, node, 0));
    if (values)
        return multiply_columns(importer, node);
    DNN_TRY(digitnet__import_weights_at(&values, importer, node, 1));
    DNN_TRY(digitnet__import_product(&result, importer, node, values, false));
    return digitnet__import_give(importer, node, 0, &result);
}

/* alpha A B + beta C */
static digitnet_status gemm(digitnet__importer *importer, const digitnet__import_node *node) {
    int64_t transposes_a = 0, transposes_b = 0;
    float alpha = 1, beta = 1;
    digitnet__import_activation *input;
    const digitnet__import_constant *values, *addend;
    file_matrix matrix;
    DNN_TRY(digitnet__import_integer(&transposes_a, node, "transA"));
    DNN_TRY(digitnet__import_integer(&transposes_b, node, "transB"));
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    DNN_TRY(digitnet__import_number(&beta, node, "beta"));
    DNN_TRY(digitnet__import_peek(&input, importer, node, 0));
    if (transposes_a)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has 'transA', which makes columns of the samples");
    if (input->view.rank != 1 + node->merged)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes %zu dimensions; it must be 2",
                                     input->view.rank + 1 - node->merged);
    DNN_TRY(digitnet__import_weights_at(&values, importer, node, 1));
    DNN_TRY(read_matrix(&matrix, node, values, transposes_b != 0));
    matrix.scale = alpha;
    digitnet__import_activation result;
    DNN_TRY(add_product(&result, importer, node, &matrix));
    DNN_TRY(digitnet__import_constant_at(&addend, importer, node, 2));
    if (!addend && node->input_count > 2)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "adds what is no constant");
    if (addend && beta != 0) {
        float *added;
        size_t count;
        DNN_TRY(digitnet__import_weights_at(&addend, importer, node, 2));
        DNN_TRY(digitnet__import_spread(&added, &count, importer, node, &result, addend));
        DNN_TRY(digitnet__draft_require_bias(importer, &importer->drafts[result.value - 1]));
        float *bias = digitnet__draft_tensor(importer, result.value, "bias");
        for (size_t i = 0; i < matrix.units; i++)
            bias[i] = beta * added[count == 1 ? 0 : i];
    }
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_products[] = {
    {"MatMul", 2, "", matmul},
    {"Gemm", 3, "alpha beta transA transB broadcast", gemm},
    {0},
};
