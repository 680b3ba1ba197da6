/* The golden files give what results.txt says. */
#include "golden.h"
#include "support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What the lines since the last "model" or "images" are about. */
typedef struct subject {
    char name[64];
    digitnet_status status;
    digitnet_model *model;
    digitnet_dataset *dataset;
    size_t layers, tensors; /* seen so far */
} subject;

static void release(subject *what) {
    if (what->model) {
        digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
        expect_ok(digitnet_model_describe(&info, what->model));
        assert_int_equal(info.layers, what->layers); /* all of them have been compared */
        assert_int_equal(info.tensors, what->tensors);
    }
    digitnet_model_free(what->model);
    digitnet_dataset_free(what->dataset);
    *what = (subject){.status = DIGITNET_OK};
}

static char *next_word(char **line) {
    char *word = strsep(line, " ");
    assert_non_null(word);
    return word;
}

static size_t next_size(char **line) {
    return strtoull(next_word(line), NULL, 10);
}

static void load_named_model(subject *what, char *line) {
    char path[128];
    snprintf(what->name, sizeof what->name, "%s", line);
    snprintf(path, sizeof path, "golden/%s", line);
    what->status = recorded(digitnet_model_load(&what->model, path));
}

static void load_named_images(subject *what, char *line) {
    char images[128], labels[128];
    snprintf(what->name, sizeof what->name, "%s", next_word(&line));
    snprintf(images, sizeof images, "golden/%s", what->name);
    snprintf(labels, sizeof labels, "golden/%s", line);
    what->status = recorded(digitnet_dataset_load_idx(&what->dataset, images, labels));
}

static void check_status(subject *what, char *line) {
    if (what->status != (digitnet_status)atoi(line))
        fail_msg("%s: %s (%s), not %s", what->name, digitnet_status_string(what->status), digitnet_last_error(), line);
}

static void check_input(subject *what, char *line) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, what->model));
    assert_int_equal(info.height, next_size(&line));
    assert_int_equal(info.width, next_size(&line));
    assert_int_equal(info.channels, next_size(&line));
}

static void check_training(subject *what, char *line) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    double rate = 0;
    expect_ok(digitnet_model_describe(&info, what->model));
    assert_int_equal(info.compiled, next_size(&line));
    assert_int_equal(info.epochs_done, next_size(&line));
    assert_int_equal(info.batches_done, next_size(&line));
    if (info.compiled)
        expect_ok(digitnet_model_get_learning_rate(&rate, what->model));
    assert_true(rate == strtod(line, NULL));
}

static void check_layer(subject *what, char *line) {
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe_layer(&layer, what->model, what->layers++));
    assert_int_equal(layer.height, next_size(&line));
    assert_int_equal(layer.width, next_size(&line));
    assert_int_equal(layer.channels, next_size(&line));
    assert_string_equal(layer.kind, next_word(&line));
    assert_string_equal(layer.name, line); /* which may have spaces */
}

/* The tensor's name may have spaces too: the one that the model has must begin the line. */
static void check_tensor(subject *what, char *line) {
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    expect_ok(digitnet_model_describe_tensor(&tensor, what->model, what->tensors++));
    assert_memory_equal(tensor.name, line, strlen(tensor.name));
    line += strlen(tensor.name) + 1;
    float *values = must_allocate(tensor.values * sizeof *values);
    expect_ok(digitnet_model_get_weights(values, tensor.values, what->model, tensor.name));
    for (size_t i = 0; i < tensor.values; i++)
        assert_true(values[i] == strtof(next_word(&line), NULL));
    assert_null(line);
    free(values);
}

static void check_scores(subject *what, char *line) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, what->model));
    size_t values = info.height * info.width * info.channels;
    float *image = must_allocate(values * sizeof *image), *scores = must_allocate(info.outputs * sizeof *scores);
    for (size_t i = 0; i < values; i++)
        image[i] = golden_pixel(i);
    expect_ok(digitnet_model_predict(scores, info.outputs, what->model, image, values));
    for (size_t i = 0; i < info.outputs; i++)
        assert_true(fabs((double)scores[i] - strtod(next_word(&line), NULL)) <= 1e-5);
    assert_null(line);
    free(image);
    free(scores);
}

static void check_shape(subject *what, char *line) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, what->dataset));
    assert_int_equal(info.count, next_size(&line));
    assert_int_equal(info.height, next_size(&line));
    assert_int_equal(info.width, next_size(&line));
    assert_int_equal(info.channels, next_size(&line));
}

static void check_labels(subject *what, char *line) {
    for (size_t i = 0; i < digitnet_dataset_count(what->dataset); i++) {
        int32_t label;
        expect_ok(digitnet_dataset_read(NULL, 0, &label, 1, what->dataset, i, 1));
        assert_int_equal(label, next_size(&line));
    }
    assert_null(line);
}

static void check_pixels(subject *what, char *line) {
    float values[256];
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, what->dataset));
    expect_ok(digitnet_dataset_read(values, 256, NULL, 0, what->dataset, 0, info.count));
    for (size_t i = 0; i < info.count * info.height * info.width * info.channels; i++)
        assert_true(values[i] == (float)next_size(&line) / 255.0f);
    assert_null(line);
}

static const struct line_kind {
    const char *keyword;
    void (*check)(subject *what, char *line);
} kinds[] = {
    {"model", load_named_model},  {"images", load_named_images}, {"status", check_status}, {"input", check_input},
    {"training", check_training}, {"layer", check_layer},        {"tensor", check_tensor}, {"scores", check_scores},
    {"shape", check_shape},       {"labels", check_labels},      {"pixels", check_pixels},
};
enum { SUBJECT_KINDS = 2, KINDS = sizeof kinds / sizeof *kinds };

static void every_result_is_given(void **state) {
    (void)state;
    FILE *file = fopen("golden/results.txt", "r");
    assert_non_null(file);
    subject what = {.status = DIGITNET_OK};
    size_t subjects = 0, room = 0;
    char *line = NULL;
    while (getline(&line, &room, file) > 0) {
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        const char *keyword = next_word(&rest);
        size_t kind = 0;
        while (kind < KINDS && strcmp(kinds[kind].keyword, keyword) != 0)
            kind++;
        assert_in_range(kind, 0, KINDS - 1);
        if (kind < SUBJECT_KINDS) {
            release(&what);
            subjects++;
        }
        kinds[kind].check(&what, rest);
    }
    release(&what);
    assert_in_range(subjects, 24, SIZE_MAX); /* there were so many, and none is ever taken away */
    free(line);
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_result_is_given)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
