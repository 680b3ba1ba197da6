/* A convolution with ReLU and the max pool behind it as one op. What the pool does not read is never computed, the
 * convolution's output is never stored, and the backward pass works only on the values that the max pool let through.
 */
#include "core/memory.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

/* Places in a window, so that 8 bits hold the number of one. */
enum { MAX_WINDOW = 256 };

/* Windows side by side, without padding. */
static bool can_serve_pool(const digitnet__pool2d_shape *pool) {
    return pool->stride_height == pool->pool_height && pool->stride_width == pool->pool_width &&
           pool->padding_top == 0 && pool->padding_left == 0 &&
           pool->output_height * pool->pool_height <= pool->height &&
           pool->output_width * pool->pool_width <= pool->width && pool->pool_height * pool->pool_width <= MAX_WINDOW;
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
static size_t reserve_padded(digitnet__arena *arena, const digitnet__conv2d_shape *conv) {
    const size_t dimensions[] = {conv->height + conv->padding_top + conv->padding_bottom,
                                 conv->width + conv->padding_left + conv->padding_right, conv->channels};
    size_t values = 0;
    if (is_padded(conv) && !digitnet__size_product(&values, dimensions, 3))
        arena->overflow = true;
    return digitnet__arena_reserve(arena, values, sizeof(float));
}

/* A worker's scratch: the padded image, its gradient, and what the kernels want. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t image, gradient, kernels;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__op *op, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    size_t forward = op->kernels->conv2d_relu_pool_scratch(&op->conv2d, &op->pool2d);
    size_t backward = op->kernels->conv2d_relu_pool_backward_scratch(&op->conv2d, &op->pool2d);
    layout.image = reserve_padded(&layout.arena, &op->conv2d);
    layout.gradient = reserve_padded(&layout.arena, &op->conv2d);
    layout.kernels = digitnet__arena_reserve(&layout.arena, forward > backward ? forward : backward, 1);
    return layout;
}

static const float *padded_image(const digitnet__op *op, const scratch_layout *scratch, const float *image) {
    if (!is_padded(&op->conv2d))
        return image;
    float *padded = digitnet__arena_at(&scratch->arena, scratch->image);
    digitnet__pad_image(padded, image, &op->conv2d);
    return padded;
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    op->kernels->conv2d_pack(packed, parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    for (size_t i = 0; i < range->samples; i++) {
        const float *image = padded_image(op, &scratch, range->inputs[0] + i * op->input_values);
        op->kernels->conv2d_relu_pool(range->output + i * op->output_values,
                                      range->cache ? range->cache + i * op->cache_bytes : NULL, image, range->packed,
                                      digitnet__op_bias(op, range->parameters), &op->conv2d, &op->pool2d,
                                      digitnet__arena_at(&scratch.arena, scratch.kernels));
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    bool padded = is_padded(&op->conv2d);
    float *padded_gradient = padded ? digitnet__arena_at(&scratch.arena, scratch.gradient) : NULL;
    float *bias_gradient = op->layer->tensor_count > 1 ? range->gradient + op->layer->tensors[DNN_KERNEL].values : NULL;
    for (size_t i = 0; i < range->samples; i++) {
        const float *image = padded_image(op, &scratch, range->inputs[0] + i * op->input_values);
        float *gradient = range->input_gradients[0] ? range->input_gradients[0] + i * op->input_values : NULL;
        op->kernels->conv2d_relu_pool_backward(
            range->gradient, bias_gradient, gradient && padded ? padded_gradient : gradient,
            range->output_gradient + i * op->output_values, range->output + i * op->output_values,
            range->cache + i * op->cache_bytes, image, range->parameters, &op->conv2d, &op->pool2d,
            digitnet__arena_at(&scratch.arena, scratch.kernels));
        if (gradient && padded)
            digitnet__unpad_image(gradient, padded_gradient, &op->conv2d);
    }
}

static bool absorb(digitnet__op *op, const digitnet__op *next) {
    bool pooled = op->pool2d.pool_height > 1 || op->pool2d.pool_width > 1;
    if (pooled || !digitnet__op_is_max_pool2d(next) || !can_serve_pool(&next->pool2d))
        return false;
    op->pool2d = next->pool2d;
    return true;
}

static bool measure(digitnet__op *op) {
    op->packed_values = op->kernels->conv2d_packed_values(&op->conv2d);
    op->cache_bytes = op->output_values;
    scratch_layout scratch = scratch_of(op, NULL);
    op->scratch_bytes = scratch.arena.size;
    return !scratch.arena.overflow;
}

const digitnet__op_kind digitnet__conv2d_fused = {.name = "conv2d_relu_pool",
                                                  .absorb = absorb,
                                                  .measure = measure,
                                                  .pack = pack,
                                                  .forward = forward,
                                                  .backward = backward};

void digitnet__conv2d_fuse(digitnet__op *op) {
    op->kind = &digitnet__conv2d_fused;
    op->pool2d = no_pool(&op->conv2d);
}
