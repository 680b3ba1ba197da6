/* What a fit tells its callbacks, what they may do, and how they and a request end it. */
#include "core/status.h"
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 20, BATCH = 8, BATCHES = 3 };

static int make_data(void **state) {
    *state = make_small_dataset(IMAGES, 1);
    return 0;
}

static int free_data(void **state) {
    digitnet_dataset_free(*state);
    return 0;
}

/* All that was told, to two callbacks in turn. */
typedef struct told {
    digitnet_event event;
    size_t callback;
} told;

typedef struct record {
    told told[64];
    size_t count;
} record;

static int note(record *seen, const digitnet_event *event, size_t callback) {
    assert_in_range(seen->count, 0, 63);
    seen->told[seen->count++] = (told){*event, callback};
    return 0;
}

static int note_as_first(const digitnet_event *event, void *user_data) {
    return note(user_data, event, 0);
}

static int note_as_second(const digitnet_event *event, void *user_data) {
    return note(user_data, event, 1);
}

/* The next event, told to both callbacks. */
static digitnet_event next_event(const record *seen, size_t *at, digitnet_event_kind kind, size_t epoch, size_t batch) {
    assert_true(*at + 1 < seen->count);
    const digitnet_event *event = &seen->told[*at].event;
    assert_int_equal(seen->told[*at].callback, 0);
    assert_int_equal(seen->told[*at + 1].callback, 1);
    assert_memory_equal(event, &seen->told[*at + 1].event, sizeof *event);
    *at += 2;
    assert_int_equal(event->struct_size, sizeof *event);
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->epoch, epoch);
    assert_int_equal(event->batch, batch);
    assert_int_equal(event->batches, BATCHES);
    return *event;
}

static void test_order_and_contents(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_small_network(1);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
    record seen = {.count = 0};
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 2, .batch_size = BATCH, .validation = data,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = note_as_first, .user_data = &seen),
                                         DIGITNET_CALLBACK(.call = note_as_second, .user_data = &seen)))));
    size_t at = 0;
    digitnet_event event = next_event(&seen, &at, DIGITNET_EVENT_FIT_BEGIN, 2, 0);
    assert_ptr_equal(event.model, model);
    assert_int_equal(event.epochs, 3);
    for (size_t epoch = 2; epoch <= 3; epoch++) {
        event = next_event(&seen, &at, DIGITNET_EVENT_EPOCH_BEGIN, epoch, 0);
        for (size_t batch = 1; batch <= BATCHES; batch++) {
            event = next_event(&seen, &at, DIGITNET_EVENT_BATCH_END, epoch, batch);
            assert_true(event.loss > 0 && event.accuracy >= 0 && event.accuracy <= 1 && event.seconds > 0);
            assert_true(isnan(event.validation_loss) && isnan(event.validation_accuracy));
        }
        digitnet_event end = next_event(&seen, &at, DIGITNET_EVENT_EPOCH_END, epoch, BATCHES);
        assert_true(end.loss == event.loss && end.accuracy == event.accuracy && end.seconds == event.seconds);
        assert_true(end.loss == digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[epoch - 2]);
        assert_true(end.validation_loss ==
                    digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_LOSS)[epoch - 2]);
        assert_true(end.validation_accuracy ==
                    digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_ACCURACY)[epoch - 2]);
    }
    event = next_event(&seen, &at, DIGITNET_EVENT_FIT_END, 3, BATCHES);
    assert_int_equal(seen.count, at);
    assert_true(event.loss == digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[1]);
    assert_true(event.validation_loss == digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_LOSS)[1]);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

/* Answers one event with a number, and counts FIT_BEGIN and FIT_END. */
typedef struct answer {
    digitnet_event_kind kind;
    size_t epoch, batch;
    int result;
    size_t begun, ended, told, answered;
} answer;

