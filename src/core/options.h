/* Reading option structs from callers of any version, and writing result structs to them. */
#ifndef DNN_CORE_OPTIONS_H
#define DNN_CORE_OPTIONS_H

#include "digitnet/status.h"

/* Copies the caller's struct over `own`, a zeroed one of this version's `size`, the first release's size being
 * `first_size`. NULL leaves the zeros (with struct_size set). EINVAL for a struct_size out of range, EVERSION for a
 * non-zero tail. `type` is for messages. */
digitnet_status dnn_options_read(void *own, size_t size, size_t first_size, const void *options, const char *type);

/* Checks that a caller's result struct can be written: not NULL, struct_size within range. */
digitnet_status dnn_result_check(const void *out, size_t first_size, const char *type);

/* Copies as much of `own` as the caller's struct holds, and leaves its struct_size. */
void dnn_result_write(void *out, const void *own, size_t size);

#endif
