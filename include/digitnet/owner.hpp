/** @file owner.hpp  What model, dataset, session and history have in common. */
#ifndef DIGITNET_OWNER_HPP
#define DIGITNET_OWNER_HPP

#include <memory>

namespace digitnet::detail {

/** Owns a handle of the C API. */
template <typename Handle, void (*free_handle)(Handle *)> class owner {
  public:
    /** Empty. */
    owner() noexcept = default;
    /** Takes over a handle that the C API gave. */
    explicit owner(Handle *handle) noexcept : handle_(handle) {
    }
    /** The handle, which remains the owner's. */
    [[nodiscard]] Handle *get() noexcept {
        return handle_.get();
    }
    /** The handle, which remains the owner's. */
    [[nodiscard]] const Handle *get() const noexcept {
        return handle_.get();
    }
    /** Gives the handle up: it is the caller's to free. */
    [[nodiscard]] Handle *release() noexcept {
        return handle_.release();
    }
    /** Whether it has a handle. */
    explicit operator bool() const noexcept {
        return handle_ != nullptr;
    }

  private:
    struct deleter {
        void operator()(Handle *handle) const noexcept {
            free_handle(handle);
        }
    };
    std::unique_ptr<Handle, deleter> handle_;
};

} // namespace digitnet::detail

#endif
