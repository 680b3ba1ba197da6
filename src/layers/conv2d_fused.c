/* A convolution with ReLU and the max pool behind it as one op. What the pool does not read is never computed, the
 * convolution's output is never stored, and the backward pass works only on the values that the max pool let through.
 */
#include "core/memory.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

/* Places in a window, so that 8 bits hold the number of one. */
enum { MAX_WINDOW = 256 };

/* Whether windows side by side are so at any size of the image: padding behind it comes and goes. */
static bool suits_any_size(const digitnet__attributes *pool) {
    return pool->padding == DIGITNET_PADDING_VALID ||
           (pool->padding == DIGITNET_PADDING_EXPLICIT && pool->bottom == 0 && pool->right == 0);
}

bool digitnet__conv2d_can_pool(const digitnet__op *op, const digitnet__op *next) {
    const digitnet__pool2d_shape *pool = &next->pool2d;
    bool pooled = op->pool2d.pool_height > 1 || op->pool2d.pool_width > 1;
    if (pooled || !digitnet__op_is_max_pool2d(next) || (op->any_width && !suits_any_size(&next->layer->attributes)))
        return false;
    return pool->stride_height == pool->pool_height && pool->stride_width == pool->pool_width &&
           pool->padding_top == 0 && pool->padding_left == 0 &&
           pool->output_height * pool->pool_height <= pool->height &&
           pool->output_width * pool->pool_width <= pool->width && pool->pool_height * pool->pool_width <= MAX_WINDOW;
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
    layout.image = digitnet__conv2d_reserve_padded(&layout.arena, &op->conv2d);
    layout.gradient = digitnet__conv2d_reserve_padded(&layout.arena, &op->conv2d);
    layout.kernels = digitnet__arena_reserve(&layout.arena, forward > backward ? forward : backward, 1);
    return layout;
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    op->kernels->conv2d_pack(packed, parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    for (size_t i = 0; i < range->samples; i++) {
        const float *image =
            digitnet__conv2d_pad(&scratch.arena, scratch.image, range->inputs[0] + i * op->input_values, &op->conv2d);
        op->kernels->conv2d_relu_pool(range->output + i * op->output_values,
                                      range->cache ? range->cache + i * op->cache_bytes : NULL, image, range->packed,
                                      digitnet__op_bias(op, range->parameters), &op->conv2d, &op->pool2d,
                                      digitnet__arena_at(&scratch.arena, scratch.kernels));
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    bool padded = digitnet__conv2d_is_padded(&op->conv2d);
    float *padded_gradient = padded ? digitnet__arena_at(&scratch.arena, scratch.gradient) : NULL;
    float *bias_gradient = op->layer->tensor_count > 1 ? range->gradient + op->layer->tensors[DNN_KERNEL].values : NULL;
    for (size_t i = 0; i < range->samples; i++) {
        const float *image =
            digitnet__conv2d_pad(&scratch.arena, scratch.image, range->inputs[0] + i * op->input_values, &op->conv2d);
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
    if (!digitnet__conv2d_can_pool(op, next))
        return false;
    op->pool2d = next->pool2d;
    return true;
}

static bool measure(digitnet__op *op) {
    op->packed_values = op->kernels->conv2d_packed_values(&op->conv2d);
    op->cache_bytes = op->output_values;
    scratch_layout scratch = scratch_of(op, NULL);
    op->scratch_bytes = scratch.arena.size;
    return op->packed_values < SIZE_MAX && !scratch.arena.overflow;
}

const digitnet__op_kind digitnet__conv2d_fused = {.name = "conv2d_relu_pool",
                                                  .absorb = absorb,
                                                  .measure = measure,
                                                  .pack = pack,
                                                  .forward = forward,
                                                  .backward = backward};

void digitnet__conv2d_fuse(digitnet__op *op) {
    op->kind = &digitnet__conv2d_fused;
    op->pool2d = digitnet__conv2d_no_pool(&op->conv2d);
}
