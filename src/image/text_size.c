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

/* A frame, as a form's boxes are, has others between its strokes, so many in a row on average; or where its digits
 * touch it, as many strokes side by side, and one along it that is so many times as long as the frame is high. */
#define LEAST_HELD 0.5
#define LEAST_STROKES 2.0
#define LONG_TIMES 2.0

/* What is known of a piece by its runs. */
typedef struct runs_of {
    size_t count, longest;
    size_t last;   /* one behind the last of them that was seen; 0: none */
    uint64_t held; /* runs of others between its own, in all its rows */
} runs_of;

double digitnet__text_size_of(const digitnet__component *piece) {
    double size = (double)(piece->box.width > piece->box.height ? piece->box.width : piece->box.height);
    return (double)piece->pixels * THINNEST < size * size ? 0.0 : size;
}

/* `known` is zero. */
static void know_runs(runs_of *known, const digitnet__components *pieces) {
    for (size_t i = 0; i < pieces->run_count; i++) {
        const digitnet__run *run = &pieces->runs[i];
        runs_of *piece = &known[run->component];
        if (piece->last > 0 && pieces->runs[piece->last - 1].row == run->row)
            piece->held += i - piece->last;
        piece->last = i + 1;
        piece->count++;
        piece->longest = run->end - run->first > piece->longest ? run->end - run->first : piece->longest;
    }
}

static bool is_frame(const digitnet__component *piece, const runs_of *runs) {
    double width = (double)piece->box.width, height = (double)piece->box.height;
    return (double)runs->held >= LEAST_HELD * height ||
           ((double)runs->count >= LEAST_STROKES * height &&
            (double)runs->longest >= LONG_TIMES * (width < height ? width : height));
}

/* The median of the sizes, each of which counts as often as it is large. */
static double weigh_sizes(const digitnet__components *pieces, const runs_of *known) {
    double weights[OCTAVES * STEPS] = {0.0}, total = 0.0, below = 0.0;
    size_t median = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        double size = digitnet__text_size_of(&pieces->items[i]);
        if (size < LEAST_SIZE || is_frame(&pieces->items[i], &known[i]))
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
    runs_of *known = digitnet__allocate_zeroed_array(pieces->count, sizeof *known);
    if (!known)
        return DIGITNET_ENOMEM;
    know_runs(known, pieces);
    *size = weigh_sizes(pieces, known);
    digitnet__release(known);
    return DIGITNET_OK;
}

bool digitnet__text_size_fits(const digitnet__component *piece, double size) {
    double own = digitnet__text_size_of(piece);
    return own > 0.0 && own >= SMALLEST * size && own <= LARGEST * size;
}
