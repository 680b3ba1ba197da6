/* Activations of each value by itself. Plain loops without calls and branches, which the compiler makes vectors of.
 * Compiled without fused multiply-add, so that the results are the same in every set, and for every place in a loop.
 * NaN stays NaN; the derivatives of finite values are finite. */
#include "kernels/set.h"

#include <math.h>

/* The nearest whole number, for magnitudes below 2^22: adding 3 x 2^22 leaves no bit for a fraction. */
#define ROUNDING 12582912.0f

static inline float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The two parts of exp(x) = power (1 + rest). */
typedef struct exponential {
    float power; /* 2^n */
    float rest;  /* exp(r) - 1, with |r| below 0.35 */
} exponential;

/* Of high + low, from -87 to 88, where low is small: x = n ln 2 + r, with ln 2 in two parts of which the first has so
 * few bits that its product is exact (Cody and Waite, "Software Manual for the Elementary Functions", 1980); exp(r) - 1
 * by its Taylor series, whose remainder is below 2^-27 of it. */
static inline exponential exponential_of(float high, float low) {
    float shifted = high * 1.44269504f + ROUNDING;
    float n = shifted - ROUNDING;
    float r = (high - n * 0.693359375f) - (n * -2.12194440e-4f - low);
    float series = 1.0f / 5040;
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits); /* n + 127 in the exponent's place; the constant's own bits are shifted out */
    return (exponential){.power = float_of_bits((bits + 127) << 23), .rest = r * r * series + r};
}

/* exp(x) of x at most 88; 0 where that is below the least normal number. */
static inline float exp_of(float x) {
    exponential e = exponential_of(x < -87 ? -87 : x, 0);
    return x < -87 ? 0 : e.power * e.rest + e.power;
}

/* exp(x) - 1 of x at most 88, without cancellation. */
static inline float expm1_of(float x) {
    exponential e = exponential_of(x < -87 ? -87 : x, 0);
    return e.power * e.rest + (e.power - 1);
}

/* log(1 + e) of e from 0 to 1: 2 artanh(e / (2 + e)), by its Taylor series. */
static inline float log1p_of(float e) {
    float ratio = e / (2 + e), square = ratio * ratio;
    float series = 1.0f / 15;
    series = series * square + 1.0f / 13;
    series = series * square + 1.0f / 11;
    series = series * square + 1.0f / 9;
    series = series * square + 1.0f / 7;
    series = series * square + 1.0f / 5;
    series = series * square + 1.0f / 3;
    return 2 * (ratio * (square * series) + ratio);
}

/* The logistic function, and 1 less it, neither by a subtraction. */
typedef struct logistic {
    float value, complement;
} logistic;

static inline logistic logistic_of(float x) {
    float e = exp_of(-fabsf(x));
    float larger = 1 / (1 + e), smaller = e * larger;
    return (logistic){.value = x < 0 ? smaller : larger, .complement = x < 0 ? larger : smaller};
}

/* The normal distribution: the probability of a value below x, and the density at x. */
typedef struct normal {
    float probability, density;
} normal;

/* For z = |x|, the probability of a value above it is exp(-z^2 / 2) t P(t), t = 1 / (1 + 0.3 z): as Abramowitz and
 * Stegun, "Handbook of Mathematical Functions" (1964), 26.2.17, with a P that interpolates at the 10 Chebyshev nodes of
 * z from 0 to 14 and is right to 3e-8 of its value. z^2 is split into an exact square and a small rest, lest its
 * rounding show in the exponential. */
static inline normal normal_of(float x) {
    float z = fabsf(x), t;
    z = z > 14 ? 14 : z;
    float shifted = z * 4097;
    float high = shifted - (shifted - z), low = z - high;
    exponential e = exponential_of(-0.5f * high * high, -0.5f * low * (z + high));
    t = 1 / (1 + 0.3f * z);
    float series = -0.0209143597f;
    series = series * t + 0.114040272f;
    series = series * t - 0.232038483f;
    series = series * t + 0.196940677f;
    series = series * t - 0.083742549f;
    series = series * t + 0.0984807402f;
    series = series * t + 0.0775890644f;
    series = series * t + 0.11040518f;
    series = series * t + 0.119551763f;
    series = series * t + 0.119687693f;
    float decay = z > 13 ? 0 : e.power * e.rest + e.power;
    float above = decay * (t * series);
    return (normal){.probability = x < 0 ? above : 1 - above, .density = decay * 0.398942280f};
}

/* Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016): the probability nearly logistic, of 2 sqrt(2 / pi) (x +
 * 0.044715 x^3), and that function's derivative. */
typedef struct gelu_argument {
    float value, slope;
} gelu_argument;

