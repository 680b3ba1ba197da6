/* Classes of a data set, and its split into two parts. */
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/epoch_order.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <math.h>

/* ---- Labels ---- */

enum { CHUNK = 256 }; /* samples whose labels are asked for at a time */

/* Calls `see` with each label, in the order of the samples; those of a source are asked for. */
typedef digitnet_status (*label_fn)(void *context, size_t sample, int32_t label);

static digitnet_status visit_chunk(const digitnet_dataset *dataset, int32_t *labels, size_t first, size_t count,
                                   label_fn see, void *context) {
    size_t max_labels = dataset->storage->layout.max_labels, indices[CHUNK];
    int32_t label_counts[CHUNK];
    for (size_t i = 0; i < count; i++)
        indices[i] = first + i;
    const digitnet_batch batch = {.count = count, .indices = indices, .labels = labels, .label_counts = label_counts};
    DNN_TRY(digitnet__dataset_gather_stored(&batch, dataset, digitnet__kernels_best()));
    for (size_t i = 0; i < count * max_labels; i++)
        if (labels[i] >= 0)
            DNN_TRY(see(context, first + i / max_labels, labels[i]));
    return DIGITNET_OK;
}

static digitnet_status visit_labels(const digitnet_dataset *dataset, label_fn see, void *context) {
    digitnet_status status = DIGITNET_OK;
    int32_t *labels = digitnet__allocate_array(dataset->storage->layout.max_labels, CHUNK * sizeof *labels);
    if (!labels)
        return DIGITNET_ENOMEM;
    for (size_t done = 0; status == DIGITNET_OK && done < dataset->count; done += CHUNK) {
        size_t left = dataset->count - done;
        status = visit_chunk(dataset, labels, done, left < CHUNK ? left : CHUNK, see, context);
    }
    digitnet__release(labels);
    return status;
}

typedef struct class_counts {
    size_t *counts;
    size_t capacity;
} class_counts;

static digitnet_status count_label(void *context, size_t sample, int32_t label) {
    const class_counts *classes = context;
    if ((size_t)label >= classes->capacity)
        return digitnet__fail(DIGITNET_EBUFFER,
                              "digitnet_dataset_count_classes: sample %zu has label %d; there is room for %zu counts",
                              sample, (int)label, classes->capacity);
    classes->counts[label]++;
    return DIGITNET_OK;
}

static digitnet_status count_classes(size_t *counts, size_t capacity, const digitnet_dataset *dataset) {
    class_counts classes = {.counts = counts, .capacity = capacity};
    if (!counts || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_count_classes: %s is NULL",
                              counts ? "dataset" : "counts");
    if (dataset->storage->layout.max_labels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_count_classes: the data set has no labels");
    for (size_t i = 0; i < capacity; i++)
        counts[i] = 0;
    return visit_labels(dataset, count_label, &classes);
}

digitnet_status digitnet_dataset_count_classes(size_t *counts, size_t capacity, const digitnet_dataset *dataset) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, count_classes(counts, capacity, dataset));
}

/* ---- Parts ---- */

/* What a split is decided from. */
typedef struct split {
    const char *what; /* begins the messages */
    const digitnet_dataset *dataset;
    double fraction;
    digitnet_split_options options;
    digitnet__arena arena;
    size_t *order;   /* in which samples are taken, from the end */
    bool *is_second; /* of each sample */
    int32_t *labels;
    size_t *counts; /* of each class; then how many of them are still to be taken */
} split;

static digitnet_status fail_empty(const split *s) {
    return digitnet__fail(DIGITNET_EINVAL, "%s %s leaves one part of %zu samples empty", s->what,
                          digitnet__number_text(s->fraction).text, s->dataset->count);
}

static digitnet_status keep_label(void *context, size_t sample, int32_t label) {
    enum { MOST_CLASSES = 65536 };
    split *s = context;
    if (label >= MOST_CLASSES)
        return digitnet__fail(DIGITNET_ELIMIT, "%s: sample %zu has label %d; classes are split by themselves below %d",
                              s->what, sample, (int)label, MOST_CLASSES);
    s->labels[sample] = label;
    return DIGITNET_OK;
}

/* The second part's share of each class, rounded; where there are two samples or more, neither part goes without. */
static void set_quotas(const split *s, size_t classes) {
    for (size_t i = 0; i < s->dataset->count; i++)
        s->counts[s->labels[i]]++;
    for (size_t k = 0; k < classes; k++) {
        size_t count = s->counts[k], quota = (size_t)floor((double)count * s->fraction + 0.5);
        if (quota == 0 && count >= 2)
            quota = 1;
        s->counts[k] = quota == count && count > 0 ? count - 1 : quota;
    }
}

static digitnet_status choose_by_class(split *s) {
    size_t classes = 0, count = s->dataset->count;
    DNN_TRY(visit_labels(s->dataset, keep_label, s));
    for (size_t i = 0; i < count; i++)
        classes = (size_t)s->labels[i] >= classes ? (size_t)s->labels[i] + 1 : classes;
    s->counts = digitnet__allocate_zeroed_array(classes, sizeof *s->counts);
    if (!s->counts)
        return DIGITNET_ENOMEM;
    set_quotas(s, classes);
    for (size_t left = count; left > 0; left--) {
        size_t sample = s->order[left - 1];
        size_t *quota = &s->counts[s->labels[sample]];
        s->is_second[sample] = *quota > 0;
        *quota -= *quota > 0;
    }
    return DIGITNET_OK;
}

