/* A file's graph as it stands there: nodes over values, whose names have been resolved. Calls of functions that the
 * file defines are replaced by their nodes. Those of both branches of an If stand before it: its inputs are then the
 * condition, what the first branch gives, and what the other one gives. */
#ifndef DNN_IMPORT_GRAPH_H
#define DNN_IMPORT_GRAPH_H

#include "core/pool.h"
#include "onnx/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* The place of a value in the list; none is where an optional input or output is left out. */
#define DNN_NO_VALUE SIZE_MAX

enum { DNN_IMPORT_NODES_MAX = 100000 };

typedef struct digitnet__import_attribute {
    digitnet__wire_view name;
    uint64_t type; /* DNN_ATTRIBUTE_TYPE_*, of which the fields below have the value */
    int64_t integer;
    float number;
    digitnet__wire_view text, message; /* of a tensor or a graph */
    const int64_t *integers;           /* INTS */
    const float *numbers;              /* FLOATS */
    size_t count;
} digitnet__import_attribute;

typedef struct digitnet__import_node {
    digitnet__wire_view message, name, type, domain;
    uint64_t operator_set;
    const size_t *inputs; /* values; those that are left out at the end are not counted */
    size_t input_count;
    const size_t *outputs;
    size_t output_count;
    const digitnet__import_attribute *attributes;
    size_t attribute_count;
    bool needed;    /* for the output that is read: it has outputs then */
    bool is_branch; /* of an If, whose other branch may be the one that is taken */
    /* Of the activations that it takes and gives, as digitnet__import_activation has them; set while it is read. */
    bool unbatched;
    size_t merged;
} digitnet__import_node;

struct digitnet__import_constant;
struct digitnet__import_activation;

typedef struct digitnet__import_value {
    digitnet__wire_view name;
    size_t producer;                 /* a node, or DNN_NO_VALUE */
    digitnet__wire_view initializer; /* its message; bytes is NULL where there is none */
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

const digitnet__import_attribute *digitnet__import_attribute_find(const digitnet__import_node *node, const char *name);
/* Leave the value, which is the default, alone where the node has no such attribute. EFORMAT for one of another type.
 */
digitnet_status digitnet__import_integer(int64_t *value, const digitnet__import_node *node, const char *name);
digitnet_status digitnet__import_number(float *value, const digitnet__import_node *node, const char *name);
digitnet_status digitnet__import_text(digitnet__wire_view *value, const digitnet__import_node *node, const char *name);
/* `*count` is 0 where there is none; EUNSUPPORTED for more than `most`. */
digitnet_status digitnet__import_integers(int64_t *values, size_t *count, size_t most,
                                          const digitnet__import_node *node, const char *name);

/* An axis that may be counted from the end. EFORMAT. */
digitnet_status digitnet__import_axis(size_t *axis, const digitnet__import_node *node, int64_t wanted, size_t rank);
/* Of so many sizes those that a node Shape gives: since operator set 15 perhaps some of them. */
digitnet_status digitnet__import_shape_part(size_t *first, size_t *count, const digitnet__import_node *node,
                                            size_t rank);
/* What a Cast casts to, DNN_DATA_*; before operator set 6 the file has its name. */
digitnet_status digitnet__import_cast_type(int64_t *type, const digitnet__import_node *node);
/* The domain is that of ONNX's own operators. */
bool digitnet__import_is_standard(digitnet__wire_view domain);

/* "operator 'TYPE' (node 'NAME') WHAT" */
digitnet_status digitnet__import_fail(digitnet_status status, const digitnet__import_node *node, const char *format,
                                      ...) __attribute__((format(printf, 3, 4), cold));

#endif
