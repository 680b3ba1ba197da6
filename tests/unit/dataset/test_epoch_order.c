/* The order of an epoch. */
#include "dataset/epoch_order.h"
#include "expect.h"

#include <stdbool.h>

static bool is_permutation(const size_t *order, size_t count) {
    bool seen[100] = {false};
    for (size_t i = 0; i < count; i++) {
        if (order[i] >= count || seen[order[i]])
            return false;
        seen[order[i]] = true;
    }
    return true;
}

static void shuffles_are_permutations(void **state) {
    (void)state;
    size_t order[100], again[100], other[100];
    for (size_t count = 0; count <= 100; count += count < 5 ? 1 : 19) {
        digitnet__epoch_shuffle(order, count, 1, 0);
        assert_true(is_permutation(order, count));
    }
    digitnet__epoch_shuffle(order, 100, 1, 3);
    digitnet__epoch_shuffle(again, 100, 1, 3);
    assert_memory_equal(order, again, sizeof order);
    digitnet__epoch_shuffle(other, 100, 1, 4);
    assert_memory_not_equal(order, other, sizeof order);
    digitnet__epoch_shuffle(other, 100, 2, 3);
    assert_memory_not_equal(order, other, sizeof order);
    digitnet__epoch_order(order, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(order[i], i);
}

/* All 24 orders of four samples come about as often. */
static void shuffles_are_fair(void **state) {
    (void)state;
    enum { EPOCHS = 24000 };
    int counts[256] = {0};
    int kinds = 0;
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        size_t order[4];
        digitnet__epoch_shuffle(order, 4, 9, epoch);
        counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    for (int i = 0; i < 256; i++) {
        if (counts[i] == 0)
            continue;
        kinds++;
        assert_in_range(counts[i], 850, 1150); /* five standard deviations */
    }
    assert_int_equal(kinds, 24);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffles_are_permutations),
        cmocka_unit_test(shuffles_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
