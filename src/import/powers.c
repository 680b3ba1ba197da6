/* Powers of activations, and what is made of them: roots, reciprocals, quotients, magnitudes. */
#include "core/memory.h"
#include "core/status.h"
#include "import/linear.h"

#include <string.h>

/* ---- Layers on a value ---- */

digitnet_status digitnet__import_activate(size_t *value, digitnet__importer *importer,
                                          const digitnet__import_node *node, digitnet_activation activation) {
    const digitnet__attributes attributes = {.activation = activation};
    return digitnet__draft_add(value, importer, &digitnet__layer_activation, &attributes, value, 1, node);
}

digitnet_status digitnet__import_negate(size_t *value, digitnet__importer *importer,
                                        const digitnet__import_node *node) {
    const digitnet__attributes minus = {.scale = -1};
    return digitnet__draft_add(value, importer, &digitnet__layer_rescaling, &minus, value, 1, node);
}

digitnet_status digitnet__import_raise(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                       double exponent) {
    const digitnet__attributes power = {.exponent = exponent};
    return digitnet__draft_add(value, importer, &digitnet__layer_power, &power, value, 1, node);
}

/* |x| = relu(x) + relu(-x) */
static digitnet_status magnitude(size_t *value, digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__attributes none = {0};
    size_t parts[] = {*value, *value};
    DNN_TRY(digitnet__import_activate(&parts[0], importer, node, DIGITNET_ACTIVATION_RELU));
    DNN_TRY(digitnet__import_negate(&parts[1], importer, node));
    DNN_TRY(digitnet__import_activate(&parts[1], importer, node, DIGITNET_ACTIVATION_RELU));
    return digitnet__draft_add(value, importer, &digitnet__layer_add, &none, parts, 2, node);
}

/* ---- Operators of one activation ---- */

