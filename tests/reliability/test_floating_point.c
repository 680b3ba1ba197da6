/* Whatever floating-point mode a host has, each call gives the same bits as in the usual one, on success and on failure
 * leaves mode and flags as they were, and shows them to callbacks; also where the host traps all that computing may
 * raise. */
#include "floating_mode.h"
#include "reader_models.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    IMAGES = 20,
    VALUES = IMAGES * SMALL_IMAGE,
    SCORES = IMAGES * SMALL_CLASSES,
    FRAME = DIGITNET_FRAME_SIZE,
    PICTURE = 60,
    STRIP = DIGITNET_LINE_HEIGHT * 128,
    MODEL_BYTES = 65536,
    MAX_CALLS = 128
};

static const floating_mode modes[] = {
    {.name = "usual", .rounding = FE_TONEAREST},
    {.name = "upward", .rounding = FE_UPWARD},
    {.name = "downward, with flags", .rounding = FE_DOWNWARD, .flags = FE_INVALID | FE_UNDERFLOW},
    {.name = "toward zero", .rounding = FE_TOWARDZERO},
    {.name = "flush to zero", .rounding = FE_TONEAREST, .flushes = true},
    {.name = "all that is unusual", .rounding = FE_UPWARD, .flushes = true, .traps = FE_ALL_EXCEPT},
    {.name = "invalid traps", .rounding = FE_TONEAREST, .traps = FE_INVALID},
    {.name = "division by zero traps", .rounding = FE_TONEAREST, .traps = FE_DIVBYZERO},
    {.name = "overflow traps", .rounding = FE_TONEAREST, .traps = FE_OVERFLOW},
    {.name = "underflow traps", .rounding = FE_TONEAREST, .traps = FE_UNDERFLOW},
    {.name = "inexact traps", .rounding = FE_TONEAREST, .traps = FE_INEXACT},
};

/* The host, whose mode begins before each call of the library and ends after it. */
typedef struct host {
    const floating_mode *mode;
    floating_state before;
    size_t callbacks; /* that have seen its mode */
    float images[VALUES], scores[SCORES];
} host;

static void begin_mode(host *self) {
    set_floating_mode(self->mode);
    self->before = look_at_floating_point();
}

static void end_mode(const host *self, const char *call) {
    floating_state after = look_at_floating_point();
    set_usual_floating_mode();
    if (memcmp(&after, &self->before, sizeof after) != 0)
        fail_msg("%s: %s changes the mode or the flags", self->mode->name, call);
}

/* The status of a call that is made in the host's mode. */
static digitnet_status called;
#define IN_MODE(self, call) (begin_mode(self), called = (call), end_mode((self), #call), called)

static void see_mode(host *self) {
    floating_state seen = look_at_floating_point();
    self->callbacks += memcmp(&seen, &self->before, sizeof seen) == 0;
}

static int see_event(const digitnet_event *event, void *user_data) {
    float score[SMALL_CLASSES];
    host *self = user_data;
    see_mode(self);
    int status = digitnet_model_predict(score, SMALL_CLASSES, event->model, self->images, SMALL_IMAGE);
    see_mode(self);
    return status;
}

static int gather(digitnet_batch *batch, void *user_data) {
    host *self = user_data;
    see_mode(self);
    for (size_t i = 0; batch->images && i < batch->count; i++)
        memcpy(batch->images + i * SMALL_IMAGE, self->images + batch->indices[i] * SMALL_IMAGE,
               SMALL_IMAGE * sizeof *batch->images);
    for (size_t i = 0; batch->labels && i < batch->count; i++)
        batch->labels[i] = (int32_t)(batch->indices[i] % SMALL_CLASSES);
    return 0;
}

/* All that the calls compute. */
typedef struct results {
    float drawn[4096], trained[4096], read[VALUES], read_bytes[VALUES], augmented[VALUES];
    float predicted[SCORES], predicted_bytes[SCORES], run[3][SCORES], run_by_clone[SCORES];
    float frame[FRAME * FRAME], strip[STRIP], products[2];
    digitnet_reading_line lines[4];
    char texts[4][5];
    double loss, accuracy, series[4][3];
    unsigned char file[MODEL_BYTES];
} results;

