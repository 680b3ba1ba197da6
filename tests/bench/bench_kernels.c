/* How fast each kernel is on one thread, beside the machine's SGEMM peak measured in the same run. Convolutions count
 * the multiply-adds of the positions that the pool reads; their gradients as many for each of the two, though the zeros
 * are left out of the work, so that a share above 100% is possible there. */
#include "augment/augment.h"
#include "bench.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/gemm.h"
#include "kernels/gemm_openblas.h"
#include "kernels/im2col.h"
#include "kernels/softmax.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: bench_kernels [OPTION...]\n"
                            "  --set NAME          one set of kernels, or OpenBLAS (all)\n"
                            "  --kernel NAME       kernels whose names begin so (all)\n"
                            "  --shape TEXT        shapes that begin so (all)\n"
                            "  --milliseconds N    that each of the samples takes whose best is shown (4)\n"
                            "  --json              results as JSON\n";

enum { SAMPLES = 30 };

typedef void (*work_fn)(void *context);

typedef struct bench_run {
    bench_report report;
    const char *set, *kernel, *shape; /* NULL: all */
    double sample_seconds, peak;
} bench_run;

static double time_calls(work_fn work, void *context, size_t calls) {
    double start = bench_now();
    for (size_t i = 0; i < calls; i++)
        work(context);
    return bench_now() - start;
}

/* Seconds a call: the best, since other work on the machine only ever adds time. */
static double time_work(const bench_run *run, work_fn work, void *context) {
    size_t calls = 1;
    double best = INFINITY;
    while (time_calls(work, context, calls) < run->sample_seconds)
        calls *= 2;
    for (size_t i = 0; i < SAMPLES; i++)
        best = fmin(best, time_calls(work, context, calls) / (double)calls);
    return best;
}

static void *allocate(size_t bytes) {
    void *memory = digitnet__allocate_zeroed(bytes);
    if (!memory)
        bench_fail("no memory for %zu bytes", bytes);
    return memory;
}