static inline gelu_argument gelu_argument_of(float x) {
    float z = x < -11 ? -11 : x > 11 ? 11 : x;
    float square = z * z;
    return (gelu_argument){.value = 1.59576912f * z * (1 + 0.044715f * square),
                           .slope = 1.59576912f * (1 + 3 * 0.044715f * square)};
}

/* y = f(x). */
static inline float sigmoid_value(float x, float alpha) {
    (void)alpha;
    return logistic_of(x).value;
}

static inline float tanh_value(float x, float alpha) {
    (void)alpha;
    float z = fabsf(x), e = expm1_of(2 * (z > 20 ? 20 : z));
    return copysignf(e / (e + 2), x);
}

static inline float leaky_relu_value(float x, float alpha) {
    return x > 0 ? x : alpha * x;
}

static inline float elu_value(float x, float alpha) {
    float below = alpha * expm1_of(x > 0 ? 0 : x);
    return x > 0 ? x : below;
}

/* Klambauer et al., "Self-Normalizing Neural Networks" (2017). */
#define SELU_SCALE 1.05070099f
#define SELU_ALPHA 1.67326324f

static inline float selu_value(float x, float alpha) {
    (void)alpha;
    return SELU_SCALE * elu_value(x, SELU_ALPHA);
}

static inline float gelu_value(float x, float alpha) {
    (void)alpha;
    return x * normal_of(x).probability;
}

static inline float gelu_tanh_value(float x, float alpha) {
    (void)alpha;
    return x * logistic_of(gelu_argument_of(x).value).value;
}

static inline float silu_value(float x, float alpha) {
    (void)alpha;
    return x * logistic_of(x).value;
}

static inline float relu6_value(float x, float alpha) {
    (void)alpha;
    return x < 0 ? 0 : x > 6 ? 6 : x;
}

static inline float hard_sigmoid_value(float x, float alpha) {
    return relu6_value(x + 3, alpha) / 6;
}

static inline float hard_swish_value(float x, float alpha) {
    return x * hard_sigmoid_value(x, alpha);
}

static inline float softplus_value(float x, float alpha) {
    (void)alpha;
    return (x < 0 ? 0 : x) + log1p_of(exp_of(-fabsf(x)));
}

/* f'(x), from y where that tells it, else from x. */
static inline float sigmoid_slope(float y, float alpha) {
    (void)alpha;
    return y * (1 - y);
}

static inline float tanh_slope(float y, float alpha) {
    (void)alpha;
    return (1 - y) * (1 + y);
}

static inline float leaky_relu_slope(float y, float alpha) {
    return y > 0 ? 1 : alpha;
}

static inline float elu_slope(float y, float alpha) {
    return y > 0 ? 1 : y + alpha;
}

static inline float selu_slope(float y, float alpha) {
    (void)alpha;
    return y > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA;
}

static inline float gelu_slope(float x, float alpha) {
    (void)alpha;
    normal n = normal_of(x);
    return n.probability + x * n.density;
}

/* p = logistic(u(x)): p + x p (1 - p) u'(x). */
static inline float gelu_tanh_slope(float x, float alpha) {
    (void)alpha;
    gelu_argument u = gelu_argument_of(x);
    logistic p = logistic_of(u.value);
    return p.value + x * (p.value * p.complement) * u.slope;
}

static inline float silu_slope(float x, float alpha) {
    (void)alpha;
    logistic p = logistic_of(x);
    return p.value + x * (p.value * p.complement);
}

static inline float relu6_slope(float y, float alpha) {
    (void)alpha;
    return y > 0 && y < 6 ? 1 : 0;
}

static inline float hard_sigmoid_slope(float y, float alpha) {
    (void)alpha;
    return y > 0 && y < 1 ? 1.0f / 6 : 0;
}

static inline float hard_swish_slope(float x, float alpha) {
    (void)alpha;
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5f;
}

/* y = log(1 + exp(x)): 1 - exp(-y) is the logistic function of x. */
static inline float softplus_slope(float y, float alpha) {
    (void)alpha;
    return -expm1_of(-y);
}

#define DEFINE(name)                                                                                                \
    static void name##_forward(float *values, size_t count, float alpha) {                                          \
        for (size_t i = 0; i < count; i++)                                                                          \
            values[i] = name##_value(values[i], alpha);                                                             \
    }                                                                                                               \
                                                                                                                    \
    static void name##_backward(float *restrict gradient, const float *restrict known, size_t count, float alpha) { \
        for (size_t i = 0; i < count; i++)                                                                          \
            gradient[i] *= name##_slope(known[i], alpha);                                                           \
    }
DNN_POINTWISE(DEFINE)

#define ENTRY(name) [DNN_POINTWISE_##name] = {name##_forward, name##_backward},
const digitnet__pointwise SET_NAME(pointwise)[DNN_POINTWISE_COUNT] = {DNN_POINTWISE(ENTRY)};
