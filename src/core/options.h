/* Reading option structs from callers of any version, and writing result structs to them. */
#ifndef DNN_CORE_OPTIONS_H
#define DNN_CORE_OPTIONS_H

#include "digitnet/status.h"

#include <stddef.h>

/* Copies the caller's struct over `own`, a zeroed one of this version's `size`, the first release's size being
 * `first_size`. NULL leaves the zeros (with struct_size set). EINVAL for a struct_size out of range, EVERSION for a
 * non-zero tail. `type` is for messages. */
digitnet_status digitnet__options_read(void *own, size_t size, size_t first_size, const void *options,
                                       const char *type);

digitnet_status digitnet__reserved_check(size_t reserved, const char *type);

/* EINVAL where a flag is neither 0 nor 1: another number may mean something in a later version. */
digitnet_status digitnet__flag_check(int flag, const char *name, const char *type);

/* Checks that a caller's result struct can be written: not NULL, struct_size within range. */
digitnet_status digitnet__result_check(const void *out, size_t first_size, const char *type);

/* The size of a struct in the first release, where `last` was its last field: no caller has a smaller one. */
#define DNN_FIRST_SIZE(type, last) (offsetof(type, last) + sizeof(((const type *)NULL)->last))
/* Both for a struct by its type and that field. */
#define DNN_OPTIONS_READ(own, options, type, last) \
    digitnet__options_read(own, sizeof(type), DNN_FIRST_SIZE(type, last), options, #type)
/* Then, for a struct with reserved fields, those of `own` in one number: EVERSION where they are not zero. */
#define DNN_RESERVED_CHECK(reserved, type) digitnet__reserved_check(reserved, #type)
#define DNN_FLAG_CHECK(flag, name, type) digitnet__flag_check(flag, #name, #type)
#define DNN_RESULT_CHECK(out, type, last) digitnet__result_check(out, DNN_FIRST_SIZE(type, last), #type)

/* Copies as much of `own` as the caller's struct holds, and leaves its struct_size. */
void digitnet__result_write(void *out, const void *own, size_t size);

#endif
