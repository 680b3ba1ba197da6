/* Frozen layers: who sets them, what training leaves alone, copies and files of them. */
#include "models.h"
#include "onnx_bytes.h"
#include "support.h"

#include <stdlib.h>

static void test_refusals(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    expect_failure(digitnet_model_set_trainable(model, "nobody", 0), DIGITNET_ENOTFOUND,
                   "the model has no layer 'nobody'");
    expect_failure(digitnet_model_set_trainable(model, "input", 0), DIGITNET_ENOTFOUND, "'input'");
    expect_failure(digitnet_model_set_trainable(model, "dense", 2), DIGITNET_EINVAL,
                   "trainable is 2; it must be 0 or 1");
    expect_failure(digitnet_model_set_trainable(model, "dense", -1), DIGITNET_EINVAL, "trainable is -1");
    for (size_t i = 0; i < info_of(model).layers; i++)
        assert_int_equal(layer_at(model, i).trainable, 1);
    digitnet_model_free(model);
    /* A model whose builder failed says so. */
    model = begin_model(2, 2, 1);
    expect_failure(digitnet_model_add_conv2d(model, 0, 1, DIGITNET_ACTIVATION_RELU), DIGITNET_EINVAL, "filters is 0");
    expect_passed_on(digitnet_model_set_trainable(model, NULL, 0), DIGITNET_EINVAL, "filters is 0");
    expect_passed_on(
        digitnet_model_train_batch(NULL, model,
                                   DIGITNET_WITH(digitnet_train_batch, .count = 1, .images = (const float[4]){0},
                                                 .labels = (const int32_t[1]){0})),
        DIGITNET_EINVAL, "filters is 0");
    digitnet_model_free(model);
}

/* In a fit's own callbacks readers are let in, but nobody who changes it. */
static int try_to_freeze(const digitnet_event *event, void *user_data) {
    (void)user_data;
    expect_failure(digitnet_model_set_trainable(event->model, NULL, 0), DIGITNET_ESTATE, "in use");
    return 0;
}

static void test_while_in_use(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(8, 1);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = try_to_freeze))));
    assert_int_equal(tensor_at(model, 0).trainable, 1);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void test_all_layers(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    digitnet_model_info info = info_of(model);
    for (int32_t trainable = 0; trainable <= 1; trainable++) {
        expect_ok(digitnet_model_set_trainable(model, NULL, trainable));
        for (size_t i = 0; i < info.layers; i++)
            assert_int_equal(layer_at(model, i).trainable, trainable);
        for (size_t i = 0; i < info.tensors; i++)
            assert_int_equal(tensor_at(model, i).trainable, trainable);
    }
    digitnet_model_free(model);
}

/* Of each tensor the values, all after one another. */
static bool is_same_tensor(const digitnet_model *a, const digitnet_model *b, size_t index) {
    digitnet_tensor_info info = tensor_at(a, index);
    size_t size = info.values * sizeof(float);
    float *of_a = must_allocate(size), *of_b = must_allocate(size);
    expect_ok(digitnet_model_get_weights(of_a, info.values, a, info.name));
    expect_ok(digitnet_model_get_weights(of_b, info.values, b, info.name));
    bool same = memcmp(of_a, of_b, size) == 0;
    free(of_a);
    free(of_b);
    return same;
}

/* Training changes the tensors that are trainable and no others. */
static void assert_trained(const digitnet_model *before, const digitnet_model *after) {
    for (size_t i = 0; i < info_of(after).tensors; i++)
        assert_int_equal(is_same_tensor(before, after, i), !tensor_at(after, i).trainable);
}

