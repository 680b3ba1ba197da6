/* Every layer forward, by prediction, against plain loops in double precision. */
#include "core/random.h"
#include "model/model.h"
#include "models.h"
#include "passes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

/* Sums of up to some hundred products of numbers below 1. */
static const double tolerance = 2e-5;

enum { IMAGES = 3 };

/* Builds a model of these layers, with random weights and biases, and predicts. */
typedef struct trial {
    digitnet_model *model;
    size_t input_values, output_values;
    float *images, *outputs;
} trial;

static trial run_model(digitnet_model *model, uint64_t seed) {
    trial result = {.model = model};
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    expect_ok(digitnet__network_allocate(&model->network));
    float *weights = must_allocate(info.parameters * sizeof(float));
    fill_noise(weights, info.parameters, seed);
    expect_ok(digitnet_model_set_weights(model, NULL, weights, info.parameters));
    free(weights);
    result.input_values = info.height * info.width * info.channels;
    result.output_values = info.outputs;
    result.images = must_allocate(IMAGES * result.input_values * sizeof(float));
    result.outputs = must_allocate(IMAGES * result.output_values * sizeof(float));
    fill_noise(result.images, IMAGES * result.input_values, seed + 1);
    expect_ok(digitnet_model_predict(result.outputs, IMAGES * result.output_values, model, result.images,
                                     IMAGES * result.input_values));
    return result;
}

static void end_trial(trial *run) {
    digitnet_model_free(run->model);
    free(run->images);
    free(run->outputs);
}

/* The user's weights of one tensor, to be released with free(). */
static float *weights_of(const digitnet_model *model, const char *name) {
    const digitnet__tensor *tensor = digitnet__graph_find_tensor(&model->network.graph, name);
    assert_non_null(tensor);
    float *values = must_allocate(tensor->values * sizeof(float));
    expect_ok(digitnet_model_get_weights(values, tensor->values, model, name));
    return values;
}

/* A window over one dimension, as Keras places it. */
typedef struct window {
    size_t input, size, stride, output;
    long before;
} window;

static window window_of(size_t input, size_t size, size_t stride, digitnet_padding padding) {
    window result = {.input = input, .size = size, .stride = stride};
    if (padding == DIGITNET_PADDING_VALID) {
        result.output = (input - size) / stride + 1;
    } else {
        result.output = (input + stride - 1) / stride;
        long missing = (long)((result.output - 1) * stride + size) - (long)input;
        result.before = missing > 0 ? missing / 2 : 0;
    }
    return result;
}

/* The input's place for an output and a tap; false in the padding. */
static bool place_of(size_t *place, const window *over, size_t output, size_t tap) {
    long at = (long)(output * over->stride + tap) - over->before;
    *place = (size_t)at;
    return at >= 0 && at < (long)over->input;
}

typedef struct conv2d_case {
    size_t height, width, channels, filters, kernel_height, kernel_width, stride_height, stride_width;
    digitnet_padding padding;
    int32_t no_bias;
} conv2d_case;

static double convolve_at(const conv2d_case *with, const window *rows, const window *columns, const float *image,
                          const float *kernel, size_t row, size_t column, size_t filter) {
    double sum = 0;
    for (size_t i = 0; i < rows->size; i++) {
        for (size_t j = 0; j < columns->size; j++) {
            size_t y, x;
            if (!(place_of(&y, rows, row, i) && place_of(&x, columns, column, j)))
                continue;
            for (size_t k = 0; k < with->channels; k++) {
                sum += (double)image[(y * with->width + x) * with->channels + k] *
                       (double)kernel[((i * columns->size + j) * with->channels + k) * with->filters + filter];
            }
        }
    }
    return sum;
}

/* Into rows x columns x filters, ReLU included where wanted. */
static void convolve(float *output, const conv2d_case *with, const float *image, const float *kernel, const float *bias,
                     bool relu) {
    window rows = window_of(with->height, with->kernel_height, with->stride_height, with->padding);
    window columns = window_of(with->width, with->kernel_width, with->stride_width, with->padding);
    for (size_t row = 0; row < rows.output; row++) {
        for (size_t column = 0; column < columns.output; column++) {
            for (size_t filter = 0; filter < with->filters; filter++) {
                double value = convolve_at(with, &rows, &columns, image, kernel, row, column, filter) +
                               (bias ? (double)bias[filter] : 0);
                *output++ = (float)(relu && value < 0 ? 0 : value);
            }
        }
    }
}

