/* Sessions at other widths than the model's: the bits of a model that was built for the width, and what is refused. */
#include "model/model.h"
#include "sample_layers.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The same bits as a model of that width ---- */

/* A network for images of any width. */
typedef struct network {
    const char *name;
    size_t height, width, channels;
    void (*add)(digitnet_model *model, const void *context);
    const void *context;
} network;

/* The kernels that networks are built with. */
static const digitnet__kernels *kernels;

/* NULL where a layer does not fit the width. */
static digitnet_model *build(const network *of, size_t width) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, of->height, width, of->channels));
    model->network.kernels = kernels;
    of->add(model, of->context);
    if (digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CUSTOM,
                                  DIGITNET_WITH(digitnet_compile_options, .seed = 3)) == DIGITNET_OK)
        return model;
    digitnet_model_free(model);
    return NULL;
}

/* Random weights and state; variances above 0. */
static void set_weights(digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    for (size_t i = 0; i < info.tensors; i++) {
        digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
        expect_ok(digitnet_model_describe_tensor(&tensor, model, i));
        float *values = must_allocate(tensor.values * sizeof *values);
        fill_noise(values, tensor.values, i);
        for (size_t k = 0; strstr(tensor.name, "variance") && k < tensor.values; k++)
            values[k] = 1.5f + values[k];
        expect_ok(digitnet_model_set_weights(model, tensor.name, values, tensor.values));
        free(values);
    }
}

static size_t outputs_of(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    return info.outputs;
}

enum { IMAGES = 3 };

/* At one width, in floats and bytes. */
static void check_width(digitnet_session *session, const network *of, const digitnet_model *model, size_t width) {
    size_t outputs = outputs_of(model), values = IMAGES * of->height * width * of->channels, told = 0;
    float *images = must_allocate(values * sizeof *images), *expected = must_allocate(IMAGES * outputs * sizeof(float));
    float *scores = must_allocate(IMAGES * outputs * sizeof *scores);
    uint8_t *bytes = must_allocate(values);
    fill_noise(images, values, width);
    for (size_t i = 0; i < values; i++)
        bytes[i] = (uint8_t)(128 + 127 * images[i]);
    expect_ok(digitnet_session_outputs(&told, session, width));
    assert_int_equal(told, outputs);
    expect_ok(digitnet_model_predict(expected, IMAGES * outputs, model, images, values));
    expect_ok(digitnet_session_run_width(scores, IMAGES * outputs, session, images, values, width));
    check_same_floats(scores, expected, IMAGES * outputs, of->name, __FILE__, __LINE__);
    expect_ok(digitnet_model_predict_u8(expected, IMAGES * outputs, model, bytes, values));
    expect_ok(digitnet_session_run_width_u8(scores, IMAGES * outputs, session, bytes, values, width));
    check_same_floats(scores, expected, IMAGES * outputs, of->name, __FILE__, __LINE__);
    free(bytes);
    free(scores);
    free(expected);
    free(images);
}

/* How many widths up to the greatest suit, of a session that each is tried with, from the widest down and up again. */
static size_t check_widths(digitnet_session *session, const network *of, size_t max_width) {
    size_t fitting = 0;
    for (size_t i = 0; i < 2 * max_width; i++) {
        size_t width = i < max_width ? max_width - i : i - max_width + 1;
        digitnet_model *model = build(of, width);
        if (model) {
            set_weights(model);
            check_width(session, of, model, width);
            fitting += i < max_width;
        } else {
            size_t told = 77;
            expect_failure(digitnet_session_outputs(&told, session, width), DIGITNET_ESHAPE, "layer '");
            assert_int_equal(told, 77);
        }
        digitnet_model_free(model);
    }
    return fitting;
}

static size_t check_network(const network *of, size_t max_width) {
    digitnet_session *session, *clone;
    digitnet_model *model = build(of, of->width);
    set_weights(model);
    expect_ok(digitnet_session_create(
        &session, model,
        DIGITNET_WITH(digitnet_session_options, .max_width = max_width, .batch_size = 2, .threads = 2)));
    expect_ok(digitnet_session_clone(&clone, session));
    digitnet_session_free(session);
    if (of->width <= max_width)
        check_width(clone, of, model, of->width);
    digitnet_model_free(model);
    size_t fitting = check_widths(clone, of, max_width);
    digitnet_session_free(clone);
    return fitting;
}

/* ---- Kinds of layers ---- */

