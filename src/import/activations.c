/* Activation functions. */
#include "layers/activations.h"

#include "core/status.h"
#include "import/importer.h"

#include <math.h>
#include <string.h>

/* Layers that have an activation of their own. */
static bool has_own(const digitnet__layer_kind *kind) {
    return kind == &digitnet__layer_conv2d || kind == &digitnet__layer_depthwise_conv2d ||
           kind == &digitnet__layer_conv2d_transpose || kind == &digitnet__layer_dense ||
           kind == &digitnet__layer_add || kind == &digitnet__layer_multiply;
}

/* Our own files name a layer's own activation after it, "LAYER/relu"; another one is a layer. */
static bool may_belong(const digitnet__importer *importer, const digitnet__import_node *node,
                       const digitnet__draft *draft, digitnet_activation activation) {
    size_t size = draft->name.size;
    if (!importer->graph->is_ours)
        return true;
    if (size == 0 || node->name.size <= size || node->name.bytes[size] != '/')
        return false;
    digitnet__wire_view layer = {.bytes = node->name.bytes, .size = size};
    digitnet__wire_view suffix = {.bytes = node->name.bytes + size + 1, .size = node->name.size - size - 1};
    return digitnet__wire_equal(layer, draft->name) && digitnet__wire_is(suffix, digitnet__activation_name(activation));
}

