/* However a fit of several ranks ends, it ends on all of them, alike. */
#include "kernels/kernels.h"
#include "model/model.h"
#include "models.h"
#include "own_memory.h"
#include "rank_threads.h"
#include "same_training.h"
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
    return allocations_left-- == 0 ? NULL : own_memory(size, alignment);
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

/* All ranks have this status, this message after a failure, and the same weights. */
static void check_ends(ranks *own, digitnet_status status, const char *message) {
    run_ranks(&own->threads, train, own);
    for (size_t i = 0; i < RANKS; i++) {
        const rank *each = &own->all[i];
        if (each->status != status || (status && strcmp(each->message, message) != 0))
            fail_msg("rank %zu: %s (\"%s\"), not %s (\"%s\")", i, digitnet_status_string(each->status), each->message,
                     digitnet_status_string(status), message);
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

/* Each rank has a part of these samples alone. */
static void cut_into_shards(ranks *own, digitnet_dataset *shards[RANKS], const digitnet_dataset *data) {
    for (size_t i = 0; i < RANKS; i++) {
        size_t first = i * IMAGES / RANKS;
        expect_ok(digitnet_dataset_slice(&shards[i], data, first, (i + 1) * IMAGES / RANKS - first));
        own->all[i].data = shards[i];
        own->all[i].options.sharded = 1;
    }
}

static void free_shards(digitnet_dataset *shards[RANKS]) {
    for (size_t i = 0; i < RANKS; i++)
        digitnet_dataset_free(shards[i]);
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
        check_ends(&own, DIGITNET_EIO,
                   "rank 1 of 3: callback 0 ended the fit: input or output failed: the disk is full");
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

static digitnet_dataset *make_source(source *own, size_t count) {
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_source(
        &data, DIGITNET_WITH(digitnet_source_options, .count = count, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                             .channels = SMALL_CHANNELS, .gather = gather, .user_data = own)));
    return data;
}

static void test_source_of_shard_fails(void **state) {
    (void)state;
    ranks own = prepare();
    source sources[RANKS];
    digitnet_dataset *data[RANKS], *shards[RANKS];
    cut_into_shards(&own, shards, own.data);
    for (size_t i = 0; i < RANKS; i++) {
        sources[i] = (source){.data = shards[i]};
        data[i] = make_source(&sources[i], digitnet_dataset_count(shards[i]));
        own.all[i].data = data[i];
    }
    sources[1].fails_at = 3;
    check_ends(&own, DIGITNET_EIO,
               "digitnet_model_fit: epoch 1, batch 3: rank 1 of 3: the gather callback returned -5 (input or output "
               "failed) for samples 7, 6 and 2 more: the cable is out");
    check_stopped_after(&own, 2);
    release(&own);
    free_shards(data);
    free_shards(shards);
}

/* As training data, and as validation data. Each rank asks for its own samples alone, and for some in each batch. */
static void test_source_fails(void **state) {
    (void)state;
    static const char *const messages[] = {
        "digitnet_model_fit: epoch 1, batch 3: rank 1 of 3: the gather callback returned -5 (input or output failed) "
        "for samples 17, 28 and 1 more: the cable is out",
        "rank 1 of 3: the gather callback returned -5 (input or output failed) for samples 32 to 39: the "
        "cable is out"};
    for (size_t validates = 0; validates < 2; validates++) {
        ranks own = prepare();
        source sources[RANKS];
        digitnet_dataset *data[RANKS];
        for (size_t i = 0; i < RANKS; i++) {
            sources[i] = (source){.data = own.data};
            data[i] = make_source(&sources[i], IMAGES);
            if (validates)
                own.all[i].options.validation = data[i];
            else
                own.all[i].data = data[i];
        }
        sources[1].fails_at = validates ? 1 : 3;
        check_ends(&own, DIGITNET_EIO, messages[validates]);
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
    check_ends(
        &own, DIGITNET_EINVAL,
        "digitnet_model_fit: epoch 1, batch 2: rank 2 of 3: the loss returned -1 (invalid argument): no such class");
    release(&own);
}

/* All go back to where they began. */
static void test_divergence(void **state) {
    (void)state;
    ranks own = prepare();
    digitnet_model *model = make_model();
    for (size_t i = 0; i < RANKS; i++)
        expect_ok(digitnet_model_set_learning_rate(own.all[i].model, 1e30));
    check_ends(&own, DIGITNET_EDIVERGED, "digitnet_model_fit: epoch 1, batch 2: the loss is no longer finite");
    assert_same_weights(model, own.all[0].model);
    digitnet_model_free(model);
    release(&own);
}

/* All find it: no rank is named. */
static void test_validation_diverges(void **state) {
    (void)state;
    enum { VALUES = IMAGES * SMALL_IMAGE };
    static float images[VALUES];
    static const int32_t labels[IMAGES];
    ranks own = prepare();
    digitnet_dataset *huge;
    for (size_t i = 0; i < VALUES; i++)
        images[i] = 3e38f;
    expect_ok(digitnet_dataset_create_f32(&huge, images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].options.validation = huge;
    check_ends(&own, DIGITNET_EDIVERGED, "the validation's loss is no longer finite in epoch 1");
    check_stopped_after(&own, 0);
    release(&own);
    digitnet_dataset_free(huge);
}

static void check_memory(bool sharded) {
    expect_ok(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate, .release = give_back)));
    digitnet_status status = DIGITNET_ENOMEM;
    size_t allocations = 0;
    for (; status == DIGITNET_ENOMEM; allocations++) {
        ranks own = prepare();
        digitnet_dataset *shards[RANKS] = {NULL};
        if (sharded)
            cut_into_shards(&own, shards, own.data);
        own.all[1].allocations = allocations;
        run_ranks(&own.threads, train, &own);
        status = own.all[0].status;
        for (size_t i = 0; i < RANKS; i++) {
            assert_int_equal(own.all[i].status, status);
            assert_string_equal(own.all[i].message, status ? own.all[0].message : "");
            assert_true(status == DIGITNET_OK || strstr(own.all[i].message, "rank 1 of 3: "));
        }
        free_shards(shards);
        release(&own);
    }
    assert_int_equal(status, DIGITNET_OK);
    assert_in_range(allocations, 10, 100);
    expect_ok(digitnet_set_allocator(NULL));
}

static void test_memory(void **state) {
    (void)state;
    check_memory(false);
    check_memory(true);
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
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].options.validation_fraction = i == 2 ? 0.5 : 0.25;
    check_refused(&own, DIGITNET_EINVAL, "validation_fraction is 0.25 on rank 0, and 0.5 on rank 2");
    own = prepare();
    for (size_t i = 0; i < RANKS; i++) {
        own.all[i].options.validation_fraction = 0.25;
        own.all[i].options.validation_stratified = i == 1;
    }
    check_refused(&own, DIGITNET_EINVAL, "validation_stratified is 0 on rank 0, and 1 on rank 1");
    own = prepare();
    own.all[1].options.validation = own.data;
    check_refused(&own, DIGITNET_EINVAL, "the number of validation samples is 0 on rank 0, and 40 on rank 1");
    own = prepare();
    replace_model(&own.all[2], compiled(DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.5, .seed = 5)));
    check_refused(&own, DIGITNET_EINVAL, "learning_rate is 0.001 on rank 0, and 0.5 on rank 2");
    own = prepare();
    replace_model(&own.all[2], compiled(DIGITNET_WITH(digitnet_compile_options, .gradient_ranges = 4, .seed = 5)));
    check_refused(&own, DIGITNET_EINVAL, "gradient_ranges is 0 on rank 0, and 4 on rank 2");
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
    of_source = make_source(&from, IMAGES);
    own.all[1].data = of_source;
    check_refused(&own, DIGITNET_EINVAL, "the kind of the training data is arrays on rank 0, and a source on rank 1");
    digitnet_dataset_free(of_source);
    digitnet_dataset_free(part);
}

