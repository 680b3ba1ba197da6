/* What an ONNX file says of itself, beside what a model has of it: who made it, for which operators, and its inputs and
 * outputs. Files may hold anything: what is malformed ends what is read of it. */
#ifndef ONNX_HEADER_H
#define ONNX_HEADER_H

#include <stddef.h>
#include <stdint.h>

/* Prints nothing where the bytes have no version or no graph. */
void print_onnx_header(const uint8_t *bytes, size_t size);
/* Whether the first input that is no weight is of bytes. */
int onnx_takes_bytes(const uint8_t *bytes, size_t size);

#endif
