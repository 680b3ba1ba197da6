#include "optimizer/schedule.h"

#include "core/call.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"

#include <math.h>
#include <stddef.h>

/* M_PI is not in ISO C. */
static const double pi = 3.14159265358979323846;

/* ---- The rates, by the steps since the warm-up ---- */

static double constant_rate(const digitnet_schedule *schedule, double step) {
    (void)step;
    return schedule->learning_rate;
}

static double exponential_rate(const digitnet_schedule *schedule, double step) {
    double periods = step / (double)schedule->decay_steps;
    return schedule->learning_rate * pow(schedule->decay_rate, schedule->staircase ? floor(periods) : periods);
}

/* Half a wave from 1 to 0. */
static double falling(double part) {
    return 0.5 * (1 + cos(pi * part));
}

static double cosine_rate(const digitnet_schedule *schedule, double step) {
    double part = fmin(step / (double)schedule->decay_steps, 1);
    return schedule->learning_rate * ((1 - schedule->alpha) * falling(part) + schedule->alpha);
}

/* The step at which a period begins: first + first t + first t^2 + ... */
static double period_begin(double first, double factor, double period) {
    return factor == 1 ? first * period : first * (pow(factor, period) - 1) / (factor - 1);
}

/* Loshchilov and Hutter, "SGDR" (2017). */
static double restarts_rate(const digitnet_schedule *schedule, double step) {
    double first = (double)schedule->decay_steps, factor = schedule->t_mul > 0 ? schedule->t_mul : 2;
    double peak = schedule->m_mul > 0 ? schedule->m_mul : 1;
    double period = factor == 1 ? floor(step / first) : floor(log1p(step / first * (factor - 1)) / log(factor));
    /* The logarithm may be rounded across a restart. */
    if (period > 0 && period_begin(first, factor, period) > step)
        period--;
    else if (period_begin(first, factor, period + 1) <= step)
        period++;
    double begin = period_begin(first, factor, period);
    double part = fmin((step - begin) / (first * pow(factor, period)), 1);
    double height = pow(peak, period) * falling(part);
    return schedule->learning_rate * ((1 - schedule->alpha) * height + schedule->alpha);
}

/* Smith and Topin, "Super-Convergence" (2018), in PyTorch's form: up to the highest rate and down to the lowest, both
 * by half a wave. */
static double one_cycle_rate(const digitnet_schedule *schedule, double step) {
    double begin = 1 / (schedule->div_factor > 0 ? schedule->div_factor : 25);
    double end = begin / (schedule->final_div_factor > 0 ? schedule->final_div_factor : 1e4);
    double last = (double)schedule->decay_steps - 1;
    double top = (schedule->pct_start > 0 ? schedule->pct_start : 0.3) * (double)schedule->decay_steps - 1;
    double rate = top > 0 && step <= top ? 1 + (begin - 1) * falling(step / top)
                                         : end + (1 - end) * falling(fmin((step - top) / (last - top), 1));
    return schedule->learning_rate * rate;
}

static size_t boundary_count(const digitnet_schedule *schedule) {
    size_t count = 0;
    while (count < DIGITNET_SCHEDULE_BOUNDARIES && schedule->boundaries[count])
        count++;
    return count;
}

static double piecewise_rate(const digitnet_schedule *schedule, double step) {
    double rate = schedule->learning_rate;
    for (size_t i = 0, count = boundary_count(schedule); i < count; i++)
        if (step > (double)schedule->boundaries[i])
            rate = schedule->values[i];
    return rate;
}

/* ---- The settings ---- */

typedef enum setting_type { STEPS, POSITIVE, FRACTION, AT_LEAST_1, FLAG } setting_type;

enum setting {
    DECAY_STEPS,
    DECAY_RATE,
    ALPHA,
    T_MUL,
    M_MUL,
    PCT_START,
    DIV_FACTOR,
    FINAL_DIV_FACTOR,
    STAIRCASE,
    SETTINGS
};

