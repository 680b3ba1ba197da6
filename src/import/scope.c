#include "import/scope.h"

#include "core/status.h"
#include "import/node.h"

#include <stdlib.h>
#include <string.h>

static int compare_text(digitnet__wire_view a, digitnet__wire_view b) {
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.bytes, b.bytes, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_names(const void *a, const void *b) {
    const digitnet__import_name *first = a, *second = b;
    int order = compare_text(first->text, second->text);
    return order ? order : (first->value > second->value) - (first->value < second->value);
}

size_t digitnet__import_scope_find(const digitnet__import_scope *names, digitnet__wire_view text) {
    size_t first = 0, end = names->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = compare_text(names->names[middle].text, text);
        if (order == 0)
            return names->names[middle].value;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return DNN_NO_VALUE;
}

digitnet_status digitnet__import_scope_sort(digitnet__import_scope *names) {
    if (names->count > 1)
        qsort(names->names, names->count, sizeof *names->names, compare_names);
    for (size_t i = 1; i < names->count; i++) {
        if (compare_text(names->names[i - 1].text, names->names[i].text) == 0) {
            return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: the name '%s' is given to more than one value",
                                  names->names[i].text.offset, digitnet__wire_printable(names->names[i].text).text);
        }
    }
    return DIGITNET_OK;
}
