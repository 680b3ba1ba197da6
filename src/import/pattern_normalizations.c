/* Layer normalization as files spell it out. */
#include "core/status.h"
#include "import/pattern_parts.h"
#include "import/patterns.h"
#include "onnx/schema.h"

#include <string.h>

/* ---- (x - mean) / sqrt(mean of squares + epsilon) ---- */

static bool find_layer_normalization(size_t *x, int64_t *axes, size_t *axis_count, float *epsilon,
                                     digitnet__importer *importer, const digitnet__import_node *node) {
    int64_t others[DNN_PATTERN_AXES];
    double number;
    size_t variance = DNN_NO_VALUE;
    if (node->input_count != 2)
        return false;
    const digitnet__import_node *centered = digitnet__pattern_giver(importer, node->inputs[0], "Sub");
    const digitnet__import_node *root = digitnet__pattern_giver(importer, node->inputs[1], "Sqrt");
    if (!centered || !root || centered->input_count != 2)
        return false;
    *x = centered->inputs[0];
    const digitnet__import_node *mean = digitnet__pattern_giver(importer, centered->inputs[1], "ReduceMean");
    const digitnet__import_node *sum = digitnet__pattern_giver(importer, root->inputs[0], "Add");
    if (!sum || sum->input_count != 2)
        return false;
    for (size_t i = 0; i < 2 && variance == DNN_NO_VALUE; i++)
        if (digitnet__pattern_number(&number, importer, sum->inputs[i]))
            variance = sum->inputs[1 - i];
    const digitnet__import_node *squares = digitnet__pattern_giver(importer, variance, "ReduceMean");
    *axis_count = digitnet__pattern_axes(axes, DNN_PATTERN_AXES, importer, mean);
    if (*axis_count == 0 || mean->inputs[0] != *x ||
        digitnet__pattern_axes(others, DNN_PATTERN_AXES, importer, squares) != *axis_count ||
        memcmp(axes, others, *axis_count * sizeof *axes) != 0)
        return false;
    const digitnet__import_node *power = digitnet__pattern_giver(importer, squares->inputs[0], "Pow");
    const digitnet__import_node *product = digitnet__pattern_giver(importer, squares->inputs[0], "Mul");
    *epsilon = (float)number;
    if (power)
        return power->input_count == 2 && power->inputs[0] == node->inputs[0] &&
               digitnet__pattern_is_number(importer, power->inputs[1], 2);
    return product && product->input_count == 2 && product->inputs[0] == node->inputs[0] &&
           product->inputs[1] == node->inputs[0];
}

digitnet_status digitnet__pattern_match_deviations(digitnet__importer *importer, digitnet__import_node *node) {
    size_t x;
    void *axes;
    digitnet__import_attribute attributes[2] = {
        {.name = digitnet__wire_string("axes"), .type = DNN_ATTRIBUTE_TYPE_INTS},
        {.name = digitnet__wire_string("epsilon"), .type = DNN_ATTRIBUTE_TYPE_FLOAT},
    };
    DNN_TRY(digitnet__pool_allocate(&axes, importer->pool, DNN_PATTERN_AXES, sizeof(int64_t)));
    attributes[0].integers = axes;
    if (!find_layer_normalization(&x, axes, &attributes[0].count, &attributes[1].number, importer, node))
        return DIGITNET_OK;
    return digitnet__pattern_replace(importer, node, "LayerNormalization", &x, 1, attributes, 2);
}

/* ---- x m + (-mean m + beta), where m = gamma / sqrt(variance + epsilon), as TensorFlow has it ---- */

/* The value before what moves or reshapes it. */
static size_t behind_views(const digitnet__importer *importer, size_t value) {
    static const char *const types[] = {"Reshape", "Transpose", "Unsqueeze", "Squeeze"};
    enum { STEPS = 4 };
    for (size_t step = 0; step < STEPS; step++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            const digitnet__import_node *node = digitnet__pattern_giver(importer, value, types[i]);
            value = node ? node->inputs[0] : value;
        }
    return value;
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
    int64_t axes[DNN_PATTERN_AXES];
    if (!digitnet__pattern_split_constant(&found->gamma, &root, importer,
                                          digitnet__pattern_giver(importer, scale, "Mul")))
        return false;
    const digitnet__import_node *reciprocal =
        digitnet__pattern_giver(importer, behind_views(importer, root), "Reciprocal");
    const digitnet__import_node *sqrt =
        reciprocal ? digitnet__pattern_giver(importer, reciprocal->inputs[0], "Sqrt") : NULL;
    if (!sqrt ||
        !digitnet__pattern_split_constant(&gamma, &variance, importer,
                                          digitnet__pattern_giver(importer, sqrt->inputs[0], "Add")) ||
        !digitnet__pattern_number(&epsilon, importer, gamma))
        return false;
    const digitnet__import_node *mean_of_squares = digitnet__pattern_giver(importer, variance, "ReduceMean");
    const digitnet__import_node *square =
        mean_of_squares ? digitnet__pattern_giver(importer, mean_of_squares->inputs[0], "Mul") : NULL;
    if (!square || square->input_count != 2 || square->inputs[0] != square->inputs[1] ||
        digitnet__pattern_axes(axes, DNN_PATTERN_AXES, importer, mean_of_squares) != 1)
        return false;
    const digitnet__import_node *centered = digitnet__pattern_giver(importer, square->inputs[0], "Sub");
    if (!centered || centered->input_count != 2)
        return false;
    difference = behind_views(importer, centered->inputs[1]);
    found->axis = axes[0];
    found->epsilon = (float)epsilon;
    found->x = centered->inputs[0];
    *mean_value = difference;
    const digitnet__import_node *mean = digitnet__pattern_giver(importer, difference, "ReduceMean");
    return mean && mean->inputs[0] == found->x && digitnet__pattern_axes(axes, DNN_PATTERN_AXES, importer, mean) == 1 &&
           axes[0] == found->axis;
}

static bool find_moments(moments *found, digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; node->input_count == 2 && i < 2; i++) {
        const digitnet__import_node *scaled = digitnet__pattern_giver(importer, node->inputs[i], "Mul");
        size_t shifted, mean_value;
        if (!scaled || scaled->input_count != 2 ||
            !digitnet__pattern_split_constant(&found->beta, &shifted, importer,
                                              digitnet__pattern_giver(importer, node->inputs[1 - i], "Add")))
            continue;
        const digitnet__import_node *shift = digitnet__pattern_giver(importer, shifted, "Mul");
        for (size_t k = 0; shift && shift->input_count == 2 && k < 2; k++) {
            size_t scale = scaled->inputs[k];
            if (!find_scale(found, &mean_value, importer, scale) || scaled->inputs[1 - k] != found->x)
                continue;
            size_t negative = behind_views(importer, shift->inputs[shift->inputs[0] == scale]);
            const digitnet__import_node *neg = digitnet__pattern_giver(importer, negative, "Neg");
            if (neg && behind_views(importer, neg->inputs[0]) == mean_value)
                return true;
        }
    }
    return false;
}

digitnet_status digitnet__pattern_match_moments(digitnet__importer *importer, digitnet__import_node *node) {
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
