/* The callbacks that the library has ready: told of made-up events, and in fits. */
#include "onnx_bytes.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IMAGES = 20, BATCH = 8, BATCHES = 3, EPOCHS = 16 };

static const double losses[EPOCHS] = {0.9,  0.7, 0.72, 0.68, 0.69, 0.70, 0.5, 0.48,
                                      0.47, 0.6, 0.46, 0.61, 0.62, 0.63, 0.1, 0.64};
static const double accuracies[EPOCHS] = {0.3,  0.35, 0.33, 0.36,  0.40, 0.39, 0.5, 0.51,
                                          0.50, 0.6,  0.61, 0.605, 0.59, 0.58, 0.9, 0.57};

static int tell(const digitnet_callback *callback, digitnet_event event) {
    event.struct_size = sizeof event;
    return callback->call(&event, callback->user_data);
}

/* ---- Early stopping ---- */

static digitnet_callback *make_early_stopping(const digitnet_early_stopping_options *options) {
    digitnet_callback *callback;
    expect_ok(digitnet_callback_create_early_stopping(&callback, options));
    assert_int_equal(callback->struct_size, sizeof *callback);
    return callback;
}

/* Tells it of the epochs above. It stops after one of them, and has kept the best last. */
static void check_end(const digitnet_callback *callback, size_t wanted_stop, size_t wanted_best) {
    size_t stop = 0, best = 0;
    assert_int_equal(tell(callback, (digitnet_event){.kind = DIGITNET_EVENT_FIT_BEGIN}), DIGITNET_CALLBACK_CONTINUE);
    for (size_t epoch = 1; epoch <= EPOCHS && !stop; epoch++) {
        int result = tell(callback, (digitnet_event){.kind = DIGITNET_EVENT_EPOCH_END,
                                                     .epoch = epoch,
                                                     .loss = -losses[epoch - 1],
                                                     .accuracy = -accuracies[epoch - 1],
                                                     .validation_loss = losses[epoch - 1],
                                                     .validation_accuracy = accuracies[epoch - 1]});
        if (result & DIGITNET_CALLBACK_KEEP)
            best = epoch;
        if (result & DIGITNET_CALLBACK_STOP)
            stop = epoch;
    }
    assert_int_equal(stop, wanted_stop);
    assert_int_equal(best, wanted_best);
}

static void check_early_stopping(size_t stop, size_t best, digitnet_early_stopping_options options) {
    options.struct_size = sizeof options;
    options.restore_best = 1;
    digitnet_callback *callback = make_early_stopping(&options);
    assert_int_equal(callback->uses_snapshot, 1);
    check_end(callback, stop, best);
    check_end(callback, stop, best); /* another fit begins anew */
    digitnet_callback_free(callback);
    options.restore_best = 0;
    callback = make_early_stopping(&options);
    assert_int_equal(callback->uses_snapshot, 0);
    check_end(callback, stop, 0);
    digitnet_callback_free(callback);
}

/* Keras 3.15's EarlyStopping, told of the same epochs, stopped after the first number and restored the second. */
static void test_keras_rules(void **state) {
    (void)state;
    check_early_stopping(3, 2, (digitnet_early_stopping_options){.patience = 0});
    check_early_stopping(3, 2, (digitnet_early_stopping_options){.patience = 1});
    check_early_stopping(6, 4, (digitnet_early_stopping_options){.patience = 2});
    check_early_stopping(5, 2, (digitnet_early_stopping_options){.patience = 3, .min_delta = 0.05});
    check_early_stopping(3, 2, (digitnet_early_stopping_options){.patience = 2, .baseline = 0.45});
    check_early_stopping(6, 4, (digitnet_early_stopping_options){.patience = 2, .baseline = 100}); /* always reached */
    check_early_stopping(6, 5, (digitnet_early_stopping_options){.patience = 1, .start_from_epoch = 4});
    check_early_stopping(
        13, 11, (digitnet_early_stopping_options){.patience = 2, .monitor = DIGITNET_MONITOR_VALIDATION_ACCURACY});
    check_early_stopping(
        3, 2,
        (digitnet_early_stopping_options){
            .patience = 2, .monitor = DIGITNET_MONITOR_VALIDATION_ACCURACY, .min_delta = 0.02, .baseline = 0.6});
}

/* The training's figures are the negative ones, so that the others are better. */
static void test_training_figures(void **state) {
    (void)state;
    check_early_stopping(2, 1, (digitnet_early_stopping_options){.monitor = DIGITNET_MONITOR_LOSS});
    check_early_stopping(2, 1, (digitnet_early_stopping_options){.monitor = DIGITNET_MONITOR_ACCURACY});
}

