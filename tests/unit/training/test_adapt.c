/* The moments of a normalization, taken from a data set. */
#include "model/model.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum {
    COUNT = 150,
    HEIGHT = 3,
    WIDTH = 2,
    CHANNELS = 3,
    VALUES = HEIGHT * WIDTH * CHANNELS
}; /* some chunks of images */

static digitnet_model *make_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, HEIGHT, WIDTH, CHANNELS));
    digitnet_model_add_normalization(model);
    digitnet_model_add_flatten(model);
    digitnet_model_add_normalization_ex(model, DIGITNET_WITH(digitnet_normalization_options, .name = "second"));
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

static void read_moments(float moments[2 * CHANNELS], const digitnet_model *model) {
    expect_ok(digitnet_model_get_weights(moments, CHANNELS, model, "normalization/mean"));
    expect_ok(digitnet_model_get_weights(moments + CHANNELS, CHANNELS, model, "normalization/variance"));
}

/* A channel around 1000, one around 0, and one that is always the same. */
static float *make_images(void) {
    float *images = must_allocate(COUNT * VALUES * sizeof *images);
    fill_noise(images, COUNT * VALUES, 1);
    for (size_t i = 0; i < COUNT * VALUES; i += CHANNELS) {
        images[i] += 1000;
        images[i + 2] = 0.5f;
    }
    return images;
}

static digitnet_dataset *make_data(const float *images) {
    static const int32_t labels[COUNT];
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32(&data, images, labels, COUNT, HEIGHT, WIDTH, CHANNELS));
    return data;
}

static void expect_moments(const digitnet_model *model, const float *images) {
    float moments[2 * CHANNELS];
    read_moments(moments, model);
    for (size_t channel = 0; channel < CHANNELS; channel++) {
        const double count = COUNT * HEIGHT * WIDTH;
        double mean = 0, variance = 0;
        for (size_t i = channel; i < COUNT * VALUES; i += CHANNELS)
            mean += (double)images[i] / count;
        for (size_t i = channel; i < COUNT * VALUES; i += CHANNELS)
            variance += ((double)images[i] - mean) * ((double)images[i] - mean) / count;
        assert_true(fabs((double)moments[channel] - mean) <= 1e-6 * (1 + fabs(mean)));
        assert_true(fabs((double)moments[CHANNELS + channel] - variance) <= 1e-6 * variance + 1e-12);
    }
}

static void test_moments_of_a_data_set(void **state) {
    (void)state;
    digitnet_model *model = make_model();
    float *images = make_images(), scores[2];
    digitnet_dataset *data = make_data(images);
    expect_ok(digitnet_model_adapt(model, "normalization", data));
    expect_moments(model, images);
    expect_ok(digitnet_model_predict(scores, 2, model, images, VALUES)); /* also of what is always the same */
    float before[2 * CHANNELS], after[2 * CHANNELS];
    read_moments(before, model);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2));
    read_moments(after, model);
    assert_same_floats(before, after, 2 * CHANNELS);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    free(images);
}

/* Bytes are value / 255, as the model gets them. */
static void test_bytes(void **state) {
    (void)state;
    static const uint8_t bytes[2 * VALUES] = {255, 0, 51};
    digitnet_model *model = make_model();
    digitnet_dataset *data;
    float moments[2 * CHANNELS];
    expect_ok(digitnet_dataset_create_u8(&data, bytes, (const int32_t[2]){0}, 2, HEIGHT, WIDTH, CHANNELS));
    expect_ok(digitnet_model_adapt(model, "normalization", data));
    read_moments(moments, model);
    assert_true(fabsf(moments[0] - 1.0f / 12) < 1e-7f && moments[1] == 0 && fabsf(moments[2] - 0.2f / 12) < 1e-7f);
    assert_true(fabsf(moments[3] - 11.0f / 144) < 1e-7f && moments[4] == 0);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static int gather(digitnet_batch *batch, void *images) {
    for (size_t i = 0; i < batch->count; i++)
        memcpy(batch->images + i * VALUES, (const float *)images + batch->indices[i] * VALUES, VALUES * sizeof(float));
    return 0;
}

static int gather_nothing(digitnet_batch *batch, void *user_data) {
    (void)user_data;
    return batch->indices[0] == 0 ? 0 : 7;
}

static digitnet_dataset *make_source(digitnet_gather_fn function, float *images) {
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = COUNT, .height = HEIGHT, .width = WIDTH,
                               .channels = CHANNELS, .gather = function, .user_data = images)));
    return source;
}

static void test_sources(void **state) {
    (void)state;
    digitnet_model *model = make_model();
    float *images = make_images();
    digitnet_dataset *source = make_source(gather, images), *broken = make_source(gather_nothing, NULL);
    expect_ok(digitnet_model_adapt(model, "normalization", source));
    expect_moments(model, images);
    expect_failure(digitnet_model_adapt(model, "normalization", broken), DIGITNET_ECALLBACK, "7");
    expect_moments(model, images);
    digitnet_dataset_free(source);
    digitnet_dataset_free(broken);
    digitnet_model_free(model);
    free(images);
}

static void test_what_is_refused(void **state) {
    (void)state;
    digitnet_model *model = make_model(), *draft;
    float *images = make_images();
    images[1] = 3e38f;
    images[4] = -3e38f;
    digitnet_dataset *data = make_data(images), *small = make_small_dataset(3, 1);
    expect_failure(digitnet_model_adapt(model, "nobody", data), DIGITNET_ENOTFOUND, "no layer 'nobody'");
    expect_failure(digitnet_model_adapt(model, "input", data), DIGITNET_ENOTFOUND, "no layer 'input'");
    expect_failure(digitnet_model_adapt(model, "dense", data), DIGITNET_EINVAL, "of kind dense");
    expect_failure(digitnet_model_adapt(model, "second", data), DIGITNET_EINVAL, "the output of layer 'flatten'");
    expect_failure(digitnet_model_adapt(model, "normalization", small), DIGITNET_ESHAPE, "the model takes 3x2x3");
    expect_failure(digitnet_model_adapt(model, "normalization", data), DIGITNET_ENOTFINITE, "channel 1");
    float moments[2 * CHANNELS];
    read_moments(moments, model);
    static const float untouched[2 * CHANNELS] = {0, 0, 0, 1, 1, 1};
    assert_same_floats(moments, untouched, 2 * CHANNELS);
    expect_ok(digitnet_model_create(&draft, HEIGHT, WIDTH, CHANNELS));
    digitnet_model_add_normalization(draft);
    expect_failure(digitnet_model_adapt(draft, "normalization", data), DIGITNET_ESTATE, "weights");
    digitnet_model_free(draft);
    digitnet_dataset_free(data);
    digitnet_dataset_free(small);
    digitnet_model_free(model);
    free(images);
}

static void test_without_memory(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_model *model = make_model();
    float *images = make_images(), moments[2 * CHANNELS];
    digitnet_dataset *data = make_data(images);
    atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + 1);
    expect_failure(digitnet_model_adapt(model, "normalization", data), DIGITNET_ENOMEM, "memory");
    read_moments(moments, model);
    assert_true(moments[0] == 0 && moments[CHANNELS] == 1);
    expect_ok(digitnet_model_adapt(model, "normalization", data));
    expect_moments(model, images);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    end_counting(&counts);
    free(images);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_of_a_data_set),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
