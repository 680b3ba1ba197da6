/* Gradients against differences of the objective.
 *
 * Where the objective is linear in one value but for the kinks of ReLU and pool, and its numbers are multiples of 1/32
 * below 1, single precision makes no error in products and sums, nor with the step of 2^-12 added: the differences to
 * both sides are exact, and they differ where a kink lies between, which is left out.
 *
 * Where it is smooth (softmax), the central difference D(h) is extrapolated, (4 D(h/2) - D(h)) / 3 (Richardson), whose
 * error is of order h^4; h = 1/32 makes that 1e-6, and the forward pass's rounding, 1e-7 / h, is about as large.
 *
 * Errors are relative to the value and half the tensor's root mean square, so that a largest gradient that is wrong by
 * 1% shows as 0.67% or more: the tolerance, 0.2%, stands well between the two. Every check plants faults of its own in
 * the gradient, which it must catch. */
#ifndef DIGITNET_TESTS_DIFFERENCES_H
#define DIGITNET_TESTS_DIFFERENCES_H

#include "engine/network.h"
#include "support.h"

typedef double (*objective_fn)(void *context);

/* The slope of objective(context) by *value: for lines, NaN where a kink is near, and for curves. */
typedef double (*slope_fn)(objective_fn objective, void *context, float *value);
double slope_of_lines(objective_fn objective, void *context, float *value);
double slope_of_curve(objective_fn objective, void *context, float *value);

/* Checks the gradient by `count` values. `what` is for the message. */
void check_gradient(const float *gradient, float *values, size_t count, slope_fn slope, objective_fn objective,
                    void *context, const char *what);
/* That of all weights of a network; each tensor for itself, so that no bias hides behind a kernel. */
void check_weight_gradients(digitnet__network *network, const float *gradient, slope_fn slope, objective_fn objective,
                            void *context, const char *what);

#endif
