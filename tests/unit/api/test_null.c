/* NULL for each pointer of each public function, but for builders: test_builders.c has those. */
#include "misuse.h"
#include "reader_models.h"

/* The default allocator, which may be set while there are no objects. */
static void test_null_allocator(void **state) {
    (void)state;
    expect_ok(digitnet_set_allocator(NULL));
}

static void test_null_in_model(void **state) {
    misuse *own = *state;
    digitnet_model *model;
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    const char *name;
    float values[4];
    char text[4];
    expect_invalid(digitnet_model_create(NULL, 1, 1, 1), "out is NULL");
    expect_invalid(digitnet_model_create_ex(NULL, 1, 1, 1, NULL), "out is NULL");
    expect_invalid(digitnet_model_clone(NULL, own->model), "out is NULL");
    expect_none(&model, digitnet_model_clone(&model, NULL), "model is NULL");
    expect_invalid(digitnet_model_describe(NULL, own->model), "NULL");
    expect_invalid(digitnet_model_describe(&info, NULL), "model is NULL");
    expect_invalid(digitnet_model_describe_layer(NULL, own->model, 0), "NULL");
    expect_invalid(digitnet_model_describe_layer(&layer, NULL, 0), "model is NULL");
    expect_invalid(digitnet_model_describe_tensor(NULL, own->model, 0), "NULL");
    expect_invalid(digitnet_model_describe_tensor(&tensor, NULL, 0), "model is NULL");
    expect_invalid(digitnet_model_describe_input(NULL, own->model, 0, 0), "out is NULL");
    expect_invalid(digitnet_model_describe_input(&name, NULL, 0, 0), "model is NULL");
    expect_invalid(digitnet_model_set_trainable(NULL, NULL, 1), "model is NULL");
    expect_invalid(digitnet_model_summary(text, 4, NULL, NULL), "model is NULL");
    expect_invalid(digitnet_model_summary(NULL, 4, NULL, own->model), "buffer is NULL");
    expect_invalid(digitnet_model_get_weights(NULL, 4, own->model, NULL), "values is NULL");
    expect_invalid(digitnet_model_get_weights(values, 4, NULL, NULL), "model is NULL");
    expect_invalid(digitnet_model_set_weights(NULL, NULL, values, 4), "model is NULL");
    expect_invalid(digitnet_model_set_weights(own->model, NULL, NULL, 4), "values is NULL");
    expect_invalid(digitnet_model_set_input_scaling(NULL, 1, 0), "model is NULL");
    expect_invalid(digitnet_model_remove_layers_after(NULL, "dense"), "model is NULL");
    expect_invalid(digitnet_model_remove_layers_after(own->model, NULL), "layer is NULL");
    digitnet_model_clear_error(NULL);
    digitnet_model_free(NULL);
}

static void test_null_in_files(void **state) {
    misuse *own = *state;
    digitnet_model *model;
    size_t size;
    char bytes[4];
    expect_invalid(digitnet_model_save(NULL, "/nonexistent/x"), "NULL");
    expect_invalid(digitnet_model_save(own->model, NULL), "NULL");
    expect_invalid(digitnet_model_save_ex(NULL, "/nonexistent/x", NULL), "model is NULL");
    expect_invalid(digitnet_model_save_ex(own->model, NULL, NULL), "path is NULL");
    expect_invalid(digitnet_model_load(NULL, "/nonexistent/x"), "NULL");
    expect_none(&model, digitnet_model_load(&model, NULL), "NULL");
    expect_invalid(digitnet_model_load_ex(NULL, "/nonexistent/x", NULL), "NULL");
    expect_none(&model, digitnet_model_load_ex(&model, NULL, NULL), "NULL");
    expect_invalid(digitnet_model_save_memory(NULL, 0, &size, NULL), "NULL");
    expect_invalid(digitnet_model_save_memory(NULL, 4, &size, own->model), "NULL");
    expect_invalid(digitnet_model_save_memory_ex(NULL, 0, &size, NULL, NULL), "model is NULL");
    expect_invalid(digitnet_model_save_memory_ex(NULL, 4, &size, own->model, NULL), "bytes is NULL");
    expect_invalid(digitnet_model_load_memory(NULL, bytes, 4), "NULL");
    expect_none(&model, digitnet_model_load_memory(&model, NULL, 4), "NULL");
    expect_invalid(digitnet_model_load_memory_ex(NULL, bytes, 4, NULL), "NULL");
    expect_none(&model, digitnet_model_load_memory_ex(&model, NULL, 4, NULL), "NULL");
    assert_null(digitnet_history_warning(NULL));
    expect_invalid(digitnet_history_write_csv(NULL, "/nonexistent/x"), "history is NULL");
    expect_invalid(digitnet_history_write_csv(own->history, NULL), "path is NULL");
}

