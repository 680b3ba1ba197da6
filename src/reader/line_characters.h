/* The characters of a line that was read: where they are, and what else they may be. */
#ifndef DNN_READER_LINE_CHARACTERS_H
#define DNN_READER_LINE_CHARACTERS_H

#include "digitnet/reader.h"
#include "reader/line_views.h"
#include "reader/separators.h"

/* What is read, and where it lies in the caller's picture. */
typedef struct digitnet__seen_line {
    const digitnet__line_view *view;
    size_t width, height;          /* of the ink that it is seen in, */
    const digitnet_place *corners; /* and that ink's corners */
    double error_rate;
} digitnet__seen_line;

/* Fills in a view's digits and separators, from left to right. */
void digitnet__line_characters_set(digitnet_reading_character *characters, const digitnet__seen_line *seen,
                                   const digitnet_ctc_sequence *sequence, const digitnet__separator *separators,
                                   size_t count);

/* Fills in a separator at a place of the ink. */
void digitnet__line_character_set_separator(digitnet_reading_character *out, char character, const digitnet__box *box,
                                            const digitnet__seen_line *seen);

#endif
