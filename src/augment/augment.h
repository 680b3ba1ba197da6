/* Random changes of one image, and mixtures of two. What happens follows from a sample's seed alone. */
#ifndef DNN_AUGMENT_AUGMENT_H
#define DNN_AUGMENT_AUGMENT_H

#include "core/memory.h"
#include "core/shape.h"
#include "digitnet/augmentation.h"
#include "kernels/kernels.h"

#include <stdatomic.h>

/* Settings with what follows from them for images of one shape. Shared by data sets; never changes. */
typedef struct digitnet__augment {
    atomic_size_t references;
    digitnet_augment_options options; /* probabilities and limits that were left at zero are filled in */
    digitnet__shape shape;
    bool warps, mixes;
    size_t stride; /* the width in whole DNN_WARP_BLOCKs */
    /* Of the elastic displacement: a grid of nodes, and how columns and rows lie between them. */
    size_t node_rows, node_columns, node_room;
    double node_deviation; /* of what is drawn for a node */
    digitnet__arena tables;
    digitnet__spline columns;
    size_t *row_first;
    float *row_weights;
    /* Scratch memory of one worker; offsets in bytes. */
    size_t scratch_size, plane, nodes, across, along, places, right, down, row;
} digitnet__augment;

/* One reference. `options` as they were given; EINVAL for one out of range. `of_bytes`: values are in [0, 1]. */
digitnet_status digitnet__augment_create(digitnet__augment **out, const digitnet_augment_options *options,
                                         digitnet__shape shape, bool of_bytes);
/* Drops a reference; NULL is fine. */
void digitnet__augment_release(digitnet__augment *augment);

/* A place in scratch memory. */
static inline void *digitnet__scratch_at(void *scratch, size_t offset) {
    return (unsigned char *)scratch + offset;
}

/* Changes an image in place; `scratch` has augment->scratch_size bytes, aligned to DNN_ALIGNMENT. */
void digitnet__augment_image(float *image, const digitnet__augment *augment, uint64_t seed,
                             const digitnet__kernels *kernels, void *scratch);

/* How a sample is mixed with a second one. */
typedef struct digitnet__mix {
    size_t partner;    /* which one */
    float share;       /* the partner's, in [0, 1] */
    bool is_rectangle; /* that is taken from the partner; else all values are mixed */
    size_t top, left, rows, columns;
} digitnet__mix;

/* False where the sample is left alone. The partner is one of `count`. */
bool digitnet__mix_draw(digitnet__mix *mix, const digitnet__augment *augment, uint64_t seed, size_t count);
/* The partner's own seed, which its changes are drawn from. */
uint64_t digitnet__mix_partner_seed(uint64_t seed);
void digitnet__mix_images(float *image, const float *partner, const digitnet__mix *mix, digitnet__shape shape);
/* Targets or weights, by the share. */
void digitnet__mix_values(float *values, const float *partner, const digitnet__mix *mix, size_t count);

#endif
