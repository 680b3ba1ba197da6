#include "import_graph.h"

#include "import/read.h"
#include "onnx/schema.h"

#include <stdio.h>
#include <string.h>

static void *take_memory(import_graph *own, size_t count, size_t size) {
    void *memory;
    expect_ok(digitnet__pool_allocate(&memory, &own->pool, count, size));
    return memory;
}

static size_t add_value(import_graph *own) {
    size_t value;
    expect_ok(digitnet__import_add_value(&value, &own->graph, (digitnet__wire_view){0}));
    return value;
}

void begin_graph(import_graph *own, size_t channels, size_t rows, size_t columns) {
    memset(own, 0, sizeof *own);
    own->pool.left = 1 << 24;
    own->graph.pool = &own->pool;
    own->graph.nodes = own->nodes;
    own->importer = (digitnet__importer){.pool = &own->pool,
                                         .graph = &own->graph,
                                         .place = &own->place,
                                         .options = &own->options,
                                         .batch = DNN_IMPORT_BATCH,
                                         .input = {.height = rows, .width = columns, .channels = channels}};
    size_t input = add_value(own);
    own->graph.values[input].activation = take_memory(own, 1, sizeof(digitnet__import_activation));
    own->graph.values[input].activation->view = digitnet__view_channels_first(channels, rows, columns);
}

void end_graph(import_graph *own) {
    digitnet__pool_release(&own->pool);
}

static size_t add_any_constant(import_graph *own, bool is_integer, const void *values, const size_t *sizes,
                               size_t rank) {
    size_t value = add_value(own), count = 1;
    for (size_t i = 0; i < rank; i++)
        count *= sizes[i];
    digitnet__import_constant *constant = take_memory(own, 1, sizeof *constant);
    void *copy = take_memory(own, count, is_integer ? sizeof(int64_t) : sizeof(float));
    if (values && count > 0)
        memcpy(copy, values, count * (is_integer ? sizeof(int64_t) : sizeof(float)));
    else
        fill_noise(copy, count, value);
    *constant = (digitnet__import_constant){.is_integer = is_integer,
                                            .rank = rank,
                                            .count = count,
                                            .numbers = is_integer ? NULL : copy,
                                            .integers = is_integer ? copy : NULL};
    for (size_t i = 0; i < rank; i++)
        constant->sizes[i] = sizes[i];
    own->graph.values[value].constant = constant;
    return value;
}

size_t add_constant(import_graph *own, const float *values, const size_t *sizes, size_t rank) {
    return add_any_constant(own, false, values, sizes, rank);
}

size_t add_integers(import_graph *own, const int64_t *values, size_t count) {
    return add_any_constant(own, true, values, &count, 1);
}

size_t add_node(import_graph *own, const char *type, const size_t *inputs, size_t count) {
    size_t index = own->graph.node_count++, output = add_value(own);
    assert_true(index < GRAPH_NODES && count <= GRAPH_INPUTS);
    for (size_t i = 0; i < count; i++)
        own->inputs[index][i] = inputs[i];
    own->outputs[index] = output;
    own->nodes[index] = (digitnet__import_node){.type = digitnet__wire_string(type),
                                                .operator_set = 17,
                                                .inputs = own->inputs[index],
                                                .input_count = count,
                                                .outputs = &own->outputs[index],
                                                .output_count = 1,
                                                .attributes = own->attributes[index],
                                                .needed = true};
    own->graph.values[output].producer = index;
    return output;
}

static digitnet__import_attribute *add_attribute(import_graph *own, const char *name, uint64_t type) {
    size_t index = own->graph.node_count - 1;
    digitnet__import_attribute *attribute = &own->attributes[index][own->nodes[index].attribute_count++];
    *attribute = (digitnet__import_attribute){.name = digitnet__wire_string(name), .type = type};
    return attribute;
}

void set_integers(import_graph *own, const char *name, const int64_t *values, size_t count) {
    int64_t *copy = take_memory(own, count, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = values[i];
    digitnet__import_attribute *attribute = add_attribute(own, name, DNN_ATTRIBUTE_TYPE_INTS);
    attribute->integers = copy;
    attribute->count = count;
}

void set_integer(import_graph *own, const char *name, int64_t value) {
    add_attribute(own, name, DNN_ATTRIBUTE_TYPE_INT)->integer = value;
}

void set_number(import_graph *own, const char *name, float value) {
    add_attribute(own, name, DNN_ATTRIBUTE_TYPE_FLOAT)->number = value;
}

void set_text(import_graph *own, const char *name, const char *text) {
    add_attribute(own, name, DNN_ATTRIBUTE_TYPE_STRING)->text = digitnet__wire_string(text);
}

size_t add_number(import_graph *own, float number) {
    size_t value = add_node(own, "Constant", NULL, 0);
    set_number(own, "value_float", number);
    return value;
}

void assert_type(const import_graph *own, size_t value, const char *type) {
    digitnet__wire_view present = own->nodes[own->graph.values[value].producer].type;
    if (!digitnet__wire_is(present, type))
        fail_msg("the node is %.*s, not %s", (int)present.size, (const char *)present.bytes, type);
}

digitnet_status read_graph(import_graph *own, size_t output) {
    for (size_t i = 0; i < own->graph.value_count; i++) {
        own->graph.values[i].uses = i == output;
        own->graph.values[i].taker = DNN_NO_VALUE;
    }
    for (size_t i = own->graph.node_count; i-- > 0;) {
        for (size_t k = 0; k < own->nodes[i].input_count; k++) {
            if (own->nodes[i].inputs[k] == DNN_NO_VALUE)
                continue;
            own->graph.values[own->nodes[i].inputs[k]].uses++;
            own->graph.values[own->nodes[i].inputs[k]].taker = i;
        }
    }
    return digitnet__import_read_nodes(&own->importer);
}

void assert_drafts(const import_graph *own, const char *kinds) {
    char all[512] = "";
    for (size_t i = 0; i < own->importer.draft_count; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "",
                 own->importer.drafts[i].layer.kind->name);
    assert_string_equal(all, kinds);
}

const digitnet__import_activation *activation_of(const import_graph *own, size_t value) {
    assert_non_null(own->graph.values[value].activation);
    return own->graph.values[value].activation;
}

const float *tensor_of(const import_graph *own, size_t draft, const char *role) {
    const float *values = digitnet__draft_tensor(&own->importer, draft + 1, role);
    assert_non_null(values);
    return values;
}
