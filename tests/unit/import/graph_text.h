/* Graphs as text, and the ONNX files that they are.
 *
 *     x 1,3,4,6; a = Conv x n1@2x3x1x1 pads=[1,1,1,1]; y = Relu a
 *
 * Statements stand between ";", words between spaces. The first ones may be "opset 11" (else it is 17) and "producer
 * NAME"; the next are inputs and their sizes, a letter for one that is left open, ":" with the number of a type behind
 * the name where they are no floats. Others are nodes: what they give, the operator, perhaps with "DOMAIN:" in front,
 * and what they take: names, "_" for what is left out, or constants, which become initializers. The graph's outputs are
 * those of the last node, or, in a last statement, "-> NAME NAME".
 *
 * "function DOMAIN:NAME INPUTS -> OUTPUTS" begins a function and "branch NAME" a graph for an attribute; "end" ends
 * them. A function may have "opset 11" and "default ATTRIBUTE"; its nodes take no constants.
 *
 * Constants are f:1,0.5 (floats), i:0,-1 (integers), b:1,0 (truths), with @2x3 behind for another shape than a list's,
 * @ alone for that of a number; n7@4x3 is noise of seed 7. Attributes are NAME=3, NAME=0.5 (numbers have a point),
 * NAME=[1,2], NAME='text', NAME=CONSTANT, NAME=&BRANCH or, in a function, NAME=@ATTRIBUTE for that of the call. */
#ifndef GRAPH_TEXT_H
#define GRAPH_TEXT_H

#include "onnx_bytes.h"

/* To be released with free(). */
saved_bytes write_graph(const char *text);

/* Loads such a file; those that say that they are of this library too, which have no list of layers. */
digitnet_status load_graph(digitnet_model **model, const saved_bytes *file);

/* Has each graph that is written from now on kept as a file in this folder, too: seeds for fuzzing. NULL: none. */
void keep_graphs(const char *folder);

#endif
