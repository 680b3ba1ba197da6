#include "core/memory.h"
#include "core/status.h"
#include "image/components.h"
#include "image/frame_line.h"
#include "image/ink_level.h"
#include "image/line_rules.h"
#include "image/median.h"
#include "image/morphology.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of more digits than these the slope is found from some. */
enum { MOST_SLOPE_DIGITS = 32 };
/* A stroke is broken where there is a gap of at most this part of its width, and of the picture's height. */
enum { STROKE_PART = 2, HEIGHT_PART = 16 };

/* Lower digits, in pixels, cannot be told apart; enlarged they would make a long strip of nothing. */
#define LEAST_HEIGHT 4.0
/* Parts of the digits' usual height; for the first two, of the height that half of all ink's pieces have. */
#define LOW_PIECE 0.12     /* what is lower is a speck */
#define LOW_STACK 0.5      /* a point or dash */
#define HIGH_STACK 2.0     /* no digit */
#define FAR_PIECE 0.75     /* what lies so far from the middle belongs to another line */
#define TALL_RULE 2.0      /* what is upright, thin and so high is a rule */
#define THIN 0.2           /* of its own height: a 1 or an upright rule */
#define SLOPE_DISTANCE 1.5 /* digits so far apart say how the line falls */
#define STEEPEST 0.1       /* slopes beyond are not believed */
#define SPECK 0.09         /* what is smaller both ways is dirt, and no point of a number */
#define LOW_END 0.3        /* no digit's: the line does not end there */
#define BREAK 0.1          /* as wide as the breaks of a faint stroke */
#define MARK_DISTANCE 0.6  /* what lies so far beside the digits, or beside such a mark, is a mark of the number, */
#define MARK_WIDTH 0.8     /* if it is no wider, */
#define MARK_ABOVE 0.3     /* and its middle neither so far above that of the line */
#define MARK_BELOW 0.7     /* nor so far below */
#define MARGIN 0.5         /* beside the ink */

/* What stands above one range of columns, most often a digit or some that touch. */
typedef struct stack {
    double left, right, top, bottom;
    double ink;  /* pixels */
    bool counts; /* where the usual height is found */
} stack;

typedef struct stacks {
    digitnet__arena memory;
    stack *items;
    double *values; /* room for a value of each, and of each pair of MOST_SLOPE_DIGITS */
    size_t count;
} stacks;

/* None, with room for so many. ENOMEM. */
static digitnet_status stacks_create(stacks *out, size_t most) {
    const size_t pairs = MOST_SLOPE_DIGITS * MOST_SLOPE_DIGITS;
    *out = (stacks){.count = 0};
    size_t items = digitnet__arena_reserve(&out->memory, most, sizeof(stack));
    size_t values = digitnet__arena_reserve(&out->memory, most > pairs ? most : pairs, sizeof(double));
    if (!digitnet__arena_allocate(&out->memory))
        return DIGITNET_ENOMEM;
    out->items = digitnet__arena_at(&out->memory, items);
    out->values = digitnet__arena_at(&out->memory, values);
    return DIGITNET_OK;
}

static void stacks_release(stacks *all) {
    digitnet__arena_release(&all->memory);
}

static int compare_lefts(const void *a, const void *b) {
    double x = ((const stack *)a)->left, y = ((const stack *)b)->left;
    return (x > y) - (x < y);
}

static double height_of(const stack *item) {
    return item->bottom - item->top;
}

static int compare_heights(const void *a, const void *b) {
    double x = height_of(a), y = height_of(b);
    return (x > y) - (x < y);
}

/* The height that pieces with half of the ink do not exceed: specks have little, and a rule at the edge not most. */
static double common_height(stacks *all) {
    double ink = 0.0, below = 0.0;
    qsort(all->items, all->count, sizeof *all->items, compare_heights);
    for (size_t i = 0; i < all->count; i++)
        ink += all->items[i].ink;
    size_t i = 0;
    while (i + 1 < all->count && 2.0 * (below + all->items[i].ink) < ink)
        below += all->items[i++].ink;
    return height_of(&all->items[i]);
}