static void pool(float *output, const float *image, size_t channels, const window *rows, const window *columns) {
    for (size_t row = 0; row < rows->output; row++) {
        for (size_t column = 0; column < columns->output; column++) {
            for (size_t channel = 0; channel < channels; channel++) {
                float largest = -INFINITY;
                for (size_t tap = 0; tap < rows->size * columns->size; tap++) {
                    size_t y, x;
                    if (place_of(&y, rows, row, tap / columns->size) &&
                        place_of(&x, columns, column, tap % columns->size)) {
                        float value = image[(y * columns->input + x) * channels + channel];
                        largest = value > largest ? value : largest;
                    }
                }
                *output++ = largest;
            }
        }
    }
}

static digitnet_conv2d_options options_of(const conv2d_case *with) {
    return (digitnet_conv2d_options){.struct_size = sizeof(digitnet_conv2d_options),
                                     .kernel_width = with->kernel_width,
                                     .stride_height = with->stride_height,
                                     .stride_width = with->stride_width,
                                     .padding = with->padding,
                                     .no_bias = with->no_bias};
}

/* One convolution, and behind it, unless its options are NULL, a pool. */
static void check_conv2d(const conv2d_case *with, digitnet_activation activation, size_t pool_size,
                         const digitnet_max_pool2d_options *pool_options) {
    digitnet_conv2d_options options = options_of(with);
    digitnet_model *model = begin_model(with->height, with->width, with->channels);
    expect_ok(digitnet_model_add_conv2d_ex(model, with->filters, with->kernel_height, activation, &options));
    digitnet__shape convolved = digitnet__graph_output(&model->network.graph);
    window rows = {0}, columns = {0};
    if (pool_options) {
        expect_ok(digitnet_model_add_max_pool2d_ex(model, pool_size, pool_options));
        rows = window_of(convolved.height, pool_size, pool_options->stride_height, pool_options->padding);
        columns =
            window_of(convolved.width, pool_options->pool_width, pool_options->stride_width, pool_options->padding);
    }
    trial run = run_model(model, 1);
    float *kernel = weights_of(model, "conv2d/kernel"), *bias = with->no_bias ? NULL : weights_of(model, "conv2d/bias");
    float *expected = must_allocate(digitnet__shape_values(convolved) * sizeof(float));
    float *pooled = must_allocate(run.output_values * sizeof(float));
    for (size_t image = 0; image < IMAGES; image++) {
        convolve(expected, with, run.images + image * run.input_values, kernel, bias,
                 activation == DIGITNET_ACTIVATION_RELU);
        if (pool_options)
            pool(pooled, expected, with->filters, &rows, &columns);
        else
            memcpy(pooled, expected, run.output_values * sizeof(float));
        assert_close_floats(run.outputs + image * run.output_values, pooled, run.output_values, tolerance);
    }
    free(kernel);
    free(bias);
    free(expected);
    free(pooled);
    end_trial(&run);
}

static void check_conv2d_with_pool(const conv2d_case *with, size_t pool_height, size_t pool_width, size_t stride_height,
                                   size_t stride_width, digitnet_padding padding) {
    const digitnet_max_pool2d_options *options =
        DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = pool_width, .stride_height = stride_height,
                      .stride_width = stride_width, .padding = padding);
    check_conv2d(with, DIGITNET_ACTIVATION_RELU, pool_height, options);
    check_conv2d(with, DIGITNET_ACTIVATION_LINEAR, pool_height, options);
}

