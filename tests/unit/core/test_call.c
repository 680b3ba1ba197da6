/* What a call of the library keeps of its thread's modes, what it has instead, and what workers have. */
#define _GNU_SOURCE /* feenableexcept */
#include "core/call.h"
#include "core/threads.h"
#include "expect.h"
#include "floating_mode.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static const floating_mode unusual[] = {
    {.name = "upward", .rounding = FE_UPWARD},
    {.name = "toward zero, with flags", .rounding = FE_TOWARDZERO, .flags = FE_INEXACT | FE_OVERFLOW},
    {.name = "flush to zero", .rounding = FE_TONEAREST, .flushes = true},
    {.name = "traps", .rounding = FE_TONEAREST, .traps = FE_ALL_EXCEPT},
    {.name = "all of them", .rounding = FE_DOWNWARD, .traps = FE_INVALID | FE_DIVBYZERO, .flushes = true},
};

static floating_state usual_state(void) {
    set_usual_floating_mode();
    return look_at_floating_point();
}

static void assert_same_state(floating_state found, floating_state wanted, const char *mode) {
    if (memcmp(&found, &wanted, sizeof found) != 0)
        fail_msg("%s: rounding %#x, traps %#x, flags %#x, vector %#x, x87 %#x, not %#x, %#x, %#x, %#x, %#x", mode,
                 (unsigned)found.rounding, (unsigned)found.traps, (unsigned)found.flags, found.vector, found.x87,
                 (unsigned)wanted.rounding, (unsigned)wanted.traps, (unsigned)wanted.flags, wanted.vector, wanted.x87);
}

/* Raises all exceptions but division by zero. */
static void compute(void) {
    volatile double tiny = 0x1p-1022, huge = 0x1p1023, result = tiny * 0.3;
    result = huge * huge;
    result -= result;
    (void)result;
}

static void floating_point_is_held_and_restored(void **state) {
    (void)state;
    const floating_state usual = usual_state();
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
        digitnet__call call, inner;
        if (!set_floating_mode(&unusual[i]))
            continue;
        floating_state before = look_at_floating_point();
        digitnet__call_enter(&call);
        floating_state within = look_at_floating_point();
        digitnet__call_enter(&inner);
        compute();
        digitnet__call_leave(&inner, DIGITNET_OK);
        floating_state after_inner = look_at_floating_point();
        digitnet_status status = digitnet__call_leave(&call, DIGITNET_ELIMIT);
        floating_state after = look_at_floating_point();
        set_usual_floating_mode();
        assert_int_equal(status, DIGITNET_ELIMIT);
        assert_same_state(within, usual, unusual[i].name);
        assert_same_state(after_inner, usual, unusual[i].name);
        assert_same_state(after, before, unusual[i].name);
    }
}

/* Of a flag that was up when the trap was set: the next function of fenv.h may raise the signal, but no call. */
static void a_trap_may_wait(void **state) {
    (void)state;
#if defined(__GLIBC__)
    digitnet__call call;
    feraiseexcept(FE_INEXACT);
    feenableexcept(FE_INEXACT);
    digitnet__call_enter(&call);
    compute();
    digitnet__call_leave(&call, DIGITNET_OK);
    bool is_up = fetestexcept(FE_ALL_EXCEPT) == FE_INEXACT;
    set_usual_floating_mode();
    assert_true(is_up);
#else
    skip_because("the C library has no feenableexcept()");
#endif
}

typedef struct seen_by_workers {
    atomic_int at_work;
    floating_state states[3];
} seen_by_workers;

/* Waits until every worker has a task, so that each of them has one. */
static void look(void *context, size_t task, size_t worker) {
    seen_by_workers *seen = context;
    (void)task;
    seen->states[worker] = look_at_floating_point();
    atomic_fetch_add(&seen->at_work, 1);
    while (atomic_load(&seen->at_work) < 3)
        ;
}

static void workers_have_the_librarys_mode(void **state) {
    (void)state;
    const floating_state usual = usual_state();
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
        digitnet__thread_pool *pool;
        seen_by_workers seen = {.at_work = 0};
        if (!set_floating_mode(&unusual[i]))
            continue;
        digitnet_status status = digitnet__thread_pool_create(&pool, 3);
        set_usual_floating_mode();
        expect_ok(status);
        assert_int_equal(digitnet__thread_pool_size(pool), 3);
        digitnet__thread_pool_run(pool, look, &seen, 3);
        digitnet__thread_pool_free(pool);
        for (size_t worker = 0; worker < 3; worker++)
            assert_same_state(seen.states[worker], usual, unusual[i].name);
    }
}

/* No variable of the thread's function, whose frame a cancellation leaves without AddressSanitizer's notice. */
typedef struct cancelled_call {
    digitnet__call call;
    bool returned;
} cancelled_call;

static void *cancel_within(void *context) {
    cancelled_call *self = context;
    pthread_cancel(pthread_self());
    digitnet__call_enter(&self->call);
    pthread_testcancel();
    digitnet__call_leave(&self->call, DIGITNET_OK);
    self->returned = true;
    pthread_testcancel();
    return NULL;
}

static void *keep_cancellation_disabled(void *state) {
    digitnet__call call;
    int disabled;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &disabled);
    digitnet__call_enter(&call);
    digitnet__call_leave(&call, DIGITNET_OK);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, state);
    return NULL;
}

static void threads_are_cancelled_after_the_call(void **state) {
    (void)state;
    pthread_t thread;
    void *result;
    cancelled_call cancelled = {.returned = false};
    int cancellation = -1;
    assert_int_equal(pthread_create(&thread, NULL, cancel_within, &cancelled), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_true(cancelled.returned);
    assert_ptr_equal(result, PTHREAD_CANCELED);
    assert_int_equal(pthread_create(&thread, NULL, keep_cancellation_disabled, &cancellation), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(cancellation, PTHREAD_CANCEL_DISABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floating_point_is_held_and_restored),
        cmocka_unit_test(a_trap_may_wait),
        cmocka_unit_test(workers_have_the_librarys_mode),
        cmocka_unit_test(threads_are_cancelled_after_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
