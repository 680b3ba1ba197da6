/* The passes of training over one batch, forward and backward, with the memory that they need. Work is cut by sizes
 * that do not depend on the number of threads, and each sum has one order, so that the gradients do not either. */
#ifndef DNN_MODEL_PASS_H
#define DNN_MODEL_PASS_H

#include "core/memory.h"
#include "model/network.h"

/* A batch is cut into at most so many ranges of samples, each with a gradient copy of its own. */
enum { DNN_MAX_RANGES = 8 };

typedef struct digitnet__range {
    size_t index, first, count;
} digitnet__range;

/* Consecutive parameters. */
typedef struct digitnet__span {
    size_t offset, count;
} digitnet__span;

/* One piece of the work that follows the backward pass of all ranges: the gradient of a block of a step's outputs. */
typedef struct digitnet__gradient_task {
    const digitnet__step *step;
    size_t block;
} digitnet__gradient_task;

typedef struct digitnet__pass {
    const digitnet__network *network; /* borrowed */
    size_t capacity;                  /* images in a batch */
    digitnet__arena arena;
    struct digitnet__pass_step *steps; /* where each step's memory lies */
    size_t input, seeds, scratch, scratch_bytes, gradients, copies, copy_values;
    size_t first_trained; /* the first step with parameters: the way back ends there */
    digitnet__gradient_task *tasks;
    size_t task_count;
} digitnet__pass;

digitnet_status digitnet__pass_create(digitnet__pass *pass, const digitnet__network *network, size_t capacity,
                                      size_t workers);
void digitnet__pass_release(digitnet__pass *pass);

/* How many ranges a batch of `count` images is cut into, and one of them. */
size_t digitnet__pass_range_count(size_t count);
digitnet__range digitnet__pass_range(size_t count, size_t index);

/* Rows of the batch: images, seeds for dropout, outputs (of a classifier the logits), and their gradient, which the
 * loss fills in. */
float *digitnet__pass_input(const digitnet__pass *pass, size_t sample);
uint64_t *digitnet__pass_seeds(const digitnet__pass *pass, size_t sample);
float *digitnet__pass_output(const digitnet__pass *pass, size_t sample);
float *digitnet__pass_output_gradient(const digitnet__pass *pass, size_t sample);

/* Different ranges may run at the same time, on different workers. */
void digitnet__pass_forward(const digitnet__pass *pass, digitnet__range range, size_t worker);
void digitnet__pass_backward(const digitnet__pass *pass, digitnet__range range, size_t worker);

/* After the backward pass of all ranges of a batch of `count`: finishes one of the tasks, and tells the spans of the
 * flat gradient that are complete by it; they are at most two. Different tasks may run at the same time. */
size_t digitnet__pass_gradient(const digitnet__pass *pass, size_t count, digitnet__gradient_task task,
                               digitnet__span spans[2]);
/* The flat gradient. */
float *digitnet__pass_gradients(const digitnet__pass *pass);

#endif
