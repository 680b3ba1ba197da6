/* Depthwise convolution and its gradients in every set, against plain loops:
 * test_kernels_depthwise [SHAPES] */
#include "convolution_data.h"
#include "kernels/depthwise_conv2d.h"

static size_t random_shapes = 200;

/* A convolution of some images, with what plain loops make of it. */
typedef struct problem {
    digitnet__conv2d_shape shape;
    size_t samples, taps;
    bool whole, with_bias, relu;
    convolution_data data;
} problem;

static size_t output_size(size_t input, size_t before, size_t after, size_t kernel, size_t dilation, size_t stride) {
    return (input + before + after - ((kernel - 1) * dilation + 1)) / stride + 1;
}

static void finish_shape(problem *p) {
    digitnet__conv2d_shape *s = &p->shape;
    s->groups = s->channels;
    s->output_height = output_size(s->height, s->padding_top, s->padding_bottom, s->kernel_height, s->dilation_height,
                                   s->stride_height);
    s->output_width =
        output_size(s->width, s->padding_left, s->padding_right, s->kernel_width, s->dilation_width, s->stride_width);
    p->taps = s->kernel_height * s->kernel_width;
    p->data.image_values = p->samples * s->height * s->width * s->channels;
    p->data.kernel_values = s->filters * p->taps;
    p->data.output_values = p->samples * s->output_height * s->output_width * s->filters;
    snprintf(context, sizeof context,
             "%zu of %zux%zux%zu, padding %zu %zu %zu %zu, %zu kernels %zux%zu, stride %zux%zu, dilation %zux%zu, %s",
             p->samples, s->height, s->width, s->channels, s->padding_top, s->padding_left, s->padding_bottom,
             s->padding_right, s->filters, s->kernel_height, s->kernel_width, s->stride_height, s->stride_width,
             s->dilation_height, s->dilation_width, p->whole ? "whole" : "real");
}

/* The place in the image of an output's tap; false in the padding. */
static bool find_place(size_t *place, const problem *p, size_t output, size_t tap) {
    const digitnet__conv2d_shape *s = &p->shape;
    size_t filter = output % s->filters, position = output / s->filters;
    size_t x = position % s->output_width, y = position / s->output_width % s->output_height;
    size_t row = y * s->stride_height + tap / s->kernel_width * s->dilation_height - s->padding_top;
    size_t column = x * s->stride_width + tap % s->kernel_width * s->dilation_width - s->padding_left;
    size_t sample = position / s->output_width / s->output_height;
    *place = ((sample * s->height + row) * s->width + column) * s->channels + filter * s->channels / s->filters;
    return row < s->height && column < s->width; /* below 0 is above all */
}

/* The gradients are those of the outputs' sum, weighted by `gradient`; the kernel's is added to multiples of 1. */
static void compute(problem *p) {
    const float *image = p->data.image.memory, *kernel = p->data.kernel.memory, *bias = p->data.bias.memory;
    const float *gradient = p->data.gradient.memory;
    size_t place;
    for (size_t i = 0; i < p->data.kernel_values; i++)
        add_product(&p->data.kernel_gradient[i], (double)(i % 5), 1);
    for (size_t i = 0; i < p->data.output_values; i++) {
        size_t filter = i % p->shape.filters;
        add_product(&p->data.output[i], p->with_bias ? (double)bias[filter] : 0, 1);
        for (size_t tap = 0; tap < p->taps; tap++) {
            if (!find_place(&place, p, i, tap))
                continue;
            size_t weight = filter * p->taps + tap;
            add_product(&p->data.output[i], (double)image[place], (double)kernel[weight]);
            add_product(&p->data.kernel_gradient[weight], (double)gradient[i], (double)image[place]);
            add_product(&p->data.image_gradient[place], (double)gradient[i], (double)kernel[weight]);
        }
        p->data.output[i].value = p->relu ? fmax(p->data.output[i].value, 0) : p->data.output[i].value;
    }
}

