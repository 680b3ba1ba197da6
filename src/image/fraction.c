#include "image/fraction.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/components.h"
#include "image/divider.h"

#include <math.h>

/* Of its own height: what is narrower is a 1, a slash, or the side of a form's box. */
#define THIN 0.2
/* Parts of the height of the line's highest piece that is not thin: */
#define SPECK 0.15      /* what is lower is no digit */
#define SMALL 0.75      /* a fraction's digit, at most */
#define BAR_LENGTH 0.55 /* a bar, at least */
#define SLASH_HEIGHT 0.8
/* The pen is at most this part of the bar's length, or the slash's height. */
#define THICK 0.3
/* How far a fraction's digits may lie beside its bar, in bars' lengths, and reach over it, in their own heights. */
#define BESIDE 0.3
#define CROSSED 0.35
/* Of a slash's height: how far it leans, at least, and how high a digit beside it is, at most. */
#define LEAN 0.15
#define SHORT 0.66
/* A fraction's numbers are about as high as each other, and lower than the whole's digits: all over 1 here. */
#define LEAST_RATIO 0.4
#define MOST_OF_WHOLE 0.95
/* A denominator has digits beside each other. */
#define LEAST_WIDTH 0.8

/* Which part a pixel belongs to; the stroke between the numbers to none. */
typedef enum part {
    WHOLE = DNN_FRACTION_WHOLE,
    NUMERATOR = DNN_FRACTION_NUMERATOR,
    DENOMINATOR = DNN_FRACTION_DENOMINATOR,
    DIVIDER = DNN_FRACTION_PARTS,
    PARTS
} part;

/* A line that is taken apart. */
typedef struct dissection {
    const digitnet__plane *ink;
    uint8_t threshold;
    digitnet__components pieces;
    size_t highest;             /* rows of its highest piece that is not thin */
    digitnet__divider divider;  /* what it is looked at with, */
    size_t cut;                 /* in this piece, */
    part *parts;                /* and the part of each other piece */
    digitnet__box boxes[PARTS]; /* width 0: it has nothing */
} dissection;

static double middle_x(const digitnet__box *box) {
    return (double)box->left + (double)box->width / 2.0;
}

static double middle_y(const digitnet__box *box) {
    return (double)box->top + (double)box->height / 2.0;
}

static bool is_thin(const digitnet__box *box) {
    return (double)box->width < THIN * (double)box->height;
}

static double divider_length(const digitnet__divider *divider) {
    return divider->end - divider->first;
}

static double along_middle(const digitnet__divider *divider) {
    return (divider->first + divider->end) / 2.0;
}

/* `most` is the height of a fraction's digit, at most. */
static part part_beside_bar(const digitnet__divider *bar, const digitnet__box *box, double most) {
    double x = middle_x(box), beside = BESIDE * divider_length(bar), height = (double)box->height;
    if (height > most || x < bar->first - beside || x > bar->end + beside)
        return WHOLE;
    if (digitnet__divider_distance(bar, x, (double)(box->top + box->height)) <= CROSSED * height)
        return NUMERATOR;
    return digitnet__divider_distance(bar, x, (double)box->top) >= -CROSSED * height ? DENOMINATOR : WHOLE;
}

/* `from` is where the last of the whole's digits is. */
static part part_beside_slash(const digitnet__divider *slash, const digitnet__box *box, double from) {
    double x = middle_x(box), y = middle_y(box);
    if ((double)box->height > SHORT * divider_length(slash))
        return WHOLE;
    if (digitnet__divider_distance(slash, x, y) > 0.0)
        return DENOMINATOR;
    return x > from && y < along_middle(slash) ? NUMERATOR : WHOLE;
}

/* The middle of the last piece left of the slash that is too high to be beside it in a fraction. */
static double last_high_piece(const dissection *d) {
    double last = -HUGE_VAL;
    for (size_t i = 0; i < d->pieces.count; i++) {
        const digitnet__box *box = &d->pieces.items[i].box;
        if (i != d->cut && (double)box->height > SHORT * divider_length(&d->divider) &&
            digitnet__divider_distance(&d->divider, middle_x(box), middle_y(box)) < 0.0)
            last = fmax(last, middle_x(box));
    }
    return last;
}

