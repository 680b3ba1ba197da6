/* A rescaling in front of a model's layers: what it changes, and what it leaves. */
#include "engine/graph.h"
#include "models.h"
#include "onnx_bytes.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { IMAGES = 20 };
/* Exact in floats, so that scaled images have the same bits whoever scales them. */
static const double scale = 2, offset = -1;

static void make_images(float *images, float *scaled) {
    fill_noise(images, SMALL_IMAGE, 3);
    for (size_t i = 0; i < SMALL_IMAGE; i++)
        scaled[i] = images[i] * (float)scale + (float)offset;
}

static void predict(float scores[SMALL_CLASSES], const digitnet_model *model, const float *image) {
    expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, model, image, SMALL_IMAGE));
}

/* The model gives for images what the other one gives for scaled ones. */
static void assert_scaled(const digitnet_model *model, const digitnet_model *other) {
    float image[SMALL_IMAGE], scaled[SMALL_IMAGE], scores[SMALL_CLASSES], expected[SMALL_CLASSES];
    make_images(image, scaled);
    predict(scores, model, image);
    predict(expected, other, scaled);
    assert_same_floats(scores, expected, SMALL_CLASSES);
}

static void test_images_are_scaled(void **state) {
    (void)state;
    digitnet_model *plain = make_small_network(1), *model;
    expect_ok(digitnet_model_clone(&model, plain));
    expect_ok(digitnet_model_set_trainable(model, "conv2d_1", 0));
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    assert_scaled(model, plain);
    assert_same_weights(model, plain);
    assert_int_equal(info_of(model).layers, info_of(plain).layers + 1);
    digitnet_layer_info first = layer_at(model, 0);
    assert_string_equal(first.name, "input_scaling");
    assert_string_equal(first.kind, "rescaling");
    assert_true(first.scale == scale && first.offset == offset);
    for (size_t i = 0; i < info_of(plain).layers; i++) {
        digitnet_layer_info before = layer_at(plain, i), after = layer_at(model, i + 1);
        assert_string_equal(after.name, before.name);
        assert_int_equal(after.trainable, strcmp(after.name, "conv2d_1") != 0);
    }
    /* A file keeps it. */
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0);
    assert_scaled(loaded, plain);
    digitnet_model_free(loaded);
    free(file.data);
    digitnet_model_free(model);
    digitnet_model_free(plain);
}

static void assert_summary_ends(const digitnet_model *model, const char *expected) {
    char text[8192];
    expect_ok(digitnet_model_summary(text, sizeof text, NULL, model));
    size_t length = strlen(text), own = strlen(expected);
    assert_true(length >= own);
    assert_string_equal(text + length - own, expected);
}

static void assert_input(const digitnet_model *model, double wanted_scale, double wanted_offset) {
    digitnet_model_info info = info_of(model);
    assert_float_equal((float)info.input_scale, (float)wanted_scale, 1e-6f);
    assert_float_equal((float)info.input_offset, (float)wanted_offset, 1e-6f);
}

/* What images mean is described, of all layers at the front together, until one takes them otherwise. */
static void test_it_is_described(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    assert_input(model, 1, 0);
    expect_ok(digitnet_model_set_input_scaling(model, 1 / 0.3081, -0.1307 / 0.3081));
    assert_input(model, 1 / 0.3081, -0.1307 / 0.3081);
    assert_summary_ends(model, "\nOf a value x of an image the network gets 3.2457 x - 0.42421\n");
    digitnet_model_free(model);

    const float mean[] = {0.5f, 0.25f}, variance[] = {0.25f, 4};
    model = begin_model(4, 4, 2);
    digitnet_model_add_rescaling(model, 2, 1);
    digitnet_model_add_normalization(model);
    digitnet_model_add_flatten(model);
    digitnet_model_add_rescaling(model, 7, 7);
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    assert_input(model, 2, 1); /* the normalization has no numbers yet */
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_set_weights(model, "normalization/mean", mean, 2));
    expect_ok(digitnet_model_set_weights(model, "normalization/variance", variance, 2));
    assert_input(model, 4, 1);
    assert_summary_ends(model, "\nOf a value x of an image the network gets 4 x + 1, x + 0.375\n");
    digitnet_model_free(model);

    /* Taken by another layer too. */
    model = begin_model(4, 4, 1);
    digitnet_model_add_rescaling(model, 2, 1);
    expect_ok(
        digitnet_model_add_add(model, (const char *const[]){"rescaling", "input"}, 2, DIGITNET_ACTIVATION_LINEAR));
    assert_input(model, 1, 0);
    digitnet_model_free(model);
}

