/* The passes of training over one batch, forward and backward, with the memory that they need. Work is cut by sizes
 * that do not depend on the number of threads, and each sum has one order, so that the gradients do not either.
 *
 * Ops that need sums over the whole batch cut the passes into segments: all ranges finish one, the sums are reduced,
 * and then the next one begins. Most networks have one segment each way. */
#ifndef DNN_ENGINE_PASS_H
#define DNN_ENGINE_PASS_H

#include "core/memory.h"
#include "core/threads.h"
#include "engine/network.h"
#include "engine/placement.h"

#include <stdint.h>

typedef struct digitnet__range {
    size_t index, first, count;
} digitnet__range;

/* Consecutive parameters. */
typedef struct digitnet__span {
    size_t offset, count;
    const digitnet__tensor *tensor; /* whose they are */
} digitnet__span;

/* One piece of the work that follows the backward pass of all ranges: the gradient of a block of an op's outputs. */
typedef struct digitnet__gradient_task {
    const digitnet__op *op;
    size_t block;
    bool is_product; /* over the whole batch; else it is taken from the ranges' copies, or from sums */
    size_t values;   /* of the block's gradient */
    size_t before;   /* values of all products before it */
} digitnet__gradient_task;

/* Ops that run without a barrier between them: from `first` on, `end` not included, counted in the order of the pass.
 */
typedef struct digitnet__segment {
    size_t first, end;
} digitnet__segment;

/* What several processes that share a batch tell each other of it: rows of memory, one for each sample or for each
 * range, of which each process has computed some. */
typedef struct digitnet__rows {
    unsigned char *first;
    size_t bytes, stride; /* of a row, and from one to the next */
    bool of_ranges;       /* else of samples */
} digitnet__rows;

typedef struct digitnet__pass {
    const digitnet__network *network; /* borrowed */
    size_t capacity;                  /* images in a batch */
    size_t ranges;                    /* that a batch is cut into, at most; 0: by its size */
    size_t most_ranges;               /* of any batch up to the capacity */
    digitnet__arena arena;
    struct digitnet__pass_value *values; /* where each value's memory lies */
    struct digitnet__pass_op *ops;       /* likewise */
    digitnet__placement placement;    /* of a sample's gradients that are not kept: they live as long as the values */
    size_t passing;                   /* where these are in the arena */
    struct digitnet__pass_rows *rows; /* all that has a row for each sample */
    size_t row_count;
    size_t seeds, scratch, scratch_bytes, shared, shared_bytes, gradients, copies, copy_values, sums, sum_values,
        pointers;
    digitnet__segment *forward_segments, *backward_segments;
    size_t forward_count, backward_count;
    digitnet__gradient_task *tasks;
    size_t task_count, product_values; /* of all products */
} digitnet__pass;

/* The network has a plan for training. `ranges`: that a batch is cut into, at most. Zero: 8, and 16 from
 * 128 images on, unless their copies of the gradient have more than 64 MiB together. The threads are those that the
 * passes will run on. */
digitnet_status digitnet__pass_create(digitnet__pass *pass, const digitnet__network *network, size_t capacity,
                                      size_t ranges, digitnet__thread_pool *threads);
void digitnet__pass_release(digitnet__pass *pass);

/* How many ranges a batch of `count` images is cut into, and one of them. */
size_t digitnet__pass_range_count(const digitnet__pass *pass, size_t count);
digitnet__range digitnet__pass_range(const digitnet__pass *pass, size_t count, size_t index);

/* Rows of the batch: images, seeds for what is random, outputs (before the activation that the plan leaves out), and
 * their gradient, which the loss fills in; NULL where nobody wants it, since nothing trains. */
float *digitnet__pass_input(const digitnet__pass *pass, size_t sample);
uint64_t *digitnet__pass_seeds(const digitnet__pass *pass, size_t sample);
float *digitnet__pass_output(const digitnet__pass *pass, size_t sample);
float *digitnet__pass_output_gradient(const digitnet__pass *pass, size_t sample);
/* By the images, after the backward pass of a plan by the input. */
float *digitnet__pass_input_gradient(const digitnet__pass *pass, size_t sample);

/* One segment for one range of a batch of `count`. Different ranges may run at the same time, on different workers. */
void digitnet__pass_forward(const digitnet__pass *pass, size_t segment, size_t count, digitnet__range range,
                            size_t worker);
void digitnet__pass_backward(const digitnet__pass *pass, size_t segment, size_t count, digitnet__range range,
                             size_t worker);
/* Between two segments, once all ranges have finished the first, and the rows of all are there. */
digitnet__rows digitnet__pass_forward_rows(const digitnet__pass *pass, size_t segment);
digitnet__rows digitnet__pass_backward_rows(const digitnet__pass *pass, size_t segment);
void digitnet__pass_reduce_forward(const digitnet__pass *pass, size_t segment, size_t count);
void digitnet__pass_reduce_backward(const digitnet__pass *pass, size_t segment, size_t count);

/* The rows that blocks take their gradients from, but for the ranges' copies of it, and how many: at most
 * digitnet__pass_most_rows(). And those copies, of floats. */
size_t digitnet__pass_gradient_rows(digitnet__rows *rows, const digitnet__pass *pass);
size_t digitnet__pass_most_rows(const digitnet__pass *pass);
digitnet__rows digitnet__pass_copy_rows(const digitnet__pass *pass);
/* After the backward pass of all ranges of a batch of `count`: completes the gradient of one task's block, from so many
 * copies: one for each range, or the first, which then has the sum. Different tasks may run at the same time. */
void digitnet__pass_reduce_block(const digitnet__pass *pass, size_t count, size_t copies, digitnet__gradient_task task);
/* The spans of the flat gradient that are a task's; returns their number, at most DNN_LAYER_TENSORS. */
size_t digitnet__pass_spans(digitnet__gradient_task task, digitnet__span spans[DNN_LAYER_TENSORS]);
/* After a batch of `count` whose results are kept: moves the state of the layers that have some. */
void digitnet__pass_move_state(const digitnet__pass *pass, size_t count);
/* The flat gradient. */
float *digitnet__pass_gradients(const digitnet__pass *pass);

#endif
