/* What follows from a gradient: rules that change the flat block of parameters by the flat block of gradients, and what
 * is done before and after them. */
#ifndef DNN_OPTIMIZER_OPTIMIZER_H
#define DNN_OPTIMIZER_OPTIMIZER_H

#include "digitnet/training.h"
#include "kernels/kernels.h"

/* All values are set: defaults are filled in by digitnet__optimizer_settings_read(). Flags are 0 or 1. */
typedef struct digitnet__optimizer_settings {
    digitnet_optimizer kind;
    int32_t nesterov, centered, pytorch_epsilon, reduces_on_plateau;
    double beta_1, beta_2, epsilon, momentum, rho, momentum_decay;
    double weight_decay;
    double clipvalue, clipnorm, global_clipnorm; /* at most one is not 0 */
    double ema_momentum;                         /* 0: no average of the weights is kept */
    uint64_t ema_overwrite_frequency;            /* in steps; 0: never */
    uint64_t gradient_accumulation_steps;        /* batches a step */
    digitnet_schedule schedule;                  /* the learning rate; constant where none was asked for */
    digitnet_reduce_on_plateau plateau;          /* where it reduces_on_plateau */
} digitnet__optimizer_settings;

/* One step of a training. */
typedef struct digitnet__optimizer_step {
    uint64_t number; /* from 1 */
    double learning_rate;
    double momentum_product; /* Nadam's, over all steps up to this one */
} digitnet__optimizer_step;

/* The flat blocks that a step runs over. */
typedef struct digitnet__optimizer_memory {
    float *parameters, *gradients;
    float *state; /* as many values for each slot, one slot after the other */
    size_t count;
} digitnet__optimizer_memory;

/* Consecutive parameters of one tensor. */
typedef struct digitnet__optimizer_block {
    size_t offset, count;
    bool decays;           /* they follow the weight decay */
    float gradient_factor; /* what clipping by a norm makes of the gradient; else 1 */
} digitnet__optimizer_block;

typedef struct digitnet__optimizer_rule {
    digitnet_optimizer id;
    const char *name;                   /* "adam" */
    double learning_rate, weight_decay; /* defaults */
    /* The name of each value of state that a parameter has; NULL past the last. */
    const char *(*slot)(const digitnet__optimizer_settings *settings, size_t index);
    /* Elementwise, so that it may be cut anywhere. */
    void (*update)(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count);
} digitnet__optimizer_rule;

/* NULL for an unknown kind. */
const digitnet__optimizer_rule *digitnet__optimizer_find(digitnet_optimizer kind);

/* Values of state for each parameter, and the name of each of them: the rule's own, then the sum of gradients that are
 * accumulated, then the average of the weights. */
size_t digitnet__optimizer_slots(const digitnet__optimizer_settings *settings);
const char *digitnet__optimizer_slot_name(const digitnet__optimizer_settings *settings, size_t slot);
/* The average of the weights in a state for `count` parameters; NULL where none is kept. */
float *digitnet__optimizer_average(const digitnet__optimizer_settings *settings, float *state, size_t count);

/* From the user's options, checked. */
digitnet_status digitnet__optimizer_settings_read(digitnet__optimizer_settings *settings, digitnet_optimizer kind,
                                                  const digitnet_compile_options *options);
/* EINVAL where one is out of its range. */
digitnet_status digitnet__optimizer_settings_check(const digitnet__optimizer_settings *settings);

/* The step after `steps_done`, with the product of Nadam's momentum over those. */
digitnet__optimizer_step digitnet__optimizer_begin(const digitnet__optimizer_settings *settings, uint64_t steps_done,
                                                   double momentum_product);
/* Adds a block's gradient to the sum over several batches, or, with the last of them, makes it their mean. */
void digitnet__optimizer_accumulate(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                                    const digitnet__optimizer_memory *memory, size_t offset, size_t count, bool last);
/* The step of a block: clipping, decay, the rule, the average. Blocks may be cut anywhere. */
void digitnet__optimizer_update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                                const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory,
                                const digitnet__optimizer_block *block);

#endif
