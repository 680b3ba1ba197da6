/* The transforms of Winograd's convolution (see kernels.h), for B, G and A of Lavin and Gray 2016, "Fast Algorithms for
 * Convolutional Neural Networks":
 *
 *         | 1  0 -1  0 |        |  1    0    0  |        | 1  0 |
 *   B^T = | 0  1  1  0 |    G = | 1/2  1/2  1/2 |    A = | 1  1 |
 *         | 0 -1  1  0 |        | 1/2 -1/2  1/2 |        | 1 -1 |
 *         | 0  1  0 -1 |        |  0    0    1  |        | 0 -1 |
 *
 * Each is applied to the columns of a tile first and then to its rows. */
#include "kernels/set.h"

enum { SIDE = 4, KERNEL = 3, TAPS = KERNEL * KERNEL };

/* B^T times a column. */
ALWAYS_INLINE void transform_image(vec *to, const vec *d) {
    to[0] = d[0] - d[2];
    to[1] = d[1] + d[2];
    to[2] = d[2] - d[1];
    to[3] = d[1] - d[3];
}

/* G times a column. */
ALWAYS_INLINE void transform_kernel(vec *to, const vec *g) {
    vec outer = g[0] + g[2];
    to[0] = g[0];
    to[1] = (outer + g[1]) * 0.5f;
    to[2] = (outer - g[1]) * 0.5f;
    to[3] = g[2];
}

/* G^T times a column. */
ALWAYS_INLINE void transform_kernel_gradient(vec *to, const vec *u) {
    vec half = (u[1] + u[2]) * 0.5f;
    to[0] = u[0] + half;
    to[1] = (u[1] - u[2]) * 0.5f;
    to[2] = half + u[3];
}

/* A^T times a column. */
ALWAYS_INLINE void transform_output(vec *to, const vec *m) {
    to[0] = m[0] + m[1] + m[2];
    to[1] = m[1] - m[2] - m[3];
}

/* A times a column. */
ALWAYS_INLINE void transform_output_gradient(vec *to, const vec *g) {
    to[0] = g[0];
    to[1] = g[0] + g[1];
    to[2] = g[0] - g[1];
    to[3] = -g[1];
}

/* Whether `side` rows and columns from y and x on lie in the image; before the first one they wrap around. */
ALWAYS_INLINE bool is_inside(const digitnet__winograd *tiles, size_t y, size_t x, size_t side) {
    return y < tiles->height && y + side <= tiles->height && x < tiles->width && x + side <= tiles->width;
}

/* The columns of a tile within the image. */
ALWAYS_INLINE void load_tile(vec columns[SIDE][SIDE], const float *image, const digitnet__winograd *tiles, size_t y,
                             size_t x) {
    const size_t step = tiles->channels, row = tiles->width * step;
    const float *from = image + (y * tiles->width + x) * step;
    UNROLLED for (size_t i = 0; i < SIDE; i++, from += row) {
        KEEP(from);
        UNROLLED for (size_t k = 0; k < SIDE; k++) columns[k][i] = vec_load(from + k * step);
    }
}

/* The columns of a tile at the edge, of `side` values each, with zeros outside of the image. */
ALWAYS_INLINE void load_edge_tile(vec columns[][SIDE], const float *image, const digitnet__winograd *tiles, size_t y,
                                  size_t x, size_t side) {
    UNROLLED for (size_t i = 0; i < side; i++) {
        UNROLLED for (size_t k = 0; k < side; k++) {
            bool outside = y + i >= tiles->height || x + k >= tiles->width;
            size_t pixel = (y + i) * tiles->width + x + k;
            columns[k][i] = outside ? (vec){0} : vec_load(image + pixel * tiles->channels);
        }
    }
}

/* Plane after plane. */
ALWAYS_INLINE float *store_line(float *to, const vec *line, size_t plane) {
    UNROLLED for (size_t k = 0; k < SIDE; k++, to += plane) {
        KEEP(to);
        vec_store(to, line[k]);
    }
    return to;
}

ALWAYS_INLINE void image_tile(float *to, const float *image, const digitnet__winograd *tiles, size_t y, size_t x,
                              bool edge) {
    vec columns[SIDE][SIDE];
    if (edge)
        load_edge_tile(columns, image, tiles, y, x, SIDE);
    else
        load_tile(columns, image, tiles, y, x);
    UNROLLED for (size_t k = 0; k < SIDE; k++) {
        const vec column[SIDE] = {columns[k][0], columns[k][1], columns[k][2], columns[k][3]};
        transform_image(columns[k], column);
    }
    UNROLLED for (size_t i = 0; i < SIDE; i++) {
        const vec line[SIDE] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
        vec values[SIDE];
        transform_image(values, line);
        to = store_line(to, values, tiles->plane);
    }
}

