#include "import/pattern_parts.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

const digitnet__import_node *digitnet__pattern_giver(const digitnet__importer *importer, size_t value,
                                                     const char *type) {
    const digitnet__import_graph *graph = importer->graph;
    if (value == DNN_NO_VALUE || graph->values[value].producer == DNN_NO_VALUE)
        return NULL;
    const digitnet__import_node *node = &graph->nodes[graph->values[value].producer];
    return node->outputs[0] == value && digitnet__wire_is(node->type, type) &&
                   (node->input_count > 0 || digitnet__wire_is(node->type, "Constant"))
               ? node
               : NULL;
}

/* Whether it was; keeps what is no fault of the file. */
static bool was_read(digitnet__importer *importer, digitnet_status status) {
    if (status == DIGITNET_EIO || status == DIGITNET_ENOMEM)
        importer->failure = status;
    return status == DIGITNET_OK;
}

size_t digitnet__pattern_before_cast(const digitnet__importer *importer, size_t value) {
    const digitnet__import_node *cast = digitnet__pattern_giver(importer, value, "CastLike");
    return cast ? cast->inputs[0] : value;
}

bool digitnet__pattern_tensor(digitnet__import_constant *constant, digitnet__wire_view *message,
                              digitnet__importer *importer, size_t value) {
    enum { MOST_BYTES = 4096 };
    value = digitnet__pattern_before_cast(importer, value);
    if (value == DNN_NO_VALUE)
        return false;
    const digitnet__import_node *node = digitnet__pattern_giver(importer, value, "Constant");
    *message =
        node && node->attribute_count == 1 ? node->attributes->message : importer->graph->values[value].initializer;
    return message->bytes && message->size <= MOST_BYTES &&
           was_read(importer, digitnet__constant_read(constant, importer->pool, importer->place, *message));
}

bool digitnet__pattern_number(double *number, digitnet__importer *importer, size_t value) {
    digitnet__import_constant constant;
    digitnet__wire_view message;
    const digitnet__import_node *node =
        digitnet__pattern_giver(importer, digitnet__pattern_before_cast(importer, value), "Constant");
    if (node && node->attribute_count == 1 && node->attributes->type == DNN_ATTRIBUTE_TYPE_FLOAT) {
        *number = (double)node->attributes->number;
        return true;
    }
    if (!digitnet__pattern_tensor(&constant, &message, importer, value) || constant.count != 1)
        return false;
    *number = digitnet__constant_number(&constant, 0);
    return true;
}

bool digitnet__pattern_is_number(digitnet__importer *importer, size_t value, double wanted) {
    double number;
    return digitnet__pattern_number(&number, importer, value) && fabs(number - wanted) <= 1e-4 * fabs(wanted);
}

bool digitnet__pattern_other_than(size_t *other, const digitnet__import_node *node, size_t value) {
    if (!node || node->input_count != 2 || (node->inputs[0] != value && node->inputs[1] != value))
        return false;
    *other = node->inputs[node->inputs[0] == value];
    return true;
}

bool digitnet__pattern_other_than_number(size_t *other, digitnet__importer *importer, const digitnet__import_node *node,
                                         double number) {
    for (size_t i = 0; node && node->input_count == 2 && i < 2; i++) {
        if (digitnet__pattern_is_number(importer, node->inputs[i], number)) {
            *other = node->inputs[1 - i];
            return true;
        }
    }
    return false;
}

static bool is_constant(const digitnet__importer *importer, size_t value) {
    value = digitnet__pattern_before_cast(importer, value);
    return value != DNN_NO_VALUE &&
           (importer->graph->values[value].initializer.bytes || digitnet__pattern_giver(importer, value, "Constant"));
}

bool digitnet__pattern_split_constant(size_t *constant, size_t *other, const digitnet__importer *importer,
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

size_t digitnet__pattern_axes(int64_t *axes, size_t most, digitnet__importer *importer,
                              const digitnet__import_node *node) {
    if (!node)
        return 0;
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(node, "axes");
    digitnet__import_constant list;
    digitnet__wire_view message;
    size_t given = node->input_count > 1 ? node->inputs[1] : DNN_NO_VALUE;
    const digitnet__import_node *reshape = digitnet__pattern_giver(importer, given, "Reshape");
    if (attribute)
        list = (digitnet__import_constant){.is_integer = attribute->type == DNN_ATTRIBUTE_TYPE_INTS,
                                           .count = attribute->count,
                                           .integers = attribute->integers};
    else if (!digitnet__pattern_tensor(&list, &message, importer, reshape ? reshape->inputs[0] : given))
        return 0;
    if (!list.is_integer || list.count == 0 || list.count > most)
        return 0;
    memcpy(axes, list.integers, list.count * sizeof *axes);
    return list.count;
}

bool digitnet__pattern_visit(const digitnet__importer *importer, size_t value) {
    bool *visited = &importer->graph->values[value].visited, first = !*visited;
    *visited = true;
    return first;
}

digitnet_status digitnet__pattern_replace(digitnet__importer *importer, digitnet__import_node *node, const char *type,
                                          const size_t *inputs, size_t input_count,
                                          const digitnet__import_attribute *attributes, size_t attribute_count) {
    void *own_inputs, *own_attributes;
    DNN_TRY(digitnet__pool_allocate(&own_inputs, importer->pool, input_count, sizeof *inputs));
    DNN_TRY(digitnet__pool_allocate(&own_attributes, importer->pool, attribute_count, sizeof *attributes));
    memcpy(own_inputs, inputs, input_count * sizeof *inputs);
    if (attribute_count > 0)
        memcpy(own_attributes, attributes, attribute_count * sizeof *attributes);
    node->type = digitnet__wire_string(type);
    node->inputs = own_inputs;
    node->input_count = input_count;
    node->attributes = own_attributes;
    node->attribute_count = attribute_count;
    return DIGITNET_OK;
}
