/* Which text a line is taken for. */
#ifndef DNN_READER_LINE_CHOICE_H
#define DNN_READER_LINE_CHOICE_H

#include "reader/choice.h"
#include "reader/line_parts.h"

/* Chooses the most probable text that the caller lets stand, and so a candidate of each part. `chosen->index` says
 * nothing then. The status of a check that fails; ENOMEM. */
digitnet_status digitnet__line_choose(digitnet__choice *chosen, digitnet__line_parts *parts,
                                      const digitnet__read_call *call);

#endif