static int give_answer(const digitnet_event *event, void *user_data) {
    answer *own = user_data;
    own->told++;
    own->begun += event->kind == DIGITNET_EVENT_FIT_BEGIN;
    own->ended += event->kind == DIGITNET_EVENT_FIT_END;
    bool asked = event->kind == own->kind && event->epoch == own->epoch && event->batch == own->batch;
    own->answered += asked;
    return asked ? own->result : 0;
}

/* Where a callback answers with 1: the steps done, and how the fit ends. */
static void check_stop(const digitnet_dataset *data, digitnet_event_kind kind, size_t epoch, size_t batch,
                       uint64_t epochs_done, uint64_t batches_done) {
    answer stop = {.kind = kind, .epoch = epoch, .batch = batch, .result = 1}, other = {.result = 0};
    digitnet_model *model = make_small_network(1);
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 3, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_answer, .user_data = &stop),
                                         DIGITNET_CALLBACK(.call = give_answer, .user_data = &other)))));
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_CALLBACK);
    assert_int_equal(info_of(model).epochs_done, epochs_done);
    assert_int_equal(info_of(model).batches_done, batches_done);
    /* The callbacks after the one that stops are told the event too, and all of the end. */
    assert_int_equal(stop.told, other.told);
    assert_int_equal(stop.ended, 1);
    assert_int_equal(other.ended, 1);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

static void test_stop(void **state) {
    const digitnet_dataset *data = *state;
    check_stop(data, DIGITNET_EVENT_FIT_BEGIN, 1, 0, 0, 0);
    check_stop(data, DIGITNET_EVENT_EPOCH_BEGIN, 1, 0, 0, 0);
    check_stop(data, DIGITNET_EVENT_EPOCH_BEGIN, 2, 0, 1, 0);
    check_stop(data, DIGITNET_EVENT_BATCH_END, 1, 2, 0, 2);
    check_stop(data, DIGITNET_EVENT_BATCH_END, 2, 3, 1, 3);
    check_stop(data, DIGITNET_EVENT_EPOCH_END, 2, 3, 2, 0);
}

/* A callback that fails ends the fit with its status, with the weights after the last whole step. */
static void check_failure(const digitnet_dataset *data, digitnet_event_kind kind, size_t batch, int result,
                          digitnet_status expected) {
    answer before = {.result = 0}, fails = {.kind = kind, .epoch = 2, .batch = batch, .result = result};
    answer behind = {.result = 0}, stop = {.kind = kind, .epoch = 2, .batch = batch, .result = 1};
    digitnet_model *model = make_small_network(1), *stopped = make_small_network(1);
    digitnet_history *history;
    expect_passed_on(
        digitnet_model_fit(
            model, data,
            DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 3, .batch_size = BATCH,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_answer, .user_data = &before),
                                             DIGITNET_CALLBACK(.call = give_answer, .user_data = &fails),
                                             DIGITNET_CALLBACK(.call = give_answer, .user_data = &behind)))),
        expected, "callback 1");
    assert_non_null(history);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_FAILED);
    assert_int_equal(before.ended, 1);
    assert_int_equal(fails.ended, 1);
    assert_int_equal(behind.ended, 1);
    assert_int_equal(behind.told, fails.told - 1);
    fit(stopped, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_answer, .user_data = &stop))));
    assert_same_weights(model, stopped);
    assert_int_equal(info_of(model).batches_done, info_of(stopped).batches_done);
    digitnet_history_free(history);
    /* Both go on alike. */
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
    fit(stopped, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
    assert_same_weights(model, stopped);
    digitnet_model_free(model);
    digitnet_model_free(stopped);
}

