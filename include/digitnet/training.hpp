/** @file training.hpp  Settings of compile, fit and evaluate, and what a fit came to, as training.h has them. */
#ifndef DIGITNET_TRAINING_HPP
#define DIGITNET_TRAINING_HPP

#include <cstddef>
#include <string>

#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.h"

namespace digitnet {

/** Options of model::compile(). */
using compile_options = sized<digitnet_compile_options>;
/** Options of model::fit(). */
using fit_options = sized<digitnet_fit_options>;
/** Options of model::evaluate(). */
using evaluate_options = sized<digitnet_evaluate_options>;

/** DIGITNET_SGD */
inline constexpr digitnet_optimizer sgd = DIGITNET_SGD;
/** DIGITNET_ADAM */
inline constexpr digitnet_optimizer adam = DIGITNET_ADAM;
/** DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY */
inline constexpr digitnet_loss sparse_categorical_crossentropy = DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY;

/** What a fit came to, epoch by epoch. An empty one has no epochs and ended as failed. */
class history : public detail::owner<digitnet_history, digitnet_history_free> {
  public:
    using owner::owner;

    /** One value for each epoch that was finished; they belong to the history. */
    [[nodiscard]] span<const double> series(digitnet_metric metric) const &noexcept {
        std::size_t count = 0;
        const double *values = digitnet_history_series(&count, get(), metric);
        return {values, count};
    }
    /** The values would be gone with the temporary. */
    span<const double> series(digitnet_metric metric) const && = delete;
    /** The number of the first epoch, from 1 and over all fits of the model; 0 where there is none. */
    [[nodiscard]] std::size_t first_epoch() const noexcept {
        return digitnet_history_first_epoch(get());
    }
    /** How the fit ended. */
    [[nodiscard]] digitnet_end end() const noexcept {
        return digitnet_history_end(get());
    }
    /** Writes a table with a row for each epoch. */
    void write_csv(const std::string &path) const {
        check(digitnet_history_write_csv(get(), path.c_str()));
    }
};

} // namespace digitnet

#endif
