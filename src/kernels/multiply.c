/* Products value by value, and their sums over rows. */
#include "kernels/set.h"

/* Vectors of columns whose sums are in registers at the same time. */
enum { BLOCK = 4 };

void SET_NAME(multiply)(float *product, const float *a, const float *b, size_t count) {
    size_t i = 0;
    for (; count - i >= WIDTH; i += WIDTH)
        vec_store(product + i, vec_load(a + i) * vec_load(b + i));
    if (i < count)
        vec_store_part(product + i, vec_load_part(a + i, count - i) * vec_load_part(b + i, count - i), count - i);
}

void SET_NAME(multiply_rows)(float *product, const float *a, const float *row, size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++)
        SET_NAME(multiply)(product + i * columns, a + i * columns, row, columns);
}

ALWAYS_INLINE void sum_block(float *sums, const float *a, const float *b, size_t rows, size_t columns, size_t vectors) {
    vec block[BLOCK] = {{0}};
    for (size_t row = 0; row < rows; row++, a += columns, b += columns)
        UNROLLED for (size_t i = 0; i < vectors; i++) block[i] += vec_load(a + i * WIDTH) * vec_load(b + i * WIDTH);
    UNROLLED for (size_t i = 0; i < vectors; i++) vec_store(sums + i * WIDTH, block[i]);
}

static void sum_part(float *sums, const float *a, const float *b, size_t rows, size_t columns, size_t part) {
    vec block = {0};
    for (size_t row = 0; row < rows; row++, a += columns, b += columns)
        block += vec_load_part(a, part) * vec_load_part(b, part);
    vec_store_part(sums, block, part);
}

void SET_NAME(sum_products)(float *sums, const float *a, const float *b, size_t rows, size_t columns) {
    size_t column = 0;
    for (; columns - column >= BLOCK * WIDTH; column += BLOCK * WIDTH)
        sum_block(sums + column, a + column, b + column, rows, columns, BLOCK);
    for (; columns - column >= WIDTH; column += WIDTH)
        sum_block(sums + column, a + column, b + column, rows, columns, 1);
    if (column < columns)
        sum_part(sums + column, a + column, b + column, rows, columns, columns - column);
}
