/* What PyTorch's exporters spell out where values are picked or stacked. */
#include "core/status.h"
#include "import/pattern_parts.h"
#include "import/patterns.h"
#include "onnx/schema.h"

#include <string.h>

/* The axis that takes the place of the samples', and the other way round; 0 where the node orders axes otherwise. */
static size_t find_swapped(const digitnet__import_node *transpose) {
    enum { MOST = 8 };
    int64_t order[MOST];
    size_t count = 0, others = 0;
    if (!transpose || digitnet__import_integers(order, &count, MOST, transpose, "perm") != DIGITNET_OK || count == 0 ||
        order[0] < 1 || order[0] >= (int64_t)count)
        return 0;
    size_t axis = (size_t)order[0];
    for (size_t i = 1; i < count; i++)
        others += order[i] == (i == axis ? 0 : (int64_t)i);
    return others + 1 == count ? axis : 0;
}

/* x[:, [2, 0, 1]] as Dynamo has it: the axis is made the first one, GatherND picks of it, and it is taken back. */
digitnet_status digitnet__pattern_match_transpose(digitnet__importer *importer, digitnet__import_node *node) {
    digitnet__import_constant indices;
    digitnet__wire_view message;
    void *memory;
    size_t picked, axis = find_swapped(node);
    int64_t batch = 0;
    const digitnet__import_node *gather =
        axis && node->input_count == 1 ? digitnet__pattern_giver(importer, node->inputs[0], "GatherND") : NULL;
    const digitnet__import_node *before =
        gather && gather->input_count == 2 ? digitnet__pattern_giver(importer, gather->inputs[0], "Transpose") : NULL;
    if (find_swapped(before) != axis || !before ||
        !digitnet__pattern_tensor(&indices, &message, importer, gather->inputs[1]) || !indices.is_integer ||
        indices.rank != 2 || indices.sizes[1] != 1 ||
        digitnet__import_integer(&batch, gather, "batch_dims") != DIGITNET_OK || batch != 0)
        return DIGITNET_OK;
    size_t x = before->inputs[0];
    indices.rank = 1;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof indices));
    memcpy(memory, &indices, sizeof indices);
    DNN_TRY(digitnet__import_add_value(&picked, importer->graph, (digitnet__wire_view){0}));
    importer->graph->values[picked].initializer = message; /* it is a constant for every output that is read */
    importer->graph->values[picked].constant = memory;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("axis"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = (int64_t)axis};
    return digitnet__pattern_replace(importer, node, "Gather", (const size_t[]){x, picked}, 2, &attribute, 1);
}

/* The axes of a node Unsqueeze that puts sizes of 1 behind all others; 0 where it is none. */
static size_t count_behind(digitnet__importer *importer, const digitnet__import_node *unsqueeze) {
    int64_t axes[DNN_PATTERN_AXES];
    size_t count = digitnet__pattern_axes(axes, DNN_PATTERN_AXES, importer, unsqueeze);
    for (size_t i = 0; i < count; i++)
        if (axes[i] != (int64_t)i + 1)
            return 0;
    return count;
}

/* The means of an image whose channels are last in memory, as Dynamo has them: values of all samples in one row, at the
 * indices stride n + offset, n being the sample. The node gets the values, the number of samples, the stride, and the
 * offsets, which are a sum. */
digitnet_status digitnet__pattern_match_gather(digitnet__importer *importer, digitnet__import_node *node) {
    enum { FIRST_TERM = 3, MOST = 8 };
    size_t inputs[MOST] = {0}, count = FIRST_TERM, factor, range_value;
    int64_t axis = 0;
    if (node->input_count != 2 || digitnet__import_integer(&axis, node, "axis") != DIGITNET_OK || axis != 0)
        return DIGITNET_OK;
    size_t indices = node->inputs[1];
    while (count < MOST && digitnet__pattern_split_constant(&inputs[count], &indices, importer,
                                                            digitnet__pattern_giver(importer, indices, "Add")))
        count++;
    const digitnet__import_node *unsqueeze = digitnet__pattern_giver(importer, indices, "Unsqueeze");
    size_t behind = count_behind(importer, unsqueeze);
    if (count == FIRST_TERM || behind == 0 ||
        !digitnet__pattern_split_constant(&factor, &range_value, importer,
                                          digitnet__pattern_giver(importer, unsqueeze->inputs[0], "Mul")))
        return DIGITNET_OK;
    const digitnet__import_node *range = digitnet__pattern_giver(importer, range_value, "Range");
    if (!range || range->input_count != 3 || !digitnet__pattern_is_number(importer, range->inputs[0], 0) ||
        !digitnet__pattern_is_number(importer, range->inputs[2], 1))
        return DIGITNET_OK;
    inputs[0] = node->inputs[0];
    inputs[1] = range->inputs[1];
    inputs[2] = factor;
    const digitnet__import_attribute attribute = {
        .name = digitnet__wire_string("dimensions"), .type = DNN_ATTRIBUTE_TYPE_INT, .integer = (int64_t)behind + 1};
    return digitnet__pattern_replace(importer, node, "GatherOfEach", inputs, count, &attribute, 1);
}

/* The mean, or sum, of outputs stacked along an axis in front of the samples', as ensembles have it. */
digitnet_status digitnet__pattern_match_stack(digitnet__importer *importer, digitnet__import_node *node) {
    int64_t axis, along = 1, keep = 1;
    void *memory;
    const digitnet__import_node *stack =
        node->input_count > 0 ? digitnet__pattern_giver(importer, node->inputs[0], "Concat") : NULL;
    if (!stack || digitnet__pattern_axes(&axis, 1, importer, node) != 1 || axis != 0 ||
        digitnet__import_integer(&keep, node, "keepdims") != DIGITNET_OK || keep != 0 ||
        digitnet__import_integer(&along, stack, "axis") != DIGITNET_OK || along != 0 ||
        !digitnet__pattern_visit(importer, node->inputs[0]))
        return DIGITNET_OK;
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, stack->input_count, sizeof(size_t)));
    size_t *values = memory;
    for (size_t i = 0; i < stack->input_count; i++) {
        const digitnet__import_node *unsqueeze = digitnet__pattern_giver(importer, stack->inputs[i], "Unsqueeze");
        if (!unsqueeze || digitnet__pattern_axes(&axis, 1, importer, unsqueeze) != 1 || axis != 0)
            return DIGITNET_OK;
        values[i] = unsqueeze->inputs[0];
    }
    return digitnet__pattern_replace(importer, node, digitnet__wire_is(node->type, "ReduceMean") ? "Mean" : "Sum",
                                     values, stack->input_count, NULL, 0);
}
