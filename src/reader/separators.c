#include "reader/separators.h"

#include "core/memory.h"
#include "core/status.h"
#include "digitnet/image.h"
#include "image/components.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In a strip digits are 20 rows high, in its middle. */
enum { DIGIT_ROWS = 20, FOOT = (DIGITNET_LINE_HEIGHT + DIGIT_ROWS) / 2 };
/* Less ink is paper's noise, and fewer pixels are a speck. */
enum { LEAST_INK = 72, LEAST_PIXELS = 3 };
/* In digits' heights: */
#define POINT_SIDE 0.3     /* a point's longer side, at most */
#define COMMA_HEIGHT 0.6   /* a comma's height, at most */
#define FOOT_DISTANCE 0.25 /* from a point's middle to the digits' feet, at most; a comma begins so far above */
#define DASH_WIDTH 0.2     /* a dash's width, at least */
#define DASH_HEIGHT 0.45   /* its height, at most, as it may lean */
#define DASH_DISTANCE 0.3  /* from its middle to the line's, at most */
#define SIGN_DISTANCE 1.4  /* from a minus to the first digit's middle, at most */
#define SLASH_HEIGHT 0.8   /* a slash's height, at least */
#define SLASH_PEN 0.3      /* its ink over its height, at most */
/* In the piece's own size: */
#define POINT_SHAPE 1.4 /* a point's height over its width, at most */
#define DASH_SHAPE 1.5  /* a dash's width over its height, at least */
#define SLASH_LEAN 0.2  /* how far a slash leans, in its heights */
#define CORE 0.25       /* what of a piece's width, each way from its middle, has no digit */

digitnet_status digitnet__separators_check(const char *wanted, const char *where) {
    for (const char *at = wanted; at && *at; at++)
        if (!strchr(".,-/", *at))
            return digitnet__fail(DIGITNET_EINVAL, "%s: separators is \"%s\"; it may have . , - and / only", where,
                                  wanted);
    return DIGITNET_OK;
}

static bool is_bar(const digitnet__box *box) {
    return (double)box->width >= DASH_WIDTH * DIGIT_ROWS && (double)box->height <= DASH_HEIGHT * DIGIT_ROWS &&
           (double)box->width >= DASH_SHAPE * (double)box->height;
}

/* Whether a bar about as long is above or below, as in an equals sign; that one may touch a digit. */
static bool is_doubled(const digitnet__components *pieces, size_t index) {
    const digitnet__box *box = &pieces->items[index].box;
    for (size_t i = 0; i < pieces->count; i++) {
        const digitnet__box *other = &pieces->items[i].box;
        size_t shared = digitnet__overlap(box->left, box->left + box->width, other->left, other->left + other->width);
        bool is_other_bar = is_bar(other) && other->width < 2 * box->width;
        if (i != index &&
            ((shared > 0 && is_other_bar) || (2 * shared >= box->width && 2 * other->height >= DIGIT_ROWS)))
            return true;
    }
    return false;
}

/* Whether a dash in front of the line is a sign of its first digit, and not of a word before it. */
static bool is_minus(const digitnet__components *pieces, size_t index, double first_digit) {
    const digitnet__box *box = &pieces->items[index].box;
    for (size_t i = 0; i < pieces->count; i++) {
        const digitnet__box *other = &pieces->items[i].box;
        if (i != index && pieces->items[i].pixels >= LEAST_PIXELS && other->left < box->left &&
            other->left + other->width + DIGIT_ROWS > box->left)
            return false;
    }
    return first_digit - (double)(box->left + box->width) <= SIGN_DISTANCE * DIGIT_ROWS;
}

