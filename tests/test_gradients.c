/* Gradients against differences of the objective: of each step a random linear function of its outputs, of a network
 * the cross-entropy.
 *
 * Where the objective is linear in one value but for the kinks of ReLU and pool, all numbers are multiples of 1/32
 * below 1, so that single precision makes no error in products and sums, nor with the step of 2^-12 added: the
 * differences to both sides are exact, and they differ where a kink lies between, which is left out. Biases are odd
 * multiples of 1/2048, so that no ReLU stands at its kink.
 *
 * Where it is smooth (softmax), the central difference D(h) is extrapolated, (4 D(h/2) - D(h)) / 3 (Richardson), whose
 * error is of order h^4; h = 1/32 makes that 1e-6, and the forward pass's rounding, 1e-7 / h, is about as large.
 *
 * Errors are relative to the value and half the tensor's root mean square, so that a largest gradient that is wrong by
 * 1% shows as 0.67% or more: the tolerance stands well between the two. */
#include <math.h>
#include <stdlib.h>

#include "model/model.h"
#include "model/pass.h"
#include "support.h"
#include "training/loss.h"

static const double tolerance = 2e-3;

/* A gradient and what it should be; NaN where a kink is near. */
typedef struct comparison {
    size_t count;
    float *gradient;
    double *expected;
} comparison;

static comparison make_comparison(size_t count) {
    return (comparison){.count = count,
                        .gradient = must_allocate(count * sizeof(float)),
                        .expected = must_allocate(count * sizeof(double))};
}

static void free_comparison(comparison *compared) {
    free(compared->gradient);
    free(compared->expected);
}

/* The largest |gradient - expected| / (|expected| + half of the tensor's root mean square). */
static double error_of(const comparison *compared) {
    double squares = 0, worst = 0;
    size_t known = 0;
    for (size_t i = 0; i < compared->count; i++) {
        if (!isnan(compared->expected[i])) {
            squares += compared->expected[i] * compared->expected[i];
            known++;
        }
    }
    assert_true(known * 10 >= compared->count * 9);
    double floor = 0.5 * sqrt(squares / (double)known) + 1e-6;
    for (size_t i = 0; i < compared->count; i++) {
        double expected = compared->expected[i];
        double error = fabs((double)compared->gradient[i] - expected) / (fabs(expected) + floor);
        worst = error > worst ? error : worst; /* false for NaN */
    }
    return worst;
}

static size_t index_of_largest(const comparison *compared) {
    size_t largest = 0;
    double value = -1;
    for (size_t i = 0; i < compared->count; i++) {
        if (fabs(compared->expected[i]) > value) {
            largest = i;
            value = fabs(compared->expected[i]);
        }
    }
    return largest;
}

/* That the check would see what it is for: faults of the kinds that gradient code has. */
static void check_that_faults_are_caught(comparison *compared) {
    size_t largest = index_of_largest(compared);
    float right = compared->gradient[largest];
    if (right == 0) {
        fail_msg("all gradients are zero: nothing is checked");
    }
    static const float factors[] = {1.01f, 0.99f, 0, -1, 2};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        compared->gradient[largest] = right * factors[i];
        assert_true(error_of(compared) > tolerance);
    }
    compared->gradient[largest] = right;
    size_t other = (largest + 1) % compared->count;
    if (fabs(compared->expected[other] - compared->expected[largest]) > 0.05 * fabs(compared->expected[largest])) {
        compared->gradient[largest] = compared->gradient[other];
        compared->gradient[other] = right;
        assert_true(error_of(compared) > tolerance);
        compared->gradient[other] = compared->gradient[largest];
        compared->gradient[largest] = right;
    }
    assert_true(error_of(compared) <= tolerance);
}

static void check(comparison *compared, const char *what) {
    double error = error_of(compared);
    if (!(error <= tolerance)) {
        fail_msg("%s: the gradient is wrong by %g", what, error);
    }
    check_that_faults_are_caught(compared);
}

typedef double (*objective_fn)(void *context);

/* objective(context) with *value moved by `distance`. */
static double moved(objective_fn objective, void *context, float *value, float distance) {
    float kept = *value;
    *value = kept + distance;
    double result = objective(context);
    *value = kept;
    return result;
}

