#include "image/traces.h"

#include "core/memory.h"
#include "core/status.h"

#include <math.h>
#include <string.h>

/* A row is smoothed over this many rows, along the rules, and by 1 2 1 across them. */
enum { SMOOTH_ROWS = 5, SMOOTH_WEIGHT = SMOOTH_ROWS * 4 };
/* What stands out from both sides by less than this part of its ink is no rule. */
#define LEAST_PART 0.4
/* Rules that are being followed or were kept; a picture with more is noise. */
enum { MOST_TRACKS = 1 << 14 };
/* A rule is followed over places where it is not seen of up to this many rows, and no more than half its length. */
enum { LONGEST_GAP = 24 };
/* How far from where it is expected a rule may go on, in pixels, and how much farther for each row without it. */
#define TOLERANCE 1.25
#define TOLERANCE_PER_ROW 0.15
/* The gains of the filter below do not fall under these, so that it follows bends. */
#define LEAST_POSITION_GAIN 0.3
#define LEAST_SLOPE_GAIN 0.03
/* tan 40 degrees. */
#define STEEPEST 0.84
/* The part of its rows in which a rule is seen. */
#define LEAST_SEEN 0.5

#define NONE UINT32_MAX

/* The middle of a peak of a row's ink. */
typedef struct peak {
    float across, thickness;
    uint32_t row, next; /* the next peak of the same rule */
} peak;

/* A rule that is being followed: an alpha-beta filter, with the gains of a least-squares line while it is short.
 * Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation" (2001), section 6.5. */
typedef struct track {
    double across, slope, thickness;
    uint32_t first, last; /* peaks */
    uint32_t first_row, last_row, count;
    bool kept;
} track;

typedef struct finder {
    const digitnet__plane *ink;
    uint16_t *sums, *smooth; /* a row: of SMOOTH_ROWS rows, and also across */
    peak *peaks;
    track *tracks;
    uint32_t *active, *unused; /* of tracks */
    size_t peak_count, active_count, unused_count, shortest;
    double least_ink; /* in the units of `smooth` */
} finder;

static const uint8_t *row_near(const digitnet__plane *ink, ptrdiff_t row) {
    ptrdiff_t last = (ptrdiff_t)ink->height - 1;
    return ink->pixels + (size_t)(row < 0 ? 0 : row > last ? last : row) * ink->width;
}

/* Moves the sums on to `row`, from the row before it. */
static void smooth_row(finder *f, size_t row) {
    size_t width = f->ink->width;
    ptrdiff_t middle = (ptrdiff_t)row, half = SMOOTH_ROWS / 2;
    if (row == 0)
        for (ptrdiff_t r = -half - 1; r < half; r++)
            for (size_t i = 0; i < width; i++)
                f->sums[i] = (uint16_t)(f->sums[i] + row_near(f->ink, r)[i]);
    const uint8_t *in = row_near(f->ink, middle + half), *out = row_near(f->ink, middle - half - 1);
    for (size_t i = 0; i < width; i++)
        f->sums[i] = (uint16_t)(f->sums[i] + in[i] - out[i]);
    for (size_t i = 1; i + 1 < width; i++)
        f->smooth[i] = (uint16_t)(f->sums[i - 1] + 2 * f->sums[i] + f->sums[i + 1]);
    f->smooth[0] = (uint16_t)(4 * f->sums[0]);
    f->smooth[width - 1] = (uint16_t)(4 * f->sums[width - 1]);
}

/* By how much ink has to rise before `value` and fall behind it. */
static double prominence(const finder *f, double value) {
    return fmax(f->least_ink, LEAST_PART * value);
}

/* The peak between the places where ink rises above and falls below what makes `top` a peak. */
static peak measure_peak(const finder *f, size_t top) {
    const uint16_t *smooth = f->smooth;
    size_t width = f->ink->width;
    double level = smooth[top] - prominence(f, smooth[top]);
    size_t left = top, right = top;
    while (left > 0 && smooth[left - 1] > level)
        left--;
    while (right + 1 < width && smooth[right + 1] > level)
        right++;
    double from = (double)left, to = (double)right;
    if (left > 0)
        from -= (smooth[left] - level) / (double)(smooth[left] - smooth[left - 1]);
    if (right + 1 < width)
        to += (smooth[right] - level) / (double)(smooth[right] - smooth[right + 1]);
    return (peak){.across = (float)((from + to + 1.0) / 2.0), .thickness = (float)(to - from), .next = NONE};
}

