/**
 * @file optimizer.h
 * Optimizers with their settings, and schedules of the learning rate.
 */
#ifndef DIGITNET_OPTIMIZER_H
#define DIGITNET_OPTIMIZER_H

#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** How weights follow their gradient. */
typedef enum digitnet_optimizer {
    DIGITNET_OPTIMIZER_SGD = 1,     /**< Stochastic gradient descent, with momentum where that is set. */
    DIGITNET_OPTIMIZER_ADAM = 2,    /**< Adam, in Keras's form. */
    DIGITNET_OPTIMIZER_ADAMW = 3,   /**< Adam with a weight decay, 0.004 where none is set. */
    DIGITNET_OPTIMIZER_NADAM = 4,   /**< Adam with Nesterov's momentum. */
    DIGITNET_OPTIMIZER_RMSPROP = 5, /**< RMSprop, with momentum and centered where that is set. */
    DIGITNET_OPTIMIZER_LION = 6     /**< Lion: steps of one size, whose sign alone follows the gradient. */
} digitnet_optimizer;

/**
 * Settings of SGD, taken as they are. Made with DIGITNET_SGD_INIT, which holds Keras's defaults:
 *
 *     digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
 *     sgd.momentum = 0.9;
 *     status = digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, loss,
 *                                        DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd));
 */
typedef struct digitnet_sgd_options {
    size_t struct_size; /**< Set by DIGITNET_SGD_INIT. */
    size_t reserved;    /**< Zero. */
    double momentum;    /**< In [0, 1); 0: none. */
    int32_t nesterov;   /**< 1: Nesterov's momentum, which `momentum` must be above 0 for. */
    int32_t reserved_2; /**< Zero. */
} digitnet_sgd_options;

/** Settings of Adam and AdamW, taken as they are. Made with DIGITNET_ADAM_INIT, which holds Keras's defaults. */
typedef struct digitnet_adam_options {
    size_t struct_size; /**< Set by DIGITNET_ADAM_INIT. */
    size_t reserved;    /**< Zero. */
    double beta_1;      /**< Decay of the first moment, in [0, 1). */
    double beta_2;      /**< Decay of the second moment, in [0, 1). */
    double epsilon;     /**< Finite and positive; below 1.2e-38, the smallest normal float, it counts as that. */
    /** 1: `epsilon` is added to the root of the second moment after the correction of its bias, as in PyTorch (whose
     * default is 1e-8); 0: before it, as in Keras. */
    int32_t pytorch_epsilon;
    int32_t reserved_2; /**< Zero. */
} digitnet_adam_options;

/** Settings of Nadam, taken as they are. Made with DIGITNET_NADAM_INIT, which holds Keras's defaults. */
typedef struct digitnet_nadam_options {
    size_t struct_size; /**< Set by DIGITNET_NADAM_INIT. */
    size_t reserved;    /**< Zero. */
    double beta_1;      /**< Decay of the first moment, in [0, 1). */
    double beta_2;      /**< Decay of the second moment, in [0, 1). */
    double epsilon;     /**< Finite and positive; below 1.2e-38, the smallest normal float, it counts as that. */
    /** How fast the momentum grows from about half of `beta_1` to it: it is beta_1 (1 - 0.96^(momentum_decay t) / 2) at
     * step t. 1 is Keras's, 0.004 PyTorch's. Finite and not below 0. */
    double momentum_decay;
} digitnet_nadam_options;

/** Settings of RMSprop, taken as they are. Made with DIGITNET_RMSPROP_INIT, which holds Keras's defaults. */
typedef struct digitnet_rmsprop_options {
    size_t struct_size; /**< Set by DIGITNET_RMSPROP_INIT. */
    size_t reserved;    /**< Zero. */
    double rho;         /**< Decay of the mean of squares, in [0, 1). */
    double momentum;    /**< In [0, 1); 0: none. */
    double epsilon;     /**< Finite and positive; below 1.2e-38, the smallest normal float, it counts as that. */
    int32_t centered;   /**< 1: the gradient is divided by the root of its variance, and not of its mean of squares. */
    /** 1: `epsilon` is added to the root, as in PyTorch (whose defaults are 1e-8 and a `rho`, there alpha, of 0.99); 0:
     * under the root, as in Keras. */
    int32_t pytorch_epsilon;
} digitnet_rmsprop_options;

