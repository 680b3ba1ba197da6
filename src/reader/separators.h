/* What stands between a line's digits and is none. */
#ifndef DNN_READER_SEPARATORS_H
#define DNN_READER_SEPARATORS_H

#include "image/box.h"
#include "reader/line_views.h"

typedef struct digitnet__separator {
    char character;
    size_t digits_before;
    digitnet__box box; /* in the view's strip */
} digitnet__separator;

/* EINVAL where a character of `wanted`, which may be NULL, is no separator. */
digitnet_status digitnet__separators_check(const char *wanted, const char *where);

/* Finds those that are wanted between and behind a sequence's digits, and dashes before them too, from left to right;
 * `*out` is the caller's to release with digitnet__release(), NULL where there are none. ENOMEM. */
digitnet_status digitnet__separators_find(digitnet__separator **out, size_t *count, const digitnet__line_view *view,
                                          const digitnet_ctc_sequence *sequence, const char *wanted);

#endif
