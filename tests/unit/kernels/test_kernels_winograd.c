/* Winograd's convolution and its gradients in every set, against plain loops:
 * test_kernels_winograd [SHAPES] */
#include "convolution_data.h"
#include "kernels/winograd_conv2d.h"

static size_t random_shapes = 40;

enum { TAPS = 9 };

/* A convolution of some images, with what plain loops make of it. */
typedef struct problem {
    digitnet__conv2d_shape shape;
    size_t samples;
    bool whole, with_bias;
    convolution_data data;
} problem;

static void finish_shape(problem *p) {
    digitnet__conv2d_shape *s = &p->shape;
    s->groups = s->stride_height = s->stride_width = s->dilation_height = s->dilation_width = 1;
    s->kernel_height = s->kernel_width = 3;
    s->output_height = window_outputs(s->height, s->padding_top, s->padding_bottom, 3, 1);
    s->output_width = window_outputs(s->width, s->padding_left, s->padding_right, 3, 1);
    p->data.image_values = p->samples * s->height * s->width * s->channels;
    p->data.kernel_values = s->filters * TAPS * s->channels;
    p->data.output_values = p->samples * s->output_height * s->output_width * s->filters;
    snprintf(context, sizeof context, "%zu of %zux%zux%zu, padding %zu %zu %zu %zu, %zu filters, %s", p->samples,
             s->height, s->width, s->channels, s->padding_top, s->padding_left, s->padding_bottom, s->padding_right,
             s->filters, p->whole ? "whole" : "real");
}

/* Where in the images an output's tap of the first channel is; false in the padding. */
static bool find_place(size_t *place, const problem *p, size_t position, size_t tap) {
    const digitnet__conv2d_shape *s = &p->shape;
    size_t row = position / s->output_width % s->output_height + tap / 3 - s->padding_top;
    size_t column = position % s->output_width + tap % 3 - s->padding_left;
    size_t sample = position / s->output_width / s->output_height;
    *place = ((sample * s->height + row) * s->width + column) * s->channels;
    return row < s->height && column < s->width; /* below 0 is above all */
}

static void compute_tap(problem *p, size_t output, size_t weight, size_t place) {
    const float *image = p->data.image.memory, *kernel = p->data.kernel.memory, *gradient = p->data.gradient.memory;
    for (size_t channel = 0; channel < p->shape.channels; channel++, weight++, place++) {
        add_product(&p->data.output[output], (double)image[place], (double)kernel[weight]);
        add_product(&p->data.kernel_gradient[weight], (double)gradient[output], (double)image[place]);
        add_product(&p->data.image_gradient[place], (double)gradient[output], (double)kernel[weight]);
    }
}

/* The gradients are those of the outputs' sum, weighted by `gradient`; the kernel's is added to multiples of 1. */
static void compute(problem *p) {
    const float *bias = p->data.bias.memory;
    for (size_t i = 0; i < p->data.kernel_values; i++)
        add_product(&p->data.kernel_gradient[i], (double)(i % 5), 1);
    for (size_t i = 0; i < p->data.output_values; i++) {
        size_t filter = i % p->shape.filters, place;
        add_product(&p->data.output[i], p->with_bias ? (double)bias[filter] : 0, 1);
        for (size_t tap = 0; tap < TAPS; tap++)
            if (find_place(&place, p, i / p->shape.filters, tap))
                compute_tap(p, i, (filter * TAPS + tap) * p->shape.channels, place);
    }
}

static void prepare(problem *p, digitnet__random *random) {
    finish_shape(p);
    fill_convolution(&p->data, p->shape.filters, random, p->whole);
    compute(p);
}

/* Sums of `products` products, whose factors are at most 1. Quarters of small whole numbers are exact. Else a value of
 * a product is at most `growth`, the product of the absolute row sums of the matrices that it goes through, and the
 * transforms add a dozen roundings. */
static void compare(const float *got, const exact_sum *expected, size_t count, bool whole, size_t products,
                    double growth, const char *what) {
    exact_sum most = {.magnitude = growth * (double)products + 5};
    for (size_t i = 0; i < count; i++) {
        double bound = whole ? 0 : rounding_bound(products + 12, &most);
        if (!(fabs(got[i] - expected[i].value) <= bound))
            fail_msg("%s: %s: value %zu of %zu is %.9g, not %.9g +- %.3g", context, what, i, count, (double)got[i],
                     expected[i].value, bound);
    }
}

typedef void (*pack_fn)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                        size_t count);

/* In blocks, the last ones first. */
static watched packed_kernel(const problem *p, pack_fn pack) {
    watched packed = watched_floats(digitnet__winograd_conv2d_packed_values(&p->shape));
    for (size_t end = p->shape.filters, first; end > 0; end = first) {
        first = (end - 1) / 24 * 24;
        pack(packed.memory, p->data.kernel.memory, &p->shape, first, end - first);
    }
    return packed;
}

