/* Eight threads that predict with one model, eight that train models of their own, four that read with one reader, all
 * at the same time and with the results of one thread alone; and a long run of sessions, which allocates nothing:
 * test_parallel [RUNS] */
#include "counts.h"
#include "reader_models.h"
#include "sanitizer.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PREDICTORS = 8,
    TRAINERS = 8,
    READERS = 4,
    WORKERS = PREDICTORS + TRAINERS + READERS,
    ROUNDS = 20,
    IMAGES = 40,
    SLACK_PAGES = 64
};

static size_t session_runs = 2000;

/* What all read. */
typedef struct common {
    digitnet_model *model;
    digitnet_dataset *data;
    float images[IMAGES * SMALL_IMAGE], scores[IMAGES * SMALL_CLASSES];
    float *trained[TRAINERS]; /* weights, by seed */
    size_t parameters;
    digitnet_reader *reader;
    uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT];
    digitnet_image strokes;
    double confidence; /* of their reading */
} common;

typedef struct worker {
    const common *shared;
    size_t index;
    const char *fault;
} worker;

static digitnet_model *train(const common *shared, size_t seed) {
    digitnet_model *model = make_small_network(seed);
    fit(model, shared->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 8, .threads = 1 + seed % 3));
    return model;
}

static const char *predict_as_alone(const common *shared) {
    float scores[IMAGES * SMALL_CLASSES];
    if (digitnet_model_predict(scores, IMAGES * SMALL_CLASSES, shared->model, shared->images, IMAGES * SMALL_IMAGE) !=
        DIGITNET_OK)
        return "a prediction failed";
    return memcmp(scores, shared->scores, sizeof scores) ? "a prediction differs" : NULL;
}

static const char *train_as_alone(const common *shared, size_t seed) {
    digitnet_model *model = train(shared, seed);
    float *weights = copy_weights(model);
    bool same = memcmp(weights, shared->trained[seed], shared->parameters * sizeof(float)) == 0;
    free(weights);
    digitnet_model_free(model);
    return same ? NULL : "a training differs";
}

/* The confidence of the text 111; 0 if another one is read. */
static double read_strokes(const common *shared) {
    digitnet_reader_scratch *scratch;
    digitnet_reading *reading;
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    expect_ok(digitnet_reader_scratch_create(&scratch, shared->reader));
    expect_ok(digitnet_reader_read_line(&reading, scratch, &shared->strokes, NULL));
    expect_ok(digitnet_reading_describe_line(&line, reading, 0));
    double confidence = strcmp(line.text, "111") == 0 ? line.confidence : 0.0;
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
    return confidence;
}

static const char *read_as_alone(const common *shared) {
    return read_strokes(shared) == shared->confidence ? NULL : "a reading differs";
}

static void work(void *context) {
    worker *own = context;
    for (size_t i = 0; i < ROUNDS && !own->fault; i++)
        own->fault = own->index < PREDICTORS              ? predict_as_alone(own->shared)
                     : own->index < PREDICTORS + TRAINERS ? train_as_alone(own->shared, own->index - PREDICTORS)
                                                          : read_as_alone(own->shared);
}

static void make_reader(common *shared) {
    digitnet_model *line = make_stroke_line_model(0);
    expect_ok(digitnet_reader_create(&shared->reader, NULL, line));
    digitnet_model_free(line);
    shared->strokes = draw_strokes(shared->pixels);
    shared->confidence = read_strokes(shared);
    assert_true(shared->confidence > 0.0);
}

static int begin(void **state) {
    common *shared = must_allocate(sizeof *shared);
    shared->data = make_small_dataset(IMAGES, 1);
    shared->model = train(shared, 1);
    shared->parameters = count_parameters(shared->model);
    fill_noise(shared->images, IMAGES * SMALL_IMAGE, 2);
    expect_ok(digitnet_model_predict(shared->scores, IMAGES * SMALL_CLASSES, shared->model, shared->images,
                                     IMAGES * SMALL_IMAGE));
    for (size_t i = 0; i < TRAINERS; i++) {
        digitnet_model *model = train(shared, i);
        shared->trained[i] = copy_weights(model);
        digitnet_model_free(model);
    }
    make_reader(shared);
    *state = shared;
    return 0;
}

