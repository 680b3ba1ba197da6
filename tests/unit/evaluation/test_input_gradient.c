/* The gradient by an image, against differences of what is predicted. */
#include "differences.h"
#include "model/model.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 4, VALUES = SIDE * SIDE * 2, OUTPUTS = 3 };

/* Branches that join, an activation of its own, and dropout, which does nothing here. */
static digitnet_model *make_deep_model(digitnet_activation activation, digitnet_activation end, size_t outputs) {
    static const char *const branches[] = {"left", "right"};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, 2));
    digitnet_model_add_conv2d_ex(
        model, 4, 3, activation,
        DIGITNET_WITH(digitnet_conv2d_options, .name = "left", .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d_ex(model, 4, 1, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "right", .input = "input"));
    digitnet_model_add_add(model, branches, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_dropout(model, 0.5);
    digitnet_model_add_activation(model, activation);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 7, activation);
    digitnet_model_add_dropout(model, 0.25);
    expect_ok(digitnet_model_add_dense(model, outputs, end));
    expect_ok(digitnet__network_allocate(&model->network));
    return model;
}

/* ReLU and pool, which have kinks. */
static digitnet_model *make_kinked_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, 2));
    digitnet_model_add_dropout(model, 0.5);
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, OUTPUTS, DIGITNET_ACTIVATION_LINEAR));
    expect_ok(digitnet__network_allocate(&model->network));
    return model;
}

/* Multiples of 1/32, and biases off the kinks of ReLU: see differences.h. */
static void fill_grid(digitnet_model *model) {
    digitnet__network *network = &model->network;
    for (size_t i = 0; i < network->graph.parameter_count; i++)
        network->parameters[i] = floorf(noise(1, i) * 16) / 32;
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        for (size_t k = 0; strcmp(tensor->role, "bias") == 0 && k < tensor->values; k++)
            network->parameters[tensor->offset + k] += 1.0f / 2048;
    }
    digitnet__network_pack(network);
}

/* What the gradient is of, from the scores of a model with the same weights and no activation at its end. */
typedef struct objective {
    digitnet_model *linear;
    size_t outputs, output;
    digitnet_gradient_of of;
    float image[VALUES];
} objective;

static double predict_objective(void *context) {
    const objective *own = context;
    float scores[OUTPUTS];
    expect_ok(digitnet_model_predict(scores, OUTPUTS, own->linear, own->image, VALUES));
    if (own->of == DIGITNET_GRADIENT_OF_SCORE)
        return (double)scores[own->output];
    if (own->outputs == 1)
        return log1p(exp(own->output ? -(double)scores[0] : (double)scores[0]));
    double sum = 0;
    for (size_t i = 0; i < own->outputs; i++)
        sum += exp((double)scores[i]);
    return log(sum) - (double)scores[own->output];
}

static void check(digitnet_model *model, digitnet_model *linear, size_t outputs, digitnet_gradient_of of,
                  slope_fn slope) {
    objective own = {.linear = linear, .outputs = outputs, .of = of};
    float gradient[VALUES];
    fill_grid(model);
    fill_grid(linear);
    for (size_t i = 0; i < VALUES; i++)
        own.image[i] = floorf(noise(2, i) * 32) / 32;
    size_t choices = of == DIGITNET_GRADIENT_OF_LOSS && outputs == 1 ? 2 : outputs;
    for (own.output = 0; own.output < choices; own.output++) {
        expect_ok(digitnet_model_input_gradient(gradient, VALUES, model, own.image, VALUES, own.output, of));
        check_gradient(gradient, own.image, VALUES, slope, predict_objective, &own, "image");
    }
    digitnet_model_free(model);
    digitnet_model_free(linear);
}

static digitnet_model *make_curved_model(digitnet_activation end, size_t outputs) {
    return make_deep_model(DIGITNET_ACTIVATION_SIGMOID, end, outputs);
}

static void test_score(void **state) {
    (void)state;
    check(make_kinked_model(), make_kinked_model(), OUTPUTS, DIGITNET_GRADIENT_OF_SCORE, slope_of_lines);
    check(make_curved_model(DIGITNET_ACTIVATION_SOFTMAX, OUTPUTS),
          make_curved_model(DIGITNET_ACTIVATION_LINEAR, OUTPUTS), OUTPUTS, DIGITNET_GRADIENT_OF_SCORE, slope_of_curve);
}

static void test_loss(void **state) {
    (void)state;
    check(make_curved_model(DIGITNET_ACTIVATION_SOFTMAX, OUTPUTS),
          make_curved_model(DIGITNET_ACTIVATION_LINEAR, OUTPUTS), OUTPUTS, DIGITNET_GRADIENT_OF_LOSS, slope_of_curve);
    check(make_curved_model(DIGITNET_ACTIVATION_SIGMOID, 1), make_curved_model(DIGITNET_ACTIVATION_LINEAR, 1), 1,
          DIGITNET_GRADIENT_OF_LOSS, slope_of_curve);
}

/* Normalized by the moving averages, not by the one image, whether they are folded into weights or not. */
static digitnet_model *make_normalized_model(digitnet_activation end) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, 2));
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_conv2d(model, 4, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_flatten(model);
    digitnet_model_add_batch_normalization(model);
    expect_ok(digitnet_model_add_dense(model, OUTPUTS, end));
    expect_ok(digitnet__network_allocate(&model->network));
    for (size_t i = 0; i < model->network.graph.state_count; i++)
        model->network.state[i] = 0.5f + 0.25f * noise(3, i);
    return model;
}

