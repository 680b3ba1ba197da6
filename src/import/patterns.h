/* Functions that files spell out in several nodes. */
#ifndef DNN_IMPORT_PATTERNS_H
#define DNN_IMPORT_PATTERNS_H

#include "import/importer.h"

/* The last node of each becomes the one node that they are: "Swish", "HardSwish", "Gelu", "LayerNormalization", or
 * what ONNX does not have: "LogSigmoid", "GatherOfEach". */
digitnet_status digitnet__import_match_patterns(digitnet__importer *importer);

#endif
