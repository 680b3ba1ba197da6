/* The nodes of a graph, one after the other. */
#include "import/read.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <stdio.h>
#include <string.h>

/* ---- Constants and activations of a node ---- */

digitnet_status digitnet__import_constant_at(const digitnet__import_constant **constant, digitnet__importer *importer,
                                             const digitnet__import_node *node, size_t input) {
    *constant = NULL;
    if (input >= node->input_count || node->inputs[input] == DNN_NO_VALUE)
        return DIGITNET_OK;
    digitnet__import_value *value = &importer->graph->values[node->inputs[input]];
    if (!value->constant && value->initializer.bytes) {
        void *memory;
        DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof **constant));
        DNN_TRY(digitnet__constant_read(memory, importer->pool, importer->place, value->initializer));
        value->constant = memory;
    }
    *constant = value->constant;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_weights_at(const digitnet__import_constant **constant, digitnet__importer *importer,
                                            const digitnet__import_node *node, size_t input) {
    if (input >= node->input_count || node->inputs[input] == DNN_NO_VALUE)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no input %zu", input);
    DNN_TRY(digitnet__import_constant_at(constant, importer, node, input));
    if (!*constant)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no constant as input %zu", input);
    if (!digitnet__constant_is_finite(*constant))
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a value in input %zu that is not finite", input);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_scalar_at(float *value, digitnet__importer *importer,
                                           const digitnet__import_node *node, size_t input) {
    const digitnet__import_constant *constant;
    if (input >= node->input_count || node->inputs[input] == DNN_NO_VALUE)
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_constant_at(&constant, importer, node, input));
    if (!constant)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no constant as input %zu", input);
    if (constant->count != 1)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu values in input %zu, which must be one number",
                                     constant->count, input);
    *value = (float)digitnet__constant_number(constant, 0);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_list(int64_t *values, size_t *count, size_t most, digitnet__importer *importer,
                                      const digitnet__import_node *node, const char *name, size_t input) {
    const digitnet__import_constant *constant;
    if (digitnet__import_attribute_find(node, name) || input >= node->input_count ||
        node->inputs[input] == DNN_NO_VALUE)
        return digitnet__import_integers(values, count, most, node, name);
    DNN_TRY(digitnet__import_constant_at(&constant, importer, node, input));
    if (!constant || !constant->is_integer || constant->count > most)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %s that depend on more than the image's size",
                                     name);
    *count = constant->count;
    for (size_t i = 0; i < *count; i++)
        values[i] = constant->integers[i];
    return DIGITNET_OK;
}

digitnet__import_activation *digitnet__import_activation_at(const digitnet__importer *importer,
                                                            const digitnet__import_node *node, size_t input) {
    if (input >= node->input_count || node->inputs[input] == DNN_NO_VALUE)
        return NULL;
    return importer->graph->values[node->inputs[input]].activation;
}

digitnet_status digitnet__import_axis_of(size_t *axis, const digitnet__import_node *node,
                                         const digitnet__import_activation *activation, int64_t wanted) {
    size_t rank = activation->view.rank + !activation->unbatched - activation->merged;
    DNN_TRY(digitnet__import_axis(axis, node, wanted, rank));
    *axis += activation->unbatched ? 1 : *axis > 0 ? activation->merged : 0;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_give(digitnet__importer *importer, const digitnet__import_node *node, size_t output,
                                      const digitnet__import_activation *activation) {
    if (output >= node->output_count || node->outputs[output] == DNN_NO_VALUE)
        return DIGITNET_OK;
    void *memory;
    digitnet__import_value *value = &importer->graph->values[node->outputs[output]];
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof *activation));
    value->activation = memory;
    *value->activation = *activation;
    value->activation->unbatched = node->unbatched;
    value->activation->leading = node->leading;
    value->activation->merged = node->merged;
    if (activation->value)
        importer->drafts[activation->value - 1].open += value->uses;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_reserve(size_t *value, digitnet__importer *importer) {
    DNN_TRY(digitnet__import_add_value(value, importer->graph, (digitnet__wire_view){0}));
    importer->graph->values[*value].taker = DNN_NO_VALUE;
    importer->graph->values[*value].uses = 1;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_open(size_t *value, digitnet__importer *importer,
                                      const digitnet__import_activation *activation) {
    void *memory;
    DNN_TRY(digitnet__import_reserve(value, importer));
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof *activation));
    digitnet__import_value *opened = &importer->graph->values[*value];
    opened->activation = memory;
    *opened->activation = *activation;
    if (activation->value)
        importer->drafts[activation->value - 1].open++;
    return DIGITNET_OK;
}

