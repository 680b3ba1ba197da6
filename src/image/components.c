#include "image/components.h"

#include "core/memory.h"
#include "core/status.h"

#include <stdbool.h>
#include <string.h>

/* The first pixel from `column` on that may have ink: eight at once are compared by their highest bits, to which 128
 * less the threshold is added. */
static size_t skip_paper(const uint8_t *pixels, size_t column, size_t width, uint8_t threshold) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highest = ones << 7;
    const uint64_t lift = threshold < 128 ? (uint64_t)(128 - threshold) * ones : 0;
    for (; column + sizeof(uint64_t) <= width; column += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, pixels + column, sizeof eight);
        if ((((eight & ~highest) + lift) | eight) & highest)
            break;
    }
    return column;
}

/* The runs of a row, or how many there are where `runs` is NULL. */
static size_t find_runs(digitnet__run *runs, const digitnet__plane *ink, size_t row, uint8_t threshold) {
    const uint8_t *pixels = ink->pixels + row * ink->width;
    size_t count = 0;
    for (size_t column = 0; column < ink->width;) {
        column = skip_paper(pixels, column, ink->width, threshold);
        while (column < ink->width && pixels[column] < threshold)
            column++;
        size_t first = column;
        while (column < ink->width && pixels[column] >= threshold)
            column++;
        if (first < column && runs)
            runs[count] = (digitnet__run){(uint32_t)row, (uint32_t)first, (uint32_t)column, 0};
        count += first < column;
    }
    return count;
}

/* The first run of the component that `run` belongs to; paths are halved on the way. */
static uint32_t root_of(digitnet__run *runs, uint32_t run) {
    while (runs[run].component != run)
        run = runs[run].component = runs[runs[run].component].component;
    return run;
}

/* Joins the runs at `row_start` .. `row_end` with those of the row above, from `above` on, that they touch. */
static void join_rows(digitnet__run *runs, size_t above, size_t row_start, size_t row_end) {
    for (size_t run = row_start, first = above; run < row_end; run++) {
        while (first < row_start && runs[first].end < runs[run].first)
            first++;
        for (size_t other = first; other < row_start && runs[other].first <= runs[run].end; other++) {
            uint32_t a = root_of(runs, (uint32_t)other), b = root_of(runs, (uint32_t)run);
            runs[a > b ? a : b].component = a > b ? b : a;
        }
    }
}

/* Numbers components by their first runs, in place of the first runs themselves. */
static size_t number_components(digitnet__run *runs, size_t count) {
    size_t components = 0;
    for (size_t run = 0; run < count; run++) {
        uint32_t parent = runs[run].component; /* an earlier run has its number already */
        runs[run].component = parent == run ? (uint32_t)components++ : runs[parent].component;
    }
    return components;
}

static void measure(digitnet__components *components, const digitnet__plane *ink) {
    for (size_t i = 0; i < components->run_count; i++) {
        const digitnet__run *run = &components->runs[i];
        digitnet__component *item = &components->items[run->component];
        digitnet__box box = {run->first, run->row, run->end - run->first, 1};
        if (item->pixels == 0)
            item->box = box;
        digitnet__box_unite(&item->box, &box);
        item->pixels += box.width;
        for (size_t column = run->first; column < run->end; column++)
            item->ink += ink->pixels[run->row * ink->width + column];
    }
}

digitnet_status digitnet__components_find(digitnet__components *out, const digitnet__plane *ink, uint8_t threshold) {
    size_t count = 0, above = 0, done = 0;
    *out = (digitnet__components){.items = NULL};
    for (size_t row = 0; row < ink->height; row++)
        count += find_runs(NULL, ink, row, threshold);
    if (ink->width > UINT32_MAX || ink->height > UINT32_MAX || count > UINT32_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "a picture of %zu x %zu pixels has too many pieces", ink->width,
                              ink->height);
    out->runs = digitnet__allocate_array(count, sizeof *out->runs);
    if (!out->runs)
        return DIGITNET_ENOMEM;
    for (size_t row = 0; row < ink->height; row++) {
        size_t found = find_runs(out->runs + done, ink, row, threshold);
        for (size_t run = done; run < done + found; run++)
            out->runs[run].component = (uint32_t)run;
        join_rows(out->runs, above, done, done + found);
        above = done;
        done += found;
    }
    out->run_count = count;
    out->count = number_components(out->runs, count);
    out->items = digitnet__allocate_zeroed_array(out->count, sizeof *out->items);
    if (!out->items) {
        digitnet__components_release(out);
        return DIGITNET_ENOMEM;
    }
    measure(out, ink);
    return DIGITNET_OK;
}

void digitnet__components_release(digitnet__components *components) {
    digitnet__release(components->runs);
    digitnet__release(components->items);
    *components = (digitnet__components){.items = NULL};
}

void digitnet__components_erase(digitnet__plane *ink, const digitnet__components *components,
                                const unsigned char *erase) {
    for (size_t i = 0; i < components->run_count; i++) {
        const digitnet__run *run = &components->runs[i];
        if (erase[run->component])
            memset(ink->pixels + run->row * ink->width + run->first, 0, run->end - run->first);
    }
}

double digitnet__component_lean(const digitnet__components *components, size_t component) {
    double first = -1.0, last = 0.0;
    for (size_t i = 0; i < components->run_count; i++) {
        const digitnet__run *run = &components->runs[i];
        if (run->component != component)
            continue;
        last = (run->first + run->end) / 2.0;
        first = first < 0.0 ? last : first;
    }
    return first - last;
}
