/** @file callbacks.hpp  Callbacks, as callbacks.h has them, and C++ callables as callbacks of the C API. */
#ifndef DIGITNET_CALLBACKS_HPP
#define DIGITNET_CALLBACKS_HPP

#include "digitnet/callbacks.h"
#include "digitnet/inference.h"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

namespace digitnet {

/** Options of callback::early_stopping(). */
using early_stopping_options = sized<digitnet_early_stopping_options>;
/** Options of callback::checkpoint(). */
using checkpoint_options = sized<digitnet_checkpoint_options>;
/** Options of callback::csv_log() and callback::learning_rate_log(). */
using log_options = sized<digitnet_log_options>;
/** Options of model::predict() of a data set, and of a report. */
using predict_options = sized<digitnet_predict_options>;

/** A callback that the library has ready, for model::fit(), in one fit after the other. */
class callback : public owner<digitnet_callback, digitnet_callback_free> {
  public:
    using owner::owner;

    /**
     * Stops a fit where it has become no better for some epochs, as digitnet_callback_create_early_stopping() does.
     *
     * @param options  what is looked at, and for how long; `{}` is all defaults
     * @return the callback
     * @throws error  with the status of digitnet_callback_create_early_stopping()
     */
    [[nodiscard]] static callback early_stopping(const early_stopping_options &options = {}) {
        digitnet_callback *handle = nullptr;
        check(digitnet_callback_create_early_stopping(&handle, &options));
        return callback(handle);
    }
    /**
     * Saves the model after epochs, as digitnet_callback_create_checkpoint() does.
     *
     * @param path     where, with `{epoch}` for the epoch's number
     * @param options  which epochs; `{}` is all defaults
     * @return the callback
     * @throws error  with the status of digitnet_callback_create_checkpoint()
     */
    [[nodiscard]] static callback checkpoint(const std::string &path, const checkpoint_options &options = {}) {
        digitnet_callback *handle = nullptr;
        check(digitnet_callback_create_checkpoint(&handle, path.c_str(), &options));
        return callback(handle);
    }
    /**
     * Writes the figures of a fit to a file as it goes on, as digitnet_callback_create_csv_log() does.
     *
     * @param path     the file
     * @param options  whether it goes on behind what is there, and rows of batches; `{}` is all defaults
     * @return the callback
     * @throws error  with the status of digitnet_callback_create_csv_log()
     */
    [[nodiscard]] static callback csv_log(const std::string &path, const log_options &options = {}) {
        digitnet_callback *handle = nullptr;
        check(digitnet_callback_create_csv_log(&handle, path.c_str(), &options));
        return callback(handle);
    }
    /**
     * Writes the learning rate of each epoch or batch to a file, as digitnet_callback_create_learning_rate_log() does.
     *
     * @param path     the file
     * @param options  as of csv_log()
     * @return the callback
     * @throws error  with the status of digitnet_callback_create_learning_rate_log()
     */
    [[nodiscard]] static callback learning_rate_log(const std::string &path, const log_options &options = {}) {
        digitnet_callback *handle = nullptr;
        check(digitnet_callback_create_learning_rate_log(&handle, path.c_str(), &options));
        return callback(handle);
    }
    /**
     * Stops a fit after a time, as digitnet_callback_create_time_limit() does.
     *
     * @param seconds  finite and positive
     * @return the callback
     * @throws error  with the status of digitnet_callback_create_time_limit()
     */
    [[nodiscard]] static callback time_limit(double seconds) {
        digitnet_callback *handle = nullptr;
        check(digitnet_callback_create_time_limit(&handle, seconds));
        return callback(handle);
    }
};

} // namespace digitnet

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

/** A loss of a model, which its clones share. It is called on threads that know no exception_carrier, so that it keeps
 * what it throws itself: the first exception, until the call that fails with it takes that. */
class loss_function {
  public:
    loss_function() noexcept = default;
    loss_function(const loss_function &) = delete;
    loss_function &operator=(const loss_function &) = delete;
    virtual ~loss_function() = default;
    /** The exception that was kept, which is gone then; none where there is none. */
    std::exception_ptr take() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        return std::exchange(thrown_, nullptr);
    }
    /** A digitnet_loss_fn, whose data is a shared pointer to the function. */
    static int call(const digitnet_loss_range *range, void *user_data) noexcept {
        loss_function &self = **static_cast<std::shared_ptr<loss_function> *>(user_data);
        try {
            return self.run(*range);
        } catch (const std::exception &thrown) {
            digitnet_set_error(thrown.what());
            self.keep();
        } catch (...) {
            self.keep();
        }
        return DIGITNET_ECALLBACK;
    }
    /** Releases that pointer. */
    static void release(void *user_data) noexcept {
        delete static_cast<std::shared_ptr<loss_function> *>(user_data);
    }

  private:
    virtual int run(const digitnet_loss_range &range) = 0;

    void keep() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!thrown_)
            thrown_ = std::current_exception();
    }

    std::mutex mutex_;
    std::exception_ptr thrown_;
};

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
    /** The same for a call that may run a model's loss too. */
    void check(digitnet_status status, loss_function *loss) const {
        const std::exception_ptr thrown = loss != nullptr && status == DIGITNET_ECALLBACK ? loss->take() : nullptr;
        if (!thrown_ && thrown)
            std::rethrow_exception(thrown);
        check(status);
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

/** A callable as a loss. */
template <typename Callable> class loss_callable final : public loss_function {
  public:
    /** Moves or copies the callable. */
    template <typename Given> explicit loss_callable(Given &&callable) : callable_(std::forward<Given>(callable)) {
    }

  private:
    int run(const digitnet_loss_range &range) override {
        if constexpr (std::is_void_v<decltype(callable_(range))>) {
            callable_(range);
            return 0;
        } else {
            return callable_(range);
        }
    }

    Callable callable_;
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
        } else if constexpr (std::is_convertible_v<Callable *, const digitnet::callback *>) {
            return callable.get();
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

/**
 * Lets a callable be told how far a call has come:
 *
 *     auto show = [](std::size_t done, std::size_t count) { std::printf("%zu of %zu\n", done, count); };
 *     const auto scores = model.predict(images, digitnet::with_progress(show));
 *
 * @tparam Progress  something that can be called with two numbers of images; it gives nothing, or what a
 *                   digitnet_progress_fn does, and may throw, which ends the call and comes out of it
 * @param progress   is referred to
 * @param options    threads; their `progress` and `user_data` are replaced
 * @return options for model::predict(), or for those of a report
 */
template <typename Progress>
[[nodiscard]] predict_options with_progress(Progress &progress, predict_options options = {}) noexcept {
    options.user_data = &progress;
    options.progress = [](std::size_t done, std::size_t count, void *user_data) noexcept {
        return detail::exception_carrier::run([&]() -> int {
            Progress &told = *static_cast<Progress *>(user_data);
            if constexpr (std::is_void_v<decltype(told(done, count))>) {
                told(done, count);
                return 0;
            } else {
                return told(done, count);
            }
        });
    };
    return options;
}

} // namespace digitnet

#endif
