#include "scenario.h"

#include "reader_models.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { IMAGES = 16, BATCH = 8, HEADER = 20, THREADS = 2 };

static const float two_floats[2] = {1, 2};
static const uint8_t two_bytes[2] = {1, 2};
static const int32_t two_labels[2] = {0, 1};

/* ---- Building ---- */

static digitnet_status create_model(scenario *self) {
    return recorded(digitnet_model_create(&self->model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
}

/* A builder's error is kept for compile. Taken back, building goes on. */
static digitnet_status added(scenario *self, digitnet_status status) {
    if (status != DIGITNET_OK) {
        expect_failure(
            digitnet_model_compile(self->model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
            status, digitnet_last_error());
        digitnet_model_clear_error(self->model);
    }
    return status;
}

static digitnet_status add_fused_convolution(scenario *self) {
    return added(self, recorded(digitnet_model_add_conv2d(self->model, 5, 3, DIGITNET_ACTIVATION_RELU)));
}

static digitnet_status add_pool(scenario *self) {
    return added(self, recorded(digitnet_model_add_max_pool2d(self->model, 2)));
}

static digitnet_status add_linear_convolution(scenario *self) {
    return added(self, recorded(digitnet_model_add_conv2d_ex(
                           self->model, 4, 2, DIGITNET_ACTIVATION_LINEAR,
                           DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME))));
}

static digitnet_status add_activation(scenario *self) {
    return added(self, recorded(digitnet_model_add_activation(self->model, DIGITNET_ACTIVATION_RELU)));
}

static digitnet_status add_flatten(scenario *self) {
    return added(self, recorded(digitnet_model_add_flatten(self->model)));
}

static digitnet_status add_hidden(scenario *self) {
    return added(self, recorded(digitnet_model_add_dense(self->model, 7, DIGITNET_ACTIVATION_RELU)));
}

static digitnet_status add_dropout(scenario *self) {
    return added(self, recorded(digitnet_model_add_dropout(self->model, 0.25)));
}

static digitnet_status add_classes(scenario *self) {
    return added(self, recorded(digitnet_model_add_dense(self->model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX)));
}

static digitnet_status compile(scenario *self) {
    return recorded(
        digitnet_model_compile(self->model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
}

/* ---- Data sets ---- */

static digitnet_status load_raw(scenario *self) {
    return recorded(digitnet_dataset_load_idx(&self->raw, "train-images-idx3-ubyte", "train-labels-idx1-ubyte"));
}

static digitnet_status load_compressed(scenario *self) {
    return recorded(
        digitnet_dataset_load_idx(&self->compressed, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"));
}

static digitnet_status load_mnist(scenario *self) {
    return recorded(digitnet_dataset_load_mnist(&self->train, &self->test, "."));
}

/* With all that samples can have, one of each. */
static digitnet_status copy_bytes(scenario *self) {
    static const int32_t label_counts[1] = {1};
    return recorded(digitnet_dataset_create_u8_ex(&self->copied, two_bytes, two_labels, 1, 1, 2, 1,
                                                  DIGITNET_WITH(digitnet_dataset_options, .targets = two_floats,
                                                                .target_values = 2, .sample_weights = two_floats,
                                                                .max_labels = 2, .label_counts = label_counts)));
}

static void count_release(void *user_data) {
    ++*(size_t *)user_data;
}

static digitnet_status borrow_floats(scenario *self) {
    digitnet_status status = recorded(
        digitnet_dataset_create_f32_ex(&self->borrowed, two_floats, two_labels, 2, 1, 1, 1,
                                       DIGITNET_WITH(digitnet_dataset_options, .borrow = 1, .release = count_release,
                                                     .user_data = &self->borrowed_released)));
    if (status != DIGITNET_OK && self->borrowed_released-- != 1) /* given back by the call that failed */
        abort();
    return status;
}

static digitnet_status slice(scenario *self) {
    return recorded(digitnet_dataset_slice(&self->part, self->raw, 1, BATCH));
}

static int gather(digitnet_batch *batch, void *user_data) {
    (void)user_data;
    for (size_t i = 0; i < batch->count; ++i) {
        if (batch->images != NULL)
            fill_noise(batch->images + i * SMALL_IMAGE, SMALL_IMAGE, batch->indices[i]);
        if (batch->labels != NULL)
            batch->labels[i] = (int32_t)(batch->indices[i] % SMALL_CLASSES);
    }
    return 0;
}

static digitnet_status create_source(scenario *self) {
    return recorded(digitnet_dataset_create_source(
        &self->source, DIGITNET_WITH(digitnet_source_options, .count = IMAGES, .height = SMALL_HEIGHT,
                                     .width = SMALL_WIDTH, .channels = SMALL_CHANNELS, .gather = gather)));
}

/* ---- Training ---- */

static digitnet_status fit_until(digitnet_history **history, digitnet_model *model, const scenario *self,
                                 size_t epoch) {
    return recorded(
        digitnet_model_fit(model, self->raw,
                           DIGITNET_WITH(digitnet_fit_options, .history = history, .until_epoch = epoch,
                                         .batch_size = BATCH, .threads = THREADS, .validation = self->compressed)));
}

/* Two batches. */
static digitnet_status fit_model(scenario *self) {
    return fit_until(&self->history, self->model, self, 1);
}

static digitnet_status evaluate(scenario *self) {
    self->metrics.struct_size = sizeof self->metrics;
    return recorded(digitnet_model_evaluate(&self->metrics, self->model, self->compressed,
                                            DIGITNET_WITH(digitnet_evaluate_options, .threads = THREADS)));
}

static digitnet_status evaluate_source(scenario *self) {
    self->source_metrics.struct_size = sizeof self->source_metrics;
    return recorded(digitnet_model_evaluate(&self->source_metrics, self->model, self->source,
                                            DIGITNET_WITH(digitnet_evaluate_options, .threads = 3)));
}

static digitnet_status write_history(scenario *self) {
    return recorded(digitnet_history_write_csv(self->history, "history.csv"));
}

/* ---- Predictions ---- */

static const float dark[SMALL_IMAGE];
static const uint8_t dark_bytes[SMALL_IMAGE];

static digitnet_status predict(scenario *self) {
    return recorded(digitnet_model_predict(self->scores, SMALL_CLASSES, self->model, dark, SMALL_IMAGE));
}

static digitnet_status predict_bytes(scenario *self) {
    return recorded(digitnet_model_predict_u8(self->byte_scores, SMALL_CLASSES, self->model, dark_bytes, SMALL_IMAGE));
}

static digitnet_status create_session(scenario *self) {
    return recorded(digitnet_session_create(&self->session, self->model,
                                            DIGITNET_WITH(digitnet_session_options, .threads = THREADS)));
}

static digitnet_status clone_session(scenario *self) {
    return recorded(digitnet_session_clone(&self->second_session, self->session));
}

static digitnet_status run_session(scenario *self) {
    return recorded(digitnet_session_run(self->session_scores, SMALL_CLASSES, self->second_session, dark, SMALL_IMAGE));
}

static digitnet_status frame_digit(scenario *self) {
    uint8_t pixels[40 * 40];
    memset(pixels, 255, sizeof pixels);
    memset(pixels + 10 * 40 + 10, 0, 200);
    return recorded(
        digitnet_image_frame_digit(self->frame, sizeof self->frame / sizeof *self->frame,
                                   DIGITNET_WITH(digitnet_image, .pixels = pixels, .width = 40, .height = 40)));
}

/* ---- Reading ---- */

static const digitnet_image *strokes(void) {
    static uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT];
    static digitnet_image image;
    image = draw_strokes(pixels);
    return &image;
}

static digitnet_status frame_line(scenario *self) {
    size_t width;
    return recorded(
        digitnet_image_frame_line(self->strip, sizeof self->strip / sizeof *self->strip, &width, strokes()));
}

static digitnet_status load_reader(scenario *self) {
    return recorded(digitnet_reader_load(&self->reader, "digit.onnx", "line.onnx"));
}

static digitnet_status create_scratch(scenario *self) {
    return recorded(digitnet_reader_scratch_create(&self->scratch, self->reader));
}

static digitnet_status read_digit(scenario *self) {
    return recorded(digitnet_reader_read_digit(&self->digit, self->scratch, strokes(), NULL));
}

static digitnet_status read_line(scenario *self) {
    return recorded(digitnet_reader_read_line(&self->line, self->scratch, strokes(), NULL));
}

static digitnet_status read_table(scenario *self) {
    static uint8_t pixels[TABLE_WIDTH * TABLE_HEIGHT];
    const digitnet_image table = draw_small_table(pixels);
    return recorded(digitnet_reader_read_table(&self->table, self->scratch, &table, NULL));
}

static digitnet_status read_page(scenario *self) {
    return recorded(digitnet_reader_read_page(&self->page, self->scratch, strokes(), NULL));
}

/* ---- Files and copies ---- */

static digitnet_status save(scenario *self) {
    return recorded(digitnet_model_save(self->model, "model.onnx"));
}

static digitnet_status load(scenario *self) {
    return recorded(digitnet_model_load(&self->loaded, "model.onnx"));
}

static digitnet_status save_memory(scenario *self) {
    return recorded(digitnet_model_save_memory(self->file, sizeof self->file, &self->file_size, self->model));
}

static digitnet_status load_memory(scenario *self) {
    return recorded(digitnet_model_load_memory(&self->recalled, self->file, self->file_size));
}

static digitnet_status clone_model(scenario *self) {
    return recorded(digitnet_model_clone(&self->copy, self->model));
}

static digitnet_status compile_again(scenario *self) {
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    sgd.momentum = 0.5;
    return recorded(digitnet_model_compile_ex(self->copy, DIGITNET_OPTIMIZER_SGD,
                                              DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                              DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd)));
}

static int no_loss(const digitnet_loss_range *range, void *user_data) {
    (void)range, (void)user_data;
    return 0;
}

static digitnet_status set_loss(scenario *self) {
    return recorded(digitnet_model_set_loss(self->copy, no_loss, NULL, NULL));
}

static digitnet_status train_batch(scenario *self) {
    return recorded(digitnet_model_train_batch(
        NULL, self->copy,
        DIGITNET_WITH(digitnet_train_batch, .count = 1, .images = dark, .labels = two_labels, .threads = THREADS)));
}

static digitnet_status fit_loaded(scenario *self) {
    return fit_until(&self->second_history, self->loaded, self, 2);
}

static digitnet_status scale_input(scenario *self) {
    return recorded(digitnet_model_set_input_scaling(self->loaded, 2, -1));
}

static digitnet_status remove_last_layer(scenario *self) {
    return recorded(digitnet_model_remove_layers_after(self->recalled, "dropout"));
}

static digitnet_status add_other_classes(scenario *self) {
    digitnet_status status = recorded(digitnet_model_add_dense(self->recalled, 2, DIGITNET_ACTIVATION_SOFTMAX));
    digitnet_model_clear_error(self->recalled);
    return status;
}

static digitnet_status compile_other_classes(scenario *self) {
    return recorded(
        digitnet_model_compile(self->recalled, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
}

const scenario_step scenario_steps[SCENARIO_STEPS] = {
    {"create", create_model},
    {"add a convolution", add_fused_convolution},
    {"add a pool", add_pool},
    {"add a linear convolution", add_linear_convolution},
    {"add an activation", add_activation},
    {"add a second pool", add_pool},
    {"add flatten", add_flatten},
    {"add a dense layer", add_hidden},
    {"add dropout", add_dropout},
    {"add a last layer", add_classes},
    {"compile", compile},
    [SCENARIO_LOAD_RAW] = {"load raw IDX files", load_raw},
    [SCENARIO_LOAD_COMPRESSED] = {"load compressed IDX files", load_compressed},
    {"load MNIST", load_mnist},
    {"copy bytes", copy_bytes},
    {"borrow floats", borrow_floats},
    {"slice", slice},
    {"create a source", create_source},
    {"fit", fit_model},
    {"evaluate", evaluate},
    {"evaluate a source", evaluate_source},
    {"write the history", write_history},
    {"predict", predict},
    {"predict bytes", predict_bytes},
    {"create a session", create_session},
    {"clone a session", clone_session},
    {"run a session", run_session},
    {"frame a digit", frame_digit},
    {"frame a line", frame_line},
    {"load a reader", load_reader},
    {"create what a reader needs", create_scratch},
    {"read a digit", read_digit},
    {"read a line", read_line},
    {"read a table", read_table},
    {"read a page", read_page},
    {"save", save},
    {"load", load},
    {"save into memory", save_memory},
    {"load from memory", load_memory},
    {"clone a model", clone_model},
    {"compile again", compile_again},
    {"set a loss", set_loss},
    {"train on a batch", train_batch},
    {"fit what was loaded", fit_loaded},
    {"predict again", predict},
    {"scale the input", scale_input},
    {"remove the last layer", remove_last_layer},
    {"add another one", add_other_classes},
    {"compile what was added", compile_other_classes},
};

/* ---- Files ---- */

static void write_bytes(const char *path, const char *mode, const unsigned char *bytes, size_t size) {
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

static void write_pair(const char *images_path, const char *labels_path, const char *mode, uint64_t seed) {
    unsigned char images[HEADER + IMAGES * SMALL_IMAGE] = {
        [2] = 8, [3] = 4, [7] = IMAGES, [11] = SMALL_HEIGHT, [15] = SMALL_WIDTH, [19] = SMALL_CHANNELS};
    unsigned char labels[8 + IMAGES] = {[2] = 8, [3] = 1, [7] = IMAGES};
    for (size_t i = 0; i < IMAGES * SMALL_IMAGE; ++i)
        images[HEADER + i] = (unsigned char)(127 * (noise(seed, i) + 1));
    for (size_t i = 0; i < IMAGES; ++i)
        labels[8 + i] = (unsigned char)(i % SMALL_CLASSES);
    write_bytes(images_path, mode, images, sizeof images);
    write_bytes(labels_path, mode, labels, sizeof labels);
}

static void write_model(const char *path, digitnet_model *model) {
    expect_ok(digitnet_model_save(model, path));
    digitnet_model_free(model);
}

void scenario_write_files(void) {
    static const float logits[11] = {[3] = 4};
    write_model("digit.onnx", make_constant_digit_model(logits, 11));
    write_model("line.onnx", make_stroke_line_model(1));
    write_pair("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "wbT", 1);
    write_pair("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "wb", 2);
}

/* ---- The digest ---- */

static uint64_t add_bytes(uint64_t digest, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; ++i)
        digest = (digest ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return digest;
}

/* The whole file of a model that has weights, the summary of others. */
static uint64_t add_model(uint64_t digest, const digitnet_model *model) {
    static unsigned char bytes[SCENARIO_FILE_BYTES];
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    size_t size;
    if (model == NULL)
        return add_bytes(digest, "no model", 8);
    expect_ok(digitnet_model_describe(&info, model));
    if (info.compiled)
        expect_ok(digitnet_model_save_memory(bytes, sizeof bytes, &size, model));
    else
        expect_ok(digitnet_model_summary((char *)bytes, sizeof bytes, &size, model));
    return add_bytes(add_bytes(digest, &info, sizeof info), bytes, size);
}

/* Targets and weight of the first sample. */
static uint64_t add_targets(uint64_t digest, const digitnet_dataset *dataset) {
    static const size_t first;
    float targets[2], weight;
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &first, .targets = targets, .sample_weights = &weight),
        dataset));
    return add_bytes(add_bytes(digest, targets, sizeof targets), &weight, sizeof weight);
}

static uint64_t add_dataset(uint64_t digest, const digitnet_dataset *dataset) {
    static float images[IMAGES * SMALL_IMAGE];
    static int32_t labels[IMAGES];
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    if (dataset == NULL)
        return add_bytes(digest, "no data set", 11);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    expect_ok(digitnet_dataset_read(images, IMAGES * SMALL_IMAGE, labels, IMAGES, dataset, 0, info.count));
    digest = add_bytes(digest, images, info.count * info.height * info.width * info.channels * sizeof *images);
    digest = add_bytes(digest, labels, info.count * info.max_labels * sizeof *labels);
    return info.target_values ? add_targets(digest, dataset) : digest;
}

static uint64_t add_session(uint64_t digest, digitnet_session *session) {
    float scores[SMALL_CLASSES];
    if (session == NULL)
        return add_bytes(digest, "no session", 10);
    expect_ok(digitnet_session_run(scores, SMALL_CLASSES, session, dark, SMALL_IMAGE));
    return add_bytes(digest, scores, sizeof scores);
}

static uint64_t add_reading(uint64_t digest, const digitnet_reading *reading) {
    for (size_t i = 0; i < digitnet_reading_line_count(reading); ++i) {
        digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
        expect_ok(digitnet_reading_describe_line(&line, reading, i));
        digest = add_bytes(digest, line.text, line.characters + 1);
        digest = add_bytes(digest, line.reason, strlen(line.reason));
        digest = add_bytes(digest, line.corners, sizeof line - offsetof(digitnet_reading_line, corners));
        for (size_t k = 0; k < line.characters; ++k) {
            digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
            expect_ok(digitnet_reading_describe_character(&character, reading, i, k));
            digest =
                add_bytes(digest, character.corners, sizeof character - offsetof(digitnet_reading_character, corners));
        }
    }
    return add_bytes(digest, reading ? "+" : "-", 1);
}

/* But for the seconds. */
static uint64_t add_history(uint64_t digest, const digitnet_history *history) {
    for (digitnet_metric metric = DIGITNET_METRIC_LOSS; metric < DIGITNET_METRIC_SECONDS; ++metric) {
        size_t count;
        const double *series = digitnet_history_series(&count, history, metric);
        digest = add_bytes(digest, series, count * sizeof *series);
    }
    return digest;
}

uint64_t scenario_digest(const scenario *self) {
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    const digitnet_model *models[] = {self->model, self->loaded, self->recalled, self->copy};
    const digitnet_dataset *datasets[] = {self->raw,    self->compressed, self->train, self->test,
                                          self->copied, self->borrowed,   self->part,  self->source};
    for (size_t i = 0; i < sizeof models / sizeof *models; ++i)
        digest = add_model(digest, models[i]);
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; ++i)
        digest = add_dataset(digest, datasets[i]);
    digest = add_session(digest, self->session);
    digest = add_session(digest, self->second_session);
    digest = add_history(digest, self->history);
    digest = add_history(digest, self->second_history);
    digest = add_bytes(digest, &self->metrics.count, sizeof self->metrics - sizeof(size_t));
    digest = add_bytes(digest, &self->source_metrics.count, sizeof self->source_metrics - sizeof(size_t));
    digest = add_bytes(digest, self->scores, sizeof self->scores);
    digest = add_bytes(digest, self->byte_scores, sizeof self->byte_scores);
    digest = add_bytes(digest, self->session_scores, sizeof self->session_scores);
    digest = add_bytes(digest, self->frame, sizeof self->frame);
    digest = add_bytes(digest, self->strip, sizeof self->strip);
    digest = add_reading(digest, self->digit);
    digest = add_reading(digest, self->line);
    digest = add_reading(digest, self->table);
    digest = add_reading(digest, self->page);
    digest = add_bytes(digest, self->reader ? "+" : "-", 1);
    digest = add_bytes(digest, self->scratch ? "+" : "-", 1);
    digest = add_bytes(digest, self->file, self->file_size);
    digest = add_bytes(digest, &self->borrowed_released, sizeof self->borrowed_released);
    const char *const paths[] = {"model.onnx", "history.csv", "model.onnx.tmp", "history.csv.tmp"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i)
        digest = add_bytes(digest, access(paths[i], F_OK) == 0 ? "+" : "-", 1);
    return digest;
}

void scenario_release(scenario *self) {
    digitnet_model *models[] = {self->model, self->loaded, self->recalled, self->copy};
    digitnet_dataset *datasets[] = {self->raw,    self->compressed, self->train, self->test,
                                    self->copied, self->borrowed,   self->part,  self->source};
    for (size_t i = 0; i < sizeof models / sizeof *models; ++i)
        digitnet_model_free(models[i]);
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; ++i)
        digitnet_dataset_free(datasets[i]);
    digitnet_session_free(self->session);
    digitnet_session_free(self->second_session);
    digitnet_history_free(self->history);
    digitnet_history_free(self->second_history);
    digitnet_reader_free(self->reader);
    digitnet_reader_scratch_free(self->scratch);
    digitnet_reading_free(self->digit);
    digitnet_reading_free(self->line);
    digitnet_reading_free(self->table);
    digitnet_reading_free(self->page);
    unlink("model.onnx");
    unlink("history.csv");
}
