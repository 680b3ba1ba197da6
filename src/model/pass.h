/* The passes of training over one batch, forward and backward, with the memory that they need. Work is cut by sizes
 * that do not depend on the number of threads, and each sum has one order, so that the gradients do not either. */
#ifndef DNN_MODEL_PASS_H
#define DNN_MODEL_PASS_H

#include "core/memory.h"
#include "model/network.h"

/* A batch is cut into at most so many ranges of samples, each with a gradient copy of its own. */
enum { DNN_MAX_RANGES = 8 };

typedef struct dnn_range {
    size_t index, first, count;
} dnn_range;

/* Consecutive parameters. */
typedef struct dnn_span {
    size_t offset, count;
} dnn_span;

/* One piece of the work that follows the backward pass of all ranges: the gradient of a block of a step's outputs. */
typedef struct dnn_gradient_task {
    const dnn_step *step;
    size_t block;
} dnn_gradient_task;

typedef struct dnn_pass {
    const dnn_network *network; /* borrowed */
    size_t capacity;            /* images in a batch */
    dnn_arena arena;
    struct dnn_pass_step *steps; /* where each step's memory lies */
    size_t input, seeds, scratch, scratch_bytes, gradients, copies, copy_values;
    size_t first_trained; /* the first step with parameters: the way back ends there */
    dnn_gradient_task *tasks;
    size_t task_count;
} dnn_pass;

digitnet_status dnn_pass_create(dnn_pass *pass, const dnn_network *network, size_t capacity, size_t workers);
void dnn_pass_release(dnn_pass *pass);

/* How many ranges a batch of `count` images is cut into, and one of them. */
size_t dnn_pass_range_count(size_t count);
dnn_range dnn_pass_range(size_t count, size_t index);

/* Rows of the batch: images, seeds for dropout, outputs (of a classifier the logits), and their gradient, which the
 * loss fills in. */
float *dnn_pass_input(const dnn_pass *pass, size_t sample);
uint64_t *dnn_pass_seeds(const dnn_pass *pass, size_t sample);
float *dnn_pass_output(const dnn_pass *pass, size_t sample);
float *dnn_pass_output_gradient(const dnn_pass *pass, size_t sample);

/* Different ranges may run at the same time, on different workers. */
void dnn_pass_forward(const dnn_pass *pass, dnn_range range, size_t worker);
void dnn_pass_backward(const dnn_pass *pass, dnn_range range, size_t worker);

/* After the backward pass of all ranges of a batch of `count`: finishes one of the tasks, and tells the spans of the
 * flat gradient that are complete by it; they are at most two. Different tasks may run at the same time. */
size_t dnn_pass_gradient(const dnn_pass *pass, size_t count, dnn_gradient_task task, dnn_span spans[2]);
/* The flat gradient. */
float *dnn_pass_gradients(const dnn_pass *pass);

#endif