void digitnet__import_close(digitnet__importer *importer, size_t value) {
    digitnet__import_value *opened = &importer->graph->values[value];
    opened->uses = 0;
    if (opened->activation->value)
        importer->drafts[opened->activation->value - 1].open--;
}

digitnet__import_node digitnet__import_inner(const digitnet__import_node *node, const char *type, const size_t *inputs,
                                             size_t input_count, const size_t *output) {
    digitnet__import_node inner = *node;
    inner.type = type ? digitnet__wire_string(type) : node->type;
    inner.inputs = inputs;
    inner.input_count = input_count;
    inner.outputs = output ? output : node->outputs;
    inner.output_count = output ? 1 : node->output_count;
    return inner;
}

digitnet_status digitnet__import_give_constant(digitnet__importer *importer, const digitnet__import_node *node,
                                               size_t output, const digitnet__import_constant *constant) {
    if (output >= node->output_count || node->outputs[output] == DNN_NO_VALUE)
        return DIGITNET_OK;
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof *constant));
    memcpy(memory, constant, sizeof *constant);
    importer->graph->values[node->outputs[output]].constant = memory;
    return DIGITNET_OK;
}

/* ---- Operators ---- */

static const digitnet__import_operator *const tables[] = {
    digitnet__import_activations,  digitnet__import_adaptive_pools, digitnet__import_arithmetic,
    digitnet__import_convolutions, digitnet__import_joins,          digitnet__import_normalizations,
    digitnet__import_pools,        digitnet__import_powers,         digitnet__import_products,
    digitnet__import_resizes,      digitnet__import_shapes,
};

static const digitnet__import_operator *find_in(const digitnet__import_operator *table, digitnet__wire_view type) {
    for (; table->type; table++)
        if (digitnet__wire_is(type, table->type))
            return table;
    return NULL;
}

static const digitnet__import_operator *find_operator(const digitnet__import_node *node) {
    const digitnet__import_operator *found = NULL;
    if (digitnet__wire_is(node->domain, "ai.onnx.ml"))
        return find_in(digitnet__import_classical, node->type);
    if (!digitnet__import_is_standard(node->domain))
        return NULL;
    for (size_t i = 0; !found && i < sizeof tables / sizeof *tables; i++)
        found = find_in(tables[i], node->type);
    return found;
}

/* Whether the name is one of a list with spaces between. */
static bool is_listed(const char *list, digitnet__wire_view name) {
    while (*list) {
        size_t size = strcspn(list, " ");
        if (name.size == size && memcmp(name.bytes, list, size) == 0)
            return true;
        list += size + (list[size] == ' ');
    }
    return false;
}

static digitnet_status check_attributes(const digitnet__import_operator *row, const digitnet__import_node *node) {
    for (size_t i = 0; i < node->attribute_count; i++)
        if (!is_listed(row->attributes, node->attributes[i].name))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has attribute '%s', which is not supported",
                                         digitnet__wire_printable(node->attributes[i].name).text);
    return DIGITNET_OK;
}

static digitnet_status refuse_operator(const digitnet__import_node *node) {
    if (!digitnet__import_is_standard(node->domain))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "of domain '%s' is not supported",
                                     digitnet__wire_printable(node->domain).text);
    return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is not supported");
}

/* A node "Constant": a tensor, a number, or a list. */
static digitnet_status read_constant(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_constant constant;
    float *numbers;
    int64_t *integers;
    if (node->attribute_count != 1)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu attributes; it must have one value",
                                     node->attribute_count);
    const digitnet__import_attribute *value = node->attributes;
    bool is_list = value->type == DNN_ATTRIBUTE_TYPE_INTS || value->type == DNN_ATTRIBUTE_TYPE_FLOATS;
    bool is_integer = value->type == DNN_ATTRIBUTE_TYPE_INTS || value->type == DNN_ATTRIBUTE_TYPE_INT;
    if (value->type == DNN_ATTRIBUTE_TYPE_TENSOR) {
        DNN_TRY(digitnet__constant_read(&constant, importer->pool, importer->place, value->message));
        return digitnet__import_give_constant(importer, node, 0, &constant);
    }
    if (!is_list && !is_integer && value->type != DNN_ATTRIBUTE_TYPE_FLOAT)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "is of a type that is not supported");
    DNN_TRY(
        digitnet__constant_create(&constant, &numbers, &integers, importer->pool, is_integer, &value->count, is_list));
    if (is_list && is_integer && value->count > 0)
        memcpy(integers, value->integers, value->count * sizeof *integers);
    else if (is_list && value->count > 0)
        memcpy(numbers, value->numbers, value->count * sizeof *numbers);
    else if (is_integer && !is_list)
        *integers = value->integer;
    else if (!is_list)
        *numbers = value->number;
    return digitnet__import_give_constant(importer, node, 0, &constant);
}