static void test_different_sample_weights(void **state) {
    (void)state;
    static const uint8_t images[IMAGES * SMALL_IMAGE];
    static const int32_t labels[IMAGES];
    float weights[IMAGES];
    digitnet_dataset *plain, *weighted;
    for (size_t i = 0; i < IMAGES; i++)
        weights[i] = 2;
    expect_ok(digitnet_dataset_create_u8(&plain, images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    expect_ok(digitnet_dataset_create_u8_ex(&weighted, images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH,
                                            SMALL_CHANNELS,
                                            DIGITNET_WITH(digitnet_dataset_options, .sample_weights = weights)));
    ranks own = prepare();
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].data = i == 1 ? weighted : plain;
    check_refused(&own, DIGITNET_EINVAL, "the number of a training sample's weights is 0 on rank 0, and 1 on rank 1");
    own = prepare();
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].options.validation = i == 2 ? plain : weighted;
    check_refused(&own, DIGITNET_EINVAL, "the number of a validation sample's weights is 1 on rank 0, and 0 on rank 2");
    digitnet_dataset_free(weighted);
    digitnet_dataset_free(plain);
}

/* The same settings on all ranks are not refused, whatever else their memory holds. */
static void test_different_augmentation(void **state) {
    (void)state;
    ranks own = prepare();
    digitnet_dataset *slight, *strong, *again;
    expect_ok(digitnet_dataset_augment(&slight, own.data, DIGITNET_WITH(digitnet_augment_options, .rotate = 10)));
    expect_ok(digitnet_dataset_augment(&strong, own.data, DIGITNET_WITH(digitnet_augment_options, .rotate = 20)));
    expect_ok(digitnet_dataset_augment(&again, own.data,
                                       DIGITNET_WITH(digitnet_augment_options, .rotate = 10, .rotate_probability = 1)));
    own.all[0].data = own.all[2].data = slight;
    own.all[1].data = strong;
    check_refused(&own, DIGITNET_EINVAL, "the hash of the training data's augmentation is ");
    own = prepare();
    own.all[2].data = slight;
    check_refused(&own, DIGITNET_EINVAL, "the hash of the training data's augmentation is none on rank 0, and ");
    own = prepare();
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].options.validation = i == 1 ? slight : own.data;
    check_refused(&own, DIGITNET_EINVAL, "the hash of the validation data's augmentation is none on rank 0, and ");
    own = prepare();
    for (size_t i = 0; i < RANKS; i++)
        own.all[i].data = i == 1 ? again : slight;
    check_ends(&own, DIGITNET_OK, "");
    release(&own);
    digitnet_dataset_free(again);
    digitnet_dataset_free(strong);
    digitnet_dataset_free(slight);
}