/* A second call changes the layer of the first. */
static void test_the_layer_is_changed(void **state) {
    (void)state;
    digitnet_model *plain = make_small_network(1), *model;
    expect_ok(digitnet_model_clone(&model, plain));
    expect_ok(digitnet_model_set_input_scaling(model, 255, 3));
    expect_ok(digitnet_model_set_trainable(model, "input_scaling", 0));
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    assert_int_equal(info_of(model).layers, info_of(plain).layers + 1);
    assert_int_equal(layer_at(model, 0).trainable, 0);
    assert_scaled(model, plain);
    digitnet_model_free(model);
    digitnet_model_free(plain);
}

/* A training goes on with the weights, the moments and the place that it had, also by single steps. */
static void test_a_training_goes_on(void **state) {
    (void)state;
    digitnet_model *plain = make_small_network(1), *model;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    float images[SMALL_IMAGE], scaled[SMALL_IMAGE];
    static const int32_t label[1] = {1};
    digitnet_train_batch batch = {.struct_size = sizeof batch, .count = 1, .images = scaled, .labels = label};
    make_images(images, scaled);
    fit(plain, data, NULL);
    expect_ok(digitnet_model_clone(&model, plain));
    expect_ok(digitnet_model_train_batch(NULL, plain, &batch));
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    expect_ok(digitnet_model_train_batch(NULL, plain, &batch));
    batch.images = images;
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    assert_same_weights(model, plain);
    assert_int_equal(info_of(model).epochs_done, 1);
    assert_int_equal(info_of(model).compiled, 1);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    digitnet_model_free(plain);
}

/* All that took the image takes it scaled. */
static void test_branches(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_add(model, (const char *const[]){"conv2d", "input"}, 2, DIGITNET_ACTIVATION_LINEAR));
    expect_ok(digitnet_model_set_input_scaling(model, 2, 0));
    const char *name;
    expect_ok(digitnet_model_describe_input(&name, model, 0, 0));
    assert_string_equal(name, "input");
    expect_ok(digitnet_model_describe_input(&name, model, 1, 0));
    assert_string_equal(name, "input_scaling");
    expect_ok(digitnet_model_describe_input(&name, model, 2, 0));
    assert_string_equal(name, "conv2d");
    expect_ok(digitnet_model_describe_input(&name, model, 2, 1));
    assert_string_equal(name, "input_scaling");
    digitnet_model_free(model);
}

/* Models that are not compiled, without weights, without layers, or with new layers behind those that have some. */
static void test_models_in_the_making(void **state) {
    (void)state;
    digitnet_model *plain = make_small_network(1), *model = begin_model(SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS);
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    assert_int_equal(info_of(model).layers, 1);
    digitnet_model_free(model);

    model = build_small_network();
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 1)));
    assert_scaled(model, plain);
    digitnet_model_free(model);

    expect_ok(digitnet_model_clone(&model, plain));
    expect_ok(digitnet_model_remove_layers_after(model, "dense"));
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 1)));
    assert_scaled(model, plain); /* the seed draws the removed layer's weights again */
    digitnet_model_free(model);
    digitnet_model_free(plain);
}

static int try_to_scale(const digitnet_event *event, void *user_data) {
    (void)user_data;
    expect_failure(digitnet_model_set_input_scaling(event->model, 2, 0), DIGITNET_ESTATE, "in use");
    return 0;
}

