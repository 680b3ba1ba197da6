#include "import/patterns.h"

#include "core/status.h"
#include "import/adaptive_pools.h"
#include "import/pattern_parts.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

static const digitnet__import_node *giver(const digitnet__importer *importer, size_t value, const char *type) {
    return digitnet__pattern_giver(importer, value, type);
}

static bool is_number(digitnet__importer *importer, size_t value, double wanted) {
    double number;
    return digitnet__pattern_number(&number, importer, value) && fabs(number - wanted) <= 1e-4 * fabs(wanted);
}

/* The other input of a node of two, where one is this value, or this number. */
static bool other_than(size_t *other, const digitnet__import_node *node, size_t value) {
    if (!node || node->input_count != 2 || (node->inputs[0] != value && node->inputs[1] != value))
        return false;
    *other = node->inputs[node->inputs[0] == value];
    return true;
}

static bool other_than_number(size_t *other, digitnet__importer *importer, const digitnet__import_node *node,
                              double number) {
    for (size_t i = 0; node && node->input_count == 2 && i < 2; i++) {
        if (is_number(importer, node->inputs[i], number)) {
            *other = node->inputs[1 - i];
            return true;
        }
    }
    return false;
}

/* x times a number, or divided by its reciprocal. */
static bool times(size_t *x, digitnet__importer *importer, size_t value, double number) {
    const digitnet__import_node *division = giver(importer, value, "Div");
    if (division && division->input_count == 2 && is_number(importer, division->inputs[1], 1 / number)) {
        *x = division->inputs[0];
        return true;
    }
    return other_than_number(x, importer, giver(importer, value, "Mul"), number);
}

/* ---- Activations ---- */

/* value = 1 + erf(x / sqrt(2)) or 1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)) */
static bool is_gelu_factor(bool *by_tanh, digitnet__importer *importer, size_t value, size_t x) {
    size_t inner, argument, sum, cube;
    if (!other_than_number(&inner, importer, giver(importer, value, "Add"), 1))
        return false;
    const digitnet__import_node *erf = giver(importer, inner, "Erf"), *tanh = giver(importer, inner, "Tanh");
    *by_tanh = tanh != NULL;
    if (erf)
        return times(&argument, importer, erf->inputs[0], 0.70710678118654752) && argument == x;
    if (!tanh || !times(&sum, importer, tanh->inputs[0], 0.79788456080286536) ||
        !other_than(&argument, giver(importer, sum, "Add"), x) || !times(&cube, importer, argument, 0.044715))
        return false;
    const digitnet__import_node *power = giver(importer, cube, "Pow");
    size_t square, root;
    if (power)
        return power->inputs[0] == x && power->input_count == 2 && is_number(importer, power->inputs[1], 3);
    return other_than(&square, giver(importer, cube, "Mul"), x) &&
           other_than(&root, giver(importer, square, "Mul"), x) && root == x;
}

/* Takes the half away from a product of three: half x factor, in any order. */
static bool find_gelu(size_t *x, bool *by_tanh, digitnet__importer *importer, const digitnet__import_node *node) {
    size_t product, half;
    /* (x factor) / 2 */
    if (other_than_number(&product, importer, node, 0.5)) {
        const digitnet__import_node *inner = giver(importer, product, "Mul");
        for (size_t i = 0; inner && inner->input_count == 2 && i < 2; i++) {
            *x = inner->inputs[i];
            if (is_gelu_factor(by_tanh, importer, inner->inputs[1 - i], *x))
                return true;
        }
    }
    /* (x / 2) factor, or x (factor / 2) */
    for (size_t i = 0; node->input_count == 2 && i < 2; i++) {
        if (times(x, importer, node->inputs[i], 0.5) && is_gelu_factor(by_tanh, importer, node->inputs[1 - i], *x))
            return true;
        *x = node->inputs[1 - i];
        if (times(&half, importer, node->inputs[i], 0.5) && is_gelu_factor(by_tanh, importer, half, *x))
            return true;
    }
    return false;
}