void SET_NAME(winograd_image)(float *planes, const float *image, const digitnet__winograd *whole, size_t row) {
    const digitnet__winograd tiles = *whole;
    const size_t y = 2 * row - tiles.top;
    for (size_t x = 0 - tiles.left, tile = 0; tile < tiles.columns; tile++, x += 2) {
        float *to = planes + tile * tiles.channels;
        if (is_inside(&tiles, y, x, SIDE)) {
            for (size_t channel = 0; channel < tiles.channels; channel += WIDTH)
                image_tile(to + channel, image + channel, &tiles, y, x, false);
        } else {
            for (size_t channel = 0; channel < tiles.channels; channel += WIDTH)
                image_tile(to + channel, image + channel, &tiles, y, x, true);
        }
    }
}

ALWAYS_INLINE void output_gradient_tile(float *to, const float *gradient, const digitnet__winograd *tiles, size_t y,
                                        size_t x) {
    vec columns[2][SIDE];
    load_edge_tile(columns, gradient, tiles, y, x, 2);
    UNROLLED for (size_t k = 0; k < 2; k++) {
        const vec column[2] = {columns[k][0], columns[k][1]};
        transform_output_gradient(columns[k], column);
    }
    UNROLLED for (size_t i = 0; i < SIDE; i++) {
        const vec line[2] = {columns[0][i], columns[1][i]};
        vec values[SIDE];
        transform_output_gradient(values, line);
        to = store_line(to, values, tiles->plane);
    }
}

void SET_NAME(winograd_output_gradient)(float *planes, const float *gradient, const digitnet__winograd *whole,
                                        size_t row) {
    const digitnet__winograd tiles = *whole;
    for (size_t tile = 0; tile < tiles.columns; tile++)
        for (size_t channel = 0; channel < tiles.channels; channel += WIDTH)
            output_gradient_tile(planes + tile * tiles.channels + channel, gradient + channel, &tiles, 2 * row,
                                 2 * tile);
}

/* The 2 x 2 outputs of a tile. */
ALWAYS_INLINE void load_outputs(vec outputs[2][2], const float *planes, vec bias, size_t plane) {
    vec lines[SIDE][SIDE], sums[2][SIDE];
    UNROLLED for (size_t i = 0; i < SIDE; i++) UNROLLED for (size_t k = 0; k < SIDE; k++, planes += plane) {
        KEEP(planes);
        lines[k][i] = vec_load(planes);
    }
    UNROLLED for (size_t k = 0; k < SIDE; k++) {
        vec column[2];
        transform_output(column, lines[k]);
        sums[0][k] = column[0];
        sums[1][k] = column[1];
    }
    UNROLLED for (size_t i = 0; i < 2; i++) {
        transform_output(outputs[i], sums[i]);
        outputs[i][0] += bias;
        outputs[i][1] += bias;
    }
}

/* At the right and lower edges of an odd size, a part of the tile lies outside. */
ALWAYS_INLINE void store_outputs(float *to, vec outputs[2][2], size_t row, size_t step, bool right, bool below) {
    UNROLLED for (size_t i = 0; i < 2; i++) {
        if (i == 0 || below) {
            vec_store(to + i * row, outputs[i][0]);
            if (right)
                vec_store(to + i * row + step, outputs[i][1]);
        }
    }
}

void SET_NAME(winograd_output)(float *output, const float *planes, const float *bias, const digitnet__winograd *whole,
                               size_t row) {
    const digitnet__winograd tiles = *whole;
    const size_t step = tiles.channels;
    const bool below = 2 * row + 1 < tiles.height;
    float *to = output + 2 * row * tiles.width * step;
    for (size_t tile = 0; tile < tiles.columns; tile++, to += 2 * step, planes += step) {
        const bool right = 2 * tile + 1 < tiles.width;
        for (size_t channel = 0; channel < step; channel += WIDTH) {
            vec outputs[2][2];
            load_outputs(outputs, planes + channel, bias ? vec_load(bias + channel) : (vec){0}, tiles.plane);
            store_outputs(to + channel, outputs, tiles.width * step, step, right, below);
        }
    }
}

/* The greater one; NaN where either is. */
ALWAYS_INLINE vec greater_or_nan(vec a, vec b) {
    return vec_select(mask_unordered(a, b), a + b, vec_greater(a, b));
}

/* The first ones are the maxima of the tile's windows then. */
ALWAYS_INLINE void relu_and_pool(vec outputs[2][2], bool pools_rows, bool pools_columns) {
    UNROLLED for (size_t i = 0; i < 2; i++) UNROLLED for (size_t k = 0; k < 2; k++) outputs[i][k] =
        vec_relu(outputs[i][k]);
    if (pools_rows) {
        outputs[0][0] = greater_or_nan(outputs[0][0], outputs[1][0]);
        outputs[0][1] = greater_or_nan(outputs[0][1], outputs[1][1]);
    }
    if (pools_columns) {
        outputs[0][0] = greater_or_nan(outputs[0][0], outputs[0][1]);
        outputs[1][0] = greater_or_nan(outputs[1][0], outputs[1][1]);
    }
}

