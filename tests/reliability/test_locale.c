/* Files and messages in a locale with a decimal comma are what they are in C. Run by comma_locale.sh. */
#include "support.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 16 };

/* All that the library writes numbers into. */
typedef struct written {
    unsigned char model[MAX_BYTES], history[MAX_BYTES];
    size_t model_size, history_size;
    char message[512];
} written;

static void read_back(unsigned char *bytes, size_t *size, const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *size = fread(bytes, 1, MAX_BYTES, file);
    assert_in_range(*size, 1, MAX_BYTES - 1);
    fclose(file);
}

static int stop_in_third(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_EPOCH_BEGIN && event->epoch == 3;
}

static void write_all(written *out) {
    temporary_folder folder = make_folder();
    char path[128];
    digitnet_model *model = build_small_network();
    digitnet_dataset *data = make_small_dataset(10, 1);
    digitnet_history *history;
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    sgd.momentum = 0.5;
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.0123, .sgd = &sgd, .seed = 3)));
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 4, .batch_size = 4,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_in_third, .user_data = NULL)))));
    snprintf(path, sizeof path, "%s/x", folder.path);
    expect_ok(digitnet_model_save(model, path));
    read_back(out->model, &out->model_size, path);
    expect_ok(digitnet_history_write_csv(history, path));
    read_back(out->history, &out->history_size, path);
    assert_true(digitnet_model_set_learning_rate(model, -0.25) == DIGITNET_EINVAL);
    snprintf(out->message, sizeof out->message, "%s", digitnet_last_error());
    digitnet_history_free(history);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    unlink(path);
    rmdir(folder.path);
}

/* The times in a history's rows differ from run to run: their digits go. */
static void blank_times(written *out) {
    size_t commas = 0, to = 0;
    for (size_t i = 0; i < out->history_size; i++) {
        unsigned char c = out->history[i];
        commas = c == '\n' ? 0 : commas + (c == ',');
        if (commas == 5 && c != ',' && c != '.' && i > 60)
            continue;
        out->history[to++] = c;
    }
    out->history_size = to;
}

static void test_comma_makes_no_difference(void **state) {
    (void)state;
    static written in_c, in_comma;
    char half[8];
    write_all(&in_c);
    assert_non_null(setlocale(LC_ALL, ""));
    snprintf(half, sizeof half, "%.1f", 0.5);
    assert_string_equal(half, "0,5");
    write_all(&in_comma);
    digitnet_model *model;
    double rate;
    expect_ok(digitnet_model_load_memory(&model, in_c.model, in_c.model_size));
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    assert_true(rate == 0.0123);
    digitnet_model_free(model);
    setlocale(LC_ALL, "C");
    assert_int_equal(in_c.model_size, in_comma.model_size);
    assert_memory_equal(in_c.model, in_comma.model, in_c.model_size);
    blank_times(&in_c);
    blank_times(&in_comma);
    assert_int_equal(in_c.history_size, in_comma.history_size);
    assert_memory_equal(in_c.history, in_comma.history, in_c.history_size);
    assert_non_null(strstr(in_comma.message, "-0.25"));
    assert_string_equal(in_c.message, in_comma.message);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_comma_makes_no_difference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
