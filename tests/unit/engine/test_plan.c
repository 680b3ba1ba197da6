/* What graphs are lowered to, and where their values lie. */
#include "core/memory.h"
#include "engine/placement.h"
#include "engine/workspace.h"
#include "model/model.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static digitnet_model *begin_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 12, 12, 1));
    return model;
}

static digitnet__plan lower(digitnet_model *model, bool training) {
    digitnet__plan plan;
    expect_ok(digitnet__model_check(model));
    expect_ok(digitnet__plan_create(&plan, &model->network.graph, model->network.kernels, training,
                                    digitnet__graph_last_activation(&model->network.graph)));
    return plan;
}

/* The ops' names, with '+' between them. */
static void expect_ops(digitnet_model *model, bool training, const char *expected) {
    digitnet__plan plan = lower(model, training);
    char names[512] = "";
    for (size_t i = 0; i < plan.op_count; i++) {
        assert_int_equal(plan.ops[i].index, i);
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i ? "+" : "", plan.ops[i].kind->name);
    }
    assert_string_equal(names, expected);
    digitnet__plan_release(&plan);
}

/* An activation inside a layer and one behind it are the same. */
static void test_activations_are_absorbed(void **state) {
    (void)state;
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 4, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ops(model, true, "conv2d_relu_pool+dense+dense");
    expect_ops(model, false, "conv2d_relu_pool+dense+dense");
    digitnet__plan plan = lower(model, false);
    assert_int_equal(plan.left_out, DIGITNET_ACTIVATION_SOFTMAX);
    digitnet__plan_release(&plan);
    digitnet_model_free(model);
}

/* In training, where a gradient needs the activation's inputs, they are kept. */
static void test_activations_that_need_their_inputs(void **state) {
    (void)state;
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_SILU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 4, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_GELU);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_TANH);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ops(model, true, "conv2d_direct+activation+dense+activation+dense+dense");
    expect_ops(model, false, "conv2d_direct+dense+dense+dense");
    digitnet_model_free(model);
}

/* Dropout stands between a convolution and its ReLU in training, and is not there in inference. */
static void test_two_plans(void **state) {
    (void)state;
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dropout(model, 0.5);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    expect_ops(model, true, "conv2d_direct+dropout+activation+max_pooling2d");
    expect_ops(model, false, "conv2d_relu_pool");
    digitnet_model_free(model);
}

/* Winograd's algorithm is for channels that fill vectors and images that fill its tiles; in training, where a ReLU
 * leaves zeros in the gradient, only without one. */
static void test_convolutions_by_planes(void **state) {
    (void)state;
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_LINEAR); /* of one channel */
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_conv2d(model, 24, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_RELU);
    expect_ops(model, true, "conv2d_direct+conv2d_winograd+conv2d_direct+conv2d_relu_pool");
    expect_ops(model, false, "conv2d_direct+conv2d_winograd+conv2d_direct+conv2d_relu_pool");
    digitnet_model_free(model);
    model = begin_model();
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 16, 1, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_LINEAR); /* 4 x 4 outputs */
    digitnet_model_add_conv2d(model, 16, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_LINEAR); /* 1 x 1 */
    expect_ops(model, true, "max_pooling2d+conv2d_pointwise+conv2d_winograd+conv2d_direct+conv2d_direct");
    expect_ops(model, false, "max_pooling2d+conv2d_pointwise+conv2d_winograd+conv2d_direct+conv2d_direct");
    digitnet_model_free(model);
}

/* What Winograd's last transform takes along in inference. */
static void test_planes_absorb(void **state) {
    (void)state;
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 24, 24, 16));
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 3);
    digitnet_model_add_max_pool2d(model, 2);
    expect_ops(model, true, "conv2d_winograd+batch_normalization+max_pooling2d+conv2d_relu_pool+max_pooling2d");
    expect_ops(model, false, "conv2d_winograd+conv2d_winograd+max_pooling2d+max_pooling2d");
    digitnet_model_free(model);
}

/* What several take is not fused away. */
static void test_shared_values_stay(void **state) {
    (void)state;
    digitnet_model *model = begin_model();
    digitnet_model_add_conv2d_ex(model, 3, 3, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "sums"));
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_RELU,
                                     DIGITNET_WITH(digitnet_activation_options, .name = "relu"));
    digitnet_model_add_add(model, (const char *const[]){"relu", "sums"}, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    expect_ops(model, true, "conv2d_direct+activation+add");
    digitnet_model_free(model);
}

