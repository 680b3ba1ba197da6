/* Every misuse is refused with a status and a message, and loses nothing. */
#include "misuse.h"
#include "model/model.h"
#include "onnx_models.h"

#include <math.h>
#include <stdio.h>

static void test_zeros(void **state) {
    misuse *own = *state;
    digitnet_model *model;
    digitnet_dataset *data;
    static const int32_t labels[1];
    expect_none(&model, digitnet_model_create(&model, 0, 28, 1), "0x28x1");
    expect_none(&model, digitnet_model_create(&model, 28, 0, 1), "28x0x1");
    expect_none(&model, digitnet_model_create(&model, 28, 28, 0), "28x28x0");
    expect_none(&data, digitnet_dataset_create_u8(&data, own->bytes, labels, 0, 1, 1, 1), "0 images of 1x1x1");
    expect_none(&data, digitnet_dataset_create_u8(&data, own->bytes, labels, 1, 0, 1, 1), "1 images of 0x1x1");
    expect_none(&data, digitnet_dataset_create_f32(&data, own->image, labels, 1, 1, 0, 1), "1 images of 1x0x1");
    expect_none(&data, digitnet_dataset_slice(&data, own->data, 0, 0), "count is 0");
    expect_ok(digitnet_model_create(&model, 6, 6, 1));
#define expect_refused_layer(call, message) \
    do {                                    \
        expect_invalid(call, message);      \
        digitnet_model_clear_error(model);  \
    } while (0)
    expect_refused_layer(digitnet_model_add_conv2d(model, 0, 3, DIGITNET_ACTIVATION_RELU), "'conv2d': filters is 0");
    expect_refused_layer(digitnet_model_add_conv2d(model, 3, 0, DIGITNET_ACTIVATION_RELU),
                         "'conv2d': the window is 0x0");
    expect_refused_layer(digitnet_model_add_max_pool2d(model, 0), "'max_pooling2d': the window is 0x0");
    expect_ok(digitnet_model_add_flatten(model));
    expect_refused_layer(digitnet_model_add_dense(model, 0, DIGITNET_ACTIVATION_RELU), "'dense': units is 0");
    static const char *const inputs[] = {"input"};
    expect_refused_layer(digitnet_model_add_add(model, inputs, 1, DIGITNET_ACTIVATION_RELU),
                         "add layer: input_count is 1");
    expect_refused_layer(digitnet_model_add_concatenate(model, inputs, 0), "concatenate layer: input_count is 0");
    digitnet_model_free(model);
}

static void test_bad_enumerators_and_rates(void **state) {
    misuse *own = *state;
    const digitnet_loss loss = DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 6, 6, 1));
    expect_refused_layer(digitnet_model_add_conv2d(model, 1, 1, (digitnet_activation)16),
                         "activation is 16, which is not an activation");
    expect_refused_layer(digitnet_model_add_activation(model, (digitnet_activation)-1),
                         "activation is -1, which is not an activation");
    expect_refused_layer(
        digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                     DIGITNET_WITH(digitnet_conv2d_options, .padding = (digitnet_padding)3)),
        "padding is 3, which is not a padding");
    expect_refused_layer(digitnet_model_add_conv2d_ex(
                             model, 1, 1, DIGITNET_ACTIVATION_RELU,
                             DIGITNET_WITH(digitnet_conv2d_options, .name = "wide", .padding = (digitnet_padding)3)),
                         "layer 'wide': padding is 3, which is not a padding");
    expect_refused_layer(digitnet_model_add_max_pool2d_ex(
                             model, 1, DIGITNET_WITH(digitnet_max_pool2d_options, .padding = (digitnet_padding)-1)),
                         "padding is -1, which is not a padding");
    static const double rates[] = {1, 1.5, -0.1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        expect_refused_layer(digitnet_model_add_dropout(model, rates[i]), "'dropout': rate is ");
    digitnet_model_free(model);
    expect_invalid(digitnet_model_compile(own->model, (digitnet_optimizer)0, loss),
                   "optimizer is 0, which is not an optimizer");
    expect_invalid(digitnet_model_compile(own->model, (digitnet_optimizer)7, loss),
                   "optimizer is 7, which is not an optimizer");
    expect_invalid(digitnet_model_compile(own->model, DIGITNET_OPTIMIZER_ADAM, (digitnet_loss)0),
                   "loss is 0, which is not a loss");
    expect_invalid(digitnet_model_set_learning_rate(own->model, 0), "0");
    expect_invalid(digitnet_model_set_learning_rate(own->model, -1), "-1");
    expect_invalid(digitnet_model_set_learning_rate(own->model, NAN), "nan");
    assert_null(digitnet_history_series(NULL, own->history, (digitnet_metric)6));
    assert_null(digitnet_history_series(NULL, own->history, (digitnet_metric)-1));
    assert_string_equal(digitnet_status_string((digitnet_status)-99), "unknown status");
}

