#include "struct_cases.h"

#include "reader_models.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- Options: each call succeeds with valid ones, and releases what it makes. ---- */

static digitnet_status create_model(misuse *own, void *options) {
    (void)own;
    digitnet_model *model;
    digitnet_status status = digitnet_model_create_ex(&model, 2, 2, 1, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status compile_for(misuse *own, digitnet_optimizer optimizer, const digitnet_compile_options *options) {
    digitnet_model *model;
    expect_ok(digitnet_model_clone(&model, own->draft));
    digitnet_status status =
        digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status compile(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_ADAM, options);
}

static digitnet_status compile_sgd(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .sgd = options));
}

static digitnet_status compile_adam(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = options));
}

static digitnet_status compile_loss(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .loss = options));
}

static digitnet_status train_batch(misuse *own, void *batch) {
    digitnet_model *model;
    expect_ok(digitnet_model_clone(&model, own->model));
    digitnet_status status = digitnet_model_train_batch(NULL, model, batch);
    digitnet_model_free(model);
    return status;
}

static digitnet_status compile_nadam(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_NADAM, DIGITNET_WITH(digitnet_compile_options, .nadam = options));
}

static digitnet_status compile_rmsprop(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_RMSPROP, DIGITNET_WITH(digitnet_compile_options, .rmsprop = options));
}

static digitnet_status compile_lion(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_LION, DIGITNET_WITH(digitnet_compile_options, .lion = options));
}

static digitnet_status compile_schedule(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .schedule = options));
}

static digitnet_status compile_plateau(misuse *own, void *options) {
    return compile_for(own, DIGITNET_OPTIMIZER_SGD,
                       DIGITNET_WITH(digitnet_compile_options, .reduce_on_plateau = options));
}

static digitnet_status schedule_rate(misuse *own, void *schedule) {
    (void)own;
    double rate;
    return digitnet_schedule_rate(&rate, schedule, 1);
}

static digitnet_status fit_model(misuse *own, void *options) {
    digitnet_model *model;
    expect_ok(digitnet_model_clone(&model, own->model));
    digitnet_status status = digitnet_model_fit(model, own->data, options);
    digitnet_model_free(model);
    return status;
}

static int go_on(const digitnet_event *event, void *user_data) {
    (void)event, (void)user_data;
    return DIGITNET_CALLBACK_CONTINUE;
}

static digitnet_status fit_with_callback(misuse *own, void *callback) {
    return fit_model(own, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(callback)));
}

/* Of one process: nothing is moved. */
static int all_gather(void *buffer, const size_t *bytes, void *user_data) {
    (void)buffer, (void)bytes, (void)user_data;
    return 0;
}

static int all_to_all(void *received, const size_t *received_bytes, const void *sent, const size_t *sent_bytes,
                      void *user_data) {
    (void)received, (void)received_bytes, (void)sent, (void)sent_bytes, (void)user_data;
    return 0;
}

static int broadcast(void *buffer, size_t bytes, size_t root, void *user_data) {
    (void)buffer, (void)bytes, (void)root, (void)user_data;
    return 0;
}

static digitnet_status fit_with_communicator(misuse *own, void *communicator) {
    return fit_model(own, DIGITNET_WITH(digitnet_fit_options, .communicator = communicator));
}

static digitnet_status evaluate(misuse *own, void *options) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    return digitnet_model_evaluate(&metrics, own->model, own->data, options);
}

static digitnet_status create_early_stopping(misuse *own, void *options) {
    (void)own;
    digitnet_callback *callback;
    digitnet_status status = digitnet_callback_create_early_stopping(&callback, options);
    digitnet_callback_free(callback);
    return status;
}

static digitnet_status create_checkpoint(misuse *own, void *options) {
    (void)own;
    digitnet_callback *callback;
    digitnet_status status = digitnet_callback_create_checkpoint(&callback, "x", options);
    digitnet_callback_free(callback);
    return status;
}

