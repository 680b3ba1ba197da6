/* Loaded into a test program by LD_PRELOAD: SIGALRM each millisecond, whose handler does nothing and has no SA_RESTART,
 * so that every system call that can be interrupted is. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

static void handle(int number) {
    (void)number;
}

static void __attribute__((constructor)) begin(void) {
    struct sigaction action = {.sa_handler = handle};
    struct itimerval millisecond = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    sigemptyset(&action.sa_mask);
    unsetenv("LD_PRELOAD"); /* the shell and others that the program may run are left in peace */
    if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &millisecond, NULL) != 0)
        abort();
}
