/* Batch normalization: its statistics in training, its moving averages, and what becomes of it in inference. */
#include "model/model.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 11, CLASSES = 3 };

#define EPSILON 0.01
#define MOMENTUM 0.75

/* A convolution and a dense layer, each with its normalization, the first without biases. */
static digitnet_model *make_model(int32_t unbiased) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 6, 5, 2));
    digitnet_model_add_conv2d_ex(model, 20, 3, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .no_bias = 1));
    digitnet_model_add_batch_normalization_ex(model, DIGITNET_WITH(digitnet_batch_normalization_options,
                                                                   .epsilon = EPSILON, .momentum = MOMENTUM,
                                                                   .unbiased_moving_variance = unbiased));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 7, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 5)));
    return model;
}

static digitnet_dataset *make_images(size_t count) {
    return make_dataset(count, 6, 5, 2, CLASSES, 3);
}

static void get(float *values, const digitnet_model *model, const char *name, size_t count) {
    expect_ok(digitnet_model_get_weights(values, count, model, name));
}

/* A convolution of 3 x 3 without padding, in double: all channels of all positions of all images. */
static double *convolve(const digitnet_model *model, const digitnet_dataset *images, size_t *places) {
    float kernel[3 * 3 * 2 * 20], pixels[IMAGES * 6 * 5 * 2];
    get(kernel, model, "conv2d/kernel", sizeof kernel / sizeof *kernel);
    expect_ok(digitnet_dataset_read(pixels, sizeof pixels / sizeof *pixels, NULL, 0, images, 0, IMAGES));
    *places = IMAGES * 4 * 3;
    double *values = calloc(*places * 20, sizeof *values);
    assert_non_null(values);
    for (size_t place = 0; place < *places; place++)
        for (size_t filter = 0; filter < 20; filter++)
            for (size_t tap = 0; tap < 3 * 3 * 2; tap++) {
                size_t image = place / 12, row = place / 3 % 4 + tap / 6, column = place % 3 + tap / 2 % 3;
                values[place * 20 + filter] +=
                    (double)kernel[tap * 20 + filter] * (double)pixels[((image * 6 + row) * 5 + column) * 2 + tap % 2];
            }
    return values;
}

/* After one step of all images in one batch, by the weights of before. */
static void check_moving_averages(int32_t unbiased) {
    digitnet_model *model = make_model(unbiased);
    digitnet_dataset *images = make_images(IMAGES);
    size_t places;
    double *values = convolve(model, images, &places);
    fit(model, images, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
    float means[20], variances[20];
    get(means, model, "batch_normalization/moving_mean", 20);
    get(variances, model, "batch_normalization/moving_variance", 20);
    for (size_t channel = 0; channel < 20; channel++) {
        double mean = 0, square = 0;
        for (size_t place = 0; place < places; place++)
            mean += values[place * 20 + channel] / (double)places;
        for (size_t place = 0; place < places; place++)
            square += pow(values[place * 20 + channel] - mean, 2);
        double variance = square / (double)(unbiased ? places - 1 : places);
        assert_true(fabs((double)means[channel] - (1 - MOMENTUM) * mean) < 1e-6);
        assert_true(fabs((double)variances[channel] - MOMENTUM - (1 - MOMENTUM) * variance) < 1e-6);
    }
    free(values);
    digitnet_dataset_free(images);
    digitnet_model_free(model);
}

static void moving_averages_follow_the_batches(void **state) {
    (void)state;
    check_moving_averages(0);
    check_moving_averages(1);
}

static void expect_op(const digitnet__plan *plan, size_t index, const char *name) {
    assert_true(index < plan->op_count);
    assert_string_equal(plan->ops[index].kind->name, name);
}

static void it_goes_into_the_weights_before_it(void **state) {
    (void)state;
    digitnet_model *model = make_model(0);
    const digitnet__plan *training = &model->network.training, *inference = &model->network.inference;
    static const char *const ops[] = {"conv2d_direct", "batch_normalization", "max_pooling2d",
                                      "dense",         "batch_normalization", "dense"};
    assert_int_equal(training->op_count, 6);
    for (size_t i = 0; i < 6; i++)
        expect_op(training, i, ops[i]);
    assert_int_equal(inference->op_count, 3);
    expect_op(inference, 0, "conv2d_relu_pool");
    expect_op(inference, 1, "dense");
    expect_op(inference, 2, "dense");
    digitnet_model_free(model);
}

/* Another model of the same layers, where nothing can be folded: what stands before each normalization is taken twice.
 */
static digitnet_model *make_unfolded(const digitnet_model *like) {
    static const char *const sums[] = {"dense", "dense", "conv2d", "conv2d"};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 6, 5, 2));
    digitnet_model_add_conv2d_ex(model, 20, 3, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .no_bias = 1));
    digitnet_model_add_add_ex(model, sums + 2, 2, DIGITNET_ACTIVATION_LINEAR,
                              DIGITNET_WITH(digitnet_add_options, .name = "twice"));
    digitnet_model_add_batch_normalization_ex(
        model, DIGITNET_WITH(digitnet_batch_normalization_options, .input = "twice", .epsilon = EPSILON));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 7, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_add_ex(model, sums, 2, DIGITNET_ACTIVATION_LINEAR,
                              DIGITNET_WITH(digitnet_add_options, .name = "twice_1"));
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    memcpy(model->network.parameters, like->network.parameters, like->network.graph.parameter_count * sizeof(float));
    memcpy(model->network.state, like->network.state, like->network.graph.state_count * sizeof(float));
    /* Half of what is added to itself is the same again. */
    const digitnet__graph *graph = &model->network.graph;
    for (size_t i = 0; i < graph->tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(graph, i);
        bool doubled = strncmp(tensor->name, "conv2d/", 7) == 0 || strncmp(tensor->name, "dense/", 6) == 0;
        for (size_t k = 0; doubled && k < tensor->values; k++)
            model->network.parameters[tensor->offset + k] /= 2;
    }
    digitnet__network_pack(&model->network);
    return model;
}

