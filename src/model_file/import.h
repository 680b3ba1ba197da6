/* A model from the bytes of an ONNX file, which may be anything. */
#ifndef DNN_MODEL_FILE_IMPORT_H
#define DNN_MODEL_FILE_IMPORT_H

#include "digitnet/model.h"

/* `options` has been read; `path` is that of the file, NULL where it is in memory alone. `*out` is NULL after a
 * failure. */
digitnet_status digitnet__import_model(digitnet_model **out, const unsigned char *bytes, size_t size, const char *path,
                                       const digitnet_model_load_options *options);

#endif
