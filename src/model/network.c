#include "model/network.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

bool digitnet__network_is_classifier(const digitnet__network *network) {
    if (network->layer_count == 0)
        return false;
    const digitnet__layer *last = &network->layers[network->layer_count - 1];
    return last->output.flat && last->activation == DIGITNET_ACTIVATION_SOFTMAX;
}

digitnet__shape digitnet__network_output(const digitnet__network *network) {
    return network->layer_count ? network->layers[network->layer_count - 1].output : network->input;
}

size_t digitnet__network_outputs(const digitnet__network *network) {
    return digitnet__shape_values(digitnet__network_output(network));
}

const digitnet__tensor *digitnet__network_tensor(const digitnet__network *network, size_t index) {
    for (size_t i = 0; i < network->layer_count; i++) {
        const digitnet__layer *layer = &network->layers[i];
        if (index < layer->tensor_count)
            return &layer->tensors[index];
        index -= layer->tensor_count;
    }
    return NULL;
}

const digitnet__tensor *digitnet__network_find_tensor(const digitnet__network *network, const char *name) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__network_tensor(network, i);
        if (strcmp(tensor->name, name) == 0)
            return tensor;
    }
    return NULL;
}

/* Fills in the step that begins at a layer; false where a size overflows. */
static bool plan_step(digitnet__step *step, const digitnet__network *network, size_t first_layer) {
    const digitnet__layer *layer = &network->layers[first_layer];
    step->kernels = network->kernels;
    step->layers = layer;
    step->input_values = digitnet__shape_values(layer->input);
    step->parameter_values = layer->parameters;
    step->activation = layer->activation;
    if (!layer->kind->plan(step, network->layer_count - first_layer))
        return false;
    if (step->parameter_values)
        step->block_count = (layer->tensors[DNN_KERNEL].outputs - 1) / DNN_BLOCK_OUTPUTS + 1;
    size_t last = first_layer + step->layer_count - 1;
    step->output_values = digitnet__shape_values(network->layers[last].output);
    if (last == network->layer_count - 1 && digitnet__network_is_classifier(network))
        step->activation = DIGITNET_ACTIVATION_LINEAR;
    return true;
}

