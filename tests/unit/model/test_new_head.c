/* Layers removed from a model, and new ones added behind those that are left, which keep their weights. */
#include "models.h"
#include "onnx_bytes.h"
#include "support.h"

#include <stdlib.h>

enum { NEW_CLASSES = 2, IMAGES = 20 };

/* A network with state besides its weights, trained for a moment, whose first layer is frozen. */
static digitnet_model *make_trained(void) {
    digitnet_model *model = begin_model(SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model_add_conv2d(model, 5, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 7, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_set_trainable(model, "conv2d", 0));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fit(model, data, NULL);
    digitnet_dataset_free(data);
    return model;
}

static void compile_with(digitnet_model *model, uint64_t seed) {
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = seed)));
}

static void predict(float *scores, size_t count, const digitnet_model *model) {
    float image[SMALL_IMAGE];
    fill_noise(image, SMALL_IMAGE, 3);
    expect_ok(digitnet_model_predict(scores, count, model, image, SMALL_IMAGE));
}

/* Tensors of the same name and place are the same. */
static void assert_same_first(const digitnet_model *a, const digitnet_model *b, size_t tensors) {
    for (size_t i = 0; i < tensors; i++) {
        digitnet_tensor_info info = tensor_at(a, i);
        assert_string_equal(info.name, tensor_at(b, i).name);
        assert_int_equal(info.trainable, tensor_at(b, i).trainable);
        float *of_a = must_allocate(info.values * sizeof(float)), *of_b = must_allocate(info.values * sizeof(float));
        expect_ok(digitnet_model_get_weights(of_a, info.values, a, info.name));
        expect_ok(digitnet_model_get_weights(of_b, info.values, b, info.name));
        assert_same_floats(of_a, of_b, info.values);
        free(of_a);
        free(of_b);
    }
}

/* What is left predicts what the removed layers were given, is saved and loaded, and is as one never compiled. */
static void test_what_is_left(void **state) {
    (void)state;
    digitnet_model *whole = make_trained(), *model;
    float scores[SMALL_CLASSES], features[7], weights[7 * SMALL_CLASSES], biases[SMALL_CLASSES];
    expect_ok(digitnet_model_clone(&model, whole));
    expect_ok(digitnet_model_remove_layers_after(model, "batch_normalization_1"));
    digitnet_model_info info = info_of(model);
    assert_int_equal(info.layers, 6);
    assert_int_equal(info.outputs, 7);
    assert_int_equal(info.compiled, 0);
    assert_int_equal(info.epochs_done, 0);
    assert_same_first(whole, model, info.tensors);

    predict(scores, SMALL_CLASSES, whole);
    predict(features, 7, model);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX)); /* named as the old one */
    compile_with(model, 0);
    expect_ok(digitnet_model_get_weights(weights, 7 * SMALL_CLASSES, whole, "dense_1/kernel"));
    expect_ok(digitnet_model_get_weights(biases, SMALL_CLASSES, whole, "dense_1/bias"));
    expect_ok(digitnet_model_set_weights(model, "dense_1/kernel", weights, 7 * SMALL_CLASSES));
    expect_ok(digitnet_model_set_weights(model, "dense_1/bias", biases, SMALL_CLASSES));
    float again[SMALL_CLASSES];
    predict(again, SMALL_CLASSES, model);
    assert_same_floats(again, scores, SMALL_CLASSES);

    expect_ok(digitnet_model_remove_layers_after(model, "batch_normalization_1"));
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0);
    float of_loaded[7];
    predict(of_loaded, 7, loaded);
    assert_same_floats(of_loaded, features, 7);
    digitnet_model_free(loaded);
    free(file.data);
    digitnet_model_free(model);
    digitnet_model_free(whole);
}

