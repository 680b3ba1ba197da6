/* Group normalization (Wu and He 2018): y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance
 * over all places and a group of consecutive channels of each image, gamma and beta of each channel. A group for each
 * channel is instance normalization (Ulyanov et al. 2016). */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/affine.h"
#include "layers/op.h"

#include <math.h>
#include <string.h>

#define DEFAULT_EPSILON 1e-3

/* Where no number is given, each channel is a group. */
static size_t groups_of(const digitnet__layer *layer) {
    return layer->attributes.groups ? layer->attributes.groups : layer->inputs[0].shape.channels;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_epsilon(layer));
    size_t channels = layer->inputs[0].shape.channels;
    if (channels % groups_of(layer) != 0) {
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': its input's %zu channels do not make %zu equal groups",
                              layer->name, channels, groups_of(layer));
    }
    digitnet__affine_add(layer);
    return digitnet__layer_keep_shape(layer);
}

/* ---- An image's groups. What belongs to a group stands with each of its channels, so that all loops over values are
 * the kernels', which go by channels. ---- */

static size_t channels_of(const digitnet__op *op) {
    return op->output_shape.channels;
}

static size_t places_of(const digitnet__op *op) {
    return op->output_values / channels_of(op);
}

/* What forward keeps for backward: (x + shift) scale is the normalized value. */
typedef struct moments {
    float *shift, *scale; /* -mean, and 1 / sqrt(variance + epsilon) */
} moments;

/* A worker's scratch memory: so much for each channel. */
typedef struct workspace {
    double *sums, *products;
    float *first, *second, *third;
} workspace;

enum { WORKSPACE_BYTES = 2 * sizeof(double) + 3 * sizeof(float), KEPT_BYTES = 2 * sizeof(float) };

static workspace workspace_of(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = channels_of(op);
    double *sums = range->scratch;
    float *floats = (float *)(void *)(sums + 2 * channels);
    return (workspace){.sums = sums,
                       .products = sums + channels,
                       .first = floats,
                       .second = floats + channels,
                       .third = floats + 2 * channels};
}

/* Those of one image in the cache; outside training in the scratch memory. */
static moments moments_of(const digitnet__op *op, const digitnet__op_range *range, size_t image) {
    if (!range->cache)
        return (moments){.shift = workspace_of(op, range).second, .scale = workspace_of(op, range).third};
    float *kept = (float *)(void *)(range->cache + image * op->cache_bytes);
    return (moments){.shift = kept, .scale = kept + channels_of(op)};
}

/* From the sums over each channel's places to the means over its group. */
static void average_groups(double *values, const digitnet__op *op) {
    size_t width = channels_of(op) / groups_of(op->layer);
    double count = (double)places_of(op) * (double)width;
    for (double *group = values; group < values + channels_of(op); group += width) {
        double sum = 0;
        for (size_t i = 0; i < width; i++)
            sum += group[i];
        for (size_t i = 0; i < width; i++)
            group[i] = sum / count;
    }
}

/* ---- Forward ---- */

/* y = x + shift, without its mean. */
static void center(const digitnet__op *op, float *y, const float *x, moments to, const workspace *work) {
    size_t channels = channels_of(op);
    op->kernels->channel_moments(work->sums, work->products, x, places_of(op), channels);
    average_groups(work->sums, op);
    for (size_t i = 0; i < channels; i++)
        to.shift[i] = (float)-work->sums[i];
    memcpy(y, x, op->output_values * sizeof *y);
    op->kernels->add_bias_relu(y, to.shift, places_of(op), channels, false);
}

/* The variance comes from values whose mean is 0: a sum of squares less the mean's square would keep few digits where
 * the mean is large. */
