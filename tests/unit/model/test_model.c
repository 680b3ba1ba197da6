/* Models before and beside training: builders, names, shapes, weights, copies, limits, the guard. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <stdlib.h>

static digitnet_status compile(digitnet_model *model) {
    return digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
}

static void test_default_names(void **state) {
    (void)state;
    static const char *const names[] = {"conv2d",    "conv2d_1", "max_pooling2d", "max_pooling2d_1", "dropout",
                                        "dropout_1", "flatten",  "dense",         "dense_2",         "dense_1",
                                        "dense_3",   "my dense", "activation"};
    digitnet_model *model = begin_model(12, 12, 1);
    digitnet_model_add_conv2d(model, 2, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_conv2d(model, 2, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_dropout(model, 0.1);
    digitnet_model_add_dropout(model, 0.2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_RELU);
    /* A name that the user takes is passed over. */
    digitnet_model_add_dense_ex(model, 3, DIGITNET_ACTIVATION_RELU,
                                DIGITNET_WITH(digitnet_dense_options, .name = "dense_2"));
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dense_ex(model, 3, DIGITNET_ACTIVATION_LINEAR,
                                DIGITNET_WITH(digitnet_dense_options, .name = "my dense"));
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(layer_at(model, i).name, names[i]);
    assert_string_equal(layer_at(model, 0).kind, "conv2d");
    assert_string_equal(layer_at(model, 2).kind, "max_pooling2d");
    assert_string_equal(layer_at(model, 11).kind, "dense");
    assert_string_equal(tensor_at(model, 6).name, "dense_2/kernel");
    digitnet_model_free(model);
}

static void expect_conv2d_output(size_t height, size_t width, size_t kernel, const digitnet_conv2d_options *options,
                                 size_t output_height, size_t output_width) {
    digitnet_model *model = begin_model(height, width, 3);
    expect_ok(digitnet_model_add_conv2d_ex(model, 7, kernel, DIGITNET_ACTIVATION_LINEAR, options));
    digitnet_layer_info info = layer_at(model, 0);
    assert_int_equal(info.height, output_height);
    assert_int_equal(info.width, output_width);
    assert_int_equal(info.channels, 7);
    digitnet_model_free(model);
}

/* The sizes are those of Keras 3: floor((n - k) / s) + 1 for valid padding, ceil(n / s) for same. */
static void test_conv2d_shapes(void **state) {
    (void)state;
    expect_conv2d_output(28, 28, 3, NULL, 26, 26);
    expect_conv2d_output(3, 3, 3, NULL, 1, 1);
    expect_conv2d_output(10, 7, 3, DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 5), 8, 3);
    expect_conv2d_output(10, 7, 3, DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2), 4, 3);
    expect_conv2d_output(10, 7, 3, DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 3, .stride_width = 1), 3, 5);
    expect_conv2d_output(10, 7, 1, DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 4), 3, 2);
    expect_conv2d_output(10, 7, 3, DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME), 10, 7);
    expect_conv2d_output(
        10, 7, 4, DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 3, .padding = DIGITNET_PADDING_SAME), 4, 3);
    /* A kernel larger than the image, which same padding allows. */
    expect_conv2d_output(2, 2, 5, DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME), 2, 2);
}

static void expect_pool_output(size_t pool, const digitnet_max_pool2d_options *options, size_t output_height,
                               size_t output_width) {
    digitnet_model *model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_max_pool2d_ex(model, pool, options));
    digitnet_layer_info info = layer_at(model, 0);
    assert_int_equal(info.height, output_height);
    assert_int_equal(info.width, output_width);
    assert_int_equal(info.channels, 3);
    assert_int_equal(info.parameters, 0);
    digitnet_model_free(model);
}

static void test_max_pool2d_shapes(void **state) {
    (void)state;
    expect_pool_output(2, NULL, 5, 3);
    expect_pool_output(3, DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = 2), 3, 3);
    expect_pool_output(3, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 1, .stride_width = 2), 9, 2);
    expect_pool_output(2, DIGITNET_WITH(digitnet_max_pool2d_options, .padding = DIGITNET_PADDING_SAME), 6, 3);
    expect_pool_output(1, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 5), 3, 6);
}

