/* Reading a line whose digits stand in cells, each by itself. */
#ifndef DNN_READER_LINE_CELLS_H
#define DNN_READER_LINE_CELLS_H

#include "reader/reader.h"

/* Reads the line that `ink`, that of the whole picture, holds in cells, and adds it to the call's reading. ENOTFOUND,
 * without a message, where there are no cells, or no digits in most of those that are not empty; ENOMEM, and the
 * statuses of digitnet_session_run() and of the caller's check. */
digitnet_status digitnet__line_cells_read(digitnet__read_call *call, const digitnet__plane *ink);

#endif
