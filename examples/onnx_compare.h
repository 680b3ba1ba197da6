/* A model's outputs beside those that another tool computed. */
#ifndef ONNX_COMPARE_H
#define ONNX_COMPARE_H

#include <digitnet/digitnet.h>

#define PROGRAM "onnx_info"

/* Predicts the images of one .npy file, compares with the outputs in another, and prints how far they are apart.
 * Returns an exit code: EXIT_FAILED also where they do not agree. */
int compare_outputs(const digitnet_model *model, const char *input, const char *output);

#endif
