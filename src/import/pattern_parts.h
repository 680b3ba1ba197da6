/* What patterns of nodes are made of. */
#ifndef DNN_IMPORT_PATTERN_PARTS_H
#define DNN_IMPORT_PATTERN_PARTS_H

#include "import/importer.h"

/* The node of this type that gives a value, and takes one unless it is a Constant; NULL where it is another one. */
const digitnet__import_node *digitnet__pattern_giver(const digitnet__importer *importer, size_t value,
                                                     const char *type);
/* A constant, before a node CastLike gives it the type of what it meets. */
size_t digitnet__pattern_before_cast(const digitnet__importer *importer, size_t value);
/* A small tensor, or a number, that is an initializer or given by a node Constant. */
bool digitnet__pattern_tensor(digitnet__import_constant *constant, digitnet__wire_view *message,
                              digitnet__importer *importer, size_t value);
bool digitnet__pattern_number(double *number, digitnet__importer *importer, size_t value);
/* Whether it is about this number. */
bool digitnet__pattern_is_number(digitnet__importer *importer, size_t value, double wanted);
/* The other input of a node of two, where one is this value, or this number; false also without a node. */
bool digitnet__pattern_other_than(size_t *other, const digitnet__import_node *node, size_t value);
bool digitnet__pattern_other_than_number(size_t *other, digitnet__importer *importer, const digitnet__import_node *node,
                                         double number);
/* The input of a node of two that is a constant, and the other one; false also without a node. */
bool digitnet__pattern_split_constant(size_t *constant, size_t *other, const digitnet__importer *importer,
                                      const digitnet__import_node *node);
enum { DNN_PATTERN_AXES = 4 }; /* the most that patterns have */
/* How many axes a node has as its attribute or its second input, which may have been reshaped; 0 for more than `most`,
 * where they are not known, and without a node. */
size_t digitnet__pattern_axes(int64_t *axes, size_t most, digitnet__importer *importer,
                              const digitnet__import_node *node);

/* Whether no pattern has gone through this value before; from now on one has. Those of any length go nowhere twice:
 * many nodes may share what is behind them. */
bool digitnet__pattern_visit(const digitnet__importer *importer, size_t value);

/* The node is of this type from now on, with these inputs and attributes, which are copied. */
digitnet_status digitnet__pattern_replace(digitnet__importer *importer, digitnet__import_node *node, const char *type,
                                          const size_t *inputs, size_t input_count,
                                          const digitnet__import_attribute *attributes, size_t attribute_count);

#endif