static float *random_values(size_t count) {
    digitnet__random random;
    digitnet__random_seed(&random, count);
    float *values = allocate(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = digitnet__random_float(&random) - 0.5f;
    return values;
}

static bool begins(const char *text, const char *start) {
    return !start || strncmp(text, start, strlen(start)) == 0;
}

/* Times and shows `work`, of so many operations (NaN: it only moves memory) and so many bytes read and written (NaN
 * where that says nothing). */
static void bench(bench_run *run, const char *set, const char *kernel, const char *shape, work_fn work, void *context,
                  double operations, double bytes) {
    if (!begins(kernel, run->kernel) || !begins(shape, run->shape))
        return;
    double seconds = time_work(run, work, context), gflops = operations / seconds * 1e-9;
    BENCH_ROW(&run->report, bench_text("set     ", set), bench_text("kernel            ", kernel),
              bench_text("shape                           ", shape), bench_number("microseconds", seconds * 1e6, 2),
              bench_number("gflops", gflops, 1), bench_number("percent_of_sgemm", gflops / run->peak * 100, 0),
              bench_number("gigabytes_per_second", bytes / seconds * 1e-9, 1));
}

/* Matrix products. */

typedef struct product {
    digitnet__gemm gemm;
    const digitnet__kernels *kernels; /* NULL: OpenBLAS */
} product;

static void run_product(void *context) {
    const product *p = context;
#if DNN_OPENBLAS
    if (!p->kernels) {
        if (!digitnet__openblas_gemm(&p->gemm))
            bench_fail("OpenBLAS refuses the sizes");
        return;
    }
#endif
    p->kernels->gemm(&p->gemm);
}

typedef struct product_shape {
    bool transpose_a, transpose_b;
    size_t rows, columns, depth;
} product_shape;

static const product_shape products[] = {
    {false, true, 1, 128, 1600},    {false, true, 4, 128, 1600},   {false, true, 16, 128, 1600},
    {false, true, 32, 128, 1600},   {false, true, 256, 128, 1600}, {false, true, 32, 10, 128},
    {false, false, 4, 1600, 128},   {false, false, 16, 1600, 128}, {false, false, 32, 1600, 128},
    {false, false, 32, 128, 10},    {true, false, 16, 1600, 32},   {true, false, 128, 1600, 32},
    {true, false, 10, 128, 32},     {false, true, 121, 64, 288},   {false, false, 121, 288, 64},
    {true, false, 64, 288, 121},    {false, true, 676, 32, 9},     {false, true, 121, 256, 1152},
    {false, false, 121, 1152, 256}, {true, false, 256, 1152, 121}, {false, true, 32, 512, 6400},
    {true, false, 512, 6400, 32},   {false, false, 32, 6400, 512}, {false, true, 37, 53, 71},
    {false, false, 37, 53, 71},     {true, false, 37, 53, 71},     {true, true, 37, 53, 71},
    {false, true, 512, 512, 512},   {false, false, 512, 512, 512},
};

static void bench_product(bench_run *run, const digitnet__kernels *kernels, const product_shape *shape) {
    float *a = random_values(shape->rows * shape->depth), *b = random_values(shape->depth * shape->columns);
    float *c = random_values(shape->rows * shape->columns);
    product p = {.kernels = kernels,
                 .gemm = {.transpose_a = shape->transpose_a ? DNN_TRANSPOSED : DNN_PLAIN,
                          .transpose_b = shape->transpose_b ? DNN_TRANSPOSED : DNN_PLAIN,
                          .rows = shape->rows,
                          .columns = shape->columns,
                          .depth = shape->depth,
                          .a = a,
                          .b = b,
                          .c = c,
                          .a_stride = shape->transpose_a ? shape->rows : shape->depth,
                          .b_stride = shape->transpose_b ? shape->depth : shape->columns,
                          .c_stride = shape->columns}};
    char text[64];
    snprintf(text, sizeof text, "%c%c %zu x %zu x %zu", shape->transpose_a ? 'T' : 'N', shape->transpose_b ? 'T' : 'N',
             shape->rows, shape->columns, shape->depth);
    bench(run, kernels ? kernels->name : "OpenBLAS", "gemm", text, run_product, &p,
          2.0 * (double)shape->rows * (double)shape->columns * (double)shape->depth, NAN);
    digitnet__release(a);
    digitnet__release(b);
    digitnet__release(c);
}

static void bench_products(bench_run *run, const digitnet__kernels *kernels) {
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        bench_product(run, kernels, &products[i]);
}

/* Convolutions. */

typedef struct convolution {
    const digitnet__kernels *kernels;
    digitnet__conv2d_shape shape;
    digitnet__pool2d_shape pool;
    float *image, *kernel, *packed, *bias, *output, *output_gradient;
    float *kernel_gradient, *bias_gradient, *image_gradient;
    uint8_t *argmax;
    void *scratch;
} convolution;

static void run_forward(void *context) {
    const convolution *c = context;
    c->kernels->conv2d_relu_pool(c->output, c->argmax, c->image, c->packed, c->bias, &c->shape, &c->pool, c->scratch);
}

static void run_backward(void *context) {
    const convolution *c = context;
    c->kernels->conv2d_relu_pool_backward(c->kernel_gradient, c->bias_gradient, c->image_gradient, c->output_gradient,
                                          c->output, c->argmax, c->image, c->kernel, &c->shape, &c->pool, c->scratch);
}

static void run_kernel_gradient(void *context) {
    const convolution *c = context;
    c->kernels->conv2d_relu_pool_backward(c->kernel_gradient, c->bias_gradient, NULL, c->output_gradient, c->output,
                                          c->argmax, c->image, c->kernel, &c->shape, &c->pool, c->scratch);
}

static void run_pack(void *context) {
    const convolution *c = context;
    c->kernels->conv2d_pack(c->packed, c->kernel, &c->shape, 0, c->shape.filters);
}

static size_t greater(size_t a, size_t b) {
    return a > b ? a : b;
}

static void fill_shapes(convolution *c) {
    digitnet__conv2d_shape *s = &c->shape;
    s->stride_height = s->stride_width = s->dilation_height = s->dilation_width = s->groups = 1;
    s->output_height = s->height - s->kernel_height + 1;
    s->output_width = s->width - s->kernel_width + 1;
    digitnet__pool2d_shape *p = &c->pool;
    p->height = s->output_height;
    p->width = s->output_width;
    p->channels = s->filters;
    p->stride_height = p->pool_height;
    p->stride_width = p->pool_width;
    p->output_height = p->height / p->pool_height;
    p->output_width = p->width / p->pool_width;
}

static void bench_convolution(bench_run *run, convolution *c) {
    fill_shapes(c);
    const digitnet__conv2d_shape *s = &c->shape;
    size_t depth = s->kernel_height * s->kernel_width * s->channels,
           outputs = c->pool.output_height * c->pool.output_width;
    size_t image = s->height * s->width * s->channels;
    c->image = random_values(image);
    c->kernel = random_values(s->filters * depth);
    c->packed = random_values(c->kernels->conv2d_packed_values(s));
    c->bias = random_values(s->filters);
    c->output = random_values(outputs * s->filters);
    c->output_gradient = random_values(outputs * s->filters);
    c->argmax = allocate(outputs * s->filters);
    c->kernel_gradient = random_values(s->filters * depth);
    c->bias_gradient = random_values(s->filters);
    c->image_gradient = random_values(image);
    c->scratch = allocate(greater(c->kernels->conv2d_relu_pool_scratch(s, &c->pool),
                                  c->kernels->conv2d_relu_pool_backward_scratch(s, &c->pool)));
    char shape[96];
    snprintf(shape, sizeof shape, "%zux%zux%zu, %zu %zux%zu, pool %zu", s->height, s->width, s->channels, s->filters,
             s->kernel_height, s->kernel_width, c->pool.pool_height);
    double work = 2.0 * (double)(outputs * c->pool.pool_height * c->pool.pool_width) * (double)(depth * s->filters);
    const char *set = c->kernels->name;
    run_pack(c);
    run_forward(c);
    bench(run, set, "conv2d_pack", shape, run_pack, c, NAN, 8.0 * (double)(depth * s->filters));
    bench(run, set, "conv2d", shape, run_forward, c, work, NAN);
    for (size_t i = 0; i < outputs * s->filters; i++) /* about as many as a trained network lets through */
        if (c->output_gradient[i] < 0.1f)
            c->output[i] = 0;
    bench(run, set, "conv2d_kernel_grad", shape, run_kernel_gradient, c, work, NAN);
    bench(run, set, "conv2d_both_grads", shape, run_backward, c, 2 * work, NAN);
    void *all[] = {c->image,  c->kernel,          c->packed,        c->bias,           c->output, c->output_gradient,
                   c->argmax, c->kernel_gradient, c->bias_gradient, c->image_gradient, c->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        digitnet__release(all[i]);
}

static const struct {
    size_t size, channels, filters, kernel, pool;
} convolutions[] = {
    {28, 1, 32, 3, 2},  {13, 32, 64, 3, 2}, {28, 1, 128, 3, 2}, {13, 128, 256, 3, 2},
    {13, 32, 64, 3, 1}, {28, 1, 6, 5, 2},   {12, 6, 16, 5, 2},  {64, 3, 32, 3, 2},
    {31, 32, 64, 3, 2}, {20, 24, 40, 3, 3}, {15, 7, 13, 3, 1},  {8, 64, 64, 1, 1},
};

static void bench_convolutions(bench_run *run, const digitnet__kernels *kernels) {
    for (size_t i = 0; i < sizeof convolutions / sizeof *convolutions; i++) {
        convolution c = {.kernels = kernels};
        c.shape = (digitnet__conv2d_shape){.height = convolutions[i].size,
                                           .width = convolutions[i].size,
                                           .channels = convolutions[i].channels,
                                           .filters = convolutions[i].filters,
                                           .kernel_height = convolutions[i].kernel,
                                           .kernel_width = convolutions[i].kernel};
        c.pool = (digitnet__pool2d_shape){.pool_height = convolutions[i].pool, .pool_width = convolutions[i].pool};
        bench_convolution(run, &c);
    }
}

/* What moves memory. */

typedef struct values {
    const digitnet__kernels *kernels;
    size_t count;
    float *a, *b, *c, *d;
    uint8_t *bytes;
    digitnet__conv2d_shape conv2d;
} values;

static void run_adam(void *context) {
    const values *v = context;
    digitnet__adam settings = {
        .step_size = 1e-9f, .beta_1 = {0.9f, 0.1f}, .beta_2 = {0.999f, 0.001f}, .epsilon = 1e-7f};
    v->kernels->adam(v->a, v->b, v->c, v->d, v->count, &settings);
}

static void run_sgd(void *context) {
    const values *v = context;
    digitnet__sgd settings = {1e-9f, 0.9f, false};
    v->kernels->sgd(v->a, v->b, v->d, v->count, &settings);
}

static void run_add(void *context) {
    const values *v = context;
    v->kernels->add(v->a, v->b, v->count);
}

static void run_bytes_to_floats(void *context) {
    const values *v = context;
    v->kernels->bytes_to_floats(v->a, v->bytes, v->count);
}

static void run_relu_backward(void *context) {
    const values *v = context;
    v->kernels->relu_backward(v->a, v->b, v->count);
}

static void run_add_bias_relu(void *context) {
    const values *v = context;
    v->kernels->add_bias_relu(v->a, v->b, v->count / 128, 128, true);
}

static void run_softmax(void *context) {
    const values *v = context;
    digitnet__softmax(v->a, v->count / 10, 10);
}

static void run_im2col(void *context) {
    const values *v = context;
    digitnet__im2col(v->a, v->b, &v->conv2d, 0, 0, v->conv2d.output_height * v->conv2d.output_width);
}

static void run_multiply(void *context) {
    const values *v = context;
    v->kernels->multiply(v->a, v->a, v->b, v->count);
}

static void run_multiply_rows(void *context) {
    const values *v = context;
    v->kernels->multiply_rows(v->a, v->a, v->b, v->count / 64, 64);
}

static void run_sum_products(void *context) {
    const values *v = context;
    v->kernels->sum_products(v->c, v->a, v->b, v->count / 64, 64);
}

static void bench_elementwise(bench_run *run, const digitnet__kernels *kernels) {
    static const struct {
        const char *name;
        work_fn run;
        size_t count;
        double bytes; /* moved a value */
    } works[] = {
        {"adam", run_adam, 225034, 28},
        {"sgd", run_sgd, 225034, 20},
        {"add", run_add, 225034, 12},
        {"bytes_to_floats", run_bytes_to_floats, 784 * 32, 5},
        {"add_bias_relu", run_add_bias_relu, 128 * 32, 8},
        {"relu_backward", run_relu_backward, 128 * 32, 12},
        {"multiply", run_multiply, 225034, 12},
        {"multiply_rows", run_multiply_rows, 28 * 28 * 64, 8},
        {"sum_products", run_sum_products, 28 * 28 * 64, 8},
    };
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        values v = {.kernels = kernels, .count = works[i].count};
        v.a = random_values(v.count);
        v.b = allocate(v.count * sizeof(float));
        v.c = allocate(v.count * sizeof(float));
        v.d = random_values(v.count);
        v.bytes = allocate(v.count);
        char shape[32];
        snprintf(shape, sizeof shape, "%zu values", v.count);
        bench(run, kernels->name, works[i].name, shape, works[i].run, &v, NAN, works[i].bytes * (double)v.count);
        digitnet__release(v.a);
        digitnet__release(v.b);
        digitnet__release(v.c);
        digitnet__release(v.d);
        digitnet__release(v.bytes);
    }
}

/* Pooling. Bytes are those of the image, and of what is written for each of its values backwards. */

typedef struct pooling {
    const digitnet__kernels *kernels;
    digitnet__pool2d_shape shape;
    float *image, *output;
    int32_t *places;
} pooling;

static void run_max_pool(void *context) {
    const pooling *p = context;
    p->kernels->max_pool2d(p->output, p->places, p->image, &p->shape);
}

static void run_max_pool_backward(void *context) {
    const pooling *p = context;
    p->kernels->max_pool2d_backward(p->image, p->output, p->places, &p->shape);
}

static void run_average_pool(void *context) {
    const pooling *p = context;
    p->kernels->average_pool2d(p->output, p->image, &p->shape);
}

static void run_average_pool_backward(void *context) {
    const pooling *p = context;
    p->kernels->average_pool2d_backward(p->image, p->output, &p->shape);
}

static void bench_pooling(bench_run *run, const digitnet__kernels *kernels, const digitnet__pool2d_shape *shape) {
    size_t image_values = shape->height * shape->width * shape->channels;
    pooling p = {.kernels = kernels, .shape = *shape};
    p.image = random_values(image_values);
    p.output = random_values(image_values);
    p.places = allocate(image_values * sizeof *p.places);
    char text[64];
    snprintf(text, sizeof text, "%zux%zux%zu, %zux%zu", shape->height, shape->width, shape->channels,
             shape->pool_height, shape->pool_width);
    double bytes = 4.0 * (double)image_values;
    bench(run, kernels->name, "average_pool2d", text, run_average_pool, &p, NAN, bytes);
    bench(run, kernels->name, "average_pool2d_grad", text, run_average_pool_backward, &p, NAN, bytes);
    bench(run, kernels->name, "max_pool2d", text, run_max_pool, &p, NAN, bytes);
    bench(run, kernels->name, "max_pool2d_grad", text, run_max_pool_backward, &p, NAN, bytes);
    digitnet__release(p.image);
    digitnet__release(p.output);
    digitnet__release(p.places);
}

static void bench_poolings(bench_run *run, const digitnet__kernels *kernels) {
    static const digitnet__pool2d_shape shapes[] = {
        {28, 28, 64, 28, 28, 28, 28, 0, 0, 1, 1, DNN_DIVIDE_BY_PLACES_INSIDE},
        {7, 7, 128, 7, 7, 7, 7, 0, 0, 1, 1, DNN_DIVIDE_BY_PLACES_INSIDE},
        {28, 28, 64, 2, 2, 2, 2, 0, 0, 14, 14, DNN_DIVIDE_BY_PLACES_INSIDE},
        {28, 28, 64, 3, 3, 2, 2, 0, 0, 13, 13, DNN_DIVIDE_BY_PLACES_INSIDE},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        bench_pooling(run, kernels, &shapes[i]);
}

/* Augmentation of one image, the copy into its place included. */

typedef struct augmentation {
    digitnet__augment *augment;
    const digitnet__kernels *kernels;
    const float *original;
    float *image;
    void *scratch;
    uint64_t seed;
} augmentation;

static void run_augmentation(void *context) {
    augmentation *a = context;
    memcpy(a->image, a->original, digitnet__shape_values(a->augment->shape) * sizeof *a->image);
    digitnet__augment_image(a->image, a->augment, a->seed++, a->kernels, a->scratch);
}

static void bench_augmentation(bench_run *run, const digitnet__kernels *kernels) {
    static const digitnet_augment_options affine = {.shift = 0.07, .rotate = 10, .zoom = 0.1, .shear = 10},
                                          elastic = {.elastic = 1}, thickness = {.thickness = 0.5},
                                          digits = {.shift = 0.07,
                                                    .rotate = 10,
                                                    .zoom = 0.1,
                                                    .shear = 10,
                                                    .elastic = 1,
                                                    .thickness = 0.5};
    static const struct {
        const char *name;
        digitnet__shape shape;
        const digitnet_augment_options *options;
    } works[] = {
        {"augment", {28, 28, 1, false}, &digits},
        {"augment", {32, 32, 3, false}, &digits},
        {"augment affine", {28, 28, 1, false}, &affine},
        {"augment elastic", {28, 28, 1, false}, &elastic},
        {"augment thickness", {28, 28, 1, false}, &thickness},
    };
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        size_t count = digitnet__shape_values(works[i].shape);
        augmentation a = {
            .kernels = kernels, .original = random_values(count), .image = allocate(count * sizeof(float))};
        bench_check(digitnet__augment_create(&a.augment, works[i].options, works[i].shape, true), "augmentation");
        a.scratch = allocate(a.augment->scratch_size);
        bench(run, kernels->name, works[i].name, digitnet__shape_text(works[i].shape).text, run_augmentation, &a, NAN,
              NAN);
        digitnet__augment_release(a.augment);
        digitnet__release((float *)a.original);
        digitnet__release(a.image);
        digitnet__release(a.scratch);
    }
}

/* The same for all sets. */
static void bench_plain(bench_run *run) {
    values v = {.count = 320, .conv2d = {13, 13, 32, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 64, 1, 11, 11}};
    v.a = random_values(121 * 288);
    v.b = random_values(13 * 13 * 64);
    bench(run, "plain", "im2col", "13x13x32, 3x3", run_im2col, &v, NAN, 121.0 * 288 * 8);
    bench(run, "plain", "softmax", "32 x 10", run_softmax, &v, NAN, 320.0 * 8);
    digitnet__release(v.a);
    digitnet__release(v.b);
}

static bool wanted_set(const bench_run *run, const char *set) {
    return !run->set || strcmp(run->set, set) == 0;
}

int main(int argc, char **argv) {
    (void)argc;
    bench_run run = {0};
    size_t milliseconds = 4;
    bool json = false;
    const bench_option options[] = {
        {"--set", BENCH_TEXT, &run.set},     {"--kernel", BENCH_TEXT, &run.kernel},
        {"--shape", BENCH_TEXT, &run.shape}, {"--milliseconds", BENCH_SIZE, &milliseconds},
        {"--json", BENCH_FLAG, &json},
    };
    bench_read_options(argv, usage, options, sizeof options / sizeof *options);
    run.sample_seconds = 1e-3 * (double)milliseconds;
    bench_report_begin(&run.report, json);
    run.peak = bench_sgemm_peak(1);
    BENCH_ROW(&run.report, bench_number("sgemm_gflops", run.peak, 1));
    digitnet__blas_enter();
    if (DNN_OPENBLAS && wanted_set(&run, "OpenBLAS"))
        bench_products(&run, NULL);
    const digitnet__kernels *kernels;
    for (size_t i = 0; (kernels = digitnet__kernels_at(i)) != NULL; i++) {
        if (!wanted_set(&run, kernels->name))
            continue;
        bench_convolutions(&run, kernels);
        bench_products(&run, kernels);
        bench_elementwise(&run, kernels);
        bench_poolings(&run, kernels);
        bench_augmentation(&run, kernels);
    }
    if (wanted_set(&run, "plain"))
        bench_plain(&run);
    digitnet__blas_leave();
    bench_report_end(&run.report);
    return 0;
}
