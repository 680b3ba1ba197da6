#include "core/options.h"

#include "core/status.h"

#include <string.h>

/* No struct will ever be larger: a greater number is garbage. */
#define LARGEST_STRUCT ((size_t)4096)

static size_t struct_size_of(const void *options) {
    size_t size;
    memcpy(&size, options, sizeof size);
    return size;
}

static digitnet_status check_size(size_t size, size_t first_size, const char *type) {
    if (size < first_size || size > LARGEST_STRUCT)
        return digitnet__fail(
            DIGITNET_EINVAL,
            "%s: struct_size is %zu; it must be %zu to %zu: initialize the struct with DIGITNET_INIT(%s)", type, size,
            first_size, LARGEST_STRUCT, type);
    return DIGITNET_OK;
}

digitnet_status digitnet__options_read(void *own, size_t size, size_t first_size, const void *options,
                                       const char *type) {
    if (options) {
        size_t given = struct_size_of(options);
        digitnet_status status = check_size(given, first_size, type);
        if (status != DIGITNET_OK)
            return status;
        memcpy(own, options, given < size ? given : size);
        memcpy(own, &size, sizeof size);
        const unsigned char *bytes = options;
        for (size_t i = size; i < given; i++)
            if (bytes[i] != 0)
                return digitnet__fail(DIGITNET_EVERSION,
                                      "%s: byte %zu of %zu is not 0; this version knows only the first %zu bytes", type,
                                      i, given, size);
        return DIGITNET_OK;
    }
    memcpy(own, &size, sizeof size);
    return DIGITNET_OK;
}

digitnet_status digitnet__reserved_check(size_t reserved, const char *type) {
    if (reserved != 0)
        return digitnet__fail(DIGITNET_EVERSION, "%s: a reserved field is not 0", type);
    return DIGITNET_OK;
}

digitnet_status digitnet__flag_check(int32_t flag, const char *type, const char *field) {
    if (flag != 0 && flag != 1)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is %ld; it must be 0 or 1", type, field, (long)flag);
    return DIGITNET_OK;
}

digitnet_status digitnet__result_check(const void *out, size_t first_size, const char *type) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: the pointer to the result is NULL", type);
    return check_size(struct_size_of(out), first_size, type);
}

void digitnet__result_write(void *out, const void *own, size_t size) {
    size_t given = struct_size_of(out);
    size_t head = sizeof given;
    memcpy((unsigned char *)out + head, (const unsigned char *)own + head, (given < size ? given : size) - head);
}
