/* The model file: what is saved comes back, bit for bit; the calls that save and load, and what they refuse. */
#include "layers/window.h"
#include "model/model.h"
#include "model/training.h"
#include "onnx_bytes.h"
#include "onnx_models.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The padding itself, since VALID and SAME may agree. */
static void assert_same_padding(const digitnet__layer *a, const digitnet__layer *b) {
    const digitnet__attributes *x = &a->attributes, *y = &b->attributes;
    digitnet__shape input = a->inputs[0].shape;
    size_t pads_a[] = {x->top, x->bottom, x->left, x->right}, pads_b[] = {y->top, y->bottom, y->left, y->right};
    size_t height = digitnet__window_span(x->window_height, x->dilation_height);
    size_t width = digitnet__window_span(x->window_width, x->dilation_width);
    digitnet__window_output(&pads_a[0], &pads_a[1], input.height, height, x->stride_height, x->padding);
    digitnet__window_output(&pads_a[2], &pads_a[3], input.width, width, x->stride_width, x->padding);
    digitnet__window_output(&pads_b[0], &pads_b[1], input.height, height, y->stride_height, y->padding);
    digitnet__window_output(&pads_b[2], &pads_b[3], input.width, width, y->stride_width, y->padding);
    assert_memory_equal(pads_a, pads_b, sizeof pads_a);
    if (pads_a[0] || pads_a[1] || pads_a[2] || pads_a[3])
        assert_int_equal(x->count_include_pad, y->count_include_pad);
}

static void assert_same_attributes(const digitnet__layer *a, const digitnet__layer *b) {
    const digitnet__attributes *x = &a->attributes, *y = &b->attributes;
    assert_int_equal(x->outputs, y->outputs);
    assert_int_equal(x->window_height, y->window_height);
    assert_int_equal(x->window_width, y->window_width);
    assert_int_equal(x->stride_height, y->stride_height);
    assert_int_equal(x->stride_width, y->stride_width);
    assert_int_equal(x->dilation_height, y->dilation_height);
    assert_int_equal(x->dilation_width, y->dilation_width);
    assert_int_equal(x->groups, y->groups);
    assert_int_equal(x->depth_multiplier, y->depth_multiplier);
    assert_int_equal(x->no_bias, y->no_bias);
    assert_int_equal(x->activation, y->activation);
    assert_true(x->rate == y->rate);
    assert_int_equal(x->keepdims, y->keepdims);
    assert_int_equal(x->top, y->top);
    assert_int_equal(x->bottom, y->bottom);
    assert_int_equal(x->left, y->left);
    assert_int_equal(x->right, y->right);
    assert_int_equal(x->output_padding_height, y->output_padding_height);
    assert_int_equal(x->output_padding_width, y->output_padding_width);
    assert_int_equal(x->size_height, y->size_height);
    assert_int_equal(x->size_width, y->size_width);
    assert_int_equal(x->interpolation, y->interpolation);
    assert_int_equal(a->frozen, b->frozen);
    assert_int_equal(a->input_count, b->input_count);
    for (size_t i = 0; i < a->input_count; i++)
        assert_int_equal(a->inputs[i].value, b->inputs[i].value);
    if (x->window_height)
        assert_same_padding(a, b);
}

static void assert_close_scores(const digitnet_model *a, const digitnet_model *b, double tolerance) {
    enum { IMAGES = 3 };
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, a));
    size_t values = IMAGES * info.height * info.width * info.channels;
    float *images = must_allocate(values * sizeof *images);
    float *scores_a = must_allocate(IMAGES * info.outputs * sizeof *scores_a);
    float *scores_b = must_allocate(IMAGES * info.outputs * sizeof *scores_b);
    onnx_draw_values(images, values, 17);
    expect_ok(digitnet_model_predict(scores_a, IMAGES * info.outputs, a, images, values));
    expect_ok(digitnet_model_predict(scores_b, IMAGES * info.outputs, b, images, values));
    assert_close_floats(scores_a, scores_b, IMAGES * info.outputs, tolerance);
    free(scores_b);
    free(scores_a);
    free(images);
}

