/* Drafts as a model. */
#ifndef DNN_IMPORT_BUILD_H
#define DNN_IMPORT_BUILD_H

#include "import/importer.h"

/* The model whose output is that value of the drafts. */
digitnet_status digitnet__import_build(digitnet_model **out, digitnet__importer *importer, size_t output);

#endif