/* So many samples of the first part. */
static size_t count_first(const split *s) {
    return (size_t)((double)s->dataset->count * (1 - s->fraction));
}

static digitnet_status choose(split *s) {
    size_t count = s->dataset->count;
    size_t order = digitnet__arena_reserve(&s->arena, count, sizeof *s->order);
    size_t is_second = digitnet__arena_reserve(&s->arena, count, sizeof *s->is_second);
    size_t labels = digitnet__arena_reserve(&s->arena, s->options.stratified ? count : 0, sizeof *s->labels);
    if (!digitnet__arena_allocate(&s->arena))
        return DIGITNET_ENOMEM;
    s->order = digitnet__arena_at(&s->arena, order);
    s->is_second = digitnet__arena_at(&s->arena, is_second);
    s->labels = digitnet__arena_at(&s->arena, labels);
    if (s->options.shuffle)
        digitnet__epoch_shuffle(s->order, count, s->options.seed, 0);
    else
        digitnet__epoch_order(s->order, count);
    if (s->options.stratified)
        return choose_by_class(s);
    for (size_t i = count_first(s); i < count; i++)
        s->is_second[s->order[i]] = true;
    return DIGITNET_OK;
}

/* The samples of one part, in their order. */
static digitnet_status create_part(digitnet_dataset **out, const split *s, bool second) {
    size_t count = 0;
    for (size_t i = 0; i < s->dataset->count; i++)
        count += s->is_second[i] == second;
    if (count == 0)
        return fail_empty(s);
    /* No more than choose() has allocated. */
    digitnet__selection *selection = digitnet__allocate(sizeof *selection + count * sizeof *selection->samples);
    if (!selection)
        return DIGITNET_ENOMEM;
    atomic_init(&selection->references, 1);
    for (size_t i = 0, taken = 0; i < s->dataset->count; i++)
        if (s->is_second[i] == second)
            selection->samples[taken++] = digitnet__dataset_place(s->dataset, i);
    digitnet_status status = digitnet__dataset_derive(out, s->dataset, selection, 0, count);
    if (status != DIGITNET_OK)
        digitnet__release(selection);
    return status;
}

/* Samples that follow each other are slices. */
static digitnet_status create_slices(digitnet_dataset **first, digitnet_dataset **second, const split *s) {
    const digitnet_dataset *dataset = s->dataset;
    size_t kept = count_first(s);
    if (kept == 0 || kept == dataset->count)
        return fail_empty(s);
    DNN_TRY(digitnet__dataset_derive(first, dataset, NULL, dataset->first, kept));
    return digitnet__dataset_derive(second, dataset, NULL, dataset->first + kept, dataset->count - kept);
}

static digitnet_status create_parts(digitnet_dataset **first, digitnet_dataset **second, split *s) {
    if (!s->options.shuffle && !s->options.stratified)
        return create_slices(first, second, s);
    DNN_TRY(choose(s));
    DNN_TRY(create_part(first, s, false));
    return create_part(second, s, true);
}

digitnet_status digitnet__dataset_split(digitnet_dataset **first, digitnet_dataset **second, const char *what,
                                        const digitnet_dataset *dataset, double fraction,
                                        const digitnet_split_options *options) {
    split s = {.what = what, .dataset = dataset, .fraction = fraction, .options = *options};
    if (!(fraction > 0 && fraction < 1))
        return digitnet__fail(DIGITNET_EINVAL, "%s is %s; it must be above 0 and below 1", what,
                              digitnet__number_text(fraction).text);
    if (options->stratified && dataset->storage->layout.max_labels != 1)
        return digitnet__fail(DIGITNET_EINVAL, "%s: samples have %s; to be split by class each must have one", what,
                              dataset->storage->layout.max_labels ? "several labels" : "no labels");
    digitnet_status status = create_parts(first, second, &s);
    digitnet__arena_release(&s.arena);
    digitnet__release(s.counts);
    if (status == DIGITNET_OK)
        return DIGITNET_OK;
    digitnet_dataset_free(*first);
    *first = NULL;
    return status;
}

static digitnet_status check_and_split(digitnet_dataset **first, digitnet_dataset **second,
                                       const digitnet_dataset *dataset, double fraction,
                                       const digitnet_split_options *options) {
    digitnet_split_options own = {0};
    if (first)
        *first = NULL;
    if (second)
        *second = NULL;
    if (!first || !second || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_split: %s is NULL",
                              !first    ? "first"
                              : !second ? "second"
                                        : "dataset");
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_split_options, stratified));
    DNN_TRY(DNN_RESERVED_CHECK(own.reserved, digitnet_split_options));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_split_options, shuffle));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_split_options, stratified));
    return digitnet__dataset_split(first, second, "digitnet_dataset_split: fraction", dataset, fraction, &own);
}

digitnet_status digitnet_dataset_split(digitnet_dataset **first, digitnet_dataset **second,
                                       const digitnet_dataset *dataset, double fraction,
                                       const digitnet_split_options *options) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_split(first, second, dataset, fraction, options));
}
