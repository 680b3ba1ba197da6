/* The gradients of each op by its weights and its inputs; the objective is a random linear function of its outputs.
 */
#include "differences.h"
#include "layers/activations.h"
#include "model/model.h"
#include "models.h"
#include "sample_layers.h"

#include <math.h>
#include <stdlib.h>

/* Multiples of 1/32 in [-1, 1). */
static void fill_grid(float *values, size_t count, uint64_t seed) {
    for (size_t i = 0; i < count; i++)
        values[i] = floorf(noise(seed, i) * 32) / 32;
}

/* Biases are odd multiples of 1/2048, so that no ReLU stands at its kink. State is that of a first compile. */
static void fill_parameters(digitnet__network *network) {
    digitnet__network_initialize(network, 1);
    fill_grid(network->parameters, network->graph.parameter_count, 1);
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        for (size_t j = 0; strcmp(tensor->role, "bias") == 0 && j < tensor->values; j++)
            network->parameters[tensor->offset + j] += 1.0f / 2048;
    }
}

enum { SAMPLES = 3, BEHIND = 16, MOST_INPUTS = 3 }; /* BEHIND: values watched behind the gradient */

/* One op with all that it works on. */
typedef struct op_run {
    digitnet_model *model;
    const digitnet__op *op;
    slope_fn slope;
    float *weighting; /* of each output in the objective */
    float *inputs[MOST_INPUTS], *input_gradients[MOST_INPUTS], *gradient;
    size_t input_values[MOST_INPUTS]; /* of all samples */
    double *sums;                     /* over the batch, which is one range: forward, then backward */
    digitnet__op_range range;
} op_run;

/* Not linear, or by factors that make no exact products. */
static bool is_curved(const digitnet__op *op) {
    static const char *const kinds[] = {"layer_normalization", "group_normalization", "normalization", "power",
                                        "gaussian_noise",      "gaussian_dropout"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(op->kind->name, kinds[i]) == 0)
            return true;
    return op->activation != DIGITNET_ACTIVATION_LINEAR && op->activation != DIGITNET_ACTIVATION_RELU;
}

/* So far from 0, and from sums of two that are 0, that a difference for curves does not reach over a kink there. */
static void keep_from_zero(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = floorf(values[i] * 8) / 8 + 1.0f / 24;
}

static void begin_inputs(op_run *run) {
    assert_true(run->op->input_count <= MOST_INPUTS);
    for (size_t i = 0; i < run->op->input_count; i++) {
        run->input_values[i] = SAMPLES * digitnet__shape_values(run->op->layer->inputs[i].shape);
        run->inputs[i] = must_allocate(run->input_values[i] * sizeof(float));
        run->input_gradients[i] = must_allocate(run->input_values[i] * sizeof(float));
        fill_grid(run->inputs[i], run->input_values[i], 4 + i);
        if (is_curved(run->op))
            keep_from_zero(run->inputs[i], run->input_values[i]);
    }
}

/* The last op of a model. */
static op_run begin_op(digitnet_model *model) {
    digitnet__network *network = &model->network;
    const digitnet__op *op = &network->training.ops[network->training.op_count - 1];
    size_t outputs = SAMPLES * op->output_values;
    fill_parameters(network);
    static const uint64_t seeds[SAMPLES] = {5, 6, 7};
    op_run run = {.model = model,
                  .op = op,
                  .slope = is_curved(op) || op->gathers ? slope_of_curve : slope_of_lines,
                  .weighting = must_allocate(outputs * sizeof(float)),
                  .sums = must_allocate((op->forward_sums + op->backward_sums) * sizeof(double)),
                  .gradient = calloc(network->graph.parameter_count + BEHIND, sizeof(float))};
    begin_inputs(&run);
    fill_grid(run.weighting, outputs, 3);
    run.range = (digitnet__op_range){.samples = SAMPLES,
                                     .output = must_allocate(outputs * sizeof(float)),
                                     .cache = must_allocate(SAMPLES * op->cache_bytes),
                                     .seeds = seeds,
                                     .parameters = network->parameters,
                                     .state = network->state,
                                     .forward_sums = run.sums,
                                     .backward_sums = run.sums + op->forward_sums,
                                     .batch_samples = SAMPLES,
                                     .packed = network->packed + op->packed_offset,
                                     .scratch = must_allocate(op->scratch_bytes),
                                     .output_gradient = must_allocate(outputs * sizeof(float))};
    return run;
}

