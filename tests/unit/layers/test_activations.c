/* Activations, and layers that normalize, rescale or have slopes, against Keras: outputs, and the gradients of a linear
 * function of them by the image and by the layer's tensors. */
#include "../../fixtures/activations.h"
#include "model/model.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = KERAS_HEIGHT * KERAS_WIDTH * KERAS_CHANNELS, MOST_WEIGHTS = VALUES };
enum { IMAGE_SEED = 1, OBJECTIVE_SEED, TENSOR_SEED };

typedef digitnet_status (*builder)(digitnet_model *model);

static digitnet_status add_leaky_relu(digitnet_model *model) {
    return digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_LEAKY_RELU,
                                            DIGITNET_WITH(digitnet_activation_options, .alpha = 0.3));
}

static digitnet_status add_elu(digitnet_model *model) {
    return digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_ELU,
                                            DIGITNET_WITH(digitnet_activation_options, .alpha = 0.5));
}

static digitnet_status add_prelu_per_channel(digitnet_model *model) {
    return digitnet_model_add_prelu_ex(model, DIGITNET_WITH(digitnet_prelu_options, .per_channel = 1));
}

static digitnet_status add_plain_normalization(digitnet_model *model) {
    return digitnet_model_add_layer_normalization_ex(
        model, DIGITNET_WITH(digitnet_layer_normalization_options, .epsilon = 1e-5, .no_center = 1, .no_scale = 1));
}

static digitnet_status add_rescaling(digitnet_model *model) {
    return digitnet_model_add_rescaling(model, 1.5, -0.25);
}

/* Of an activation alone, or of the layer that `add` adds. */
typedef struct keras_case {
    const char *name;
    digitnet_activation activation;
    builder add;
    const float *numbers;
    size_t count;
} keras_case;

#define CASE(numbers, activation, add) \
    { #numbers, activation, add, numbers, sizeof(numbers) / sizeof *(numbers) }
static const keras_case cases[] = {
    CASE(relu_numbers, DIGITNET_ACTIVATION_RELU, NULL),
    CASE(softmax_numbers, DIGITNET_ACTIVATION_SOFTMAX, NULL),
    CASE(sigmoid_numbers, DIGITNET_ACTIVATION_SIGMOID, NULL),
    CASE(tanh_numbers, DIGITNET_ACTIVATION_TANH, NULL),
    CASE(leaky_relu_numbers, DIGITNET_ACTIVATION_LEAKY_RELU, NULL),
    CASE(elu_numbers, DIGITNET_ACTIVATION_ELU, NULL),
    CASE(selu_numbers, DIGITNET_ACTIVATION_SELU, NULL),
    CASE(gelu_numbers, DIGITNET_ACTIVATION_GELU, NULL),
    CASE(gelu_tanh_numbers, DIGITNET_ACTIVATION_GELU_TANH, NULL),
    CASE(silu_numbers, DIGITNET_ACTIVATION_SILU, NULL),
    CASE(hard_sigmoid_numbers, DIGITNET_ACTIVATION_HARD_SIGMOID, NULL),
    CASE(hard_swish_numbers, DIGITNET_ACTIVATION_HARD_SWISH, NULL),
    CASE(relu6_numbers, DIGITNET_ACTIVATION_RELU6, NULL),
    CASE(softplus_numbers, DIGITNET_ACTIVATION_SOFTPLUS, NULL),
    CASE(log_softmax_numbers, DIGITNET_ACTIVATION_LOG_SOFTMAX, NULL),
    CASE(leaky_relu_0_3_numbers, DIGITNET_ACTIVATION_LINEAR, add_leaky_relu),
    CASE(elu_0_5_numbers, DIGITNET_ACTIVATION_LINEAR, add_elu),
    CASE(prelu_numbers, DIGITNET_ACTIVATION_LINEAR, digitnet_model_add_prelu),
    CASE(prelu_per_channel_numbers, DIGITNET_ACTIVATION_LINEAR, add_prelu_per_channel),
    CASE(layer_normalization_numbers, DIGITNET_ACTIVATION_LINEAR, digitnet_model_add_layer_normalization),
    CASE(layer_normalization_plain_numbers, DIGITNET_ACTIVATION_LINEAR, add_plain_normalization),
    CASE(rescaling_numbers, DIGITNET_ACTIVATION_LINEAR, add_rescaling),
    CASE(normalization_numbers, DIGITNET_ACTIVATION_LINEAR, digitnet_model_add_normalization),
};

static digitnet_model *make_model(const keras_case *with) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, KERAS_HEIGHT, KERAS_WIDTH, KERAS_CHANNELS));
    expect_ok(with->add ? with->add(model) : digitnet_model_add_activation(model, with->activation));
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    return model;
}