static void check_kernel_gradient(const problem *p, const digitnet__kernels *k, void *scratch) {
    watched gradient = watched_floats(p->data.kernel_values);
    float *sums = gradient.memory;
    size_t tiles = p->samples * ((p->shape.output_height + 1) / 2) * ((p->shape.output_width + 1) / 2);
    for (size_t i = 0; i < p->data.kernel_values; i++)
        sums[i] = (float)(i % 5);
    digitnet__winograd_conv2d_kernel_gradient(k, sums, p->data.gradient.memory, p->data.image.memory, &p->shape,
                                              p->samples, scratch);
    compare(sums, p->data.kernel_gradient, p->data.kernel_values, p->whole, tiles, 2 * 2 * 2 * 2 * 2 * 2,
            "kernel gradient");
    watched_free(&gradient);
}

/* Scratch memory for no more than the function asks for. */
static watched scratch_for(const problem *p, bool training) {
    size_t bytes;
    assert_true(digitnet__winograd_conv2d_scratch(&bytes, &p->shape, training));
    return watched_allocate((bytes + 63) / 64 * 64);
}

/* The maximum of a window of the output, after ReLU. */
static float maximum_of(const problem *p, const float *output, size_t row, size_t column, size_t filter,
                        const digitnet__pool2d_shape *pool) {
    float greatest = 0;
    for (size_t y = row * pool->pool_height; y < (row + 1) * pool->pool_height; y++)
        for (size_t x = column * pool->pool_width; x < (column + 1) * pool->pool_width; x++)
            greatest = fmaxf(greatest, output[(y * p->shape.output_width + x) * p->shape.filters + filter]);
    return greatest;
}

/* Every window, and rows and columns left over that no window reads: bit for bit the maxima of the output. */
static void check_pool(const problem *p, const digitnet__kernels *k, const float *outputs, const float *packed,
                       size_t height, size_t width) {
    const digitnet__conv2d_shape *s = &p->shape;
    digitnet__pool2d_shape pool = {.pool_height = height,
                                   .pool_width = width,
                                   .output_height = s->output_height / height,
                                   .output_width = s->output_width / width};
    size_t plane = pool.output_height * pool.output_width * s->filters;
    if (plane == 0)
        return;
    watched pooled = watched_floats(p->samples * plane), scratch = scratch_for(p, false);
    digitnet__winograd_conv2d_relu_pool(k, pooled.memory, p->data.image.memory, packed,
                                        p->with_bias ? p->data.bias.memory : NULL, s, &pool, p->samples,
                                        scratch.memory);
    for (size_t i = 0; i < p->samples * plane; i++) {
        size_t filter = i % s->filters, column = i / s->filters % pool.output_width;
        size_t row = i / s->filters / pool.output_width % pool.output_height;
        const float *output = outputs + i / plane * (p->data.output_values / p->samples);
        float expected = maximum_of(p, output, row, column, filter, &pool), got = ((float *)pooled.memory)[i];
        if (!(got == expected))
            fail_msg("%s: windows of %zux%zu: value %zu is %.9g, not %.9g", context, height, width, i, (double)got,
                     (double)expected);
    }
    watched_free(&pooled);
    watched_free(&scratch);
}

static void check_set(const problem *p, const digitnet__kernels *k) {
    enum { GROWTH = 3 * 3 * 2 * 2 * 9 / 4 };
    watched output = watched_floats(p->data.output_values), image = watched_floats(p->data.image_values);
    watched packed = packed_kernel(p, k->winograd_pack), back = packed_kernel(p, k->winograd_pack_back);
    watched scratch = scratch_for(p, true);
    digitnet__winograd_conv2d(k, output.memory, p->data.image.memory, packed.memory,
                              p->with_bias ? p->data.bias.memory : NULL, &p->shape, p->samples, scratch.memory);
    compare(output.memory, p->data.output, p->data.output_values, p->whole, p->shape.channels, GROWTH, "output");
    for (size_t window = 0; window < 4; window++)
        check_pool(p, k, output.memory, packed.memory, 1 + window / 2, 1 + window % 2);
    digitnet__winograd_conv2d_image_gradient(k, image.memory, p->data.gradient.memory, back.memory, &p->shape,
                                             p->samples, scratch.memory);
    compare(image.memory, p->data.image_gradient, p->data.image_values, p->whole, p->shape.filters, GROWTH,
            "image gradient");
    check_kernel_gradient(p, k, scratch.memory);
    watched_free(&output);
    watched_free(&image);
    watched_free(&packed);
    watched_free(&back);
    watched_free(&scratch);
}

static void check_problem(problem *p, digitnet__random *random) {
    const digitnet__kernels *k;
    prepare(p, random);
    char shape_text[sizeof context];
    memcpy(shape_text, context, sizeof context);
    FOR_EACH_SET(k) {
        snprintf(context, sizeof context, "%s: %.200s", k->name, shape_text);
        check_set(p, k);
    }
    release_convolution(&p->data);
}