static void make_data(host *self, digitnet_dataset **floats, digitnet_dataset **source) {
    int32_t labels[IMAGES];
    fill_noise(self->images, VALUES, 5);
    self->images[7] = 1e-41f;
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(i % SMALL_CLASSES);
    expect_ok(IN_MODE(self, digitnet_dataset_create_f32(floats, self->images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH,
                                                        SMALL_CHANNELS)));
    digitnet_source_options options = DIGITNET_INIT(digitnet_source_options);
    options.count = IMAGES;
    options.height = SMALL_HEIGHT;
    options.width = SMALL_WIDTH;
    options.channels = SMALL_CHANNELS;
    options.gather = gather;
    options.user_data = self;
    expect_ok(IN_MODE(self, digitnet_dataset_create_source(source, &options)));
}

static void read_data(results *out, host *self, const digitnet_dataset *source) {
    static uint8_t bytes[VALUES];
    int32_t labels[IMAGES] = {0};
    digitnet_dataset *data;
    for (size_t i = 0; i < VALUES; i++)
        bytes[i] = (uint8_t)i;
    expect_ok(IN_MODE(self, digitnet_dataset_read(out->read, VALUES, labels, IMAGES, source, 0, IMAGES)));
    expect_ok(IN_MODE(
        self, digitnet_dataset_create_u8(&data, bytes, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS)));
    expect_ok(IN_MODE(self, digitnet_dataset_read(out->read_bytes, VALUES, NULL, 0, data, 0, IMAGES)));
    digitnet_dataset_free(data);
}

static void augment(results *out, host *self, const digitnet_dataset *floats) {
    digitnet_dataset *augmented;
    size_t indices[IMAGES];
    uint64_t seeds[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        indices[i] = seeds[i] = i;
    const digitnet_batch batch = {
        .struct_size = sizeof batch, .count = IMAGES, .indices = indices, .images = out->augmented, .seeds = seeds};
    expect_ok(
        IN_MODE(self, digitnet_dataset_augment(&augmented, floats,
                                               DIGITNET_WITH(digitnet_augment_options, .rotate = 10, .elastic = 1,
                                                             .elastic_sigma = 1.1, .contrast = 0.3, .noise = 0.1))));
    expect_ok(IN_MODE(self, digitnet_dataset_read_batch(&batch, augmented)));
    digitnet_dataset_free(augmented);
}

static digitnet_model *make_model(results *out, host *self) {
    digitnet_model *model = build_small_network();
    expect_ok(IN_MODE(
        self, digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.01, .seed = 3))));
    expect_ok(digitnet_model_get_weights(out->drawn, 4096, model, NULL));
    return model;
}

static void train(results *out, host *self, digitnet_model *model, const digitnet_dataset *train,
                  const digitnet_dataset *validation, size_t threads, const char *path) {
    digitnet_history *history;
    expect_ok(
        IN_MODE(self, digitnet_model_fit(
                          model, train,
                          DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 3, .batch_size = 6,
                                        .threads = threads, .validation = validation,
                                        DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = see_event, .user_data = self))))));
    for (int metric = DIGITNET_METRIC_LOSS; metric <= DIGITNET_METRIC_VALIDATION_ACCURACY; metric++)
        memcpy(out->series[metric], digitnet_history_series(NULL, history, (digitnet_metric)metric),
               sizeof out->series[metric]);
    expect_ok(IN_MODE(self, digitnet_history_write_csv(history, path)));
    digitnet_history_free(history);
    expect_ok(IN_MODE(self, digitnet_model_set_learning_rate(model, 0.003)));
    expect_ok(digitnet_model_get_weights(out->trained, 4096, model, NULL));
    expect_ok(IN_MODE(self, digitnet_model_set_weights(model, NULL, out->trained, count_parameters(model))));
}

static void evaluate(results *out, host *self, const digitnet_model *model, const digitnet_dataset *source,
                     size_t threads) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(IN_MODE(
        self, digitnet_model_evaluate(&metrics, model, source,
                                      DIGITNET_WITH(digitnet_evaluate_options, .threads = threads, .batch_size = 7))));
    out->loss = metrics.loss;
    out->accuracy = metrics.accuracy;
}