static int no_loss(const digitnet_loss_range *range, void *user_data) {
    (void)range, (void)user_data;
    return 0;
}

static void test_null_in_training(void **state) {
    misuse *own = *state;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_history *history;
    double rate;
    size_t count = 9;
    static const int32_t label;
    expect_invalid(digitnet_model_compile(NULL, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
                   "model is NULL");
    expect_invalid(
        digitnet_model_compile_ex(NULL, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, NULL),
        "model is NULL");
    digitnet_model_request_stop(NULL);
    digitnet_model_clear_stop(NULL);
    expect_invalid(digitnet_model_set_learning_rate(NULL, 0.1), "model is NULL");
    expect_invalid(digitnet_model_get_learning_rate(&rate, NULL), "model is NULL");
    expect_invalid(digitnet_model_get_learning_rate(NULL, own->model), "out is NULL");
    expect_invalid(digitnet_model_finalize_weights(NULL), "model is NULL");
    expect_invalid(digitnet_schedule_rate(NULL, DIGITNET_WITH(digitnet_schedule, .learning_rate = 1), 0),
                   "out is NULL");
    expect_invalid(digitnet_schedule_rate(&rate, NULL, 0), "schedule is NULL");
    expect_none(&history, digitnet_model_fit(NULL, own->data, DIGITNET_WITH(digitnet_fit_options, .history = &history)),
                "model is NULL");
    expect_none(&history,
                digitnet_model_fit(own->model, NULL, DIGITNET_WITH(digitnet_fit_options, .history = &history)),
                "train is NULL");
    expect_none(&history,
                digitnet_model_fit(own->model, own->data,
                                   DIGITNET_WITH(digitnet_fit_options, .history = &history, .callback_count = 1)),
                "callbacks is NULL");
    expect_none(
        &history,
        digitnet_model_fit(own->model, own->data,
                           DIGITNET_WITH(digitnet_fit_options, .history = &history,
                                         DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = NULL, .user_data = NULL)))),
        "callbacks[0].call is NULL");
    const digitnet_train_batch *batch = DIGITNET_WITH(digitnet_train_batch, .count = 1, .labels = &label);
    expect_invalid(digitnet_model_train_batch(NULL, NULL, batch), "model is NULL");
    expect_invalid(digitnet_model_train_batch(NULL, own->model, NULL), "batch is NULL");
    expect_invalid(digitnet_model_train_batch(NULL, own->model, batch), "images and bytes are NULL");
    expect_invalid(digitnet_model_set_loss(NULL, no_loss, NULL, NULL), "model is NULL");
    expect_invalid(digitnet_model_set_loss(own->model, NULL, NULL, NULL), "loss is NULL");
    expect_invalid(digitnet_model_adapt(NULL, "normalization", own->data), "model is NULL");
    expect_invalid(digitnet_model_adapt(own->model, NULL, own->data), "layer is NULL");
    expect_invalid(digitnet_model_adapt(own->model, "normalization", NULL), "dataset is NULL");
    expect_invalid(digitnet_model_evaluate(NULL, own->model, own->data, NULL), "NULL");
    expect_invalid(digitnet_model_evaluate(&metrics, NULL, own->data, NULL), "model is NULL");
    expect_invalid(digitnet_model_evaluate(&metrics, own->model, NULL, NULL), "dataset is NULL");
    assert_null(digitnet_history_series(&count, NULL, DIGITNET_METRIC_LOSS));
    assert_int_equal(count, 0);
    assert_int_equal(digitnet_history_first_epoch(NULL), 0);
    assert_int_equal(digitnet_history_stop_reason(NULL), DIGITNET_STOP_FAILED);
    digitnet_history_free(NULL);
}

