#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Memory of its own, so that a failure to allocate can be reported too. */
static _Thread_local digitnet__message last;

digitnet_status digitnet__fail(digitnet_status status, const char *format, ...) {
    digitnet__message message; /* an argument may be the last one itself */
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(message.text, sizeof message.text, format, arguments) < 0)
        message.text[0] = '\0';
    va_end(arguments);
    digitnet__message_set(&message);
    return status;
}

digitnet_status digitnet__fail_errno(digitnet_status status, const char *action, const char *path) {
    int error = errno;
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error);
    return digitnet__fail(status, "%s %s: %s", action, path, reason);
}

const char *digitnet_last_error(void) {
    return last.text;
}

digitnet__message digitnet__message_get(void) {
    return last;
}

void digitnet__message_set(const digitnet__message *message) {
    memcpy(last.text, message->text, strlen(message->text) + 1);
}

/* NULL where it is no status. */
static const char *text_of(int number) {
    switch (number) {
#define STATUS_CASE(name, value, text) \
    case value:                        \
        return text;
        DIGITNET_STATUS_MAP(STATUS_CASE)
#undef STATUS_CASE
    default:
        return NULL;
    }
}

bool digitnet__is_status(int number) {
    return text_of(number) != NULL;
}

const char *digitnet_status_string(digitnet_status status) {
    const char *text = text_of((int)status);
    return text ? text : "unknown status";
}
