/* The allocator hook, calls that get no memory, and work that must not ask for any. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"

enum { IMAGES = 30 };

/* Objects of all kinds, whose memory is counted. */
typedef struct fixture {
    allocation_counts counts;
    digitnet_model *model; /* trained for one epoch */
    digitnet_model *draft; /* with layers, not compiled */
    digitnet_model *spare; /* compiled */
    digitnet_dataset *data;
    digitnet_session *session;
    digitnet_history *history;
    void *file; /* the model's */
    size_t file_size;
    temporary_folder folder;
    char path[100];
} fixture;

static const digitnet_fit_options *fit_options(size_t until_epoch) {
    static digitnet_fit_options options;
    options = (digitnet_fit_options){.struct_size = sizeof options,
                                     .until_epoch = until_epoch,
                                     .batch_size = 8,
                                     .threads = 2,
                                     .validation_fraction = 0.2};
    return &options;
}

static fixture *begin_fixture(void) {
    fixture *own = calloc(1, sizeof *own);
    assert_non_null(own);
    begin_counting(&own->counts);
    own->model = make_small_network(1);
    own->draft = build_small_network();
    own->spare = make_small_network(2);
    own->data = make_small_dataset(IMAGES, 1);
    expect_ok(digitnet_model_fit(&own->history, own->model, own->data, fit_options(1)));
    expect_ok(digitnet_session_create(&own->session, own->model, NULL));
    expect_failure(digitnet_model_save_memory(NULL, 0, &own->file_size, own->model), DIGITNET_ESHAPE, "");
    own->file = must_allocate(own->file_size);
    expect_ok(digitnet_model_save_memory(own->file, own->file_size, NULL, own->model));
    own->folder = make_folder();
    snprintf(own->path, sizeof own->path, "%s/file", own->folder.path);
    return own;
}

/* Nothing is left: no memory, no file but the one that a call may have written. */
static void end_fixture(fixture *own) {
    digitnet_model_free(own->model);
    digitnet_model_free(own->draft);
    digitnet_model_free(own->spare);
    digitnet_session_free(own->session);
    digitnet_history_free(own->history);
    digitnet_dataset_free(own->data);
    end_counting(&own->counts);
    unlink(own->path);
    assert_int_equal(rmdir(own->folder.path), 0);
    free(own->file);
    free(own);
}

static digitnet_status create_model(fixture *own) {
    (void)own;
    digitnet_model *model;
    digitnet_status status = digitnet_model_create(&model, 3, 3, 1);
    assert_true((status == DIGITNET_OK) == (model != NULL));
    digitnet_model_free(model);
    return status;
}

/* More layers than are first made room for. The error is kept for compile; taken back, building goes on. */
static digitnet_status add_layers(fixture *own) {
    digitnet_model_info before = DIGITNET_INIT(digitnet_model_info), after = before;
    digitnet_status first = DIGITNET_OK;
    for (size_t i = 0; i < 8 && first == DIGITNET_OK; i++) {
        expect_ok(digitnet_model_describe(&before, own->draft));
        first = digitnet_model_add_dense(own->draft, SMALL_CLASSES, DIGITNET_SOFTMAX);
    }
    if (first != DIGITNET_OK) {
        expect_ok(digitnet_model_describe(&after, own->draft));
        assert_memory_equal(&before, &after, sizeof before);
        expect_failure(digitnet_model_compile(own->draft, DIGITNET_ADAM, DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY),
                       DIGITNET_ENOMEM, "out of memory");
        digitnet_model_clear_error(own->draft);
    }
    return first;
}

static digitnet_status compile_first(fixture *own) {
    return digitnet_model_compile(own->draft, DIGITNET_ADAM, DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY);
}

static digitnet_status compile_again(fixture *own) {
    return digitnet_model_compile_ex(own->spare, DIGITNET_SGD, DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY,
                                     DIGITNET_WITH(digitnet_compile_options, .momentum = 0.5));
}

static digitnet_status clone_model(fixture *own) {
    digitnet_model *copy;
    digitnet_status status = digitnet_model_clone(&copy, own->model);
    assert_true((status == DIGITNET_OK) == (copy != NULL));
    digitnet_model_free(copy);
    return status;
}

/* May fail at the end of an epoch too, and then goes on from there. */
static digitnet_status fit_model(fixture *own) {
    digitnet_history *history;
    digitnet_status status = digitnet_model_fit(&history, own->model, own->data, fit_options(3));
    digitnet_history_free(history);
    return status;
}

static digitnet_status evaluate(fixture *own) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    return digitnet_model_evaluate(&metrics, own->model, own->data,
                                   DIGITNET_WITH(digitnet_evaluate_options, .threads = 3));
}