static const conv2d_case conv2d_cases[] = {
    {28, 28, 1, 32, 3, 3, 1, 1, DIGITNET_PADDING_VALID, 0},
    {13, 13, 32, 64, 3, 3, 1, 1, DIGITNET_PADDING_VALID, 0},
    {9, 7, 3, 5, 3, 3, 1, 1, DIGITNET_PADDING_VALID, 0},
    {9, 7, 3, 5, 3, 3, 1, 1, DIGITNET_PADDING_SAME, 0},
    {9, 7, 3, 5, 2, 4, 1, 1, DIGITNET_PADDING_SAME, 1}, /* an odd zero at the bottom and the right */
    {9, 8, 2, 17, 3, 3, 2, 2, DIGITNET_PADDING_SAME, 0},
    {8, 9, 2, 17, 3, 3, 2, 2, DIGITNET_PADDING_SAME, 0},
    {11, 6, 1, 3, 4, 1, 3, 2, DIGITNET_PADDING_SAME, 0},
    {11, 6, 1, 3, 2, 3, 5, 4, DIGITNET_PADDING_VALID, 0}, /* gaps */
    {11, 6, 4, 9, 2, 1, 5, 3, DIGITNET_PADDING_SAME, 1},
    {6, 5, 19, 33, 1, 1, 1, 1, DIGITNET_PADDING_VALID, 0},
    {6, 5, 19, 33, 1, 1, 2, 3, DIGITNET_PADDING_SAME, 0},
    {2, 3, 2, 4, 5, 6, 1, 1, DIGITNET_PADDING_SAME, 0}, /* larger than the image */
    {5, 5, 7, 1, 5, 5, 1, 1, DIGITNET_PADDING_VALID, 0},
    {40, 3, 1, 2, 7, 2, 1, 1, DIGITNET_PADDING_VALID, 0},
    {24, 24, 30, 4, 5, 5, 1, 1, DIGITNET_PADDING_SAME, 0}, /* several chunks of columns */
};
enum { CONV2D_CASES = sizeof conv2d_cases / sizeof *conv2d_cases };

static void test_conv2d_linear(void **state) {
    (void)state;
    for (size_t i = 0; i < CONV2D_CASES; i++)
        check_conv2d(&conv2d_cases[i], DIGITNET_ACTIVATION_LINEAR, 0, NULL);
}

static void test_conv2d_relu(void **state) {
    (void)state;
    for (size_t i = 0; i < CONV2D_CASES; i++)
        check_conv2d(&conv2d_cases[i], DIGITNET_ACTIVATION_RELU, 0, NULL);
}

static void test_conv2d_with_pool(void **state) {
    (void)state;
    for (size_t i = 0; i < CONV2D_CASES; i++) {
        const conv2d_case *with = &conv2d_cases[i];
        window rows = window_of(with->height, with->kernel_height, with->stride_height, with->padding);
        window columns = window_of(with->width, with->kernel_width, with->stride_width, with->padding);
        size_t smaller = rows.output < columns.output ? rows.output : columns.output;
        for (size_t size = 1; size <= 3 && size <= smaller; size++)
            check_conv2d_with_pool(with, size, size, size, size, DIGITNET_PADDING_VALID);
    }
}

/* Pools whose windows overlap, leave gaps, reach over the edge, or have more places than 8 bits tell. */
static void test_conv2d_with_any_pool(void **state) {
    (void)state;
    static const conv2d_case odd = {9, 11, 3, 5, 2, 3, 1, 1, DIGITNET_PADDING_VALID, 0};
    static const conv2d_case large = {22, 21, 2, 3, 3, 3, 1, 1, DIGITNET_PADDING_SAME, 1};
    check_conv2d_with_pool(&odd, 3, 2, 2, 1, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&odd, 2, 2, 3, 4, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&odd, 2, 2, 3, 2, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&odd, 2, 2, 2, 3, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&odd, 3, 2, 3, 2, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&odd, 3, 2, 3, 2, DIGITNET_PADDING_SAME);
    check_conv2d_with_pool(&odd, 3, 4, 3, 4, DIGITNET_PADDING_SAME);
    check_conv2d_with_pool(&odd, 3, 3, 1, 1, DIGITNET_PADDING_SAME);
    check_conv2d_with_pool(&odd, 2, 2, 2, 2, DIGITNET_PADDING_SAME); /* a column more than there is */
    check_conv2d_with_pool(&odd, 1, 4, 1, 4, DIGITNET_PADDING_SAME); /* one before the first, too */
    check_conv2d_with_pool(&odd, 1, 7, 1, 7, DIGITNET_PADDING_SAME);
    check_conv2d_with_pool(&large, 16, 16, 16, 16, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&large, 17, 17, 17, 17, DIGITNET_PADDING_VALID);
    check_conv2d_with_pool(&large, 22, 21, 22, 21, DIGITNET_PADDING_VALID);
}