/* Images of every parity, smaller than a tile and larger than a chunk; padding before and behind. */
static void random_problem(problem *p, digitnet__random *random) {
    digitnet__conv2d_shape *s = &p->shape;
    s->channels = 16 * random_between(random, 1, 3);
    s->filters = 16 * random_between(random, 1, 3);
    s->padding_top = random_between(random, 0, 2);
    s->padding_left = random_between(random, 0, 2);
    s->padding_bottom = random_between(random, 0, 2);
    s->padding_right = random_between(random, 0, 2);
    size_t padding_height = s->padding_top + s->padding_bottom, padding_width = s->padding_left + s->padding_right;
    s->height = (padding_height < 3 ? 3 - padding_height : 1) + random_between(random, 0, 9);
    s->width = (padding_width < 3 ? 3 - padding_width : 1) + random_between(random, 0, 9);
    p->samples = random_between(random, 1, 3);
    p->whole = random_between(random, 0, 2) > 0;
    p->with_bias = random_between(random, 0, 1) > 0;
}

static void random_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 2026);
    for (size_t i = 0; i < random_shapes; i++) {
        problem p = {0};
        random_problem(&p, &random);
        check_problem(&p, &random);
    }
}

/* Several chunks, which end within an image. */
static void large_images_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 9);
    problem p = {.samples = 3, .whole = true};
    p.shape = (digitnet__conv2d_shape){.height = 27,
                                       .width = 28,
                                       .channels = 32,
                                       .filters = 16,
                                       .padding_top = 1,
                                       .padding_left = 1,
                                       .padding_bottom = 1,
                                       .padding_right = 1};
    check_problem(&p, &random);
}

/* What an image's outputs are does not depend on the images before it, and so not on where chunks end. */
static void images_do_not_depend_on_others(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 10);
    problem p = {.samples = 5};
    p.shape = (digitnet__conv2d_shape){.height = 19, .width = 21, .channels = 32, .filters = 48};
    prepare(&p, &random);
    FOR_EACH_SET(k) {
        size_t image = p.data.image_values / p.samples, output = p.data.output_values / p.samples;
        watched packed = packed_kernel(&p, k->winograd_pack), scratch = scratch_for(&p, false);
        watched all = watched_floats(p.data.output_values), one = watched_floats(output);
        digitnet__winograd_conv2d(k, all.memory, p.data.image.memory, packed.memory, NULL, &p.shape, p.samples,
                                  scratch.memory);
        for (size_t i = 0; i < p.samples; i++) {
            digitnet__winograd_conv2d(k, one.memory, (const float *)p.data.image.memory + i * image, packed.memory,
                                      NULL, &p.shape, 1, scratch.memory);
            assert_memory_equal((const float *)all.memory + i * output, one.memory, output * sizeof(float));
        }
        watched_free(&packed);
        watched_free(&scratch);
        watched_free(&all);
        watched_free(&one);
    }
    release_convolution(&p.data);
}

/* A session for images of several widths has scratch memory for the widest ones. */
static void narrower_images_take_no_more_scratch(void **state) {
    (void)state;
    size_t most = 0;
    for (size_t width = 1; width < 200; width++) {
        size_t bytes;
        digitnet__conv2d_shape shape = {
            .height = 9, .width = width + 2, .channels = 48, .filters = 80, .output_height = 7, .output_width = width};
        assert_true(digitnet__winograd_conv2d_scratch(&bytes, &shape, false));
        assert_true(bytes >= most);
        most = bytes;
    }
}

/* A NaN comes out of ReLU and of each window that it is in. */
static void nan_is_not_lost(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 11);
    problem p = {.samples = 1};
    p.shape = (digitnet__conv2d_shape){.height = 10, .width = 10, .channels = 16, .filters = 16};
    prepare(&p, &random);
    ((float *)p.data.image.memory)[5 * 10 * 16 + 5 * 16 + 3] = NAN; /* row 5, column 5: in outputs 3 to 5 */
    FOR_EACH_SET(k) {
        watched packed = packed_kernel(&p, k->winograd_pack), scratch = scratch_for(&p, false);
        watched pooled = watched_floats(4 * 4 * 16);
        digitnet__pool2d_shape pool = {.pool_height = 2, .pool_width = 2, .output_height = 4, .output_width = 4};
        digitnet__winograd_conv2d_relu_pool(k, pooled.memory, p.data.image.memory, packed.memory, NULL, &p.shape, &pool,
                                            1, scratch.memory);
        for (size_t row = 1; row <= 2; row++)
            for (size_t column = 1; column <= 2; column++)
                for (size_t filter = 0; filter < 16; filter++)
                    assert_true(isnan(((float *)pooled.memory)[(row * 4 + column) * 16 + filter]));
        watched_free(&packed);
        watched_free(&scratch);
        watched_free(&pooled);
    }
    release_convolution(&p.data);
}

static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    size_t bytes;
    digitnet__conv2d_shape shape = {.height = 4,
                                    .width = SIZE_MAX / 1024,
                                    .channels = 16,
                                    .filters = 16,
                                    .output_height = 4,
                                    .output_width = SIZE_MAX / 1024};
    assert_false(digitnet__winograd_conv2d_scratch(&bytes, &shape, false));
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_shapes_agree_with_plain_loops),
        cmocka_unit_test(large_images_agree_with_plain_loops),
        cmocka_unit_test(images_do_not_depend_on_others),
        cmocka_unit_test(narrower_images_take_no_more_scratch),
        cmocka_unit_test(nan_is_not_lost),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