/* NaN where a kink is near. */
static double slope_of_lines(objective_fn objective, void *context, float *value) {
    const float step = 0x1p-12f;
    double here = moved(objective, context, value, 0);
    double above = (moved(objective, context, value, step) - here) / (double)step;
    double below = (here - moved(objective, context, value, -step)) / (double)step;
    return fabs(above - below) <= tolerance / 4 * fabs(above) ? (above + below) / 2 : NAN;
}

static double central_difference(objective_fn objective, void *context, float *value, float step) {
    float above = *value + step, below = *value - step; /* rounded, so that the step is not quite the one wished for */
    double rise = moved(objective, context, value, above - *value) - moved(objective, context, value, below - *value);
    return rise / ((double)above - (double)below);
}

static double slope_of_curve(objective_fn objective, void *context, float *value) {
    double wide = central_difference(objective, context, value, 0x1p-5f);
    return (4 * central_difference(objective, context, value, 0x1p-6f) - wide) / 3;
}

typedef double (*slope_fn)(objective_fn objective, void *context, float *value);

/* The gradient of all weights of a network; each tensor for itself, so that no bias hides behind a kernel. */
static void check_tensors(dnn_network *network, const float *gradient, slope_fn slope, objective_fn objective,
                          void *context, const char *what) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        comparison compared = make_comparison(tensor->values);
        memcpy(compared.gradient, gradient + tensor->offset, tensor->values * sizeof(float));
        for (size_t j = 0; j < tensor->values; j++) {
            compared.expected[j] = slope(objective, context, &network->parameters[tensor->offset + j]);
        }
        check(&compared, what);
        free_comparison(&compared);
    }
}

/* Multiples of 1/32 in [-1, 1). */
static void fill_grid(float *values, size_t count, uint64_t seed) {
    for (size_t i = 0; i < count; i++) {
        values[i] = floorf(noise(seed, i) * 32) / 32;
    }
}

static void fill_parameters(dnn_network *network) {
    fill_grid(network->parameters, network->parameter_count, 1);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        for (size_t j = 0; !tensor->is_kernel && j < tensor->values; j++) {
            network->parameters[tensor->offset + j] += 1.0f / 2048;
        }
    }
}

/* One step with all that it works on. */
typedef struct step_run {
    digitnet_model *model;
    const dnn_step *step;
    slope_fn slope;
    float *weighting; /* of each output in the objective */
    float *input_gradient, *gradient;
    dnn_step_range range;
} step_run;

enum { SAMPLES = 3 };

static step_run begin_step(digitnet_model *model) {
    dnn_network *network = &model->network;
    expect_ok(dnn_model_realize(model));
    assert_int_equal(network->step_count, 1);
    const dnn_step *step = &network->steps[0];
    size_t inputs = SAMPLES * step->input_values, outputs = SAMPLES * step->output_values;
    fill_parameters(network);
    static const uint64_t seeds[SAMPLES] = {5, 6, 7};
    step_run run = {.model = model,
                    .step = step,
                    .slope = step->activation == DIGITNET_SOFTMAX ? slope_of_curve : slope_of_lines,
                    .weighting = must_allocate(outputs * sizeof(float)),
                    .input_gradient = must_allocate((inputs + DNN_KERNEL_SLACK) * sizeof(float)),
                    .gradient = calloc(network->parameter_count + DNN_KERNEL_SLACK, sizeof(float))};
    float *input = must_allocate((inputs + DNN_KERNEL_SLACK) * sizeof(float));
    fill_grid(input, inputs + DNN_KERNEL_SLACK, 2);
    fill_grid(run.weighting, outputs, 3);
    run.range = (dnn_step_range){.samples = SAMPLES,
                                 .input = input,
                                 .output = must_allocate((outputs + DNN_KERNEL_SLACK) * sizeof(float)),
                                 .cache = must_allocate(SAMPLES * step->cache_bytes),
                                 .seeds = seeds,
                                 .parameters = network->parameters,
                                 .packed = network->packed,
                                 .scratch = must_allocate(step->scratch_bytes),
                                 .output_gradient = must_allocate((outputs + DNN_KERNEL_SLACK) * sizeof(float))};
    return run;
}

