#define _GNU_SOURCE /* environ, sched_getaffinity */
#include "host.h"

#include <dirent.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#if DNN_OPENBLAS
int openblas_get_num_threads(void);
#endif

static int cancellation(void) {
    int state, same;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_setcancelstate(state, &same);
    return state;
}

static uint64_t environment_hash(void) {
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (char **variable = environ; *variable; variable++)
        for (const char *at = *variable; at == *variable || at[-1]; at++)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return hash;
}

/* Microseconds between its signals; 1 where it has one signal to send. */
static uint64_t look_at_timer(void) {
    struct itimerval timer;
    getitimer(ITIMER_REAL, &timer);
    uint64_t interval = (uint64_t)timer.it_interval.tv_sec * 1000000 + (uint64_t)timer.it_interval.tv_usec;
    return interval ? interval : timer.it_value.tv_sec || timer.it_value.tv_usec;
}

/* Number and file of each open descriptor, but for the one that this takes. */
static void list_descriptors(char *text) {
    DIR *folder = opendir("/proc/self/fd");
    size_t length = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        char target[128] = "";
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder))
            continue;
        if (readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) >= 0 && length < HOST_TEXT - 200)
            length += (size_t)snprintf(text + length, HOST_TEXT - length, "%s:%s ", entry->d_name, target);
    }
    if (folder)
        closedir(folder);
}

static uint64_t bits_of(const sigset_t *set) {
    uint64_t bits = 0;
    for (int number = 1; number < HOST_SIGNALS; number++)
        bits |= (uint64_t)(sigismember(set, number) == 1) << (number - 1);
    return bits;
}

static void look_at_signals(host *seen) {
    struct sigaction action;
    sigset_t blocked;
    for (int number = 1; number < HOST_SIGNALS; number++)
        if (sigaction(number, NULL, &action) == 0) /* but for two that belong to the C library */
            seen->handlers[number] = (host_handler){.handler = (uintptr_t)action.sa_handler,
                                                    .flags = (uint64_t)action.sa_flags,
                                                    .blocked = bits_of(&action.sa_mask)};
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    seen->blocked = bits_of(&blocked);
}

void look_at_host(host *seen) {
    memset(seen, 0, sizeof *seen);
    look_at_signals(seen);
    seen->timer = look_at_timer();
    snprintf(seen->locale, HOST_TEXT, "%s", setlocale(LC_ALL, NULL));
    if (!getcwd(seen->folder, HOST_TEXT))
        seen->folder[0] = '\0';
    list_descriptors(seen->descriptors);
    seen->umask = umask(0);
    umask(seen->umask);
    seen->floating_point = look_at_floating_point();
    seen->cancellation = cancellation();
    sched_getaffinity(0, sizeof seen->processors, (cpu_set_t *)seen->processors);
    seen->environment = environment_hash();
#if DNN_OPENBLAS
    seen->blas_threads = openblas_get_num_threads();
#endif
}

#define DIFFERS(field) (memcmp(&before->field, &after->field, sizeof before->field) != 0)

const char *host_difference(const host *before, const host *after) {
    return DIFFERS(handlers)         ? "signal handlers"
           : DIFFERS(blocked)        ? "blocked signals"
           : DIFFERS(timer)          ? "the timer"
           : DIFFERS(locale)         ? "the locale"
           : DIFFERS(folder)         ? "the working folder"
           : DIFFERS(descriptors)    ? "open descriptors"
           : DIFFERS(umask)          ? "the umask"
           : DIFFERS(floating_point) ? "the floating-point mode or flags"
           : DIFFERS(environment)    ? "the environment"
           : DIFFERS(blas_threads)   ? "OpenBLAS's number of threads"
           : DIFFERS(cancellation)   ? "whether the thread can be cancelled"
           : DIFFERS(processors)     ? "the thread's processors"
                                     : NULL;
}
