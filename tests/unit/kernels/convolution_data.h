/* The values of a convolution of some images, and what plain loops make of them. */
#ifndef CONVOLUTION_DATA_H
#define CONVOLUTION_DATA_H

#include "test_kernels.h"

typedef struct convolution_data {
    size_t image_values, kernel_values, output_values; /* of all samples */
    watched image, kernel, bias, gradient;             /* gradient: by the output */
    exact_sum *output, *kernel_gradient, *image_gradient;
} convolution_data;

/* Fills what goes in; what comes out is zeros. The counts of values are set. */
static inline void fill_convolution(convolution_data *data, size_t filters, digitnet__random *random, bool whole) {
    data->image = watched_floats(data->image_values);
    data->kernel = watched_floats(data->kernel_values);
    data->bias = watched_floats(filters);
    data->gradient = watched_floats(data->output_values);
    data->output = calloc(data->output_values + data->kernel_values + data->image_values, sizeof *data->output);
    assert_non_null(data->output);
    data->kernel_gradient = data->output + data->output_values;
    data->image_gradient = data->kernel_gradient + data->kernel_values;
    fill_random(data->image.memory, data->image_values, random, whole);
    fill_random(data->kernel.memory, data->kernel_values, random, whole);
    fill_random(data->bias.memory, filters, random, whole);
    fill_random(data->gradient.memory, data->output_values, random, whole);
}

static inline void release_convolution(convolution_data *data) {
    watched_free(&data->image);
    watched_free(&data->kernel);
    watched_free(&data->bias);
    watched_free(&data->gradient);
    free(data->output);
}

#endif
