/* A model from an ONNX file that any tool has written. */
#ifndef DNN_IMPORT_IMPORT_H
#define DNN_IMPORT_IMPORT_H

#include "digitnet/model.h"
#include "onnx/wire.h"

/* `file` is a model's message, whose versions have been checked; `path` is that of the file, NULL where it was read
 * from memory. `*out` is NULL after a failure. EUNSUPPORTED names all nodes that stand in the way. */
digitnet_status digitnet__import_foreign(digitnet_model **out, digitnet__wire_view file, const char *path,
                                         const digitnet_model_load_options *options);

#endif
