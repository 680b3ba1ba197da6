/* Activations of each value by itself, forward and backward, in every set, against the formulas in double precision. */
#include "test_kernels.h"

#include <float.h>

/* What each function is: y and dy/dx. */
typedef double (*formula)(double x, double alpha);

#define DENSITY(x) (exp(-(x) * (x) / 2) / sqrt(2 * 3.14159265358979324))
#define PROBABILITY(x) (erfc(-(x) / sqrt(2)) / 2)
#define LOGISTIC(x) (1 / (1 + exp(-(x))))
#define SCALE 1.0507009873554804934193349852946
#define ALPHA 1.6732632423543772848170429916717
#define FORMULA(name, expression)                \
    static double name(double x, double alpha) { \
        (void)alpha;                             \
        return expression;                       \
    }

static double gelu_tanh_argument(double x) {
    return 2 * sqrt(2 / 3.14159265358979324) * (x + 0.044715 * x * x * x);
}

static double gelu_tanh_argument_slope(double x) {
    return 2 * sqrt(2 / 3.14159265358979324) * (1 + 3 * 0.044715 * x * x);
}

FORMULA(sigmoid_of, LOGISTIC(x))
FORMULA(sigmoid_slope, LOGISTIC(x) * LOGISTIC(-x))
FORMULA(tanh_of, tanh(x))
FORMULA(tanh_slope, 1 / (cosh(x) * cosh(x)))
FORMULA(leaky_relu_of, x > 0 ? x : alpha * x)
FORMULA(leaky_relu_slope, x > 0 ? 1 : alpha)
FORMULA(elu_of, x > 0 ? x : alpha * expm1(x))
FORMULA(elu_slope, x > 0 ? 1 : alpha * exp(x))
FORMULA(selu_of, SCALE *(x > 0 ? x : ALPHA * expm1(x)))
FORMULA(selu_slope, SCALE *(x > 0 ? 1 : ALPHA * exp(x)))
FORMULA(gelu_of, x *PROBABILITY(x))
FORMULA(gelu_slope, PROBABILITY(x) + x * DENSITY(x))
FORMULA(gelu_tanh_of, x *LOGISTIC(gelu_tanh_argument(x)))
FORMULA(silu_of, x *LOGISTIC(x))
FORMULA(silu_slope, LOGISTIC(x) + x * LOGISTIC(x) * LOGISTIC(-x))
FORMULA(hard_sigmoid_of, fmin(fmax(x + 3, 0), 6) / 6)
FORMULA(hard_sigmoid_slope, x > -3 && x < 3 ? 1.0 / 6 : 0)
FORMULA(hard_swish_of, x *fmin(fmax(x + 3, 0), 6) / 6)
FORMULA(hard_swish_slope, x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5)
FORMULA(relu6_of, fmin(fmax(x, 0), 6))
FORMULA(relu6_slope, x > 0 && x < 6 ? 1 : 0)
FORMULA(softplus_of, fmax(x, 0) + log1p(exp(-fabs(x))))
FORMULA(softplus_slope, LOGISTIC(x))

static double gelu_tanh_slope(double x, double alpha) {
    (void)alpha;
    double u = gelu_tanh_argument(x);
    return LOGISTIC(u) + x * LOGISTIC(u) * LOGISTIC(-u) * gelu_tanh_argument_slope(x);
}

/* The greatest error of y in units in the last place of |y|, or of `floor` where that is larger, and that of dy/dx as
 * it is: derivatives near 0 come from sums of numbers near 1. */
typedef struct function {
    const char *name;
    formula value, slope;
    bool from_inputs;
    double alpha, ulps, floor, slope_error;
} function;

