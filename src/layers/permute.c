/* Permute: an image whose rows, columns and channels are those of another one in another order. */
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <string.h>

enum { ROWS, COLUMNS, CHANNELS, AXES };

/* Which axis of an image becomes each one of the result. */
typedef struct permutation {
    size_t axes[AXES];
} permutation;

/* Attributes count axes from 1, as Keras does. */
static permutation order_of(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    return (permutation){{attributes->axis_rows - 1, attributes->axis_columns - 1, attributes->axis_channels - 1}};
}

static bool has_all_axes(permutation order) {
    unsigned seen = 0;
    for (size_t i = 0; i < AXES; i++)
        if (order.axes[i] < AXES)
            seen |= 1U << order.axes[i];
    return seen == (1U << AXES) - 1;
}

static permutation inverse_of(permutation order) {
    permutation inverse;
    for (size_t i = 0; i < AXES; i++)
        inverse.axes[order.axes[i]] = i;
    return inverse;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    permutation order = order_of(layer);
    if (!has_all_axes(order)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer '%s': its axes are %zu, %zu, %zu; they must be 1, 2, 3 in any order", layer->name,
                              attributes->axis_rows, attributes->axis_columns, attributes->axis_channels);
    }
    DNN_TRY(digitnet__layer_check_image(layer));
    digitnet__shape input = layer->inputs[0].shape;
    const size_t sizes[AXES] = {input.height, input.width, input.channels};
    layer->output = (digitnet__shape){.height = sizes[order.axes[ROWS]],
                                      .width = sizes[order.axes[COLUMNS]],
                                      .channels = sizes[order.axes[CHANNELS]]};
    return DIGITNET_OK;
}

/* One axis of the result: how far apart its neighbours lie there, and in the image that they come from. */
typedef struct axis {
    size_t size, to, from;
} axis;

static void find_axes(axis *axes, digitnet__shape from, permutation order) {
    const size_t sizes[AXES] = {from.height, from.width, from.channels};
    const size_t strides[AXES] = {from.width * from.channels, from.channels, 1};
    size_t stride = 1;
    for (size_t i = AXES; i-- > 0; stride *= axes[i].size)
        axes[i] = (axis){.size = sizes[order.axes[i]], .to = stride, .from = strides[order.axes[i]]};
}

static void copy_runs(float *to, const float *from, axis first, axis second, size_t run) {
    for (size_t i = 0; i < first.size; i++)
        for (size_t k = 0; k < second.size; k++)
            memcpy(to + i * first.to + k * second.to, from + i * first.from + k * second.from, run * sizeof *to);
}

/* By squares, which stay in cache where strides are large. */
enum { SQUARE = 32 };

static size_t end_of(size_t begin, size_t size) {
    return size - begin < SQUARE ? size : begin + SQUARE;
}

/* Neighbours on the one axis lie side by side in the result, those on the other in the image. */
static void transpose(float *to, const float *from, axis result, axis image) {
    for (size_t y = 0; y < image.size; y += SQUARE)
        for (size_t x = 0; x < result.size; x += SQUARE)
            for (size_t i = y; i < end_of(y, image.size); i++)
                for (size_t k = x; k < end_of(x, result.size); k++)
                    to[i * image.to + k] = from[k * result.from + i];
}

static void permute_image(float *to, const float *from, const axis *axes) {
    size_t result = 0, image = 0;
    for (size_t i = 0; i < AXES; i++) {
        if (axes[i].size > 1 && axes[i].to == 1)
            result = i;
        if (axes[i].size > 1 && axes[i].from == 1)
            image = i;
    }
    if (result == image) {
        copy_runs(to, from, axes[(result + 1) % AXES], axes[(result + 2) % AXES], axes[result].size);
        return;
    }
    axis rest = axes[ROWS + COLUMNS + CHANNELS - result - image];
    for (size_t i = 0; i < rest.size; i++)
        transpose(to + i * rest.to, from + i * rest.from, axes[result], axes[image]);
}

static void permute(float *to, const float *from, digitnet__shape shape, permutation order, size_t samples) {
    size_t values = digitnet__shape_values(shape);
    axis axes[AXES];
    find_axes(axes, shape, order);
    for (size_t i = 0; i < samples; i++)
        permute_image(to + i * values, from + i * values, axes);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    permute(range->output, range->inputs[0], op->input_shape, order_of(op->layer), range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        permute(range->input_gradients[0], range->output_gradient, op->output_shape, inverse_of(order_of(op->layer)),
                range->samples);
}

static const digitnet__op_kind permute_op = {.name = "permute", .forward = forward, .backward = backward};

/* Values stay where they are as long as the axes that have more than one do not change places. */
static bool moves_values(digitnet__shape from, permutation order) {
    axis axes[AXES];
    find_axes(axes, from, order);
    for (size_t i = 0; i < AXES; i++)
        if (axes[i].size > 1 && axes[i].to != axes[i].from)
            return true;
    return false;
}

static void lower(digitnet__op *op, bool training) {
    (void)training;
    if (op->any_width || moves_values(op->input_shape, order_of(op->layer)))
        op->kind = &permute_op;
}

/* ONNX's axes are samples, channels, rows, columns. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    static const size_t onnx_axes[AXES] = {[ROWS] = 2, [COLUMNS] = 3, [CHANNELS] = 1};
    permutation order = order_of(layer);
    const size_t axes[] = {0, onnx_axes[order.axes[CHANNELS]], onnx_axes[order.axes[ROWS]],
                           onnx_axes[order.axes[COLUMNS]]};
    size_t begin = digitnet__onnx_begin_node(nodes, "Transpose", NULL, NULL, 0, true);
    digitnet__onnx_write_integers(nodes->writer, "perm", axes, 4);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_permute = {.name = "permute",
                                                      .class_name = "Permute",
                                                      .infer_shape = infer_shape,
                                                      .lower = lower,
                                                      .bound = digitnet__layer_keep_bound,
                                                      .onnx = {.write = write}};

digitnet_status digitnet_model_add_permute(digitnet_model *model, size_t rows, size_t columns, size_t channels) {
    return digitnet_model_add_permute_ex(model, rows, columns, channels, NULL);
}

digitnet_status digitnet_model_add_permute_ex(digitnet_model *model, size_t rows, size_t columns, size_t channels,
                                              const digitnet_permute_options *options) {
    digitnet_permute_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_permute_options, input);
    digitnet__layer_request request = {
        .kind = &digitnet__layer_permute,
        .name = own.name,
        .inputs = &own.input,
        .attributes = {.axis_rows = rows, .axis_columns = columns, .axis_channels = channels}};
    return digitnet__model_add_layer(model, &request, status);
}
