#include "core/options.h"
#include "core/status.h"
#include "kernels/compute.h"
#include "model/model.h"
#include "training/evaluator.h"

#include <math.h>

/* The loss that the model is trained with, or else the one that its last activation is made for. */
static digitnet_status find_loss(digitnet__loss *loss, const digitnet_model *model) {
    if (model->training)
        return digitnet__loss_of_model(loss, model);
    const digitnet__loss_kind *kind = digitnet__loss_of_graph(&model->network.graph);
    if (!kind) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "digitnet_model_evaluate: the model is not compiled, and does not end in "
                              "a flat softmax or sigmoid, or a softmax over columns, from which its loss would follow");
    }
    *loss = (digitnet__loss){.kind = kind, .settings = digitnet__loss_defaults(kind->id)};
    return DIGITNET_OK;
}

/* With the model held as a reader. */
static digitnet_status evaluate(digitnet_metrics *metrics, const digitnet_model *model, const digitnet_dataset *dataset,
                                const digitnet_evaluate_options *options) {
    digitnet__loss loss;
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(find_loss(&loss, model));
    DNN_TRY(digitnet__dataset_check(&model->network.graph, loss.kind, dataset, "evaluation"));
    digitnet__thread_pool *threads;
    digitnet__ranks alone;
    digitnet__rank_data data;
    DNN_TRY(digitnet__ranks_init(&alone, NULL));
    DNN_TRY(digitnet__rank_data_create(&data, dataset, &alone, false));
    DNN_TRY(digitnet__thread_pool_create(&threads, options->threads ? options->threads : digitnet__processor_count()));
    digitnet__evaluator evaluator = {0};
    digitnet_status status = digitnet__evaluator_create(&evaluator, &model->network, &loss, &data,
                                                        options->batch_size ? options->batch_size : 256, threads);
    if (status == DIGITNET_OK)
        status = digitnet__evaluator_run(metrics, &evaluator);
    if (status == DIGITNET_OK && !isfinite(metrics->loss))
        status = digitnet__fail(DIGITNET_ENOTFINITE,
                                "digitnet_model_evaluate: the loss is not finite: the network overflows");
    digitnet__evaluator_release(&evaluator);
    digitnet__thread_pool_free(threads);
    return status;
}

static digitnet_status evaluate_model(digitnet_metrics *out, const digitnet_model *model,
                                      const digitnet_dataset *dataset, const digitnet_evaluate_options *options) {
    digitnet_evaluate_options own = {0};
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_metrics, accuracy));
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_evaluate_options, batch_size));
    if (!model || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_evaluate: %s is NULL", model ? "dataset" : "model");
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_metrics metrics;
    digitnet_status status = evaluate(&metrics, model, dataset, &own);
    digitnet__model_end_read(model);
    if (status == DIGITNET_OK)
        digitnet__result_write(out, &metrics, sizeof metrics);
    return status;
}

digitnet_status digitnet_model_evaluate(digitnet_metrics *out, const digitnet_model *model,
                                        const digitnet_dataset *dataset, const digitnet_evaluate_options *options) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, evaluate_model(out, model, dataset, options));
}
