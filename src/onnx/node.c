#include "onnx/node.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

digitnet_status digitnet__onnx_fail_node(digitnet_status status, const digitnet__onnx_node *node, const char *format,
                                         ...) {
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return digitnet__fail(status, "node '%s' (%s) at byte %zu: %s", digitnet__wire_printable(node->name).text,
                          digitnet__wire_printable(node->type).text, node->message.offset, what);
}

/* What a node's fields say before they are checked. */
typedef struct contents {
    digitnet__wire_view domain, output;
    digitnet__wire_view *inputs;
    size_t input_count, outputs;
} contents;

static void take_input(digitnet__onnx_node *node, contents *found, digitnet__wire_view input) {
    found->inputs[found->input_count++] = input;
    node->input_count = input.size ? found->input_count : node->input_count;
}

static void take_output(digitnet__onnx_node *node, contents *found, digitnet__wire_view output) {
    if (found->outputs++ == 0)
        node->output = output;
    else if (output.size)
        found->output = output;
}

static void scan(digitnet__wire_reader *reader, digitnet__onnx_node *node, contents *found) {
    digitnet__wire_field field;
    digitnet__wire_view value = {0};
    while (digitnet__wire_next(reader, &field)) {
        switch (field.number) {
        case DNN_NODE_INPUT:
            digitnet__wire_get_bytes(reader, &field, &value);
            take_input(node, found, value);
            break;
        case DNN_NODE_OUTPUT:
            digitnet__wire_get_bytes(reader, &field, &value);
            take_output(node, found, value);
            break;
        case DNN_NODE_NAME:
            digitnet__wire_get_bytes(reader, &field, &node->name);
            break;
        case DNN_NODE_OP_TYPE:
            digitnet__wire_get_bytes(reader, &field, &node->type);
            break;
        case DNN_NODE_DOMAIN:
            digitnet__wire_get_bytes(reader, &field, &found->domain);
            break;
        default:
            break;
        }
    }
}

digitnet_status digitnet__onnx_count_inputs(size_t *count, digitnet__wire_view message) {
    *count = 0;
    digitnet__wire_reader reader = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        *count += field.number == DNN_NODE_INPUT;
    return reader.status;
}

digitnet_status digitnet__onnx_parse_node(digitnet__onnx_node *node, digitnet__wire_view message,
                                          digitnet__wire_view *inputs) {
    *node = (digitnet__onnx_node){.message = message, .inputs = inputs};
    contents found = {.inputs = inputs};
    digitnet__wire_reader reader = digitnet__wire_read(message);
    scan(&reader, node, &found);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    if (found.domain.size && !digitnet__wire_is(found.domain, "ai.onnx")) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "operators of domain '%s' are not supported",
                                        digitnet__wire_printable(found.domain).text);
    }
    if (found.output.size)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "a second output '%s' is not supported",
                                        digitnet__wire_printable(found.output).text);
    return node->output.size ? DIGITNET_OK : digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "it has no output");
}

void digitnet__onnx_write_integer(digitnet__wire_writer *writer, const char *name, uint64_t value) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_I, value);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_INT);
    digitnet__wire_end(writer, begin);
}

void digitnet__onnx_write_number(digitnet__wire_writer *writer, const char *name, float value) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    digitnet__wire_put_float(writer, DNN_ATTRIBUTE_F, value);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_FLOAT);
    digitnet__wire_end(writer, begin);
}

void digitnet__onnx_write_integers(digitnet__wire_writer *writer, const char *name, const size_t *values,
                                   size_t count) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    for (size_t i = 0; i < count; i++)
        digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_INTS, values[i]);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_INTS);
    digitnet__wire_end(writer, begin);
}

static void read_name(digitnet__wire_reader *reader, digitnet__wire_view *name) {
    digitnet__wire_field field;
    while (digitnet__wire_next(reader, &field))
        if (field.number == DNN_ATTRIBUTE_NAME)
            digitnet__wire_get_bytes(reader, &field, name);
}

/* Reads the value into `attribute`; returns the type that the file says it has, and how many integers it holds. */
static uint64_t read_value(digitnet__wire_reader *reader, digitnet__onnx_attribute *attribute, size_t *integers) {
    uint64_t type = 0, integer;
    digitnet__wire_field field;
    while (digitnet__wire_next(reader, &field)) {
        switch (field.number) {
        case DNN_ATTRIBUTE_F:
            digitnet__wire_get_float(reader, &field, &attribute->number);
            break;
        case DNN_ATTRIBUTE_I:
            integer = 0;
            digitnet__wire_get_varint(reader, &field, &integer);
            attribute->integers[0] = (int64_t)integer;
            break;
        case DNN_ATTRIBUTE_S:
            digitnet__wire_get_bytes(reader, &field, &attribute->text);
            break;
        case DNN_ATTRIBUTE_INTS:
            digitnet__wire_get_integers(reader, &field, attribute->integers, DNN_ONNX_INTEGERS_MAX, integers);
            break;
        case DNN_ATTRIBUTE_TYPE:
            digitnet__wire_get_varint(reader, &field, &type);
            break;
        default:
            break;
        }
    }
    return type;
}

static digitnet_status read_attribute(const digitnet__onnx_node *node, digitnet__onnx_attribute *attribute,
                                      digitnet__wire_view message) {
    if (attribute->present)
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' occurs twice", attribute->name);
    attribute->present = true;
    /* A value that is left out of the file is zero, not the operator's default. */
    memset(attribute->integers, 0, sizeof attribute->integers);
    attribute->number = 0;
    size_t integers = 0;
    digitnet__wire_reader reader = digitnet__wire_read(message);
    uint64_t type = read_value(&reader, attribute, &integers);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    if (type != (uint64_t)attribute->type)
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "attribute '%s' has the wrong type", attribute->name);
    if (attribute->type == DNN_ATTRIBUTE_TYPE_INTS && integers != attribute->count) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute '%s' has %zu values, not %zu",
                                        attribute->name, integers, attribute->count);
    }
    return DIGITNET_OK;
}

static digitnet_status find_and_read(const digitnet__onnx_node *node, digitnet__onnx_attribute *attributes,
                                     size_t count, digitnet__wire_view message) {
    digitnet__wire_view name = {0};
    digitnet__wire_reader reader = digitnet__wire_read(message);
    read_name(&reader, &name);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    for (size_t i = 0; i < count; i++)
        if (digitnet__wire_is(name, attributes[i].name))
            return read_attribute(node, &attributes[i], message);
    return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute '%s' is not supported",
                                    digitnet__wire_printable(name).text);
}

digitnet_status digitnet__onnx_read_attributes(const digitnet__onnx_node *node, digitnet__onnx_attribute *attributes,
                                               size_t count) {
    digitnet__wire_reader reader = digitnet__wire_read(node->message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        if (field.number == DNN_NODE_ATTRIBUTE) {
            digitnet__wire_view message = {0};
            digitnet__wire_get_bytes(&reader, &field, &message);
            if (reader.status == DIGITNET_OK)
                reader.status = find_and_read(node, attributes, count, message);
        }
    }
    return reader.status;
}