static digitnet_status predict(fixture *own) {
    float image[SMALL_IMAGE] = {0}, scores[SMALL_CLASSES];
    return digitnet_model_predict(scores, SMALL_CLASSES, own->model, image, SMALL_IMAGE);
}

static digitnet_status create_session(fixture *own) {
    digitnet_session *session;
    digitnet_status status =
        digitnet_session_create(&session, own->model, DIGITNET_WITH(digitnet_session_options, .threads = 3));
    assert_true((status == DIGITNET_OK) == (session != NULL));
    digitnet_session_free(session);
    return status;
}

static digitnet_status clone_session(fixture *own) {
    digitnet_session *session;
    digitnet_status status = digitnet_session_clone(&session, own->session);
    assert_true((status == DIGITNET_OK) == (session != NULL));
    digitnet_session_free(session);
    return status;
}

static digitnet_status save_memory(fixture *own) {
    return digitnet_model_save_memory(own->file, own->file_size, NULL, own->model);
}

static digitnet_status save(fixture *own) {
    digitnet_status status = digitnet_model_save(own->model, own->path);
    assert_true((status == DIGITNET_OK) == (access(own->path, F_OK) == 0));
    unlink(own->path);
    return status;
}

static digitnet_status load_memory(fixture *own) {
    digitnet_model *model;
    digitnet_status status = digitnet_model_load_memory(&model, own->file, own->file_size);
    assert_true((status == DIGITNET_OK) == (model != NULL));
    if (model) {
        assert_same_weights(model, own->model);
    }
    digitnet_model_free(model);
    return status;
}

static digitnet_status load(fixture *own) {
    FILE *file = fopen(own->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(own->file, 1, own->file_size, file), own->file_size);
    fclose(file);
    digitnet_model *model;
    digitnet_status status = digitnet_model_load(&model, own->path);
    digitnet_model_free(model);
    return status;
}

static digitnet_status write_csv(fixture *own) {
    digitnet_status status = digitnet_history_write_csv(own->history, own->path);
    assert_true((status == DIGITNET_OK) == (access(own->path, F_OK) == 0));
    unlink(own->path);
    return status;
}

static digitnet_status finish_dataset(digitnet_status status, digitnet_dataset *dataset) {
    assert_true((status == DIGITNET_OK) == (dataset != NULL));
    digitnet_dataset_free(dataset);
    return status;
}

static const uint8_t two_bytes[2] = {1, 2};
static const float two_floats[2] = {1, 2};
static const int32_t two_labels[2] = {0, 1};

static digitnet_status create_bytes(fixture *own) {
    (void)own;
    digitnet_dataset *dataset;
    digitnet_status status = digitnet_dataset_create_u8(&dataset, two_bytes, two_labels, 2, 1, 1, 1);
    return finish_dataset(status, dataset);
}

static void release_nothing(void *user_data) {
    ++*(size_t *)user_data;
}

/* Where the creation fails the memory remains the caller's. */
static digitnet_status borrow_floats(fixture *own) {
    (void)own;
    digitnet_dataset *dataset;
    size_t releases = 0;
    digitnet_status status = digitnet_dataset_create_f32_ex(
        &dataset, two_floats, two_labels, 2, 1, 1, 1,
        DIGITNET_WITH(digitnet_dataset_options, .borrow = 1, .release = release_nothing, .user_data = &releases));
    status = finish_dataset(status, dataset);
    assert_int_equal(releases, status == DIGITNET_OK);
    return status;
}

static int gather_nothing(float *images, int32_t *labels, const size_t *indices, const uint64_t *seeds, size_t count,
                          void *user_data) {
    (void)images, (void)labels, (void)indices, (void)seeds, (void)count, (void)user_data;
    return 0;
}

static digitnet_status create_source(fixture *own) {
    (void)own;
    digitnet_dataset *dataset;
    digitnet_status status =
        digitnet_dataset_create_source(&dataset, DIGITNET_WITH(digitnet_source_options, .count = 2, .height = 1,
                                                               .width = 1, .channels = 1, .gather = gather_nothing));
    return finish_dataset(status, dataset);
}

static digitnet_status slice(fixture *own) {
    digitnet_dataset *dataset;
    digitnet_status status = digitnet_dataset_slice(&dataset, own->data, 1, 2);
    return finish_dataset(status, dataset);
}

static digitnet_status load_mnist(fixture *own) {
    (void)own;
    digitnet_dataset *train, *test;
    digitnet_status status = digitnet_dataset_load_mnist(&train, &test, "data/mnist-subset");
    assert_true((status == DIGITNET_OK) == (train != NULL));
    digitnet_dataset_free(train);
    return finish_dataset(status, test);
}