digitnet_status digitnet__network_plan(digitnet__network *network) {
    network->steps = digitnet__allocate_zeroed_array(network->layer_count, sizeof(digitnet__step));
    if (!network->steps)
        return DIGITNET_ENOMEM;
    size_t parameters = 0;
    for (size_t layer = 0; layer < network->layer_count;) {
        digitnet__step *step = &network->steps[network->step_count];
        *step = (digitnet__step){
            .index = network->step_count, .parameter_offset = parameters, .packed_offset = network->packed_count};
        if (!plan_step(step, network, layer) ||
            !digitnet__size_add(&network->packed_count, network->packed_count, step->packed_values))
            return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the memory to run it overflows",
                                  network->layers[layer].name);
        layer += step->layer_count;
        parameters += step->parameter_values;
        network->step_count += step->kind != NULL;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__network_allocate_weights(digitnet__network *network) {
    size_t parameters, packed;
    if (!digitnet__size_multiply(&parameters, network->parameter_count, sizeof(float)) ||
        !digitnet__size_multiply(&packed, network->packed_count, sizeof(float)))
        return digitnet__fail(DIGITNET_ELIMIT, "the model's %zu weights overflow", network->parameter_count);
    network->parameters = digitnet__allocate_zeroed(parameters);
    network->packed = digitnet__allocate_zeroed(packed);
    return network->parameters && network->packed ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__network_unplan(digitnet__network *network) {
    digitnet__release(network->steps);
    digitnet__release(network->parameters);
    digitnet__release(network->packed);
    network->steps = NULL;
    network->parameters = network->packed = NULL;
    network->step_count = network->packed_count = 0;
}

void digitnet__network_pack_block(digitnet__network *network, const digitnet__step *step, size_t block) {
    if (step->packed_values) {
        step->kind->pack(step, network->packed + step->packed_offset, network->parameters + step->parameter_offset,
                         digitnet__step_block_at(step, block));
    }
}

void digitnet__network_pack(digitnet__network *network) {
    for (size_t i = 0; i < network->step_count; i++)
        for (size_t block = 0; block < network->steps[i].block_count; block++)
            digitnet__network_pack_block(network, &network->steps[i], block);
}

static void release_layer(digitnet__layer *layer) {
    digitnet__release(layer->name);
    for (size_t i = 0; i < DNN_LAYER_TENSORS; i++)
        digitnet__release(layer->tensors[i].name);
}

static char *tensor_name(const char *layer, const char *tensor) {
    size_t length = strlen(layer);
    char *name = digitnet__allocate(length + 1 + strlen(tensor) + 1);
    if (name) {
        memcpy(name, layer, length);
        name[length] = '/';
        strcpy(name + length + 1, tensor);
    }
    return name;
}

/* Gives the layer names of its own; false, with nothing kept, without memory. */
static bool own_names(digitnet__layer *layer, const char *name) {
    static const char *const tensor_names[DNN_LAYER_TENSORS] = {[DNN_KERNEL] = "kernel", [DNN_BIAS] = "bias"};
    layer->name = digitnet__copy_string(name);
    bool complete = layer->name != NULL;
    for (size_t i = 0; i < DNN_LAYER_TENSORS; i++) {
        layer->tensors[i].name = i < layer->tensor_count ? tensor_name(name, tensor_names[i]) : NULL;
        complete = complete && (i >= layer->tensor_count || layer->tensors[i].name);
    }
    if (!complete)
        release_layer(layer);
    return complete;
}

static bool reserve_layer(digitnet__network *network) {
    if (network->layer_count < network->layer_capacity)
        return true;
    size_t capacity = network->layer_capacity ? 2 * network->layer_capacity : 8;
    digitnet__layer *layers = digitnet__allocate_array(capacity, sizeof(digitnet__layer));
    if (!layers)
        return false;
    if (network->layer_count)
        memcpy(layers, network->layers, network->layer_count * sizeof(digitnet__layer));
    digitnet__release(network->layers);
    network->layers = layers;
    network->layer_capacity = capacity;
    return true;
}

digitnet_status digitnet__network_append(digitnet__network *network, const digitnet__layer *layer) {
    digitnet__layer own = *layer;
    if (!reserve_layer(network) || !own_names(&own, layer->name))
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < own.tensor_count; i++) {
        own.tensors[i].offset = network->parameter_count;
        network->parameter_count += own.tensors[i].values;
    }
    network->tensor_count += own.tensor_count;
    network->activation_values += digitnet__shape_values(own.output);
    network->multiply_adds += own.multiply_adds;
    network->layers[network->layer_count++] = own;
    return DIGITNET_OK;
}

digitnet_status digitnet__network_copy(digitnet__network *out, const digitnet__network *network) {
    *out = (digitnet__network){.kernels = network->kernels, .input = network->input};
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; status == DIGITNET_OK && i < network->layer_count; i++)
        status = digitnet__network_append(out, &network->layers[i]);
    if (status == DIGITNET_OK && network->parameters) {
        status = digitnet__network_plan(out);
        if (status == DIGITNET_OK)
            status = digitnet__network_allocate_weights(out);
    }
    if (status != DIGITNET_OK) {
        digitnet__network_release(out);
        return status;
    }
    if (network->parameters) {
        memcpy(out->parameters, network->parameters, network->parameter_count * sizeof(float));
        memcpy(out->packed, network->packed, network->packed_count * sizeof(float));
    }
    return DIGITNET_OK;
}

void digitnet__network_release(digitnet__network *network) {
    digitnet__network_unplan(network);
    for (size_t i = 0; i < network->layer_count; i++)
        release_layer(&network->layers[i]);
    digitnet__release(network->layers);
    *network = (digitnet__network){0};
}
