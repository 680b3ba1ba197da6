/* Settings that compile refuses, each by its name, and leaves the model as it was. */
#include "optimizer/plateau.h"
#include "support.h"

#include <math.h>

static digitnet_model *model;

static int begin(void **state) {
    (void)state;
    model = make_small_network(1);
    expect_ok(digitnet_model_set_learning_rate(model, 0.125));
    return 0;
}

static int end(void **state) {
    (void)state;
    digitnet_model_free(model);
    return 0;
}

static void expect_refused(digitnet_optimizer optimizer, const digitnet_compile_options *options, const char *message) {
    double rate;
    expect_failure(digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options),
                   DIGITNET_EINVAL, message);
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    assert_true(rate == 0.125);
}

static void test_options_of_another_optimizer(void **state) {
    (void)state;
    static const digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    static const digitnet_nadam_options nadam = DIGITNET_NADAM_INIT;
    static const digitnet_rmsprop_options rmsprop = DIGITNET_RMSPROP_INIT;
    static const digitnet_lion_options lion = DIGITNET_LION_INIT;
    expect_refused(DIGITNET_OPTIMIZER_NADAM, DIGITNET_WITH(digitnet_compile_options, .adam = &adam),
                   "options of Adam are given for another optimizer");
    expect_refused(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .nadam = &nadam),
                   "options of Nadam are given for another optimizer");
    expect_refused(DIGITNET_OPTIMIZER_SGD, DIGITNET_WITH(digitnet_compile_options, .rmsprop = &rmsprop),
                   "options of RMSprop are given for another optimizer");
    expect_refused(DIGITNET_OPTIMIZER_ADAMW, DIGITNET_WITH(digitnet_compile_options, .lion = &lion),
                   "options of Lion are given for another optimizer");
}