/* Into the layer before, or as a layer. */
static digitnet_status give(digitnet__importer *importer, const digitnet__import_node *node,
                            digitnet_activation activation, double alpha) {
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    const digitnet__attributes attributes = {.activation = activation, .alpha = alpha};
    bool alone = importer->graph->values[node->inputs[0]].uses == 1;
    digitnet__draft *draft = alone ? digitnet__draft_own(importer, node, 0) : NULL;
    bool is_default = alpha == 0 || alpha == digitnet__activation_find(activation)->alpha;
    if (draft && is_default && has_own(draft->layer.kind) &&
        draft->layer.attributes.activation == DIGITNET_ACTIVATION_LINEAR &&
        may_belong(importer, node, draft, activation))
        draft->layer.attributes.activation = activation;
    else
        DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_activation, &attributes, &input->value, 1,
                                    node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* ---- Of one value ---- */

static const struct {
    const char *type;
    digitnet_activation activation;
} plain[] = {
    {"Relu", DIGITNET_ACTIVATION_RELU},
    {"Sigmoid", DIGITNET_ACTIVATION_SIGMOID},
    {"Tanh", DIGITNET_ACTIVATION_TANH},
    {"Softplus", DIGITNET_ACTIVATION_SOFTPLUS},
    {"HardSwish", DIGITNET_ACTIVATION_HARD_SWISH},
    {"Swish", DIGITNET_ACTIVATION_SILU},
};

static digitnet_status read_plain(digitnet__importer *importer, const digitnet__import_node *node) {
    size_t i = 0;
    while (!digitnet__wire_is(node->type, plain[i].type))
        i++;
    return give(importer, node, plain[i].activation, 0);
}

static digitnet_status gelu(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__wire_view approximate = {0};
    DNN_TRY(digitnet__import_text(&approximate, node, "approximate"));
    bool tanh = digitnet__wire_is(approximate, "tanh");
    return give(importer, node, tanh ? DIGITNET_ACTIVATION_GELU_TANH : DIGITNET_ACTIVATION_GELU, 0);
}

/* scale x + offset */
typedef struct scaling {
    double scale, offset;
} scaling;

static digitnet_status rescale(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                               scaling by) {
    const digitnet__attributes attributes = {.scale = by.scale, .offset = by.offset};
    if (by.scale == 1 && by.offset == 0)
        return DIGITNET_OK;
    return digitnet__draft_add(value, importer, &digitnet__layer_rescaling, &attributes, value, 1, node);
}

/* What is an activation of this library between two scalings. */
static digitnet_status give_between(digitnet__importer *importer, const digitnet__import_node *node, scaling before,
                                    digitnet_activation activation, double alpha, scaling behind) {
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    const digitnet__attributes attributes = {.activation = activation, .alpha = alpha};
    DNN_TRY(rescale(&result.value, importer, node, before));
    DNN_TRY(
        digitnet__draft_add(&result.value, importer, &digitnet__layer_activation, &attributes, &result.value, 1, node));
    DNN_TRY(rescale(&result.value, importer, node, behind));
    return digitnet__import_give(importer, node, 0, &result);
}

static const scaling unchanged = {1, 0};

static digitnet_status leaky_relu(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 0.01f;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    if (alpha == 0)
        return give(importer, node, DIGITNET_ACTIVATION_RELU, 0);
    if (!(alpha > 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'alpha' below 0");
    return give(importer, node, DIGITNET_ACTIVATION_LEAKY_RELU, (double)alpha);
}

static digitnet_status elu(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 1;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    if (!(alpha > 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'alpha' that is not above 0");
    return give(importer, node, DIGITNET_ACTIVATION_ELU, (double)alpha);
}

/* gamma elu(x, alpha) */
static digitnet_status selu(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 1.67326319f, gamma = 1.05070102f;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    DNN_TRY(digitnet__import_number(&gamma, node, "gamma"));
    if (fabsf(alpha - 1.67326319f) < 1e-5f && fabsf(gamma - 1.05070102f) < 1e-5f)
        return give(importer, node, DIGITNET_ACTIVATION_SELU, 0);
    if (!(alpha > 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'alpha' that is not above 0");
    return give_between(importer, node, unchanged, DIGITNET_ACTIVATION_ELU, (double)alpha, (scaling){(double)gamma, 0});
}

/* max(0, min(1, alpha x + beta)), which Keras has with 1/6 and 1/2: by x' = 6 alpha x + 6 beta - 3. */
static digitnet_status hard_sigmoid(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 0.2f, beta = 0.5f;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    DNN_TRY(digitnet__import_number(&beta, node, "beta"));
    if (fabsf(alpha - 1.0f / 6) < 1e-6f && beta == 0.5f)
        return give(importer, node, DIGITNET_ACTIVATION_HARD_SIGMOID, 0);
    const scaling before = {6 * (double)alpha, 6 * (double)beta - 3};
    return give_between(importer, node, before, DIGITNET_ACTIVATION_HARD_SIGMOID, 0, unchanged);
}

/* From an attribute of old files or an input; infinite where there is none. */
static digitnet_status read_limit(float *limit, digitnet__importer *importer, const digitnet__import_node *node,
                                  const char *name, size_t input) {
    DNN_TRY(digitnet__import_number(limit, node, name));
    return digitnet__import_scalar_at(limit, importer, node, input);
}

/* min(most, max(least, x)): by max(0, min(6, x)), or with one limit by sign relu(sign (x - limit)) + limit. */
static digitnet_status give_limited(digitnet__importer *importer, const digitnet__import_node *node, double least,
                                    double most) {
    enum { HUGE_LIMIT = 1 << 30 };
    bool from = least > -HUGE_LIMIT, to = most < HUGE_LIMIT;
    double range = most - least, sign = from ? 1 : -1, limit = from ? least : most;
    if (least == 0 && !to)
        return give(importer, node, DIGITNET_ACTIVATION_RELU, 0);
    if (least == 0 && most == 6)
        return give(importer, node, DIGITNET_ACTIVATION_RELU6, 0);
    if (from && to && !(range > 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has limits with nothing between");
    if (from && to)
        return give_between(importer, node, (scaling){6 / range, -least * (6 / range)}, DIGITNET_ACTIVATION_RELU6, 0,
                            (scaling){range / 6, least});
    if (from || to)
        return give_between(importer, node, (scaling){sign, -sign * limit}, DIGITNET_ACTIVATION_RELU, 0,
                            (scaling){sign, limit});
    return give(importer, node, DIGITNET_ACTIVATION_LINEAR, 0);
}

static digitnet_status clip(digitnet__importer *importer, const digitnet__import_node *node) {
    float least = -INFINITY, most = INFINITY;
    DNN_TRY(read_limit(&least, importer, node, "min", 1));
    DNN_TRY(read_limit(&most, importer, node, "max", 2));
    return give_limited(importer, node, (double)least, (double)most);
}

digitnet_status digitnet__import_limit(digitnet__importer *importer, const digitnet__import_node *node) {
    const bool swapped = !digitnet__import_activation_at(importer, node, 0);
    const size_t inputs[] = {node->inputs[swapped], node->inputs[!swapped]};
    const digitnet__import_node own = digitnet__import_inner(node, NULL, inputs, 2, NULL);
    float number = NAN;
    DNN_TRY(digitnet__import_scalar_at(&number, importer, &own, 1));
    node = &own;
    if (isnan(number))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is not of an activation and one number");
    bool is_max = digitnet__wire_is(node->type, "Max");
    return give_limited(importer, node, is_max ? (double)number : -(double)INFINITY,
                        is_max ? (double)INFINITY : (double)number);
}

/* x tanh(softplus(x)) */
static digitnet_status mish(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__attributes softplus = {.activation = DIGITNET_ACTIVATION_SOFTPLUS},
                               tanh = {.activation = DIGITNET_ACTIVATION_TANH}, none = {0};
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    result = *input;
    size_t gate = input->value;
    DNN_TRY(digitnet__draft_add(&gate, importer, &digitnet__layer_activation, &softplus, &gate, 1, node));
    DNN_TRY(digitnet__draft_add(&gate, importer, &digitnet__layer_activation, &tanh, &gate, 1, node));
    const size_t values[] = {input->value, gate};
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_multiply, &none, values, 2, node));
    return digitnet__import_give(importer, node, 0, &result);
}

/* log(sigmoid(x)) = -softplus(-x) */
static digitnet_status log_sigmoid(digitnet__importer *importer, const digitnet__import_node *node) {
    const scaling minus = {-1, 0};
    return give_between(importer, node, minus, DIGITNET_ACTIVATION_SOFTPLUS, 0, minus);
}

/* alpha tanh(beta x) */
static digitnet_status scaled_tanh(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 1, beta = 1;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    DNN_TRY(digitnet__import_number(&beta, node, "beta"));
    return give_between(importer, node, (scaling){(double)beta, 0}, DIGITNET_ACTIVATION_TANH, 0,
                        (scaling){(double)alpha, 0});
}

/* alpha elu(x / alpha) */
static digitnet_status celu(digitnet__importer *importer, const digitnet__import_node *node) {
    float alpha = 1;
    DNN_TRY(digitnet__import_number(&alpha, node, "alpha"));
    if (!(alpha > 0))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has an 'alpha' that is not above 0");
    return give_between(importer, node, (scaling){1 / (double)alpha, 0}, DIGITNET_ACTIVATION_ELU, 1,
                        (scaling){(double)alpha, 0});
}

/* ---- Over the channels ---- */

/* Over the axes from `axis` on before operator set 13, over that one alone since. */
static digitnet_status softmax(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { ONE_AXIS = 13 };
    digitnet__import_activation *input;
    bool is_new = node->operator_set >= ONE_AXIS;
    int64_t wanted = is_new ? -1 : 1;
    size_t axis, over = 1;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_integer(&wanted, node, "axis"));
    DNN_TRY(digitnet__import_axis_of(&axis, node, input, wanted));
    if (axis == 0 && !is_new && importer->batch == 1)
        axis = 1; /* with an axis of one sample, or without */
    if (axis == 0)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "runs over the samples");
    size_t last = is_new ? axis - 1 : input->view.rank - 1;
    for (size_t i = axis - 1; i <= last; i++)
        over *= input->view.sizes[i];
    bool over_channels = over == digitnet__draft_shape(importer, input->value).channels &&
                         digitnet__view_covers(&input->view, axis - 1, last);
    const size_t *places;
    size_t value;
    /* Of one place: a row, as a classifier gives it. */
    bool is_row = over == digitnet__view_count(&input->view) && !importer->graph->is_ours;
    if (is_row || (!over_channels && over == digitnet__view_count(&input->view)))
        DNN_TRY(digitnet__import_take_row(&value, &places, importer, node, 0));
    else if (!over_channels && last == axis - 1)
        DNN_TRY(digitnet__import_take_channels(&value, &places, importer, node, 0, last));
    else if (!over_channels)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "runs over some of the axes");
    bool is_log = digitnet__wire_is(node->type, "LogSoftmax");
    return give(importer, node, is_log ? DIGITNET_ACTIVATION_LOG_SOFTMAX : DIGITNET_ACTIVATION_SOFTMAX, 0);
}

/* Slopes of each channel, of all, or of each value. */
static digitnet_status prelu(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { REPEATS_AS_OTHERS = 7 }; /* before this operator set slopes are of channels */
    digitnet__import_activation *input, result;
    const digitnet__import_constant *slopes;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_weights_at(&slopes, importer, node, 1));
    result = *input;
    float *each;
    size_t given;
    digitnet__import_constant aligned = *slopes;
    if (node->operator_set < REPEATS_AS_OTHERS && slopes->rank == 1)
        for (; aligned.rank < input->view.rank; aligned.rank++)
            aligned.sizes[aligned.rank] = 1;
    DNN_TRY(digitnet__import_spread(&each, &given, importer, node, input, &aligned));
    digitnet__shape shape = digitnet__draft_shape(importer, input->value);
    bool per_channel = given == 1 || given == shape.channels;
    const digitnet__attributes attributes = {.per_channel = per_channel && !shape.flat};
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_prelu, &attributes, &input->value, 1, node));
    float *alpha = digitnet__draft_tensor(importer, result.value, "alpha");
    size_t count = importer->drafts[result.value - 1].layer.tensors[0].values;
    for (size_t i = 0; i < count; i++)
        alpha[i] = each[given == 1 ? 0 : i];
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_activations[] = {
    {"Relu", 1, "consumed_inputs", read_plain},
    {"Sigmoid", 1, "consumed_inputs", read_plain},
    {"Tanh", 1, "consumed_inputs", read_plain},
    {"Softplus", 1, "", read_plain},
    {"HardSwish", 1, "", read_plain},
    {"Swish", 1, "", read_plain},
    {"Gelu", 1, "approximate", gelu},
    {"LeakyRelu", 1, "alpha consumed_inputs", leaky_relu},
    {"Elu", 1, "alpha consumed_inputs", elu},
    {"Selu", 1, "alpha gamma consumed_inputs", selu},
    {"HardSigmoid", 1, "alpha beta consumed_inputs", hard_sigmoid},
    {"Clip", 3, "min max consumed_inputs", clip},
    {"Mish", 1, "", mish},
    {"Celu", 1, "alpha", celu},
    {"LogSigmoid", 1, "", log_sigmoid},
    {"ScaledTanh", 1, "alpha beta", scaled_tanh},
    {"PRelu", 2, "consumed_inputs", prelu},
    {"Softmax", 1, "axis", softmax},
    {"LogSoftmax", 1, "axis", softmax},
    {0},
};
