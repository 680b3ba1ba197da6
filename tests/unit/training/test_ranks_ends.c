/* However a fit of several ranks ends, it ends on all of them, alike. */
#include "kernels/kernels.h"
#include "model/model.h"
#include "models.h"
#include "rank_threads.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS = 3, IMAGES = 40, BATCH = 8, BATCHES = 5 };

/* Each rank's own, to be changed before it trains. */
typedef struct rank {
    size_t number;
    digitnet_model *model;
    const digitnet_dataset *data;
    digitnet_fit_options options;
    digitnet_communicator communicator;
    digitnet_callback callback; /* used where it has a function */
    size_t allocations;         /* before one fails */
    digitnet_history *history;
    digitnet_status status;
    char message[512];
} rank;

typedef struct ranks {
    rank_threads threads;
    rank all[RANKS];
    digitnet_dataset *data;
} ranks;

/* Allocations that succeed on this thread; then one fails. */
static _Thread_local size_t allocations_left = SIZE_MAX;

static void *allocate(void *user_data, size_t size, size_t alignment) {
    (void)user_data;
    return allocations_left-- == 0 ? NULL : aligned_alloc(alignment, (size / alignment + 1) * alignment);
}

static void give_back(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)size, (void)alignment;
    free(memory);
}

static void train(const digitnet_communicator *communicator, void *context) {
    rank *own = &((ranks *)context)->all[communicator->rank];
    const digitnet_callback *callbacks[] = {&own->callback};
    if (!own->communicator.size)
        own->communicator = *communicator;
    own->options.communicator = &own->communicator;
    own->options.history = &own->history;
    own->options.callbacks = callbacks;
    own->options.callback_count = own->callback.call != NULL;
    allocations_left = own->allocations;
    own->status = digitnet_model_fit(own->model, own->data, &own->options);
    if (own->status != DIGITNET_EIO) /* which here is a callback's */
        record_status("digitnet_model_fit", own->status);
    allocations_left = SIZE_MAX;
    snprintf(own->message, sizeof own->message, "%s", digitnet_last_error());
}

static digitnet_model *make_model(void) {
    return make_small_network(5);
}

static ranks prepare(void) {
    ranks own = {.threads = {.size = RANKS}, .data = make_small_dataset(IMAGES, 2)};
    for (size_t i = 0; i < RANKS; i++)
        own.all[i] = (rank){
            .number = i,
            .model = make_model(),
            .data = own.data,
            .options = {.struct_size = sizeof own.all[i].options, .epochs = 2, .batch_size = BATCH, .threads = 1},
            .allocations = SIZE_MAX,
            .callback = {.struct_size = sizeof own.all[i].callback, .user_data = NULL}};
    return own;
}

static void release(ranks *own) {
    for (size_t i = 0; i < RANKS; i++) {
        digitnet_history_free(own->all[i].history);
        digitnet_model_free(own->all[i].model);
    }
    digitnet_dataset_free(own->data);
}

/* All ranks have this status, the same message with these words, and the same weights. */
static void check_ends(ranks *own, digitnet_status status, const char *words) {
    run_ranks(&own->threads, train, own);
    for (size_t i = 0; i < RANKS; i++) {
        const rank *each = &own->all[i];
        if (each->status != status || (status && !strstr(each->message, words)))
            fail_msg("rank %zu: %s (\"%s\"), not %s (\"... %s ...\")", i, digitnet_status_string(each->status),
                     each->message, digitnet_status_string(status), words);
        if (status)
            assert_string_equal(each->message, own->all[0].message);
        assert_same_weights(own->all[0].model, each->model);
        assert_int_equal(own->all[0].model->training->progress.batches_done,
                         each->model->training->progress.batches_done);
    }
}

static void check_stop_reasons(const ranks *own, digitnet_stop_reason reason) {
    for (size_t i = 0; i < RANKS; i++)
        assert_int_equal(digitnet_history_stop_reason(own->all[i].history), reason);
}

/* What one process has after so many batches of its first epoch. */
static int stop_after(const digitnet_event *event, void *user_data) {
    size_t *batches = user_data;
    bool last = event->kind == DIGITNET_EVENT_BATCH_END && event->batch == *batches;
    return last ? DIGITNET_CALLBACK_STOP : DIGITNET_CALLBACK_CONTINUE;
}