typedef struct bests {
    saved_bytes best;
    double loss;
} bests;

static int save_best(const digitnet_event *event, void *user_data) {
    bests *own = user_data;
    if (event->kind == DIGITNET_EVENT_EPOCH_END && event->validation_loss < own->loss) {
        own->loss = event->validation_loss;
        free(own->best.data);
        own->best = save_model(event->model);
    }
    return 0;
}

/* The fit ends with the file of the best epoch, byte for byte. */
static void test_restored_model(void **state) {
    (void)state;
    digitnet_dataset *train = make_small_dataset(IMAGES, 1), *other = make_small_dataset(IMAGES, 2);
    digitnet_model *model = make_small_network(1);
    digitnet_history *history;
    bests own = {.loss = INFINITY};
    size_t epochs;
    digitnet_callback *early =
        make_early_stopping(DIGITNET_WITH(digitnet_early_stopping_options, .patience = 2, .restore_best = 1));
    expect_ok(digitnet_model_set_learning_rate(model, 0.05));
    expect_ok(digitnet_model_fit(
        model, train,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 200, .batch_size = BATCH,
                      .validation = other,
                      DIGITNET_CALLBACKS(early, DIGITNET_CALLBACK(.call = save_best, .user_data = &own)))));
    digitnet_history_series(&epochs, history, DIGITNET_METRIC_LOSS);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_CALLBACK);
    assert_in_range(epochs, 3, 199);
    saved_bytes now = save_model(model);
    assert_same_bytes(&now, &own.best);
    free(now.data);
    free(own.best.data);
    digitnet_history_free(history);
    digitnet_callback_free(early);
    digitnet_model_free(model);
    digitnet_dataset_free(train);
    digitnet_dataset_free(other);
}

static void test_early_stopping_refusals(void **state) {
    (void)state;
    digitnet_callback *out;
    digitnet_early_stopping_options options = DIGITNET_INIT(digitnet_early_stopping_options);
    expect_failure(digitnet_callback_create_early_stopping(NULL, &options), DIGITNET_EINVAL, "out is NULL");
    options.monitor = (digitnet_monitor)4;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EINVAL, "monitor 4 is unknown");
    assert_null(out);
    options.monitor = DIGITNET_MONITOR_LOSS;
    options.min_delta = -0.5;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EINVAL, "min_delta is -0.5");
    options.min_delta = NAN;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EINVAL, "min_delta is nan");
    options.min_delta = 0;
    options.baseline = INFINITY;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EINVAL, "baseline is inf");
    options.baseline = 0;
    options.restore_best = 2;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EINVAL, "restore_best is 2");
    options.restore_best = 0;
    options.reserved = 1;
    expect_failure(digitnet_callback_create_early_stopping(&out, &options), DIGITNET_EVERSION, "reserved");
    digitnet_callback_free(NULL);
    /* What it looks at is not there. */
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1);
    digitnet_callback *early = make_early_stopping(NULL);
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(early))),
                   DIGITNET_EINVAL, "callback 0 ended the fit: invalid argument: it looks at the validation loss");
    digitnet_callback_free(early);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* ---- Files ---- */

typedef struct files {
    temporary_folder folder;
    char path[160];
    digitnet_dataset *data;
    digitnet_model *model;
} files;

static int make_files(void **state) {
    files *own = must_allocate(sizeof *own);
    own->folder = make_folder();
    own->data = make_small_dataset(IMAGES, 1);
    own->model = make_small_network(1);
    *state = own;
    return 0;
}

static int remove_files(void **state) {
    files *own = *state;
    digitnet_dataset_free(own->data);
    digitnet_model_free(own->model);
    assert_int_equal(rmdir(own->folder.path), 0); /* each test has removed what it made */
    free(own);
    return 0;
}

static const char *path_in(files *own, const char *name) {
    snprintf(own->path, sizeof own->path, "%s/%s", own->folder.path, name);
    return own->path;
}

static void fit_with(files *own, size_t epochs, const digitnet_callback *callback) {
    fit(own->model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = epochs, .batch_size = BATCH, .validation = own->data,
                      DIGITNET_CALLBACKS(callback)));
}

static digitnet_callback *make_checkpoint(files *own, const char *name, const digitnet_checkpoint_options *options) {
    digitnet_callback *callback;
    expect_ok(digitnet_callback_create_checkpoint(&callback, path_in(own, name), options));
    return callback;
}