static digitnet_status compile_with(misuse *own, digitnet_optimizer optimizer,
                                    const digitnet_compile_options *options) {
    return digitnet_model_compile_ex(own->model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options);
}

static void test_bad_compile_options(void **state) {
    misuse *own = *state;
    static const double rates[] = {-1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        expect_invalid(compile_with(own, DIGITNET_OPTIMIZER_ADAM,
                                    DIGITNET_WITH(digitnet_compile_options, .learning_rate = rates[i])),
                       "optimizer: learning_rate is ");
    expect_invalid(
        compile_with(own, DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .gradient_ranges = 257)),
        "gradient_ranges is 257; the limit is 256");
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    expect_invalid(compile_with(own, DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd)),
                   "options of SGD are given for another optimizer");
    expect_invalid(compile_with(own, DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .adam = &adam)),
                   "options of Adam are given for another optimizer");
}

static void test_bad_optimizer_settings(void **state) {
    misuse *own = *state;
    static const struct {
        digitnet_adam_options adam;
        const char *message;
    } adams[] = {
        {{.beta_1 = 1, .beta_2 = 0, .epsilon = 1}, "beta_1 is 1"},
        {{.beta_1 = 0, .beta_2 = -0.5, .epsilon = 1}, "beta_2 is -0.5"},
        {{.beta_1 = 0, .beta_2 = NAN, .epsilon = 1}, "beta_2 is nan"},
        {{.beta_1 = 0, .beta_2 = 0, .epsilon = -1}, "epsilon is -1"},
        {{.beta_1 = 0, .beta_2 = 0, .epsilon = 0},
         "epsilon is 0"}, /* DIGITNET_INIT() where DIGITNET_ADAM_INIT belongs */
    };
    for (size_t i = 0; i < sizeof adams / sizeof *adams; i++) {
        digitnet_adam_options adam = adams[i].adam;
        adam.struct_size = sizeof adam;
        expect_invalid(
            compile_with(own, DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam)),
            adams[i].message);
    }
    static const struct {
        digitnet_sgd_options sgd;
        const char *message;
    } sgds[] = {
        {{.momentum = 1}, "momentum is 1"},
        {{.momentum = INFINITY}, "momentum is inf"},
        {{.nesterov = 1}, "nesterov requires a momentum"},
        {{.momentum = 0.5, .nesterov = 2}, "digitnet_sgd_options: nesterov is 2; it must be 0 or 1"},
    };
    for (size_t i = 0; i < sizeof sgds / sizeof *sgds; i++) {
        digitnet_sgd_options sgd = sgds[i].sgd;
        sgd.struct_size = sizeof sgd;
        expect_invalid(compile_with(own, DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd)),
                       sgds[i].message);
    }
}