/* min(max(x + 3, 0), 6) */
static bool is_shifted_relu6(digitnet__importer *importer, size_t value, size_t x) {
    size_t shifted;
    const digitnet__import_node *clip = giver(importer, value, "Clip");
    float least = -1, most = -1;
    if (!clip || !other_than_number(&shifted, importer, giver(importer, clip->inputs[0], "Add"), 3) || shifted != x)
        return false;
    if (clip->input_count == 3)
        return is_number(importer, clip->inputs[1], 0) && is_number(importer, clip->inputs[2], 6);
    return digitnet__import_number(&least, clip, "min") == DIGITNET_OK &&
           digitnet__import_number(&most, clip, "max") == DIGITNET_OK && least == 0 && most == 6;
}

/* x times sigmoid(x), or hard_sigmoid(x). */
static const char *find_gate(size_t *x, digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; node->input_count == 2 && i < 2; i++) {
        *x = node->inputs[1 - i];
        const digitnet__import_node *sigmoid = giver(importer, node->inputs[i], "Sigmoid");
        const digitnet__import_node *hard = giver(importer, node->inputs[i], "HardSigmoid");
        float alpha = 0.2f, beta = 0.5f;
        size_t relu6;
        if (sigmoid && sigmoid->inputs[0] == *x)
            return "Swish";
        if (hard && hard->inputs[0] == *x && digitnet__import_number(&alpha, hard, "alpha") == DIGITNET_OK &&
            digitnet__import_number(&beta, hard, "beta") == DIGITNET_OK && fabsf(alpha - 1.0f / 6) < 1e-6f &&
            beta == 0.5f)
            return "HardSwish";
        if (times(&relu6, importer, node->inputs[i], 1.0 / 6) && is_shifted_relu6(importer, relu6, *x))
            return "HardSwish";
    }
    return NULL;
}

/* x relu6(x + 3), of which the node takes a sixth. */
static bool find_hard_swish(size_t *x, digitnet__importer *importer, size_t product) {
    const digitnet__import_node *node = giver(importer, product, "Mul");
    for (size_t i = 0; node && node->input_count == 2 && i < 2; i++) {
        *x = node->inputs[i];
        if (is_shifted_relu6(importer, node->inputs[1 - i], *x))
            return true;
    }
    return false;
}

/* ---- Layer normalization: (x - mean) / sqrt(mean of squares + epsilon) ---- */

enum { AXES_MAX = 4 };

static bool find_layer_normalization(size_t *x, int64_t *axes, size_t *axis_count, float *epsilon,
                                     digitnet__importer *importer, const digitnet__import_node *node) {
    int64_t others[AXES_MAX];
    double number;
    size_t variance = DNN_NO_VALUE;
    if (node->input_count != 2)
        return false;
    const digitnet__import_node *centered = giver(importer, node->inputs[0], "Sub");
    const digitnet__import_node *root = giver(importer, node->inputs[1], "Sqrt");
    if (!centered || !root || centered->input_count != 2)
        return false;
    *x = centered->inputs[0];
    const digitnet__import_node *mean = giver(importer, centered->inputs[1], "ReduceMean");
    const digitnet__import_node *sum = giver(importer, root->inputs[0], "Add");
    if (!sum || sum->input_count != 2)
        return false;
    for (size_t i = 0; i < 2 && variance == DNN_NO_VALUE; i++)
        if (digitnet__pattern_number(&number, importer, sum->inputs[i]))
            variance = sum->inputs[1 - i];
    const digitnet__import_node *squares = giver(importer, variance, "ReduceMean");
    *axis_count = digitnet__pattern_axes(axes, AXES_MAX, importer, mean);
    if (*axis_count == 0 || mean->inputs[0] != *x ||
        digitnet__pattern_axes(others, AXES_MAX, importer, squares) != *axis_count ||
        memcmp(axes, others, *axis_count * sizeof *axes) != 0)
        return false;
    const digitnet__import_node *power = giver(importer, squares->inputs[0], "Pow");
    const digitnet__import_node *product = giver(importer, squares->inputs[0], "Mul");
    *epsilon = (float)number;
    if (power)
        return power->input_count == 2 && power->inputs[0] == node->inputs[0] &&
               is_number(importer, power->inputs[1], 2);
    return product && product->input_count == 2 && product->inputs[0] == node->inputs[0] &&
           product->inputs[1] == node->inputs[0];
}

