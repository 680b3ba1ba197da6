/* Models of other tools give what ONNX Runtime makes of them, and can be trained; those with operators that this
 * library does not have are refused by name. All lines of manifest.txt are tried before the test fails. */
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { IMAGES = 8, IMAGE_SEED = 1 };  /* as in corpus.py */
static const double TOLERANCE = 1e-4; /* of the largest output */

/* A line of manifest.txt. */
typedef struct entry {
    char kind[16], name[64], operators[64]; /* the operators, separated by |, one of which a refusal names */
    size_t height, width, channels, outputs;
} entry;

static bool is(const entry *line, const char *kind) {
    return strcmp(line->kind, kind) == 0;
}

static size_t image_values(const entry *line) {
    return IMAGES * line->height * line->width * line->channels;
}

/* What is wrong with a model is printed at once; the test fails at its end. */
static size_t failures;
#define complain(line, ...) (failures++, print_error("%s: ", (line)->name), print_error(__VA_ARGS__), print_error("\n"))
#define complain_of_status(line, what, status) \
    complain(line, what ": %s: %s", digitnet_status_string(status), digitnet_last_error())

/* The images as bytes, to be released with free(). */
static uint8_t *bytes_of(const float *images, size_t count) {
    uint8_t *bytes = must_allocate(count);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)((images[i] + 1) * 128);
    return bytes;
}

static digitnet_status predict_bytes(float *scores, size_t capacity, const digitnet_model *model, const float *images,
                                     size_t count) {
    uint8_t *bytes = bytes_of(images, count);
    digitnet_status status = recorded(digitnet_model_predict_u8(scores, capacity, model, bytes, count));
    free(bytes);
    return status;
}

/* The scores of the noise's images, to be released with free(); NULL, with a complaint, after a failure. */
static float *predict(const digitnet_model *model, const entry *line) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    size_t count = image_values(line), capacity = IMAGES * info.outputs;
    float *images = must_allocate(count * sizeof *images), *scores = must_allocate(capacity * sizeof *scores);
    fill_noise(images, count, IMAGE_SEED);
    digitnet_status status = is(line, "bytes")
                                 ? predict_bytes(scores, capacity, model, images, count)
                                 : recorded(digitnet_model_predict(scores, capacity, model, images, count));
    free(images);
    if (status == DIGITNET_OK)
        return scores;
    complain_of_status(line, "predict", status);
    free(scores);
    return NULL;
}

static float *read_expected(const entry *line) {
    char path[128];
    size_t count = IMAGES * line->outputs;
    float *expected = must_allocate(count * sizeof *expected);
    snprintf(path, sizeof path, "foreign/models/%s.outputs", line->name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(expected, sizeof *expected, count, file), count);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    return expected;
}

static void compare(const entry *line, const float *scores, const float *expected) {
    size_t count = IMAGES * line->outputs;
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        double wanted = fabs((double)expected[i]), away = fabs((double)scores[i] - (double)expected[i]);
        largest = wanted > largest ? wanted : largest;
        difference = away > difference ? away : difference;
    }
    if (!(difference <= TOLERANCE * largest))
        complain(line, "differs by %g of outputs up to %g", difference, largest);
}

/* What ends in the number of a class ends in the scores here, of which that is the largest. */
static void compare_classes(const entry *line, const float *scores, size_t classes, const float *expected) {
    for (size_t i = 0; i < IMAGES; i++, scores += classes) {
        size_t best = 0;
        for (size_t j = 1; j < classes; j++)
            if (scores[j] > scores[best])
                best = j;
        if (best != (size_t)expected[i])
            complain(line, "image %zu is of class %zu, not %g", i, best, (double)expected[i]);
    }
}

static void compare_with_expected(const entry *line, const digitnet_model *model, const float *scores) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    float *expected = read_expected(line);
    if (is(line, "class"))
        compare_classes(line, scores, info.outputs, expected);
    else if (info.outputs == line->outputs)
        compare(line, scores, expected);
    else
        complain(line, "has %zu outputs, not %zu", info.outputs, line->outputs);
    free(expected);
}