static void end_step(step_run *run) {
    free(run->weighting);
    free(run->input_gradient);
    free(run->gradient);
    free((void *)(uintptr_t)run->range.input);
    free(run->range.output);
    free(run->range.cache);
    free(run->range.scratch);
    free(run->range.output_gradient);
    digitnet_model_free(run->model);
}

static double step_objective(void *context) {
    step_run *run = context;
    dnn_network_pack(&run->model->network);
    run->step->kind->forward(run->step, &run->range);
    double sum = 0;
    for (size_t i = 0; i < SAMPLES * run->step->output_values; i++) {
        sum += (double)run->weighting[i] * (double)run->range.output[i];
    }
    return sum;
}

static void run_backward(step_run *run, float *input_gradient) {
    const dnn_step *step = run->step;
    step_objective(run);
    memcpy(run->range.output_gradient, run->weighting, SAMPLES * step->output_values * sizeof(float));
    dnn_step_range range = run->range;
    range.input_gradient = input_gradient;
    range.gradient = step->kind->block_gradient ? NULL : run->gradient;
    step->kind->backward(step, &range);
    range.gradient = run->gradient;
    for (size_t block = 0; step->kind->block_gradient && block < step->block_count; block++) {
        step->kind->block_gradient(step, &range, block);
    }
}

static void check_inputs(step_run *run, const char *what) {
    comparison compared = make_comparison(SAMPLES * run->step->input_values);
    memcpy(compared.gradient, run->input_gradient, compared.count * sizeof(float));
    float *input = (float *)(uintptr_t)run->range.input;
    for (size_t i = 0; i < compared.count; i++) {
        compared.expected[i] = run->slope(step_objective, run, &input[i]);
    }
    check(&compared, what);
    free_comparison(&compared);
}

/* Weights and inputs; the weights' gradient is the same where nobody wants the inputs'. */
static void check_step(digitnet_model *model, const char *what) {
    step_run run = begin_step(model);
    size_t parameters = model->network.parameter_count;
    run_backward(&run, NULL);
    float *alone = must_allocate(parameters * sizeof(float));
    memcpy(alone, run.gradient, parameters * sizeof(float));
    memset(run.gradient, 0, parameters * sizeof(float));
    run_backward(&run, run.input_gradient);
    assert_same_floats(alone, run.gradient, parameters);
    free(alone);
    check_inputs(&run, what);
    check_tensors(&model->network, run.gradient, run.slope, step_objective, &run, what);
    end_step(&run);
}

static digitnet_model *begin_model(size_t height, size_t width, size_t channels) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, height, width, channels));
    return model;
}

typedef struct conv2d_case {
    const char *what;
    size_t height, width, channels, filters, kernel;
    digitnet_conv2d_options options;
    size_t pool; /* behind it, for ReLU; 0: none */
} conv2d_case;

#define OPTIONS(...) \
    { .struct_size = sizeof(digitnet_conv2d_options), __VA_ARGS__ }

static const conv2d_case conv2d_cases[] = {
    {"convolution", 6, 5, 2, 3, 3, OPTIONS(.padding = DIGITNET_VALID), 0},
    {"convolution with a pool", 7, 6, 2, 3, 3, OPTIONS(.padding = DIGITNET_VALID), 2},
    {"convolution with a pool that leaves rows over", 8, 9, 3, 17, 3, OPTIONS(.padding = DIGITNET_VALID), 3},
    {"convolution of one channel", 8, 8, 1, 9, 3, OPTIONS(.padding = DIGITNET_VALID), 2},
    {"convolution, same padding", 5, 6, 3, 4, 3, OPTIONS(.padding = DIGITNET_SAME), 0},
    {"convolution, same padding with a pool", 5, 6, 3, 4, 4, OPTIONS(.padding = DIGITNET_SAME, .kernel_width = 2), 2},
    {"convolution with strides", 7, 8, 2, 5, 3, OPTIONS(.stride_height = 2, .stride_width = 3), 0},
    {"convolution with strides and a pool", 9, 8, 2, 5, 3, OPTIONS(.stride_height = 2, .padding = DIGITNET_SAME), 2},
    {"convolution with gaps", 7, 8, 2, 3, 1, OPTIONS(.stride_height = 3, .stride_width = 2), 0},
    {"convolution of 1x1", 3, 4, 18, 5, 1, OPTIONS(.padding = DIGITNET_VALID), 0},
    {"convolution without bias", 5, 5, 2, 3, 2, OPTIONS(.no_bias = 1), 2},
};

