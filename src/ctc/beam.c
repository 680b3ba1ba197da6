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

/* Whether a beginning of this total would be among the most probable ones. */
static bool is_kept(const digitnet__ctc_search *search, double total) {
    return total > (search->kept < search->width ? -INFINITY : search->next[search->width - 1].total);
}

/* Puts one that is among them, the most probable first; of those alike the one that came first. */
static void keep(digitnet__ctc_search *search, const beam *one) {
    beam *best = search->next;
    search->kept += search->kept < search->width;
    size_t place = search->kept - 1;
    for (; place > 0 && one->total > best[place - 1].total; place--)
        best[place] = best[place - 1];
    best[place] = *one;
}

/* The paths that one more label goes on from: the last label says another one only behind a blank. */
static double paths_before(const digitnet__ctc_search *search, const beam *from, size_t label) {
    const node *own = &search->nodes[from->node];
    return own->length > 0 && own->label == label ? from->blank : from->total;
}

/* The beginning itself, where a column says a blank, its last label once more, or that label behind its parent. */
static void stay(digitnet__ctc_search *search, const beam *from, size_t t) {
    const digitnet__ctc_columns *columns = &search->columns;
    const node *own = &search->nodes[from->node];
    beam same = {.node = from->node, .blank = from->total, .repeat = -INFINITY};
    same.blank += digitnet__ctc_at(columns, t, digitnet__ctc_blank(columns));
    if (own->length > 0) {
        size_t parent = search->nodes[own->parent].beam;
        double paths = parent == NONE ? -INFINITY : paths_before(search, &search->beams[parent], own->label);
        same.repeat = digitnet__log_add(from->repeat, paths) + digitnet__ctc_at(columns, t, own->label);
    }
    same.total = digitnet__log_add(same.blank, same.repeat);
    if (is_kept(search, same.total))
        keep(search, &same);
}

/* With one more label, of which stay() has counted those that are among the beams themselves. */
static void extend(digitnet__ctc_search *search, const beam *from, size_t t) {
    for (size_t k = 0; k < digitnet__ctc_blank(&search->columns); k++) {
        double paths = paths_before(search, from, k) + digitnet__ctc_at(&search->columns, t, k);
        if (!is_kept(search, paths))
            continue;
        size_t child = find_child(search, from->node, k);
        if (child == NONE || search->nodes[child].beam == NONE)
            keep(search, &(beam){.node = child,
                                 .parent = from->node,
                                 .label = k,
                                 .blank = -INFINITY,
                                 .repeat = paths,
                                 .total = paths});
    }
}

/* The kept ones become the beams. */
static void turn_over(digitnet__ctc_search *search) {
    beam *kept = search->next;
    for (size_t i = 0; i < search->beam_count; i++)
        search->nodes[search->beams[i].node].beam = NONE;
    for (size_t i = 0; i < search->kept; i++) {
        if (kept[i].node == NONE)
            kept[i].node = add_node(search, kept[i].parent, kept[i].label);
        search->nodes[kept[i].node].beam = i;
    }
    search->next = search->beams;
    search->beams = kept;
    search->beam_count = search->kept;
    search->kept = 0;
}

static void step(digitnet__ctc_search *search, size_t t) {
    for (size_t i = 0; i < search->beam_count; i++)
        stay(search, &search->beams[i], t);
    for (size_t i = 0; i < search->beam_count; i++)
        extend(search, &search->beams[i], t);
    turn_over(search);
}

/* Each column adds at most a node for each beam to the root. */
static digitnet_status allocate(digitnet__ctc_search *search) {
    digitnet__arena *arena = &search->arena;
    size_t each = SIZE_MAX; /* bytes of a column, or more than there are */
    size_t beams = digitnet__arena_reserve(arena, search->width, 2 * sizeof(beam));
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
    search->beams[0] = (beam){.node = add_node(search, NONE, 0), .blank = 0, .repeat = -INFINITY, .total = 0};
    search->nodes[0].beam = 0;
    search->beam_count = 1;
    for (size_t t = 0; t < columns->count; t++)
        step(search, t);
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
