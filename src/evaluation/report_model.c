/* A report of a model over a data set. */
#include "core/options.h"
#include "core/status.h"
#include "dataset/dataset.h"
#include "evaluation/predictions.h"
#include "evaluation/report.h"
#include "kernels/compute.h"
#include "layers/activations.h"
#include "model/model.h"
#include "training/losses.h"

static const char caller[] = "digitnet_model_report";

/* What is needed at the end, as the last activation says. */
static digitnet_status check_end(const digitnet__graph *graph) {
    digitnet_activation last = digitnet__graph_last_activation(graph);
    size_t outputs = digitnet__shape_values(digitnet__graph_output(graph));
    if (last == DIGITNET_ACTIVATION_SOFTMAX || (last == DIGITNET_ACTIVATION_SIGMOID && outputs == 1))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESHAPE,
                          "%s: the model must end in a flat softmax, or a flat sigmoid of one unit; it gives %s with "
                          "activation %s",
                          caller, digitnet__shape_text(digitnet__graph_output(graph)).text,
                          digitnet__activation_name(last));
}

static digitnet_status find_answers(digitnet__answers *answers, const digitnet_dataset *dataset, size_t outputs) {
    const digitnet__sample_layout *layout = digitnet__dataset_layout(dataset);
    *answers = layout->max_labels > 0 ? DNN_ANSWERS_LABELS : DNN_ANSWERS_TARGETS;
    if (*answers == DNN_ANSWERS_LABELS)
        return digitnet__dataset_check_labels(dataset, digitnet__classes_of(outputs));
    if (layout->target_values != outputs)
        return digitnet__fail(DIGITNET_ESHAPE, "%s: the samples have %zu targets each, the model has %zu outputs",
                              caller, layout->target_values, outputs);
    return DIGITNET_OK;
}

/* With the model held as a reader. */
static digitnet_status begin(digitnet__predictions *predictions, digitnet_report_options *own,
                             const digitnet_model *model, const digitnet_dataset *dataset) {
    const digitnet__graph *graph = &model->network.graph;
    digitnet_predict_options predict = {0};
    digitnet__answers answers;
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(check_end(graph));
    size_t outputs = digitnet__shape_values(digitnet__graph_output(graph));
    DNN_TRY(digitnet__report_options_check(own, digitnet__classes_of(outputs), caller));
    DNN_TRY(DNN_OPTIONS_READ(&predict, own->predict, digitnet_predict_options, user_data));
    DNN_TRY(find_answers(&answers, dataset, outputs));
    return digitnet__predictions_create(predictions, model, dataset, answers, &predict, caller);
}

static digitnet_status add_batch(digitnet_report *report, const digitnet__predictions *predictions) {
    const float *scores = digitnet__predictions_scores(predictions);
    const float *targets = digitnet__predictions_targets(predictions);
    const int32_t *labels = digitnet__predictions_labels(predictions);
    size_t outputs = predictions->outputs;
    for (size_t i = 0; i < predictions->count; i++) {
        size_t label = labels ? (size_t)labels[i] : digitnet__class_of_targets(targets + i * outputs, outputs);
        if (label >= report->classes) /* of a source, whose labels are not known beforehand */
            return digitnet__fail(DIGITNET_EINVAL, "%s: sample %zu has label %d; the model has %zu classes", caller,
                                  predictions->done - predictions->count + i, (int)labels[i], report->classes);
        digitnet__report_add(report, scores + i * outputs, outputs, label);
    }
    return DIGITNET_OK;
}

static digitnet_status add_all(digitnet_report *report, digitnet__predictions *predictions) {
    while (predictions->done < predictions->total) {
        DNN_TRY(digitnet__predictions_next(predictions));
        DNN_TRY(add_batch(report, predictions));
        DNN_TRY(digitnet__predictions_report(predictions));
    }
    return DIGITNET_OK;
}

static digitnet_status create(digitnet_report **out, digitnet__predictions *predictions,
                              const digitnet_report_options *options) {
    digitnet_report *report;
    DNN_TRY(digitnet__report_create(&report, digitnet__classes_of(predictions->outputs), options));
    digitnet_status status = add_all(report, predictions);
    if (status == DIGITNET_OK)
        *out = report;
    else
        digitnet_report_free(report);
    return status;
}

static digitnet_status check_and_create(digitnet_report **out, const digitnet_model *model,
                                        const digitnet_dataset *dataset, const digitnet_report_options *options) {
    digitnet_report_options own = {0};
    digitnet__predictions predictions;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_report_options, confidence));
    if (!model || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, model ? "dataset" : "model");
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_status status = begin(&predictions, &own, model, dataset);
    digitnet__model_end_read(model);
    DNN_TRY(status);
    status = create(out, &predictions, &own);
    digitnet__predictions_release(&predictions);
    return status;
}

digitnet_status digitnet_model_report(digitnet_report **out, const digitnet_model *model,
                                      const digitnet_dataset *dataset, const digitnet_report_options *options) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_create(out, model, dataset, options));
}