static void test_failure(void **state) {
    const digitnet_dataset *data = *state;
    check_failure(data, DIGITNET_EVENT_BATCH_END, 2, DIGITNET_EIO, DIGITNET_EIO);
    check_failure(data, DIGITNET_EVENT_EPOCH_BEGIN, 0, DIGITNET_ENOTFOUND, DIGITNET_ENOTFOUND);
    check_failure(data, DIGITNET_EVENT_EPOCH_END, 3, DIGITNET_EINVAL, DIGITNET_EINVAL);
    check_failure(data, DIGITNET_EVENT_EPOCH_END, 3, DIGITNET_ENOTFINITE, DIGITNET_ENOTFINITE);
    /* A callback's own divergence is not the loss's: nothing is taken back. */
    check_failure(data, DIGITNET_EVENT_BATCH_END, 2, DIGITNET_EDIVERGED, DIGITNET_EDIVERGED);
    /* What is no status. */
    check_failure(data, DIGITNET_EVENT_BATCH_END, 1, 8, DIGITNET_ECALLBACK);
    check_failure(data, DIGITNET_EVENT_BATCH_END, 1, DIGITNET_ENOTFINITE - 1, DIGITNET_ECALLBACK);
    check_failure(data, DIGITNET_EVENT_BATCH_END, 1, -1000, DIGITNET_ECALLBACK);
}

/* What a callback says, and when. */
typedef struct speaker {
    const char *words, *last_words; /* the last at FIT_END */
    digitnet_status failing_call;   /* that it makes before, where not OK */
    int result;
} speaker;

static int speak(const digitnet_event *event, void *user_data) {
    const speaker *self = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_END)
        digitnet_set_error(self->last_words);
    if (event->kind != DIGITNET_EVENT_EPOCH_BEGIN)
        return 0;
    if (self->failing_call != DIGITNET_OK)
        digitnet__fail(self->failing_call, "a call within");
    digitnet_set_error(self->words);
    return self->result;
}

static void test_words_of_a_failure(void **state) {
    static const struct {
        speaker speaker;
        const char *message;
    } cases[] = {
        {{.words = "no room", .result = DIGITNET_EIO}, "callback 0 ended the fit: input or output failed: no room"},
        {{.result = DIGITNET_EIO}, "callback 0 ended the fit: input or output failed"},
        {{.result = 17, .words = "seventeen"}, "callback 0 returned 17, which is not a status: seventeen"},
        {{.failing_call = DIGITNET_EIO, .result = DIGITNET_EIO},
         "callback 0 ended the fit: input or output failed: a call within"},
        {{.failing_call = DIGITNET_ESTATE, .result = DIGITNET_EIO}, "callback 0 ended the fit: input or output failed"},
        {{.words = "why", .result = DIGITNET_EIO, .last_words = "at the end"},
         "callback 0 ended the fit: input or output failed: why"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        speaker self = cases[i].speaker;
        digitnet_model *model = make_small_network(1);
        digitnet__fail(DIGITNET_EIO, "an older failure");
        assert_int_not_equal(
            digitnet_model_fit(model, *state,
                               DIGITNET_WITH(digitnet_fit_options,
                                             DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = speak, .user_data = &self)))),
            DIGITNET_OK);
        assert_string_equal(digitnet_last_error(), cases[i].message);
        digitnet_model_free(model);
    }
}

/* FIT_END goes to those who were told of FIT_BEGIN. */
static void test_failure_at_the_beginning(void **state) {
    const digitnet_dataset *data = *state;
    answer before = {.result = 0}, fails = {.kind = DIGITNET_EVENT_FIT_BEGIN, .epoch = 1, .result = DIGITNET_EIO};
    answer behind = {.result = 0};
    digitnet_model *model = make_small_network(1), *untouched = make_small_network(1);
    expect_passed_on(
        digitnet_model_fit(
            model, data,
            DIGITNET_WITH(digitnet_fit_options,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_answer, .user_data = &before),
                                             DIGITNET_CALLBACK(.call = give_answer, .user_data = &fails),
                                             DIGITNET_CALLBACK(.call = give_answer, .user_data = &behind)))),
        DIGITNET_EIO, "callback 1");
    assert_int_equal(before.told, 2);
    assert_int_equal(before.ended, 1);
    assert_int_equal(fails.ended, 1);
    assert_int_equal(behind.told, 0);
    assert_same_weights(model, untouched);
    digitnet_model_free(model);
    digitnet_model_free(untouched);
}

