/* Sizes whose products cannot be counted: refused before memory is asked for, whatever limits the program has set. */
#include "layers/layer.h"
#include "model/model.h"
#include "support.h"

/* The sizes are made for 64 bits. */
#define POWER(n) ((size_t)(UINT64_C(1) << (n)))
static const digitnet_model_options no_limits = {.struct_size = sizeof no_limits,
                                                 .max_parameters = SIZE_MAX,
                                                 .max_activation_bytes = SIZE_MAX,
                                                 .max_multiply_adds = SIZE_MAX};

/* ---- Layers, with attributes that builders never set too ---- */

#define CONV(count, height, width, down, right)                              \
    .kind = &digitnet__layer_conv2d, .attributes = {.outputs = count,        \
                                                    .window_height = height, \
                                                    .window_width = width,   \
                                                    .stride_height = down,   \
                                                    .stride_width = right,   \
                                                    .padding = DIGITNET_PADDING_SAME}
#define POOL(height, width, down, right) \
    .kind = &digitnet__layer_max_pool2d, \
    .attributes = {.window_height = height, .window_width = width, .stride_height = down, .stride_width = right}

#define TRANSPOSED(count, height, width, down)                                         \
    .kind = &digitnet__layer_conv2d_transpose, .attributes = {.outputs = count,        \
                                                              .window_height = height, \
                                                              .window_width = width,   \
                                                              .stride_height = down,   \
                                                              .stride_width = 1,       \
                                                              .padding = DIGITNET_PADDING_VALID}
#define EXPLICIT(...)                                    \
    .attributes = {.outputs = 1,                         \
                   .window_height = 1,                   \
                   .window_width = 1,                    \
                   .stride_height = 1,                   \
                   .stride_width = 1,                    \
                   .padding = DIGITNET_PADDING_EXPLICIT, \
                   __VA_ARGS__}
#define SEPARABLE(count)                       \
    .kind = &digitnet__layer_separable_conv2d, \
    .attributes = {.outputs = count, .window_height = 1, .window_width = 1, .stride_height = 1, .stride_width = 1}