/* Appends the peaks of the smoothed row. Beyond the picture there is no ink. */
static void find_peaks(finder *f, size_t row) {
    const uint16_t *smooth = f->smooth;
    size_t top = 0, width = f->ink->width;
    uint16_t lowest = 0;
    bool rising = false; /* `top` stands out from what is left of it */
    for (size_t i = 0; i <= width; i++) {
        uint16_t value = i < width ? smooth[i] : 0;
        if (!rising) {
            lowest = value < lowest ? value : lowest;
            rising = value - lowest >= prominence(f, value);
            top = i;
        } else if (value > smooth[top]) {
            top = i;
        } else if (smooth[top] - value >= prominence(f, smooth[top])) {
            f->peaks[f->peak_count] = measure_peak(f, top);
            f->peaks[f->peak_count++].row = (uint32_t)row;
            rising = false;
            lowest = value;
        }
    }
}

/* The peak of first .. end - 1 that is nearest to `across`. */
static size_t nearest_peak(const peak *peaks, size_t first, size_t end, double across) {
    size_t low = first, high = end;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (peaks[middle].across < across)
            low = middle + 1;
        else
            high = middle;
    }
    bool before = low > first && (low == end || across - peaks[low - 1].across < peaks[low].across - across);
    return before ? low - 1 : low;
}

static void extend(finder *f, track *t, uint32_t at) {
    peak *p = &f->peaks[at];
    double k = t->count + 1.0, rows = p->row - t->last_row;
    double predicted = t->across + t->slope * rows, off = p->across - predicted;
    t->across = predicted + off * fmax(2.0 * (2.0 * k - 1.0) / (k * (k + 1.0)), LEAST_POSITION_GAIN);
    t->slope += off / rows * fmax(6.0 / (k * (k + 1.0)), LEAST_SLOPE_GAIN);
    t->thickness += p->thickness;
    f->peaks[t->last].next = at;
    t->last = at;
    t->last_row = p->row;
    t->count++;
}

static void begin(finder *f, uint32_t at) {
    if (f->unused_count == 0)
        return;
    const peak *p = &f->peaks[at];
    uint32_t slot = f->unused[--f->unused_count];
    f->tracks[slot] = (track){.across = p->across,
                              .thickness = p->thickness,
                              .first = at,
                              .last = at,
                              .first_row = p->row,
                              .last_row = p->row,
                              .count = 1};
    f->active[f->active_count++] = slot;
}

/* Gives the peaks from `first` on, of `row`, to the rules that are followed, the oldest first, and begins others. */
static void follow(finder *f, size_t first, size_t row) {
    size_t end = f->peak_count;
    for (size_t i = 0; i < f->active_count && first < end; i++) {
        track *t = &f->tracks[f->active[i]];
        double rows = (double)(row - t->last_row), expected = t->across + t->slope * rows;
        size_t nearest = nearest_peak(f->peaks, first, end, expected);
        bool taken = f->peaks[nearest].next != NONE;
        if (!taken && fabs(f->peaks[nearest].across - expected) <= TOLERANCE + TOLERANCE_PER_ROW * rows) {
            extend(f, t, (uint32_t)nearest);
            f->peaks[nearest].next = (uint32_t)nearest; /* taken; the row's end makes it the last */
        }
    }
    for (size_t at = first; at < end; at++) {
        if (f->peaks[at].next == NONE)
            begin(f, (uint32_t)at);
        f->peaks[at].next = NONE;
    }
}

static bool is_rule(const finder *f, const track *t) {
    size_t rows = t->last_row - t->first_row + 1;
    double run = (double)f->peaks[t->last].across - f->peaks[t->first].across;
    return rows >= f->shortest && t->count >= 2 && t->count >= LEAST_SEEN * (double)rows &&
           fabs(run) <= STEEPEST * (double)rows;
}

/* Ends the rules that have not been seen for too long before `row`. */
static void end_tracks(finder *f, size_t row) {
    size_t active = 0;
    for (size_t i = 0; i < f->active_count; i++) {
        track *t = &f->tracks[f->active[i]];
        size_t gap = t->count / 2 < LONGEST_GAP ? t->count / 2 : LONGEST_GAP;
        if (row - t->last_row <= gap + 1) {
            f->active[active++] = f->active[i];
            continue;
        }
        t->kept = is_rule(f, t);
        if (!t->kept)
            f->unused[f->unused_count++] = f->active[i];
    }
    f->active_count = active;
}

/* Appends a border of the picture, at `across`. */
static digitnet__trace_point *add_border(digitnet__traces *out, digitnet__trace_point *next, size_t rows,
                                         double across) {
    out->items[out->count++] = (digitnet__trace){.points = next, .count = rows, .thickness = 1.0, .border = true};
    for (size_t row = 0; row < rows; row++)
        *next++ = (digitnet__trace_point){(double)row + 0.5, across};
    return next;
}

