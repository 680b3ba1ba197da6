#include "inference/headroom.h"

#include <float.h>
#include <math.h>

/* Room for the rounding of sums: (1 + 2^-24)^n is below 4 for every n up to 2^24. */
#define SAFE_SUM (FLT_MAX / 4.0)

static double sum_of_magnitudes(const float *values, size_t count) {
    double sums[4] = {0}; /* which the processor adds to at the same time */
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += fabs((double)values[i + k]);
    for (; i < count; i++)
        sums[0] += fabs((double)values[i]);
    return sums[0] + sums[1] + sums[2] + sums[3];
}

/* The most that one output of a tensor may make of inputs up to 1, or add to them. */
static double greatest_output(const float *values, const digitnet__tensor *tensor) {
    double greatest = 0;
    for (size_t output = 0; output < tensor->outputs; output++) {
        double sum = sum_of_magnitudes(values + output * tensor->inputs, tensor->inputs);
        greatest = sum > greatest ? sum : greatest;
    }
    return greatest;
}

/* Where images are up to x, no value exceeds gain * x + offset: a kernel multiplies both, a bias adds to the offset,
 * and a softmax within the network gives at most 1. All other layers pass on no more than they get. */
float digitnet__safe_magnitude(const digitnet__network *network) {
    double gain = 1, offset = 0, safe = SAFE_SUM;
    for (size_t i = 0; i < network->layer_count; i++) {
        const digitnet__layer *layer = &network->layers[i];
        for (size_t k = 0; k < layer->tensor_count; k++) {
            const digitnet__tensor *tensor = &layer->tensors[k];
            double greatest = greatest_output(network->parameters + tensor->offset, tensor);
            gain *= tensor->is_kernel ? greatest : 1;
            offset = tensor->is_kernel ? offset * greatest : offset + greatest;
        }
        if (layer->activation == DIGITNET_ACTIVATION_SOFTMAX && offset < 1)
            offset = 1;
        if ((SAFE_SUM - offset) / gain < safe)
            safe = (SAFE_SUM - offset) / gain;
    }
    return (float)safe;
}
