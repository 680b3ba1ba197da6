#include "image/text_size.h"

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

double digitnet__text_size_of(const digitnet__component *piece) {
    double size = (double)(piece->box.width > piece->box.height ? piece->box.width : piece->box.height);
    return (double)piece->pixels * THINNEST < size * size ? 0.0 : size;
}

double digitnet__text_size(const digitnet__components *pieces) {
    double weights[OCTAVES * STEPS] = {0.0}, total = 0.0, below = 0.0;
    size_t median = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        double size = digitnet__text_size_of(&pieces->items[i]);
        if (size < LEAST_SIZE)
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

bool digitnet__text_size_fits(const digitnet__component *piece, double size) {
    double own = digitnet__text_size_of(piece);
    return own >= SMALLEST * size && own <= LARGEST * size;
}
