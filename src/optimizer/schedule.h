/* Learning rates as functions of the step. */
#ifndef DNN_OPTIMIZER_SCHEDULE_H
#define DNN_OPTIMIZER_SCHEDULE_H

#include "digitnet/training.h"

#include <stdbool.h>

/* The same rate at every step. */
digitnet_schedule digitnet__schedule_constant(double learning_rate);
bool digitnet__schedule_is_constant(const digitnet_schedule *schedule);
/* "cosine_decay"; NULL for an unknown kind. */
const char *digitnet__schedule_name(digitnet_schedule_kind kind);

/* Checks the caller's struct and copies it. NULL is an error. */
digitnet_status digitnet__schedule_read(digitnet_schedule *own, const digitnet_schedule *schedule);
/* EINVAL where a setting is out of its range, or set and of no meaning for the kind. */
digitnet_status digitnet__schedule_check(const digitnet_schedule *schedule);
/* The rate of the step after `steps_done`, for a schedule that has been checked. */
double digitnet__schedule_rate(const digitnet_schedule *schedule, uint64_t steps_done);

#endif
