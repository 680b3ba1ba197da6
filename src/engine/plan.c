#include "engine/plan.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

/* A plan in the making. */
typedef struct lowering {
    digitnet__plan *plan;
    const digitnet__graph *graph;
    const digitnet__kernels *kernels;
} lowering;

static size_t add_value(digitnet__plan *plan, size_t values, size_t producer) {
    plan->values[plan->value_count] = (digitnet__value){.values = values, .producer = producer};
    return plan->value_count++;
}

/* An op of the layer, which takes these values; its output is a new value. Nothing is kept of one without a kind. */
static size_t add_op(lowering *lower, digitnet__op *op, const size_t *inputs, size_t input_count) {
    digitnet__plan *plan = lower->plan;
    if (!op->kind)
        return inputs[0];
    size_t *own = plan->inputs + plan->input_count;
    memcpy(own, inputs, input_count * sizeof *own);
    plan->input_count += input_count;
    op->inputs = own;
    op->input_count = input_count;
    op->input_values = plan->values[inputs[0]].values;
    op->output = add_value(plan, op->output_values, plan->op_count);
    plan->ops[plan->op_count++] = *op;
    return op->output;
}

static digitnet__op begin_op(const lowering *lower, size_t layer_index) {
    const digitnet__layer *layer = &lower->graph->layers[layer_index];
    return (digitnet__op){.kernels = lower->kernels,
                          .layer = layer,
                          .layer_index = layer_index,
                          .input_shape = layer->inputs[0].shape,
                          .output_values = digitnet__shape_values(layer->output),
                          .output_shape = layer->output,
                          .any_width = lower->plan->any_width};
}

/* By the input, what is nothing in inference (dropout) is nothing, and all else has an op of training, since only these
 * have a backward pass. */
static void lower_op(digitnet__op *op, const digitnet__plan *plan) {
    op->layer->kind->lower(op, plan->training);
    if (plan->by_input && op->kind)
        op->layer->kind->lower(op, true);
}

/* The layer's op, and behind it one of its activation: what is the same computation is the same here, whether the
 * activation was added with the layer or as a layer of its own. */
static void lower_layer(lowering *lower, size_t layer_index, size_t *inputs) {
    const digitnet__layer *layer = &lower->graph->layers[layer_index];
    for (size_t i = 0; i < layer->input_count; i++)
        inputs[i] = lower->plan->place[layer->inputs[i].value];
    digitnet__op op = begin_op(lower, layer_index);
    for (size_t i = layer->tensor_count; i-- > 0;)
        *(layer->tensors[i].is_state ? &op.state_offset : &op.parameter_offset) = layer->tensors[i].offset;
    op.parameter_values = layer->parameters;
    lower_op(&op, lower->plan);
    size_t output = add_op(lower, &op, inputs, layer->input_count);
    if (digitnet__layer_has_own_activation(layer)) {
        digitnet__op activation = begin_op(lower, layer_index);
        activation.input_shape = layer->output;
        digitnet__op_set_activation(&activation, lower->plan->training);
        output = add_op(lower, &activation, &output, 1);
    }
    lower->plan->place[layer_index + 1] = output;
}

/* The last op is the activation: it goes, and its input comes out. */
static void leave_out_activation(digitnet__plan *plan, digitnet_activation activation) {
    if (activation == DIGITNET_ACTIVATION_LINEAR)
        return;
    plan->left_out = activation;
    plan->output = plan->ops[--plan->op_count].inputs[0];
}

static void count_consumers(digitnet__plan *plan) {
    for (size_t i = 0; i < plan->value_count; i++) {
        plan->values[i].consumers = 0;
        plan->values[i].used = i == 0;
    }
    for (size_t i = 0; i < plan->op_count; i++) {
        digitnet__op *op = &plan->ops[i];
        op->index = i;
        plan->values[op->output].producer = i;
        plan->values[op->output].used = true;
        for (size_t k = 0; k < op->input_count; k++) {
            plan->values[op->inputs[k]].consumers++;
            plan->values[op->inputs[k]].last = i;
        }
    }
    plan->values[plan->output].last = plan->op_count;
}

/* The op that alone takes this op's output, in the shape that it has; NULL where there are several or none, where
 * another shape lies between (flatten, reshape), or it comes out. */
static digitnet__op *only_consumer(const digitnet__plan *plan, const digitnet__op *op) {
    const digitnet__value *value = &plan->values[op->output];
    if (value->consumers != 1 || op->output == plan->output)
        return NULL;
    digitnet__op *consumer = &plan->ops[value->last];
    return consumer->input_count == 1 && digitnet__shape_equal(consumer->input_shape, op->output_shape) ? consumer
                                                                                                        : NULL;
}

