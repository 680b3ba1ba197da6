/* Optimizers, schedules and what else a step does, against Keras and PyTorch. fixtures/make-optimizers.py made the
 * figures. */
#include "fixtures/optimizers.h"
#include "optimizer/optimizer.h"
#include "optimizer/plateau.h"
#include "optimizer/schedule.h"
#include "support.h"
#include "training/trainer.h"

#include <math.h>
#include <stdlib.h>

/* ---- Ten steps and more with given gradients ---- */

static float first_weight(size_t i) {
    return ((float)((13 * i * i + 7) % 64) - 32) / 64;
}

/* A hook that puts the gradient of the fixtures in the place of the network's. */
static digitnet_status give_gradient(float *gradient, size_t count, void *context) {
    size_t batch = ++*(size_t *)context;
    assert_int_equal(count, WEIGHTS);
    for (size_t i = 0; i < count; i++)
        gradient[i] = ((float)((37 * batch + 11 * i * i + 5 * i * batch) % 64) - 32) / 32;
    return DIGITNET_OK;
}

/* A dense layer of 3 inputs and 4 units: a kernel of 12 values and a bias of 4. */
static digitnet_model *make_model(digitnet_optimizer optimizer, const digitnet_compile_options *options) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 3));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense(model, WEIGHTS - KERNEL_VALUES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options));
    assert_int_equal(count_parameters(model), WEIGHTS);
    for (size_t i = 0; i < WEIGHTS; i++)
        model->network.parameters[i] = first_weight(i);
    return model;
}

static void run_batches(digitnet_model *model, size_t threads) {
    static const size_t indices[1];
    digitnet_dataset *data = make_dataset(1, 1, 1, 3, 4, 1);
    digitnet__thread_pool *pool;
    digitnet__trainer trainer;
    digitnet__ranks ranks;
    digitnet__rank_data all;
    digitnet__loss loss;
    size_t batch = 0;
    expect_ok(digitnet__thread_pool_create(&pool, threads));
    expect_ok(digitnet__loss_of_model(&loss, model));
    expect_ok(digitnet__ranks_init(&ranks, NULL));
    expect_ok(digitnet__rank_data_create(&all, data, &ranks, false));
    expect_ok(digitnet__trainer_create(&trainer, model, &loss, &all, 1, pool));
    trainer.update.on_gradient = give_gradient;
    trainer.update.gradient_context = &batch;
    while (batch < BATCHES)
        expect_ok(digitnet__trainer_step(&trainer, indices, 1));
    digitnet__trainer_release(&trainer);
    digitnet__thread_pool_free(pool);
    digitnet_dataset_free(data);
}

/* A rounding of the weight at every step, and some of the size of the steps. */
static void compare(const char *name, const float *values, const double *expected) {
    for (size_t i = 0; i < WEIGHTS; i++) {
        double moved = fabs(expected[i] - (double)first_weight(i));
        if (!(fabs((double)values[i] - expected[i]) <= BATCHES * 6e-8 + 1e-6 * moved))
            fail_msg("%s: value %zu is %.9g, not %.9g", name, i, (double)values[i], expected[i]);
    }
}

static const digitnet_sgd_options momentum = {.struct_size = sizeof momentum, .momentum = 0.9};
static const digitnet_sgd_options nesterov = {.struct_size = sizeof nesterov, .momentum = 0.9, .nesterov = 1};
static const digitnet_sgd_options nesterov_0_8 = {.struct_size = sizeof nesterov_0_8, .momentum = 0.8, .nesterov = 1};
static const digitnet_adam_options adam_other = {
    .struct_size = sizeof adam_other, .beta_1 = 0.8, .beta_2 = 0.95, .epsilon = 1e-3};
static const digitnet_adam_options adam_epsilon = {
    .struct_size = sizeof adam_epsilon, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 0.01, .pytorch_epsilon = 1};
static const digitnet_nadam_options nadam_other = {
    .struct_size = sizeof nadam_other, .beta_1 = 0.8, .beta_2 = 0.95, .epsilon = 1e-3, .momentum_decay = 1};
