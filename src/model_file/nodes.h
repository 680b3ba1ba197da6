/* Layers as nodes of a graph, by the forms that their kinds have: for other tools. */
#ifndef DNN_MODEL_FILE_NODES_H
#define DNN_MODEL_FILE_NODES_H

#include "engine/graph.h"

/* The names of the graph's input and output in our files. */
#define DNN_GRAPH_INPUT_NAME "image"
const char *digitnet__graph_output_name(const digitnet__graph *graph);

/* Writes a layer's nodes, and one more for its activation. */
void digitnet__nodes_write(digitnet__wire_writer *writer, const digitnet__graph *graph, const digitnet__layer *layer);

#endif
