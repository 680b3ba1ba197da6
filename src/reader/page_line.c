#include "reader/page_line.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/words.h"
#include "reader/line.h"
#include "reader/line_cells.h"
#include "reader/reading.h"

#include <math.h>
#include <string.h>

/* A line whose digits are less certain than this on average is none: letters read as digits are not. */
#define LEAST_CERTAINTY 0.6
/* Where they are less certain than the first of these, some of its words may be text; less than the second, all are. */
#define NO_DOUBT 0.9
#define NO_NUMBER 0.15
/* No line is so certain: what is read is only judged, and dropped whatever it is. */
#define ONLY_JUDGED 2.0
/* Paper around what is read: else strokes that reach from edge to edge would be rules. */
#define MARGIN 0.25
/* Words stand at least so far from each other, in heights of the line's digits: the spaces of print are a little wider.
 */
#define WORD_GAP 0.35
/* Beside text a word is a number where its digits are so certain, take so much of its width, and are as many: "oo"
 * looks like two noughts, and "Room" has them too. Chosen on drawn forms and invoices. */
#define NUMBER_CERTAINTY 0.95
#define NUMBER_PART 0.8
enum { LEAST_DIGITS = 3 };
/* Lower digits, in pixels, can hardly be told apart, and texture may have very many such lines. */
#define LEAST_HEIGHT 6.0
/* Lower words are points and dashes, and narrower ones without a digit colons and slashes, in heights of the line's
 * digits. */
#define LOW_WORD 0.4
#define NARROW_WORD 0.4

/* How far around a line boxes are looked for, and how far what stands beside them is away, in heights of the line's
 * digits; and the part of the line that they take at least. */
#define BOX_ENDS 0.8
#define BOX_SIDES 0.1
#define BESIDE_BOXES 0.25
#define LEAST_BOXES 0.3

/* A line that is being read. */
typedef struct page_line {
    digitnet__read_call *call;
    digitnet__plane ink;
    digitnet_place corners[4]; /* of the ink, in the picture */
    double height;             /* of its digits, in pixels of the ink */
    bool has_number;           /* as a whole it has many digits without doubt */
} page_line;

/* What was last added to the reading. */
typedef struct result {
    double certainty;
    size_t digits;
    double part; /* of the columns that were read, that digits take */
    bool is_sure;
} result;

static void set_places(digitnet_place places[4], const digitnet__point points[4]) {
    for (size_t i = 0; i < 4; i++)
        places[i] = (digitnet_place){points[i].x, points[i].y};
}

static double width_of(const digitnet_place corners[4]) {
    return hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y);
}

/* `width` is what was read, in the caller's pixels. */
static digitnet_status describe_last(result *out, const digitnet_reading *reading, double certainty, double width) {
    size_t last = digitnet_reading_line_count(reading) - 1;
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    DNN_TRY(digitnet_reading_describe_line(&line, reading, last));
    *out = (result){.certainty = certainty, .digits = line.characters, .is_sure = line.status == DIGITNET_READING_OK};
    for (size_t i = 0; i < line.characters; i++) {
        digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
        DNN_TRY(digitnet_reading_describe_character(&character, reading, last, i));
        out->part += width_of(character.corners) / width;
    }
    return DIGITNET_OK;
}

/* The place in the picture that is at this column and row of the line's ink. */
static digitnet_place place_at(const page_line *line, double column, double row) {
    return digitnet__place_within(line->corners, column / (double)line->ink.width, row / (double)line->ink.height);
}

/* Reads columns of the line as a line of their own, which is dropped where it is less certain than `least`; one that is
 * too long has no digits. */
static digitnet_status read_columns(result *out, const page_line *line, size_t first, size_t end, double least) {
    digitnet__message message = digitnet__message_keep();
    digitnet__plane ink;
    size_t margin = (size_t)(MARGIN * line->height) + 1;
    double certainty = 0.0, left = (double)first - (double)margin, right = (double)(end + margin),
           top = -(double)margin, bottom = (double)(line->ink.height + margin);
    const digitnet_place corners[4] = {place_at(line, left, top), place_at(line, right, top),
                                       place_at(line, right, bottom), place_at(line, left, bottom)};
    DNN_TRY(digitnet__plane_cut_columns(&ink, &line->ink, first, end, margin));
    double width = width_of(corners) * (double)(end - first) / (double)ink.width;
    digitnet_status status = digitnet__line_read(line->call, &certainty, &ink, corners, least);
    digitnet__plane_release(&ink);
    if (status == DIGITNET_ELIMIT) {
        digitnet__message_restore(&message);
        status = digitnet__line_add_none(line->call, corners, DNN_REASON_NO_DIGIT);
    }
    return status ? status : describe_last(out, line->call->reading, certainty, width);
}