static void test_null_in_inference(void **state) {
    misuse *own = *state;
    float scores[SMALL_CLASSES];
    size_t outputs;
    digitnet_session *session;
    expect_invalid(digitnet_model_predict(NULL, 3, own->model, own->image, SMALL_IMAGE), "scores is NULL");
    expect_invalid(digitnet_model_predict(scores, 3, NULL, own->image, SMALL_IMAGE), "model is NULL");
    expect_invalid(digitnet_model_predict(scores, 3, own->model, NULL, SMALL_IMAGE), "images is NULL");
    expect_invalid(digitnet_model_predict_u8(NULL, 3, own->model, own->bytes, SMALL_IMAGE), "scores is NULL");
    expect_invalid(digitnet_model_predict_u8(scores, 3, NULL, own->bytes, SMALL_IMAGE), "model is NULL");
    expect_invalid(digitnet_model_predict_u8(scores, 3, own->model, NULL, SMALL_IMAGE), "images is NULL");
    expect_invalid(digitnet_session_create(NULL, own->model, NULL), "out is NULL");
    expect_none(&session, digitnet_session_create(&session, NULL, NULL), "model is NULL");
    expect_invalid(digitnet_session_clone(NULL, own->session), "out is NULL");
    expect_none(&session, digitnet_session_clone(&session, NULL), "session is NULL");
    expect_invalid(digitnet_session_run(NULL, 3, own->session, own->image, SMALL_IMAGE), "scores is NULL");
    expect_invalid(digitnet_session_run(scores, 3, NULL, own->image, SMALL_IMAGE), "session is NULL");
    expect_invalid(digitnet_session_run(scores, 3, own->session, NULL, SMALL_IMAGE), "images is NULL");
    expect_invalid(digitnet_session_run_u8(NULL, 3, own->session, own->bytes, SMALL_IMAGE), "scores is NULL");
    expect_invalid(digitnet_session_run_u8(scores, 3, NULL, own->bytes, SMALL_IMAGE), "session is NULL");
    expect_invalid(digitnet_session_run_u8(scores, 3, own->session, NULL, SMALL_IMAGE), "images is NULL");
    expect_invalid(digitnet_session_run_width(NULL, 3, own->session, own->image, SMALL_IMAGE, 0), "scores is NULL");
    expect_invalid(digitnet_session_run_width(scores, 3, NULL, own->image, SMALL_IMAGE, 0), "session is NULL");
    expect_invalid(digitnet_session_run_width_u8(scores, 3, own->session, NULL, SMALL_IMAGE, 0), "images is NULL");
    expect_invalid(digitnet_session_outputs(NULL, own->session, 0), "out is NULL");
    expect_invalid(digitnet_session_outputs(&outputs, NULL, 0), "session is NULL");
    digitnet_session_free(NULL);
    expect_invalid(digitnet_model_predict_dataset(NULL, 3, own->model, own->data, NULL), "scores is NULL");
    expect_invalid(digitnet_model_predict_dataset(scores, 3, NULL, own->data, NULL), "model is NULL");
    expect_invalid(digitnet_model_predict_dataset(scores, 3, own->model, NULL, NULL), "dataset is NULL");
}

