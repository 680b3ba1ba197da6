/* A node of a file's graph, and what its attributes say. */
#ifndef DNN_IMPORT_NODE_H
#define DNN_IMPORT_NODE_H

#include "import/attribute.h"

#include <stdbool.h>

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
    bool unbatched, leading;
    size_t merged;
} digitnet__import_node;

/* The place of a value in the graph's list; none is where an optional input or output is left out. */
#define DNN_NO_VALUE SIZE_MAX

/* NULL where there is none. */
const digitnet__import_attribute *digitnet__import_attribute_named(const digitnet__import_node *node,
                                                                   digitnet__wire_view name);
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
/* Of floating point, DNN_DATA_*. */
bool digitnet__import_is_float(uint64_t type);
/* The domain is that of ONNX's own operators. */
bool digitnet__import_is_standard(digitnet__wire_view domain);

/* "operator 'TYPE' (node 'NAME') WHAT" */
digitnet_status digitnet__import_fail(digitnet_status status, const digitnet__import_node *node, const char *format,
                                      ...) __attribute__((format(printf, 3, 4), cold));

#endif