/* What a piece looks like; 0: no separator. */
static char separator_like(const digitnet__components *pieces, size_t index) {
    const digitnet__component *piece = &pieces->items[index];
    double width = (double)piece->box.width / DIGIT_ROWS, height = (double)piece->box.height / DIGIT_ROWS;
    double top = (double)piece->box.top / DIGIT_ROWS, middle = top + height / 2;
    double foot = (double)FOOT / DIGIT_ROWS, centre = (double)DIGITNET_LINE_HEIGHT / 2 / DIGIT_ROWS;
    if (piece->pixels < LEAST_PIXELS)
        return 0;
    if (width <= POINT_SIDE && height <= POINT_SIDE && height <= POINT_SHAPE * width &&
        fabs(middle - foot) <= FOOT_DISTANCE)
        return '.';
    if (width <= height && height <= COMMA_HEIGHT && top >= foot - FOOT_DISTANCE && top + height > foot)
        return ',';
    if (is_bar(&piece->box) && fabs(middle - centre) <= DASH_DISTANCE && !is_doubled(pieces, index))
        return '-';
    if (height >= SLASH_HEIGHT && digitnet__component_lean(pieces, index) >= SLASH_LEAN * (double)piece->box.height &&
        (double)piece->pixels <= SLASH_PEN * DIGIT_ROWS * (double)piece->box.height)
        return '/';
    return 0;
}

/* The column of the strip that says a digit. */
static double digit_column(const digitnet__line_view *view, const digitnet_ctc_sequence *sequence, size_t index) {
    return digitnet__line_digit_middle(sequence, index, view->strip.width, view->scores.columns);
}

/* Whether the piece is one of the digits: the columns that say it are in its middle. */
static bool is_digit(const digitnet__box *box, const digitnet__line_view *view, const digitnet_ctc_sequence *sequence) {
    for (size_t i = 0; i < sequence->count; i++) {
        double middle = (double)box->left + (double)box->width / 2;
        if (fabs(digit_column(view, sequence, i) - middle) <= CORE * (double)box->width)
            return true;
    }
    return false;
}

static size_t digits_before(const digitnet__box *box, const digitnet__line_view *view,
                            const digitnet_ctc_sequence *sequence) {
    double middle = (double)box->left + (double)box->width / 2;
    size_t before = 0;
    while (before < sequence->count && digit_column(view, sequence, before) < middle)
        before++;
    return before;
}

static int compare_places(const void *a, const void *b) {
    const digitnet__separator *x = a, *y = b;
    return (x->box.left > y->box.left) - (x->box.left < y->box.left);
}

/* A point may lie below a digit that reaches over it; what is higher than the feet may not. */
static bool stands_alone(char character, const digitnet__box *box, const digitnet__line_view *view,
                         const digitnet_ctc_sequence *sequence) {
    return character == '.' || character == ',' || !is_digit(box, view, sequence);
}

digitnet_status digitnet__separators_find(digitnet__separator **out, size_t *count, const digitnet__line_view *view,
                                          const digitnet_ctc_sequence *sequence, const char *wanted) {
    digitnet__components pieces;
    *out = NULL;
    *count = 0;
    if (!wanted || !*wanted)
        return DIGITNET_OK;
    DNN_TRY(digitnet__components_find(&pieces, &view->strip, LEAST_INK));
    digitnet__separator *found = digitnet__allocate_array(pieces.count + 1, sizeof *found);
    for (size_t i = 0; found && i < pieces.count; i++) {
        const digitnet__box *box = &pieces.items[i].box;
        char character = separator_like(&pieces, i);
        size_t before = digits_before(box, view, sequence);
        bool is_placed = before > 0 || (character == '-' && sequence->count > 0 &&
                                        is_minus(&pieces, i, digit_column(view, sequence, 0)));
        if (character && strchr(wanted, character) && is_placed && stands_alone(character, box, view, sequence))
            found[(*count)++] = (digitnet__separator){character, before, *box};
    }
    digitnet__components_release(&pieces);
    if (!found)
        return DIGITNET_ENOMEM;
    qsort(found, *count, sizeof *found, compare_places);
    *out = found;
    return DIGITNET_OK;
}
