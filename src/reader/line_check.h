/* A line's digits, each cut out and read by the model of single digits: a reader that errs in another way. */
#ifndef DNN_READER_LINE_CHECK_H
#define DNN_READER_LINE_CHECK_H

#include "reader/line_views.h"
#include "reader/reader.h"

/* Gives the mean over the digits of the probability that the model of digits gives to them; 1 where there is no such
 * model, 0 for a digit without ink. ENOMEM, and the statuses of digitnet_session_run(). */
digitnet_status digitnet__line_check(double *agreement, digitnet_reader_scratch *scratch, const digitnet__plane *ink,
                                     const digitnet__line_view *view, const digitnet_ctc_sequence *sequence);

#endif