static void test_description(void **state) {
    (void)state;
    digitnet_model *model = build_seed_network();
    digitnet_model_info info = info_of(model);
    assert_int_equal(info.height, 28);
    assert_int_equal(info.width, 28);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.outputs, 10);
    assert_int_equal(info.layers, 7);
    assert_int_equal(info.tensors, 8);
    assert_int_equal(info.parameters, SEED_NETWORK_PARAMETERS);
    assert_int_equal(info.compiled, 0);
    assert_int_equal(info.epochs_done, 0);
    assert_int_equal(info.batches_done, 0);
    /* A flat output has no rows and columns. */
    digitnet_layer_info flatten = layer_at(model, 4);
    assert_int_equal(flatten.height, 0);
    assert_int_equal(flatten.width, 0);
    assert_int_equal(flatten.channels, 1600);
    digitnet_layer_info convolution = layer_at(model, 2);
    assert_int_equal(convolution.height, 11);
    assert_int_equal(convolution.parameters, 18496);
    digitnet_tensor_info kernel = tensor_at(model, 2);
    assert_string_equal(kernel.name, "conv2d_1/kernel");
    assert_int_equal(kernel.rank, 4);
    assert_int_equal(kernel.dimensions[0], 3);
    assert_int_equal(kernel.dimensions[1], 3);
    assert_int_equal(kernel.dimensions[2], 32);
    assert_int_equal(kernel.dimensions[3], 64);
    assert_int_equal(kernel.values, 18432);
    digitnet_tensor_info bias = tensor_at(model, 5);
    assert_string_equal(bias.name, "dense/bias");
    assert_int_equal(bias.rank, 1);
    assert_int_equal(bias.dimensions[0], 128);
    assert_int_equal(bias.dimensions[1], 1);
    digitnet_layer_info past_layers = DIGITNET_INIT(digitnet_layer_info);
    expect_failure(digitnet_model_describe_layer(&past_layers, model, 7), DIGITNET_ENOTFOUND,
                   "layer 7 does not exist: the model has 7");
    digitnet_tensor_info past_tensors = DIGITNET_INIT(digitnet_tensor_info);
    expect_failure(digitnet_model_describe_tensor(&past_tensors, model, 8), DIGITNET_ENOTFOUND,
                   "tensor 8 does not exist: the model has 8");
    expect_ok(compile(model));
    assert_int_equal(info_of(model).compiled, 1);
    digitnet_model_free(model);
}

static const char seed_summary[] = "________________________________________________________________________\n"
                                   " Layer (type)                    Output Shape            Param #\n"
                                   "========================================================================\n"
                                   " input (InputLayer)              (None, 28, 28, 1)       0\n"
                                   " conv2d (Conv2D)                 (None, 26, 26, 32)      320\n"
                                   " max_pooling2d (MaxPooling2D)    (None, 13, 13, 32)      0\n"
                                   " conv2d_1 (Conv2D)               (None, 11, 11, 64)      18,496\n"
                                   " max_pooling2d_1 (MaxPooling2D)  (None, 5, 5, 64)        0\n"
                                   " flatten (Flatten)               (None, 1600)            0\n"
                                   " dense (Dense)                   (None, 128)             204,928\n"
                                   " dense_1 (Dense)                 (None, 10)              1,290\n"
                                   "========================================================================\n"
                                   "Total params: 225,034\n";

static void test_summary(void **state) {
    (void)state;
    digitnet_model *model = build_seed_network();
    char text[2048];
    size_t needed = 0;
    expect_ok(digitnet_model_summary(text, sizeof text, &needed, model));
    assert_string_equal(text, seed_summary);
    assert_int_equal(needed, sizeof seed_summary);
    digitnet_model_free(model);
}

static void test_summary_of_small_buffers(void **state) {
    (void)state;
    digitnet_model *model = build_seed_network();
    char text[2048], untouched[2048];
    size_t needed = 0;
    expect_failure(digitnet_model_summary(NULL, 0, &needed, model), DIGITNET_EBUFFER, "0");
    assert_int_equal(needed, sizeof seed_summary);
    memset(text, 'x', sizeof text);
    memset(untouched, 'x', sizeof untouched);
    needed = 0;
    expect_failure(digitnet_model_summary(text, sizeof seed_summary - 1, &needed, model), DIGITNET_EBUFFER, "takes");
    assert_int_equal(needed, sizeof seed_summary);
    assert_memory_equal(text, untouched, sizeof text);
    expect_ok(digitnet_model_summary(text, sizeof seed_summary, &needed, model));
    assert_string_equal(text, seed_summary);
    assert_int_equal(text[sizeof seed_summary], 'x');
    digitnet_model_free(model);
}

