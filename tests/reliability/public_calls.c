#include "public_calls.h"

#define P(index) a[index].pointer
#define N(index) a[index].size
#define I(index) a[index].number
#define R(index) a[index].rate

static int no_loss(const digitnet_loss_range *range, void *user_data) {
    (void)range, (void)user_data;
    return 0;
}

/* X(function, what runs it, kinds of its arguments) */
#define PUBLIC_CALLS(X)                                                                                                \
    X(digitnet_dataset_create_u8, digitnet_dataset_create_u8(P(0), P(1), P(2), N(3), N(4), N(5), N(6)), NEW_DATASET,   \
      BYTES, LABELS, OWN_COUNT, OWN_HEIGHT, OWN_WIDTH, OWN_CHANNELS)                                                   \
    X(digitnet_dataset_create_u8_ex, digitnet_dataset_create_u8_ex(P(0), P(1), P(2), N(3), N(4), N(5), N(6), P(7)),    \
      NEW_DATASET, BYTES, LABELS, OWN_COUNT, OWN_HEIGHT, OWN_WIDTH, OWN_CHANNELS, DATASET_OPTIONS)                     \
    X(digitnet_dataset_create_f32, digitnet_dataset_create_f32(P(0), P(1), P(2), N(3), N(4), N(5), N(6)), NEW_DATASET, \
      PIXELS, LABELS, OWN_COUNT, OWN_HEIGHT, OWN_WIDTH, OWN_CHANNELS)                                                  \
    X(digitnet_dataset_create_f32_ex, digitnet_dataset_create_f32_ex(P(0), P(1), P(2), N(3), N(4), N(5), N(6), P(7)),  \
      NEW_DATASET, PIXELS, LABELS, OWN_COUNT, OWN_HEIGHT, OWN_WIDTH, OWN_CHANNELS, DATASET_OPTIONS)                    \
    X(digitnet_dataset_create_source, digitnet_dataset_create_source(P(0), P(1)), NEW_DATASET, SOURCE_OPTIONS)         \
    X(digitnet_dataset_load_mnist, digitnet_dataset_load_mnist(P(0), P(1), P(2)), NEW_DATASET, NEW_TEST_SET,           \
      PATH_TO_FOLDER)                                                                                                  \
    X(digitnet_dataset_load_mnist_ex, digitnet_dataset_load_mnist_ex(P(0), P(1), P(2), P(3)), NEW_DATASET,             \
      NEW_TEST_SET, PATH_TO_FOLDER, DATASET_LOAD_OPTIONS)                                                              \
    X(digitnet_dataset_load_idx, digitnet_dataset_load_idx(P(0), P(1), P(2)), NEW_DATASET, PATH_TO_IMAGES,             \
      PATH_TO_LABELS)                                                                                                  \
    X(digitnet_dataset_load_idx_ex, digitnet_dataset_load_idx_ex(P(0), P(1), P(2), P(3)), NEW_DATASET, PATH_TO_IMAGES, \
      PATH_TO_LABELS, DATASET_LOAD_OPTIONS)                                                                            \
    X(digitnet_dataset_slice, digitnet_dataset_slice(P(0), P(1), N(2), N(3)), NEW_DATASET, DATASET, SMALL_SIZE,        \
      SMALL_SIZE)                                                                                                      \
    X(digitnet_dataset_augment, digitnet_dataset_augment(P(0), P(1), P(2)), NEW_DATASET, DATASET, AUGMENT_OPTIONS)     \
    X(digitnet_dataset_split, digitnet_dataset_split(P(0), P(1), P(2), R(3), P(4)), NEW_DATASET, NEW_TEST_SET,         \
      DATASET, RATE, SPLIT_OPTIONS)                                                                                    \
    X(digitnet_dataset_count_classes, digitnet_dataset_count_classes(P(0), N(1), P(2)), FLOATS_OUT, OWN_ROOM, DATASET) \
    X(digitnet_dataset_save_idx, digitnet_dataset_save_idx(P(0), P(1), P(2)), DATASET, PATH_TO_WRITE,                  \
      SECOND_PATH_TO_WRITE)                                                                                            \
    X(digitnet_dataset_read, digitnet_dataset_read(P(0), N(1), P(2), N(3), P(4), N(5), N(6)), FLOATS_OUT, ROOM,        \
      LABELS_OUT, ROOM, DATASET, SMALL_SIZE, SMALL_SIZE)                                                               \
    X(digitnet_dataset_read_batch, digitnet_dataset_read_batch(P(0), P(1)), BATCH, DATASET)                            \
    X(digitnet_ctc_decode, digitnet_ctc_decode(P(0), P(1), N(2), N(3), P(4)), NEW_DECODING, PROBABILITIES, OWN_COUNT,  \
      OWN_WIDTH, CTC_OPTIONS)                                                                                          \
    X(digitnet_ctc_decoding_count, (digitnet_ctc_decoding_count(P(0)), NO_STATUS), DECODING)                           \
    X(digitnet_ctc_decoding_describe, digitnet_ctc_decoding_describe(P(0), P(1), N(2)), CTC_SEQUENCE, DECODING,        \
      SMALL_SIZE)                                                                                                      \
    X(digitnet_ctc_decoding_free,                                                                                      \
      (digitnet_ctc_decoding_free(P(0)), own->decoding = P(0) ? NULL : own->decoding, NO_STATUS), DECODING)            \
    X(digitnet_dataset_count, (digitnet_dataset_count(P(0)), NO_STATUS), DATASET)                                      \
    X(digitnet_dataset_describe, digitnet_dataset_describe(P(0), P(1)), DATASET_INFO, DATASET)                         \
    X(digitnet_dataset_free, (digitnet_dataset_free(P(0)), own->data = P(0) ? NULL : own->data, NO_STATUS), DATASET)   \
    X(digitnet_image_frame_digit, digitnet_image_frame_digit(P(0), N(1), P(2)), FLOATS_OUT, ROOM, IMAGE)               \
    X(digitnet_image_frame_line, digitnet_image_frame_line(P(0), N(1), P(2), P(3)), FLOATS_OUT, ROOM, SIZE_OUT, IMAGE) \
    X(digitnet_image_frame_table, digitnet_image_frame_table(P(0), N(1), P(2), P(3), P(4)), FLOATS_OUT, ROOM,          \
      SIZE_OUT, SECOND_SIZE_OUT, TABLE_IMAGE)                                                                          \
    X(digitnet_reader_create, digitnet_reader_create(P(0), P(1), P(2)), NEW_READER, DIGIT_MODEL, LINE_MODEL)           \
    X(digitnet_reader_load, digitnet_reader_load(P(0), P(1), P(2)), NEW_READER, PATH_TO_DIGIT_MODEL,                   \
      PATH_TO_LINE_MODEL)                                                                                              \
    X(digitnet_reader_free, (digitnet_reader_free(P(0)), own->reader = P(0) ? NULL : own->reader, NO_STATUS), READER)  \
    X(digitnet_reader_scratch_create, digitnet_reader_scratch_create(P(0), P(1)), NEW_READER_SCRATCH, READER)          \
    X(digitnet_reader_scratch_free,                                                                                    \
      (digitnet_reader_scratch_free(P(0)), own->scratch = P(0) ? NULL : own->scratch, NO_STATUS), READER_SCRATCH)      \
    X(digitnet_reader_read_digit, digitnet_reader_read_digit(P(0), P(1), P(2), P(3)), NEW_READING, READER_SCRATCH,     \
      IMAGE, READ_OPTIONS)                                                                                             \
    X(digitnet_reader_read_line, digitnet_reader_read_line(P(0), P(1), P(2), P(3)), NEW_READING, READER_SCRATCH,       \
      IMAGE, READ_OPTIONS)                                                                                             \
    X(digitnet_reader_read_table, digitnet_reader_read_table(P(0), P(1), P(2), P(3)), NEW_READING, READER_SCRATCH,     \
      TABLE_IMAGE, READ_OPTIONS)                                                                                       \
    X(digitnet_reader_read_page, digitnet_reader_read_page(P(0), P(1), P(2), P(3)), NEW_READING, READER_SCRATCH,       \
      IMAGE, READ_OPTIONS)                                                                                             \
    X(digitnet_reading_line_count, (digitnet_reading_line_count(P(0)), NO_STATUS), READING)                            \
    X(digitnet_reading_describe_line, digitnet_reading_describe_line(P(0), P(1), N(2)), READING_LINE, READING,         \
      ANY_SIZE)                                                                                                        \
    X(digitnet_reading_describe_character, digitnet_reading_describe_character(P(0), P(1), N(2), N(3)),                \
      READING_CHARACTER, READING, ANY_SIZE, ANY_SIZE)                                                                  \
    X(digitnet_reading_free, (digitnet_reading_free(P(0)), own->reading = P(0) ? NULL : own->reading, NO_STATUS),      \
      READING)                                                                                                         \
    X(digitnet_model_predict, digitnet_model_predict(P(0), N(1), P(2), P(3), N(4)), FLOATS_OUT, ROOM, MODEL, PIXELS,   \
      PIXEL_COUNT)                                                                                                     \
    X(digitnet_model_predict_u8, digitnet_model_predict_u8(P(0), N(1), P(2), P(3), N(4)), FLOATS_OUT, ROOM, MODEL,     \
      BYTES, PIXEL_COUNT)                                                                                              \
    X(digitnet_session_create, digitnet_session_create(P(0), P(1), P(2)), NEW_SESSION, MODEL, SESSION_OPTIONS)         \
    X(digitnet_session_clone, digitnet_session_clone(P(0), P(1)), NEW_SESSION, SESSION)                                \
    X(digitnet_session_run, digitnet_session_run(P(0), N(1), P(2), P(3), N(4)), FLOATS_OUT, ROOM, SESSION, PIXELS,     \
      PIXEL_COUNT)                                                                                                     \
    X(digitnet_session_run_u8, digitnet_session_run_u8(P(0), N(1), P(2), P(3), N(4)), FLOATS_OUT, ROOM, SESSION,       \
      BYTES, PIXEL_COUNT)                                                                                              \
    X(digitnet_session_run_width, digitnet_session_run_width(P(0), N(1), P(2), P(3), N(4), N(5)), FLOATS_OUT, ROOM,    \
      SESSION, PIXELS, PIXEL_COUNT, ANY_SIZE)                                                                          \
    X(digitnet_session_run_width_u8, digitnet_session_run_width_u8(P(0), N(1), P(2), P(3), N(4), N(5)), FLOATS_OUT,    \
      ROOM, SESSION, BYTES, PIXEL_COUNT, ANY_SIZE)                                                                     \
    X(digitnet_session_outputs, digitnet_session_outputs(P(0), P(1), N(2)), SIZE_OUT, SESSION, ANY_SIZE)               \
    X(digitnet_session_free, (digitnet_session_free(P(0)), own->session = P(0) ? NULL : own->session, NO_STATUS),      \
      SESSION)                                                                                                         \
    X(digitnet_model_adapt, digitnet_model_adapt(P(0), P(1), P(2)), MODEL, NORMALIZATION, DATASET)                     \
    X(digitnet_model_create, digitnet_model_create(P(0), N(1), N(2), N(3)), NEW_MODEL, HEIGHT, WIDTH, CHANNELS)        \
    X(digitnet_model_create_ex, digitnet_model_create_ex(P(0), N(1), N(2), N(3), P(4)), NEW_MODEL, HEIGHT, WIDTH,      \
      CHANNELS, MODEL_OPTIONS)                                                                                         \
    X(digitnet_model_clone, digitnet_model_clone(P(0), P(1)), NEW_MODEL, MODEL)                                        \
    X(digitnet_model_free, (digitnet_model_free(P(0)), own->model = P(0) ? NULL : own->model, NO_STATUS), MODEL)       \
    X(digitnet_model_clear_error, (digitnet_model_clear_error(P(0)), NO_STATUS), MODEL)                                \
    X(digitnet_model_describe, digitnet_model_describe(P(0), P(1)), MODEL_INFO, MODEL)                                 \
    X(digitnet_model_describe_layer, digitnet_model_describe_layer(P(0), P(1), N(2)), LAYER_INFO, MODEL, SMALL_SIZE)   \
    X(digitnet_model_describe_tensor, digitnet_model_describe_tensor(P(0), P(1), N(2)), TENSOR_INFO, MODEL,            \
      SMALL_SIZE)                                                                                                      \
    X(digitnet_model_describe_input, digitnet_model_describe_input(P(0), P(1), N(2), N(3)), TEXT_OUT, MODEL,           \
      SMALL_SIZE, ANY_SIZE)                                                                                            \
    X(digitnet_model_set_trainable, digitnet_model_set_trainable(P(0), P(1), I(2)), MODEL, INPUT, FLAG)                \
    X(digitnet_model_set_input_scaling, digitnet_model_set_input_scaling(P(0), R(1), R(2)), MODEL, RATE, RATE)         \
    X(digitnet_model_remove_layers_after, digitnet_model_remove_layers_after(P(0), P(1)), MODEL, LAST_KEPT)            \
    X(digitnet_model_summary, digitnet_model_summary(P(0), N(1), P(2), P(3)), TEXT_OUT, ROOM, SIZE_OUT, MODEL)         \
    X(digitnet_model_get_weights, digitnet_model_get_weights(P(0), N(1), P(2), P(3)), FLOATS_OUT, ROOM, MODEL, TENSOR) \
    X(digitnet_model_set_weights, digitnet_model_set_weights(P(0), P(1), P(2), N(3)), MODEL, TENSOR, WEIGHTS,          \
      WEIGHT_COUNT)                                                                                                    \
    X(digitnet_model_save, digitnet_model_save(P(0), P(1)), MODEL, PATH_TO_WRITE)                                      \
    X(digitnet_model_save_ex, digitnet_model_save_ex(P(0), P(1), P(2)), MODEL, PATH_TO_WRITE, MODEL_SAVE_OPTIONS)      \
    X(digitnet_model_load, digitnet_model_load(P(0), P(1)), NEW_MODEL, PATH_TO_MODEL)                                  \
    X(digitnet_model_load_ex, digitnet_model_load_ex(P(0), P(1), P(2)), NEW_MODEL, PATH_TO_MODEL, MODEL_LOAD_OPTIONS)  \
    X(digitnet_model_save_memory, digitnet_model_save_memory(P(0), N(1), P(2), P(3)), TEXT_OUT, ROOM, SIZE_OUT, MODEL) \
    X(digitnet_model_save_memory_ex, digitnet_model_save_memory_ex(P(0), N(1), P(2), P(3), P(4)), TEXT_OUT, ROOM,      \
      SIZE_OUT, MODEL, MODEL_SAVE_OPTIONS)                                                                             \
    X(digitnet_model_load_memory, digitnet_model_load_memory(P(0), P(1), N(2)), NEW_MODEL, FILE_BYTES, FILE_SIZE)      \
    X(digitnet_model_load_memory_ex, digitnet_model_load_memory_ex(P(0), P(1), N(2), P(3)), NEW_MODEL, FILE_BYTES,     \
      FILE_SIZE, MODEL_LOAD_OPTIONS)                                                                                   \
    X(digitnet_status_string, (digitnet_status_string((digitnet_status)I(0)), NO_STATUS), ENUMERATOR)                  \
    X(digitnet_last_error, (digitnet_last_error(), NO_STATUS), NO_ARGUMENT)                                            \
    X(digitnet_set_error, (digitnet_set_error(P(0)), NO_STATUS), TENSOR)                                               \
    X(digitnet_set_allocator, digitnet_set_allocator(P(0)), ALLOCATOR)                                                 \
    X(digitnet_model_compile, digitnet_model_compile(P(0), (digitnet_optimizer)I(1), (digitnet_loss)I(2)), MODEL,      \
      ENUMERATOR, ENUMERATOR)                                                                                          \
    X(digitnet_model_compile_ex, digitnet_model_compile_ex(P(0), (digitnet_optimizer)I(1), (digitnet_loss)I(2), P(3)), \
      MODEL, ENUMERATOR, ENUMERATOR, COMPILE_OPTIONS)                                                                  \
    X(digitnet_model_set_learning_rate, digitnet_model_set_learning_rate(P(0), R(1)), MODEL, RATE)                     \
    X(digitnet_model_get_learning_rate, digitnet_model_get_learning_rate(P(0), P(1)), RATE_OUT, MODEL)                 \
    X(digitnet_model_finalize_weights, digitnet_model_finalize_weights(P(0)), MODEL)                                   \
    X(digitnet_schedule_rate, digitnet_schedule_rate(P(0), P(1), N(2)), RATE_OUT, SCHEDULE, ANY_SIZE)                  \
    X(digitnet_model_fit, digitnet_model_fit(P(0), P(1), P(2)), MODEL, DATASET, FIT_OPTIONS)                           \
    X(digitnet_model_set_loss, digitnet_model_set_loss(P(0), P(1) ? no_loss : NULL, P(1), NULL), MODEL, PIXELS)        \
    X(digitnet_model_train_batch, digitnet_model_train_batch(P(0), P(1), P(2)), METRICS, MODEL, TRAIN_BATCH)           \
    X(digitnet_model_request_stop, (digitnet_model_request_stop(P(0)), NO_STATUS), MODEL)                              \
    X(digitnet_model_clear_stop, (digitnet_model_clear_stop(P(0)), NO_STATUS), MODEL)                                  \
    X(digitnet_history_series, (digitnet_history_series(P(0), P(1), (digitnet_metric)I(2)), NO_STATUS), SIZE_OUT,      \
      HISTORY, ENUMERATOR)                                                                                             \
    X(digitnet_history_first_epoch, (digitnet_history_first_epoch(P(0)), NO_STATUS), HISTORY)                          \
    X(digitnet_history_stop_reason, (digitnet_history_stop_reason(P(0)), NO_STATUS), HISTORY)                          \
    X(digitnet_history_warning, (digitnet_history_warning(P(0)), NO_STATUS), HISTORY)                                  \
    X(digitnet_history_write_csv, digitnet_history_write_csv(P(0), P(1)), HISTORY, PATH_TO_WRITE)                      \
    X(digitnet_history_free, (digitnet_history_free(P(0)), own->history = P(0) ? NULL : own->history, NO_STATUS),      \
      HISTORY)                                                                                                         \
    X(digitnet_model_evaluate, digitnet_model_evaluate(P(0), P(1), P(2), P(3)), METRICS, MODEL, DATASET,               \
      EVALUATE_OPTIONS)                                                                                                \
    X(digitnet_callback_create_early_stopping, digitnet_callback_create_early_stopping(P(0), P(1)), NEW_CALLBACK,      \
      EARLY_STOPPING_OPTIONS)                                                                                          \
    X(digitnet_callback_create_checkpoint, digitnet_callback_create_checkpoint(P(0), P(1), P(2)), NEW_CALLBACK,        \
      PATH_TO_WRITE, CHECKPOINT_OPTIONS)                                                                               \
    X(digitnet_callback_create_csv_log, digitnet_callback_create_csv_log(P(0), P(1), P(2)), NEW_CALLBACK,              \
      PATH_TO_WRITE, LOG_OPTIONS)                                                                                      \
    X(digitnet_callback_create_learning_rate_log, digitnet_callback_create_learning_rate_log(P(0), P(1), P(2)),        \
      NEW_CALLBACK, PATH_TO_WRITE, LOG_OPTIONS)                                                                        \
    X(digitnet_callback_create_time_limit, digitnet_callback_create_time_limit(P(0), R(1)), NEW_CALLBACK, RATE)        \
    X(digitnet_callback_free, (digitnet_callback_free(P(0)), own->callback = P(0) ? NULL : own->callback, NO_STATUS),  \
      CALLBACK_OBJECT)                                                                                                 \
    X(digitnet_model_predict_dataset, digitnet_model_predict_dataset(P(0), N(1), P(2), P(3), P(4)), FLOATS_OUT, ROOM,  \
      MODEL, DATASET, PREDICT_OPTIONS)                                                                                 \
    X(digitnet_model_report, digitnet_model_report(P(0), P(1), P(2), P(3)), NEW_REPORT, MODEL, DATASET,                \
      REPORT_OPTIONS)                                                                                                  \
    X(digitnet_report_create, digitnet_report_create(P(0), P(1), P(2), N(3), N(4), P(5)), NEW_REPORT, LABELS, LABELS,  \
      OWN_COUNT, OWN_WIDTH, REPORT_OPTIONS)                                                                            \
    X(digitnet_report_describe, digitnet_report_describe(P(0), P(1)), REPORT_INFO, REPORT)                             \
    X(digitnet_report_describe_class, digitnet_report_describe_class(P(0), P(1), N(2)), CLASS_INFO, REPORT,            \
      SMALL_SIZE)                                                                                                      \
    X(digitnet_report_describe_bin, digitnet_report_describe_bin(P(0), P(1), N(2)), BIN_INFO, REPORT, SMALL_SIZE)      \
    X(digitnet_report_confusion, (digitnet_report_confusion(P(0), P(1)), NO_STATUS), SIZE_OUT, REPORT)                 \
    X(digitnet_report_text, digitnet_report_text(P(0), N(1), P(2), P(3)), TEXT_OUT, ROOM, SIZE_OUT, REPORT)            \
    X(digitnet_report_free, (digitnet_report_free(P(0)), own->report = P(0) ? NULL : own->report, NO_STATUS), REPORT)  \
    X(digitnet_wilson_interval, digitnet_wilson_interval(P(0), P(1), N(2), N(3), R(4)), RATE_OUT, RATE_OUT,            \
      SMALL_SIZE, SMALL_SIZE, RATE)                                                                                    \
    X(digitnet_model_input_gradient,                                                                                   \
      digitnet_model_input_gradient(P(0), N(1), P(2), P(3), N(4), N(5), (digitnet_gradient_of)I(6)), FLOATS_OUT, ROOM, \
      MODEL, PIXELS, PIXEL_COUNT, SMALL_SIZE, ENUMERATOR)                                                              \
    X(digitnet_version, (digitnet_version(), NO_STATUS), NO_ARGUMENT)

