/* A line's digits, each cut out and read by the network of single digits: a second opinion, which errs differently. */
#ifndef DNN_READER_LINE_DIGITS_H
#define DNN_READER_LINE_DIGITS_H

#include "core/pool.h"
#include "digitnet/ctc.h"
#include "image/plane.h"
#include "reader/allowed.h"
#include "reader/digit_network.h"

/* One digit of a strip and what the network makes of it. */
typedef struct digitnet__line_digit digitnet__line_digit;

/* The digits of one strip that were read. */
typedef struct digitnet__line_digits {
    digitnet__pool pool;
    digitnet__line_digit *items;
    size_t count, capacity;
} digitnet__line_digits;

/* The middle of the columns that say a digit of the sequence, in a strip of so many pixels and columns of scores. */
double digitnet__line_digit_middle(const digitnet_ctc_sequence *sequence, size_t index, size_t width, size_t columns);

/* What the network makes of a sequence's digits, of those that are not cut through. */
typedef struct digitnet__line_opinion {
    double support;  /* how probable it is to see them as they are where the sequence stands there */
    double likeness; /* how probable it is that all of them are digits, whatever digits */
} digitnet__line_opinion;

/* Whether so many digits may be digits at all, given how probable it is that all of them are. */
bool digitnet__looks_like_digits(double likeness, size_t count);

/* Finds what the network makes of the sequence; where its first digits are none, the others are taken to be like them.
 * The strip has `columns` columns of scores. What was read before is looked up. ENOMEM, and the statuses of
 * digitnet_session_run(). */
digitnet_status digitnet__line_digits_read(digitnet__line_opinion *opinion, digitnet__line_digits *digits,
                                           const digitnet__plane *strip, size_t columns,
                                           const digitnet_ctc_sequence *sequence,
                                           const digitnet__digit_network *network, const digitnet__allowed *allowed);
/* Finds how probable it is that the least probable of the sequence's digits is a digit, without what lies far beside
 * it. Statuses as above. */
digitnet_status digitnet__line_digits_find_least(double *likeness, digitnet__line_digits *digits,
                                                 const digitnet__plane *strip, size_t columns,
                                                 const digitnet_ctc_sequence *sequence,
                                                 const digitnet__digit_network *network,
                                                 const digitnet__allowed *allowed);
/* One that holds nothing, as one that is all zeros, is fine. */
void digitnet__line_digits_release(digitnet__line_digits *digits);

/* The least support of a digit, and the least likeness: what it has where the network is sure of something else. */
#define DNN_LEAST_SUPPORT 0.1

#endif
