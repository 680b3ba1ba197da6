#include "npy.h"

#include "whole_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is left to read. */
struct rest {
    const uint8_t *bytes;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static int refuse(char message[NPY_MESSAGE_SIZE], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, NPY_MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return -1;
}

static uint64_t load(const uint8_t *bytes, size_t width) {
    uint64_t bits = 0;
    for (size_t i = width; i-- > 0;)
        bits = bits << 8 | bytes[i];
    return bits;
}

static void skip(struct rest *rest, size_t size) {
    rest->bytes += size;
    rest->size -= size;
}

/* The header's text, a Python dictionary, as a string that is the caller's to free(); NULL with a message. */
static char *take_header(struct rest *rest, char message[NPY_MESSAGE_SIZE]) {
    enum { VERSION = 6, LENGTH = 8, LENGTH_MAX = 1 << 20 };
    if (rest->size < LENGTH || memcmp(rest->bytes, "\x93NUMPY", VERSION) != 0) {
        refuse(message, "not a .npy file");
        return NULL;
    }
    unsigned major = rest->bytes[VERSION], minor = rest->bytes[VERSION + 1];
    if (major < 1 || major > 3 || minor != 0) {
        refuse(message, "its format is %u.%u; 1.0, 2.0 and 3.0 are read", major, minor);
        return NULL;
    }
    skip(rest, LENGTH);
    size_t width = major == 1 ? 2 : 4, length = rest->size < width ? SIZE_MAX : (size_t)load(rest->bytes, width);
    if (length > LENGTH_MAX || length > rest->size - width) {
        refuse(message, "its header is cut off");
        return NULL;
    }
    skip(rest, width);
    char *header = malloc(length + 1);
    if (!header) {
        refuse(message, "%s", strerror(errno));
        return NULL;
    }
    memcpy(header, rest->bytes, length);
    header[length] = '\0';
    skip(rest, length);
    return header;
}

/* What stands behind a key; "" where there is none. */
static const char *find_value(const char *header, const char *key) {
    const char *found = strstr(header, key);
    found = found ? found + strlen(key) : "";
    return found + strspn(found, " ");
}

/* The bytes that a value takes; 0 with a message. */
static size_t read_type(struct npy *array, const char *header, char message[NPY_MESSAGE_SIZE]) {
    static const struct {
        const char *descr;
        size_t width;
        int is_whole;
    } types[] = {{"'<f4'", 4, 0}, {"'<f8'", 8, 0}, {"'|u1'", 1, 0}, {"'<i4'", 4, 1}, {"'<i8'", 8, 1}};
    static const char printable[] = "'<>|=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const char *descr = find_value(header, "'descr':");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strncmp(descr, types[i].descr, strlen(types[i].descr)) == 0) {
            array->is_bytes = types[i].width == 1;
            array->is_whole = types[i].is_whole;
            return types[i].width;
        }
    }
    if (*descr == '\'')
        refuse(message, "its values are %.*s; '<f4', '<f8', '|u1', '<i4' and '<i8' are read",
               (int)strspn(descr, printable), descr);
    else
        refuse(message, "its header has no type of its values that is read");
    return 0;
}

static int read_order(const char *header, char message[NPY_MESSAGE_SIZE]) {
    if (strncmp(find_value(header, "'fortran_order':"), "False", 5) == 0)
        return 0;
    return refuse(message, "it is not in C order (see numpy.ascontiguousarray)");
}

static int read_shape(struct npy *array, const char *header, char message[NPY_MESSAGE_SIZE]) {
    const char *at = find_value(header, "'shape':");
    if (*at++ != '(')
        return refuse(message, "its header has no shape");
    array->count = 1;
    for (array->rank = 0; *(at += strspn(at, ", ")) != ')'; array->rank++) {
        char *end;
        errno = 0;
        unsigned long long size = strtoull(at, &end, 10);
        if (*at < '0' || *at > '9' || errno != 0 || array->rank == NPY_RANK_MAX ||
            (size > 0 && array->count > SIZE_MAX / size))
            return refuse(message, "its shape is none, or has more than %d dimensions", NPY_RANK_MAX);
        array->dims[array->rank] = (size_t)size;
        array->count *= (size_t)size;
        at = end;
    }
    return 0;
}

static float load_value(const uint8_t *bytes, size_t width, int is_whole) {
    uint64_t bits = load(bytes, width);
    uint32_t half = (uint32_t)bits;
    int32_t number;
    int64_t large;
    float single;
    double real;
    memcpy(&number, &half, sizeof number);
    memcpy(&large, &bits, sizeof large);
    if (is_whole)
        return width == 4 ? (float)number : (float)large;
    memcpy(&single, &half, sizeof single);
    memcpy(&real, &bits, sizeof real);
    return width == 1 ? (float)bits : width == 4 ? single : (float)real;
}

static int read_values(struct npy *array, const struct rest *rest, size_t width, char message[NPY_MESSAGE_SIZE]) {
    if (array->count > rest->size / width)
        return refuse(message, "it is cut off: %zu bytes for %zu values of %zu", rest->size, array->count, width);
    array->values = malloc(array->count * sizeof *array->values + 1);
    if (!array->values)
        return refuse(message, "%s", strerror(errno));
    for (size_t i = 0; i < array->count; i++)
        array->values[i] = load_value(rest->bytes + i * width, width, array->is_whole);
    return 0;
}

static int read_array(struct npy *array, struct rest *rest, char message[NPY_MESSAGE_SIZE]) {
    char *header = take_header(rest, message);
    if (!header)
        return -1;
    size_t width = read_type(array, header, message);
    int result = width == 0 || read_order(header, message) || read_shape(array, header, message) ||
                         read_values(array, rest, width, message)
                     ? -1
                     : 0;
    free(header);
    return result;
}

int read_npy(struct npy *array, const char *path, char message[NPY_MESSAGE_SIZE]) {
    struct rest rest;
    *array = (struct npy){.rank = 0};
    uint8_t *bytes = read_whole_file(&rest.size, path);
    if (!bytes)
        return refuse(message, "%s", strerror(errno));
    rest.bytes = bytes;
    int result = read_array(array, &rest, message);
    free(bytes);
    return result;
}
