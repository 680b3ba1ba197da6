/* Nodes of constants: what the functions that compute them share. */
#ifndef DNN_IMPORT_FOLD_H
#define DNN_IMPORT_FOLD_H

#include "import/constant.h"

typedef struct digitnet__folding {
    const struct digitnet__fold_operator *row;
    digitnet__import_constant *result;
    digitnet__pool *pool;
    const digitnet__import_node *node;
    const digitnet__import_constant *const *inputs; /* as many as the node has; the first is there */
    float *numbers;                                 /* of the result; one of them, once it is created */
    int64_t *integers;
} digitnet__folding;

typedef struct digitnet__fold_operator {
    const char *type;
    digitnet_status (*compute)(digitnet__folding *fold);
    float (*function)(float x); /* of those that are a function of each value */
} digitnet__fold_operator;

/* Ended by a row without a type. */
extern const digitnet__fold_operator digitnet__fold_arithmetic[], digitnet__fold_moves[], digitnet__fold_reductions[],
    digitnet__fold_shapes[];

/* NULL where it is left out. */
const digitnet__import_constant *digitnet__fold_input(const digitnet__folding *fold, size_t input);
/* Integers of an attribute or, where the node has none, of an input. `*count` is 0 where there is neither. */
digitnet_status digitnet__fold_list(int64_t *values, size_t *count, const digitnet__folding *fold, const char *name,
                                    size_t input);
/* Sets `marked` for each of these axes, which may count from the end of so many. EFORMAT */
digitnet_status digitnet__fold_mark_axes(bool *marked, const digitnet__folding *fold, const int64_t *axes, size_t count,
                                         size_t rank);
/* The shape in an input, which may not have the samples. */
digitnet_status digitnet__fold_read_shape(size_t *sizes, size_t *rank, const digitnet__folding *fold, size_t input);
/* EUNSUPPORTED */
digitnet_status digitnet__fold_refuse(const digitnet__folding *fold, const char *what);

/* Allocates the result. */
digitnet_status digitnet__fold_create(digitnet__folding *fold, bool is_integer, const size_t *sizes, size_t rank);
/* The result is the first input under another shape. */
digitnet_status digitnet__fold_share(digitnet__folding *fold, const size_t *sizes, size_t rank);
/* Value `index` of a constant of the result's type to place `to` of the result. */
void digitnet__fold_copy(const digitnet__folding *fold, size_t to, const digitnet__import_constant *from, size_t index);
/* What takes longer than its result is large is limited as memory is, a byte for each step. */
digitnet_status digitnet__fold_charge(digitnet__folding *fold, size_t steps);

/* The shape that constants have together, and for each of them the stride along each of its axes, 0 where it
 * repeats. */
digitnet_status digitnet__fold_broadcast(size_t *sizes, size_t *rank, size_t strides[][DNN_CONSTANT_AXES],
                                         const digitnet__folding *fold, const digitnet__import_constant *const *inputs,
                                         size_t count);
/* From one value to the next: its index, of these sizes, and its place in each of `count` constants with such
 * strides. */
void digitnet__fold_advance(size_t *places, size_t *index, const size_t *sizes, size_t rank,
                            size_t strides[][DNN_CONSTANT_AXES], size_t count);

#endif