static digitnet_status fold(digitnet__importer *importer, const digitnet__import_node *node) {
    enum { INPUTS_MAX = 4096 };
    void *memory;
    digitnet__import_constant result;
    if (digitnet__wire_is(node->type, "Constant"))
        return read_constant(importer, node);
    if (node->input_count > INPUTS_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has more than %d inputs", INPUTS_MAX);
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, node->input_count, sizeof(digitnet__import_constant *)));
    const digitnet__import_constant **inputs = memory;
    for (size_t i = 0; i < node->input_count; i++)
        DNN_TRY(digitnet__import_constant_at(&inputs[i], importer, node, i));
    DNN_TRY(digitnet__constant_fold(&result, importer->pool, node, inputs));
    return digitnet__import_give_constant(importer, node, 0, &result);
}

/* Nothing that depends on the image. */
static bool is_known(const digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; i < node->input_count; i++)
        if (digitnet__import_activation_at(importer, node, i))
            return false;
    return true;
}

/* A node of what could not be read is no fault of its own, unless its operator is not known at all. */
static bool takes_refused(const digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; i < node->input_count; i++)
        if (node->inputs[i] != DNN_NO_VALUE && importer->graph->values[node->inputs[i]].refused)
            return true;
    return false;
}

/* Of a node that has several outputs, those that others take must have been given. */
static digitnet_status check_outputs(const digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; i < node->output_count; i++) {
        if (node->outputs[i] == DNN_NO_VALUE)
            continue;
        const digitnet__import_value *value = &importer->graph->values[node->outputs[i]];
        if (value->uses > 0 && !value->activation && !value->constant)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "gives '%s', which is not read",
                                         digitnet__wire_printable(value->name).text);
    }
    return DIGITNET_OK;
}

/* Operators that read activations whose first axis is not that of the samples alone. */
static const char takes_any_samples[] =
    "Add Sub Mul Div Neg Relu Sigmoid Tanh Softplus HardSwish Swish Gelu LeakyRelu Elu Selu HardSigmoid Clip Max Min "
    "Mish Celu Softmax LogSoftmax Identity Dropout Cast CastLike Reshape Flatten Squeeze Unsqueeze Transpose Shape "
    "Slice Split Gather GatherOfEach MatMul Gemm ArgMax";

/* What the activations of a node have for an axis of samples. */
static digitnet_status find_samples(digitnet__import_node *node, const digitnet__importer *importer) {
    const digitnet__import_activation *first = NULL;
    for (size_t i = 0; i < node->input_count; i++) {
        const digitnet__import_activation *next = digitnet__import_activation_at(importer, node, i);
        if (first && next &&
            (next->unbatched != first->unbatched || next->leading != first->leading || next->merged != first->merged))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes two activations of different samples");
        first = next ? next : first;
    }
    node->unbatched = first && first->unbatched;
    node->leading = first && first->leading;
    node->merged = first ? first->merged : 0;
    if (node->leading && !is_listed("Reshape Squeeze Shape Identity Cast", node->type))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes samples behind another dimension");
    if ((node->unbatched || node->merged) && !is_listed(takes_any_samples, node->type))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes %s",
                                     node->merged ? "samples and other dimensions that are made one"
                                                  : "one sample without a dimension of samples");
    return DIGITNET_OK;
}

