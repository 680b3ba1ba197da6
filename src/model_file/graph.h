/* Graphs of our own files: a model, or what its optimizer keeps. */
#ifndef DNN_MODEL_FILE_GRAPH_H
#define DNN_MODEL_FILE_GRAPH_H

#include "digitnet/model.h"
#include "onnx/tensor.h"

/* Builds the model from the list of its layers, and reads its weights from the graph's initializers. `*out` is NULL
 * after a failure. */
digitnet_status digitnet__restore_model(digitnet_model **out, digitnet__wire_view message, digitnet__wire_view layers,
                                        const digitnet_model_load_options *options);
/* All initializers of a graph; `entries` is to be released, after a failure too. */
digitnet_status digitnet__onnx_index_initializers(digitnet__onnx_initializers *initializers, digitnet__wire_view graph);

#endif