static digitnet_status frame_digit(fixture *own) {
    (void)own;
    float frame[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    uint8_t pixels[40 * 40];
    memset(pixels, 255, sizeof pixels);
    memset(pixels + 10 * 40 + 10, 0, 200);
    return digitnet_image_frame_digit(frame, sizeof frame / sizeof *frame,
                                      DIGITNET_WITH(digitnet_image, .pixels = pixels, .width = 40, .height = 40));
}

typedef struct tested_call {
    const char *name;
    digitnet_status (*call)(fixture *own);
} tested_call;

static const tested_call tested_calls[] = {
    {"create_model", create_model},
    {"add_layers", add_layers},
    {"compile_first", compile_first},
    {"compile_again", compile_again},
    {"clone_model", clone_model},
    {"fit_model", fit_model},
    {"evaluate", evaluate},
    {"predict", predict},
    {"create_session", create_session},
    {"clone_session", clone_session},
    {"save_memory", save_memory},
    {"save", save},
    {"load_memory", load_memory},
    {"load", load},
    {"write_csv", write_csv},
    {"create_bytes", create_bytes},
    {"borrow_floats", borrow_floats},
    {"create_source", create_source},
    {"slice", slice},
    {"load_mnist", load_mnist},
    {"frame_digit", frame_digit},
};

/* All objects still do what they did before: the model's training comes to the goal. */
static void check_fixture(fixture *own, const float *goal) {
    float image[SMALL_IMAGE] = {0}, scores[SMALL_CLASSES];
    expect_ok(digitnet_session_run(scores, SMALL_CLASSES, own->session, image, SMALL_IMAGE));
    expect_ok(fit_model(own));
    float *weights = copy_weights(own->model);
    assert_same_floats(weights, goal, count_parameters(own->model));
    free(weights);
    expect_ok(compile_first(own));
    fit(own->draft, own->data, NULL);
    fit(own->spare, own->data, NULL);
}

/* Makes the n-th allocation of a call fail. False where it has less than n. */
static bool fail_allocation(const tested_call *tested, size_t n, const float *goal) {
    fixture *own = begin_fixture();
    atomic_store(&own->counts.allocations, 0);
    atomic_store(&own->counts.fail_at, n);
    digitnet_status status = tested->call(own);
    bool failed = atomic_load(&own->counts.allocations) >= n;
    atomic_store(&own->counts.fail_at, 0);
    if (status != (failed ? DIGITNET_ENOMEM : DIGITNET_OK)) {
        fail_msg("%s, allocation %zu: %s (\"%s\")", tested->name, n, digitnet_status_string(status),
                 digitnet_last_error());
    }
    if (failed) {
        assert_non_null(strstr(digitnet_last_error(), "out of memory"));
        expect_ok(tested->call(own));
    }
    check_fixture(own, goal);
    end_fixture(own);
    return failed;
}

static void test_each_allocation_fails(void **state) {
    (void)state;
    digitnet_model *trained = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    fit(trained, data, fit_options(3));
    float *goal = copy_weights(trained);
    digitnet_model_free(trained); /* before the allocator is changed */
    digitnet_dataset_free(data);
    for (size_t i = 0; i < sizeof tested_calls / sizeof *tested_calls; i++) {
        size_t n = 1;
        while (fail_allocation(&tested_calls[i], n, goal)) {
            n++;
        }
    }
    free(goal);
}

/* Memory is booked when a session is made, and none afterwards. */
static void test_session_runs_without_allocation(void **state) {
    (void)state;
    enum { RUN_IMAGES = 150 };
    static float images[RUN_IMAGES * SMALL_IMAGE], scores[RUN_IMAGES * SMALL_CLASSES];
    static const uint8_t bytes[RUN_IMAGES * SMALL_IMAGE];
    fixture *own = begin_fixture();
    digitnet_session *session;
    expect_ok(digitnet_session_create(&session, own->model, DIGITNET_WITH(digitnet_session_options, .threads = 2)));
    size_t before = atomic_load(&own->counts.allocations);
    for (size_t count = 1; count <= RUN_IMAGES; count += 49) {
        expect_ok(digitnet_session_run(scores, RUN_IMAGES * SMALL_CLASSES, session, images, count * SMALL_IMAGE));
        expect_ok(digitnet_session_run_u8(scores, RUN_IMAGES * SMALL_CLASSES, session, bytes, count * SMALL_IMAGE));
    }
    assert_int_equal(atomic_load(&own->counts.allocations), before);
    digitnet_session_free(session);
    end_fixture(own);
}

typedef struct allocation_watch {
    const allocation_counts *counts;
    size_t before, steps;
} allocation_watch;

static int watch_steps(const digitnet_event *event, void *user_data) {
    allocation_watch *watch = user_data;
    size_t now = atomic_load(&((allocation_counts *)watch->counts)->allocations);
    if (event->kind == DIGITNET_FIT_BEGIN) {
        watch->before = now;
    }
    assert_int_equal(now, watch->before);
    watch->steps += event->kind == DIGITNET_BATCH_END;
    return 0;
}

/* From the first step of a fit to its end, validation and history included. */
static void test_training_runs_without_allocation(void **state) {
    (void)state;
    fixture *own = begin_fixture();
    allocation_watch watch = {.counts = &own->counts};
    expect_ok(digitnet_model_fit(NULL, own->model, own->data,
                                 DIGITNET_WITH(digitnet_fit_options, .epochs = 40, .batch_size = 7, .threads = 2,
                                               .validation = own->data, DIGITNET_CALLBACKS({watch_steps, &watch}))));
    assert_int_equal(watch.steps, 40 * 5);
    end_fixture(own);
}

static int fail_next_allocation(const digitnet_event *event, void *user_data) {
    allocation_counts *counts = user_data;
    if (event->kind == DIGITNET_FIT_BEGIN) {
        atomic_store(&counts->fail_at, atomic_load(&counts->allocations) + 1);
    }
    return 0;
}

/* The one allocation on the way of a fit: of more epochs than the history first has room for. Where it fails the epoch
 * is whole but for its end, from where the next fit goes on. */
static void test_history_grows(void **state) {
    (void)state;
    enum { EPOCHS = 1030, ROOM = 1024 };
    fixture *own = begin_fixture();
    digitnet_model *model, *twin;
    digitnet_dataset *data = make_dataset(2, 1, 1, 1, 2, 1);
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_SGD, DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_clone(&twin, model));
    const digitnet_fit_options *options = DIGITNET_WITH(digitnet_fit_options, .until_epoch = EPOCHS, .threads = 1);
    digitnet_history *whole, *part;
    expect_ok(digitnet_model_fit(&whole, twin, data, options));
    expect_failure(digitnet_model_fit(&part, model, data,
                                      DIGITNET_WITH(digitnet_fit_options, .until_epoch = EPOCHS, .threads = 1,
                                                    DIGITNET_CALLBACKS({fail_next_allocation, &own->counts}))),
                   DIGITNET_ENOMEM, "out of memory");
    size_t count;
    const double *losses = digitnet_history_series(NULL, whole, DIGITNET_METRIC_LOSS);
    assert_memory_equal(digitnet_history_series(&count, part, DIGITNET_METRIC_LOSS), losses, ROOM * sizeof(double));
    assert_int_equal(count, ROOM);
    digitnet_history_free(part);
    expect_ok(digitnet_model_fit(&part, model, data, options));
    assert_int_equal(digitnet_history_first_epoch(part), ROOM + 1);
    assert_memory_equal(digitnet_history_series(&count, part, DIGITNET_METRIC_LOSS), losses + ROOM,
                        (EPOCHS - ROOM) * sizeof(double));
    assert_int_equal(count, EPOCHS - ROOM);
    assert_same_weights(model, twin);
    digitnet_history_free(whole);
    digitnet_history_free(part);
    digitnet_model_free(model);
    digitnet_model_free(twin);
    digitnet_dataset_free(data);
    end_fixture(own);
}

