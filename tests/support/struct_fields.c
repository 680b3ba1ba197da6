#include "struct_fields.h"

#include "digitnet/digitnet.h"

#include <string.h>

#define IS(type, value) _Generic((value), type : true, default : false)
/* An enumerator is an int or an unsigned, as the compiler likes; with 32 bits the latter may be size_t, too. */
#define CLASS_OF(value)                                         \
    (IS(size_t, value)                       ? FIELD_SIZE       \
     : IS(double, value)                     ? FIELD_NUMBER     \
     : IS(const char *, value)               ? FIELD_TEXT       \
     : IS(int, value) || IS(unsigned, value) ? FIELD_ENUMERATOR \
                                             : FIELD_OTHER)

#define STRUCT(type, size64, size32)
#define FIELD(type, name, offset64, size64, offset32, size32) \
    {#type, #name, offsetof(type, name), sizeof(((type *)0)->name), CLASS_OF(((type *)0)->name)},
#define ENUM(type)
#define ENUMERATOR(name, value)
const struct_field struct_fields[] = {
#include "abi/layout.def"
};
const size_t struct_field_count = sizeof struct_fields / sizeof *struct_fields;

bool is_reserved(const struct_field *field) {
    return strncmp(field->name, "reserved", strlen("reserved")) == 0;
}
