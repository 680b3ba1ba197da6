/* The built-in matrix product. Each value of C is one chain of multiply-adds (or, where B is transposed, WIDTH chains
 * that one tree adds up) over the depth, so that it does not depend on how many rows or columns are computed with it.
 */
#include "kernels/set.h"

#if WIDTH == 16 /* 32 registers */
enum { DOT_ROWS = 4, OUTER_ROWS = 6, OUTER_VECTORS = 4 };
#elif WIDTH == 8 /* 16 registers */
enum { DOT_ROWS = 3, OUTER_ROWS = 6, OUTER_VECTORS = 2 };
#else            /* 16 registers, products and sums apart */
enum { DOT_ROWS = 2, OUTER_ROWS = 6, OUTER_VECTORS = 2 };
#endif
/* Columns of a tile of dot products: of several rows, and of one. */
enum { DOT_COLUMNS = 4, DOT_ROW_COLUMNS = WIDTH == 16 ? 16 : 8, DOT_SUMS = 16 };
/* Dot products: rows of A and the depth of a block, so that it stays in the first cache beside a tile's rows of B while
 * all of B goes by. Where B does not stay in the second cache, it goes by for many more rows at once. */
enum { DOT_BLOCK_ROWS = 8, DOT_MANY_ROWS = 64, DOT_DEPTH = WIDTH == 16 ? 896 : 576, DOT_CACHED_VALUES = 1 << 18 };
/* The rows of B that are used again and again while they are in cache. */
enum { DEPTH_BLOCK = 256 };
/* Below this depth, adding up the sums of dot products would take longer than their multiplications. */
enum { SHALLOW = 4 * WIDTH };

/* Two matrices of `depth` columns each: rows of the first times rows of the second. */
typedef struct dot_job {
    const float *a, *b;
    size_t a_stride, b_stride, depth;
    float *c;
    size_t c_stride;
    bool add;
} dot_job;

ALWAYS_INLINE void dot_store(const dot_job *job, const vec *sums, size_t rows, size_t columns) {
    float values[DOT_SUMS];
    UNROLLED for (size_t i = 0; i < rows * columns; i += WIDTH) vec_store(values + i, vec_sums(sums + i));
    UNROLLED for (size_t r = 0; r < rows; r++) UNROLLED for (size_t c = 0; c < columns; c++) {
        float *place = &job->c[r * job->c_stride + c];
        *place = values[r * columns + c] + (job->add ? *place : 0);
    }
}

/* Adds the products of WIDTH columns, or of the last `count` ones. */
ALWAYS_INLINE void dot_step(vec *sums, const dot_job *job, size_t k, size_t rows, size_t columns, bool partial) {
    vec left[DOT_ROWS];
    UNROLLED for (size_t r = 0; r < rows; r++) {
        const float *a = job->a + r * job->a_stride + k;
        left[r] = vec_load_lanes(a, job->depth - k, partial);
    }
    UNROLLED for (size_t c = 0; c < columns; c++) {
        const float *b = job->b + c * job->b_stride + k;
        vec right = vec_load_lanes(b, job->depth - k, partial);
        UNROLLED for (size_t r = 0; r < rows; r++) sums[r * columns + c] += left[r] * right;
    }
}

ALWAYS_INLINE void dot_tile(const dot_job *whole, size_t rows, size_t columns) {
    const dot_job job = *whole;
    vec sums[DOT_SUMS];
    UNROLLED for (size_t i = 0; i < DOT_SUMS; i++) sums[i] = (vec){0};
    size_t k = 0;
    for (; k + WIDTH <= job.depth; k += WIDTH)
        dot_step(sums, &job, k, rows, columns, false);
    if (k < job.depth)
        dot_step(sums, &job, k, rows, columns, true);
    dot_store(&job, sums, rows, columns);
}

#define DOT_TILE(rows, columns)                                   \
    static void dot_tile_##rows##x##columns(const dot_job *job) { \
        dot_tile(job, rows, columns);                             \
    }
typedef void (*dot_tile_fn)(const dot_job *job);

DOT_TILE(1, 1)
DOT_TILE(1, 4)
DOT_TILE(2, 1)
DOT_TILE(2, 4)
#if WIDTH == 16
DOT_TILE(1, 16)
DOT_TILE(3, 1)
DOT_TILE(3, 4)
DOT_TILE(4, 1)
DOT_TILE(4, 4)
#else
DOT_TILE(1, 8)
#if WIDTH == 8
DOT_TILE(3, 1)
DOT_TILE(3, 4)
#endif
#endif

static const size_t dot_widths[] = {DOT_ROW_COLUMNS, DOT_COLUMNS, 1};
static const dot_tile_fn dot_tiles[DOT_ROWS][3] = {
#if WIDTH == 16
    {dot_tile_1x16, dot_tile_1x4, dot_tile_1x1},
    {NULL, dot_tile_2x4, dot_tile_2x1},
    {NULL, dot_tile_3x4, dot_tile_3x1},
    {NULL, dot_tile_4x4, dot_tile_4x1},
#else
    {dot_tile_1x8, dot_tile_1x4, dot_tile_1x1},
    {NULL, dot_tile_2x4, dot_tile_2x1},
#if WIDTH == 8
    {NULL, dot_tile_3x4, dot_tile_3x1},
#endif
#endif
};

