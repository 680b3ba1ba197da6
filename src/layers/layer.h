/* A layer as the user described it: kind, attributes, shapes, tensors. It computes nothing; what runs is an op (op.h).
 * A kind's file holds all that the library knows of it: its builder, its shapes, its op, its ONNX form. */
#ifndef DNN_LAYERS_LAYER_H
#define DNN_LAYERS_LAYER_H

#include "core/shape.h"
#include "digitnet/layers.h"
#include "digitnet/model.h"
#include "layers/tensor.h"
#include "onnx/form.h"

typedef struct digitnet__layer_kind digitnet__layer_kind;

/* What kinds are set up by; zero where a kind has no such attribute. */
typedef struct digitnet__attributes {
    size_t outputs; /* filters, units */
    size_t window_height, window_width, stride_height, stride_width;
    /* 0, and never 1, for 1; but no groups of a normalization: one for each channel. */
    size_t dilation_height, dilation_width, groups, depth_multiplier;
    digitnet_padding padding;
    bool no_bias;
    digitnet_initializer kernel_initializer, pointwise_initializer, bias_initializer;
    digitnet_activation activation;
    double alpha; /* of the activation; 0: its default */
    double rate;  /* of dropout; the deviation of noise */
    double kernel_l1, kernel_l2, pointwise_l1, pointwise_l2, bias_l1, bias_l2;
    double epsilon, momentum;
    bool no_center, no_scale, unbiased_moving_variance;
    bool count_include_pad;          /* of average pooling */
    bool keepdims;                   /* of global pooling */
    size_t top, bottom, left, right; /* rows and columns of padding that is explicit, or of cropping */
    size_t output_padding_height, output_padding_width; /* of transposed convolution */
    size_t size_height, size_width;                     /* of reshape's output, or how often up-sampling repeats */
    digitnet_interpolation interpolation;               /* of up-sampling */
    bool per_channel;                                   /* of PReLU's slopes */
    double scale, offset;                               /* of rescaling */
    double exponent;                                    /* of power */
    size_t first;                                       /* channel of a slice */
    size_t axis_rows, axis_columns, axis_channels;      /* of a permutation's output among its input's, from 1 */
} digitnet__attributes;

/* A value that a layer takes: that of the layer `value` - 1, or, for 0, the model's input. */
typedef struct digitnet__layer_input {
    size_t value;
    digitnet__shape shape;
} digitnet__layer_input;

enum { DNN_LAYER_TENSORS = 4 }; /* the most that a layer has */
enum { DNN_KERNEL, DNN_BIAS };  /* places in the list of those that have a kernel */

typedef struct digitnet__layer {
    const digitnet__layer_kind *kind;
    char *name;
    digitnet__attributes attributes;
    const digitnet__layer_input *inputs;
    size_t input_count;
    digitnet__shape output;
    bool frozen; /* its tensors are not trained */
    /* Adjacent in the block of weights. */
    digitnet__tensor tensors[DNN_LAYER_TENSORS];
    size_t tensor_count;
    size_t parameters, state_values;
    size_t multiply_adds; /* and comparisons, a sample; in a graph, at least one for each value of the output */
} digitnet__layer;

/* No value's magnitude exceeds gain x + offset, where those of an image are at most x, and x at most DNN_BOUND_REACH:
 * far more than images have, and little enough for products of values to have such a bound. */
#define DNN_BOUND_REACH 1048576.0
typedef struct digitnet__bound {
    double gain, offset;
} digitnet__bound;

/* scale x + offset */
typedef struct digitnet__line {
    double scale, offset;
} digitnet__line;

struct digitnet__op;

struct digitnet__layer_kind {
    const char *name;       /* also the stem of default names, as in Keras */
    const char *class_name; /* for the summary, as in Keras */
    bool many_inputs;       /* takes a list of two or more; else one */
    /* Checks the attributes against the inputs, and sets output, tensors (all but names and offsets) and multiply_adds.
     */
    digitnet_status (*infer_shape)(digitnet__layer *layer);
    /* Fills in the op that runs the layer without its activation, in training or in inference. An op without a kind has
     * nothing to compute: the values pass as they are. */
    void (*lower)(struct digitnet__op *op, bool training);
    /* The bound of the outputs before the activation, from those of the inputs. `tensors` are the layer's values. */
    digitnet__bound (*bound)(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors);
    /* Of a layer that makes scale x + offset of each value of a channel; NULL: it is no such layer. */
    digitnet__line (*line)(const digitnet__layer *layer, size_t channel, const float *const *tensors);
    digitnet__onnx_form onnx;
};

/* All kinds, by the name of their file and of their row there, `digitnet__layer_NAME`. Where one type of node is read
 * by several kinds, the first of them reads it. */
