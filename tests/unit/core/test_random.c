/* Random numbers. */
#include "core/random.h"
#include "expect.h"

#include <math.h>
#include <stdbool.h>

static uint64_t rotate(uint64_t bits, int count) {
    return bits << count | bits >> (64 - count);
}

/* The generators as their authors write them. */
static uint64_t reference_splitmix(uint64_t *place) {
    uint64_t z = (*place += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void generator_is_xoshiro(void **state) {
    (void)state;
    uint64_t place = 1234567;
    uint64_t s[4];
    digitnet__random random;
    /* Published first output of splitmix64 for this seed. */
    uint64_t first = place;
    assert_true(reference_splitmix(&first) == UINT64_C(6457827717110365317));
    for (int i = 0; i < 4; i++)
        s[i] = reference_splitmix(&place);
    digitnet__random_seed(&random, 1234567);
    for (int i = 0; i < 1000; i++) {
        uint64_t expected = rotate(s[1] * 5, 7) * 9;
        uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotate(s[3], 45);
        assert_true(digitnet__random_next(&random) == expected);
    }
}

static void floats_are_uniform(void **state) {
    (void)state;
    enum { COUNT = 200000 };
    digitnet__random random;
    double sum = 0, squares = 0;
    digitnet__random_seed(&random, 5);
    for (int i = 0; i < COUNT; i++) {
        float value = digitnet__random_float(&random);
        assert_true(value >= 0.0f && value < 1.0f);
        sum += value;
        squares += (double)value * value;
    }
    assert_true(fabs(sum / COUNT - 0.5) < 0.005);
    assert_true(fabs(squares / COUNT - 1.0 / 3.0) < 0.005);
}

static void bounded_numbers_are_uniform(void **state) {
    (void)state;
    enum { COUNT = 70000, BOUND = 7 };
    int counts[BOUND] = {0};
    digitnet__random random;
    digitnet__random_seed(&random, 6);
    for (int i = 0; i < COUNT; i++) {
        uint64_t number = digitnet__random_below(&random, BOUND);
        assert_true(number < BOUND);
        counts[number]++;
    }
    for (int i = 0; i < BOUND; i++)
        assert_in_range(counts[i], 9600, 10400); /* four standard deviations */
    assert_int_equal(digitnet__random_below(&random, 1), 0);
    /* Half of all numbers are in the excess of this bound: a plain remainder would give the low half twice as often. */
    int low = 0;
    uint64_t bound = (UINT64_C(1) << 63) + (UINT64_C(1) << 62);
    for (int i = 0; i < 10000; i++) {
        uint64_t number = digitnet__random_below(&random, bound);
        assert_true(number < bound);
        low += number < bound / 2;
    }
    assert_in_range(low, 4800, 5200);
}

static void mixed_seeds_differ(void **state) {
    (void)state;
    enum { SEEDS = 64 };
    static uint64_t mixed[SEEDS * SEEDS];
    uint64_t changed_bits = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint64_t place = 0; place < SEEDS; place++)
            mixed[seed * SEEDS + place] = digitnet__seed_mix(seed, place);
    for (size_t i = 0; i < SEEDS * SEEDS; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(mixed[i] != mixed[j]);
    for (size_t i = 1; i < SEEDS * SEEDS; i++)
        changed_bits += (uint64_t)__builtin_popcountll(mixed[i] ^ mixed[i - 1]);
    double mean = (double)changed_bits / (SEEDS * SEEDS - 1);
    assert_true(mean > 31.5 && mean < 32.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_is_xoshiro),
        cmocka_unit_test(floats_are_uniform),
        cmocka_unit_test(bounded_numbers_are_uniform),
        cmocka_unit_test(mixed_seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
