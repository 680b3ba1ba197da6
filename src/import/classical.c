/* What scikit-learn has, in the domain ai.onnx.ml: linear models and scalers, whose weights are attributes. */
#include "core/status.h"
#include "import/linear.h"
#include "import/products.h"
#include "onnx/schema.h"

#include <string.h>

/* The numbers of an attribute as a matrix of this many rows, or as a row (0). Without any where the node has none. */
static digitnet_status read_numbers(digitnet__import_constant *constant, const digitnet__import_node *node,
                                    const char *name, size_t rows) {
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(node, name);
    *constant = (digitnet__import_constant){.rank = 1};
    if (!attribute || attribute->count == 0)
        return DIGITNET_OK;
    if (attribute->type != DNN_ATTRIBUTE_TYPE_FLOATS || (rows && attribute->count % rows != 0))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has attribute '%s' of another type or count", name);
    *constant = (digitnet__import_constant){.rank = rows ? 2 : 1,
                                            .sizes = {rows ? rows : attribute->count, attribute->count},
                                            .count = attribute->count,
                                            .numbers = attribute->numbers};
    if (rows)
        constant->sizes[1] = attribute->count / rows;
    if (!digitnet__constant_is_finite(constant))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a value in '%s' that is not finite", name);
    return DIGITNET_OK;
}

/* (x - offset) scale */
static digitnet_status scaler(digitnet__importer *importer, const digitnet__import_node *node) {
    static const char *const names[] = {"offset", "scale"};
    digitnet__import_activation *input, result;
    DNN_TRY(digitnet__import_peek(&input, importer, node, 0));
    result = *input;
    for (size_t i = 0; i < 2; i++) {
        digitnet__import_constant constant;
        float *values;
        size_t count;
        DNN_TRY(read_numbers(&constant, node, names[i], 0));
        if (constant.count == 0)
            continue;
        DNN_TRY(digitnet__import_spread(&values, &count, importer, node, &result, &constant));
        for (size_t k = 0; i == 0 && k < count; k++)
            values[k] = -values[k];
        DNN_TRY(digitnet__import_compose(&result.affine, importer, i ? values : NULL, i ? NULL : values, count));
    }
    return digitnet__import_give(importer, node, 0, &result);
}

/* coefficients x + intercepts, by a dense layer. */
static digitnet_status linear(digitnet__import_activation *result, digitnet__importer *importer,
                              const digitnet__import_node *node, size_t units) {
    digitnet__import_constant coefficients, intercepts;
    DNN_TRY(read_numbers(&coefficients, node, "coefficients", units));
    DNN_TRY(read_numbers(&intercepts, node, "intercepts", 0));
    if (coefficients.count == 0 || (intercepts.count != 0 && intercepts.count != units))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %zu coefficients and %zu intercepts",
                                     coefficients.count, intercepts.count);
    DNN_TRY(digitnet__import_product(result, importer, node, &coefficients, true));
    if (intercepts.count == 0)
        return DIGITNET_OK;
    DNN_TRY(digitnet__draft_require_bias(importer, &importer->drafts[result->value - 1]));
    memcpy(digitnet__draft_tensor(importer, result->value, "bias"), intercepts.numbers, units * sizeof(float));
    return DIGITNET_OK;
}

static digitnet_status linear_regressor(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation result;
    digitnet__wire_view transform = {0};
    int64_t targets = 1;
    DNN_TRY(digitnet__import_integer(&targets, node, "targets"));
    DNN_TRY(digitnet__import_text(&transform, node, "post_transform"));
    if (targets < 1 || targets > INT32_MAX || (transform.size && !digitnet__wire_is(transform, "NONE")))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has targets or a transform that are not read");
    DNN_TRY(linear(&result, importer, node, (size_t)targets));
    return digitnet__import_give(importer, node, 0, &result);
}

static digitnet_status linear_classifier(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation result;
    digitnet__wire_view transform = {0};
    const digitnet__import_attribute *labels = digitnet__import_attribute_find(node, "classlabels_ints");
    digitnet__import_constant intercepts;
    digitnet__attributes attributes = {.activation = DIGITNET_ACTIVATION_LINEAR};
    DNN_TRY(digitnet__import_text(&transform, node, "post_transform"));
    DNN_TRY(read_numbers(&intercepts, node, "intercepts", 0));
    if (digitnet__wire_is(transform, "SOFTMAX"))
        attributes.activation = DIGITNET_ACTIVATION_SOFTMAX;
    else if (digitnet__wire_is(transform, "LOGISTIC"))
        attributes.activation = DIGITNET_ACTIVATION_SIGMOID;
    else if (transform.size && !digitnet__wire_is(transform, "NONE"))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a 'post_transform' that is not supported");
    /* Fewer rows than classes are scores of two classes, by a rule of their own. */
    if (intercepts.count < 2 || (labels && labels->count != intercepts.count))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no scores for each of its classes");
    DNN_TRY(linear(&result, importer, node, intercepts.count));
    if (attributes.activation != DIGITNET_ACTIVATION_LINEAR)
        DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_activation, &attributes, &result.value, 1,
                                    node));
    DNN_TRY(digitnet__import_give(importer, node, 1, &result));
    result.is_class = true;
    return digitnet__import_give(importer, node, 0, &result);
}

/* By the length, or by the sum of probabilities, which is 1 already. */
static digitnet_status normalizer(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    digitnet__wire_view norm = {0};
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_text(&norm, node, "norm"));
    if (digitnet__wire_is(norm, "L2"))
        return digitnet__import_divide_by_length(importer, node);
    const digitnet__draft *draft = input->value ? &importer->drafts[input->value - 1] : NULL;
    if (!digitnet__wire_is(norm, "L1") || !draft || draft->layer.attributes.activation != DIGITNET_ACTIVATION_SOFTMAX)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is not of what a softmax gives");
    return digitnet__import_give(importer, node, 0, input);
}

/* Some columns of a table, each sample being a row of it. */
static digitnet_status extract_features(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    digitnet__import_activation *input, result;
    const digitnet__import_constant *columns;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_constant_at(&columns, importer, node, 1));
    if (!columns || !columns->is_integer || columns->count == 0 || input->view.rank != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes no columns that are known");
    size_t size = input->view.sizes[0];
    DNN_TRY(digitnet__import_matrix_create(&matrices[0], importer, columns->count, size));
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->integers[i] < 0 || columns->integers[i] >= (int64_t)size)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes a column that is out of range");
        matrices[0].weights[i * size + (size_t)columns->integers[i]] = 1;
    }
    DNN_TRY(digitnet__import_map(&result, importer, node, 0, matrices));
    return digitnet__import_give(importer, node, 0, &result);
}

/* Probabilities under the names of their classes. */
static digitnet_status zip_map(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    return digitnet__import_give(importer, node, 0, input);
}

const digitnet__import_operator digitnet__import_classical[] = {
    {"Scaler", 1, "offset scale", scaler},
    {"LinearRegressor", 1, "coefficients intercepts post_transform targets", linear_regressor},
    {"LinearClassifier", 1, "classlabels_ints classlabels_strings coefficients intercepts multi_class post_transform",
     linear_classifier},
    {"Normalizer", 1, "norm", normalizer},
    {"ArrayFeatureExtractor", 2, "", extract_features},
    {"ZipMap", 1, "classlabels_int64s classlabels_strings", zip_map},
    {0},
};
