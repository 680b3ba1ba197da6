#include "import/node.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

digitnet_status digitnet__import_fail(digitnet_status status, const digitnet__import_node *node, const char *format,
                                      ...) {
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return digitnet__fail(status, "operator '%s' (node '%s') %s", digitnet__wire_printable(node->type).text,
                          digitnet__wire_printable(node->name).text, what);
}

bool digitnet__import_is_float(uint64_t type) {
    return type == DNN_DATA_FLOAT || type == DNN_DATA_DOUBLE || type == DNN_DATA_HALF || type == DNN_DATA_BFLOAT16;
}

bool digitnet__import_is_standard(digitnet__wire_view domain) {
    return domain.size == 0 || digitnet__wire_is(domain, "ai.onnx");
}

const digitnet__import_attribute *digitnet__import_attribute_named(const digitnet__import_node *node,
                                                                   digitnet__wire_view name) {
    for (size_t i = 0; i < node->attribute_count; i++)
        if (digitnet__wire_equal(node->attributes[i].name, name))
            return &node->attributes[i];
    return NULL;
}

const digitnet__import_attribute *digitnet__import_attribute_find(const digitnet__import_node *node, const char *name) {
    return digitnet__import_attribute_named(node, digitnet__wire_string(name));
}

/* NULL, and OK, where there is none. */
static digitnet_status find_typed(const digitnet__import_attribute **attribute, const digitnet__import_node *node,
                                  const char *name, uint64_t type) {
    *attribute = digitnet__import_attribute_find(node, name);
    if (!*attribute || (*attribute)->type == type)
        return DIGITNET_OK;
    return digitnet__import_fail(DIGITNET_EFORMAT, node, "has attribute '%s' of another type", name);
}

digitnet_status digitnet__import_integer(int64_t *value, const digitnet__import_node *node, const char *name) {
    const digitnet__import_attribute *attribute;
    DNN_TRY(find_typed(&attribute, node, name, DNN_ATTRIBUTE_TYPE_INT));
    *value = attribute ? attribute->integer : *value;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_number(float *value, const digitnet__import_node *node, const char *name) {
    const digitnet__import_attribute *attribute;
    DNN_TRY(find_typed(&attribute, node, name, DNN_ATTRIBUTE_TYPE_FLOAT));
    *value = attribute ? attribute->number : *value;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_text(digitnet__wire_view *value, const digitnet__import_node *node, const char *name) {
    const digitnet__import_attribute *attribute;
    DNN_TRY(find_typed(&attribute, node, name, DNN_ATTRIBUTE_TYPE_STRING));
    *value = attribute ? attribute->text : *value;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_integers(int64_t *values, size_t *count, size_t most,
                                          const digitnet__import_node *node, const char *name) {
    const digitnet__import_attribute *attribute;
    *count = 0;
    DNN_TRY(find_typed(&attribute, node, name, DNN_ATTRIBUTE_TYPE_INTS));
    if (!attribute)
        return DIGITNET_OK;
    if (attribute->count > most)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has attribute '%s' of %zu values", name,
                                     attribute->count);
    *count = attribute->count;
    if (attribute->count > 0)
        memcpy(values, attribute->integers, attribute->count * sizeof *values);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_axis(size_t *axis, const digitnet__import_node *node, int64_t wanted, size_t rank) {
    int64_t counted = wanted < 0 ? wanted + (int64_t)rank : wanted;
    if (counted < 0 || counted >= (int64_t)rank)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has an axis that is out of range");
    *axis = (size_t)counted;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_shape_part(size_t *first, size_t *count, const digitnet__import_node *node,
                                            size_t rank) {
    int64_t most = (int64_t)rank, start = 0, end = INT64_MAX;
    DNN_TRY(digitnet__import_integer(&start, node, "start"));
    DNN_TRY(digitnet__import_integer(&end, node, "end"));
    start += start < 0 ? most : 0;
    end += end < 0 ? most : 0;
    start = start < 0 ? 0 : start;
    end = end > most ? most : end;
    *first = (size_t)start;
    *count = end > start ? (size_t)(end - start) : 0;
    return DIGITNET_OK;
}

digitnet_status digitnet__import_cast_type(int64_t *type, const digitnet__import_node *node) {
    static const struct {
        const char *name;
        int64_t type;
    } names[] = {{"FLOAT", DNN_DATA_FLOAT}, {"DOUBLE", DNN_DATA_DOUBLE}, {"FLOAT16", DNN_DATA_HALF},
                 {"INT32", DNN_DATA_INT32}, {"INT64", DNN_DATA_INT64},   {"UINT8", DNN_DATA_UINT8}};
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(node, "to");
    if (!attribute || attribute->type != DNN_ATTRIBUTE_TYPE_STRING)
        return digitnet__import_integer(type, node, "to");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (digitnet__wire_is(attribute->text, names[i].name))
            *type = names[i].type;
    return DIGITNET_OK;
}
