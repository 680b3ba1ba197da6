#include "reader/allowed.h"

#include "core/ieee.h"
#include "core/status.h"

/* Writers keep to what may stand in a field more often than not, but not always. */
#define LEAST_PROBABILITY 0.05

digitnet_status digitnet__allowed_read(digitnet__allowed *out, const char *text, const char *where) {
    *out = (digitnet__allowed){.all = !text};
    for (const char *at = text; at && *at; at++) {
        if (*at < '0' || *at > '9')
            return digitnet__fail(DIGITNET_EINVAL, "%s: allow is \"%s\"; it must have digits only", where, text);
        out->digits[*at - '0'] = true;
    }
    return text && !*text ? digitnet__fail(DIGITNET_EINVAL, "%s: allow is \"\"; it must have a digit", where)
                          : DIGITNET_OK;
}

double digitnet__allowed_apply(float *scores, size_t outputs, const digitnet__allowed *allowed) {
    double left = 0.0, all = 0.0;
    size_t count = 0;
    if (allowed->all)
        return 1.0;
    for (size_t i = 0; i < outputs; i++) {
        all += scores[i];
        count += i < DNN_DIGITS && allowed->digits[i];
        if (i < DNN_DIGITS && !allowed->digits[i])
            scores[i] = 0.0f;
        left += scores[i];
    }
    for (size_t i = 0; i < outputs; i++) {
        if (left > 0.0)
            scores[i] = (float)(scores[i] / left);
        else /* nothing says which one: the last class, or the digits alike */
            scores[i] = outputs > DNN_DIGITS ? (float)(i == DNN_DIGITS) : (float)allowed->digits[i] / (float)count;
    }
    return all > 0.0 ? left / all : 0.0;
}

bool digitnet__allowed_doubt(double probability) {
    return probability < LEAST_PROBABILITY;
}