/* There is a model of that many epochs at the path, which is removed. */
static void expect_saved(files *own, const char *name, size_t epochs) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_model *model;
    expect_ok(digitnet_model_load(&model, path_in(own, name)));
    expect_ok(digitnet_model_describe(&info, model));
    assert_int_equal(info.epochs_done, epochs);
    digitnet_model_free(model);
    assert_int_equal(unlink(own->path), 0);
}

static void test_checkpoint_of_each_epoch(void **state) {
    files *own = *state;
    digitnet_callback *each = make_checkpoint(own, "e{epoch:03d}-{{{epoch}}}.onnx", NULL);
    digitnet_callback *second =
        make_checkpoint(own, "last.onnx", DIGITNET_WITH(digitnet_checkpoint_options, .every_epochs = 2));
    fit_with(own, 3, each);
    expect_saved(own, "e001-{1}.onnx", 1);
    expect_saved(own, "e002-{2}.onnx", 2);
    expect_saved(own, "e003-{3}.onnx", 3);
    fit_with(own, 2, second); /* epochs 4 and 5 */
    expect_saved(own, "last.onnx", 4);
    digitnet_callback_free(each);
    digitnet_callback_free(second);
}

/* Told of losses, it saves the model that is there. */
static void test_checkpoint_of_the_best(void **state) {
    files *own = *state;
    digitnet_callback *best =
        make_checkpoint(own, "{epoch}", DIGITNET_WITH(digitnet_checkpoint_options, .best_only = 1));
    digitnet_callback *below =
        make_checkpoint(own, "{epoch}",
                        DIGITNET_WITH(digitnet_checkpoint_options, .best_only = 1, .baseline = 0.4,
                                      .monitor = DIGITNET_MONITOR_VALIDATION_ACCURACY, .every_epochs = 2));
    const bool is_best[EPOCHS] = {true, true, false, true, false, false, true, true, true, false, true, [14] = true};
    const bool is_above[EPOCHS] = {[7] = true, [9] = true, [11] = true};
    for (int again = 0; again < 2; again++) {
        tell(best, (digitnet_event){.kind = DIGITNET_EVENT_FIT_BEGIN});
        tell(below, (digitnet_event){.kind = DIGITNET_EVENT_FIT_BEGIN});
        for (size_t i = 0; i < EPOCHS; i++) {
            char name[8];
            snprintf(name, sizeof name, "%zu", i + 1);
            const digitnet_event event = {.kind = DIGITNET_EVENT_EPOCH_END,
                                          .model = own->model,
                                          .epoch = i + 1,
                                          .validation_loss = losses[i],
                                          .validation_accuracy = accuracies[i]};
            assert_int_equal(tell(best, event), 0);
            assert_int_equal(unlink(path_in(own, name)) == 0, is_best[i]);
            assert_int_equal(tell(below, event), 0);
            assert_int_equal(unlink(path_in(own, name)) == 0, is_above[i]);
        }
    }
    digitnet_callback_free(best);
    digitnet_callback_free(below);
}

static void test_checkpoint_refusals(void **state) {
    files *own = *state;
    static const char *const wrong[] = {"{",           "}",           "a{epochs}",   "{epoch",     "{epoch:3d}",
                                        "{epoch:00d}", "{epoch:0:d}", "{epoch:03f}", "{val_loss}", "{{}"};
    digitnet_callback *out;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_failure(digitnet_callback_create_checkpoint(&out, wrong[i], NULL), DIGITNET_EINVAL, wrong[i]);
        assert_null(out);
    }
    expect_failure(digitnet_callback_create_checkpoint(&out, "", NULL), DIGITNET_EINVAL, "path is empty");
    expect_failure(digitnet_callback_create_checkpoint(&out, NULL, NULL), DIGITNET_EINVAL, "path is NULL");
    expect_failure(digitnet_callback_create_checkpoint(NULL, "a", NULL), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_callback_create_checkpoint(
                       &out, "a", DIGITNET_WITH(digitnet_checkpoint_options, .monitor = (digitnet_monitor)-1)),
                   DIGITNET_EINVAL, "monitor -1");
    expect_failure(
        digitnet_callback_create_checkpoint(&out, "a", DIGITNET_WITH(digitnet_checkpoint_options, .best_only = 3)),
        DIGITNET_EINVAL, "best_only is 3");
    /* A save that fails ends the fit, with the weights of the epoch. */
    digitnet_callback *lost = make_checkpoint(own, "no/such/folder", NULL);
    expect_passed_on(digitnet_model_fit(own->model, own->data,
                                        DIGITNET_WITH(digitnet_fit_options, .epochs = 3, DIGITNET_CALLBACKS(lost))),
                     DIGITNET_EIO, "no/such/folder");
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, own->model));
    assert_int_equal(info.epochs_done, 1);
    digitnet_callback_free(lost);
    /* So does one of the best, and one that has no figure to compare. */
    lost = make_checkpoint(own, "no/such/folder", DIGITNET_WITH(digitnet_checkpoint_options, .best_only = 1));
    expect_passed_on(digitnet_model_fit(own->model, own->data,
                                        DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .validation = own->data,
                                                      DIGITNET_CALLBACKS(lost))),
                     DIGITNET_EIO, "no/such/folder");
    expect_passed_on(digitnet_model_fit(own->model, own->data,
                                        DIGITNET_WITH(digitnet_fit_options, .epochs = 3, DIGITNET_CALLBACKS(lost))),
                     DIGITNET_EINVAL, "validation");
    digitnet_callback_free(lost);
}

