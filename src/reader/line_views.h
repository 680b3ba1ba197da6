/* What the networks make of one line, seen at one size or at several. */
#ifndef DNN_READER_LINE_VIEWS_H
#define DNN_READER_LINE_VIEWS_H

#include "digitnet/ctc.h"
#include "digitnet/inference.h"
#include "image/frame_line.h"
#include "reader/allowed.h"
#include "reader/line_digits.h"
#include "reader/line_scores.h"

enum { DNN_LINE_VIEWS = 3 };

/* The line at one size. */
typedef struct digitnet__line_view {
    digitnet__line_place place;
    digitnet__plane strip;
    digitnet__line_scores scores; /* given what may stand there, */
    double allowed;               /* and how probable that was */
    digitnet_ctc_decoding *decoding;
    digitnet__line_digits digits;
} digitnet__line_view;

/* Digits that the line may say. */
typedef struct digitnet__line_candidate {
    size_t view;                    /* which finds them most probable */
    digitnet_ctc_sequence sequence; /* that view's */
    double views_sum;               /* the probabilities that all views give them */
    double probability;             /* given also what each digit looks like */
    double likeness;                /* how probable it is that all of them are digits */
} digitnet__line_candidate;

typedef struct digitnet__line_views {
    digitnet__line_view items[DNN_LINE_VIEWS];
    size_t count;
    digitnet__line_candidate *candidates; /* the most probable first; at least one */
    size_t candidate_count;
} digitnet__line_views;

/* What to look for, and with what. */
typedef struct digitnet__line_search {
    digitnet_session *session;
    digitnet__digit_network digit;    /* its session is NULL: there is none */
    const digitnet__allowed *allowed; /* what may stand there */
    size_t beam_width;                /* how many sequences each view finds at most */
} digitnet__line_search;

/* Reads the line at `place`, and at other sizes as long as there is doubt. ELIMIT where it is too long; ENOMEM, and the
 * statuses of digitnet_session_run_width_u8(). To be released after a success. */
digitnet_status digitnet__line_views_create(digitnet__line_views *views, const digitnet__plane *ink,
                                            const digitnet__line_place *place, const digitnet__line_search *search);
void digitnet__line_views_release(digitnet__line_views *views);

/* Finds how probable it is that the least probable of a candidate's digits is a digit; 1 without a network of digits.
 * ENOMEM, and the statuses of digitnet_session_run(). */
digitnet_status digitnet__line_views_find_least(double *likeness, digitnet__line_views *views,
                                                const digitnet__line_candidate *candidate,
                                                const digitnet__line_search *search);

/* Columns first .. end of a digit's box: its ink, up to the middle between its columns and its neighbours'. */
void digitnet__line_digit_columns(double *first, double *end, const digitnet__line_view *view,
                                  const digitnet_ctc_sequence *sequence, size_t index);

#endif
