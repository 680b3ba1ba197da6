/* Time that passes. */
#ifndef DNN_CORE_CLOCK_H
#define DNN_CORE_CLOCK_H

#include "core/ieee.h"

/* Seconds of a clock that is never set. */
double digitnet__seconds_now(void);

#endif