static void dot_rows(const dot_job *block, size_t rows, size_t columns) {
    size_t kind = rows == 1 ? 0 : 1;
    for (size_t column = 0; column < columns; column += dot_widths[kind]) {
        while (columns - column < dot_widths[kind])
            kind++;
        for (size_t row = 0, part; row < rows; row += part) {
            part = next_part(rows - row, DOT_ROWS);
            dot_job job = *block;
            job.a += row * job.a_stride;
            job.b += column * job.b_stride;
            job.c += row * job.c_stride + column;
            dot_tiles[part - 1][kind](&job);
        }
    }
}

static void dot_block(const dot_job *block, size_t rows, size_t columns) {
    dot_job job = *block;
    size_t most = columns * job.depth > DOT_CACHED_VALUES ? DOT_MANY_ROWS : DOT_BLOCK_ROWS;
    for (size_t part; rows > 0; rows -= part) {
        part = next_part(rows, most);
        dot_rows(&job, part, columns);
        job.a += part * job.a_stride;
        job.c += part * job.c_stride;
    }
}

/* B transposed. */
static void gemm_dot(const digitnet__gemm *gemm) {
    size_t blocks = (gemm->depth + DOT_DEPTH - 1) / DOT_DEPTH, first = 0;
    size_t depth = blocks > 1 ? (gemm->depth / blocks + WIDTH) / WIDTH * WIDTH : gemm->depth;
    do {
        dot_job job = {.a = gemm->a + first,
                       .b = gemm->b + first,
                       .a_stride = gemm->a_stride,
                       .b_stride = gemm->b_stride,
                       .depth = min_size(gemm->depth - first, depth),
                       .c = gemm->c,
                       .c_stride = gemm->c_stride,
                       .add = first > 0 || gemm->beta != 0};
        dot_block(&job, gemm->rows, gemm->columns);
        first += job.depth;
    } while (first < gemm->depth);
}

/* Both transposed: rows of A are gathered, a block of the depth at a time. */
static void gemm_both_transposed(const digitnet__gemm *gemm) {
    float gathered[DOT_ROWS][DEPTH_BLOCK];
    for (size_t row = 0, rows; row < gemm->rows; row += rows) {
        size_t first = 0;
        rows = next_part(gemm->rows - row, DOT_ROWS);
        do {
            size_t depth = min_size(gemm->depth - first, DEPTH_BLOCK);
            for (size_t k = 0; k < depth; k++)
                for (size_t r = 0; r < rows; r++)
                    gathered[r][k] = gemm->a[(first + k) * gemm->a_stride + row + r];
            dot_job job = {.a = &gathered[0][0],
                           .b = gemm->b + first,
                           .a_stride = DEPTH_BLOCK,
                           .b_stride = gemm->b_stride,
                           .depth = depth,
                           .c = gemm->c + row * gemm->c_stride,
                           .c_stride = gemm->c_stride,
                           .add = first > 0 || gemm->beta != 0};
            dot_rows(&job, rows, gemm->columns);
            first += depth;
        } while (first < gemm->depth);
    }
}

/* Columns of the first matrix times rows of the second. */
typedef struct outer_job {
    const float *a, *b;
    size_t a_row, a_depth, b_stride, depth;
    float *c;
    size_t c_stride;
    bool add;
} outer_job;

/* The tile at a row and a column of C. One of one vector takes the last columns, however few: `last` of them. */
ALWAYS_INLINE void outer_tile(const outer_job *whole, size_t row, size_t column, size_t last, size_t rows,
                              size_t vectors) {
    const outer_job job = {.a = whole->a + row * whole->a_row,
                           .b = whole->b + column,
                           .a_row = whole->a_row,
                           .a_depth = whole->a_depth,
                           .b_stride = whole->b_stride,
                           .depth = whole->depth,
                           .c = whole->c + row * whole->c_stride + column,
                           .c_stride = whole->c_stride,
                           .add = whole->add};
    const bool partial = vectors == 1;
    vec sums[OUTER_ROWS * OUTER_VECTORS];
    UNROLLED for (size_t r = 0; r < rows; r++) UNROLLED for (size_t v = 0; v < vectors; v++) {
        const float *c = job.c + r * job.c_stride + v * WIDTH;
        sums[r * vectors + v] = !job.add ? (vec){0} : partial ? vec_load_part(c, last) : vec_load(c);
    }
    const float *a = job.a, *b = job.b;
    for (size_t k = 0; k < job.depth; k++) {
        vec right[OUTER_VECTORS];
        UNROLLED for (size_t v = 0; v < vectors; v++) right[v] =
            partial ? vec_load_part(b, last) : vec_load(b + v * WIDTH);
        UNROLLED for (size_t r = 0; r < rows; r++) {
            float left = a[r * job.a_row];
            UNROLLED for (size_t v = 0; v < vectors; v++) sums[r * vectors + v] += right[v] * left;
        }
        a += job.a_depth;
        b += job.b_stride;
    }
    UNROLLED for (size_t r = 0; r < rows; r++) UNROLLED for (size_t v = 0; v < vectors; v++) {
        float *c = job.c + r * job.c_stride + v * WIDTH;
        if (partial)
            vec_store_part(c, sums[r * vectors + v], last);
        else
            vec_store(c, sums[r * vectors + v]);
    }
}