/* After a builder that fails the later ones do nothing, until the error is taken back. */
static void test_builder_error_is_kept(void **state) {
    (void)state;
    digitnet_model *model = begin_model(8, 8, 1);
    expect_ok(digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_RELU));
    expect_failure(digitnet_model_add_conv2d(model, 4, 9, DIGITNET_ACTIVATION_RELU), DIGITNET_ESHAPE,
                   "'conv2d_1': a kernel of 9x9 does not fit its input of 6x6x4");
    expect_passed_on(digitnet_model_add_flatten(model), DIGITNET_ESHAPE, "'conv2d_1'");
    expect_passed_on(digitnet_model_add_dense(model, 0, DIGITNET_ACTIVATION_SOFTMAX), DIGITNET_ESHAPE, "'conv2d_1'");
    expect_failure(compile(model), DIGITNET_ESHAPE, "'conv2d_1': a kernel of 9x9");
    digitnet_model *copy;
    expect_failure(digitnet_model_clone(&copy, model), DIGITNET_ESTATE, "'conv2d_1'");
    assert_null(copy);
    assert_int_equal(info_of(model).layers, 1);
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    assert_int_equal(info_of(model).layers, 3);
    expect_ok(compile(model));
    /* A layer that comes too late does no harm. */
    expect_failure(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX), DIGITNET_ESTATE,
                   "no layer can be added");
    expect_ok(compile(model));
    digitnet_model_free(model);
}

/* The user's kernel is inputs x units, ours units x inputs. */
static void test_dense_weights_have_keras_layout(void **state) {
    (void)state;
    static const float kernel[6] = {1, 2, 10, 20, 100, 200}; /* 3 inputs x 2 units */
    static const float bias[2] = {1000, 2000};
    digitnet_model *model = begin_model(1, 1, 3);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(compile(model));
    expect_ok(digitnet_model_set_weights(model, "dense/kernel", kernel, 6));
    expect_ok(digitnet_model_set_weights(model, "dense/bias", bias, 2));
    const float *memory = model->network.parameters;
    static const float in_memory[8] = {1, 10, 100, 2, 20, 200, 1000, 2000};
    assert_same_floats(memory, in_memory, 8);
    float read[14];
    expect_ok(digitnet_model_get_weights(read, 6, model, "dense/kernel"));
    assert_same_floats(read, kernel, 6);
    expect_ok(digitnet_model_get_weights(read, 14, model, NULL));
    assert_same_floats(read, kernel, 6);
    assert_same_floats(read + 6, bias, 2);
    digitnet_model_free(model);
}

/* The user's kernel is rows x columns x channels x filters, ours filters x rows x columns x channels. */
static void test_conv2d_weights_have_keras_layout(void **state) {
    (void)state;
    enum { ROWS = 2, COLUMNS = 3, CHANNELS = 2, FILTERS = 3, COUNT = ROWS * COLUMNS * CHANNELS * FILTERS };
    digitnet_model *model = begin_model(4, 4, CHANNELS);
    digitnet_model_add_conv2d_ex(model, FILTERS, ROWS, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = COLUMNS, .no_bias = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(compile(model));
    float kernel[COUNT], read[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        kernel[i] = (float)i;
    expect_ok(digitnet_model_set_weights(model, "conv2d/kernel", kernel, COUNT));
    /* As Keras has it, the last dimension, the filters, runs fastest: 1 is filter 1 of the first tap, 3 channel 1. */
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            for (size_t channel = 0; channel < CHANNELS; channel++) {
                for (size_t filter = 0; filter < FILTERS; filter++) {
                    size_t ours = ((filter * ROWS + row) * COLUMNS + column) * CHANNELS + channel;
                    size_t keras = ((row * COLUMNS + column) * CHANNELS + channel) * FILTERS + filter;
                    assert_true(model->network.parameters[ours] == (float)keras);
                }
            }
        }
    }
    expect_ok(digitnet_model_get_weights(read, COUNT, model, "conv2d/kernel"));
    assert_same_floats(read, kernel, COUNT);
    assert_int_equal(info_of(model).tensors, 3);
    digitnet_model_free(model);
}