/* Both ways of writing one network give the same scores. */
static void test_same_scores(void **state) {
    (void)state;
    float scores[2][3], image[144];
    fill_noise(image, 144, 4);
    for (size_t apart = 0; apart < 2; apart++) {
        digitnet_model *model = begin_model();
        digitnet_model_add_conv2d(model, 3, 3, apart ? DIGITNET_ACTIVATION_LINEAR : DIGITNET_ACTIVATION_RELU);
        if (apart)
            digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
        expect_ok(digitnet_model_predict(scores[apart], 3, model, image, 144));
        digitnet_model_free(model);
    }
    assert_same_floats(scores[0], scores[1], 3);
}

static bool alive_together(const digitnet__value *a, const digitnet__value *b) {
    size_t a_first = a->producer == DNN_NO_OP ? 0 : a->producer, b_first = b->producer == DNN_NO_OP ? 0 : b->producer;
    return a_first <= b->last && b_first <= a->last;
}

/* Values that are needed at one time do not overlap. Returns the floats of all. */
static size_t check_placement(digitnet_model *model, size_t capacity) {
    digitnet__plan plan = lower(model, false);
    digitnet__placement placement;
    expect_ok(digitnet__placement_create(&placement, &plan, capacity));
    for (size_t i = 0; i < plan.value_count; i++) {
        const digitnet__value *value = &plan.values[i];
        if (!value->used)
            continue;
        assert_true(placement.offsets[i] + capacity * value->values <= placement.size);
        for (size_t k = 0; k < i; k++) {
            const digitnet__value *other = &plan.values[k];
            if (!other->used || !alive_together(value, other))
                continue;
            assert_true(placement.offsets[i] + capacity * value->values <= placement.offsets[k] ||
                        placement.offsets[k] + capacity * other->values <= placement.offsets[i]);
        }
    }
    size_t size = placement.size;
    digitnet__placement_release(&placement);
    digitnet__plan_release(&plan);
    return size;
}

/* No more than two buffers of its largest value, whatever the sizes. */
static void test_chains_take_two_buffers(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        digitnet_model *model;
        expect_ok(digitnet_model_create(&model, 1, 1, 100));
        digitnet_model_add_flatten(model);
        size_t largest = 100;
        for (size_t i = 0; i < 9; i++) {
            size_t units = 1 + (size_t)((noise(seed, i) + 1) * 200);
            largest = units > largest ? units : largest;
            expect_ok(digitnet_model_add_dense(model, units, DIGITNET_ACTIVATION_RELU));
        }
        assert_true(check_placement(model, 16) <= 2 * 16 * largest);
        digitnet_model_free(model);
    }
}

/* Long skips: each value is taken by the next layer and by one much later. */
static void test_placement_of_skips(void **state) {
    (void)state;
    for (size_t depth = 1; depth <= 6; depth++) {
        digitnet_model *model = begin_model();
        char names[16][32];
        for (size_t i = 0; i < depth; i++) {
            snprintf(names[i], sizeof names[i], "down%zu", i);
            digitnet_model_add_conv2d_ex(
                model, 2 + 3 * i, 3, DIGITNET_ACTIVATION_RELU,
                DIGITNET_WITH(digitnet_conv2d_options, .name = names[i], .padding = DIGITNET_PADDING_SAME));
        }
        const char *last = names[depth - 1];
        char joined[16][32];
        for (size_t i = depth; i-- > 0;) {
            snprintf(joined[i], sizeof joined[i], "up%zu", i);
            digitnet_model_add_concatenate_ex(model, (const char *const[]){last, names[i]}, 2,
                                              DIGITNET_WITH(digitnet_concatenate_options, .name = joined[i]));
            last = joined[i];
        }
        expect_ok(digitnet__model_check(model));
        check_placement(model, 3);
        digitnet_model_free(model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activations_that_need_their_inputs),
        cmocka_unit_test(test_activations_are_absorbed),
        cmocka_unit_test(test_two_plans),
        cmocka_unit_test(test_convolutions_by_planes),
        cmocka_unit_test(test_planes_absorb),
        cmocka_unit_test(test_shared_values_stay),
        cmocka_unit_test(test_same_scores),
        cmocka_unit_test(test_chains_take_two_buffers),
        cmocka_unit_test(test_placement_of_skips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