static void predict(float *scores, const digitnet_model *model) {
    float images[IMAGES * 6 * 5 * 2];
    fill_noise(images, sizeof images / sizeof *images, 9);
    expect_ok(digitnet_model_predict(scores, IMAGES * CLASSES, model, images, sizeof images / sizeof *images));
}

static void folded_weights_predict_the_same(void **state) {
    (void)state;
    digitnet_model *model = make_model(0);
    digitnet_dataset *images = make_images(40);
    fit(model, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16));
    digitnet_model *unfolded = make_unfolded(model);
    assert_int_equal(unfolded->network.inference.op_count, 8);
    float folded_scores[IMAGES * CLASSES], scores[IMAGES * CLASSES];
    predict(folded_scores, model);
    predict(scores, unfolded);
    assert_close_floats(folded_scores, scores, IMAGES * CLASSES, 1e-5);
    digitnet_model_free(unfolded);
    digitnet_dataset_free(images);
    digitnet_model_free(model);
}

/* What a callback predicts is by the weights of its moment. */
static int compare_with_a_copy(const digitnet_event *event, void *context) {
    size_t *compared = context;
    saved_bytes file = save_model(event->model);
    digitnet_model *copy = load_model(&file, 0);
    float scores[IMAGES * CLASSES], copied[IMAGES * CLASSES];
    predict(scores, event->model);
    predict(copied, copy);
    assert_same_floats(scores, copied, IMAGES * CLASSES);
    digitnet_model_free(copy);
    free(file.data);
    ++*compared;
    return DIGITNET_CALLBACK_CONTINUE;
}

static void callbacks_predict_by_the_weights_of_their_moment(void **state) {
    (void)state;
    digitnet_model *model = make_model(0);
    digitnet_dataset *images = make_images(40);
    size_t compared = 0;
    fit(model, images,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 16,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = compare_with_a_copy, .user_data = &compared))));
    assert_int_equal(compared, 2 + 2 * (1 + 3 + 1));
    digitnet_dataset_free(images);
    digitnet_model_free(model);
}

