/* The gradients of a convolution behind which ReLU and a max pool let few values through. The gradient by the
 * convolution's output is a sparse matrix of positions x filters with at most one value in each window and filter. It
 * is taken in bands of up to 64 windows, so that the values of a band that are not zero are the bits of one word for
 * each filter, and the filters with a value at a position, 64 at a time, are one too. */
#ifndef DNN_KERNELS_CONV2D_BACKWARD_H
#define DNN_KERNELS_CONV2D_BACKWARD_H

#include "kernels/set.h"

enum { BAND = 64, MAX_PLACES = 256 };

typedef struct backward {
    size_t filters, lanes; /* lanes: filters in full vectors */
    size_t kernel_height, run, depth, padded_depth;
    size_t image_row, image_values;
    size_t places, windows;           /* places in a window, windows in all */
    size_t window_count;              /* in the band */
    size_t cleared_bytes;             /* at the start of the scratch memory */
    size_t window_offsets[BAND];      /* in the padded image: of the patch at the window's first place */
    size_t place_offsets[MAX_PLACES]; /* and from there to the other places' */
    const float *image, *kernel;
    float *gradients;     /* BAND x lanes: by the convolution's output, at the place let through */
    int32_t *argmax;      /* BAND x lanes */
    uint32_t *low, *high; /* lanes each: bit i for a value that is not zero in window i, and window 32 + i */
    uint64_t *positions;  /* BAND x places: bit i for a value of filter first + i */
    float *patches;     /* BAND x places x padded_depth, where runs are too short for vectors: the patches one by one */
    float *kernel_rows; /* filters x padded_depth, where the depth fills no vectors */
} backward;

/* 3 x 3 over one channel. */
ALWAYS_INLINE bool is_nine(const backward *job) {
    return job->run == 3 && job->kernel_height == 3;
}

/* A kernel's row at a position is too short for vectors from the image itself. */
ALWAYS_INLINE bool needs_patches(const backward *job) {
    return job->run < 2 * WIDTH && !is_nine(job);
}

/* Add one band's part. */
void SET_NAME(add_kernel_gradient)(float *kernel_gradient, const backward *job);
void SET_NAME(add_image_gradient)(float *image_gradient, const backward *job);

#endif
