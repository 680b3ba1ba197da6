/**
 * @file options.h
 * How option and result structs are made.
 *
 * Every such struct begins with `struct_size`, so that it can grow in later versions without breaking programs compiled
 * before. Zero in any other field asks for the default, hence:
 *
 *     digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
 *     digitnet_model_fit(NULL, model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = 5, .batch_size = 64));
 *
 * A NULL options pointer asks for all defaults. A `struct_size` below that of the first release or above 4096 is
 * EINVAL; a struct of a newer version whose additional fields are not all zero is EVERSION.
 */
#ifndef DIGITNET_OPTIONS_H
#define DIGITNET_OPTIONS_H

#include <stddef.h>

#ifdef __cplusplus
/** A struct of this type with its size set and all else zero. */
#define DIGITNET_INIT(type)                     \
    ([]() noexcept {                            \
        type initial_{};                        \
        initial_.struct_size = sizeof initial_; \
        return initial_;                        \
    }())
#else
/** An initializer for a struct of this type with its size set and all else zero. */
#define DIGITNET_INIT(type) \
    { .struct_size = sizeof(type) }
/** A pointer to an unnamed struct of this type with the given fields set; it lives as long as the enclosing block. */
#define DIGITNET_WITH(...) DIGITNET_WITH_(__VA_ARGS__, )
#define DIGITNET_WITH_(type, ...) (&(type){.struct_size = sizeof(type), __VA_ARGS__})
/** Inside DIGITNET_WITH(digitnet_fit_options, ...): a list of `{ function, user_data }`, called in this order. */
#define DIGITNET_CALLBACKS(...)                            \
    .callbacks = (const digitnet_callback[]){__VA_ARGS__}, \
    .callback_count = sizeof((const digitnet_callback[]){__VA_ARGS__}) / sizeof(digitnet_callback)
#endif

#endif
