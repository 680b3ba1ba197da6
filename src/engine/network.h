/* What trains and predicts: the graph, the plans that run it, and weights. */
#ifndef DNN_ENGINE_NETWORK_H
#define DNN_ENGINE_NETWORK_H

#include "engine/plan.h"

/* The weights and the state of a network's first layers: the beginning of its blocks. */
typedef struct digitnet__first_weights {
    float *parameters, *state; /* NULL: there are none */
    size_t parameter_count, state_count;
} digitnet__first_weights;

typedef struct digitnet__network {
    const digitnet__kernels *kernels;
    digitnet__graph graph;
    digitnet__plan inference; /* without ops until the weights exist */
    digitnet__plan training;  /* without ops until the first compile */
    float *parameters;        /* one flat block in the order of the layers; NULL until they exist */
    float *state;             /* likewise, of what is not trained */
    /* Wait for the weights of layers that were added behind theirs; there are no `parameters` meanwhile. */
    digitnet__first_weights waiting;
    /* The weights of the ops of both plans as their kernels want them, in step with the parameters whenever nobody
     * writes. */
    float *packed;
    size_t packed_count;
    /* The weights of ops that have taken over a batch normalization, with its numbers in them. */
    float *folded;
    size_t folded_count;
    bool inference_is_old; /* a training has moved weights or state since its plan's were packed and folded */
    bool any_width;        /* its plan for inference is for images of any width */
} digitnet__network;

/* Appends a layer, as digitnet__graph_append() does. Where there are weights, they wait for its own. */
digitnet_status digitnet__network_append(digitnet__network *network, const digitnet__layer *layer);
/* Gives the network another graph, which it owns then, and whose tensors are the first ones of the present graph's: all
 * that there is of their weights stays. `training`: with a plan for training, where there is one. Changes nothing after
 * a failure. */
digitnet_status digitnet__network_set_graph(digitnet__network *network, const digitnet__graph *graph, bool training);

/* Lowers the plan for inference and allocates weights and state, zeros, where there are none yet. */
digitnet_status digitnet__network_allocate(digitnet__network *network);
/* Fills weights and state with their first values: those that wait, and each other tensor from the seed and its own
 * index. */
void digitnet__network_initialize(digitnet__network *network, uint64_t seed);
/* The same, with a plan for training in the place of the present one. `leave_out`: the activation that the loss takes
 * over. Neither changes anything after a failure. */
digitnet_status digitnet__network_allocate_training(digitnet__network *network, digitnet_activation leave_out);

/* After every change of the weights, of all or of one block of an op of the plan for training; different blocks may be
 * packed at the same time. */
void digitnet__network_pack(digitnet__network *network);
void digitnet__network_pack_block(digitnet__network *network, const digitnet__op *op, size_t block);

/* A network with the graph and the weights of another, which has some and outlives it, and, in the place of the plan
 * for training, one for the gradient by the input; to be released by digitnet__network_release_by_input(). */
digitnet_status digitnet__network_borrow_by_input(digitnet__network *out, const digitnet__network *network,
                                                  digitnet_activation leave_out);
void digitnet__network_release_by_input(digitnet__network *network);

/* After a step of training, whose weights only the plan for training has packed: the plan for inference has old ones
 * until they are packed and folded anew, before anybody predicts; in a callback as it begins to read. */
void digitnet__network_age_inference(digitnet__network *network);
void digitnet__network_refresh_inference(digitnet__network *network);

/* With the plan for training, or for inference alone. */
digitnet_status digitnet__network_copy(digitnet__network *out, const digitnet__network *network, bool training);
/* For inference alone, at `width` and, by views, below. ESHAPE naming the layer that rules the width out. */
digitnet_status digitnet__network_copy_at_width(digitnet__network *out, const digitnet__network *network, size_t width);
void digitnet__network_release(digitnet__network *network);

/* A view of such a copy, which outlives it: a graph and a plan of its own, of the width that it is set to, over the
 * copy's weights. To be released by digitnet__network_release_view(). */
digitnet_status digitnet__network_view(digitnet__network *out, const digitnet__network *network);
/* Sets the view's width, at most the copy's, without an allocation. ESHAPE, and the view as it was, where a layer does
 * not fit it. */
digitnet_status digitnet__network_set_width(digitnet__network *view, const digitnet__network *network, size_t width);
void digitnet__network_release_view(digitnet__network *view);

/* Where a tensor's values stand. */
float *digitnet__network_values(const digitnet__network *network, const digitnet__tensor *tensor);
/* What an op is given as its parameters: its layer's, or folded ones. */
const float *digitnet__network_parameters(const digitnet__network *network, const digitnet__op *op);
size_t digitnet__network_outputs(const digitnet__network *network);

#endif
