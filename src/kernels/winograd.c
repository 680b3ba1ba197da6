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

/* The columns of a tile, of `side` values each, with zeros outside of the image, of which a tile at its edge has some.
 */
ALWAYS_INLINE void load_tile(vec columns[][SIDE], const float *image, const digitnet__winograd *tiles, size_t y,
                             size_t x, size_t side, bool edge) {
    const size_t step = tiles->channels, row = tiles->width * step;
    const float *from = image + (y * tiles->width + x) * step;
    UNROLLED for (size_t i = 0; i < side; i++, from += row) {
        KEEP(from);
        UNROLLED for (size_t k = 0; k < side; k++) {
            bool outside = edge && (y + i >= tiles->height || x + k >= tiles->width);
            columns[k][i] = outside ? (vec){0} : vec_load(from + k * step);
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
    load_tile(columns, image, tiles, y, x, SIDE, edge);
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
    load_tile(columns, gradient, tiles, y, x, 2, true);
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

/* At the right and lower edges of an odd size, a part of the tile lies outside. */
ALWAYS_INLINE void output_tile(float *to, const float *planes, vec bias, const digitnet__winograd *tiles, bool right,
                               bool below) {
    vec lines[SIDE][SIDE], sums[2][SIDE];
    UNROLLED for (size_t i = 0; i < SIDE; i++) UNROLLED for (size_t k = 0; k < SIDE; k++, planes += tiles->plane) {
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
        vec values[2];
        transform_output(values, sums[i]);
        if (i == 0 || below) {
            vec_store(to + i * tiles->width * tiles->channels, values[0] + bias);
            if (right)
                vec_store(to + (i * tiles->width + 1) * tiles->channels, values[1] + bias);
        }
    }
}

void SET_NAME(winograd_output)(float *output, const float *planes, const float *bias, const digitnet__winograd *whole,
                               size_t row) {
    const digitnet__winograd tiles = *whole;
    const bool below = 2 * row + 1 < tiles.height;
    float *to = output + 2 * row * tiles.width * tiles.channels;
    for (size_t tile = 0; tile < tiles.columns; tile++, to += 2 * tiles.channels, planes += tiles.channels) {
        const bool right = 2 * tile + 1 < tiles.width;
        for (size_t channel = 0; channel < tiles.channels; channel += WIDTH)
            output_tile(to + channel, planes + channel, bias ? vec_load(bias + channel) : (vec){0}, &tiles, right,
                        below);
    }
}

/* The plane of the turned kernel's transform that is this plane of the kernel's own: G of a column in the opposite
 * order is G of the column with its first and last value in each other's place. */
ALWAYS_INLINE size_t turned_plane(size_t plane) {
    static const size_t turned[SIDE] = {3, 1, 2, 0};
    return turned[plane / SIDE] * SIDE + turned[plane % SIDE];
}

/* Planes of filters x channels. */
static void transform_turned_filter(float *planes, const float *kernel, const digitnet__conv2d_shape *shape) {
    size_t channels = shape->channels, plane = shape->filters * channels;
    for (size_t channel = 0; channel < channels; channel += WIDTH) {
        vec columns[KERNEL][SIDE];
        UNROLLED for (size_t k = 0; k < KERNEL; k++) {
            vec column[KERNEL];
            UNROLLED for (size_t i = 0; i < KERNEL; i++) column[i] =
                vec_load(kernel + (i * KERNEL + k) * channels + channel);
            transform_kernel(columns[k], column);
        }
        UNROLLED for (size_t i = 0; i < SIDE; i++) {
            const vec line[KERNEL] = {columns[0][i], columns[1][i], columns[2][i]};
            vec values[SIDE];
            transform_kernel(values, line);
            UNROLLED for (size_t k = 0; k < SIDE; k++)
                vec_store(planes + turned_plane(i * SIDE + k) * plane + channel, values[k]);
        }
    }
}

void SET_NAME(winograd_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                             size_t count) {
    size_t channels = shape->channels, filters = shape->filters, values = filters * channels;
    float *turned = packed + DNN_WINOGRAD_PLANES * values;
    for (size_t filter = first; filter < first + count; filter++)
        transform_turned_filter(turned + filter * channels, kernel + filter * TAPS * channels, shape);
    for (size_t plane = 0; plane < DNN_WINOGRAD_PLANES; plane++) {
        const float *from = turned + turned_plane(plane) * values;
        float *to = packed + plane * values;
        for (size_t channel = 0; channel < channels; channel++)
            for (size_t filter = first; filter < first + count; filter++)
                to[channel * filters + filter] = from[filter * channels + channel];
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
