/* Pooling of any window, stride and padding, channels side by side in vectors. A window is gone over once for each
 * block of channels, so that its maxima or sums stay in registers; the whole image may be one window. */
#include "kernels/set.h"

/* Vectors of channels in a block. */
enum { BLOCK = 4 };

/* Runs CALL(first channel, vectors, channels of a vector that is not full or 0) over all channels. */
#define OVER_CHANNELS(channels, CALL)                                         \
    do {                                                                      \
        size_t channel = 0;                                                   \
        for (; (channels)-channel >= BLOCK * WIDTH; channel += BLOCK * WIDTH) \
            CALL(channel, BLOCK, 0);                                          \
        for (; (channels)-channel >= WIDTH; channel += WIDTH)                 \
            CALL(channel, 1, 0);                                              \
        if (channel < (channels))                                             \
            CALL(channel, 1, (channels)-channel);                             \
    } while (0)

ALWAYS_INLINE vec load(const float *from, size_t part) {
    return vec_load_lanes(from, part, part != 0);
}

ALWAYS_INLINE void store(float *to, vec v, size_t part) {
    vec_store_lanes(to, v, part, part != 0);
}

/* What of a window lies inside the image. */
typedef struct window {
    size_t first; /* its place in the image, row-major */
    size_t height, width;
} window;

static void clip(size_t *first, size_t *size, size_t start, size_t padding, size_t pool, size_t input) {
    size_t skipped = start < padding ? padding - start : 0;
    *first = start + skipped - padding;
    size_t rest = pool - skipped, available = input - *first;
    *size = rest < available ? rest : available;
}

static window window_at(const digitnet__pool2d_shape *s, size_t output_y, size_t output_x) {
    window w;
    size_t y, x;
    clip(&y, &w.height, output_y * s->stride_height, s->padding_top, s->pool_height, s->height);
    clip(&x, &w.width, output_x * s->stride_width, s->padding_left, s->pool_width, s->width);
    w.first = y * s->width + x;
    return w;
}

static bool side_by_side(const digitnet__pool2d_shape *s) {
    return s->stride_height >= s->pool_height && s->stride_width >= s->pool_width;
}

static bool covers(size_t input, size_t pool, size_t stride, size_t padding, size_t outputs) {
    return stride <= pool && (outputs - 1) * stride + pool >= padding + input;
}

/* Zeros where some places lie in no window, or several windows add to one. */
static void begin_gradient(float *image_gradient, const digitnet__pool2d_shape *s) {
    if (!side_by_side(s) || !covers(s->height, s->pool_height, s->stride_height, s->padding_top, s->output_height) ||
        !covers(s->width, s->pool_width, s->stride_width, s->padding_left, s->output_width))
        memset(image_gradient, 0, s->height * s->width * s->channels * sizeof *image_gradient);
}

/* ---- Maxima ---- */

/* The first of equals; a NaN is above all, so that it is not lost. `places` is NULL where they are not wanted. */
ALWAYS_INLINE void take_maxima(float *output, int32_t *places, const float *image, const digitnet__pool2d_shape *s,
                               window w, size_t vectors, size_t part) {
    vec best[BLOCK];
    ivec at[BLOCK];
    UNROLLED for (size_t i = 0; i < vectors; i++) {
        best[i] = load(image + w.first * s->channels + i * WIDTH, part);
        at[i] = (ivec){0} + (int32_t)w.first;
    }
    for (size_t y = 0; y < w.height; y++)
        for (size_t x = 0; x < w.width; x++) {
            size_t place = w.first + y * s->width + x;
            UNROLLED for (size_t i = 0; i < vectors; i++) {
                vec values = load(image + place * s->channels + i * WIDTH, part);
                mask is_new_nan = (mask)(mask_unordered(values, values) & ~mask_unordered(best[i], best[i]));
                mask greater = (mask)(mask_greater(values, best[i]) | is_new_nan);
                best[i] = vec_select(greater, values, best[i]);
                if (places)
                    at[i] = (ivec)vec_select(greater, (vec)((ivec){0} + (int32_t)place), (vec)at[i]);
            }
        }
    UNROLLED for (size_t i = 0; i < vectors; i++) {
        store(output + i * WIDTH, best[i], part);
        if (places)
            store((float *)(void *)(places + i * WIDTH), (vec)at[i], part);
    }
}

void SET_NAME(max_pool2d)(float *output, int32_t *places, const float *image, const digitnet__pool2d_shape *s) {
    for (size_t y = 0; y < s->output_height; y++)
        for (size_t x = 0; x < s->output_width; x++) {
            window w = window_at(s, y, x);
#define MAXIMA(channel, vectors, part) take_maxima(output + (channel), NULL, image + (channel), s, w, vectors, part)
#define MAXIMA_AND_PLACES(channel, vectors, part) \
    take_maxima(output + (channel), places + (channel), image + (channel), s, w, vectors, part)
            if (places)
                OVER_CHANNELS(s->channels, MAXIMA_AND_PLACES);
            else
                OVER_CHANNELS(s->channels, MAXIMA);
            output += s->channels;
            places = places ? places + s->channels : NULL;
        }
}

