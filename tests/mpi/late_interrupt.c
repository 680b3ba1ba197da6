/* To be preloaded into a program that ends its handling of Ctrl-C by signal(): Ctrl-C comes just before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>

typedef void (*handler_fn)(int signal_number);

handler_fn signal(int signal_number, handler_fn handler) {
    union {
        void *address;
        handler_fn (*function)(int signal_number, handler_fn handler);
    } next = {.address = dlsym(RTLD_NEXT, "signal")};
    struct sigaction present;
    sigaction(SIGINT, NULL, &present);
    if (signal_number == SIGINT && handler == SIG_DFL && present.sa_handler != SIG_DFL)
        raise(SIGINT);
    return next.function(signal_number, handler);
}