static void test_null_in_decoding(void **state) {
    misuse *own = *state;
    const digitnet_ctc_options logits = {.struct_size = sizeof logits, .from_logits = 1};
    digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
    digitnet_ctc_decoding *decoding;
    expect_invalid(digitnet_ctc_decode(NULL, own->image, 1, 2, NULL), "out is NULL");
    expect_none(&decoding, digitnet_ctc_decode(&decoding, NULL, 1, 2, NULL), "scores is NULL");
    expect_invalid(digitnet_ctc_decoding_describe(&sequence, NULL, 0), "decoding is NULL");
    assert_int_equal(digitnet_ctc_decoding_count(NULL), 0);
    expect_ok(digitnet_ctc_decode(&decoding, own->image, 1, 2, &logits));
    expect_invalid(digitnet_ctc_decoding_describe(NULL, decoding, 0), "NULL");
    digitnet_ctc_decoding_free(decoding);
    digitnet_ctc_decoding_free(NULL);
}

static void test_null_in_reports(void **state) {
    misuse *own = *state;
    static const int32_t labels[1];
    const digitnet_gradient_of score = DIGITNET_GRADIENT_OF_SCORE;
    digitnet_report *report;
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    digitnet_class_info class_info = DIGITNET_INIT(digitnet_class_info);
    digitnet_bin_info bin = DIGITNET_INIT(digitnet_bin_info);
    size_t classes = 9;
    double end;
    char text[4];
    expect_invalid(digitnet_model_report(NULL, own->model, own->data, NULL), "out is NULL");
    expect_none(&report, digitnet_model_report(&report, NULL, own->data, NULL), "model is NULL");
    expect_none(&report, digitnet_model_report(&report, own->model, NULL, NULL), "dataset is NULL");
    expect_invalid(digitnet_report_create(NULL, own->image, labels, 1, 1, NULL), "out is NULL");
    expect_none(&report, digitnet_report_create(&report, NULL, labels, 1, 1, NULL), "scores is NULL");
    expect_none(&report, digitnet_report_create(&report, own->image, NULL, 1, 1, NULL), "labels is NULL");
    expect_invalid(digitnet_report_describe(&info, NULL), "report is NULL");
    expect_invalid(digitnet_report_describe_class(&class_info, NULL, 0), "report is NULL");
    expect_invalid(digitnet_report_describe_bin(&bin, NULL, 0), "report is NULL");
    expect_ok(digitnet_model_report(&report, own->model, own->data, NULL));
    expect_invalid(digitnet_report_describe(NULL, report), "NULL");
    expect_invalid(digitnet_report_describe_class(NULL, report, 0), "NULL");
    expect_invalid(digitnet_report_describe_bin(NULL, report, 0), "NULL");
    expect_invalid(digitnet_report_text(NULL, 4, NULL, report), "buffer is NULL");
    expect_invalid(digitnet_report_text(text, 4, NULL, NULL), "report is NULL");
    assert_non_null(digitnet_report_confusion(NULL, report));
    assert_null(digitnet_report_confusion(&classes, NULL));
    assert_int_equal(classes, 0);
    digitnet_report_free(report);
    digitnet_report_free(NULL);
    expect_invalid(digitnet_wilson_interval(NULL, &end, 1, 2, 0), "low is NULL");
    expect_invalid(digitnet_wilson_interval(&end, NULL, 1, 2, 0), "high is NULL");
    expect_invalid(digitnet_model_input_gradient(NULL, SMALL_IMAGE, own->model, own->image, SMALL_IMAGE, 0, score),
                   "gradient is NULL");
    expect_invalid(digitnet_model_input_gradient(own->image, SMALL_IMAGE, NULL, own->image, SMALL_IMAGE, 0, score),
                   "model is NULL");
    expect_invalid(digitnet_model_input_gradient(own->image, SMALL_IMAGE, own->model, NULL, SMALL_IMAGE, 0, score),
                   "image is NULL");
}

