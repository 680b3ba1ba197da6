/* The fields of all public structs, as abi/layout.def has them. */
#ifndef DIGITNET_TESTS_STRUCT_FIELDS_H
#define DIGITNET_TESTS_STRUCT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* By the type in C: size_t, double, const char *, a flag or an enumerator, or any other. */
typedef enum field_class { FIELD_SIZE, FIELD_NUMBER, FIELD_TEXT, FIELD_ENUMERATOR, FIELD_OTHER } field_class;

typedef struct struct_field {
    const char *type, *name; /* of the struct, and its own */
    size_t offset, size;
    field_class kind;
} struct_field;

extern const struct_field struct_fields[];
extern const size_t struct_field_count;

bool is_reserved(const struct_field *field);

#endif