static void scale(const digitnet__op *op, float *y, moments to, digitnet__affine affine, const workspace *work) {
    size_t channels = channels_of(op);
    op->kernels->channel_moments(work->sums, work->products, y, places_of(op), channels);
    average_groups(work->products, op);
    for (size_t i = 0; i < channels; i++) {
        to.scale[i] = (float)(1 / sqrt(work->products[i] + op->layer->attributes.epsilon));
        work->first[i] = affine.gamma ? to.scale[i] * affine.gamma[i] : to.scale[i];
    }
    op->kernels->multiply_rows(y, y, work->first, places_of(op), channels);
    op->kernels->add_bias_relu(y, affine.beta, places_of(op), channels, false);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    workspace work = workspace_of(op, range);
    digitnet__affine affine = digitnet__affine_of(op->layer, range->parameters);
    for (size_t image = 0; image < range->samples; image++) {
        float *y = range->output + image * op->output_values;
        moments kept = moments_of(op, range, image);
        center(op, y, range->inputs[0] + image * op->output_values, kept, &work);
        scale(op, y, kept, affine, &work);
    }
}

/* ---- Backward. With n the normalized value, g the gradient by gamma n + beta, and means over a group,
 * dL/dbeta = sum g, dL/dgamma = sum g n, dL/dx = scale (gamma g - mean(gamma g) - n mean(gamma g n)). ---- */

/* For each channel the sums of g and of g n. */
static void sum_gradients(const digitnet__op *op, const float *gradient, const float *x, moments kept,
                          const workspace *work) {
    op->kernels->channel_products(work->sums, work->products, gradient, x, places_of(op), channels_of(op));
    for (size_t i = 0; i < channels_of(op); i++)
        work->products[i] = (work->products[i] + (double)kept.shift[i] * work->sums[i]) * (double)kept.scale[i];
}

static void add_parameter_gradients(float *gamma, float *beta, const workspace *work, size_t channels) {
    for (size_t i = 0; gamma && i < channels; i++)
        gamma[i] += (float)work->products[i];
    for (size_t i = 0; beta && i < channels; i++)
        beta[i] += (float)work->sums[i];
}

/* As first * g + second * x + third. */
static void set_input_gradient(const digitnet__op *op, float *to, const float *gradient, const float *x, moments kept,
                               const float *gamma, const workspace *work) {
    size_t channels = channels_of(op);
    for (size_t i = 0; gamma && i < channels; i++) {
        work->sums[i] *= (double)gamma[i];
        work->products[i] *= (double)gamma[i];
    }
    average_groups(work->sums, op);
    average_groups(work->products, op);
    for (size_t i = 0; i < channels; i++) {
        double factor = (double)kept.scale[i], by_value = -factor * factor * work->products[i];
        work->first[i] = gamma ? kept.scale[i] * gamma[i] : kept.scale[i];
        work->second[i] = (float)by_value;
        work->third[i] = (float)(by_value * (double)kept.shift[i] - factor * work->sums[i]);
    }
    op->kernels->scale_shift_two(to, gradient, work->first, x, work->second, work->third, places_of(op), channels);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    workspace work = workspace_of(op, range);
    digitnet__affine affine = digitnet__affine_of(op->layer, range->parameters);
    digitnet__affine sums = digitnet__affine_of(op->layer, range->gradient);
    for (size_t image = 0; image < range->samples; image++) {
        size_t at = image * op->output_values;
        const float *gradient = range->output_gradient + at, *x = range->inputs[0] + at;
        moments kept = moments_of(op, range, image);
        sum_gradients(op, gradient, x, kept, &work);
        add_parameter_gradients((float *)sums.gamma, (float *)sums.beta, &work, channels_of(op));
        if (range->input_gradients[0])
            set_input_gradient(op, range->input_gradients[0] + at, gradient, x, kept, affine.gamma, &work);
    }
}

static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->cache_bytes, channels_of(op), KEPT_BYTES) &&
           digitnet__size_multiply(&op->scratch_bytes, channels_of(op), WORKSPACE_BYTES);
}

static const digitnet__op_kind group_normalization_op = {
    .name = "group_normalization", .measure = measure, .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &group_normalization_op;
}

/* ---- Bound and file ---- */

