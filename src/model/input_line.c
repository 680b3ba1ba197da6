#include "model/input_line.h"

/* The layer that alone takes a value, if it is a line; NULL where it is another one, or where there are several. */
static const digitnet__layer *find_line(const digitnet__graph *graph, size_t value) {
    const digitnet__layer *found = NULL;
    for (size_t i = value; i < graph->layer_count; i++) {
        const digitnet__layer *layer = &graph->layers[i];
        for (size_t k = 0; k < layer->input_count; k++) {
            if (layer->inputs[k].value != value)
                continue;
            if (found || i != value || !layer->kind->line)
                return NULL;
            found = layer;
        }
    }
    return found;
}

digitnet__line digitnet__input_line(const digitnet__network *network, size_t channel) {
    digitnet__line all = {1, 0};
    const digitnet__layer *layer;
    for (size_t value = 0; (layer = find_line(&network->graph, value)) != NULL; value++) {
        const float *tensors[DNN_LAYER_TENSORS];
        if (layer->tensor_count > 0 && !network->parameters && !network->state)
            break; /* it has no numbers yet */
        for (size_t i = 0; i < layer->tensor_count; i++)
            tensors[i] = digitnet__network_values(network, &layer->tensors[i]);
        digitnet__line own = layer->kind->line(layer, channel, tensors);
        all = (digitnet__line){all.scale * own.scale, all.offset * own.scale + own.offset};
    }
    return all;
}