static void predict(results *out, host *self, const digitnet_model *model, digitnet_session *made_before,
                    size_t threads) {
    static uint8_t bytes[VALUES];
    const digitnet_session_options *options = DIGITNET_WITH(digitnet_session_options, .threads = threads);
    digitnet_session *session, *clone;
    for (size_t i = 0; i < VALUES; i++)
        bytes[i] = (uint8_t)(3 * i);
    expect_ok(IN_MODE(self, digitnet_model_predict(out->predicted, SCORES, model, self->images, VALUES)));
    expect_ok(IN_MODE(self, digitnet_model_predict_u8(out->predicted_bytes, SCORES, model, bytes, VALUES)));
    expect_ok(IN_MODE(self, digitnet_session_create(&session, model, options)));
    expect_ok(IN_MODE(self, digitnet_session_clone(&clone, session)));
    expect_ok(IN_MODE(self, digitnet_session_run(out->run[0], SCORES, session, self->images, VALUES)));
    expect_ok(IN_MODE(self, digitnet_session_run_u8(out->run[1], SCORES, session, bytes, VALUES)));
    expect_ok(IN_MODE(self, digitnet_session_run(out->run_by_clone, SCORES, clone, self->images, VALUES)));
    expect_ok(IN_MODE(self, (digitnet_session_free(session), DIGITNET_OK)));
    digitnet_session_free(clone);
    expect_ok(IN_MODE(self, digitnet_session_run(out->run[2], SCORES, made_before, self->images, VALUES)));
}

static void save(results *out, host *self, const digitnet_model *model, const char *path) {
    digitnet_model *loaded;
    size_t size;
    expect_ok(IN_MODE(self, digitnet_model_save_memory(out->file, MODEL_BYTES, &size, model)));
    expect_ok(IN_MODE(self, digitnet_model_load_memory(&loaded, out->file, size)));
    assert_same_weights(loaded, model);
    digitnet_model_free(loaded);
    expect_ok(IN_MODE(self, digitnet_model_save(model, path)));
    expect_ok(IN_MODE(self, digitnet_model_load(&loaded, path)));
    assert_same_weights(loaded, model);
    digitnet_model_free(loaded);
}

static void frame(results *out, host *self) {
    static uint8_t pixels[PICTURE * PICTURE];
    digitnet_image image = DIGITNET_INIT(digitnet_image);
    memset(pixels, 230, sizeof pixels);
    for (size_t row = 11; row < 47; row++)
        memset(pixels + row * PICTURE + 20 + row / 7, (int)row, 5);
    image.pixels = pixels;
    image.width = image.height = PICTURE;
    expect_ok(IN_MODE(self, digitnet_image_frame_digit(out->frame, FRAME * FRAME, &image)));
}

/* Ends the reading where the mode is another one. */
static int see_text(const char *text, void *user_data) {
    host *self = user_data;
    size_t before = self->callbacks;
    (void)text;
    see_mode(self);
    return self->callbacks > before ? 1 : DIGITNET_EIO;
}

static int see_step(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    (void)pixels, (void)width, (void)height;
    return see_text(name, user_data) == 1 ? 0 : DIGITNET_EIO;
}

/* The texts are kept apart, since the lines' own go with the reading. */
static void keep_reading(results *out, size_t index, digitnet_reading *reading) {
    digitnet_reading_line *line = &out->lines[index];
    line->struct_size = sizeof *line;
    expect_ok(digitnet_reading_describe_line(line, reading, 0));
    assert_in_range(line->characters, 1, 4);
    strcpy(out->texts[index], line->text);
    line->text = line->reason = NULL;
    digitnet_reading_free(reading);
}

static void read_strokes(results *out, host *self) {
    static const float logits[10] = {[4] = 3};
    static uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT];
    const digitnet_read_options options = {
        .struct_size = sizeof options, .check = see_text, .on_step = see_step, .user_data = self};
    static uint8_t table_pixels[TABLE_WIDTH * TABLE_HEIGHT];
    const digitnet_image image = draw_strokes(pixels), table = draw_small_table(table_pixels);
    digitnet_model *digit = make_constant_digit_model(logits, 10), *line = make_stroke_line_model(0);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *reading;
    size_t width, before = self->callbacks;
    expect_ok(IN_MODE(self, digitnet_image_frame_line(out->strip, STRIP, &width, &image)));
    expect_ok(IN_MODE(self, digitnet_reader_create(&reader, digit, line)));
    expect_ok(IN_MODE(self, digitnet_reader_scratch_create(&scratch, reader)));
    expect_ok(IN_MODE(self, digitnet_reader_read_digit(&reading, scratch, &image, &options)));
    keep_reading(out, 0, reading);
    expect_ok(IN_MODE(self, digitnet_reader_read_line(&reading, scratch, &image, &options)));
    keep_reading(out, 1, reading);
    expect_ok(IN_MODE(self, digitnet_reader_read_page(&reading, scratch, &image, &options)));
    keep_reading(out, 2, reading);
    expect_ok(IN_MODE(self, digitnet_reader_read_table(&reading, scratch, &table, &options)));
    keep_reading(out, 3, reading);
    assert_true(self->callbacks > before + 10); /* a check of each digit, and more */
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    digitnet_model_free(digit);
    digitnet_model_free(line);
}

