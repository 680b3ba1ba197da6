/* Functions that files spell out in several nodes. */
#ifndef DNN_IMPORT_PATTERNS_H
#define DNN_IMPORT_PATTERNS_H

#include "import/importer.h"

/* The last node of each becomes the one node that they are: "Swish", "HardSwish", "Gelu", "LayerNormalization", or
 * what ONNX does not have: "LogSigmoid", "GatherOfEach". */
digitnet_status digitnet__import_match_patterns(digitnet__importer *importer);

/* Each of them changes a node of its type where that ends the pattern. */
typedef digitnet_status digitnet__pattern_match(digitnet__importer *importer, digitnet__import_node *node);
digitnet__pattern_match digitnet__pattern_match_product;    /* Mul: Swish, HardSwish, Gelu */
digitnet__pattern_match digitnet__pattern_match_sixth;      /* Div: HardSwish */
digitnet__pattern_match digitnet__pattern_match_logarithm;  /* Log: LogSigmoid, LogSoftmax; Exp: Softmax */
digitnet__pattern_match digitnet__pattern_match_difference; /* Sub: LogSoftmax */
digitnet__pattern_match digitnet__pattern_match_choice;     /* Where: Softplus */
digitnet__pattern_match digitnet__pattern_match_deviations; /* Div: LayerNormalization */
digitnet__pattern_match digitnet__pattern_match_moments;    /* Add: LayerNormalization */
digitnet__pattern_match digitnet__pattern_match_transpose;  /* Transpose: Gather */
digitnet__pattern_match digitnet__pattern_match_gather;     /* Gather: GatherOfEach */
digitnet__pattern_match digitnet__pattern_match_stack;      /* ReduceMean, ReduceSum: Mean, Sum */

#endif