#define DEFINE_RUN(function, expression, ...)                  \
    static int run_##function(world *own, const argument *a) { \
        (void)own, (void)a;                                    \
        return (int)(expression);                              \
    }
PUBLIC_CALLS(DEFINE_RUN)

#define TABLE_ROW(function, expression, ...) {.name = #function, .run = run_##function, .kinds = {__VA_ARGS__}},
static const public_call other_calls[] = {PUBLIC_CALLS(TABLE_ROW)};
enum { OTHER_CALLS = sizeof other_calls / sizeof *other_calls };

/* ---- Builders, by the table of sample layers ---- */

static int run_builder(world *own, const argument *a) {
    return own->layer->builder->add(P(0), a + 1);
}

static int run_builder_ex(world *own, const argument *a) {
    return own->layer->builder->add_ex(P(0), a + 1, P(1 + count_layer_arguments(own->layer)));
}

static public_call builder_call(const sample_layer *layer, bool with_options) {
    static const argument_kind kinds[] = {[LAYER_SIZE] = SMALL_SIZE,
                                          [LAYER_RATE] = RATE,
                                          [LAYER_ENUMERATOR] = ENUMERATOR,
                                          [LAYER_INPUTS] = INPUTS,
                                          [LAYER_INPUT_COUNT] = INPUT_COUNT};
    public_call call = {.name = with_options ? layer->builder->name_ex : layer->builder->name,
                        .run = with_options ? run_builder_ex : run_builder,
                        .layer = layer,
                        .kinds = {MODEL}};
    size_t count = count_layer_arguments(layer);
    for (size_t i = 0; i < count; i++)
        call.kinds[1 + i] = kinds[layer->arguments[i].kind];
    call.kinds[1 + count] = with_options ? LAYER_OPTIONS : NO_ARGUMENT;
    return call;
}

static size_t count_builders(void) {
    size_t count = 0;
    for (size_t i = 0; i < sample_layer_count; i++)
        count += !sample_layers[i].variation;
    return count;
}

static const sample_layer *builder_at(size_t index) {
    const sample_layer *layer = sample_layers;
    for (; layer->variation || index > 0; layer++)
        index -= !layer->variation;
    return layer;
}

size_t public_call_count(void) {
    return OTHER_CALLS + 2 * count_builders();
}

public_call public_call_at(size_t index) {
    if (index < OTHER_CALLS)
        return other_calls[index];
    return builder_call(builder_at((index - OTHER_CALLS) / 2), (index - OTHER_CALLS) % 2);
}