static void check_stopped_after(const ranks *own, size_t batches) {
    digitnet_model *model = make_model();
    const digitnet_callback *callback = DIGITNET_CALLBACK(.call = stop_after, .user_data = &batches);
    if (batches > 0)
        fit(model, own->data,
            DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH, DIGITNET_CALLBACKS(callback)));
    assert_same_weights(model, own->all[0].model);
    digitnet_model_free(model);
}

/* ---- Stops ---- */

static int request_stop(const digitnet_event *event, void *user_data) {
    (void)user_data;
    if (event->kind == DIGITNET_EVENT_BATCH_END && event->batch == 2)
        digitnet_model_request_stop(event->model);
    return DIGITNET_CALLBACK_CONTINUE;
}

static void test_request(void **state) {
    (void)state;
    ranks own = prepare();
    own.all[1].callback.call = request_stop;
    check_ends(&own, DIGITNET_OK, "");
    check_stop_reasons(&own, DIGITNET_STOP_REQUESTED);
    check_stopped_after(&own, 2);
    release(&own);
}

static void test_callback_stops(void **state) {
    (void)state;
    size_t batches = 3;
    ranks own = prepare();
    own.all[2].callback =
        (digitnet_callback){.struct_size = sizeof own.all[2].callback, .call = stop_after, .user_data = &batches};
    check_ends(&own, DIGITNET_OK, "");
    check_stop_reasons(&own, DIGITNET_STOP_CALLBACK);
    check_stopped_after(&own, 3);
    release(&own);
}

/* Keeps the first epoch, and goes back to it. */
static int restore_first(const digitnet_event *event, void *user_data) {
    (void)user_data;
    if (event->kind != DIGITNET_EVENT_EPOCH_END)
        return DIGITNET_CALLBACK_CONTINUE;
    return event->epoch == 1 ? DIGITNET_CALLBACK_KEEP : DIGITNET_CALLBACK_RESTORE;
}

static void test_one_rank_restores(void **state) {
    (void)state;
    ranks own = prepare();
    digitnet_model *model = make_model();
    own.all[1].callback =
        (digitnet_callback){.struct_size = sizeof own.all[1].callback, .call = restore_first, .uses_snapshot = 1};
    check_ends(&own, DIGITNET_OK, "");
    fit(model, own.data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
    for (size_t i = 0; i < RANKS; i++) {
        assert_same_weights(model, own.all[i].model);
        assert_int_equal(own.all[i].model->training->progress.epochs_done, 1);
    }
    digitnet_model_free(model);
    release(&own);
}

/* ---- Failures of one rank ---- */

typedef struct failure {
    digitnet_event_kind kind;
    size_t batch;
} failure;

static int fail_at(const digitnet_event *event, void *user_data) {
    const failure *own = user_data;
    if (event->kind != own->kind || event->batch != own->batch)
        return DIGITNET_CALLBACK_CONTINUE;
    digitnet_set_error("the disk is full");
    return DIGITNET_EIO;
}

static void test_callback_fails(void **state) {
    (void)state;
    static failure failures[] = {{DIGITNET_EVENT_FIT_BEGIN, 0},
                                 {DIGITNET_EVENT_EPOCH_BEGIN, 0},
                                 {DIGITNET_EVENT_BATCH_END, 4},
                                 {DIGITNET_EVENT_EPOCH_END, BATCHES}};
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        ranks own = prepare();
        own.all[1].callback =
            (digitnet_callback){.struct_size = sizeof own.all[1].callback, .call = fail_at, .user_data = &failures[i]};
        check_ends(&own, DIGITNET_EIO, "rank 1 of 3: callback 0 ended the fit: ");
        check_stop_reasons(&own, DIGITNET_STOP_FAILED);
        check_stopped_after(&own, failures[i].batch);
        release(&own);
    }
}

/* A source of which one rank's fails after some calls. */
typedef struct source {
    const digitnet_dataset *data;
    size_t calls, fails_at;
} source;