/* Whether two pieces are parts of one digit: the narrower is mostly above or below the other one, not far away. */
static bool belong_together(const stack *a, const stack *b, double height) {
    double common = fmin(a->right, b->right) - fmax(a->left, b->left);
    double narrower = fmin(a->right - a->left, b->right - b->left);
    double apart = fmax(a->top, b->top) - fmin(a->bottom, b->bottom);
    double together = fmax(a->bottom, b->bottom) - fmin(a->top, b->top);
    return common > narrower / 2 && apart < height / 4 && together < 1.4 * height;
}

static stack stack_of(const digitnet__component *piece) {
    const digitnet__box *box = &piece->box;
    return (stack){.left = (double)box->left,
                   .right = (double)(box->left + box->width),
                   .top = (double)box->top,
                   .bottom = (double)(box->top + box->height),
                   .ink = (double)piece->pixels};
}

static stack join(const stack *a, const stack *b) {
    return (stack){.left = fmin(a->left, b->left),
                   .right = fmax(a->right, b->right),
                   .top = fmin(a->top, b->top),
                   .bottom = fmax(a->bottom, b->bottom)};
}

/* Pieces that are high enough for a part of a digit, put together to digits. Returns how high most are. */
static double stack_pieces(stacks *all, const digitnet__components *pieces) {
    for (size_t i = 0; i < pieces->count; i++)
        all->items[i] = stack_of(&pieces->items[i]);
    all->count = pieces->count;
    double height = common_height(all);
    qsort(all->items, all->count, sizeof *all->items, compare_lefts);
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        stack *last = kept > 0 ? &all->items[kept - 1] : NULL, next = all->items[i];
        if (height_of(&next) < LOW_PIECE * height)
            continue;
        if (last && belong_together(last, &next, height))
            *last = join(last, &next);
        else
            all->items[kept++] = next;
    }
    all->count = kept;
    return height;
}

/* The middle of a digit against that of the line. */
static double offset(const stack *digit, const digitnet__line_place *place) {
    return (digit->top + digit->bottom) / 2 - place->middle - place->slope * (digit->left + digit->right) / 2;
}

/* Height and middle as most stacks have them that are neither low nor high, nor thin if there are others. */
static void find_height(digitnet__line_place *place, stacks *all, double lowest, double highest) {
    size_t count = 0;
    for (double thin = THIN; count == 0 && thin >= 0.0; thin -= THIN) {
        for (size_t i = 0; i < all->count; i++) {
            stack *item = &all->items[i];
            double height = height_of(item);
            item->counts = height >= lowest && height <= highest && item->right - item->left >= thin * height;
            if (item->counts)
                all->values[count++] = height;
        }
    }
    if (count == 0)
        return;
    place->height = digitnet__median(all->values, count);
    count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].counts)
            all->values[count++] = offset(&all->items[i], place);
    place->middle += digitnet__median(all->values, count);
}

/* The median of the slopes between digits (Theil 1950, Sen 1968). */
static void find_slope(digitnet__line_place *place, const stacks *all) {
    const stack *digits[MOST_SLOPE_DIGITS];
    size_t used = 0, count = 0;
    for (size_t i = 0; i < all->count && used < MOST_SLOPE_DIGITS; i++)
        if (fabs(height_of(&all->items[i]) - place->height) < 0.3 * place->height)
            digits[used++] = &all->items[i];
    for (size_t i = 0; i < used; i++) {
        for (size_t k = i + 1; k < used; k++) {
            double apart = (digits[k]->left + digits[k]->right - digits[i]->left - digits[i]->right) / 2;
            if (apart >= SLOPE_DISTANCE * place->height)
                all->values[count++] = (offset(digits[k], place) - offset(digits[i], place)) / apart;
        }
    }
    double slope = count >= 3 ? digitnet__median(all->values, count) : 0.0;
    place->slope += fabs(slope) <= STEEPEST ? slope : 0.0;
}