#define FUNCTION(name, ...) [DNN_POINTWISE_##name] = {#name, name##_of, name##_slope, __VA_ARGS__}
static const function functions[DNN_POINTWISE_COUNT] = {
    FUNCTION(sigmoid, false, 0, 3, FLT_MIN * 2, 1.5e-7),
    FUNCTION(tanh, false, 0, 3, 0, 2.5e-7),
    FUNCTION(leaky_relu, false, 0.2, 1.5, 0, 1e-8),
    FUNCTION(elu, false, 1, 2, 0, 1e-7),
    FUNCTION(selu, false, 0, 3, 0, 3e-7),
    FUNCTION(gelu, true, 0, 8, 1e-30, 3e-7),
    FUNCTION(gelu_tanh, true, 0, 16, 1e-2, 3e-7), /* far below 0 the exponential has the rounding of its argument */
    FUNCTION(silu, true, 0, 4, 1e-30, 3e-7),
    FUNCTION(hard_sigmoid, false, 0, 1.5, 0, 1e-8),
    FUNCTION(hard_swish, true, 0, 3, 0, 1.5e-7),
    FUNCTION(relu6, false, 0, 0, 0, 0),
    FUNCTION(softplus, false, 0, 4, FLT_MIN * 2, 1.5e-7),
};

/* Infinite for NaN. */
static double distance(double value, double expected) {
    double error = fabs(value - expected);
    return isnan(error) ? INFINITY : error;
}

static double ulps(double value, double expected, double floor) {
    double magnitude = fmax(fmax(fabs(expected), floor), (double)FLT_MIN);
    return distance(value, expected) / ldexp(1, ilogb(magnitude) - 23);
}

/* Runs both, in place and from gradients of 1. */
static void run(float *values, float *slopes, const digitnet__pointwise *kernel, const function *what,
                const float *inputs, size_t count) {
    memcpy(values, inputs, count * sizeof *values);
    kernel->forward(values, count, (float)what->alpha);
    for (size_t i = 0; i < count; i++)
        slopes[i] = 1;
    kernel->backward(slopes, what->from_inputs ? inputs : values, count, (float)what->alpha);
}

enum { CHUNK = 1000 };

static void check_chunk(const digitnet__pointwise *kernel, const function *what, const float *inputs) {
    float values[CHUNK], slopes[CHUNK];
    double alpha = (double)(float)what->alpha;
    run(values, slopes, kernel, what, inputs, CHUNK);
    for (size_t i = 0; i < CHUNK; i++) {
        double x = (double)inputs[i];
        double error = ulps((double)values[i], what->value(x, alpha), what->floor);
        double slope_error = distance((double)slopes[i], what->slope(x, alpha));
        if (error > what->ulps)
            fail_msg("%s, %s: %.9g for %.9g, %g ulps off", context, what->name, (double)values[i], x, error);
        if (slope_error > what->slope_error)
            fail_msg("%s, %s: slope %.9g at %.9g, %g off", context, what->name, (double)slopes[i], x, slope_error);
    }
}

/* Dense where the functions bend, and over all magnitudes. */
static void values_and_slopes_are_right(void **state) {
    (void)state;
    const digitnet__kernels *kernels;
    digitnet__random random;
    digitnet__random_seed(&random, 71);
    FOR_EACH_SET(kernels) {
        snprintf(context, sizeof context, "%s", kernels->name);
        for (size_t f = 0; f < DNN_POINTWISE_COUNT; f++) {
            for (size_t chunk = 0; chunk < 100; chunk++) {
                float inputs[CHUNK];
                for (size_t i = 0; i < CHUNK; i++) {
                    float x = digitnet__random_float(&random) * 2 - 1;
                    inputs[i] = chunk < 50 ? x * 12 : chunk < 70 ? x * 85 : ldexpf(x, (int)(i % 40) - 33);
                }
                check_chunk(&kernels->pointwise[f], &functions[f], inputs);
            }
        }
    }
}

/* y = slope x + constant, far from 0. */
typedef struct asymptote {
    double slope, constant;
} asymptote;