static int gather(digitnet_batch *batch, void *user_data) {
    source *own = user_data;
    own->calls++;
    if (own->calls == own->fails_at) {
        digitnet_set_error("the cable is out");
        return DIGITNET_EIO;
    }
    return digitnet_dataset_read_batch(batch, own->data);
}

static digitnet_dataset *make_source(source *own) {
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_source(
        &data, DIGITNET_WITH(digitnet_source_options, .count = IMAGES, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                             .channels = SMALL_CHANNELS, .gather = gather, .user_data = own)));
    return data;
}

/* As training data, and as validation data. Each rank asks for its own samples alone, and for some in each batch. */
static void test_source_fails(void **state) {
    (void)state;
    for (size_t validates = 0; validates < 2; validates++) {
        ranks own = prepare();
        source sources[RANKS];
        digitnet_dataset *data[RANKS];
        for (size_t i = 0; i < RANKS; i++) {
            sources[i] = (source){.data = own.data};
            data[i] = make_source(&sources[i]);
            if (validates)
                own.all[i].options.validation = data[i];
            else
                own.all[i].data = data[i];
        }
        sources[1].fails_at = validates ? 1 : 3;
        check_ends(&own, DIGITNET_EIO, "rank 1 of 3: the gather callback returned -5");
        check_stopped_after(&own, validates ? BATCHES : 2);
        release(&own);
        for (size_t i = 0; i < RANKS; i++)
            digitnet_dataset_free(data[i]);
    }
}

static int custom_loss(const digitnet_loss_range *range, void *user_data) {
    size_t *left = user_data;
    memset(range->losses, 0, range->count * sizeof *range->losses);
    if (range->gradient)
        memset(range->gradient, 0, range->count * range->output_values * sizeof *range->gradient);
    if (--*left > 0)
        return DIGITNET_OK;
    digitnet_set_error("no such class");
    return DIGITNET_EINVAL;
}

static void test_custom_loss_fails(void **state) {
    (void)state;
    ranks own = prepare();
    size_t left[RANKS];
    for (size_t i = 0; i < RANKS; i++) {
        left[i] = i == 2 ? 4 : SIZE_MAX;
        expect_ok(digitnet_model_compile(own.all[i].model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CUSTOM));
        expect_ok(digitnet_model_set_loss(own.all[i].model, custom_loss, &left[i], NULL));
    }
    check_ends(&own, DIGITNET_EINVAL, "rank 2 of 3: the loss returned -1");
    release(&own);
}

/* All go back to where they began. */
static void test_divergence(void **state) {
    (void)state;
    ranks own = prepare();
    digitnet_model *model = make_model();
    for (size_t i = 0; i < RANKS; i++)
        expect_ok(digitnet_model_set_learning_rate(own.all[i].model, 1e30));
    check_ends(&own, DIGITNET_EDIVERGED, "no longer finite");
    assert_same_weights(model, own.all[0].model);
    digitnet_model_free(model);
    release(&own);
}

static void test_memory(void **state) {
    (void)state;
    expect_ok(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate, .release = give_back)));
    digitnet_status status = DIGITNET_ENOMEM;
    size_t allocations = 0;
    for (; status == DIGITNET_ENOMEM; allocations++) {
        ranks own = prepare();
        own.all[1].allocations = allocations;
        run_ranks(&own.threads, train, &own);
        status = own.all[0].status;
        for (size_t i = 0; i < RANKS; i++) {
            assert_int_equal(own.all[i].status, status);
            assert_string_equal(own.all[i].message, status ? own.all[0].message : "");
            assert_true(status == DIGITNET_OK || strstr(own.all[i].message, "rank 1 of 3: "));
        }
        release(&own);
    }
    assert_int_equal(status, DIGITNET_OK);
    assert_in_range(allocations, 10, 100);
    expect_ok(digitnet_set_allocator(NULL));
}

/* ---- Refusals ---- */

static void check_refused(ranks *own, digitnet_status status, const char *words) {
    run_ranks(&own->threads, train, own);
    for (size_t i = 0; i < RANKS; i++) {
        const rank *each = &own->all[i];
        if (each->status != status || !strstr(each->message, words))
            fail_msg("rank %zu: %s (\"%s\"), not %s (\"... %s ...\")", i, digitnet_status_string(each->status),
                     each->message, digitnet_status_string(status), words);
        assert_string_equal(each->message, own->all[0].message);
        assert_null(each->history);
        assert_int_equal(each->model->training->progress.steps_done, 0);
    }
    release(own);
}