static digitnet_status create_csv_log(misuse *own, void *options) {
    (void)own;
    digitnet_callback *callback;
    digitnet_status status = digitnet_callback_create_csv_log(&callback, "x", options);
    digitnet_callback_free(callback);
    return status;
}

static digitnet_status create_learning_rate_log(misuse *own, void *options) {
    (void)own;
    digitnet_callback *callback;
    digitnet_status status = digitnet_callback_create_learning_rate_log(&callback, "x", options);
    digitnet_callback_free(callback);
    return status;
}

static digitnet_status predict_dataset(misuse *own, void *options) {
    float scores[MISUSE_IMAGES * SMALL_CLASSES];
    return digitnet_model_predict_dataset(scores, MISUSE_IMAGES * SMALL_CLASSES, own->model, own->data, options);
}

static digitnet_status report_model(misuse *own, void *options) {
    digitnet_report *report;
    digitnet_status status = digitnet_model_report(&report, own->model, own->data, options);
    digitnet_report_free(report);
    return status;
}

static digitnet_status report_predictions(misuse *own, void *options) {
    return report_model(own, DIGITNET_WITH(digitnet_report_options, .predict = options));
}

static digitnet_status report_scores(misuse *own, void *options) {
    (void)own;
    static const float score[1] = {0.25f};
    static const int32_t label[1];
    digitnet_report *report;
    digitnet_status status = digitnet_report_create(&report, score, label, 1, 1, options);
    digitnet_report_free(report);
    return status;
}

static digitnet_status decode(misuse *own, void *options) {
    (void)own;
    static const float scores[2] = {0.25f, 0.75f};
    digitnet_ctc_decoding *decoding;
    digitnet_status status = digitnet_ctc_decode(&decoding, scores, 1, 2, options);
    digitnet_ctc_decoding_free(decoding);
    return status;
}

static digitnet_status create_session(misuse *own, void *options) {
    digitnet_session *session;
    digitnet_status status = digitnet_session_create(&session, own->model, options);
    digitnet_session_free(session);
    return status;
}

static digitnet_status save_model_file(misuse *own, void *options) {
    char path[96];
    temporary_folder folder = make_folder();
    snprintf(path, sizeof path, "%s/model.onnx", folder.path);
    digitnet_status status = digitnet_model_save_ex(own->model, path, options);
    unlink(path);
    rmdir(folder.path);
    return status;
}

static digitnet_status save_model(misuse *own, void *options) {
    static unsigned char bytes[1 << 16];
    return digitnet_model_save_memory_ex(bytes, sizeof bytes, NULL, own->model, options);
}

static digitnet_status load_model_file(misuse *own, void *options) {
    char path[96];
    temporary_folder folder = make_folder();
    snprintf(path, sizeof path, "%s/model.onnx", folder.path);
    expect_ok(digitnet_model_save(own->model, path));
    digitnet_model *model;
    digitnet_status status = digitnet_model_load_ex(&model, path, options);
    digitnet_model_free(model);
    unlink(path);
    rmdir(folder.path);
    return status;
}

static digitnet_status load_model(misuse *own, void *options) {
    size_t size;
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, own->model), DIGITNET_EBUFFER, "");
    unsigned char *bytes = must_allocate(size);
    expect_ok(digitnet_model_save_memory(bytes, size, NULL, own->model));
    digitnet_model *model;
    digitnet_status status = digitnet_model_load_memory_ex(&model, bytes, size, options);
    digitnet_model_free(model);
    free(bytes);
    return status;
}

static digitnet_status create_dataset(misuse *own, void *options) {
    static const int32_t label[1];
    digitnet_dataset *data;
    digitnet_status status = digitnet_dataset_create_u8_ex(&data, own->bytes, label, 1, 1, 1, 1, options);
    digitnet_dataset_free(data);
    return status;
}