static void assert_same_network(const digitnet_model *a, const digitnet_model *b) {
    const digitnet__graph *x = &a->network.graph, *y = &b->network.graph;
    assert_int_equal(x->input.height, y->input.height);
    assert_int_equal(x->input.width, y->input.width);
    assert_int_equal(x->input.channels, y->input.channels);
    assert_int_equal(x->layer_count, y->layer_count);
    for (size_t i = 0; i < x->layer_count; i++) {
        assert_string_equal(x->layers[i].name, y->layers[i].name);
        assert_ptr_equal(x->layers[i].kind, y->layers[i].kind);
        assert_same_attributes(&x->layers[i], &y->layers[i]);
    }
    assert_same_weights(a, b);
    assert_close_scores(a, b, 0);
}

static void assert_same_training(const digitnet__training *a, const digitnet__training *b, size_t parameter_count) {
    assert_int_equal(a->settings.kind, b->settings.kind);
    assert_int_equal(a->settings.nesterov, b->settings.nesterov);
    assert_true(a->settings.schedule.learning_rate == b->settings.schedule.learning_rate);
    assert_true(a->settings.beta_1 == b->settings.beta_1);
    assert_true(a->settings.beta_2 == b->settings.beta_2);
    assert_true(a->settings.epsilon == b->settings.epsilon);
    assert_true(a->settings.momentum == b->settings.momentum);
    assert_int_equal(a->loss.kind, b->loss.kind);
    assert_true(a->seed == b->seed);
    assert_memory_equal(&a->progress, &b->progress, sizeof a->progress);
    assert_same_floats(a->state, b->state, digitnet__optimizer_slots(&a->settings) * parameter_count);
}

/* By its nodes it is the same, too; where a layer is several, it may have become another that computes the same. */
static void check_foreign(const digitnet_model *model, const saved_bytes *file, bool several_nodes) {
    digitnet_model *foreign = load_model(file, 1);
    if (several_nodes)
        assert_close_scores(foreign, model, 1e-6);
    else
        assert_same_network(model, foreign);
    assert_null(foreign->training);
    digitnet_model_free(foreign);
}

/* Saved and loaded it is the same, and is saved as the same bytes. */
static void check_round_trip(const digitnet_model *model, bool several_nodes) {
    saved_bytes file = save_model(model);
    digitnet_model *again = load_model(&file, 0);
    assert_same_network(model, again);
    assert_true((again->training != NULL) == (model->training != NULL));
    check_foreign(model, &file, several_nodes);
    if (model->training)
        assert_same_training(model->training, again->training, model->network.graph.parameter_count);
    saved_bytes again_file = save_model(again);
    assert_same_bytes(&file, &again_file);
    digitnet_model_free(again);
    free(again_file.data);
    free(file.data);
}

static void samples_come_back(void **state) {
    (void)state;
    for (size_t i = 0; i < onnx_sample_count; i++) {
        digitnet_model *model = onnx_sample_create(onnx_samples[i].name, 7 + i);
        assert_non_null(model);
        check_round_trip(model, onnx_samples[i].several_nodes);
        digitnet_model_free(model);
    }
}

static void check_window(size_t variant) {
    size_t height = variant % 3 + 1, width = variant / 3 % 3 + 1;
    size_t stride_height = variant / 9 % 2 + 1, stride_width = variant / 18 % 3 + 1;
    digitnet_padding padding = variant / 54 % 2 ? DIGITNET_PADDING_SAME : DIGITNET_PADDING_VALID;
    digitnet_activation activation = (digitnet_activation)(variant / 108 % 3);
    digitnet_model *model = NULL;
    expect_ok(digitnet_model_create(&model, 7, 6, 2));
    expect_ok(digitnet_model_add_max_pool2d_ex(model, height,
                                               DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = width,
                                                             .stride_height = stride_height,
                                                             .stride_width = stride_width, .padding = padding)));
    digitnet_layer_info pool = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe_layer(&pool, model, 0));
    if (pool.height >= height && pool.width >= width) {
        expect_ok(digitnet_model_add_conv2d_ex(
            model, 3, height, activation,
            DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = width, .stride_height = stride_height,
                          .stride_width = stride_width, .padding = padding, .no_bias = (int32_t)(variant % 2))));
    }
    expect_ok(onnx_draw_weights(model, variant));
    check_round_trip(model, false);
    digitnet_model_free(model);
}

