/* What training does to flat blocks: in every set the same bits, wherever a block is cut, and the formulas' values.
 * Adam and SGD are in test_kernels_other.c. */
#include "test_kernels.h"

#include <float.h>

enum { MOST = 131, SLOTS = 3 };

typedef struct blocks {
    float weights[MOST], slots[SLOTS][MOST], gradient[MOST];
} blocks;

static blocks blocks_begin(uint64_t seed) {
    blocks b;
    digitnet__random random;
    digitnet__random_seed(&random, seed);
    fill_random(b.weights, MOST, &random, false);
    for (size_t slot = 0; slot < SLOTS; slot++)
        fill_random(b.slots[slot], MOST, &random, false);
    fill_random(b.gradient, MOST, &random, false);
    for (size_t i = 0; i < MOST; i++)
        b.slots[0][i] = b.slots[2][i] * b.slots[2][i] + fabsf(b.slots[0][i]); /* a mean of squares, for that mean */
    return b;
}

/* One kernel, on values [first, first + count). */
typedef void (*run_fn)(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count);

static const digitnet__adam nadam = {
    .step_size = 0.02f, .gradient_step = 0.003f, .beta_1 = {0.9f, 0.1f}, .beta_2 = {0.999f, 0.001f}, .epsilon = 1e-3f};
static const digitnet__rmsprop keras = {
    .learning_rate = 0.1f, .rho = {0.9f, 0.1f}, .momentum = 0.5f, .epsilon_inside = 1e-3f};
static const digitnet__rmsprop pytorch = {.learning_rate = 0.1f, .rho = {0.4f, 0.6f}, .epsilon_outside = 1e-3f};
static const digitnet__lion lion = {.learning_rate = 0.1f, .beta_1 = {0.9f, 0.1f}, .beta_2 = {0.99f, 0.01f}};

static void run_nadam(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->adam(b->weights + first, b->slots[1] + first, b->slots[0] + first, b->gradient + first, count, &nadam);
}

static void run_rmsprop(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->rmsprop(b->weights + first, b->slots[0] + first, NULL, NULL, b->gradient + first, count, &pytorch);
}

static void run_rmsprop_momentum(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->rmsprop(b->weights + first, b->slots[0] + first, b->slots[1] + first, NULL, b->gradient + first, count,
                     &keras);
}

static void run_rmsprop_centered(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->rmsprop(b->weights + first, b->slots[0] + first, NULL, b->slots[2] + first, b->gradient + first, count,
                     &pytorch);
}

static void run_rmsprop_all(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->rmsprop(b->weights + first, b->slots[0] + first, b->slots[1] + first, b->slots[2] + first,
                     b->gradient + first, count, &keras);
}

static void run_lion(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->lion(b->weights + first, b->slots[1] + first, b->gradient + first, count, &lion);
}

static void run_scale(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->scale(b->weights + first, 0.7f, count);
}

static void run_clip(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->clip(b->gradient + first, 0.25f, count);
}

static void run_average(const digitnet__kernels *kernels, blocks *b, size_t first, size_t count) {
    kernels->average(b->slots[1] + first, b->weights + first, digitnet__decay_of(0.9), count);
}

/* The same for value i, in double precision, from what stood there before. */
typedef struct value {
    double weight, slots[SLOTS], gradient;
} value;

static double decayed(double mean, double new, digitnet__decay decay) {
    return mean + (double)decay.taken * (new - mean);
}

static void value_nadam(value *v) {
    v->slots[1] = decayed(v->slots[1], v->gradient, nadam.beta_1);
    v->slots[0] = decayed(v->slots[0], v->gradient * v->gradient, nadam.beta_2);
    v->weight -= ((double)nadam.step_size * v->slots[1] + (double)nadam.gradient_step * v->gradient) /
                 (sqrt(v->slots[0]) + (double)nadam.epsilon);
}