static void test_adamw_and_nadam(void **state) {
    (void)state;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    adam.pytorch_epsilon = 2;
    expect_refused(DIGITNET_OPTIMIZER_ADAMW, DIGITNET_WITH(digitnet_compile_options, .adam = &adam),
                   "digitnet_adam_options: pytorch_epsilon is 2; it must be 0 or 1");
    static const struct {
        digitnet_nadam_options nadam;
        const char *message;
    } cases[] = {
        {{.beta_1 = 1, .epsilon = 1}, "beta_1 is 1"},
        {{.beta_2 = -1, .epsilon = 1}, "beta_2 is -1"},
        {{.epsilon = 0}, "epsilon is 0"},
        {{.epsilon = 1, .momentum_decay = -1}, "momentum_decay is -1"},
        {{.epsilon = 1, .momentum_decay = INFINITY}, "momentum_decay is inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_nadam_options nadam = cases[i].nadam;
        nadam.struct_size = sizeof nadam;
        expect_refused(DIGITNET_OPTIMIZER_NADAM, DIGITNET_WITH(digitnet_compile_options, .nadam = &nadam),
                       cases[i].message);
    }
}

static void test_rmsprop_and_lion(void **state) {
    (void)state;
    static const struct {
        digitnet_rmsprop_options rmsprop;
        const char *message;
    } cases[] = {
        {{.epsilon = 1, .rho = 1}, "rho is 1"},
        {{.epsilon = 1, .momentum = -0.5}, "momentum is -0.5"},
        {{.epsilon = 0}, "epsilon is 0"},
        {{.epsilon = 1, .centered = 2}, "digitnet_rmsprop_options: centered is 2; it must be 0 or 1"},
        {{.epsilon = 1, .pytorch_epsilon = -1}, "digitnet_rmsprop_options: pytorch_epsilon is -1; it must be 0 or 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_rmsprop_options rmsprop = cases[i].rmsprop;
        rmsprop.struct_size = sizeof rmsprop;
        expect_refused(DIGITNET_OPTIMIZER_RMSPROP, DIGITNET_WITH(digitnet_compile_options, .rmsprop = &rmsprop),
                       cases[i].message);
    }
    digitnet_lion_options lion = DIGITNET_LION_INIT;
    lion.beta_2 = NAN;
    expect_refused(DIGITNET_OPTIMIZER_LION, DIGITNET_WITH(digitnet_compile_options, .lion = &lion), "beta_2 is nan");
}

#define OPTIONS(...) \
    { .struct_size = sizeof(digitnet_compile_options), __VA_ARGS__ }

static void test_settings_of_all_optimizers(void **state) {
    (void)state;
    static const digitnet_schedule schedule = {.struct_size = sizeof schedule, .learning_rate = 0.1};
    static const digitnet_reduce_on_plateau plateau = DIGITNET_REDUCE_ON_PLATEAU_INIT;
    static const struct {
        digitnet_compile_options options;
        const char *message;
    } cases[] = {
        {OPTIONS(.weight_decay = -1), "optimizer: weight_decay is -1"},
        {OPTIONS(.weight_decay = NAN), "weight_decay is nan"},
        {OPTIONS(.clipvalue = -0.5), "clipvalue is -0.5"},
        {OPTIONS(.clipnorm = INFINITY), "clipnorm is inf"},
        {OPTIONS(.global_clipnorm = NAN), "global_clipnorm is nan"},
        {OPTIONS(.clipvalue = 1, .clipnorm = 1), "clipvalue and clipnorm are both given"},
        {OPTIONS(.clipvalue = 1, .global_clipnorm = 1), "clipvalue and global_clipnorm are both given"},
        {OPTIONS(.clipnorm = 1, .global_clipnorm = 1), "clipnorm and global_clipnorm are both given"},
        {OPTIONS(.ema_momentum = 1), "ema_momentum is 1"},
        {OPTIONS(.ema_momentum = -0.1), "ema_momentum is -0.1"},
        {OPTIONS(.ema_overwrite_frequency = 1), "ema_overwrite_frequency requires an ema_momentum above 0"},
        {OPTIONS(.gradient_accumulation_steps = (size_t)INT32_MAX + 1), "gradient_accumulation_steps is 2147483648"},
        {OPTIONS(.learning_rate = 0.1, .schedule = &schedule), "learning_rate and schedule are both given"},
        {OPTIONS(.schedule = &schedule, .reduce_on_plateau = &plateau),
         "schedule and reduce_on_plateau are both given"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(DIGITNET_OPTIMIZER_ADAM, &cases[i].options, cases[i].message);
}

static void test_plateaus(void **state) {
    (void)state;
    static const struct {
        digitnet_reduce_on_plateau plateau;
        const char *message;
    } cases[] = {
        {{.factor = 0}, "reduce_on_plateau: factor is 0"}, /* DIGITNET_INIT() where the _INIT of its own belongs */
        {{.factor = 1}, "factor is 1"},
        {{.factor = NAN}, "factor is nan"},
        {{.factor = 0.5, .min_delta = -1}, "min_delta is -1"},
        {{.factor = 0.5, .min_lr = INFINITY}, "min_lr is inf"},
        {{.factor = 0.5, .monitor = DIGITNET_METRIC_SECONDS}, "monitor is 4, which is no loss and no accuracy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_reduce_on_plateau plateau = cases[i].plateau;
        plateau.struct_size = sizeof plateau;
        expect_refused(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .reduce_on_plateau = &plateau),
                       cases[i].message);
    }
}

/* While a cooldown lasts no epoch without an improvement counts. */
static void test_cooldown(void **state) {
    (void)state;
    static const double expected[] = {1, 0.5, 0.5, 0.25, 0.25, 0.125};
    const digitnet_reduce_on_plateau options = {
        .struct_size = sizeof options, .factor = 0.5, .patience = 1, .cooldown = 2};
    digitnet__plateau plateau = {.best = NAN};
    double rate = 1;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        rate = digitnet__plateau_rate(&plateau, &options, rate, 3);
        assert_true(rate == expected[i]);
    }
}

/* The rate stays above 0, which a file would be refused for. */
static void test_plateau_does_not_end_at_zero(void **state) {
    (void)state;
    const digitnet_reduce_on_plateau options = {.struct_size = sizeof options, .factor = 1e-50, .patience = 1};
    digitnet__plateau plateau = {.best = NAN};
    double rate = 1;
    for (size_t i = 0; i < 20; i++)
        rate = digitnet__plateau_rate(&plateau, &options, rate, 3);
    assert_true(rate > 0 && rate < 1e-299);
}

/* What is to be watched must be there: a fit without validation is refused before it begins. */
static void test_plateaus_of_validation(void **state) {
    (void)state;
    static const digitnet_metric monitors[] = {DIGITNET_METRIC_VALIDATION_LOSS, DIGITNET_METRIC_VALIDATION_ACCURACY};
    digitnet_dataset *data = make_small_dataset(8, 1);
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *watched = build_small_network();
        digitnet_reduce_on_plateau plateau = {
            .struct_size = sizeof plateau, .factor = 0.5, .patience = 1, .monitor = monitors[i]};
        expect_ok(digitnet_model_compile_ex(watched, DIGITNET_OPTIMIZER_ADAM,
                                            DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                            DIGITNET_WITH(digitnet_compile_options, .reduce_on_plateau = &plateau)));
        expect_failure(digitnet_model_fit(watched, data, NULL), DIGITNET_EINVAL,
                       i ? "monitors val_accuracy, but there is no validation"
                         : "monitors val_loss, but there is no validation");
        fit(watched, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .validation = data));
        digitnet_model_free(watched);
    }
    digitnet_dataset_free(data);
}

#define KIND(name) .kind = DIGITNET_SCHEDULE_##name

static void test_schedules(void **state) {
    (void)state;
    static const struct {
        digitnet_schedule schedule;
        const char *message;
    } cases[] = {
        {{.kind = (digitnet_schedule_kind)6}, "schedule: kind is 6, which is not a schedule"},
        {{.learning_rate = -1}, "learning_rate is -1"},
        {{.learning_rate = INFINITY}, "learning_rate is inf"},
        {{.decay_steps = 1}, "decay_steps is set, which constant does not take"},
        {{KIND(EXPONENTIAL_DECAY), .decay_rate = 0.5}, "decay_steps is 0; it must be above 0"},
        {{KIND(EXPONENTIAL_DECAY), .decay_steps = 5}, "decay_rate is 0"},
        {{KIND(EXPONENTIAL_DECAY), .decay_steps = 5, .decay_rate = NAN}, "decay_rate is nan"},
        {{KIND(EXPONENTIAL_DECAY), .decay_steps = 5, .decay_rate = 1, .staircase = 2}, "staircase is 2"},
        {{KIND(EXPONENTIAL_DECAY), .decay_steps = 5, .decay_rate = 1, .alpha = 0.5},
         "alpha is set, which exponential_decay does not take"},
        {{KIND(COSINE_DECAY)}, "decay_steps is 0"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .alpha = 1.5}, "alpha is 1.5; it must be in [0, 1]"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .alpha = -0.5}, "alpha is -0.5; it must be in [0, 1]"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .t_mul = 2}, "t_mul is set, which cosine_decay does not take"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .warmup_from = 1}, "warmup_from is set without warmup_steps"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .warmup_steps = 1, .warmup_from = -1}, "warmup_from is -1"},
        {{KIND(COSINE_DECAY_RESTARTS), .decay_steps = 5, .t_mul = 0.5},
         "t_mul is 0.5; it must be finite and at least 1"},
        {{KIND(COSINE_DECAY_RESTARTS), .decay_steps = 5, .m_mul = -1}, "m_mul is -1"},
        {{KIND(ONE_CYCLE), .decay_steps = 1}, "decay_steps is 1; it must be at least 2"},
        {{KIND(ONE_CYCLE), .decay_steps = 5, .pct_start = 2}, "pct_start is 2"},
        {{KIND(ONE_CYCLE), .decay_steps = 5, .div_factor = 0.5}, "div_factor is 0.5"},
        {{KIND(ONE_CYCLE), .decay_steps = 5, .final_div_factor = INFINITY}, "final_div_factor is inf"},
        {{KIND(ONE_CYCLE), .decay_steps = 5, .warmup_steps = 1}, "warmup_steps is set, which one_cycle"},
        {{KIND(PIECEWISE_CONSTANT)}, "boundaries[0] is 0; piecewise_constant needs one above it"},
        {{KIND(PIECEWISE_CONSTANT), .boundaries = {2, 2}}, "boundaries[1] is not above the one before it"},
        {{KIND(PIECEWISE_CONSTANT), .boundaries = {2, 3}, .values = {1, -1}}, "values[1] is -1"},
        {{KIND(PIECEWISE_CONSTANT), .boundaries = {2, 3}, .values = {1, NAN}}, "values[1] is nan"},
        {{KIND(PIECEWISE_CONSTANT), .boundaries = {2, 0, 3}},
         "boundaries[2] or its value is set; piecewise_constant has 1"},
        {{KIND(PIECEWISE_CONSTANT), .boundaries = {2}, .values = {1, 1}}, "boundaries[1] or its value is set"},
        {{KIND(COSINE_DECAY), .decay_steps = 5, .boundaries = {1}},
         "boundaries[0] or its value is set; cosine_decay has 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_schedule schedule = cases[i].schedule;
        double rate = 7;
        schedule.struct_size = sizeof schedule;
        schedule.learning_rate = schedule.learning_rate != 0 ? schedule.learning_rate : 0.1;
        expect_failure(digitnet_schedule_rate(&rate, &schedule, 0), DIGITNET_EINVAL, cases[i].message);
        assert_true(rate == 7);
        expect_refused(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .schedule = &schedule),
                       cases[i].message);
    }
    const digitnet_schedule empty = DIGITNET_INIT(digitnet_schedule);
    expect_refused(DIGITNET_OPTIMIZER_ADAM, DIGITNET_WITH(digitnet_compile_options, .schedule = &empty),
                   "schedule: learning_rate is 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_of_another_optimizer),
        cmocka_unit_test(test_adamw_and_nadam),
        cmocka_unit_test(test_rmsprop_and_lion),
        cmocka_unit_test(test_settings_of_all_optimizers),
        cmocka_unit_test(test_plateaus),
        cmocka_unit_test(test_cooldown),
        cmocka_unit_test(test_plateau_does_not_end_at_zero),
        cmocka_unit_test(test_plateaus_of_validation),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