/* A frozen layer's numbers are constants: its statistics stay, and training sees what prediction does. */
static void frozen_it_is_as_in_inference(void **state) {
    (void)state;
    digitnet_model *model = make_model(0);
    digitnet_dataset *images = make_images(40);
    fit(model, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 16));
    expect_ok(digitnet_model_set_trainable(model, NULL, 0));
    expect_ok(digitnet_model_set_trainable(model, "dense_1", 1));
    float before[20], after[20];
    get(before, model, "batch_normalization/moving_mean", 20);
    expect_ok(digitnet_model_set_learning_rate(model, 1e-30));
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, model, images, NULL));
    digitnet_history *history;
    fit(model, images, DIGITNET_WITH(digitnet_fit_options, .batch_size = 16, .history = &history));
    size_t epochs;
    const double *losses = digitnet_history_series(&epochs, history, DIGITNET_METRIC_LOSS);
    assert_int_equal(epochs, 1);
    assert_true(fabs(losses[0] - metrics.loss) < 1e-5);
    get(after, model, "batch_normalization/moving_mean", 20);
    assert_same_floats(before, after, 20);
    digitnet_history_free(history);
    digitnet_dataset_free(images);
    digitnet_model_free(model);
}

/* Its own gradients are found even where nothing before it trains, and a frozen one passes them on. */
static void frozen_layers_around_it(void **state) {
    (void)state;
    static const char *const names[] = {"conv2d", "batch_normalization"};
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = make_model(0);
        digitnet_dataset *images = make_images(40);
        float kernel[2][3 * 3 * 2 * 20], gamma[2][20];
        expect_ok(digitnet_model_set_trainable(model, names[i], 0));
        for (size_t after = 0; after < 2; after++) {
            get(kernel[after], model, "conv2d/kernel", 3 * 3 * 2 * 20);
            get(gamma[after], model, "batch_normalization/gamma", 20);
            if (!after)
                fit(model, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 16));
        }
        assert_int_equal(memcmp(kernel[0], kernel[1], sizeof kernel[0]) == 0, i == 0);
        assert_int_equal(memcmp(gamma[0], gamma[1], sizeof gamma[0]) == 0, i == 1);
        digitnet_dataset_free(images);
        digitnet_model_free(model);
    }
}

/* Also where a training was saved within an epoch, and went on from the file. */
static void threads_and_resuming_do_not_change_it(void **state) {
    (void)state;
    digitnet_dataset *images = make_images(50);
    digitnet_model *expected = make_model(0);
    fit(expected, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 12, .threads = 1));
    static const size_t threads[] = {2, 3, 8};
    for (size_t i = 0; i < 3; i++) {
        digitnet_model *model = make_model(0);
        fit(model, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 1, .batch_size = 12, .threads = threads[i]));
        saved_bytes file = save_model(model);
        digitnet_model *resumed = load_model(&file, 0);
        fit(resumed, images, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 12, .threads = threads[i]));
        assert_same_weights(resumed, expected);
        assert_same_floats(resumed->network.state, expected->network.state, expected->network.graph.state_count);
        digitnet_model_free(resumed);
        digitnet_model_free(model);
        free(file.data);
    }
    digitnet_model_free(expected);
    digitnet_dataset_free(images);
}

static void wrong_numbers_are_refused(void **state) {
    (void)state;
    static const double wrong_momenta[] = {-0.1, 1, 2, NAN, INFINITY}, wrong_epsilons[] = {-1e-3, NAN, INFINITY};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 3, 3, 1));
    for (size_t i = 0; i < sizeof wrong_momenta / sizeof *wrong_momenta; i++) {
        expect_failure(digitnet_model_add_batch_normalization_ex(
                           model, DIGITNET_WITH(digitnet_batch_normalization_options, .momentum = wrong_momenta[i])),
                       DIGITNET_EINVAL, "layer 'batch_normalization': momentum is ");
        digitnet_model_clear_error(model);
    }
    for (size_t i = 0; i < sizeof wrong_epsilons / sizeof *wrong_epsilons; i++) {
        expect_failure(digitnet_model_add_batch_normalization_ex(
                           model, DIGITNET_WITH(digitnet_batch_normalization_options, .epsilon = wrong_epsilons[i])),
                       DIGITNET_EINVAL, "layer 'batch_normalization': epsilon is ");
        digitnet_model_clear_error(model);
    }
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_averages_follow_the_batches),
        cmocka_unit_test(it_goes_into_the_weights_before_it),
        cmocka_unit_test(folded_weights_predict_the_same),
        cmocka_unit_test(callbacks_predict_by_the_weights_of_their_moment),
        cmocka_unit_test(frozen_it_is_as_in_inference),
        cmocka_unit_test(frozen_layers_around_it),
        cmocka_unit_test(threads_and_resuming_do_not_change_it),
        cmocka_unit_test(wrong_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