static void every_window_comes_back(void **state) {
    (void)state;
    for (size_t variant = 0; variant < 324; variant++)
        check_window(variant);
}

static void settings_come_back(void **state) {
    (void)state;
    static const digitnet_adam_options adam = {
        .struct_size = sizeof adam, .beta_1 = 0.123456789012345678, .beta_2 = 0.99999999999, .epsilon = 5e-324};
    static const digitnet_adam_options zeros = {.struct_size = sizeof zeros, .epsilon = DBL_MAX};
    static const digitnet_sgd_options momentum = {.struct_size = sizeof momentum, .momentum = 0.9};
    static const digitnet_sgd_options nesterov = {.struct_size = sizeof nesterov, .momentum = 0.1, .nesterov = 1};
    static const digitnet_compile_options settings[] = {
        {.learning_rate = 0.1, .seed = UINT64_MAX},
        {.learning_rate = 1.0 / 3, .adam = &adam},
        {.adam = &zeros},
        {.learning_rate = 1e300, .seed = 1, .sgd = &momentum},
        {.sgd = &nesterov},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        digitnet_compile_options options = settings[i];
        options.struct_size = sizeof options;
        digitnet_model *model = onnx_sample_create("tiny", i);
        expect_ok(digitnet_model_compile_ex(model, options.sgd ? DIGITNET_OPTIMIZER_SGD : DIGITNET_OPTIMIZER_ADAM,
                                            DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &options));
        check_round_trip(model, false);
        digitnet_model_free(model);
    }
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    digitnet_model *model = onnx_sample_create("tiny", 1), *out = model;
    unsigned char byte = 0;
    expect_failure(digitnet_model_save(NULL, "x"), DIGITNET_EINVAL, "model is NULL");
    expect_failure(digitnet_model_save(model, NULL), DIGITNET_EINVAL, "path is NULL");
    expect_failure(digitnet_model_save_memory(&byte, 1, NULL, NULL), DIGITNET_EINVAL, "model is NULL");
    expect_failure(digitnet_model_save_memory(NULL, 1, NULL, model), DIGITNET_EINVAL, "bytes is NULL");
    expect_failure(digitnet_model_load(NULL, "x"), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_model_load(&out, NULL), DIGITNET_EINVAL, "path is NULL");
    assert_null(out);
    out = model;
    expect_failure(digitnet_model_load(&out, "no such folder/model.onnx"), DIGITNET_ENOTFOUND, "no such folder");
    assert_null(out);
    expect_failure(digitnet_model_load_memory(NULL, &byte, 1), DIGITNET_EINVAL, "out is NULL");
    out = model;
    expect_failure(digitnet_model_load_memory(&out, NULL, 1), DIGITNET_EINVAL, "bytes is NULL");
    assert_null(out);
    expect_failure(digitnet_model_load_memory(&out, &byte, 0), DIGITNET_EFORMAT, "it is empty");
    expect_failure(digitnet_model_load_memory_ex(&out, &byte, 1, &(digitnet_model_load_options){.struct_size = 1}),
                   DIGITNET_EINVAL, "struct_size");
    digitnet_model_free(model);
}

static void a_model_without_weights_cannot_be_saved(void **state) {
    (void)state;
    digitnet_model *model = build_small_network();
    size_t needed = 42;
    expect_failure(digitnet_model_save_memory(NULL, 0, &needed, model), DIGITNET_ESTATE, "no weights");
    assert_int_equal(needed, 42);
    expect_failure(digitnet_model_save(model, "never.onnx"), DIGITNET_ESTATE, "never.onnx: ");
    digitnet_model_add_dense(model, 0, DIGITNET_ACTIVATION_RELU);
    expect_failure(digitnet_model_save_memory(NULL, 0, &needed, model), DIGITNET_ESTATE, "units is 0");
    digitnet_model_free(model);
}