static digitnet_dataset *of_labels(size_t max_labels, int32_t label) {
    static const uint8_t image[SMALL_IMAGE];
    const int32_t labels[] = {label, 0};
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_u8_ex(&data, image, labels, 1, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS,
                                            DIGITNET_WITH(digitnet_dataset_options, .max_labels = max_labels)));
    return data;
}

/* That takes any number of labels. */
static digitnet_model *line_network(void) {
    digitnet_model *model = begin_model(SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS);
    digitnet_model_add_conv2d_ex(model, SMALL_CLASSES + 1, SMALL_HEIGHT, DIGITNET_ACTIVATION_SOFTMAX,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 2));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CTC));
    return model;
}

static void test_different_shards(void **state) {
    (void)state;
    digitnet_dataset *shards[RANKS], *of_class_7 = of_labels(1, 7), *of_two_labels = of_labels(2, 0);
    ranks own = prepare();
    cut_into_shards(&own, shards, own.data);
    own.all[2].options.sharded = 0;
    check_refused(&own, DIGITNET_EINVAL, "sharded is 1 on rank 0, and 0 on rank 2");
    free_shards(shards);
    own = prepare();
    own.all[1].options.validation = own.all[0].options.validation = own.all[2].options.validation = own.data;
    own.all[1].options.validation_sharded = 1;
    check_refused(&own, DIGITNET_EINVAL, "validation_sharded is 0 on rank 0, and 1 on rank 1");
    own = prepare();
    cut_into_shards(&own, shards, own.data);
    own.all[1].data = of_class_7;
    check_refused(&own, DIGITNET_EINVAL, "rank 1 of 3: sample 0 has label 7; the model has 3 classes");
    free_shards(shards);
    own = prepare();
    for (size_t i = 0; i < RANKS; i++) {
        replace_model(&own.all[i], line_network());
        own.all[i].data = i == 1 ? of_two_labels : own.data;
        own.all[i].options.sharded = 1;
    }
    check_refused(&own, DIGITNET_EINVAL, "the most labels of a training sample is 1 on rank 0, and 2 on rank 1");
    digitnet_dataset_free(of_two_labels);
    digitnet_dataset_free(of_class_7);
}