static digitnet_status create_float_dataset(misuse *own, void *options) {
    static const int32_t label[1];
    digitnet_dataset *data;
    digitnet_status status = digitnet_dataset_create_f32_ex(&data, own->image, label, 1, 1, 1, 1, options);
    digitnet_dataset_free(data);
    return status;
}

static digitnet_status create_source(misuse *own, void *options) {
    (void)own;
    digitnet_dataset *data;
    digitnet_status status = digitnet_dataset_create_source(&data, options);
    digitnet_dataset_free(data);
    return status;
}

static digitnet_status read_batch(misuse *own, void *batch) {
    return digitnet_dataset_read_batch(batch, own->data);
}

static digitnet_status augment(misuse *own, void *options) {
    digitnet_dataset *augmented;
    digitnet_status status = digitnet_dataset_augment(&augmented, own->data, options);
    digitnet_dataset_free(augmented);
    return status;
}

static digitnet_status split(misuse *own, void *options) {
    digitnet_dataset *first, *second;
    digitnet_status status = digitnet_dataset_split(&first, &second, own->data, 0.5, options);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
    return status;
}

static digitnet_status load_mnist(misuse *own, void *options) {
    (void)own;
    digitnet_dataset *test;
    digitnet_status status = digitnet_dataset_load_mnist_ex(NULL, &test, "data/mnist-subset", options);
    digitnet_dataset_free(test);
    return status;
}

static digitnet_status load_dataset(misuse *own, void *options) {
    (void)own;
    digitnet_dataset *data;
    digitnet_status status = digitnet_dataset_load_idx_ex(&data, "data/mnist-subset/t10k-images-idx3-ubyte.gz",
                                                          "data/mnist-subset/t10k-labels-idx1-ubyte.gz", options);
    digitnet_dataset_free(data);
    return status;
}

static digitnet_status frame_digit(misuse *own, void *options) {
    (void)own;
    float frame[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    return digitnet_image_frame_digit(frame, sizeof frame / sizeof *frame, options);
}

enum { PICTURE_SIDE = 120 };
static uint8_t strokes_picture[PICTURE_SIDE * PICTURE_SIDE], table_picture[PICTURE_SIDE * PICTURE_SIDE];

/* A stroke in the middle; and a table of 2 x 2 cells. */
static void draw_pictures(void) {
    memset(strokes_picture, 240, sizeof strokes_picture);
    memset(table_picture, 240, sizeof table_picture);
    for (size_t i = 0; i < PICTURE_SIDE; i++) {
        if (i >= 40 && i < 80)
            memset(strokes_picture + i * PICTURE_SIDE + 58, 20, 4);
        for (size_t rule = 10; rule <= 110 && i >= 10 && i <= 111; rule += 50)
            table_picture[i * PICTURE_SIDE + rule] = table_picture[rule * PICTURE_SIDE + i] =
                table_picture[i * PICTURE_SIDE + rule + 1] = table_picture[(rule + 1) * PICTURE_SIDE + i] = 20;
    }
}

static digitnet_status frame_table(misuse *own, void *options) {
    (void)own;
    static float frames[4 * DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    size_t rows = 2, columns = 2;
    draw_pictures();
    return digitnet_image_frame_table(frames, sizeof frames / sizeof *frames, &rows, &columns, options);
}

static digitnet_status frame_line(misuse *own, void *options) {
    (void)own;
    float frame[DIGITNET_LINE_HEIGHT * 64];
    draw_pictures();
    size_t width;
    return digitnet_image_frame_line(frame, sizeof frame / sizeof *frame, &width, options);
}

static digitnet_reader_scratch *make_scratch(void) {
    static const float logits[10];
    digitnet_model *digit = make_constant_digit_model(logits, 10), *line = make_stroke_line_model(0);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    expect_ok(digitnet_reader_create(&reader, digit, line));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    digitnet_reader_free(reader);
    digitnet_model_free(digit);
    digitnet_model_free(line);
    return scratch;
}

/* Releases what a call that read was made with, and what it made. */
static digitnet_status end_reading(digitnet_status status, digitnet_reading **reading,
                                   digitnet_reader_scratch *scratch) {
    digitnet_reading_free(*reading);
    digitnet_reader_scratch_free(scratch);
    return status;
}

static digitnet_status read_digit(const void *image, const void *options) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_reading *reading;
    return end_reading(digitnet_reader_read_digit(&reading, scratch, image, options), &reading, scratch);
}

static digitnet_status read_line(const void *image, const void *options) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_reading *reading;
    return end_reading(digitnet_reader_read_line(&reading, scratch, image, options), &reading, scratch);
}