/* A model that has diverged must not take the place of a good file. */
static void only_finite_weights_are_saved(void **state) {
    (void)state;
    digitnet_model *model = onnx_sample_create("tiny", 1);
    saved_bytes file = save_model(model);
    float *values[] = {&model->network.parameters[3],
                       &model->training->state[model->network.graph.parameter_count + 3]};
    for (size_t i = 0; i < 2; i++) {
        float kept = *values[i];
        *values[i] = 1e38f * 10;
        expect_failure(digitnet_model_save_memory(file.data, file.size, NULL, model), DIGITNET_ESTATE, "conv2d/kernel");
        *values[i] = kept;
    }
    expect_ok(digitnet_model_save_memory(file.data, file.size, NULL, model));
    digitnet_model_free(model);
    free(file.data);
}

static void memory_of_any_capacity_is_respected(void **state) {
    (void)state;
    digitnet_model *model = onnx_sample_create("tiny", 1);
    saved_bytes file = save_model(model);
    for (size_t capacity = 0; capacity < file.size + 3; capacity += capacity + 3 < file.size - 2 ? 3 : 1) {
        unsigned char *bytes = must_allocate(file.size + 3);
        memset(bytes, 0xa5, file.size + 3);
        size_t needed = 0;
        digitnet_status status = digitnet_model_save_memory(bytes, capacity, &needed, model);
        assert_int_equal(needed, file.size);
        assert_int_equal(status, capacity < file.size ? DIGITNET_EBUFFER : DIGITNET_OK);
        for (size_t i = status == DIGITNET_OK ? file.size : 0; i < file.size + 3; i++)
            assert_int_equal(bytes[i], 0xa5);
        free(bytes);
    }
    digitnet_model_free(model);
    free(file.data);
}

/* A setting of -0 is one of 0, which metadata leaves out. */
static void zeros_come_back_without_a_sign(void **state) {
    (void)state;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 3, 3, 1));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dropout(model, -0.0));
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    check_round_trip(model, false);
    digitnet_model_free(model);
}

static void files_hold_the_same_bytes(void **state) {
    (void)state;
    char path[] = "/tmp/digitnet-test-onnx-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(close(descriptor), 0);
    digitnet_model *model = onnx_sample_create("kinds", 1), *again = NULL;
    expect_ok(digitnet_model_save(model, path));
    saved_bytes file = save_model(model);
    unsigned char *bytes = must_allocate(file.size + 1);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fread(bytes, 1, file.size + 1, stream), file.size);
    fclose(stream);
    assert_memory_equal(bytes, file.data, file.size);
    expect_ok(digitnet_model_load(&again, path));
    assert_same_network(model, again);
    digitnet_model_free(again);
    expect_failure(
        digitnet_model_load_ex(&again, path, DIGITNET_WITH(digitnet_model_load_options, .max_bytes = file.size - 1)),
        DIGITNET_ELIMIT, path);
    assert_null(again);
    expect_ok(digitnet_model_load_ex(&again, path, DIGITNET_WITH(digitnet_model_load_options, .max_bytes = SIZE_MAX)));
    digitnet_model_free(again);

    /* A damaged file is called by its name. */
    stream = fopen(path, "r+b");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 100, SEEK_SET), 0);
    assert_int_equal(fputc(file.data[100] ^ 1, stream), file.data[100] ^ 1);
    assert_int_equal(fclose(stream), 0);
    expect_failure(digitnet_model_load(&again, path), DIGITNET_EFORMAT, path);
    assert_null(again);
    assert_int_equal(unlink(path), 0);
    free(bytes);
    free(file.data);
    digitnet_model_free(model);
}

typedef struct saver {
    const digitnet_model *model;
    saved_bytes expected;
    const char *path;
    size_t different, unexpected;
} saver;

static void save_often(void *context) {
    saver *self = context;
    unsigned char *bytes = must_allocate(self->expected.size);
    for (int i = 0; i < 20; i++) {
        digitnet_status status = digitnet_model_save_memory(bytes, self->expected.size, NULL, self->model);
        self->unexpected += status != DIGITNET_OK;
        self->different += memcmp(bytes, self->expected.data, self->expected.size) != 0;
        status = digitnet_model_save(self->model, self->path);
        self->unexpected += status != DIGITNET_OK && status != DIGITNET_ESTATE;
    }
    free(bytes);
}

