#include "optimizer/optimizer.h"

#include "optimizer/rules.h"
#include "optimizer/schedule.h"

#include <string.h>

static const digitnet__optimizer_rule *const rules[] = {
    &digitnet__optimizer_sgd,   &digitnet__optimizer_adam,    &digitnet__optimizer_adamw,
    &digitnet__optimizer_nadam, &digitnet__optimizer_rmsprop, &digitnet__optimizer_lion,
};

const digitnet__optimizer_rule *digitnet__optimizer_find(digitnet_optimizer kind) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i]->id == kind)
            return rules[i];
    return NULL;
}

static size_t rule_slots(const digitnet__optimizer_settings *settings) {
    const digitnet__optimizer_rule *rule = digitnet__optimizer_find(settings->kind);
    size_t count = 0;
    while (rule->slot(settings, count))
        count++;
    return count;
}

static bool accumulates(const digitnet__optimizer_settings *settings) {
    return settings->gradient_accumulation_steps > 1;
}

static bool averages(const digitnet__optimizer_settings *settings) {
    return settings->ema_momentum > 0;
}

size_t digitnet__optimizer_slots(const digitnet__optimizer_settings *settings) {
    return rule_slots(settings) + accumulates(settings) + averages(settings);
}

const char *digitnet__optimizer_slot_name(const digitnet__optimizer_settings *settings, size_t slot) {
    const char *name = digitnet__optimizer_find(settings->kind)->slot(settings, slot);
    if (name)
        return name;
    return accumulates(settings) && slot == rule_slots(settings) ? "accumulated_gradient" : "average";
}

float *digitnet__optimizer_average(const digitnet__optimizer_settings *settings, float *state, size_t count) {
    return averages(settings) ? state + (digitnet__optimizer_slots(settings) - 1) * count : NULL;
}

digitnet__optimizer_step digitnet__optimizer_begin(const digitnet__optimizer_settings *settings, uint64_t steps_done,
                                                   double momentum_product) {
    digitnet__optimizer_step step = {.number = steps_done + 1,
                                     .learning_rate = digitnet__schedule_rate(&settings->schedule, steps_done),
                                     .momentum_product = momentum_product};
    if (settings->kind == DIGITNET_OPTIMIZER_NADAM)
        step.momentum_product *= digitnet__nadam_momentum(settings, step.number);
    return step;
}

void digitnet__optimizer_accumulate(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                                    const digitnet__optimizer_memory *memory, size_t offset, size_t count, bool last) {
    float *gradient = memory->gradients + offset;
    float *sum = memory->state + rule_slots(settings) * memory->count + offset;
    if (!last) {
        kernels->add(sum, gradient, count);
        return;
    }
    kernels->add(gradient, sum, count);
    kernels->scale(gradient, 1 / (float)settings->gradient_accumulation_steps, count);
    memset(sum, 0, count * sizeof *sum);
}

/* The first average is the weights after the first step, as in Keras. */
static void move_average(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                         const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory,
                         const digitnet__optimizer_block *block) {
    float *weights = memory->parameters + block->offset;
    float *average = digitnet__optimizer_average(settings, memory->state, memory->count) + block->offset;
    if (step->number == 1)
        memcpy(average, weights, block->count * sizeof *average);
    else
        kernels->average(average, weights, digitnet__decay_of(settings->ema_momentum), block->count);
    if (settings->ema_overwrite_frequency && step->number % settings->ema_overwrite_frequency == 0)
        memcpy(weights, average, block->count * sizeof *weights);
}

void digitnet__optimizer_update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                                const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory,
                                const digitnet__optimizer_block *block) {
    float *weights = memory->parameters + block->offset, *gradient = memory->gradients + block->offset;
    if (block->gradient_factor != 1)
        kernels->scale(gradient, block->gradient_factor, block->count);
    if (settings->clipvalue > 0)
        kernels->clip(gradient, (float)settings->clipvalue, block->count);
    if (settings->weight_decay > 0 && block->decays)
        kernels->scale(weights, (float)(1 - step->learning_rate * settings->weight_decay), block->count);
    digitnet__optimizer_find(settings->kind)->update(kernels, settings, step, memory, block->offset, block->count);
    if (averages(settings))
        move_average(kernels, settings, step, memory, block);
}
