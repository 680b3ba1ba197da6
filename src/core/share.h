/* Consecutive things that are dealt out as evenly as can be: the first parts have one more where there is a rest. */
#ifndef DNN_CORE_SHARE_H
#define DNN_CORE_SHARE_H

#include <stddef.h>

typedef struct digitnet__share {
    size_t first, end;
} digitnet__share;

static inline digitnet__share digitnet__share_of(size_t count, size_t parts, size_t part) {
    size_t each = count / parts, larger = count % parts;
    size_t first = part * each + (part < larger ? part : larger);
    return (digitnet__share){.first = first, .end = first + each + (part < larger)};
}

#endif
