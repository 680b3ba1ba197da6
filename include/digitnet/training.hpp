/** @file training.hpp  Settings of compile, fit and evaluate, and the history of a fit, as training.h has them. */
#ifndef DIGITNET_TRAINING_HPP
#define DIGITNET_TRAINING_HPP

#include "digitnet/optimizer.hpp"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.h"

#include <cstddef>
#include <string>

namespace digitnet {

/** Options of model::compile(). */
using compile_options = sized<digitnet_compile_options>;
/** Lowers the learning rate, which compile_options::reduce_on_plateau points to; made with Keras's defaults. */
struct reduce_on_plateau : digitnet_reduce_on_plateau {
    /** Makes DIGITNET_REDUCE_ON_PLATEAU_INIT. */
    reduce_on_plateau() noexcept : digitnet_reduce_on_plateau(DIGITNET_REDUCE_ON_PLATEAU_INIT) {
    }
};
/** Settings of a loss, which compile_options::loss points to; made with Keras's defaults. */
struct loss_options : digitnet_loss_options {
    /** Makes DIGITNET_LOSS_INIT. */
    loss_options() noexcept : digitnet_loss_options(DIGITNET_LOSS_INIT) {
    }
};
/** Arrays that model::train_batch() trains on. */
using train_batch = sized<digitnet_train_batch>;
/** Options of model::fit(). */
using fit_options = sized<digitnet_fit_options>;
/** What reaches the other processes of model::fit(); its functions must not throw. */
using communicator = sized<digitnet_communicator>;
/** Options of model::evaluate(). */
using evaluate_options = sized<digitnet_evaluate_options>;

/** DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY */
inline constexpr digitnet_loss sparse_categorical_crossentropy = DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
/** DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY */
inline constexpr digitnet_loss categorical_crossentropy = DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY;
/** DIGITNET_LOSS_BINARY_CROSSENTROPY */
inline constexpr digitnet_loss binary_crossentropy = DIGITNET_LOSS_BINARY_CROSSENTROPY;
/** DIGITNET_LOSS_MEAN_SQUARED_ERROR */
inline constexpr digitnet_loss mean_squared_error = DIGITNET_LOSS_MEAN_SQUARED_ERROR;
/** DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR */
inline constexpr digitnet_loss mean_absolute_error = DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR;
/** DIGITNET_LOSS_HUBER */
inline constexpr digitnet_loss huber = DIGITNET_LOSS_HUBER;
/** DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY */
inline constexpr digitnet_loss categorical_focal_crossentropy = DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY;
/** DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY */
inline constexpr digitnet_loss binary_focal_crossentropy = DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY;
/** DIGITNET_LOSS_CUSTOM */
inline constexpr digitnet_loss custom_loss = DIGITNET_LOSS_CUSTOM;
/** DIGITNET_LOSS_CTC */
inline constexpr digitnet_loss ctc = DIGITNET_LOSS_CTC;

/** The figures of a fit, epoch by epoch. An empty one has no epochs and ended as failed. */
class history : public owner<digitnet_history, digitnet_history_free> {
  public:
    using owner::owner;

    /**
     * Reads one figure of all epochs that the fit finished, as digitnet_history_series() does.
     *
     * @param metric  which figure
     * @return one value for each epoch, in order, which belong to the history; none for an unknown metric
     */
    [[nodiscard]] span<const double> series(digitnet_metric metric) const &noexcept {
        std::size_t count = 0;
        const double *values = digitnet_history_series(&count, get(), metric);
        return {values, count};
    }
    /**
     * Of a temporary: deleted, since the values would be gone with it.
     *
     * @param metric  which figure
     * @return nothing
     */
    span<const double> series(digitnet_metric metric) const &&noexcept = delete;
    /**
     * Gives the epoch that the history begins with.
     *
     * @return its first epoch's number, from 1, counted over all fits of the model; 0 where there is none
     */
    [[nodiscard]] std::size_t first_epoch() const noexcept {
        return digitnet_history_first_epoch(get());
    }
    /**
     * Gives how the fit ended.
     *
     * @return the end; DIGITNET_STOP_FAILED for an empty history
     */
    [[nodiscard]] digitnet_stop_reason end() const noexcept {
        return digitnet_history_stop_reason(get());
    }
    /**
     * Gives the warning that the fit began with.
     *
     * @return the warning, which belongs to the history; nullptr where there was none
     */
    [[nodiscard]] const char *warning() const noexcept {
        return digitnet_history_warning(get());
    }
    /**
     * Writes the history as a table with a row for each epoch, as digitnet_history_write_csv() does.
     *
     * @param path  the file to make or to replace as a whole
     * @throws error  with the status of digitnet_history_write_csv(); the file is then as it was
     */
    void write_csv(const std::string &path) const {
        check(digitnet_history_write_csv(get(), path.c_str()));
    }
};

} // namespace digitnet

#endif