static void check_conv2d_cases(digitnet_activation activation) {
    for (size_t i = 0; i < sizeof conv2d_cases / sizeof *conv2d_cases; i++) {
        const conv2d_case *with = &conv2d_cases[i];
        digitnet_model *model = begin_model(with->height, with->width, with->channels);
        expect_ok(digitnet_model_add_conv2d_ex(model, with->filters, with->kernel, activation, &with->options));
        if (with->pool && activation == DIGITNET_RELU) {
            expect_ok(digitnet_model_add_max_pool2d(model, with->pool));
        }
        check_step(model, with->what);
    }
}

static void test_conv2d_linear(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_LINEAR);
}

static void test_conv2d_relu(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_RELU);
}

static void test_conv2d_softmax(void **state) {
    (void)state;
    check_conv2d_cases(DIGITNET_SOFTMAX);
}

static void test_max_pool2d(void **state) {
    (void)state;
    static const digitnet_max_pool2d_options options[] = {
        {.struct_size = sizeof(digitnet_max_pool2d_options)},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .padding = DIGITNET_SAME},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 1, .pool_width = 3},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 3, .stride_width = 1},
        {.struct_size = sizeof(digitnet_max_pool2d_options), .stride_height = 1, .padding = DIGITNET_SAME},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        digitnet_model *model = begin_model(7, 5, 3);
        expect_ok(digitnet_model_add_max_pool2d_ex(model, 2, &options[i]));
        check_step(model, "pool");
    }
}

static void check_dense(size_t inputs, size_t units, digitnet_activation activation, int32_t no_bias) {
    digitnet_model *model = begin_model(1, 1, inputs);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense_ex(model, units, activation,
                                          DIGITNET_WITH(digitnet_dense_options, .no_bias = no_bias)));
    if (activation == DIGITNET_SOFTMAX) {
        /* Of a classifier the last softmax would belong to the loss. */
        model->network.layers[1].output.flat = false;
    }
    check_step(model, "dense");
}

static void test_dense(void **state) {
    (void)state;
    for (digitnet_activation activation = DIGITNET_LINEAR; activation <= DIGITNET_SOFTMAX; activation++) {
        check_dense(7, 5, activation, 0);
        check_dense(19, 37, activation, 0); /* three blocks of units, the last one not full */
        check_dense(9, 16, activation, 1);
    }
}

static void test_activations_and_dropout(void **state) {
    (void)state;
    digitnet_model *model = begin_model(3, 4, 5);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_RELU));
    check_step(model, "ReLU");
    model = begin_model(3, 4, 5);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_SOFTMAX));
    check_step(model, "softmax");
    model = begin_model(3, 4, 5);
    expect_ok(digitnet_model_add_activation(model, DIGITNET_LINEAR));
    check_step(model, "linear");
    model = begin_model(3, 4, 5);
    expect_ok(digitnet_model_add_dropout(model, 0.5));
    check_step(model, "dropout");
}

/* A network's pass over a batch, with the cross-entropy summed over it. */
typedef struct network_run {
    digitnet_model *model;
    dnn_pass pass;
    size_t first, count; /* of the samples */
} network_run;

static int32_t label_of(size_t sample) {
    return (int32_t)(sample % SMALL_CLASSES);
}

static double network_forward(network_run *run) {
    dnn_network_pack(&run->model->network);
    double loss = 0;
    for (size_t sample = 0; sample < run->count; sample++) {
        fill_noise(dnn_pass_input(&run->pass, sample), SMALL_IMAGE, 100 + run->first + sample);
        *dnn_pass_seeds(&run->pass, sample) = 200 + run->first + sample;
    }
    for (size_t i = 0; i < dnn_pass_range_count(run->count); i++) {
        dnn_pass_forward(&run->pass, dnn_pass_range(run->count, i), 0);
    }
    for (size_t sample = 0; sample < run->count; sample++) {
        int32_t label = label_of(run->first + sample);
        dnn_score score;
        dnn_cross_entropy(&score, dnn_pass_output_gradient(&run->pass, sample), dnn_pass_output(&run->pass, sample),
                          &label, 1, SMALL_CLASSES, 1);
        loss += score.loss;
    }
    return loss;
}