/* Trained tensors from noise, as the script has them, and the moments that it names. */
static void set_tensors(digitnet__network *network) {
    static const float mean[] = {0.5f, -1, 2, 0, 1e-3f}, variance[] = {1, 4, 0.25f, 0, 9};
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        float *values = digitnet__network_values(network, tensor);
        if (tensor->is_state)
            memcpy(values, i == 0 ? mean : variance, sizeof mean);
        else
            fill_noise(values, tensor->values, TENSOR_SEED + i);
    }
}

static void assert_close(const char *what, const float *values, const float *expected, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double error = fabs((double)values[i] - (double)expected[i]);
        if (!(error <= 2e-6 * (1 + fabs((double)expected[i]))))
            fail_msg("%s: value %zu is %.9g, not %.9g", what, i, (double)values[i], (double)expected[i]);
    }
}

static void check_case(const keras_case *with) {
    digitnet_model *model = make_model(with);
    digitnet__network *network = &model->network;
    const digitnet__op *op = &network->training.ops[0];
    float image[VALUES], output[VALUES], objective[VALUES], image_gradient[VALUES], gradient[MOST_WEIGHTS] = {0};
    const float *inputs[] = {image};
    set_tensors(network);
    fill_noise(image, VALUES, IMAGE_SEED);
    for (size_t i = 0; i < VALUES; i++)
        image[i] *= KERAS_SCALE;
    fill_noise(objective, VALUES, OBJECTIVE_SEED);
    digitnet__op_range range = {.samples = 1,
                                .inputs = inputs,
                                .output = output,
                                .cache = must_allocate(op->cache_bytes),
                                .parameters = network->parameters,
                                .state = network->state,
                                .scratch = must_allocate(op->scratch_bytes),
                                .output_gradient = objective,
                                .input_gradients = (float *const[]){image_gradient},
                                .gradient = gradient};
    op->kind->forward(op, &range);
    op->kind->backward(op, &range);
    size_t weights = network->graph.parameter_count;
    assert_int_equal(with->count, 2 * VALUES + weights);
    assert_close(with->name, output, with->numbers, VALUES);
    assert_close(with->name, image_gradient, with->numbers + VALUES, VALUES);
    assert_close(with->name, gradient, with->numbers + 2 * VALUES, weights);
    free(range.cache);
    free(range.scratch);
    digitnet_model_free(model);
}

static void test_against_keras(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i]);
}

/* ---- Attributes that are refused ---- */

#define expect_refused(call, message)                   \
    do {                                                \
        expect_failure(call, DIGITNET_EINVAL, message); \
        digitnet_model_clear_error(model);              \
    } while (0)