#define ASYMPTOTES(name, ...) [DNN_POINTWISE_##name] = {__VA_ARGS__}
static const asymptote asymptotes[DNN_POINTWISE_COUNT][2] = {
    /* below, above */
    ASYMPTOTES(sigmoid, {0, 0}, {0, 1}),
    ASYMPTOTES(tanh, {0, -1}, {0, 1}),
    ASYMPTOTES(leaky_relu, {0.2, 0}, {1, 0}),
    ASYMPTOTES(elu, {0, -1}, {1, 0}),
    ASYMPTOTES(selu, {0, -SCALE *ALPHA}, {SCALE, 0}),
    ASYMPTOTES(gelu, {0, 0}, {1, 0}),
    ASYMPTOTES(gelu_tanh, {0, 0}, {1, 0}),
    ASYMPTOTES(silu, {0, 0}, {1, 0}),
    ASYMPTOTES(hard_sigmoid, {0, 0}, {0, 1}),
    ASYMPTOTES(hard_swish, {0, 0}, {1, 0}),
    ASYMPTOTES(relu6, {0, 0}, {0, 6}),
    ASYMPTOTES(softplus, {0, 0}, {1, 0}),
};

static void large_values_give_limits(void **state) {
    (void)state;
    static const float inputs[] = {-200, -1e38f, -3e38f, 200, 1e38f, 3e38f};
    enum { INPUTS = sizeof inputs / sizeof *inputs };
    const digitnet__kernels *kernels;
    FOR_EACH_SET(kernels) {
        for (size_t f = 0; f < DNN_POINTWISE_COUNT; f++) {
            float values[INPUTS], slopes[INPUTS];
            run(values, slopes, &kernels->pointwise[f], &functions[f], inputs, INPUTS);
            for (size_t i = 0; i < INPUTS; i++) {
                asymptote limit = asymptotes[f][inputs[i] > 0];
                double value = limit.slope * (double)inputs[i] + limit.constant;
                if (ulps((double)values[i], value, 1e-30) > 2 || distance((double)slopes[i], limit.slope) > 3e-7)
                    fail_msg("%s, %s: %g, slope %g for %g", kernels->name, functions[f].name, (double)values[i],
                             (double)slopes[i], (double)inputs[i]);
            }
        }
    }
}

static void nan_stays_nan(void **state) {
    (void)state;
    const digitnet__kernels *kernels;
    FOR_EACH_SET(kernels) {
        for (size_t f = 0; f < DNN_POINTWISE_COUNT; f++) {
            float values[19];
            for (size_t i = 0; i < 19; i++)
                values[i] = NAN;
            kernels->pointwise[f].forward(values, 19, 1);
            for (size_t i = 0; i < 19; i++)
                assert_true(isnan(values[i]));
        }
    }
}

/* Nothing else is touched, and a value's result depends neither on its place nor on the set. */
static void results_do_not_depend_on_place_or_set(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 72);
    for (size_t f = 0; f < DNN_POINTWISE_COUNT; f++) {
        for (size_t count = 0; count < 70; count++) {
            float inputs[70], expected[70], slopes[70];
            fill_random(inputs, count, &random, false);
            for (size_t i = 0; i < count; i++)
                run(&expected[i], &slopes[i], &digitnet__kernels_best()->pointwise[f], &functions[f], &inputs[i], 1);
            const digitnet__kernels *kernels;
            FOR_EACH_SET(kernels) {
                snprintf(context, sizeof context, "%s, %s of %zu", kernels->name, functions[f].name, count);
                watched values = watched_floats(count), gradient = watched_floats(count);
                run(values.memory, gradient.memory, &kernels->pointwise[f], &functions[f], inputs, count);
                assert_memory_equal(values.memory, expected, count * sizeof(float));
                assert_memory_equal(gradient.memory, slopes, count * sizeof(float));
                watched_free(&values);
                watched_free(&gradient);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_slopes_are_right),
        cmocka_unit_test(large_values_give_limits),
        cmocka_unit_test(nan_stays_nan),
        cmocka_unit_test(results_do_not_depend_on_place_or_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
