/* Convolution with ReLU and pool, forward and backward, against plain loops: test_kernels_conv2d [SHAPES] */
#include "test_kernels.h"

static size_t random_shapes = 400;

static char shape_text[200];

typedef struct problem {
    digitnet__conv2d_shape shape;
    digitnet__pool2d_shape pool;
    bool whole, with_bias;
    size_t row, depth, image_values, kernel_values, conv_values, output_values;
    float *image, *kernel, *bias, *output_gradient; /* the first, third and fourth in watched memory */
    watched watched_image, watched_kernel, watched_bias, watched_gradient;
    exact_sum *output, *convolved; /* what is right */
    uint8_t *argmax;
} problem;

static void finish_shape(problem *p) {
    digitnet__conv2d_shape *s = &p->shape;
    s->output_height = (s->height + s->padding_top + s->padding_bottom - s->kernel_height) / s->stride_height + 1;
    s->output_width = (s->width + s->padding_left + s->padding_right - s->kernel_width) / s->stride_width + 1;
    p->pool.height = s->output_height;
    p->pool.width = s->output_width;
    p->pool.channels = s->filters;
    p->pool.stride_height = p->pool.pool_height;
    p->pool.stride_width = p->pool.pool_width;
    p->pool.output_height = s->output_height / p->pool.pool_height;
    p->pool.output_width = s->output_width / p->pool.pool_width;
    p->row = (s->width + s->padding_left + s->padding_right) * s->channels;
    p->depth = s->kernel_height * s->kernel_width * s->channels;
    p->image_values = (s->height + s->padding_top + s->padding_bottom) * p->row;
    p->kernel_values = s->filters * p->depth;
    p->conv_values = s->output_height * s->output_width * s->filters;
    p->output_values = p->pool.output_height * p->pool.output_width * s->filters;
    snprintf(shape_text, sizeof shape_text,
             "%zux%zux%zu, padding %zu %zu %zu %zu, %zu kernels %zux%zu, stride %zux%zu, pool %zux%zu, %s, %s bias",
             s->height, s->width, s->channels, s->padding_top, s->padding_left, s->padding_bottom, s->padding_right,
             s->filters, s->kernel_height, s->kernel_width, s->stride_height, s->stride_width, p->pool.pool_height,
             p->pool.pool_width, p->whole ? "whole" : "real", p->with_bias ? "with" : "no");
}

static void convolve(problem *p) {
    const digitnet__conv2d_shape *s = &p->shape;
    for (size_t y = 0; y < s->output_height; y++)
        for (size_t x = 0; x < s->output_width; x++)
            for (size_t f = 0; f < s->filters; f++) {
                exact_sum sum = {0};
                add_product(&sum, p->with_bias ? p->bias[f] : 0, 1);
                for (size_t ky = 0; ky < s->kernel_height; ky++)
                    for (size_t i = 0; i < s->kernel_width * s->channels; i++)
                        add_product(
                            &sum,
                            p->image[(y * s->stride_height + ky) * p->row + x * s->stride_width * s->channels + i],
                            p->kernel[f * p->depth + ky * s->kernel_width * s->channels + i]);
                p->convolved[(y * s->output_width + x) * s->filters + f] = sum;
            }
}

static size_t place_in_convolved(const problem *p, size_t window, size_t place, size_t filter) {
    size_t y = window / p->pool.output_width * p->pool.pool_height + place / p->pool.pool_width;
    size_t x = window % p->pool.output_width * p->pool.pool_width + place % p->pool.pool_width;
    return (y * p->shape.output_width + x) * p->shape.filters + filter;
}

static void pool(problem *p) {
    size_t filters = p->shape.filters;
    for (size_t i = 0; i < p->output_values; i++) {
        exact_sum best = {.value = -INFINITY};
        for (size_t place = 0; place < p->pool.pool_height * p->pool.pool_width; place++) {
            const exact_sum *sum = &p->convolved[place_in_convolved(p, i / filters, place, i % filters)];
            if (sum->value > best.value) {
                best.value = sum->value;
                p->argmax[i] = (uint8_t)place;
            }
            best.magnitude = fmax(best.magnitude, sum->magnitude); /* a maximum errs no more than its values */
        }
        best.value = fmax(best.value, 0);
        p->output[i] = best;
    }
}

