/* How the values of an image, or of a row, stand in one of this library's values: a file has them in another order, and
 * moves them by Transpose and Reshape, which become nothing here but another view. */
#ifndef DNN_IMPORT_VIEW_H
#define DNN_IMPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

enum { DNN_VIEW_AXES = 8, DNN_VIEW_ATOMS = 16 };

/* A run of places with equal distances; `size` is above 1. An axis of the file is the product of the atoms that stand
 * one behind the other and belong to it, the outermost first. */
typedef struct digitnet__view_atom {
    size_t size, stride, axis;
} digitnet__view_atom;

/* One sample; the axis of the batch is not counted. */
typedef struct digitnet__view {
    size_t rank, sizes[DNN_VIEW_AXES];
    size_t atom_count;
    /* DNN_VIEW_ATOMS at most of what is reshaped or repeated; layers give one more to an axis that had the size 1. */
    digitnet__view_atom atoms[DNN_VIEW_ATOMS + DNN_VIEW_AXES];
    /* Where no atoms can say it, in a row alone: the place of each value. Else NULL. */
    const size_t *places;
} digitnet__view;

/* Values that stand as the file has them. */
digitnet__view digitnet__view_plain(const size_t *sizes, size_t rank);
/* channels x rows x columns of an image that has its channels last. */
digitnet__view digitnet__view_channels_first(size_t channels, size_t rows, size_t columns);

/* An axis innermost, the others in their order around it; `rank` is none. */
digitnet__view digitnet__view_channels_at(const size_t *sizes, size_t rank, size_t axis);

size_t digitnet__view_count(const digitnet__view *view);
/* False where no view has these sizes: the values would have to be moved. */
bool digitnet__view_reshape(digitnet__view *view, const size_t *sizes, size_t rank);
/* Repeats values along axes of size 1 and new ones in front, which have no place of their own: their atoms' stride is
 * 0. False where the sizes do not fit. */
bool digitnet__view_expand(digitnet__view *view, const size_t *sizes, size_t rank);
bool digitnet__view_repeats(const digitnet__view *view);
/* How often each axis repeats its values, each of them or the one that it has; the view has them once after. False
 * where the whole axis is repeated. */
bool digitnet__view_repetitions(size_t *times, digitnet__view *view);
/* Each axis that many times, one whole behind the other. */
bool digitnet__view_tile(digitnet__view *view, const size_t *times);
/* Axes along which values repeat have size 1 again. */
void digitnet__view_collapse(digitnet__view *view);
/* `order` names for each axis the one that it was. */
void digitnet__view_transpose(digitnet__view *view, const size_t *order);
/* The places of all values, or of those along one axis at the start of all others, in the file's order. */
void digitnet__view_places(size_t *places, const digitnet__view *view);
void digitnet__view_axis_places(size_t *places, const digitnet__view *view, size_t axis);

/* The axis, which runs over the `before` channels of each place, has others from now on; the other axes run over whole
 * places. */
void digitnet__view_set_channels(digitnet__view *view, size_t axis, size_t before, size_t channels);

/* channels x rows x columns of another image, whose channels are as many and stand in the order that they have here. */
void digitnet__view_set_image(digitnet__view *view, size_t rows, size_t columns);

/* What moves values from the places of one view to those of another: three blocks, of these sizes as they stand now,
 * get this new order. Where that is not all, `from` becomes what it gives, for another call. */
typedef enum digitnet__view_move { DNN_VIEW_MOVED, DNN_VIEW_MOVES, DNN_VIEW_STUCK } digitnet__view_move;
digitnet__view_move digitnet__view_blocks(size_t sizes[3], size_t order[3], digitnet__view *from,
                                          const digitnet__view *to);

/* The same places for the same indices. */
bool digitnet__view_equal(const digitnet__view *a, const digitnet__view *b);
/* The values stand as the file has them. */
bool digitnet__view_is_plain(const digitnet__view *view);
/* The axes first to last, both included, run over the places 0, 1, 2 ... of as many, in any order. */
bool digitnet__view_covers(const digitnet__view *view, size_t first, size_t last);
/* Along the axis, each value is `stride` places behind the one before; always true for a single one. */
bool digitnet__view_steps(const digitnet__view *view, size_t axis, size_t stride);

#endif