static digitnet_status read_table(const void *image, const void *options) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_reading *reading;
    return end_reading(digitnet_reader_read_table(&reading, scratch, image, options), &reading, scratch);
}

static digitnet_status read_page(const void *image, const void *options) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_reading *reading;
    return end_reading(digitnet_reader_read_page(&reading, scratch, image, options), &reading, scratch);
}

static int gather_nothing(digitnet_batch *batch, void *user_data) {
    (void)batch, (void)user_data;
    return 0;
}

static const digitnet_callback valid_callback = {.struct_size = sizeof valid_callback, .call = go_on};
static const digitnet_communicator valid_communicator = {.struct_size = sizeof valid_communicator,
                                                         .size = 1,
                                                         .all_gather = all_gather,
                                                         .all_to_all = all_to_all,
                                                         .broadcast = broadcast};
static const digitnet_adam_options valid_adam = DIGITNET_ADAM_INIT;
static const digitnet_loss_options valid_loss = DIGITNET_LOSS_INIT;
static const digitnet_nadam_options valid_nadam = DIGITNET_NADAM_INIT;
static const digitnet_rmsprop_options valid_rmsprop = DIGITNET_RMSPROP_INIT;
static const digitnet_lion_options valid_lion = DIGITNET_LION_INIT;
static const digitnet_schedule valid_schedule = {.struct_size = sizeof valid_schedule, .learning_rate = 0.1};
static const digitnet_reduce_on_plateau valid_plateau = DIGITNET_REDUCE_ON_PLATEAU_INIT;
static const digitnet_source_options valid_source = {
    .struct_size = sizeof valid_source, .count = 1, .height = 1, .width = 1, .channels = 1, .gather = gather_nothing};
static const size_t first_sample[1];
static const float first_image[SMALL_IMAGE];
static const int32_t first_label[1];
static const digitnet_train_batch valid_train_batch = {
    .struct_size = sizeof valid_train_batch, .count = 1, .images = first_image, .labels = first_label};
static const digitnet_batch valid_batch = {.struct_size = sizeof valid_batch, .count = 1, .indices = first_sample};
static const uint8_t picture[100] = {
    [34] = 255, [35] = 255, [44] = 255, [45] = 255, [54] = 255, [55] = 255, [64] = 255};
static const digitnet_image valid_image = {
    .struct_size = sizeof valid_image, .pixels = picture, .width = 10, .height = 10};
static const digitnet_image valid_line = {
    .struct_size = sizeof valid_line, .pixels = strokes_picture, .width = PICTURE_SIDE, .height = PICTURE_SIDE};
static const digitnet_image valid_table = {
    .struct_size = sizeof valid_table, .pixels = table_picture, .width = PICTURE_SIDE, .height = PICTURE_SIDE};

static digitnet_status read_digit_of(misuse *own, void *image) {
    (void)own;
    return read_digit(image, NULL);
}

static digitnet_status read_line_of(misuse *own, void *image) {
    (void)own;
    return read_line(image, NULL);
}

static digitnet_status read_table_of(misuse *own, void *image) {
    (void)own;
    return read_table(image, NULL);
}

static digitnet_status read_page_of(misuse *own, void *image) {
    (void)own;
    return read_page(image, NULL);
}

