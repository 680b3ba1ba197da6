/* Each layer against Keras or PyTorch in double precision: outputs, the gradients by the images and by the layer's
 * tensors, and what three steps of SGD make of them. fixtures/make-layers.py made the figures. */
#include "fixtures/layers.h"
#include "layers/activations.h"
#include "layers/conv2d.h"
#include "model/model.h"
#include "models.h"
#include "passes.h"
#include "support.h"
#include "training/loss.h"

#include <math.h>
#include <stdlib.h>

#define SAME .padding = DIGITNET_PADDING_SAME
#define PADDED(above, below, before, behind) \
    .padding = DIGITNET_PADDING_EXPLICIT, .top = above, .bottom = below, .left = before, .right = behind
#define RELU DIGITNET_ACTIVATION_RELU
#define LINEAR DIGITNET_ACTIVATION_LINEAR

enum { IMAGE_SEED = 1, TARGET_SEED = 2, FIRST_TENSOR_SEED = 10 };

/* ---- The layers ---- */

/* Numbers below 1 of what the last layer gives, called "gate". */
static digitnet_model *gated(digitnet_model *model) {
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_SIGMOID,
                                     DIGITNET_WITH(digitnet_activation_options, .name = "gate"));
    return model;
}

static digitnet_model *pooled(digitnet_model *model, int32_t keepdims) {
    digitnet_model_add_global_average_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_average_pool2d_options, .name = "means", .keepdims = keepdims));
    return model;
}

static digitnet_model *with_relu(digitnet_model *model, size_t filters, size_t kernel) {
    digitnet_model_add_conv2d_ex(model, filters, kernel, RELU, DIGITNET_WITH(digitnet_conv2d_options, SAME));
    return model;
}

static digitnet_model *flattened(digitnet_model *model) {
    digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "flat", .input = "images"));
    return model;
}

/* Two parts, which have channel 2 in common. */
static digitnet_model *split(digitnet_model *model) {
    digitnet_model_add_channel_slice_ex(
        model, 2, 3, DIGITNET_WITH(digitnet_channel_slice_options, .name = "behind", .input = "images"));
    digitnet_model_add_channel_slice_ex(
        model, 0, 3, DIGITNET_WITH(digitnet_channel_slice_options, .name = "before", .input = "images"));
    return model;
}

#define ACTIVATION LAYER
#define LAYER(name, call)                           \
    static void add_##name(digitnet_model *model) { \
        call;                                       \
    }
#include "layer_fixtures.def"
#undef LAYER
#undef ACTIVATION

static const struct {
    const char *name;
    void (*add)(digitnet_model *model);
    bool of_each_value; /* so that it may also stand right behind a dense layer, which absorbs it */
} builders[] = {
#define LAYER(name, call) {#name, add_##name, false},
#define ACTIVATION(name, call) {#name, add_##name, true},
#include "layer_fixtures.def"
};

enum { CASES = sizeof reference_layers / sizeof *reference_layers };

/* ---- The network ---- */

static size_t image_values(const reference_layer *reference) {
    return reference->height * reference->width * reference->channels;
}

/* Those of the network. */
static const digitnet__kernels *kernels;

static double rate_of(const reference_layer *reference) {
    return fmin((double)(REFERENCE_IMAGES * reference->outputs) / REFERENCE_OUTPUTS_PER_RATE, REFERENCE_MOST_RATE);
}

/* The images are the kernel of a dense layer whose inputs choose one of them, so that they move like weights. */
static void add_images(digitnet_model *model, const reference_layer *reference, bool absorbed) {
    bool flat = absorbed || (reference->height == 1 && reference->width == 1);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(
        model, image_values(reference), LINEAR,
        DIGITNET_WITH(digitnet_dense_options, .name = flat ? "images" : "kernel_of_images", .no_bias = 1));
    if (!flat)
        digitnet_model_add_reshape_ex(model, reference->height, reference->width, reference->channels,
                                      DIGITNET_WITH(digitnet_reshape_options, .name = "images"));
}

static void set_tensor(digitnet_model *model, size_t index, const reference_layer *reference) {
    digitnet_tensor_info tensor = tensor_at(model, index);
    float *values = must_allocate(tensor.values * sizeof *values);
    fill_noise(values, tensor.values, index == 0 ? IMAGE_SEED : FIRST_TENSOR_SEED + index - 1);
    for (size_t i = 0; i < tensor.values; i++) {
        if (index == 0)
            values[i] *= reference->scale;
        else if (strstr(tensor.name, "variance"))
            values[i] = reference->variances * (1 + values[i] / 2);
        else
            values[i] /= 2;
    }
    expect_ok(digitnet_model_set_weights(model, tensor.name, values, tensor.values));
    free(values);
}

