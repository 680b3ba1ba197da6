#include "image/text_size.h"

#include "core/memory.h"

#include <math.h>

/* What is smaller is a speck, in pixels. */
enum { LEAST_SIZE = 6 };
/* Sizes are counted by eighths of octaves. */
enum { OCTAVES = 32, STEPS = 8 };
/* A straight stroke that is so many times as long as broad is a line, as the edge of a sheet shows. */
enum { THINNEST = 64 };
/* Parts of the usual size. */
#define SMALLEST 0.5
#define LARGEST 2.0

/* What has others between its strokes, so many in a row on average, is a frame, as a form's boxes are. */
#define LEAST_HELD 0.5

double digitnet__text_size_of(const digitnet__component *piece) {
    double size = (double)(piece->box.width > piece->box.height ? piece->box.width : piece->box.height);
    return (double)piece->pixels * THINNEST < size * size ? 0.0 : size;
}

/* How many runs of others each piece has between its own, in all its rows. `last` has room for a value of each, and is
 * zero. */
static void count_held(uint64_t *held, size_t *last, const digitnet__components *pieces) {
    for (size_t i = 0; i < pieces->run_count; i++) {
        size_t piece = pieces->runs[i].component, before = last[piece];
        if (before > 0 && pieces->runs[before - 1].row == pieces->runs[i].row)
            held[piece] += i - before;
        last[piece] = i + 1;
    }
}

static bool is_frame(const digitnet__component *piece, uint64_t held) {
    return (double)held >= LEAST_HELD * (double)piece->box.height;
}

/* The median of the sizes, each of which counts as often as it is large. */
static double weigh_sizes(const digitnet__components *pieces, const uint64_t *held) {
    double weights[OCTAVES * STEPS] = {0.0}, total = 0.0, below = 0.0;
    size_t median = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        double size = digitnet__text_size_of(&pieces->items[i]);
        if (size < LEAST_SIZE || is_frame(&pieces->items[i], held[i]))
            continue;
        weights[(size_t)(log2(size) * STEPS)] += size;
        total += size;
    }
    if (total == 0.0)
        return 0.0;
    while (2.0 * (below + weights[median]) < total)
        below += weights[median++];
    return exp2(((double)median + 0.5) / STEPS);
}

digitnet_status digitnet__text_size_find(double *size, const digitnet__components *pieces) {
    uint64_t *held = digitnet__allocate_zeroed_array(pieces->count, sizeof *held);
    size_t *last = digitnet__allocate_zeroed_array(pieces->count, sizeof *last);
    digitnet_status status = held && last ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (!status) {
        count_held(held, last, pieces);
        *size = weigh_sizes(pieces, held);
    }
    digitnet__release(last);
    digitnet__release(held);
    return status;
}

bool digitnet__text_size_fits(const digitnet__component *piece, double size) {
    double own = digitnet__text_size_of(piece);
    return own > 0.0 && own >= SMALLEST * size && own <= LARGEST * size;
}