/* Products below the smallest normal float, which are zero where that is flushed. */
static void multiply_small(results *out, host *self) {
    static const float weights[] = {1e-20f, 3e-20f, 0, 0}, image[] = {1e-20f};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(IN_MODE(self, digitnet_model_add_dropout(model, 0.1)));
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(IN_MODE(self, digitnet_model_set_weights(model, NULL, weights, 4)));
    expect_ok(IN_MODE(self, digitnet_model_predict(out->products, 2, model, image, 1)));
    digitnet_model_free(model);
}

static void compute(results *out, const floating_mode *mode, size_t threads, digitnet_session *made_before) {
    static host self;
    temporary_folder folder = make_folder();
    char path[80];
    digitnet_dataset *floats, *source;
    memset(out, 0, sizeof *out);
    self = (host){.mode = mode};
    snprintf(path, sizeof path, "%s/file", folder.path);
    make_data(&self, &floats, &source);
    read_data(out, &self, source);
    augment(out, &self, floats);
    digitnet_model *model = make_model(out, &self);
    train(out, &self, model, source, floats, threads, path);
    evaluate(out, &self, model, source, threads);
    predict(out, &self, model, made_before, threads);
    save(out, &self, model, path);
    frame(out, &self);
    multiply_small(out, &self);
    assert_int_equal(self.callbacks, 1 + 2 * (1 + 3 * 6 + 1) + 3 * 4 + 3);
    read_strokes(out, &self);
    digitnet_model_free(model);
    digitnet_dataset_free(floats);
    digitnet_dataset_free(source);
    unlink(path);
    rmdir(folder.path);
}

#define assert_same_results(field)                                  \
    if (memcmp(found.field, wanted.field, sizeof found.field) != 0) \
    fail_msg("%s: other bits: %s", mode->name, #field)

static void check_mode(const floating_mode *mode, size_t threads, digitnet_session *made_before) {
    static results wanted, found;
    if (!set_floating_mode(mode)) {
        print_message("%s: not on this machine\n", mode->name);
        return;
    }
    set_usual_floating_mode();
    compute(&wanted, &modes[0], threads, made_before);
    compute(&found, mode, threads, made_before);
    assert_same_results(drawn);
    assert_same_results(trained);
    assert_same_results(read);
    assert_same_results(read_bytes);
    assert_same_results(augmented);
    assert_same_results(predicted);
    assert_same_results(predicted_bytes);
    assert_same_results(run);
    assert_same_results(run_by_clone);
    assert_same_results(frame);
    assert_same_results(strip);
    assert_same_results(lines);
    assert_same_results(texts);
    assert_same_results(products);
    assert_same_results(series);
    assert_same_results(file);
    assert_true(found.loss == wanted.loss && found.accuracy == wanted.accuracy);
}

static void test_same_bits(void **state) {
    (void)state;
    for (size_t threads = 1; threads <= 3; threads += 2) {
        digitnet_model *model = make_small_network(9);
        digitnet_session *session;
        expect_ok(
            digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .threads = threads)));
        digitnet_model_free(model);
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
            check_mode(&modes[i], threads, session);
        digitnet_session_free(session);
    }
}