#define OUTER_TILE(rows, vectors)                                                                             \
    static void outer_tile_##rows##x##vectors(const outer_job *job, size_t row, size_t column, size_t last) { \
        outer_tile(job, row, column, last, rows, vectors);                                                    \
    }
#define OUTER_TILES(vectors) \
    OUTER_TILE(1, vectors)   \
    OUTER_TILE(2, vectors)   \
    OUTER_TILE(3, vectors)   \
    OUTER_TILE(4, vectors)   \
    OUTER_TILE(5, vectors)   \
    OUTER_TILE(6, vectors)
#define OUTER_ROW(vectors)                                                                              \
    {                                                                                                   \
        outer_tile_1x##vectors, outer_tile_2x##vectors, outer_tile_3x##vectors, outer_tile_4x##vectors, \
            outer_tile_5x##vectors, outer_tile_6x##vectors                                              \
    }
typedef void (*outer_tile_fn)(const outer_job *job, size_t row, size_t column, size_t last);

OUTER_TILES(1)
OUTER_TILES(2)
#if WIDTH == 16
OUTER_TILES(4)
static const size_t outer_widths[] = {4, 2, 1};
static const outer_tile_fn outer_tiles[][OUTER_ROWS] = {OUTER_ROW(4), OUTER_ROW(2), OUTER_ROW(1)};
#else
static const size_t outer_widths[] = {2, 1};
static const outer_tile_fn outer_tiles[][OUTER_ROWS] = {OUTER_ROW(2), OUTER_ROW(1)};
#endif

static void outer_block(const outer_job *block, size_t rows, size_t columns) {
    size_t kind = 0;
    for (size_t column = 0; column < columns; column += outer_widths[kind] * WIDTH) {
        while (outer_widths[kind] > 1 && columns - column < outer_widths[kind] * WIDTH)
            kind++;
        for (size_t row = 0, part; row < rows; row += part) {
            part = next_part(rows - row, OUTER_ROWS);
            outer_tiles[kind][part - 1](block, row, column, min_size(columns - column, WIDTH));
        }
    }
}

/* The depth's values first .. first + depth - 1, without B and C. */
static outer_job outer_part(const digitnet__gemm *gemm, size_t first, size_t depth) {
    bool plain = gemm->transpose_a == DNN_PLAIN;
    outer_job job = {.a_row = plain ? gemm->a_stride : 1,
                     .a_depth = plain ? 1 : gemm->a_stride,
                     .depth = depth,
                     .c_stride = gemm->c_stride,
                     .add = first > 0 || gemm->beta != 0};
    job.a = gemm->a + first * job.a_depth;
    return job;
}

/* B plain. A block of the depth goes on from what the blocks before it left in C. */
static void gemm_outer(const digitnet__gemm *gemm) {
    size_t first = 0;
    do {
        outer_job job = outer_part(gemm, first, min_size(gemm->depth - first, DEPTH_BLOCK));
        job.b = gemm->b + first * gemm->b_stride;
        job.b_stride = gemm->b_stride;
        job.c = gemm->c;
        outer_block(&job, gemm->rows, gemm->columns);
        first += job.depth;
    } while (first < gemm->depth);
}

/* B transposed, of a depth that is too small for dot products: some of its rows are turned into columns. */
static void gemm_shallow(const digitnet__gemm *gemm) {
    float turned[SHALLOW][OUTER_VECTORS * WIDTH];
    outer_job job = outer_part(gemm, 0, gemm->depth);
    job.b = &turned[0][0];
    job.b_stride = OUTER_VECTORS * WIDTH;
    for (size_t column = 0; column < gemm->columns; column += OUTER_VECTORS * WIDTH) {
        size_t columns = min_size(gemm->columns - column, OUTER_VECTORS * WIDTH);
        for (size_t c = 0; c < columns; c++)
            for (size_t k = 0; k < gemm->depth; k++)
                turned[k][c] = gemm->b[(column + c) * gemm->b_stride + k];
        job.c = gemm->c + column;
        outer_block(&job, gemm->rows, columns);
    }
}

void SET_NAME(gemm)(const digitnet__gemm *gemm) {
    if (gemm->transpose_b == DNN_PLAIN)
        gemm_outer(gemm);
    else if (gemm->depth <= SHALLOW)
        gemm_shallow(gemm);
    else if (gemm->transpose_a == DNN_PLAIN)
        gemm_dot(gemm);
    else
        gemm_both_transposed(gemm);
}