/* The result of FIT_END is ignored. */
static void test_answer_to_the_end(void **state) {
    answer own = {.kind = DIGITNET_EVENT_FIT_END, .epoch = 1, .batch = BATCHES, .result = DIGITNET_EIO};
    answer also = {.kind = DIGITNET_EVENT_FIT_END, .epoch = 1, .batch = BATCHES, .result = 1};
    digitnet_model *model = make_small_network(1);
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, *state,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_answer, .user_data = &own),
                                         DIGITNET_CALLBACK(.call = give_answer, .user_data = &also)))));
    assert_int_equal(own.answered, 1);
    assert_int_equal(also.answered, 1);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_COMPLETED);
    assert_int_equal(own.ended, 1);
    assert_int_equal(also.ended, 1);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

/* In a callback the readers are allowed and so is the learning rate; what changes the model is not. */
static int use_model(const digitnet_event *event, void *user_data) {
    digitnet_model *model = event->model;
    const digitnet_dataset *data = user_data;
    float image[SMALL_IMAGE] = {0}, scores[SMALL_CLASSES];
    float *weights = copy_weights(model);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    if (event->kind == DIGITNET_EVENT_EPOCH_END)
        assert_true(metrics.loss == event->validation_loss);
    expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, model, image, SMALL_IMAGE));
    digitnet_model *copy;
    expect_ok(digitnet_model_clone(&copy, model));
    assert_same_weights(model, copy);
    fit(copy, data, NULL); /* another model */
    digitnet_model_free(copy);
    digitnet_session *session;
    expect_ok(digitnet_session_create(&session, model, NULL));
    digitnet_session_free(session);
    size_t size;
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_EBUFFER, "");
    expect_failure(digitnet_model_summary(NULL, 0, &size, model), DIGITNET_EBUFFER, "");
    double learning_rate;
    expect_ok(digitnet_model_get_learning_rate(&learning_rate, model));
    expect_ok(digitnet_model_set_learning_rate(model, learning_rate));
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_ESTATE, "in use");
    expect_failure(digitnet_model_set_weights(model, NULL, weights, count_parameters(model)), DIGITNET_ESTATE,
                   "in use");
    expect_failure(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
                   DIGITNET_ESTATE, "in use");
    expect_failure(digitnet_model_add_flatten(model), DIGITNET_ESTATE, "in use");
    free(weights);
    return 0;
}

static void test_use_of_the_model(void **state) {
    digitnet_dataset *data = *state;
    digitnet_model *model = make_small_network(1), *other = make_small_network(1);
    const digitnet_fit_options *options =
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH, .validation = data,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = use_model, .user_data = data)));
    fit(model, data, options);
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH));
    assert_same_weights(model, other);
    digitnet_model_free(model);
    digitnet_model_free(other);
}

#if DNN_OPENBLAS
int openblas_get_num_threads(void);
void openblas_set_num_threads(int threads);
int openblas_get_parallel(void);

/* Expects the count that the one before has left, and leaves another. */
static int count_down(const digitnet_event *event, void *user_data) {
    int *threads = user_data;
    (void)event;
    if (openblas_get_num_threads() != *threads)
        return DIGITNET_EIO;
    if (*threads > 1)
        openblas_set_num_threads(--*threads);
    return 0;
}

static int count_in_source(digitnet_batch *batch, void *user_data) {
    if (batch->images)
        memset(batch->images, 0, batch->count * SMALL_IMAGE * sizeof *batch->images);
    if (batch->labels)
        memset(batch->labels, 0, batch->count * sizeof *batch->labels);
    return count_down(NULL, user_data);
}

/* The number of OpenBLAS's threads is the program's in callbacks and sources, and is as they leave it. */
static void test_openblas_threads(void **state) {
    (void)state;
    if (openblas_get_parallel() == 0)
        skip_because("OpenBLAS has no threads");
    int before = openblas_get_num_threads(), threads = 4;
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = IMAGES, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = count_in_source, .user_data = &threads)));
    openblas_set_num_threads(threads);
    fit(model, source,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = count_down, .user_data = &threads))));
    assert_int_equal(threads, 1); /* FIT_BEGIN, EPOCH_BEGIN, the source; then it stays */
    assert_int_equal(openblas_get_num_threads(), 1);
    threads = 3;
    openblas_set_num_threads(threads);
    fit(model, source, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
    assert_int_equal(openblas_get_num_threads(), 2); /* the source alone */
    openblas_set_num_threads(before);
    digitnet_dataset_free(source);
    digitnet_model_free(model);
}
#endif

