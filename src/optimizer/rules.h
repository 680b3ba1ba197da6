/* The rules that there are. */
#ifndef DNN_OPTIMIZER_RULES_H
#define DNN_OPTIMIZER_RULES_H

#include "optimizer/optimizer.h"

#include <float.h>

extern const digitnet__optimizer_rule digitnet__optimizer_sgd, digitnet__optimizer_adam, digitnet__optimizer_adamw,
    digitnet__optimizer_nadam, digitnet__optimizer_rmsprop, digitnet__optimizer_lion;

/* Names of the first and the second moment of the gradient. */
const char *digitnet__optimizer_moment(const digitnet__optimizer_settings *settings, size_t index);
/* Nadam's momentum at a step. */
double digitnet__nadam_momentum(const digitnet__optimizer_settings *settings, uint64_t step);
/* As a kernel takes it: what a float cannot tell from 0 would leave 0 / 0 where a gradient is 0. */
static inline float digitnet__epsilon_of(double epsilon) {
    return epsilon < FLT_MIN ? FLT_MIN : (float)epsilon;
}

#endif
