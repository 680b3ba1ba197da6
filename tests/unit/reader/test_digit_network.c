/* When a frame is looked at again, and what all looks together say. */
#include "models.h"
#include "reader/digit_network.h"
#include "support.h"

#include <math.h>

enum { SIDE = DIGITNET_FRAME_SIZE, VALUES = SIDE * SIDE, OUTPUTS = 10 };

/* A network that says 1 for what leans to one side and 7 for what leans to the other, by so much. */
static digitnet__digit_network make_network(float slope) {
    digitnet__digit_network network = {.outputs = OUTPUTS};
    digitnet_model *model = begin_model(SIDE, SIDE, 1);
    float kernel[VALUES][OUTPUTS] = {{0}}, bias[OUTPUTS];
    for (int i = 0; i < VALUES; i++) {
        float x = (float)(i % SIDE) - (SIDE - 1) / 2.0f, y = (float)(i / SIDE) - (SIDE - 1) / 2.0f;
        kernel[i][1] = slope * x * y;
        kernel[i][7] = -slope * x * y;
    }
    for (int i = 0; i < OUTPUTS; i++)
        bias[i] = i == 1 || i == 7 ? 0.0f : -40.0f;
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense_ex(model, OUTPUTS, DIGITNET_ACTIVATION_SOFTMAX,
                                          DIGITNET_WITH(digitnet_dense_options, .name = "scores")));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_set_weights(model, "scores/kernel", &kernel[0][0], VALUES * OUTPUTS));
    expect_ok(digitnet_model_set_weights(model, "scores/bias", bias, OUTPUTS));
    expect_ok(digitnet_session_create(&network.session, model, NULL));
    digitnet_model_free(model);
    return network;
}

/* A stroke that moves to the right by so many columns from row to row. */
static void draw_stroke(float frame[VALUES], double lean) {
    memset(frame, 0, VALUES * sizeof *frame);
    for (int row = 4; row < 24; row++)
        for (int column = 0; column < SIDE; column++) {
            double middle = (SIDE - 1) / 2.0 + lean * (row - (SIDE - 1) / 2.0);
            frame[row * SIDE + column] = (float)fmax(0.0, 1.0 - fabs(column - middle) / 2.0);
        }
}

static void one_look(float scores[OUTPUTS], const digitnet__digit_network *network, const float frame[VALUES]) {
    expect_ok(digitnet_session_run(scores, OUTPUTS, network->session, frame, VALUES));
}

static void a_sure_look_is_the_only_one(void **state) {
    (void)state;
    float frame[VALUES], once[OUTPUTS], scores[OUTPUTS];
    digitnet__digit_network network = make_network(0.02f);
    draw_stroke(frame, 0.4);
    one_look(once, &network, frame);
    assert_true(once[1] > 0.99f);
    expect_ok(digitnet__digit_network_run(scores, &network, frame, 1));
    assert_memory_equal(scores, once, sizeof scores);
    digitnet_session_free(network.session);
}

/* The looks lean as far to one side as to the other. */
static void what_is_in_the_middle_stays_there(void **state) {
    (void)state;
    float frame[VALUES], scores[OUTPUTS];
    digitnet__digit_network network = make_network(0.01f);
    draw_stroke(frame, 0.0);
    expect_ok(digitnet__digit_network_run(scores, &network, frame, 1));
    assert_float_equal(scores[1], 0.5, 1e-4);
    assert_float_equal(scores[7], 0.5, 1e-4);
    digitnet_session_free(network.session);
}

/* As steep as the network is, the looks that lean to either side cancel, and others are left. */
static void in_doubt_the_mean_of_all_looks_counts(void **state) {
    (void)state;
    float frame[VALUES], once[OUTPUTS], scores[OUTPUTS], sum = 0.0f;
    digitnet__digit_network network = make_network(0.02f);
    draw_stroke(frame, 0.02);
    one_look(once, &network, frame);
    assert_true(once[1] > 0.6f && once[1] < 0.9f);
    expect_ok(digitnet__digit_network_run(scores, &network, frame, 1));
    assert_true(scores[1] > 0.5f && scores[1] < once[1] - 0.02f);
    for (int i = 0; i < OUTPUTS; i++)
        sum += scores[i];
    assert_float_equal(sum, 1.0, 1e-5);
    digitnet_session_free(network.session);
}

static void frames_are_looked_at_each_by_itself(void **state) {
    (void)state;
    enum { FRAMES = 3 };
    static float frames[FRAMES][VALUES];
    float together[FRAMES][OUTPUTS], alone[OUTPUTS];
    digitnet__digit_network network = make_network(0.02f);
    draw_stroke(frames[0], 0.4);
    draw_stroke(frames[1], 0.02);
    draw_stroke(frames[2], -0.4);
    expect_ok(digitnet__digit_network_run(&together[0][0], &network, &frames[0][0], FRAMES));
    for (int i = 0; i < FRAMES; i++) {
        expect_ok(digitnet__digit_network_run(alone, &network, frames[i], 1));
        for (int output = 0; output < OUTPUTS; output++)
            assert_float_equal(together[i][output], alone[output], 1e-6);
    }
    digitnet_session_free(network.session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sure_look_is_the_only_one),
        cmocka_unit_test(what_is_in_the_middle_stays_there),
        cmocka_unit_test(in_doubt_the_mean_of_all_looks_counts),
        cmocka_unit_test(frames_are_looked_at_each_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