static double network_objective(void *context) {
    return network_forward(context);
}

/* Every parameter's place is told once. */
static void network_gradient(float *gradient, network_run *run) {
    size_t parameters = run->model->network.parameter_count;
    unsigned char *told = calloc(parameters, 1);
    assert_non_null(told);
    network_forward(run);
    for (size_t i = 0; i < dnn_pass_range_count(run->count); i++) {
        dnn_pass_backward(&run->pass, dnn_pass_range(run->count, i), 0);
    }
    for (size_t task = 0; task < run->pass.task_count; task++) {
        dnn_span spans[2];
        size_t count = dnn_pass_gradient(&run->pass, run->count, task, spans);
        for (size_t i = 0; i < count; i++) {
            for (size_t at = 0; at < spans[i].count; at++) {
                assert_int_equal(told[spans[i].offset + at]++, 0);
            }
        }
    }
    assert_null(memchr(told, 0, parameters));
    free(told);
    memcpy(gradient, dnn_pass_gradients(&run->pass), parameters * sizeof(float));
}

/* Steps of all kinds that have weights, without kinks: half of the ReLUs pass all, half of them nothing. */
static digitnet_model *make_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_activation(model, DIGITNET_LINEAR); /* before the first layer with weights */
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_RELU);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_conv2d_ex(model, 3, 2, DIGITNET_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, .no_bias = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 18, DIGITNET_RELU);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_SOFTMAX));
    expect_ok(dnn_model_realize(model));
    dnn_network *network = &model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        bool before_relu = strcmp(tensor->name, "conv2d/bias") == 0 || strcmp(tensor->name, "dense/bias") == 0;
        for (size_t j = 0; j < tensor->values; j++) {
            float sign = j % 2 ? -1 : 1;
            network->parameters[tensor->offset + j] = before_relu ? 4 * sign : 0.25f * noise(i, j);
        }
    }
    return model;
}

static void check_network_sample(digitnet_model *model, size_t sample, float *sum) {
    network_run run = {.model = model, .first = sample, .count = 1};
    size_t parameters = model->network.parameter_count;
    float *gradient = must_allocate(parameters * sizeof(float));
    expect_ok(dnn_pass_create(&run.pass, &model->network, 1, 1));
    network_gradient(gradient, &run);
    for (size_t i = 0; i < parameters; i++) {
        sum[i] += gradient[i];
    }
    check_tensors(&model->network, gradient, slope_of_curve, network_objective, &run, "network");
    free(gradient);
    dnn_pass_release(&run.pass);
}

/* Single samples against differences, and batches, whose ranges are uneven, against the sums over their samples. */
static void test_network(void **state) {
    (void)state;
    enum { BATCH = 11 };
    digitnet_model *model = make_network();
    size_t parameters = model->network.parameter_count;
    float *sum = calloc(parameters, sizeof(float)), *gradient = must_allocate(parameters * sizeof(float));
    assert_non_null(sum);
    for (size_t sample = 0; sample < BATCH; sample++) {
        check_network_sample(model, sample, sum);
        network_run run = {.model = model, .count = sample + 1};
        expect_ok(dnn_pass_create(&run.pass, &model->network, BATCH, 1));
        network_gradient(gradient, &run);
        assert_close_floats(gradient, sum, parameters, 1e-5);
        dnn_pass_release(&run.pass);
    }
    free(sum);
    free(gradient);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d_linear),  cmocka_unit_test(test_conv2d_relu),
        cmocka_unit_test(test_conv2d_softmax), cmocka_unit_test(test_max_pool2d),
        cmocka_unit_test(test_dense),          cmocka_unit_test(test_activations_and_dropout),
        cmocka_unit_test(test_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
