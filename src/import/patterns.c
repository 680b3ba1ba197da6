#include "import/patterns.h"

#include "core/status.h"
#include "import/adaptive_pools.h"
#include "onnx/wire.h"

/* Tried in this order, until the node is of another type. */
static const struct {
    const char *type;
    digitnet__pattern_match *match;
} patterns[] = {
    {"Mul", digitnet__pattern_match_product},         {"Div", digitnet__pattern_match_deviations},
    {"Div", digitnet__pattern_match_sixth},           {"Div", digitnet__import_match_adaptive_quotient},
    {"Add", digitnet__pattern_match_moments},         {"Sub", digitnet__pattern_match_difference},
    {"Log", digitnet__pattern_match_logarithm},       {"Exp", digitnet__pattern_match_logarithm},
    {"Where", digitnet__pattern_match_choice},        {"Gather", digitnet__pattern_match_gather},
    {"Transpose", digitnet__pattern_match_transpose}, {"ReduceSum", digitnet__pattern_match_stack},
    {"ReduceMean", digitnet__pattern_match_stack},    {"ReduceMean", digitnet__import_match_adaptive_mean},
};

static digitnet_status match_all(digitnet__importer *importer, digitnet__import_node *node) {
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (digitnet__wire_is(node->type, patterns[i].type))
            DNN_TRY(patterns[i].match(importer, node));
    return importer->failure;
}

digitnet_status digitnet__import_match_patterns(digitnet__importer *importer) {
    for (size_t i = 0; i < importer->graph->node_count; i++)
        DNN_TRY(match_all(importer, &importer->graph->nodes[i]));
    return DIGITNET_OK;
}
