/* Digits of a line that are too pale for what reads the others. */
#ifndef DNN_READER_PALE_DIGITS_H
#define DNN_READER_PALE_DIGITS_H

#include "reader/line_views.h"

/* Looks for one beside the digits that were read of the line in `ink`. ENOMEM; ELIMIT; the statuses of
 * digitnet_session_run(). */
digitnet_status digitnet__pale_digits_find(bool *found, const digitnet__plane *ink, const digitnet__line_view *view,
                                           const digitnet_ctc_sequence *sequence,
                                           const digitnet__digit_network *network);

#endif