/* What the branch gives that the condition chooses. */
static digitnet_status choose(digitnet__importer *importer, const digitnet__import_node *node) {
    const digitnet__import_constant *condition;
    size_t count = node->output_count;
    DNN_TRY(digitnet__import_constant_at(&condition, importer, node, 0));
    if (!condition || condition->count != 1)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a condition that depends on the image");
    size_t first = digitnet__constant_number(condition, 0) != 0 ? 1 : 1 + count;
    for (size_t i = 0; i < count; i++) {
        const digitnet__import_activation *activation = digitnet__import_activation_at(importer, node, first + i);
        const digitnet__import_constant *constant;
        digitnet__import_node own = *node;
        DNN_TRY(digitnet__import_constant_at(&constant, importer, node, first + i));
        if (constant) {
            DNN_TRY(digitnet__import_give_constant(importer, node, i, constant));
            continue;
        }
        if (!activation)
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a branch that is not read");
        own.unbatched = activation->unbatched;
        own.leading = activation->leading;
        own.merged = activation->merged;
        DNN_TRY(digitnet__import_give(importer, &own, i, activation));
    }
    return DIGITNET_OK;
}

/* `*follows` where it cannot be read because one before it could not. */
static digitnet_status read_node(bool *follows, digitnet__importer *importer, const digitnet__import_node *node) {
    if (digitnet__wire_is(node->type, "If") && digitnet__import_is_standard(node->domain)) {
        *follows = false;
        return choose(importer, node);
    }
    const digitnet__import_operator *row = find_operator(node);
    bool refused = takes_refused(importer, node);
    *follows = refused && row;
    if (*follows)
        return DIGITNET_EUNSUPPORTED;
    if (!refused && is_known(importer, node)) {
        DNN_TRY(fold(importer, node));
        return check_outputs(importer, node);
    }
    if (!row)
        return refuse_operator(node);
    DNN_TRY(check_attributes(row, node));
    if (row->most_inputs && node->input_count > row->most_inputs)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has %zu inputs; at most %zu are read",
                                     node->input_count, row->most_inputs);
    digitnet__import_node own = *node;
    DNN_TRY(find_samples(&own, importer));
    DNN_TRY(row->read(importer, &own));
    return check_outputs(importer, node);
}

static void close_node(digitnet__importer *importer, const digitnet__import_node *node) {
    for (size_t i = 0; i < node->input_count; i++) {
        if (node->inputs[i] == DNN_NO_VALUE)
            continue;
        digitnet__import_value *value = &importer->graph->values[node->inputs[i]];
        value->uses--;
        if (value->activation && value->activation->value)
            importer->drafts[value->activation->value - 1].open--;
    }
    for (size_t i = 0; i < node->output_count; i++) {
        if (node->outputs[i] == DNN_NO_VALUE)
            continue;
        digitnet__import_value *value = &importer->graph->values[node->outputs[i]];
        value->refused = !value->activation && !value->constant;
    }
}

/* ---- What stands in the way ---- */

typedef struct refusals {
    char text[1536];
    size_t length, count, left_out;
} refusals;

static void add_refusal(refusals *all) {
    const char *message = digitnet_last_error();
    size_t length = strlen(message), separator = all->count ? 2 : 0;
    all->count++;
    if (length + separator + 32 > sizeof all->text - all->length) {
        all->left_out++;
        return;
    }
    memcpy(all->text + all->length, "; ", separator);
    memcpy(all->text + all->length + separator, message, length + 1);
    all->length += separator + length;
}

digitnet_status digitnet__import_read_nodes(digitnet__importer *importer) {
    refusals all = {.count = 0};
    for (size_t i = 0; i < importer->graph->node_count; i++) {
        const digitnet__import_node *node = &importer->graph->nodes[i];
        bool follows;
        if (!node->needed)
            continue;
        digitnet_status status = read_node(&follows, importer, node);
        /* What is wrong in a branch matters once it is taken. */
        if (node->is_branch && (status == DIGITNET_EUNSUPPORTED || status == DIGITNET_EFORMAT)) {
            status = DIGITNET_EUNSUPPORTED;
            follows = true;
        }
        if (status != DIGITNET_OK && status != DIGITNET_EUNSUPPORTED)
            return status;
        if (status == DIGITNET_EUNSUPPORTED && !follows)
            add_refusal(&all);
        close_node(importer, node);
    }
    if (all.left_out)
        snprintf(all.text + all.length, sizeof all.text - all.length, "; and %zu more", all.left_out);
    return all.count ? digitnet__fail(DIGITNET_EUNSUPPORTED, "%s", all.text) : DIGITNET_OK;
}
