#include "kernels/winograd_conv2d.h"

#include "core/memory.h"

enum { KERNEL = 3, PLANES = DNN_WINOGRAD_PLANES };
/* What the transforms take is shared out over channels; these are whole vectors. An image of fewer rows would leave too
 * much of its tiles empty, and the planes of a larger kernel would not stay in cache. */
enum { CHANNELS = 16, LEAST_HEIGHT = 4, MOST_KERNEL_VALUES = 1 << 16 };
/* Of a chunk's planes: 256 KB. */
enum { CHUNK_VALUES = 1 << 16 };

bool digitnet__winograd_conv2d_suits(const digitnet__conv2d_shape *shape) {
    return shape->kernel_height == KERNEL && shape->kernel_width == KERNEL && shape->channels % CHANNELS == 0 &&
           shape->filters % CHANNELS == 0 && shape->output_height >= LEAST_HEIGHT &&
           shape->channels <= MOST_KERNEL_VALUES / shape->filters;
}

/* The tiles of a convolution, of its images and of its outputs. */
typedef struct tiling {
    digitnet__winograd image, output;
    size_t rows;  /* of tiles, in an image */
    size_t chunk; /* rows of tiles at a time, of one image or of several */
} tiling;

/* Planes that are whole pages apart would share their places in the cache. */
static size_t plane_of(size_t chunk, const digitnet__winograd *tiles) {
    return chunk * tiles->columns * tiles->channels + CHANNELS;
}

static size_t row_values(const tiling *all) {
    return PLANES * all->output.columns * (all->image.channels + all->output.channels);
}

static tiling tile(digitnet__winograd image, digitnet__winograd output) {
    tiling all = {.image = image, .output = output, .rows = (output.height + 1) / 2};
    all.image.columns = all.output.columns = (output.width + 1) / 2;
    size_t row = row_values(&all);
    all.chunk = row < CHUNK_VALUES ? CHUNK_VALUES / row : 1;
    all.image.plane = plane_of(all.chunk, &all.image);
    all.output.plane = plane_of(all.chunk, &all.output);
    return all;
}

static digitnet__winograd image_of(const digitnet__conv2d_shape *shape) {
    return (digitnet__winograd){.height = shape->height, .width = shape->width, .channels = shape->channels};
}

static digitnet__winograd output_of(const digitnet__conv2d_shape *shape) {
    return (digitnet__winograd){
        .height = shape->output_height, .width = shape->output_width, .channels = shape->filters};
}

static tiling forward_of(const digitnet__conv2d_shape *shape) {
    digitnet__winograd image = image_of(shape);
    image.top = shape->padding_top;
    image.left = shape->padding_left;
    return tile(image, output_of(shape));
}

/* Of the convolution that goes back, by the turned kernel. */
static tiling back_of(const digitnet__conv2d_shape *shape) {
    digitnet__winograd image = output_of(shape);
    image.top = KERNEL - 1 - shape->padding_top;
    image.left = KERNEL - 1 - shape->padding_left;
    return tile(image, image_of(shape));
}

static size_t kernel_plane(const digitnet__conv2d_shape *shape) {
    return shape->channels * shape->filters;
}

size_t digitnet__winograd_conv2d_packed_values(const digitnet__conv2d_shape *shape) {
    return PLANES * kernel_plane(shape);
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Of a chunk of images and of outputs: no more than this for narrower images. */
static size_t chunk_values(const tiling *all) {
    return larger(row_values(all), CHUNK_VALUES) + 2 * PLANES * CHANNELS;
}

static float *output_planes(const tiling *all, float *planes) {
    return planes + PLANES * all->image.plane;
}

/* Planes of a chunk, and of the kernel's gradient. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t chunk, kernel;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__conv2d_shape *shape, bool training, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    tiling forward = forward_of(shape), back = back_of(shape);
    size_t chunk = training ? larger(chunk_values(&forward), chunk_values(&back)) : chunk_values(&forward);
    layout.chunk = digitnet__arena_reserve(&layout.arena, chunk, sizeof(float));
    layout.kernel = digitnet__arena_reserve(&layout.arena, training ? kernel_plane(shape) : 0, PLANES * sizeof(float));
    return layout;
}

bool digitnet__winograd_conv2d_scratch(size_t *bytes, const digitnet__conv2d_shape *shape, bool training) {
    const size_t row[] = {larger(shape->width, shape->output_width), shape->channels + shape->filters,
                          PLANES * sizeof(float)};
    if (!digitnet__size_product(bytes, row, 3)) /* no chunk is smaller */
        return false;
    scratch_layout scratch = scratch_of(shape, training, NULL);
    *bytes = scratch.arena.size;
    return !scratch.arena.overflow;
}

/* Some rows of tiles, counted over all images. */
typedef struct chunk {
    size_t first, count;
} chunk;

/* The first chunk has a count of 0; false behind the last one. */
static bool next_chunk(chunk *c, const tiling *all, size_t samples) {
    c->first += c->count;
    size_t left = samples * all->rows - c->first;
    c->count = left < all->chunk ? left : all->chunk;
    return left > 0;
}

/* Where a row of the chunk is found: in its planes, and in the images. */
static size_t row_in_planes(const digitnet__winograd *tiles, size_t row) {
    return row * tiles->columns * tiles->channels;
}

static size_t image_of_row(const tiling *all, const digitnet__winograd *tiles, size_t row) {
    return row / all->rows * tiles->height * tiles->width * tiles->channels;
}

typedef void (*transform_fn)(float *planes, const float *image, const digitnet__winograd *tiles, size_t row);