static void prepare(problem *p, digitnet__random *random) {
    finish_shape(p);
    p->watched_image = watched_floats(p->image_values);
    p->watched_kernel = watched_floats(p->kernel_values);
    p->watched_bias = watched_floats(p->shape.filters);
    p->watched_gradient = watched_floats(p->output_values);
    p->image = p->watched_image.memory;
    p->kernel = p->watched_kernel.memory;
    p->bias = p->watched_bias.memory;
    p->output_gradient = p->watched_gradient.memory;
    p->output = calloc(p->output_values, sizeof *p->output);
    p->convolved = calloc(p->conv_values, sizeof *p->convolved);
    p->argmax = calloc(p->output_values, 1);
    assert_true(p->output && p->convolved && p->argmax);
    fill_random(p->image, p->image_values, random, p->whole);
    fill_random(p->kernel, p->kernel_values, random, p->whole);
    fill_random(p->bias, p->shape.filters, random, p->whole);
    fill_random(p->output_gradient, p->output_values, random, p->whole);
    convolve(p);
    pool(p);
}

static void release(problem *p) {
    watched_free(&p->watched_image);
    watched_free(&p->watched_kernel);
    watched_free(&p->watched_bias);
    watched_free(&p->watched_gradient);
    free(p->output);
    free(p->convolved);
    free(p->argmax);
}

static watched scratch_of(size_t bytes) {
    return watched_allocate((bytes + 63) / 64 * 64);
}

/* ReLU makes equals of all that is not above 0: there the place says nothing. */
static void check_argmax(const problem *p, const uint8_t *argmax) {
    for (size_t i = 0; i < p->output_values; i++) {
        if (p->output[i].value == 0)
            continue;
        assert_in_range(argmax[i], 0, p->pool.pool_height * p->pool.pool_width - 1);
        size_t place = place_in_convolved(p, i / p->shape.filters, argmax[i], i % p->shape.filters);
        double missed = p->output[i].value - p->convolved[place].value;
        if (p->whole ? argmax[i] != p->argmax[i] : missed > 2 * rounding_bound(p->depth + 1, &p->output[i]))
            fail_msg("%s: argmax %zu is %d, not %d", context, i, argmax[i], p->argmax[i]);
    }
}

/* In blocks, the last ones first. */
static void pack_in_blocks(float *packed, const problem *p, const digitnet__kernels *k, size_t block) {
    for (size_t end = p->shape.filters, first; end > 0; end = first) {
        first = (end - 1) / block * block;
        k->conv2d_pack(packed, p->kernel, &p->shape, first, end - first);
    }
}

static void check_forward(const problem *p, const digitnet__kernels *k, float *output, uint8_t *argmax) {
    watched packed = watched_floats(k->conv2d_packed_values(&p->shape));
    watched scratch = scratch_of(k->conv2d_relu_pool_scratch(&p->shape, &p->pool));
    pack_in_blocks(packed.memory, p, k, 1 + p->output_values % 20);
    k->conv2d_relu_pool(output, argmax, p->image, packed.memory, p->with_bias ? p->bias : NULL, &p->shape, &p->pool,
                        scratch.memory);
    compare_sums(output, p->output, p->output_values, p->whole, p->depth + 1, "output");
    watched_free(&packed);
    watched_free(&scratch);
}

/* Adds to what is there. */
static void gradients(const problem *p, exact_sum *kernel, exact_sum *bias, exact_sum *image) {
    size_t filters = p->shape.filters, run = p->shape.kernel_width * p->shape.channels;
    for (size_t i = 0; i < p->output_values; i++) {
        if (p->output[i].value == 0)
            continue;
        size_t filter = i % filters, position = place_in_convolved(p, i / filters, p->argmax[i], 0) / filters;
        size_t y = position / p->shape.output_width * p->shape.stride_height;
        size_t x = position % p->shape.output_width * p->shape.stride_width;
        double g = p->output_gradient[i];
        add_product(&bias[filter], g, 1);
        for (size_t k = 0; k < p->depth; k++) {
            size_t place = (y + k / run) * p->row + x * p->shape.channels + k % run;
            add_product(&kernel[filter * p->depth + k], g, p->image[place]);
            add_product(&image[place], g, p->kernel[filter * p->depth + k]);
        }
    }
}