/* The model comes back from our own form of the file. */
static void save_and_compare(const entry *line, const digitnet_model *model, const float *scores) {
    size_t size = 0;
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_EBUFFER, "capacity");
    void *bytes = must_allocate(size);
    expect_ok(digitnet_model_save_memory(bytes, size, NULL, model));
    digitnet_model *again = NULL;
    digitnet_status status = recorded(digitnet_model_load_memory(&again, bytes, size));
    free(bytes);
    if (status != DIGITNET_OK) {
        complain_of_status(line, "load of what was saved", status);
        return;
    }
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    float *same = predict(again, line);
    if (same && memcmp(same, scores, IMAGES * info.outputs * sizeof *same) != 0)
        complain(line, "gives other scores once it was saved");
    free(same);
    digitnet_model_free(again);
}

static digitnet_status load(digitnet_model **out, const entry *line) {
    char path[128];
    snprintf(path, sizeof path, "foreign/models/%s.onnx", line->name);
    return recorded(digitnet_model_load(out, path));
}

/* A byte is the float byte / 255. */
static void compare_bytes_with_floats(const entry *line, const digitnet_model *model, const float *scores) {
    size_t count = image_values(line), outputs = IMAGES * info_of(model).outputs;
    float *images = must_allocate(count * sizeof *images), *same = must_allocate(outputs * sizeof *same);
    fill_noise(images, count, IMAGE_SEED);
    uint8_t *bytes = bytes_of(images, count);
    for (size_t i = 0; i < count; i++)
        images[i] = (float)bytes[i] / UINT8_MAX;
    expect_ok(digitnet_model_predict(same, outputs, model, images, count));
    for (size_t i = 0; i < outputs; i++)
        if (!(fabsf(same[i] - scores[i]) <= (float)TOLERANCE * fabsf(scores[i]) + 1e-6f))
            complain(line, "gives %g for bytes, and %g for floats", (double)scores[i], (double)same[i]);
    free(bytes);
    free(same);
    free(images);
}

static void check_model(const entry *line) {
    digitnet_model *model;
    digitnet_status status = load(&model, line);
    if (status != DIGITNET_OK) {
        complain_of_status(line, "load", status);
        return;
    }
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    float *scores = NULL;
    if (info.height != line->height || info.width != line->width || info.channels != line->channels)
        complain(line, "takes images of %zu x %zu x %zu", info.height, info.width, info.channels);
    else
        scores = predict(model, line);
    if (scores) {
        compare_with_expected(line, model, scores);
        if (is(line, "bytes"))
            compare_bytes_with_floats(line, model, scores);
        save_and_compare(line, model, scores);
    }
    free(scores);
    digitnet_model_free(model);
}

/* Models that give images, or one number, of which no loss takes labels. */
static bool gives_no_classes(const entry *line) {
    static const char *const names[] = {"asymmetric-pads",
                                        "average-pool-with-pads",
                                        "average-pool-without-pads",
                                        "ceil-mode",
                                        "conv-transpose",
                                        "enlarging",
                                        "one-score",
                                        "resize",
                                        "same-lower",
                                        "upsample",
                                        "tf2onnx-decoder",
                                        "pads-that-copy",
                                        "resize-to-any-size"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(line->name, names[i]) == 0)
            return true;
    return false;
}

/* For the cross-entropy, from logits unless it ends in a softmax. */
static digitnet_status compile(digitnet_model *model) {
    digitnet_loss_options loss = DIGITNET_LOSS_INIT;
    loss.from_logits = layer_at(model, info_of(model).layers - 1).activation != DIGITNET_ACTIVATION_SOFTMAX;
    return recorded(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM,
                                              DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                              DIGITNET_WITH(digitnet_compile_options, .loss = &loss)));
}