static int slow_down(const digitnet_event *event, void *user_data) {
    if (event->kind == DIGITNET_EVENT_EPOCH_BEGIN && event->epoch == 2)
        expect_ok(digitnet_model_set_learning_rate(event->model, *(const double *)user_data));
    return 0;
}

/* From EPOCH_BEGIN on a learning rate holds for the whole epoch, as if it were set between two fits. */
static void test_learning_rate(void **state) {
    const digitnet_dataset *data = *state;
    double slow = 0.0001, rate;
    digitnet_model *model = make_small_network(1), *other = make_small_network(1);
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 3,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = slow_down, .user_data = &slow))));
    fit(other, data, NULL);
    expect_ok(digitnet_model_get_learning_rate(&rate, other));
    assert_true(rate == 0.001);
    expect_ok(digitnet_model_set_learning_rate(other, slow));
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2));
    assert_same_weights(model, other);
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    assert_true(rate == slow);
    digitnet_model_free(model);
    digitnet_model_free(other);
}

/* What the epoch's last batches and its end say, where each batch's end sets the next one's rate. */
typedef struct rates {
    double at_batch[2], at_end;
} rates;

static int set_next_rate(const digitnet_event *event, void *user_data) {
    rates *own = user_data;
    if (event->kind == DIGITNET_EVENT_EPOCH_END)
        own->at_end = event->learning_rate;
    if (event->kind != DIGITNET_EVENT_BATCH_END)
        return 0;
    own->at_batch[event->batch == event->batches] = event->learning_rate;
    expect_ok(digitnet_model_set_learning_rate(event->model, 0.5 / (double)event->batch));
    return 0;
}

/* A rate that is set after an epoch's last step is no step's of that epoch. */
static void test_learning_rate_of_last_step(void **state) {
    const digitnet_dataset *data = *state;
    rates own = {0};
    digitnet_history *history;
    digitnet_model *model = make_small_network(1);
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .history = &history,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = set_next_rate, .user_data = &own))));
    assert_true(own.at_batch[0] == 0.5 && own.at_batch[1] == 0.25);
    assert_true(own.at_end == own.at_batch[1]);
    assert_true(digitnet_history_series(NULL, history, DIGITNET_METRIC_LEARNING_RATE)[0] == own.at_end);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

/* Data that belongs to the fit it is given to. */
typedef struct owned {
    digitnet_model *model;
    size_t calls, released;
    size_t *order, place; /* when it was released, among all */
} owned;

static int count_call(const digitnet_event *event, void *user_data) {
    owned *own = user_data;
    assert_int_equal(own->released, 0);
    own->model = event->model;
    own->calls++;
    return 0;
}

/* The model is free again: it may be written to. */
static void release_owned(void *user_data) {
    owned *own = user_data;
    own->released++;
    own->place = ++*own->order;
    if (own->model)
        expect_ok(digitnet_model_set_learning_rate(own->model, 0.001));
    expect_failure(digitnet_model_save(NULL, ""), DIGITNET_EINVAL, "model is NULL"); /* is not the fit's message */
}

/* Both are released, once and in order, whatever the fit returns. */
static void expect_release(digitnet_model *model, const digitnet_dataset *data, digitnet_fit_options options,
                           digitnet_status expected) {
    size_t order = 0;
    owned first = {.order = &order}, second = {.order = &order};
    const digitnet_callback *const callbacks[] = {
        DIGITNET_CALLBACK(.call = count_call, .user_data = &first, .release = release_owned),
        DIGITNET_CALLBACK(.call = count_call, .user_data = &second, .release = release_owned)};
    options.callbacks = callbacks;
    options.callback_count = 2;
    assert_int_equal(digitnet_model_fit(model, data, &options), expected);
    assert_int_equal(first.released, 1);
    assert_int_equal(second.released, 1);
    assert_int_equal(first.place, 1);
    assert_int_equal(second.place, 2);
}

