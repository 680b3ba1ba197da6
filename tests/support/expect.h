/* What the unit tests say about statuses and messages. */
#ifndef EXPECT_H
#define EXPECT_H

#include "digitnet/status.h"
#include "recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Leaves out the rest of a test and says why; ctest.sh lists it. */
#define skip_because(reason)                                  \
    do {                                                      \
        print_message("skipped: %s: %s\n", __func__, reason); \
        skip();                                               \
    } while (0)

/* What the call returns is recorded. */
#define recorded(call) record_status(#call, (call))

/* The call succeeds. */
#define expect_ok(call)                                                                            \
    do {                                                                                           \
        digitnet_status status_ = recorded(call);                                                  \
        if (status_ != DIGITNET_OK)                                                                \
            fail_msg("%s: %s: %s", #call, digitnet_status_string(status_), digitnet_last_error()); \
    } while (0)

/* The call fails with this status, and with a message that has `part` in it. */
#define expect_failure(call, wanted, part) expect_status(#call, recorded(call), wanted, part)
/* The same for a status that the call passes on from a callback or an earlier builder: it may be any, and is not
 * recorded. */
#define expect_passed_on(call, wanted, part) expect_status(#call, call, wanted, part)

#define expect_status(text, status, wanted, part)                                                       \
    do {                                                                                                \
        digitnet_status status_ = (status);                                                             \
        if (status_ != (wanted) || strstr(digitnet_last_error(), part) == NULL)                         \
            fail_msg("%s: %s (\"%s\"), not %s (\"... %s ...\")", text, digitnet_status_string(status_), \
                     digitnet_last_error(), digitnet_status_string(wanted), part);                      \
    } while (0)

#endif