static void *allocate_nothing(void *user_data, size_t size, size_t alignment) {
    (void)user_data, (void)size, (void)alignment;
    return NULL;
}

static void release_wrongly(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)memory, (void)size, (void)alignment;
    fail_msg("nothing was allocated");
}

static void test_allocator_is_fixed_while_objects_exist(void **state) {
    (void)state;
    const digitnet_allocator *none =
        DIGITNET_WITH(digitnet_allocator, .allocate = allocate_nothing, .release = release_wrongly);
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 3, 3, 1));
    expect_failure(digitnet_set_allocator(none), DIGITNET_ESTATE, "in use");
    expect_failure(digitnet_set_allocator(NULL), DIGITNET_ESTATE, "in use");
    digitnet_model_free(model);
    expect_ok(digitnet_set_allocator(none));
    expect_failure(digitnet_model_create(&model, 3, 3, 1), DIGITNET_ENOMEM, "out of memory");
    assert_null(model);
    expect_ok(digitnet_set_allocator(NULL));
    expect_ok(digitnet_model_create(&model, 3, 3, 1));
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation_fails),
        cmocka_unit_test(test_session_runs_without_allocation),
        cmocka_unit_test(test_training_runs_without_allocation),
        cmocka_unit_test(test_history_grows),
        cmocka_unit_test(test_allocator_is_fixed_while_objects_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
