/* Average pools whose windows cover an image in as many parts as wanted, which may overlap. */
#ifndef DNN_IMPORT_ADAPTIVE_POOLS_H
#define DNN_IMPORT_ADAPTIVE_POOLS_H

#include "import/importer.h"

/* A node ReduceMean, or Div, that ends such a pool becomes "AdaptiveAvgPool2d", which takes the image, the places that
 * its windows have, and from a Div the number of values in each and the masks of what is too much. */
digitnet_status digitnet__import_match_adaptive_mean(digitnet__importer *importer, digitnet__import_node *node);
digitnet_status digitnet__import_match_adaptive_quotient(digitnet__importer *importer, digitnet__import_node *node);

#endif
