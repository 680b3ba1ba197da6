#include "training/regularizer.h"

#include <math.h>

static bool is_regularized(const digitnet__tensor *tensor) {
    return tensor->l1 > 0 || tensor->l2 > 0;
}

static double penalty_of(const float *weights, const digitnet__tensor *tensor) {
    double magnitudes = 0, squares = 0;
    for (size_t i = 0; i < tensor->values; i++) {
        double w = weights[i];
        magnitudes += fabs(w);
        squares += w * w;
    }
    return tensor->l1 * magnitudes + tensor->l2 * squares;
}

double digitnet__penalty(const digitnet__network *network) {
    double sum = 0;
    for (size_t i = 0; i < network->graph.layer_count; i++) {
        const digitnet__layer *layer = &network->graph.layers[i];
        for (size_t k = 0; !layer->frozen && k < layer->tensor_count; k++)
            if (is_regularized(&layer->tensors[k]))
                sum += penalty_of(digitnet__network_values(network, &layer->tensors[k]), &layer->tensors[k]);
    }
    return sum;
}

void digitnet__regularize_block(const digitnet__pass *pass, digitnet__gradient_task task) {
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t count = digitnet__pass_spans(task, spans);
    for (size_t i = 0; i < count; i++) {
        const digitnet__tensor *tensor = spans[i].tensor;
        if (!is_regularized(tensor))
            continue;
        const float *weights = pass->network->parameters + spans[i].offset;
        float *gradient = digitnet__pass_gradients(pass) + spans[i].offset;
        float l1 = (float)tensor->l1, twice_l2 = (float)(2 * tensor->l2);
        for (size_t k = 0; k < spans[i].count; k++) {
            float sign = (float)(weights[k] > 0) - (float)(weights[k] < 0);
            gradient[k] += l1 * sign + twice_l2 * weights[k];
        }
    }
}
