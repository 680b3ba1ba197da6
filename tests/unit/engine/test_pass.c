/* The passes over whole networks, against differences of the loss. */
#include "differences.h"
#include "model/model.h"
#include "passes.h"
#include "training/loss.h"

#include <stdlib.h>

enum { CAPACITY = 11, RANGES = 8 };

/* A network's pass over a batch, with the loss summed over it. */
typedef struct network_run {
    digitnet_model *model;
    digitnet__pass pass;
    const digitnet__loss_kind *loss;
    size_t first, count; /* of the samples */
} network_run;

static void fill_targets(float *targets, size_t sample, size_t outputs) {
    for (size_t i = 0; i < outputs; i++)
        targets[i] = (1 + noise(900 + sample, i)) / 2;
}

static double network_forward(network_run *run) {
    digitnet__network_pack(&run->model->network);
    const digitnet__graph *graph = &run->model->network.graph;
    size_t image = digitnet__shape_values(graph->input), outputs = digitnet__network_outputs(&run->model->network);
    for (size_t sample = 0; sample < run->count; sample++) {
        fill_noise(digitnet__pass_input(&run->pass, sample), image, 100 + run->first + sample);
        *digitnet__pass_seeds(&run->pass, sample) = 200 + run->first + sample;
    }
    forward_batch(&run->pass, run->count);
    float *targets = must_allocate(outputs * sizeof(float));
    double loss = 0;
    for (size_t sample = 0; sample < run->count; sample++) {
        int32_t label = (int32_t)((run->first + sample) % outputs);
        float weight = 0.5f + (float)((run->first + sample) % 3);
        fill_targets(targets, run->first + sample, outputs);
        const digitnet__loss_rows row = {.outputs = digitnet__pass_output(&run->pass, sample),
                                         .labels = run->loss->takes_targets ? NULL : &label,
                                         .targets = run->loss->takes_targets ? targets : NULL,
                                         .weights = &weight,
                                         .rows = 1,
                                         .columns = outputs};
        const digitnet__loss_settings settings = digitnet__loss_defaults(run->loss->id);
        digitnet__score score;
        run->loss->run(&score, digitnet__pass_output_gradient(&run->pass, sample), &row, &settings, 1);
        loss += score.loss;
    }
    free(targets);
    return loss;
}

static double network_objective(void *context) {
    return network_forward(context);
}

static size_t span_values(const digitnet__span *spans, size_t count) {
    size_t values = 0;
    for (size_t i = 0; i < count; i++)
        values += spans[i].count;
    return values;
}

/* Every trained parameter is in one task's spans once; tasks say how many they have, and products what is before them.
 */
static void check_spans(const digitnet__pass *pass) {
    size_t parameters = pass->network->graph.parameter_count, products = 0;
    unsigned char *seen = calloc(parameters, 1);
    assert_non_null(seen);
    for (size_t task = 0; task < pass->task_count; task++) {
        digitnet__span spans[DNN_LAYER_TENSORS];
        size_t count = digitnet__pass_spans(pass->tasks[task], spans);
        for (size_t i = 0; i < count; i++)
            for (size_t at = 0; at < spans[i].count; at++)
                assert_int_equal(seen[spans[i].offset + at]++, 0);
        assert_int_equal(pass->tasks[task].values, span_values(spans, count));
        assert_int_equal(pass->tasks[task].before, products);
        products += pass->tasks[task].is_product ? pass->tasks[task].values : 0;
    }
    assert_int_equal(pass->product_values, products);
    assert_null(memchr(seen, 0, parameters));
    free(seen);
}

static void network_gradient(float *gradient, network_run *run) {
    network_forward(run);
    backward_batch(&run->pass, run->count);
    check_spans(&run->pass);
    memcpy(gradient, digitnet__pass_gradients(&run->pass), run->model->network.graph.parameter_count * sizeof(float));
}

/* Weights without kinks: half of the ReLUs pass all, half of them nothing. `relus` names the biases before them. */
static void prepare(digitnet_model *model, const digitnet__loss_kind *loss, const char *const *relus, float scale) {
    digitnet__network *network = &model->network;
    expect_ok(digitnet__model_check(model));
    expect_ok(digitnet__network_allocate_training(network, digitnet__loss_fused_activation(loss, &network->graph)));
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        bool before_relu = false;
        for (size_t k = 0; relus[k]; k++)
            before_relu = before_relu || strcmp(tensor->name, relus[k]) == 0;
        for (size_t j = 0; j < tensor->values; j++) {
            float sign = j % 2 ? -1 : 1;
            network->parameters[tensor->offset + j] = before_relu ? 6 * sign : scale * noise(i, j);
        }
    }
}