static void test_wrong_order(void **state) {
    misuse *own = *state;
    digitnet_model *empty;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_session *session;
    float values[1000] = {0};
    double rate;
    size_t size;
    expect_failure(digitnet_model_fit(own->draft, own->data, NULL), DIGITNET_ESTATE, "not compiled");
    expect_failure(digitnet_model_predict(values, 1000, own->draft, own->image, SMALL_IMAGE), DIGITNET_ESTATE,
                   "no weights");
    expect_failure(digitnet_model_evaluate(&metrics, own->draft, own->data, NULL), DIGITNET_ESTATE, "no weights");
    expect_failure(digitnet_session_create(&session, own->draft, NULL), DIGITNET_ESTATE, "no weights");
    assert_null(session);
    expect_failure(digitnet_model_get_weights(values, 1000, own->draft, NULL), DIGITNET_ESTATE, "no weights");
    expect_failure(digitnet_model_set_weights(own->draft, NULL, values, count_parameters(own->draft)), DIGITNET_ESTATE,
                   "no weights");
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, own->draft), DIGITNET_ESTATE, "weights");
    expect_failure(digitnet_model_save(own->draft, "/nonexistent/x"), DIGITNET_ESTATE, "weights");
    expect_failure(digitnet_model_set_learning_rate(own->draft, 0.1), DIGITNET_ESTATE, "not compiled");
    expect_failure(digitnet_model_get_learning_rate(&rate, own->draft), DIGITNET_ESTATE, "not compiled");
    expect_ok(digitnet_model_create(&empty, 6, 6, 1));
    expect_failure(
        digitnet_model_compile(empty, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
        DIGITNET_ESTATE, "no layers");
    digitnet_model_add_dense(empty, 0, DIGITNET_ACTIVATION_SOFTMAX);
    expect_failure(digitnet_model_fit(empty, own->data, NULL), DIGITNET_ESHAPE, "add a flatten layer");
    digitnet_model_free(empty);
}

static void test_empty_paths(void **state) {
    misuse *own = *state;
    digitnet_model *loaded = (digitnet_model *)1;
    expect_invalid(digitnet_model_save(own->model, ""), "path is empty");
    expect_invalid(digitnet_model_load(&loaded, ""), "path is empty");
    assert_null(loaded);
}

/* Messages name the layer and the shapes. */
static void test_shapes(void **state) {
    misuse *own = *state;
    const digitnet_loss loss = DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 6, 5, 2));
#define expect_misfit(call, message)                    \
    do {                                                \
        expect_failure(call, DIGITNET_ESHAPE, message); \
        digitnet_model_clear_error(model);              \
    } while (0)
    expect_misfit(digitnet_model_add_conv2d(model, 1, 6, DIGITNET_ACTIVATION_RELU),
                  "layer 'conv2d': a kernel of 6x6 does not fit its input of 6x5x2");
    expect_misfit(digitnet_model_add_max_pool2d(model, 7),
                  "layer 'max_pooling2d': a pooling window of 7x7 does not fit its input of 6x5x2");
    expect_misfit(digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_RELU), "layer 'dense': its input is 6x5x2");
    expect_ok(digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_SOFTMAX));
    expect_misfit(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss), "layer 'conv2d' gives 4x3x3");
    expect_ok(digitnet_model_add_flatten(model));
    expect_misfit(digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_RELU),
                  "'conv2d_1': its input is flat (36 values)");
    expect_misfit(digitnet_model_add_max_pool2d(model, 1), "'max_pooling2d': its input is flat (36 values)");
    expect_ok(digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_RELU));
    expect_misfit(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss),
                  "layer 'dense' gives 3 with activation relu");
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss));
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_failure(digitnet_model_fit(model, own->data, NULL), DIGITNET_ESHAPE,
                   "the training images are 9x8x2, the model takes 6x5x2");
    expect_failure(digitnet_model_evaluate(&metrics, model, own->data, NULL), DIGITNET_ESHAPE,
                   "images are 9x8x2, the model takes 6x5x2");
    digitnet_model *image = onnx_sample_create("softmax-image", 1);
    expect_failure(digitnet_model_evaluate(&metrics, image, own->data, NULL), DIGITNET_ESHAPE,
                   "not end in a flat softmax");
    digitnet_model_free(image);
    static const size_t near[][3] = {{7, 5, 2}, {6, 4, 2}, {6, 5, 3}};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        digitnet_dataset *other = make_dataset(4, near[i][0], near[i][1], near[i][2], 3, 1);
        expect_failure(digitnet_model_fit(model, other, NULL), DIGITNET_ESHAPE, "the model takes 6x5x2");
        digitnet_dataset_free(other);
    }
    digitnet_dataset *fitting = make_dataset(4, 6, 5, 2, 3, 1);
    expect_failure(digitnet_model_fit(model, fitting, DIGITNET_WITH(digitnet_fit_options, .validation = own->data)),
                   DIGITNET_ESHAPE, "the validation images are 9x8x2, the model takes 6x5x2");
    fit(model, fitting, NULL);
    digitnet_dataset_free(fitting);
    digitnet_model_free(model);
}

