/* Whole networks with batch normalization against Keras and PyTorch in double precision: logits in training,
 * probabilities in inference, gradients, and all weights and moving statistics after three steps of SGD and of Adam.
 * fixtures/make-networks.py made the figures. */
#include "fixtures/networks.h"
#include "model/model.h"
#include "passes.h"
#include "support.h"
#include "training/loss.h"

#include <math.h>
#include <stdlib.h>

#define LINEAR DIGITNET_ACTIVATION_LINEAR
#define RELU DIGITNET_ACTIVATION_RELU

enum { IMAGE = REFERENCE_HEIGHT * REFERENCE_WIDTH * REFERENCE_CHANNELS };

/* Of REFERENCE_IMAGES. */
static float images[REFERENCE_IMAGES * IMAGE];
static int32_t labels[REFERENCE_IMAGES];

static void add_chain(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(model, 6, 3, LINEAR, DIGITNET_WITH(digitnet_conv2d_options, .no_bias = 1));
    digitnet_model_add_batch_normalization_ex(
        model, DIGITNET_WITH(digitnet_batch_normalization_options, .momentum = 0.75, .epsilon = 0.01));
    digitnet_model_add_activation(model, RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, 8, LINEAR, DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, RELU);
    digitnet_model_add_dense(model, REFERENCE_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

static void normalize(digitnet_model *model, const char *name) {
    digitnet_model_add_batch_normalization_ex(
        model, DIGITNET_WITH(digitnet_batch_normalization_options, .name = name, .momentum = 0.9));
}

static void add_normalized(digitnet_model *model, const char *name, const char *normalized, const char *input,
                           size_t filters, size_t kernel, size_t stride) {
    digitnet_model_add_conv2d_ex(model, filters, kernel, LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = name, .input = input, .no_bias = 1,
                                               .stride_height = stride, .padding = DIGITNET_PADDING_SAME));
    normalize(model, normalized);
}

static void add_relu(digitnet_model *model, const char *name) {
    digitnet_model_add_activation_ex(model, RELU, DIGITNET_WITH(digitnet_activation_options, .name = name));
}

static void add_residual(digitnet_model *model) {
    add_normalized(model, "stem", "stem_normalized", NULL, 4, 3, 1);
    add_relu(model, "stem_relu");
    add_normalized(model, "first", "first_normalized", NULL, 4, 3, 1);
    add_relu(model, "first_relu");
    add_normalized(model, "second", "second_normalized", NULL, 4, 3, 1);
    digitnet_model_add_add_ex(model, (const char *const[]){"stem_relu", "second_normalized"}, 2, RELU,
                              DIGITNET_WITH(digitnet_add_options, .name = "block"));
    add_normalized(model, "shortcut", "shortcut_normalized", "block", 6, 1, 2);
    add_normalized(model, "third", "third_normalized", "block", 6, 3, 2);
    digitnet_model_add_add(model, (const char *const[]){"shortcut_normalized", "third_normalized"}, 2, RELU);
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, REFERENCE_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

/* A normalization of PyTorch's settings and a ReLU. */
static void add_pytorch_normalization(digitnet_model *model) {
    digitnet_model_add_batch_normalization_ex(model,
                                              DIGITNET_WITH(digitnet_batch_normalization_options, .epsilon = 1e-5,
                                                            .momentum = 0.9, .unbiased_moving_variance = 1));
    digitnet_model_add_activation(model, RELU);
}

static void add_pytorch(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(
        model, 5, 3, LINEAR, DIGITNET_WITH(digitnet_conv2d_options, .no_bias = 1, .padding = DIGITNET_PADDING_SAME));
    add_pytorch_normalization(model);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_depthwise_conv2d_ex(
        model, 3, LINEAR,
        DIGITNET_WITH(digitnet_depthwise_conv2d_options, .no_bias = 1, .padding = DIGITNET_PADDING_SAME));
    add_pytorch_normalization(model);
    digitnet_model_add_conv2d_ex(model, 7, 1, LINEAR, DIGITNET_WITH(digitnet_conv2d_options, .no_bias = 1));
    add_pytorch_normalization(model);
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, REFERENCE_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_wide(digitnet_model *model) {
    digitnet_model_add_zero_padding2d(model, 1, 1, 2, 2);
    digitnet_model_add_conv2d_ex(
        model, 16, 3, LINEAR, DIGITNET_WITH(digitnet_conv2d_options, .name = "stem", .padding = DIGITNET_PADDING_SAME));
    normalize(model, "stem_normalized");
    add_relu(model, "stem_relu");
    add_normalized(model, "block", "block_normalized", NULL, 16, 3, 1);
    digitnet_model_add_add(model, (const char *const[]){"stem_relu", "block_normalized"}, 2, RELU);
    add_normalized(model, "pooled", "pooled_normalized", NULL, 32, 3, 1);
    digitnet_model_add_activation(model, RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_depthwise_conv2d_ex(model, 3, LINEAR,
                                           DIGITNET_WITH(digitnet_depthwise_conv2d_options, .name = "depthwise",
                                                         .no_bias = 1, .padding = DIGITNET_PADDING_SAME));
    normalize(model, "depthwise_normalized");
    digitnet_model_add_activation(model, RELU);
    add_normalized(model, "pointwise", "pointwise_normalized", NULL, 16, 1, 1);
    digitnet_model_add_activation(model, RELU);
    add_normalized(model, "direct", "direct_normalized", NULL, 16, 2, 1);
    digitnet_model_add_activation(model, RELU);
    add_normalized(model, "strided", "strided_normalized", NULL, 16, 3, 2);
    digitnet_model_add_activation(model, RELU);
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, REFERENCE_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

#define CASE(name, pytorch_epsilon)                                                                         \
    {                                                                                                       \
#name, add_##name, pytorch_epsilon, name##_tensors, sizeof name##_tensors / sizeof *name##_tensors, \
            name##_probabilities, name##_logits, name##_gradients, name##_sgd, name##_adam                  \
    }
static const struct reference_network {
    const char *name;
    void (*add)(digitnet_model *model);
    int32_t pytorch_epsilon; /* 1: Adam is PyTorch's */
    const reference_tensor *tensors;
    size_t tensor_count;
    const double *probabilities, *logits, *gradients, *sgd_weights, *adam_weights;
} networks[] = {CASE(chain, 0), CASE(residual, 0), CASE(pytorch, 1), CASE(wide, 0)};

enum { NETWORKS = sizeof networks / sizeof *networks };

/* Those of the networks. */
static const digitnet__kernels *kernels;

static digitnet_model *make_model(const struct reference_network *network, digitnet_optimizer optimizer) {
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    sgd.momentum = REFERENCE_MOMENTUM;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    adam.epsilon = REFERENCE_ADAM_EPSILON;
    adam.pytorch_epsilon = network->pytorch_epsilon;
    bool is_sgd = optimizer == DIGITNET_OPTIMIZER_SGD;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, REFERENCE_HEIGHT, REFERENCE_WIDTH, REFERENCE_CHANNELS));
    model->network.kernels = kernels;
    network->add(model);
    expect_ok(digitnet_model_compile_ex(
        model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .learning_rate = is_sgd ? REFERENCE_SGD_RATE : REFERENCE_ADAM_RATE,
                      .sgd = is_sgd ? &sgd : NULL, .adam = is_sgd ? NULL : &adam)));
    assert_int_equal(model->network.graph.tensor_count, network->tensor_count);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const reference_tensor *tensor = &network->tensors[i];
        float *values = must_allocate(tensor->values * sizeof *values);
        for (size_t j = 0; j < tensor->values; j++)
            values[j] = tensor->offset + tensor->scale * noise(REFERENCE_TENSOR_SEED + i, j);
        expect_ok(digitnet_model_set_weights(model, tensor->name, values, tensor->values));
        free(values);
    }
    return model;
}

/* Returns how many figures there are. The tolerance is that of one value. */
static size_t check_values(const char *network, const char *what, const float *actual, const double *expected,
                           size_t count, double tolerance) {
    double figures[MOST_FIGURES];
    size_t neighbours, figure_count = to_figures(figures, &neighbours, actual, count);
    for (size_t i = 0; i < figure_count; i++)
        if (!(fabs(figures[i] - expected[i]) <= tolerance * sqrt((double)neighbours)))
            fail_msg("%s, %s: figure %zu of %s, of %zu values, is %.9g, in the reference %.9g", network, kernels->name,
                     i, what, neighbours, figures[i], expected[i]);
    return figure_count;
}

/* Each network, by each set of kernels that runs here. */
static void check_networks(void (*check)(const struct reference_network *network)) {
    for (size_t set = 0; (kernels = digitnet__kernels_at(set)); set++)
        for (size_t i = 0; i < NETWORKS; i++)
            check(&networks[i]);
}

static void check_inference(const struct reference_network *network) {
    enum { SCORES = REFERENCE_IMAGES * REFERENCE_CLASSES };
    digitnet_model *model = make_model(network, DIGITNET_OPTIMIZER_SGD);
    float scores[SCORES];
    expect_ok(digitnet_model_predict(scores, SCORES, model, images, sizeof images / sizeof *images));
    check_values(network->name, "the probabilities", scores, network->probabilities, SCORES, 1e-6);
    digitnet_model_free(model);
}

static void inference_is_by_the_moving_statistics(void **state) {
    (void)state;
    check_networks(check_inference);
}

static void check_gradients(const struct reference_network *network, const digitnet_model *model,
                            const float *gradients) {
    const double *expected = network->gradients;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_find_tensor(&model->network.graph, network->tensors[i].name);
        assert_non_null(tensor);
        assert_int_equal(tensor->values, network->tensors[i].values);
        if (tensor->is_state)
            continue;
        float *values = must_allocate(tensor->values * sizeof *values);
        digitnet__tensor_to_user(values, tensor, gradients + tensor->offset);
        expected += check_values(network->name, tensor->name, values, expected, tensor->values, 2e-6);
        free(values);
    }
}