void SET_NAME(winograd_output_relu_pool)(float *output, const float *planes, const float *bias,
                                         const digitnet__winograd *whole, const digitnet__pool2d_shape *pool,
                                         size_t row) {
    const digitnet__winograd tiles = *whole;
    const size_t step = tiles.channels, output_row = pool->output_width * step;
    const bool pools_rows = pool->pool_height == 2, pools_columns = pool->pool_width == 2;
    const bool below = !pools_rows && 2 * row + 1 < tiles.height;
    float *to = output + 2 * row / pool->pool_height * output_row;
    for (size_t tile = 0; tile < tiles.columns; tile++, to += 2 / pool->pool_width * step, planes += step) {
        const bool right = !pools_columns && 2 * tile + 1 < tiles.width;
        for (size_t channel = 0; channel < step; channel += WIDTH) {
            vec outputs[2][2];
            load_outputs(outputs, planes + channel, bias ? vec_load(bias + channel) : (vec){0}, tiles.plane);
            relu_and_pool(outputs, pools_rows, pools_columns);
            store_outputs(to + channel, outputs, output_row, step, right, below);
        }
    }
}

/* The planes of some channels of one filter. */
ALWAYS_INLINE void transform_filter(vec planes[DNN_WINOGRAD_PLANES], const float *kernel, size_t channels) {
    vec columns[KERNEL][SIDE];
    UNROLLED for (size_t k = 0; k < KERNEL; k++) {
        vec column[KERNEL];
        UNROLLED for (size_t i = 0; i < KERNEL; i++) column[i] = vec_load(kernel + (i * KERNEL + k) * channels);
        transform_kernel(columns[k], column);
    }
    UNROLLED for (size_t i = 0; i < SIDE; i++) {
        const vec line[KERNEL] = {columns[0][i], columns[1][i], columns[2][i]};
        transform_kernel(planes + i * SIDE, line);
    }
}

/* Some filters, so that what is written lies side by side. */
enum { PACKED_FILTERS = 16 };

static void pack_filters(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                         size_t count) {
    size_t channels = shape->channels, filters = shape->filters;
    for (size_t channel = 0; channel < channels; channel += WIDTH) {
        float values[PACKED_FILTERS][DNN_WINOGRAD_PLANES][WIDTH];
        for (size_t i = 0; i < count; i++) {
            vec planes[DNN_WINOGRAD_PLANES];
            transform_filter(planes, kernel + (first + i) * TAPS * channels + channel, channels);
            UNROLLED for (size_t plane = 0; plane < DNN_WINOGRAD_PLANES; plane++)
                vec_store(values[i][plane], planes[plane]);
        }
        for (size_t plane = 0; plane < DNN_WINOGRAD_PLANES; plane++)
            for (size_t lane = 0; lane < WIDTH; lane++) {
                float *to = packed + (plane * channels + channel + lane) * filters + first;
                for (size_t i = 0; i < count; i++)
                    to[i] = values[i][plane][lane];
            }
    }
}

void SET_NAME(winograd_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                             size_t count) {
    for (size_t end = first + count, part; first < end; first += part) {
        part = min_size(end - first, PACKED_FILTERS);
        pack_filters(packed, kernel, shape, first, part);
    }
}

/* The plane of the turned kernel's transform that is this plane of the kernel's own: G of a column in the opposite
 * order is G of the column with its first and last value in each other's place. */
ALWAYS_INLINE size_t turned_plane(size_t plane) {
    static const size_t turned[SIDE] = {3, 1, 2, 0};
    return turned[plane / SIDE] * SIDE + turned[plane % SIDE];
}

void SET_NAME(winograd_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                                  size_t count) {
    size_t channels = shape->channels, size = shape->filters * channels;
    for (size_t filter = first; filter < first + count; filter++)
        for (size_t channel = 0; channel < channels; channel += WIDTH) {
            vec planes[DNN_WINOGRAD_PLANES];
            transform_filter(planes, kernel + filter * TAPS * channels + channel, channels);
            UNROLLED for (size_t plane = 0; plane < DNN_WINOGRAD_PLANES; plane++)
                vec_store(packed + turned_plane(plane) * size + filter * channels + channel, planes[plane]);
        }
}

void SET_NAME(winograd_kernel_gradient)(float *kernel_gradient, const float *planes,
                                        const digitnet__conv2d_shape *shape) {
    size_t channels = shape->channels, plane = shape->filters * channels;
    for (size_t at = 0; at < plane; at += WIDTH) {
        vec columns[SIDE][KERNEL];
        UNROLLED for (size_t k = 0; k < SIDE; k++) {
            vec column[SIDE];
            UNROLLED for (size_t i = 0; i < SIDE; i++) column[i] = vec_load(planes + (i * SIDE + k) * plane + at);
            transform_kernel_gradient(columns[k], column);
        }
        float *to = kernel_gradient + at / channels * TAPS * channels + at % channels;
        UNROLLED for (size_t i = 0; i < KERNEL; i++) {
            const vec line[SIDE] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
            vec values[KERNEL];
            transform_kernel_gradient(values, line);
            UNROLLED for (size_t k = 0; k < KERNEL; k++) {
                float *place = to + (i * KERNEL + k) * channels;
                vec_store(place, vec_load(place) + values[k]);
            }
        }
    }
}
