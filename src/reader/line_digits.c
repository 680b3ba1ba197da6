#include "reader/line_digits.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/frame_digit.h"
#include "image/seam.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Paper beside a digit that was cut out. */
enum { MARGIN = 2 };
/* Digits are cut through where the seam between them crosses more ink than this, in parts of the strip's height. They
 * are not read: what is left of them misleads more than it tells. Chosen, as DNN_LEAST_SUPPORT, on lines of digits that
 * training holds out. */
#define CUT_INK 0.05
/* What is less probable to be a digit than this, on average, is none; so many say it for a whole line. */
#define LEAST_LIKENESS 0.3
enum { ENOUGH_DIGITS = 8 };
/* This part of a line's digits, the least like digits, does not count. */
enum { FORGIVEN_PART = 4 };
/* What is farther from a digit's middle, in columns, is a mark beside the number, and does not speak against the digit:
 * a strip's digits are 20 rows high, and hardly wider. */
enum { REACH = 25 };

/* The middles of the digit and of those beside it, in the strip's columns; what is missing is the strip's edge. */
typedef struct neighbours {
    size_t before, own, after;
} neighbours;

struct digitnet__line_digit {
    neighbours at;
    bool is_whole;
    float scores[DNN_MOST_DIGIT_OUTPUTS]; /* given what may stand there; zeros where there is no ink, or it is cut
                                             through */
};

/* ---- Cutting one out ---- */

/* The columns left[row] .. right[row] - 1 of the strip. */
typedef struct outline {
    uint32_t *left, *right;
} outline;

static digitnet_status copy_inside(digitnet__plane *out, const digitnet__plane *strip, const outline *inside) {
    size_t left = strip->width, right = 0;
    for (size_t row = 0; row < strip->height; row++) {
        left = inside->left[row] < left ? inside->left[row] : left;
        right = inside->right[row] > right ? inside->right[row] : right;
    }
    DNN_TRY(digitnet__plane_create(out, right - left + 2 * MARGIN, strip->height));
    for (size_t row = 0; row < strip->height; row++)
        if (inside->left[row] < inside->right[row])
            memcpy(out->pixels + row * out->width + inside->left[row] - left + MARGIN,
                   strip->pixels + row * strip->width + inside->left[row], inside->right[row] - inside->left[row]);
    return DIGITNET_OK;
}

static digitnet_status find_outline(outline *inside, bool *is_whole, const digitnet__plane *strip,
                                    const neighbours *at) {
    double left = 0.0, right = 0.0;
    for (size_t row = 0; row < strip->height; row++) {
        inside->left[row] = 0;
        inside->right[row] = (uint32_t)strip->width;
    }
    if (at->before > 0)
        DNN_TRY(digitnet__seam_find(inside->left, &left, strip, at->before, at->own));
    if (at->after < strip->width)
        DNN_TRY(digitnet__seam_find(inside->right, &right, strip, at->own, at->after));
    *is_whole = left + right <= CUT_INK;
    return DIGITNET_OK;
}

/* Cuts the digit out. */
static digitnet_status cut_out(digitnet__plane *out, bool *is_whole, const digitnet__plane *strip,
                               const neighbours *at) {
    digitnet__arena scratch = {.size = 0};
    size_t left = digitnet__arena_reserve(&scratch, strip->height, sizeof(uint32_t));
    size_t right = digitnet__arena_reserve(&scratch, strip->height, sizeof(uint32_t));
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    outline inside = {digitnet__arena_at(&scratch, left), digitnet__arena_at(&scratch, right)};
    digitnet_status status = find_outline(&inside, is_whole, strip, at);
    if (!status)
        status = copy_inside(out, strip, &inside);
    digitnet__arena_release(&scratch);
    return status;
}

/* Frames the digit as the network sees it, if it is whole. ENOTFOUND where there is no ink; ENOMEM. */
static digitnet_status frame_digit(float *frame, bool *is_whole, const digitnet__plane *strip, const neighbours *at) {
    digitnet__plane own;
    digitnet__digit_ink ink = {.values = NULL};
    DNN_TRY(cut_out(&own, is_whole, strip, at));
    digitnet_status status = *is_whole ? digitnet__digit_ink_find_in(&ink, &own) : DIGITNET_OK;
    digitnet__plane_release(&own);
    if (status || !*is_whole)
        return status;
    digitnet__frame_digit_ink(frame, &ink);
    digitnet__digit_ink_release(&ink);
    return DIGITNET_OK;
}

/* ---- Reading one ---- */

static digitnet_status read_digit(digitnet__line_digit *digit, const digitnet__plane *strip, const neighbours *at,
                                  const digitnet__digit_network *network, const digitnet__allowed *allowed) {
    float frame[DNN_FRAME_VALUES];
    *digit = (digitnet__line_digit){.at = *at};
    digitnet_status status = frame_digit(frame, &digit->is_whole, strip, at);
    if (status == DIGITNET_ENOTFOUND || (!status && !digit->is_whole))
        return DIGITNET_OK;
    DNN_TRY(status);
    DNN_TRY(digitnet__digit_network_run(digit->scores, network, frame, 1));
    digitnet__allowed_apply(digit->scores, network->outputs, allowed);
    return DIGITNET_OK;
}

static bool is_at(const digitnet__line_digit *digit, const neighbours *at) {
    return digit->at.before == at->before && digit->at.own == at->own && digit->at.after == at->after;
}