static void value_rmsprop_with(value *v, const digitnet__rmsprop *settings, bool momentum, bool centered) {
    v->slots[0] = decayed(v->slots[0], v->gradient * v->gradient, settings->rho);
    if (centered)
        v->slots[2] = decayed(v->slots[2], v->gradient, settings->rho);
    double variance = v->slots[0] - (centered ? v->slots[2] * v->slots[2] : 0);
    double step = (double)settings->learning_rate * v->gradient /
                  (sqrt(variance + (double)settings->epsilon_inside) + (double)settings->epsilon_outside);
    if (momentum)
        step = v->slots[1] = (double)settings->momentum * v->slots[1] + step;
    v->weight -= step;
}

static void value_rmsprop(value *v) {
    value_rmsprop_with(v, &pytorch, false, false);
}

static void value_rmsprop_momentum(value *v) {
    value_rmsprop_with(v, &keras, true, false);
}

static void value_rmsprop_centered(value *v) {
    value_rmsprop_with(v, &pytorch, false, true);
}

static void value_rmsprop_all(value *v) {
    value_rmsprop_with(v, &keras, true, true);
}

static void value_lion(value *v) {
    double direction = decayed(v->slots[1], v->gradient, lion.beta_1);
    v->weight -= (double)lion.learning_rate * (double)((direction > 0) - (direction < 0));
    v->slots[1] = decayed(v->slots[1], v->gradient, lion.beta_2);
}

static void value_scale(value *v) {
    v->weight *= (double)0.7f;
}

static void value_clip(value *v) {
    v->gradient = fmax(-0.25, fmin(0.25, v->gradient));
}

static void value_average(value *v) {
    v->slots[1] = decayed(v->slots[1], v->weight, digitnet__decay_of(0.9));
}

