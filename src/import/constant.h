/* Values of a file's graph that are known: initializers, and what is computed from them and from shapes. */
#ifndef DNN_IMPORT_CONSTANT_H
#define DNN_IMPORT_CONSTANT_H

#include "import/graph.h"

enum { DNN_CONSTANT_AXES = 8 };

/* How many times the size of a file may be allocated for what is made of it: its weights as floats and in the order of
 * layers, and what is computed from constants. */
enum { DNN_IMPORT_TIMES_FILE = 24 };

typedef struct digitnet__import_constant {
    bool is_integer; /* of any integer type, or bool; else of any floating-point type */
    size_t rank, sizes[DNN_CONSTANT_AXES], count;
    const float *numbers;
    const int64_t *integers;
} digitnet__import_constant;

/* Where a file's other files are; `path` is NULL where it was read from memory. */
typedef struct digitnet__import_place {
    const char *path;  /* of the file itself */
    size_t bytes_left; /* that may still be read */
} digitnet__import_place;

/* Reads a tensor's message. */
digitnet_status digitnet__constant_read(digitnet__import_constant *constant, digitnet__pool *pool,
                                        digitnet__import_place *place, digitnet__wire_view message);
/* Allocates a constant of this shape, whose values are to be written through the pointer that is not NULL after. */
digitnet_status digitnet__constant_create(digitnet__import_constant *constant, float **numbers, int64_t **integers,
                                          digitnet__pool *pool, bool is_integer, const size_t *sizes, size_t rank);
/* The value at an index, as a number. */
double digitnet__constant_number(const digitnet__import_constant *constant, size_t index);
bool digitnet__constant_is_finite(const digitnet__import_constant *constant);
/* The sizes begin at this axis of so many: others of 1 stand behind. EFORMAT where they are too many. */
digitnet_status digitnet__constant_align(digitnet__import_constant *constant, const digitnet__import_node *node,
                                         size_t axis, size_t rank);

/* Computes a node whose inputs are all known (NULL: left out). EUNSUPPORTED for an operator that is not computed. */
digitnet_status digitnet__constant_fold(digitnet__import_constant *result, digitnet__pool *pool,
                                        const digitnet__import_node *node,
                                        const digitnet__import_constant *const *inputs);

#endif