static void test_normalization(void **state) {
    (void)state;
    check(make_normalized_model(DIGITNET_ACTIVATION_SOFTMAX), make_normalized_model(DIGITNET_ACTIVATION_LINEAR),
          OUTPUTS, DIGITNET_GRADIENT_OF_SCORE, slope_of_curve);
    check(make_normalized_model(DIGITNET_ACTIVATION_SOFTMAX), make_normalized_model(DIGITNET_ACTIVATION_LINEAR),
          OUTPUTS, DIGITNET_GRADIENT_OF_LOSS, slope_of_curve);
}

/* Of a score it is the same with a softmax behind it, also with one that is a layer and follows a ReLU; and after
 * training, with frozen layers. */
static void test_same_scores(void **state) {
    (void)state;
    digitnet_model *models[3];
    float gradients[3][VALUES], image[VALUES];
    for (size_t i = 0; i < 3; i++) {
        models[i] = make_deep_model(DIGITNET_ACTIVATION_RELU,
                                    i == 1 ? DIGITNET_ACTIVATION_SOFTMAX : DIGITNET_ACTIVATION_LINEAR, OUTPUTS);
        fill_grid(models[i]);
    }
    expect_ok(
        digitnet_model_compile(models[1], DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_compile(models[2], DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    expect_ok(digitnet_model_set_trainable(models[2], "left", 0));
    fill_noise(image, VALUES, 5);
    for (size_t i = 0; i < 3; i++)
        expect_ok(digitnet_model_input_gradient(gradients[i], VALUES, models[i], image, VALUES, 1,
                                                DIGITNET_GRADIENT_OF_SCORE));
    assert_same_floats(gradients[1], gradients[0], VALUES);
    assert_same_floats(gradients[2], gradients[0], VALUES);
    for (size_t i = 0; i < 3; i++)
        digitnet_model_free(models[i]);
}

/* A network that only hands its values on. */
static void test_no_ops(void **state) {
    (void)state;
    digitnet_model *model;
    float gradient[4] = {7, 7, 7, 7}, image[4] = {1, 2, 3, 4};
    static const float wanted[4] = {0, 0, 1, 0};
    expect_ok(digitnet_model_create(&model, 2, 2, 1));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet__network_allocate(&model->network));
    expect_ok(digitnet_model_input_gradient(gradient, 4, model, image, 4, 2, DIGITNET_GRADIENT_OF_SCORE));
    assert_same_floats(gradient, wanted, 4);
    digitnet_model_free(model);
}

static void test_refusals(void **state) {
    (void)state;
    digitnet_model *model = make_deep_model(DIGITNET_ACTIVATION_RELU, DIGITNET_ACTIVATION_LINEAR, OUTPUTS);
    digitnet_model *draft = build_small_network();
    float image[VALUES] = {0}, gradient[VALUES];
    const digitnet_gradient_of score = DIGITNET_GRADIENT_OF_SCORE;
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, draft, image, VALUES, 0, score), DIGITNET_ESTATE,
                   "");
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES - 1, 0, score), DIGITNET_ESHAPE,
                   "31 values are not one image of 4x4x2");
    expect_failure(digitnet_model_input_gradient(gradient, VALUES - 1, model, image, VALUES, 0, score),
                   DIGITNET_EBUFFER, "room for 31");
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES, OUTPUTS, score),
                   DIGITNET_EINVAL, "no output 3, of 3");
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES, 0, DIGITNET_GRADIENT_OF_LOSS),
                   DIGITNET_ESHAPE, "a loss wants a flat softmax");
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES, 0, (digitnet_gradient_of)2),
                   DIGITNET_EINVAL, "of is 2");
    image[9] = NAN;
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES, 0, score), DIGITNET_EINVAL,
                   "value 9 is nan");
    fill_grid(model);
    for (size_t i = 0; i < VALUES; i++)
        image[i] = 3e38f;
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, image, VALUES, 0, score), DIGITNET_ENOTFINITE,
                   "a score is not finite");
    digitnet_model_free(model);
    digitnet_model_free(draft);
    /* Several sigmoids are no distribution over classes. */
    model = make_deep_model(DIGITNET_ACTIVATION_RELU, DIGITNET_ACTIVATION_SIGMOID, OUTPUTS);
    expect_failure(digitnet_model_input_gradient(gradient, VALUES, model, (float[VALUES]){0}, VALUES, 0,
                                                 DIGITNET_GRADIENT_OF_LOSS),
                   DIGITNET_ESHAPE, "or a flat sigmoid of one unit");
    digitnet_model_free(model);
}

/* Weights of 1e30 behind each other: scores of an image of zeros are finite, their gradient is not. */
static void test_overflow(void **state) {
    (void)state;
    digitnet_model *model;
    float huge[4], image[2] = {0}, gradient[2] = {7, 7};
    for (size_t i = 0; i < 4; i++)
        huge[i] = 1e30f;
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_LINEAR,
                                DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    expect_ok(digitnet_model_add_dense_ex(model, 2, DIGITNET_ACTIVATION_LINEAR,
                                          DIGITNET_WITH(digitnet_dense_options, .no_bias = 1)));
    expect_ok(digitnet__network_allocate(&model->network));
    expect_ok(digitnet_model_set_weights(model, "dense/kernel", huge, 4));
    expect_ok(digitnet_model_set_weights(model, "dense_1/kernel", huge, 4));
    expect_failure(digitnet_model_input_gradient(gradient, 2, model, image, 2, 0, DIGITNET_GRADIENT_OF_SCORE),
                   DIGITNET_ENOTFINITE, "the gradient is not finite");
    assert_true(gradient[0] == 7 && gradient[1] == 7);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score),         cmocka_unit_test(test_loss),   cmocka_unit_test(test_same_scores),
        cmocka_unit_test(test_normalization), cmocka_unit_test(test_no_ops), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
