#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Memory of its own, so that a failure to allocate can be reported too. */
static _Thread_local digitnet__message last;

/* The length of a text of four bytes or more that was cut, less the character that the cut divides: UTF-8 has up to
 * four bytes, all but the first of them 10xxxxxx. */
static size_t whole_characters(const char *text, size_t length) {
    size_t begin = length;
    while (length - begin < 4) {
        unsigned char byte = (unsigned char)text[--begin];
        size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        if (size > 1)
            return length - begin < size ? begin : length;
        if (byte < 0x80)
            break;
    }
    return length;
}

/* `text` may be within the last message. */
static void set_message(int status, const char *text, size_t length) {
    if (length >= sizeof last.text)
        length = whole_characters(text, sizeof last.text - 1);
    memmove(last.text, text, length);
    last.text[length] = '\0';
    last.status = status;
    last.count++;
}

digitnet_status digitnet__fail(digitnet_status status, const char *format, ...) {
    char message[sizeof last.text]; /* an argument may be the last message itself */
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    set_message(status, message, length > 0 ? (size_t)length : 0);
    return status;
}

digitnet_status digitnet__fail_errno(digitnet_status status, const char *action, const char *path) {
    int error = errno;
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error);
    return digitnet__fail(status, "%s %s: %s", action, path, reason);
}

void digitnet_set_error(const char *message) {
    if (message)
        set_message(DIGITNET_OK, message, strlen(message));
}

const char *digitnet_last_error(void) {
    return last.text;
}

digitnet__message digitnet__message_keep(void) {
    return last;
}

void digitnet__message_restore(const digitnet__message *message) {
    last = *message;
}

uint64_t digitnet__message_count(void) {
    return last.count;
}

const char *digitnet__message_since(uint64_t before, digitnet_status status) {
    bool set = last.count != before && (last.status == DIGITNET_OK || last.status == (int)status);
    return set ? last.text : "";
}

digitnet_status digitnet__fail_callback(int result, uint64_t before, const char *what, const char *place) {
    digitnet_status status = digitnet__is_status(result) ? (digitnet_status)result : DIGITNET_ECALLBACK;
    const char *words = digitnet__message_since(before, status);
    return digitnet__fail(status, "%s returned %d (%s)%s%s%s", what, result, digitnet_status_string(status), place,
                          *words ? ": " : "", words);
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
