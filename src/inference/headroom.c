#include "inference/headroom.h"

#include "core/memory.h"
#include "layers/activations.h"

#include <float.h>
#include <math.h>

/* Room for the rounding of sums: (1 + 2^-24)^n is below 4 for every n up to 2^24. And for Winograd's convolution
 * (kernels.h), whose tiles are sums of 4 values each, while an output is a sum of 9 products of planes. */
#define SAFE_SUM (FLT_MAX / (4.0 * 4 * 9))

/* Below 0, so that every image is looked at, where the offset alone is too large. */
static double safe_for(digitnet__bound bound, double safe) {
    if (!(bound.offset <= SAFE_SUM))
        return -1;
    double most = bound.gain > 0 ? (SAFE_SUM - bound.offset) / bound.gain : safe;
    return most < safe ? most : safe;
}

/* The bound of a layer's output, where `bounds` has those of all values before; *safe shrinks to what its sums allow.
 */
static digitnet__bound bound_of(const digitnet__network *network, const digitnet__layer *layer,
                                const digitnet__bound *bounds, digitnet__bound *inputs, double *safe) {
    const float *tensors[DNN_LAYER_TENSORS] = {NULL};
    for (size_t i = 0; i < layer->tensor_count; i++)
        tensors[i] = digitnet__network_values(network, &layer->tensors[i]);
    for (size_t i = 0; i < layer->input_count; i++)
        inputs[i] = bounds[layer->inputs[i].value];
    digitnet__bound bound = layer->kind->bound(layer, inputs, tensors);
    *safe = safe_for(bound, *safe);
    bound = digitnet__activation_bound(layer, bound);
    *safe = safe_for(bound, *safe);
    return bound;
}

digitnet_status digitnet__safe_magnitude(float *magnitude, const digitnet__network *network) {
    const digitnet__graph *graph = &network->graph;
    size_t most_inputs = 1;
    for (size_t i = 0; i < graph->layer_count; i++)
        most_inputs = graph->layers[i].input_count > most_inputs ? graph->layers[i].input_count : most_inputs;
    digitnet__bound *bounds = digitnet__allocate_array(graph->layer_count + 1 + most_inputs, sizeof *bounds);
    if (!bounds)
        return DIGITNET_ENOMEM;
    double safe = DNN_BOUND_REACH;
    bounds[0] = (digitnet__bound){.gain = 1};
    for (size_t i = 0; i < graph->layer_count; i++) {
        bounds[i + 1] = bound_of(network, &graph->layers[i], bounds, bounds + graph->layer_count + 1, &safe);
    }
    digitnet__release(bounds);
    *magnitude = (float)safe;
    return DIGITNET_OK;
}