static int gather_bad_label(digitnet_batch *batch, void *user_data) {
    memset(batch->images, 0, batch->count * SMALL_IMAGE * sizeof(float));
    for (size_t i = 0; i < batch->count; i++)
        batch->labels[i] = batch->indices[i] == 13 ? *(const int32_t *)user_data : 0;
    return 0;
}

static int gather_bad_value(digitnet_batch *batch, void *user_data) {
    for (size_t i = 0; i < batch->count; i++) {
        batch->labels[i] = 0;
        for (size_t j = 0; j < SMALL_IMAGE; j++)
            batch->images[i * SMALL_IMAGE + j] = batch->indices[i] == 13 && j == 5 ? *(const float *)user_data : 0;
    }
    return 0;
}

static digitnet_dataset *make_source(digitnet_gather_fn gather, void *user_data) {
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather, .user_data = user_data)));
    return source;
}

/* Messages name the sample, the label and the number of classes. */
static void test_labels(void **state) {
    misuse *own = *state;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    static const float images[3 * SMALL_IMAGE];
    static const int32_t too_large[3] = {0, 3, 1}, negative[3] = {0, 1, -1};
    digitnet_dataset *data;
    expect_none(&data, digitnet_dataset_create_f32(&data, images, negative, 3, 9, 8, 2), "sample 2, label 0 is -1");
    expect_ok(digitnet_dataset_create_f32(&data, images, too_large, 3, 9, 8, 2));
    expect_invalid(digitnet_model_fit(own->model, data, NULL), "sample 1 has label 3; the model has 3 classes");
    expect_invalid(digitnet_model_evaluate(&metrics, own->model, data, NULL),
                   "sample 1 has label 3; the model has 3 classes");
    expect_invalid(digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, .validation = data)),
                   "sample 1 has label 3; the model has 3 classes");
    digitnet_dataset_free(data);
    int32_t label = 3;
    data = make_source(gather_bad_label, &label);
    expect_invalid(digitnet_model_evaluate(&metrics, own->model, data, NULL),
                   "sample 13 has label 3; the model has 3 classes");
    digitnet_history *history;
    digitnet_model *model = make_small_network(1), *twin = make_small_network(1);
    expect_invalid(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history)),
                   "sample 13 has label 3; the model has 3 classes");
    assert_non_null(history);
    assert_same_weights(model, twin);
    digitnet_history_free(history);
    label = -1;
    expect_invalid(digitnet_model_evaluate(&metrics, own->model, data, NULL), "sample 13, label 0 is -1");
    digitnet_dataset_free(data);
    digitnet_model_free(model);
    digitnet_model_free(twin);
}

