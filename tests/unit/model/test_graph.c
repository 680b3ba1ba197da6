/* Models whose layers form a graph: inputs by name, what layers join, descriptions and the summary. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <time.h>

static const char *const stem_and_last[] = {"conv2d_1", "conv2d"};

static digitnet_status compile(digitnet_model *model) {
    return digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
}

static const digitnet_conv2d_options same = {.struct_size = sizeof same, .padding = DIGITNET_PADDING_SAME};

static digitnet_model *make_residual_network(void) {
    digitnet_model *model = begin_model(8, 8, 1);
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_RELU, &same);
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_LINEAR, &same);
    digitnet_model_add_add(model, stem_and_last, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX));
    return model;
}

/* ---- Names ---- */

static void test_input_is_reserved(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    expect_failure(digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "input")),
                   DIGITNET_EINVAL, "layer name 'input': it is already the name of the model's input");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "flat")));
    expect_failure(digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "flat")),
                   DIGITNET_EINVAL, "layer name 'flat': it is already the name of another layer");
    digitnet_model_free(model);
}

static void test_unknown_inputs_are_kept(void **state) {
    (void)state;
    static const char *const unknown[] = {"input", "nobody"};
    digitnet_model *model = begin_model(4, 4, 1);
    expect_failure(digitnet_model_add_conv2d_ex(model, 2, 1, DIGITNET_ACTIVATION_RELU,
                                                DIGITNET_WITH(digitnet_conv2d_options, .input = "nobody")),
                   DIGITNET_ENOTFOUND, "conv2d layer: its input 'nobody' is not the name of a layer");
    expect_passed_on(digitnet_model_add_flatten(model), DIGITNET_ENOTFOUND, "'nobody'");
    expect_failure(compile(model), DIGITNET_ENOTFOUND, "'nobody'");
    digitnet_model_clear_error(model);
    expect_failure(digitnet_model_add_add(model, unknown, 2, DIGITNET_ACTIVATION_LINEAR), DIGITNET_ENOTFOUND,
                   "add layer: its input 'nobody' is not the name of a layer");
    expect_failure(digitnet_model_add_concatenate(model, unknown, 2), DIGITNET_ENOTFOUND, "add layer");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(compile(model));
    digitnet_model_free(model);
}

/* A layer's own name, and one that comes later, are not known yet. */
static void test_inputs_come_before(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    expect_failure(
        digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "f", .input = "f")),
        DIGITNET_ENOTFOUND, "'f'");
    digitnet_model_free(model);
}

static void test_every_input_can_be_named(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .input = "input"));
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_RELU,
                                     DIGITNET_WITH(digitnet_activation_options, .input = "max_pooling2d"));
    digitnet_model_add_dropout_ex(model, 0.5, DIGITNET_WITH(digitnet_dropout_options, .input = "max_pooling2d"));
    digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .input = "activation"));
    expect_ok(digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_SOFTMAX,
                                          DIGITNET_WITH(digitnet_dense_options, .input = "flatten")));
    static const char *const inputs[] = {"input", "max_pooling2d", "max_pooling2d", "activation", "flatten"};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const char *name;
        expect_ok(digitnet_model_describe_input(&name, model, i, 0));
        assert_string_equal(name, inputs[i]);
    }
    digitnet_model_free(model);
}

/* ---- What is joined ---- */

static void test_unused_outputs_are_refused(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 1);
    digitnet_model_add_conv2d_ex(model, 2, 1, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "left over"));
    digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .input = "input"));
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    expect_failure(compile(model), DIGITNET_ESTATE, "no layer takes the output of layer 'left over'");
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    assert_int_equal(info.compiled, 0);
    digitnet_model_free(model);
}

