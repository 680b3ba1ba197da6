/* A convolution with ReLU and the max pool behind it as one step. What the pool does not read is never computed, the
 * convolution's output is never stored, and the way back does work for those values alone that the pool let through. */
#include "core/memory.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"
#include "layers/max_pool2d.h"

/* Places in a window, so that one is told in 8 bits. */
enum { MAX_WINDOW = 256 };

bool digitnet__conv2d_can_fuse(const digitnet__step *step) {
    return step->layers[0].activation == DIGITNET_ACTIVATION_RELU;
}

/* Windows side by side, without padding. */
static bool can_fuse_pool(const digitnet__layer *layer) {
    if (layer->kind != &digitnet__layer_max_pool2d)
        return false;
    digitnet__pool2d_shape pool = digitnet__max_pool2d_shape(layer);
    return pool.stride_height == pool.pool_height && pool.stride_width == pool.pool_width && pool.padding_top == 0 &&
           pool.padding_left == 0 && pool.output_height * pool.pool_height <= pool.height &&
           pool.output_width * pool.pool_width <= pool.width && pool.pool_height * pool.pool_width <= MAX_WINDOW;
}

static digitnet__pool2d_shape no_pool(const digitnet__conv2d_shape *conv) {
    return (digitnet__pool2d_shape){.height = conv->output_height,
                                    .width = conv->output_width,
                                    .channels = conv->filters,
                                    .pool_height = 1,
                                    .pool_width = 1,
                                    .stride_height = 1,
                                    .stride_width = 1,
                                    .output_height = conv->output_height,
                                    .output_width = conv->output_width};
}

static bool is_padded(const digitnet__conv2d_shape *conv) {
    return conv->padding_top || conv->padding_bottom || conv->padding_left || conv->padding_right;
}

/* The image with its zeros, where it has any. */
static size_t book_padded(digitnet__arena *arena, const digitnet__conv2d_shape *conv) {
    const size_t dimensions[] = {conv->height + conv->padding_top + conv->padding_bottom,
                                 conv->width + conv->padding_left + conv->padding_right, conv->channels};
    size_t values = 0;
    if (is_padded(conv) && !digitnet__size_product(&values, dimensions, 3))
        arena->overflow = true;
    return digitnet__arena_book(arena, values, sizeof(float));
}

/* A worker's scratch: the padded image, its gradient, and what the kernels want. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t image, gradient, kernels;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__step *step, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    size_t forward = step->kernels->conv2d_relu_pool_scratch(&step->conv2d, &step->pool2d);
    size_t backward = step->kernels->conv2d_relu_pool_backward_scratch(&step->conv2d, &step->pool2d);
    layout.image = book_padded(&layout.arena, &step->conv2d);
    layout.gradient = book_padded(&layout.arena, &step->conv2d);
    layout.kernels = digitnet__arena_book(&layout.arena, forward > backward ? forward : backward, 1);
    return layout;
}

static const float *padded_image(const digitnet__step *step, const scratch_layout *scratch, const float *image) {
    if (!is_padded(&step->conv2d))
        return image;
    float *padded = digitnet__arena_at(&scratch->arena, scratch->image);
    digitnet__pad_image(padded, image, &step->conv2d);
    return padded;
}

static void pack(const digitnet__step *step, float *packed, const float *parameters, digitnet__step_block block) {
    step->kernels->conv2d_pack(packed, parameters, &step->conv2d, block.first, block.count);
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    scratch_layout scratch = scratch_of(step, range->scratch);
    for (size_t i = 0; i < range->samples; i++) {
        const float *image = padded_image(step, &scratch, range->input + i * step->input_values);
        step->kernels->conv2d_relu_pool(range->output + i * step->output_values,
                                        range->cache ? range->cache + i * step->cache_bytes : NULL, image,
                                        range->packed, digitnet__conv2d_bias(step, range->parameters), &step->conv2d,
                                        &step->pool2d, digitnet__arena_at(&scratch.arena, scratch.kernels));
    }
}

static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    scratch_layout scratch = scratch_of(step, range->scratch);
    bool padded = is_padded(&step->conv2d);
    float *padded_gradient = padded ? digitnet__arena_at(&scratch.arena, scratch.gradient) : NULL;
    float *bias_gradient =
        step->layers[0].as.conv2d.no_bias ? NULL : range->gradient + step->layers[0].tensors[DNN_KERNEL].values;
    for (size_t i = 0; i < range->samples; i++) {
        const float *image = padded_image(step, &scratch, range->input + i * step->input_values);
        float *gradient = range->input_gradient ? range->input_gradient + i * step->input_values : NULL;
        step->kernels->conv2d_relu_pool_backward(
            range->gradient, bias_gradient, gradient && padded ? padded_gradient : gradient,
            range->output_gradient + i * step->output_values, range->output + i * step->output_values,
            range->cache + i * step->cache_bytes, image, range->parameters, &step->conv2d, &step->pool2d,
            digitnet__arena_at(&scratch.arena, scratch.kernels));
        if (gradient && padded)
            digitnet__unpad_image(gradient, padded_gradient, &step->conv2d);
    }
}

static const digitnet__step_kind fused_step = {.pack = pack, .forward = forward, .backward = backward};

bool digitnet__conv2d_plan_fused(digitnet__step *step, size_t available) {
    step->kind = &fused_step;
    bool pooled = available > 1 && can_fuse_pool(&step->layers[1]);
    step->layer_count = pooled ? 2 : 1;
    step->pool2d = pooled ? digitnet__max_pool2d_shape(&step->layers[1]) : no_pool(&step->conv2d);
    step->packed_values = step->kernels->conv2d_packed_values(&step->conv2d);
    step->cache_bytes = digitnet__shape_values(step->layers[step->layer_count - 1].output);
    scratch_layout scratch = scratch_of(step, NULL);
    step->scratch_bytes = scratch.arena.size;
    return !scratch.arena.overflow;
}