static const digitnet_rmsprop_options rmsprop_half = {
    .struct_size = sizeof rmsprop_half, .rho = 0.9, .momentum = 0.5, .epsilon = 1e-7};
static const digitnet_rmsprop_options rmsprop_pytorch_plain = {
    .struct_size = sizeof rmsprop_pytorch_plain, .rho = 0.99, .epsilon = 1e-8, .pytorch_epsilon = 1};
static const digitnet_lion_options lion_betas = {.struct_size = sizeof lion_betas, .beta_1 = 0.6, .beta_2 = 0.8};
static const digitnet_adam_options adam_pytorch = {
    .struct_size = sizeof adam_pytorch, .beta_1 = 0.8, .beta_2 = 0.95, .epsilon = 0.01, .pytorch_epsilon = 1};
static const digitnet_adam_options adam_long = {
    .struct_size = sizeof adam_long, .beta_1 = 0.99, .beta_2 = 0.99999, .epsilon = 1e-8, .pytorch_epsilon = 1};
static const digitnet_adam_options adamw_pytorch = {
    .struct_size = sizeof adamw_pytorch, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-8, .pytorch_epsilon = 1};
static const digitnet_nadam_options nadam_pytorch = {
    .struct_size = sizeof nadam_pytorch, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-8, .momentum_decay = 0.004};
static const digitnet_rmsprop_options rmsprop_momentum = {
    .struct_size = sizeof rmsprop_momentum, .rho = 0.8, .momentum = 0.5, .epsilon = 0.01};
static const digitnet_rmsprop_options rmsprop_centered = {
    .struct_size = sizeof rmsprop_centered, .rho = 0.9, .epsilon = 1e-7, .centered = 1};
static const digitnet_rmsprop_options rmsprop_pytorch = {.struct_size = sizeof rmsprop_pytorch,
                                                         .rho = 0.9,
                                                         .momentum = 0.9,
                                                         .epsilon = 0.01,
                                                         .centered = 1,
                                                         .pytorch_epsilon = 1};
static const digitnet_schedule cosine = {.struct_size = sizeof cosine,
                                         .learning_rate = 0.1,
                                         .decay_steps = 10,
                                         .alpha = 0.1,
                                         .kind = DIGITNET_SCHEDULE_COSINE_DECAY};

static const digitnet_schedule exponential = {.struct_size = sizeof exponential,
                                              .learning_rate = 0.05,
                                              .decay_steps = 3,
                                              .decay_rate = 0.5,
                                              .kind = DIGITNET_SCHEDULE_EXPONENTIAL_DECAY};
static const digitnet_schedule staircase = {.struct_size = sizeof staircase,
                                            .learning_rate = 0.1,
                                            .decay_steps = 2,
                                            .decay_rate = 0.5,
                                            .kind = DIGITNET_SCHEDULE_EXPONENTIAL_DECAY,
                                            .staircase = 1};

#define CASE(name, kind, ...)                                                                      \
    {                                                                                              \
#name, DIGITNET_OPTIMIZER_##kind,                                                          \
            {.struct_size = sizeof(digitnet_compile_options), __VA_ARGS__ }, expected_##name, NULL \
    }
#define AVERAGED_CASE(name, kind, ...)                                       \
    {                                                                        \
#name, DIGITNET_OPTIMIZER_##kind,                                    \
            {.struct_size = sizeof(digitnet_compile_options), __VA_ARGS__ }, \
             expected_##name,                                                \
             expected_##name##_average                                       \
    }
