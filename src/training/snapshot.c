#include "training/snapshot.h"

#include "core/memory.h"

#include <string.h>

digitnet_status digitnet__snapshot_create(digitnet__snapshot *snapshot, const digitnet_model *model) {
    snapshot->parameters = digitnet__allocate_array(model->network.parameter_count, sizeof(float));
    snapshot->state = digitnet__allocate_array(digitnet__training_state_values(model), sizeof(float));
    return snapshot->parameters && snapshot->state ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__snapshot_release(digitnet__snapshot *snapshot) {
    digitnet__release(snapshot->parameters);
    digitnet__release(snapshot->state);
}

void digitnet__snapshot_take(digitnet__snapshot *snapshot, const digitnet_model *model) {
    const digitnet__training *training = model->training;
    memcpy(snapshot->parameters, model->network.parameters, model->network.parameter_count * sizeof(float));
    memcpy(snapshot->state, training->state, digitnet__training_state_values(model) * sizeof(float));
    snapshot->learning_rate = training->settings.learning_rate;
    snapshot->progress = training->progress;
    snapshot->taken = true;
}

void digitnet__snapshot_restore(digitnet_model *model, const digitnet__snapshot *snapshot) {
    digitnet__training *training = model->training;
    memcpy(model->network.parameters, snapshot->parameters, model->network.parameter_count * sizeof(float));
    memcpy(training->state, snapshot->state, digitnet__training_state_values(model) * sizeof(float));
    training->settings.learning_rate = snapshot->learning_rate;
    training->progress = snapshot->progress;
    digitnet__network_pack(&model->network);
}
