/* Adam and SGD on a flat block against one value at a time in double precision. */
#include "optimizer/optimizer.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { COUNT = 1003, STEPS = 20 };

static digitnet__optimizer_settings settings_of(digitnet_optimizer kind, const digitnet_compile_options *options) {
    digitnet__optimizer_settings settings;
    digitnet_compile_options defaults = DIGITNET_INIT(digitnet_compile_options);
    expect_ok(digitnet__optimizer_settings_read(&settings, kind, options ? options : &defaults));
    return settings;
}

/* A gradient of a size of its own for each value, from 1 down to 1e-6. */
static float gradient_at(size_t index, size_t step) {
    return noise(step, index) * powf(10, -(float)(index % 7));
}

/* Keras's formulas for one value. */
static double expected_weight(const digitnet__optimizer_settings *settings, size_t index) {
    double weight = noise(0, index), first = 0, second = 0, velocity = 0;
    for (size_t step = 1; step <= STEPS; step++) {
        double gradient = gradient_at(index, step), rate = settings->schedule.learning_rate;
        if (settings->kind == DIGITNET_OPTIMIZER_ADAM) {
            first += (1 - settings->beta_1) * (gradient - first);
            second += (1 - settings->beta_2) * (gradient * gradient - second);
            double factor =
                rate * sqrt(1 - pow(settings->beta_2, (double)step)) / (1 - pow(settings->beta_1, (double)step));
            weight -= factor * first / (sqrt(second) + settings->epsilon);
        } else {
            velocity = settings->momentum * velocity - rate * gradient;
            weight += settings->nesterov ? settings->momentum * velocity - rate * gradient : velocity;
        }
    }
    return weight;
}

/* Runs all steps, each in two pieces that meet at `cut`. */
static void run_steps(float *weights, const digitnet__optimizer_settings *settings, size_t cut) {
    const digitnet__optimizer_rule *rule = digitnet__optimizer_find(settings->kind);
    float *state = calloc(digitnet__optimizer_slots(settings) * COUNT + 1, sizeof(float));
    float gradients[COUNT];
    assert_non_null(state);
    fill_noise(weights, COUNT, 0);
    for (size_t step = 1; step <= STEPS; step++) {
        for (size_t i = 0; i < COUNT; i++)
            gradients[i] = gradient_at(i, step);
        const digitnet__kernels *kernels = digitnet__kernels_best();
        const digitnet__optimizer_memory memory = {
            .parameters = weights, .gradients = gradients, .state = state, .count = COUNT};
        digitnet__optimizer_step now = digitnet__optimizer_begin(settings, step - 1, 1);
        rule->update(kernels, settings, &now, &memory, 0, cut);
        rule->update(kernels, settings, &now, &memory, cut, COUNT - cut);
    }
    free(state);
}

static void check_optimizer(digitnet_optimizer kind, const digitnet_compile_options *options) {
    static float weights[COUNT], in_pieces[COUNT];
    digitnet__optimizer_settings settings = settings_of(kind, options);
    run_steps(weights, &settings, 0);
    for (size_t i = 0; i < COUNT; i++) {
        double expected = expected_weight(&settings, i), moved = fabs(expected - (double)noise(0, i));
        /* A rounding of the weight at every step, and some of the size of the steps. */
        if (!(fabs((double)weights[i] - expected) <= STEPS * 6e-8 + 1e-5 * moved))
            fail_msg("value %zu: %.9g, not %.9g", i, (double)weights[i], expected);
    }
    run_steps(in_pieces, &settings, 517);
    assert_same_floats(weights, in_pieces, COUNT);
}

static void test_adam(void **state) {
    (void)state;
    check_optimizer(DIGITNET_OPTIMIZER_ADAM, NULL);
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    adam.beta_1 = 0.5;
    adam.beta_2 = 0.9;
    adam.epsilon = 1e-3;
    check_optimizer(DIGITNET_OPTIMIZER_ADAM,
                    DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.05, .adam = &adam));
    adam.beta_1 = 0; /* a value like any other */
    assert_true(settings_of(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam)).beta_1 ==
                0);
    check_optimizer(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam));
    adam.beta_2 = 0;
    check_optimizer(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam));
}

