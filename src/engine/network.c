#include "engine/network.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/status.h"
#include "layers/batch_normalization.h"

#include <assert.h>
#include <string.h>

float *digitnet__network_values(const digitnet__network *network, const digitnet__tensor *tensor) {
    return (tensor->is_state ? network->state : network->parameters) + tensor->offset;
}

const float *digitnet__network_parameters(const digitnet__network *network, const digitnet__op *op) {
    return op->normalization ? network->folded + op->folded_offset : network->parameters + op->parameter_offset;
}

size_t digitnet__network_outputs(const digitnet__network *network) {
    return digitnet__shape_values(digitnet__graph_output(&network->graph));
}

static void release_plans(digitnet__network *network) {
    digitnet__plan_release(&network->inference);
    digitnet__plan_release(&network->training);
    digitnet__release(network->packed);
    digitnet__release(network->folded);
}

/* Gives the folded weights of the plan for inference, a kernel and a bias each, a place. There are no more than weights
 * and state, which check_sizes() has counted. */
static void place_folds(digitnet__network *network) {
    for (size_t i = 0; i < network->inference.op_count; i++) {
        digitnet__op *op = &network->inference.ops[i];
        if (!op->normalization)
            continue;
        const digitnet__tensor *kernel = &op->layer->tensors[DNN_KERNEL];
        op->folded_offset = network->folded_count;
        network->folded_count += kernel->values + kernel->outputs;
    }
}

/* The packed weights of each op. False where the sum of all places overflows. */
static bool place_packed(digitnet__network *network, digitnet__plan *plan) {
    for (size_t i = 0; i < plan->op_count; i++) {
        digitnet__op *op = &plan->ops[i];
        op->packed_offset = network->packed_count;
        if (!digitnet__size_add(&network->packed_count, network->packed_count, op->packed_values))
            return false;
    }
    return true;
}

static digitnet_status allocate_packed(digitnet__network *network) {
    size_t packed;
    if (!place_packed(network, &network->inference) || !place_packed(network, &network->training) ||
        !digitnet__size_multiply(&packed, network->packed_count, sizeof(float)))
        return digitnet__fail(DIGITNET_ELIMIT, "the size of the memory to run the network overflows");
    network->packed = digitnet__allocate_zeroed(packed);
    place_folds(network);
    network->folded = digitnet__allocate_zeroed(network->folded_count * sizeof(float));
    return network->packed && network->folded ? DIGITNET_OK : DIGITNET_ENOMEM;
}

/* `training`: with a plan for training, too. */
static digitnet_status lower(digitnet__network *network, bool training, digitnet_activation leave_out) {
    const digitnet__graph *graph = &network->graph;
    digitnet_activation end = digitnet__graph_end_activation(graph);
    DNN_TRY(network->any_width ? digitnet__plan_create_any_width(&network->inference, graph, network->kernels, end)
                               : digitnet__plan_create(&network->inference, graph, network->kernels, false, end));
    if (training)
        DNN_TRY(digitnet__plan_create(&network->training, graph, network->kernels, true, leave_out));
    return allocate_packed(network);
}

static digitnet_status check_sizes(const digitnet__graph *graph) {
    size_t bytes;
    if (digitnet__size_add(&bytes, graph->parameter_count, graph->state_count) &&
        digitnet__size_multiply(&bytes, bytes, sizeof(float)))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "the size of the model's %zu weights overflows", graph->parameter_count);
}

/* Weights and state, zeros. */
static digitnet_status allocate_weights(digitnet__network *network) {
    network->parameters = digitnet__allocate_zeroed(network->graph.parameter_count * sizeof(float));
    network->state = digitnet__allocate_zeroed(network->graph.state_count * sizeof(float));
    if (network->parameters && network->state)
        return DIGITNET_OK;
    digitnet__release(network->parameters);
    digitnet__release(network->state);
    return DIGITNET_ENOMEM;
}