static void check_max_pool2d(size_t height, size_t width, size_t channels, size_t pool_height, size_t pool_width,
                             size_t stride_height, size_t stride_width, digitnet_padding padding) {
    digitnet_model *model = begin_model(height, width, channels);
    expect_ok(digitnet_model_add_max_pool2d_ex(model, pool_height,
                                               DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = pool_width,
                                                             .stride_height = stride_height,
                                                             .stride_width = stride_width, .padding = padding)));
    window rows = window_of(height, pool_height, stride_height, padding);
    window columns = window_of(width, pool_width, stride_width, padding);
    trial run = run_model(model, 2);
    assert_int_equal(run.output_values, rows.output * columns.output * channels);
    float *expected = must_allocate(run.output_values * sizeof(float));
    for (size_t image = 0; image < IMAGES; image++) {
        pool(expected, run.images + image * run.input_values, channels, &rows, &columns);
        assert_same_floats(run.outputs + image * run.output_values, expected, run.output_values);
    }
    free(expected);
    end_trial(&run);
}

static void test_max_pool2d(void **state) {
    (void)state;
    check_max_pool2d(6, 6, 4, 2, 2, 2, 2, DIGITNET_PADDING_VALID);
    check_max_pool2d(7, 9, 3, 2, 2, 2, 2, DIGITNET_PADDING_VALID);
    check_max_pool2d(7, 9, 3, 2, 2, 2, 2, DIGITNET_PADDING_SAME);
    check_max_pool2d(7, 9, 17, 3, 2, 1, 1, DIGITNET_PADDING_VALID);
    check_max_pool2d(7, 9, 17, 3, 2, 1, 1, DIGITNET_PADDING_SAME);
    check_max_pool2d(7, 9, 1, 1, 2, 3, 4, DIGITNET_PADDING_VALID);
    check_max_pool2d(5, 4, 2, 5, 4, 5, 4, DIGITNET_PADDING_VALID);
    check_max_pool2d(3, 3, 2, 5, 4, 1, 2, DIGITNET_PADDING_SAME);
    check_max_pool2d(1, 1, 1, 1, 1, 1, 1, DIGITNET_PADDING_VALID);
}

static void check_dense(size_t inputs, size_t units, digitnet_activation activation, int32_t no_bias) {
    digitnet_model *model = begin_model(1, 1, inputs);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense_ex(model, units, activation,
                                          DIGITNET_WITH(digitnet_dense_options, .no_bias = no_bias)));
    /* So that a softmax is the layer's own, not the end of a classifier. */
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_LINEAR));
    trial run = run_model(model, 3);
    float *kernel = weights_of(model, "dense/kernel"), *bias = no_bias ? NULL : weights_of(model, "dense/bias");
    float *expected = must_allocate(units * sizeof(float));
    for (size_t image = 0; image < IMAGES; image++) {
        double total = 0;
        for (size_t unit = 0; unit < units; unit++) {
            double sum = bias ? (double)bias[unit] : 0;
            for (size_t i = 0; i < inputs; i++)
                sum += (double)run.images[image * inputs + i] * (double)kernel[i * units + unit];
            expected[unit] = (float)(activation == DIGITNET_ACTIVATION_RELU && sum < 0 ? 0 : sum);
            total += exp(sum);
        }
        for (size_t unit = 0; activation == DIGITNET_ACTIVATION_SOFTMAX && unit < units; unit++)
            expected[unit] = (float)(exp((double)expected[unit]) / total);
        assert_close_floats(run.outputs + image * units, expected, units, tolerance);
    }
    free(kernel);
    free(bias);
    free(expected);
    end_trial(&run);
}

static void test_dense(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {1600, 128}, {128, 10}, {37, 1}, {1, 33}, {200, 150}, {15, 16}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (digitnet_activation activation = DIGITNET_ACTIVATION_LINEAR; activation <= DIGITNET_ACTIVATION_SOFTMAX;
             activation++) {
            check_dense(sizes[i][0], sizes[i][1], activation, 0);
            check_dense(sizes[i][0], sizes[i][1], activation, 1);
        }
    }
}