static void test_release(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_small_network(1), *draft = build_small_network();
    digitnet_fit_options options = DIGITNET_INIT(digitnet_fit_options);
    expect_release(model, data, options, DIGITNET_OK);
    expect_release(NULL, data, options, DIGITNET_EINVAL);
    expect_release(model, NULL, options, DIGITNET_EINVAL);
    expect_release(draft, data, options, DIGITNET_ESTATE);
    options.threads = 257;
    expect_release(model, data, options, DIGITNET_EINVAL);
    options.threads = 0;
    options.until_epoch = 1; /* which is done */
    expect_release(model, data, options, DIGITNET_OK);
    options.bind_threads = 2;
    expect_release(model, data, options, DIGITNET_EINVAL);
    digitnet_model_free(model);
    digitnet_model_free(draft);
}

/* Options whose size is wrong hold nothing that could be relied on; those of a newer version do. */
static void test_release_of_unreadable_options(void **state) {
    digitnet_model *model = make_small_network(1);
    size_t order = 0;
    owned own = {.order = &order};
    const digitnet_callback *const callbacks[] = {
        DIGITNET_CALLBACK(.call = count_call, .user_data = &own, .release = release_owned)};
    struct {
        digitnet_fit_options known;
        size_t added;
    } newer = {.known = {.struct_size = 8, .callbacks = callbacks, .callback_count = 1}, .added = 1};
    expect_failure(digitnet_model_fit(model, *state, &newer.known), DIGITNET_EINVAL, "struct_size");
    assert_int_equal(own.released, 0);
    newer.known.struct_size = sizeof newer;
    expect_failure(digitnet_model_fit(model, *state, &newer.known), DIGITNET_EVERSION, "digitnet_fit_options");
    assert_int_equal(own.released, 1);
    digitnet_model_free(model);
}

/* So it is with each struct of the list. */
static void test_release_of_unreadable_callbacks(void **state) {
    digitnet_model *model = make_small_network(1);
    size_t order = 0;
    owned unreadable = {.order = &order}, readable = {.order = &order}, added = {.order = &order};
    const digitnet_callback no_size = {.call = count_call, .user_data = &unreadable, .release = release_owned};
    struct {
        digitnet_callback known;
        size_t added;
    } newer = {
        .known = {.struct_size = sizeof newer, .call = count_call, .user_data = &added, .release = release_owned},
        .added = 1};
    const digitnet_callback *const other =
        DIGITNET_CALLBACK(.call = count_call, .user_data = &readable, .release = release_owned);
    expect_failure(digitnet_model_fit(model, *state,
                                      DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(&no_size, NULL, other))),
                   DIGITNET_EINVAL, "digitnet_callback: struct_size is 0");
    assert_int_equal(unreadable.released, 0);
    assert_int_equal(readable.released, 1);
    expect_failure(
        digitnet_model_fit(model, *state, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(NULL, other))),
        DIGITNET_EINVAL, "callbacks[0] is NULL");
    assert_int_equal(readable.released, 2);
    expect_failure(
        digitnet_model_fit(model, *state, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(&newer.known))),
        DIGITNET_EVERSION, "digitnet_callback");
    assert_int_equal(added.released, 1);
    added.released = 0;
    newer.added = 0; /* what this version does not know is not set */
    fit(model, *state, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(&newer.known)));
    assert_int_equal(added.released, 1);
    digitnet_model_free(model);
}