/* Works on a second network around the same graph and weights, which replaces the first as a whole or not at all. */
static digitnet_status allocate(digitnet__network *network, bool training, digitnet_activation leave_out) {
    DNN_TRY(check_sizes(&network->graph));
    digitnet__network next = {.kernels = network->kernels,
                              .graph = network->graph,
                              .parameters = network->parameters,
                              .state = network->state,
                              .waiting = network->waiting,
                              .any_width = network->any_width};
    digitnet_status status = lower(&next, training, leave_out);
    if (status == DIGITNET_OK && !network->parameters)
        status = allocate_weights(&next);
    if (status != DIGITNET_OK) {
        release_plans(&next);
        return status;
    }
    if (network->parameters) /* new ones are zeros, packed as they are */
        digitnet__network_pack(&next);
    release_plans(network);
    *network = next;
    return DIGITNET_OK;
}

digitnet_status digitnet__network_allocate(digitnet__network *network) {
    return network->parameters ? DIGITNET_OK : allocate(network, false, DIGITNET_ACTIVATION_LINEAR);
}

digitnet_status digitnet__network_allocate_training(digitnet__network *network, digitnet_activation leave_out) {
    return allocate(network, true, leave_out);
}

static void release_first(digitnet__first_weights *weights) {
    digitnet__release(weights->parameters);
    digitnet__release(weights->state);
    *weights = (digitnet__first_weights){0};
}

static void take_waiting(digitnet__network *network) {
    const digitnet__first_weights *waiting = &network->waiting;
    if (waiting->parameters) {
        memcpy(network->parameters, waiting->parameters, waiting->parameter_count * sizeof(float));
        memcpy(network->state, waiting->state, waiting->state_count * sizeof(float));
    }
    release_first(&network->waiting);
}

void digitnet__network_initialize(digitnet__network *network, uint64_t seed) {
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        digitnet__tensor_initialize(digitnet__network_values(network, tensor), tensor, digitnet__seed_mix(seed, i));
    }
    take_waiting(network);
    digitnet__network_pack(network);
}

static void pack_block(digitnet__network *network, const digitnet__op *op, digitnet__op_block outputs) {
    if (op->kind->pack)
        op->kind->pack(op, network->packed + op->packed_offset, digitnet__network_parameters(network, op), outputs);
}

void digitnet__network_pack_block(digitnet__network *network, const digitnet__op *op, size_t block) {
    pack_block(network, op, digitnet__op_block_at(op, block));
}

/* A layer's parameters, or its state; NULL where it has none. */
static const float *values_of(const digitnet__network *network, const digitnet__layer *layer, bool state) {
    for (size_t i = 0; i < layer->tensor_count; i++)
        if (layer->tensors[i].is_state == state)
            return digitnet__network_values(network, &layer->tensors[i]);
    return NULL;
}

/* For one block of outputs: W' = scale W and b' = scale b + shift. */
static void fold_block(const digitnet__network *network, const digitnet__op *op, digitnet__op_block block) {
    const digitnet__layer *layer = op->layer, *normalization = op->normalization;
    const digitnet__tensor *kernel = &layer->tensors[DNN_KERNEL];
    const float *from = network->parameters + op->parameter_offset;
    const float *bias = layer->attributes.no_bias ? NULL : from + kernel->values;
    float *to = network->folded + op->folded_offset, *to_bias = to + kernel->values;
    float scale[DNN_BLOCK_OUTPUTS], shift[DNN_BLOCK_OUTPUTS];
    digitnet__batch_normalization_affine(scale, shift, normalization, values_of(network, normalization, false),
                                         values_of(network, normalization, true), block);
    for (size_t i = 0; i < block.count; i++) {
        size_t output = block.first + i, row = output * kernel->inputs;
        for (size_t k = 0; k < kernel->inputs; k++)
            to[row + k] = scale[i] * from[row + k];
        to_bias[output] = (bias ? scale[i] * bias[output] : 0) + shift[i];
    }
}

