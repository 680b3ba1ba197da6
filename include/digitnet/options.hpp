/** @file options.hpp  How option and result structs are made in C++. */
#ifndef DIGITNET_OPTIONS_HPP
#define DIGITNET_OPTIONS_HPP

#include "digitnet/options.h"

namespace digitnet {

/**
 * A struct of the C API, made with its size set and all else zero, which in options asks for the defaults:
 *
 *     digitnet::fit_options options;
 *     options.epochs = 5;
 *
 * Where a function takes such options, `{}` is all defaults.
 *
 * @tparam Struct  an option or result struct, which begins with `struct_size`
 */
template <typename Struct> struct sized : Struct {
    /** Makes a struct that asks for all defaults. */
    sized() noexcept : Struct{} {
        this->struct_size = sizeof(Struct);
    }
    /**
     * Copies a struct of the C API.
     *
     * @param other  made with DIGITNET_INIT(); what its pointers lead to is not copied
     */
    sized(const Struct &other) noexcept : Struct(other) {
    }
};

} // namespace digitnet

#endif
