/* Reading a line whose digits stand in cells, each by itself. */
#ifndef DNN_READER_LINE_CELLS_H
#define DNN_READER_LINE_CELLS_H

#include "reader/reader.h"

#include <stdbool.h>

/* Reads the line that `ink` holds in cells, alone or beside something else, and adds it to the call's reading.
 * `corners` is where the corners of `ink` are in the caller's picture, the upper left one first, clockwise. `certainty`
 * receives how probable it is, on average, that a digit is right. ENOTFOUND, without a message, where there are no
 * cells, or no digits in most of those that are not empty; ENOMEM, and the statuses of digitnet_session_run() and of
 * the caller's check. */
digitnet_status digitnet__line_cells_read(digitnet__read_call *call, double *certainty, const digitnet__plane *ink,
                                          bool is_alone, const digitnet_place corners[4]);

#endif
