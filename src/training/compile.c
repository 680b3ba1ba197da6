#include "core/call.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "model/model.h"
#include "training/average.h"
#include "training/loss.h"

static digitnet_status check_network(const digitnet__graph *graph, const digitnet__loss_settings *loss) {
    if (graph->layer_count == 0)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_compile: the model has no layers");
    digitnet_status status = digitnet__graph_check_outputs(graph);
    if (status == DIGITNET_OK)
        status = digitnet__loss_find(loss->kind)->check(graph, loss);
    return status == DIGITNET_OK ? status : digitnet__fail(status, "digitnet_model_compile: %s", digitnet_last_error());
}

/* What a file takes beside its weights: far more than names, nodes and shapes do. */
enum { FILE_BYTES_A_LAYER = 4096 };

/* ONNX files have at most 2 GiB; what cannot be saved shall not be trained first. */
static digitnet_status check_file_size(const digitnet__graph *graph, const digitnet__optimizer_settings *settings) {
    size_t copies = 1 + digitnet__optimizer_slots(settings), bytes;
    size_t least_rest = (graph->layer_count + 1) * FILE_BYTES_A_LAYER;
    if (digitnet__size_product(&bytes, (size_t[]){copies, graph->parameter_count, sizeof(float)}, 3) &&
        digitnet__size_add(&bytes, bytes, least_rest) && bytes <= INT32_MAX)
        return DIGITNET_OK;
    return digitnet__fail(
        DIGITNET_ELIMIT,
        "digitnet_model_compile: %zu weights, with %zu values of optimizer state for each, do not fit in "
        "an ONNX file, whose limit is 2 GiB",
        graph->parameter_count, copies - 1);
}

/* With exclusive access. Whatever can fail comes before the first change. */
static digitnet_status compile(digitnet_model *model, const digitnet__training *settings) {
    digitnet__network *network = &model->network;
    const digitnet__loss_kind *loss = digitnet__loss_find(settings->loss.kind);
    digitnet__training *training;
    DNN_TRY(digitnet__model_check(model));
    DNN_TRY(check_network(&network->graph, &settings->loss));
    DNN_TRY(check_file_size(&network->graph, &settings->settings));
    DNN_TRY(digitnet__training_create(&training, settings, network->graph.parameter_count));
    bool first = !network->parameters;
    digitnet_status status =
        digitnet__network_allocate_training(network, digitnet__loss_fused_activation(loss, &network->graph));
    if (status != DIGITNET_OK) {
        digitnet__training_free(training);
        return status;
    }
    if (first)
        digitnet__network_initialize(network, settings->seed);
    digitnet__model_set_training(model, training);
    digitnet__average_begin(model);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_compile(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss) {
    return digitnet_model_compile_ex(model, optimizer, loss, NULL);
}

static digitnet_status check_and_compile(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss,
                                         const digitnet_compile_options *options) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_compile: model is NULL");
    digitnet_compile_options own = {0};
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_compile_options, loss));
    if (own.gradient_ranges > DNN_MAX_GRADIENT_RANGES) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_compile: gradient_ranges is %zu; the limit is %d",
                              own.gradient_ranges, DNN_MAX_GRADIENT_RANGES);
    }
    digitnet__training settings = {
        .seed = own.seed,
        .gradient_ranges = own.gradient_ranges,
        .progress = digitnet__progress_begin(),
    };
    DNN_TRY(digitnet__optimizer_settings_read(&settings.settings, optimizer, &own));
    DNN_TRY(digitnet__loss_settings_read(&settings.loss, loss, own.loss));
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = compile(model, &settings);
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_compile_ex(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss,
                                          const digitnet_compile_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_compile(model, optimizer, loss, options));
}