static void save_blank_images(const char *images, const char *labels) {
    static const uint8_t pixels[IMAGES * SMALL_IMAGE];
    static const int32_t classes[IMAGES];
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_u8(&data, pixels, classes, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    expect_ok(digitnet_dataset_save_idx(data, images, labels));
    digitnet_dataset_free(data);
}

/* Shards that were read of files know their places. */
static void test_shards_elsewhere(void **state) {
    (void)state;
    static const struct {
        size_t shards[RANKS], numbers[RANKS];
        const char *words;
    } cases[] = {{{3, 3, 3},
                  {0, 0, 2},
                  "the shard of rank 1 has samples 0 to 13 of 40; those of the ranks before it have 14 samples"},
                 {{3, 3, 3},
                  {1, 0, 2},
                  "the shard of rank 0 has samples 14 to 26 of 40; those of the ranks before it have 0 samples"},
                 {{4, 4, 4}, {0, 1, 2}, "the shards of all ranks have 30 samples, but one of them is a part of 40"}};
    temporary_folder folder = make_folder();
    char images[96], labels[96];
    snprintf(images, sizeof images, "%s/images", folder.path);
    snprintf(labels, sizeof labels, "%s/labels", folder.path);
    save_blank_images(images, labels);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_dataset *shards[RANKS];
        ranks own = prepare();
        for (size_t k = 0; k < RANKS; k++) {
            expect_ok(
                digitnet_dataset_load_idx_ex(&shards[k], images, labels,
                                             DIGITNET_WITH(digitnet_dataset_load_options, .shards = cases[i].shards[k],
                                                           .shard = cases[i].numbers[k])));
            own.all[k].data = shards[k];
            own.all[k].options.sharded = 1;
        }
        check_refused(&own, DIGITNET_EINVAL, cases[i].words);
        free_shards(shards);
    }
    remove(images);
    remove(labels);
    remove(folder.path);
}

static void expect_refused(const digitnet_dataset *data, const digitnet_fit_options *options, const char *words) {
    digitnet_model *model = make_model();
    expect_failure(record_status("digitnet_model_fit", digitnet_model_fit(model, data, options)), DIGITNET_EINVAL,
                   words);
    digitnet_model_free(model);
}

/* Whatever the number of ranks. */
static void test_refused_shards(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 2), *mixed;
    expect_ok(digitnet_dataset_augment(
        &mixed, data, DIGITNET_WITH(digitnet_augment_options, .mixup = 0.2, .classes = SMALL_CLASSES)));
    expect_refused(data, DIGITNET_WITH(digitnet_fit_options, .sharded = 2), "sharded is 2");
    expect_refused(data, DIGITNET_WITH(digitnet_fit_options, .validation_sharded = -1), "validation_sharded is -1");
    expect_refused(data, DIGITNET_WITH(digitnet_fit_options, .validation_sharded = 1),
                   "validation_sharded is 1, but validation is NULL");
    expect_refused(data, DIGITNET_WITH(digitnet_fit_options, .sharded = 1, .validation_fraction = 0.25),
                   "sharded is 1, and validation_fraction is 0.25; give validation instead");
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY));
    expect_failure(digitnet_model_fit(model, mixed, DIGITNET_WITH(digitnet_fit_options, .sharded = 1)), DIGITNET_EINVAL,
                   "the training data are sharded, but mixup or cutmix may mix samples of different ranks");
    expect_ok(digitnet_model_fit(model, mixed, NULL));
    digitnet_model_free(model);
    digitnet_dataset_free(mixed);
    digitnet_dataset_free(data);
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
    own.all[1].options.bind_threads = 2;
    check_refused(&own, DIGITNET_EINVAL, "rank 1 of 3: digitnet_fit_options: bind_threads is 2");
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