/* Of which zero is the default, or, where a kind must have one, is refused. */
static const struct {
    const char *name;
    setting_type type;
    size_t offset;
} settings[SETTINGS] = {
    [DECAY_STEPS] = {"decay_steps", STEPS, offsetof(digitnet_schedule, decay_steps)},
    [DECAY_RATE] = {"decay_rate", POSITIVE, offsetof(digitnet_schedule, decay_rate)},
    [ALPHA] = {"alpha", FRACTION, offsetof(digitnet_schedule, alpha)},
    [T_MUL] = {"t_mul", AT_LEAST_1, offsetof(digitnet_schedule, t_mul)},
    [M_MUL] = {"m_mul", POSITIVE, offsetof(digitnet_schedule, m_mul)},
    [PCT_START] = {"pct_start", FRACTION, offsetof(digitnet_schedule, pct_start)},
    [DIV_FACTOR] = {"div_factor", AT_LEAST_1, offsetof(digitnet_schedule, div_factor)},
    [FINAL_DIV_FACTOR] = {"final_div_factor", AT_LEAST_1, offsetof(digitnet_schedule, final_div_factor)},
    [STAIRCASE] = {"staircase", FLAG, offsetof(digitnet_schedule, staircase)},
};

static const struct kind {
    digitnet_schedule_kind id;
    const char *name;
    double (*rate)(const digitnet_schedule *schedule, double step);
    unsigned required, optional; /* bits by setting */
    bool has_boundaries, no_warmup;
} kinds[] = {
    {.id = DIGITNET_SCHEDULE_CONSTANT, .name = "constant", .rate = constant_rate},
    {.id = DIGITNET_SCHEDULE_EXPONENTIAL_DECAY,
     .name = "exponential_decay",
     .rate = exponential_rate,
     .required = 1u << DECAY_STEPS | 1u << DECAY_RATE,
     .optional = 1u << STAIRCASE},
    {.id = DIGITNET_SCHEDULE_COSINE_DECAY,
     .name = "cosine_decay",
     .rate = cosine_rate,
     .required = 1u << DECAY_STEPS,
     .optional = 1u << ALPHA},
    {.id = DIGITNET_SCHEDULE_COSINE_DECAY_RESTARTS,
     .name = "cosine_decay_restarts",
     .rate = restarts_rate,
     .required = 1u << DECAY_STEPS,
     .optional = 1u << ALPHA | 1u << T_MUL | 1u << M_MUL},
    {.id = DIGITNET_SCHEDULE_ONE_CYCLE,
     .name = "one_cycle",
     .rate = one_cycle_rate,
     .required = 1u << DECAY_STEPS,
     .optional = 1u << PCT_START | 1u << DIV_FACTOR | 1u << FINAL_DIV_FACTOR,
     .no_warmup = true},
    {.id = DIGITNET_SCHEDULE_PIECEWISE_CONSTANT,
     .name = "piecewise_constant",
     .rate = piecewise_rate,
     .has_boundaries = true},
};

static const struct kind *find(digitnet_schedule_kind id) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].id == id)
            return &kinds[i];
    return NULL;
}

const char *digitnet__schedule_name(digitnet_schedule_kind kind) {
    return find(kind) ? find(kind)->name : NULL;
}

digitnet_schedule digitnet__schedule_constant(double learning_rate) {
    return (digitnet_schedule){.struct_size = sizeof(digitnet_schedule), .learning_rate = learning_rate};
}

bool digitnet__schedule_is_constant(const digitnet_schedule *schedule) {
    return schedule->kind == DIGITNET_SCHEDULE_CONSTANT && schedule->warmup_steps == 0;
}

double digitnet__schedule_rate(const digitnet_schedule *schedule, uint64_t steps_done) {
    double step = (double)steps_done, warmup = (double)schedule->warmup_steps;
    if (step < warmup)
        return schedule->warmup_from + (schedule->learning_rate - schedule->warmup_from) * step / warmup;
    return find(schedule->kind)->rate(schedule, step - warmup);
}

static double value_of(const digitnet_schedule *schedule, enum setting setting) {
    const void *place = (const char *)schedule + settings[setting].offset;
    switch (settings[setting].type) {
    case STEPS:
        return (double)*(const uint64_t *)place;
    case FLAG:
        return *(const int32_t *)place;
    default:
        return *(const double *)place;
    }
}

static digitnet_status fail_value(const char *name, double value, const char *wanted) {
    return digitnet__fail(DIGITNET_EINVAL, "schedule: %s is %s; it must be %s", name, digitnet__number_text(value).text,
                          wanted);
}

