/* A model as an ONNX file. */
#ifndef DNN_MODEL_FILE_EXPORT_H
#define DNN_MODEL_FILE_EXPORT_H

#include "model/model.h"

/* What our files are written as, which ONNX Runtime, OpenCV 4.6 and the ONNX checker read alike. */
enum { DNN_ONNX_IR_VERSION = 8, DNN_ONNX_OPSET = 13 };

/* The size of the model's file, `weights_only` without its training. ESTATE for a model without weights, or with a
 * value that is not finite; ELIMIT where ONNX allows no such size. */
digitnet_status digitnet__export_size(size_t *size, const digitnet_model *model, bool weights_only);
/* Writes the file into exactly as many bytes. The same model gives the same bytes. */
void digitnet__export_model(unsigned char *file, const digitnet_model *model, bool weights_only);

#endif
