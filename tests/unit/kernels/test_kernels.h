/* What the tests of the kernels share: the sets, random values, and memory that is watched on both sides. */
#ifndef TEST_KERNELS_H
#define TEST_KERNELS_H

#include "core/random.h"
#include "counts.h"
#include "expect.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The widest set once more, compiled for the instruction set that every machine has. */
extern const digitnet__kernels digitnet__kernels_portable16;

static const digitnet__kernels *set_at(size_t index) {
    size_t native = 0;
    while (digitnet__kernels_at(native))
        native++;
    if (index < native)
        return digitnet__kernels_at(index);
    return index == native ? &digitnet__kernels_portable16 : NULL;
}

#define FOR_EACH_SET(kernels) for (size_t set_ = 0; ((kernels) = set_at(set_)) != NULL; set_++)

/* The case at hand, for messages. */
static char context[256];

/* Memory whose end is a page's end, with a page behind it that nobody may touch, and a known pattern before it. */
typedef struct watched {
    void *memory;
    unsigned char *pages;
    size_t length, before;
} watched;

static inline watched watched_allocate(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), used = (bytes + page) / page * page + page;
    unsigned char *pages = mmap(NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + used, page, PROT_NONE), 0);
    watched w = {pages + used - bytes, pages, used + page, used - bytes};
    memset(pages, 0xA5, used);
    return w;
}

static inline void watched_free(watched *w) {
    for (size_t i = 0; i < w->before; i++)
        if (w->pages[i] != 0xA5)
            fail_msg("%s: written %zu bytes before the memory", context, w->before - i);
    munmap(w->pages, w->length);
}

static inline watched watched_floats(size_t count) {
    return watched_allocate(count * sizeof(float));
}

static inline size_t random_between(digitnet__random *random, size_t least, size_t most) {
    return least + digitnet__random_below(random, most - least + 1);
}

/* Of one dimension. */
static inline size_t window_outputs(size_t input, size_t before, size_t after, size_t window, size_t stride) {
    return (input + before + after - window) / stride + 1;
}

/* Small whole numbers, whose sums of products are exact in every order; or values around 0. */
static inline void fill_random(float *values, size_t count, digitnet__random *random, bool whole) {
    for (size_t i = 0; i < count; i++)
        values[i] = whole ? (float)random_between(random, 0, 6) - 3 : digitnet__random_float(random) * 2 - 1;
}

/* A sum of products in double, with the sum of their magnitudes, by which its rounding in float is bounded. */
typedef struct exact_sum {
    double value, magnitude;
} exact_sum;

static inline void add_product(exact_sum *sum, double a, double b) {
    sum->value += a * b;
    sum->magnitude += fabs(a * b);
}

/* gamma_n = n u / (1 - n u), u the unit of rounding: n roundings, one after the other, change a value by no more than
 * this share of it. A sum of n terms in any order has so many, its terms' own products included, and so its error is at
 * most gamma_n times the sum of magnitudes (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1). The second
 * term is the error of the reference itself. */
static inline double rounding_bound(size_t terms, const exact_sum *sum) {
    double in_float = (double)terms * 0x1p-24, in_double = (double)terms * 0x1p-53;
    double underflow = (double)terms * 0x1p-149; /* of terms below the smallest float */
    return (in_float / (1 - in_float) + in_double / (1 - in_double)) * sum->magnitude + underflow;
}

/* Compares sums of up to `terms` terms: the same where `whole`, else within what rounding may do to them. */
static inline void compare_sums(const float *got, const exact_sum *expected, size_t count, bool whole, size_t terms,
                                const char *what) {
    for (size_t i = 0; i < count; i++) {
        double bound = whole ? 0 : rounding_bound(terms, &expected[i]);
        if (!(fabs(got[i] - expected[i].value) <= bound))
            fail_msg("%s: %s: value %zu of %zu is %.9g, not %.9g +- %.3g", context, what, i, count, (double)got[i],
                     expected[i].value, bound);
    }
}

static inline void compare_floats(const float *got, const double *expected, size_t count, const char *what) {
    for (size_t i = 0; i < count; i++)
        if (got[i] != expected[i])
            fail_msg("%s: %s: value %zu of %zu is %.9g, not %.9g", context, what, i, count, (double)got[i],
                     expected[i]);
}

#endif
