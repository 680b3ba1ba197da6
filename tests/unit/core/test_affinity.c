/* Sets of processors: counted and picked from, and a thread that is bound and freed again. */
#include "core/affinity.h"
#include "expect.h"

static digitnet__affinity set_of(const size_t *processors, size_t count) {
    const size_t bits = 8 * sizeof(unsigned long);
    digitnet__affinity made = {0};
    for (size_t i = 0; i < count; i++)
        made.words[processors[i] / bits] |= 1ul << processors[i] % bits;
    return made;
}

static void test_pick(void **state) {
    (void)state;
    static const size_t processors[] = {0, 3, 63, 64, 1025, DNN_MOST_PROCESSORS - 1};
    enum { COUNT = sizeof processors / sizeof *processors };
    const digitnet__affinity set = set_of(processors, COUNT), empty = {0};
    digitnet__affinity picked;
    assert_int_equal(digitnet__affinity_count(&set), COUNT);
    for (size_t i = 0; i < 3 * COUNT; i++) {
        const digitnet__affinity one = set_of(&processors[i % COUNT], 1);
        digitnet__affinity_pick(&picked, &set, i);
        assert_memory_equal(&picked, &one, sizeof one);
    }
    digitnet__affinity_pick(&picked, &empty, 2);
    assert_memory_equal(&picked, &empty, sizeof empty);
}

static void test_set(void **state) {
    (void)state;
    const digitnet__affinity empty = {0};
    digitnet__affinity before, now, one;
    digitnet__affinity_get(&before);
    for (size_t i = 0; i < digitnet__affinity_count(&before); i++) {
        digitnet__affinity_pick(&one, &before, i);
        digitnet__affinity_set(pthread_self(), &one);
        digitnet__affinity_set(pthread_self(), &empty);
        digitnet__affinity_get(&now);
        digitnet__affinity_set(pthread_self(), &before);
        assert_memory_equal(&now, &one, sizeof one);
    }
    digitnet__affinity_get(&now);
    assert_memory_equal(&now, &before, sizeof before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