static digitnet_model *compiled(const digitnet_compile_options *options) {
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        options));
    return model;
}

static void replace_model(rank *own, digitnet_model *model) {
    digitnet_model_free(own->model);
    own->model = model;
}

static void test_different_settings(void **state) {
    (void)state;
    static const float class_weights[SMALL_CLASSES] = {1, 2, 3};
    ranks own = prepare();
    own.all[2].options.batch_size = 7;
    check_refused(&own, DIGITNET_EINVAL, "batch_size is 8 on rank 0, and 7 on rank 2");
    own = prepare();
    own.all[1].options.epochs = 3;
    check_refused(&own, DIGITNET_EINVAL, "the last epoch is 2 on rank 0, and 3 on rank 1");
    own = prepare();
    own.all[1].options.no_shuffle = 1;
    check_refused(&own, DIGITNET_EINVAL, "no_shuffle is 0 on rank 0, and 1 on rank 1");
    own = prepare();
    own.all[0].options.class_weights = class_weights;
    own.all[0].options.class_weight_count = SMALL_CLASSES;
    check_refused(&own, DIGITNET_EINVAL, "the hash of class_weights is ");
    own = prepare();
    own.all[1].options.validation = own.data;
    check_refused(&own, DIGITNET_EINVAL, "the number of validation samples is 0 on rank 0, and 40 on rank 1");
    own = prepare();
    replace_model(&own.all[2], compiled(DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.5, .seed = 5)));
    check_refused(&own, DIGITNET_EINVAL, "learning_rate is 0.001 on rank 0, and 0.5 on rank 2");
    own = prepare();
    replace_model(&own.all[2], compiled(DIGITNET_WITH(digitnet_compile_options, .gradient_ranges = 4, .seed = 5)));
    check_refused(&own, DIGITNET_EINVAL, "gradient_ranges is 8 on rank 0, and 4 on rank 2");
}

static void test_different_models(void **state) {
    (void)state;
    ranks own = prepare();
    own.all[1].model->network.parameters[3] += 1;
    check_refused(&own, DIGITNET_EINVAL, "the hash of the weights is ");
    own = prepare();
    own.all[1].model->training->state[3] += 1;
    check_refused(&own, DIGITNET_EINVAL, "the hash of the optimizer's state is ");
    own = prepare();
    expect_ok(digitnet_model_set_trainable(own.all[1].model, "conv2d", 0));
    check_refused(&own, DIGITNET_EINVAL, "the hash of the layers is ");
}

static void test_different_data(void **state) {
    (void)state;
    ranks own = prepare();
    digitnet_dataset *part, *of_source;
    source from = {.data = own.data};
    expect_ok(digitnet_dataset_slice(&part, own.data, 0, IMAGES - 1));
    own.all[1].data = part;
    check_refused(&own, DIGITNET_EINVAL, "the number of training samples is 40 on rank 0, and 39 on rank 1");
    own = prepare();
    of_source = make_source(&from);
    own.all[1].data = of_source;
    check_refused(&own, DIGITNET_EINVAL, "the kind of the training data is arrays on rank 0, and a source on rank 1");
    digitnet_dataset_free(of_source);
    digitnet_dataset_free(part);
}

/* As where processors differ. */
static void test_different_instruction_sets(void **state) {
    (void)state;
    if (!digitnet__kernels_at(1))
        skip_because("the processor has one instruction set");
    ranks own = prepare();
    char words[64];
    own.all[2].model->network.kernels = digitnet__kernels_at(1);
    snprintf(words, sizeof words, "the instruction set is %s on rank 0, and %s on rank 2",
             digitnet__kernels_best()->name, digitnet__kernels_at(1)->name);
    check_refused(&own, DIGITNET_EINVAL, words);
}

/* A rank whose version is another one. */
static const digitnet_communicator *inner;

static int broadcast_version(void *buffer, size_t bytes, size_t root, void *user_data) {
    if (root == 1 && strcmp(buffer, digitnet_version()) == 0)
        strcpy(buffer, "9.1.0");
    return inner->broadcast(buffer, bytes, root, user_data);
}