/* Each layer frozen in turn, and all at once, with momentum and moments that are not zero. */
static void check_frozen(const char *layer, digitnet_optimizer optimizer) {
    digitnet_model *model = make_small_network(1), *before;
    digitnet_dataset *data = make_small_dataset(20, 1);
    expect_ok(digitnet_model_compile(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fit(model, data, NULL);
    expect_ok(digitnet_model_set_trainable(model, layer, 0));
    expect_ok(digitnet_model_clone(&before, model));
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .threads = 2, .batch_size = 7));
    assert_trained(before, model);
    assert_int_equal(info_of(model).epochs_done, 2);
    /* Thawed, all train again. */
    digitnet_model_free(before);
    expect_ok(digitnet_model_set_trainable(model, layer, 1));
    expect_ok(digitnet_model_clone(&before, model));
    fit(model, data, NULL);
    assert_trained(before, model);
    digitnet_dataset_free(data);
    digitnet_model_free(before);
    digitnet_model_free(model);
}

static void test_frozen_layers_stay(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    for (size_t i = 0; i < info_of(model).layers; i++) {
        digitnet_layer_info info = DIGITNET_INIT(digitnet_layer_info);
        expect_ok(digitnet_model_describe_layer(&info, model, i));
        check_frozen(info.name, DIGITNET_OPTIMIZER_ADAM);
    }
    check_frozen(NULL, DIGITNET_OPTIMIZER_ADAM);
    check_frozen("conv2d", DIGITNET_OPTIMIZER_SGD);
    digitnet_model_free(model);
}

/* What is behind a frozen layer learns as if that were not frozen, in its first step. */
static void test_other_layers_learn_the_same(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *frozen;
    digitnet_dataset *data = make_small_dataset(8, 1);
    expect_ok(digitnet_model_clone(&frozen, model));
    expect_ok(digitnet_model_set_trainable(frozen, "conv2d_1", 0));
    fit(model, data, NULL);
    fit(frozen, data, NULL);
    for (size_t i = 0; i < info_of(frozen).tensors; i++)
        assert_int_equal(is_same_tensor(model, frozen, i), tensor_at(frozen, i).trainable);
    digitnet_dataset_free(data);
    digitnet_model_free(frozen);
    digitnet_model_free(model);
}

static void test_frozen_before_compile(void **state) {
    (void)state;
    digitnet_model *model = build_small_network(), *before;
    digitnet_dataset *data = make_small_dataset(20, 1);
    expect_ok(digitnet_model_set_trainable(model, "conv2d", 0));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_clone(&before, model));
    fit(model, data, NULL);
    assert_int_equal(tensor_at(model, 0).trainable, 0);
    assert_trained(before, model);
    digitnet_dataset_free(data);
    digitnet_model_free(before);
    digitnet_model_free(model);
}

/* A clone, and a model that was saved and loaded, have the same layers frozen and train as the first one does. */
static void test_copies_keep_frozen_layers(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *clone;
    digitnet_dataset *data = make_small_dataset(20, 1);
    expect_ok(digitnet_model_set_trainable(model, "conv2d", 0));
    expect_ok(digitnet_model_set_trainable(model, "dense", 0));
    fit(model, data, NULL);
    expect_ok(digitnet_model_clone(&clone, model));
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0), *before = load_model(&file, 0);
    for (size_t i = 0; i < info_of(model).layers; i++) {
        assert_int_equal(layer_at(clone, i).trainable, layer_at(model, i).trainable);
        assert_int_equal(layer_at(loaded, i).trainable, layer_at(model, i).trainable);
    }
    fit(model, data, NULL);
    fit(clone, data, NULL);
    fit(loaded, data, NULL);
    assert_trained(before, loaded);
    assert_same_weights(model, loaded);
    assert_same_weights(model, clone);
    free(file.data);
    digitnet_dataset_free(data);
    digitnet_model_free(before);
    digitnet_model_free(loaded);
    digitnet_model_free(clone);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_while_in_use),
        cmocka_unit_test(test_all_layers),
        cmocka_unit_test(test_frozen_layers_stay),
        cmocka_unit_test(test_other_layers_learn_the_same),
        cmocka_unit_test(test_frozen_before_compile),
        cmocka_unit_test(test_copies_keep_frozen_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
