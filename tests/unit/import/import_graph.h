/* A graph built in memory, as a file's is once it has been read, and what becomes of it. */
#ifndef IMPORT_GRAPH_H
#define IMPORT_GRAPH_H

#include "import/importer.h"
#include "support.h"

enum { GRAPH_NODES = 32, GRAPH_INPUTS = 5 };

typedef struct import_graph {
    digitnet__pool pool;
    digitnet__import_graph graph;
    digitnet__import_place place;
    digitnet_model_load_options options;
    digitnet__importer importer;
    digitnet__import_node nodes[GRAPH_NODES];
    size_t inputs[GRAPH_NODES][GRAPH_INPUTS], outputs[GRAPH_NODES];
    digitnet__import_attribute attributes[GRAPH_NODES][GRAPH_INPUTS];
} import_graph;

/* With value 0 as its input: channels x rows x columns, which stand as an image of this library does. */
void begin_graph(import_graph *own, size_t channels, size_t rows, size_t columns);
void end_graph(import_graph *own);

/* A constant of these sizes; its values are copied, or noise where there are none. */
size_t add_constant(import_graph *own, const float *values, const size_t *sizes, size_t rank);
size_t add_integers(import_graph *own, const int64_t *values, size_t count);
#define SIZES(...) ((const size_t[]){__VA_ARGS__}), sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t)
#define INTEGERS(own, ...) \
    add_integers((own), (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
/* A node "Constant" of one number, as patterns look for it. */
size_t add_number(import_graph *own, float number);

/* A node that takes some values; the value that it gives. */
size_t add_node(import_graph *own, const char *type, const size_t *inputs, size_t count);
#define NODE(own, type, ...) \
    add_node((own), (type), (const size_t[]){__VA_ARGS__}, sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t))
/* Of the last node. */
void set_integers(import_graph *own, const char *name, const int64_t *values, size_t count);
#define LIST(own, name, ...)                                    \
    set_integers((own), (name), (const int64_t[]){__VA_ARGS__}, \
                 sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
void set_integer(import_graph *own, const char *name, int64_t value);
void set_number(import_graph *own, const char *name, float value);
void set_text(import_graph *own, const char *name, const char *text);

/* The type of the node that gives a value. */
void assert_type(const import_graph *own, size_t value, const char *type);

/* Reads all nodes, of which the value is the output. */
digitnet_status read_graph(import_graph *own, size_t output);
/* The kinds of the drafts, first to last: "conv2d add". */
void assert_drafts(const import_graph *own, const char *kinds);
const digitnet__import_activation *activation_of(const import_graph *own, size_t value);
/* The values of a draft's tensor. */
const float *tensor_of(const import_graph *own, size_t draft, const char *role);

#endif
