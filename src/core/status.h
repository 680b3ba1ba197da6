/* Failing with a message. */
#ifndef DNN_CORE_STATUS_H
#define DNN_CORE_STATUS_H

#include "core/ieee.h"
#include "digitnet/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Keeps the message for digitnet_last_error() and returns `status`. The format has no %f, %e or %g, whose output
 * follows the host's locale: numbers with a fraction go through digitnet__number_text(). */
digitnet_status digitnet__fail(digitnet_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

/* Passes a failure on: returns its status from the function around it, which has nothing to release. */
#define DNN_TRY(call)                           \
    do {                                        \
        const digitnet_status failure = (call); \
        if (failure != DIGITNET_OK)             \
            return failure;                     \
    } while (0)

/* Fails with the message "ACTION PATH: what errno says". */
digitnet_status digitnet__fail_errno(digitnet_status status, const char *action, const char *path)
    __attribute__((cold));
/* Of what a function of the host returned. */
bool digitnet__is_status(int number);

typedef struct digitnet__message {
    char text[2048];
    int status;     /* that it came with; OK where the program set it, for any */
    uint64_t count; /* of messages that the thread has had */
} digitnet__message;

/* The thread's message, to be put back after calls whose failures are nobody's concern. */
digitnet__message digitnet__message_keep(void);
void digitnet__message_restore(const digitnet__message *message);

/* What a callback said of its failure. How many messages this thread has had is counted before the call; after it, the
 * message is the callback's own if the program set it since, or if a failure with the same status did, which the
 * callback then passed on. Else "": an older message is about something else. */
uint64_t digitnet__message_count(void);
const char *digitnet__message_since(uint64_t before, digitnet_status status);
/* Fails, with these words, for a callback that returned what is not DIGITNET_OK: its status, or ECALLBACK for a number
 * that is none. "WHAT returned -5 (...)PLACE: WORDS". */
digitnet_status digitnet__fail_callback(int result, uint64_t before, const char *what, const char *place)
    __attribute__((cold));

#endif