static void test_flatten_and_activations(void **state) {
    (void)state;
    digitnet_model *model = begin_model(2, 3, 4);
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_flatten(model)); /* a flat input is passed on */
    trial run = run_model(model, 4);
    assert_same_floats(run.outputs, run.images, IMAGES * 24);
    end_trial(&run);

    model = begin_model(2, 3, 4);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU));
    run = run_model(model, 5);
    for (size_t i = 0; i < IMAGES * 24; i++)
        assert_true(run.outputs[i] == (run.images[i] > 0 ? run.images[i] : 0));
    end_trial(&run);

    /* Over the channels of each place. */
    model = begin_model(2, 3, 4);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX));
    run = run_model(model, 6);
    for (size_t place = 0; place < IMAGES * 6; place++) {
        const float *from = run.images + place * 4;
        double total = exp(from[0]) + exp(from[1]) + exp(from[2]) + exp(from[3]);
        float expected[4];
        for (size_t i = 0; i < 4; i++)
            expected[i] = (float)(exp(from[i]) / total);
        assert_close_floats(run.outputs + place * 4, expected, 4, 1e-6);
    }
    end_trial(&run);
}

/* A softmax over large numbers overflows nowhere. */
static void test_softmax_of_large_values(void **state) {
    (void)state;
    static const float image[4] = {1e30f, -1e30f, 88, 1e30f}, expected[4] = {0.5f, 0, 0, 0.5f};
    digitnet_model *model = begin_model(1, 1, 4);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet__network_allocate(&model->network));
    float scores[4];
    expect_ok(digitnet_model_predict(scores, 4, model, image, 4));
    assert_same_floats(scores, expected, 4);
    digitnet_model_free(model);
}

enum { DROPOUT_VALUES = 20000 };

/* What dropout makes of ones while training, with this seed for its sample. */
static void drop_ones(float *output, double rate, uint64_t seed) {
    digitnet_model *model = begin_model(1, 1, DROPOUT_VALUES);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dropout(model, rate));
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, &model->network, 1, 8, NULL));
    for (size_t i = 0; i < DROPOUT_VALUES; i++)
        digitnet__pass_input(&pass, 0)[i] = 1;
    *digitnet__pass_seeds(&pass, 0) = seed;
    forward_batch(&pass, 1);
    memcpy(output, digitnet__pass_output(&pass, 0), DROPOUT_VALUES * sizeof(float));
    digitnet__pass_release(&pass);
    digitnet_model_free(model);
}

static void test_dropout(void **state) {
    (void)state;
    static const double rates[] = {0, 0.1, 0.5, 0.9};
    static float output[DROPOUT_VALUES], again[DROPOUT_VALUES], other[DROPOUT_VALUES];
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        double rate = rates[i];
        drop_ones(output, rate, 11);
        size_t dropped = 0;
        for (size_t j = 0; j < DROPOUT_VALUES; j++) {
            assert_true(output[j] == 0 || output[j] == (float)(1 / (1 - rate)));
            dropped += output[j] == 0;
        }
        /* Five standard deviations of the binomial distribution. */
        assert_true(fabs((double)dropped - rate * DROPOUT_VALUES) <= 5 * sqrt(rate * (1 - rate) * DROPOUT_VALUES));
        drop_ones(again, rate, 11);
        assert_same_floats(output, again, DROPOUT_VALUES);
        drop_ones(other, rate, 12);
        assert_true(rate == 0 || memcmp(output, other, sizeof output) != 0);
    }
}

/* Each layer drops values of its own, and prediction drops none. */
static void test_dropout_by_layer_and_in_prediction(void **state) {
    (void)state;
    digitnet_model *model = begin_model(1, 1, 1000);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.5);
    expect_ok(digitnet_model_add_dropout(model, 0.5));
    trial run = run_model(model, 7);
    assert_same_floats(run.outputs, run.images, IMAGES * 1000);
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, &model->network, 1, 8, NULL));
    for (size_t i = 0; i < 1000; i++)
        digitnet__pass_input(&pass, 0)[i] = 1;
    *digitnet__pass_seeds(&pass, 0) = 11;
    forward_batch(&pass, 1);
    size_t kept = 0;
    for (size_t i = 0; i < 1000; i++)
        kept += digitnet__pass_output(&pass, 0)[i] == 4;
    assert_in_range(kept, 182, 318); /* a quarter, within five standard deviations; the same places would keep half */
    digitnet__pass_release(&pass);
    end_trial(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d_linear),
        cmocka_unit_test(test_conv2d_relu),
        cmocka_unit_test(test_conv2d_with_pool),
        cmocka_unit_test(test_conv2d_with_any_pool),
        cmocka_unit_test(test_max_pool2d),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_flatten_and_activations),
        cmocka_unit_test(test_softmax_of_large_values),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_dropout_by_layer_and_in_prediction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
