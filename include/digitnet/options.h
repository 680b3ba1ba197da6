/**
 * @file options.h
 * How option and result structs are made.
 *
 * Every such struct begins with `struct_size`, so that it can grow in later versions without breaking programs compiled
 * before. Zero in any other field asks for the default, hence:
 *
 *     digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
 *     status = digitnet_model_fit(model, train,
 *                                 DIGITNET_WITH(digitnet_fit_options, .epochs = 5));
 *
 * Structs whose defaults are not zero have an initializer of their own, such as DIGITNET_ADAM_INIT, and their values
 * are taken as they are.
 *
 * A flag is 0 or 1; another value is DIGITNET_EINVAL.
 *
 * A NULL options pointer asks for all defaults. A `struct_size` below that of the first release or above 4096 is
 * DIGITNET_EINVAL; a struct of a newer version whose additional fields are not all zero is DIGITNET_EVERSION.
 */
#ifndef DIGITNET_OPTIONS_H
#define DIGITNET_OPTIONS_H

#include <stddef.h>

#ifdef __cplusplus
/**
 * A struct with its size set and all else zero.
 *
 * @param type  an options or result struct
 */
#define DIGITNET_INIT(type)                     \
    ([]() noexcept {                            \
        type initial_{};                        \
        initial_.struct_size = sizeof initial_; \
        return initial_;                        \
    }())
#else
/**
 * An initializer for a struct with its size set and all else zero.
 *
 *     digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
 *
 * @param type  an options or result struct
 */
#define DIGITNET_INIT(type) \
    { .struct_size = sizeof(type) }
/**
 * A pointer to an unnamed struct with the given fields set; it lives as long as the enclosing block. C only.
 *
 *     DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.0005, .seed = 7)
 *
 * @param ...  the type of an options struct, and initializers for its fields
 */
#define DIGITNET_WITH(...) DIGITNET_WITH_(__VA_ARGS__, )
#define DIGITNET_WITH_(type, ...) (&(type){.struct_size = sizeof(type), __VA_ARGS__})
/**
 * Inside DIGITNET_WITH(digitnet_fit_options, ...): a list of callbacks, called in this order. C only.
 *
 *     DIGITNET_WITH(digitnet_fit_options, .epochs = 5,
 *                   DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr)))
 *
 * @param ...  a pointer to a digitnet_callback for each
 */
#define DIGITNET_CALLBACKS(...)                                   \
    .callbacks = (const digitnet_callback *const[]){__VA_ARGS__}, \
    .callback_count = sizeof((const digitnet_callback *const[]){__VA_ARGS__}) / sizeof(const digitnet_callback *)
/**
 * A pointer to an unnamed digitnet_callback, as DIGITNET_WITH() makes it. C only.
 *
 * @param ...  initializers for its fields
 */
#define DIGITNET_CALLBACK(...) (&(digitnet_callback){.struct_size = sizeof(digitnet_callback), __VA_ARGS__})
#endif

#endif
