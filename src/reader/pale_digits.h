/* Digits of a line that are too pale for what reads the others. */
#ifndef DNN_READER_PALE_DIGITS_H
#define DNN_READER_PALE_DIGITS_H

#include "reader/line_views.h"

/* Makes those beside the digits that were read of the line in `ink` as dark as these; `found` receives whether there
 * are any. ENOMEM; ELIMIT; the statuses of digitnet_session_run(). */
digitnet_status digitnet__pale_digits_darken(bool *found, digitnet__plane *ink, const digitnet__line_view *view,
                                             const digitnet_ctc_sequence *sequence,
                                             const digitnet__digit_network *network);

#endif
