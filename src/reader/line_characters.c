#include "reader/line_characters.h"

#include "reader/reader.h"
#include "reader/reading.h"

#include <math.h>

/* The box of the columns `first` to `end` of the scores. */
static void set_corners(digitnet_place out[4], const digitnet__seen_line *seen, double first, double end) {
    const digitnet__line_place *place = &seen->view->place;
    for (size_t i = 0; i < 4; i++) {
        double x = digitnet__line_scores_x(&seen->view->scores, place, i == 0 || i == 3 ? first : end);
        double y = place->middle + place->slope * x + place->height * (i < 2 ? -0.5 : 0.5);
        out[i] = digitnet__place_within(seen->corners, fmin(fmax(x / (double)seen->width, 0.0), 1.0),
                                        fmin(fmax(y / (double)seen->height, 0.0), 1.0));
    }
}

/* The column that is most certain of the label. */
static const float *best_column(const digitnet__line_view *view, const digitnet_ctc_sequence *sequence, size_t index) {
    size_t label = (size_t)sequence->labels[index];
    const float *best = view->scores.values + sequence->first_columns[index] * DNN_LINE_CLASSES;
    for (size_t column = sequence->first_columns[index]; column < sequence->end_columns[index]; column++) {
        const float *scores = view->scores.values + column * DNN_LINE_CLASSES;
        if (scores[label] > best[label])
            best = scores;
    }
    return best;
}

static void set_digit(digitnet_reading_character *character, const digitnet__seen_line *seen,
                      const digitnet_ctc_sequence *sequence, size_t index) {
    double first, end;
    digitnet__line_digit_columns(&first, &end, seen->view, sequence, index);
    set_corners(character->corners, seen, first, end);
    digitnet__character_set_label(character, sequence->labels[index], best_column(seen->view, sequence, index),
                                  seen->error_rate);
}

static void name_separator(digitnet_reading_character *out, char character) {
    digitnet__character_set_none(out, DNN_REASON_NONE);
    out->status = DIGITNET_READING_OK;
    out->separator = character;
}

static void set_separator(digitnet_reading_character *out, const digitnet__seen_line *seen,
                          const digitnet__separator *separator) {
    double columns = (double)seen->view->scores.columns / (double)seen->view->strip.width;
    double first = (double)separator->box.left * columns, width = (double)separator->box.width * columns;
    set_corners(out->corners, seen, first, first + width);
    name_separator(out, separator->character);
}

void digitnet__line_characters_set(digitnet_reading_character *characters, const digitnet__seen_line *seen,
                                   const digitnet_ctc_sequence *sequence, const digitnet__separator *separators,
                                   size_t count) {
    for (size_t digit = 0, separator = 0; digit <= sequence->count; digit++) {
        for (; separator < count && separators[separator].digits_before == digit; separator++)
            set_separator(characters++, seen, &separators[separator]);
        if (digit < sequence->count)
            set_digit(characters++, seen, sequence, digit);
    }
}

void digitnet__line_character_set_separator(digitnet_reading_character *out, char character, const digitnet__box *box,
                                            const digitnet__seen_line *seen) {
    for (size_t i = 0; i < 4; i++) {
        size_t x = box->left + (i == 0 || i == 3 ? 0 : box->width), y = box->top + (i < 2 ? 0 : box->height);
        out->corners[i] =
            digitnet__place_within(seen->corners, (double)x / (double)seen->width, (double)y / (double)seen->height);
    }
    name_separator(out, character);
}
