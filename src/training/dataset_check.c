#include "training/dataset_check.h"

#include "core/number.h"
#include "core/status.h"
#include "ctc/columns.h"
#include "dataset/dataset.h"
#include "training/losses.h"

#include <math.h>

/* What labels are to a custom loss is its own affair. The last class of a sequence is the blank, which is no label. */
static size_t classes_of(const digitnet__graph *graph, const digitnet__loss_kind *loss) {
    digitnet__shape output = digitnet__graph_output(graph);
    switch (loss->labels) {
    case DNN_LABELS_OWN:
        return SIZE_MAX;
    case DNN_LABELS_SEQUENCE:
        return output.channels - 1;
    default:
        return digitnet__classes_of(digitnet__shape_values(output));
    }
}

bool digitnet__dataset_gives_targets(const digitnet__loss_kind *loss, const digitnet_dataset *dataset) {
    return loss->takes_targets &&
           (loss->labels == DNN_LABELS_NONE || digitnet__dataset_layout(dataset)->target_values > 0);
}

static digitnet_status check_targets(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                     const digitnet_dataset *dataset, const char *role) {
    size_t values = digitnet__dataset_layout(dataset)->target_values;
    size_t outputs = digitnet__shape_values(digitnet__graph_output(graph));
    if (values == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "the %s samples have no targets, which %s requires%s", role, loss->name,
                              loss->id == DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY
                                  ? "; for labels there is sparse_categorical_crossentropy"
                                  : "");
    }
    if (values != outputs && loss->labels != DNN_LABELS_OWN) {
        return digitnet__fail(DIGITNET_ESHAPE, "the %s samples have %zu targets each, the model has %zu outputs", role,
                              values, outputs);
    }
    return DIGITNET_OK;
}

static digitnet_status check_sequence(const digitnet__graph *graph, const int32_t *labels, size_t count,
                                      size_t sample) {
    digitnet__shape output = digitnet__graph_output(graph);
    for (size_t k = 0; k < count; k++)
        if ((size_t)labels[k] >= output.channels - 1) /* a negative one is larger than any number of classes */
            return digitnet__fail(DIGITNET_EINVAL,
                                  "sample %zu has label %d at place %zu; the model has %zu classes and the blank",
                                  sample, (int)labels[k], k, output.channels - 1);
    size_t needed = digitnet__ctc_columns_needed(labels, count);
    if (needed > output.width)
        return digitnet__fail(DIGITNET_EINVAL,
                              "sample %zu has %zu labels, %zu of them as the one before, which need %zu columns; the "
                              "model gives %zu",
                              sample, count, needed - count, needed, output.width);
    return DIGITNET_OK;
}

/* Those of a source are checked as they are gathered. */
static digitnet_status check_sequences(const digitnet__graph *graph, const digitnet_dataset *dataset) {
    for (size_t i = 0; i < digitnet_dataset_count(dataset); i++) {
        size_t count;
        const int32_t *labels = digitnet__dataset_labels(&count, dataset, i);
        DNN_TRY(check_sequence(graph, labels, count, i));
    }
    return DIGITNET_OK;
}

static digitnet_status check_labels(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                    const digitnet_dataset *dataset, const char *role) {
    if (loss->labels == DNN_LABELS_BINARY && digitnet__graph_output(graph).channels != 1) {
        return digitnet__fail(DIGITNET_EINVAL, "the %s samples have no targets, which %s requires for several outputs",
                              role, loss->name);
    }
    if (digitnet__dataset_layout(dataset)->max_labels == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "the %s samples have no labels, which %s requires", role, loss->name);
    }
    return loss->labels == DNN_LABELS_SEQUENCE ? check_sequences(graph, dataset)
                                               : digitnet__dataset_check_labels(dataset, classes_of(graph, loss));
}

digitnet_status digitnet__dataset_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                        const digitnet_dataset *dataset, const char *role) {
    digitnet__shape images = digitnet__dataset_layout(dataset)->shape, input = graph->input;
    if (!digitnet__shape_equal(images, input)) {
        return digitnet__fail(DIGITNET_ESHAPE, "the %s images are %s, the model takes %s", role,
                              digitnet__shape_text(images).text, digitnet__shape_text(input).text);
    }
    return digitnet__dataset_gives_targets(loss, dataset) ? check_targets(graph, loss, dataset, role)
                                                          : check_labels(graph, loss, dataset, role);
}

static digitnet_status check_batch_sequences(const digitnet__graph *graph, const digitnet_batch *batch,
                                             size_t max_labels) {
    for (size_t i = 0; i < batch->count; i++) {
        size_t count = batch->label_counts ? (size_t)batch->label_counts[i] : max_labels;
        DNN_TRY(check_sequence(graph, batch->labels + i * max_labels, count, batch->indices[i]));
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__batch_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                      const digitnet_batch *batch, size_t max_labels) {
    if (loss->labels == DNN_LABELS_SEQUENCE)
        return check_batch_sequences(graph, batch, max_labels);
    size_t classes = classes_of(graph, loss);
    for (size_t i = 0; batch->labels && i < batch->count; i++) {
        if ((size_t)batch->labels[i] >= classes) { /* a negative one is larger than any number of classes */
            return digitnet__fail(DIGITNET_EINVAL, "sample %zu has label %d; the model has %zu classes",
                                  batch->indices[i], (int)batch->labels[i], classes);
        }
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__class_weights_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                              const float *weights, size_t count) {
    size_t classes = classes_of(graph, loss);
    if (!weights && count == 0)
        return DIGITNET_OK;
    if (!weights)
        return digitnet__fail(DIGITNET_EINVAL, "class_weights is NULL, but class_weight_count is %zu", count);
    if (loss->labels == DNN_LABELS_OWN || loss->labels == DNN_LABELS_SEQUENCE)
        return digitnet__fail(DIGITNET_EINVAL, "class_weights: the loss %s has sample weights alone", loss->name);
    if (count != classes)
        return digitnet__fail(DIGITNET_EINVAL, "class_weight_count is %zu; the model has %zu classes", count, classes);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(weights[i]) || weights[i] < 0) {
            return digitnet__fail(DIGITNET_EINVAL, "class_weights[%zu] is %s; it must be finite and at least 0", i,
                                  digitnet__number_text(weights[i]).text);
        }
    }
    return DIGITNET_OK;
}