/* The kept layers keep their weights and stay frozen; the new ones' are those that the seed gives a fresh model. */
static void test_new_layers(void **state) {
    (void)state;
    digitnet_model *whole = make_trained(), *model, *before;
    digitnet_dataset *data = make_dataset(IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS, NEW_CLASSES, 2);
    expect_ok(digitnet_model_clone(&model, whole));
    expect_ok(digitnet_model_remove_layers_after(model, "flatten"));
    size_t kept = info_of(model).tensors;
    expect_ok(digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_RELU));
    float scores[NEW_CLASSES], image[SMALL_IMAGE] = {0};
    size_t size;
    static const char none[] = "no weights yet for the layers that were added last";
    expect_failure(digitnet_model_predict(scores, NEW_CLASSES, model, image, SMALL_IMAGE), DIGITNET_ESTATE, none);
    expect_failure(digitnet_model_get_weights(scores, 2, model, "conv2d/bias"), DIGITNET_ESTATE, none);
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_ESTATE, none);
    expect_ok(digitnet_model_add_dense(model, NEW_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));

    compile_with(model, 5);
    assert_same_first(whole, model, kept);
    digitnet_model *fresh = begin_model(SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS);
    digitnet_model_add_conv2d(fresh, 5, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(fresh);
    digitnet_model_add_activation(fresh, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(fresh);
    digitnet_model_add_dense(fresh, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(fresh, NEW_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    compile_with(fresh, 5);
    float drawn[3 * NEW_CLASSES], expected[3 * NEW_CLASSES];
    expect_ok(digitnet_model_get_weights(drawn, 3 * NEW_CLASSES, model, "dense_1/kernel"));
    expect_ok(digitnet_model_get_weights(expected, 3 * NEW_CLASSES, fresh, "dense_1/kernel"));
    assert_same_floats(drawn, expected, 3 * NEW_CLASSES);

    expect_ok(digitnet_model_clone(&before, model));
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2));
    assert_same_first(before, model, 2); /* frozen */
    expect_ok(digitnet_model_get_weights(expected, 3 * NEW_CLASSES, model, "dense_1/kernel"));
    assert_memory_not_equal(drawn, expected, sizeof drawn);
    digitnet_model_free(fresh);
    digitnet_model_free(before);
    digitnet_model_free(model);
    digitnet_model_free(whole);
    digitnet_dataset_free(data);
}

/* A clone of a model between the two trains as that does; and its new layers can be removed again. */
static void test_copies_between_removal_and_compile(void **state) {
    (void)state;
    digitnet_model *model = make_trained(), *clone, *features;
    digitnet_dataset *data = make_small_dataset(IMAGES, 2);
    float expected[7], scores[7];
    expect_ok(digitnet_model_remove_layers_after(model, "batch_normalization_1"));
    predict(expected, 7, model);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_clone(&clone, model));
    expect_ok(digitnet_model_clone(&features, clone));
    compile_with(model, 1);
    compile_with(clone, 1);
    fit(model, data, NULL);
    fit(clone, data, NULL);
    assert_same_weights(model, clone);
    expect_ok(digitnet_model_remove_layers_after(features, "batch_normalization_1"));
    predict(scores, 7, features);
    assert_same_floats(scores, expected, 7);
    digitnet_model_free(features);
    digitnet_model_free(clone);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* Some of several new layers are removed: the others still wait for their weights. Nothing is removed behind the last.
 */
static void test_new_layers_are_removed(void **state) {
    (void)state;
    digitnet_model *whole = make_trained(), *model;
    expect_ok(digitnet_model_clone(&model, whole));
    size_t tensors = info_of(model).tensors;
    expect_ok(digitnet_model_remove_layers_after(model, "dense_1"));
    assert_int_equal(info_of(model).tensors, tensors);
    assert_int_equal(info_of(model).compiled, 0);
    digitnet_model_add_dense(model, 4, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, NEW_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_remove_layers_after(model, "dense_2"));
    float scores[4], image[SMALL_IMAGE] = {0};
    expect_failure(digitnet_model_predict(scores, 4, model, image, SMALL_IMAGE), DIGITNET_ESTATE, "added last");
    expect_ok(digitnet_model_add_dense(model, NEW_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    compile_with(model, 1);
    assert_same_first(whole, model, tensors);
    digitnet_model_free(model);
    digitnet_model_free(whole);
}

/* A model from a file gets more layers as it is; a builder that fails leaves it as it was. */
static void test_layers_behind_those_of_a_file(void **state) {
    (void)state;
    digitnet_model *whole = make_trained(), *model;
    float expected[SMALL_CLASSES], scores[SMALL_CLASSES];
    expect_ok(digitnet_model_remove_layers_after(whole, "dense_1"));
    saved_bytes file = save_model(whole);
    model = load_model(&file, 0);
    predict(expected, SMALL_CLASSES, model);
    expect_failure(digitnet_model_add_dense(model, 0, DIGITNET_ACTIVATION_RELU), DIGITNET_EINVAL, "units is 0");
    predict(scores, SMALL_CLASSES, model);
    assert_same_floats(scores, expected, SMALL_CLASSES);
    expect_passed_on(digitnet_model_remove_layers_after(model, "dense"), DIGITNET_EINVAL, "units is 0");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_dense(model, NEW_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    compile_with(model, 1);
    assert_same_first(whole, model, info_of(whole).tensors);
    digitnet_model_free(model);
    digitnet_model_free(whole);
    free(file.data);
}

/* Layers without weights are removed, and added anew, before there are any. */
static void test_models_without_weights(void **state) {
    (void)state;
    digitnet_model *model = build_small_network(), *twin = make_small_network(4);
    expect_ok(digitnet_model_remove_layers_after(model, "flatten"));
    digitnet_model_add_dense(model, 7, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    compile_with(model, 4);
    assert_same_first(twin, model, info_of(twin).tensors);
    digitnet_model_free(twin);
    digitnet_model_free(model);
}

static int try_to_remove(const digitnet_event *event, void *user_data) {
    (void)user_data;
    expect_failure(digitnet_model_remove_layers_after(event->model, "flatten"), DIGITNET_ESTATE, "in use");
    return 0;
}

static void test_refusals(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    digitnet_dataset *data = make_dataset(8, 4, 4, 1, 2, 1);
    digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "other", .input = "input"));
    digitnet_model_add_add(model, (const char *const[]){"conv2d", "other"}, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    compile_with(model, 1);
    saved_bytes file = save_model(model);
    expect_failure(digitnet_model_remove_layers_after(model, "nobody"), DIGITNET_ENOTFOUND, "no layer 'nobody'");
    expect_failure(digitnet_model_remove_layers_after(model, "input"), DIGITNET_ENOTFOUND, "no layer 'input'");
    expect_failure(digitnet_model_remove_layers_after(model, "other"), DIGITNET_ESTATE,
                   "digitnet_model_remove_layers_after: no layer takes the output of layer 'conv2d'");
    saved_bytes after = save_model(model);
    assert_same_bytes(&file, &after);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = try_to_remove))));
    expect_ok(digitnet_model_remove_layers_after(model, "conv2d"));
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    free(after.data);
    free(file.data);
}