static void drop(const page_line *line) {
    digitnet__reading_drop_last(line->call->reading);
}

/* Letters among which some look like digits, as "oo" in "Room". */
static bool is_text(const result *read) {
    return read->certainty < LEAST_CERTAINTY || (read->digits > 1 && read->part < NUMBER_PART);
}

/* How many digits were read; those that are not sure count little, since letters on their head are such digits. */
static double value_of(const result *kept) {
    return (double)kept->digits * pow(kept->certainty, 8.0);
}

/* ---- Words ---- */

typedef enum word_kind { WORD_TEXT, WORD_MARK, WORD_DIGITS, WORD_NUMBER } word_kind;

static bool is_number(const result *read) {
    return read->certainty >= NUMBER_CERTAINTY && read->digits >= LEAST_DIGITS;
}

/* In a line with a number, what may be digits belongs to it rather than to text. */
static bool is_text_word(const result *read, const page_line *line) {
    return line->has_number ? read->certainty < NO_NUMBER : is_text(read);
}

static digitnet_status judge_word(word_kind *kind, const page_line *line, const digitnet__word *place) {
    result read;
    *kind = WORD_MARK;
    if ((double)place->height < LOW_WORD * line->height)
        return DIGITNET_OK;
    DNN_TRY(read_columns(&read, line, place->first, place->end, ONLY_JUDGED));
    drop(line);
    if (read.digits == 0 && (double)(place->end - place->first) < NARROW_WORD * line->height)
        return DIGITNET_OK;
    if (is_text_word(&read, line))
        *kind = WORD_TEXT;
    else
        *kind = is_number(&read) ? WORD_NUMBER : WORD_DIGITS;
    return DIGITNET_OK;
}

static digitnet_status judge_words(word_kind *kinds, const page_line *line, const digitnet__word *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        DNN_TRY(judge_word(&kinds[i], line, &words[i]));
    return DIGITNET_OK;
}

/* Adds what stands between text: as one number, or else those of its words that are numbers. */
static digitnet_status add_between(double *value, const page_line *line, const digitnet__word *words,
                                   const word_kind *kinds, size_t count) {
    result read;
    double least = line->has_number ? LEAST_CERTAINTY : NUMBER_CERTAINTY;
    if (count == 1 && kinds[0] != WORD_NUMBER && !line->has_number) /* read again it would be the same */
        return DIGITNET_OK;
    DNN_TRY(read_columns(&read, line, words[0].first, words[count - 1].end, least));
    if (read.certainty >= least && read.digits >= LEAST_DIGITS) {
        *value += value_of(&read);
        return DIGITNET_OK;
    }
    drop(line);
    for (size_t i = 0; i < count; i++) {
        if (kinds[i] != WORD_NUMBER)
            continue;
        DNN_TRY(read_columns(&read, line, words[i].first, words[i].end, NUMBER_CERTAINTY));
        *value += value_of(&read);
    }
    return DIGITNET_OK;
}

static digitnet_status add_numbers(double *value, const page_line *line, const digitnet__word *words,
                                   const word_kind *kinds, size_t count) {
    for (size_t i = 0; i < count;) {
        size_t first = i, end = i;
        for (; i < count && kinds[i] != WORD_TEXT; i++)
            end = kinds[i] == WORD_MARK ? end : i + 1;
        while (first < end && kinds[first] == WORD_MARK)
            first++;
        if (first < end)
            DNN_TRY(add_between(value, line, words + first, kinds + first, end - first));
        i += i < count;
    }
    return DIGITNET_OK;
}

static bool has_kind(word_kind kind, const word_kind *kinds, size_t count) {
    size_t i = 0;
    while (i < count && kinds[i] != kind)
        i++;
    return i < count;
}

/* Keeps the line as it was read as a whole, which is the last of the reading, or takes it out. */
static void judge_whole(double *value, const page_line *line, const result *whole) {
    if (whole->certainty < LEAST_CERTAINTY)
        drop(line);
    else
        *value += value_of(whole);
}