static digitnet_status check_setting(const digitnet_schedule *schedule, const struct kind *kind, enum setting setting) {
    const char *name = settings[setting].name;
    double value = value_of(schedule, setting);
    bool required = kind->required >> setting & 1;
    if (value == 0 && !required)
        return DIGITNET_OK;
    if (!required && !(kind->optional >> setting & 1))
        return digitnet__fail(DIGITNET_EINVAL, "schedule: %s is set, which %s does not take", name, kind->name);
    switch (settings[setting].type) {
    case STEPS:
        return value >= 1 ? DIGITNET_OK : fail_value(name, value, "above 0");
    case POSITIVE:
        return isfinite(value) && value > 0 ? DIGITNET_OK : fail_value(name, value, "finite and above 0");
    case FRACTION:
        return value >= 0 && value <= 1 ? DIGITNET_OK : fail_value(name, value, "in [0, 1]");
    case AT_LEAST_1:
        return isfinite(value) && value >= 1 ? DIGITNET_OK : fail_value(name, value, "finite and at least 1");
    default: /* FLAG */
        return value == 1 ? DIGITNET_OK : fail_value(name, value, "0 or 1");
    }
}

static digitnet_status check_warmup(const digitnet_schedule *schedule, const struct kind *kind) {
    if (!(isfinite(schedule->warmup_from) && schedule->warmup_from >= 0))
        return fail_value("warmup_from", schedule->warmup_from, "finite and not below 0");
    if (kind->no_warmup && schedule->warmup_steps)
        return digitnet__fail(DIGITNET_EINVAL, "schedule: warmup_steps is set, which %s does not take", kind->name);
    if (schedule->warmup_from != 0 && schedule->warmup_steps == 0)
        return digitnet__fail(DIGITNET_EINVAL, "schedule: warmup_from is set without warmup_steps");
    return DIGITNET_OK;
}

static digitnet_status check_boundary(const digitnet_schedule *schedule, size_t index, uint64_t before) {
    double value = schedule->values[index];
    if (schedule->boundaries[index] <= before)
        return digitnet__fail(DIGITNET_EINVAL, "schedule: boundaries[%zu] is not above the one before it", index);
    if (isfinite(value) && value >= 0)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "schedule: values[%zu] is %s; it must be finite and not below 0", index,
                          digitnet__number_text(value).text);
}

static digitnet_status check_boundaries(const digitnet_schedule *schedule, const struct kind *kind) {
    size_t count = kind->has_boundaries ? boundary_count(schedule) : 0;
    if (kind->has_boundaries && count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "schedule: boundaries[0] is 0; %s needs one above it", kind->name);
    for (size_t i = 0; i < count; i++)
        DNN_TRY(check_boundary(schedule, i, i ? schedule->boundaries[i - 1] : 0));
    for (size_t i = count; i < DIGITNET_SCHEDULE_BOUNDARIES; i++)
        if (schedule->boundaries[i] || schedule->values[i] != 0)
            return digitnet__fail(DIGITNET_EINVAL, "schedule: boundaries[%zu] or its value is set; %s has %zu", i,
                                  kind->name, count);
    return DIGITNET_OK;
}

digitnet_status digitnet__schedule_check(const digitnet_schedule *schedule) {
    const struct kind *kind = find(schedule->kind);
    if (!kind)
        return digitnet__fail(DIGITNET_EINVAL, "schedule: kind is %d, which is not a schedule", (int)schedule->kind);
    if (!(isfinite(schedule->learning_rate) && schedule->learning_rate > 0))
        return fail_value("learning_rate", schedule->learning_rate, "finite and above 0");
    for (size_t i = 0; i < SETTINGS; i++)
        DNN_TRY(check_setting(schedule, kind, (enum setting)i));
    if (kind->id == DIGITNET_SCHEDULE_ONE_CYCLE && schedule->decay_steps < 2)
        return fail_value("decay_steps", (double)schedule->decay_steps, "at least 2");
    DNN_TRY(check_warmup(schedule, kind));
    return check_boundaries(schedule, kind);
}

digitnet_status digitnet__schedule_read(digitnet_schedule *own, const digitnet_schedule *schedule) {
    DNN_TRY(DNN_OPTIONS_READ(own, schedule, digitnet_schedule, staircase));
    DNN_TRY(DNN_RESERVED_CHECK(own->reserved, digitnet_schedule));
    return digitnet__schedule_check(own);
}

static digitnet_status schedule_rate(double *out, const digitnet_schedule *schedule, uint64_t step) {
    digitnet_schedule own = {0};
    if (!out || !schedule)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_schedule_rate: %s is NULL", out ? "schedule" : "out");
    DNN_TRY(digitnet__schedule_read(&own, schedule));
    *out = digitnet__schedule_rate(&own, step);
    return DIGITNET_OK;
}

digitnet_status digitnet_schedule_rate(double *out, const digitnet_schedule *schedule, uint64_t step) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, schedule_rate(out, schedule, step));
}
