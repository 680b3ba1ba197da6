/* Compiled, never run: the public structs and enumerations are as abi/layout.def says. check_layout.sh compiles it for
 * several targets with -Wpadded, which must find nothing: padding bytes hold garbage, which a newer library would take
 * for fields that the caller has set. Enumerations must take 4 bytes, or the fields after them would move. */
#include "digitnet/digitnet.h"

#define BY_WIDTH(with_64_bits, with_32_bits) (sizeof(void *) == 8 ? (with_64_bits) : (with_32_bits))

#define STRUCT(type, size64, size32)      \
    extern char use_##type[sizeof(type)]; \
    _Static_assert(sizeof(type) == BY_WIDTH(size64, size32), "size of " #type);
#define FIELD(type, field, offset64, size64, offset32, size32)                                               \
    _Static_assert(offsetof(type, field) == BY_WIDTH(offset64, offset32), "offset of " #field " in " #type); \
    _Static_assert(sizeof(((type *)0)->field) == BY_WIDTH(size64, size32), "size of " #field " in " #type);
#define ENUM(type) _Static_assert(sizeof(type) == 4, "size of " #type);
#define ENUMERATOR(name, value) _Static_assert((name) == (value), "value of " #name);

#include "abi/layout.def"