/* ---- The same as TensorFlow has it: x m + (-mean m + beta), where m = gamma / sqrt(variance + epsilon) ---- */

/* The value before what moves or reshapes it. */
static size_t behind_views(const digitnet__importer *importer, size_t value) {
    static const char *const types[] = {"Reshape", "Transpose", "Unsqueeze", "Squeeze"};
    enum { STEPS = 4 };
    for (size_t step = 0; step < STEPS; step++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            const digitnet__import_node *node = giver(importer, value, types[i]);
            value = node ? node->inputs[0] : value;
        }
    return value;
}

static bool is_constant(const digitnet__importer *importer, size_t value) {
    value = digitnet__pattern_before_cast(importer, value);
    return value != DNN_NO_VALUE &&
           (importer->graph->values[value].initializer.bytes || giver(importer, value, "Constant"));
}

/* The input of a node of two that is a constant, and the other one. */
static bool split_constant(size_t *constant, size_t *other, const digitnet__importer *importer,
                           const digitnet__import_node *node) {
    for (size_t i = 0; node && node->input_count == 2 && i < 2; i++) {
        if (is_constant(importer, node->inputs[i])) {
            *constant = node->inputs[i];
            *other = node->inputs[1 - i];
            return true;
        }
    }
    return false;
}

typedef struct moments {
    size_t x, gamma, beta;
    int64_t axis;
    float epsilon;
} moments;

/* gamma / sqrt(mean of (x - mean)^2 + epsilon), by its reciprocal. */
static bool find_scale(moments *found, size_t *mean_value, digitnet__importer *importer, size_t scale) {
    size_t root, gamma, variance, difference;
    double epsilon;
    int64_t axes[AXES_MAX];
    if (!split_constant(&found->gamma, &root, importer, giver(importer, scale, "Mul")))
        return false;
    const digitnet__import_node *reciprocal = giver(importer, behind_views(importer, root), "Reciprocal");
    const digitnet__import_node *sqrt = reciprocal ? giver(importer, reciprocal->inputs[0], "Sqrt") : NULL;
    if (!sqrt || !split_constant(&gamma, &variance, importer, giver(importer, sqrt->inputs[0], "Add")) ||
        !digitnet__pattern_number(&epsilon, importer, gamma))
        return false;
    const digitnet__import_node *mean_of_squares = giver(importer, variance, "ReduceMean");
    const digitnet__import_node *square = mean_of_squares ? giver(importer, mean_of_squares->inputs[0], "Mul") : NULL;
    if (!square || square->input_count != 2 || square->inputs[0] != square->inputs[1] ||
        digitnet__pattern_axes(axes, AXES_MAX, importer, mean_of_squares) != 1)
        return false;
    const digitnet__import_node *centered = giver(importer, square->inputs[0], "Sub");
    if (!centered || centered->input_count != 2)
        return false;
    difference = behind_views(importer, centered->inputs[1]);
    found->axis = axes[0];
    found->epsilon = (float)epsilon;
    found->x = centered->inputs[0];
    *mean_value = difference;
    const digitnet__import_node *mean = giver(importer, difference, "ReduceMean");
    return mean && mean->inputs[0] == found->x && digitnet__pattern_axes(axes, AXES_MAX, importer, mean) == 1 &&
           axes[0] == found->axis;
}