static void test_wrong_numbers(void **state) {
    (void)state;
    static const double bad[] = {-1, NAN, INFINITY, 1e39};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 3));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        digitnet_activation_options alpha = DIGITNET_INIT(digitnet_activation_options);
        digitnet_layer_normalization_options epsilon = DIGITNET_INIT(digitnet_layer_normalization_options);
        alpha.alpha = epsilon.epsilon = bad[i];
        expect_refused(digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_ELU, &alpha), "alpha is");
        expect_refused(digitnet_model_add_layer_normalization_ex(model, &epsilon), "epsilon is");
        expect_refused(digitnet_model_add_gaussian_noise(model, bad[i]), "stddev is");
        expect_refused(digitnet_model_add_gaussian_dropout(model, bad[i]), "rate is");
        expect_refused(digitnet_model_add_spatial_dropout2d(model, bad[i]), "rate is");
        expect_refused(digitnet_model_add_rescaling(model, bad[i] > 0 || bad[i] < 0 ? 1e39 : NAN, 0), "scale is");
        expect_refused(digitnet_model_add_rescaling(model, 1, -1e39), "offset is -1e+39");
    }
    expect_refused(digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_RELU,
                                                    DIGITNET_WITH(digitnet_activation_options, .alpha = 0.1)),
                   "alpha is 0.1, but activation relu has none");
    expect_ok(digitnet_model_add_flatten(model));
    expect_failure(digitnet_model_add_spatial_dropout2d(model, 0.5), DIGITNET_ESHAPE, "rows, columns");
    digitnet_model_free(model);
}

/* ---- Noise ---- */

enum { SAMPLES = 4, SIDE = 50, CHANNELS = 40, NOISE_VALUES = SIDE * SIDE * CHANNELS };

/* Forward in training over ones, each sample with a seed of its own. */
static float *run_noise(digitnet_model *model) {
    static const uint64_t seeds[SAMPLES] = {1, 2, 3, 4};
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    const digitnet__op *op = &model->network.training.ops[0];
    float *ones = must_allocate(SAMPLES * NOISE_VALUES * sizeof(float));
    float *output = must_allocate(SAMPLES * NOISE_VALUES * sizeof(float));
    for (size_t i = 0; i < SAMPLES * NOISE_VALUES; i++)
        ones[i] = 1;
    op->kind->forward(op, &(digitnet__op_range){
                              .samples = SAMPLES, .inputs = (const float *[]){ones}, .output = output, .seeds = seeds});
    assert_int_equal(model->network.inference.op_count, 0); /* nothing to compute there */
    digitnet_model_free(model);
    free(ones);
    return output;
}

static digitnet_model *begin_noise(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, CHANNELS));
    return model;
}

/* 400,000 values: the mean within 5 deviations of it, the variance likewise. */
static void check_moments(float *values, double mean, double variance) {
    const double count = SAMPLES * NOISE_VALUES;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < SAMPLES * NOISE_VALUES; i++) {
        sum += (double)values[i] - mean;
        squares += ((double)values[i] - mean) * ((double)values[i] - mean);
    }
    assert_true(fabs(sum / count) < 5 * sqrt(variance / count));
    assert_true(fabs(squares / count / variance - 1) < 5 * sqrt(2 / count));
    assert_true(values[0] != values[NOISE_VALUES]); /* samples differ */
    free(values);
}

static void test_noise(void **state) {
    (void)state;
    digitnet_model *added = begin_noise(), *multiplied = begin_noise();
    expect_ok(digitnet_model_add_gaussian_noise(added, 0.3));
    check_moments(run_noise(added), 1, 0.09);
    expect_ok(digitnet_model_add_gaussian_dropout(multiplied, 0.2));
    check_moments(run_noise(multiplied), 1, 0.25);
}

/* A channel is kept as a whole or not at all. */
static void test_spatial_dropout(void **state) {
    (void)state;
    digitnet_model *model = begin_noise();
    expect_ok(digitnet_model_add_spatial_dropout2d(model, 0.75));
    float *output = run_noise(model);
    size_t kept = 0;
    for (size_t channel = 0; channel < SAMPLES * CHANNELS; channel++) {
        const float *values = output + channel / CHANNELS * NOISE_VALUES + channel % CHANNELS;
        assert_true(values[0] == 0 || values[0] == 4);
        kept += values[0] == 4;
        for (size_t place = 0; place < SIDE * SIDE; place++)
            assert_true(values[place * CHANNELS] == values[0]);
    }
    assert_in_range(kept, 13, 67); /* a quarter of 160, within five deviations */
    free(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_keras),
        cmocka_unit_test(test_wrong_numbers),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_spatial_dropout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