static void test_values_that_are_not_finite(void **state) {
    misuse *own = *state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    static const char *const names[] = {"is nan", "is inf", "is -inf"};
    static const int32_t labels[2];
    float images[2 * SMALL_IMAGE] = {0}, scores[2 * SMALL_CLASSES], weights[1000] = {0};
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_dataset *data;
    for (size_t i = 0; i < 3; i++) {
        images[SMALL_IMAGE + 7] = bad[i];
        expect_none(&data, digitnet_dataset_create_f32(&data, images, labels, 2, 9, 8, 2), "image 1, value 7");
        assert_non_null(strstr(digitnet_last_error(), names[i]));
        expect_invalid(digitnet_model_predict(scores, 6, own->model, images, 2 * SMALL_IMAGE), "image 1, value 7");
        assert_non_null(strstr(digitnet_last_error(), names[i]));
        expect_invalid(digitnet_session_run(scores, 6, own->session, images, 2 * SMALL_IMAGE), "image 1, value 7");
        assert_non_null(strstr(digitnet_last_error(), names[i]));
        weights[41] = bad[i];
        expect_invalid(digitnet_model_set_weights(own->model, NULL, weights, count_parameters(own->model)), "value 41");
        assert_non_null(strstr(digitnet_last_error(), names[i]));
        float value = bad[i];
        data = make_source(gather_bad_value, &value);
        expect_invalid(digitnet_model_evaluate(&metrics, own->model, data, NULL), "image 13, value 5");
        digitnet_dataset_free(data);
    }
}

/* Too small a buffer is not touched, whatever it misses. */
static void test_small_buffers(void **state) {
    misuse *own = *state;
    float scores[2 * SMALL_CLASSES], untouched[2 * SMALL_CLASSES], images[2 * SMALL_IMAGE] = {0};
    uint8_t bytes[2 * SMALL_IMAGE] = {0};
    float weights[1000], same_weights[1000];
    memset(scores, 0x11, sizeof scores);
    memset(untouched, 0x11, sizeof untouched);
    memset(weights, 0x11, sizeof weights);
    memset(same_weights, 0x11, sizeof same_weights);
#define expect_untouched(call, status, message)                \
    do {                                                       \
        expect_failure(call, status, message);                 \
        assert_memory_equal(scores, untouched, sizeof scores); \
    } while (0)
#define expect_short(call, message) expect_untouched(call, DIGITNET_EBUFFER, message)
#define expect_uneven(call, message) expect_untouched(call, DIGITNET_ESHAPE, message)
    static const char room[] = "2 images give 3 scores each, the buffer has room for 5 values";
    expect_short(digitnet_model_predict(scores, 5, own->model, images, 2 * SMALL_IMAGE), room);
    expect_short(digitnet_model_predict_u8(scores, 5, own->model, bytes, 2 * SMALL_IMAGE), room);
    expect_short(digitnet_session_run(scores, 5, own->session, images, 2 * SMALL_IMAGE), room);
    expect_short(digitnet_session_run_u8(scores, 5, own->session, bytes, 2 * SMALL_IMAGE), room);
    expect_uneven(digitnet_model_predict(scores, 6, own->model, images, 0),
                  "0 values are not a whole number of images");
    expect_uneven(digitnet_model_predict(scores, 6, own->model, images, SMALL_IMAGE + 1),
                  "145 values are not a whole number of images of 9x8x2");
    expect_uneven(digitnet_session_run(scores, 6, own->session, images, SMALL_IMAGE - 1),
                  "143 values are not a whole number of images of 9x8x2");
    size_t parameters = count_parameters(own->model);
    expect_short(digitnet_model_get_weights(weights, parameters - 1, own->model, NULL), "the model has ");
    expect_short(digitnet_model_get_weights(weights, 4, own->model, "conv2d/bias"), "conv2d/bias has 5 values");
    expect_uneven(digitnet_model_set_weights(own->model, "conv2d/bias", weights, 4), "has 5 values, but count is 4");
    expect_uneven(digitnet_model_set_weights(own->model, "conv2d/bias", weights, 6), "has 5 values, but count is 6");
    expect_uneven(digitnet_model_set_weights(own->model, NULL, weights, parameters + 1), "the model has ");
    assert_memory_equal(weights, same_weights, sizeof weights);
    expect_failure(digitnet_model_get_weights(weights, 1000, own->model, "conv2d"), DIGITNET_ENOTFOUND, "'conv2d'");
    expect_failure(digitnet_model_set_weights(own->model, "", weights, 1), DIGITNET_ENOTFOUND, "''");
    expect_short(digitnet_dataset_read(scores, 1, NULL, 0, own->data, 0, 1), "room for 1 values");
    int32_t label = 77;
    expect_short(digitnet_dataset_read(NULL, 0, &label, 1, own->data, 0, 2), "room for 1 labels");
    assert_int_equal(label, 77);
}