/* Even a look at its value raises the invalid exception. */
static float signalling_nan(void) {
    const uint32_t bits = 0x7fa00000;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void refuse_in_mode(host *self) {
    digitnet_model *model;
    digitnet_dataset *data;
    float image[SMALL_IMAGE] = {0};
    const int32_t label = 0;
    image[5] = signalling_nan();
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    expect_failure(IN_MODE(self, digitnet_model_add_dropout(model, 4.0 / 3)), DIGITNET_EINVAL, "1.33333");
    digitnet_model_free(model);
    expect_failure(
        IN_MODE(self, digitnet_dataset_create_f32(&data, image, &label, 1, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS)),
        DIGITNET_EINVAL, "nan");
    model = make_small_network(1);
    expect_failure(IN_MODE(self, digitnet_model_set_learning_rate(model, -1.0 / 3)), DIGITNET_EINVAL, "-0.33333");
    expect_failure(IN_MODE(self, digitnet_model_set_weights(model, "conv2d/bias", image + 4, 5)), DIGITNET_EINVAL,
                   "nan");
    expect_failure(IN_MODE(self, digitnet_model_predict(self->scores, SCORES, model, image, SMALL_IMAGE)),
                   DIGITNET_EINVAL, "nan");
    digitnet_model_free(model);
}

static void refuse_rate_in_mode(host *self) {
    static const float logits[10];
    static uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT];
    const digitnet_image image = draw_strokes(pixels);
    digitnet_model *digit = make_constant_digit_model(logits, 10);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *reading;
    expect_ok(digitnet_reader_create(&reader, digit, NULL));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    expect_failure(
        IN_MODE(self, digitnet_reader_read_digit(&reading, scratch, &image,
                                                 DIGITNET_WITH(digitnet_read_options, .error_rate = (double)NAN))),
        DIGITNET_EINVAL, "nan");
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    digitnet_model_free(digit);
}

/* Calls that overflow. */
static void overflow_in_mode(host *self, const digitnet_dataset *data, size_t threads) {
    static float weights[4096];
    digitnet_model *model = build_small_network();
    digitnet_session *session;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 1e30)));
    expect_failure(IN_MODE(self, digitnet_model_fit(model, data,
                                                    DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 4,
                                                                  .threads = threads))),
                   DIGITNET_EDIVERGED, "");
    for (size_t i = 0; i < 4096; i++)
        weights[i] = 1e30f;
    expect_ok(IN_MODE(self, digitnet_model_set_weights(model, NULL, weights, count_parameters(model))));
    expect_failure(IN_MODE(self, digitnet_model_predict(self->scores, SCORES, model, self->images, VALUES)),
                   DIGITNET_ENOTFINITE, "");
    expect_failure(IN_MODE(self, digitnet_model_evaluate(&metrics, model, data, NULL)), DIGITNET_ENOTFINITE, "");
    expect_ok(IN_MODE(
        self, digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .threads = threads))));
    expect_failure(IN_MODE(self, digitnet_session_run(self->scores, SCORES, session, self->images, VALUES)),
                   DIGITNET_ENOTFINITE, "");
    digitnet_session_free(session);
    digitnet_model_free(model);
}

static void test_failures(void **state) {
    (void)state;
    static host self;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        self = (host){.mode = &modes[i]};
        fill_noise(self.images, VALUES, 5);
        if (!set_floating_mode(&modes[i]))
            continue;
        set_usual_floating_mode();
        refuse_in_mode(&self);
        refuse_rate_in_mode(&self);
        overflow_in_mode(&self, data, 1);
        overflow_in_mode(&self, data, 3);
    }
    digitnet_dataset_free(data);
}

/* Another mode from each event on. */
static int change_mode(const digitnet_event *event, void *user_data) {
    floating_state *now = user_data, seen = look_at_floating_point();
    int differs = memcmp(&seen, now, sizeof seen);
    fesetround(event->kind == DIGITNET_EVENT_BATCH_END ? FE_UPWARD : FE_DOWNWARD);
    feraiseexcept(event->kind == DIGITNET_EVENT_EPOCH_END ? FE_DIVBYZERO : FE_INEXACT);
    *now = look_at_floating_point();
    return differs == 0 ? DIGITNET_OK : DIGITNET_EIO;
}

/* What a callback makes of the mode is kept, and the fit does not notice. */
static void test_callbacks_own_the_mode(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1), *other = make_small_network(1);
    floating_state before, now, after;
    set_usual_floating_mode();
    before = now = look_at_floating_point();
    digitnet_status status = digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 8, .threads = 2,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = change_mode, .user_data = &now))));
    after = look_at_floating_point();
    set_usual_floating_mode();
    expect_ok(status);
    assert_memory_equal(&after, &now, sizeof after);
    assert_memory_not_equal(&after, &before, sizeof after);
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 8));
    assert_same_weights(model, other);
    digitnet_model_free(model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_callbacks_own_the_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