static void test_joined_shapes(void **state) {
    (void)state;
    static const char *const images[] = {"input", "conv2d"}, *const pooled[] = {"input", "max_pooling2d"},
                             *const flat[] = {"input", "flatten"};
    digitnet_model *model = begin_model(4, 6, 2);
    expect_ok(digitnet_model_add_conv2d_ex(model, 3, 3, DIGITNET_ACTIVATION_RELU, &same));
#define expect_misfit(call, message)                    \
    do {                                                \
        expect_failure(call, DIGITNET_ESHAPE, message); \
        digitnet_model_clear_error(model);              \
    } while (0)
    expect_misfit(digitnet_model_add_add(model, images, 2, DIGITNET_ACTIVATION_LINEAR),
                  "layer 'add': input 0 is 4x6x2 and input 1 is 4x6x3");
    expect_ok(digitnet_model_add_concatenate(model, images, 2));
    expect_ok(digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .input = "input")));
    expect_misfit(digitnet_model_add_concatenate(model, pooled, 2),
                  "layer 'concatenate_1': input 0 is 4x6x2 and input 1 is 2x3x2");
    expect_ok(digitnet_model_add_flatten(model));
    expect_misfit(digitnet_model_add_concatenate(model, flat, 2), "input 0 is 4x6x2 and input 1 is 12");
    expect_misfit(digitnet_model_add_add(model, flat, 2, DIGITNET_ACTIVATION_LINEAR),
                  "input 0 is 4x6x2 and input 1 is 12");
    static const char *const wider[] = {"input", "zero_padding2d"}, *const same_but_flat[] = {"row", "list"};
    expect_ok(digitnet_model_add_zero_padding2d_ex(model, 0, 0, 1, 0,
                                                   DIGITNET_WITH(digitnet_zero_padding2d_options, .input = "input")));
    expect_misfit(digitnet_model_add_concatenate(model, wider, 2), "input 0 is 4x6x2 and input 1 is 4x7x2");
    expect_ok(digitnet_model_add_global_average_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_average_pool2d_options, .input = "input", .name = "row", .keepdims = 1)));
    expect_ok(
        digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .input = "row", .name = "list")));
    expect_misfit(digitnet_model_add_concatenate(model, same_but_flat, 2), "input 0 is 1x1x2 and input 1 is 2");
    digitnet_layer_info info = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe_layer(&info, model, 1));
    assert_int_equal(info.height, 4);
    assert_int_equal(info.width, 6);
    assert_int_equal(info.channels, 5);
    digitnet_model_free(model);
}

/* ---- Descriptions ---- */

static void test_description_of_inputs(void **state) {
    (void)state;
    digitnet_model *model = make_residual_network();
    digitnet_layer_info info = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe_layer(&info, model, 2));
    assert_string_equal(info.kind, "add");
    assert_int_equal(info.inputs, 2);
    assert_int_equal(info.activation, DIGITNET_ACTIVATION_RELU);
    const char *name = "untouched";
    for (size_t i = 0; i < 2; i++) {
        expect_ok(digitnet_model_describe_input(&name, model, 2, i));
        assert_string_equal(name, stem_and_last[i]);
    }
    expect_ok(digitnet_model_describe_input(&name, model, 0, 0));
    assert_string_equal(name, "input");
    expect_failure(digitnet_model_describe_input(&name, model, 2, 2), DIGITNET_ENOTFOUND,
                   "layer 2 with an input 2 does not exist");
    expect_failure(digitnet_model_describe_input(&name, model, 5, 0), DIGITNET_ENOTFOUND,
                   "layer 5 with an input 0 does not exist: the model has 5 layers");
    assert_string_equal(name, "input");
    digitnet_model_free(model);
}

static void test_description_of_attributes(void **state) {
    (void)state;
    digitnet_model *model = begin_model(9, 8, 1);
    digitnet_model_add_conv2d_ex(model, 2, 3, DIGITNET_ACTIVATION_SIGMOID,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 2, .stride_height = 1,
                                               .stride_width = 2, .padding = DIGITNET_PADDING_SAME, .no_bias = 1));
    digitnet_model_add_max_pool2d_ex(model, 2,
                                     DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = 3, .stride_height = 1));
    expect_ok(digitnet_model_add_dropout(model, 0.25));
    digitnet_layer_info convolution = layer_at(model, 0), pool = layer_at(model, 1), dropout = layer_at(model, 2);
    assert_int_equal(convolution.window_height, 3);
    assert_int_equal(convolution.window_width, 2);
    assert_int_equal(convolution.stride_height, 1);
    assert_int_equal(convolution.stride_width, 2);
    assert_int_equal(convolution.padding, DIGITNET_PADDING_SAME);
    assert_int_equal(convolution.activation, DIGITNET_ACTIVATION_SIGMOID);
    assert_int_equal(convolution.no_bias, 1);
    assert_int_equal(convolution.trainable, 1);
    assert_int_equal(convolution.inputs, 1);
    assert_int_equal(pool.window_height, 2);
    assert_int_equal(pool.window_width, 3);
    assert_int_equal(pool.stride_height, 1);
    assert_int_equal(pool.stride_width, 3);
    assert_int_equal(pool.padding, DIGITNET_PADDING_VALID);
    assert_int_equal(pool.no_bias, 0);
    assert_int_equal(dropout.window_height, 0);
    assert_true(dropout.rate == 0.25);
    digitnet_model_free(model);
    model = begin_model(9, 8, 1);
    expect_ok(digitnet_model_add_conv2d_ex(model, 2, 3, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_EXPLICIT,
                                                         .top = 1, .bottom = 2, .left = 3, .right = 4)));
    digitnet_layer_info padded = layer_at(model, 0);
    assert_int_equal(padded.padding, DIGITNET_PADDING_EXPLICIT);
    assert_int_equal(padded.top, 1);
    assert_int_equal(padded.bottom, 2);
    assert_int_equal(padded.left, 3);
    assert_int_equal(padded.right, 4);
    digitnet_model_free(model);
}

