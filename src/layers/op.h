/* What runs: an op computes one layer, or several that are faster together (a convolution, its ReLU and the max pool
 * behind it). Its functions work on a range of samples on one thread; they read the weights that they are given and
 * write nothing but their outputs. */
#ifndef DNN_LAYERS_OP_H
#define DNN_LAYERS_OP_H

#include "kernels/kernels.h"
#include "layers/layer.h"

typedef struct digitnet__op digitnet__op;

/* One range of samples on its way through an op. Pointers stand at the range's first sample. */
typedef struct digitnet__op_range {
    size_t samples;
    const float *const *inputs; /* one for each of the op's inputs */
    float *output;
    unsigned char *cache;          /* op->cache_bytes a sample, from forward to backward; NULL outside training */
    const uint64_t *seeds;         /* one a sample, for this step of the training; NULL outside training */
    const float *parameters;       /* the layer's own: its trained tensors, one after the other */
    const float *state;            /* likewise, of those that are not trained */
    const float *packed;           /* the same, prepared by pack(); NULL where packed_values is 0 */
    void *scratch;                 /* op->scratch_bytes, this worker's own */
    const double *forward_sums;    /* over the whole batch, as gather_forward() has them; where the op gathers */
    const double *backward_sums;   /* likewise, of gather_backward() */
    size_t batch_samples;          /* of the whole batch */
    float *output_gradient;        /* may be overwritten */
    float *const *input_gradients; /* one for each input, to be overwritten; NULL where nobody wants it */
    float *gradient;               /* of the layer's parameters: this range's sum is added */
} digitnet__op_range;

/* Parameters are summed, updated and packed in blocks of outputs: small enough to spread over threads, large enough to
 * use a batch's inputs several times. A block has the same outputs of each tensor; where a layer's tensors differ in
 * their number of outputs, it has what the tensor has of them, which may be none. */
enum { DNN_BLOCK_OUTPUTS = 16 };

typedef struct digitnet__op_block {
    size_t first, count; /* outputs */
} digitnet__op_block;

typedef struct digitnet__op_kind {
    const char *name;
    /* Takes over the work of `next`, the only consumer of this op's output; false where it cannot. May change
     * op->kind. NULL: never. */
    bool (*absorb)(digitnet__op *op, const digitnet__op *next);
    /* Sets packed_values, cache_bytes, scratch_bytes, forward_sums and backward_sums once the op is complete; false
     * where a size overflows. NULL: all are 0. */
    bool (*measure)(digitnet__op *op);
    /* Prepares the weights of one block's outputs; NULL where packed_values is 0. */
    void (*pack)(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block);
    /* Where forward() or backward() needs sums over the whole batch: writes this range's share of them. The shares are
     * then summed in the order of the ranges. gather_backward() may overwrite the gradient by the output, for
     * backward(). NULL where nothing is needed; not called while the layer is frozen. */
    void (*gather_forward)(const digitnet__op *op, const digitnet__op_range *range, double *share);
    void (*gather_backward)(const digitnet__op *op, const digitnet__op_range *range, double *share);
    /* Moves the layer's state after a step over the whole batch, by forward_sums. NULL: there is none. */
    void (*move_state)(const digitnet__op *op, const digitnet__op_range *batch, float *state);
    void (*forward)(const digitnet__op *op, const digitnet__op_range *range);
    void (*backward)(const digitnet__op *op, const digitnet__op_range *range);
    /* Where a copy of the gradient for each range would cost more than the arithmetic: the gradient of one block of the
     * op's outputs over the whole batch, after backward() has run for all of it: from the first input and the gradient
     * by the output, or, where the op gathers, from the sums alone. Overwrites these outputs' part of range->gradient.
     * NULL where backward() adds the gradient itself. */
    void (*block_gradient)(const digitnet__op *op, const digitnet__op_range *batch, digitnet__op_block block);
} digitnet__op_kind;

struct digitnet__op {
    const digitnet__op_kind *kind;
    const digitnet__kernels *kernels;
    const digitnet__layer *layer; /* whose attributes and tensors it has */
    size_t layer_index;
    size_t index;         /* in its plan */
    const size_t *inputs; /* values of the plan */
    size_t input_count;
    size_t output;                             /* a value of the plan */
    size_t input_values, output_values;        /* a sample; of the first input */
    digitnet__shape input_shape, output_shape; /* the former of the first input, as its layer sees it */
    size_t parameter_offset, parameter_values;
    size_t state_offset;
    bool trains;    /* its parameters change: it has some, and its layer is not frozen */
    bool gathers;   /* it needs sums over the batch, and its layer is not frozen */
    bool any_width; /* it may be given images of other widths: it must be an op for all, and absorb the same others */
    size_t packed_offset, packed_values;
    size_t cache_bytes;                 /* a sample */
    size_t scratch_bytes;               /* a worker, in training or inference */
    size_t forward_sums, backward_sums; /* how many sums over the whole batch it needs */
    size_t block_count;                 /* 0 without parameters */
    digitnet_activation activation;
    /* The batch normalization behind it whose numbers go into its weights; NULL: none. Its parameters are then a kernel
     * and a bias of its own, in the network's block of folded weights. */
    const digitnet__layer *normalization;
    size_t folded_offset;
    float alpha; /* of the activation */
    digitnet__conv2d_shape conv2d;
    digitnet__pool2d_shape pool2d;
};

/* How many blocks cover the outputs of all its tensors, and one of them. */
size_t digitnet__op_block_count(const digitnet__op *op);
digitnet__op_block digitnet__op_block_at(const digitnet__op *op, size_t index);
/* What a tensor has of a block. */
digitnet__op_block digitnet__op_block_of(digitnet__op_block block, const digitnet__tensor *tensor);

/* The bias behind the kernel in an op's parameters; NULL where it has none. */
const float *digitnet__op_bias(const digitnet__op *op, const float *parameters);

/* Takes over an activation's op; an absorb() for all that end in digitnet__op_activate(). */
bool digitnet__op_absorb_activation(digitnet__op *op, const digitnet__op *next);
/* Likewise, or a batch normalization's op of inference, where nothing but sums stands before it; an absorb() for those
 * that have a kernel and find their bias by digitnet__op_bias(). */
bool digitnet__op_absorb(digitnet__op *op, const digitnet__op *next);
/* The activation of an op, in place over `samples`, and its gradient, from the one by the outputs to the one by the
 * inputs. `known`: the outputs, of an activation that is absorbed in training. */
void digitnet__op_activate(const digitnet__op *op, float *values, const float *bias, size_t samples);
void digitnet__op_activate_backward(const digitnet__op *op, float *gradient, const float *known, size_t samples);
/* Makes an op of its layer's activation alone. */
void digitnet__op_set_activation(digitnet__op *op, bool training);
/* Whether an op is an activation alone that another one may absorb: in training it needs no more than its outputs. */
bool digitnet__op_is_activation(const digitnet__op *op);
/* Whether an op is that of a max pool, or of a batch normalization in inference, as lowered. */
bool digitnet__op_is_max_pool2d(const digitnet__op *op);
bool digitnet__op_is_normalization(const digitnet__op *op);

#endif
