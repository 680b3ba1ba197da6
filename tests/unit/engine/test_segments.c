/* Passes in segments: an op that needs sums over the whole batch, defined here, subtracts the batch's mean of each
 * channel, as batch normalization does. */
#include "differences.h"
#include "model/model.h"
#include "passes.h"

#include <stdlib.h>

static size_t channels_of(const digitnet__op *op) {
    return op->output_shape.channels;
}

static void sum_channels(double *share, const float *values, size_t count, size_t channels) {
    for (size_t k = 0; k < channels; k++)
        share[k] = 0;
    for (size_t i = 0; i < count; i++)
        share[i % channels] += (double)values[i];
}

static void gather_forward(const digitnet__op *op, const digitnet__op_range *range, double *share) {
    sum_channels(share, range->inputs[0], range->samples * op->output_values, channels_of(op));
}

static void gather_backward(const digitnet__op *op, const digitnet__op_range *range, double *share) {
    sum_channels(share, range->output_gradient, range->samples * op->output_values, channels_of(op));
}

/* to = from - mean of the batch, for values and for their gradient alike. */
static void subtract_mean(const digitnet__op *op, const digitnet__op_range *range, float *to, const float *from,
                          const double *sums) {
    size_t channels = channels_of(op);
    double places = (double)(range->batch_samples * (op->output_values / channels));
    for (size_t i = 0; i < range->samples * op->output_values; i++)
        to[i] = (float)((double)from[i] - sums[i % channels] / places);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    subtract_mean(op, range, range->output, range->inputs[0], range->forward_sums);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        subtract_mean(op, range, range->input_gradients[0], range->output_gradient, range->backward_sums);
}

static bool measure(digitnet__op *op) {
    op->forward_sums = op->backward_sums = channels_of(op);
    return true;
}

static const digitnet__op_kind center_op = {.name = "center",
                                            .measure = measure,
                                            .gather_forward = gather_forward,
                                            .gather_backward = gather_backward,
                                            .forward = forward,
                                            .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &center_op;
}

static const digitnet__layer_kind center = {.name = "center",
                                            .class_name = "Center",
                                            .infer_shape = digitnet__layer_keep_shape,
                                            .lower = lower,
                                            .bound = digitnet__layer_keep_bound};

enum { BATCH = 11 };

typedef struct batch_run {
    digitnet_model *model;
    digitnet__pass pass;
} batch_run;

static void add_center(digitnet_model *model) {
    digitnet__layer_request request = {.kind = &center, .inputs = (const char *const[]){NULL}};
    expect_ok(digitnet__model_add_layer(model, &request, DIGITNET_OK));
}

static digitnet_model *make_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 4, 3, 2));
    digitnet_model_add_conv2d(model, 3, 2, DIGITNET_ACTIVATION_SIGMOID);
    add_center(model);
    digitnet_model_add_conv2d(model, 2, 2, DIGITNET_ACTIVATION_SIGMOID);
    add_center(model);
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    for (size_t i = 0; i < model->network.graph.parameter_count; i++)
        model->network.parameters[i] = noise(3, i);
    return model;
}

/* A weighted sum of all outputs. */
static double objective(void *context) {
    batch_run *run = context;
    const digitnet__network *network = &run->model->network;
    size_t outputs = digitnet__network_outputs(network);
    digitnet__network_pack(&run->model->network);
    fill_noise(digitnet__pass_input(&run->pass, 0), BATCH * digitnet__shape_values(network->graph.input), 5);
    forward_batch(&run->pass, BATCH);
    double sum = 0;
    for (size_t i = 0; i < BATCH * outputs; i++)
        sum += (double)noise(6, i) * (double)digitnet__pass_output(&run->pass, 0)[i];
    fill_noise(digitnet__pass_output_gradient(&run->pass, 0), BATCH * outputs, 6);
    return sum;
}

static void test_gradients(void **state) {
    (void)state;
    batch_run run = {.model = make_model()};
    expect_ok(digitnet__pass_create(&run.pass, &run.model->network, BATCH, 8, NULL));
    assert_int_equal(run.pass.forward_count, 3);
    assert_int_equal(run.pass.backward_count, 3); /* the last one's gather comes first of all */
    objective(&run);
    backward_batch(&run.pass, BATCH);
    size_t parameters = run.model->network.graph.parameter_count;
    float *gradient = must_allocate(parameters * sizeof(float));
    memcpy(gradient, digitnet__pass_gradients(&run.pass), parameters * sizeof(float));
    const digitnet__tensor *first = digitnet__graph_tensor(&run.model->network.graph, 0);
    check_gradient(gradient, run.model->network.parameters, first->values, slope_of_curve, objective, &run, "kernel");
    free(gradient);
    digitnet__pass_release(&run.pass);
    digitnet_model_free(run.model);
}

/* The outputs' mean over the batch is zero, however the batch is cut. */
static void test_means(void **state) {
    (void)state;
    for (size_t ranges = 1; ranges <= 16; ranges *= 4) {
        batch_run run = {.model = make_model()};
        expect_ok(digitnet__pass_create(&run.pass, &run.model->network, BATCH, ranges, NULL));
        objective(&run);
        double sums[2];
        sum_channels(sums, digitnet__pass_output(&run.pass, 0), BATCH * digitnet__network_outputs(&run.model->network),
                     2);
        assert_true(sums[0] < 1e-4 && sums[0] > -1e-4 && sums[1] < 1e-4 && sums[1] > -1e-4);
        digitnet__pass_release(&run.pass);
        digitnet_model_free(run.model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