static void test_refusals(void **state) {
    (void)state;
    static const double wrong[] = {NAN, INFINITY, -INFINITY, 1e39, -1e39};
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(8, 1);
    saved_bytes before = save_model(model);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_failure(digitnet_model_set_input_scaling(model, wrong[i], 0), DIGITNET_EINVAL, "the scale is ");
        expect_failure(digitnet_model_set_input_scaling(model, 1, wrong[i]), DIGITNET_EINVAL, "the offset is ");
    }
    expect_failure(digitnet_model_set_input_scaling(model, 0, 1), DIGITNET_EINVAL, "the scale is 0; it must be");
    expect_failure(digitnet_model_set_input_scaling(model, 1e-60, 1), DIGITNET_EINVAL, "not 0"); /* as a float */
    saved_bytes after = save_model(model);
    assert_same_bytes(&before, &after);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = try_to_scale))));
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    free(after.data);
    free(before.data);

    /* The name of another layer. */
    model = begin_model(2, 2, 1);
    expect_ok(digitnet_model_add_rescaling(model, 1, 0));
    expect_ok(digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "input_scaling")));
    expect_failure(digitnet_model_set_input_scaling(model, 2, 0), DIGITNET_EINVAL,
                   "layer name 'input_scaling': it is already the name of another layer");
    assert_int_equal(info_of(model).layers, 2);
    expect_failure(digitnet_model_add_dense(model, 0, DIGITNET_ACTIVATION_RELU), DIGITNET_EINVAL, "units is 0");
    expect_passed_on(digitnet_model_set_input_scaling(model, 2, 0), DIGITNET_EINVAL, "units is 0");
    digitnet_model_free(model);
}

static void test_limits(void **state) {
    (void)state;
    digitnet_model *model;
    expect_ok(digitnet_model_create_ex(&model, 2, 2, 1,
                                       DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = 2 * 4 * 4)));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_set_input_scaling(model, 2, 0));
    expect_failure(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT, "exceed the limit");
    digitnet_model_free(model);
    expect_ok(digitnet_model_create_ex(&model, 2, 2, 1,
                                       DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = 4 * 4)));
    expect_ok(digitnet_model_add_flatten(model));
    expect_failure(digitnet_model_set_input_scaling(model, 2, 0), DIGITNET_ELIMIT, "exceed the limit");
    assert_int_equal(info_of(model).layers, 1);
    digitnet_model_free(model);

    model = begin_model(1, 1, 1);
    for (size_t i = 0; i < DNN_LAYERS_MAX; i++)
        expect_ok(digitnet_model_add_flatten(model));
    expect_failure(digitnet_model_set_input_scaling(model, 2, 0), DIGITNET_ELIMIT, "which is the limit");
    assert_int_equal(info_of(model).layers, DNN_LAYERS_MAX);
    digitnet_model_free(model);
}

/* Each allocation fails in its turn, and leaves the model as it was. */
static void test_without_memory(void **state) {
    (void)state;
    allocation_counts counts;
    digitnet_status status;
    size_t number = 0;
    begin_counting(&counts);
    digitnet_model *model = make_small_network(1);
    saved_bytes before = save_model(model);
    do {
        counts.fail_at = counts.allocations + ++number;
        status = recorded(digitnet_model_set_input_scaling(model, scale, offset));
        counts.fail_at = 0;
        if (status != DIGITNET_OK) {
            assert_int_equal(status, DIGITNET_ENOMEM);
            saved_bytes after = save_model(model);
            assert_same_bytes(&before, &after);
            free(after.data);
        }
    } while (status != DIGITNET_OK);
    assert_true(number > 10);
    digitnet_model_free(model);
    free(before.data);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images_are_scaled),
        cmocka_unit_test(test_it_is_described),
        cmocka_unit_test(test_the_layer_is_changed),
        cmocka_unit_test(test_a_training_goes_on),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_models_in_the_making),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
