/* Convolution as a matrix product (im2col): for one image, Y = C W^T + b, with C positions x taps, W filters x taps, Y
 * positions x filters. Positions are taken in chunks whose columns stay in cache. */
#include "core/memory.h"
#include "kernels/gemm.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

#include <string.h>

/* Values of one chunk of columns: 256 KB. */
enum { CHUNK_VALUES = 65536 };

static size_t taps_of(const digitnet__step *step) {
    return step->layers[0].tensors[DNN_KERNEL].inputs;
}

static size_t positions_of(const digitnet__step *step) {
    return step->conv2d.output_height * step->conv2d.output_width;
}

static size_t chunk_positions(const digitnet__step *step) {
    size_t chunk = CHUNK_VALUES / taps_of(step);
    size_t positions = positions_of(step);
    return chunk == 0 ? 1 : chunk < positions ? chunk : positions;
}

static void forward_image(const digitnet__step *step, const digitnet__step_range *range, float *output,
                          const float *image) {
    size_t taps = taps_of(step), filters = step->conv2d.filters, positions = positions_of(step);
    size_t chunk = chunk_positions(step);
    float *columns = range->scratch;
    for (size_t first = 0; first < positions; first += chunk) {
        size_t count = positions - first < chunk ? positions - first : chunk;
        digitnet__im2col(columns, image, &step->conv2d, first, count);
        digitnet__gemm_run(step->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                            .rows = count,
                                                            .columns = filters,
                                                            .depth = taps,
                                                            .a = columns,
                                                            .a_stride = taps,
                                                            .b = range->parameters,
                                                            .b_stride = taps,
                                                            .c = output + first * filters,
                                                            .c_stride = filters});
    }
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        float *output = range->output + i * step->output_values;
        forward_image(step, range, output, range->input + i * step->input_values);
        digitnet__step_activate(step, output, digitnet__conv2d_bias(step, range->parameters), 1);
    }
}

/* dW += dY^T C */
static void add_kernel_gradient(const digitnet__step *step, float *gradient, const float *output_gradient,
                                const float *columns, size_t count) {
    size_t taps = taps_of(step), filters = step->conv2d.filters;
    digitnet__gemm_run(step->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                        .rows = filters,
                                                        .columns = taps,
                                                        .depth = count,
                                                        .a = output_gradient,
                                                        .a_stride = filters,
                                                        .b = columns,
                                                        .b_stride = taps,
                                                        .c = gradient,
                                                        .c_stride = taps,
                                                        .beta = 1});
}

/* dC = dY W */
static void columns_gradient(const digitnet__step *step, float *columns, const float *output_gradient,
                             const float *kernel, size_t count) {
    size_t taps = taps_of(step), filters = step->conv2d.filters;
    digitnet__gemm_run(step->kernels, &(digitnet__gemm){.rows = count,
                                                        .columns = taps,
                                                        .depth = filters,
                                                        .a = output_gradient,
                                                        .a_stride = filters,
                                                        .b = kernel,
                                                        .b_stride = taps,
                                                        .c = columns,
                                                        .c_stride = taps});
}

static void backward_image(const digitnet__step *step, const digitnet__step_range *range, float *input_gradient,
                           const float *output_gradient, const float *image) {
    size_t filters = step->conv2d.filters, positions = positions_of(step), chunk = chunk_positions(step);
    float *columns = range->scratch;
    for (size_t first = 0; first < positions; first += chunk) {
        size_t count = positions - first < chunk ? positions - first : chunk;
        const float *gradient = output_gradient + first * filters;
        digitnet__im2col(columns, image, &step->conv2d, first, count);
        add_kernel_gradient(step, range->gradient, gradient, columns, count);
        if (input_gradient) {
            columns_gradient(step, columns, gradient, range->parameters, count);
            digitnet__col2im_add(input_gradient, columns, &step->conv2d, first, count);
        }
    }
}

static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    digitnet__step_activate_backward(step, range->output_gradient, range->output, range->samples);
    size_t filters = step->conv2d.filters, positions = positions_of(step);
    bool has_bias = !step->layers[0].as.conv2d.no_bias;
    float *bias_gradient = range->gradient + step->layers[0].tensors[DNN_KERNEL].values;
    if (range->input_gradient)
        memset(range->input_gradient, 0, range->samples * step->input_values * sizeof(float));
    for (size_t i = 0; i < range->samples; i++) {
        const float *output_gradient = range->output_gradient + i * step->output_values;
        float *input_gradient = range->input_gradient ? range->input_gradient + i * step->input_values : NULL;
        backward_image(step, range, input_gradient, output_gradient, range->input + i * step->input_values);
        for (size_t position = 0; has_bias && position < positions; position++)
            step->kernels->add(bias_gradient, output_gradient + position * filters, filters);
    }
}

static const digitnet__step_kind general_step = {.forward = forward, .backward = backward};

bool digitnet__conv2d_plan_general(digitnet__step *step) {
    step->kind = &general_step;
    step->layer_count = 1;
    /* One position's taps, or CHUNK_VALUES at most. */
    return digitnet__size_multiply(&step->scratch_bytes, chunk_positions(step) * taps_of(step), sizeof(float));
}