static void end_op(op_run *run) {
    free(run->weighting);
    free(run->gradient);
    free(run->sums);
    for (size_t i = 0; i < run->op->input_count; i++) {
        free(run->inputs[i]);
        free(run->input_gradients[i]);
    }
    free(run->range.output);
    free(run->range.cache);
    free(run->range.scratch);
    free(run->range.output_gradient);
    digitnet_model_free(run->model);
}

static double op_objective(void *context) {
    op_run *run = context;
    digitnet__op_range range = run->range;
    range.inputs = (const float *const *)run->inputs;
    digitnet__network_pack(&run->model->network);
    if (run->op->kind->gather_forward)
        run->op->kind->gather_forward(run->op, &range, run->sums);
    run->op->kind->forward(run->op, &range);
    double sum = 0;
    for (size_t i = 0; i < SAMPLES * run->op->output_values; i++)
        sum += (double)run->weighting[i] * (double)run->range.output[i];
    return sum;
}

static void run_backward(op_run *run, float *const *input_gradients) {
    const digitnet__op *op = run->op;
    op_objective(run);
    memcpy(run->range.output_gradient, run->weighting, SAMPLES * op->output_values * sizeof(float));
    digitnet__op_range range = run->range;
    range.inputs = (const float *const *)run->inputs;
    range.input_gradients = input_gradients;
    range.gradient = op->kind->block_gradient ? NULL : run->gradient;
    if (op->kind->gather_backward)
        op->kind->gather_backward(op, &range, run->sums + op->forward_sums);
    op->kind->backward(op, &range);
    range.gradient = run->gradient;
    for (size_t block = 0; op->kind->block_gradient && block < op->block_count; block++)
        op->kind->block_gradient(op, &range, digitnet__op_block_at(op, block));
}

/* The weights' gradient is the same where nobody wants the inputs'. */
static void check_weights_alone(op_run *run) {
    size_t parameters = run->model->network.graph.parameter_count;
    float *const nobody[MOST_INPUTS] = {NULL};
    run_backward(run, nobody);
    float *alone = must_allocate(parameters * sizeof(float));
    memcpy(alone, run->gradient, parameters * sizeof(float));
    memset(run->gradient, 0, parameters * sizeof(float));
    run_backward(run, run->input_gradients);
    for (size_t i = parameters; i < parameters + BEHIND; i++)
        assert_true(run->gradient[i] == 0); /* where a next op's gradient would stand */
    assert_same_floats(alone, run->gradient, parameters);
    free(alone);
}

/* The gradient by one input is the same where it alone is wanted. */
static void check_inputs_alone(op_run *run) {
    for (size_t i = 0; i < run->op->input_count; i++) {
        float *wanted[MOST_INPUTS] = {NULL};
        wanted[i] = must_allocate(run->input_values[i] * sizeof(float));
        run_backward(run, wanted);
        assert_same_floats(wanted[i], run->input_gradients[i], run->input_values[i]);
        free(wanted[i]);
    }
}

static void check_run(op_run *run, const char *what) {
    check_weights_alone(run);
    for (size_t i = 0; i < run->op->input_count; i++) {
        check_gradient(run->input_gradients[i], run->inputs[i], run->input_values[i], run->slope, op_objective, run,
                       what);
    }
    check_weight_gradients(&run->model->network, run->gradient, run->slope, op_objective, run, what);
    check_inputs_alone(run);
}

/* A model of so many ops. */
static void check_last_op(digitnet_model *model, size_t ops, const char *what) {
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    assert_int_equal(model->network.training.op_count, ops);
    op_run run = begin_op(model);
    check_run(&run, what);
    end_op(&run);
}

