/* Prefix beam search (Graves 2012, "Supervised Sequence Labelling with Recurrent Neural Networks", section 7.5; in the
 * form of Hannun et al. 2014): from column to column the most probable beginnings of sequences are kept, each with the
 * probability of all its paths that were kept, apart for those that end in a blank and in the last label: only after a
 * blank does the same label say another one. */
#include "ctc/beam.h"

#include "core/status.h"

#include <math.h>

#define NONE SIZE_MAX

/* A beginning: that of its parent and one more label. The root is the empty one. Each has one node, for good. */
struct digitnet__ctc_node {
    size_t parent, label, length;
    size_t first_child, next_sibling;
    size_t beam; /* where it is among the beams of this column; NONE: it is not */
};

struct digitnet__ctc_beam {
    size_t node;          /* NONE: `label` behind that of `parent`, which has no node yet */
    size_t parent, label; /* of such a one */
    double blank, repeat; /* logarithms: of the paths that end in a blank, and in the last label */
    double total;         /* of both */
};

typedef struct digitnet__ctc_node node;
typedef struct digitnet__ctc_beam beam;

static size_t add_node(digitnet__ctc_search *search, size_t parent, size_t label) {
    size_t added = search->node_count++;
    node *own = &search->nodes[added];
    *own = (node){.parent = parent, .label = label, .first_child = NONE, .next_sibling = NONE, .beam = NONE};
    if (parent != NONE) {
        own->length = search->nodes[parent].length + 1;
        own->next_sibling = search->nodes[parent].first_child;
        search->nodes[parent].first_child = added;
    }
    return added;
}

static size_t find_child(const digitnet__ctc_search *search, size_t parent, size_t label) {
    size_t child = search->nodes[parent].first_child;
    while (child != NONE && search->nodes[child].label != label)
        child = search->nodes[child].next_sibling;
    return child;
}

/* Puts a beginning among the `*count` best, the most probable first; of those alike the one that came first. */
static void keep(digitnet__ctc_search *search, size_t *count, beam one) {
    one.total = digitnet__log_add(one.blank, one.repeat);
    beam *best = search->next;
    size_t place = *count < search->width ? (*count)++ : *count;
    while (place > 0 && one.total > best[place - 1].total) {
        if (place < search->width)
            best[place] = best[place - 1];
        place--;
    }
    if (place < search->width)
        best[place] = one;
}

/* One more label behind a beginning. Where that is among the beams itself, it is what `stays` of it that it adds to. */
static void extend(digitnet__ctc_search *search, beam *stays, size_t *count, const beam *from, size_t label,
                   double probability) {
    size_t last = search->nodes[from->node].length ? search->nodes[from->node].label : NONE;
    double paths = (label == last ? from->blank : from->total) + probability;
    if (paths == -INFINITY)
        return;
    size_t child = find_child(search, from->node, label);
    if (child != NONE && search->nodes[child].beam != NONE) {
        beam *other = &stays[search->nodes[child].beam];
        other->repeat = digitnet__log_add(other->repeat, paths);
        return;
    }
    keep(search, count,
         (beam){.node = child, .parent = from->node, .label = label, .blank = -INFINITY, .repeat = paths});
}

/* What a beginning is where a column says nothing new: a blank, or its last label once more. */
static beam stay(const digitnet__ctc_search *search, const beam *from, size_t t) {
    const digitnet__ctc_columns *columns = &search->columns;
    const node *own = &search->nodes[from->node];
    beam same = {.node = from->node, .blank = from->total, .repeat = -INFINITY};
    same.blank += digitnet__ctc_at(columns, t, digitnet__ctc_blank(columns));
    if (own->length > 0)
        same.repeat = from->repeat + digitnet__ctc_at(columns, t, own->label);
    return same;
}

/* The kept ones become the beams. */
static void turn_over(digitnet__ctc_search *search, size_t count) {
    beam *kept = search->next;
    for (size_t i = 0; i < search->beam_count; i++)
        search->nodes[search->beams[i].node].beam = NONE;
    for (size_t i = 0; i < count; i++) {
        if (kept[i].node == NONE)
            kept[i].node = add_node(search, kept[i].parent, kept[i].label);
        search->nodes[kept[i].node].beam = i;
    }
    search->next = search->beams;
    search->beams = kept;
    search->beam_count = count;
}

static void step(digitnet__ctc_search *search, beam *stays, size_t t) {
    const digitnet__ctc_columns *columns = &search->columns;
    size_t count = 0;
    for (size_t i = 0; i < search->beam_count; i++)
        stays[i] = stay(search, &search->beams[i], t);
    for (size_t i = 0; i < search->beam_count; i++)
        for (size_t k = 0; k < digitnet__ctc_blank(columns); k++)
            extend(search, stays, &count, &search->beams[i], k, digitnet__ctc_at(columns, t, k));
    for (size_t i = 0; i < search->beam_count; i++)
        if (stays[i].blank != -INFINITY || stays[i].repeat != -INFINITY)
            keep(search, &count, stays[i]);
    turn_over(search, count);
}

/* Each column adds at most a node for each beam to the root. */
static digitnet_status allocate(digitnet__ctc_search *search) {
    digitnet__arena *arena = &search->arena;
    size_t each = SIZE_MAX; /* bytes of a column, or more than there are */
    size_t beams = digitnet__arena_reserve(arena, search->width, 3 * sizeof(beam));
    digitnet__size_multiply(&each, search->width, sizeof(node));
    size_t nodes = digitnet__arena_reserve(arena, search->columns.count + 1, each);
    if (!digitnet__arena_allocate(arena))
        return DIGITNET_ENOMEM;
    search->beams = digitnet__arena_at(arena, beams);
    search->next = search->beams + search->width;
    search->nodes = digitnet__arena_at(arena, nodes);
    return DIGITNET_OK;
}

digitnet_status digitnet__ctc_search_run(digitnet__ctc_search *search, const digitnet__ctc_columns *columns,
                                         size_t width) {
    *search = (digitnet__ctc_search){.columns = *columns, .width = width};
    DNN_TRY(allocate(search));
    beam *stays = search->next + width;
    search->beams[0] = (beam){.node = add_node(search, NONE, 0), .blank = 0, .repeat = -INFINITY, .total = 0};
    search->nodes[0].beam = 0;
    search->beam_count = 1;
    for (size_t t = 0; t < columns->count; t++)
        step(search, stays, t);
    return DIGITNET_OK;
}

void digitnet__ctc_search_release(digitnet__ctc_search *search) {
    digitnet__arena_release(&search->arena);
}

size_t digitnet__ctc_search_length(const digitnet__ctc_search *search, size_t index) {
    return search->nodes[search->beams[index].node].length;
}

void digitnet__ctc_search_labels(int32_t *labels, const digitnet__ctc_search *search, size_t index) {
    const node *own = &search->nodes[search->beams[index].node];
    for (; own->length > 0; own = &search->nodes[own->parent])
        labels[own->length - 1] = (int32_t)own->label;
}