static void take_steps(const entry *line, digitnet_model *model) {
    size_t count = image_values(line);
    float *images = must_allocate(count * sizeof *images);
    fill_noise(images, count, IMAGE_SEED);
    uint8_t *bytes = is(line, "bytes") ? bytes_of(images, count) : NULL;
    int32_t labels[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(i % info_of(model).outputs);
    const digitnet_train_batch *batch = DIGITNET_WITH(digitnet_train_batch, .count = IMAGES, .bytes = bytes,
                                                      .images = bytes ? NULL : images, .labels = labels, .threads = 1);
    digitnet_metrics first = DIGITNET_INIT(digitnet_metrics), second = DIGITNET_INIT(digitnet_metrics);
    digitnet_status status = recorded(digitnet_model_train_batch(&first, model, batch));
    if (status == DIGITNET_OK)
        status = recorded(digitnet_model_train_batch(&second, model, batch));
    if (status != DIGITNET_OK)
        complain_of_status(line, "train", status);
    else if (!(second.loss < first.loss))
        complain(line, "a step takes the loss from %g to %g", first.loss, second.loss);
    free(bytes);
    free(images);
}

static void check_steps(const entry *line) {
    digitnet_model *model;
    digitnet_status status = load(&model, line);
    if (status != DIGITNET_OK) {
        complain_of_status(line, "load", status);
        return;
    }
    status = compile(model);
    if (gives_no_classes(line) ? status != DIGITNET_ESHAPE : status != DIGITNET_OK)
        complain(line, "compile: %s", digitnet_status_string(status));
    else if (status == DIGITNET_OK)
        take_steps(line, model);
    digitnet_model_free(model);
}

static bool message_has_one_of(const char *operators) {
    char words[64], *rest = words, *word;
    snprintf(words, sizeof words, "%s", operators);
    while ((word = strsep(&rest, "|")) != NULL)
        if (strstr(digitnet_last_error(), word))
            return true;
    return false;
}

static void check_refusal(const entry *line) {
    digitnet_model *model;
    digitnet_status status = load(&model, line);
    if (status != DIGITNET_EUNSUPPORTED || !message_has_one_of(line->operators))
        complain(line, "%s: %s; it should be refused for %s", digitnet_status_string(status),
                 status == DIGITNET_OK ? "" : digitnet_last_error(), line->operators);
    digitnet_model_free(model);
}

static bool next_line(entry *line, FILE *file) {
    char text[256];
    if (!fgets(text, sizeof text, file))
        return false;
    if (sscanf(text, "refused %63s %63s", line->name, line->operators) == 2)
        snprintf(line->kind, sizeof line->kind, "refused");
    else
        assert_int_equal(sscanf(text, "%15s %63s %zu %zu %zu %zu", line->kind, line->name, &line->height, &line->width,
                                &line->channels, &line->outputs),
                         6);
    return true;
}

/* Tries all lines that are, or are not, of refused models; how many there were at least, none of which is to be lost.
 */
static void try_lines(bool refused, void (*check)(const entry *line), size_t at_least) {
    FILE *file = fopen("foreign/manifest.txt", "r");
    assert_non_null(file);
    size_t lines = 0;
    failures = 0;
    for (entry line; next_line(&line, file);) {
        if (is(&line, "refused") == refused) {
            check(&line);
            lines++;
        }
    }
    fclose(file);
    assert_in_range(lines, at_least, SIZE_MAX);
    if (failures > 0)
        fail_msg("%zu complaints of %zu models", failures, lines);
}

static void models_give_what_onnx_runtime_makes_of_them(void **state) {
    (void)state;
    try_lines(false, check_model, 99);
}

static void a_step_of_training_makes_the_loss_smaller(void **state) {
    (void)state;
    try_lines(false, check_steps, 99);
}

static void what_is_not_supported_is_refused_by_name(void **state) {
    (void)state;
    try_lines(true, check_refusal, 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_give_what_onnx_runtime_makes_of_them),
        cmocka_unit_test(a_step_of_training_makes_the_loss_smaller),
        cmocka_unit_test(what_is_not_supported_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