static ranks prepare_line(digitnet_dataset *shards[RANKS], bool sharded) {
    ranks own = prepare();
    if (sharded)
        cut_into_shards(&own, shards, own.data);
    return own;
}

/* Each call of one rank's fails in turn: all end, and none waits for ever. */
static void check_broken_line(bool sharded) {
    digitnet_dataset *shards[RANKS] = {NULL};
    ranks own = prepare_line(shards, sharded);
    run_ranks(&own.threads, train, &own);
    size_t calls = own.threads.calls;
    release(&own);
    free_shards(shards);
    assert_in_range(calls, 2 * BATCHES, 1000);
    for (size_t call = 1; call <= calls; call++) {
        own = prepare_line(shards, sharded);
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
        free_shards(shards);
    }
}

static void test_broken_line(void **state) {
    (void)state;
    check_broken_line(false);
}

static void test_broken_line_of_shards(void **state) {
    (void)state;
    check_broken_line(true);
}

/* What one process has after so many epochs. */
static digitnet_model *make_trained(const digitnet_dataset *data, size_t epochs) {
    digitnet_model *model = make_model();
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = epochs, .batch_size = BATCH));
    return model;
}

/* A training, and what the model computes with its weights. */
static void check_same_model(const digitnet_model *a, const digitnet_model *b, const digitnet_dataset *data) {
    digitnet_metrics of_a = DIGITNET_INIT(digitnet_metrics), of_b = DIGITNET_INIT(digitnet_metrics);
    check_same_training(a, b);
    expect_ok(digitnet_model_evaluate(&of_a, a, data, NULL));
    expect_ok(digitnet_model_evaluate(&of_b, b, data, NULL));
    assert_true(of_a.loss == of_b.loss);
}

static ranks prepare_restoring(void) {
    ranks own = prepare();
    own.all[1].callback =
        (digitnet_callback){.struct_size = sizeof own.all[1].callback, .call = restore_first, .uses_snapshot = 1};
    return own;
}

/* A snapshot that is on its way to the other ranks when the line is cut: each rank has that, or the last epoch's end.
 */
static void test_broken_line_of_snapshot(void **state) {
    (void)state;
    enum { BROADCASTS = 5 };
    ranks own = prepare_restoring();
    digitnet_model *first = make_trained(own.data, 1), *last = make_trained(own.data, 2);
    run_ranks(&own.threads, train, &own);
    size_t calls = own.threads.calls;
    release(&own);
    for (size_t call = calls - BROADCASTS + 1; call <= calls; call++) {
        own = prepare_restoring();
        own.threads.fails_on = 2;
        own.threads.fails_at = call;
        run_ranks(&own.threads, train, &own);
        for (size_t i = 0; i < RANKS; i++) {
            assert_int_equal(own.all[i].status, DIGITNET_EIO);
            check_same_model(i == 1 ? first : last, own.all[i].model, own.data);
        }
        release(&own);
    }
    digitnet_model_free(last);
    digitnet_model_free(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_callback_stops),
        cmocka_unit_test(test_one_rank_restores),
        cmocka_unit_test(test_callback_fails),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_source_of_shard_fails),
        cmocka_unit_test(test_custom_loss_fails),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_validation_diverges),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_different_settings),
        cmocka_unit_test(test_different_models),
        cmocka_unit_test(test_different_data),
        cmocka_unit_test(test_different_sample_weights),
        cmocka_unit_test(test_different_augmentation),
        cmocka_unit_test(test_different_shards),
        cmocka_unit_test(test_shards_elsewhere),
        cmocka_unit_test(test_refused_shards),
        cmocka_unit_test(test_different_instruction_sets),
        cmocka_unit_test(test_different_versions),
        cmocka_unit_test(test_refusal_of_one_rank),
        cmocka_unit_test(test_communicator),
        cmocka_unit_test(test_broken_line),
        cmocka_unit_test(test_broken_line_of_shards),
        cmocka_unit_test(test_broken_line_of_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
