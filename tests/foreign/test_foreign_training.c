/* Models that PyTorch has exported are trained on as it trains them: after three steps all weights and all outputs are
 * its own, those of training/, which make_training.py made. The weights are compared as the library reads them from the
 * file that PyTorch exported then. */
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { IMAGES = 8, IMAGE = 20 * 24 * 2, IMAGE_SEED = 1, CLASSES = 5, STEPS = 3 }; /* as in make_training.py */
static const double TOLERANCE = 1e-4;                                             /* of the largest value */

static digitnet_model *load(const char *name, const char *suffix) {
    char path[64];
    snprintf(path, sizeof path, "foreign/training/%s%s.onnx", name, suffix);
    digitnet_model *model;
    expect_ok(digitnet_model_load(&model, path));
    return model;
}

/* With the settings of make_training.py. The network ends in logits; log-softmax leaves them what they are to a loss.
 */
static void compile(digitnet_model *model, digitnet_optimizer optimizer) {
    digitnet_loss_options loss = DIGITNET_LOSS_INIT;
    loss.from_logits = 1;
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    sgd.momentum = 0.9;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    adam.epsilon = 1e-8;
    adam.pytorch_epsilon = 1;
    bool is_sgd = optimizer == DIGITNET_OPTIMIZER_SGD;
    expect_ok(digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = is_sgd ? 0.05 : 0.01,
                                                      .sgd = is_sgd ? &sgd : NULL, .adam = is_sgd ? NULL : &adam,
                                                      .loss = &loss)));
}

static void train(digitnet_model *model, const float *images) {
    int32_t labels[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(i % CLASSES);
    for (size_t i = 0; i < STEPS; i++)
        expect_ok(digitnet_model_train_batch(
            NULL, model,
            DIGITNET_WITH(digitnet_train_batch, .count = IMAGES, .images = images, .labels = labels, .threads = 1)));
}

static void compare(const char *name, const char *what, const float *values, const float *expected, size_t count) {
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        double wanted = fabs((double)expected[i]);
        largest = wanted > largest ? wanted : largest;
        double away = fabs((double)values[i] - (double)expected[i]);
        difference = away > difference ? away : difference;
    }
    if (!(difference <= TOLERANCE * largest))
        fail_msg("%s: %s differs by %g from PyTorch's, which is up to %g", name, what, difference, largest);
}

/* Tensor by tensor, each by its own largest value. */
static void compare_weights(const char *name, const digitnet_model *model, const digitnet_model *expected) {
    size_t tensors = info_of(model).tensors;
    assert_int_equal(info_of(expected).tensors, tensors);
    float *weights = copy_weights(model), *expected_weights = copy_weights(expected);
    for (size_t i = 0, at = 0; i < tensors; i++) {
        digitnet_tensor_info tensor = tensor_at(model, i), other = tensor_at(expected, i);
        assert_string_equal(tensor.name, other.name);
        assert_memory_equal(tensor.dimensions, other.dimensions, sizeof tensor.dimensions);
        compare(name, tensor.name, weights + at, expected_weights + at, tensor.values);
        at += tensor.values;
    }
    free(expected_weights);
    free(weights);
}

static void compare_outputs(const char *name, const digitnet_model *model, const float *images) {
    enum { OUTPUTS = IMAGES * CLASSES };
    float outputs[OUTPUTS], expected[OUTPUTS];
    char path[64];
    snprintf(path, sizeof path, "foreign/training/%s.outputs", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(expected, sizeof *expected, OUTPUTS, file), OUTPUTS);
    fclose(file);
    expect_ok(digitnet_model_predict(outputs, OUTPUTS, model, images, IMAGES * IMAGE));
    compare(name, "the output", outputs, expected, OUTPUTS);
}

/* `frozen` is a layer that is not trained; NULL: all are. */
static void check(const char *name, digitnet_optimizer optimizer, const char *frozen) {
    static float images[IMAGES * IMAGE];
    fill_noise(images, IMAGES * IMAGE, IMAGE_SEED);
    digitnet_model *model = load(name, ""), *expected = load(name, "-trained");
    if (frozen)
        expect_ok(digitnet_model_set_trainable(model, frozen, 0));
    compile(model, optimizer);
    train(model, images);
    compare_weights(name, model, expected);
    compare_outputs(name, model, images);
    digitnet_model_free(expected);
    digitnet_model_free(model);
}

static void dense_layers_are_trained(void **state) {
    (void)state;
    check("mlp", DIGITNET_OPTIMIZER_ADAM, NULL);
}

static void a_dense_layer_behind_channels_first_is_trained(void **state) {
    (void)state;
    check("lenet", DIGITNET_OPTIMIZER_SGD, NULL);
}

static void a_frozen_layer_stays(void **state) {
    (void)state;
    check("lenet-frozen", DIGITNET_OPTIMIZER_ADAM, "fc1");
}

static void batch_normalization_is_trained(void **state) {
    (void)state;
    check("normalized", DIGITNET_OPTIMIZER_ADAM, NULL);
}

static void a_residual_block_is_trained(void **state) {
    (void)state;
    check("residual", DIGITNET_OPTIMIZER_SGD, NULL);
}

static void depthwise_convolution_and_a_gate_are_trained(void **state) {
    (void)state;
    check("inverted-residual", DIGITNET_OPTIMIZER_ADAM, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_layers_are_trained),    cmocka_unit_test(a_dense_layer_behind_channels_first_is_trained),
        cmocka_unit_test(a_frozen_layer_stays),        cmocka_unit_test(batch_normalization_is_trained),
        cmocka_unit_test(a_residual_block_is_trained), cmocka_unit_test(depthwise_convolution_and_a_gate_are_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