static void transform(transform_fn transform_row, float *planes, const float *images, const tiling *all,
                      const digitnet__winograd *tiles, chunk c) {
    for (size_t i = 0; i < c.count; i++)
        transform_row(planes + row_in_planes(tiles, i), images + image_of_row(all, tiles, c.first + i), tiles,
                      (c.first + i) % all->rows);
}

/* Output = image x kernel, plane by plane. */
static void multiply(const digitnet__kernels *kernels, float *output, const float *image, const float *kernel,
                     const tiling *all, size_t rows) {
    size_t channels = all->image.channels, filters = all->output.channels;
    for (size_t plane = 0; plane < PLANES; plane++)
        kernels->gemm(&(digitnet__gemm){.rows = rows * all->image.columns,
                                        .columns = filters,
                                        .depth = channels,
                                        .a = image + plane * all->image.plane,
                                        .a_stride = channels,
                                        .b = kernel + plane * channels * filters,
                                        .b_stride = filters,
                                        .c = output + plane * all->output.plane,
                                        .c_stride = filters});
}

/* Kernel = output^T x image, plane by plane, or that added to what the chunks before left. */
static void sum_products(const digitnet__kernels *kernels, float *kernel, const float *output, const float *image,
                         const tiling *all, chunk c) {
    size_t channels = all->image.channels, filters = all->output.channels;
    for (size_t plane = 0; plane < PLANES; plane++)
        kernels->gemm(&(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                        .rows = filters,
                                        .columns = channels,
                                        .depth = c.count * all->image.columns,
                                        .a = output + plane * all->output.plane,
                                        .a_stride = filters,
                                        .b = image + plane * all->image.plane,
                                        .b_stride = channels,
                                        .c = kernel + plane * channels * filters,
                                        .c_stride = channels,
                                        .beta = c.first == 0 ? 0 : 1});
}

/* A convolution, or one that goes back. */
typedef struct convolution {
    const digitnet__kernels *kernels;
    tiling tiles;
    const float *kernel;                /* planes */
    const float *bias;                  /* NULL: none */
    const digitnet__pool2d_shape *pool; /* and ReLU before it; NULL: neither */
} convolution;

static void transform_back(const convolution *conv, float *outputs, const float *planes, chunk c) {
    const digitnet__winograd *tiles = &conv->tiles.output;
    const digitnet__pool2d_shape *pool = conv->pool;
    size_t positions = pool ? pool->output_height * pool->output_width : tiles->height * tiles->width;
    for (size_t i = 0; i < c.count; i++) {
        size_t image = (c.first + i) / conv->tiles.rows, row = (c.first + i) % conv->tiles.rows;
        const float *from = planes + row_in_planes(tiles, i);
        float *output = outputs + image * positions * tiles->channels;
        if (pool)
            conv->kernels->winograd_output_relu_pool(output, from, conv->bias, tiles, pool, row);
        else
            conv->kernels->winograd_output(output, from, conv->bias, tiles, row);
    }
}

static void convolve(const convolution *conv, float *outputs, const float *images, size_t samples, float *scratch) {
    const tiling *all = &conv->tiles;
    float *products = output_planes(all, scratch);
    for (chunk c = {0}; next_chunk(&c, all, samples);) {
        transform(conv->kernels->winograd_image, scratch, images, all, &all->image, c);
        multiply(conv->kernels, products, scratch, conv->kernel, all, c.count);
        transform_back(conv, outputs, products, c);
    }
}

void digitnet__winograd_conv2d(const digitnet__kernels *kernels, float *output, const float *image, const float *packed,
                               const float *bias, const digitnet__conv2d_shape *shape, size_t samples, void *scratch) {
    convolution conv = {.kernels = kernels, .tiles = forward_of(shape), .kernel = packed, .bias = bias};
    convolve(&conv, output, image, samples, scratch);
}

void digitnet__winograd_conv2d_relu_pool(const digitnet__kernels *kernels, float *output, const float *image,
                                         const float *packed, const float *bias, const digitnet__conv2d_shape *shape,
                                         const digitnet__pool2d_shape *pool, size_t samples, void *scratch) {
    digitnet__conv2d_shape read = *shape;
    read.output_height = pool->output_height * pool->pool_height;
    read.output_width = pool->output_width * pool->pool_width;
    convolution conv = {.kernels = kernels, .tiles = forward_of(&read), .kernel = packed, .bias = bias, .pool = pool};
    convolve(&conv, output, image, samples, scratch);
}

void digitnet__winograd_conv2d_image_gradient(const digitnet__kernels *kernels, float *image_gradient,
                                              const float *output_gradient, const float *packed_back,
                                              const digitnet__conv2d_shape *shape, size_t samples, void *scratch) {
    convolution conv = {.kernels = kernels, .tiles = back_of(shape), .kernel = packed_back};
    convolve(&conv, image_gradient, output_gradient, samples, scratch);
}

void digitnet__winograd_conv2d_kernel_gradient(const digitnet__kernels *kernels, float *kernel_gradient,
                                               const float *output_gradient, const float *image,
                                               const digitnet__conv2d_shape *shape, size_t samples, void *scratch) {
    tiling all = forward_of(shape);
    scratch_layout layout = scratch_of(shape, true, scratch);
    float *images = digitnet__arena_at(&layout.arena, layout.chunk), *outputs = output_planes(&all, images);
    float *kernel_planes = digitnet__arena_at(&layout.arena, layout.kernel);
    for (chunk c = {0}; next_chunk(&c, &all, samples);) {
        transform(kernels->winograd_image, images, image, &all, &all.image, c);
        transform(kernels->winograd_output_gradient, outputs, output_gradient, &all, &all.output, c);
        sum_products(kernels, kernel_planes, outputs, images, &all, c);
    }
    if (samples > 0)
        kernels->winograd_kernel_gradient(kernel_gradient, kernel_planes, shape);
}
