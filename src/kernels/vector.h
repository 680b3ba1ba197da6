/* Vectors of DNN_VECTOR_WIDTH floats, in the vector extensions of GCC and Clang. A width may exceed that of the
 * instruction set compiled for: the compiler then splits each vector, which is slow and right, so that every width can
 * be tested on every machine. */
#ifndef DNN_KERNELS_VECTOR_H
#define DNN_KERNELS_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

#define WIDTH DNN_VECTOR_WIDTH
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Names of one set's functions: SET_NAME(gemm) is digitnet__gemm_avx512. */
#define DNN_JOIN_EXPANDED(name, set) digitnet__##name##_##set
#define DNN_JOIN(name, set) DNN_JOIN_EXPANDED(name, set)
#define SET_NAME(name) DNN_JOIN(name, DNN_KERNEL_SET)

/* Loops over a tile's registers are unrolled, so that registers they are. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

/* Keeps the compiler from working out anew, in a loop, what follows from this pointer. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

ALWAYS_INLINE size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Shares `left` out evenly in parts of at most `most`: the size of the next part. */
ALWAYS_INLINE size_t next_part(size_t left, size_t most) {
    size_t parts = (left + most - 1) / most;
    return (left + parts - 1) / parts;
}

typedef float vec __attribute__((vector_size(4 * WIDTH)));
typedef int32_t ivec __attribute__((vector_size(4 * WIDTH)));

/* The same where memory is aligned to its elements only. */
typedef float vec_in_memory __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int32_t ivec_in_memory __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

ALWAYS_INLINE vec vec_load(const float *from) {
    return *(const vec_in_memory *)from;
}

ALWAYS_INLINE void vec_store(float *to, vec v) {
    *(vec_in_memory *)to = v;
}

ALWAYS_INLINE ivec ivec_load(const int32_t *from) {
    return *(const ivec_in_memory *)from;
}

#if WIDTH == 16 && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
/* One truth value a lane. */
typedef __mmask16 mask;
/* A number below 256 in each lane. */
typedef __m128i lane_places;

ALWAYS_INLINE mask mask_greater(vec a, vec b) {
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
}

ALWAYS_INLINE mask mask_unordered(vec a, vec b) {
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q);
}

ALWAYS_INLINE mask mask_not_zero(vec a) {
    return _mm512_cmp_ps_mask((__m512)a, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}

ALWAYS_INLINE mask mask_equal(ivec a, int32_t b) {
    return _mm512_cmpeq_epi32_mask((__m512i)a, _mm512_set1_epi32(b));
}

/* Bit i for lane i. */
ALWAYS_INLINE uint32_t mask_bits(mask m) {
    return m;
}

ALWAYS_INLINE vec vec_select(mask m, vec a, vec b) {
    return (vec)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a);
}

ALWAYS_INLINE lane_places places_set(size_t value) {
    return _mm_set1_epi8((char)value);
}

ALWAYS_INLINE lane_places places_select(mask m, lane_places a, lane_places b) {
    return _mm_mask_blend_epi8(m, b, a);
}

ALWAYS_INLINE void places_store(uint8_t *to, lane_places p) {
    _mm_storeu_si128((__m128i *)to, p);
}
#else
typedef ivec mask;
typedef ivec lane_places;

ALWAYS_INLINE mask mask_greater(vec a, vec b) {
    return a > b;
}

ALWAYS_INLINE mask mask_unordered(vec a, vec b) {
#if WIDTH == 8 && defined(__AVX2__)
    return (mask)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_UNORD_Q);
#elif WIDTH == 4 && defined(__SSE2__)
    return (mask)_mm_cmpunord_ps((__m128)a, (__m128)b);
#else
    return (a != a) | (b != b);
#endif
}

ALWAYS_INLINE mask mask_not_zero(vec a) {
    return a != 0;
}

ALWAYS_INLINE mask mask_equal(ivec a, int32_t b) {
    return a == b;
}

ALWAYS_INLINE uint32_t mask_bits(mask m) {
#if WIDTH == 8 && defined(__AVX2__)
    return (uint32_t)_mm256_movemask_ps((__m256)m);
#elif WIDTH == 4 && defined(__SSE2__)
    return (uint32_t)_mm_movemask_ps((__m128)m);
#else
    uint32_t bits = 0;
    for (int i = 0; i < WIDTH; i++)
        bits |= (uint32_t)(m[i] & 1) << i;
    return bits;
#endif
}

ALWAYS_INLINE vec vec_select(mask m, vec a, vec b) {
    return (vec)((m & (ivec)a) | (~m & (ivec)b));
}

ALWAYS_INLINE lane_places places_set(size_t value) {
    return (lane_places){0} + (int32_t)value;
}

ALWAYS_INLINE lane_places places_select(mask m, lane_places a, lane_places b) {
    return (m & a) | (~m & b);
}

ALWAYS_INLINE void places_store(uint8_t *to, lane_places p) {
#if WIDTH == 8 && defined(__AVX2__)
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)p), _mm256_extracti128_si256((__m256i)p, 1));
    _mm_storeu_si64(to, _mm_packus_epi16(words, words));
