/* The seed network against PyTorch in double precision: probabilities, gradients, and the weights after three steps of
 * Adam. fixtures/make-seed-network.py made the figures. */
#include "fixtures/seed-network.h"
#include "model/model.h"
#include "passes.h"
#include "support.h"
#include "training/loss.h"

#include <math.h>
#include <stdlib.h>

enum { TENSORS = sizeof reference_tensors / sizeof *reference_tensors };

static digitnet_model *make_reference_network(void) {
    digitnet_model *model = make_seed_network(0);
    for (size_t i = 0; i < TENSORS; i++) {
        const reference_tensor *tensor = &reference_tensors[i];
        float *values = must_allocate(tensor->values * sizeof(float));
        for (size_t j = 0; j < tensor->values; j++)
            values[j] = noise(i + 1, j) * tensor->scale;
        expect_ok(digitnet_model_set_weights(model, tensor->name, values, tensor->values));
        free(values);
    }
    return model;
}

static digitnet_dataset *load_digits(void) {
    digitnet_dataset *test, *digits;
    expect_ok(digitnet_dataset_load_mnist(NULL, &test, "data/mnist-subset"));
    expect_ok(digitnet_dataset_slice(&digits, test, 0, REFERENCE_IMAGES));
    digitnet_dataset_free(test);
    return digits;
}

static void check_near(double actual, double expected, double tolerance, const char *what, size_t index) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%s, value %zu: %.9g, in the reference %.9g", what, index, actual, expected);
}

static void test_probabilities(void **state) {
    (void)state;
    enum { SCORES = REFERENCE_IMAGES * SEED_NETWORK_CLASSES };
    static float images[REFERENCE_IMAGES * SEED_NETWORK_IMAGE];
    float scores[SCORES];
    digitnet_model *model = make_reference_network();
    digitnet_dataset *digits = load_digits();
    expect_ok(digitnet_dataset_read(images, sizeof images / sizeof *images, NULL, 0, digits, 0, REFERENCE_IMAGES));
    expect_ok(digitnet_model_predict(scores, SCORES, model, images, sizeof images / sizeof *images));
    for (size_t i = 0; i < SCORES; i++)
        check_near(scores[i], reference_probabilities[i], 1e-6, "probabilities", i);
    digitnet_dataset_free(digits);
    digitnet_model_free(model);
}

/* Compares a flat block, in memory's layout, with kept values and sums of each tensor in Keras's layout. Single values
 * may be off by `tolerance` times the tensor's root mean square, sums as the sum of so many independent errors. */
static void check_block(const digitnet__network *network, const float *block, const double *values, const double *sums,
                        const double *squares, double tolerance) {
    for (size_t i = 0; i < TENSORS; i++) {
        const reference_tensor *reference = &reference_tensors[i];
        const digitnet__tensor *tensor = digitnet__graph_find_tensor(&network->graph, reference->name);
        assert_non_null(tensor);
        assert_int_equal(tensor->values, reference->values);
        float *actual = must_allocate(tensor->values * sizeof(float));
        digitnet__tensor_to_user(actual, tensor, block + tensor->offset);
        double count = (double)tensor->values, sum = 0, square_sum = 0;
        double error = tolerance * sqrt(squares[i] / count);
        for (size_t j = 0; j < tensor->values; j++) {
            sum += actual[j];
            square_sum += (double)actual[j] * (double)actual[j];
            if (j % reference->stride == 0)
                check_near(actual[j], *values++, error, reference->name, j);
        }
        check_near(sum, sums[i], error * sqrt(count), "sum", i);
        check_near(square_sum, squares[i], tolerance * squares[i], "sum of squares", i);
        free(actual);
    }
}

static void test_gradients(void **state) {
    (void)state;
    digitnet_model *model = make_reference_network();
    digitnet_dataset *digits = load_digits();
    digitnet__pass pass;
    int32_t labels[REFERENCE_BATCH];
    digitnet__score scores[REFERENCE_BATCH];
    expect_ok(digitnet__pass_create(&pass, &model->network, REFERENCE_BATCH, 8, NULL));
    expect_ok(digitnet_dataset_read(digitnet__pass_input(&pass, 0), REFERENCE_BATCH * SEED_NETWORK_IMAGE, labels,
                                    REFERENCE_BATCH, digits, 0, REFERENCE_BATCH));
    forward_batch(&pass, REFERENCE_BATCH);
    const float ones[REFERENCE_BATCH] = {1, 1, 1, 1, 1, 1, 1, 1};
    const digitnet__loss_rows rows = {.outputs = digitnet__pass_output(&pass, 0),
                                      .labels = labels,
                                      .weights = ones,
                                      .rows = REFERENCE_BATCH,
                                      .columns = SEED_NETWORK_CLASSES};
    const digitnet__loss_settings settings = digitnet__loss_defaults(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet__loss_find(settings.kind)
        ->run(scores, digitnet__pass_output_gradient(&pass, 0), &rows, &settings, 1.0f / REFERENCE_BATCH);
    double loss = 0;
    for (size_t i = 0; i < REFERENCE_BATCH; i++)
        loss += scores[i].loss / REFERENCE_BATCH;
    check_near(loss, reference_loss[0], 1e-6, "loss", 0);
    backward_batch(&pass, REFERENCE_BATCH);
    check_block(&model->network, digitnet__pass_gradients(&pass), reference_gradients, reference_gradients_sums,
                reference_gradients_squares, 1e-4);
    digitnet__pass_release(&pass);
    digitnet_dataset_free(digits);
    digitnet_model_free(model);
}

/* Three batches in order, the last one smaller than the others. */
static void test_adam_steps(void **state) {
    (void)state;
    digitnet_model *model = make_reference_network();
    digitnet_dataset *digits = load_digits();
    expect_ok(digitnet_model_fit(model, digits,
                                 DIGITNET_WITH(digitnet_fit_options, .batch_size = REFERENCE_BATCH, .no_shuffle = 1)));
    check_block(&model->network, model->network.parameters, reference_weights, reference_weights_sums,
                reference_weights_squares, 1e-4);
    digitnet_dataset_free(digits);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probabilities),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_adam_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
