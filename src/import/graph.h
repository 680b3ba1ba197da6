/* A file's graph as it stands there: nodes over values, whose names have been resolved. Calls of functions that the
 * file defines are replaced by their nodes. Those of both branches of an If stand before it: its inputs are then the
 * condition, what the first branch gives, and what the other one gives. */
#ifndef DNN_IMPORT_GRAPH_H
#define DNN_IMPORT_GRAPH_H

#include "import/node.h"

enum { DNN_IMPORT_NODES_MAX = 100000 };

struct digitnet__import_constant;
struct digitnet__import_activation;

typedef struct digitnet__import_value {
    digitnet__wire_view name;
    size_t producer;                 /* a node, or DNN_NO_VALUE */
    digitnet__wire_view initializer; /* its message; bytes is NULL where there is none */
    bool visited;                    /* a long pattern was looked for behind it */
    size_t uses;                     /* inputs of needed nodes that have not been read yet, and the output */
    size_t taker;                    /* the first needed node that takes it, or DNN_NO_VALUE */
    bool refused;                    /* the node that gives it cannot be read */
    /* Set when it is read; at most one of them. */
    const struct digitnet__import_constant *constant;
    struct digitnet__import_activation *activation;
} digitnet__import_value;

typedef struct digitnet__import_graph {
    digitnet__pool *pool;
    digitnet__wire_view producer; /* the name of the tool that made the file */
    /* By this library: a file from before the list of layers, or without it. Its trainings go on as they were, for
     * which the layers must be what they were: dropout is drawn by a layer's place. */
    bool is_ours;
    digitnet__import_node *nodes;
    size_t node_count, node_capacity;
    digitnet__import_value *values;
    size_t value_count, value_capacity;
    /* As the graph lists them: messages that have the type, and the values. */
    digitnet__wire_view *inputs, *outputs;
    size_t *input_values, input_count;
    size_t *output_values, output_count;
    size_t call_count, expanded_bytes; /* of functions */
} digitnet__import_graph;

/* Reads the graph of a whole file. Its memory is the pool's. EFORMAT for a name that is given twice or to nothing, and
 * for nodes that are in no topological order; ELIMIT for too many of them. */
digitnet_status digitnet__import_graph_read(digitnet__import_graph *graph, digitnet__wire_view file);

/* Appends a value, given by no node. */
digitnet_status digitnet__import_add_value(size_t *value, digitnet__import_graph *graph, digitnet__wire_view name);

#endif
