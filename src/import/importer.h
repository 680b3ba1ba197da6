/* A file's graph becoming layers: what the readers of operators share. */
#ifndef DNN_IMPORT_IMPORTER_H
#define DNN_IMPORT_IMPORTER_H

#include "import/constant.h"
#include "import/graph.h"
#include "import/view.h"
#include "layers/layer.h"

/* Together with those that turn out not to be needed. */
enum { DNN_IMPORT_DRAFTS_MAX = 16384 };

/* Stands for the size of the batch where the file leaves it open: a prime above all other sizes, so that it is seen
 * again in what a graph computes from shapes. */
#define DNN_IMPORT_BATCH INT32_MAX

/* A layer to be. Its tensors' values stand as a layer has them in memory. */
typedef struct digitnet__draft {
    digitnet__layer layer; /* without a name */
    const size_t *inputs;  /* values: 0 is the model's input, i + 1 the output of draft i */
    digitnet__wire_view name;
    float *tensors[DNN_LAYER_TENSORS];
    size_t takers; /* drafts that take its output */
    size_t open;   /* how often the nodes still to be read take it */
    bool needed;   /* for the output */
} digitnet__draft;

/* scale x + offset that no layer does yet; `count` factors of each: 0: none; 1: the same for all values; as many as
 * channels; or one for each value of a sample. */
typedef struct digitnet__import_affine {
    size_t count;
    float *scale, *offset;
} digitnet__import_affine;

typedef struct digitnet__import_pads {
    size_t top, left, bottom, right;
} digitnet__import_pads;

/* A value of the file's graph that depends on the model's input. */
typedef struct digitnet__import_activation {
    size_t value; /* of the drafts, in which it stands like this: */
    digitnet__view view;
    digitnet__import_affine affine; /* still to be applied */
    digitnet__import_pads pads;     /* zeros still to be put around the rows and columns of channels x rows x columns */
    bool pads_never_win;            /* they are no zeros, but below all values: the next node is a max pool */
    bool is_class;                  /* the class with the highest score, in the place of the scores */
    bool is_integer;                /* the file has integers there, as bytes before they are cast */
    bool unbatched;                 /* the file has no axis of samples: it takes one image */
    bool leading;  /* an axis of size 1 stands in front of that of the samples, and is not the view's */
    size_t merged; /* of the view's axes, the first of which are one with the axis of samples */
} digitnet__import_activation;

typedef struct digitnet__importer {
    digitnet__pool *pool;
    digitnet__import_graph *graph;
    digitnet__import_place *place;
    const digitnet_model_load_options *options;
    digitnet_status failure; /* EIO or ENOMEM, where the search for patterns could not read a constant */
    size_t batch;            /* size of the first axis of all activations */
    bool unbatched;          /* the graph's input is one image, without an axis of samples */
    digitnet__shape input;
    bool open_sizes;                    /* which the file does not say */
    bool channels_first, channels_last; /* how the file has its images; neither where it takes no channels */
    digitnet__draft *drafts;
    size_t draft_count, draft_capacity;
} digitnet__importer;

/* ---- Constants and activations of a node ---- */

/* NULL where the input is left out or is not known. */
digitnet_status digitnet__import_constant_at(const digitnet__import_constant **constant, digitnet__importer *importer,
                                             const digitnet__import_node *node, size_t input);
/* EFORMAT where it is left out or has a value that is not finite, EUNSUPPORTED where it is no constant. */
digitnet_status digitnet__import_weights_at(const digitnet__import_constant **constant, digitnet__importer *importer,
                                            const digitnet__import_node *node, size_t input);
/* A constant, of one value. Left alone where it is left out. */
digitnet_status digitnet__import_scalar_at(float *value, digitnet__importer *importer,
                                           const digitnet__import_node *node, size_t input);
/* Integers of an attribute or, where the node has none, of an input. `*count` is 0 where there is neither. */
digitnet_status digitnet__import_list(int64_t *values, size_t *count, size_t most, digitnet__importer *importer,
                                      const digitnet__import_node *node, const char *name, size_t input);
