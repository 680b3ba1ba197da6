/** @file owner.hpp  What model, dataset, session, history, callback and report have in common. */
#ifndef DIGITNET_OWNER_HPP
#define DIGITNET_OWNER_HPP

#include <memory>
#include <type_traits>

namespace digitnet {

/**
 * Owns one object of the C API, and frees it with the last of its owners: it is moved, not copied.
 *
 * One that was moved from is empty, as a new one is. Safe for threads as far as the C functions that are called are.
 *
 * @tparam Handle       the C API's type
 * @tparam free_handle  the C function that frees it
 */
template <typename Handle, void (*free_handle)(Handle *)> class owner {
  public:
    /** Makes an owner of nothing. */
    owner() noexcept = default;
    /**
     * Takes over an object that the C API made.
     *
     * @param handle  the object, which this owner frees; NULL leaves it empty
     */
    explicit owner(Handle *handle) noexcept : handle_(handle) {
    }
    /**
     * Gives the handle for calls of the C API.
     *
     * @return the handle, which remains the owner's; NULL where it is empty
     */
    [[nodiscard]] Handle *get() noexcept {
        return handle_.get();
    }
    /**
     * Gives the handle for calls of the C API that change nothing.
     *
     * @return the handle, which remains the owner's; NULL where it is empty
     */
    [[nodiscard]] const Handle *get() const noexcept {
        return handle_.get();
    }
    /**
     * Gives the handle up, and is empty from then on.
     *
     * @return the handle, the caller's to free; NULL where it was empty
     */
    [[nodiscard]] Handle *release() noexcept {
        return handle_.release();
    }
    /**
     * Says whether it owns an object.
     *
     * @return false for an empty owner
     */
    explicit operator bool() const noexcept {
        return handle_ != nullptr;
    }

  private:
    std::unique_ptr<Handle, std::integral_constant<void (*)(Handle *), free_handle>> handle_;
};

} // namespace digitnet

#endif