static bool find_moments(moments *found, digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; node->input_count == 2 && i < 2; i++) {
        const digitnet__import_node *scaled = giver(importer, node->inputs[i], "Mul");
        size_t shifted, mean_value;
        if (!scaled || scaled->input_count != 2 ||
            !split_constant(&found->beta, &shifted, importer, giver(importer, node->inputs[1 - i], "Add")))
            continue;
        const digitnet__import_node *shift = giver(importer, shifted, "Mul");
        for (size_t k = 0; shift && shift->input_count == 2 && k < 2; k++) {
            size_t scale = scaled->inputs[k];
            if (!find_scale(found, &mean_value, importer, scale) || scaled->inputs[1 - k] != found->x)
                continue;
            size_t negative = behind_views(importer, shift->inputs[shift->inputs[0] == scale]);
            const digitnet__import_node *neg = giver(importer, negative, "Neg");
            if (neg && behind_views(importer, neg->inputs[0]) == mean_value)
                return true;
        }
    }
    return false;
}

/* ---- Replacing ---- */

static digitnet_status replace(digitnet__importer *importer, digitnet__import_node *node, const char *type, size_t x,
                               const digitnet__import_attribute *attributes, size_t attribute_count) {
    return digitnet__pattern_replace(importer, node, type, &x, 1, attributes, attribute_count);
}

static digitnet_status match_product(digitnet__importer *importer, digitnet__import_node *node) {
    size_t x, product;
    bool by_tanh = false;
    const digitnet__import_attribute approximate = {.name = digitnet__wire_string("approximate"),
                                                    .type = DNN_ATTRIBUTE_TYPE_STRING,
                                                    .text = digitnet__wire_string("tanh")};
    const char *gate = find_gate(&x, importer, node);
    if (gate)
        return replace(importer, node, gate, x, NULL, 0);
    if (find_gelu(&x, &by_tanh, importer, node))
        return replace(importer, node, "Gelu", x, &approximate, by_tanh);
    if (other_than_number(&product, importer, node, 1.0 / 6) && find_hard_swish(&x, importer, product))
        return replace(importer, node, "HardSwish", x, NULL, 0);
    return DIGITNET_OK;
}

static digitnet_status match_division(digitnet__importer *importer, digitnet__import_node *node) {
    size_t x;
    void *axes;
    digitnet__import_attribute attributes[2] = {
        {.name = digitnet__wire_string("axes"), .type = DNN_ATTRIBUTE_TYPE_INTS},
        {.name = digitnet__wire_string("epsilon"), .type = DNN_ATTRIBUTE_TYPE_FLOAT},
    };
    DNN_TRY(digitnet__pool_allocate(&axes, importer->pool, AXES_MAX, sizeof(int64_t)));
    attributes[0].integers = axes;
    if (find_layer_normalization(&x, axes, &attributes[0].count, &attributes[1].number, importer, node))
        return replace(importer, node, "LayerNormalization", x, attributes, 2);
    if (node->input_count == 2 && is_number(importer, node->inputs[1], 6) &&
        find_hard_swish(&x, importer, node->inputs[0]))
        return replace(importer, node, "HardSwish", x, NULL, 0);
    return digitnet__import_match_adaptive_quotient(importer, node);
}

static digitnet_status match_sum(digitnet__importer *importer, digitnet__import_node *node) {
    moments found;
    void *memory;
    if (!find_moments(&found, importer, node))
        return DIGITNET_OK;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof(int64_t)));
    *(int64_t *)memory = found.axis;
    const digitnet__import_attribute attributes[] = {
        {.name = digitnet__wire_string("axes"), .type = DNN_ATTRIBUTE_TYPE_INTS, .integers = memory, .count = 1},
        {.name = digitnet__wire_string("epsilon"), .type = DNN_ATTRIBUTE_TYPE_FLOAT, .number = found.epsilon},
    };
    return digitnet__pattern_replace(importer, node, "LayerNormalization",
                                     (const size_t[]){found.x, found.gamma, found.beta}, 3, attributes, 2);
}