static void test_contradicting_fit_options(void **state) {
    misuse *own = *state;
    digitnet_history *history;
#define expect_refused_fit(message, ...)                                                                   \
    expect_none(&history,                                                                                  \
                digitnet_model_fit(own->model, own->data,                                                  \
                                   DIGITNET_WITH(digitnet_fit_options, .history = &history, __VA_ARGS__)), \
                message)
    expect_refused_fit("epochs is 1 and until_epoch 2", .epochs = 1, .until_epoch = 2);
    expect_refused_fit("both given", .validation = own->data, .validation_fraction = 0.5);
    expect_refused_fit("validation_fraction is 1", .validation_fraction = 1);
    expect_refused_fit("validation_fraction is -0.5", .validation_fraction = -0.5);
    expect_refused_fit("validation_fraction is nan", .validation_fraction = NAN);
    expect_refused_fit("leaves one part of 20 samples empty", .validation_fraction = 1e-20);
    expect_refused_fit("leaves one part of 20 samples empty", .validation_fraction = 0.99);
    expect_refused_fit("257", .threads = 257);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_invalid(digitnet_model_evaluate(&metrics, own->model, own->data,
                                           DIGITNET_WITH(digitnet_evaluate_options, .threads = 257)),
                   "257");
    digitnet_session *session;
    expect_none(&session,
                digitnet_session_create(&session, own->model, DIGITNET_WITH(digitnet_session_options, .threads = 257)),
                "257");
}

/* A flag is 0 or 1, in every struct that has one. */
static void expect_flag(misuse *own, int32_t flag) {
    static const int32_t label[1];
    char conv2d[96], depthwise[96], separable[96], transpose[96], dense[96], borrow[96], ignore[96], no_shuffle[96];
    snprintf(conv2d, sizeof conv2d, "digitnet_conv2d_options: no_bias is %d; it must be 0 or 1", (int)flag);
    snprintf(depthwise, sizeof depthwise, "digitnet_depthwise_conv2d_options: no_bias is %d; it must be 0 or 1",
             (int)flag);
    snprintf(separable, sizeof separable, "digitnet_separable_conv2d_options: no_bias is %d; it must be 0 or 1",
             (int)flag);
    snprintf(transpose, sizeof transpose, "digitnet_conv2d_transpose_options: no_bias is %d; it must be 0 or 1",
             (int)flag);
    snprintf(dense, sizeof dense, "digitnet_dense_options: no_bias is %d; it must be 0 or 1", (int)flag);
    snprintf(borrow, sizeof borrow, "digitnet_dataset_options: borrow is %d; it must be 0 or 1", (int)flag);
    snprintf(ignore, sizeof ignore, "digitnet_model_load_options: ignore_metadata is %d; it must be 0 or 1", (int)flag);
    snprintf(no_shuffle, sizeof no_shuffle, "digitnet_fit_options: no_shuffle is %d; it must be 0 or 1", (int)flag);
    digitnet_model *model, *loaded;
    digitnet_dataset *data;
    expect_ok(digitnet_model_create(&model, 4, 4, 1));
    expect_invalid(digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                                DIGITNET_WITH(digitnet_conv2d_options, .no_bias = flag)),
                   conv2d);
    digitnet_model_clear_error(model);
    expect_invalid(
        digitnet_model_add_depthwise_conv2d_ex(model, 1, DIGITNET_ACTIVATION_RELU,
                                               DIGITNET_WITH(digitnet_depthwise_conv2d_options, .no_bias = flag)),
        depthwise);
    digitnet_model_clear_error(model);
    expect_invalid(
        digitnet_model_add_separable_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                               DIGITNET_WITH(digitnet_separable_conv2d_options, .no_bias = flag)),
        separable);
    digitnet_model_clear_error(model);
    expect_invalid(
        digitnet_model_add_conv2d_transpose_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                               DIGITNET_WITH(digitnet_conv2d_transpose_options, .no_bias = flag)),
        transpose);
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_flatten(model));
    expect_invalid(digitnet_model_add_dense_ex(model, 1, DIGITNET_ACTIVATION_RELU,
                                               DIGITNET_WITH(digitnet_dense_options, .no_bias = flag)),
                   dense);
    digitnet_model_free(model);
    expect_none(&data,
                digitnet_dataset_create_u8_ex(&data, own->bytes, label, 1, 1, 1, 1,
                                              DIGITNET_WITH(digitnet_dataset_options, .borrow = flag)),
                borrow);
    expect_none(&loaded,
                digitnet_model_load_memory_ex(&loaded, own->bytes, sizeof own->bytes,
                                              DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = flag)),
                ignore);
    expect_invalid(digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, .no_shuffle = flag)),
                   no_shuffle);
}