static digitnet_status reserve_one(digitnet__line_digits *digits) {
    void *items = digits->items;
    digits->pool.left = SIZE_MAX;
    DNN_TRY(digitnet__pool_grow(&items, &digits->capacity, &digits->pool, digits->count, sizeof *digits->items));
    digits->items = items;
    return DIGITNET_OK;
}

double digitnet__line_digit_middle(const digitnet_ctc_sequence *sequence, size_t index, size_t width, size_t columns) {
    return (double)(sequence->first_columns[index] + sequence->end_columns[index]) * (double)width /
           (2.0 * (double)columns);
}

static size_t middle_of(const digitnet_ctc_sequence *sequence, size_t index, size_t width, size_t columns) {
    return (size_t)digitnet__line_digit_middle(sequence, index, width, columns);
}

/* The digit of the sequence, from those that were read before or read now. */
static digitnet_status find_digit(const digitnet__line_digit **found, digitnet__line_digits *digits,
                                  const digitnet__plane *strip, const neighbours *at,
                                  const digitnet__digit_network *network, const digitnet__allowed *allowed) {
    size_t i = 0;
    while (i < digits->count && !is_at(&digits->items[i], at))
        i++;
    if (i == digits->count) {
        DNN_TRY(reserve_one(digits));
        DNN_TRY(read_digit(&digits->items[i], strip, at, network, allowed));
        digits->count++;
    }
    *found = &digits->items[i];
    return DIGITNET_OK;
}

static neighbours find_neighbours(const digitnet__plane *strip, size_t columns, const digitnet_ctc_sequence *sequence,
                                  size_t index) {
    neighbours at = {.own = middle_of(sequence, index, strip->width, columns), .after = strip->width};
    if (index > 0)
        at.before = middle_of(sequence, index - 1, strip->width, columns);
    if (index + 1 < sequence->count)
        at.after = middle_of(sequence, index + 1, strip->width, columns);
    return at;
}

bool digitnet__looks_like_digits(double likeness, size_t count) {
    return pow(likeness, 1.0 / fmax((double)count, 1.0)) >= LEAST_LIKENESS;
}

static int compare_likeness(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How probable it is that so many are digits, by the better ones of these: a slash beside a digit may look like a part
 * of it. */
static double likeness_of_all(double *likeness, size_t known, size_t count) {
    size_t worst = known / FORGIVEN_PART;
    double product = 1.0;
    qsort(likeness, known, sizeof *likeness, compare_likeness);
    for (size_t i = worst; i < known; i++)
        product *= likeness[i];
    return known > 0 ? pow(product, (double)count / (double)(known - worst)) : 1.0;
}

digitnet_status digitnet__line_digits_read(digitnet__line_opinion *opinion, digitnet__line_digits *digits,
                                           const digitnet__plane *strip, size_t columns,
                                           const digitnet_ctc_sequence *sequence,
                                           const digitnet__digit_network *network, const digitnet__allowed *allowed) {
    double *likeness = digitnet__allocate_array(sequence->count + 1, sizeof *likeness), product = 1.0;
    digitnet_status status = likeness ? DIGITNET_OK : DIGITNET_ENOMEM;
    size_t known = 0;
    *opinion = (digitnet__line_opinion){1.0, 1.0};
    for (size_t i = 0; !status && i < sequence->count; i++) {
        const digitnet__line_digit *digit;
        neighbours at = find_neighbours(strip, columns, sequence, i);
        status = find_digit(&digit, digits, strip, &at, network, allowed);
        if (status || !digit->is_whole)
            continue;
        opinion->support *= DNN_LEAST_SUPPORT + (1.0 - DNN_LEAST_SUPPORT) * digit->scores[sequence->labels[i]];
        likeness[known] = fmax(digitnet__digit_likeness(digit->scores), DNN_LEAST_SUPPORT);
        product *= likeness[known++];
        if (known >= ENOUGH_DIGITS && !digitnet__looks_like_digits(product, known))
            break;
    }
    if (!status)
        opinion->likeness = likeness_of_all(likeness, known, sequence->count);
    digitnet__release(likeness);
    return status;
}

/* The neighbours no farther away than REACH. */
static neighbours within_reach(const neighbours *at) {
    return (neighbours){.before = at->own > at->before + REACH ? at->own - REACH : at->before,
                        .own = at->own,
                        .after = at->after > at->own + REACH ? at->own + REACH : at->after};
}

digitnet_status digitnet__line_digits_find_least(double *likeness, digitnet__line_digits *digits,
                                                 const digitnet__plane *strip, size_t columns,
                                                 const digitnet_ctc_sequence *sequence,
                                                 const digitnet__digit_network *network,
                                                 const digitnet__allowed *allowed) {
    *likeness = 1.0;
    for (size_t i = 0; i < sequence->count; i++) {
        const digitnet__line_digit *digit;
        neighbours beside = find_neighbours(strip, columns, sequence, i), at = within_reach(&beside);
        DNN_TRY(find_digit(&digit, digits, strip, &at, network, allowed));
        if (digit->is_whole)
            *likeness = fmin(*likeness, digitnet__digit_likeness(digit->scores));
    }
    return DIGITNET_OK;
}

void digitnet__line_digits_release(digitnet__line_digits *digits) {
    digitnet__pool_release(&digits->pool);
    *digits = (digitnet__line_digits){.count = 0};
}