static digitnet_status give_power(digitnet__importer *importer, const digitnet__import_node *node, double exponent) {
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    if (exponent != 1)
        DNN_TRY(digitnet__import_raise(&result.value, importer, node, exponent));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status power(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_constant *exponent;
    DNN_TRY(digitnet__import_weights_at(&exponent, importer, node, 1));
    if (exponent->count != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %zu exponents", exponent->count);
    return give_power(importer, node, digitnet__constant_number(exponent, 0));
}

static digitnet_status square_root(digitnet__importer *importer, const digitnet__import_node *node) {
    return give_power(importer, node, 0.5);
}

static digitnet_status reciprocal(digitnet__importer *importer, const digitnet__import_node *node) {
    return give_power(importer, node, -1);
}

static digitnet_status absolute(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    DNN_TRY(magnitude(&result.value, importer, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* x / (1 + |x|) */
static digitnet_status softsign(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__attributes none = {0}, plus_one = {.scale = 1, .offset = 1};
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    size_t factors[] = {input->value, input->value}, *divisor = &factors[1];
    DNN_TRY(magnitude(divisor, importer, node));
    DNN_TRY(digitnet__draft_add(divisor, importer, &digitnet__layer_rescaling, &plus_one, divisor, 1, node));
    DNN_TRY(digitnet__import_raise(divisor, importer, node, -1));
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_multiply, &none, factors, 2, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* exp(x) = sigmoid(x) / sigmoid(-x), either of which keeps its digits where it is small. */
static digitnet_status exponential(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__attributes none = {0};
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    size_t factors[] = {input->value, input->value};
    DNN_TRY(digitnet__import_activate(&factors[0], importer, node, DIGITNET_ACTIVATION_SIGMOID));
    DNN_TRY(digitnet__import_negate(&factors[1], importer, node));
    DNN_TRY(digitnet__import_activate(&factors[1], importer, node, DIGITNET_ACTIVATION_SIGMOID));
    DNN_TRY(digitnet__import_raise(&factors[1], importer, node, -1));
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_multiply, &none, factors, 2, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* ---- Quotients ---- */

/* What is at the first input of the node times an activation. */
static digitnet_status give_product(digitnet__importer *importer, const digitnet__import_node *node,
                                    const digitnet__import_activation *factor) {
    size_t inputs[] = {node->inputs[0], DNN_NO_VALUE};
    DNN_TRY(digitnet__import_open(&inputs[1], importer, factor));
    const digitnet__import_node product = digitnet__import_inner(node, "Mul", inputs, 2, NULL);
    DNN_TRY(digitnet__import_binary(importer, &product));
    digitnet__import_close(importer, inputs[1]);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_divide(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *divisor, inverse;
    DNN_TRY(digitnet__import_take(&divisor, importer, node, 1));
    inverse = *divisor;
    DNN_TRY(digitnet__import_raise(&inverse.value, importer, node, -1));
    return give_product(importer, node, &inverse);
}

/* The weights of the squares in the sums of local response normalization: each channel's, and those of its neighbours,
 * `size` in all. */
static digitnet_status read_neighbours(digitnet__import_matrix *matrix, digitnet__importer *importer,
                                       const digitnet__import_node *node, size_t channels) {
    int64_t size = 0;
    float alpha = 1e-4f, bias = 1;
    DNN_TRY(digitnet__import_integer(&size, node, "size"));
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    DNN_TRY(digitnet__import_number(&bias, node, "bias"));
    if (size < 1 || size > INT32_MAX)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a 'size' out of range");
    DNN_TRY(digitnet__import_matrix_create(matrix, importer, channels, channels));
    size_t before = (size_t)(size - 1) / 2, behind = (size_t)size - 1 - before;
    for (size_t i = 0; i < channels; i++) {
        size_t first = i > before ? i - before : 0, last = channels - 1 - i > behind ? i + behind : channels - 1;
        for (size_t k = first; k <= last; k++)
            matrix->weights[i * channels + k] = alpha / (float)size;
        matrix->offsets[i] = bias;
    }
    return DIGITNET_OK;
}

/* The activation at the first input of the node, times a power of sums of its squares along an axis. */
static digitnet_status give_scaled(digitnet__importer *importer, const digitnet__import_node *node,
                                   const digitnet__import_matrix *sums, double exponent) {
    digitnet__import_activation squares = *digitnet__import_activation_at(importer, node, 0), factor;
    size_t opened;
    DNN_TRY(digitnet__import_raise(&squares.value, importer, node, 2));
    DNN_TRY(digitnet__import_open(&opened, importer, &squares));
    const digitnet__import_node inner = digitnet__import_inner(node, NULL, &opened, 1, NULL);
    DNN_TRY(digitnet__import_map(&factor, importer, &inner, 0, sums));
    digitnet__import_close(importer, opened);
    DNN_TRY(digitnet__import_raise(&factor.value, importer, node, exponent));
    return give_product(importer, node, &factor);
}

/* Local response normalization (Krizhevsky et al. 2012): x / (bias + alpha / size (sum of squares))^beta */
static digitnet_status normalize_locally(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input;
    float beta = 0.75f;
    DNN_TRY(digitnet__import_number(&beta, node, "beta"));
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if (input->view.rank == 0)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes no channels");
    DNN_TRY(read_neighbours(&matrices[0], importer, node, input->view.sizes[0]));
    return give_scaled(importer, node, matrices, -(double)beta);
}

digitnet_status digitnet__import_divide_by_length(digitnet__importer *importer, const digitnet__import_node *node) {
    const float least = 1e-24f; /* so that zeros stay zeros, with a slope */
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    if (input->view.rank != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes %zu dimensions", input->view.rank + 1);
    DNN_TRY(digitnet__import_matrix_create(&matrices[0], importer, 1, input->view.sizes[0]));
    for (size_t i = 0; i < matrices[0].inputs; i++)
        matrices[0].weights[i] = 1;
    matrices[0].offsets[0] = least;
    return give_scaled(importer, node, matrices, -0.5);
}

const digitnet__import_operator digitnet__import_powers[] = {
    {"Pow", 2, "", power},
    {"Sqrt", 1, "consumed_inputs", square_root},
    {"Reciprocal", 1, "consumed_inputs", reciprocal},
    {"Abs", 1, "consumed_inputs", absolute},
    {"Softsign", 1, "", softsign},
    {"Exp", 1, "consumed_inputs", exponential},
    {"LRN", 1, "alpha beta bias size", normalize_locally},
    {0},
};
