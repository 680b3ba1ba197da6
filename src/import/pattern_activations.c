/* Activations that files spell out, and the softmax. */
#include "core/status.h"
#include "import/pattern_parts.h"
#include "import/patterns.h"
#include "onnx/schema.h"

#include <math.h>

/* x times a number, or divided by its reciprocal. */
static bool times(size_t *x, digitnet__importer *importer, size_t value, double number) {
    const digitnet__import_node *division = digitnet__pattern_giver(importer, value, "Div");
    if (division && division->input_count == 2 &&
        digitnet__pattern_is_number(importer, division->inputs[1], 1 / number)) {
        *x = division->inputs[0];
        return true;
    }
    return digitnet__pattern_other_than_number(x, importer, digitnet__pattern_giver(importer, value, "Mul"), number);
}

/* value = 1 + erf(x / sqrt(2)) or 1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)) */
static bool is_gelu_factor(bool *by_tanh, digitnet__importer *importer, size_t value, size_t x) {
    size_t inner, argument, sum, cube;
    if (!digitnet__pattern_other_than_number(&inner, importer, digitnet__pattern_giver(importer, value, "Add"), 1))
        return false;
    const digitnet__import_node *erf = digitnet__pattern_giver(importer, inner, "Erf"),
                                *tanh = digitnet__pattern_giver(importer, inner, "Tanh");
    *by_tanh = tanh != NULL;
    if (erf)
        return times(&argument, importer, erf->inputs[0], 0.70710678118654752) && argument == x;
    if (!tanh || !times(&sum, importer, tanh->inputs[0], 0.79788456080286536) ||
        !digitnet__pattern_other_than(&argument, digitnet__pattern_giver(importer, sum, "Add"), x) ||
        !times(&cube, importer, argument, 0.044715))
        return false;
    const digitnet__import_node *power = digitnet__pattern_giver(importer, cube, "Pow");
    size_t square, root;
    if (power)
        return power->inputs[0] == x && power->input_count == 2 &&
               digitnet__pattern_is_number(importer, power->inputs[1], 3);
    return digitnet__pattern_other_than(&square, digitnet__pattern_giver(importer, cube, "Mul"), x) &&
           digitnet__pattern_other_than(&root, digitnet__pattern_giver(importer, square, "Mul"), x) && root == x;
}

