/* What runs: a step serves one layer or several neighbours (a convolution with ReLU and the pool behind it). A step's
 * functions work on a range of samples on one thread; they read the weights that they are given and write nothing but
 * their outputs. */
#ifndef DNN_LAYERS_STEP_H
#define DNN_LAYERS_STEP_H

#include "kernels/kernels.h"
#include "layers/layer.h"

typedef struct digitnet__step digitnet__step;

/* One range of samples on its way through a step. Pointers stand at the range's first sample. */
typedef struct digitnet__step_range {
    size_t samples;
    const float *input;
    float *output;
    unsigned char *cache;    /* step->cache_bytes a sample, from forward to backward; NULL outside training */
    const uint64_t *seeds;   /* one a sample, for this step of the training; NULL outside training */
    const float *parameters; /* the step's own: kernel, then bias */
    const float *packed;     /* the same, prepared by pack(); NULL where packed_values is 0 */
    void *scratch;           /* step->scratch_bytes, this worker's own */
    float *output_gradient;  /* may be overwritten */
    float *input_gradient;   /* NULL where nobody wants it */
    float *gradient;         /* of the step's parameters: this range's sum is added */
} digitnet__step_range;

/* Parameters are summed, updated and packed in blocks of outputs: small enough to spread over threads, large enough to
 * use a batch's inputs several times. */
enum { DNN_BLOCK_OUTPUTS = 16 };

typedef struct digitnet__step_block {
    size_t first, count; /* outputs */
} digitnet__step_block;

typedef struct digitnet__step_kind {
    /* Prepares the weights of one block's outputs; NULL where packed_values is 0. */
    void (*pack)(const digitnet__step *step, float *packed, const float *parameters, digitnet__step_block block);
    void (*forward)(const digitnet__step *step, const digitnet__step_range *range);
    void (*backward)(const digitnet__step *step, const digitnet__step_range *range);
    /* Where a copy of the gradient for each range would cost more than the arithmetic: the gradient of one block of the
     * step's outputs over the whole batch, after backward() has run for all of it. Overwrites these outputs' part of
     * range->gradient. NULL where backward() adds the gradient itself. */
    void (*block_gradient)(const digitnet__step *step, const digitnet__step_range *batch, digitnet__step_block block);
} digitnet__step_kind;

struct digitnet__step {
    const digitnet__step_kind *kind;
    const digitnet__kernels *kernels;
    const digitnet__layer *layers; /* the layers it serves, in order */
    size_t layer_count;
    size_t index;
    size_t input_values, output_values; /* a sample */
    size_t parameter_offset, parameter_values;
    size_t packed_offset, packed_values;
    size_t cache_bytes;             /* a sample */
    size_t scratch_bytes;           /* a worker, in training or inference */
    size_t block_count;             /* 0 without parameters */
    digitnet_activation activation; /* linear in the last step of a classifier, whose softmax belongs to the loss */
    digitnet__conv2d_shape conv2d;
    digitnet__pool2d_shape pool2d;
};

digitnet__step_block digitnet__step_block_at(const digitnet__step *step, size_t index);

/* The activation of a step, in place over `samples`, and its gradient, from the one by the outputs to the one by the
 * inputs. */
void digitnet__step_activate(const digitnet__step *step, float *values, const float *bias, size_t samples);
void digitnet__step_activate_backward(const digitnet__step *step, float *gradient, const float *output, size_t samples);

#endif
