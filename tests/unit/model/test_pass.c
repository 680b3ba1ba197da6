/* The passes over a whole network, against differences of the cross-entropy. */
#include "differences.h"
#include "model/model.h"
#include "model/pass.h"
#include "training/loss.h"

#include <stdlib.h>

/* A network's pass over a batch, with the cross-entropy summed over it. */
typedef struct network_run {
    digitnet_model *model;
    digitnet__pass pass;
    size_t first, count; /* of the samples */
} network_run;

static int32_t label_of(size_t sample) {
    return (int32_t)(sample % SMALL_CLASSES);
}

static double network_forward(network_run *run) {
    digitnet__network_pack(&run->model->network);
    double loss = 0;
    for (size_t sample = 0; sample < run->count; sample++) {
        fill_noise(digitnet__pass_input(&run->pass, sample), SMALL_IMAGE, 100 + run->first + sample);
        *digitnet__pass_seeds(&run->pass, sample) = 200 + run->first + sample;
    }
    for (size_t i = 0; i < digitnet__pass_range_count(run->count); i++)
        digitnet__pass_forward(&run->pass, digitnet__pass_range(run->count, i), 0);
    for (size_t sample = 0; sample < run->count; sample++) {
        int32_t label = label_of(run->first + sample);
        digitnet__score score;
        digitnet__cross_entropy(&score, digitnet__pass_output_gradient(&run->pass, sample),
                                digitnet__pass_output(&run->pass, sample), &label, 1, SMALL_CLASSES, 1);
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
    for (size_t i = 0; i < digitnet__pass_range_count(run->count); i++)
        digitnet__pass_backward(&run->pass, digitnet__pass_range(run->count, i), 0);
    for (size_t task = 0; task < run->pass.task_count; task++) {
        digitnet__span spans[2];
        size_t count = digitnet__pass_gradient(&run->pass, run->count, run->pass.tasks[task], spans);
        for (size_t i = 0; i < count; i++)
            for (size_t at = 0; at < spans[i].count; at++)
                assert_int_equal(told[spans[i].offset + at]++, 0);
    }
    assert_null(memchr(told, 0, parameters));
    free(told);
    memcpy(gradient, digitnet__pass_gradients(&run->pass), parameters * sizeof(float));
}

/* Steps of all kinds that have weights, without kinks: half of the ReLUs pass all, half of them nothing. */
static digitnet_model *make_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_LINEAR); /* before the first layer with weights */
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_conv2d_ex(model, 3, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, .no_bias = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 18, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet__model_realize(model));
    digitnet__network *network = &model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__network_tensor(network, i);
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
    expect_ok(digitnet__pass_create(&run.pass, &model->network, 1, 1));
    network_gradient(gradient, &run);
    for (size_t i = 0; i < parameters; i++)
        sum[i] += gradient[i];
    check_weight_gradients(&model->network, gradient, slope_of_curve, network_objective, &run, "network");
    free(gradient);
    digitnet__pass_release(&run.pass);
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
        expect_ok(digitnet__pass_create(&run.pass, &model->network, BATCH, 1));
        network_gradient(gradient, &run);
        assert_close_floats(gradient, sum, parameters, 1e-5);
        digitnet__pass_release(&run.pass);
    }
    free(sum);
    free(gradient);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