static void check_backward(const problem *p, const digitnet__kernels *k) {
    watched kernel = watched_floats(p->kernel_values), bias = watched_floats(p->shape.filters);
    watched image = watched_floats(p->image_values), output = watched_floats(p->output_values);
    watched argmax = watched_allocate(p->output_values);
    watched scratch = scratch_of(k->conv2d_relu_pool_backward_scratch(&p->shape, &p->pool));
    exact_sum *sums = calloc(p->kernel_values + p->shape.filters + p->image_values, sizeof *sums);
    exact_sum *bias_sums = sums + p->kernel_values, *image_sums = bias_sums + p->shape.filters;
    size_t outputs = p->output_values / p->shape.filters; /* of each filter */
    float *kernel_gradient = kernel.memory, *bias_gradient = bias.memory;
    assert_non_null(sums);
    for (size_t i = 0; i < p->kernel_values; i++)
        add_product(&sums[i], kernel_gradient[i] = (float)(i % 5), 1);
    for (size_t i = 0; i < p->shape.filters; i++)
        add_product(&bias_sums[i], bias_gradient[i] = (float)(i % 3), 1);
    for (size_t i = 0; i < p->output_values; i++)
        ((float *)output.memory)[i] = (float)p->output[i].value;
    memcpy(argmax.memory, p->argmax, p->output_values);
    gradients(p, sums, bias_sums, image_sums);
    bool unpooled = p->pool.pool_height * p->pool.pool_width == 1;
    k->conv2d_relu_pool_backward(kernel_gradient, p->with_bias ? bias_gradient : NULL, image.memory, p->output_gradient,
                                 output.memory, unpooled ? NULL : argmax.memory, p->image, p->kernel, &p->shape,
                                 &p->pool, scratch.memory);
    compare_sums(kernel_gradient, sums, p->kernel_values, p->whole, outputs + 1, "kernel gradient");
    if (p->with_bias)
        compare_sums(bias_gradient, bias_sums, p->shape.filters, p->whole, outputs + 1, "bias gradient");
    compare_sums(image.memory, image_sums, p->image_values, p->whole,
                 p->shape.filters * p->shape.kernel_height * p->shape.kernel_width, "image gradient");
    float *again = malloc(p->kernel_values * sizeof *again);
    assert_non_null(again);
    for (size_t i = 0; i < p->kernel_values; i++)
        again[i] = (float)(i % 5);
    k->conv2d_relu_pool_backward(again, NULL, NULL, p->output_gradient, output.memory, argmax.memory, p->image,
                                 p->kernel, &p->shape, &p->pool, scratch.memory);
    assert_memory_equal(again, kernel_gradient, p->kernel_values * sizeof *again);
    free(again);
    free(sums);
    watched_free(&kernel);
    watched_free(&bias);
    watched_free(&image);
    watched_free(&output);
    watched_free(&argmax);
    watched_free(&scratch);
}

/* Without ReLU and pool. */
static void check_plain(const problem *p, const digitnet__kernels *k) {
    digitnet__pool2d_shape none = {.pool_height = 1, .pool_width = 1, .output_width = p->shape.output_width};
    watched packed = watched_floats(k->conv2d_packed_values(&p->shape)), output = watched_floats(p->conv_values),
            scratch = scratch_of(k->conv2d_relu_pool_scratch(&p->shape, &none));
    pack_in_blocks(packed.memory, p, k, p->shape.filters);
    k->conv2d(output.memory, p->image, packed.memory, p->with_bias ? p->bias : NULL, &p->shape, scratch.memory);
    compare_sums(output.memory, p->convolved, p->conv_values, p->whole, p->depth + 1, "convolution alone");
    watched_free(&packed);
    watched_free(&output);
    watched_free(&scratch);
}