/* Takes the half away from a product of three: half x factor, in any order. */
static bool find_gelu(size_t *x, bool *by_tanh, digitnet__importer *importer, const digitnet__import_node *node) {
    size_t product, half;
    /* (x factor) / 2 */
    if (digitnet__pattern_other_than_number(&product, importer, node, 0.5)) {
        const digitnet__import_node *inner = digitnet__pattern_giver(importer, product, "Mul");
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
    const digitnet__import_node *clip = digitnet__pattern_giver(importer, value, "Clip");
    float least = -1, most = -1;
    if (!clip ||
        !digitnet__pattern_other_than_number(&shifted, importer,
                                             digitnet__pattern_giver(importer, clip->inputs[0], "Add"), 3) ||
        shifted != x)
        return false;
    if (clip->input_count == 3)
        return digitnet__pattern_is_number(importer, clip->inputs[1], 0) &&
               digitnet__pattern_is_number(importer, clip->inputs[2], 6);
    return digitnet__import_number(&least, clip, "min") == DIGITNET_OK &&
           digitnet__import_number(&most, clip, "max") == DIGITNET_OK && least == 0 && most == 6;
}

/* x times sigmoid(x), or hard_sigmoid(x). */
static const char *find_gate(size_t *x, digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; node->input_count == 2 && i < 2; i++) {
        *x = node->inputs[1 - i];
        const digitnet__import_node *sigmoid = digitnet__pattern_giver(importer, node->inputs[i], "Sigmoid");
        const digitnet__import_node *hard = digitnet__pattern_giver(importer, node->inputs[i], "HardSigmoid");
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
    const digitnet__import_node *node = digitnet__pattern_giver(importer, product, "Mul");
    for (size_t i = 0; node && node->input_count == 2 && i < 2; i++) {
        *x = node->inputs[i];
        if (is_shifted_relu6(importer, node->inputs[1 - i], *x))
            return true;
    }
    return false;
}

digitnet_status digitnet__pattern_match_product(digitnet__importer *importer, digitnet__import_node *node) {
    size_t x, product;
    bool by_tanh = false;
    const digitnet__import_attribute approximate = {.name = digitnet__wire_string("approximate"),
                                                    .type = DNN_ATTRIBUTE_TYPE_STRING,
                                                    .text = digitnet__wire_string("tanh")};
    const char *gate = find_gate(&x, importer, node);
    if (gate)
        return digitnet__pattern_replace(importer, node, gate, &x, 1, NULL, 0);
    if (find_gelu(&x, &by_tanh, importer, node))
        return digitnet__pattern_replace(importer, node, "Gelu", &x, 1, &approximate, by_tanh);
    if (digitnet__pattern_other_than_number(&product, importer, node, 1.0 / 6) &&
        find_hard_swish(&x, importer, product))
        return digitnet__pattern_replace(importer, node, "HardSwish", &x, 1, NULL, 0);
    return DIGITNET_OK;
}

digitnet_status digitnet__pattern_match_sixth(digitnet__importer *importer, digitnet__import_node *node) {
    size_t x;
    if (node->input_count == 2 && digitnet__pattern_is_number(importer, node->inputs[1], 6) &&
        find_hard_swish(&x, importer, node->inputs[0]))
        return digitnet__pattern_replace(importer, node, "HardSwish", &x, 1, NULL, 0);
    return DIGITNET_OK;
}

/* The logarithm of a sigmoid or a softmax, or the exponential of the latter's logarithm. */
digitnet_status digitnet__pattern_match_logarithm(digitnet__importer *importer, digitnet__import_node *node) {
    bool is_log = digitnet__wire_is(node->type, "Log");
    const digitnet__import_node *sigmoid =
        is_log && node->input_count == 1 ? digitnet__pattern_giver(importer, node->inputs[0], "Sigmoid") : NULL;
    if (sigmoid)
        return digitnet__pattern_replace(importer, node, "LogSigmoid", sigmoid->inputs, 1, NULL, 0);
    const digitnet__import_node *inner =
        node->input_count == 1 ? digitnet__pattern_giver(importer, node->inputs[0], is_log ? "Softmax" : "LogSoftmax")
                               : NULL;
    if (!inner)
        return DIGITNET_OK;
    node->operator_set = inner->operator_set;
    return digitnet__pattern_replace(importer, node, is_log ? "LogSoftmax" : "Softmax", inner->inputs, 1,
                                     inner->attributes, inner->attribute_count);
}

/* z - log(sum of exp(z)), along an axis */
digitnet_status digitnet__pattern_match_difference(digitnet__importer *importer, digitnet__import_node *node) {
    enum { ONE_AXIS = 13 };
    int64_t axis, keep = 1;
    const digitnet__import_node *sum =
        node->input_count == 2 ? digitnet__pattern_giver(importer, node->inputs[1], "ReduceLogSumExp") : NULL;
    if (!sum || sum->inputs[0] != node->inputs[0] || digitnet__pattern_axes(&axis, 1, importer, sum) != 1 ||
        digitnet__import_integer(&keep, sum, "keepdims") != DIGITNET_OK || keep == 0)
        return DIGITNET_OK;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("axis"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = axis};
    node->operator_set = node->operator_set < ONE_AXIS ? ONE_AXIS : node->operator_set;
    return digitnet__pattern_replace(importer, node, "LogSoftmax", node->inputs, 1, &attribute, 1);
}

static bool same_constants(digitnet__importer *importer, size_t a, size_t b) {
    double first, second;
    return a == b || (digitnet__pattern_number(&first, importer, a) && digitnet__pattern_number(&second, importer, b) &&
                      first == second);
}

/* softplus(x), beyond a limit x itself, from which it differs by less than floats do; or softplus(b x) / b, beyond a
 * limit of b x, which is left to what gives it. */
digitnet_status digitnet__pattern_match_choice(digitnet__importer *importer, digitnet__import_node *node) {
    enum { LEAST_LIMIT = 15 }; /* + 3e-7, where the next float is 15 + 1e-6 */
    double limit;
    size_t scaled, x, factor;
    if (node->input_count != 3)
        return DIGITNET_OK;
    const digitnet__import_node *greater = digitnet__pattern_giver(importer, node->inputs[0], "Greater");
    const digitnet__import_node *division = digitnet__pattern_giver(importer, node->inputs[2], "Div");
    const digitnet__import_node *softplus =
        digitnet__pattern_giver(importer, division ? division->inputs[0] : node->inputs[2], "Softplus");
    if (!greater || greater->input_count != 2 || !softplus || greater->inputs[0] != softplus->inputs[0] ||
        !digitnet__pattern_number(&limit, importer, greater->inputs[1]) || !(limit >= LEAST_LIMIT))
        return DIGITNET_OK;
    scaled = softplus->inputs[0];
    if (!division)
        return scaled == node->inputs[1] ? digitnet__pattern_replace(importer, node, "Softplus", &scaled, 1, NULL, 0)
                                         : DIGITNET_OK;
    bool is_scaled =
        division->input_count == 2 &&
        digitnet__pattern_split_constant(&factor, &x, importer, digitnet__pattern_giver(importer, scaled, "Mul")) &&
        x == node->inputs[1] && same_constants(importer, factor, division->inputs[1]);
    return is_scaled ? digitnet__pattern_replace(importer, node, "Identity", &node->inputs[2], 1, NULL, 0)
                     : DIGITNET_OK;
}
