/* Reading a line with the model of lines. */
#ifndef DNN_READER_LINE_H
#define DNN_READER_LINE_H

#include "reader/reader.h"

/* A session that reads lines of any width up to DNN_LONGEST_LINE; never run, but cloned. ESHAPE, and the statuses of
 * digitnet_session_create(). */
digitnet_status digitnet__line_session_create(digitnet_session **out, const digitnet_model *model);

/* Reads the line that `ink` holds, from which other things are erased, and adds it to the call's reading. `corners` is
 * where the corners of `ink` are in the caller's picture, the upper left one first, clockwise. `certainty` receives how
 * probable it is, on average, that a digit is right and a digit at all; 0 without digits. A line less certain than
 * `least`, which the caller drops, is not asked whether each of its digits is one, which leaves its certainty as it is,
 * but not its confidence. ENOMEM, ELIMIT. */
digitnet_status digitnet__line_read(digitnet__read_call *call, double *certainty, digitnet__plane *ink,
                                    const digitnet_place corners[4], double least);

/* Adds a line without digits. ENOMEM. */
digitnet_status digitnet__line_add_none(digitnet__read_call *call, const digitnet_place corners[4], const char *reason);

#endif