static digitnet_model *make_model(size_t index, bool absorbed) {
    const reference_layer *reference = &reference_layers[index];
    digitnet_model *model = begin_model(1, 1, REFERENCE_IMAGES);
    model->network.kernels = kernels;
    add_images(model, reference, absorbed);
    builders[index].add(model);
    digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "outputs"));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = rate_of(reference))));
    for (size_t i = 0; i < info_of(model).tensors; i++)
        set_tensor(model, i, reference);
    return model;
}

/* ---- The comparison ---- */

typedef struct comparison {
    const reference_layer *reference;
    digitnet_model *model;
    const double *figures; /* those that come next */
    float *outputs, *targets;
} comparison;

static const float choices[REFERENCE_IMAGES][REFERENCE_IMAGES] = {{1, 0}, {0, 1}};

/* As many of the next figures, within some roundings of the largest. */
static void check_figures(comparison *own, const char *what, const float *values, size_t count, double factor) {
    double figures[MOST_FIGURES], largest = 0;
    size_t neighbours, figure_count = to_figures(figures, &neighbours, values, count);
    for (size_t i = 0; i < figure_count; i++)
        largest = fmax(largest, fabs(own->figures[i]));
    for (size_t i = 0; i < figure_count; i++)
        if (!(fabs(factor * figures[i] - own->figures[i]) <= 2e-6 * largest))
            fail_msg("%s, %s: %s, figure %zu of %zu, of %zu values: %.9g, in the reference %.9g; the largest is %g",
                     own->reference->name, kernels->name, what, i, figure_count, neighbours, factor * figures[i],
                     own->figures[i], largest);
    own->figures += figure_count;
}

static void check_outputs(comparison *own) {
    size_t count = REFERENCE_IMAGES * own->reference->outputs;
    expect_ok(digitnet_model_predict(own->outputs, count, own->model, *choices, REFERENCE_IMAGES * REFERENCE_IMAGES));
    check_figures(own, "outputs", own->outputs, count, 1);
}

/* In ranges of one image each, or in one of all, where each image adds to what those before it left. */
static void check_gradients(comparison *own, size_t ranges) {
    const float ones[REFERENCE_IMAGES] = {1, 1};
    const digitnet__loss_settings settings = digitnet__loss_defaults(DIGITNET_LOSS_MEAN_SQUARED_ERROR);
    const digitnet__network *network = &own->model->network;
    digitnet__score scores[REFERENCE_IMAGES];
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, network, REFERENCE_IMAGES, ranges, NULL));
    memcpy(digitnet__pass_input(&pass, 0), choices, sizeof choices);
    forward_batch(&pass, REFERENCE_IMAGES);
    const digitnet__loss_rows rows = {.outputs = digitnet__pass_output(&pass, 0),
                                      .targets = own->targets,
                                      .weights = ones,
                                      .rows = REFERENCE_IMAGES,
                                      .columns = own->reference->outputs};
    digitnet__loss_find(settings.kind)
        ->run(scores, digitnet__pass_output_gradient(&pass, 0), &rows, &settings, 1.0f / REFERENCE_IMAGES);
    backward_batch(&pass, REFERENCE_IMAGES);
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        if (tensor->is_state)
            continue;
        float *gradient = must_allocate(tensor->values * sizeof *gradient);
        digitnet__tensor_to_user(gradient, tensor, digitnet__pass_gradients(&pass) + tensor->offset);
        check_figures(own, tensor_at(own->model, i).name, gradient, tensor->values, rate_of(own->reference));
        free(gradient);
    }
    digitnet__pass_release(&pass);
}

/* Then the layer's tensors, or, where it has none, the images. */
static void check_steps(comparison *own) {
    for (size_t i = 0; i < REFERENCE_STEPS; i++)
        expect_ok(digitnet_model_train_batch(NULL, own->model,
                                             DIGITNET_WITH(digitnet_train_batch, .count = REFERENCE_IMAGES,
                                                           .images = *choices, .targets = own->targets)));
    size_t count = info_of(own->model).tensors;
    for (size_t i = count > 1; i < count; i++) {
        digitnet_tensor_info tensor = tensor_at(own->model, i);
        float *values = must_allocate(tensor.values * sizeof *values);
        expect_ok(digitnet_model_get_weights(values, tensor.values, own->model, tensor.name));
        check_figures(own, tensor.name, values, tensor.values, 1);
        free(values);
    }
}