/* Lets each op take over the work of those behind it. */
static void fuse(digitnet__plan *plan) {
    count_consumers(plan);
    for (size_t i = 0; i < plan->op_count; i++) {
        digitnet__op *op = &plan->ops[i], *next;
        while (op->kind && (next = only_consumer(plan, op)) && op->kind->absorb && op->kind->absorb(op, next)) {
            op->output = next->output;
            op->output_values = next->output_values;
            op->output_shape = next->output_shape;
            next->kind = NULL;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind)
            plan->ops[kept++] = plan->ops[i];
    plan->op_count = kept;
    count_consumers(plan);
}

static digitnet_status measure(digitnet__plan *plan) {
    for (size_t i = 0; i < plan->op_count; i++) {
        digitnet__op *op = &plan->ops[i];
        if (op->kind->measure && !op->kind->measure(op))
            return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the size of the memory to run it overflows",
                                  op->layer->name);
        op->block_count = digitnet__op_block_count(op);
        plan->most_inputs = op->input_count > plan->most_inputs ? op->input_count : plan->most_inputs;
    }
    return DIGITNET_OK;
}

void digitnet__plan_find_gradients(digitnet__plan *plan) {
    for (size_t i = 0; i < plan->op_count; i++) {
        digitnet__op *op = &plan->ops[i];
        bool frozen = op->layer->frozen || plan->by_input;
        op->trains = op->parameter_values > 0 && !frozen;
        op->gathers = (op->kind->gather_forward || op->kind->gather_backward) && !frozen;
        bool wants = op->trains;
        for (size_t k = 0; k < op->input_count; k++)
            wants = wants || plan->values[op->inputs[k]].wants_gradient;
        plan->values[op->output].wants_gradient = wants;
    }
}

static bool allocate(lowering *lower) {
    digitnet__plan *plan = lower->plan;
    size_t layers = lower->graph->layer_count, inputs = layers; /* each layer may have an activation's op */
    for (size_t i = 0; i < layers; i++)
        inputs += lower->graph->layers[i].input_count;
    plan->values = digitnet__allocate_zeroed_array(2 * layers + 1, sizeof *plan->values);
    plan->ops = digitnet__allocate_zeroed_array(2 * layers, sizeof *plan->ops);
    plan->inputs = digitnet__allocate_array(inputs, sizeof *plan->inputs);
    plan->place = digitnet__allocate_array(layers + 1 + inputs, sizeof *plan->place);
    return plan->values && plan->ops && plan->inputs && plan->place;
}

static digitnet_status lower_all(lowering *lower, digitnet_activation leave_out) {
    digitnet__plan *plan = lower->plan;
    const digitnet__graph *graph = lower->graph;
    plan->value_count = plan->op_count = plan->input_count = 0;
    plan->place[0] = add_value(plan, digitnet__shape_values(graph->input), DNN_NO_OP);
    plan->values[0].wants_gradient = plan->by_input;
    for (size_t i = 0; i < graph->layer_count; i++)
        lower_layer(lower, i, plan->place + graph->layer_count + 1);
    plan->output = plan->place[graph->layer_count];
    leave_out_activation(plan, leave_out);
    fuse(plan);
    digitnet__plan_find_gradients(plan);
    return measure(plan);
}

static digitnet_status create(digitnet__plan *plan, const digitnet__graph *graph, const digitnet__kernels *kernels,
                              digitnet_activation leave_out) {
    lowering lower = {.plan = plan, .graph = graph, .kernels = kernels};
    digitnet_status status = allocate(&lower) ? lower_all(&lower, leave_out) : DIGITNET_ENOMEM;
    if (status != DIGITNET_OK)
        digitnet__plan_release(plan);
    return status;
}

digitnet_status digitnet__plan_create(digitnet__plan *plan, const digitnet__graph *graph,
                                      const digitnet__kernels *kernels, bool training, digitnet_activation leave_out) {
    *plan = (digitnet__plan){.training = training};
    return create(plan, graph, kernels, leave_out);
}

digitnet_status digitnet__plan_create_by_input(digitnet__plan *plan, const digitnet__graph *graph,
                                               const digitnet__kernels *kernels, digitnet_activation leave_out) {
    *plan = (digitnet__plan){.by_input = true};
    return create(plan, graph, kernels, leave_out);
}

digitnet_status digitnet__plan_create_any_width(digitnet__plan *plan, const digitnet__graph *graph,
                                                const digitnet__kernels *kernels, digitnet_activation leave_out) {
    *plan = (digitnet__plan){.any_width = true};
    return create(plan, graph, kernels, leave_out);
}

digitnet_status digitnet__plan_update(digitnet__plan *plan, const digitnet__graph *graph,
                                      const digitnet__kernels *kernels) {
    lowering lower = {.plan = plan, .graph = graph, .kernels = kernels};
    return lower_all(&lower, plan->left_out);
}

void digitnet__plan_release(digitnet__plan *plan) {
    digitnet__release(plan->values);
    digitnet__release(plan->ops);
    digitnet__release(plan->inputs);
    digitnet__release(plan->place);
    *plan = (digitnet__plan){0};
}
