#include "dataset/samples.h"

#include "core/number.h"
#include "core/status.h"

#include <math.h>

size_t digitnet__samples_label_count(const digitnet__samples *samples, const digitnet__sample_layout *layout,
                                     size_t sample) {
    return samples->label_counts ? (size_t)samples->label_counts[sample] : layout->max_labels;
}

static size_t number_of(const digitnet__samples *samples, size_t sample) {
    return samples->indices ? samples->indices[sample] : sample;
}

/* `values_each` of each sample; named by what they are of, and as what. */
static digitnet_status check_finite(const char *what, const digitnet__samples *samples, const char *owner,
                                    const char *name, const float *values, size_t values_each) {
    for (size_t i = 0; values && i < samples->count * values_each; i++)
        if (!isfinite(values[i]))
            return digitnet__fail(DIGITNET_EINVAL, "%s: %s %zu, %s %zu is %s; %ss must be finite", what, owner,
                                  number_of(samples, i / values_each), name, i % values_each,
                                  digitnet__number_text(values[i]).text, name);
    return DIGITNET_OK;
}

static digitnet_status check_label_counts(const char *what, const digitnet__samples *samples, size_t max_labels) {
    for (size_t i = 0; samples->label_counts && i < samples->count; i++)
        if (samples->label_counts[i] < 0 || (size_t)samples->label_counts[i] > max_labels)
            return digitnet__fail(DIGITNET_EINVAL, "%s: sample %zu has %d labels; it can have 0 to %zu", what,
                                  number_of(samples, i), (int)samples->label_counts[i], max_labels);
    return DIGITNET_OK;
}

static digitnet_status check_labels(const char *what, const digitnet__samples *samples,
                                    const digitnet__sample_layout *layout) {
    for (size_t i = 0; samples->labels && i < samples->count; i++) {
        const int32_t *labels = samples->labels + i * layout->max_labels;
        size_t count = digitnet__samples_label_count(samples, layout, i);
        for (size_t k = 0; k < count; k++)
            if (labels[k] < 0)
                return digitnet__fail(DIGITNET_EINVAL,
                                      "%s: sample %zu, label %zu is %d; labels are class numbers from 0", what,
                                      number_of(samples, i), k, (int)labels[k]);
    }
    return DIGITNET_OK;
}

static digitnet_status check_weights(const char *what, const digitnet__samples *samples) {
    for (size_t i = 0; samples->sample_weights && i < samples->count; i++) {
        float weight = samples->sample_weights[i];
        if (!isfinite(weight) || weight < 0)
            return digitnet__fail(DIGITNET_EINVAL, "%s: sample %zu has weight %s; it must be finite and at least 0",
                                  what, number_of(samples, i), digitnet__number_text(weight).text);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__samples_check(const char *what, const digitnet__samples *samples,
                                        const digitnet__sample_layout *layout) {
    DNN_TRY(check_finite(what, samples, "image", "value", samples->images, layout->values));
    DNN_TRY(check_label_counts(what, samples, layout->max_labels));
    DNN_TRY(check_labels(what, samples, layout));
    DNN_TRY(check_finite(what, samples, "sample", "target", samples->targets, layout->target_values));
    return check_weights(what, samples);
}
