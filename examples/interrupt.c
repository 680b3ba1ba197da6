#include "interrupt.h"

#include <signal.h>

static digitnet_model *volatile model_in_training;
static volatile sig_atomic_t interrupted;

static void stop(int signal_number) {
    (void)signal_number;
    interrupted = 1;
    digitnet_model_request_stop(model_in_training);
}

void stop_by_interrupt(digitnet_model *model) {
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESETHAND};
    model_in_training = model;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int was_interrupted(void) {
    return interrupted != 0;
}

void end_interrupts(void) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    model_in_training = NULL;
}