static void test_all_weights_at_once(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *other = make_small_network(2);
    size_t count = count_parameters(model);
    float *weights = copy_weights(model), *others = copy_weights(other);
    assert_memory_not_equal(weights, others, count * sizeof(float));
    expect_ok(digitnet_model_set_weights(other, NULL, weights, count));
    assert_same_weights(model, other);
    /* Predictions follow: the prepared copy of the weights is renewed. */
    float images[SMALL_IMAGE], scores[SMALL_CLASSES], other_scores[SMALL_CLASSES];
    fill_noise(images, SMALL_IMAGE, 3);
    expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, model, images, SMALL_IMAGE));
    expect_ok(digitnet_model_predict(other_scores, SMALL_CLASSES, other, images, SMALL_IMAGE));
    assert_same_floats(scores, other_scores, SMALL_CLASSES);
    free(weights);
    free(others);
    digitnet_model_free(model);
    digitnet_model_free(other);
}

/* Glorot uniform: within +-sqrt(6 / (fan in + fan out)), variance a third of the bound's square; biases zero. */
static void test_initial_weights(void **state) {
    (void)state;
    static const double bounds[] = {0.14433756729740643 /* 9 + 288 */, 0.083333333333333329 /* 288 + 576 */,
                                    0.058925565098878960 /* 1600 + 128 */, 0.20851441405707477 /* 128 + 10 */};
    digitnet_model *model = make_seed_network(5), *again = make_seed_network(5), *other = make_seed_network(6);
    for (size_t i = 0; i < 8; i++) {
        digitnet_tensor_info info = tensor_at(model, i);
        float *values = must_allocate(info.values * sizeof(float));
        expect_ok(digitnet_model_get_weights(values, info.values, model, info.name));
        double sum = 0, squares = 0, bound = i % 2 ? 0 : bounds[i / 2] * (1 + 1e-6);
        for (size_t j = 0; j < info.values; j++) {
            assert_true(values[j] >= -bound && values[j] <= bound);
            sum += values[j];
            squares += (double)values[j] * (double)values[j];
        }
        if (i % 2 == 0) {
            /* Five standard errors of a mean, and of a mean square, of uniform numbers. */
            double count = (double)info.values;
            assert_true(sum * sum <= 25 * bound * bound / 3 * count);
            double error = squares / count - bound * bound / 3;
            assert_true(error * error <= 25 * (4.0 / 45) * bound * bound * bound * bound / count);
        }
        free(values);
    }
    assert_same_weights(model, again);
    float *weights = copy_weights(model), *others = copy_weights(other);
    assert_memory_not_equal(weights, others, SEED_NETWORK_PARAMETERS * sizeof(float));
    free(weights);
    free(others);
    digitnet_model_free(model);
    digitnet_model_free(again);
    digitnet_model_free(other);
}

static void fit_once(digitnet_model *model, const digitnet_dataset *data) {
    expect_ok(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 4)));
}

static void test_clone(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *copy;
    digitnet_dataset *data = make_small_dataset(21, 1);
    fit_once(model, data);
    expect_ok(digitnet_model_clone(&copy, model));
    assert_same_weights(model, copy);
    assert_int_equal(info_of(copy).epochs_done, 1);
    assert_string_equal(layer_at(copy, 4).name, "max_pooling2d_1");
    assert_string_equal(tensor_at(copy, 3).name, "conv2d_1/bias");
    /* Both go on alike: the optimizer's state and the shuffles are copied too. */
    fit_once(model, data);
    fit_once(copy, data);
    assert_same_weights(model, copy);
    /* The copy stands for itself. */
    digitnet_model_free(model);
    fit_once(copy, data);
    digitnet_model_free(copy);

    /* One that is not compiled yet can be built on. */
    model = build_small_network();
    expect_ok(digitnet_model_clone(&copy, model));
    assert_int_equal(info_of(copy).compiled, 0);
    digitnet_model_free(model);
    expect_ok(digitnet_model_add_dense(copy, 4, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(compile(copy));
    digitnet_model_free(copy);
    digitnet_dataset_free(data);
}

static void test_compile_again(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *fresh = make_small_network(9);
    digitnet_dataset *data = make_small_dataset(21, 1);
    fit_once(model, data);
    size_t count = count_parameters(model);
    float *weights = copy_weights(model);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 9)));
    float *after = copy_weights(model);
    assert_same_floats(after, weights, count);
    assert_int_equal(info_of(model).epochs_done, 0);
    /* From now on it trains as a new model with these weights does: moments and counts began anew. */
    expect_ok(digitnet_model_set_weights(fresh, NULL, weights, count));
    fit_once(model, data);
    fit_once(fresh, data);
    assert_same_weights(model, fresh);
    free(weights);
    free(after);
    digitnet_model_free(model);
    digitnet_model_free(fresh);
    digitnet_dataset_free(data);
}

