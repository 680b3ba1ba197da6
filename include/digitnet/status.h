/**
 * @file status.h
 * Status codes, the last error's message, and the allocator hook.
 */
#ifndef DIGITNET_STATUS_H
#define DIGITNET_STATUS_H

#include "digitnet/export.h"

#include <stddef.h>

DIGITNET_BEGIN_DECLARATIONS

/** Every code with its value and the sentence that digitnet_status_string() returns. Values are never renumbered. */
#define DIGITNET_STATUS_MAP(X)                                  \
    X(OK, 0, "success")                                         \
    X(EINVAL, -1, "invalid argument")                           \
    X(ENOMEM, -2, "out of memory")                              \
    X(ESHAPE, -3, "shapes do not fit")                          \
    X(ESTATE, -4, "not possible in the object's present state") \
    X(EIO, -5, "input or output failed")                        \
    X(EFORMAT, -6, "malformed data")                            \
    X(EVERSION, -7, "made for a newer version of the library")  \
    X(EUNSUPPORTED, -8, "not supported")                        \
    X(EDIVERGED, -9, "training diverged")                       \
    X(ECALLBACK, -10, "a callback failed")                      \
    X(ELIMIT, -11, "a limit was exceeded")                      \
    X(ENOTFOUND, -12, "not found")                              \
    X(EBUFFER, -13, "the buffer is too small")                  \
    X(ENOTFINITE, -14, "the result is not finite")

/** What a call came to: DIGITNET_OK, or the reason why it failed, a negative number. */
typedef enum digitnet_status {
#define DIGITNET_STATUS_ENUMERATOR(name, value, text) DIGITNET_##name = value,
    DIGITNET_STATUS_MAP(DIGITNET_STATUS_ENUMERATOR)
#undef DIGITNET_STATUS_ENUMERATOR
} digitnet_status;

/**
 * What a status means, in a few words.
 *
 * Safe from any thread. digitnet_last_error() says more.
 *
 * @param status  any number
 * @return a constant string, never NULL; "unknown status" for a number that is no status
 */
DIGITNET_API const char *digitnet_status_string(digitnet_status status);

/**
 * What went wrong in the calling thread's most recent failing call.
 *
 * Says what, where, which value, which shape. Each thread has a message of its own, which needs no memory. A call that
 * succeeds does not clear it.
 *
 * @return the message, never NULL ("" before the first failure); it belongs to the library, and stays valid and
 *         unchanged until the thread's next failing call, or its call of digitnet_set_error()
 */
DIGITNET_API const char *digitnet_last_error(void);

/**
 * Lets a callback say why it fails.
 *
 * A gather function of a source, or a callback of digitnet_model_fit(), calls it before it returns a status:
 *
 *     digitnet_set_error("digits.bin: sample 1234 is damaged");
 *
 * The call that ends with that status then has these words in its own message. Safe from any thread: the message is the
 * calling thread's, and digitnet_last_error() gives it until the next.
 *
 * @param message  UTF-8, copied, as much of it as a message has room for (2047 bytes) in whole characters; NULL changes
 *                 nothing
 */
DIGITNET_API void digitnet_set_error(const char *message);

/** Where the library takes its memory from. Both functions may be called from several threads at once, in the
 * floating-point mode that the library computes in: no traps, rounding to nearest. */
typedef struct digitnet_allocator {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    void *user_data;    /**< Handed to both functions. */
    /** At least `size` bytes (never 0) at a multiple of `alignment` (a power of two), or NULL. */
    void *(*allocate)(void *user_data, size_t size, size_t alignment);
    /** Takes back memory from `allocate`, with the same size and alignment. */
    void (*release)(void *user_data, void *memory, size_t size, size_t alignment);
} digitnet_allocator;

/**
 * Makes the whole process take the library's memory from an allocator of its own.
 *
 * To be set by the program, never by a library in it, and while no other thread uses digitnet.
 *
 * @param allocator  both functions and their user data, copied; NULL brings back the C library's allocator
 * @retval DIGITNET_OK        from now on all memory comes from there
 * @retval DIGITNET_EINVAL    a function is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ESTATE    an object of this library exists, with memory of the allocator before
 * @retval DIGITNET_EVERSION  `allocator` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_set_allocator(const digitnet_allocator *allocator);

DIGITNET_END_DECLARATIONS
#endif
