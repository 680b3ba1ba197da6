/** @file callbacks.hpp  C++ callables as callbacks of the C API. Programs need with_snapshot() alone. */
#ifndef DIGITNET_CALLBACKS_HPP
#define DIGITNET_CALLBACKS_HPP

#include "digitnet/status.hpp"
#include "digitnet/training.h"

#include <exception>
#include <type_traits>
#include <utility>

namespace digitnet::detail {

/** A callable, or a reference to one, that may keep and restore a snapshot. */
template <typename Callable> struct snapshot_user {
    /** What is called. */
    Callable callable;

    decltype(auto) operator()(const digitnet_event &event) {
        return callable(event);
    }
};

template <typename Callable> inline constexpr bool uses_snapshot = false;
template <typename Callable> inline constexpr bool uses_snapshot<snapshot_user<Callable>> = true;

/**
 * Carries what a callback throws past the C frames to the call that it was made in. Both run on the same thread, so the
 * innermost call of each thread is known here. It is none while a callback runs: what that calls is its own affair.
 */
class exception_carrier {
  public:
    /** Before a call that may run callbacks. */
    exception_carrier() noexcept : outer_(innermost_) {
        innermost_ = this;
    }
    exception_carrier(const exception_carrier &) = delete;
    exception_carrier &operator=(const exception_carrier &) = delete;
    ~exception_carrier() {
        innermost_ = outer_;
    }
    /** After it: throws what a callback threw, or else what the call failed with. */
    void check(digitnet_status status) const {
        if (thrown_)
            std::rethrow_exception(thrown_);
        digitnet::check(status);
    }
    /** Runs a callback: its result, or DIGITNET_ECALLBACK where it throws. The first exception of a call is kept;
     * what() is the reason where the call was made in C. */
    template <typename Callback> static int run(Callback callback) noexcept {
        exception_carrier *const carrier = innermost_;
        int result = DIGITNET_ECALLBACK;
        innermost_ = nullptr;
        try {
            result = callback();
        } catch (const std::exception &thrown) {
            digitnet_set_error(thrown.what());
            keep(carrier);
        } catch (...) {
            keep(carrier);
        }
        innermost_ = carrier;
        return result;
    }

  private:
    static void keep(exception_carrier *carrier) noexcept {
        if (carrier != nullptr && !carrier->thrown_)
            carrier->thrown_ = std::current_exception();
    }

    static inline thread_local exception_carrier *innermost_ = nullptr;
    exception_carrier *outer_;
    std::exception_ptr thrown_;
};

/** A callable, which is referred to, as a callback of digitnet_model_fit(). */
template <typename Callable> class listener {
  public:
    /** Refers to what is called. */
    explicit listener(Callable &called) noexcept : callable(called) {
    }
    /** The callback, valid as long as the listener, or as the one in C that it refers to. */
    const digitnet_callback *callback() noexcept {
        if constexpr (std::is_convertible_v<Callable *, const digitnet_callback *>) {
            return &callable;
        } else {
            own.struct_size = sizeof own;
            own.call = call;
            own.user_data = this;
            own.uses_snapshot = uses_snapshot<std::remove_cv_t<Callable>>;
            return &own;
        }
    }

  private:
    Callable &callable;
    digitnet_callback own{};

    static int call(const digitnet_event *event, void *user_data) noexcept {
        return exception_carrier::run([event, user_data]() -> int {
            const listener &self = *static_cast<listener *>(user_data);
            if constexpr (std::is_void_v<decltype(self.callable(*event))>) {
                self.callable(*event);
                return 0;
            } else {
                return self.callable(*event);
            }
        });
    }
};

} // namespace digitnet::detail

namespace digitnet {

/**
 * Lets a callback of model::fit() ask for DIGITNET_CALLBACK_KEEP and DIGITNET_CALLBACK_RESTORE, as `uses_snapshot` of a
 * digitnet_callback does:
 *
 *     model.fit(train, options, digitnet::with_snapshot(early_stop));
 *
 * @tparam Callable  something that can be called with a `const digitnet_event &`
 * @param callable   is referred to where it has a name, else moved
 * @return what fit() takes in its place
 * @throws anything  that moving the callable throws
 */
template <typename Callable> detail::snapshot_user<Callable> with_snapshot(Callable &&callable) {
    return {std::forward<Callable>(callable)};
}

} // namespace digitnet

#endif
