/** @file optimizer.hpp  Settings of optimizers, and schedules of the learning rate, as optimizer.h has them. */
#ifndef DIGITNET_OPTIMIZER_HPP
#define DIGITNET_OPTIMIZER_HPP

#include "digitnet/optimizer.h"
#include "digitnet/options.hpp"
#include "digitnet/status.hpp"

#include <cstdint>

namespace digitnet {

/** Settings of SGD, which compile_options::sgd points to; made with Keras's defaults. */
struct sgd_options : digitnet_sgd_options {
    /** Makes DIGITNET_SGD_INIT. */
    sgd_options() noexcept : digitnet_sgd_options(DIGITNET_SGD_INIT) {
    }
};
/** Settings of Adam and AdamW, which compile_options::adam points to; made with Keras's defaults. */
struct adam_options : digitnet_adam_options {
    /** Makes DIGITNET_ADAM_INIT. */
    adam_options() noexcept : digitnet_adam_options(DIGITNET_ADAM_INIT) {
    }
};
/** Settings of Nadam, which compile_options::nadam points to; made with Keras's defaults. */
struct nadam_options : digitnet_nadam_options {
    /** Makes DIGITNET_NADAM_INIT. */
    nadam_options() noexcept : digitnet_nadam_options(DIGITNET_NADAM_INIT) {
    }
};
/** Settings of RMSprop, which compile_options::rmsprop points to; made with Keras's defaults. */
struct rmsprop_options : digitnet_rmsprop_options {
    /** Makes DIGITNET_RMSPROP_INIT. */
    rmsprop_options() noexcept : digitnet_rmsprop_options(DIGITNET_RMSPROP_INIT) {
    }
};
/** Settings of Lion, which compile_options::lion points to; made with Keras's defaults. */
struct lion_options : digitnet_lion_options {
    /** Makes DIGITNET_LION_INIT. */
    lion_options() noexcept : digitnet_lion_options(DIGITNET_LION_INIT) {
    }
};

/** DIGITNET_OPTIMIZER_SGD */
inline constexpr digitnet_optimizer sgd = DIGITNET_OPTIMIZER_SGD;
/** DIGITNET_OPTIMIZER_ADAM */
inline constexpr digitnet_optimizer adam = DIGITNET_OPTIMIZER_ADAM;
/** DIGITNET_OPTIMIZER_ADAMW */
inline constexpr digitnet_optimizer adamw = DIGITNET_OPTIMIZER_ADAMW;
/** DIGITNET_OPTIMIZER_NADAM */
inline constexpr digitnet_optimizer nadam = DIGITNET_OPTIMIZER_NADAM;
/** DIGITNET_OPTIMIZER_RMSPROP */
inline constexpr digitnet_optimizer rmsprop = DIGITNET_OPTIMIZER_RMSPROP;
/** DIGITNET_OPTIMIZER_LION */
inline constexpr digitnet_optimizer lion = DIGITNET_OPTIMIZER_LION;

/** The learning rate as a function of the step, which compile_options::schedule points to. */
using schedule = sized<digitnet_schedule>;

/**
 * Gives the learning rate of a schedule at a step, as digitnet_schedule_rate() does.
 *
 * @param rates  the schedule
 * @param step   updates of the weights before this one
 * @return the rate
 * @throws error  with the status of digitnet_schedule_rate()
 */
[[nodiscard]] inline double schedule_rate(const schedule &rates, std::uint64_t step) {
    double rate = 0;
    check(digitnet_schedule_rate(&rate, &rates, step));
    return rate;
}

} // namespace digitnet

#endif
