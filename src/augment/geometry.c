/* All that moves pixels is one map, from an augmented image's places to the original's: a homography, and an elastic
 * displacement after Simard, Steinkraus and Platt ("Best Practices for Convolutional Neural Networks", 2003). Theirs is
 * random numbers smoothed by a Gaussian; a cubic B-spline over random numbers h apart is nearly the same, at a fraction
 * of the work, for a Gaussian of variance h^2 / 3. */
#include "augment/geometry.h"

#include "augment/draw.h"
#include "core/status.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* ---- The elastic displacement ---- */

/* The cubic B-spline's weights for a place t behind the second of four nodes, 0 <= t < 1. */
static void spline_weights(double *weights, double t) {
    double u = 1 - t;
    weights[0] = u * u * u / 6;
    weights[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    weights[2] = (3 * u * u * u - 6 * u * u + 4) / 6;
    weights[3] = t * t * t / 6;
}

/* Nodes for `size` values: the first weighs on value 0, the last on the last one. */
static size_t count_nodes(size_t size, double spacing) {
    return (size_t)((double)(size - 1) / spacing) + DNN_SPLINE_TAPS;
}

static void fill_rows(const digitnet__augment *augment, double spacing) {
    for (size_t y = 0; y < augment->shape.height; y++) {
        double place = (double)y / spacing, weights[DNN_SPLINE_TAPS];
        augment->row_first[y] = (size_t)place;
        spline_weights(weights, place - (double)augment->row_first[y]);
        for (size_t k = 0; k < DNN_SPLINE_TAPS; k++)
            augment->row_weights[y * DNN_SPLINE_TAPS + k] = (float)weights[k];
    }
}

/* The tables are zeroed: a node that does not reach a value has no weight there. */
static void fill_columns(const digitnet__augment *augment, size_t *first, float *table, double spacing) {
    for (size_t x = 0; x < augment->shape.width; x++) {
        size_t block = x / DNN_WARP_BLOCK, lane = x % DNN_WARP_BLOCK;
        double place = (double)x / spacing, weights[DNN_SPLINE_TAPS];
        size_t node = (size_t)place;
        if (lane == 0)
            first[block] = node;
        spline_weights(weights, place - (double)node);
        for (size_t k = 0; k < DNN_SPLINE_TAPS; k++)
            table[((block * augment->columns.band) + node - first[block] + k) * DNN_WARP_BLOCK + lane] =
                (float)weights[k];
    }
}

/* Nodes of variance v give a displacement whose variance is, on average over the places, v (151 / 315)^2: in each
 * direction the integral of the spline's square. */
static const double spline_power = 151.0 / 315;

digitnet_status digitnet__elastic_prepare(digitnet__augment *augment) {
    double spacing = augment->options.elastic_sigma * sqrt(3);
    digitnet__spline *columns = &augment->columns;
    columns->blocks = augment->stride / DNN_WARP_BLOCK;
    columns->band = (size_t)((DNN_WARP_BLOCK - 1) / spacing) + 1 + DNN_SPLINE_TAPS;
    augment->node_rows = count_nodes(augment->shape.height, spacing);
    /* The last block's band may reach behind the last node. */
    augment->node_columns = count_nodes(augment->shape.width, spacing);
    augment->node_room = augment->node_columns + columns->band;
    augment->node_deviation = augment->options.elastic / spline_power;
    digitnet__arena *tables = &augment->tables;
    size_t first = digitnet__arena_reserve(tables, columns->blocks, sizeof(size_t));
    size_t weights = digitnet__arena_reserve(tables, columns->blocks * columns->band, DNN_WARP_BLOCK * sizeof(float));
    size_t row_first = digitnet__arena_reserve(tables, augment->shape.height, sizeof(size_t));
    size_t row_weights = digitnet__arena_reserve(tables, augment->shape.height, DNN_SPLINE_TAPS * sizeof(float));
    if (!digitnet__arena_allocate(tables))
        return DIGITNET_ENOMEM;
    columns->first = digitnet__arena_at(tables, first);
    columns->weights = digitnet__arena_at(tables, weights);
    augment->row_first = digitnet__arena_at(tables, row_first);
    augment->row_weights = digitnet__arena_at(tables, row_weights);
    fill_columns(augment, digitnet__arena_at(tables, first), digitnet__arena_at(tables, weights), spacing);
    fill_rows(augment, spacing);
    return DIGITNET_OK;
}

/* One direction's displacement, at each column for each row of nodes. */
static void draw_displacement(float *rows, const digitnet__augment *augment, digitnet__random *random,
                              const digitnet__kernels *kernels, void *scratch) {
    float *nodes = digitnet__scratch_at(scratch, augment->nodes);
    for (size_t row = 0; row < augment->node_rows; row++) {
        for (size_t i = 0; i < augment->node_columns; i++)
            nodes[i] = (float)(augment->node_deviation * digitnet__draw_normal(random));
        for (size_t i = augment->node_columns; i < augment->node_room; i++)
            nodes[i] = 0;
        kernels->spline_row(rows + row * augment->stride, nodes, &augment->columns);
    }
}

/* ---- The homography ---- */

typedef struct matrix {
    double at[3][3];
} matrix;

static const matrix identity = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

static matrix product(const matrix *a, const matrix *b) {
    matrix result;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            result.at[i][j] = a->at[i][0] * b->at[0][j] + a->at[i][1] * b->at[1][j] + a->at[i][2] * b->at[2][j];
    return result;
}

static void then(matrix *map, double a, double b, double c, double d, double e, double f) {
    const matrix next = {{{a, b, c}, {d, e, f}, {0, 0, 1}}};
    *map = product(&next, map);
}

/* From the augmented image's places to the original's. False, and the identity, where nothing happens. */
static bool draw_homography(matrix *map, const digitnet__augment *augment, digitnet__random *random) {
    const digitnet_augment_options *o = &augment->options;
    double height = (double)augment->shape.height, width = (double)augment->shape.width;
    double centre_x = (width - 1) / 2, centre_y = (height - 1) / 2;
    double across = 0, along = 0, slant_x = 0, slant_y = 0;
    if (digitnet__draw_chance(random, o->shift, o->shift_probability)) {
        across = digitnet__draw_between(random, -o->shift, o->shift) * width;
        along = digitnet__draw_between(random, -o->shift, o->shift) * height;
    }
    if (digitnet__draw_chance(random, o->perspective, o->perspective_probability)) {
        slant_x = digitnet__draw_between(random, -o->perspective, o->perspective) / (width / 2);
        slant_y = digitnet__draw_between(random, -o->perspective, o->perspective) / (height / 2);
    }
    double angle = digitnet__draw_either_way(random, o->rotate, o->rotate_probability) * PI / 180;
    double zoom = 1 + digitnet__draw_either_way(random, o->zoom, o->zoom_probability);
    double lean = tan(digitnet__draw_either_way(random, o->shear, o->shear_probability) * PI / 180);
    double mirror_x = digitnet__draw_chance(random, o->horizontal_flip, o->horizontal_flip) ? -1 : 1;
    double mirror_y = digitnet__draw_chance(random, o->vertical_flip, o->vertical_flip) ? -1 : 1;
    /* Backwards, from the last change to the first. */
    *map = identity;
    then(map, 1, 0, -centre_x, 0, 1, -centre_y);
    map->at[2][0] = slant_x; /* 1 + slant x (places from the centre), which is above 0 within the image */
    map->at[2][1] = slant_y;
    map->at[2][2] = 1 - slant_x * centre_x - slant_y * centre_y;
    then(map, 1, 0, -across, 0, 1, -along);
    then(map, cos(angle) / zoom, -sin(angle) / zoom, 0, sin(angle) / zoom, cos(angle) / zoom, 0);
    then(map, mirror_x, mirror_x * lean, 0, 0, mirror_y, 0);
    then(map, 1, 0, centre_x, 0, 1, centre_y);
    return across != 0 || along != 0 || slant_x != 0 || slant_y != 0 || angle != 0 || zoom != 1 || lean != 0 ||
           mirror_x < 0 || mirror_y < 0;
}

/* ---- The warp ---- */

/* One channel with a border of background. */
static void fill_plane(float *plane, const float *image, const digitnet__augment *augment, size_t channel) {
    const digitnet__shape shape = augment->shape;
    size_t width = shape.width + DNN_WARP_BORDER, height = shape.height + DNN_WARP_BORDER;
    const float background = (float)augment->options.background;
    for (size_t y = 0; y < height; y++) {
        float *row = plane + y * width;
        if (y == 0 || y > shape.height) {
            for (size_t x = 0; x < width; x++)
                row[x] = background;
            continue;
        }
        const float *from = image + (y - 1) * shape.width * shape.channels + channel;
        row[0] = row[width - 2] = row[width - 1] = background;
        if (shape.channels == 1)
            memcpy(row + 1, from, shape.width * sizeof *row);
        else
            for (size_t x = 0; x < shape.width; x++)
                row[1 + x] = from[x * shape.channels];
    }
}

static void put_row(float *image, const float *row, digitnet__shape shape, size_t y, size_t channel) {
    float *to = image + y * shape.width * shape.channels + channel;
    if (shape.channels == 1)
        memcpy(to, row, shape.width * sizeof *to);
    else
        for (size_t x = 0; x < shape.width; x++)
            to[x * shape.channels] = row[x];
}

static void run_warp(float *image, const digitnet__augment *augment, const digitnet__warp *warp,
                     const digitnet__kernels *kernels, void *scratch) {
    const digitnet__shape shape = augment->shape;
    size_t width = shape.width + DNN_WARP_BORDER, plane_values = width * (shape.height + DNN_WARP_BORDER);
    float *planes = digitnet__scratch_at(scratch, augment->plane), *row = digitnet__scratch_at(scratch, augment->row);
    float *right = digitnet__scratch_at(scratch, augment->right), *down = digitnet__scratch_at(scratch, augment->down);
    int32_t *places = digitnet__scratch_at(scratch, augment->places);
    for (size_t channel = 0; channel < shape.channels; channel++)
        fill_plane(planes + channel * plane_values, image, augment, channel);
    for (size_t y = 0; y < shape.height; y++) {
        kernels->warp_row(places, right, down, warp, y);
        for (size_t channel = 0; channel < shape.channels; channel++) {
            kernels->sample_row(row, planes + channel * plane_values, places, right, down, width, warp->stride);
            put_row(image, row, shape, y, channel);
        }
    }
}

void digitnet__augment_warp(float *image, const digitnet__augment *augment, digitnet__random *random,
                            const digitnet__kernels *kernels, void *scratch) {
    const digitnet_augment_options *options = &augment->options;
    matrix map;
    bool moves = draw_homography(&map, augment, random);
    bool bends = digitnet__draw_chance(random, options->elastic, options->elastic_probability);
    digitnet__warp warp = {.height = augment->shape.height, .width = augment->shape.width, .stride = augment->stride};
    if (!moves && !bends)
        return;
    for (int i = 0; i < 9; i++)
        warp.matrix[i] = (float)map.at[i / 3][i % 3];
    if (bends) {
        float *across = digitnet__scratch_at(scratch, augment->across),
              *along = digitnet__scratch_at(scratch, augment->along);
        draw_displacement(across, augment, random, kernels, scratch);
        draw_displacement(along, augment, random, kernels, scratch);
        warp.across = across;
        warp.along = along;
        warp.row_first = augment->row_first;
        warp.row_weights = augment->row_weights;
    }
    run_warp(image, augment, &warp, kernels, scratch);
}