static digitnet_status read_digit_with(misuse *own, void *options) {
    (void)own;
    return read_digit(&valid_image, options);
}

static digitnet_status read_line_with(misuse *own, void *options) {
    (void)own;
    return read_line(&valid_image, options);
}

static digitnet_status read_table_with(misuse *own, void *options) {
    (void)own;
    return read_table(&valid_image, options);
}

static digitnet_status read_page_with(misuse *own, void *options) {
    (void)own;
    return read_page(&valid_image, options);
}

/* `last` is the last field that the struct had in the first release. */
#define CASE(function, type, last, valid, call) \
    { #function, #type, sizeof(type), offsetof(type, last) + sizeof(((type *)0)->last), valid, call, NULL }

static const struct_case other_cases[] = {
    CASE(digitnet_model_create_ex, digitnet_model_options, max_multiply_adds, NULL, create_model),
    CASE(digitnet_model_compile_ex, digitnet_compile_options, loss, NULL, compile),
    CASE(digitnet_model_compile_ex, digitnet_sgd_options, reserved_2, NULL, compile_sgd),
    CASE(digitnet_model_compile_ex, digitnet_adam_options, reserved_2, &valid_adam, compile_adam),
    CASE(digitnet_model_compile_ex, digitnet_nadam_options, momentum_decay, &valid_nadam, compile_nadam),
    CASE(digitnet_model_compile_ex, digitnet_rmsprop_options, pytorch_epsilon, &valid_rmsprop, compile_rmsprop),
    CASE(digitnet_model_compile_ex, digitnet_lion_options, beta_2, &valid_lion, compile_lion),
    CASE(digitnet_model_compile_ex, digitnet_schedule, staircase, &valid_schedule, compile_schedule),
    CASE(digitnet_schedule_rate, digitnet_schedule, staircase, &valid_schedule, schedule_rate),
    CASE(digitnet_model_compile_ex, digitnet_reduce_on_plateau, reserved_2, &valid_plateau, compile_plateau),
    CASE(digitnet_model_compile_ex, digitnet_loss_options, class_balancing, &valid_loss, compile_loss),
    CASE(digitnet_model_train_batch, digitnet_train_batch, threads, &valid_train_batch, train_batch),
    CASE(digitnet_model_fit, digitnet_fit_options, bind_threads, NULL, fit_model),
    CASE(digitnet_model_evaluate, digitnet_evaluate_options, batch_size, NULL, evaluate),
    CASE(digitnet_model_fit, digitnet_callback, reserved, &valid_callback, fit_with_callback),
    CASE(digitnet_model_fit, digitnet_communicator, user_data, &valid_communicator, fit_with_communicator),
    CASE(digitnet_callback_create_early_stopping, digitnet_early_stopping_options, restore_best, NULL,
         create_early_stopping),
    CASE(digitnet_callback_create_checkpoint, digitnet_checkpoint_options, best_only, NULL, create_checkpoint),
    CASE(digitnet_callback_create_csv_log, digitnet_log_options, every_batch, NULL, create_csv_log),
    CASE(digitnet_callback_create_learning_rate_log, digitnet_log_options, every_batch, NULL, create_learning_rate_log),
    CASE(digitnet_model_predict_dataset, digitnet_predict_options, user_data, NULL, predict_dataset),
    CASE(digitnet_model_report, digitnet_predict_options, user_data, NULL, report_predictions),
    CASE(digitnet_model_report, digitnet_report_options, confidence, NULL, report_model),
    CASE(digitnet_report_create, digitnet_report_options, confidence, NULL, report_scores),
    CASE(digitnet_ctc_decode, digitnet_ctc_options, reserved, NULL, decode),
    CASE(digitnet_session_create, digitnet_session_options, threads, NULL, create_session),
    CASE(digitnet_model_save_memory_ex, digitnet_model_save_options, reserved, NULL, save_model),
    CASE(digitnet_model_save_ex, digitnet_model_save_options, reserved, NULL, save_model_file),
    CASE(digitnet_model_load_memory_ex, digitnet_model_load_options, skip_training, NULL, load_model),
    CASE(digitnet_model_load_ex, digitnet_model_load_options, skip_training, NULL, load_model_file),
    CASE(digitnet_dataset_create_u8_ex, digitnet_dataset_options, reserved, NULL, create_dataset),
    CASE(digitnet_dataset_create_f32_ex, digitnet_dataset_options, reserved, NULL, create_float_dataset),
    CASE(digitnet_dataset_create_source, digitnet_source_options, weighted, &valid_source, create_source),
    CASE(digitnet_dataset_read_batch, digitnet_batch, sample_weights, &valid_batch, read_batch),
    CASE(digitnet_dataset_load_idx_ex, digitnet_dataset_load_options, transpose, NULL, load_dataset),
    CASE(digitnet_dataset_load_mnist_ex, digitnet_dataset_load_options, transpose, NULL, load_mnist),
    CASE(digitnet_dataset_augment, digitnet_augment_options, max_value, NULL, augment),
    CASE(digitnet_dataset_split, digitnet_split_options, stratified, NULL, split),
    CASE(digitnet_image_frame_digit, digitnet_image, max_pixels, &valid_image, frame_digit),
    CASE(digitnet_image_frame_line, digitnet_image, max_pixels, &valid_line, frame_line),
    CASE(digitnet_image_frame_table, digitnet_image, max_pixels, &valid_table, frame_table),
    CASE(digitnet_reader_read_digit, digitnet_image, max_pixels, &valid_image, read_digit_of),
    CASE(digitnet_reader_read_line, digitnet_image, max_pixels, &valid_image, read_line_of),
    CASE(digitnet_reader_read_table, digitnet_image, max_pixels, &valid_image, read_table_of),
    CASE(digitnet_reader_read_page, digitnet_image, max_pixels, &valid_image, read_page_of),
    CASE(digitnet_reader_read_digit, digitnet_read_options, separators, NULL, read_digit_with),
    CASE(digitnet_reader_read_line, digitnet_read_options, separators, NULL, read_line_with),
    CASE(digitnet_reader_read_table, digitnet_read_options, separators, NULL, read_table_with),
    CASE(digitnet_reader_read_page, digitnet_read_options, separators, NULL, read_page_with),
};
enum { OTHER_CASES = sizeof other_cases / sizeof *other_cases };

/* Those of layers follow, by the table of samples. */
size_t option_case_count(void) {
    return OTHER_CASES + sample_layer_count;
}

struct_case option_case_at(size_t index) {
    if (index < OTHER_CASES)
        return other_cases[index];
    const sample_layer *layer = &sample_layers[index - OTHER_CASES];
    return (struct_case){.function = layer->builder->name_ex,
                         .type = layer->builder->options,
                         .size = layer->builder->options_size,
                         .first_size = layer->builder->first_options_size,
                         .valid = layer->options,
                         .layer = layer};
}

static digitnet_status add_layer(const sample_layer *layer, const void *options) {
    argument arguments[MOST_LAYER_ARGUMENTS];
    digitnet_model *model = make_sample_inputs(layer);
    copy_layer_arguments(arguments, layer);
    digitnet_status status = layer->builder->add_ex(model, arguments, options);
    digitnet_model_free(model);
    return status;
}

digitnet_status run_struct_case(const struct_case *tested, misuse *own, void *options_or_result) {
    return tested->layer ? add_layer(tested->layer, options_or_result) : tested->call(own, options_or_result);
}

/* ---- Results ---- */

static digitnet_status describe_model(misuse *own, void *out) {
    return digitnet_model_describe(out, own->model);
}

static digitnet_status describe_layer(misuse *own, void *out) {
    return digitnet_model_describe_layer(out, own->model, 0);
}

static digitnet_status describe_tensor(misuse *own, void *out) {
    return digitnet_model_describe_tensor(out, own->model, 0);
}

static digitnet_status describe_dataset(misuse *own, void *out) {
    return digitnet_dataset_describe(out, own->data);
}

static digitnet_status measure(misuse *own, void *out) {
    return digitnet_model_evaluate(out, own->model, own->data, NULL);
}

static digitnet_status describe_report_by(misuse *own, void *out,
                                          digitnet_status (*describe)(void *out, const digitnet_report *report)) {
    digitnet_report *report;
    expect_ok(digitnet_model_report(&report, own->model, own->data, NULL));
    digitnet_status status = describe(out, report);
    digitnet_report_free(report);
    return status;
}

static digitnet_status whole_of(void *out, const digitnet_report *report) {
    return digitnet_report_describe(out, report);
}

static digitnet_status class_of(void *out, const digitnet_report *report) {
    return digitnet_report_describe_class(out, report, 0);
}

static digitnet_status bin_of(void *out, const digitnet_report *report) {
    return digitnet_report_describe_bin(out, report, 0);
}

static digitnet_status describe_report(misuse *own, void *out) {
    return describe_report_by(own, out, whole_of);
}

static digitnet_status describe_class(misuse *own, void *out) {
    return describe_report_by(own, out, class_of);
}

static digitnet_status describe_bin(misuse *own, void *out) {
    return describe_report_by(own, out, bin_of);
}

static digitnet_status describe_sequence(misuse *own, void *out) {
    (void)own;
    static const float scores[2] = {0.25f, 0.75f};
    digitnet_ctc_decoding *decoding;
    expect_ok(digitnet_ctc_decode(&decoding, scores, 1, 2, NULL));
    digitnet_status status = digitnet_ctc_decoding_describe(out, decoding, 0);
    digitnet_ctc_decoding_free(decoding);
    return status;
}

static digitnet_status describe_reading_by(void *out,
                                           digitnet_status (*describe)(void *out, const digitnet_reading *reading)) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_digit(&reading, scratch, &valid_image, NULL));
    digitnet_status status = describe(out, reading);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
    return status;
}

