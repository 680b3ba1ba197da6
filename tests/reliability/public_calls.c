#include "public_calls.h"

#define P(index) a[index].pointer
#define N(index) a[index].size
#define I(index) a[index].number
#define R(index) a[index].rate

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
    X(digitnet_dataset_count, (digitnet_dataset_count(P(0)), 0), DATASET)                                              \
    X(digitnet_dataset_describe, digitnet_dataset_describe(P(0), P(1)), DATASET_INFO, DATASET)                         \
    X(digitnet_dataset_free, (digitnet_dataset_free(P(0)), own->data = P(0) ? NULL : own->data, 0), DATASET)           \
    X(digitnet_image_frame_digit, digitnet_image_frame_digit(P(0), N(1), P(2)), FLOATS_OUT, ROOM, IMAGE)               \
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
    X(digitnet_session_free, (digitnet_session_free(P(0)), own->session = P(0) ? NULL : own->session, 0), SESSION)     \
    X(digitnet_model_add_conv2d, digitnet_model_add_conv2d(P(0), N(1), N(2), (digitnet_activation)I(3)), MODEL,        \
      SMALL_SIZE, SMALL_SIZE, ENUMERATOR)                                                                              \
    X(digitnet_model_add_conv2d_ex, digitnet_model_add_conv2d_ex(P(0), N(1), N(2), (digitnet_activation)I(3), P(4)),   \
      MODEL, SMALL_SIZE, SMALL_SIZE, ENUMERATOR, CONV2D_OPTIONS)                                                       \
    X(digitnet_model_add_max_pool2d, digitnet_model_add_max_pool2d(P(0), N(1)), MODEL, SMALL_SIZE)                     \
    X(digitnet_model_add_max_pool2d_ex, digitnet_model_add_max_pool2d_ex(P(0), N(1), P(2)), MODEL, SMALL_SIZE,         \
      MAX_POOL2D_OPTIONS)                                                                                              \
    X(digitnet_model_add_flatten, digitnet_model_add_flatten(P(0)), MODEL)                                             \
    X(digitnet_model_add_flatten_ex, digitnet_model_add_flatten_ex(P(0), P(1)), MODEL, FLATTEN_OPTIONS)                \
    X(digitnet_model_add_dense, digitnet_model_add_dense(P(0), N(1), (digitnet_activation)I(2)), MODEL, SMALL_SIZE,    \
      ENUMERATOR)                                                                                                      \
    X(digitnet_model_add_dense_ex, digitnet_model_add_dense_ex(P(0), N(1), (digitnet_activation)I(2), P(3)), MODEL,    \
      SMALL_SIZE, ENUMERATOR, DENSE_OPTIONS)                                                                           \
    X(digitnet_model_add_dropout, digitnet_model_add_dropout(P(0), R(1)), MODEL, RATE)                                 \
    X(digitnet_model_add_dropout_ex, digitnet_model_add_dropout_ex(P(0), R(1), P(2)), MODEL, RATE, DROPOUT_OPTIONS)    \
    X(digitnet_model_add_activation, digitnet_model_add_activation(P(0), (digitnet_activation)I(1)), MODEL,            \
      ENUMERATOR)                                                                                                      \
    X(digitnet_model_add_activation_ex, digitnet_model_add_activation_ex(P(0), (digitnet_activation)I(1), P(2)),       \
      MODEL, ENUMERATOR, ACTIVATION_OPTIONS)                                                                           \
    X(digitnet_model_add_add, digitnet_model_add_add(P(0), P(1), N(2), (digitnet_activation)I(3)), MODEL, INPUTS,      \
      INPUT_COUNT, ENUMERATOR)                                                                                         \
    X(digitnet_model_add_add_ex, digitnet_model_add_add_ex(P(0), P(1), N(2), (digitnet_activation)I(3), P(4)), MODEL,  \
      INPUTS, INPUT_COUNT, ENUMERATOR, ADD_OPTIONS)                                                                    \
    X(digitnet_model_add_concatenate, digitnet_model_add_concatenate(P(0), P(1), N(2)), MODEL, INPUTS, INPUT_COUNT)    \
    X(digitnet_model_add_concatenate_ex, digitnet_model_add_concatenate_ex(P(0), P(1), N(2), P(3)), MODEL, INPUTS,     \
      INPUT_COUNT, CONCATENATE_OPTIONS)                                                                                \
    X(digitnet_model_create, digitnet_model_create(P(0), N(1), N(2), N(3)), NEW_MODEL, HEIGHT, WIDTH, CHANNELS)        \
    X(digitnet_model_create_ex, digitnet_model_create_ex(P(0), N(1), N(2), N(3), P(4)), NEW_MODEL, HEIGHT, WIDTH,      \
      CHANNELS, MODEL_OPTIONS)                                                                                         \
    X(digitnet_model_clone, digitnet_model_clone(P(0), P(1)), NEW_MODEL, MODEL)                                        \
    X(digitnet_model_free, (digitnet_model_free(P(0)), own->model = P(0) ? NULL : own->model, 0), MODEL)               \
    X(digitnet_model_clear_error, (digitnet_model_clear_error(P(0)), 0), MODEL)                                        \
    X(digitnet_model_describe, digitnet_model_describe(P(0), P(1)), MODEL_INFO, MODEL)                                 \
    X(digitnet_model_describe_layer, digitnet_model_describe_layer(P(0), P(1), N(2)), LAYER_INFO, MODEL, SMALL_SIZE)   \
    X(digitnet_model_describe_tensor, digitnet_model_describe_tensor(P(0), P(1), N(2)), TENSOR_INFO, MODEL,            \
      SMALL_SIZE)                                                                                                      \
    X(digitnet_model_describe_input, digitnet_model_describe_input(P(0), P(1), N(2), N(3)), TEXT_OUT, MODEL,           \
      SMALL_SIZE, ANY_SIZE)                                                                                            \
    X(digitnet_model_set_trainable, digitnet_model_set_trainable(P(0), P(1), I(2)), MODEL, INPUT, FLAG)                \
    X(digitnet_model_summary, digitnet_model_summary(P(0), N(1), P(2), P(3)), TEXT_OUT, ROOM, SIZE_OUT, MODEL)         \
    X(digitnet_model_get_weights, digitnet_model_get_weights(P(0), N(1), P(2), P(3)), FLOATS_OUT, ROOM, MODEL, TENSOR) \
    X(digitnet_model_set_weights, digitnet_model_set_weights(P(0), P(1), P(2), N(3)), MODEL, TENSOR, WEIGHTS,          \
      WEIGHT_COUNT)                                                                                                    \
    X(digitnet_model_save, digitnet_model_save(P(0), P(1)), MODEL, PATH_TO_WRITE)                                      \
    X(digitnet_model_load, digitnet_model_load(P(0), P(1)), NEW_MODEL, PATH_TO_MODEL)                                  \
    X(digitnet_model_load_ex, digitnet_model_load_ex(P(0), P(1), P(2)), NEW_MODEL, PATH_TO_MODEL, MODEL_LOAD_OPTIONS)  \
    X(digitnet_model_save_memory, digitnet_model_save_memory(P(0), N(1), P(2), P(3)), TEXT_OUT, ROOM, SIZE_OUT, MODEL) \
    X(digitnet_model_load_memory, digitnet_model_load_memory(P(0), P(1), N(2)), NEW_MODEL, FILE_BYTES, FILE_SIZE)      \
    X(digitnet_model_load_memory_ex, digitnet_model_load_memory_ex(P(0), P(1), N(2), P(3)), NEW_MODEL, FILE_BYTES,     \
      FILE_SIZE, MODEL_LOAD_OPTIONS)                                                                                   \
    X(digitnet_status_string, (digitnet_status_string((digitnet_status)I(0)), 0), ENUMERATOR)                          \
    X(digitnet_last_error, (digitnet_last_error(), 0), NO_ARGUMENT)                                                    \
    X(digitnet_set_error, (digitnet_set_error(P(0)), 0), TENSOR)                                                       \
    X(digitnet_set_allocator, digitnet_set_allocator(P(0)), ALLOCATOR)                                                 \
    X(digitnet_model_compile, digitnet_model_compile(P(0), (digitnet_optimizer)I(1), (digitnet_loss)I(2)), MODEL,      \
      ENUMERATOR, ENUMERATOR)                                                                                          \
    X(digitnet_model_compile_ex, digitnet_model_compile_ex(P(0), (digitnet_optimizer)I(1), (digitnet_loss)I(2), P(3)), \
      MODEL, ENUMERATOR, ENUMERATOR, COMPILE_OPTIONS)                                                                  \
    X(digitnet_model_set_learning_rate, digitnet_model_set_learning_rate(P(0), R(1)), MODEL, RATE)                     \
    X(digitnet_model_get_learning_rate, digitnet_model_get_learning_rate(P(0), P(1)), RATE_OUT, MODEL)                 \
    X(digitnet_model_fit, digitnet_model_fit(P(0), P(1), P(2)), MODEL, DATASET, FIT_OPTIONS)                           \
    X(digitnet_model_request_stop, (digitnet_model_request_stop(P(0)), 0), MODEL)                                      \
    X(digitnet_model_clear_stop, (digitnet_model_clear_stop(P(0)), 0), MODEL)                                          \
    X(digitnet_history_series, (digitnet_history_series(P(0), P(1), (digitnet_metric)I(2)), 0), SIZE_OUT, HISTORY,     \
      ENUMERATOR)                                                                                                      \
    X(digitnet_history_first_epoch, (digitnet_history_first_epoch(P(0)), 0), HISTORY)                                  \
    X(digitnet_history_stop_reason, (digitnet_history_stop_reason(P(0)), 0), HISTORY)                                  \
    X(digitnet_history_warning, (digitnet_history_warning(P(0)), 0), HISTORY)                                          \
    X(digitnet_history_write_csv, digitnet_history_write_csv(P(0), P(1)), HISTORY, PATH_TO_WRITE)                      \
    X(digitnet_history_free, (digitnet_history_free(P(0)), own->history = P(0) ? NULL : own->history, 0), HISTORY)     \
    X(digitnet_model_evaluate, digitnet_model_evaluate(P(0), P(1), P(2), P(3)), METRICS, MODEL, DATASET,               \
      EVALUATE_OPTIONS)                                                                                                \
    X(digitnet_version, (digitnet_version(), 0), NO_ARGUMENT)

#define DEFINE_RUN(function, expression, ...)                  \
    static int run_##function(world *own, const argument *a) { \
        (void)own, (void)a;                                    \
        return (int)(expression);                              \
    }
PUBLIC_CALLS(DEFINE_RUN)

#define TABLE_ROW(function, expression, ...) {#function, run_##function, {__VA_ARGS__}},
const public_call public_calls[] = {PUBLIC_CALLS(TABLE_ROW)};
const size_t public_call_count = sizeof public_calls / sizeof *public_calls;