static void part_pieces(dissection *d) {
    double from = d->divider.is_slash ? last_high_piece(d) : 0.0;
    for (size_t i = 0; i < d->pieces.count; i++) {
        const digitnet__box *box = &d->pieces.items[i].box;
        d->parts[i] = d->divider.is_slash ? part_beside_slash(&d->divider, box, from)
                                          : part_beside_bar(&d->divider, box, SMALL * (double)d->highest);
    }
}

/* Of the piece that holds the bar or slash, and maybe digits that touch it. */
static part part_of_pixel(const digitnet__divider *divider, size_t column, size_t row) {
    double x = (double)column + 0.5, y = (double)row + 0.5, along = divider->is_slash ? y : x;
    double distance = digitnet__divider_distance(divider, x, y), half = divider->thickness / 2.0 + 1.0;
    double beside = divider->is_slash ? HUGE_VAL : BESIDE * divider_length(divider);
    if (along < divider->first - beside || along > divider->end + beside)
        return WHOLE;
    return fabs(distance) <= half ? DIVIDER : distance < 0.0 ? NUMERATOR : DENOMINATOR;
}

/* Where the pixels of a run from `first` on that belong to one part end. */
static size_t part_end(part *out, const dissection *d, const digitnet__run *run, size_t first) {
    *out = d->parts[run->component];
    if (run->component != d->cut)
        return run->end;
    size_t end = first + 1;
    *out = part_of_pixel(&d->divider, first, run->row);
    while (end < run->end && part_of_pixel(&d->divider, end, run->row) == *out)
        end++;
    return end;
}

static void measure_parts(dissection *d) {
    part where;
    for (size_t i = 0; i < PARTS; i++)
        d->boxes[i] = (digitnet__box){.width = 0};
    for (size_t i = 0; i < d->pieces.run_count; i++) {
        const digitnet__run *run = &d->pieces.runs[i];
        for (size_t first = run->first, end; first < run->end; first = end) {
            end = part_end(&where, d, run, first);
            digitnet__box box = {first, run->row, end - first, 1};
            if (d->boxes[where].width == 0)
                d->boxes[where] = box;
            digitnet__box_unite(&d->boxes[where], &box);
        }
    }
}

/* The height of the whole's highest digit; 0 where one stands behind the stroke's middle. */
static double whole_height(const dissection *d) {
    size_t highest = 0, highest_thin = 0;
    for (size_t i = 0; i < d->pieces.count; i++) {
        const digitnet__box *box = &d->pieces.items[i].box;
        if (i == d->cut || d->parts[i] != WHOLE)
            continue;
        if (!is_thin(box) && 2 * box->height > d->highest && middle_x(box) > middle_x(&d->boxes[DIVIDER]))
            return 0.0;
        size_t *found = is_thin(box) ? &highest_thin : &highest;
        *found = box->height > *found ? box->height : *found;
    }
    return (double)(highest > 0 ? highest : highest_thin);
}

static bool has_fraction(const dissection *d) {
    const digitnet__box *numerator = &d->boxes[NUMERATOR], *denominator = &d->boxes[DENOMINATOR];
    double high = (double)numerator->height, low = (double)denominator->height, whole = whole_height(d);
    return high > 0.0 && low > 0.0 && fmin(high, low) >= LEAST_RATIO * fmax(high, low) &&
           fmax(high, low) <= MOST_OF_WHOLE * whole && (double)denominator->width >= LEAST_WIDTH * low &&
           middle_y(numerator) < middle_y(denominator);
}

/* Whether a piece that is low enough for a fraction's digit is near a bar, or behind a slash, that the piece holds. */
static bool has_small_neighbour(const dissection *d, size_t piece, bool is_slash) {
    const digitnet__box *box = &d->pieces.items[piece].box;
    double beside = BESIDE * (double)box->width, highest = (double)d->highest;
    double left = is_slash ? middle_x(box) : (double)box->left - beside;
    double right = is_slash ? HUGE_VAL : (double)(box->left + box->width) + beside;
    for (size_t i = 0; i < d->pieces.count; i++) {
        const digitnet__box *other = &d->pieces.items[i].box;
        double height = (double)other->height, x = middle_x(other);
        if (i != piece && height >= SPECK * highest && height <= SMALL * highest && x >= left && x <= right)
            return true;
    }
    return false;
}