/* The logarithm of a sigmoid or a softmax, or the exponential of the latter's logarithm. */
static digitnet_status match_logarithm(digitnet__importer *importer, digitnet__import_node *node) {
    bool is_log = digitnet__wire_is(node->type, "Log");
    const digitnet__import_node *sigmoid =
        is_log && node->input_count == 1 ? giver(importer, node->inputs[0], "Sigmoid") : NULL;
    if (sigmoid)
        return replace(importer, node, "LogSigmoid", sigmoid->inputs[0], NULL, 0);
    const digitnet__import_node *inner =
        node->input_count == 1 ? giver(importer, node->inputs[0], is_log ? "Softmax" : "LogSoftmax") : NULL;
    if (!inner)
        return DIGITNET_OK;
    node->operator_set = inner->operator_set;
    return replace(importer, node, is_log ? "LogSoftmax" : "Softmax", inner->inputs[0], inner->attributes,
                   inner->attribute_count);
}

/* z - log(sum of exp(z)), along an axis */
static digitnet_status match_difference(digitnet__importer *importer, digitnet__import_node *node) {
    enum { ONE_AXIS = 13 };
    int64_t axis, keep = 1;
    const digitnet__import_node *sum =
        node->input_count == 2 ? giver(importer, node->inputs[1], "ReduceLogSumExp") : NULL;
    if (!sum || sum->inputs[0] != node->inputs[0] || digitnet__pattern_axes(&axis, 1, importer, sum) != 1 ||
        digitnet__import_integer(&keep, sum, "keepdims") != DIGITNET_OK || keep == 0)
        return DIGITNET_OK;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("axis"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = axis};
    node->operator_set = node->operator_set < ONE_AXIS ? ONE_AXIS : node->operator_set;
    return replace(importer, node, "LogSoftmax", node->inputs[0], &attribute, 1);
}

static bool same_constants(digitnet__importer *importer, size_t a, size_t b) {
    double first, second;
    return a == b || (digitnet__pattern_number(&first, importer, a) && digitnet__pattern_number(&second, importer, b) &&
                      first == second);
}

/* softplus(x), beyond a limit x itself, from which it differs by less than floats do; or softplus(b x) / b, beyond a
 * limit of b x, which is left to what gives it. */
static digitnet_status match_choice(digitnet__importer *importer, digitnet__import_node *node) {
    enum { LEAST_LIMIT = 15 }; /* + 3e-7, where the next float is 15 + 1e-6 */
    double limit;
    size_t scaled, x, factor;
    if (node->input_count != 3)
        return DIGITNET_OK;
    const digitnet__import_node *greater = giver(importer, node->inputs[0], "Greater");
    const digitnet__import_node *division = giver(importer, node->inputs[2], "Div");
    const digitnet__import_node *softplus =
        giver(importer, division ? division->inputs[0] : node->inputs[2], "Softplus");
    if (!greater || greater->input_count != 2 || !softplus || greater->inputs[0] != softplus->inputs[0] ||
        !digitnet__pattern_number(&limit, importer, greater->inputs[1]) || !(limit >= LEAST_LIMIT))
        return DIGITNET_OK;
    scaled = softplus->inputs[0];
    if (!division)
        return scaled == node->inputs[1] ? replace(importer, node, "Softplus", scaled, NULL, 0) : DIGITNET_OK;
    bool is_scaled = division->input_count == 2 &&
                     split_constant(&factor, &x, importer, giver(importer, scaled, "Mul")) && x == node->inputs[1] &&
                     same_constants(importer, factor, division->inputs[1]);
    return is_scaled ? replace(importer, node, "Identity", node->inputs[2], NULL, 0) : DIGITNET_OK;
}

