#include "struct_cases.h"

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

/* One layer on a new model. */
static digitnet_status add_layer(digitnet_status (*add)(digitnet_model *model, void *options), void *options) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    expect_ok(digitnet_model_add_flatten(model));
    digitnet_status status = add(model, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status add_conv2d(misuse *own, void *options) {
    (void)own;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 1));
    digitnet_status status = digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status add_max_pool2d(misuse *own, void *options) {
    (void)own;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 1));
    digitnet_status status = digitnet_model_add_max_pool2d_ex(model, 1, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status add_flatten_to(digitnet_model *model, void *options) {
    return digitnet_model_add_flatten_ex(model, options);
}

static digitnet_status add_flatten(misuse *own, void *options) {
    (void)own;
    return add_layer(add_flatten_to, options);
}

static digitnet_status add_dense_to(digitnet_model *model, void *options) {
    return digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_RELU, options);
}

static digitnet_status add_dense(misuse *own, void *options) {
    (void)own;
    return add_layer(add_dense_to, options);
}

static digitnet_status add_dropout_to(digitnet_model *model, void *options) {
    return digitnet_model_add_dropout_ex(model, 0.5, options);
}

static digitnet_status add_dropout(misuse *own, void *options) {
    (void)own;
    return add_layer(add_dropout_to, options);
}

static digitnet_status add_activation_to(digitnet_model *model, void *options) {
    return digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_RELU, options);
}

static digitnet_status add_activation(misuse *own, void *options) {
    (void)own;
    return add_layer(add_activation_to, options);
}

static const char *const input_twice[] = {"input", "input"};

static digitnet_status add_add_to(digitnet_model *model, void *options) {
    return digitnet_model_add_add_ex(model, input_twice, 2, DIGITNET_ACTIVATION_RELU, options);
}

static digitnet_status add_add(misuse *own, void *options) {
    (void)own;
    return add_layer(add_add_to, options);
}

static digitnet_status add_concatenate_to(digitnet_model *model, void *options) {
    return digitnet_model_add_concatenate_ex(model, input_twice, 2, options);
}

static digitnet_status add_concatenate(misuse *own, void *options) {
    (void)own;
    return add_layer(add_concatenate_to, options);
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

static digitnet_status fit_model(misuse *own, void *options) {
    digitnet_model *model;
    expect_ok(digitnet_model_clone(&model, own->model));
    digitnet_status status = digitnet_model_fit(model, own->data, options);
    digitnet_model_free(model);
    return status;
}

static digitnet_status evaluate(misuse *own, void *options) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    return digitnet_model_evaluate(&metrics, own->model, own->data, options);
}

static digitnet_status create_session(misuse *own, void *options) {
    digitnet_session *session;
    digitnet_status status = digitnet_session_create(&session, own->model, options);
    digitnet_session_free(session);
    return status;
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

static int gather_nothing(digitnet_batch *batch, void *user_data) {
    (void)batch, (void)user_data;
    return 0;
}

static const digitnet_adam_options valid_adam = DIGITNET_ADAM_INIT;
static const digitnet_source_options valid_source = {
    .struct_size = sizeof valid_source, .count = 1, .height = 1, .width = 1, .channels = 1, .gather = gather_nothing};
static const size_t first_sample[1];
static const digitnet_batch valid_batch = {.struct_size = sizeof valid_batch, .count = 1, .indices = first_sample};
static const uint8_t picture[100] = {
    [34] = 255, [35] = 255, [44] = 255, [45] = 255, [54] = 255, [55] = 255, [64] = 255};
static const digitnet_image valid_image = {
    .struct_size = sizeof valid_image, .pixels = picture, .width = 10, .height = 10};

/* `last` is the last field that the struct had in the first release. */
#define CASE(type, last, valid, call) \
    { #type, sizeof(type), offsetof(type, last) + sizeof(((type *)0)->last), valid, call }

const struct_case option_cases[] = {
    CASE(digitnet_model_options, max_multiply_adds, NULL, create_model),
    CASE(digitnet_conv2d_options, bias_initializer, NULL, add_conv2d),
    CASE(digitnet_max_pool2d_options, reserved, NULL, add_max_pool2d),
    CASE(digitnet_flatten_options, input, NULL, add_flatten),
    CASE(digitnet_dense_options, reserved, NULL, add_dense),
    CASE(digitnet_dropout_options, input, NULL, add_dropout),
    CASE(digitnet_activation_options, input, NULL, add_activation),
    CASE(digitnet_add_options, name, NULL, add_add),
    CASE(digitnet_concatenate_options, name, NULL, add_concatenate),
    CASE(digitnet_compile_options, adam, NULL, compile),
    CASE(digitnet_sgd_options, reserved_2, NULL, compile_sgd),
    CASE(digitnet_adam_options, epsilon, &valid_adam, compile_adam),
    CASE(digitnet_fit_options, validation_stratified, NULL, fit_model),
    CASE(digitnet_evaluate_options, batch_size, NULL, evaluate),
    CASE(digitnet_session_options, threads, NULL, create_session),
    CASE(digitnet_model_load_options, reserved, NULL, load_model),
    CASE(digitnet_model_load_options, reserved, NULL, load_model_file),
    CASE(digitnet_dataset_options, reserved, NULL, create_dataset),
    CASE(digitnet_dataset_options, reserved, NULL, create_float_dataset),
    CASE(digitnet_source_options, weighted, &valid_source, create_source),
    CASE(digitnet_batch, sample_weights, &valid_batch, read_batch),
    CASE(digitnet_dataset_load_options, transpose, NULL, load_dataset),
    CASE(digitnet_dataset_load_options, transpose, NULL, load_mnist),
    CASE(digitnet_augment_options, max_value, NULL, augment),
    CASE(digitnet_split_options, stratified, NULL, split),
    CASE(digitnet_image, max_pixels, &valid_image, frame_digit),
};
const size_t option_case_count = sizeof option_cases / sizeof *option_cases;

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

const struct_case result_cases[] = {
    CASE(digitnet_model_info, reserved, NULL, describe_model),
    CASE(digitnet_layer_info, trainable, NULL, describe_layer),
    CASE(digitnet_tensor_info, reserved, NULL, describe_tensor),
    CASE(digitnet_dataset_info, reserved, NULL, describe_dataset),
    CASE(digitnet_metrics, accuracy, NULL, measure),
};
const size_t result_case_count = sizeof result_cases / sizeof *result_cases;