static void train_as_version_9(const digitnet_communicator *communicator, void *context) {
    ranks *own = context;
    if (communicator->rank == 1) {
        inner = communicator;
        own->all[1].communicator = *communicator;
        own->all[1].communicator.broadcast = broadcast_version;
    }
    train(communicator, context);
}

static void test_different_versions(void **state) {
    (void)state;
    ranks own = prepare();
    run_ranks(&own.threads, train_as_version_9, &own);
    for (size_t i = 0; i < RANKS; i++) {
        assert_int_equal(own.all[i].status, DIGITNET_EVERSION);
        assert_string_equal(own.all[i].message, "digitnet_model_fit: the library's version is " DIGITNET_VERSION_STRING
                                                " on rank 0, and 9.1.0 on rank 1");
    }
    release(&own);
}

/* What one rank alone would be refused for. */
static void test_refusal_of_one_rank(void **state) {
    (void)state;
    ranks own = prepare();
    own.all[2].options.threads = 257;
    check_refused(&own, DIGITNET_EINVAL, "rank 2 of 3: ");
    own = prepare();
    own.all[0].data = NULL;
    check_refused(&own, DIGITNET_EINVAL, "rank 0 of 3: digitnet_model_fit: train is NULL");
    own = prepare();
    own.all[1].options.reserved_2 = 1;
    check_refused(&own, DIGITNET_EVERSION, "rank 1 of 3: digitnet_fit_options");
}

/* ---- The communicator ---- */

static void test_communicator(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 2);
    digitnet_model *model = make_model();
    ranks own = prepare();
    run_ranks(&own.threads, train, &own);
    digitnet_communicator valid = own.all[0].communicator;
#define CHECK_INVALID(field, value, words)                                                                             \
    do {                                                                                                               \
        digitnet_communicator invalid = valid;                                                                         \
        invalid.field = value;                                                                                         \
        expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .communicator = &invalid)), \
                       DIGITNET_EINVAL, words);                                                                        \
    } while (0)
    CHECK_INVALID(all_gather, NULL, "communicator.all_gather is NULL");
    CHECK_INVALID(all_to_all, NULL, "communicator.all_to_all is NULL");
    CHECK_INVALID(broadcast, NULL, "communicator.broadcast is NULL");
    CHECK_INVALID(size, 0, "communicator.size is 0; it must be 1 to 65536");
    CHECK_INVALID(size, 65537, "communicator.size is 65537; it must be 1 to 65536");
    CHECK_INVALID(rank, 3, "communicator.rank is 3, but communicator.size is 3");
    CHECK_INVALID(struct_size, 1, "digitnet_communicator");
    release(&own);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* Each call of one rank's fails in turn: all end, and none waits for ever. */
static void test_broken_line(void **state) {
    (void)state;
    ranks own = prepare();
    run_ranks(&own.threads, train, &own);
    size_t calls = own.threads.calls;
    release(&own);
    assert_in_range(calls, 2 * BATCHES, 1000);
    for (size_t call = 1; call <= calls; call++) {
        own = prepare();
        own.threads.fails_on = 1;
        own.threads.fails_at = call;
        run_ranks(&own.threads, train, &own);
        assert_int_equal(own.all[1].status, DIGITNET_EIO);
        assert_non_null(strstr(own.all[1].message, "returned -5 (input or output failed): the line is cut"));
        for (size_t i = 0; i < RANKS; i += 2) {
            assert_int_equal(own.all[i].status, DIGITNET_EIO);
            assert_non_null(strstr(own.all[i].message, ": another rank is gone"));
        }
        release(&own);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_callback_stops),
        cmocka_unit_test(test_one_rank_restores),
        cmocka_unit_test(test_callback_fails),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_custom_loss_fails),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_different_settings),
        cmocka_unit_test(test_different_models),
        cmocka_unit_test(test_different_data),
        cmocka_unit_test(test_different_instruction_sets),
        cmocka_unit_test(test_different_versions),
        cmocka_unit_test(test_refusal_of_one_rank),
        cmocka_unit_test(test_communicator),
        cmocka_unit_test(test_broken_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
