#include "onnx/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "onnx/schema.h"

digitnet_status dnn_onnx_fail_node(digitnet_status status, const dnn_onnx_node *node, const char *format, ...) {
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return dnn_fail(status, "node '%s' (%s) at byte %zu: %s", dnn_wire_printable(node->name).text,
                    dnn_wire_printable(node->type).text, node->message.offset, what);
}

/* What a node's fields say before they are checked. */
typedef struct contents {
    dnn_wire_view domain, output;
    dnn_wire_view surplus; /* an input past those that there is room for */
    size_t inputs, outputs;
} contents;

static void take_input(dnn_onnx_node *node, contents *found, dnn_wire_view input) {
    if (found->inputs < DNN_ONNX_INPUTS_MAX) {
        node->inputs[found->inputs++] = input;
        node->input_count = input.size ? found->inputs : node->input_count;
    } else if (input.size) {
        found->surplus = input;
    }
}

static void take_output(dnn_onnx_node *node, contents *found, dnn_wire_view output) {
    if (found->outputs++ == 0)
        node->output = output;
    else if (output.size)
        found->output = output;
}

static void scan(dnn_wire_reader *reader, dnn_onnx_node *node, contents *found) {
    dnn_wire_field field;
    dnn_wire_view value = {0};
    while (dnn_wire_next(reader, &field)) {
        switch (field.number) {
        case DNN_NODE_INPUT:
            dnn_wire_get_bytes(reader, &field, &value);
            take_input(node, found, value);
            break;
        case DNN_NODE_OUTPUT:
            dnn_wire_get_bytes(reader, &field, &value);
            take_output(node, found, value);
            break;
        case DNN_NODE_NAME:
            dnn_wire_get_bytes(reader, &field, &node->name);
            break;
        case DNN_NODE_OP_TYPE:
            dnn_wire_get_bytes(reader, &field, &node->type);
            break;
        case DNN_NODE_DOMAIN:
            dnn_wire_get_bytes(reader, &field, &found->domain);
            break;
        default:
            break;
        }
    }
}

digitnet_status dnn_onnx_parse_node(dnn_onnx_node *node, dnn_wire_view message) {
    *node = (dnn_onnx_node){.message = message};
    contents found = {.inputs = 0};
    dnn_wire_reader reader = dnn_wire_read(message);
    scan(&reader, node, &found);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    if (found.domain.size && !dnn_wire_is(found.domain, "ai.onnx")) {
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "operators of domain '%s'",
                                  dnn_wire_printable(found.domain).text);
    }
    if (found.surplus.size)
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "input '%s'", dnn_wire_printable(found.surplus).text);
    if (found.output.size)
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "output '%s'", dnn_wire_printable(found.output).text);
    return node->output.size ? DIGITNET_OK : dnn_onnx_fail_node(DIGITNET_EFORMAT, node, "it has no output");
}

void dnn_onnx_write_integer(dnn_wire_writer *writer, const char *name, uint64_t value) {
    size_t begin = dnn_wire_begin(writer, DNN_NODE_ATTRIBUTE);
    dnn_wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    dnn_wire_put_varint(writer, DNN_ATTRIBUTE_I, value);
    dnn_wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_INT);
    dnn_wire_end(writer, begin);
}

void dnn_onnx_write_integers(dnn_wire_writer *writer, const char *name, const size_t *values, size_t count) {
    size_t begin = dnn_wire_begin(writer, DNN_NODE_ATTRIBUTE);
    dnn_wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    for (size_t i = 0; i < count; i++)
        dnn_wire_put_varint(writer, DNN_ATTRIBUTE_INTS, values[i]);
    dnn_wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_INTS);
    dnn_wire_end(writer, begin);
}

static void read_name(dnn_wire_reader *reader, dnn_wire_view *name) {
    dnn_wire_field field;
    while (dnn_wire_next(reader, &field))
        if (field.number == DNN_ATTRIBUTE_NAME)
            dnn_wire_get_bytes(reader, &field, name);
}

/* Reads the value into `attribute`; returns the type that the file says it has, and how many integers it holds. */
static uint64_t read_value(dnn_wire_reader *reader, dnn_onnx_attribute *attribute, size_t *integers) {
    uint64_t type = 0, integer;
    dnn_wire_field field;
    while (dnn_wire_next(reader, &field)) {
        switch (field.number) {
        case DNN_ATTRIBUTE_F:
            dnn_wire_get_float(reader, &field, &attribute->number);
            break;
        case DNN_ATTRIBUTE_I:
            integer = 0;
            dnn_wire_get_varint(reader, &field, &integer);
            attribute->integers[0] = (int64_t)integer;
            break;
        case DNN_ATTRIBUTE_S:
            dnn_wire_get_bytes(reader, &field, &attribute->text);
            break;
        case DNN_ATTRIBUTE_INTS:
            dnn_wire_get_integers(reader, &field, attribute->integers, DNN_ONNX_INTEGERS_MAX, integers);
            break;
        case DNN_ATTRIBUTE_TYPE:
            dnn_wire_get_varint(reader, &field, &type);
            break;
        default:
            break;
        }
    }
    return type;
}

static digitnet_status read_attribute(const dnn_onnx_node *node, dnn_onnx_attribute *attribute, dnn_wire_view message) {
    if (attribute->present)
        return dnn_onnx_fail_node(DIGITNET_EFORMAT, node, "a second attribute '%s'", attribute->name);
    attribute->present = true;
    /* A value that is left out of the file is zero, not the operator's default. */
    memset(attribute->integers, 0, sizeof attribute->integers);
    attribute->number = 0;
    size_t integers = 0;
    dnn_wire_reader reader = dnn_wire_read(message);
    uint64_t type = read_value(&reader, attribute, &integers);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    if (type != (uint64_t)attribute->type)
        return dnn_onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' has the wrong type", attribute->name);
    if (attribute->type == DNN_ATTRIBUTE_TYPE_INTS && integers != attribute->count) {
        return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute '%s' has %zu values, not %zu",
                                  attribute->name, integers, attribute->count);
    }
    return DIGITNET_OK;
}

static digitnet_status find_and_read(const dnn_onnx_node *node, dnn_onnx_attribute *attributes, size_t count,
                                     dnn_wire_view message) {
    dnn_wire_view name = {0};
    dnn_wire_reader reader = dnn_wire_read(message);
    read_name(&reader, &name);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    for (size_t i = 0; i < count; i++)
        if (dnn_wire_is(name, attributes[i].name))
            return read_attribute(node, &attributes[i], message);
    return dnn_onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute '%s'", dnn_wire_printable(name).text);
}

digitnet_status dnn_onnx_read_attributes(const dnn_onnx_node *node, dnn_onnx_attribute *attributes, size_t count) {
    dnn_wire_reader reader = dnn_wire_read(node->message);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field)) {
        if (field.number == DNN_NODE_ATTRIBUTE) {
            dnn_wire_view message = {0};
            dnn_wire_get_bytes(&reader, &field, &message);
            if (reader.status == DIGITNET_OK)
                reader.status = find_and_read(node, attributes, count, message);
        }
    }
    return reader.status;
}