/* What it packs is what conv2d_pack() makes of the kernel, turned, with channels and filters in each other's place. */
static void check_pack_back(const problem *p, const digitnet__kernels *k) {
    const digitnet__conv2d_shape *s = &p->shape;
    digitnet__conv2d_shape back = *s;
    size_t taps = s->kernel_height * s->kernel_width;
    back.filters = s->channels;
    back.channels = s->filters;
    watched turned = watched_floats(p->kernel_values), expected = watched_floats(k->conv2d_packed_values(&back)),
            packed = watched_floats(k->conv2d_packed_values(&back));
    for (size_t i = 0; i < p->kernel_values; i++) {
        size_t filter = i / p->depth, tap = i % p->depth / s->channels, channel = i % s->channels;
        ((float *)turned.memory)[(channel * taps + taps - 1 - tap) * s->filters + filter] = p->kernel[i];
    }
    k->conv2d_pack(expected.memory, turned.memory, &back, 0, back.filters);
    for (size_t first = 0; first < s->filters; first += 3)
        k->conv2d_pack_back(packed.memory, p->kernel, s, first, s->filters - first < 3 ? s->filters - first : 3);
    assert_memory_equal(packed.memory, expected.memory, k->conv2d_packed_values(&back) * sizeof(float));
    watched_free(&turned);
    watched_free(&expected);
    watched_free(&packed);
}

static void check_problem(problem *p, digitnet__random *random) {
    const digitnet__kernels *k;
    prepare(p, random);
    FOR_EACH_SET(k) {
        watched output = watched_floats(p->output_values), argmax = watched_allocate(p->output_values);
        snprintf(context, sizeof context, "%s: %s", k->name, shape_text);
        check_forward(p, k, output.memory, NULL);
        check_forward(p, k, output.memory, argmax.memory);
        if (p->pool.pool_height * p->pool.pool_width > 1)
            check_argmax(p, argmax.memory);
        check_backward(p, k);
        check_plain(p, k);
        check_pack_back(p, k);
        watched_free(&output);
        watched_free(&argmax);
    }
    release(p);
}

static void random_problem(problem *p, digitnet__random *random) {
    static const size_t channels[] = {1, 1, 2, 3, 4, 5, 8, 11, 16, 17, 32, 35}, pools[] = {1, 2, 2, 3};
    digitnet__conv2d_shape *s = &p->shape;
    s->kernel_height = random_between(random, 1, 5);
    s->kernel_width = random_between(random, 1, 5);
    s->stride_height = random_between(random, 1, 2);
    s->stride_width = random_between(random, 1, 3);
    s->padding_top = random_between(random, 0, 2);
    s->padding_left = random_between(random, 0, 2);
    s->padding_bottom = random_between(random, 0, 2);
    s->padding_right = random_between(random, 0, 2);
    s->channels = channels[random_between(random, 0, 11)];
    s->filters = random_between(random, 0, 3) ? random_between(random, 1, 40) : random_between(random, 41, 140);
    p->pool.pool_height = pools[random_between(random, 0, 3)];
    p->pool.pool_width = random_between(random, 0, 3) ? p->pool.pool_height : pools[random_between(random, 0, 3)];
    s->height = (p->pool.pool_height - 1) * s->stride_height + s->kernel_height + random_between(random, 0, 9);
    s->width = (p->pool.pool_width - 1) * s->stride_width + s->kernel_width + random_between(random, 0, 20);
    p->whole = random_between(random, 0, 2) > 0;
    p->with_bias = random_between(random, 0, 3) > 0;
}

static void random_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 2024);
    for (size_t i = 0; i < random_shapes; i++) {
        problem p = {0};
        random_problem(&p, &random);
        check_problem(&p, &random);
    }
}

static void chosen_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    static const digitnet__conv2d_shape shapes[] = {
        {.height = 28, .width = 28, .channels = 1, .kernel_height = 3, .kernel_width = 3, .filters = 32},
        {.height = 13, .width = 13, .channels = 32, .kernel_height = 3, .kernel_width = 3, .filters = 64},
        {.height = 9, .width = 12, .channels = 64, .kernel_height = 3, .kernel_width = 3, .filters = 96},
        {.height = 7, .width = 9, .channels = 130, .kernel_height = 3, .kernel_width = 3, .filters = 20},
        {.height = 8, .width = 8, .channels = 3, .kernel_height = 7, .kernel_width = 7, .filters = 7},
    };
    digitnet__random random;
    digitnet__random_seed(&random, 7);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t size = 1; size <= 2; size++) {
            problem p = {.shape = shapes[i],
                         .pool = {.pool_height = size, .pool_width = size},
                         .whole = true,
                         .with_bias = true};
            p.shape.stride_height = p.shape.stride_width = 1;
            check_problem(&p, &random);
        }
}

