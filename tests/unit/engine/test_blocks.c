/* A layer whose tensors have different numbers of outputs: its gradient is summed and updated in blocks all the same.
 */
#include "engine/pass.h"
#include "model/model.h"
#include "passes.h"
#include "support.h"

#include <stdlib.h>

enum { BATCH = 7, TENSORS = 3 };
static const size_t outputs[TENSORS] = {3, 40, 18}, inputs[TENSORS] = {5, 1, 2};

/* One output: the sum of all weights, each times the sample's first value. */
static digitnet_status infer_shape(digitnet__layer *layer) {
    for (size_t i = 0; i < TENSORS; i++) {
        static const char *const roles[TENSORS] = {"first", "second", "third"};
        layer->tensors[i] = (digitnet__tensor){.role = roles[i],
                                               .initializer = DIGITNET_INITIALIZER_ONES,
                                               .rank = 2,
                                               .dimensions = {outputs[i], inputs[i], 1, 1},
                                               .outputs = outputs[i],
                                               .inputs = inputs[i],
                                               .values = outputs[i] * inputs[i],
                                               .fan_in = 1,
                                               .fan_out = 1};
        layer->parameters += layer->tensors[i].values;
    }
    layer->tensor_count = TENSORS;
    layer->output = (digitnet__shape){.height = 1, .width = 1, .channels = 1, .flat = true};
    return DIGITNET_OK;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        range->output[i] = 0;
        for (size_t k = 0; k < op->parameter_values; k++)
            range->output[i] += range->parameters[k] * range->inputs[0][i * op->input_values];
    }
}

/* The weights' gradients are told apart by their places. */
static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        for (size_t k = 0; k < op->parameter_values; k++)
            range->gradient[k] += range->output_gradient[i] * (float)(k + 1);
}

static const digitnet__op_kind op_kind = {.name = "sums", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &op_kind;
}

static const digitnet__layer_kind sums = {.name = "sums",
                                          .class_name = "Sums",
                                          .infer_shape = infer_shape,
                                          .lower = lower,
                                          .bound = digitnet__layer_keep_bound};

static void test_reduction(void **state) {
    (void)state;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 3, 1));
    digitnet__layer_request request = {.kind = &sums, .inputs = (const char *const[]){NULL}};
    expect_ok(digitnet__model_add_layer(model, &request, DIGITNET_OK));
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, &model->network, BATCH, 8, NULL));
    assert_int_equal(pass.task_count, 3); /* for 40 outputs */
    fill_noise(digitnet__pass_input(&pass, 0), BATCH * 6, 1);
    forward_batch(&pass, BATCH);
    for (size_t i = 0; i < BATCH; i++)
        digitnet__pass_output_gradient(&pass, 0)[i] = 2;
    backward_batch(&pass, BATCH);
    for (size_t i = 0; i < model->network.graph.parameter_count; i++)
        assert_true(digitnet__pass_gradients(&pass)[i] == 2 * BATCH * (float)(i + 1));
    digitnet__pass_release(&pass);
    digitnet_model_free(model);
}

/* Each block's rows of each tensor: the tensor's own number of them, and no span where there are none. */
static void test_spans(void **state) {
    (void)state;
    digitnet__layer layer = {0};
    expect_ok(infer_shape(&layer));
    layer.tensors[1].offset = 15;
    layer.tensors[2].offset = 55;
    const digitnet__op op = {.layer = &layer, .parameter_values = layer.parameters};
    static const struct {
        size_t offset, count;
    } expected[][TENSORS] = {{{0, 15}, {15, 16}, {55, 32}}, {{31, 16}, {87, 4}}, {{47, 8}}};
    assert_int_equal(digitnet__op_block_count(&op), 3);
    for (size_t block = 0; block < 3; block++) {
        digitnet__span spans[DNN_LAYER_TENSORS];
        size_t count = digitnet__pass_spans((digitnet__gradient_task){.op = &op, .block = block}, spans);
        assert_int_equal(count, 3 - block);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(spans[i].offset, expected[block][i].offset);
            assert_int_equal(spans[i].count, expected[block][i].count);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reduction),
        cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