/* The axis that takes the place of the samples', and the other way round; 0 where the node orders axes otherwise. */
static size_t find_swapped(const digitnet__import_node *transpose) {
    enum { MOST = 8 };
    int64_t order[MOST];
    size_t count = 0, others = 0;
    if (!transpose || digitnet__import_integers(order, &count, MOST, transpose, "perm") != DIGITNET_OK || count == 0 ||
        order[0] < 1 || order[0] >= (int64_t)count)
        return 0;
    size_t axis = (size_t)order[0];
    for (size_t i = 1; i < count; i++)
        others += order[i] == (i == axis ? 0 : (int64_t)i);
    return others + 1 == count ? axis : 0;
}

/* x[:, [2, 0, 1]] as Dynamo has it: the axis is made the first one, GatherND picks of it, and it is taken back. */
static digitnet_status match_transpose(digitnet__importer *importer, digitnet__import_node *node) {
    digitnet__import_constant indices;
    digitnet__wire_view message;
    void *memory;
    size_t picked, axis = find_swapped(node);
    int64_t batch = 0;
    const digitnet__import_node *gather =
        axis && node->input_count == 1 ? giver(importer, node->inputs[0], "GatherND") : NULL;
    const digitnet__import_node *before =
        gather && gather->input_count == 2 ? giver(importer, gather->inputs[0], "Transpose") : NULL;
    if (find_swapped(before) != axis || !before ||
        !digitnet__pattern_tensor(&indices, &message, importer, gather->inputs[1]) || !indices.is_integer ||
        indices.rank != 2 || indices.sizes[1] != 1 ||
        digitnet__import_integer(&batch, gather, "batch_dims") != DIGITNET_OK || batch != 0)
        return DIGITNET_OK;
    size_t x = before->inputs[0];
    indices.rank = 1;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof indices));
    memcpy(memory, &indices, sizeof indices);
    DNN_TRY(digitnet__import_add_value(&picked, importer->graph, (digitnet__wire_view){0}));
    importer->graph->values[picked].initializer = message; /* it is a constant for every output that is read */
    importer->graph->values[picked].constant = memory;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("axis"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = (int64_t)axis};
    return digitnet__pattern_replace(importer, node, "Gather", (const size_t[]){x, picked}, 2, &attribute, 1);
}

/* The axes of a node Unsqueeze that puts sizes of 1 behind all others; 0 where it is none. */
static size_t count_behind(digitnet__importer *importer, const digitnet__import_node *unsqueeze) {
    int64_t axes[AXES_MAX];
    size_t count = digitnet__pattern_axes(axes, AXES_MAX, importer, unsqueeze);
    for (size_t i = 0; i < count; i++)
        if (axes[i] != (int64_t)i + 1)
            return 0;
    return count;
}

/* The means of an image whose channels are last in memory, as Dynamo has them: values of all samples in one row, at the
 * indices stride n + offset, n being the sample. The node gets the values, the number of samples, the stride, and the
 * offsets, which are a sum. */
static digitnet_status match_gather(digitnet__importer *importer, digitnet__import_node *node) {
    enum { FIRST_TERM = 3, MOST = 8 };
    size_t inputs[MOST] = {0}, count = FIRST_TERM, factor, range_value;
    int64_t axis = 0;
    if (node->input_count != 2 || digitnet__import_integer(&axis, node, "axis") != DIGITNET_OK || axis != 0)
        return DIGITNET_OK;
    size_t indices = node->inputs[1];
    while (count < MOST && split_constant(&inputs[count], &indices, importer, giver(importer, indices, "Add")))
        count++;
    const digitnet__import_node *unsqueeze = giver(importer, indices, "Unsqueeze");
    size_t behind = count_behind(importer, unsqueeze);
    if (count == FIRST_TERM || behind == 0 ||
        !split_constant(&factor, &range_value, importer, giver(importer, unsqueeze->inputs[0], "Mul")))
        return DIGITNET_OK;
    const digitnet__import_node *range = giver(importer, range_value, "Range");
    if (!range || range->input_count != 3 || !is_number(importer, range->inputs[0], 0) ||
        !is_number(importer, range->inputs[2], 1))
        return DIGITNET_OK;
    inputs[0] = node->inputs[0];
    inputs[1] = range->inputs[1];
    inputs[2] = factor;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("dimensions"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = (int64_t)behind + 1};
    return digitnet__pattern_replace(importer, node, "GatherOfEach", inputs, count, &attribute, 1);
}