/* A window with a NaN gives NaN, whichever place it has; the others are as they were. */
static void nan_is_not_lost(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 3);
    for (size_t size = 1; size <= 3; size++)
        for (size_t place = 0; place < 36; place++) {
            problem p = {.shape = {.height = 6,
                                   .width = 6,
                                   .channels = 1,
                                   .filters = 19,
                                   .kernel_height = 1,
                                   .kernel_width = 1,
                                   .stride_height = 1,
                                   .stride_width = 1},
                         .pool = {.pool_height = size, .pool_width = size},
                         .whole = true};
            prepare(&p, &random);
            p.image[place] = place % 2 ? NAN : -NAN;
            size_t window = place / 6 / size * p.pool.output_width + place % 6 / size;
            FOR_EACH_SET(k) {
                float output[36 * 19], packed[64];
                uint8_t argmax[36 * 19];
                watched scratch = scratch_of(k->conv2d_relu_pool_scratch(&p.shape, &p.pool));
                assert_true(k->conv2d_packed_values(&p.shape) <= 64);
                k->conv2d_pack(packed, p.kernel, &p.shape, 0, p.shape.filters);
                k->conv2d_relu_pool(output, argmax, p.image, packed, NULL, &p.shape, &p.pool, scratch.memory);
                for (size_t i = 0; i < p.output_values; i++)
                    assert_true(i / 19 == window ? isnan(output[i]) : output[i] == p.output[i].value);
                watched_free(&scratch);
            }
            release(&p);
        }
}

/* Filters in full vectors take up to 16 times as many values as the kernel has. */
static void sizes_that_overflow_are_the_largest(void **state) {
    (void)state;
    const digitnet__kernels *k;
    const digitnet__pool2d_shape none = {.pool_height = 1, .pool_width = 1, .output_height = 8, .output_width = 8};
    const digitnet__pool2d_shape wide = {
        .pool_height = 1, .pool_width = 1, .output_height = 1, .output_width = SIZE_MAX / 16};
    const digitnet__conv2d_shape deep = {
        .kernel_height = 2, .kernel_width = 2, .channels = SIZE_MAX / 12, .filters = 1, .width = 9, .height = 9};
    const digitnet__conv2d_shape many = {
        .kernel_height = 1, .kernel_width = 1, .channels = 1, .filters = SIZE_MAX - 1, .width = 8, .height = 8};
    /* Packed these fit, but not what goes back. */
    const digitnet__conv2d_shape narrow = {
        .kernel_height = 1, .kernel_width = 1, .channels = 1, .filters = SIZE_MAX / 64, .width = 8, .height = 8};
    FOR_EACH_SET(k) {
        assert_true(k->conv2d_packed_values(&deep) == SIZE_MAX);
        assert_true(k->conv2d_packed_values(&many) == SIZE_MAX);
        assert_true(k->conv2d_packed_values(&narrow) < SIZE_MAX);
        assert_true(k->conv2d_relu_pool_scratch(&narrow, &none) < SIZE_MAX);
        assert_true(k->conv2d_relu_pool_scratch(&narrow, &wide) == SIZE_MAX);
        assert_true(k->conv2d_relu_pool_backward_scratch(&deep, &none) == SIZE_MAX);
        assert_true(k->conv2d_relu_pool_backward_scratch(&many, &none) == SIZE_MAX);
        assert_true(k->conv2d_relu_pool_backward_scratch(&narrow, &none) == SIZE_MAX);
    }
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes_agree_with_plain_loops),
        cmocka_unit_test(random_shapes_agree_with_plain_loops),
        cmocka_unit_test(nan_is_not_lost),
        cmocka_unit_test(sizes_that_overflow_are_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
