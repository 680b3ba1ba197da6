#include "onnx/attribute.h"

#include "core/ieee.h"
#include "onnx/schema.h"

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

void digitnet__onnx_write_text(digitnet__wire_writer *writer, const char *name, const char *value) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_S, value);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_STRING);
    digitnet__wire_end(writer, begin);
}