static void pack_plan(digitnet__network *network, const digitnet__plan *plan) {
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        for (size_t block = 0; block < op->block_count; block++) {
            digitnet__op_block outputs = digitnet__op_block_at(op, block);
            if (op->normalization)
                fold_block(network, op, outputs);
            pack_block(network, op, outputs);
        }
    }
}

void digitnet__network_age_inference(digitnet__network *network) {
    network->inference_is_old = true;
}

void digitnet__network_refresh_inference(digitnet__network *network) {
    if (network->inference_is_old)
        pack_plan(network, &network->inference);
    network->inference_is_old = false;
}

void digitnet__network_pack(digitnet__network *network) {
    pack_plan(network, &network->training);
    digitnet__network_age_inference(network);
    digitnet__network_refresh_inference(network);
}

/* All that there are. */
static digitnet__first_weights weights_of(const digitnet__network *network) {
    if (!network->parameters)
        return network->waiting;
    return (digitnet__first_weights){.parameters = network->parameters,
                                     .state = network->state,
                                     .parameter_count = network->graph.parameter_count,
                                     .state_count = network->graph.state_count};
}

static bool cover(const digitnet__first_weights *weights, const digitnet__graph *graph) {
    return weights->parameters && weights->parameter_count >= graph->parameter_count &&
           weights->state_count >= graph->state_count;
}

/* The plans of `out`, with those of the weights that its graph has. `training`: with a plan for training as this one,
 * where it has been made. */
static digitnet_status copy_weights(digitnet__network *out, const digitnet__first_weights *weights,
                                    const digitnet__plan *training) {
    DNN_TRY(training && training->values ? digitnet__network_allocate_training(out, training->left_out)
                                         : digitnet__network_allocate(out));
    memcpy(out->parameters, weights->parameters, out->graph.parameter_count * sizeof(float));
    memcpy(out->state, weights->state, out->graph.state_count * sizeof(float));
    digitnet__network_pack(out);
    return DIGITNET_OK;
}

static digitnet_status copy_first(digitnet__first_weights *out, const digitnet__first_weights *weights) {
    *out = (digitnet__first_weights){.parameters = digitnet__allocate(weights->parameter_count * sizeof(float)),
                                     .state = digitnet__allocate(weights->state_count * sizeof(float)),
                                     .parameter_count = weights->parameter_count,
                                     .state_count = weights->state_count};
    if (!out->parameters || !out->state)
        return DIGITNET_ENOMEM;
    memcpy(out->parameters, weights->parameters, weights->parameter_count * sizeof(float));
    memcpy(out->state, weights->state, weights->state_count * sizeof(float));
    return DIGITNET_OK;
}