static void test_limits(void **state) {
    (void)state;
    digitnet_model *model;
    expect_failure(digitnet_model_create(&model, SIZE_MAX / 2, 3, 1), DIGITNET_ELIMIT, "overflows");
    assert_null(model);
    expect_failure(digitnet_model_create(&model, (size_t)1 << 30, 1, 1), DIGITNET_ELIMIT, "1073741824x1x1");
    expect_ok(
        digitnet_model_create_ex(&model, 28, 28, 1, DIGITNET_WITH(digitnet_model_options, .max_parameters = 320)));
    expect_ok(digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU)); /* exactly 320 */
    expect_failure(digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT,
                   "'conv2d_1': its 33 parameters, added to the 320 of the layers before it, exceed the limit of 320");
    digitnet_model_free(model);
    expect_ok(digitnet_model_create_ex(
        &model, 28, 28, 1, DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = 26 * 26 * 32 * 4)));
    expect_ok(digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU));
    expect_failure(digitnet_model_add_max_pool2d(model, 26), DIGITNET_ELIMIT, "128 bytes of outputs");
    digitnet_model_free(model);
    expect_ok(digitnet_model_create_ex(&model, 28, 28, 1,
                                       DIGITNET_WITH(digitnet_model_options, .max_multiply_adds = 26 * 26 * 288)));
    expect_ok(digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU));
    expect_failure(digitnet_model_add_conv2d(model, 1, 26, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT, "multiply-adds");
    digitnet_model_free(model);
    expect_ok(digitnet_model_create(&model, 28, 28, 1));
    expect_failure(digitnet_model_add_conv2d(model, SIZE_MAX / 8, 3, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT,
                   "overflow");
    digitnet_model_clear_error(model);
    expect_failure(digitnet_model_add_conv2d(model, (size_t)1 << 40, 1, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT,
                   "'conv2d'");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_flatten(model));
    expect_failure(digitnet_model_add_dense(model, SIZE_MAX / 2, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT, "'dense'");
    digitnet_model_free(model);
}

static void test_names(void **state) {
    (void)state;
    static const char longest[] = "a23456789 b23456789 c23456789 d23456789 e23456789 f23456789 123";
    static const char too_long[] = "a23456789 b23456789 c23456789 d23456789 e23456789 f23456789 1234";
    /* Cut sequences, one that is longer than it needs to be, a surrogate, too large a code point, control characters.
     */
    static const char *const refused[] = {"",     "a/b",       too_long,   longest,        "caf\xc3",
                                          "\xa9", "\xc0\xaf",  "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                          "\xff", "new\nline", "\x7f"};
    digitnet_model *model = begin_model(4, 4, 1);
    expect_ok(digitnet_model_add_flatten_ex(
        model, DIGITNET_WITH(digitnet_flatten_options, .name = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82")));
    expect_ok(digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = longest)));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const digitnet_dense_options *options = DIGITNET_WITH(digitnet_dense_options, .name = refused[i]);
        expect_failure(digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_SOFTMAX, options), DIGITNET_EINVAL,
                       "layer name '");
        digitnet_model_clear_error(model);
    }
    assert_string_equal(layer_at(model, 1).name, longest);
    assert_int_equal(info_of(model).layers, 2);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_names),
        cmocka_unit_test(test_conv2d_shapes),
        cmocka_unit_test(test_max_pool2d_shapes),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_summary_of_small_buffers),
        cmocka_unit_test(test_builder_error_is_kept),
        cmocka_unit_test(test_dense_weights_have_keras_layout),
        cmocka_unit_test(test_conv2d_weights_have_keras_layout),
        cmocka_unit_test(test_all_weights_at_once),
        cmocka_unit_test(test_initial_weights),
        cmocka_unit_test(test_clone),
        cmocka_unit_test(test_compile_again),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
