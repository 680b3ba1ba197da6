#include "core/options.h"
#include "core/status.h"
#include "evaluation/predictions.h"
#include "kernels/compute.h"

#include <string.h>

static const char caller[] = "digitnet_model_predict_dataset";

static digitnet_status check_capacity(const digitnet__predictions *predictions, size_t capacity) {
    if (capacity / predictions->outputs >= predictions->total)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EBUFFER, "%s: %zu images give %zu scores each, the buffer has room for %zu values",
                          caller, predictions->total, predictions->outputs, capacity);
}

static digitnet_status predict_all(float *scores, digitnet__predictions *predictions) {
    while (predictions->done < predictions->total) {
        float *place = scores + predictions->done * predictions->outputs;
        DNN_TRY(digitnet__predictions_next(predictions));
        memcpy(place, digitnet__predictions_scores(predictions),
               predictions->count * predictions->outputs * sizeof *place);
        DNN_TRY(digitnet__predictions_report(predictions));
    }
    return DIGITNET_OK;
}

static digitnet_status check_and_predict(float *scores, size_t capacity, const digitnet_model *model,
                                         const digitnet_dataset *dataset, const digitnet_predict_options *options) {
    digitnet_predict_options own = {0};
    digitnet__predictions predictions;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_predict_options, user_data));
    if (!scores || !model || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller,
                              !scores  ? "scores"
                              : !model ? "model"
                                       : "dataset");
    DNN_TRY(digitnet__predictions_create(&predictions, model, dataset, DNN_ANSWERS_NONE, &own, caller));
    digitnet_status status = check_capacity(&predictions, capacity);
    if (status == DIGITNET_OK)
        status = predict_all(scores, &predictions);
    digitnet__predictions_release(&predictions);
    return status;
}

digitnet_status digitnet_model_predict_dataset(float *scores, size_t capacity, const digitnet_model *model,
                                               const digitnet_dataset *dataset,
                                               const digitnet_predict_options *options) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_predict(scores, capacity, model, dataset, options));
}