/* How many values a group has. */
static size_t group_values(const digitnet__layer *layer) {
    return digitnet__shape_values(layer->output) / groups_of(layer);
}

/* Of n normalized values none exceeds sqrt(n). */
static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)inputs;
    return digitnet__affine_bound(layer, tensors, sqrt((double)group_values(layer)));
}

/* ONNX's operator takes each channel of an image by itself, and has a scale and a bias of each always. */
static bool is_one_node(const digitnet__layer *layer) {
    return groups_of(layer) == layer->output.channels && !layer->output.flat;
}

static void write_instance_normalization(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix,
                                         const char *scale_role, const char *bias_role) {
    digitnet__onnx_name scales = digitnet__onnx_join(layer->name, scale_role);
    digitnet__onnx_name biases = digitnet__onnx_join(layer->name, bias_role);
    const char *inputs[] = {scales.text, biases.text};
    size_t begin = digitnet__onnx_begin_node(nodes, "InstanceNormalization", suffix, inputs, 2, !suffix);
    digitnet__onnx_write_number(nodes->writer, "epsilon", (float)layer->attributes.epsilon);
    digitnet__wire_end(nodes->writer, begin);
}

static void write_reshape(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix,
                          const char *shape_role, bool last) {
    digitnet__onnx_name shape = digitnet__onnx_join(layer->name, shape_role);
    const char *inputs[] = {shape.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Reshape", suffix, inputs, 1, last));
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    bool last = digitnet__affine_is_left_out(layer);
    if (is_one_node(layer)) {
        write_instance_normalization(nodes, layer, NULL, "gamma", "beta");
        return;
    }
    write_reshape(nodes, layer, "grouped", "groups", false);
    write_instance_normalization(nodes, layer, "normalized", "ones", "zeros");
    write_reshape(nodes, layer, last ? NULL : "ungrouped", "shape", last);
    digitnet__affine_write(nodes, layer);
}

/* 0: as many samples as there are. */
static void write_shapes(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    digitnet__shape output = layer->output;
    const size_t groups[] = {0, groups_of(layer), group_values(layer)};
    const size_t shape[] = {0, output.channels, output.height, output.width};
    digitnet__onnx_write_sizes(writer, digitnet__onnx_join(layer->name, "groups").text, groups, 3);
    digitnet__onnx_write_sizes(writer, digitnet__onnx_join(layer->name, "shape").text, shape, output.flat ? 2 : 4);
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    bool one = is_one_node(layer);
    if (!one || layer->attributes.no_scale)
        digitnet__onnx_write_filled(writer, digitnet__onnx_join(layer->name, one ? "gamma" : "ones").text,
                                    groups_of(layer), 1);
    if (!one || layer->attributes.no_center)
        digitnet__onnx_write_filled(writer, digitnet__onnx_join(layer->name, one ? "beta" : "zeros").text,
                                    groups_of(layer), 0);
    if (!one)
        write_shapes(writer, layer);
}

const digitnet__layer_kind digitnet__layer_group_normalization = {
    .name = "group_normalization",
    .class_name = "GroupNormalization",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = bound,
    .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_group_normalization(digitnet_model *model, size_t groups) {
    return digitnet_model_add_group_normalization_ex(model, groups, NULL);
}

digitnet_status digitnet_model_add_group_normalization_ex(digitnet_model *model, size_t groups,
                                                          const digitnet_group_normalization_options *options) {
    digitnet_group_normalization_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_group_normalization_options, no_scale);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK(own.reserved, digitnet_group_normalization_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_group_normalization_options, no_center);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_group_normalization_options, no_scale);
    digitnet__layer_request request = {.kind = &digitnet__layer_group_normalization,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.groups = groups,
                                                      .epsilon = own.epsilon != 0 ? own.epsilon : DEFAULT_EPSILON,
                                                      .no_center = own.no_center != 0,
                                                      .no_scale = own.no_scale != 0}};
    return digitnet__model_add_layer(model, &request, status);
}