static const struct {
    const char *name;
    digitnet_optimizer optimizer;
    digitnet_compile_options options;
    const double *expected, *average; /* NULL: none is kept */
} cases[] = {
    CASE(sgd, SGD, .learning_rate = 0.1),
    CASE(sgd_momentum, SGD, .learning_rate = 0.1, .sgd = &momentum),
    CASE(sgd_nesterov, SGD, .learning_rate = 0.1, .sgd = &nesterov, .weight_decay = 0.01),
    CASE(sgd_defaults, SGD, .seed = 1),
    CASE(sgd_pytorch, SGD, .learning_rate = 0.1, .sgd = &nesterov_0_8),
    CASE(adam, ADAM, .seed = 1),
    CASE(adam_decay, ADAM, .learning_rate = 0.01, .weight_decay = 0.25, .adam = &adam_other),
    CASE(adam_long_memory, ADAM, .learning_rate = 0.01, .adam = &adam_long),
    CASE(adam_pytorch, ADAM, .learning_rate = 0.01, .adam = &adam_pytorch),
    CASE(adamw_defaults, ADAMW, .seed = 1),
    CASE(adamw, ADAMW, .learning_rate = 0.05),
    CASE(adamw_pytorch, ADAMW, .learning_rate = 0.05, .weight_decay = 0.1, .adam = &adamw_pytorch),
    CASE(nadam_defaults, NADAM, .seed = 1),
    CASE(nadam, NADAM, .learning_rate = 0.01),
    CASE(nadam_decay, NADAM, .learning_rate = 0.01, .weight_decay = 0.25, .nadam = &nadam_other),
    CASE(nadam_pytorch, NADAM, .learning_rate = 0.01, .nadam = &nadam_pytorch),
    CASE(rmsprop_defaults, RMSPROP, .seed = 1),
    CASE(rmsprop, RMSPROP, .learning_rate = 0.01),
    CASE(rmsprop_decay, RMSPROP, .learning_rate = 0.01, .weight_decay = 0.25),
    CASE(rmsprop_momentum, RMSPROP, .learning_rate = 0.01, .rmsprop = &rmsprop_momentum),
    CASE(rmsprop_centered, RMSPROP, .learning_rate = 0.01, .rmsprop = &rmsprop_centered),
    CASE(rmsprop_pytorch, RMSPROP, .learning_rate = 0.01, .rmsprop = &rmsprop_pytorch),
    CASE(rmsprop_pytorch_plain, RMSPROP, .learning_rate = 0.01, .rmsprop = &rmsprop_pytorch_plain),
    CASE(lion_defaults, LION, .seed = 1),
    CASE(lion_betas, LION, .learning_rate = 0.01, .lion = &lion_betas),
    CASE(lion, LION, .learning_rate = 0.01, .weight_decay = 0.1),
    CASE(clipvalue, SGD, .learning_rate = 0.1, .sgd = &momentum, .clipvalue = 0.25),
    CASE(clipnorm, SGD, .learning_rate = 0.1, .sgd = &momentum, .clipnorm = 1),
    CASE(global_clipnorm, SGD, .learning_rate = 0.1, .sgd = &momentum, .global_clipnorm = 1),
    CASE(adam_clipvalue, ADAM, .learning_rate = 0.01, .clipvalue = 0.25),
    CASE(rmsprop_clipnorm, RMSPROP, .learning_rate = 0.01, .rmsprop = &rmsprop_half, .clipnorm = 0.5),
    CASE(nadam_global_clipnorm, NADAM, .learning_rate = 0.01, .global_clipnorm = 0.5),
    CASE(accumulation, SGD, .learning_rate = 0.1, .sgd = &momentum, .gradient_accumulation_steps = 3),
    CASE(accumulation_clipped, ADAMW, .learning_rate = 0.05, .global_clipnorm = 0.5, .gradient_accumulation_steps = 4),
    AVERAGED_CASE(ema, SGD, .learning_rate = 0.1, .ema_momentum = 0.9),
    AVERAGED_CASE(ema_overwrite, ADAM, .learning_rate = 0.01, .ema_momentum = 0.75, .ema_overwrite_frequency = 5),
    AVERAGED_CASE(accumulation_ema, SGD, .learning_rate = 0.1, .gradient_accumulation_steps = 2, .ema_momentum = 0.75),
    CASE(cosine, SGD, .schedule = &cosine),
    CASE(cosine_momentum, SGD, .schedule = &cosine, .sgd = &momentum),
    CASE(exponential, ADAMW, .schedule = &exponential, .weight_decay = 0.1),
    CASE(accumulation_schedule, ADAM, .schedule = &staircase, .adam = &adam_epsilon, .gradient_accumulation_steps = 3),
};

