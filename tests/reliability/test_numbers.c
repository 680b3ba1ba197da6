/* Numbers that are none, or that overflow on their way: a status, and nothing lost. */
#include "kernels/softmax.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { IMAGES = 40, VALUES = IMAGES * SMALL_IMAGE, SCORES = IMAGES * SMALL_CLASSES };

typedef struct images {
    float floats[VALUES];
    float scores[SCORES], untouched[SCORES];
} images;

static int make_images(void **state) {
    images *own = must_allocate(sizeof *own);
    fill_noise(own->floats, VALUES, 3);
    memset(own->scores, 0x11, sizeof own->scores);
    memset(own->untouched, 0x11, sizeof own->untouched);
    *state = own;
    return 0;
}

static int free_images(void **state) {
    free(*state);
    return 0;
}

#define expect_no_scores(own, call, wanted)                                        \
    do {                                                                           \
        expect_failure(call, wanted, "");                                          \
        assert_memory_equal((own)->scores, (own)->untouched, sizeof(own)->scores); \
    } while (0)

/* Sessions of several threads and chunks, and of one of each. */
static const digitnet_session_options session_options[] = {
    {.struct_size = sizeof *session_options, .batch_size = 4, .threads = 3},
    {.struct_size = sizeof *session_options, .batch_size = 64, .threads = 1}};

static void expect_no_predictions(images *own, const digitnet_model *model, size_t count, digitnet_status wanted) {
    expect_no_scores(own, digitnet_model_predict(own->scores, SCORES, model, own->floats, count * SMALL_IMAGE), wanted);
    for (size_t i = 0; i < 2; i++) {
        digitnet_session *session;
        expect_ok(digitnet_session_create(&session, model, &session_options[i]));
        expect_no_scores(own, digitnet_session_run(own->scores, SCORES, session, own->floats, count * SMALL_IMAGE),
                         wanted);
        digitnet_session_free(session);
    }
}

static digitnet_dataset *dataset_of(const images *own) {
    static const int32_t labels[IMAGES];
    digitnet_dataset *data;
    expect_ok(
        digitnet_dataset_create_f32(&data, own->floats, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    return data;
}

static void test_pixels_that_are_not_finite(void **state) {
    images *own = *state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    digitnet_model *model = make_small_network(1);
    for (size_t i = 0; i < 3; i++) {
        own->floats[VALUES - 5] = bad[i];
        expect_no_predictions(own, model, IMAGES, DIGITNET_EINVAL);
    }
    digitnet_model_free(model);
}

/* A network that makes more of large values than a float can hold. */
static digitnet_model *make_steep_network(void) {
    digitnet_model *model = make_small_network(1);
    size_t count = count_parameters(model);
    float *weights = copy_weights(model);
    for (size_t i = 0; i < count; i++)
        weights[i] *= 10;
    expect_ok(digitnet_model_set_weights(model, NULL, weights, count));
    free(weights);
    return model;
}

/* In the last image, so that there are chunks before it whose scores are fine; and in the first, alone. */
static void test_pixels_that_overflow(void **state) {
    images *own = *state;
    digitnet_metrics metrics = {.struct_size = sizeof metrics, .loss = 5}, untouched = metrics;
    digitnet_model *model = make_steep_network(), *twin = make_steep_network();
    for (size_t i = 0; i < SMALL_IMAGE; i++)
        own->floats[VALUES - SMALL_IMAGE + i] = 1e38f;
    expect_no_predictions(own, model, IMAGES, DIGITNET_ENOTFINITE);
    digitnet_dataset *data = dataset_of(own);
    expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ENOTFINITE, "the network overflows");
    assert_memory_equal(&metrics, &untouched, sizeof metrics);
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_EDIVERGED, "");
    assert_same_weights(model, twin);
    for (size_t i = 0; i < SMALL_IMAGE; i++)
        own->floats[i] = -1e38f;
    expect_no_predictions(own, model, 1, DIGITNET_ENOTFINITE);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    digitnet_model_free(twin);
}