/* NULL where the input is left out or is a constant. */
digitnet__import_activation *digitnet__import_activation_at(const digitnet__importer *importer,
                                                            const digitnet__import_node *node, size_t input);
/* An axis of the activation at an input, which may be counted from the end: 0 is that of the samples, 1 the first of
 * the view. EFORMAT. */
digitnet_status digitnet__import_axis_of(size_t *axis, const digitnet__import_node *node,
                                         const digitnet__import_activation *activation, int64_t wanted);
/* Gives an output of the node this activation, or constant. */
digitnet_status digitnet__import_give(digitnet__importer *importer, const digitnet__import_node *node, size_t output,
                                      const digitnet__import_activation *activation);
/* A value beside those of the file, for an activation that a node is to take in the place of another. It is closed once
 * it has been taken. */
digitnet_status digitnet__import_open(size_t *value, digitnet__importer *importer,
                                      const digitnet__import_activation *activation);
/* Likewise, one that a node is to give in the place of its own output. */
digitnet_status digitnet__import_reserve(size_t *value, digitnet__importer *importer);
void digitnet__import_close(digitnet__importer *importer, size_t value);
/* What a node is made of, a node of its name, attributes and samples: NULL for the same type, and the same outputs. */
digitnet__import_node digitnet__import_inner(const digitnet__import_node *node, const char *type, const size_t *inputs,
                                             size_t input_count, const size_t *output);
digitnet_status digitnet__import_give_constant(digitnet__importer *importer, const digitnet__import_node *node,
                                               size_t output, const digitnet__import_constant *constant);

/* ---- Drafts ---- */

digitnet__shape digitnet__draft_shape(const digitnet__importer *importer, size_t value);
/* Appends a layer that takes these values; its tensors are zeros. */
digitnet_status digitnet__draft_add(size_t *value, digitnet__importer *importer, const digitnet__layer_kind *kind,
                                    const digitnet__attributes *attributes, const size_t *inputs, size_t input_count,
                                    const digitnet__import_node *node);
/* The values of its tensor with this role; NULL where it has none. */
float *digitnet__draft_tensor(const digitnet__importer *importer, size_t value, const char *role);
/* The draft that gives an activation, where it may be changed for all that take this activation: nothing takes its
 * value in another way. Else NULL. */
digitnet__draft *digitnet__draft_own(const digitnet__importer *importer, const digitnet__import_node *node,
                                     size_t input);
/* Gives it a bias, of zeros, where it has none. */
digitnet_status digitnet__draft_require_bias(digitnet__importer *importer, digitnet__draft *draft);

/* ---- Activations in the form that a layer takes ---- */

/* Does what is still to be done: scale and offset, zeros around. */
digitnet_status digitnet__import_settle(digitnet__importer *importer, const digitnet__import_node *node, size_t input);
/* The activation at an input with its zeros around it, scale and offset still to be applied. EUNSUPPORTED where it is a
 * constant. */
digitnet_status digitnet__import_peek(digitnet__import_activation **activation, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t input);
/* The activation at an input, settled. */
digitnet_status digitnet__import_take(digitnet__import_activation **activation, digitnet__importer *importer,
                                      const digitnet__import_node *node, size_t input);
/* Likewise as an image, its axes being channels x rows x columns; pads are left for the caller. `*value` has this
 * shape. `*channels` receives the place of each channel, NULL where they are in order. */
digitnet_status digitnet__import_take_image(size_t *value, const size_t **channels, digitnet__importer *importer,
                                            const digitnet__import_node *node, size_t input);
/* Likewise as a flat row of all values; `*places` are never NULL. */
digitnet_status digitnet__import_take_row(size_t *value, const size_t **places, digitnet__importer *importer,
                                          const digitnet__import_node *node, size_t input);
/* Likewise with the channels of `*value` along one axis, at one place or more. */
digitnet_status digitnet__import_take_channels(size_t *value, const size_t **places, digitnet__importer *importer,
                                               const digitnet__import_node *node, size_t input, size_t axis);
