/* Values along an axis that become sums of others. */
#ifndef DNN_IMPORT_LINEAR_H
#define DNN_IMPORT_LINEAR_H

#include "import/importer.h"

/* outputs[i] = sum over k of weights[i * inputs + k] x[k], and offsets[i] */
typedef struct digitnet__import_matrix {
    size_t outputs, inputs;
    float *weights, *offsets;
} digitnet__import_matrix;

/* Of zeros. */
digitnet_status digitnet__import_matrix_create(digitnet__import_matrix *matrix, digitnet__importer *importer,
                                               size_t outputs, size_t inputs);

/* The activation at an input, which the caller has taken, with its values along an axis mapped: by each axis of the
 * view that has a matrix (`outputs` is not 0), one after the other. */
digitnet_status digitnet__import_map(digitnet__import_activation *result, digitnet__importer *importer,
                                     const digitnet__import_node *node, size_t input,
                                     const digitnet__import_matrix *matrices);

#endif
