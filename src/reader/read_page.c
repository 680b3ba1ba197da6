#include "core/status.h"
#include "image/page.h"
#include "reader/page_line.h"
#include "reader/reading.h"

#include <math.h>

/* Where geometry says by less evidence than this which way lines run, or so small a part of the pieces are digits that
 * are read well, the other way is tried too; but not against evidence that leaves no doubt, as that of a page of text.
 * Digits that are read better must outweigh it. */
#define CLEAR_EVIDENCE 6.0
#define GOOD_PART 0.5
#define NO_DOUBT_EVIDENCE 40.0
/* A page stands on its feet or on its head where some lines say so by so many digits. */
enum { LEAST_LINES = 2 };
#define CLEAR_VALUE 12.0
/* Where so many do not, no more are read both ways up. */
enum { MOST_UNCLEAR_LINES = 48 };
/* Where a smaller part of the pieces than this are digits, the page is mostly text: lines that are not sure are too. */
#define TEXT_PART 0.1

/* A page that is read one way up. */
typedef struct attempt {
    const digitnet__page *page; /* while it is read */
    bool on_head;
    digitnet_reading *reading;
    size_t lines, pieces; /* that were read */
    double value;         /* how many digits were read surely */
} attempt;

static digitnet_status read_next(digitnet__read_call *call, attempt *a) {
    size_t line = a->lines++;
    digitnet_reading *outer = call->reading;
    call->reading = a->reading;
    digitnet_status status = digitnet__page_line_read(call, &a->value, a->page, line, a->on_head);
    call->reading = outer;
    a->pieces += a->page->lines.items[line].pieces;
    return status;
}

/* ---- One direction ---- */

static bool is_clear(const attempt *a, const attempt *b) {
    return a->lines >= LEAST_LINES && fabs(a->value - b->value) >= CLEAR_VALUE;
}

/* Reads as many lines both ways up as it takes to see which one it is, and the others that way. */
static digitnet_status read_attempts(digitnet__read_call *call, attempt both[2]) {
    size_t count = both[0].page->lines.count;
    while (both[0].lines < count && both[0].lines < MOST_UNCLEAR_LINES && !is_clear(&both[0], &both[1])) {
        DNN_TRY(read_next(call, &both[0]));
        DNN_TRY(read_next(call, &both[1]));
    }
    if (both[1].value > both[0].value) {
        attempt better = both[1];
        both[1] = both[0];
        both[0] = better;
    }
    while (both[0].lines < count)
        DNN_TRY(read_next(call, &both[0]));
    if (both[0].on_head)
        digitnet__reading_reverse(both[0].reading, 0);
    return DIGITNET_OK;
}

/* Reads a page on its feet or on its head, whichever is read better; the reading is the caller's to release. */
static digitnet_status read_upright(attempt *better, digitnet__read_call *call, const digitnet__page *page) {
    attempt both[2] = {{.page = page}, {.page = page, .on_head = true}};
    digitnet_status status = digitnet__reading_create(&both[0].reading);
    if (!status)
        status = digitnet__reading_create(&both[1].reading);
    if (!status)
        status = read_attempts(call, both);
    digitnet_reading_free(both[1].reading);
    if (status)
        digitnet_reading_free(both[0].reading);
    else
        *better = both[0];
    return status;
}

/* ---- The page ---- */

/* Reads ink that is turned by `quarters`; says how clear it is that lines run that way, negative where the other one is
 * more likely, and that is not tried unless `always` is set. */
static digitnet_status read_turned(attempt *found, double *evidence, digitnet__read_call *call,
                                   const digitnet__page_ink *ink, int quarters, bool always) {
    digitnet__page page;
    DNN_TRY(digitnet__page_find_lines(&page, ink, quarters));
    digitnet_status status = DIGITNET_OK;
    *evidence = page.evidence;
    if (always || page.evidence >= 0.0)
        status = read_upright(found, call, &page);
    digitnet__page_release(&page);
    return status;
}

/* Reads ink in the more likely direction, and where need be in the other one. */
static digitnet_status read_directions(attempt *best, digitnet__read_call *call, const digitnet__page_ink *ink) {
    attempt other;
    double evidence, unused;
    int quarters = 0;
    DNN_TRY(read_turned(best, &evidence, call, ink, quarters, false));
    if (evidence < 0.0) {
        quarters = 3;
        DNN_TRY(read_turned(best, &unused, call, ink, quarters, true));
    }
    if (fabs(evidence) >= NO_DOUBT_EVIDENCE ||
        (fabs(evidence) >= CLEAR_EVIDENCE && best->value >= GOOD_PART * (double)best->pieces))
        return DIGITNET_OK;
    digitnet_status status = read_turned(&other, &unused, call, ink, 3 - quarters, true);
    if (status) {
        digitnet_reading_free(best->reading);
        return status;
    }
    bool is_better = other.value > best->value + fabs(evidence);
    digitnet_reading_free(is_better ? best->reading : other.reading);
    *best = is_better ? other : *best;
    return DIGITNET_OK;
}

static bool is_sure(const digitnet_reading_line *line) {
    return line->status == DIGITNET_READING_OK;
}

static digitnet_status read_page(digitnet__read_call *call) {
    digitnet__page_ink ink;
    attempt best;
    if (!call->scratch->line)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of lines", call->where);
    DNN_TRY(digitnet__page_find_ink(&ink, &call->image));
    digitnet_status status = digitnet__read_step(call, "ink", &ink.plane);
    if (!status)
        status = digitnet__page_clean(&ink);
    if (!status)
        status = digitnet__read_step(call, "clean", &ink.plane);
    if (!status)
        status = read_directions(&best, call, &ink);
    digitnet__page_ink_release(&ink);
    if (status)
        return status;
    if (best.value < TEXT_PART * (double)best.pieces)
        digitnet__reading_keep(best.reading, is_sure);
    digitnet_reading_free(call->reading);
    call->reading = best.reading;
    return DIGITNET_OK;
}

digitnet_status digitnet_reader_read_page(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                          const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_page", read_page);
}