static void test_flags(void **state) {
    expect_flag(*state, 2);
    expect_flag(*state, -1);
    expect_flag(*state, INT32_MAX);
    expect_flag(*state, INT32_MIN);
}

/* The history is NULL after a refusal, unless the options cannot be read at all. */
static void test_history_of_unreadable_options(void **state) {
    misuse *own = *state;
    digitnet_history *history;
    struct {
        digitnet_fit_options known;
        size_t added;
    } newer = {.known = {.struct_size = sizeof newer, .history = &history}, .added = 1};
    history = own->history;
    expect_failure(digitnet_model_fit(own->model, own->data, &newer.known), DIGITNET_EVERSION, "digitnet_fit_options");
    assert_null(history);
    newer.known.struct_size = sizeof newer.known;
    newer.known.bind_threads = 2;
    history = own->history;
    expect_invalid(digitnet_model_fit(own->model, own->data, &newer.known), "bind_threads is 2");
    assert_null(history);
    newer.known.struct_size = 1;
    history = own->history;
    expect_invalid(digitnet_model_fit(own->model, own->data, &newer.known), "struct_size");
    assert_ptr_equal(history, own->history);
}

static void test_overflow(void **state) {
    misuse *own = *state;
    digitnet_dataset *data;
    static const int32_t labels[1];
    expect_failure(digitnet_dataset_create_u8(&data, own->bytes, labels, SIZE_MAX, SIZE_MAX, 1, 1), DIGITNET_ELIMIT,
                   "more bytes than can be counted");
    assert_null(data);
    expect_invalid(digitnet_dataset_slice(&data, own->data, SIZE_MAX, 2), "the data set has 20");
    expect_invalid(digitnet_dataset_slice(&data, own->data, 19, SIZE_MAX), "the data set has 20");
    /* A batch is never larger than the data set; a session's is as large as is asked for, without more memory. */
    digitnet_model *model = make_small_network(1), *twin = make_small_network(1);
    fit(model, own->data, DIGITNET_WITH(digitnet_fit_options, .batch_size = SIZE_MAX));
    fit(twin, own->data, DIGITNET_WITH(digitnet_fit_options, .batch_size = MISUSE_IMAGES));
    assert_same_weights(model, twin);
    digitnet_model_free(model);
    digitnet_model_free(twin);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, own->model, own->data,
                                      DIGITNET_WITH(digitnet_evaluate_options, .batch_size = SIZE_MAX)));
    digitnet_session *session;
    expect_ok(digitnet_session_create(&session, own->model,
                                      DIGITNET_WITH(digitnet_session_options, .batch_size = SIZE_MAX, .threads = 2)));
    digitnet_session_free(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        misuse_test(test_zeros),
        misuse_test(test_bad_enumerators_and_rates),
        misuse_test(test_wrong_order),
        misuse_test(test_empty_paths),
        misuse_test(test_shapes),
        misuse_test(test_labels),
        misuse_test(test_values_that_are_not_finite),
        misuse_test(test_small_buffers),
        misuse_test(test_contradicting_fit_options),
        misuse_test(test_bad_compile_options),
        misuse_test(test_bad_optimizer_settings),
        misuse_test(test_flags),
        misuse_test(test_overflow),
        misuse_test(test_history_of_unreadable_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