static void check_sample(digitnet_model *model, const digitnet__loss_kind *loss, size_t sample, float *sum,
                         const char *what) {
    network_run run = {.model = model, .loss = loss, .first = sample, .count = 1};
    size_t parameters = model->network.graph.parameter_count;
    float *gradient = must_allocate(parameters * sizeof(float));
    expect_ok(digitnet__pass_create(&run.pass, &model->network, 1, RANGES, NULL));
    network_gradient(gradient, &run);
    for (size_t i = 0; i < parameters; i++)
        sum[i] += gradient[i];
    check_weight_gradients(&model->network, gradient, slope_of_curve, network_objective, &run, what);
    free(gradient);
    digitnet__pass_release(&run.pass);
}

/* Single samples against differences, and batches, whose ranges are uneven, against the sums over their samples. */
static void check_network(digitnet_model *model, digitnet_loss id, const char *const *relus, float scale,
                          const char *what) {
    const digitnet__loss_kind *loss = digitnet__loss_find(id);
    prepare(model, loss, relus, scale);
    size_t parameters = model->network.graph.parameter_count;
    float *sum = calloc(parameters, sizeof(float)), *gradient = must_allocate(parameters * sizeof(float));
    assert_non_null(sum);
    for (size_t sample = 0; sample < CAPACITY; sample++) {
        check_sample(model, loss, sample, sum, what);
        network_run run = {.model = model, .loss = loss, .count = sample + 1};
        expect_ok(digitnet__pass_create(&run.pass, &model->network, CAPACITY, RANGES, NULL));
        network_gradient(gradient, &run);
        assert_close_floats(gradient, sum, parameters, 2e-5);
        digitnet__pass_release(&run.pass);
    }
    free(sum);
    free(gradient);
    digitnet_model_free(model);
}

static digitnet_model *begin_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    return model;
}

#define CONV(...) DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME, __VA_ARGS__)

static void test_chain(void **state) {
    (void)state;
    static const char *const relus[] = {"conv2d/bias", "dense/bias", NULL};
    digitnet_model *model = begin_model();
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_LINEAR); /* before the first layer with weights */
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_conv2d_ex(model, 3, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, .no_bias = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 18, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    check_network(model, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, relus, 0.25f, "chain");
}

/* Two blocks whose input is taken by a convolution and by the addition. */
static digitnet_model *make_residual(void) {
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_RELU, CONV(.name = "stem"));
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_RELU, CONV(.name = "a"));
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_LINEAR, CONV(.name = "b"));
    digitnet_model_add_add(model, (const char *const[]){"b", "stem"}, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_conv2d_ex(model, 4, 1, DIGITNET_ACTIVATION_LINEAR, CONV(.name = "c"));
    digitnet_model_add_add(model, (const char *const[]){"c", "add", "add", "stem"}, 4, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    return model;
}

static void test_residual(void **state) {
    (void)state;
    static const char *const relus[] = {"stem/bias", "a/bias", NULL};
    check_network(make_residual(), DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, relus, 0.25f, "residual network");
}

/* Branches from the model's input, of which one is taken twice. */
static void test_branches(void **state) {
    (void)state;
    static const char *const relus[] = {"left/bias", NULL};
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d_ex(model, 3, 3, DIGITNET_ACTIVATION_RELU, CONV(.name = "left"));
    digitnet_model_add_conv2d_ex(model, 2, 5, DIGITNET_ACTIVATION_LINEAR, CONV(.name = "right", .input = "input"));
    digitnet_model_add_concatenate(model, (const char *const[]){"left", "right", "left"}, 3);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SIGMOID);
    check_network(model, DIGITNET_LOSS_BINARY_CROSSENTROPY, relus, 0.25f, "network of two branches");
}

static void test_squared_error(void **state) {
    (void)state;
    static const char *const relus[] = {NULL};
    digitnet_model *model = begin_model();
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 4, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX); /* which this loss does not take over */
    check_network(model, DIGITNET_LOSS_MEAN_SQUARED_ERROR, relus, 0.5f, "squared error behind a softmax");
}

