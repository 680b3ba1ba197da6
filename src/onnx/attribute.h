/* Attributes of the node that is being written. */
#ifndef DNN_ONNX_ATTRIBUTE_H
#define DNN_ONNX_ATTRIBUTE_H

#include "onnx/wire.h"

void digitnet__onnx_write_integer(digitnet__wire_writer *writer, const char *name, uint64_t value);
void digitnet__onnx_write_number(digitnet__wire_writer *writer, const char *name, float value);
void digitnet__onnx_write_integers(digitnet__wire_writer *writer, const char *name, const size_t *values, size_t count);
void digitnet__onnx_write_text(digitnet__wire_writer *writer, const char *name, const char *value);

#endif
