/* Text that is written into a buffer of the program's, and counted even where it does not fit. */
#ifndef DNN_CORE_TEXT_H
#define DNN_CORE_TEXT_H

#include "digitnet/status.h"

#include <stddef.h>

typedef struct digitnet__text {
    char *buffer;
    size_t capacity, length;
} digitnet__text;

/* The format has no %f, %e or %g, whose output follows the host's locale. */
void digitnet__text_put(digitnet__text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number that is not negative, with four decimals. */
void digitnet__text_put_figure(digitnet__text *text, int width, double value);

/* Has `write` write the object into the program's buffer, which is left alone where it is too small: EBUFFER. *needed,
 * unless NULL, receives the size with the final zero. `caller` is for messages. */
digitnet_status digitnet__text_write(char *buffer, size_t capacity, size_t *needed,
                                     void (*write)(digitnet__text *text, const void *object), const void *object,
                                     const char *caller);

#endif
