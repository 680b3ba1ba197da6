/* What an image goes through when it is augmented: a warp by a homography and a smooth displacement, with bilinear
 * samples, and strokes that become thicker or thinner. Compiled without fused multiply-add, so that the results are the
 * same in every set. */
#include "kernels/set.h"

enum { VECTORS = DNN_WARP_BLOCK / WIDTH };

void SET_NAME(spline_row)(float *values, const float *nodes, const digitnet__spline *spline) {
    const float *weights = spline->weights;
    for (size_t block = 0; block < spline->blocks; block++) {
        vec sums[VECTORS] = {{0}};
        for (size_t n = 0; n < spline->band; n++, weights += DNN_WARP_BLOCK)
            UNROLLED for (size_t i = 0; i < VECTORS; i++) sums[i] +=
                vec_load(weights + i * WIDTH) * nodes[spline->first[block] + n];
        UNROLLED for (size_t i = 0; i < VECTORS; i++) vec_store(values + block * DNN_WARP_BLOCK + i * WIDTH, sums[i]);
    }
}

/* The displacement of WIDTH values of a row from rows of the grid. */
ALWAYS_INLINE vec displacement(const float *rows, const float *weights, size_t stride) {
    vec sum = vec_load(rows) * weights[0];
    UNROLLED for (size_t k = 1; k < DNN_SPLINE_TAPS; k++) sum += vec_load(rows + k * stride) * weights[k];
    return sum;
}

/* Within [-1, size], where everything is background from the last pixel on; counted from the border. */
ALWAYS_INLINE vec within_border(vec place, float size) {
    const vec least = (vec){0} - 1, most = (vec){0} + size;
    place = vec_greater(place, least);
    return vec_select(mask_greater(place, most), most, place) + 1;
}

void SET_NAME(warp_row)(int32_t *places, float *right, float *down, const digitnet__warp *warp, size_t row) {
    const float *m = warp->matrix, y = (float)row;
    const float *weights = warp->across ? warp->row_weights + row * DNN_SPLINE_TAPS : NULL;
    const size_t first = warp->across ? warp->row_first[row] * warp->stride : 0;
    vec lanes = {0};
    for (int i = 0; i < WIDTH; i++)
        lanes[i] = (float)i;
    for (size_t x = 0; x < warp->stride; x += WIDTH) {
        vec column = lanes + (float)x;
        vec scale = 1 / (column * m[6] + (m[7] * y + m[8]));
        vec across = (column * m[0] + (m[1] * y + m[2])) * scale;
        vec along = (column * m[3] + (m[4] * y + m[5])) * scale;
        if (weights) {
            across += displacement(warp->across + first + x, weights, warp->stride);
            along += displacement(warp->along + first + x, weights, warp->stride);
        }
        across = within_border(across, (float)warp->width);
        along = within_border(along, (float)warp->height);
        ivec left = __builtin_convertvector(across, ivec), top = __builtin_convertvector(along, ivec);
        *(ivec_in_memory *)(places + x) = top * (int32_t)(warp->width + DNN_WARP_BORDER) + left;
        vec_store(right + x, across - __builtin_convertvector(left, vec));
        vec_store(down + x, along - __builtin_convertvector(top, vec));
    }
}

/* Without a difference, which could overflow; exactly one of the two where the share is 0 or 1. */
ALWAYS_INLINE vec between(vec a, vec b, vec share) {
    return a * (1 - share) + b * share;
}

void SET_NAME(sample_row)(float *values, const float *plane, const int32_t *places, const float *right,
                          const float *down, size_t width, size_t count) {
    const float *below = plane + width;
    for (size_t x = 0; x < count; x += WIDTH) {
        ivec place = ivec_load(places + x);
        vec share = vec_load(right + x);
        vec upper = between(vec_gather(plane, place), vec_gather(plane + 1, place), share);
        vec lower = between(vec_gather(below, place), vec_gather(below + 1, place), share);
        vec_store(values + x, between(upper, lower, vec_load(down + x)));
    }
}

static float larger(float a, float b) {
    return a > b ? a : b;
}

static float smaller(float a, float b) {
    return a < b ? a : b;
}

/* One loop for each direction, so that both become vectors. */
static void dilate(float *restrict to, const float *restrict from, size_t stride, size_t next, size_t count,
                   float share) {
    for (size_t i = 0; i < count; i++) {
        const float *v = from + i;
        float most =
            larger(larger(v[0], larger(v[-(ptrdiff_t)stride], v[stride])), larger(v[-(ptrdiff_t)next], v[next]));
        to[i] = v[0] * (1 - share) + most * share;
    }
}

static void erode(float *restrict to, const float *restrict from, size_t stride, size_t next, size_t count,
                  float share) {
    for (size_t i = 0; i < count; i++) {
        const float *v = from + i;
        float least =
            smaller(smaller(v[0], smaller(v[-(ptrdiff_t)stride], v[stride])), smaller(v[-(ptrdiff_t)next], v[next]));
        to[i] = v[0] * (1 - share) + least * share;
    }
}

void SET_NAME(thicken_row)(float *to, const float *from, size_t stride, size_t next, size_t count, float share) {
    if (share > 0)
        dilate(to, from, stride, next, count, share);
    else
        erode(to, from, stride, next, count, -share);
}