static void add_sample(digitnet_model *model, const void *context) {
    const sample_layer *sample = context;
    if ((sample->before ? sample->before(model) : DIGITNET_OK) == DIGITNET_OK &&
        add_sample_layer(model, sample) != DIGITNET_OK)
        return; /* compile reports it */
}

/* Whether the layer's weights are the same at another width, and it fits. */
static bool suits_other_width(const network *of) {
    digitnet_model *model = build(of, of->width), *wider = build(of, of->width + 4);
    bool suits = wider && count_parameters(model) == count_parameters(wider);
    digitnet_model_free(wider);
    digitnet_model_free(model);
    return suits;
}

static void check_sample(const sample_layer *sample, size_t *suiting) {
    char name[128];
    snprintf(name, sizeof name, "%s", sample->builder->name);
    const network of = {.name = name,
                        .height = sample->height,
                        .width = sample->width,
                        .channels = sample->channels,
                        .add = add_sample,
                        .context = sample};
    if (suits_other_width(&of)) {
        assert_true(check_network(&of, of.width + 4) > 1);
        (*suiting)++;
        return;
    }
    digitnet_session *session;
    digitnet_model *model = build(&of, of.width);
    expect_failure(
        digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .max_width = of.width + 4)),
        DIGITNET_ESHAPE, "layer '");
    assert_null(session);
    digitnet_model_free(model);
}

static void test_kinds_of_layers(void **state) {
    (void)state;
    size_t suiting = 0;
    for (size_t i = 0; i < sample_layer_count; i++)
        check_sample(&sample_layers[i], &suiting);
    assert_true(suiting > 50); /* all but dense, reshape and a few more */
}

/* ---- Networks ---- */

static void add_line(digitnet_model *model, const void *context) {
    (void)context;
    for (size_t i = 0; i < 3; i++) {
        digitnet_model_add_conv2d_ex(model, 8 + 12 * i, 3, DIGITNET_ACTIVATION_LINEAR,
                                     DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME));
        digitnet_model_add_batch_normalization(model);
        digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
        digitnet_model_add_max_pool2d_ex(model, 2,
                                         DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = i < 2 ? 2 : 1));
    }
    digitnet_model_add_conv2d_ex(model, 11, 2, DIGITNET_ACTIVATION_SOFTMAX,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 1));
}