static void threads_save_one_model_at_once(void **state) {
    (void)state;
    enum { THREADS = 4 };
    char path[] = "/tmp/digitnet-test-onnx-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(close(descriptor), 0);
    digitnet_model *model = onnx_sample_create("kinds", 1), *again = NULL;
    saver savers[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        savers[i] = (saver){.model = model, .expected = save_model(model), .path = path};
    run_threads(save_often, savers, THREADS, sizeof *savers);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(savers[i].different, 0);
        assert_int_equal(savers[i].unexpected, 0);
        free(savers[i].expected.data);
    }
    expect_ok(digitnet_model_load(&again, path));
    assert_same_network(model, again);
    digitnet_model_free(again);
    assert_int_equal(unlink(path), 0);

    expect_ok(digitnet__model_begin_write(model));
    expect_failure(digitnet_model_save(model, path), DIGITNET_ESTATE, "being changed");
    expect_failure(digitnet_model_save_memory(NULL, 0, NULL, model), DIGITNET_ESTATE, "being changed");
    digitnet__model_end_write(model);
    assert_int_equal(access(path, F_OK), -1);
    digitnet_model_free(model);
}

static void limits_hold(void **state) {
    (void)state;
    digitnet_model *model = onnx_sample_create("kinds", 1), *out = NULL;
    saved_bytes file = save_model(model);
    const digitnet__graph *graph = &model->network.graph;
    size_t parameters = graph->parameter_count, multiply_adds = graph->multiply_adds;
    size_t activation_bytes = graph->activation_values * sizeof(float);
    static const struct {
        size_t less[4];
    } cases[] = {{{0, 0, 0, 0}}, {{1, 0, 0, 0}}, {{0, 1, 0, 0}}, {{0, 0, 1, 0}}, {{0, 0, 0, 1}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model_load_options limits = {.struct_size = sizeof limits,
                                              .max_parameters = parameters - cases[i].less[0],
                                              .max_activation_bytes = activation_bytes - cases[i].less[1],
                                              .max_multiply_adds = multiply_adds - cases[i].less[2],
                                              .max_bytes = file.size - cases[i].less[3]};
        digitnet_status status = digitnet_model_load_memory_ex(&out, file.data, file.size, &limits);
        assert_int_equal(status, i == 0 ? DIGITNET_OK : DIGITNET_ELIMIT);
        assert_true((out != NULL) == (i == 0));
        digitnet_model_free(out);
        out = NULL;
    }
    digitnet_model_free(model);
    free(file.data);
}

/* Its output is the graph's. */
static void every_kind_of_layer_may_be_the_last(void **state) {
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        digitnet_model *model = NULL;
        expect_ok(digitnet_model_create(&model, 3, 2, 2));
        expect_ok(i == 0   ? digitnet_model_add_conv2d(model, 3, 2, DIGITNET_ACTIVATION_LINEAR)
                  : i == 1 ? digitnet_model_add_conv2d(model, 3, 2, DIGITNET_ACTIVATION_RELU)
                  : i == 2 ? digitnet_model_add_max_pool2d(model, 2)
                  : i == 3 ? digitnet_model_add_dropout(model, 0.5)
                           : digitnet_model_add_flatten(model));
        if (i == 5)
            expect_ok(digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_LINEAR));
        expect_ok(onnx_draw_weights(model, 1));
        check_round_trip(model, false);
        digitnet_model_free(model);
    }
}

static bool has_text(const saved_bytes *file, const char *text) {
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= file->size; i++)
        if (memcmp(file->data + i, text, size) == 0)
            return true;
    return false;
}

