/* What the unit tests say about statuses and messages. */
#ifndef EXPECT_H
#define EXPECT_H

#include "digitnet/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#ifdef RECORDED_CALLS
#include RECORDED_CALLS
#endif

/* The call succeeds. */
#define expect_ok(call)                                                                            \
    do {                                                                                           \
        digitnet_status status_ = (call);                                                          \
        if (status_ != DIGITNET_OK)                                                                \
            fail_msg("%s: %s: %s", #call, digitnet_status_string(status_), digitnet_last_error()); \
    } while (0)

/* The call fails with this status, and with a message that has `part` in it. */
#define expect_failure(call, wanted, part)                                                               \
    do {                                                                                                 \
        digitnet_status status_ = (call);                                                                \
        if (status_ != (wanted) || strstr(digitnet_last_error(), part) == NULL)                          \
            fail_msg("%s: %s (\"%s\"), not %s (\"... %s ...\")", #call, digitnet_status_string(status_), \
                     digitnet_last_error(), digitnet_status_string(wanted), part);                       \
    } while (0)

#endif