/* A dense layer whose sum of two products goes to -inf for one class alone: softmax would make an honest 0 of it. */
static void test_overflow_to_below(void **state) {
    (void)state;
    static const float weights[] = {1, -3e38f, 1, -3e38f}, image[] = {1, 1}, dark[40] = {0};
    float scores[40] = {5, 5}, many[40];
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_model *model;
    digitnet_dataset *data;
    expect_ok(digitnet_model_create(&model, 1, 2, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_SOFTMAX,
                                DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_set_weights(model, NULL, weights, 4));
    expect_failure(digitnet_model_predict(scores, 2, model, image, 2), DIGITNET_ENOTFINITE, "overflows");
    assert_true(scores[0] == 5 && scores[1] == 5);
    expect_ok(digitnet_dataset_create_f32(&data, image, (const int32_t[]){0}, 1, 1, 2, 1));
    expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ENOTFINITE, "overflows");
    /* Large weights are no fault in themselves. */
    expect_ok(digitnet_model_predict(many, 40, model, dark, 40));
    assert_true(many[0] == 0.5f && many[39] == 0.5f);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* A last activation that makes more of its finite inputs: SELU of 1.05 times. */
static void test_overflow_in_the_last_activation(void **state) {
    images *own = *state;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_SELU);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    expect_ok(digitnet_model_set_weights(model, NULL, (const float[]){1, 0}, 2));
    memset(own->floats, 0, sizeof own->floats);
    own->floats[39] = 3.3e38f;
    expect_no_scores(own, digitnet_model_predict(own->scores, 40, model, own->floats, 40), DIGITNET_ENOTFINITE);
    expect_ok(digitnet_model_predict(own->scores, 39, model, own->floats, 39));
    memcpy(own->scores, own->untouched, sizeof own->scores);
    digitnet_session *session;
    expect_ok(digitnet_session_create(&session, model, &session_options[0]));
    expect_no_scores(own, digitnet_session_run(own->scores, 40, session, own->floats, 40), DIGITNET_ENOTFINITE);
    digitnet_session_free(session);
    digitnet_model_free(model);
}

/* What makes the last image of several chunks overflow: kernels, the kernels of two layers together, a bias. */
static void test_overflow_after_good_chunks(void **state) {
    images *own = *state;
    static const struct {
        float kernel, bias, value;
    } causes[] = {{1e30f, 0, 1e10f}, {1e15f, 0, 1e10f}, {1, 3e38f, 8e37f}, {3e38f, 0, 2}};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        digitnet_model *model;
        expect_ok(digitnet_model_create(&model, 1, 1, 1));
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_RELU);
        digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_SIGMOID);
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_BINARY_CROSSENTROPY));
        const float weights[] = {causes[i].kernel, causes[i].bias, causes[i].kernel, 0};
        expect_ok(digitnet_model_set_weights(model, NULL, weights, 4));
        memset(own->floats, 0, sizeof own->floats);
        own->floats[39] = causes[i].value;
        expect_no_scores(own, digitnet_model_predict(own->scores, 40, model, own->floats, 40), DIGITNET_ENOTFINITE);
        digitnet_session *session;
        expect_ok(digitnet_session_create(&session, model, &session_options[0]));
        expect_no_scores(own, digitnet_session_run(own->scores, 40, session, own->floats, 40), DIGITNET_ENOTFINITE);
        expect_ok(digitnet_session_run(own->scores, 39, session, own->floats, 39));
        memcpy(own->scores, own->untouched, sizeof own->scores);
        digitnet_session_free(session);
        digitnet_model_free(model);
    }
}

/* 39 images that go well, and a last one that does not. */
static void expect_last_overflows(images *own, digitnet_model *model, float good, float bad) {
    for (size_t i = 0; i < 39; i++)
        own->floats[i] = good;
    own->floats[39] = bad;
    expect_no_scores(own, digitnet_model_predict(own->scores, 40, model, own->floats, 40), DIGITNET_ENOTFINITE);
    expect_ok(digitnet_model_predict(own->scores, 39, model, own->floats, 39));
    memcpy(own->scores, own->untouched, sizeof own->scores);
    digitnet_model_free(model);
}

static digitnet_model *compile_with(digitnet_model *model, const float *weights, size_t count) {
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_BINARY_CROSSENTROPY));
    expect_ok(digitnet_model_set_weights(model, NULL, weights, count));
    return model;
}

/* Sums of values that no image makes larger than 1, by weights that are too large. */
static void test_overflow_behind_a_sigmoid(void **state) {
    static const float weights[] = {1, 1, 0, 0, 3e38f, 3e38f, 0};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_SIGMOID);
    expect_last_overflows(*state, compile_with(model, weights, 7), -100, 100);
}

/* Of images that are far from overflow themselves. */
static void test_products_that_overflow(void **state) {
    static const float weights[] = {1e15f, 0, 1e-30f, 0};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_multiply(model, (const char *const[]){"dense", "dense"}, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_SIGMOID);
    expect_last_overflows(*state, compile_with(model, weights, 4), 1, 1e5f);
}

static void expect_finite_weights(const digitnet_model *model) {
    float *weights = copy_weights(model);
    for (size_t i = 0; i < count_parameters(model); i++)
        assert_true(isfinite(weights[i]));
    free(weights);
}