static void prepare(problem *p, digitnet__random *random) {
    finish_shape(p);
    fill_convolution(&p->data, p->shape.filters, random, p->whole);
    compute(p);
}

/* In blocks, the last ones first. */
static watched packed_kernel(const problem *p) {
    watched packed = watched_floats(p->data.kernel_values);
    for (size_t end = p->shape.filters, first; end > 0; end = first) {
        first = (end - 1) / 16 * 16;
        digitnet__depthwise_conv2d_pack(packed.memory, p->data.kernel.memory, &p->shape, first, end - first);
    }
    return packed;
}

static void check_kernel_gradient(const problem *p, const digitnet__kernels *k, void *scratch) {
    watched packed = watched_floats(p->data.kernel_values), gradient = watched_floats(p->data.kernel_values);
    float *sums = gradient.memory;
    memset(packed.memory, 0, p->data.kernel_values * sizeof(float));
    for (size_t i = 0; i < p->data.kernel_values; i++)
        sums[i] = (float)(i % 5);
    digitnet__depthwise_conv2d_kernel_gradient(k, packed.memory, p->data.gradient.memory, p->data.image.memory,
                                               &p->shape, p->samples, scratch);
    digitnet__depthwise_conv2d_add_unpacked(sums, packed.memory, &p->shape);
    compare_sums(sums, p->data.kernel_gradient, p->data.kernel_values, p->whole,
                 p->data.output_values / p->shape.filters + 2, "kernel gradient");
    watched_free(&packed);
    watched_free(&gradient);
}

static void check_problem(problem *p, digitnet__random *random) {
    const digitnet__kernels *k;
    prepare(p, random);
    char shape_text[sizeof context];
    memcpy(shape_text, context, sizeof context);
    FOR_EACH_SET(k) {
        snprintf(context, sizeof context, "%s: %.200s", k->name, shape_text);
        size_t bytes;
        assert_true(digitnet__depthwise_conv2d_scratch(&bytes, &p->shape));
        watched output = watched_floats(p->data.output_values), image = watched_floats(p->data.image_values);
        watched packed = packed_kernel(p), scratch = watched_allocate((bytes + 63) / 64 * 64);
        digitnet__depthwise_conv2d(k, output.memory, p->data.image.memory, packed.memory,
                                   p->with_bias ? p->data.bias.memory : NULL, p->relu, &p->shape, p->samples,
                                   scratch.memory);
        compare_sums(output.memory, p->data.output, p->data.output_values, p->whole, p->taps + 1, "output");
        digitnet__depthwise_conv2d_image_gradient(k, image.memory, p->data.gradient.memory, packed.memory, &p->shape,
                                                  p->samples, scratch.memory);
        compare_sums(image.memory, p->data.image_gradient, p->data.image_values, p->whole,
                     p->taps * (p->shape.filters / p->shape.channels) + 1, "image gradient");
        check_kernel_gradient(p, k, scratch.memory);
        watched_free(&output);
        watched_free(&image);
        watched_free(&packed);
        watched_free(&scratch);
    }
    release_convolution(&p->data);
}

