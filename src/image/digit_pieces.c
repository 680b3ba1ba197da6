#include "image/digit_pieces.h"

#include "core/memory.h"

#include <math.h>

enum {
    INNER_PARTS = 4,          /* a digit within a frame is at least this part of the picture's shorter side long */
    FRAME_PARTS = 7,          /* a frame's lines are at most this part of it wide */
    SMALLEST_WITH_LINES = 24, /* smaller pictures hold no more than the digit */
    MARGIN_PARTS = 4          /* a piece counts less in the outer quarters of the picture */
};

/* A piece is ink where some pixel of it exceeds this part of full ink. */
#define STRONG_INK 0.5

/* A piece belongs to the digit with at least 1/12 of its ink no further away than half of its longer side, and with
 * 1/100 no further than a quarter: the loose bar of a 5, but not a speck in a corner. */
#define LARGE_PIECE (1.0 / 12)
#define SMALL_PIECE (1.0 / 100)
enum { LARGE_DISTANCE_PARTS = 2, SMALL_DISTANCE_PARTS = 4 };

/* From 0 at the ends of a side to 1 in its middle half. */
static double middle_weight(size_t place, size_t length) {
    size_t distance = place < length - 1 - place ? place : length - 1 - place;
    return fmin(1.0, MARGIN_PARTS * ((double)distance + 0.5) / (double)length);
}

/* Whether ink grows that fast that it is no gradient of light: by this part of full ink over so many pixels. */
#define EDGE_GROWTH 0.25
enum { EDGE_PIXELS = 3 };

static bool has_edge(const digitnet__plane *ink, size_t column, size_t row, const digitnet__digit_levels *level) {
    const uint8_t *at = ink->pixels + row * ink->width + column;
    size_t left = column < EDGE_PIXELS ? column : EDGE_PIXELS, up = row < EDGE_PIXELS ? row : EDGE_PIXELS;
    size_t right = ink->width - 1 - column < EDGE_PIXELS ? ink->width - 1 - column : EDGE_PIXELS;
    size_t down = ink->height - 1 - row < EDGE_PIXELS ? ink->height - 1 - row : EDGE_PIXELS;
    uint8_t across = at[right] < *(at - left) ? at[right] : *(at - left);
    uint8_t along = at[down * ink->width] < *(at - up * ink->width) ? at[down * ink->width] : *(at - up * ink->width);
    return *at - (across < along ? across : along) >= EDGE_GROWTH * level->full;
}

static void measure(digitnet__digit_pieces *p, const digitnet__plane *ink, const digitnet__digit_levels *level) {
    for (size_t i = 0; i < p->found.run_count; i++) {
        const digitnet__run *run = &p->found.runs[i];
        double down = middle_weight(run->row, ink->height);
        for (size_t column = run->first; column < run->end; column++) {
            uint8_t value = ink->pixels[run->row * ink->width + column];
            double weight = fmin(down, middle_weight(column, ink->width));
            p->score[run->component] += value * weight * weight;
            if (value > STRONG_INK * level->full && !p->strong[run->component])
                p->strong[run->component] = has_edge(ink, column, run->row, level);
        }
    }
}

void digitnet__digit_pieces_release(digitnet__digit_pieces *p) {
    digitnet__components_release(&p->found);
    digitnet__release(p->score);
    digitnet__release(p->strong);
}

digitnet_status digitnet__digit_pieces_find(digitnet__digit_pieces *p, const digitnet__plane *ink,
                                            const digitnet__digit_levels *level) {
    *p = (digitnet__digit_pieces){.score = NULL};
    digitnet_status status = digitnet__components_find(&p->found, ink, level->stroke);
    if (status)
        return status;
    p->score = digitnet__allocate_zeroed_array(p->found.count + 1, sizeof *p->score);
    p->strong = digitnet__allocate_zeroed_array(p->found.count + 1, sizeof *p->strong);
    if (!p->score || !p->strong) {
        digitnet__digit_pieces_release(p);
        return DIGITNET_ENOMEM;
    }
    measure(p, ink, level);
    return DIGITNET_OK;
}

static size_t shorter_side(const digitnet__plane *ink) {
    return ink->width < ink->height ? ink->width : ink->height;
}

bool digitnet__may_have_lines(const digitnet__plane *ink) {
    return shorter_side(ink) >= SMALLEST_WITH_LINES;
}

bool digitnet__is_inside(const digitnet__box *box, const digitnet__plane *ink, size_t parts) {
    size_t margin = shorter_side(ink) / parts;
    return box->left > margin && box->top > margin && box->left + box->width + margin < ink->width &&
           box->top + box->height + margin < ink->height;
}

