/* What names stand for. */
#ifndef DNN_IMPORT_SCOPE_H
#define DNN_IMPORT_SCOPE_H

#include "onnx/wire.h"

/* What a name stands for in one scope: the graph, or one call of a function. */
typedef struct digitnet__import_name {
    digitnet__wire_view text;
    size_t value;
} digitnet__import_name;

typedef struct digitnet__import_scope {
    digitnet__import_name *names; /* sorted */
    size_t count;
} digitnet__import_scope;

/* EFORMAT for a name that is given twice. */
digitnet_status digitnet__import_scope_sort(digitnet__import_scope *names);
/* Of sorted names; DNN_NO_VALUE where it is none of them. */
size_t digitnet__import_scope_find(const digitnet__import_scope *names, digitnet__wire_view text);

#endif