#define DNN_LAYER_KINDS(KIND)   \
    KIND(conv2d)                \
    KIND(depthwise_conv2d)      \
    KIND(separable_conv2d)      \
    KIND(conv2d_transpose)      \
    KIND(max_pool2d)            \
    KIND(average_pool2d)        \
    KIND(global_max_pool2d)     \
    KIND(global_average_pool2d) \
    KIND(zero_padding2d)        \
    KIND(cropping2d)            \
    KIND(up_sampling2d)         \
    KIND(reshape)               \
    KIND(flatten)               \
    KIND(permute)               \
    KIND(dense)                 \
    KIND(dropout)               \
    KIND(activation)            \
    KIND(add)                   \
    KIND(multiply)              \
    KIND(concatenate)           \
    KIND(channel_slice)         \
    KIND(batch_normalization)   \
    KIND(prelu)                 \
    KIND(layer_normalization)   \
    KIND(group_normalization)   \
    KIND(rescaling)             \
    KIND(power)                 \
    KIND(normalization)         \
    KIND(spatial_dropout2d)     \
    KIND(gaussian_noise)        \
    KIND(gaussian_dropout)

#define DNN_DECLARE_KIND(name) extern const digitnet__layer_kind digitnet__layer_##name;
DNN_LAYER_KINDS(DNN_DECLARE_KIND)

/* The same as a table; NULL past the last. */
extern const digitnet__layer_kind *const digitnet__layer_kinds[];

/* What the options of all kinds with a bias have alike, as attributes. */
#define DNN_BIAS_ATTRIBUTES(own)                                                                         \
    .no_bias = (own).no_bias != 0, .bias_initializer = (own).bias_initializer, .bias_l1 = (own).bias_l1, \
    .bias_l2 = (own).bias_l2

/* What a builder asks for. */
typedef struct digitnet__layer_request {
    const digitnet__layer_kind *kind;
    const char *name;          /* NULL: the kind's default */
    const char *const *inputs; /* names of layers; NULL, or a NULL name: the layer before */
    size_t input_count;        /* 0: one */
    digitnet__attributes attributes;
} digitnet__layer_request;

/* Adds a layer to a model; every builder ends here (model/builders.c). `options`: whether reading the options
 * succeeded. */
digitnet_status digitnet__model_add_layer(digitnet_model *model, const digitnet__layer_request *request,
                                          digitnet_status options);

/* Add a tensor to the layer's. A kernel of these dimensions as the user sees them, of which the last one, or all that
 * multiply to `outputs`, are the outputs; and, unless `no_bias`, a bias. False where a size overflows. */
bool digitnet__layer_add_kernel(digitnet__layer *layer, const char *role, digitnet_initializer initializer,
                                const size_t *dimensions, size_t rank, size_t outputs);
bool digitnet__layer_add_bias(digitnet__layer *layer, size_t outputs);
/* Both: the kernel with one output for each of its last dimension. */
bool digitnet__layer_set_weights(digitnet__layer *layer, const size_t *dimensions, size_t rank);
/* Adds a tensor to the layer, a vector over the channels of its first input. */
void digitnet__layer_add_vector(digitnet__layer *layer, const char *role, digitnet_initializer initializer,
                                bool is_state);
/* EINVAL for an unknown padding or initializer, what is no activation, or an alpha or a penalty out of its range. */
digitnet_status digitnet__layer_check_attributes(const digitnet__layer *layer);
/* ESHAPE for an input that is flat, where rows and columns are needed. */
digitnet_status digitnet__layer_check_image(const digitnet__layer *layer);
/* EINVAL for an epsilon that is not above 0, or not finite as a float. */
digitnet_status digitnet__layer_check_epsilon(const digitnet__layer *layer);
/* The same values as the input, under the same shape; for infer_shape. */
digitnet_status digitnet__layer_keep_shape(digitnet__layer *layer);
/* The same bound as the input; for bound. */
digitnet__bound digitnet__layer_keep_bound(const digitnet__layer *layer, const digitnet__bound *inputs,
                                           const float *const *tensors);
/* That of a kernel and a bias: every output is a sum over the inputs. */
digitnet__bound digitnet__layer_weighted_bound(const digitnet__layer *layer, const digitnet__bound *inputs,
                                               const float *const *tensors);
/* The most that one output of a tensor may make of inputs up to 1, or add to them. */
double digitnet__layer_greatest_output(const float *values, const digitnet__tensor *tensor);
/* "LAYER/relu" is the node of a layer's own activation; so this layer has one. */
bool digitnet__layer_has_own_activation(const digitnet__layer *layer);

#endif