static void check_layer(size_t index, bool absorbed) {
    const reference_layer *reference = &reference_layers[index];
    size_t count = REFERENCE_IMAGES * reference->outputs;
    comparison own = {.reference = reference,
                      .model = make_model(index, absorbed),
                      .figures = reference->figures,
                      .outputs = must_allocate(count * sizeof(float)),
                      .targets = must_allocate(count * sizeof(float))};
    assert_string_equal(builders[index].name, reference->name);
    fill_noise(own.targets, count, TARGET_SEED);
    check_outputs(&own);
    if (!reference->inference) {
        const double *gradients = own.figures;
        check_gradients(&own, REFERENCE_IMAGES);
        own.figures = gradients;
        check_gradients(&own, 1);
        check_steps(&own);
    }
    assert_int_equal(own.figures - reference->figures, reference->figure_count);
    free(own.outputs);
    free(own.targets);
    digitnet_model_free(own.model);
}

static void layers_compute_what_keras_and_pytorch_do(void **state) {
    (void)state;
    assert_int_equal(sizeof builders / sizeof *builders, CASES);
    for (size_t set = 0; (kernels = digitnet__kernels_at(set)); set++)
        for (size_t i = 0; i < CASES; i++)
            check_layer(i, false);
    kernels = digitnet__kernels_best();
}

static void activations_do_so_behind_a_dense_layer(void **state) {
    (void)state;
    for (size_t set = 0; (kernels = digitnet__kernels_at(set)); set++)
        for (size_t i = 0; i < CASES; i++)
            if (builders[i].of_each_value)
                check_layer(i, true);
    kernels = digitnet__kernels_best();
}

/* ---- What has a row ---- */

/* Of a row: the layer before the outputs. */
static const digitnet__layer *layer_of(const digitnet_model *model) {
    return &model->network.graph.layers[model->network.graph.layer_count - 2];
}

static void each_layer_and_each_activation_has_a_row(void **state) {
    (void)state;
    digitnet_model *models[CASES];
    for (size_t i = 0; i < CASES; i++)
        models[i] = make_model(i, false);
    for (size_t k = 0, rows = 0; digitnet__layer_kinds[k]; k++, rows = 0) {
        for (size_t i = 0; i < CASES; i++)
            rows += layer_of(models[i])->kind == digitnet__layer_kinds[k];
        if (rows == 0)
            fail_msg("%s has no row", digitnet__layer_kinds[k]->name);
    }
    for (size_t k = 0, rows = 0; digitnet__activation_at(k); k++, rows = 0) {
        for (size_t i = 0; i < CASES; i++)
            rows += layer_of(models[i])->kind == &digitnet__layer_activation &&
                    layer_of(models[i])->attributes.activation == digitnet__activation_at(k)->id;
        if (rows == 0)
            fail_msg("activation %s has no row", digitnet__activation_at(k)->name);
    }
    for (size_t i = 0; i < CASES; i++)
        digitnet_model_free(models[i]);
}

/* Whether the plan runs a convolution so, with full vectors of channels and of filters. */
static bool runs(const digitnet__plan *plan, const digitnet__op_kind *way) {
    enum { FULL = 16 };
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == way && plan->ops[i].conv2d.channels >= FULL && plan->ops[i].conv2d.filters >= FULL)
            return true;
    return false;
}

/* So that none of them is left without a comparison where the choice among them changes. */
static void each_way_to_run_a_convolution_has_a_row(void **state) {
    (void)state;
    static const struct {
        const digitnet__op_kind *training, *inference;
    } ways[] = {
        {&digitnet__conv2d_winograd_training, &digitnet__conv2d_winograd},
        {&digitnet__conv2d_fused, &digitnet__conv2d_winograd},
        {&digitnet__conv2d_fused, &digitnet__conv2d_fused},
        {&digitnet__conv2d_direct_training, &digitnet__conv2d_direct},
        {&digitnet__conv2d_pointwise, &digitnet__conv2d_pointwise},
        {&digitnet__conv2d_depthwise, &digitnet__conv2d_depthwise},
        {&digitnet__conv2d_general, &digitnet__conv2d_general},
    };
    size_t rows[sizeof ways / sizeof *ways] = {0};
    for (size_t i = 0; i < CASES; i++) {
        digitnet_model *model = make_model(i, false);
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
            rows[way] += runs(&model->network.training, ways[way].training) &&
                         runs(&model->network.inference, ways[way].inference);
        digitnet_model_free(model);
    }
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
        if (rows[way] == 0)
            fail_msg("%s in training with %s in inference has no row", ways[way].training->name,
                     ways[way].inference->name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_compute_what_keras_and_pytorch_do),
        cmocka_unit_test(activations_do_so_behind_a_dense_layer),
        cmocka_unit_test(each_layer_and_each_activation_has_a_row),
        cmocka_unit_test(each_way_to_run_a_convolution_has_a_row),
    };
    kernels = digitnet__kernels_best();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