static void drop_far(stacks *all, const digitnet__line_place *place) {
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (fabs(offset(&all->items[i], place)) < FAR_PIECE * place->height)
            all->items[kept++] = all->items[i];
    all->count = kept;
}

/* Twice: what is found first says what belongs to the line, and that how high its digits are. */
static void place_stacks(digitnet__line_place *place, stacks *all, double common) {
    find_height(place, all, LOW_STACK * common, HIGH_STACK * common);
    find_slope(place, all);
    find_height(place, all, LOW_STACK * common, HIGH_STACK * common);
    drop_far(all, place);
    find_height(place, all, 0.6 * place->height, HIGH_STACK * place->height);
}

static bool is_foreign(const digitnet__component *piece, const digitnet__line_place *place, size_t picture_height) {
    const digitnet__box *box = &piece->box;
    double row = place->middle + place->slope * ((double)box->left + (double)box->width / 2);
    bool at_edge = box->top == 0 || box->top + box->height == picture_height;
    bool above = (double)(box->top + box->height) < row - 0.3 * place->height;
    bool below = (double)box->top > row + 0.3 * place->height;
    bool upright = (double)box->height > TALL_RULE * place->height && (double)box->width < THIN * (double)box->height;
    double longer = fmax((double)box->width, (double)box->height);
    return (at_edge && (above || below)) || upright || longer < SPECK * place->height;
}

/* The columns from the first to the last stack that is high enough for a digit. What is next to each other counts as
 * one: a faint stroke breaks into pieces of which none is high. False where there is none. */
static bool find_columns(digitnet__line_place *place, stacks *all) {
    double left = HUGE_VAL, right = -HUGE_VAL;
    qsort(all->items, all->count, sizeof *all->items, compare_lefts);
    for (size_t i = 0; i < all->count;) {
        stack group = all->items[i++];
        while (i < all->count && all->items[i].left - group.right < BREAK * place->height)
            group = join(&group, &all->items[i++]);
        if (height_of(&group) >= LOW_END * place->height) {
            left = fmin(left, group.left);
            right = fmax(right, group.right);
        }
    }
    place->left = left;
    place->right = right;
    return left < right;
}

/* Whether it stands where a number's points and dashes do, and is no longer than these. */
static bool is_mark(const stack *item, const digitnet__line_place *place) {
    double below = offset(item, place) / place->height;
    return item->right - item->left <= MARK_WIDTH * place->height && below >= -MARK_ABOVE && below <= MARK_BELOW;
}

/* Widens the columns by the marks beside the digits. The stacks are in the order of find_columns(). */
static void include_marks(digitnet__line_place *place, const stacks *all) {
    double reach = MARK_DISTANCE * place->height;
    for (size_t i = 0; i < all->count; i++) {
        const stack *item = &all->items[i];
        if (item->right > place->right && item->left - place->right <= reach && is_mark(item, place))
            place->right = item->right;
    }
    for (size_t i = all->count; i-- > 0;) {
        const stack *item = &all->items[i];
        if (item->left < place->left && place->left - item->right <= reach && is_mark(item, place))
            place->left = item->left;
    }
}

/* Erases what is foreign, and finds the columns of what is not. ENOTFOUND where nothing is left; ENOMEM. */
static digitnet_status keep_pieces(digitnet__line_place *place, digitnet__plane *ink,
                                   const digitnet__components *pieces, stacks *kept) {
    unsigned char *foreign = digitnet__allocate_zeroed(pieces->count);
    if (!foreign)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < pieces->count; i++) {
        foreign[i] = is_foreign(&pieces->items[i], place, ink->height);
        if (!foreign[i])
            kept->items[kept->count++] = stack_of(&pieces->items[i]);
    }
    digitnet__components_erase(ink, pieces, foreign);
    digitnet__release(foreign);
    if (!find_columns(place, kept))
        return digitnet__fail(DIGITNET_ENOTFOUND, "no line of digits in the picture of %zu x %zu pixels", ink->width,
                              ink->height);
    include_marks(place, kept);
    place->left -= MARGIN * place->height;
    place->right += MARGIN * place->height;
    return DIGITNET_OK;
}

