/* The worlds that calls are made in, and the values of arguments. */
#include "own_memory.h"
#include "public_calls.h"
#include "struct_fields.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { IMAGES = 12 };

static digitnet_model *models[MODEL_STATES], *digit_model, *line_model;
static digitnet_reader *reader;
static digitnet_reader_scratch *scratch;
static digitnet_dataset *train;
/* What the buffers of each world begin with. */
static struct {
    float pixels[BUFFER_ROOM / sizeof(float)], probabilities[BUFFER_ROOM / sizeof(float)];
    float weights[BUFFER_ROOM / sizeof(float)];
    unsigned char file[BUFFER_ROOM];
    size_t file_size;
} contents;
static temporary_folder folder;
static char path_to_write[128], second_path_to_write[128], path_to_model[128], path_to_device[128];
static char path_to_digit_model[128], path_to_line_model[128];

const char *state_name(model_state state) {
    static const char *const names[MODEL_STATES] = {"fresh", "built", "compiled", "trained", "loaded"};
    return names[state];
}

static digitnet_model *make_normalized_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_normalization(model);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

/* Of bytes, which files of images can hold. */
static digitnet_dataset *make_bytes(void) {
    uint8_t images[IMAGES * SMALL_IMAGE];
    int32_t labels[IMAGES];
    digitnet_dataset *dataset;
    for (size_t i = 0; i < IMAGES * SMALL_IMAGE; i++)
        images[i] = (uint8_t)(i * 37 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(i % SMALL_CLASSES);
    expect_ok(digitnet_dataset_create_u8(&dataset, images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    return dataset;
}

/* One of which all is read as an 8, and one that reads strokes. */
static void begin_reader(void) {
    static const float logits[10] = {[8] = 2};
    digit_model = make_constant_digit_model(logits, 10);
    line_model = make_stroke_line_model(1);
    snprintf(path_to_digit_model, sizeof path_to_digit_model, "%s/digit.onnx", folder.path);
    snprintf(path_to_line_model, sizeof path_to_line_model, "%s/line.onnx", folder.path);
    expect_ok(digitnet_model_save(digit_model, path_to_digit_model));
    expect_ok(digitnet_model_save(line_model, path_to_line_model));
    expect_ok(digitnet_reader_create(&reader, digit_model, line_model));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
}

static void *buffer_of(world *own, argument_kind kind) {
    return own->buffers[kind - PIXELS];
}

static void begin_buffers(void) {
    fill_noise(contents.pixels, BUFFER_ROOM / sizeof(float), 1);
    fill_noise(contents.weights, BUFFER_ROOM / sizeof(float), 2);
    for (size_t i = 0; i < BUFFER_ROOM / sizeof(float); i++)
        contents.probabilities[i] = (1 + noise(3, i)) / 2;
    expect_ok(digitnet_model_save_memory(contents.file, BUFFER_ROOM, &contents.file_size, models[TRAINED]));
}

static void fill_buffers(world *own) {
    memcpy(buffer_of(own, PIXELS), contents.pixels, BUFFER_ROOM);
    memcpy(buffer_of(own, PROBABILITIES), contents.probabilities, BUFFER_ROOM);
    memcpy(buffer_of(own, WEIGHTS), contents.weights, BUFFER_ROOM);
    memcpy(buffer_of(own, FILE_BYTES), contents.file, contents.file_size);
    own->file_size = contents.file_size;
    memset(buffer_of(own, BYTES), 200, BUFFER_ROOM);
    for (size_t row = 1; row < SMALL_HEIGHT - 1; row++)
        memset((unsigned char *)buffer_of(own, BYTES) + row * SMALL_WIDTH + 3, 10, 2); /* a digit: 1 */
}

int begin_worlds(void **state) {
    (void)state;
    folder = make_folder();
    snprintf(path_to_write, sizeof path_to_write, "%s/written", folder.path);
    snprintf(second_path_to_write, sizeof second_path_to_write, "%s/also-written", folder.path);
    snprintf(path_to_model, sizeof path_to_model, "%s/model.onnx", folder.path);
    snprintf(path_to_device, sizeof path_to_device, "%s/device", folder.path);
    assert_int_equal(symlink("/dev/null", path_to_device), 0); /* by a name that a fault may replace */
    train = make_bytes();
    expect_ok(digitnet_model_create(&models[FRESH], SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    models[BUILT] = build_small_network();
    models[COMPILED] = make_normalized_network();
    models[TRAINED] = make_small_network(1);
    expect_ok(digitnet_model_compile_ex(models[TRAINED], DIGITNET_OPTIMIZER_ADAM,
                                        DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .ema_momentum = 0.9)));
    fit(models[TRAINED], train, NULL);
    expect_ok(digitnet_model_save(models[TRAINED], path_to_model));
    expect_ok(digitnet_model_load(&models[LOADED], path_to_model));
    begin_reader();
    begin_buffers();
    return 0;
}

int end_worlds(void **state) {
    (void)state;
    for (size_t i = 0; i < MODEL_STATES; i++)
        digitnet_model_free(models[i]);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    digitnet_model_free(digit_model);
    digitnet_model_free(line_model);
    digitnet_dataset_free(train);
    unlink(path_to_digit_model);
    unlink(path_to_line_model);
    unlink(path_to_write);
    unlink(second_path_to_write);
    unlink(path_to_model);
    unlink(path_to_device);
    rmdir(folder.path);
    return 0;
}

static unsigned char *struct_of(world *own, argument_kind kind) {
    return own->structs[kind - DATASET_OPTIONS];
}

/* Any history will do; a fit takes its time. */
static digitnet_history *make_history(void) {
    digitnet_model *model;
    digitnet_history *history;
    expect_ok(digitnet_model_clone(&model, models[TRAINED]));
    expect_ok(digitnet_model_fit(model, train, DIGITNET_WITH(digitnet_fit_options, .history = &history, .threads = 1)));
    digitnet_model_free(model);
    return history;
}

static bool takes(const public_call *call, argument_kind kind) {
    for (size_t i = 0; i < MAX_ARGUMENTS; i++)
        if (call->kinds[i] == kind)
            return true;
    return false;
}

/* What the call takes of these. */
static void make_reader(world *own, const public_call *call) {
    const digitnet_image *image =
        DIGITNET_WITH(digitnet_image, .pixels = buffer_of(own, BYTES), .width = SMALL_WIDTH, .height = SMALL_HEIGHT);
    if (takes(call, READER))
        expect_ok(digitnet_reader_create(&own->reader, digit_model, line_model));
    if (takes(call, READER_SCRATCH))
        expect_ok(digitnet_reader_scratch_create(&own->scratch, reader));
    if (takes(call, READING))
        expect_ok(digitnet_reader_read_digit(&own->reading, scratch, image, NULL));
}

/* A fresh model has the inputs of the layer that the call adds. */
world *make_world(model_state state, const public_call *call) {
    world *own = must_allocate(sizeof *own);
    memset(own, 0, sizeof *own);
    own->layer = call->layer;
    if (state == FRESH && call->layer)
        own->model = make_sample_inputs(call->layer);
    else
        expect_ok(digitnet_model_clone(&own->model, models[state]));
    expect_ok(digitnet_session_create(&own->session, models[TRAINED], NULL));
    expect_ok(digitnet_dataset_slice(&own->data, train, 0, IMAGES));
    if (takes(call, HISTORY))
        own->history = make_history();
    if (takes(call, CALLBACK_OBJECT))
        expect_ok(digitnet_callback_create_early_stopping(&own->callback, NULL));
    if (takes(call, REPORT))
        expect_ok(digitnet_model_report(&own->report, models[TRAINED], train, NULL));
    fill_buffers(own);
    if (takes(call, DECODING))
        expect_ok(digitnet_ctc_decode(&own->decoding, buffer_of(own, PROBABILITIES), 5, 3,
                                      DIGITNET_WITH(digitnet_ctc_options, .beam_width = 4)));
    make_reader(own, call);
    return own;
}

void free_world(world *own) {
    digitnet_model_free(own->model);
    digitnet_model_free(own->new_model);
    digitnet_session_free(own->session);
    digitnet_session_free(own->new_session);
    digitnet_dataset_free(own->data);
    digitnet_dataset_free(own->new_data);
    digitnet_dataset_free(own->new_test_set);
    digitnet_history_free(own->history);
    digitnet_history_free(own->new_history);
    digitnet_callback_free(own->callback);
    digitnet_callback_free(own->new_callback);
    digitnet_report_free(own->report);
    digitnet_report_free(own->new_report);
    digitnet_ctc_decoding_free(own->decoding);
    digitnet_ctc_decoding_free(own->new_decoding);
    digitnet_reading_free(own->reading);
    digitnet_reading_free(own->new_reading);
    digitnet_reader_scratch_free(own->scratch);
    digitnet_reader_scratch_free(own->new_scratch);
    digitnet_reader_free(own->reader);
    digitnet_reader_free(own->new_reader);
    free(own);
}

static int stop_at_once(const digitnet_event *event, void *user_data) {
    (void)event, (void)user_data;
    return event->kind == DIGITNET_EVENT_EPOCH_BEGIN;
}

static int gather_zeros(digitnet_batch *batch, void *user_data) {
    (void)user_data;
    if (batch->images)
        memset(batch->images, 0, batch->count * SMALL_IMAGE * sizeof(float));
    if (batch->labels)
        memset(batch->labels, 0, batch->count * sizeof(int32_t));
    return 0;
}

static int let_stand(const char *text, void *user_data) {
    (void)user_data;
    return text[0] != '7';
}

static int look_at_step(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    (void)name, (void)pixels, (void)width, (void)height, (void)user_data;
    return 0;
}

static void *allocate(void *user_data, size_t size, size_t alignment) {
    (void)user_data;
    return own_memory(size, alignment);
}

#define FIELD(type, name, kind) \
    { offsetof(digitnet_##type, name), kind }

static const argument_field dataset_options[] = {FIELD(dataset_options, struct_size, STRUCT_SIZE),
                                                 FIELD(dataset_options, targets, PIXELS),
                                                 FIELD(dataset_options, target_values, OWN_COUNT),
                                                 FIELD(dataset_options, sample_weights, PIXELS),
                                                 FIELD(dataset_options, max_labels, OWN_COUNT),
                                                 FIELD(dataset_options, label_counts, LABELS),
                                                 FIELD(dataset_options, borrow, FLAG),
                                                 FIELD(dataset_options, reserved, FLAG)};
static const argument_field source_options[] = {
    FIELD(source_options, struct_size, STRUCT_SIZE), FIELD(source_options, count, SMALL_SIZE),
    FIELD(source_options, height, HEIGHT),           FIELD(source_options, width, WIDTH),
    FIELD(source_options, channels, CHANNELS),       FIELD(source_options, max_labels, ANY_SIZE),
    FIELD(source_options, target_values, ANY_SIZE),  FIELD(source_options, gather, FUNCTION),
    FIELD(source_options, no_labels, FLAG),          FIELD(source_options, weighted, FLAG)};
static const argument_field batch[] = {
    FIELD(batch, struct_size, STRUCT_SIZE), FIELD(batch, count, LIST_COUNT),
    FIELD(batch, indices, BYTES),           FIELD(batch, images, FLOATS_OUT),
    FIELD(batch, labels, LABELS_OUT),       FIELD(batch, label_counts, LABELS_OUT),
    FIELD(batch, targets, FLOATS_OUT),      FIELD(batch, sample_weights, FLOATS_OUT)};
static const argument_field dataset_load_options[] = {
    FIELD(dataset_load_options, struct_size, STRUCT_SIZE), FIELD(dataset_load_options, max_bytes, ANY_SIZE),
    FIELD(dataset_load_options, shards, ANY_SIZE),         FIELD(dataset_load_options, shard, FLAG),
    FIELD(dataset_load_options, label_offset, FLAG),       FIELD(dataset_load_options, transpose, FLAG)};
static const argument_field augment_options[] = {
    FIELD(augment_options, struct_size, STRUCT_SIZE), FIELD(augment_options, classes, ANY_SIZE),
    FIELD(augment_options, rotate, ZERO_RATE),        FIELD(augment_options, elastic, ZERO_RATE),
    FIELD(augment_options, elastic_sigma, ZERO_RATE), FIELD(augment_options, thickness, ZERO_RATE),
    FIELD(augment_options, noise, ZERO_RATE),         FIELD(augment_options, mixup, ZERO_RATE),
    FIELD(augment_options, background, ZERO_RATE),    FIELD(augment_options, max_value, ZERO_RATE)};
static const argument_field split_options[] = {
    FIELD(split_options, struct_size, STRUCT_SIZE), FIELD(split_options, reserved, ANY_SIZE),
    FIELD(split_options, seed, ANY_SIZE), FIELD(split_options, shuffle, FLAG), FIELD(split_options, stratified, FLAG)};
static const argument_field image[] = {FIELD(image, struct_size, STRUCT_SIZE), FIELD(image, pixels, BYTES),
                                       FIELD(image, width, OWN_WIDTH),         FIELD(image, height, OWN_HEIGHT),
                                       FIELD(image, stride, OWN_STRIDE),       FIELD(image, max_pixels, ANY_SIZE),
                                       FIELD(image, polarity, FLAG),           FIELD(image, reserved, FLAG)};
static const argument_field read_options[] = {FIELD(read_options, struct_size, STRUCT_SIZE),
                                              FIELD(read_options, min_length, ANY_SIZE),
                                              FIELD(read_options, max_length, ANY_SIZE),
                                              FIELD(read_options, check, FUNCTION),
                                              FIELD(read_options, on_step, FUNCTION),
                                              FIELD(read_options, error_rate, ZERO_RATE),
                                              FIELD(read_options, rows, ANY_SIZE),
                                              FIELD(read_options, columns, ANY_SIZE),
                                              FIELD(read_options, allow, DIGITS)};
static const argument_field session_options[] = {
    FIELD(session_options, struct_size, STRUCT_SIZE), FIELD(session_options, batch_size, ANY_SIZE),
    FIELD(session_options, threads, ANY_SIZE), FIELD(session_options, max_width, ANY_SIZE)};
static const argument_field model_options[] = {
    FIELD(model_options, struct_size, STRUCT_SIZE), FIELD(model_options, max_parameters, ANY_SIZE),
    FIELD(model_options, max_activation_bytes, ANY_SIZE), FIELD(model_options, max_multiply_adds, ANY_SIZE)};
static const argument_field model_save_options[] = {FIELD(model_save_options, struct_size, STRUCT_SIZE),
                                                    FIELD(model_save_options, weights_only, FLAG),
                                                    FIELD(model_save_options, reserved, FLAG)};
static const argument_field model_load_options[] = {FIELD(model_load_options, struct_size, STRUCT_SIZE),
                                                    FIELD(model_load_options, max_parameters, ANY_SIZE),
                                                    FIELD(model_load_options, max_activation_bytes, ANY_SIZE),
                                                    FIELD(model_load_options, max_multiply_adds, ANY_SIZE),
                                                    FIELD(model_load_options, max_bytes, ANY_SIZE),
                                                    FIELD(model_load_options, output, NAME),
                                                    FIELD(model_load_options, input_scale, ZERO_RATE),
                                                    FIELD(model_load_options, input_offset, ZERO_RATE),
                                                    FIELD(model_load_options, ignore_metadata, FLAG),
                                                    FIELD(model_load_options, skip_training, FLAG)};
static const argument_field compile_options[] = {FIELD(compile_options, struct_size, STRUCT_SIZE),
                                                 FIELD(compile_options, gradient_ranges, ANY_SIZE),
                                                 FIELD(compile_options, learning_rate, ZERO_RATE),
                                                 FIELD(compile_options, seed, ANY_SIZE),
                                                 FIELD(compile_options, gradient_accumulation_steps, ANY_SIZE),
                                                 FIELD(compile_options, ema_overwrite_frequency, ANY_SIZE),
                                                 FIELD(compile_options, weight_decay, ZERO_RATE),
                                                 FIELD(compile_options, clipvalue, ZERO_RATE),
                                                 FIELD(compile_options, clipnorm, ZERO_RATE),
                                                 FIELD(compile_options, global_clipnorm, ZERO_RATE),
                                                 FIELD(compile_options, ema_momentum, ZERO_RATE),
                                                 FIELD(compile_options, sgd, SGD_OPTIONS),
                                                 FIELD(compile_options, loss, LOSS_OPTIONS)};
static const argument_field schedule[] = {FIELD(schedule, struct_size, STRUCT_SIZE),
                                          FIELD(schedule, reserved, ANY_SIZE),
                                          FIELD(schedule, learning_rate, RATE),
                                          FIELD(schedule, warmup_from, ZERO_RATE),
                                          FIELD(schedule, decay_rate, ZERO_RATE),
                                          FIELD(schedule, alpha, ZERO_RATE),
                                          FIELD(schedule, t_mul, ZERO_RATE),
                                          FIELD(schedule, m_mul, ZERO_RATE),
                                          FIELD(schedule, pct_start, ZERO_RATE),
                                          FIELD(schedule, div_factor, ZERO_RATE),
                                          FIELD(schedule, final_div_factor, ZERO_RATE),
                                          FIELD(schedule, staircase, FLAG)};
static const argument_field loss_options[] = {
    FIELD(loss_options, struct_size, STRUCT_SIZE),   FIELD(loss_options, reserved, ANY_SIZE),
    FIELD(loss_options, label_smoothing, ZERO_RATE), FIELD(loss_options, alpha, ZERO_RATE),
    FIELD(loss_options, gamma, ZERO_RATE),           FIELD(loss_options, delta, ZERO_RATE),
    FIELD(loss_options, from_logits, FLAG),          FIELD(loss_options, class_balancing, FLAG)};
static const argument_field train_batch[] = {FIELD(train_batch, struct_size, STRUCT_SIZE),
                                             FIELD(train_batch, count, OWN_COUNT),
                                             FIELD(train_batch, images, PIXELS),
                                             FIELD(train_batch, labels, LABELS),
                                             FIELD(train_batch, target_values, ANY_SIZE),
                                             FIELD(train_batch, sample_weights, BYTES),
                                             FIELD(train_batch, class_weight_count, LIST_COUNT),
                                             FIELD(train_batch, indices, BYTES),
                                             FIELD(train_batch, epoch, ANY_SIZE),
                                             FIELD(train_batch, threads, ANY_SIZE),
                                             FIELD(train_batch, max_labels, OWN_COUNT),
                                             FIELD(train_batch, label_counts, LABELS)};
static const argument_field sgd_options[] = {
    FIELD(sgd_options, struct_size, STRUCT_SIZE), FIELD(sgd_options, reserved, ANY_SIZE),
    FIELD(sgd_options, momentum, ZERO_RATE), FIELD(sgd_options, nesterov, FLAG), FIELD(sgd_options, reserved_2, FLAG)};
static const argument_field fit_options[] = {FIELD(fit_options, struct_size, STRUCT_SIZE),
                                             FIELD(fit_options, history, NEW_HISTORY),
                                             FIELD(fit_options, communicator, COMMUNICATOR),
                                             FIELD(fit_options, epochs, ANY_SIZE),
                                             FIELD(fit_options, until_epoch, ANY_SIZE),
                                             FIELD(fit_options, batch_size, ANY_SIZE),
                                             FIELD(fit_options, threads, ANY_SIZE),
                                             FIELD(fit_options, callback_count, LIST_COUNT),
                                             FIELD(fit_options, validation, DATASET),
                                             FIELD(fit_options, validation_fraction, ZERO_RATE),
                                             FIELD(fit_options, class_weight_count, LIST_COUNT),
                                             FIELD(fit_options, no_shuffle, FLAG),
                                             FIELD(fit_options, validate_ema, FLAG),
                                             FIELD(fit_options, validation_stratified, FLAG),
                                             FIELD(fit_options, sharded, FLAG),
                                             FIELD(fit_options, validation_sharded, FLAG),
                                             FIELD(fit_options, bind_threads, FLAG)};
static const argument_field evaluate_options[] = {FIELD(evaluate_options, struct_size, STRUCT_SIZE),
                                                  FIELD(evaluate_options, threads, ANY_SIZE),
                                                  FIELD(evaluate_options, batch_size, ANY_SIZE)};
static const argument_field predict_options[] = {FIELD(predict_options, struct_size, STRUCT_SIZE),
                                                 FIELD(predict_options, threads, ANY_SIZE)};
static const argument_field report_options[] = {
    FIELD(report_options, struct_size, STRUCT_SIZE), FIELD(report_options, top_k, ANY_SIZE),
    FIELD(report_options, bins, ANY_SIZE), FIELD(report_options, confidence, ZERO_RATE),
    FIELD(report_options, predict, PREDICT_OPTIONS)};
static const argument_field ctc_options[] = {FIELD(ctc_options, struct_size, STRUCT_SIZE),
                                             FIELD(ctc_options, beam_width, SMALL_SIZE),
                                             FIELD(ctc_options, from_logits, FLAG), FIELD(ctc_options, reserved, FLAG)};
static const argument_field early_stopping_options[] = {FIELD(early_stopping_options, struct_size, STRUCT_SIZE),
                                                        FIELD(early_stopping_options, patience, ANY_SIZE),
                                                        FIELD(early_stopping_options, start_from_epoch, ANY_SIZE),
                                                        FIELD(early_stopping_options, reserved, ANY_SIZE),
                                                        FIELD(early_stopping_options, min_delta, ZERO_RATE),
                                                        FIELD(early_stopping_options, baseline, ZERO_RATE),
                                                        FIELD(early_stopping_options, monitor, FLAG),
                                                        FIELD(early_stopping_options, restore_best, FLAG)};
static const argument_field checkpoint_options[] = {
    FIELD(checkpoint_options, struct_size, STRUCT_SIZE), FIELD(checkpoint_options, every_epochs, ANY_SIZE),
    FIELD(checkpoint_options, baseline, ZERO_RATE), FIELD(checkpoint_options, monitor, FLAG),
    FIELD(checkpoint_options, best_only, FLAG)};
static const argument_field log_options[] = {FIELD(log_options, struct_size, STRUCT_SIZE),
                                             FIELD(log_options, append, FLAG), FIELD(log_options, every_batch, FLAG)};
static const argument_field communicator[] = {
    FIELD(communicator, struct_size, STRUCT_SIZE), FIELD(communicator, rank, ANY_SIZE),
    FIELD(communicator, size, ANY_SIZE),           FIELD(communicator, all_gather, FUNCTION),
    FIELD(communicator, all_to_all, FUNCTION),     FIELD(communicator, broadcast, FUNCTION)};
static const argument_field allocator[] = {FIELD(allocator, struct_size, STRUCT_SIZE),
                                           FIELD(allocator, allocate, FUNCTION), FIELD(allocator, release, FUNCTION)};
/* Results: nothing but their size is read. */
static const argument_field result[] = {{0, STRUCT_SIZE}};

typedef struct struct_kind {
    size_t size, count;
    const argument_field *fields;
} struct_kind;

#define STRUCT(type) \
    { sizeof(digitnet_##type), sizeof type / sizeof *type, type }
#define RESULT(type) \
    { sizeof(digitnet_##type), 1, result }

static const struct_kind struct_kinds[ARGUMENT_KINDS] = {
    [DATASET_OPTIONS] = STRUCT(dataset_options),
    [SOURCE_OPTIONS] = STRUCT(source_options),
    [BATCH] = STRUCT(batch),
    [DATASET_LOAD_OPTIONS] = STRUCT(dataset_load_options),
    [AUGMENT_OPTIONS] = STRUCT(augment_options),
    [SPLIT_OPTIONS] = STRUCT(split_options),
    [IMAGE] = STRUCT(image),
    [TABLE_IMAGE] = STRUCT(image),
    [READ_OPTIONS] = STRUCT(read_options),
    [SESSION_OPTIONS] = STRUCT(session_options),
    [MODEL_OPTIONS] = STRUCT(model_options),
    [MODEL_SAVE_OPTIONS] = STRUCT(model_save_options),
    [MODEL_LOAD_OPTIONS] = STRUCT(model_load_options),
    [COMPILE_OPTIONS] = STRUCT(compile_options),
    [SGD_OPTIONS] = STRUCT(sgd_options),
    [LOSS_OPTIONS] = STRUCT(loss_options),
    [TRAIN_BATCH] = STRUCT(train_batch),
    [SCHEDULE] = STRUCT(schedule),
    [FIT_OPTIONS] = STRUCT(fit_options),
    [EVALUATE_OPTIONS] = STRUCT(evaluate_options),
    [PREDICT_OPTIONS] = STRUCT(predict_options),
    [REPORT_OPTIONS] = STRUCT(report_options),
    [CTC_OPTIONS] = STRUCT(ctc_options),
    [EARLY_STOPPING_OPTIONS] = STRUCT(early_stopping_options),
    [CHECKPOINT_OPTIONS] = STRUCT(checkpoint_options),
    [LOG_OPTIONS] = STRUCT(log_options),
    [COMMUNICATOR] = STRUCT(communicator),
    [ALLOCATOR] = STRUCT(allocator),
    [MODEL_INFO] = RESULT(model_info),
    [LAYER_INFO] = RESULT(layer_info),
    [TENSOR_INFO] = RESULT(tensor_info),
    [DATASET_INFO] = RESULT(dataset_info),
    [METRICS] = RESULT(metrics),
    [REPORT_INFO] = RESULT(report_info),
    [CLASS_INFO] = RESULT(class_info),
    [BIN_INFO] = RESULT(bin_info),
    [CTC_SEQUENCE] = RESULT(ctc_sequence),
    [READING_LINE] = RESULT(reading_line),
    [READING_CHARACTER] = RESULT(reading_character),
};

static argument_kind kind_of_field(const struct_field *field) {
    static const argument_kind kinds[] = {[FIELD_SIZE] = ANY_SIZE,
                                          [FIELD_NUMBER] = ZERO_RATE,
                                          [FIELD_TEXT] = NAME,
                                          [FIELD_ENUMERATOR] = FLAG,
                                          [FIELD_OTHER] = FUNCTION};
    return strcmp(field->name, "struct_size") == 0 ? STRUCT_SIZE : kinds[field->kind];
}

static size_t layer_option_fields(argument_field fields[MAX_FIELDS], const sample_layer *layer) {
    size_t count = 0;
    for (size_t i = 0; i < struct_field_count; i++) {
        if (strcmp(struct_fields[i].type, layer->builder->options) != 0)
            continue;
        assert_true(count < MAX_FIELDS);
        fields[count++] = (argument_field){struct_fields[i].offset, kind_of_field(&struct_fields[i])};
    }
    assert_true(count > 0); /* else tests/abi/renew.sh has not run */
    return count;
}

size_t fields_of(argument_field fields[MAX_FIELDS], const public_call *call, argument_kind kind) {
    const struct_kind *own = &struct_kinds[kind];
    if (kind == LAYER_OPTIONS)
        return layer_option_fields(fields, call->layer);
    for (size_t i = 0; i < own->count; i++)
        fields[i] = own->fields[i];
    return own->count;
}

static size_t size_of_kind(argument_kind kind) {
    switch (kind) {
    case ENUMERATOR:
    case FLAG:
        return sizeof(int);
    case RATE:
    case ZERO_RATE:
        return sizeof(double);
    default:
        return sizeof(size_t);
    }
}

void set_field(world *own, argument_kind kind, const argument_field *field, argument value) {
    memcpy(struct_of(own, kind) + field->offset, &value, size_of_kind(field->kind));
}

/* Of a process that is alone. */
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

/* A struct whose fields are right. */
static void *right_struct(world *own, argument_kind kind) {
    static const digitnet_callback callback = {.struct_size = sizeof callback, .call = stop_at_once};
    static const digitnet_callback *const callbacks[] = {&callback};
    static const size_t indices[] = {0, IMAGES - 1};
    void *place = struct_of(own, kind);
    memset(place, 0, STRUCT_ROOM);
    memcpy(place, &struct_kinds[kind].size, sizeof(size_t));
    if (kind == SOURCE_OPTIONS)
        *(digitnet_source_options *)place = (digitnet_source_options){.struct_size = struct_kinds[kind].size,
                                                                      .count = IMAGES,
                                                                      .height = SMALL_HEIGHT,
                                                                      .width = SMALL_WIDTH,
                                                                      .channels = SMALL_CHANNELS,
                                                                      .gather = gather_zeros};
    else if (kind == DATASET_OPTIONS)
        *(digitnet_dataset_options *)place = (digitnet_dataset_options){.struct_size = struct_kinds[kind].size,
                                                                        .targets = buffer_of(own, PIXELS),
                                                                        .target_values = 2,
                                                                        .sample_weights = buffer_of(own, LABELS),
                                                                        .max_labels = 2,
                                                                        .label_counts = buffer_of(own, LABELS)};
    else if (kind == BATCH)
        *(digitnet_batch *)place = (digitnet_batch){.struct_size = struct_kinds[kind].size,
                                                    .count = 2,
                                                    .indices = indices,
                                                    .images = buffer_of(own, FLOATS_OUT),
                                                    .labels = buffer_of(own, LABELS_OUT)};
    else if (kind == IMAGE)
        *(digitnet_image *)place = (digitnet_image){.struct_size = struct_kinds[kind].size,
                                                    .pixels = buffer_of(own, BYTES),
                                                    .width = SMALL_WIDTH,
                                                    .height = SMALL_HEIGHT};
    else if (kind == TABLE_IMAGE)
        *(digitnet_image *)place = draw_small_table(own->table);
    else if (kind == READ_OPTIONS)
        *(digitnet_read_options *)place = (digitnet_read_options){
            .struct_size = struct_kinds[kind].size, .check = let_stand, .on_step = look_at_step};
    else if (kind == FIT_OPTIONS)
        *(digitnet_fit_options *)place = (digitnet_fit_options){.struct_size = struct_kinds[kind].size,
                                                                .history = &own->new_history,
                                                                .callbacks = callbacks,
                                                                .callback_count = 1,
                                                                .communicator = right_struct(own, COMMUNICATOR),
                                                                .bind_threads = 1};
    else if (kind == COMMUNICATOR)
        *(digitnet_communicator *)place = (digitnet_communicator){.struct_size = struct_kinds[kind].size,
                                                                  .size = 1,
                                                                  .all_gather = all_gather,
                                                                  .all_to_all = all_to_all,
                                                                  .broadcast = broadcast};
    else if (kind == COMPILE_OPTIONS) /* SGD is the enumerator 1 */
        *(digitnet_compile_options *)place = (digitnet_compile_options){.struct_size = struct_kinds[kind].size,
                                                                        .sgd = right_struct(own, SGD_OPTIONS),
                                                                        .loss = right_struct(own, LOSS_OPTIONS)};
    else if (kind == LOSS_OPTIONS)
        *(digitnet_loss_options *)place = (digitnet_loss_options)DIGITNET_LOSS_INIT;
    else if (kind == TRAIN_BATCH)
        *(digitnet_train_batch *)place = (digitnet_train_batch){.struct_size = struct_kinds[kind].size,
                                                                .count = IMAGES,
                                                                .images = buffer_of(own, PIXELS),
                                                                .labels = buffer_of(own, LABELS)};
    else if (kind == SCHEDULE)
        *(digitnet_schedule *)place = (digitnet_schedule){.struct_size = struct_kinds[kind].size, .learning_rate = 0.1};
    else if (kind == ALLOCATOR)
        *(digitnet_allocator *)place =
            (digitnet_allocator){.struct_size = struct_kinds[kind].size, .allocate = allocate, .release = give_back};
    else if (kind == LAYER_OPTIONS)
        copy_layer_options(place, own->layer);
    return place;
}

static bool is_struct(argument_kind kind) {
    return kind == LAYER_OPTIONS || struct_kinds[kind].size > 0;
}

bool is_memory(argument_kind kind) {
    return kind >= PIXELS && kind <= TEXT_OUT;
}

static void *right_pointer(world *own, argument_kind kind) {
    switch (kind) {
    case MODEL:
        return own->model;
    case SESSION:
        return own->session;
    case DATASET:
        return own->data;
    case HISTORY:
        return own->history;
    case CALLBACK_OBJECT:
        return own->callback;
    case REPORT:
        return own->report;
    case DECODING:
        return own->decoding;
    case NEW_CALLBACK:
        return &own->new_callback;
    case NEW_REPORT:
        return &own->new_report;
    case NEW_DECODING:
        return &own->new_decoding;
    case DIGIT_MODEL:
        return digit_model;
    case LINE_MODEL:
        return line_model;
    case READER:
        return own->reader;
    case READER_SCRATCH:
        return own->scratch;
    case READING:
        return own->reading;
    case NEW_READER:
        return &own->new_reader;
    case NEW_READER_SCRATCH:
        return &own->new_scratch;
    case NEW_READING:
        return &own->new_reading;
    case NEW_MODEL:
        return &own->new_model;
    case NEW_SESSION:
        return &own->new_session;
    case NEW_DATASET:
        return &own->new_data;
    case NEW_TEST_SET:
        return &own->new_test_set;
    case NEW_HISTORY:
        return &own->new_history;
    case SIZE_OUT:
        return &own->size_out;
    case SECOND_SIZE_OUT:
        return &own->second_size_out;
    case RATE_OUT:
        return &own->rate_out;
    case DIGITS:
    case INPUT:
        return NULL;
    case LAST_KEPT:
        return (void *)"flatten";
    case TENSOR:
        return (void *)"conv2d/kernel";
    case NORMALIZATION:
        return (void *)"normalization";
    case PATH_TO_WRITE:
        return path_to_write;
    case SECOND_PATH_TO_WRITE:
        return second_path_to_write;
    case PATH_TO_MODEL:
        return path_to_model;
    case PATH_TO_DIGIT_MODEL:
        return path_to_digit_model;
    case PATH_TO_LINE_MODEL:
        return path_to_line_model;
    case PATH_TO_IMAGES:
        return (void *)"data/mnist-subset/t10k-images-idx3-ubyte.gz";
    case PATH_TO_LABELS:
        return (void *)"data/mnist-subset/t10k-labels-idx1-ubyte.gz";
    case PATH_TO_FOLDER:
        return (void *)"data/mnist-subset";
    default:
        return is_struct(kind) ? right_struct(own, kind) : buffer_of(own, kind);
    }
}

argument right_argument(world *own, argument_kind kind) {
    static const size_t sizes[ARGUMENT_KINDS] = {
        [PIXEL_COUNT] = SMALL_IMAGE, [WEIGHT_COUNT] = 3 * 3 * 2 * 5, [ROOM] = BUFFER_ROOM / sizeof(float),
        [HEIGHT] = SMALL_HEIGHT,     [OWN_HEIGHT] = SMALL_HEIGHT,    [WIDTH] = SMALL_WIDTH,
        [OWN_WIDTH] = SMALL_WIDTH,   [CHANNELS] = SMALL_CHANNELS,    [OWN_CHANNELS] = SMALL_CHANNELS,
        [OWN_COUNT] = IMAGES,        [OWN_ROOM] = SMALL_CLASSES,     [SMALL_SIZE] = 2};
    if (kind == FILE_SIZE)
        return (argument){.size = own->file_size};
    if (kind == RATE)
        return (argument){.rate = 0.5};
    if (kind == ENUMERATOR)
        return (argument){.number = 1};
    if (kind >= PIXEL_COUNT && kind <= ZERO_RATE)
        return (argument){.size = sizes[kind]}; /* all bits zero are the double 0, too */
    return (argument){.pointer = right_pointer(own, kind)};
}

void right_arguments(argument arguments[MAX_ARGUMENTS], world *own, const public_call *call) {
    memset(arguments, 0, MAX_ARGUMENTS * sizeof *arguments);
    for (size_t i = 0; i < MAX_ARGUMENTS && call->kinds[i] != NO_ARGUMENT; i++)
        arguments[i] = call->layer && call->kinds[i] != MODEL && call->kinds[i] != LAYER_OPTIONS
                           ? call->layer->arguments[i - 1].value
                           : right_argument(own, call->kinds[i]);
}

/* Ends the function with these values. */
#define FILL(...)                                \
    do {                                         \
        const argument filled[] = {__VA_ARGS__}; \
        memcpy(values, filled, sizeof filled);   \
        return sizeof filled / sizeof *filled;   \
    } while (0)
#define SIZE(value) \
    { .size = (value) }
#define NUMBER(value) \
    { .number = (value) }
#define REAL(value) \
    { .rate = (value) }
#define TEXT(value) \
    { .pointer = (void *)(value) }

size_t boundary_values(argument values[MAX_BOUNDARIES], argument_kind kind) {
    static char long_text[8192];
    memset(long_text, 'a', sizeof long_text - 1);
    switch (kind) {
    case OWN_COUNT:
    case OWN_HEIGHT:
    case OWN_WIDTH:
    case OWN_CHANNELS:
        FILL(SIZE(0), SIZE(1), SIZE(SIZE_MAX / 4 + 1), SIZE(SIZE_MAX));
    case OWN_STRIDE:
        FILL(SIZE(0), SIZE(1), SIZE(SMALL_WIDTH));
    case OWN_ROOM:
        FILL(SIZE(0), SIZE(1), SIZE(1000));
    case FILE_SIZE:
        FILL(SIZE(0), SIZE(1), SIZE(1000));
    case LIST_COUNT:
        FILL(SIZE(0), SIZE(1));
    case INPUT_COUNT:
        FILL(SIZE(0), SIZE(1), SIZE(2));
    case PIXEL_COUNT:
    case WEIGHT_COUNT:
    case ROOM:
    case HEIGHT:
    case WIDTH:
    case CHANNELS:
    case SMALL_SIZE:
    case ANY_SIZE:
        FILL(SIZE(0), SIZE(1), SIZE(INT_MAX), SIZE(SIZE_MAX / 4 + 1), SIZE(SIZE_MAX - 1), SIZE(SIZE_MAX));
    case STRUCT_SIZE:
        FILL(SIZE(0), SIZE(1), SIZE(8), SIZE(4096), SIZE(4097), SIZE(INT_MAX), SIZE(SIZE_MAX / 4 + 1), SIZE(SIZE_MAX));
    case ENUMERATOR:
    case FLAG:
        FILL(NUMBER(INT_MIN), NUMBER(-1), NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(5), NUMBER(INT_MAX));
    case RATE:
    case ZERO_RATE:
        FILL(REAL(0), REAL(-1), REAL(1), REAL((double)NAN), REAL((double)INFINITY), REAL(-(double)INFINITY),
             REAL(DBL_MAX), REAL(-DBL_MAX), REAL(DBL_TRUE_MIN));
    case NAME:
    case DIGITS:
    case INPUT:
    case LAST_KEPT:
    case TENSOR:
    case NORMALIZATION:
        FILL(TEXT(NULL), TEXT(""), TEXT("a/b"), TEXT("\xff"), TEXT("%s%n"), TEXT(long_text));
    case PATH_TO_WRITE:
    case SECOND_PATH_TO_WRITE:
    case PATH_TO_MODEL:
    case PATH_TO_DIGIT_MODEL:
    case PATH_TO_LINE_MODEL:
    case PATH_TO_IMAGES:
    case PATH_TO_LABELS:
    case PATH_TO_FOLDER:
        FILL(TEXT(NULL), TEXT(""), TEXT("."), TEXT(path_to_device), TEXT("/nonexistent/%s%n"), TEXT(long_text));
    default:
        FILL(TEXT(NULL));
    }
}