static int end(void **state) {
    common *shared = *state;
    for (size_t i = 0; i < TRAINERS; i++)
        free(shared->trained[i]);
    digitnet_reader_free(shared->reader);
    digitnet_model_free(shared->model);
    digitnet_dataset_free(shared->data);
    free(shared);
    return 0;
}

static void test_as_one_thread_alone(void **state) {
    worker workers[WORKERS];
    for (size_t i = 0; i < WORKERS; i++)
        workers[i] = (worker){.shared = *state, .index = i};
    run_threads(work, workers, WORKERS, sizeof *workers);
    for (size_t i = 0; i < WORKERS; i++)
        if (workers[i].fault)
            fail_msg("thread %zu: %s", i, workers[i].fault);
}

/* Pages that the process has in memory; 0 with a sanitizer or an emulator, which take more and more for themselves. */
static size_t resident_pages(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    size_t total = 0, resident = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%zu %zu", &total, &resident), 2);
    fclose(file);
#if DNN_EMULATED || DNN_ADDRESS_SANITIZER || DNN_THREAD_SANITIZER
    resident = 0;
#endif
    return resident;
}

static void run_often(digitnet_session *session, const float *images, size_t runs) {
    float scores[3 * SMALL_CLASSES];
    for (size_t i = 0; i < runs; i++)
        expect_ok(digitnet_session_run(scores, 3 * SMALL_CLASSES, session, images, (1 + i % 3) * SMALL_IMAGE));
}

static void test_sessions_allocate_nothing(void **state) {
    (void)state;
    static const size_t thread_counts[] = {1, 2};
    static float images[3 * SMALL_IMAGE];
    allocation_counts counts;
    fill_noise(images, 3 * SMALL_IMAGE, 1);
    begin_counting(&counts);
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = make_small_network(1);
        digitnet_session *session;
        expect_ok(digitnet_session_create(
            &session, model, DIGITNET_WITH(digitnet_session_options, .batch_size = 2, .threads = thread_counts[i])));
        run_often(session, images, 100);
        size_t allocations = atomic_load(&counts.allocations), pages = resident_pages();
        run_often(session, images, session_runs);
        assert_int_equal(atomic_load(&counts.allocations), allocations);
        assert_in_range(resident_pages(), 0, pages + SLACK_PAGES);
        digitnet_session_free(session);
        digitnet_model_free(model);
    }
    end_counting(&counts);
}

/* Whatever is made and freed again and again takes no more memory in the end. */
static void test_memory_is_steady(void **state) {
    const common *shared = *state;
    size_t pages = 0, rounds = 100 + session_runs / 1000;
    for (size_t i = 0; i < rounds; i++) {
        if (i == rounds / 2)
            pages = resident_pages();
        digitnet_model *model = train(shared, i % TRAINERS);
        digitnet_session *session;
        expect_ok(digitnet_session_create(&session, model, NULL));
        run_often(session, shared->images, 5);
        digitnet_session_free(session);
        digitnet_model_free(model);
    }
    assert_in_range(resident_pages(), 0, pages + SLACK_PAGES);
}

int main(int argc, char **argv) {
    /* First, while there are no objects but its own. */
    const struct CMUnitTest alone[] = {cmocka_unit_test(test_sessions_allocate_nothing)};
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_one_thread_alone),
                                       cmocka_unit_test(test_memory_is_steady)};
    session_runs = count_from(argc, argv, session_runs);
    int failed = cmocka_run_group_tests(alone, NULL, NULL);
    return failed ? failed : cmocka_run_group_tests(tests, begin, end);
}
