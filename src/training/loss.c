#include "training/loss.h"

#include <math.h>

static size_t index_of_largest(const float *values, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (values[i] > values[largest])
            largest = i;
    return largest;
}

/* exp(z_k - largest) is between 0 and 1, so that no sum overflows. 0 * z_k is NaN where a logit is not finite, which
 * exp(-inf) would hide. */
static double sum_of_exponentials(const float *logits, size_t classes, float largest) {
    double sum = 0;
    for (size_t k = 0; k < classes; k++)
        sum += exp((double)logits[k] - (double)largest) + 0 * (double)logits[k];
    return sum;
}

void digitnet__cross_entropy(digitnet__score *scores, float *gradient, const float *logits, const int32_t *labels,
                             size_t rows, size_t classes, float scale) {
    for (size_t row = 0; row < rows; row++) {
        const float *z = logits + row * classes;
        size_t label = (size_t)labels[row];
        size_t predicted = index_of_largest(z, classes);
        double largest = z[predicted];
        double sum = sum_of_exponentials(z, classes, z[predicted]);
        scores[row] = (digitnet__score){.loss = log(sum) + largest - (double)z[label], .correct = predicted == label};
        for (size_t k = 0; gradient && k < classes; k++) {
            double probability = exp((double)z[k] - largest) / sum;
            gradient[row * classes + k] = (float)(probability - (k == label)) * scale;
        }
    }
}