static const char residual_summary[] =
    "____________________________________________________________________________________\n"
    " Layer (type)                Output Shape            Param #        Connected to\n"
    "====================================================================================\n"
    " input (InputLayer)          (None, 8, 8, 1)         0              -\n"
    " conv2d (Conv2D)             (None, 8, 8, 4)         40             input\n"
    " conv2d_1 (Conv2D)           (None, 8, 8, 4)         148            conv2d\n"
    " add (Add)                   (None, 8, 8, 4)         0              conv2d_1, conv2d\n"
    " flatten (Flatten)           (None, 256)             0              add\n"
    " dense (Dense)               (None, 10)              2,570          flatten\n"
    "====================================================================================\n"
    "Total params: 2,758\n";
static const char frozen_totals[] = "Total params: 2,758\n"
                                    "Trainable params: 2,610\n"
                                    "Non-trainable params: 148\n";

static void test_summary(void **state) {
    (void)state;
    digitnet_model *model = make_residual_network();
    char text[2048];
    size_t needed;
    expect_ok(digitnet_model_summary(text, sizeof text, &needed, model));
    assert_string_equal(text, residual_summary);
    assert_int_equal(needed, sizeof residual_summary);
    expect_ok(digitnet_model_set_trainable(model, "conv2d_1", 0));
    expect_ok(digitnet_model_summary(text, sizeof text, NULL, model));
    assert_string_equal(strstr(text, "Total params"), frozen_totals);
    digitnet_model_free(model);
}

/* ---- Many layers ---- */

static void test_many_layers_without_names(void **state) {
    (void)state;
    enum { LAYERS = 2000 };
    digitnet_model *model = begin_model(1, 1, 2);
    struct timespec begin, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (size_t i = 0; i < LAYERS; i++)
        expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
    assert_true(DNN_EMULATED || seconds < 2);
    assert_string_equal(layer_at(model, LAYERS - 1).name, "activation_1999");
    digitnet_model_free(model);
}

static void test_many_inputs(void **state) {
    (void)state;
    enum { INPUTS = 10000 };
    static const char *inputs[INPUTS];
    for (size_t i = 0; i < INPUTS; i++)
        inputs[i] = "input";
    digitnet_model *model = begin_model(1, 1, 2);
    expect_ok(digitnet_model_add_add(model, inputs, INPUTS, DIGITNET_ACTIVATION_LINEAR));
    expect_failure(
        digitnet_model_add_add(model, inputs, INPUTS, DIGITNET_ACTIVATION_LINEAR), DIGITNET_ELIMIT,
        "layer 'add_1': its 10000 inputs, added to the 10000 of the layers before it, exceed the limit of 16384");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_add(model, inputs, 6384, DIGITNET_ACTIVATION_LINEAR));
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input_is_reserved),
        cmocka_unit_test(test_unknown_inputs_are_kept),
        cmocka_unit_test(test_inputs_come_before),
        cmocka_unit_test(test_every_input_can_be_named),
        cmocka_unit_test(test_unused_outputs_are_refused),
        cmocka_unit_test(test_joined_shapes),
        cmocka_unit_test(test_description_of_inputs),
        cmocka_unit_test(test_description_of_attributes),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_many_layers_without_names),
        cmocka_unit_test(test_many_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