#elif WIDTH == 4 && defined(__SSE2__)
    __m128i words = _mm_packs_epi32((__m128i)p, (__m128i)p);
    _mm_storeu_si32(to, _mm_packus_epi16(words, words));
#else
    for (int i = 0; i < WIDTH; i++)
        to[i] = (uint8_t)p[i];
#endif
}
#endif

/* a > b ? a : b; b where either is NaN. */
ALWAYS_INLINE vec vec_greater(vec a, vec b) {
#if WIDTH == 16 && defined(__AVX512F__)
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif WIDTH == 8 && defined(__AVX2__)
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#elif WIDTH == 4 && defined(__SSE2__)
    return (vec)_mm_max_ps((__m128)a, (__m128)b);
#else
    return vec_select(mask_greater(a, b), a, b);
#endif
}

/* NaN stays NaN. */
ALWAYS_INLINE vec vec_relu(vec x) {
    return vec_greater((vec){0}, x);
}

/* The first `count` lanes from memory, zeros in the others; nothing behind them is read. */
ALWAYS_INLINE vec vec_load_part(const float *from, size_t count) {
#if WIDTH == 16 && defined(__AVX512F__)
    return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#elif WIDTH == 8 && defined(__AVX2__)
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (vec)_mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes));
#else
    float lanes[WIDTH] = {0};
    memcpy(lanes, from, count * sizeof *lanes);
    return vec_load(lanes);
#endif
}

/* Writes the first `count` lanes and nothing behind them. */
ALWAYS_INLINE void vec_store_part(float *to, vec v, size_t count) {
#if WIDTH == 16 && defined(__AVX512F__)
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)v);
#elif WIDTH == 8 && defined(__AVX2__)
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_maskstore_ps(to, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes), (__m256)v);
#else
    float lanes[WIDTH];
    vec_store(lanes, v);
    memcpy(to, lanes, count * sizeof *lanes);
#endif
}

/* All lanes, or where they are `partial`, the first ones. */
ALWAYS_INLINE vec vec_load_lanes(const float *from, size_t lanes, bool partial) {
    return partial ? vec_load_part(from, lanes) : vec_load(from);
}

ALWAYS_INLINE void vec_store_lanes(float *to, vec v, size_t lanes, bool partial) {
    if (partial)
        vec_store_part(to, v, lanes);
    else
        vec_store(to, v);
}

/* Lane i from base[places[i]]. */
ALWAYS_INLINE vec vec_gather(const float *base, ivec places) {
#if WIDTH == 16 && defined(__AVX512F__)
    return (vec)_mm512_i32gather_ps((__m512i)places, base, sizeof *base);
#elif WIDTH == 8 && defined(__AVX2__)
    return (vec)_mm256_i32gather_ps(base, (__m256i)places, sizeof *base);
#else
    vec v;
    for (int i = 0; i < WIDTH; i++)
        v[i] = base[places[i]];
    return v;
#endif
}

/* Sums of the lanes of WIDTH vectors, lane i from vector i, all by one tree: within each four lanes (0 + 2) + (1 + 3),
 * then the fours likewise. */
ALWAYS_INLINE vec vec_sum_four(const vec *v) {
#if WIDTH == 16
#define LOW 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define HIGH 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define EVEN 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define ODD 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#elif WIDTH == 8
#define LOW 0, 8, 1, 9, 4, 12, 5, 13
#define HIGH 2, 10, 3, 11, 6, 14, 7, 15
#define EVEN 0, 1, 8, 9, 4, 5, 12, 13
#define ODD 2, 3, 10, 11, 6, 7, 14, 15
#else
#define LOW 0, 4, 1, 5
#define HIGH 2, 6, 3, 7
#define EVEN 0, 1, 4, 5
#define ODD 2, 3, 6, 7
#endif
    vec first = __builtin_shufflevector(v[0], v[1], LOW) + __builtin_shufflevector(v[0], v[1], HIGH);
    vec second = __builtin_shufflevector(v[2], v[3], LOW) + __builtin_shufflevector(v[2], v[3], HIGH);
    return __builtin_shufflevector(first, second, EVEN) + __builtin_shufflevector(first, second, ODD);
#undef LOW
#undef HIGH
#undef EVEN
#undef ODD
}

ALWAYS_INLINE vec vec_sums(const vec *v) {
    vec first = vec_sum_four(v);
#if WIDTH == 16
#define LOW 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define EVEN 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
    vec second = vec_sum_four(v + 4), third = vec_sum_four(v + 8), fourth = vec_sum_four(v + 12);
    vec left = __builtin_shufflevector(first, second, LOW) + __builtin_shufflevector(first, second, HIGH);
    vec right = __builtin_shufflevector(third, fourth, LOW) + __builtin_shufflevector(third, fourth, HIGH);
    return __builtin_shufflevector(left, right, EVEN) + __builtin_shufflevector(left, right, ODD);
#undef LOW
#undef HIGH
#undef EVEN
#undef ODD
#elif WIDTH == 8
    vec second = vec_sum_four(v + 4);
    return __builtin_shufflevector(first, second, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(first, second, 4, 5, 6, 7, 12, 13, 14, 15);
#else
    return first;
#endif
}

#endif