/* Without an op the values stay where they are. */
static void check_passed_values(digitnet_model *model) {
    size_t count = digitnet__shape_values(model->network.graph.input);
    float *image = must_allocate(count * sizeof *image), *values = must_allocate(count * sizeof *values);
    fill_grid(image, count, 4);
    expect_ok(digitnet__network_allocate(&model->network));
    expect_ok(digitnet_model_predict(values, count, model, image, count));
    assert_same_floats(values, image, count);
    free(image);
    free(values);
    digitnet_model_free(model);
}

static void check_op(digitnet_model *model, const char *what) {
    check_last_op(model, 1, what);
}

static void test_sample_layers(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++) {
        digitnet_model *model = make_sample_layer(&sample_layers[i]);
        expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
        if (model->network.training.op_count == 0) {
            check_passed_values(model);
        } else {
            op_run run = begin_op(model);
            check_run(&run, sample_layers[i].builder->name);
            end_op(&run);
        }
    }
}

typedef struct conv2d_case {
    const char *what;
    size_t height, width, channels, filters, kernel;
    digitnet_conv2d_options options;
    size_t pool; /* behind it, where a ReLU is; 0: none */
} conv2d_case;

#define OPTIONS(...) \
    { .struct_size = sizeof(digitnet_conv2d_options), __VA_ARGS__ }

static const conv2d_case conv2d_cases[] = {
    {"convolution", 6, 5, 2, 3, 3, OPTIONS(.padding = DIGITNET_PADDING_VALID), 0},
    {"convolution with a pool", 7, 6, 2, 3, 3, OPTIONS(.padding = DIGITNET_PADDING_VALID), 2},
    {"convolution with a pool that leaves rows over", 8, 9, 3, 17, 3, OPTIONS(.padding = DIGITNET_PADDING_VALID), 3},
    {"convolution of one channel", 8, 8, 1, 9, 3, OPTIONS(.padding = DIGITNET_PADDING_VALID), 2},
    {"convolution, same padding", 5, 6, 3, 4, 3, OPTIONS(.padding = DIGITNET_PADDING_SAME), 0},
    {"convolution, same padding with a pool", 5, 6, 3, 4, 4,
     OPTIONS(.padding = DIGITNET_PADDING_SAME, .kernel_width = 2), 2},
    {"convolution, wide padding with a pool", 5, 6, 2, 3, 3,
     OPTIONS(.padding = DIGITNET_PADDING_EXPLICIT, .top = 2, .bottom = 1, .left = 2, .right = 2), 2},
    {"convolution, padding and strides with a pool", 6, 8, 2, 3, 3,
     OPTIONS(.stride_height = 2, .padding = DIGITNET_PADDING_EXPLICIT, .top = 1, .bottom = 1, .left = 1, .right = 1),
     2},
    {"convolution, padding beyond its kernel", 4, 3, 2, 3, 2,
     OPTIONS(.padding = DIGITNET_PADDING_EXPLICIT, .top = 2, .bottom = 4, .left = 0, .right = 3), 0},
    {"convolution with strides", 7, 8, 2, 5, 3, OPTIONS(.stride_height = 2, .stride_width = 3), 0},
    {"convolution with strides and a pool", 9, 8, 2, 5, 3,
     OPTIONS(.stride_height = 2, .padding = DIGITNET_PADDING_SAME), 2},
    {"convolution with gaps", 7, 8, 2, 3, 1, OPTIONS(.stride_height = 3, .stride_width = 2), 0},
    {"convolution of 1x1", 3, 4, 18, 5, 1, OPTIONS(.padding = DIGITNET_PADDING_VALID), 0},
    {"convolution without bias", 5, 5, 2, 3, 2, OPTIONS(.no_bias = 1), 2},
};

static void check_conv2d_cases(digitnet_activation activation) {
    for (size_t i = 0; i < sizeof conv2d_cases / sizeof *conv2d_cases; i++) {
        const conv2d_case *with = &conv2d_cases[i];
        digitnet_model *model = begin_model(with->height, with->width, with->channels);
        expect_ok(digitnet_model_add_conv2d_ex(model, with->filters, with->kernel, activation, &with->options));
        if (with->pool && activation == DIGITNET_ACTIVATION_RELU)
            expect_ok(digitnet_model_add_max_pool2d(model, with->pool));
        check_op(model, with->what);
    }
}