/* A frozen layer has no task, and the others' gradients stay as they were. */
static void test_frozen(void **state) {
    (void)state;
    digitnet_model *model = make_residual();
    const digitnet__loss_kind *loss = digitnet__loss_find(DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY);
    static const char *const relus[] = {"stem/bias", "a/bias", NULL};
    prepare(model, loss, relus, 0.25f);
    size_t parameters = model->network.graph.parameter_count;
    float *all = must_allocate(parameters * sizeof(float));
    network_run run = {.model = model, .loss = loss, .count = 5};
    expect_ok(digitnet__pass_create(&run.pass, &model->network, CAPACITY, RANGES, NULL));
    network_gradient(all, &run);
    size_t tasks = run.pass.task_count;
    digitnet__pass_release(&run.pass);
    static const char *const frozen[] = {"stem", "a", "dense"};
    for (size_t i = 0; i < sizeof frozen / sizeof *frozen; i++) {
        expect_ok(digitnet_model_set_trainable(model, frozen[i], 0));
        expect_ok(digitnet__pass_create(&run.pass, &model->network, CAPACITY, RANGES, NULL));
        assert_int_equal(run.pass.task_count, tasks - 1);
        network_forward(&run);
        backward_batch(&run.pass, run.count);
        for (size_t task = 0; task < run.pass.task_count; task++) {
            digitnet__span spans[DNN_LAYER_TENSORS];
            size_t count = digitnet__pass_spans(run.pass.tasks[task], spans);
            assert_string_not_equal(run.pass.tasks[task].op->layer->name, frozen[i]);
            for (size_t k = 0; k < count; k++)
                assert_same_floats(digitnet__pass_gradients(&run.pass) + spans[k].offset, all + spans[k].offset,
                                   spans[k].count);
        }
        digitnet__pass_release(&run.pass);
        expect_ok(digitnet_model_set_trainable(model, frozen[i], 1));
    }
    /* With all frozen nothing wants a gradient. */
    expect_ok(digitnet_model_set_trainable(model, NULL, 0));
    expect_ok(digitnet__pass_create(&run.pass, &model->network, CAPACITY, RANGES, NULL));
    assert_int_equal(run.pass.task_count, 0);
    assert_null(digitnet__pass_output_gradient(&run.pass, 0));
    network_forward(&run);
    backward_batch(&run.pass, run.count);
    digitnet__pass_release(&run.pass);
    free(all);
    digitnet_model_free(model);
}

static void check_ranges(const digitnet_model *model, size_t count, size_t expected) {
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, &model->network, count, 0, NULL));
    assert_int_equal(digitnet__pass_range_count(&pass, count), expected);
    assert_int_equal(pass.most_ranges, expected);
    digitnet__pass_release(&pass);
}

/* Of a batch that nothing else is said of; where the copies of the gradient are large, no more than 8. */
static void test_ranges_by_size(void **state) {
    (void)state;
    static const size_t counts[][2] = {{1, 1}, {7, 7}, {8, 8}, {32, 8}, {127, 8}, {128, 16}, {600, 16}};
    const digitnet__loss_kind *loss = digitnet__loss_find(DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY);
    static const char *const relus[] = {"stem/bias", "a/bias", NULL}, *const none[] = {NULL};
    digitnet_model *model = make_residual(), *large;
    prepare(model, loss, relus, 0.25f);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        check_ranges(model, counts[i][0], counts[i][1]);
    expect_ok(digitnet_model_create(&large, 3, 3, 256));
    digitnet_model_add_conv2d(large, 512, 3, DIGITNET_ACTIVATION_LINEAR); /* 1,180,160 values */
    digitnet_model_add_flatten(large);
    expect_ok(digitnet_model_add_dense(large, 2, DIGITNET_ACTIVATION_SOFTMAX));
    prepare(large, loss, none, 0.25f);
    check_ranges(large, 128, 8);
    check_ranges(large, 512, 8);
    digitnet_model_free(large);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),         cmocka_unit_test(test_residual), cmocka_unit_test(test_branches),
        cmocka_unit_test(test_squared_error), cmocka_unit_test(test_frozen),   cmocka_unit_test(test_ranges_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
