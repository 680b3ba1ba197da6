/* Rules that change the flat block of parameters by the flat block of gradients. */
#ifndef DNN_OPTIMIZER_OPTIMIZER_H
#define DNN_OPTIMIZER_OPTIMIZER_H

#include "digitnet/training.h"
#include "kernels/kernels.h"

/* All values are set: defaults are filled in by digitnet__optimizer_settings_read(). */
typedef struct digitnet__optimizer_settings {
    digitnet_optimizer kind;
    bool nesterov;
    double learning_rate, beta_1, beta_2, epsilon, momentum;
} digitnet__optimizer_settings;

/* The flat blocks that a step runs over. */
typedef struct digitnet__optimizer_memory {
    float *parameters, *state; /* `count` values, and as many for each slot of state, one slot after the other */
    const float *gradients;
    size_t count;
} digitnet__optimizer_memory;

typedef struct digitnet__optimizer_rule {
    const char *name;                                              /* "adam" */
    size_t (*slots)(const digitnet__optimizer_settings *settings); /* values of state for each parameter */
    const char *slot_names[2];
    /* One step, numbered from 1, for `count` parameters at `offset`. Elementwise, so that it may be cut anywhere. */
    void (*update)(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings, uint64_t step,
                   const digitnet__optimizer_memory *memory, size_t offset, size_t count);
} digitnet__optimizer_rule;

/* NULL for an unknown kind. */
const digitnet__optimizer_rule *digitnet__optimizer_find(digitnet_optimizer kind);
size_t digitnet__optimizer_slots(const digitnet__optimizer_settings *settings);
/* From the user's options, checked. */
digitnet_status digitnet__optimizer_settings_read(digitnet__optimizer_settings *settings, digitnet_optimizer kind,
                                                  const digitnet_compile_options *options);
digitnet_status digitnet__optimizer_settings_check(const digitnet__optimizer_settings *settings);

#endif