static digitnet_status line_of(void *out, const digitnet_reading *reading) {
    return digitnet_reading_describe_line(out, reading, 0);
}

static digitnet_status character_of(void *out, const digitnet_reading *reading) {
    return digitnet_reading_describe_character(out, reading, 0, 0);
}

static digitnet_status describe_reading_line(misuse *own, void *out) {
    (void)own;
    return describe_reading_by(out, line_of);
}

static digitnet_status describe_reading_character(misuse *own, void *out) {
    (void)own;
    return describe_reading_by(out, character_of);
}

const struct_case result_cases[] = {
    CASE(digitnet_model_describe, digitnet_model_info, reserved, NULL, describe_model),
    CASE(digitnet_model_describe_layer, digitnet_layer_info, trainable, NULL, describe_layer),
    CASE(digitnet_model_describe_tensor, digitnet_tensor_info, reserved, NULL, describe_tensor),
    CASE(digitnet_dataset_describe, digitnet_dataset_info, reserved, NULL, describe_dataset),
    CASE(digitnet_model_evaluate, digitnet_metrics, accuracy, NULL, measure),
    CASE(digitnet_report_describe, digitnet_report_info, weighted_f1, NULL, describe_report),
    CASE(digitnet_report_describe_class, digitnet_class_info, f1, NULL, describe_class),
    CASE(digitnet_report_describe_bin, digitnet_bin_info, accuracy, NULL, describe_bin),
    CASE(digitnet_ctc_decoding_describe, digitnet_ctc_sequence, log_probability, NULL, describe_sequence),
    CASE(digitnet_reading_describe_line, digitnet_reading_line, reserved, NULL, describe_reading_line),
    CASE(digitnet_reading_describe_character, digitnet_reading_character, reserved, NULL, describe_reading_character),
};
const size_t result_case_count = sizeof result_cases / sizeof *result_cases;