/* ---- Logs ---- */

/* The file's text, to be released with free(). */
static char *read_text(files *own, const char *name) {
    char *text = must_allocate(65536);
    FILE *file = fopen(path_in(own, name), "r");
    assert_non_null(file);
    text[fread(text, 1, 65535, file)] = '\0';
    fclose(file);
    return text;
}

static void write_text(files *own, const char *name, const char *text) {
    FILE *file = fopen(path_in(own, name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* Looks, at each event, at what is in the file by then. */
typedef struct reader {
    files *files;
    size_t rows;
    digitnet_event_kind kind;
} reader;

static int read_rows(const digitnet_event *event, void *user_data) {
    reader *own = user_data;
    own->rows += event->kind == own->kind;
    if (event->kind != DIGITNET_EVENT_FIT_END) {
        char *text = read_text(own->files, "log.csv");
        assert_int_equal(count_lines(text), 1 + own->rows);
        free(text);
    }
    return 0;
}

typedef digitnet_status (*create_log)(digitnet_callback **out, const char *path, const digitnet_log_options *options);

static digitnet_callback *make_log(files *own, create_log create, const digitnet_log_options *options) {
    digitnet_callback *log;
    expect_ok(create(&log, path_in(own, "log.csv"), options));
    return log;
}

/* The log is the history's file. */
static void test_csv_log(void **state) {
    files *own = *state;
    digitnet_callback *log = make_log(own, digitnet_callback_create_csv_log, NULL);
    reader seen = {.files = own, .kind = DIGITNET_EVENT_EPOCH_END};
    digitnet_history *history;
    for (int again = 0; again < 2; again++) { /* each fit begins with an empty file */
        seen.rows = 0;
        expect_ok(digitnet_model_fit(
            own->model, own->data,
            DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 3, .validation = own->data,
                          DIGITNET_CALLBACKS(log, DIGITNET_CALLBACK(.call = read_rows, .user_data = &seen)))));
        char *text = read_text(own, "log.csv");
        expect_ok(digitnet_history_write_csv(history, path_in(own, "history.csv")));
        char *wanted = read_text(own, "history.csv");
        assert_string_equal(text, wanted);
        free(text);
        free(wanted);
        digitnet_history_free(history);
    }
    unlink(path_in(own, "log.csv"));
    unlink(path_in(own, "history.csv"));
    digitnet_callback_free(log);
}

static int raise_rate(const digitnet_event *event, void *user_data) {
    (void)user_data;
    if (event->kind == DIGITNET_EVENT_EPOCH_BEGIN)
        return digitnet_model_set_learning_rate(event->model, 0.0625 * (double)event->epoch);
    return 0;
}

static void expect_log(files *own, const digitnet_callback *log, size_t epochs, const char *wanted) {
    fit(own->model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = epochs, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = raise_rate), log)));
    char *text = read_text(own, "log.csv");
    assert_string_equal(text, wanted);
    free(text);
}

static void test_learning_rate_log(void **state) {
    files *own = *state;
    digitnet_callback *epochs = make_log(own, digitnet_callback_create_learning_rate_log, NULL);
    digitnet_callback *batches = make_log(own, digitnet_callback_create_learning_rate_log,
                                          DIGITNET_WITH(digitnet_log_options, .every_batch = 1));
    expect_log(own, epochs, 2, "epoch,learning_rate\n1,0.0625\n2,0.125\n");
    expect_log(own, batches, 1, "epoch,batch,learning_rate\n3,1,0.1875\n3,2,0.1875\n3,3,0.1875\n");
    unlink(path_in(own, "log.csv"));
    digitnet_callback_free(epochs);
    digitnet_callback_free(batches);
}