static void test_optimizers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = make_model(cases[i].optimizer, &cases[i].options);
        run_batches(model, 1 + i % 3);
        compare(cases[i].name, model->network.parameters, cases[i].expected);
        if (cases[i].average) {
            expect_ok(digitnet_model_finalize_weights(model));
            compare(cases[i].name, model->network.parameters, cases[i].average);
        }
        digitnet_model_free(model);
    }
}

static void test_each_optimizer_has_a_row(void **state) {
    (void)state;
    for (int kind = 1, rows = 0; digitnet__optimizer_find((digitnet_optimizer)kind); kind++, rows = 0) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            rows += cases[i].optimizer == (digitnet_optimizer)kind;
        if (rows == 0)
            fail_msg("%s has no row", digitnet__optimizer_find((digitnet_optimizer)kind)->name);
    }
}

/* ---- Schedules ---- */

static unsigned compared_kinds; /* a bit of each */

static void compare_rates(const char *name, const digitnet_schedule *schedule, const double *expected) {
    compared_kinds |= 1u << schedule->kind;
    for (size_t i = 0; i < RATES; i++) {
        double rate;
        expect_ok(digitnet_schedule_rate(&rate, schedule, (uint64_t)rate_steps[i]));
        if (!(fabs(rate - expected[i]) <= 1e-9 * expected[i] + 1e-15))
            fail_msg("%s: at step %g the rate is %.12g, not %.12g", name, rate_steps[i], rate, expected[i]);
    }
}

#define EXPECT_RATES(name, KIND, ...)                                                                                 \
    compare_rates(                                                                                                    \
        #name, DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_##KIND, .learning_rate = 0.1, __VA_ARGS__), \
        rates_##name)

static void test_schedules(void **state) {
    (void)state;
    EXPECT_RATES(exponential, EXPONENTIAL_DECAY, .decay_steps = 10, .decay_rate = 0.5);
    EXPECT_RATES(staircase, EXPONENTIAL_DECAY, .decay_steps = 10, .decay_rate = 0.5, .staircase = 1);
    EXPECT_RATES(cosine, COSINE_DECAY, .decay_steps = 40);
    EXPECT_RATES(cosine_warmup, COSINE_DECAY, .decay_steps = 30, .alpha = 0.2, .warmup_steps = 10, .warmup_from = 0.01);
    EXPECT_RATES(restarts, COSINE_DECAY_RESTARTS, .decay_steps = 10);
    EXPECT_RATES(restarts_same, COSINE_DECAY_RESTARTS, .decay_steps = 10, .t_mul = 1, .m_mul = 0.9);
    EXPECT_RATES(restarts_slow, COSINE_DECAY_RESTARTS, .decay_steps = 7, .t_mul = 1.5, .m_mul = 0.8, .alpha = 0.1);
    EXPECT_RATES(piecewise, PIECEWISE_CONSTANT, .boundaries = {10, 30}, .values = {0.01, 0.001});
    EXPECT_RATES(constant, CONSTANT, .warmup_steps = 0);
    EXPECT_RATES(constant_warmup, CONSTANT, .warmup_steps = 10, .warmup_from = 0.025);
    EXPECT_RATES(exponential_pytorch, EXPONENTIAL_DECAY, .decay_steps = 1, .decay_rate = 0.9);
    EXPECT_RATES(exponential_warmup, EXPONENTIAL_DECAY, .decay_steps = 1, .decay_rate = 0.9, .warmup_steps = 10,
                 .warmup_from = 0.025);
    EXPECT_RATES(staircase_pytorch, EXPONENTIAL_DECAY, .decay_steps = 10, .decay_rate = 0.5, .staircase = 1);
    EXPECT_RATES(piecewise_pytorch, PIECEWISE_CONSTANT, .boundaries = {9, 29}, .values = {0.01, 0.001});
    EXPECT_RATES(one_cycle, ONE_CYCLE, .decay_steps = 100);
    EXPECT_RATES(one_cycle_other, ONE_CYCLE, .decay_steps = 100, .pct_start = 0.5, .div_factor = 10,
                 .final_div_factor = 100);
    EXPECT_RATES(one_cycle_up, ONE_CYCLE, .decay_steps = 100, .pct_start = 1);
    EXPECT_RATES(one_cycle_down, ONE_CYCLE, .decay_steps = 100, .pct_start = 0.004);
    for (int kind = 0; digitnet__schedule_name((digitnet_schedule_kind)kind); kind++)
        if (!(compared_kinds >> kind & 1))
            fail_msg("%s has no row", digitnet__schedule_name((digitnet_schedule_kind)kind));
}

/* Each restart begins at the full rate, however the logarithm is rounded that finds it. */
static void test_restarts(void **state) {
    (void)state;
    for (uint64_t factor = 2; factor < 8; factor++) {
        const digitnet_schedule *schedule =
            DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_COSINE_DECAY_RESTARTS, .learning_rate = 0.1,
                          .decay_steps = 10, .t_mul = (double)factor);
        uint64_t begin = 0, period = 10;
        for (size_t i = 0; i < 12; i++, begin += period, period *= factor) {
            double rate, before = 0;
            expect_ok(digitnet_schedule_rate(&rate, schedule, begin));
            if (begin)
                expect_ok(digitnet_schedule_rate(&before, schedule, begin - 1));
            if (rate != 0.1 || before > 0.01)
                fail_msg("restart %zu by %d: %.17g, and %.17g before", i, (int)factor, rate, before);
        }
    }
}