static void test_sgd(void **state) {
    (void)state;
    check_optimizer(DIGITNET_OPTIMIZER_SGD, NULL);
    check_optimizer(DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.5));
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    const digitnet_compile_options *options =
        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.1, .sgd = &sgd);
    sgd.momentum = 0.9;
    check_optimizer(DIGITNET_OPTIMIZER_SGD, options);
    sgd.nesterov = 1;
    check_optimizer(DIGITNET_OPTIMIZER_SGD, options);
}

/* Where a gradient is always 0 the smallest epsilons keep the step from 0 / 0. */
static void test_tiny_epsilon(void **state) {
    (void)state;
    static const digitnet_optimizer kinds[] = {DIGITNET_OPTIMIZER_ADAM, DIGITNET_OPTIMIZER_NADAM,
                                               DIGITNET_OPTIMIZER_RMSPROP};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        digitnet__optimizer_settings settings = settings_of(kinds[i], NULL);
        float weights[3] = {1, -1, 0}, gradients[3] = {0}, slots[9] = {0};
        const digitnet__optimizer_memory memory = {
            .parameters = weights, .gradients = gradients, .state = slots, .count = 3};
        for (int pytorch = 0; pytorch < 2; pytorch++) {
            settings.epsilon = 1e-300;
            settings.pytorch_epsilon = pytorch;
            digitnet__optimizer_step now = digitnet__optimizer_begin(&settings, 0, 1);
            digitnet__optimizer_find(kinds[i])->update(digitnet__kernels_best(), &settings, &now, &memory, 0, 3);
            assert_true(weights[0] == 1 && weights[1] == -1 && weights[2] == 0);
        }
    }
}

static void test_keras_defaults(void **state) {
    (void)state;
    digitnet__optimizer_settings adam = settings_of(DIGITNET_OPTIMIZER_ADAM, NULL),
                                 sgd = settings_of(DIGITNET_OPTIMIZER_SGD, NULL);
    assert_true(adam.schedule.learning_rate == 0.001 && adam.beta_1 == 0.9 && adam.beta_2 == 0.999 &&
                adam.epsilon == 1e-7);
    assert_true(sgd.schedule.learning_rate == 0.01 && sgd.momentum == 0 && !sgd.nesterov);
    assert_int_equal(digitnet__optimizer_slots(&adam), 2);
    assert_int_equal(digitnet__optimizer_slots(&sgd), 0);
    sgd.momentum = 0.5;
    assert_int_equal(digitnet__optimizer_slots(&sgd), 1);
}

/* Where gradients stay away, Adam's moments fade to zero and not into the denormals. */
static void test_adam_moments_are_never_denormal(void **state) {
    (void)state;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    adam.beta_2 = 0.9;
    digitnet__optimizer_settings settings =
        settings_of(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam));
    float weights[COUNT] = {0}, moments[2 * COUNT], gradients[COUNT] = {0};
    fill_noise(moments, 2 * COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        moments[COUNT + i] *= moments[COUNT + i];
    const digitnet__optimizer_memory memory = {
        .parameters = weights, .gradients = gradients, .state = moments, .count = COUNT};
    for (uint64_t done = 0; done < 2000; done++) {
        digitnet__optimizer_step step = digitnet__optimizer_begin(&settings, done, 1);
        digitnet__optimizer_find(DIGITNET_OPTIMIZER_ADAM)
            ->update(digitnet__kernels_best(), &settings, &step, &memory, 0, COUNT);
        for (size_t i = 0; i < 2 * COUNT; i++)
            assert_true(fpclassify(moments[i]) != FP_SUBNORMAL);
    }
    for (size_t i = 0; i < 2 * COUNT; i++)
        assert_true(moments[i] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adam),
        cmocka_unit_test(test_sgd),
        cmocka_unit_test(test_tiny_epsilon),
        cmocka_unit_test(test_keras_defaults),
        cmocka_unit_test(test_adam_moments_are_never_denormal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
