#include "same_training.h"

#include "model/model.h"
#include "support.h"

void check_same_training(const digitnet_model *a, const digitnet_model *b) {
    const digitnet__graph *graph = &a->network.graph;
    size_t moments = digitnet__optimizer_slots(&a->training->settings) * graph->parameter_count;
    assert_same_weights(a, b);
    assert_same_floats(a->network.state, b->network.state, graph->state_count);
    assert_same_floats(a->training->state, b->training->state, moments);
    assert_memory_equal(&a->training->settings.schedule, &b->training->settings.schedule,
                        sizeof a->training->settings.schedule);
    assert_memory_equal(&a->training->progress, &b->training->progress, sizeof a->training->progress);
}