/* The gradient at each window's maxima, zeros at its other places. */
ALWAYS_INLINE void spread_to_maxima(float *image_gradient, const float *output_gradient, const int32_t *places,
                                    const digitnet__pool2d_shape *s, window w, size_t part) {
    vec gradient = load(output_gradient, part);
    ivec at = (ivec)load((const float *)(const void *)places, part);
    for (size_t y = 0; y < w.height; y++)
        for (size_t x = 0; x < w.width; x++) {
            size_t place = w.first + y * s->width + x;
            store(image_gradient + place * s->channels, vec_select(mask_equal(at, (int32_t)place), gradient, (vec){0}),
                  part);
        }
}

static void add_to_maxima(float *image_gradient, const float *output_gradient, const int32_t *places,
                          const digitnet__pool2d_shape *s) {
    size_t channels = s->channels;
    for (size_t i = 0; i < s->output_height * s->output_width; i++, output_gradient += channels, places += channels)
        for (size_t c = 0; c < channels; c++)
            image_gradient[(size_t)places[c] * channels + c] += output_gradient[c];
}

void SET_NAME(max_pool2d_backward)(float *image_gradient, const float *output_gradient, const int32_t *places,
                                   const digitnet__pool2d_shape *s) {
    begin_gradient(image_gradient, s);
    if (!side_by_side(s)) {
        add_to_maxima(image_gradient, output_gradient, places, s);
        return;
    }
    for (size_t y = 0; y < s->output_height; y++)
        for (size_t x = 0; x < s->output_width; x++) {
            window w = window_at(s, y, x);
            size_t channel = 0;
            for (; s->channels - channel >= WIDTH; channel += WIDTH)
                spread_to_maxima(image_gradient + channel, output_gradient + channel, places + channel, s, w, 0);
            if (channel < s->channels)
                spread_to_maxima(image_gradient + channel, output_gradient + channel, places + channel, s, w,
                                 s->channels - channel);
            output_gradient += s->channels;
            places += s->channels;
        }
}

/* ---- Means and sums ---- */

static float divisor_of(const digitnet__pool2d_shape *s, window w) {
    switch (s->divisor) {
    case DNN_DIVIDE_BY_WINDOW:
        return (float)s->pool_height * (float)s->pool_width;
    case DNN_DIVIDE_BY_ONE:
        return 1;
    default:
        return (float)(w.height * w.width);
    }
}

ALWAYS_INLINE void take_means(float *output, const float *image, const digitnet__pool2d_shape *s, window w,
                              float divisor, size_t vectors, size_t part) {
    vec sums[BLOCK] = {{0}};
    for (size_t y = 0; y < w.height; y++) {
        const float *from = image + (w.first + y * s->width) * s->channels;
        for (size_t x = 0; x < w.width; x++, from += s->channels)
            UNROLLED for (size_t i = 0; i < vectors; i++) sums[i] += load(from + i * WIDTH, part);
    }
    UNROLLED for (size_t i = 0; i < vectors; i++) store(output + i * WIDTH, sums[i] / divisor, part);
}

void SET_NAME(average_pool2d)(float *output, const float *image, const digitnet__pool2d_shape *s) {
    for (size_t y = 0; y < s->output_height; y++)
        for (size_t x = 0; x < s->output_width; x++) {
            window w = window_at(s, y, x);
            float divisor = divisor_of(s, w);
#define MEANS(channel, vectors, part) take_means(output + (channel), image + (channel), s, w, divisor, vectors, part)
            OVER_CHANNELS(s->channels, MEANS);
            output += s->channels;
        }
}

/* Writes each place's share, or, where windows overlap, adds it. */
ALWAYS_INLINE void spread_shares(float *image_gradient, const float *output_gradient, const digitnet__pool2d_shape *s,
                                 window w, float divisor, bool add, size_t vectors, size_t part) {
    vec shares[BLOCK];
    UNROLLED for (size_t i = 0; i < vectors; i++) shares[i] = load(output_gradient + i * WIDTH, part) / divisor;
    for (size_t y = 0; y < w.height; y++) {
        float *to = image_gradient + (w.first + y * s->width) * s->channels;
        for (size_t x = 0; x < w.width; x++, to += s->channels)
            UNROLLED for (size_t i = 0; i < vectors; i++)
                store(to + i * WIDTH, add ? load(to + i * WIDTH, part) + shares[i] : shares[i], part);
    }
}

void SET_NAME(average_pool2d_backward)(float *image_gradient, const float *output_gradient,
                                       const digitnet__pool2d_shape *s) {
    bool overlap = !side_by_side(s);
    begin_gradient(image_gradient, s);
    for (size_t y = 0; y < s->output_height; y++)
        for (size_t x = 0; x < s->output_width; x++) {
            window w = window_at(s, y, x);
            float divisor = divisor_of(s, w);
#define WRITE_SHARES(channel, vectors, part) \
    spread_shares(image_gradient + (channel), output_gradient + (channel), s, w, divisor, false, vectors, part)
#define ADD_SHARES(channel, vectors, part) \
    spread_shares(image_gradient + (channel), output_gradient + (channel), s, w, divisor, true, vectors, part)
            if (overlap)
                OVER_CHANNELS(s->channels, ADD_SHARES);
            else
                OVER_CHANNELS(s->channels, WRITE_SHARES);
            output_gradient += s->channels;
        }
}
