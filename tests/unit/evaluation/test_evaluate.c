/* Evaluations of models that are not compiled: the loss follows from how they end. */
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

/* One pixel an image, and the labels 1 and 0; a layer of so many units that gives 0 whatever comes in, and its
 * activation, in a file without training. */
static digitnet_model *make_model(size_t units, digitnet_activation activation) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense_ex(
        model, units, activation,
        DIGITNET_WITH(digitnet_dense_options, .kernel_initializer = DIGITNET_INITIALIZER_ZEROS)));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    model = load_model(&file, 1);
    free(file.data);
    return model;
}

static digitnet_dataset *make_pixels(void) {
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32(&data, (const float[]){0.5f, 0.25f}, (const int32_t[]){1, 0}, 2, 1, 1, 1));
    return data;
}

static void the_end_says_the_loss(void **state) {
    (void)state;
    static const struct {
        size_t units;
        digitnet_activation activation;
        double loss;
    } cases[] = {
        {3, DIGITNET_ACTIVATION_SOFTMAX, 1.0986122886681098}, /* log 3 */
        {1, DIGITNET_ACTIVATION_SIGMOID, 0.6931471805599453},
    };
    digitnet_dataset *data = make_pixels();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = make_model(cases[i].units, cases[i].activation);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
        assert_true(fabs(metrics.loss - cases[i].loss) < 1e-6);
        assert_true(metrics.count == 2 && metrics.accuracy == 0.5);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

/* Targets of one unit: above a half is the second class. */
static void targets_are_classes_of_one_unit(void **state) {
    (void)state;
    const float pixels[] = {0, 0.25f, 0.5f}, targets[] = {1, 0, 0.25f};
    digitnet_dataset *data;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_dataset_create_f32_ex(
        &data, pixels, NULL, 3, 1, 1, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = 1)));
    digitnet_model *model = make_model(1, DIGITNET_ACTIVATION_SIGMOID);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    assert_true(fabs(metrics.loss - log(2)) < 1e-6);
    assert_true(fabs(metrics.accuracy - 2.0 / 3) < 1e-12);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static void other_ends_have_none(void **state) {
    (void)state;
    static const digitnet_activation ends[] = {DIGITNET_ACTIVATION_LINEAR, DIGITNET_ACTIVATION_TANH};
    digitnet_dataset *data = make_pixels();
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        digitnet_model *model = make_model(1, ends[i]);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        metrics.loss = 7;
        expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ESHAPE,
                       "does not end in a flat softmax or sigmoid");
        assert_true(metrics.loss == 7);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_says_the_loss),
        cmocka_unit_test(targets_are_classes_of_one_unit),
        cmocka_unit_test(other_ends_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