/* The mean, or sum, of outputs stacked along an axis in front of the samples', as ensembles have it. */
static digitnet_status match_stack(digitnet__importer *importer, digitnet__import_node *node) {
    int64_t axis, along = 1, keep = 1;
    void *memory;
    const digitnet__import_node *stack = node->input_count > 0 ? giver(importer, node->inputs[0], "Concat") : NULL;
    if (!stack || digitnet__pattern_axes(&axis, 1, importer, node) != 1 || axis != 0 ||
        digitnet__import_integer(&keep, node, "keepdims") != DIGITNET_OK || keep != 0 ||
        digitnet__import_integer(&along, stack, "axis") != DIGITNET_OK || along != 0 ||
        !digitnet__pattern_visit(importer, node->inputs[0]))
        return DIGITNET_OK;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, stack->input_count, sizeof(size_t)));
    size_t *values = memory;
    for (size_t i = 0; i < stack->input_count; i++) {
        const digitnet__import_node *unsqueeze = giver(importer, stack->inputs[i], "Unsqueeze");
        if (!unsqueeze || digitnet__pattern_axes(&axis, 1, importer, unsqueeze) != 1 || axis != 0)
            return DIGITNET_OK;
        values[i] = unsqueeze->inputs[0];
    }
    return digitnet__pattern_replace(importer, node, digitnet__wire_is(node->type, "ReduceMean") ? "Mean" : "Sum",
                                     values, stack->input_count, NULL, 0);
}

static digitnet_status match_reduction(digitnet__importer *importer, digitnet__import_node *node) {
    DNN_TRY(match_stack(importer, node));
    return digitnet__wire_is(node->type, "ReduceMean") ? digitnet__import_match_adaptive_mean(importer, node)
                                                       : DIGITNET_OK;
}

digitnet_status digitnet__import_match_patterns(digitnet__importer *importer) {
    for (size_t i = 0; i < importer->graph->node_count; i++) {
        digitnet__import_node *node = &importer->graph->nodes[i];
        if (digitnet__wire_is(node->type, "Mul"))
            DNN_TRY(match_product(importer, node));
        else if (digitnet__wire_is(node->type, "Div"))
            DNN_TRY(match_division(importer, node));
        else if (digitnet__wire_is(node->type, "Add"))
            DNN_TRY(match_sum(importer, node));
        else if (digitnet__wire_is(node->type, "Sub"))
            DNN_TRY(match_difference(importer, node));
        else if (digitnet__wire_is(node->type, "Log") || digitnet__wire_is(node->type, "Exp"))
            DNN_TRY(match_logarithm(importer, node));
        else if (digitnet__wire_is(node->type, "Where"))
            DNN_TRY(match_choice(importer, node));
        else if (digitnet__wire_is(node->type, "Transpose"))
            DNN_TRY(match_transpose(importer, node));
        else if (digitnet__wire_is(node->type, "Gather"))
            DNN_TRY(match_gather(importer, node));
        else if (digitnet__wire_is(node->type, "ReduceMean") || digitnet__wire_is(node->type, "ReduceSum"))
            DNN_TRY(match_reduction(importer, node));
        DNN_TRY(importer->failure);
    }
    return DIGITNET_OK;
}