/* Copies the rules that were kept, and adds the borders. */
static digitnet_status collect(digitnet__traces *out, const finder *f) {
    size_t rules = 0, points = 0;
    for (size_t i = 0; i < MOST_TRACKS; i++) {
        rules += f->tracks[i].kept;
        points += f->tracks[i].kept ? f->tracks[i].count : 0;
    }
    out->items = digitnet__allocate_array(rules + 2, sizeof *out->items);
    out->points = out->items ? digitnet__allocate_array(points + 2 * f->ink->height, sizeof *out->points) : NULL;
    if (!out->points) {
        digitnet__traces_release(out);
        return DIGITNET_ENOMEM;
    }
    digitnet__trace_point *next = out->points;
    for (size_t i = 0; i < MOST_TRACKS; i++) {
        const track *t = &f->tracks[i];
        if (!t->kept)
            continue;
        out->items[out->count++] =
            (digitnet__trace){.points = next, .count = t->count, .thickness = t->thickness / t->count};
        for (uint32_t at = t->first; at != NONE; at = f->peaks[at].next)
            *next++ = (digitnet__trace_point){f->peaks[at].row + 0.5, f->peaks[at].across};
    }
    next = add_border(out, next, f->ink->height, 0.0);
    add_border(out, next, f->ink->height, (double)f->ink->width);
    return DIGITNET_OK;
}

static digitnet_status find_down(digitnet__traces *out, const digitnet__plane *ink, size_t shortest,
                                 uint8_t least_ink) {
    digitnet__arena memory = {.size = 0};
    size_t sums = digitnet__arena_reserve(&memory, ink->width, sizeof(uint16_t));
    size_t smooth = digitnet__arena_reserve(&memory, ink->width, sizeof(uint16_t));
    size_t tracks = digitnet__arena_reserve(&memory, MOST_TRACKS, sizeof(track));
    size_t active = digitnet__arena_reserve(&memory, MOST_TRACKS, sizeof(uint32_t));
    size_t unused = digitnet__arena_reserve(&memory, MOST_TRACKS, sizeof(uint32_t));
    *out = (digitnet__traces){.items = NULL};
    /* Between two peaks there is a place that is none. */
    peak *peaks = digitnet__allocate_array((ink->width + 1) / 2 * ink->height, sizeof *peaks);
    digitnet_status status = DIGITNET_ENOMEM;
    if (!peaks || !digitnet__arena_allocate(&memory))
        goto out;
    finder f = {.ink = ink,
                .sums = digitnet__arena_at(&memory, sums),
                .smooth = digitnet__arena_at(&memory, smooth),
                .peaks = peaks,
                .tracks = digitnet__arena_at(&memory, tracks),
                .active = digitnet__arena_at(&memory, active),
                .unused = digitnet__arena_at(&memory, unused),
                .unused_count = MOST_TRACKS,
                .shortest = shortest,
                .least_ink = (double)least_ink * SMOOTH_WEIGHT};
    for (uint32_t i = 0; i < MOST_TRACKS; i++)
        f.unused[i] = MOST_TRACKS - 1 - i;
    for (size_t row = 0; row < ink->height; row++) {
        size_t first = f.peak_count;
        smooth_row(&f, row);
        find_peaks(&f, row);
        follow(&f, first, row);
        end_tracks(&f, row);
    }
    end_tracks(&f, ink->height + LONGEST_GAP + 2);
    status = collect(out, &f);
out:
    digitnet__release(peaks);
    digitnet__arena_release(&memory);
    return status;
}

/* The same for rules that run from left to right. */
static digitnet_status find_across(digitnet__traces *out, const digitnet__plane *ink, size_t shortest,
                                   uint8_t least_ink) {
    /* A quarter turn clockwise makes columns rows, and rows, from the last one on, columns. */
    digitnet__plane turned;
    DNN_TRY(digitnet__plane_turn(&turned, ink, 1));
    digitnet_status status = find_down(out, &turned, shortest, least_ink);
    for (size_t i = 0; !status && i < out->count; i++)
        for (size_t j = 0; j < out->items[i].count; j++) {
            digitnet__trace_point *point = &out->points[(size_t)(out->items[i].points - out->points) + j];
            point->across = (double)ink->height - point->across;
        }
    digitnet__plane_release(&turned);
    return status;
}

digitnet_status digitnet__traces_find(digitnet__traces *out, const digitnet__plane *ink,
                                      digitnet__trace_direction direction, size_t shortest, uint8_t least_ink) {
    DNN_TRY((direction == DNN_TRACES_DOWN ? find_down : find_across)(out, ink, shortest, least_ink));
    for (size_t i = 0; i < out->count; i++)
        digitnet__trace_measure(&out->items[i]);
    return DIGITNET_OK;
}

void digitnet__traces_release(digitnet__traces *rules) {
    digitnet__release(rules->items);
    digitnet__release(rules->points);
    *rules = (digitnet__traces){.items = NULL};
}