/* Pools that a convolution takes over at some widths alone. */
static void add_padded_pools(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_conv2d(model, 17, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d_ex(model, 2,
                                     DIGITNET_WITH(digitnet_max_pool2d_options, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d(model, 5, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d_ex(
        model, 3,
        DIGITNET_WITH(digitnet_max_pool2d_options, .padding = DIGITNET_PADDING_EXPLICIT, .bottom = 1, .right = 2));
}

static void add_strides(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_conv2d_ex(
        model, 9, 3, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_conv2d_options, .stride_width = 2, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_separable_conv2d(model, 20, 3, DIGITNET_ACTIVATION_SILU);
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Halves that are put together again: widths that are no multiple of 4 do not fit. */
static void add_branches(digitnet_model *model, const void *context) {
    static const char *const both[] = {"up", "skip"};
    (void)context;
    digitnet_model_add_conv2d_ex(
        model, 6, 3, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_conv2d_options, .name = "skip", .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_max_pool2d(model, 4);
    digitnet_model_add_conv2d(model, 6, 1, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_up_sampling2d_ex(model, 4, DIGITNET_WITH(digitnet_up_sampling2d_options, .name = "up"));
    digitnet_model_add_concatenate(model, both, 2);
}

/* Columns that become rows. */
static void add_turned(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_permute(model, 2, 1, 3);
    digitnet_model_add_conv2d(model, 4, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
}

static void test_networks(void **state) {
    (void)state;
    static const struct {
        network of;
        size_t max_width, fitting;
    } cases[] = {
        {{"line", 16, 20, 1, add_line, NULL}, 30, 27},
        {{"padded pools", 10, 12, 3, add_padded_pools, NULL}, 30, 26},
        {{"strides", 7, 40, 2, add_strides, NULL}, 30, 26},
        {{"branches", 8, 8, 2, add_branches, NULL}, 28, 7},
        {{"turned", 9, 9, 2, add_turned, NULL}, 30, 26},
    };
    for (size_t set = 0; (kernels = digitnet__kernels_at(set)); set++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_int_equal(check_network(&cases[i].of, cases[i].max_width), cases[i].fitting);
    kernels = digitnet__kernels_best();
}

/* ---- Runs ---- */

static const network line = {"line", 16, 20, 1, add_line, NULL};
enum { MOST = 33, LINE_CLASSES = 11 };

static digitnet_session *make_session(size_t max_width) {
    digitnet_session *session;
    digitnet_model *model = build(&line, line.width);
    set_weights(model);
    expect_ok(
        digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .max_width = max_width)));
    digitnet_model_free(model);
    return session;
}

static void test_runs_allocate_nothing(void **state) {
    (void)state;
    static float images[16 * MOST], scores[MOST / 4 * LINE_CLASSES];
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_session *session = make_session(MOST);
    size_t before = counts.allocations;
    for (size_t width = 4; width <= MOST; width++)
        expect_ok(
            digitnet_session_run_width(scores, sizeof scores / sizeof *scores, session, images, 16 * width, width));
    expect_ok(digitnet_session_run(scores, sizeof scores / sizeof *scores, session, images, 16 * line.width));
    assert_int_equal(counts.allocations, before);
    digitnet_session_free(session);
    end_counting(&counts);
}

/* 0 is the model's own width, and so is that of a plain run, whatever was run before. */
static void test_own_width(void **state) {
    (void)state;
    static float images[16 * MOST];
    float plain[55], other[55];
    digitnet_session *session = make_session(MOST);
    fill_noise(images, 16 * MOST, 1);
    expect_ok(digitnet_session_run_width(plain, 55, session, images, 16 * 5, 5));
    expect_ok(digitnet_session_run(plain, 55, session, images, 16 * 20));
    expect_ok(digitnet_session_run_width(other, 55, session, images, 16 * 20, 0));
    assert_same_floats(plain, other, 55);
    expect_ok(digitnet_session_run_width(other, 55, session, images, 16 * 20, 20));
    assert_same_floats(plain, other, 55);
    digitnet_session_free(session);
    digitnet_session *without = make_session(0);
    size_t outputs;
    expect_ok(digitnet_session_run_width(other, 55, without, images, 16 * 20, 20));
    assert_same_floats(plain, other, 55);
    expect_ok(digitnet_session_outputs(&outputs, without, 0));
    assert_int_equal(outputs, 55);
    digitnet_session_free(without);
}

static void test_widths_out_of_range(void **state) {
    (void)state;
    static const float images[16 * MOST];
    float scores[1];
    size_t outputs;
    digitnet_session *session = make_session(15), *without = make_session(0);
    expect_failure(digitnet_session_run_width(scores, 1, session, images, 16 * 16, 16), DIGITNET_EINVAL,
                   "the width is 16; the session was made for at most 15 columns");
    expect_failure(digitnet_session_run(scores, 1, session, images, 16 * 20), DIGITNET_EINVAL, "the width is 20");
    expect_failure(digitnet_session_run_width(scores, 1, session, images, 16 * 3, 3), DIGITNET_ESHAPE,
                   "layer 'max_pooling2d_1'");
    expect_failure(digitnet_session_run_width(scores, 1, session, images, 16 * 15, 8), DIGITNET_ESHAPE,
                   "240 values are not a whole number of images of 16x8x1");
    expect_failure(digitnet_session_run_width(scores, 1, session, images, 16 * 8, 8), DIGITNET_EBUFFER,
                   "1 images give 22 scores each, the buffer has room for 1 values");
    expect_failure(digitnet_session_run_width(scores, 1, without, images, 16 * 19, 19), DIGITNET_EINVAL,
                   "the session was made for 20 columns");
    expect_failure(digitnet_session_outputs(&outputs, without, 21), DIGITNET_EINVAL, "the width is 21");
    digitnet_session_free(without);
    digitnet_session_free(session);
}

/* Two threads use one session until a call is refused, because the other thread is at work. */
typedef struct sharer {
    digitnet_session *session;
    bool asks; /* for the outputs; else it runs */
    digitnet_status status;
} sharer;

static atomic_bool refused;

static digitnet_status use(const sharer *self, size_t width) {
    static const float images[16 * MOST];
    float scores[MOST / 4 * LINE_CLASSES];
    size_t outputs;
    return self->asks ? recorded(digitnet_session_outputs(&outputs, self->session, width))
                      : recorded(digitnet_session_run_width(scores, sizeof scores / sizeof *scores, self->session,
                                                            images, 16 * width, width));
}

static void use_shared_session(void *context) {
    sharer *self = context;
    for (size_t i = 0; i < 20000 && !atomic_load(&refused); i++) {
        self->status = use(self, MOST - i % 5);
        if (self->status != DIGITNET_OK)
            atomic_store(&refused, true);
    }
}

static void test_shared_session_is_refused(void **state) {
    (void)state;
    digitnet_session *session = make_session(MOST);
    bool refused_runs = false, refused_questions = false;
    for (size_t i = 0; i < 200 && !(refused_runs && refused_questions); i++) {
        sharer sharers[2] = {{.session = session, .asks = i % 2}, {.session = session}};
        atomic_store(&refused, false);
        run_threads(use_shared_session, sharers, 2, sizeof *sharers);
        assert_true(atomic_load(&refused));
        for (size_t k = 0; k < 2; k++)
            if (sharers[k].status != DIGITNET_OK) {
                assert_int_equal(sharers[k].status, DIGITNET_ESTATE);
                *(sharers[k].asks ? &refused_questions : &refused_runs) = true;
            }
        expect_ok(use(&sharers[1], 20));
    }
    assert_true(refused_runs && refused_questions);
    digitnet_session_free(session);
}

static void add_one_filter(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_RELU);
}

/* Nothing is written where the last of several chunks overflows. */
static void test_overflow(void **state) {
    (void)state;
    enum { COUNT = 40, NARROW = 3 };
    const network of = {"one filter", 1, 5, 1, add_one_filter, NULL};
    static float images[COUNT * NARROW], scores[COUNT * NARROW], untouched[COUNT * NARROW];
    digitnet_session *session;
    digitnet_model *model = build(&of, of.width);
    expect_ok(digitnet_model_set_weights(model, NULL, (const float[]){1e30f, 0}, 2));
    expect_ok(digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .max_width = 9)));
    images[COUNT * NARROW - 1] = 1e10f;
    expect_failure(digitnet_session_run_width(scores, COUNT * NARROW, session, images, COUNT * NARROW, NARROW),
                   DIGITNET_ENOTFINITE, "overflows");
    assert_same_floats(scores, untouched, COUNT * NARROW);
    images[COUNT * NARROW - 1] = 1e5f;
    expect_ok(digitnet_session_run_width(scores, COUNT * NARROW, session, images, COUNT * NARROW, NARROW));
    assert_true(scores[COUNT * NARROW - 1] > 9e34f);
    digitnet_session_free(session);
    digitnet_model_free(model);
}

/* ---- Networks that run at one width alone ---- */

static void expect_refused(void (*add)(digitnet_model *model, const void *context), size_t max_width,
                           const char *message) {
    const network of = {"", 4, 6, 2, add, NULL};
    digitnet_session *session = (digitnet_session *)(void *)&session;
    digitnet_model *model = build(&of, of.width);
    expect_failure(
        digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .max_width = max_width)),
        DIGITNET_ESHAPE, message);
    assert_null(session);
    digitnet_model_free(model);
}

static void add_dense_end(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_slopes(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_prelu(model);
}

static void add_reshape(digitnet_model *model, const void *context) {
    (void)context;
    digitnet_model_add_reshape(model, 2, 12, 2);
}

static void test_networks_of_one_width(void **state) {
    (void)state;
    for (size_t max_width = 5; max_width <= 7; max_width++) {
        expect_refused(add_dense_end, max_width, "layer 'dense': its weights do not suit an input of");
        expect_refused(add_slopes, max_width, "layer 'prelu': its weights do not suit an input of 4x");
        expect_refused(add_reshape, max_width, "layer 'reshape': its input of 4x");
    }
    digitnet_session *session; /* not even this one */
    digitnet_model *model = build(&line, line.width);
    expect_failure(digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .max_width = 3)),
                   DIGITNET_ESHAPE, "layer 'max_pooling2d_1': a pooling window");
    digitnet_model_free(model);
}

static void test_sizes_that_overflow(void **state) {
    (void)state;
    digitnet_session *session;
    digitnet_model *model = build(&line, line.width);
    expect_failure(digitnet_session_create(&session, model,
                                           DIGITNET_WITH(digitnet_session_options, .max_width = SIZE_MAX / 64 + 1)),
                   DIGITNET_ELIMIT, "overflows");
    digitnet_model_free(model);
}

int main(void) {
    kernels = digitnet__kernels_best();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_layers),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_runs_allocate_nothing),
        cmocka_unit_test(test_own_width),
        cmocka_unit_test(test_widths_out_of_range),
        cmocka_unit_test(test_shared_session_is_refused),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_networks_of_one_width),
        cmocka_unit_test(test_sizes_that_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