static digitnet_status keep_line(digitnet__line_place *place, digitnet__plane *ink, uint8_t threshold) {
    digitnet__components pieces;
    stacks kept;
    DNN_TRY(digitnet__components_find(&pieces, ink, threshold));
    digitnet_status status = stacks_create(&kept, pieces.count);
    if (!status) {
        status = keep_pieces(place, ink, &pieces, &kept);
        stacks_release(&kept);
    }
    digitnet__components_release(&pieces);
    return status;
}

/* How many pixels of ink follow one another in a row, on average: a little more than a stroke's width. */
static size_t mean_run(const digitnet__plane *ink, uint8_t threshold) {
    size_t pixels = 0, runs = 0;
    for (size_t row = 0; row < ink->height; row++) {
        bool inside = false;
        for (const uint8_t *pixel = ink->pixels + row * ink->width; pixel < ink->pixels + (row + 1) * ink->width;
             pixel++) {
            runs += *pixel >= threshold && !inside;
            inside = *pixel >= threshold;
            pixels += inside;
        }
    }
    return runs > 0 ? pixels / runs : 0;
}

/* Finds what is connected, or parted by no more than a break: the segments of a display's digit are one piece. */
static digitnet_status find_whole_pieces(digitnet__components *pieces, const digitnet__plane *ink, uint8_t threshold) {
    digitnet__plane closed;
    size_t usual = mean_run(ink, threshold) / STROKE_PART, most = ink->height / HEIGHT_PART;
    DNN_TRY(digitnet__plane_create(&closed, ink->width, ink->height));
    memcpy(closed.pixels, ink->pixels, ink->width * ink->height);
    digitnet_status status = digitnet__morphology_close(&closed, (usual < most ? usual : most) + 1);
    if (!status)
        status = digitnet__components_find(pieces, &closed, threshold);
    digitnet__plane_release(&closed);
    return status;
}

/* Finds the place by pieces whose breaks are closed. ENOTFOUND where it holds none; ENOMEM. */
static digitnet_status place_digits(digitnet__line_place *place, const digitnet__plane *ink, uint8_t threshold) {
    digitnet__components pieces;
    stacks all;
    *place = (digitnet__line_place){.height = 0.0};
    DNN_TRY(find_whole_pieces(&pieces, ink, threshold));
    digitnet_status status = stacks_create(&all, pieces.count);
    if (!status) {
        place_stacks(place, &all, stack_pieces(&all, &pieces));
        stacks_release(&all);
    }
    digitnet__components_release(&pieces);
    if (!status && place->height < LEAST_HEIGHT)
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "no line of digits of %.0f pixels or more in the picture of %zu x %zu",
                           LEAST_HEIGHT, ink->width, ink->height);
    return status;
}

digitnet_status digitnet__line_find_place(digitnet__line_place *place, digitnet__plane *ink) {
    uint8_t threshold = digitnet__stroke_threshold(ink);
    if (threshold == 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "no ink in the picture of %zu x %zu pixels", ink->width, ink->height);
    DNN_TRY(digitnet__line_erase_rules(ink, (uint8_t)(threshold - threshold / 3)));
    threshold = digitnet__stroke_threshold(ink); /* rules may be darker than what is written */
    if (threshold == 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "no ink but rules in the picture of %zu x %zu pixels", ink->width,
                              ink->height);
    DNN_TRY(place_digits(place, ink, threshold));
    place->threshold = threshold;
    return keep_line(place, ink, threshold);
}