/* ---- Reduce on plateau ---- */

/* Of the figures of epochs, or of 1 minus each. */
static void compare_plateau(const char *name, const digitnet_reduce_on_plateau *options, bool rising,
                            const double *expected) {
    digitnet__plateau plateau = digitnet__plateau_begin();
    double rate = 0.1;
    for (size_t i = 0; i < EPOCHS; i++) {
        double figure = figures_of_epochs[i];
        rate = digitnet__plateau_rate(&plateau, options, rate, rising ? 1 - figure : figure);
        if (!(fabs(rate - expected[i]) <= 1e-9 * expected[i]))
            fail_msg("%s: after epoch %zu the rate is %.12g, not %.12g", name, i + 1, rate, expected[i]);
    }
}

static void test_plateaus(void **state) {
    (void)state;
    digitnet_reduce_on_plateau options = DIGITNET_REDUCE_ON_PLATEAU_INIT;
    assert_int_equal(options.monitor, DIGITNET_METRIC_VALIDATION_LOSS);
    options.patience = 2;
    options.factor = 0.5;
    options.min_delta = 0.02;
    options.cooldown = 1;
    options.min_lr = 0.01;
    compare_plateau("falling", &options, false, rates_plateau_falling);
    options = (digitnet_reduce_on_plateau)DIGITNET_REDUCE_ON_PLATEAU_INIT;
    compare_plateau("defaults", &options, true, rates_plateau_defaults);
    options.patience = 0;
    options.factor = 0.75;
    options.min_delta = 0.01;
    options.cooldown = 2;
    compare_plateau("impatient", &options, false, rates_plateau_impatient);
    options = (digitnet_reduce_on_plateau)DIGITNET_REDUCE_ON_PLATEAU_INIT;
    options.monitor = DIGITNET_METRIC_ACCURACY;
    options.patience = 3;
    options.min_delta = 0;
    compare_plateau("rising", &options, true, rates_plateau_rising);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimizers), cmocka_unit_test(test_each_optimizer_has_a_row),
        cmocka_unit_test(test_schedules),  cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_plateaus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