/* Where there is text in the line, numbers take the place of the whole; of many digits at least one must be. */
static digitnet_status judge_by_words(double *value, const page_line *line, const result *whole,
                                      const digitnet__word *words, size_t count) {
    word_kind *kinds = digitnet__allocate_zeroed_array(count, sizeof *kinds);
    digitnet_status status = kinds ? judge_words(kinds, line, words, count) : DIGITNET_ENOMEM;
    if (!status && has_kind(WORD_TEXT, kinds, count) && (!line->has_number || has_kind(WORD_NUMBER, kinds, count))) {
        drop(line);
        status = add_numbers(value, line, words, kinds, count);
    } else if (!status) {
        judge_whole(value, line, whole);
    }
    digitnet__release(kinds);
    return status;
}

/* ---- The line ---- */

/* Digits far from each other may be letters of words, however certain they are, unless they are many and sure. */
static bool is_clear(const result *whole, const page_line *line) {
    return whole->certainty < NO_NUMBER || (whole->certainty >= NO_DOUBT && !is_text(whole)) ||
           (line->has_number && whole->is_sure);
}

static digitnet_status read_line(double *value, page_line *line) {
    result whole;
    digitnet__word *words;
    size_t count;
    DNN_TRY(read_columns(&whole, line, 0, line->ink.width, LEAST_CERTAINTY));
    line->has_number = whole.certainty >= NO_DOUBT && whole.digits >= LEAST_DIGITS;
    if (is_clear(&whole, line)) {
        judge_whole(value, line, &whole);
        return DIGITNET_OK;
    }
    DNN_TRY(digitnet__words_find(&words, &count, &line->ink, WORD_GAP * line->height));
    digitnet_status status = DIGITNET_OK;
    if (count > 1)
        status = judge_by_words(value, line, &whole, words, count);
    else if (whole.digits < LEAST_DIGITS && is_text(&whole))
        drop(line);
    else
        judge_whole(value, line, &whole);
    digitnet__release(words);
    return status;
}

/* ---- Boxes ---- */

/* Reads what the line has beside its boxes, from one column of its ink to another. */
static digitnet_status read_part(double *value, const page_line *line, double from, double to) {
    page_line part = *line;
    size_t first = (size_t)fmax(from, 0.0), end = (size_t)fmin(fmax(to, 0.0), (double)line->ink.width);
    if (to - from < line->height || first >= end)
        return DIGITNET_OK;
    part.corners[0] = place_at(line, (double)first, 0.0);
    part.corners[1] = place_at(line, (double)end, 0.0);
    part.corners[2] = place_at(line, (double)end, (double)line->ink.height);
    part.corners[3] = place_at(line, (double)first, (double)line->ink.height);
    DNN_TRY(digitnet__plane_cut_columns(&part.ink, &line->ink, first, end, 0));
    digitnet_status status = read_line(value, &part);
    digitnet__plane_release(&part.ink);
    return status;
}

/* The column of the line's ink that a place in the picture is at. */
static double column_of(const page_line *line, digitnet_place place) {
    double x = line->corners[1].x - line->corners[0].x, y = line->corners[1].y - line->corners[0].y;
    double along = (place.x - line->corners[0].x) * x + (place.y - line->corners[0].y) * y;
    return along / (x * x + y * y) * (double)line->ink.width;
}

/* Reads the boxes that stand around the line, and what is to their left, which comes first, and right. ENOTFOUND where
 * there are none, or too few for the line. */
static digitnet_status read_boxes(double *value, const page_line *line, const digitnet__plane *around,
                                  const digitnet_place corners[4]) {
    double certainty;
    size_t added = digitnet_reading_line_count(line->call->reading);
    digitnet_reading_line read = DIGITNET_INIT(digitnet_reading_line);
    DNN_TRY(digitnet__line_cells_read(line->call, &certainty, around, false, corners));
    DNN_TRY(digitnet_reading_describe_line(&read, line->call->reading, added));
    double first = column_of(line, read.corners[0]), end = column_of(line, read.corners[1]);
    if (end - first < LEAST_BOXES * (double)line->ink.width) {
        drop(line);
        return DIGITNET_ENOTFOUND;
    }
    *value += value_of(&(result){.digits = read.characters, .certainty = certainty});
    DNN_TRY(read_part(value, line, 0.0, first - BESIDE_BOXES * line->height));
    digitnet__reading_reverse(line->call->reading, added);
    return read_part(value, line, end + BESIDE_BOXES * line->height, (double)line->ink.width);
}