/* Whether the piece holds a bar, or a slash, with a fraction around it. */
static digitnet_status try_piece(bool *found, dissection *d, size_t piece, bool is_slash) {
    const digitnet__box *box = &d->pieces.items[piece].box;
    double least = (is_slash ? SLASH_HEIGHT : BAR_LENGTH) * (double)d->highest;
    *found = false;
    if ((double)(is_slash ? box->height : box->width) < least || !has_small_neighbour(d, piece, is_slash) ||
        (is_slash && digitnet__component_lean(&d->pieces, piece) < LEAN * (double)box->height))
        return DIGITNET_OK;
    DNN_TRY(digitnet__divider_find(&d->divider, d->ink, box, d->threshold, is_slash));
    double length = divider_length(&d->divider);
    if (length < least || d->divider.thickness > THICK * length)
        return DIGITNET_OK;
    d->cut = piece;
    part_pieces(d);
    measure_parts(d);
    *found = has_fraction(d);
    return DIGITNET_OK;
}

static digitnet_status find_divider(dissection *d) {
    bool found = false;
    for (size_t i = 0; i < d->pieces.count; i++) {
        const digitnet__box *box = &d->pieces.items[i].box;
        d->highest = !is_thin(box) && box->height > d->highest ? box->height : d->highest;
    }
    for (int is_slash = 0; is_slash <= 1; is_slash++)
        for (size_t i = d->pieces.count; !found && i-- > 0;)
            DNN_TRY(try_piece(&found, d, i, is_slash));
    return found ? DIGITNET_OK : digitnet__fail(DIGITNET_ENOTFOUND, "the line has no fraction");
}

/* Copies columns first .. end - 1 of a row, with the soft edges around them. */
static void copy_run(digitnet__plane *out, const dissection *d, size_t row, size_t first, size_t end) {
    size_t left = first > 0 ? first - 1 : 0, right = end < out->width ? end + 1 : end;
    for (size_t y = row > 0 ? row - 1 : 0; y < out->height && y <= row + 1; y++) {
        for (size_t x = left; x < right; x++) {
            uint8_t level = d->ink->pixels[y * out->width + x];
            if (level < d->threshold || (y == row && x >= first && x < end))
                out->pixels[y * out->width + x] = level;
        }
    }
}

static digitnet_status copy_parts(digitnet__fraction *out, const dissection *d) {
    part where;
    *out = (digitnet__fraction){.divider = d->boxes[DIVIDER]};
    for (size_t i = 0; i < DNN_FRACTION_PARTS; i++) {
        digitnet_status status = digitnet__plane_create(&out->parts[i], d->ink->width, d->ink->height);
        if (status) {
            digitnet__fraction_release(out);
            return status;
        }
    }
    for (size_t i = 0; i < d->pieces.run_count; i++) {
        const digitnet__run *run = &d->pieces.runs[i];
        for (size_t first = run->first, end; first < run->end; first = end) {
            end = part_end(&where, d, run, first);
            if (where != DIVIDER)
                copy_run(&out->parts[where], d, run->row, first, end);
        }
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__fraction_find(digitnet__fraction *out, const digitnet__plane *ink, uint8_t threshold) {
    dissection d = {.ink = ink, .threshold = threshold};
    DNN_TRY(digitnet__components_find(&d.pieces, ink, d.threshold));
    d.parts = digitnet__allocate_array(d.pieces.count, sizeof *d.parts);
    digitnet_status status = d.parts ? find_divider(&d) : DIGITNET_ENOMEM;
    if (!status)
        status = copy_parts(out, &d);
    digitnet__release(d.parts);
    digitnet__components_release(&d.pieces);
    return status;
}

void digitnet__fraction_release(digitnet__fraction *fraction) {
    for (size_t i = 0; i < DNN_FRACTION_PARTS; i++)
        digitnet__plane_release(&fraction->parts[i]);
}
