/* Predictions for all images of a data set. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 600, SCORES = IMAGES * SMALL_CLASSES };

typedef struct all {
    digitnet_model *model;
    digitnet_dataset *data;
    float scores[SCORES];
} all;

static int begin(void **state) {
    all *own = must_allocate(sizeof *own);
    own->model = make_small_network(1);
    own->data = make_small_dataset(IMAGES, 1);
    expect_ok(digitnet_model_predict_dataset(own->scores, SCORES, own->model, own->data,
                                             DIGITNET_WITH(digitnet_predict_options, .threads = 1)));
    *state = own;
    return 0;
}

static int end(void **state) {
    all *own = *state;
    digitnet_model_free(own->model);
    digitnet_dataset_free(own->data);
    free(own);
    return 0;
}

static void test_scores(void **state) {
    all *own = *state;
    float *images = must_allocate(IMAGES * SMALL_IMAGE * sizeof(float)), *scores = must_allocate(sizeof own->scores);
    expect_ok(digitnet_dataset_read(images, IMAGES * SMALL_IMAGE, NULL, 0, own->data, 0, IMAGES));
    expect_ok(digitnet_model_predict(scores, SCORES, own->model, images, IMAGES * SMALL_IMAGE));
    assert_same_floats(own->scores, scores, SCORES); /* cut into the same chunks */
    free(images);
    free(scores);
}

static void test_threads(void **state) {
    all *own = *state;
    static const size_t threads[] = {2, 3, 8, 40, 0};
    static float scores[SCORES + 1];
    for (size_t i = 0; i < 5; i++) {
        memset(scores, 0, sizeof scores);
        expect_ok(digitnet_model_predict_dataset(scores, SCORES + 1, own->model, own->data,
                                                 DIGITNET_WITH(digitnet_predict_options, .threads = threads[i])));
        assert_same_floats(scores, own->scores, SCORES);
        assert_true(scores[SCORES] == 0);
    }
}

/* Counts what it is told, and ends the call at one number. */
typedef struct watcher {
    size_t calls, last, end_at;
    int result;
} watcher;

static int watch(size_t done, size_t count, void *user_data) {
    watcher *own = user_data;
    assert_int_equal(count, IMAGES);
    assert_true(done > own->last && done <= count);
    own->calls++;
    own->last = done;
    return done == own->end_at ? own->result : 0;
}

static void test_progress(void **state) {
    all *own = *state;
    static float scores[SCORES];
    watcher seen = {0};
    const digitnet_predict_options *options =
        DIGITNET_WITH(digitnet_predict_options, .threads = 2, .progress = watch, .user_data = &seen);
    expect_ok(digitnet_model_predict_dataset(scores, SCORES, own->model, own->data, options));
    assert_int_equal(seen.calls, 3);
    assert_int_equal(seen.last, IMAGES);
    seen = (watcher){.end_at = 512, .result = DIGITNET_EUNSUPPORTED};
    expect_passed_on(digitnet_model_predict_dataset(scores, SCORES, own->model, own->data, options),
                     DIGITNET_EUNSUPPORTED, "after 512 of 600 images");
    assert_int_equal(seen.calls, 2);
    seen = (watcher){.end_at = 256, .result = 1};
    expect_failure(digitnet_model_predict_dataset(scores, SCORES, own->model, own->data, options), DIGITNET_ECALLBACK,
                   "the progress function returned 1");
}

/* A source's images are asked for alone. */
static int gather_noise(digitnet_batch *batch, void *user_data) {
    (void)user_data;
    assert_null(batch->labels);
    for (size_t i = 0; i < batch->count; i++)
        fill_noise(batch->images + i * SMALL_IMAGE, SMALL_IMAGE, batch->indices[i]);
    return 0;
}

/* One image is too large for a network with large weights. */
static int gather_overflow(digitnet_batch *batch, void *user_data) {
    gather_noise(batch, NULL);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->indices[i] == *(size_t *)user_data)
            for (size_t k = 0; k < SMALL_IMAGE; k++)
                batch->images[i * SMALL_IMAGE + k] = 3e38f;
    return 0;
}

static digitnet_dataset *make_source(digitnet_gather_fn gather, void *user_data) {
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(&source,
                                             &(digitnet_source_options){.struct_size = sizeof(digitnet_source_options),
                                                                        .count = IMAGES,
                                                                        .height = SMALL_HEIGHT,
                                                                        .width = SMALL_WIDTH,
                                                                        .channels = SMALL_CHANNELS,
                                                                        .gather = gather,
                                                                        .user_data = user_data}));
    return source;
}

static void test_source(void **state) {
    all *own = *state;
    static float scores[SCORES], wanted[SCORES], images[IMAGES * SMALL_IMAGE];
    digitnet_dataset *source = make_source(gather_noise, NULL);
    for (size_t i = 0; i < IMAGES; i++)
        fill_noise(images + i * SMALL_IMAGE, SMALL_IMAGE, i);
    expect_ok(digitnet_model_predict_dataset(scores, SCORES, own->model, source, NULL));
    expect_ok(digitnet_model_predict(wanted, SCORES, own->model, images, IMAGES * SMALL_IMAGE));
    assert_same_floats(scores, wanted, SCORES);
    digitnet_dataset_free(source);
}

static void test_overflow(void **state) {
    all *own = *state;
    static float scores[SCORES], kernel[4096];
    digitnet_tensor_info info = DIGITNET_INIT(digitnet_tensor_info);
    size_t at = 300;
    digitnet_dataset *source = make_source(gather_overflow, &at);
    digitnet_model *large;
    expect_ok(digitnet_model_clone(&large, own->model));
    expect_ok(digitnet_model_describe_tensor(&info, large, 0));
    for (size_t i = 0; i < info.values; i++)
        kernel[i] = 100;
    expect_ok(digitnet_model_set_weights(large, info.name, kernel, info.values));
    expect_failure(digitnet_model_predict_dataset(scores, SCORES, large, source,
                                                  DIGITNET_WITH(digitnet_predict_options, .threads = 3)),
                   DIGITNET_ENOTFINITE, "images 256 to 511");
    digitnet_model_free(large);
    digitnet_dataset_free(source);
}

static void test_refusals(void **state) {
    all *own = *state;
    static float scores[SCORES];
    digitnet_dataset *other = make_dataset(3, 2, 2, 1, 3, 1);
    digitnet_model *draft = build_small_network();
    expect_failure(digitnet_model_predict_dataset(scores, SCORES - 1, own->model, own->data, NULL), DIGITNET_EBUFFER,
                   "600 images give 3 scores each");
    expect_failure(digitnet_model_predict_dataset(scores, SCORES, own->model, other, NULL), DIGITNET_ESHAPE, "2x2x1");
    expect_failure(digitnet_model_predict_dataset(scores, SCORES, draft, own->data, NULL), DIGITNET_ESTATE, "");
    expect_failure(digitnet_model_predict_dataset(scores, SCORES, own->model, own->data,
                                                  DIGITNET_WITH(digitnet_predict_options, .threads = 257)),
                   DIGITNET_EINVAL, "257");
    digitnet_dataset_free(other);
    digitnet_model_free(draft);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores), cmocka_unit_test(test_threads),  cmocka_unit_test(test_progress),
        cmocka_unit_test(test_source), cmocka_unit_test(test_overflow), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
