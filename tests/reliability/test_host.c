/* Whatever is called, with right and with wrong arguments, the program's own affairs are as they were: in a program
 * that has changed nothing, and in one that has everything in a way of its own. And 64 KiB of stack are enough, or the
 * least that the system allows. */
#include "host.h"
#include "public_calls.h"
#include "sanitizer.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if DNN_OPENBLAS
void openblas_set_num_threads(int threads);
#endif

enum { SMALL_STACK = 64 * 1024 };

/* Standard output and error led to a file meanwhile, which must stay empty. */
typedef struct quiet {
    int file, output, error;
} quiet;

static quiet begin_quiet(void) {
    FILE *file = tmpfile();
    quiet own = {.file = dup(fileno(file)), .output = dup(STDOUT_FILENO), .error = dup(STDERR_FILENO)};
    fclose(file);
    fflush(NULL);
    dup2(own.file, STDOUT_FILENO);
    dup2(own.file, STDERR_FILENO);
    return own;
}

/* The bytes that were written. */
static long end_quiet(const quiet *own) {
    fflush(NULL);
    long written = lseek(own->file, 0, SEEK_END);
    dup2(own->output, STDOUT_FILENO);
    dup2(own->error, STDERR_FILENO);
    close(own->file);
    close(own->output);
    close(own->error);
    return written;
}

static floating_mode mode = {.name = "usual", .rounding = FE_TONEAREST}; /* of the host in its calls */

static const char *change_by(const public_call *call, world *own, const argument *arguments) {
    static host before, after;
    quiet silence = begin_quiet();
    set_floating_mode(&mode);
    look_at_host(&before);
    call->run(own, arguments);
    look_at_host(&after);
    set_usual_floating_mode();
    long written = end_quiet(&silence);
    return written ? "standard output or error" : host_difference(&before, &after);
}

static void check_change(model_state state, const public_call *call, size_t wrong, argument value) {
    argument arguments[MAX_ARGUMENTS];
    world *own = make_world(state, call);
    right_arguments(arguments, own, call);
    if (wrong < MAX_ARGUMENTS)
        arguments[wrong] = value;
    const char *change = change_by(call, own, arguments);
    free_world(own);
    if (change)
        fail_msg("%s changes %s, the model %s", call->name, change, state_name(state));
}

static void check_all_calls(void) {
    argument values[MAX_BOUNDARIES];
    for (size_t i = 0; i < public_call_count(); i++) {
        public_call call = public_call_at(i);
        for (model_state state = FRESH; state < MODEL_STATES; state++)
            check_change(state, &call, MAX_ARGUMENTS, (argument){0});
        for (size_t k = 0; k < MAX_ARGUMENTS && call.kinds[k] != NO_ARGUMENT; k++)
            for (size_t boundary = boundary_values(values, call.kinds[k]); boundary > 0; boundary--)
                check_change(TRAINED, &call, k, values[boundary - 1]);
    }
}

static void test_usual_host(void **state) {
    (void)state;
    check_all_calls();
}

static void handle(int number) {
    (void)number;
}

/* Handlers, a mask, a timer, a umask and a floating-point mode of its own. */
static void change_host(void) {
    struct sigaction action = {.sa_handler = handle};
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (int number = SIGUSR1; number <= SIGUSR2; number++)
        assert_int_equal(sigaction(number, &action, NULL), 0);
    sigaddset(&blocked, SIGWINCH);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &blocked, NULL), 0);
    umask(0027);
    assert_int_equal(setenv("OPENBLAS_NUM_THREADS", "2", 1), 0);
    mode =
        (floating_mode){.name = "unusual", .rounding = FE_UPWARD, .flags = FE_DIVBYZERO | FE_OVERFLOW, .flushes = true};
    assert_true(set_floating_mode(&mode));
    set_usual_floating_mode();
#if DNN_OPENBLAS
    openblas_set_num_threads(2);
#endif
}

static void test_unusual_host(void **state) {
    (void)state;
    change_host();
    check_all_calls();
}

/* Traps, which are a program's way to find its own divisions by zero, overflows, and whatever is not exact. */
static void test_host_with_traps(void **state) {
    (void)state;
    mode = (floating_mode){.name = "traps", .rounding = FE_TONEAREST, .traps = FE_ALL_EXCEPT};
    if (!set_floating_mode(&mode))
        skip_because("the processor has no traps");
    set_usual_floating_mode();
    check_all_calls();
}

static void *call_everything(void *unused) {
    for (size_t i = 0; i < public_call_count(); i++)
        for (model_state state = FRESH; state < MODEL_STATES; state++) {
            argument arguments[MAX_ARGUMENTS];
            public_call call = public_call_at(i);
            world *own = make_world(state, &call);
            right_arguments(arguments, own, &call);
            call.run(own, arguments);
            free_world(own);
        }
    return unused;
}

static void *do_nothing(void *unused) {
    return unused;
}

static bool starts_with_stack(size_t size, void *(*run)(void *)) {
    pthread_attr_t attributes;
    pthread_t thread;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, size), 0);
    bool started = pthread_create(&thread, &attributes, run, NULL) == 0;
    pthread_attr_destroy(&attributes);
    if (started)
        assert_int_equal(pthread_join(thread, NULL), 0);
    return started;
}

/* 64 KiB, or the least that the system allows, beyond what the C library itself takes of each stack for the variables
 * of threads: with OpenBLAS, more than that. */
static size_t small_stack(void) {
    long least = sysconf(_SC_THREAD_STACK_MIN);
    size_t size = least > SMALL_STACK ? (size_t)least : SMALL_STACK;
    if (!DNN_OPENBLAS)
        return size;
    while (!starts_with_stack(size, do_nothing))
        size += SMALL_STACK / 16;
    return size + SMALL_STACK;
}

/* The caller of fit is one of its workers: what they run on their own stacks it runs on this one. */
static void test_small_stack(void **state) {
    (void)state;
#if DNN_ADDRESS_SANITIZER || DNN_THREAD_SANITIZER
    skip_because("the sanitizer takes more of the stack itself");
#endif
    assert_true(starts_with_stack(small_stack(), call_everything));
}

static int begin(void **state) {
    static host before, after;
    look_at_host(&before);
    begin_worlds(state);
    set_usual_floating_mode(); /* the tests compute, too */
    look_at_host(&after);
    const char *change = host_difference(&before, &after);
    if (change)
        print_error("making models changes %s\n", change);
    return change ? -1 : 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_host),
        cmocka_unit_test(test_small_stack),
        cmocka_unit_test(test_unusual_host),
        cmocka_unit_test(test_host_with_traps),
    };
    return cmocka_run_group_tests(tests, begin, end_worlds);
}
