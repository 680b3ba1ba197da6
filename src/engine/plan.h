/* What runs, lowered from the graph: ops in topological order over values. There are two plans, one for training and
 * one for inference, each with a fusion of its own; the layers that the user sees stay as they are. */
#ifndef DNN_ENGINE_PLAN_H
#define DNN_ENGINE_PLAN_H

#include "engine/graph.h"
#include "layers/op.h"

#define DNN_NO_OP SIZE_MAX

typedef struct digitnet__value {
    size_t values;       /* in a sample */
    size_t producer;     /* an op; DNN_NO_OP for the input */
    size_t consumers;    /* how often ops take it */
    size_t last;         /* the last op that takes it; the number of ops for the output */
    bool used;           /* some op takes or gives it, or it is the input */
    bool wants_gradient; /* a parameter that trains stands before it */
} digitnet__value;

typedef struct digitnet__plan {
    digitnet__value *values; /* 0 is the input */
    size_t value_count;
    digitnet__op *ops;
    size_t op_count;
    size_t *inputs; /* of all ops, which point into it */
    size_t input_count, most_inputs;
    size_t *place; /* where each value of the graph lies among its own, and room for one layer's inputs */
    size_t output; /* the value that comes out */
    /* The activation at the end that no op runs: it belongs to the loss, or to the end of a prediction. */
    digitnet_activation left_out;
    bool training;
    bool by_input;  /* for the gradient by the input: no parameter trains */
    bool any_width; /* the ops are the same at any width of the graph's images */
} digitnet__plan;

/* `leave_out`: the activation at the graph's end that is not to be run; LINEAR: none. ELIMIT where a size
 * overflows. */
digitnet_status digitnet__plan_create(digitnet__plan *plan, const digitnet__graph *graph,
                                      const digitnet__kernels *kernels, bool training, digitnet_activation leave_out);
/* For the gradient by the input of what is predicted: the network as in inference, of ops that have a backward pass. */
digitnet_status digitnet__plan_create_by_input(digitnet__plan *plan, const digitnet__graph *graph,
                                               const digitnet__kernels *kernels, digitnet_activation leave_out);
/* For inference at any width that the graph may be set to. */
digitnet_status digitnet__plan_create_any_width(digitnet__plan *plan, const digitnet__graph *graph,
                                                const digitnet__kernels *kernels, digitnet_activation leave_out);
/* The same ops with the shapes that the graph has now, made without an allocation. ELIMIT where a size overflows. */
digitnet_status digitnet__plan_update(digitnet__plan *plan, const digitnet__graph *graph,
                                      const digitnet__kernels *kernels);
void digitnet__plan_release(digitnet__plan *plan);
/* After a layer of the graph was frozen or thawed. */
void digitnet__plan_find_gradients(digitnet__plan *plan);

#endif
