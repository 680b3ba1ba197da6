#include "core/text.h"

#include "core/status.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void digitnet__text_put(digitnet__text *text, const char *format, ...) {
    size_t left = text->length < text->capacity ? text->capacity - text->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(left ? text->buffer + text->length : NULL, left, format, arguments);
    va_end(arguments);
    text->length += length > 0 ? (size_t)length : 0;
}

void digitnet__text_put_figure(digitnet__text *text, int width, double value) {
    char figure[32];
    long long parts = llround(value * 10000);
    snprintf(figure, sizeof figure, "%lld.%04lld", parts / 10000, parts % 10000);
    digitnet__text_put(text, "%*s", width, figure);
}

digitnet_status digitnet__text_write(char *buffer, size_t capacity, size_t *needed,
                                     void (*write)(digitnet__text *text, const void *object), const void *object,
                                     const char *caller) {
    digitnet__text measure = {0};
    write(&measure, object);
    size_t size = measure.length + 1;
    if (needed)
        *needed = size;
    if (size > capacity)
        return digitnet__fail(DIGITNET_EBUFFER, "%s: the text takes %zu bytes, the buffer has %zu", caller, size,
                              capacity);
    write(&(digitnet__text){.buffer = buffer, .capacity = capacity}, object);
    return DIGITNET_OK;
}
