#include "reader/line_choice.h"

#include "core/memory.h"
#include "core/status.h"

#include <stdlib.h>
#include <string.h>

/* One candidate of each part: a line's text. */
typedef struct combination {
    size_t number; /* of the candidates, as digits of a number whose last one is the last part's */
    double probability;
} combination;

typedef struct combinations {
    digitnet__arena memory;
    combination *items; /* the most probable first */
    digitnet__text *texts;
    size_t count;
} combinations;

static const digitnet__line_candidate *candidate_of(size_t *number, const digitnet__line_part *part) {
    const digitnet__line_candidate *candidate = &part->views.candidates[*number % part->views.candidate_count];
    *number /= part->views.candidate_count;
    return candidate;
}

static int compare_combinations(const void *a, const void *b) {
    const combination *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return (x->number > y->number) - (x->number < y->number);
}

static size_t longest_text(const digitnet__line_parts *parts) {
    size_t sum = 0;
    for (size_t i = 0; i < parts->count; i++) {
        size_t longest = 0;
        for (size_t k = 0; k < parts->items[i].views.candidate_count; k++) {
            size_t count = parts->items[i].views.candidates[k].sequence.count;
            longest = count > longest ? count : longest;
        }
        sum += longest;
    }
    return sum;
}

static double probability_of(size_t number, const digitnet__line_parts *parts) {
    double probability = 1.0;
    for (size_t i = parts->count; i-- > 0;)
        probability *= candidate_of(&number, &parts->items[i])->probability;
    return probability;
}

/* The text, written into `labels`, which has room for `longest`. */
static digitnet__text text_of(int32_t *labels, size_t longest, const combination *combined,
                              const digitnet__line_parts *parts) {
    size_t number = combined->number, first = longest;
    for (size_t i = parts->count; i-- > 0;) {
        const digitnet_ctc_sequence *sequence = &candidate_of(&number, &parts->items[i])->sequence;
        first -= sequence->count;
        if (sequence->count > 0)
            memcpy(labels + first, sequence->labels, sequence->count * sizeof *labels);
    }
    return (digitnet__text){labels + first, longest - first, combined->probability};
}

static digitnet_status combine(combinations *out, const digitnet__line_parts *parts) {
    size_t longest = longest_text(parts);
    *out = (combinations){.count = 1};
    for (size_t i = 0; i < parts->count; i++)
        out->count *= parts->items[i].views.candidate_count;
    size_t items = digitnet__arena_reserve(&out->memory, out->count, sizeof *out->items);
    size_t texts = digitnet__arena_reserve(&out->memory, out->count, sizeof *out->texts);
    size_t labels = digitnet__arena_reserve(&out->memory, out->count * longest, sizeof(int32_t));
    if (!digitnet__arena_allocate(&out->memory))
        return DIGITNET_ENOMEM;
    out->items = digitnet__arena_at(&out->memory, items);
    out->texts = digitnet__arena_at(&out->memory, texts);
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = (combination){i, probability_of(i, parts)};
    qsort(out->items, out->count, sizeof *out->items, compare_combinations);
    for (size_t i = 0; i < out->count; i++)
        out->texts[i] =
            text_of((int32_t *)digitnet__arena_at(&out->memory, labels) + i * longest, longest, &out->items[i], parts);
    return DIGITNET_OK;
}

digitnet_status digitnet__line_choose(digitnet__choice *chosen, digitnet__line_parts *parts,
                                      const digitnet__read_call *call) {
    combinations all;
    DNN_TRY(combine(&all, parts));
    digitnet_status status = digitnet__choose(chosen, all.texts, all.count, call);
    size_t number = status ? 0 : all.items[chosen->index].number;
    for (size_t i = parts->count; i-- > 0;) {
        digitnet__line_part *part = &parts->items[i];
        part->chosen = candidate_of(&number, part);
        chosen->allowed *= part->views.items[part->chosen->view].allowed;
    }
    digitnet__arena_release(&all.memory);
    return status;
}
