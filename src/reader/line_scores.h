/* What the network of lines makes of a strip, as digitnet__line_frame() makes one: columns of probabilities. */
#ifndef DNN_READER_LINE_SCORES_H
#define DNN_READER_LINE_SCORES_H

#include "digitnet/inference.h"
#include "image/frame_line.h"

/* The classes of a column: ten digits and the blank. */
enum { DNN_LINE_CLASSES = 11 };

typedef struct digitnet__line_scores {
    float *values; /* columns x DNN_LINE_CLASSES */
    size_t columns;
} digitnet__line_scores;

/* ENOMEM, and the statuses of digitnet_session_run_width_u8(). To be released after a success. */
digitnet_status digitnet__line_scores_find(digitnet__line_scores *scores, digitnet_session *session,
                                           const digitnet__plane *strip);
/* One that holds nothing, as one that is all zeros, is fine. */
void digitnet__line_scores_release(digitnet__line_scores *scores);

/* Where in the ink a column, or a part of one, is, of the scores of the strip that was made from `place`. */
double digitnet__line_scores_x(const digitnet__line_scores *scores, const digitnet__line_place *place, double column);

#endif