/* Likewise as an image whose channels stand in order, which may move them. Of a settled activation, or one whose pads
 * are left for the caller. */
digitnet_status digitnet__import_take_ordered_image(size_t *value, digitnet__importer *importer,
                                                    const digitnet__import_node *node, size_t input);
/* The same values under another shape. */
digitnet_status digitnet__import_reshape(size_t *value, digitnet__importer *importer, digitnet__shape shape,
                                         const digitnet__import_node *node);
/* What is still to be applied, and behind it scale x + offset: `count` factors of each, as digitnet__import_affine has
 * them. NULL: a scale of 1, or an offset of 0. */
digitnet_status digitnet__import_compose(digitnet__import_affine *affine, digitnet__importer *importer,
                                         const float *scale, const float *offset, size_t count);
/* A constant that meets an activation in a node, in the order of the activation's places: `*count` values, as
 * digitnet__import_affine has them. EUNSUPPORTED where the result would be larger than the activation. */
digitnet_status digitnet__import_spread(float **values, size_t *count, digitnet__importer *importer,
                                        const digitnet__import_node *node,
                                        const digitnet__import_activation *activation,
                                        const digitnet__import_constant *constant);
/* Gives the values of a settled activation another order, by the weights of the layer that gives them where that can
 * be, else by a layer that moves them. */
digitnet_status digitnet__import_arrange(digitnet__importer *importer, const digitnet__import_node *node, size_t input,
                                         const digitnet__view *wanted);

/* ---- Operators ---- */

/* A layer behind a value: an activation function; -x; x to this power. */
digitnet_status digitnet__import_activate(size_t *value, digitnet__importer *importer,
                                          const digitnet__import_node *node, digitnet_activation activation);
digitnet_status digitnet__import_negate(size_t *value, digitnet__importer *importer, const digitnet__import_node *node);
digitnet_status digitnet__import_raise(size_t *value, digitnet__importer *importer, const digitnet__import_node *node,
                                       double exponent);
/* The sizes that the file has: that of the batch, or what other axes have made of it, comes first where there is one,
 * or behind an axis that stands in front of it. There is room for one more than a view has. */
void digitnet__import_sizes(size_t *sizes, size_t *rank, const digitnet__importer *importer,
                            const digitnet__import_activation *activation);
/* Gives the activation at input 0, or a copy of it that has been changed, under other such sizes. */
digitnet_status digitnet__import_give_reshaped(digitnet__importer *importer, const digitnet__import_node *node,
                                               digitnet__import_activation *activation, const size_t *sizes,
                                               size_t rank);
/* Add, Sub, Mul or Div, of an activation and a constant or of two activations. */
digitnet_status digitnet__import_binary(digitnet__importer *importer, const digitnet__import_node *node);
/* An activation, or a constant, by an activation. */
digitnet_status digitnet__import_divide(digitnet__importer *importer, const digitnet__import_node *node);
/* An activation of one axis by its Euclidean length. */
digitnet_status digitnet__import_divide_by_length(digitnet__importer *importer, const digitnet__import_node *node);
/* The larger, or the smaller, of an activation and a number. */
digitnet_status digitnet__import_limit(digitnet__importer *importer, const digitnet__import_node *node);

typedef struct digitnet__import_operator {
    const char *type;
    size_t most_inputs;     /* 0: any number */
    const char *attributes; /* the names of those that are understood, with a space between them */
    digitnet_status (*read)(digitnet__importer *importer, const digitnet__import_node *node);
} digitnet__import_operator;

/* Ended by a row without a type. */
extern const digitnet__import_operator digitnet__import_activations[], digitnet__import_adaptive_pools[],
    digitnet__import_arithmetic[], digitnet__import_classical[], digitnet__import_convolutions[],
    digitnet__import_joins[], digitnet__import_normalizations[], digitnet__import_pools[], digitnet__import_powers[],
    digitnet__import_products[], digitnet__import_resizes[], digitnet__import_shapes[];

#endif