static const struct {
    const char *name;
    run_fn run;
    void (*expect)(value *value);
} kernels[] = {
    {"nadam", run_nadam, value_nadam},
    {"rmsprop", run_rmsprop, value_rmsprop},
    {"rmsprop with momentum", run_rmsprop_momentum, value_rmsprop_momentum},
    {"rmsprop, centered", run_rmsprop_centered, value_rmsprop_centered},
    {"rmsprop with all", run_rmsprop_all, value_rmsprop_all},
    {"lion", run_lion, value_lion},
    {"scale", run_scale, value_scale},
    {"clip", run_clip, value_clip},
    {"average", run_average, value_average},
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static void expect_close(const char *name, size_t i, float got, double expected) {
    if (!(fabs((double)got - expected) <= 1e-5 * (1 + fabs(expected))))
        fail_msg("%s: value %zu is %.9g, not %.9g", name, i, (double)got, expected);
}

static void formulas(void **state) {
    (void)state;
    const digitnet__kernels *set;
    FOR_EACH_SET(set) {
        for (size_t k = 0; k < KERNELS; k++) {
            blocks before = blocks_begin(k), after = before;
            kernels[k].run(set, &after, 0, MOST);
            for (size_t i = 0; i < MOST; i++) {
                value v = {(double)before.weights[i],
                           {(double)before.slots[0][i], (double)before.slots[1][i], (double)before.slots[2][i]},
                           (double)before.gradient[i]};
                kernels[k].expect(&v);
                expect_close(kernels[k].name, i, after.weights[i], v.weight);
                expect_close(kernels[k].name, i, after.gradient[i], v.gradient);
                for (size_t slot = 0; slot < SLOTS; slot++)
                    expect_close(kernels[k].name, i, after.slots[slot][i], v.slots[slot]);
            }
        }
    }
}

static void same_bits_in_every_set_and_cut(void **state) {
    (void)state;
    const digitnet__kernels *set;
    for (size_t k = 0; k < KERNELS; k++) {
        blocks whole = blocks_begin(k);
        kernels[k].run(digitnet__kernels_at(0), &whole, 0, MOST);
        FOR_EACH_SET(set) {
            for (size_t cut = 0; cut <= MOST; cut += 13) {
                blocks pieces = blocks_begin(k);
                kernels[k].run(set, &pieces, 0, cut);
                kernels[k].run(set, &pieces, cut, MOST - cut);
                assert_memory_equal(&whole, &pieces, sizeof whole);
            }
        }
    }
}

static void sums_of_squares(void **state) {
    (void)state;
    const digitnet__kernels *set;
    blocks b = blocks_begin(1);
    for (size_t count = 0; count <= MOST; count++) {
        double exact = 0, first = digitnet__kernels_at(0)->sum_of_squares(b.weights, count);
        for (size_t i = 0; i < count; i++)
            exact += (double)b.weights[i] * (double)b.weights[i];
        assert_true(fabs(first - exact) <= 1e-14 * exact);
        FOR_EACH_SET(set)
        assert_true(set->sum_of_squares(b.weights, count) == first);
    }
    b.weights[7] = 3e38f; /* whose square is no float */
    assert_true(isfinite(digitnet__kernels_best()->sum_of_squares(b.weights, MOST)));
    b.weights[8] = NAN;
    assert_true(isnan(digitnet__kernels_best()->sum_of_squares(b.weights, MOST)));
}

/* A training that diverges is seen by its NaNs. */
static void nan_is_not_lost(void **state) {
    (void)state;
    const digitnet__kernels *set;
    FOR_EACH_SET(set) {
        for (size_t k = 0; k < KERNELS; k++) {
            blocks b = blocks_begin(k);
            b.gradient[5] = b.weights[6] = NAN;
            kernels[k].run(set, &b, 0, MOST);
            bool of_weights = kernels[k].run == run_scale || kernels[k].run == run_average;
            assert_true(of_weights ? isnan(b.weights[6]) : isnan(b.gradient[5]));
            if (kernels[k].run == run_average)
                assert_true(isnan(b.slots[1][6]));
            else if (!of_weights && kernels[k].run != run_clip)
                assert_true(isnan(b.weights[5]));
        }
    }
}

/* Gradients that are always the same have a variance of 0, which is not below it for rounding. */
static void variances_are_not_negative(void **state) {
    (void)state;
    const digitnet__kernels *set;
    FOR_EACH_SET(set) {
        blocks b = {{0}, {{0}}, {0}};
        for (size_t i = 0; i < MOST; i++)
            b.gradient[i] = 1000.1f + (float)i;
        for (size_t step = 0; step < 500; step++)
            run_rmsprop_centered(set, &b, 0, MOST);
        for (size_t i = 0; i < MOST; i++)
            assert_true(isfinite(b.weights[i]));
    }
}

/* Where gradients stay away, moments fade to zero and not into the denormals. */
static void moments_are_never_denormal(void **state) {
    (void)state;
    const digitnet__kernels *set;
    static const run_fn faded[] = {run_nadam, run_rmsprop_all, run_lion};
    FOR_EACH_SET(set) {
        for (size_t k = 0; k < sizeof faded / sizeof *faded; k++) {
            blocks b = blocks_begin(k);
            for (size_t i = 0; i < MOST; i++) {
                b.gradient[i] = 0;
                for (size_t slot = 0; slot < SLOTS; slot++)
                    b.slots[slot][i] = i % 2 && slot ? -1.001f * FLT_MIN : 1.001f * FLT_MIN;
            }
            for (size_t step = 0; step < 20; step++)
                faded[k](set, &b, 0, MOST);
            for (size_t i = 0; i < MOST; i++)
                for (size_t slot = 0; slot < SLOTS; slot++)
                    assert_true(fpclassify(b.slots[slot][i]) != FP_SUBNORMAL);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas),
        cmocka_unit_test(same_bits_in_every_set_and_cut),
        cmocka_unit_test(sums_of_squares),
        cmocka_unit_test(nan_is_not_lost),
        cmocka_unit_test(variances_are_not_negative),
        cmocka_unit_test(moments_are_never_denormal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