/* A trainer that single steps have left is dropped with its plan. */
static void test_after_single_steps(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    static const float images[SMALL_IMAGE];
    static const int32_t labels[1];
    const digitnet_train_batch *batch =
        DIGITNET_WITH(digitnet_train_batch, .count = 1, .images = images, .labels = labels);
    expect_ok(digitnet_model_train_batch(NULL, model, batch));
    expect_ok(digitnet_model_remove_layers_after(model, "flatten"));
    expect_failure(digitnet_model_train_batch(NULL, model, batch), DIGITNET_ESTATE, "not compiled");
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    compile_with(model, 1);
    expect_ok(digitnet_model_train_batch(NULL, model, batch));
    digitnet_model_free(model);
}

/* Each allocation fails in its turn, and leaves the model as it was. */
static void test_without_memory(void **state) {
    (void)state;
    allocation_counts counts;
    digitnet_status status;
    size_t number = 0;
    begin_counting(&counts);
    digitnet_model *model = make_trained();
    saved_bytes before = save_model(model);
    do {
        counts.fail_at = counts.allocations + ++number;
        status = recorded(digitnet_model_remove_layers_after(model, "batch_normalization_1"));
        counts.fail_at = 0;
        if (status != DIGITNET_OK) {
            assert_int_equal(status, DIGITNET_ENOMEM);
            saved_bytes after = save_model(model);
            assert_same_bytes(&before, &after);
            free(after.data);
        }
    } while (status != DIGITNET_OK);
    assert_true(number > 10);
    float expected[7], scores[7];
    predict(expected, 7, model);
    number = 0;
    do { /* a builder, behind layers that have weights */
        counts.fail_at = counts.allocations + ++number;
        status = digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
        counts.fail_at = 0;
        digitnet_model_clear_error(model);
        if (status != DIGITNET_OK) {
            predict(scores, 7, model);
            assert_same_floats(scores, expected, 7);
        }
    } while (status != DIGITNET_OK);
    number = 0;
    do { /* copies of a model whose weights wait for others */
        digitnet_model *copy;
        counts.fail_at = counts.allocations + ++number;
        status = recorded(digitnet_model_clone(&copy, model));
        digitnet_model_free(copy);
    } while (status != DIGITNET_OK);
    counts.fail_at = 0;
    compile_with(model, 1);
    digitnet_model_free(model);
    free(before.data);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left),
        cmocka_unit_test(test_new_layers),
        cmocka_unit_test(test_copies_between_removal_and_compile),
        cmocka_unit_test(test_new_layers_are_removed),
        cmocka_unit_test(test_layers_behind_those_of_a_file),
        cmocka_unit_test(test_models_without_weights),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_after_single_steps),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