static void test_append(void **state) {
    files *own = *state;
    digitnet_callback *log =
        make_log(own, digitnet_callback_create_learning_rate_log, DIGITNET_WITH(digitnet_log_options, .append = 1));
    expect_log(own, log, 1, "epoch,learning_rate\n1,0.0625\n");
    expect_log(own, log, 1, "epoch,learning_rate\n1,0.0625\n2,0.125\n");
    write_text(own, "log.csv", "a row of another program\n");
    expect_log(own, log, 1, "a row of another program\n3,0.1875\n");
    write_text(own, "log.csv", "");
    expect_log(own, log, 1, "epoch,learning_rate\n4,0.25\n");
    unlink(path_in(own, "log.csv"));
    digitnet_callback_free(log);
}

static void test_batch_log(void **state) {
    files *own = *state;
    static const char columns[] = "epoch,batch,loss,accuracy,train_seconds,learning_rate\n";
    digitnet_callback *log =
        make_log(own, digitnet_callback_create_csv_log, DIGITNET_WITH(digitnet_log_options, .every_batch = 1));
    reader seen = {.files = own, .kind = DIGITNET_EVENT_BATCH_END};
    fit(own->model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(log, DIGITNET_CALLBACK(.call = read_rows, .user_data = &seen))));
    char *text = read_text(own, "log.csv"), *row = text + sizeof columns - 1;
    assert_memory_equal(text, columns, sizeof columns - 1);
    for (size_t i = 0; i < 2 * BATCHES; i++) {
        char begin[8];
        double figures[4];
        snprintf(begin, sizeof begin, "%zu,%zu,", 1 + i / BATCHES, 1 + i % BATCHES);
        assert_memory_equal(row, begin, strlen(begin));
        assert_int_equal(
            sscanf(row + strlen(begin), "%lf,%lf,%lf,%lf\n", &figures[0], &figures[1], &figures[2], &figures[3]), 4);
        assert_true(figures[0] > 0 && figures[1] >= 0 && figures[1] <= 1 && figures[2] > 0 && figures[3] == 0.001);
        row += strcspn(row, "\n") + 1;
    }
    assert_string_equal(row, "");
    free(text);
    unlink(own->path);
    digitnet_callback_free(log);
}

static void test_log_refusals(void **state) {
    files *own = *state;
    static const create_log creates[] = {digitnet_callback_create_csv_log, digitnet_callback_create_learning_rate_log};
    for (size_t i = 0; i < 2; i++) {
        digitnet_callback *out;
        expect_failure(creates[i](NULL, "a", NULL), DIGITNET_EINVAL, "out is NULL");
        expect_failure(creates[i](&out, NULL, NULL), DIGITNET_EINVAL, "path is NULL");
        assert_null(out);
        expect_failure(creates[i](&out, "", NULL), DIGITNET_EINVAL, "path is empty");
        expect_failure(creates[i](&out, "a", DIGITNET_WITH(digitnet_log_options, .append = 2)), DIGITNET_EINVAL,
                       "append is 2");
        expect_failure(creates[i](&out, "a", DIGITNET_WITH(digitnet_log_options, .every_batch = 2)), DIGITNET_EINVAL,
                       "every_batch is 2");
        /* What cannot be written ends the fit before its first step. */
        static const char *const paths[] = {"no/such/folder", "."};
        for (size_t k = 0; k < 2; k++) {
            expect_ok(creates[i](&out, path_in(own, paths[k]), NULL));
            expect_passed_on(
                digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(out))),
                DIGITNET_EIO, own->path);
            digitnet_callback_free(out);
        }
        expect_ok(creates[i](&out, "/dev/null", NULL));
        expect_passed_on(
            digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(out))),
            DIGITNET_EIO, "cannot write /dev/null: it is not a regular file");
        digitnet_callback_free(out);
        assert_int_equal(mkfifo(path_in(own, "pipe"), 0600), 0);
        expect_ok(creates[i](&out, own->path, NULL));
        expect_passed_on(
            digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(out))),
            DIGITNET_EIO, "pipe");
        digitnet_callback_free(out);
        unlink(path_in(own, "pipe"));
    }
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, own->model));
    assert_int_equal(info.batches_done + info.epochs_done, 0);
}

