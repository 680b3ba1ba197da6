/* Every allocation of a program's work with the library fails, once and from then on; and every thread's start. */
#include "descriptors.h"
#include "folder.h"
#include "scenario.h"
#include "wrapped_calls.h"
#include "wrapped_memory.h"

/* What the scenario comes to after each number of steps where nothing fails. */
static uint64_t digests[SCENARIO_STEPS + 1];

static int begin_tests(void **state) {
    static scenario self;
    if (enter_folder(state) != 0)
        return -1;
    skip_syncs();
    scenario_write_files();
    digests[0] = scenario_digest(&self);
    for (size_t step = 0; step < SCENARIO_STEPS; ++step) {
        expect_ok(scenario_steps[step].run(&self));
        digests[step + 1] = scenario_digest(&self);
    }
    scenario_release(&self);
    return 0;
}

/* Objects are as they are after so many steps without a fault, bit for bit. */
static void assert_steps_done(const scenario *self, size_t steps, const char *when) {
    if (scenario_digest(self) != digests[steps])
        fail_msg("after %s, %s, the objects are not what they would be", scenario_steps[steps - (steps > 0)].name,
                 when);
}

static void run_whole(scenario *self) {
    for (size_t step = 0; step < SCENARIO_STEPS; ++step) {
        expect_ok(scenario_steps[step].run(self));
        assert_steps_done(self, step + 1, "without a fault");
    }
}

/* ---- Memory ---- */

/* Where allocations are made to fail. */
typedef struct way {
    const char *name;
    void (*begin)(allocation_counts *counts);
    void (*end)(const allocation_counts *counts);
} way;

static void begin_wrapping(allocation_counts *counts) {
    *counts = (allocation_counts){0};
    watch_memory(counts);
}

static void end_wrapping(const allocation_counts *counts) {
    watch_memory(NULL);
    assert_int_equal(counts->live, 0);
}

static const way ways[] = {
    {"the allocator hook", begin_counting, end_counting},
    {"the C library", begin_wrapping, end_wrapping},
};

/* The step has no memory and leaves everything as it was. */
static void assert_step_fails(scenario *self, size_t step, digitnet_status status) {
    if (status != DIGITNET_ENOMEM || strstr(digitnet_last_error(), "out of memory") == NULL)
        fail_msg("%s: status %d, \"%s\"", scenario_steps[step].name, status, digitnet_last_error());
    assert_steps_done(self, step, "when the next step has failed");
}

/* Fails each allocation of the step in turn, or for good all from there on: the step can be done all the same once
 * memory is there again. */
static size_t fail_each_allocation(scenario *self, allocation_counts *counts, size_t step) {
    digitnet_status (*run)(scenario *) = scenario_steps[step].run;
    for (size_t failed = 0;; ++failed) {
        counts->fail_at = counts->allocations + failed + 1;
        digitnet_status status = run(self);
        if (status == DIGITNET_OK) {
            assert_true(counts->allocations < counts->fail_at);
            assert_steps_done(self, step + 1, "and failures before it was done");
            return failed;
        }
        assert_true(counts->allocations >= counts->fail_at);
        assert_step_fails(self, step, status);
    }
}

/* The whole program; returns how many allocations have failed. */
static size_t fail_allocations(const way *how, bool for_good) {
    static scenario self;
    allocation_counts counts;
    size_t descriptors = count_descriptors(), failed = 0;
    memset(&self, 0, sizeof self);
    how->begin(&counts);
    counts.for_good = for_good;
    for (size_t step = 0; step < SCENARIO_STEPS; ++step)
        failed += fail_each_allocation(&self, &counts, step);
    counts.fail_at = counts.allocations + 1; /* objects are released without memory */
    scenario_release(&self);
    assert_int_equal(counts.live, 0);
    how->end(&counts);
    assert_int_equal(count_descriptors(), descriptors);
    return failed;
}

static void failed_allocation_loses_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; ++i)
        for (int for_good = 0; for_good < 2; ++for_good) {
            size_t failed = fail_allocations(&ways[i], for_good);
            print_message("%zu allocations through %s failed, %s\n", failed, ways[i].name,
                          for_good ? "with all after them" : "one at a time");
            assert_true(failed > 100);
        }
}

/* zlib takes its memory from the hook: for each compressed file more than the file and its elements. */
static void zlib_asks_the_hook(void **state) {
    (void)state;
    static scenario self;
    allocation_counts counts;
    size_t before = 0, of_step[SCENARIO_STEPS];
    begin_counting(&counts);
    for (size_t step = 0; step < SCENARIO_STEPS; ++step) {
        expect_ok(scenario_steps[step].run(&self));
        of_step[step] = counts.allocations - before;
        before = counts.allocations;
    }
    scenario_release(&self);
    end_counting(&counts);
    assert_in_range(of_step[SCENARIO_LOAD_COMPRESSED], of_step[SCENARIO_LOAD_RAW] + 2 * 3, SIZE_MAX);
}

/* ---- Threads ---- */

static void fewer_threads_do_the_work(void **state) {
    (void)state;
    static scenario self;
    for (int for_good = 0; for_good < 2; ++for_good) {
        size_t number = 0;
        allocation_counts counts;
        do {
            counts = (allocation_counts){.fail_at = ++number, .for_good = for_good};
            memset(&self, 0, sizeof self);
            watch_threads(&counts);
            run_whole(&self);
            watch_threads(NULL);
            scenario_release(&self);
        } while (counts.allocations >= number);
        print_message("%zu starts of threads failed, %s\n", number - 1,
                      for_good ? "with all after them" : "one at a time");
        assert_true(number > 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_allocation_loses_nothing),
        cmocka_unit_test(zlib_asks_the_hook),
        cmocka_unit_test(fewer_threads_do_the_work),
    };
    return cmocka_run_group_tests(tests, begin_tests, leave_folder);
}