/* Padding up to a window wholly outside, strides beyond the kernel, dilation beyond the image. */
static void random_problem(problem *p, digitnet__random *random) {
    static const size_t channels[] = {2, 3, 5, 8, 16, 17, 32, 40, 64};
    digitnet__conv2d_shape *s = &p->shape;
    s->channels = channels[random_between(random, 0, 8)];
    s->filters = s->channels * (random_between(random, 0, 2) ? 1 : random_between(random, 2, 3));
    s->kernel_height = random_between(random, 1, 5);
    s->kernel_width = random_between(random, 1, 5);
    s->stride_height = random_between(random, 1, 3);
    s->stride_width = random_between(random, 1, 3);
    s->dilation_height = random_between(random, 0, 2) ? 1 : random_between(random, 2, 3);
    s->dilation_width = random_between(random, 0, 2) ? 1 : random_between(random, 2, 3);
    s->padding_top = random_between(random, 0, 5);
    s->padding_left = random_between(random, 0, 5);
    s->padding_bottom = random_between(random, 0, 5);
    s->padding_right = random_between(random, 0, 5);
    size_t least_height = (s->kernel_height - 1) * s->dilation_height + 1;
    size_t least_width = (s->kernel_width - 1) * s->dilation_width + 1;
    size_t padding_height = s->padding_top + s->padding_bottom, padding_width = s->padding_left + s->padding_right;
    s->height = (least_height > padding_height ? least_height - padding_height : 1) + random_between(random, 0, 9);
    s->width = (least_width > padding_width ? least_width - padding_width : 1) + random_between(random, 0, 20);
    p->samples = random_between(random, 1, 2);
    p->whole = random_between(random, 0, 2) > 0;
    p->with_bias = random_between(random, 0, 3) > 0;
    p->relu = random_between(random, 0, 1) > 0;
}

static void random_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 2025);
    for (size_t i = 0; i < random_shapes; i++) {
        problem p = {0};
        random_problem(&p, &random);
        check_problem(&p, &random);
    }
}

/* 3 x 3 of same padding, as networks have it. */
static void usual_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{28, 32}, {14, 64}, {7, 128}, {1, 16}, {2, 24}};
    digitnet__random random;
    digitnet__random_seed(&random, 8);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t stride = 1; stride <= 2; stride++) {
            problem p = {.samples = 1, .whole = true, .with_bias = true, .relu = true};
            p.shape = (digitnet__conv2d_shape){.height = sizes[i][0],
                                               .width = sizes[i][0],
                                               .channels = sizes[i][1],
                                               .filters = sizes[i][1],
                                               .kernel_height = 3,
                                               .kernel_width = 3,
                                               .stride_height = stride,
                                               .stride_width = stride,
                                               .dilation_height = 1,
                                               .dilation_width = 1,
                                               .padding_top = stride == 1 || sizes[i][0] % 2,
                                               .padding_left = stride == 1 || sizes[i][0] % 2,
                                               .padding_bottom = 1,
                                               .padding_right = 1};
            check_problem(&p, &random);
        }
}

/* NaN stays NaN through ReLU, at the positions that read it. */
static void nan_is_not_lost(void **state) {
    (void)state;
    const digitnet__kernels *k;
    const digitnet__conv2d_shape shape = {.height = 3,
                                          .width = 3,
                                          .channels = 17,
                                          .filters = 17,
                                          .groups = 17,
                                          .kernel_height = 2,
                                          .kernel_width = 2,
                                          .stride_height = 1,
                                          .stride_width = 1,
                                          .dilation_height = 1,
                                          .dilation_width = 1,
                                          .output_height = 2,
                                          .output_width = 2};
    FOR_EACH_SET(k) {
        float image[9 * 17] = {0}, packed[4 * 17], output[4 * 17];
        size_t bytes;
        assert_true(digitnet__depthwise_conv2d_scratch(&bytes, &shape));
        watched scratch = watched_allocate((bytes + 63) / 64 * 64);
        for (size_t i = 0; i < 4 * 17; i++)
            packed[i] = 1;
        image[8 * 17 + 3] = image[8 * 17 + 16] = NAN; /* the last position's last tap */
        digitnet__depthwise_conv2d(k, output, image, packed, NULL, true, &shape, 1, scratch.memory);
        for (size_t i = 0; i < 4 * 17; i++)
            assert_true(i == 3 * 17 + 3 || i == 3 * 17 + 16 ? isnan(output[i]) : output[i] == 0);
        watched_free(&scratch);
    }
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_shapes_agree_with_plain_loops),
        cmocka_unit_test(random_shapes_agree_with_plain_loops),
        cmocka_unit_test(nan_is_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
