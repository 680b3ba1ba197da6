/* Layers' tensors in a file. There a convolution's kernel is filters x channels x rows x columns, in memory filters x
 * rows x columns x channels (a depthwise one has one channel; a transposed one has inputs for filters and outputs for
 * channels); a dense kernel is units x inputs in both; what is 1 x 1 x channels is channels x 1 x 1 in a file, and
 * other tensors are as the user sees them. */
#ifndef DNN_LAYERS_TENSOR_ONNX_H
#define DNN_LAYERS_TENSOR_ONNX_H

#include "layers/tensor.h"
#include "onnx/tensor.h"

/* Writes `memory`, which has the tensor's layout, as an initializer. */
void digitnet__tensor_write(digitnet__wire_writer *writer, const char *name, const digitnet__tensor *tensor,
                            const float *memory);
/* EFORMAT where the file's tensor is not the one that the layer needs. */
digitnet_status digitnet__tensor_match(const digitnet__onnx_tensor *file, const digitnet__tensor *tensor);
/* Reads a matching tensor into memory. EFORMAT for a value that is not finite. */
digitnet_status digitnet__tensor_read(float *memory, const digitnet__onnx_tensor *file, const digitnet__tensor *tensor);

#endif