/* The largest pool that a convolution's op serves, and one that is an op of its own. */
static void test_conv2d_with_large_pool(void **state) {
    (void)state;
    digitnet_model *model = begin_model(18, 17, 3);
    digitnet_model_add_conv2d(model, 2, 2, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_max_pool2d(model, 16)); /* 256 places: the most that fit in 8 bits */
    check_op(model, "convolution with a pool of 256 places");
    model = begin_model(18, 17, 1);
    digitnet_model_add_conv2d(model, 2, 1, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_max_pool2d(model, 17));
    expect_ok(digitnet__network_allocate(&model->network));
    assert_int_equal(model->network.inference.op_count, 2);
    digitnet_model_free(model);
}

static void test_conv2d_linear(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_ACTIVATION_LINEAR);
}

static void test_conv2d_relu(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_ACTIVATION_RELU);
}

static void test_conv2d_softmax_and_sigmoid(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_ACTIVATION_SOFTMAX);
    check_conv2d_cases(DIGITNET_ACTIVATION_SIGMOID);
}

static void test_max_pool2d(void **state) {
    (void)state;
    static const digitnet_max_pool2d_options options[] = {
        {.struct_size = sizeof(digitnet_max_pool2d_options)},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .padding = DIGITNET_PADDING_SAME},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 1, .pool_width = 3},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 3, .stride_width = 1},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 1, .padding = DIGITNET_PADDING_SAME},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        digitnet_model *model = begin_model(7, 5, 3);
        expect_ok(digitnet_model_add_max_pool2d_ex(model, 2, &options[i]));
        check_op(model, "pool");
    }
}

static void check_dense(size_t inputs, size_t units, digitnet_activation activation, int32_t no_bias) {
    digitnet_model *model = begin_model(1, 1, inputs);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense_ex(model, units, activation,
                                          DIGITNET_WITH(digitnet_dense_options, .no_bias = no_bias)));
    check_op(model, "dense");
}

static void test_dense(void **state) {
    (void)state;
    for (digitnet_activation activation = DIGITNET_ACTIVATION_LINEAR; activation <= DIGITNET_ACTIVATION_SIGMOID;
         activation++) {
        check_dense(7, 5, activation, 0);
        check_dense(19, 37, activation, 0); /* three blocks of units, the last one not full */
        check_dense(9, 16, activation, 1);
    }
}

/* An addition whose activation's gradient needs the inputs is two ops. */
static void check_behind_addition(const digitnet__activation *activation) {
    static const char *const twice[] = {"input", "input"};
    digitnet_model *model = begin_model(3, 4, 5);
    expect_ok(digitnet_model_add_add(model, twice, 2, activation->id));
    check_last_op(model, activation->from_inputs ? 2 : 1, activation->name);
}

static void test_activations(void **state) {
    (void)state;
    for (size_t i = 0; digitnet__activation_at(i); i++) {
        const digitnet__activation *activation = digitnet__activation_at(i);
        if (activation->id == DIGITNET_ACTIVATION_LINEAR)
            continue; /* no op */
        digitnet_model *model = begin_model(3, 4, 5);
        expect_ok(digitnet_model_add_activation(model, activation->id));
        check_op(model, activation->name);
        check_behind_addition(activation);
    }
}

/* With a slope and a depth of their own. */
static void test_alpha(void **state) {
    (void)state;
    static const digitnet_activation with_alpha[] = {DIGITNET_ACTIVATION_LEAKY_RELU, DIGITNET_ACTIVATION_ELU};
    for (size_t i = 0; i < sizeof with_alpha / sizeof *with_alpha; i++) {
        digitnet_model *model = begin_model(3, 4, 5);
        expect_ok(digitnet_model_add_activation_ex(model, with_alpha[i],
                                                   DIGITNET_WITH(digitnet_activation_options, .alpha = 0.7)));
        check_op(model, "activation with alpha");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d_linear),
        cmocka_unit_test(test_conv2d_relu),
        cmocka_unit_test(test_conv2d_softmax_and_sigmoid),
        cmocka_unit_test(test_conv2d_with_large_pool),
        cmocka_unit_test(test_max_pool2d),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_sample_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