/* ---- A time limit ---- */

static int count_batches(const digitnet_event *event, void *user_data) {
    *(size_t *)user_data += event->kind == DIGITNET_EVENT_BATCH_END;
    return 0;
}

static void test_time_limit(void **state) {
    files *own = *state;
    digitnet_callback *at_once, *later;
    digitnet_history *history;
    size_t batches = 0;
    expect_ok(digitnet_callback_create_time_limit(&at_once, 1e-9));
    expect_ok(digitnet_callback_create_time_limit(&later, 1000));
    expect_ok(digitnet_model_fit(
        own->model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 3, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(at_once, DIGITNET_CALLBACK(.call = count_batches, .user_data = &batches)))));
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_CALLBACK);
    assert_int_equal(batches, 1);
    digitnet_history_free(history);
    fit(own->model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .until_epoch = 2, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(later, DIGITNET_CALLBACK(.call = count_batches, .user_data = &batches))));
    assert_int_equal(batches, 2 * BATCHES);
    digitnet_callback_free(at_once);
    digitnet_callback_free(later);
    static const double wrong[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        expect_failure(digitnet_callback_create_time_limit(&later, wrong[i]), DIGITNET_EINVAL, "seconds is");
        assert_null(later);
    }
    expect_failure(digitnet_callback_create_time_limit(NULL, 1), DIGITNET_EINVAL, "out is NULL");
}

/* ---- Memory ---- */

/* A log allocates when it is made, and in the fit nothing; each allocation that fails is told of. */
static void test_memory(void **state) {
    (void)state;
    temporary_folder folder = make_folder();
    allocation_counts counts;
    char path[96];
    snprintf(path, sizeof path, "%s/log.csv", folder.path);
    begin_counting(&counts);
    digitnet_callback *made[5];
    for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
        counts.allocations = 0;
        counts.fail_at = fail_at;
        expect_failure(digitnet_callback_create_csv_log(&made[0], path, NULL), DIGITNET_ENOMEM, "");
        counts.allocations = 0;
        expect_failure(digitnet_callback_create_learning_rate_log(&made[0], path, NULL), DIGITNET_ENOMEM, "");
        counts.allocations = 0;
        expect_failure(digitnet_callback_create_checkpoint(&made[0], path, NULL), DIGITNET_ENOMEM, "");
    }
    counts.allocations = 0;
    counts.fail_at = 3; /* the callback, its pattern, the path */
    expect_failure(digitnet_callback_create_checkpoint(&made[0], path, NULL), DIGITNET_ENOMEM, "");
    counts.allocations = 0;
    counts.fail_at = 1;
    expect_failure(digitnet_callback_create_early_stopping(&made[0], NULL), DIGITNET_ENOMEM, "");
    counts.allocations = 0;
    expect_failure(digitnet_callback_create_time_limit(&made[0], 1), DIGITNET_ENOMEM, "");
    assert_int_equal(counts.live, 0);
    counts.fail_at = 0;
    expect_ok(digitnet_callback_create_csv_log(&made[0], path, NULL));
    expect_ok(digitnet_callback_create_time_limit(&made[1], 1000));
    expect_ok(digitnet_callback_create_early_stopping(&made[2], NULL));
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1);
    size_t allocations[2];
    for (size_t i = 0; i < 2; i++) {
        counts.allocations = 0;
        fit(model, data,
            DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .validation = data, .threads = 1,
                          .callbacks = (const digitnet_callback *const[]){made[0], made[1], made[2]},
                          .callback_count = i ? 3 : 0));
        allocations[i] = counts.allocations;
    }
    assert_int_equal(allocations[0], allocations[1]);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    for (size_t i = 0; i < 3; i++)
        digitnet_callback_free(made[i]);
    end_counting(&counts);
    unlink(path);
    rmdir(folder.path);
}

#define files_test(function) cmocka_unit_test_setup_teardown(function, make_files, remove_files)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keras_rules),
        cmocka_unit_test(test_training_figures),
        cmocka_unit_test(test_restored_model),
        cmocka_unit_test(test_early_stopping_refusals),
        files_test(test_checkpoint_of_each_epoch),
        files_test(test_checkpoint_of_the_best),
        files_test(test_checkpoint_refusals),
        files_test(test_csv_log),
        files_test(test_learning_rate_log),
        files_test(test_append),
        files_test(test_batch_log),
        files_test(test_log_refusals),
        files_test(test_time_limit),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
