/* Products with a matrix that is known. */
#ifndef DNN_IMPORT_PRODUCTS_H
#define DNN_IMPORT_PRODUCTS_H

#include "import/importer.h"

/* The activation at input 0 times a matrix of inputs x units, or of units x inputs if that is transposed. */
digitnet_status digitnet__import_product(digitnet__import_activation *result, digitnet__importer *importer,
                                         const digitnet__import_node *node, const digitnet__import_constant *matrix,
                                         bool transposed);

#endif
