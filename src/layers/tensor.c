#include "layers/tensor.h"

#include "core/random.h"

#include <math.h>
#include <string.h>

/* to[c][r] = from[r][c] */
static void transpose(float *to, const float *from, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++)
            to[column * rows + row] = from[row * columns + column];
}

void digitnet__tensor_to_user(float *values, const digitnet__tensor *tensor, const float *memory) {
    if (tensor->layout == DNN_LAYOUT_PLAIN)
        memcpy(values, memory, tensor->values * sizeof(float));
    else
        transpose(values, memory, tensor->outputs, tensor->inputs);
}

void digitnet__tensor_from_user(float *memory, const digitnet__tensor *tensor, const float *values) {
    if (tensor->layout == DNN_LAYOUT_PLAIN)
        memcpy(memory, values, tensor->values * sizeof(float));
    else
        transpose(memory, values, tensor->inputs, tensor->outputs);
}

static void fill(float *values, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        values[i] = value;
}

/* Uniform in +-limit: the variance is limit^2 / 3. */
static void draw_uniform(float *values, size_t count, float limit, digitnet__random *random) {
    for (size_t i = 0; i < count; i++)
        values[i] = (2 * digitnet__random_float(random) - 1) * limit;
}

/* Normal, drawn again beyond two standard deviations, with this variance after that, as Keras has it: cutting there
 * leaves 0.8796 of the deviation. */
static void draw_truncated_normal(float *values, size_t count, double variance, digitnet__random *random) {
    double deviation = sqrt(variance) / 0.87962566103423978;
    for (size_t i = 0; i < count;) {
        double pair[2];
        digitnet__random_normal(random, pair);
        for (size_t k = 0; k < 2 && i < count; k++)
            if (fabs(pair[k]) <= 2)
                values[i++] = (float)(pair[k] * deviation);
    }
}

/* Glorot and Bengio 2010, equation 16; He et al. 2015, equation 10. */
void digitnet__tensor_initialize(float *memory, const digitnet__tensor *tensor, uint64_t seed) {
    double fans = (double)tensor->fan_in + (double)tensor->fan_out, fan_in = (double)tensor->fan_in;
    digitnet__random random;
    digitnet__random_seed(&random, seed);
    switch (tensor->initializer) {
    case DIGITNET_INITIALIZER_GLOROT_UNIFORM:
        draw_uniform(memory, tensor->values, (float)sqrt(6 / fans), &random);
        return;
    case DIGITNET_INITIALIZER_GLOROT_NORMAL:
        draw_truncated_normal(memory, tensor->values, 2 / fans, &random);
        return;
    case DIGITNET_INITIALIZER_HE_UNIFORM:
        draw_uniform(memory, tensor->values, (float)sqrt(6 / fan_in), &random);
        return;
    case DIGITNET_INITIALIZER_HE_NORMAL:
        draw_truncated_normal(memory, tensor->values, 2 / fan_in, &random);
        return;
    default: /* zeros or ones */
        fill(memory, tensor->values, tensor->initializer == DIGITNET_INITIALIZER_ONES ? 1 : 0);
    }
}