/* Other tools have the channels first: where that is another order of the values, a Transpose stands before Flatten. */
static void flattened_images_are_transposed(void **state) {
    (void)state;
    static const struct {
        size_t height, width, channels;
        bool transposed;
    } cases[] = {{1, 2, 2, true}, {2, 1, 2, true}, {1, 1, 3, false}, {2, 2, 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = NULL;
        expect_ok(digitnet_model_create(&model, cases[i].height, cases[i].width, cases[i].channels));
        expect_ok(digitnet_model_add_flatten(model));
        expect_ok(onnx_draw_weights(model, 1));
        saved_bytes file = save_model(model);
        assert_int_equal(has_text(&file, "Transpose"), cases[i].transposed);
        digitnet_model_free(model);
        free(file.data);
    }
}

static digitnet_model *stack_activations(size_t layers) {
    digitnet_model *model = NULL;
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    for (size_t i = 0; i < layers; i++)
        expect_ok(digitnet_model_add_activation(model, i % 2 ? DIGITNET_ACTIVATION_RELU : DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(onnx_draw_weights(model, 1));
    return model;
}

/* What can be saved can be loaded. */
static void a_file_holds_4096_layers(void **state) {
    (void)state;
    digitnet_model *most = stack_activations(4096), *more;
    check_round_trip(most, false);
    digitnet_model_free(most);
    expect_ok(digitnet_model_create(&more, 1, 1, 2));
    for (size_t i = 0; i < 4096; i++)
        expect_ok(digitnet_model_add_flatten(more));
    expect_failure(digitnet_model_add_flatten(more), DIGITNET_ELIMIT, "4096 layers, which is the limit");
    digitnet_model_free(more);
}

/* Pages that nobody has written hold zeros and take no memory. The kernel is said to have 2^29 of these. */
static void a_file_has_at_most_2_gib(void **state) {
    (void)state;
    const size_t values = (size_t)1 << 29, size = (values + 16) * sizeof(float);
    void *zeros = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED)
        skip_because("2 GiB are more than its addresses reach");
    digitnet_model *model = onnx_sample_create("softmax-image", 1);
    digitnet__network *network = &model->network;
    digitnet__tensor *kernel = &network->graph.layers[0].tensors[DNN_KERNEL];
    const size_t right = kernel->values;
    float *parameters = network->parameters;
    network->parameters = zeros;
    kernel->values = values;
    expect_failure(digitnet_model_save(model, "/nonexistent/model"), DIGITNET_ELIMIT, "exceed the 2 GiB");
    expect_failure(digitnet_model_save_memory(NULL, 0, NULL, model), DIGITNET_ELIMIT, "exceed the 2 GiB");
    kernel->values = right;
    network->parameters = parameters;
    check_round_trip(model, false);
    digitnet_model_free(model);
    munmap(zeros, size);
}

/* Each allocation fails once; nothing is leaked, and the call after that works. */
static void without_memory_nothing_is_lost(void **state) {
    (void)state;
    digitnet_model *model = onnx_sample_create("kinds", 1);
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failures = 0;
    for (; status != DIGITNET_OK; failures++) {
        size_t live = atomic_load(&counts.live);
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failures + 1);
        model = (digitnet_model *)&file;
        status = digitnet_model_load_memory(&model, file.data, file.size);
        if (status != DIGITNET_OK) {
            expect_failure(status, DIGITNET_ENOMEM, "memory");
            assert_null(model);
            assert_int_equal(atomic_load(&counts.live), live);
        }
    }
    assert_true(failures > 10);

    /* Into the caller's memory nothing is allocated at all; a file takes one allocation of the library's. */
    size_t allocations = atomic_load(&counts.allocations);
    unsigned char *bytes = must_allocate(file.size);
    expect_ok(digitnet_model_save_memory(bytes, file.size, NULL, model));
    assert_int_equal(atomic_load(&counts.allocations), allocations);
    assert_memory_equal(bytes, file.data, file.size);
    atomic_store(&counts.fail_at, allocations + 1);
    expect_failure(digitnet_model_save(model, "/nonexistent/model"), DIGITNET_ENOMEM, "/nonexistent/model");
    digitnet_model_free(model);
    end_counting(&counts);
    free(bytes);
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_back),
        cmocka_unit_test(every_window_comes_back),
        cmocka_unit_test(settings_come_back),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_model_without_weights_cannot_be_saved),
        cmocka_unit_test(only_finite_weights_are_saved),
        cmocka_unit_test(memory_of_any_capacity_is_respected),
        cmocka_unit_test(zeros_come_back_without_a_sign),
        cmocka_unit_test(files_hold_the_same_bytes),
        cmocka_unit_test(threads_save_one_model_at_once),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(every_kind_of_layer_may_be_the_last),
        cmocka_unit_test(flattened_images_are_transposed),
        cmocka_unit_test(a_file_holds_4096_layers),
        cmocka_unit_test(a_file_has_at_most_2_gib),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