static void test_null_in_callbacks(void **state) {
    misuse *own = *state;
    digitnet_callback *callback;
    expect_invalid(digitnet_callback_create_early_stopping(NULL, NULL), "out is NULL");
    expect_invalid(digitnet_callback_create_checkpoint(NULL, "x", NULL), "out is NULL");
    expect_none(&callback, digitnet_callback_create_checkpoint(&callback, NULL, NULL), "path is NULL");
    expect_invalid(digitnet_callback_create_csv_log(NULL, "x", NULL), "out is NULL");
    expect_none(&callback, digitnet_callback_create_csv_log(&callback, NULL, NULL), "path is NULL");
    expect_invalid(digitnet_callback_create_learning_rate_log(NULL, "x", NULL), "out is NULL");
    expect_none(&callback, digitnet_callback_create_learning_rate_log(&callback, NULL, NULL), "path is NULL");
    expect_invalid(digitnet_callback_create_time_limit(NULL, 1), "out is NULL");
    expect_none(&callback, digitnet_callback_create_time_limit(&callback, 0), "seconds is 0");
    digitnet_callback_free(NULL);
}

static void test_null_in_datasets_and_images(void **state) {
    misuse *own = *state;
    static const int32_t labels[1];
    digitnet_dataset *out, *other;
    size_t count;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    float frame[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    expect_invalid(digitnet_dataset_create_u8(NULL, own->bytes, labels, 1, 1, 1, 1), "out is NULL");
    expect_none(&out, digitnet_dataset_create_u8(&out, NULL, labels, 1, 1, 1, 1), "images is NULL");
    expect_none(&out, digitnet_dataset_create_u8(&out, own->bytes, NULL, 1, 1, 1, 1), "labels is NULL");
    expect_invalid(digitnet_dataset_create_u8_ex(NULL, own->bytes, labels, 1, 1, 1, 1, NULL), "out is NULL");
    expect_none(&out, digitnet_dataset_create_u8_ex(&out, NULL, labels, 1, 1, 1, 1, NULL), "images is NULL");
    expect_none(&out, digitnet_dataset_create_u8_ex(&out, own->bytes, NULL, 1, 1, 1, 1, NULL), "labels is NULL");
    expect_invalid(digitnet_dataset_create_f32(NULL, own->image, labels, 1, 1, 1, 1), "out is NULL");
    expect_none(&out, digitnet_dataset_create_f32(&out, NULL, labels, 1, 1, 1, 1), "images is NULL");
    expect_none(&out, digitnet_dataset_create_f32(&out, own->image, NULL, 1, 1, 1, 1), "labels is NULL");
    expect_invalid(digitnet_dataset_create_f32_ex(NULL, own->image, labels, 1, 1, 1, 1, NULL), "out is NULL");
    expect_none(&out, digitnet_dataset_create_f32_ex(&out, NULL, labels, 1, 1, 1, 1, NULL), "images is NULL");
    expect_none(&out, digitnet_dataset_create_f32_ex(&out, own->image, NULL, 1, 1, 1, 1, NULL), "labels is NULL");
    expect_invalid(digitnet_dataset_create_source(NULL, DIGITNET_WITH(digitnet_source_options, .count = 1)),
                   "out is NULL");
    expect_none(&out, digitnet_dataset_create_source(&out, NULL), "options is NULL");
    expect_none(&out, digitnet_dataset_create_source(&out, DIGITNET_WITH(digitnet_source_options, .count = 1)),
                "gather is NULL");
    expect_invalid(digitnet_dataset_load_mnist(NULL, NULL, "x"), "both NULL");
    expect_none(&out, digitnet_dataset_load_mnist(&out, NULL, NULL), "folder is NULL");
    expect_invalid(digitnet_dataset_load_mnist_ex(NULL, NULL, "x", NULL), "both NULL");
    expect_none(&out, digitnet_dataset_load_mnist_ex(&out, NULL, NULL, NULL), "folder is NULL");
    expect_invalid(digitnet_dataset_load_idx(NULL, "x", "y"), "out is NULL");
    expect_none(&out, digitnet_dataset_load_idx(&out, NULL, "y"), "images is NULL");
    expect_none(&out, digitnet_dataset_load_idx(&out, "x", NULL), "labels is NULL");
    expect_invalid(digitnet_dataset_load_idx_ex(NULL, "x", "y", NULL), "out is NULL");
    expect_none(&out, digitnet_dataset_load_idx_ex(&out, NULL, "y", NULL), "images is NULL");
    expect_none(&out, digitnet_dataset_load_idx_ex(&out, "x", NULL, NULL), "labels is NULL");
    expect_invalid(digitnet_dataset_slice(NULL, own->data, 0, 1), "out is NULL");
    expect_none(&out, digitnet_dataset_slice(&out, NULL, 0, 1), "dataset is NULL");
    expect_invalid(digitnet_dataset_augment(NULL, own->data, NULL), "out is NULL");
    expect_none(&out, digitnet_dataset_augment(&out, NULL, NULL), "dataset is NULL");
    expect_none(&other, digitnet_dataset_split(NULL, &other, own->data, 0.5, NULL), "first is NULL");
    expect_none(&out, digitnet_dataset_split(&out, NULL, own->data, 0.5, NULL), "second is NULL");
    expect_none(&out, digitnet_dataset_split(&out, &other, NULL, 0.5, NULL), "dataset is NULL");
    expect_invalid(digitnet_dataset_count_classes(NULL, 1, own->data), "counts is NULL");
    expect_invalid(digitnet_dataset_count_classes(&count, 1, NULL), "dataset is NULL");
    expect_invalid(digitnet_dataset_save_idx(NULL, "/nonexistent/x", "/nonexistent/y"), "dataset is NULL");
    expect_invalid(digitnet_dataset_save_idx(own->data, NULL, "/nonexistent/y"), "images is NULL");
    expect_invalid(digitnet_dataset_save_idx(own->data, "/nonexistent/x", NULL), "labels is NULL");
    expect_invalid(digitnet_dataset_read(frame, 1, NULL, 0, NULL, 0, 1), "dataset is NULL");
    expect_invalid(digitnet_dataset_read_batch(NULL, own->data), "batch is NULL");
    expect_invalid(digitnet_dataset_read_batch(DIGITNET_WITH(digitnet_batch, .count = 1), NULL), "dataset is NULL");
    expect_invalid(digitnet_dataset_read_batch(DIGITNET_WITH(digitnet_batch, .count = 1), own->data),
                   "indices is NULL");
    expect_invalid(digitnet_dataset_describe(NULL, own->data), "NULL");
    digitnet_set_error(NULL);
    assert_string_equal(digitnet_last_error(), "digitnet_dataset_info: the pointer to the result is NULL");
    expect_invalid(digitnet_dataset_describe(&info, NULL), "dataset is NULL");
    assert_int_equal(digitnet_dataset_count(NULL), 0);
    digitnet_dataset_free(NULL);
    expect_invalid(digitnet_image_frame_digit(NULL, 784, DIGITNET_WITH(digitnet_image, .width = 1, .height = 1)),
                   "NULL");
    expect_invalid(digitnet_image_frame_digit(frame, 784, NULL), "NULL");
    expect_invalid(digitnet_image_frame_digit(frame, 784, DIGITNET_WITH(digitnet_image, .width = 1, .height = 1)),
                   "NULL");
    const digitnet_image *image = DIGITNET_WITH(digitnet_image, .pixels = own->bytes, .width = 1, .height = 1);
    expect_invalid(digitnet_image_frame_table(NULL, 784, &count, &count, image), "out is NULL");
    expect_invalid(digitnet_image_frame_table(frame, 784, NULL, &count, image), "NULL");
    expect_invalid(digitnet_image_frame_table(frame, 784, &count, NULL, image), "NULL");
    expect_invalid(digitnet_image_frame_table(frame, 784, &count, &count, NULL), "image is NULL");
    expect_invalid(digitnet_image_frame_line(NULL, 784, &count, image), "out is NULL");
    expect_invalid(digitnet_image_frame_line(frame, 784, NULL, image), "width is NULL");
    expect_invalid(digitnet_image_frame_line(frame, 784, &count, NULL), "image is NULL");
    expect_invalid(
        digitnet_image_frame_line(frame, 784, &count, DIGITNET_WITH(digitnet_image, .width = 1, .height = 1)),
        "pixels is NULL");
}

static void test_null_in_reader(void **state) {
    misuse *own = *state;
    static const float logits[10];
    const digitnet_image *image = DIGITNET_WITH(digitnet_image, .pixels = own->bytes, .width = 1, .height = 1);
    digitnet_model *model = make_constant_digit_model(logits, 10);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *reading;
    expect_invalid(digitnet_reader_create(NULL, model, NULL), "out is NULL");
    expect_none(&reader, digitnet_reader_create(&reader, NULL, NULL), "digit and line are NULL");
    expect_invalid(digitnet_reader_load(NULL, "/nonexistent/x", NULL), "out is NULL");
    expect_none(&reader, digitnet_reader_load(&reader, NULL, NULL), "digit and line are NULL");
    expect_ok(digitnet_reader_create(&reader, model, NULL));
    expect_invalid(digitnet_reader_scratch_create(NULL, reader), "out is NULL");
    expect_none(&scratch, digitnet_reader_scratch_create(&scratch, NULL), "reader is NULL");
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    expect_invalid(digitnet_reader_read_digit(NULL, scratch, image, NULL), "out is NULL");
    expect_none(&reading, digitnet_reader_read_digit(&reading, NULL, image, NULL), "scratch is NULL");
    expect_none(&reading, digitnet_reader_read_digit(&reading, scratch, NULL, NULL), "image is NULL");
    expect_invalid(digitnet_reader_read_line(NULL, scratch, image, NULL), "out is NULL");
    expect_none(&reading, digitnet_reader_read_line(&reading, NULL, image, NULL), "scratch is NULL");
    expect_none(&reading, digitnet_reader_read_line(&reading, scratch, NULL, NULL), "image is NULL");
    expect_invalid(digitnet_reader_read_table(NULL, scratch, image, NULL), "out is NULL");
    expect_none(&reading, digitnet_reader_read_table(&reading, NULL, image, NULL), "scratch is NULL");
    expect_none(&reading, digitnet_reader_read_table(&reading, scratch, NULL, NULL), "image is NULL");
    expect_invalid(digitnet_reader_read_page(NULL, scratch, image, NULL), "out is NULL");
    expect_none(&reading, digitnet_reader_read_page(&reading, NULL, image, NULL), "scratch is NULL");
    expect_none(&reading, digitnet_reader_read_page(&reading, scratch, NULL, NULL), "image is NULL");
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_scratch_free(NULL);
    digitnet_reader_free(reader);
    digitnet_reader_free(NULL);
    digitnet_model_free(model);
}

static void test_null_in_readings(void **state) {
    misuse *own = *state;
    static const float logits[10];
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    digitnet_model *model = make_constant_digit_model(logits, 10);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *reading;
    expect_ok(digitnet_reader_create(&reader, model, NULL));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    expect_ok(digitnet_reader_read_digit(
        &reading, scratch, DIGITNET_WITH(digitnet_image, .pixels = own->bytes, .width = 1, .height = 1), NULL));
    assert_int_equal(digitnet_reading_line_count(NULL), 0);
    expect_invalid(digitnet_reading_describe_line(NULL, reading, 0), "NULL");
    expect_invalid(digitnet_reading_describe_line(&line, NULL, 0), "reading is NULL");
    expect_invalid(digitnet_reading_describe_character(NULL, reading, 0, 0), "NULL");
    expect_invalid(digitnet_reading_describe_character(&character, NULL, 0, 0), "reading is NULL");
    digitnet_reading_free(reading);
    digitnet_reading_free(NULL);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        misuse_test(test_null_in_model),       misuse_test(test_null_in_files),
        misuse_test(test_null_in_training),    misuse_test(test_null_in_inference),
        misuse_test(test_null_in_decoding),    misuse_test(test_null_in_reports),
        misuse_test(test_null_in_callbacks),   misuse_test(test_null_in_datasets_and_images),
        misuse_test(test_null_in_reader),      misuse_test(test_null_in_readings),
        cmocka_unit_test(test_null_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
