#include "engine/placement.h"

#include "core/memory.h"
#include "core/status.h"

/* Offsets are multiples of a cache line. */
enum { LINE_FLOATS = 16 };

/* One value, from the op that gives it to the last one that takes it. */
typedef struct interval {
    size_t value, size, first, last, offset;
} interval;

static bool overlap(const interval *a, const interval *b) {
    return a->first <= b->last && b->first <= a->last;
}

static bool list_intervals(interval *intervals, size_t *count, const digitnet__plan *plan, size_t capacity) {
    size_t total = 0;
    *count = 0;
    for (size_t i = 0; i < plan->value_count; i++) {
        const digitnet__value *value = &plan->values[i];
        if (!value->used)
            continue;
        size_t size;
        if (!digitnet__size_multiply(&size, value->values, capacity) ||
            !digitnet__size_add(&size, size, LINE_FLOATS - 1) || !digitnet__size_add(&total, total, size))
            return false; /* so that no sum of sizes below can overflow */
        size_t first = value->producer == DNN_NO_OP ? 0 : value->producer;
        intervals[(*count)++] = (interval){.value = i,
                                           .size = size / LINE_FLOATS * LINE_FLOATS,
                                           .first = first,
                                           .last = value->last > first ? value->last : first};
    }
    return digitnet__size_multiply(&total, total, sizeof(float));
}

/* The most that is needed at one time: no placement takes less. */
static size_t least_size(const interval *intervals, size_t count) {
    size_t least = 0;
    for (size_t i = 0; i < count; i++) {
        size_t sum = 0;
        for (size_t k = 0; k < count; k++)
            if (intervals[k].first <= intervals[i].first && intervals[i].first <= intervals[k].last)
                sum += intervals[k].size;
        least = sum > least ? sum : least;
    }
    return least;
}

/* In a chain an op takes one value and gives another: they lie at both ends of the arena in turn, which is the least
 * that there can be. False where that does not serve. */
static bool place_at_ends(interval *intervals, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++) {
        intervals[i].offset = i % 2 ? size - intervals[i].size : 0;
        for (size_t k = 0; k < i; k++) {
            bool apart = intervals[k].offset + intervals[k].size <= intervals[i].offset ||
                         intervals[i].offset + intervals[i].size <= intervals[k].offset;
            if (!apart && overlap(&intervals[k], &intervals[i]))
                return false;
        }
    }
    return true;
}

/* The lowest place for one more interval that is clear of the placed ones, in the order of their offsets, which it
 * overlaps. */
static size_t lowest_place(const interval *placed, size_t count, const interval *one) {
    size_t offset = 0;
    for (size_t i = 0; i < count && placed[i].offset < offset + one->size; i++) {
        size_t end = placed[i].offset + placed[i].size;
        if (end > offset && overlap(&placed[i], one))
            offset = end;
    }
    return offset;
}

static interval take_largest(interval *intervals, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (intervals[i].size > intervals[largest].size)
            largest = i;
    interval taken = intervals[largest];
    intervals[largest] = intervals[0];
    return taken;
}

/* The largest first, each as low as it can lie. Returns the size of all. */
static size_t place_by_size(interval *intervals, size_t count) {
    size_t size = 0;
    for (size_t placed = 0; placed < count; placed++) {
        interval one = take_largest(intervals + placed, count - placed);
        one.offset = lowest_place(intervals, placed, &one);
        size = one.offset + one.size > size ? one.offset + one.size : size;
        size_t at = placed;
        for (; at > 0 && intervals[at - 1].offset > one.offset; at--)
            intervals[at] = intervals[at - 1];
        intervals[at] = one;
    }
    return size;
}

digitnet_status digitnet__placement_create(digitnet__placement *placement, const digitnet__plan *plan,
                                           size_t capacity) {
    *placement = (digitnet__placement){0};
    interval *intervals = digitnet__allocate_array(plan->value_count, sizeof *intervals);
    placement->offsets = digitnet__allocate_zeroed_array(plan->value_count, sizeof *placement->offsets);
    digitnet_status status = DIGITNET_ENOMEM;
    size_t count;
    if (intervals && placement->offsets) {
        status = list_intervals(intervals, &count, plan, capacity)
                     ? DIGITNET_OK
                     : digitnet__fail(DIGITNET_ELIMIT, "the size of the memory for %zu images at a time overflows",
                                      capacity);
    }
    if (status == DIGITNET_OK) {
        placement->size = least_size(intervals, count);
        if (!place_at_ends(intervals, count, placement->size))
            placement->size = place_by_size(intervals, count);
        for (size_t i = 0; i < count; i++)
            placement->offsets[intervals[i].value] = intervals[i].offset;
    } else {
        digitnet__placement_release(placement);
    }
    digitnet__release(intervals);
    return status;
}

void digitnet__placement_release(digitnet__placement *placement) {
    digitnet__release(placement->offsets);
    placement->offsets = NULL;
}
