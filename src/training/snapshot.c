#include "training/snapshot.h"

#include "core/finite.h"
#include "core/memory.h"
#include "core/status.h"

#include <string.h>

static size_t moment_values(const digitnet_model *model) {
    return digitnet__optimizer_slots(&model->training->settings) * model->network.graph.parameter_count;
}

digitnet_status digitnet__snapshot_check_finite(const digitnet_model *model) {
    const digitnet__network *network = &model->network;
    const char *wrong = NULL;
    if (!digitnet__all_finite(network->parameters, network->graph.parameter_count) ||
        !digitnet__all_finite(network->state, network->graph.state_count))
        wrong = "a weight";
    else if (!digitnet__all_finite(model->training->state, moment_values(model)))
        wrong = "a moment of the optimizer";
    if (!wrong)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EDIVERGED, "%s is no longer finite in epoch %llu", wrong,
                          (unsigned long long)model->training->progress.epochs_done + 1);
}

digitnet_status digitnet__snapshot_create(digitnet__snapshot *snapshot, const digitnet_model *model) {
    snapshot->parameters = digitnet__allocate_array(model->network.graph.parameter_count, sizeof(float));
    snapshot->state = digitnet__allocate_array(model->network.graph.state_count, sizeof(float));
    snapshot->moments = digitnet__allocate_array(moment_values(model), sizeof(float));
    return snapshot->parameters && snapshot->state && snapshot->moments ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__snapshot_release(digitnet__snapshot *snapshot) {
    digitnet__release(snapshot->parameters);
    digitnet__release(snapshot->state);
    digitnet__release(snapshot->moments);
}

void digitnet__snapshot_take(digitnet__snapshot *snapshot, const digitnet_model *model) {
    const digitnet__training *training = model->training;
    memcpy(snapshot->parameters, model->network.parameters, model->network.graph.parameter_count * sizeof(float));
    memcpy(snapshot->state, model->network.state, model->network.graph.state_count * sizeof(float));
    memcpy(snapshot->moments, training->state, moment_values(model) * sizeof(float));
    snapshot->schedule = training->settings.schedule;
    snapshot->progress = training->progress;
    snapshot->taken = true;
}

void digitnet__snapshot_restore(digitnet_model *model, const digitnet__snapshot *snapshot) {
    digitnet__training *training = model->training;
    memcpy(model->network.parameters, snapshot->parameters, model->network.graph.parameter_count * sizeof(float));
    memcpy(model->network.state, snapshot->state, model->network.graph.state_count * sizeof(float));
    memcpy(training->state, snapshot->moments, moment_values(model) * sizeof(float));
    training->settings.schedule = snapshot->schedule;
    training->progress = snapshot->progress;
    digitnet__network_pack(&model->network);
}

digitnet_status digitnet__snapshot_broadcast(digitnet_model *model, digitnet__ranks *ranks, size_t root) {
    digitnet__network *network = &model->network;
    digitnet__training *training = model->training;
    size_t parameters = network->graph.parameter_count, state = network->graph.state_count;
    DNN_TRY(digitnet__ranks_broadcast(ranks, network->parameters, parameters * sizeof(float), root));
    DNN_TRY(digitnet__ranks_broadcast(ranks, network->state, state * sizeof(float), root));
    DNN_TRY(digitnet__ranks_broadcast(ranks, training->state, moment_values(model) * sizeof(float), root));
    digitnet_schedule *schedule = &training->settings.schedule;
    DNN_TRY(digitnet__ranks_broadcast(ranks, schedule, sizeof *schedule, root));
    DNN_TRY(digitnet__ranks_broadcast(ranks, &training->progress, sizeof training->progress, root));
    digitnet__network_pack(network);
    return DIGITNET_OK;
}