static void layers_are_refused(void **state) {
    (void)state;
    static const struct {
        digitnet__layer layer;
        digitnet__shape input;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{CONV(1, 1, 0, 1, 1)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        {{CONV(1, 1, 1, 0, 1)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        {{CONV(1, 1, 1, 1, 0)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        /* The window; with its inputs; the weights; the positions; the output; the multiply-adds. */
        {{CONV(1, POWER(33), POWER(33), 1, 1)}, {1, 1, 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{CONV(1, POWER(20), POWER(20), 1, 1)}, {1, 1, POWER(30), false}, DIGITNET_ELIMIT, "overflow"},
        {{CONV(POWER(30), POWER(20), POWER(20), 1, 1)}, {1, 1, 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{CONV(1, 1, 1, 1, 1)}, {POWER(33), POWER(33), 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{CONV(POWER(30), 1, 1, 1, 1)}, {POWER(20), POWER(20), 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{CONV(POWER(10), 1, 1, 1, 1)}, {POWER(15), POWER(15), POWER(30), false}, DIGITNET_ELIMIT, "overflow"},
        {{POOL(1, 0, 1, 1)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        {{POOL(1, 1, 0, 1)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        {{POOL(1, 1, 1, 0)}, {4, 4, 1, false}, DIGITNET_EINVAL, "no size may be 0"},
        {{POOL(1, 5, 1, 1)}, {4, 4, 1, false}, DIGITNET_ESHAPE, "does not fit"},
        {{POOL(1, POWER(32), 1, 1)}, {4, 4, 1, false}, DIGITNET_ELIMIT, "the pooling window is 1x4294967296"},
        {{POOL(1, 1, 1, 1)}, {POWER(30), POWER(30), 1, false}, DIGITNET_ELIMIT, "more than 2147483647 places"},
        {{POOL(POWER(14), POWER(14), 1, 1)}, {POWER(15), POWER(15), POWER(30), false}, DIGITNET_ELIMIT, "overflows"},
        {{.kind = &digitnet__layer_global_max_pool2d},
         {POWER(30), POWER(30), 1, false},
         DIGITNET_ELIMIT,
         "more than 2147483647 places"},
        {{.kind = &digitnet__layer_conv2d, EXPLICIT(.top = SIZE_MAX)},
         {4, 4, 1, false},
         DIGITNET_ELIMIT,
         "a padding of"},
        {{.kind = &digitnet__layer_conv2d, EXPLICIT(.top = SIZE_MAX / 2, .bottom = SIZE_MAX / 2)},
         {4, 4, 1, false},
         DIGITNET_ELIMIT,
         "the limit of rows and of columns is 2147483647"},
        {{.kind = &digitnet__layer_max_pool2d, EXPLICIT(.left = POWER(30), .right = POWER(30))},
         {4, 4, 1, false},
         DIGITNET_ELIMIT,
         "a padding of 0, 0, 1073741824 and 1073741824"},
        {{.kind = &digitnet__layer_conv2d_transpose, EXPLICIT(.right = POWER(31))},
         {4, 4, 1, false},
         DIGITNET_ELIMIT,
         "a padding of"},
        {{.kind = &digitnet__layer_conv2d_transpose, EXPLICIT(.output_padding_height = SIZE_MAX)},
         {4, 4, 1, false},
         DIGITNET_EINVAL,
         "it must be less than the stride"},
        {{.kind = &digitnet__layer_depthwise_conv2d, EXPLICIT(.right = POWER(31) - 5)},
         {POWER(20), 4, POWER(20), false},
         DIGITNET_ELIMIT,
         "overflow"},
        {{.kind = &digitnet__layer_zero_padding2d, .attributes = {.left = POWER(30), .bottom = POWER(30)}},
         {1, 1, POWER(10), false},
         DIGITNET_ELIMIT,
         "overflows"},
        {{.kind = &digitnet__layer_up_sampling2d, .attributes = {.size_height = POWER(30), .size_width = POWER(30)}},
         {1, 1, POWER(10), false},
         DIGITNET_ELIMIT,
         "overflows"},
        {{.kind = &digitnet__layer_up_sampling2d, .attributes = {.size_height = 1}},
         {1, 1, 1, false},
         DIGITNET_EINVAL,
         "its size is 1x0; neither may be 0"},
        /* The places of a transposed convolution; with its last window; its bias behind 2^64 - 1 weights; the work. */
        {{TRANSPOSED(1, 1, 1, POWER(30))}, {POWER(35), 1, 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{TRANSPOSED(1, POWER(49), 1, 65535)}, {POWER(48) + 1, 1, 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{TRANSPOSED(641, 65535, 65537, 1)}, {1, 1, 6700417, false}, DIGITNET_ELIMIT, "overflow"},
        {{TRANSPOSED(1, POWER(20), POWER(20), 1)}, {POWER(13), POWER(13), 1, false}, DIGITNET_ELIMIT, "overflow"},
        /* The bias of a depthwise convolution; of a separable one the second kernel, the bias, and the work. */
        {{.kind = &digitnet__layer_depthwise_conv2d,
          .attributes = {.window_height = 65535,
                         .window_width = 65537,
                         .stride_height = 1,
                         .stride_width = 1,
                         .depth_multiplier = 6700417}},
         {65535, 65537, 641, false},
         DIGITNET_ELIMIT,
         "overflow"},
        {{SEPARABLE(POWER(32))}, {1, 1, POWER(32), false}, DIGITNET_ELIMIT, "overflow"},
        {{SEPARABLE(POWER(32))}, {1, 1, POWER(32) - 1, false}, DIGITNET_ELIMIT, "overflow"},
        {{SEPARABLE(POWER(20))}, {POWER(13), POWER(13), POWER(20), false}, DIGITNET_ELIMIT, "overflow"},
        {{.kind = &digitnet__layer_dense, .attributes = {.outputs = POWER(32)}},
         {1, 1, POWER(32), true},
         DIGITNET_ELIMIT,
         "overflow"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[] = "layer";
        digitnet__layer layer = cases[i].layer;
        digitnet__layer_input input = {.shape = cases[i].input};
        layer.name = name;
        layer.inputs = &input;
        layer.input_count = 1;
        expect_failure(layer.kind->infer_shape(&layer), cases[i].status, cases[i].message);
    }
}

/* Channels that are joined, and the work to multiply five inputs. */
static void joined_layers_are_refused(void **state) {
    (void)state;
    char name[] = "layer";
    const digitnet__shape half = {1, 1, POWER(63), false}, large = {POWER(30), POWER(30), 4, false};
    digitnet__layer_input halves[2] = {{.shape = half}, {.shape = half}}, factors[5];
    for (size_t i = 0; i < 5; i++)
        factors[i] = (digitnet__layer_input){.shape = large};
    digitnet__layer joined = {.kind = &digitnet__layer_concatenate, .name = name, .inputs = halves, .input_count = 2};
    expect_failure(joined.kind->infer_shape(&joined), DIGITNET_ELIMIT, "the sum of its inputs' channels overflows");
    digitnet__layer product = {.kind = &digitnet__layer_multiply, .name = name, .inputs = factors, .input_count = 5};
    expect_failure(product.kind->infer_shape(&product), DIGITNET_ELIMIT, "the work of 5 inputs");
}

/* ---- Models ---- */

static digitnet_model *begin_model(size_t height, size_t width, size_t channels) {
    digitnet_model *model = NULL;
    expect_ok(digitnet_model_create_ex(&model, height, width, channels, &no_limits));
    return model;
}

static void outputs_are_refused(void **state) {
    (void)state;
    digitnet_model *model = begin_model(POWER(30), POWER(30), 1);
    expect_failure(digitnet_model_add_conv2d(model, 4, 1, DIGITNET_ACTIVATION_RELU), DIGITNET_ELIMIT,
                   "its output of 1073741824x1073741824x4 overflows");
    digitnet_model_free(model);
}

static void expect_no_model(digitnet_model *model, const char *message) {
    expect_failure(digitnet__network_allocate(&model->network), DIGITNET_ELIMIT, message);
    assert_null(model->network.parameters);
    digitnet_model_free(model);
}

static void add_window(digitnet_model *model, size_t filters, size_t height, size_t width, size_t stride,
                       digitnet_activation activation) {
    expect_ok(digitnet_model_add_conv2d_ex(model, filters, height, activation,
                                           DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = width,
                                                         .stride_height = stride, .padding = DIGITNET_PADDING_SAME,
                                                         .no_bias = 1)));
}

static void weights_are_refused(void **state) {
    (void)state;
    digitnet_model *model = begin_model(1, 1, POWER(30));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense(model, POWER(32), DIGITNET_ACTIVATION_SOFTMAX));
    expect_failure(
        digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
        DIGITNET_ELIMIT, "do not fit in an ONNX file");
    expect_no_model(model, "weights overflow");

    /* 15 filters are packed as 16. */
    model = begin_model(1, 1, 1);
    add_window(model, 15, POWER(29), POWER(29), 1, DIGITNET_ACTIVATION_RELU);
    expect_no_model(model, "the memory to run the network overflows");
    model = begin_model(1, 1, 1);
    add_window(model, 15, POWER(30), POWER(29), 1, DIGITNET_ACTIVATION_RELU);
    add_window(model, 15, POWER(28), 143165577, 1, DIGITNET_ACTIVATION_RELU);
    expect_no_model(model, "weights overflow");
}

/* A window's columns, and an image with the zeros around it. */
static void scratch_memory_is_refused(void **state) {
    (void)state;
    digitnet_model *model = begin_model(1, 1, 1);
    add_window(model, 1, POWER(31), POWER(31), 1, DIGITNET_ACTIVATION_LINEAR);
    expect_no_model(model, "weights overflow"); /* which its columns are as many as */
    model = begin_model(POWER(30), 1, 1);
    add_window(model, 1, 1, POWER(34), POWER(30), DIGITNET_ACTIVATION_RELU);
    expect_no_model(model, "the memory to run");
}

/* ---- Batches of images of 2^60 values, of which one weight is read ---- */

static digitnet_model *make_wide_model(void) {
    digitnet_model *model = begin_model(POWER(30), POWER(30), 1);
    expect_ok(digitnet_model_add_conv2d_ex(model, 2, 1, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_conv2d_options, .stride_height = POWER(30))));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

static int gather_nothing(digitnet_batch *batch, void *user_data) {
    (void)batch, (void)user_data;
    fail();
    return 0;
}

static digitnet_dataset *make_source(size_t count, size_t height, size_t width, size_t channels) {
    digitnet_dataset *dataset = NULL;
    expect_ok(digitnet_dataset_create_source(&dataset, DIGITNET_WITH(digitnet_source_options, .count = count,
                                                                     .height = height, .width = width,
                                                                     .channels = channels, .gather = gather_nothing)));
    return dataset;
}

static void batches_are_refused(void **state) {
    (void)state;
    digitnet_model *model = make_wide_model();
    digitnet_dataset *dataset = make_source(100, POWER(30), POWER(30), 1);
    float scores[2 * 15];
    expect_failure(digitnet_model_fit(model, dataset, DIGITNET_WITH(digitnet_fit_options, .threads = 1)),
                   DIGITNET_ELIMIT, "a batch of 32 images overflows");
    expect_failure(digitnet_model_predict_u8(scores, 2 * 15, model, (const uint8_t[]){0}, 15 * POWER(60)),
                   DIGITNET_ELIMIT, "15 images at a time overflow");
    digitnet_dataset_free(dataset);
    digitnet_model_free(model);
}

static void numbers_of_images_are_refused(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *dataset = make_source(SIZE_MAX / 4, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS);
    expect_failure(digitnet_model_fit(model, dataset, NULL), DIGITNET_ENOMEM, "out of memory");
    digitnet_dataset_free(dataset);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_refused),
        cmocka_unit_test(joined_layers_are_refused),
        cmocka_unit_test(outputs_are_refused),
        cmocka_unit_test(weights_are_refused),
        cmocka_unit_test(scratch_memory_is_refused),
        cmocka_unit_test(batches_are_refused),
        cmocka_unit_test(numbers_of_images_are_refused),
    };
    if (sizeof(size_t) < sizeof(uint64_t))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
