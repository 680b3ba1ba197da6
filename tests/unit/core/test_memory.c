/* The allocator hook, and work that must not ask it for memory. */
#include "support.h"

#include <stdlib.h>

enum { IMAGES = 30 };

/* A model that has been trained for one epoch, and its data; their memory is counted. */
typedef struct fixture {
    allocation_counts counts;
    digitnet_model *model;
    digitnet_dataset *data;
} fixture;

static fixture *begin_fixture(void) {
    fixture *own = calloc(1, sizeof *own);
    assert_non_null(own);
    begin_counting(&own->counts);
    own->model = make_small_network(1);
    own->data = make_small_dataset(IMAGES, 1);
    fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 8, .threads = 2));
    return own;
}

/* Nothing is left. */
static void end_fixture(fixture *own) {
    digitnet_model_free(own->model);
    digitnet_dataset_free(own->data);
    end_counting(&own->counts);
    free(own);
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
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        watch->before = now;
    assert_int_equal(now, watch->before);
    watch->steps += event->kind == DIGITNET_EVENT_BATCH_END;
    return DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE;
}

/* From the first step of a fit to its end, validation and history included. */
static void test_training_runs_without_allocation(void **state) {
    (void)state;
    fixture *own = begin_fixture();
    allocation_watch watch = {.counts = &own->counts};
    expect_ok(digitnet_model_fit(
        own->model, own->data,
        DIGITNET_WITH(
            digitnet_fit_options, .epochs = 40, .batch_size = 7, .threads = 2, .validation = own->data,
            DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = watch_steps, .user_data = &watch, .uses_snapshot = 1)))));
    assert_int_equal(watch.steps, 40 * 5);
    end_fixture(own);
}

static int fail_next_allocation(const digitnet_event *event, void *user_data) {
    allocation_counts *counts = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        atomic_store(&counts->fail_at, atomic_load(&counts->allocations) + 1);
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
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_clone(&twin, model));
    digitnet_history *whole, *part;
    digitnet_fit_options options = {
        .struct_size = sizeof options, .history = &whole, .until_epoch = EPOCHS, .threads = 1};
    expect_ok(digitnet_model_fit(twin, data, &options));
    options.history = &part;
    expect_failure(
        digitnet_model_fit(model, data,
                           DIGITNET_WITH(digitnet_fit_options, .history = &part, .until_epoch = EPOCHS, .threads = 1,
                                         DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = fail_next_allocation,
                                                                              .user_data = &own->counts)))),
        DIGITNET_ENOMEM, "out of memory");
    size_t count;
    const double *losses = digitnet_history_series(NULL, whole, DIGITNET_METRIC_LOSS);
    assert_memory_equal(digitnet_history_series(&count, part, DIGITNET_METRIC_LOSS), losses, ROOM * sizeof(double));
    assert_int_equal(count, ROOM);
    digitnet_history_free(part);
    expect_ok(digitnet_model_fit(model, data, &options));
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

static int keep_first(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_FIT_BEGIN ? DIGITNET_CALLBACK_KEEP : DIGITNET_CALLBACK_CONTINUE;
}

static void count_release(void *user_data) {
    ++*(size_t *)user_data;
}

/* Each allocation of a fit that makes its own validation set, with a callback that owns its data and keeps a snapshot.
 */
static void test_fits_without_memory_change_nothing(void **state) {
    (void)state;
    fixture *own = begin_fixture();
    digitnet_model *before;
    expect_ok(digitnet_model_clone(&before, own->model));
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failures = 0, released = 0;
    for (; status != DIGITNET_OK; failures++) {
        assert_int_equal(released, failures);
        size_t live = atomic_load(&own->counts.live);
        assert_same_weights(own->model, before);
        atomic_store(&own->counts.fail_at, atomic_load(&own->counts.allocations) + failures + 1);
        status = digitnet_model_fit(
            own->model, own->data,
            DIGITNET_WITH(digitnet_fit_options, .validation_fraction = 0.5, .threads = 1,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = keep_first, .user_data = &released,
                                                               .release = count_release, .uses_snapshot = 1))));
        atomic_store(&own->counts.fail_at, 0);
        assert_int_equal(atomic_load(&own->counts.live), live);
        if (status != DIGITNET_OK)
            expect_failure(status, DIGITNET_ENOMEM, "out of memory");
    }
    assert_true(failures > 10);
    digitnet_model_free(before);
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
        cmocka_unit_test(test_session_runs_without_allocation),
        cmocka_unit_test(test_training_runs_without_allocation),
        cmocka_unit_test(test_history_grows),
        cmocka_unit_test(test_fits_without_memory_change_nothing),
        cmocka_unit_test(test_allocator_is_fixed_while_objects_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