/* A callback that is refused owns its data all the same; one without a release function owns none. */
static void test_release_of_refused_callbacks(void **state) {
    digitnet_model *model = make_small_network(1);
    size_t order = 0;
    owned first = {.order = &order}, kept = {.order = &order}, last = {.order = &order};
    expect_failure(
        digitnet_model_fit(
            model, *state,
            DIGITNET_WITH(digitnet_fit_options,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.user_data = &first, .release = release_owned),
                                             DIGITNET_CALLBACK(.call = count_call, .user_data = &kept),
                                             DIGITNET_CALLBACK(.user_data = &last, .release = release_owned)))),
        DIGITNET_EINVAL, "callbacks[0].call is NULL");
    assert_int_equal(first.place, 1);
    assert_int_equal(kept.released, 0);
    assert_int_equal(last.place, 2);
    digitnet_model_free(model);
}

static digitnet_stop_reason fit_and_tell_end(digitnet_model *model, const digitnet_dataset *data,
                                             const digitnet_fit_options *options) {
    digitnet_history *history;
    digitnet_fit_options own = DIGITNET_INIT(digitnet_fit_options);
    if (options)
        own = *options;
    own.history = &history;
    expect_ok(digitnet_model_fit(model, data, &own));
    digitnet_stop_reason end = digitnet_history_stop_reason(history);
    digitnet_history_free(history);
    return end;
}

static int request_at_batch(const digitnet_event *event, void *user_data) {
    if (event->kind == DIGITNET_EVENT_BATCH_END && event->batch == *(const size_t *)user_data)
        digitnet_model_request_stop(event->model);
    return 0;
}

static int always_stop(const digitnet_event *event, void *user_data) {
    (void)event, (void)user_data;
    return 1;
}

/* A request stays until a fit consumes it, and is consumed once. */
static void test_request_stop(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_small_network(1), *untouched = make_small_network(1);
    const digitnet_fit_options *done = DIGITNET_WITH(digitnet_fit_options, .until_epoch = 1);
    digitnet_model_request_stop(model);
    digitnet_model_request_stop(model);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_REQUESTED);
    assert_same_weights(model, untouched);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_COMPLETED);
    digitnet_model_request_stop(model);
    digitnet_model_clear_stop(model);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_COMPLETED);
    /* A fit that is refused leaves it; one that has nothing to do was the next all the same. */
    digitnet_model_request_stop(model);
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .threads = 257)),
                   DIGITNET_EINVAL, "");
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_REQUESTED);
    digitnet_model_request_stop(model);
    assert_int_equal(fit_and_tell_end(model, data, done), DIGITNET_STOP_COMPLETED);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_COMPLETED);
    /* One that comes in a fit's last batch finds it at its end, and is consumed by it. */
    size_t last_batch = 1;
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = request_at_batch, .user_data = &last_batch))));
    assert_int_equal(info_of(model).batches_done, 0);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_COMPLETED);
    /* One that meets a callback's answer, which came before it. */
    digitnet_model_request_stop(model);
    assert_int_equal(
        fit_and_tell_end(model, data,
                         DIGITNET_WITH(digitnet_fit_options,
                                       DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = always_stop, .user_data = NULL)))),
        DIGITNET_STOP_CALLBACK);
    assert_int_equal(fit_and_tell_end(model, data, NULL), DIGITNET_STOP_COMPLETED);
    /* No object, no harm. */
    digitnet_model_request_stop(NULL);
    digitnet_model_clear_stop(NULL);
    digitnet_model_free(model);
    digitnet_model_free(untouched);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_contents),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_words_of_a_failure),
        cmocka_unit_test(test_failure_at_the_beginning),
        cmocka_unit_test(test_answer_to_the_end),
        cmocka_unit_test(test_use_of_the_model),
        cmocka_unit_test(test_learning_rate),
        cmocka_unit_test(test_learning_rate_of_last_step),
        cmocka_unit_test(test_request_stop),
#if DNN_OPENBLAS
        cmocka_unit_test(test_openblas_threads),
#endif
        cmocka_unit_test(test_release),
        cmocka_unit_test(test_release_of_unreadable_options),
        cmocka_unit_test(test_release_of_unreadable_callbacks),
        cmocka_unit_test(test_release_of_refused_callbacks),
    };
    return cmocka_run_group_tests(tests, make_data, free_data);
}
