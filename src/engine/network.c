#include "engine/network.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/status.h"

#include <string.h>

float *digitnet__network_values(const digitnet__network *network, const digitnet__tensor *tensor) {
    return (tensor->is_state ? network->state : network->parameters) + tensor->offset;
}

size_t digitnet__network_outputs(const digitnet__network *network) {
    return digitnet__shape_values(digitnet__graph_output(&network->graph));
}

static void release_plans(digitnet__network *network) {
    digitnet__plan_release(&network->inference);
    digitnet__plan_release(&network->training);
    digitnet__release(network->packings);
    digitnet__release(network->packed);
}

/* Gives each layer that an op packs a place. False where their sum overflows. */
static bool place_packings(digitnet__network *network) {
    digitnet__plan *both[] = {&network->inference, &network->training};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < both[i]->op_count; k++) {
            digitnet__op *op = &both[i]->ops[k];
            digitnet__packing *packing = &network->packings[op->layer_index];
            if (op->packed_values && !packing->op) {
                *packing = (digitnet__packing){.op = op, .offset = network->packed_count};
                if (!digitnet__size_add(&network->packed_count, network->packed_count, op->packed_values))
                    return false;
            }
            op->packed_offset = packing->offset;
        }
    }
    return true;
}

static digitnet_status allocate_packed(digitnet__network *network) {
    network->packings = digitnet__allocate_zeroed_array(network->graph.layer_count, sizeof *network->packings);
    if (!network->packings)
        return DIGITNET_ENOMEM;
    size_t bytes;
    if (!place_packings(network) || !digitnet__size_multiply(&bytes, network->packed_count, sizeof(float)))
        return digitnet__fail(DIGITNET_ELIMIT, "the size of the memory to run the network overflows");
    network->packed = digitnet__allocate_zeroed(bytes);
    return network->packed ? DIGITNET_OK : DIGITNET_ENOMEM;
}

/* `training`: with a plan for training, too. */
static digitnet_status lower(digitnet__network *network, bool training, digitnet_activation leave_out) {
    const digitnet__graph *graph = &network->graph;
    DNN_TRY(digitnet__plan_create(&network->inference, graph, network->kernels, false,
                                  digitnet__graph_last_activation(graph)));
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
                              .state = network->state};
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

void digitnet__network_initialize(digitnet__network *network, uint64_t seed) {
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        digitnet__tensor_initialize(digitnet__network_values(network, tensor), tensor, digitnet__seed_mix(seed, i));
    }
    digitnet__network_pack(network);
}

static void pack_layer(digitnet__network *network, size_t layer, size_t block) {
    const digitnet__packing *packing = &network->packings[layer];
    if (packing->op) {
        packing->op->kind->pack(packing->op, network->packed + packing->offset,
                                network->parameters + packing->op->parameter_offset,
                                digitnet__op_block_at(packing->op, block));
    }
}

void digitnet__network_pack_block(digitnet__network *network, const digitnet__op *op, size_t block) {
    pack_layer(network, op->layer_index, block);
}

void digitnet__network_pack(digitnet__network *network) {
    for (size_t i = 0; i < network->graph.layer_count; i++) {
        const digitnet__op *op = network->packings[i].op;
        for (size_t block = 0; op && block < op->block_count; block++)
            pack_layer(network, i, block);
    }
}

static digitnet_status copy_weights(digitnet__network *out, const digitnet__network *network, bool training) {
    DNN_TRY(training && network->training.values ? digitnet__network_allocate_training(out, network->training.left_out)
                                                 : digitnet__network_allocate(out));
    memcpy(out->parameters, network->parameters, network->graph.parameter_count * sizeof(float));
    memcpy(out->state, network->state, network->graph.state_count * sizeof(float));
    digitnet__network_pack(out);
    return DIGITNET_OK;
}

digitnet_status digitnet__network_copy(digitnet__network *out, const digitnet__network *network, bool training) {
    *out = (digitnet__network){.kernels = network->kernels};
    digitnet_status status = digitnet__graph_copy(&out->graph, &network->graph);
    if (status == DIGITNET_OK && network->parameters)
        status = copy_weights(out, network, training);
    if (status != DIGITNET_OK)
        digitnet__network_release(out);
    return status;
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
    digitnet__graph_release(&network->graph);
    *network = (digitnet__network){0};
}