static void check_training(const struct reference_network *network, size_t ranges) {
    enum { LOGITS = REFERENCE_BATCH * REFERENCE_CLASSES };
    const float ones[REFERENCE_BATCH] = {1, 1, 1, 1, 1, 1, 1, 1};
    const digitnet__loss_settings settings = digitnet__loss_defaults(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_model *model = make_model(network, DIGITNET_OPTIMIZER_SGD);
    digitnet__pass pass;
    digitnet__score scores[REFERENCE_BATCH];
    expect_ok(digitnet__pass_create(&pass, &model->network, REFERENCE_BATCH, ranges, NULL));
    memcpy(digitnet__pass_input(&pass, 0), images, REFERENCE_BATCH * IMAGE * sizeof *images);
    forward_batch(&pass, REFERENCE_BATCH);
    check_values(network->name, "the logits", digitnet__pass_output(&pass, 0), network->logits, LOGITS, 5e-6);
    const digitnet__loss_rows rows = {.outputs = digitnet__pass_output(&pass, 0),
                                      .labels = labels,
                                      .weights = ones,
                                      .rows = REFERENCE_BATCH,
                                      .columns = REFERENCE_CLASSES};
    digitnet__loss_find(settings.kind)
        ->run(scores, digitnet__pass_output_gradient(&pass, 0), &rows, &settings, 1.0f / REFERENCE_BATCH);
    backward_batch(&pass, REFERENCE_BATCH);
    check_gradients(network, model, digitnet__pass_gradients(&pass));
    digitnet__pass_release(&pass);
    digitnet_model_free(model);
}

/* In ranges of one image, and in one of all, where a kernel runs over several images at a time. */
static void check_training_in_ranges(const struct reference_network *network) {
    check_training(network, REFERENCE_BATCH);
    check_training(network, 1);
}

static void training_is_by_the_statistics_of_the_batch(void **state) {
    (void)state;
    check_networks(check_training_in_ranges);
}

/* Three batches in order, the last one smaller than the others. */
static void check_steps(const struct reference_network *network, digitnet_optimizer optimizer, const double *expected,
                        double tolerance) {
    digitnet_model *model = make_model(network, optimizer);
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32(&data, images, labels, REFERENCE_IMAGES, REFERENCE_HEIGHT, REFERENCE_WIDTH,
                                          REFERENCE_CHANNELS));
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = REFERENCE_BATCH, .no_shuffle = 1));
    for (size_t i = 0; i < network->tensor_count; i++) {
        const reference_tensor *tensor = &network->tensors[i];
        float *values = must_allocate(tensor->values * sizeof *values);
        expect_ok(digitnet_model_get_weights(values, tensor->values, model, tensor->name));
        expected += check_values(network->name, tensor->name, values, expected, tensor->values, tolerance);
        free(values);
    }
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void check_steps_of_sgd(const struct reference_network *network) {
    check_steps(network, DIGITNET_OPTIMIZER_SGD, network->sgd_weights, 2e-6);
}

static void three_steps_of_sgd(void **state) {
    (void)state;
    check_networks(check_steps_of_sgd);
}

static void check_steps_of_adam(const struct reference_network *network) {
    check_steps(network, DIGITNET_OPTIMIZER_ADAM, network->adam_weights, 2e-6);
}

static void three_steps_of_adam(void **state) {
    (void)state;
    check_networks(check_steps_of_adam);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inference_is_by_the_moving_statistics),
        cmocka_unit_test(training_is_by_the_statistics_of_the_batch),
        cmocka_unit_test(three_steps_of_sgd),
        cmocka_unit_test(three_steps_of_adam),
    };
    fill_noise(images, sizeof images / sizeof *images, REFERENCE_IMAGE_SEED);
    for (size_t i = 0; i < REFERENCE_IMAGES; i++)
        labels[i] = (int32_t)(i * 7 % REFERENCE_CLASSES);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