static bool touches_edge(const digitnet__box *box, const digitnet__plane *ink) {
    return !digitnet__is_inside(box, ink, DNN_EDGE_PARTS);
}

/* Whether a piece reaches across the whole picture, as a frame does. */
static bool spans(const digitnet__box *box, const digitnet__plane *ink) {
    return 8 * box->width >= 7 * ink->width || 8 * box->height >= 7 * ink->height;
}

/* Whether a piece is what a frame is like: lines that are thin beside the picture, from edge to edge. */
static bool is_frame(const digitnet__component *item, const digitnet__plane *ink) {
    size_t outline = 2 * (item->box.width + item->box.height);
    return digitnet__may_have_lines(ink) && touches_edge(&item->box, ink) && spans(&item->box, ink) &&
           FRAME_PARTS * item->pixels <= outline * shorter_side(ink);
}

size_t digitnet__digit_pieces_main(const digitnet__digit_pieces *p, const digitnet__plane *ink) {
    size_t best = p->found.count, inner = best;
    for (size_t i = 0; i < p->found.count; i++) {
        const digitnet__box *box = &p->found.items[i].box;
        size_t longer = box->width > box->height ? box->width : box->height;
        if (!p->strong[i])
            continue;
        if (best == p->found.count || p->score[i] > p->score[best])
            best = i;
        if (!touches_edge(box, ink) && INNER_PARTS * longer >= shorter_side(ink) &&
            (inner == p->found.count || p->score[i] > p->score[inner]))
            inner = i;
    }
    return inner < p->found.count && is_frame(&p->found.items[best], ink) ? inner : best;
}

static bool is_near(const digitnet__box *a, const digitnet__box *b, size_t distance) {
    return a->left < b->left + b->width + distance && b->left < a->left + a->width + distance &&
           a->top < b->top + b->height + distance && b->top < a->top + a->height + distance;
}

static bool belongs(const digitnet__component *candidate, const digitnet__component *digit) {
    size_t side = digit->box.width > digit->box.height ? digit->box.width : digit->box.height;
    double part = (double)candidate->ink / (double)digit->ink;
    return (part >= LARGE_PIECE && is_near(&candidate->box, &digit->box, side / LARGE_DISTANCE_PARTS + 1)) ||
           (part >= SMALL_PIECE && is_near(&candidate->box, &digit->box, side / SMALL_DISTANCE_PARTS + 1));
}

void digitnet__digit_pieces_gather(unsigned char *kept, const digitnet__digit_pieces *p, size_t first,
                                   const digitnet__plane *ink) {
    digitnet__component digit = p->found.items[first];
    bool at_edge = touches_edge(&digit.box, ink), more = true;
    kept[first] = 1;
    while (more) {
        more = false;
        for (size_t i = 0; i < p->found.count; i++) {
            const digitnet__component *item = &p->found.items[i];
            if (kept[i] || !p->strong[i] || !belongs(item, &digit) || (!at_edge && touches_edge(&item->box, ink)) ||
                spans(&item->box, ink))
                continue;
            kept[i] = 1;
            more = true;
            digit.ink += item->ink;
            digitnet__box_unite(&digit.box, &item->box);
        }
    }
}

/* Whether one stands beside the other: at about the same height, about as high, with a gap between them. */
static bool stands_beside(const digitnet__box *a, const digitnet__box *b) {
    size_t higher = a->height > b->height ? a->height : b->height, gap = higher / 24;
    size_t top = a->top > b->top ? a->top : b->top;
    size_t bottom = a->top + a->height < b->top + b->height ? a->top + a->height : b->top + b->height;
    return bottom > top && 2 * (bottom - top) > higher &&
           (a->left + a->width + gap < b->left || b->left + b->width + gap < a->left);
}

size_t digitnet__digit_pieces_count(const digitnet__digit_pieces *p, size_t first, const digitnet__plane *ink) {
    const digitnet__box *digit = &p->found.items[first].box;
    size_t count = 1;
    for (size_t i = 0; i < p->found.count; i++) {
        const digitnet__component *item = &p->found.items[i];
        bool counts = i != first && p->strong[i] && stands_beside(&item->box, digit) &&
                      !touches_edge(&item->box, ink) && !spans(&item->box, ink);
        for (size_t j = 0; counts && j < i; j++) /* a stroke above another one is the same digit's */
            counts = j == first || !p->strong[j] || !stands_beside(&p->found.items[j].box, digit) ||
                     stands_beside(&p->found.items[j].box, &item->box);
        count += counts;
    }
    return count;
}