digitnet_status digitnet__network_append(digitnet__network *network, const digitnet__layer *layer) {
    digitnet__first_weights weights = weights_of(network);
    DNN_TRY(digitnet__graph_append(&network->graph, layer));
    if (network->parameters) {
        release_plans(network);
        *network = (digitnet__network){.kernels = network->kernels, .graph = network->graph, .waiting = weights};
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__network_set_graph(digitnet__network *network, const digitnet__graph *graph, bool training) {
    digitnet__first_weights weights = weights_of(network);
    digitnet__network next = {.kernels = network->kernels, .graph = *graph};
    if (cover(&weights, graph)) {
        DNN_TRY(copy_weights(&next, &weights, training ? &network->training : NULL));
    } else {
        next.waiting = network->waiting;
        network->waiting = (digitnet__first_weights){0};
    }
    digitnet__network_release(network);
    *network = next;
    return DIGITNET_OK;
}

digitnet_status digitnet__network_copy(digitnet__network *out, const digitnet__network *network, bool training) {
    digitnet__first_weights weights = weights_of(network);
    *out = (digitnet__network){.kernels = network->kernels};
    digitnet_status status = digitnet__graph_copy(&out->graph, &network->graph);
    if (status == DIGITNET_OK && network->parameters)
        status = copy_weights(out, &weights, training ? &network->training : NULL);
    else if (status == DIGITNET_OK && weights.parameters)
        status = copy_first(&out->waiting, &weights);
    if (status != DIGITNET_OK)
        digitnet__network_release(out);
    return status;
}

digitnet_status digitnet__network_copy_at_width(digitnet__network *out, const digitnet__network *network,
                                                size_t width) {
    digitnet__first_weights weights = weights_of(network);
    *out = (digitnet__network){.kernels = network->kernels, .any_width = true};
    digitnet_status status = digitnet__graph_copy(&out->graph, &network->graph);
    if (status == DIGITNET_OK)
        status = digitnet__graph_set_width(&out->graph, width);
    if (status == DIGITNET_OK)
        status = copy_weights(out, &weights, NULL);
    if (status != DIGITNET_OK)
        digitnet__network_release(out);
    return status;
}

/* Plans of the same graph have the same ops at every width, and these the same weights. */
static void find_weights(digitnet__network *view, const digitnet__network *network) {
    const digitnet__plan *from = &network->inference;
    assert(view->inference.op_count == from->op_count);
    for (size_t i = 0; i < from->op_count; i++) {
        digitnet__op *op = &view->inference.ops[i];
        assert(op->kind == from->ops[i].kind && op->packed_values == from->ops[i].packed_values);
        op->packed_offset = from->ops[i].packed_offset;
        op->folded_offset = from->ops[i].folded_offset;
    }
}

digitnet_status digitnet__network_view(digitnet__network *out, const digitnet__network *network) {
    *out = *network;
    out->inference = (digitnet__plan){0};
    digitnet_status status = digitnet__graph_copy(&out->graph, &network->graph);
    if (status == DIGITNET_OK)
        status =
            digitnet__plan_create_any_width(&out->inference, &out->graph, out->kernels, network->inference.left_out);
    if (status == DIGITNET_OK)
        find_weights(out, network);
    else
        digitnet__network_release_view(out);
    return status;
}

digitnet_status digitnet__network_set_width(digitnet__network *view, const digitnet__network *network, size_t width) {
    size_t before = view->graph.input.width;
    if (width == before)
        return DIGITNET_OK;
    digitnet_status status = digitnet__graph_set_width(&view->graph, width);
    if (status != DIGITNET_OK) {
        digitnet_status back = digitnet__graph_set_width(&view->graph, before);
        assert(back == DIGITNET_OK);
        (void)back;
        return status;
    }
    DNN_TRY(digitnet__plan_update(&view->inference, &view->graph, view->kernels));
    find_weights(view, network);
    return DIGITNET_OK;
}

void digitnet__network_release_view(digitnet__network *view) {
    digitnet__plan_release(&view->inference);
    digitnet__graph_release(&view->graph);
    *view = (digitnet__network){0};
}

digitnet_status digitnet__network_borrow_by_input(digitnet__network *out, const digitnet__network *network,
                                                  digitnet_activation leave_out) {
    *out = (digitnet__network){.kernels = network->kernels,
                               .graph = network->graph,
                               .parameters = network->parameters,
                               .state = network->state};
    digitnet_status status = digitnet__plan_create_by_input(&out->training, &out->graph, out->kernels, leave_out);
    if (status == DIGITNET_OK)
        status = allocate_packed(out);
    if (status == DIGITNET_OK)
        digitnet__network_pack(out);
    else
        release_plans(out);
    return status;
}

void digitnet__network_release_by_input(digitnet__network *network) {
    release_plans(network);
}

void digitnet__network_release(digitnet__network *network) {
    release_plans(network);
    digitnet__release(network->parameters);
    digitnet__release(network->state);
    release_first(&network->waiting);
    digitnet__graph_release(&network->graph);
    *network = (digitnet__network){0};
}