/* Where it ends well the model can be saved: all of its state is finite. */
static void test_rates_and_pixels_that_are_too_large(void **state) {
    images *own = *state;
    static const double rates[] = {1e10, 1e20, 1e30, 1e38, 1e300};
    static const float scales[] = {1, 1e10f, 1e20f, 1e30f, 1e38f};
    size_t diverged = 0;
    for (size_t i = 0; i < 5 * 5 * 2; i++) {
        images scaled = *own;
        for (size_t k = 0; k < VALUES; k++)
            scaled.floats[k] *= scales[i % 5];
        digitnet_dataset *data = dataset_of(&scaled);
        digitnet_model *model = build_small_network();
        expect_ok(digitnet_model_compile_ex(
            model, i / 25 ? DIGITNET_OPTIMIZER_SGD : DIGITNET_OPTIMIZER_ADAM,
            DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
            DIGITNET_WITH(digitnet_compile_options, .learning_rate = rates[i / 5 % 5], .seed = 1)));
        digitnet_status status = digitnet_model_fit(
            model, data,
            DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 7, .threads = 1, .validation = data));
        assert_true(status == DIGITNET_OK || status == DIGITNET_EDIVERGED);
        diverged += status == DIGITNET_EDIVERGED;
        expect_finite_weights(model);
        size_t size;
        expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_EBUFFER, "bytes");
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
    assert_true(diverged >= 25);
}

/* Gradients of 1e25 overflow in Adam's second moment alone, after which no weight would ever move again. */
static void test_moments_that_overflow(void **state) {
    images *own = *state;
    digitnet_model *model = make_small_network(1), *twin = make_small_network(1);
    for (size_t i = 0; i < VALUES; i++)
        own->floats[i] *= 1e25f;
    digitnet_dataset *data = dataset_of(own);
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES)),
                   DIGITNET_EDIVERGED, "a moment of the optimizer");
    assert_same_weights(model, twin);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    digitnet_model_free(twin);
}

/* The validation alone overflows: as if the training had. */
static void test_validation_that_overflows(void **state) {
    images *own = *state;
    digitnet_model *model = make_steep_network(), *twin = make_steep_network();
    digitnet_dataset *data = dataset_of(own);
    for (size_t i = 0; i < VALUES; i++)
        own->floats[i] = 1e38f;
    digitnet_dataset *large = dataset_of(own);
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .validation = large)),
                   DIGITNET_EDIVERGED, "the validation's loss");
    assert_same_weights(model, twin);
    digitnet_dataset_free(large);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    digitnet_model_free(twin);
}

/* A file of another tool, whose weights no mark vouches for. */
static void test_weights_in_a_file(void **state) {
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    static const float marker = 0.123456789f;
    const digitnet_model_load_options any = {.struct_size = sizeof any, .ignore_metadata = 1};
    digitnet_model *model = make_small_network(1), *loaded;
    float *weights = copy_weights(model);
    weights[7] = marker;
    expect_ok(digitnet_model_set_weights(model, NULL, weights, count_parameters(model)));
    size_t size;
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_EBUFFER, "");
    unsigned char *bytes = must_allocate(size), *place = bytes;
    expect_ok(digitnet_model_save_memory(bytes, size, NULL, model));
    while (memcmp(place, &marker, sizeof marker) != 0)
        assert_true(++place <= bytes + size - sizeof marker);
    expect_ok(digitnet_model_load_memory_ex(&loaded, bytes, size, &any));
    digitnet_model_free(loaded);
    for (size_t i = 0; i < 3; i++) {
        memcpy(place, &bad[i], sizeof bad[i]);
        expect_failure(digitnet_model_load_memory_ex(&loaded, bytes, size, &any), DIGITNET_EFORMAT, "not finite");
        assert_null(loaded);
        expect_failure(digitnet_model_load_memory(&loaded, bytes, size), DIGITNET_EFORMAT, "");
    }
    free(bytes);
    free(weights);
    digitnet_model_free(model);
}

static void test_softmax_of_extremes(void **state) {
    (void)state;
    static const float extremes[] = {1e38f, -1e38f, FLT_MAX, -FLT_MAX, 0, FLT_MIN};
    for (size_t i = 0; i < 6 * 6 * 6; i++) {
        float values[] = {extremes[i % 6], extremes[i / 6 % 6], extremes[i / 36]}, sum = 0;
        digitnet__softmax(values, 1, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_true(values[k] >= 0 && values[k] <= 1);
            sum += values[k];
        }
        assert_true(fabsf(sum - 1) <= 4 * FLT_EPSILON);
    }
}

#define with_images(test) cmocka_unit_test_setup_teardown(test, make_images, free_images)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_images(test_pixels_that_are_not_finite), with_images(test_pixels_that_overflow),
        cmocka_unit_test(test_overflow_to_below),     with_images(test_overflow_after_good_chunks),
        with_images(test_overflow_behind_a_sigmoid),  with_images(test_overflow_in_the_last_activation),
        with_images(test_products_that_overflow),     with_images(test_rates_and_pixels_that_are_too_large),
        with_images(test_moments_that_overflow),      with_images(test_validation_that_overflows),
        cmocka_unit_test(test_weights_in_a_file),     cmocka_unit_test(test_softmax_of_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