/* Reads the boxes around the line, as read_boxes() does. */
static digitnet_status read_around(double *value, const page_line *line, const digitnet__page *page, size_t index,
                                   bool on_head) {
    digitnet__plane around;
    digitnet__point places[4];
    digitnet_place corners[4];
    DNN_TRY(digitnet__page_cut_around(&around, places, page, index, on_head, BOX_ENDS * line->height,
                                      BOX_SIDES * line->height));
    set_places(corners, places);
    digitnet_status status = read_boxes(value, line, &around, corners);
    digitnet__plane_release(&around);
    return status;
}

/* ---- Either ---- */

/* What was read of a line one way: lines first .. end - 1 of the reading. */
typedef struct way {
    size_t first, end;
    double value;
} way;

/* Whether what was read is one line. */
static bool is_one(const digitnet_reading *reading, const way *w, digitnet_reading_line *line) {
    return w->end == w->first + 1 && digitnet_reading_describe_line(line, reading, w->first) == DIGITNET_OK;
}

static bool is_sure(const digitnet_reading *reading, const way *w) {
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    return is_one(reading, w, &line) && line.status == DIGITNET_READING_OK;
}

static bool say_the_same(const digitnet_reading *reading, const way *a, const way *b) {
    digitnet_reading_line one = DIGITNET_INIT(digitnet_reading_line), other = one;
    return is_one(reading, a, &one) && is_one(reading, b, &other) && strcmp(one.text, other.text) == 0;
}

/* Takes out what was read one way, behind which there may be more. */
static void drop_way(digitnet_reading *reading, const way *w) {
    digitnet__reading_reverse(reading, w->first);
    for (size_t i = w->first; i < w->end; i++)
        digitnet__reading_drop_last(reading);
    digitnet__reading_reverse(reading, w->first);
}

/* Boxes are read better by themselves; but a line that is sure stays, where they say the same, and where not, they are
 * doubted. */
static void choose_way(double *value, digitnet_reading *reading, const way *as_line, const way *in_boxes) {
    bool sure = is_sure(reading, as_line);
    if (sure && say_the_same(reading, as_line, in_boxes)) {
        drop_way(reading, in_boxes);
        *value += as_line->value;
        return;
    }
    for (size_t i = in_boxes->first; sure && i < in_boxes->end; i++)
        digitnet__reading_doubt(reading, i, DNN_REASON_CONFIDENCE);
    drop_way(reading, as_line);
    *value += in_boxes->value;
}

/* As a line; and by its boxes, if it has some, where there may be any or the line is not sure. */
static digitnet_status read_either(double *value, page_line *own, const digitnet__page *page, size_t index,
                                   bool on_head) {
    digitnet_reading *reading = own->call->reading;
    way as_line = {.first = digitnet_reading_line_count(reading)}, in_boxes = {.value = 0.0};
    DNN_TRY(read_line(&as_line.value, own));
    as_line.end = in_boxes.first = digitnet_reading_line_count(reading);
    digitnet_status status = page->has_rules || !is_sure(reading, &as_line)
                                 ? read_around(&in_boxes.value, own, page, index, on_head)
                                 : DIGITNET_ENOTFOUND;
    in_boxes.end = digitnet_reading_line_count(reading);
    if (status == DIGITNET_ENOTFOUND)
        *value += as_line.value;
    else if (!status)
        choose_way(value, reading, &as_line, &in_boxes);
    return status == DIGITNET_ENOTFOUND ? DIGITNET_OK : status;
}

/* ---- Any line ---- */

digitnet_status digitnet__page_line_read(digitnet__read_call *call, double *value, const digitnet__page *page,
                                         size_t line, bool on_head) {
    page_line own = {.call = call, .height = page->lines.items[line].height};
    size_t before = digitnet_reading_line_count(call->reading);
    digitnet__point corners[4];
    if (own.height < LEAST_HEIGHT)
        return DIGITNET_OK;
    DNN_TRY(digitnet__page_cut_line(&own.ink, corners, page, line, on_head));
    set_places(own.corners, corners);
    digitnet_status status = read_either(value, &own, page, line, on_head);
    digitnet__plane_release(&own.ink);
    if (on_head)
        digitnet__reading_reverse(call->reading, before);
    return status;
}