/** Settings of Lion, taken as they are. Made with DIGITNET_LION_INIT, which holds Keras's defaults. */
typedef struct digitnet_lion_options {
    size_t struct_size; /**< Set by DIGITNET_LION_INIT. */
    size_t reserved;    /**< Zero. */
    double beta_1;      /**< The share of the moment in the step's direction, in [0, 1). */
    double beta_2;      /**< Decay of the moment, in [0, 1). */
} digitnet_lion_options;

#ifdef __cplusplus
/** Initializes a digitnet_sgd_options with Keras's defaults: no momentum. */
#define DIGITNET_SGD_INIT \
    { sizeof(digitnet_sgd_options), 0, 0.0, 0, 0 }
/** Initializes a digitnet_adam_options with Keras's defaults: 0.9, 0.999 and 1e-7. */
#define DIGITNET_ADAM_INIT \
    { sizeof(digitnet_adam_options), 0, 0.9, 0.999, 1e-7, 0, 0 }
/** Initializes a digitnet_nadam_options with Keras's defaults: 0.9, 0.999, 1e-7 and 1. */
#define DIGITNET_NADAM_INIT \
    { sizeof(digitnet_nadam_options), 0, 0.9, 0.999, 1e-7, 1.0 }
/** Initializes a digitnet_rmsprop_options with Keras's defaults: 0.9, no momentum, 1e-7, not centered. */
#define DIGITNET_RMSPROP_INIT \
    { sizeof(digitnet_rmsprop_options), 0, 0.9, 0.0, 1e-7, 0, 0 }
/** Initializes a digitnet_lion_options with Keras's defaults: 0.9 and 0.99. */
#define DIGITNET_LION_INIT \
    { sizeof(digitnet_lion_options), 0, 0.9, 0.99 }
#else
/** Initializes a digitnet_sgd_options with Keras's defaults: no momentum. */
#define DIGITNET_SGD_INIT \
    { .struct_size = sizeof(digitnet_sgd_options) }
/** Initializes a digitnet_adam_options with Keras's defaults: 0.9, 0.999 and 1e-7. */
#define DIGITNET_ADAM_INIT \
    { .struct_size = sizeof(digitnet_adam_options), .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7 }
/** Initializes a digitnet_nadam_options with Keras's defaults: 0.9, 0.999, 1e-7 and 1. */
#define DIGITNET_NADAM_INIT                                                                             \
    {                                                                                                   \
        .struct_size = sizeof(digitnet_nadam_options), .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7, \
        .momentum_decay = 1                                                                             \
    }
/** Initializes a digitnet_rmsprop_options with Keras's defaults: 0.9, no momentum, 1e-7, not centered. */
#define DIGITNET_RMSPROP_INIT \
    { .struct_size = sizeof(digitnet_rmsprop_options), .rho = 0.9, .epsilon = 1e-7 }
/** Initializes a digitnet_lion_options with Keras's defaults: 0.9 and 0.99. */
#define DIGITNET_LION_INIT \
    { .struct_size = sizeof(digitnet_lion_options), .beta_1 = 0.9, .beta_2 = 0.99 }
#endif

