/* What the network of lines makes of the digits in a comb's cells: a second opinion, which errs differently. */
#ifndef DNN_READER_SECOND_OPINION_H
#define DNN_READER_SECOND_OPINION_H

#include "image/comb_digits.h"
#include "reader/cells.h"

/* Weighs what was read in each cell by what the line says between its sides. Cells stay as they are where the reader
 * has no network of lines, or finds no line. ENOMEM, and the statuses of digitnet_session_run_width_u8(). */
digitnet_status digitnet__second_opinion(digitnet__cell_scores *cells, const digitnet__read_call *call,
                                         const digitnet__comb_digits *found);

#endif
