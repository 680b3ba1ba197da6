#include "differences.h"

#include <math.h>
#include <stdlib.h>

static const double tolerance = 2e-3;

/* A gradient and what it should be; NaN where a kink is near. */
typedef struct comparison {
    size_t count;
    float *gradient;
    double *expected;
} comparison;

static comparison make_comparison(size_t count) {
    return (comparison){.count = count,
                        .gradient = must_allocate(count * sizeof(float)),
                        .expected = must_allocate(count * sizeof(double))};
}

static void free_comparison(comparison *compared) {
    free(compared->gradient);
    free(compared->expected);
}

/* The largest |gradient - expected| / (|expected| + half of the tensor's root mean square). */
static double error_of(const comparison *compared) {
    double squares = 0, worst = 0;
    size_t known = 0;
    for (size_t i = 0; i < compared->count; i++) {
        if (!isnan(compared->expected[i])) {
            squares += compared->expected[i] * compared->expected[i];
            known++;
        }
    }
    assert_true(known * 10 >= compared->count * 9);
    double floor = 0.5 * sqrt(squares / (double)known) + 1e-6;
    for (size_t i = 0; i < compared->count; i++) {
        double expected = compared->expected[i];
        double error = fabs((double)compared->gradient[i] - expected) / (fabs(expected) + floor);
        worst = error > worst ? error : worst; /* false for NaN */
    }
    return worst;
}

static size_t index_of_largest(const comparison *compared) {
    size_t largest = 0;
    double value = -1;
    for (size_t i = 0; i < compared->count; i++) {
        if (fabs(compared->expected[i]) > value) {
            largest = i;
            value = fabs(compared->expected[i]);
        }
    }
    return largest;
}

/* That the check would see what it is for: faults of the kinds that gradient code has. */
static void check_that_faults_are_caught(comparison *compared) {
    size_t largest = index_of_largest(compared);
    float right = compared->gradient[largest];
    if (right == 0)
        fail_msg("all gradients are zero: nothing is checked");
    static const float factors[] = {1.01f, 0.99f, 0, -1, 2};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        compared->gradient[largest] = right * factors[i];
        assert_true(error_of(compared) > tolerance);
    }
    compared->gradient[largest] = right;
    size_t other = (largest + 1) % compared->count;
    if (fabs(compared->expected[other] - compared->expected[largest]) > 0.05 * fabs(compared->expected[largest])) {
        compared->gradient[largest] = compared->gradient[other];
        compared->gradient[other] = right;
        assert_true(error_of(compared) > tolerance);
        compared->gradient[other] = compared->gradient[largest];
        compared->gradient[largest] = right;
    }
    assert_true(error_of(compared) <= tolerance);
}

static void check(comparison *compared, const char *what) {
    double error = error_of(compared);
    if (!(error <= tolerance))
        fail_msg("%s: the gradient is wrong by %g", what, error);
    check_that_faults_are_caught(compared);
}

/* objective(context) with *value moved by `distance`. */
static double moved(objective_fn objective, void *context, float *value, float distance) {
    float kept = *value;
    *value = kept + distance;
    double result = objective(context);
    *value = kept;
    return result;
}

double slope_of_lines(objective_fn objective, void *context, float *value) {
    const float step = 0x1p-12f;
    double here = moved(objective, context, value, 0);
    double above = (moved(objective, context, value, step) - here) / (double)step;
    double below = (here - moved(objective, context, value, -step)) / (double)step;
    return fabs(above - below) <= tolerance / 4 * fabs(above) ? (above + below) / 2 : NAN;
}

static double central_difference(objective_fn objective, void *context, float *value, float step) {
    float above = *value + step, below = *value - step; /* rounded, so that the step is not quite the one wished for */
    double rise = moved(objective, context, value, above - *value) - moved(objective, context, value, below - *value);
    return rise / ((double)above - (double)below);
}

double slope_of_curve(objective_fn objective, void *context, float *value) {
    double wide = central_difference(objective, context, value, 0x1p-5f);
    return (4 * central_difference(objective, context, value, 0x1p-6f) - wide) / 3;
}

void check_gradient(const float *gradient, float *values, size_t count, slope_fn slope, objective_fn objective,
                    void *context, const char *what) {
    comparison compared = make_comparison(count);
    memcpy(compared.gradient, gradient, count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        compared.expected[i] = slope(objective, context, &values[i]);
    check(&compared, what);
    free_comparison(&compared);
}

void check_weight_gradients(digitnet__network *network, const float *gradient, slope_fn slope, objective_fn objective,
                            void *context, const char *what) {
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        if (tensor->is_state)
            continue;
        check_gradient(gradient + tensor->offset, network->parameters + tensor->offset, tensor->values, slope,
                       objective, context, what);
    }
}
