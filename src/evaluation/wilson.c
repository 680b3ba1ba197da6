/* The Wilson interval (Wilson 1927, Probable inference, the law of succession, and statistical inference). */
#include "core/call.h"
#include "core/number.h"
#include "core/status.h"
#include "evaluation/report.h"

#include <math.h>

/* How many deviations around the mean of a normal distribution have this part of it: erf(z / sqrt 2) = part, found by
 * halving, to the last digit. */
static double deviations_of(double part) {
    double low = 0, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2;
        if (erf(middle / sqrt(2)) < part)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* For p = successes / trials and n trials: (p + z^2/2n +- z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n). */
void digitnet__wilson(double *low, double *high, size_t successes, size_t trials, double confidence) {
    double z = deviations_of(confidence), n = (double)trials;
    double p = (double)successes / n, share = z * z / n;
    double middle = (p + share / 2) / (1 + share);
    double half = z * sqrt(p * (1 - p) / n + share / (4 * n)) / (1 + share);
    *low = successes == 0 ? 0 : fmax(middle - half, 0);
    *high = successes == trials ? 1 : fmin(middle + half, 1);
}

digitnet_status digitnet__confidence_check(double *confidence, const char *caller) {
    if (!(*confidence >= 0 && *confidence < 1))
        return digitnet__fail(DIGITNET_EINVAL, "%s: confidence is %s; it must be at least 0 and below 1", caller,
                              digitnet__number_text(*confidence).text);
    if (*confidence == 0)
        *confidence = 0.95;
    return DIGITNET_OK;
}

static digitnet_status check_and_find(double *low, double *high, size_t successes, size_t trials, double confidence) {
    static const char caller[] = "digitnet_wilson_interval";
    if (!low || !high)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, low ? "high" : "low");
    if (trials == 0 || successes > trials)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu successes of %zu trials", caller, successes, trials);
    DNN_TRY(digitnet__confidence_check(&confidence, caller));
    digitnet__wilson(low, high, successes, trials, confidence);
    return DIGITNET_OK;
}

digitnet_status digitnet_wilson_interval(double *low, double *high, size_t successes, size_t trials,
                                         double confidence) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_find(low, high, successes, trials, confidence));
}