/** How a learning rate goes on from step to step. */
typedef enum digitnet_schedule_kind {
    /** The same rate for ever. */
    DIGITNET_SCHEDULE_CONSTANT = 0,
    /** learning_rate decay_rate^(t / decay_steps); with `staircase` the exponent is a whole number, so that the rate
     * falls in steps. Keras's ExponentialDecay, PyTorch's StepLR and ExponentialLR. */
    DIGITNET_SCHEDULE_EXPONENTIAL_DECAY = 1,
    /** Half a wave of the cosine from `learning_rate` to `alpha` times it, over `decay_steps`; then that rate. Keras's
     * CosineDecay. */
    DIGITNET_SCHEDULE_COSINE_DECAY = 2,
    /** The same again and again, over `decay_steps` the first time, each time over `t_mul` times as many as before,
     * from `m_mul` times the rate. Keras's CosineDecayRestarts. */
    DIGITNET_SCHEDULE_COSINE_DECAY_RESTARTS = 3,
    /** Over `decay_steps` in all: from 1 / `div_factor` of `learning_rate` up to it, in the first `pct_start` of them,
     * and then down to 1 / `final_div_factor` of where it began; both by half a wave of the cosine. PyTorch's
     * OneCycleLR. */
    DIGITNET_SCHEDULE_ONE_CYCLE = 4,
    /** `learning_rate` up to the first of the `boundaries`, that step included; `values`[i] behind `boundaries`[i].
     * Keras's PiecewiseConstantDecay. */
    DIGITNET_SCHEDULE_PIECEWISE_CONSTANT = 5
} digitnet_schedule_kind;

/** The most boundaries that a schedule can have. */
#define DIGITNET_SCHEDULE_BOUNDARIES 16

/**
 * The learning rate as a function of the step.
 *
 * The step is t = 0 before the first update of the weights, and 1 more after each. It is counted from compile on over
 * all fits, and is kept in files. With a warm-up, t begins at its end. A setting that the kind does not take is
 * DIGITNET_EINVAL.
 *
 *     DIGITNET_WITH(digitnet_compile_options,
 *                   .schedule = DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_COSINE_DECAY,
 *                                             .learning_rate = 0.002, .warmup_steps = 500, .decay_steps = 9000))
 */
typedef struct digitnet_schedule {
    size_t struct_size;      /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t reserved;         /**< Zero. */
    double learning_rate;    /**< The first rate, or, with a warm-up or one cycle, the highest; finite and positive. */
    uint64_t warmup_steps;   /**< Steps of a straight rise to `learning_rate` before all else; not for one cycle. */
    double warmup_from;      /**< Where it begins; finite and not below 0. */
    uint64_t decay_steps;    /**< As the kind says: 1 or more, for one cycle 2 or more. */
    double decay_rate;       /**< Of exponential decay: finite and positive. */
    double alpha;            /**< Of the cosines: the lowest rate as a part of the first, in [0, 1]. */
    double t_mul;            /**< Of the cosine with restarts: finite and at least 1; zero: 2. */
    double m_mul;            /**< Likewise: finite and positive; zero: 1. */
    double pct_start;        /**< Of one cycle: in [0, 1]; zero: 0.3. */
    double div_factor;       /**< Likewise: finite and at least 1; zero: 25. */
    double final_div_factor; /**< Likewise; zero: 10,000. */
    uint64_t
        boundaries[DIGITNET_SCHEDULE_BOUNDARIES]; /**< Of a piecewise constant rate: rising; the first zero ends. */
    double values[DIGITNET_SCHEDULE_BOUNDARIES];  /**< Likewise, as many: finite and not below 0. */
    digitnet_schedule_kind kind;                  /**< How the rate goes on. */
    int32_t staircase;                            /**< 1: exponential decay falls in steps. */
} digitnet_schedule;

/**
 * Gives the learning rate of a schedule at a step.
 *
 * A pure function, safe from any thread.
 *
 * @param out       receives the rate; untouched after a failure
 * @param schedule  the schedule
 * @param step      updates of the weights before this one
 * @retval DIGITNET_OK        the rate is in `out`
 * @retval DIGITNET_EINVAL    a pointer is NULL, a setting is out of its range or not for the kind, or `struct_size` is
 *                            wrong
 * @retval DIGITNET_EVERSION  `schedule` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_schedule_rate(double *out, const digitnet_schedule *schedule,
                                                                         uint64_t step);

DIGITNET_END_DECLARATIONS
#endif
