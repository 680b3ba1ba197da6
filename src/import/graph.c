#include "import/graph.h"

#include "core/status.h"
#include "import/scope.h"
#include "onnx/schema.h"

enum { FUNCTIONS_MAX = 1024, DEPTH_MAX = 16, DEFAULTS_MAX = 64 };
/* Of the functions' messages, each counted as often as it is called. */
#define EXPANDED_BYTES_MAX ((size_t)1 << 26)

digitnet_status digitnet__import_add_value(size_t *value, digitnet__import_graph *graph, digitnet__wire_view name) {
    void *values = graph->values;
    DNN_TRY(
        digitnet__pool_grow(&values, &graph->value_capacity, graph->pool, graph->value_count, sizeof *graph->values));
    graph->values = values;
    *value = graph->value_count++;
    graph->values[*value] = (digitnet__import_value){.name = name, .producer = DNN_NO_VALUE};
    return DIGITNET_OK;
}

typedef struct local_function {
    digitnet__wire_view message, name, domain;
} local_function;

/* What is being read: the nodes of the graph, or those of a call of a function. */
typedef struct scope_reader {
    digitnet__import_graph *graph;
    const local_function *functions;
    size_t function_count;
    const digitnet__import_node *call; /* NULL: none */
    digitnet__wire_view function;      /* its message */
    uint64_t operator_set;
    digitnet__import_scope names;
    size_t depth;
    const struct scope_reader *around; /* of a branch, whose nodes see the names there too; NULL: it is none */
} scope_reader;

static size_t find_seen_name(const scope_reader *reader, digitnet__wire_view text) {
    size_t value = digitnet__import_scope_find(&reader->names, text);
    return value == DNN_NO_VALUE && reader->around ? find_seen_name(reader->around, text) : value;
}

/* ---- Attributes ---- */

/* The default of a function's attribute; `*found` is false where there is none. */
static digitnet_status read_default(digitnet__import_attribute *attribute, bool *found, const scope_reader *reader,
                                    digitnet__wire_view text) {
    digitnet__wire_reader fields = digitnet__wire_read(reader->function);
    digitnet__wire_view message, reference;
    *found = false;
    while (!*found && digitnet__wire_next_message(&fields, &message, DNN_FUNCTION_ATTRIBUTE_DEFAULT)) {
        DNN_TRY(digitnet__import_attribute_read(attribute, &reference, reader->graph->pool, message));
        *found = digitnet__wire_equal(attribute->name, text);
    }
    return fields.status;
}

/* An attribute of a function's node may be one of the call. It is left out where the call has none. */
static digitnet_status resolve_attribute(digitnet__import_attribute *attribute, bool *present,
                                         const scope_reader *reader, digitnet__wire_view message) {
    digitnet__wire_view reference;
    DNN_TRY(digitnet__import_attribute_read(attribute, &reference, reader->graph->pool, message));
    *present = true;
    if (reference.size == 0 || !reader->call)
        return DIGITNET_OK;
    digitnet__wire_view own_name = attribute->name;
    const digitnet__import_attribute *given = digitnet__import_attribute_named(reader->call, reference);
    if (given)
        *attribute = *given;
    else
        DNN_TRY(read_default(attribute, present, reader, reference));
    attribute->name = own_name;
    return DIGITNET_OK;
}

static digitnet_status read_attributes(digitnet__import_node *node, const scope_reader *reader, size_t count) {
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, reader->graph->pool, count, sizeof *node->attributes));
    digitnet__import_attribute *attributes = memory;
    digitnet__wire_reader fields = digitnet__wire_read(node->message); /* well-formed, as count_node() saw */
    digitnet__wire_view message;
    node->attributes = attributes;
    while (digitnet__wire_next_message(&fields, &message, DNN_NODE_ATTRIBUTE)) {
        digitnet__import_attribute attribute;
        bool present;
        DNN_TRY(resolve_attribute(&attribute, &present, reader, message));
        if (present && digitnet__import_attribute_named(node, attribute.name))
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has attribute '%s' twice",
                                         digitnet__wire_printable(attribute.name).text);
        if (present)
            attributes[node->attribute_count++] = attribute;
    }
    return DIGITNET_OK;
}

/* ---- Nodes ---- */

typedef struct node_parts {
    size_t inputs, outputs, attributes;
} node_parts;

static digitnet_status count_node(node_parts *parts, digitnet__import_node *node, digitnet__wire_view message) {
    enum { ATTRIBUTES_MAX = 64 };
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    digitnet__wire_view part = {0};
    *parts = (node_parts){0};
    *node = (digitnet__import_node){.message = message};
    while (digitnet__wire_next(&fields, &field)) {
        digitnet__wire_view *place = field.number == DNN_NODE_NAME      ? &node->name
                                     : field.number == DNN_NODE_OP_TYPE ? &node->type
                                     : field.number == DNN_NODE_DOMAIN  ? &node->domain
                                                                        : &part;
        parts->inputs += field.number == DNN_NODE_INPUT;
        parts->outputs += field.number == DNN_NODE_OUTPUT;
        parts->attributes += field.number == DNN_NODE_ATTRIBUTE;
        if (place != &part || field.number == DNN_NODE_INPUT || field.number == DNN_NODE_OUTPUT ||
            field.number == DNN_NODE_ATTRIBUTE)
            digitnet__wire_get_bytes(&fields, &field, place);
    }
    DNN_TRY(fields.status);
    if (parts->attributes > ATTRIBUTES_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has %zu attributes; the limit is %d", parts->attributes,
                                     ATTRIBUTES_MAX);
    return DIGITNET_OK;
}

static digitnet_status read_nodes(scope_reader *reader, digitnet__wire_view message, uint32_t number);

/* The version of the standard's operators, from the messages that name operator sets. */
static digitnet_status read_operator_set(uint64_t *version, digitnet__wire_view message, uint32_t number) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field part;
    digitnet__wire_view entry;
    while (digitnet__wire_next_message(&fields, &entry, number)) {
        digitnet__wire_view domain = {0};
        uint64_t value = 0;
        digitnet__wire_reader parts = digitnet__wire_read(entry);
        while (digitnet__wire_next(&parts, &part))
            if (part.number == DNN_OPSET_DOMAIN)
                digitnet__wire_get_bytes(&parts, &part, &domain);
            else if (part.number == DNN_OPSET_VERSION)
                digitnet__wire_get_varint(&parts, &part, &value);
        DNN_TRY(parts.status);
        if (digitnet__import_is_standard(domain))
            *version = value;
    }
    return fields.status;
}

static const local_function *find_function(const scope_reader *reader, const digitnet__import_node *node) {
    for (size_t i = 0; i < reader->function_count; i++)
        if (digitnet__wire_equal(reader->functions[i].name, node->type) &&
            digitnet__wire_equal(reader->functions[i].domain, node->domain))
            return &reader->functions[i];
    return NULL;
}

/* The names of a function's inputs, or outputs, for the values of the call. */
static digitnet_status bind(scope_reader *reader, digitnet__wire_view message, uint32_t number, const size_t *values,
                            size_t count) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view text;
    size_t index = 0;
    while (digitnet__wire_next_message(&fields, &text, number)) {
        size_t value = index < count ? values[index] : DNN_NO_VALUE;
        index++;
        if (value != DNN_NO_VALUE)
            reader->names.names[reader->names.count++] = (digitnet__import_name){text, value};
    }
    return fields.status;
}

static size_t count_fields(digitnet__wire_view message, uint32_t number) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    size_t count = 0;
    while (digitnet__wire_next(&fields, &field))
        count += field.number == number;
    return count;
}

/* How many names the nodes of a message give. */
static digitnet_status count_outputs(size_t *count, digitnet__wire_view message, uint32_t number) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view node;
    while (digitnet__wire_next_message(&fields, &node, number))
        *count += count_fields(node, DNN_NODE_OUTPUT);
    return fields.status;
}

/* Gives a value to each output's name that has none yet. */
static digitnet_status define_outputs(scope_reader *reader, digitnet__wire_view message, uint32_t number) {
    digitnet__import_scope bound = reader->names; /* inputs, initializers, and outputs of a function */
    DNN_TRY(digitnet__import_scope_sort(&bound));
    size_t given = bound.count;
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view node, text;
    while (digitnet__wire_next_message(&fields, &node, number)) {
        digitnet__wire_reader parts = digitnet__wire_read(node);
        while (digitnet__wire_next_message(&parts, &text, DNN_NODE_OUTPUT)) {
            size_t value;
            bound.count = given;
            if (text.size == 0 || (reader->call && digitnet__import_scope_find(&bound, text) != DNN_NO_VALUE))
                continue;
            DNN_TRY(digitnet__import_add_value(&value, reader->graph, text));
            reader->names.names[reader->names.count++] = (digitnet__import_name){text, value};
        }
        DNN_TRY(parts.status);
    }
    DNN_TRY(fields.status);
    return digitnet__import_scope_sort(&reader->names);
}

static digitnet_status allocate_names(scope_reader *reader, size_t count) {
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, reader->graph->pool, count, sizeof(digitnet__import_name)));
    reader->names = (digitnet__import_scope){.names = memory};
    return DIGITNET_OK;
}

/* The nodes of a function in the place of its call. */
static digitnet_status expand(const scope_reader *outer, const digitnet__import_node *call,
                              const local_function *function) {
    scope_reader inner = *outer;
    size_t names = call->input_count + call->output_count;
    if (outer->depth == DEPTH_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, call, "is a function that calls functions more than %d deep",
                                     DEPTH_MAX);
    if (outer->graph->call_count++ == DNN_IMPORT_NODES_MAX ||
        function->message.size > EXPANDED_BYTES_MAX - outer->graph->expanded_bytes)
        return digitnet__import_fail(DIGITNET_ELIMIT, call, "is a function; the file calls functions too often");
    if (count_fields(function->message, DNN_FUNCTION_ATTRIBUTE_DEFAULT) > DEFAULTS_MAX)
        return digitnet__import_fail(DIGITNET_ELIMIT, call, "is a function of more than %d attributes", DEFAULTS_MAX);
    outer->graph->expanded_bytes += function->message.size;
    inner.depth++;
    inner.call = call;
    inner.function = function->message;
    inner.around = NULL;
    DNN_TRY(read_operator_set(&inner.operator_set, function->message, DNN_FUNCTION_OPSET_IMPORT));
    DNN_TRY(count_outputs(&names, function->message, DNN_FUNCTION_NODE));
    DNN_TRY(allocate_names(&inner, names));
    DNN_TRY(bind(&inner, function->message, DNN_FUNCTION_INPUT, call->inputs, call->input_count));
    DNN_TRY(bind(&inner, function->message, DNN_FUNCTION_OUTPUT, call->outputs, call->output_count));
    DNN_TRY(define_outputs(&inner, function->message, DNN_FUNCTION_NODE));
    return read_nodes(&inner, function->message, DNN_FUNCTION_NODE);
}

static digitnet_status resolve_input(size_t *value, const scope_reader *reader, const digitnet__import_node *node,
                                     digitnet__wire_view text) {
    *value = text.size ? find_seen_name(reader, text) : DNN_NO_VALUE;
    /* An input of a function that the call leaves out is left out by its nodes too. */
    if (*value != DNN_NO_VALUE || text.size == 0 || reader->call)
        return DIGITNET_OK;
    return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes '%s', which nothing gives",
                                 digitnet__wire_printable(text).text);
}

/* In topological order: what a node takes is the graph's, or was given by a node before it. */
static digitnet_status check_order(const digitnet__import_graph *graph, const digitnet__import_node *node, size_t value,
                                   const bool *given) {
    if (value == DNN_NO_VALUE || given[value])
        return DIGITNET_OK;
    return digitnet__import_fail(DIGITNET_EFORMAT, node, "takes '%s', which only a later node gives",
                                 digitnet__wire_printable(graph->values[value].name).text);
}

static digitnet_status read_edges(digitnet__import_node *node, const scope_reader *reader, const node_parts *parts) {
    void *inputs, *outputs;
    DNN_TRY(digitnet__pool_allocate(&inputs, reader->graph->pool, parts->inputs, sizeof(size_t)));
    DNN_TRY(digitnet__pool_allocate(&outputs, reader->graph->pool, parts->outputs, sizeof(size_t)));
    node->inputs = inputs;
    node->outputs = outputs;
    size_t *input = inputs, *output = outputs, index = 0;
    digitnet__wire_reader fields = digitnet__wire_read(node->message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field)) {
        digitnet__wire_view text = {0};
        if (field.number != DNN_NODE_INPUT && field.number != DNN_NODE_OUTPUT)
            continue;
        digitnet__wire_get_bytes(&fields, &field, &text); /* bytes, as count_node() saw */
        if (field.number == DNN_NODE_OUTPUT) {
            output[node->output_count++] = text.size ? digitnet__import_scope_find(&reader->names, text) : DNN_NO_VALUE;
            continue;
        }
        DNN_TRY(resolve_input(&input[index], reader, node, text));
        index++;
        node->input_count = input[index - 1] != DNN_NO_VALUE ? index : node->input_count;
    }
    return DIGITNET_OK;
}

static digitnet_status append_node(digitnet__import_graph *graph, const digitnet__import_node *node) {
    if (graph->node_count == DNN_IMPORT_NODES_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "the graph has more than %d nodes, which is the limit",
                              DNN_IMPORT_NODES_MAX);
    void *nodes = graph->nodes;
    DNN_TRY(digitnet__pool_grow(&nodes, &graph->node_capacity, graph->pool, graph->node_count, sizeof *graph->nodes));
    graph->nodes = nodes;
    for (size_t i = 0; i < node->output_count; i++) {
        if (node->outputs[i] == DNN_NO_VALUE)
            continue;
        digitnet__import_value *value = &graph->values[node->outputs[i]];
        if (value->producer != DNN_NO_VALUE)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "gives '%s' a second time",
                                         digitnet__wire_printable(value->name).text);
        value->producer = graph->node_count;
    }
    graph->nodes[graph->node_count++] = *node;
    return DIGITNET_OK;
}

static digitnet_status define_initializers(scope_reader *reader, digitnet__wire_view message);

/* The nodes of a branch, and the values that it gives, of which there must be `count`. */
static digitnet_status read_branch(size_t *outputs, size_t count, const scope_reader *outer,
                                   const digitnet__import_node *node, const char *name) {
    const digitnet__import_attribute *branch = digitnet__import_attribute_find(node, name);
    if (!branch || branch->type != DNN_ATTRIBUTE_TYPE_GRAPH || count_fields(branch->message, DNN_GRAPH_OUTPUT) != count)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has no '%s' with %zu outputs", name, count);
    if (outer->depth == DEPTH_MAX || branch->message.size > EXPANDED_BYTES_MAX - outer->graph->expanded_bytes)
        return digitnet__import_fail(DIGITNET_ELIMIT, node, "has branches that are too large or too deep");
    scope_reader inner = *outer;
    size_t names = count_fields(branch->message, DNN_GRAPH_INITIALIZER), index = 0;
    inner.around = outer;
    inner.depth++;
    outer->graph->expanded_bytes += branch->message.size;
    DNN_TRY(count_outputs(&names, branch->message, DNN_GRAPH_NODE));
    DNN_TRY(allocate_names(&inner, names));
    DNN_TRY(define_initializers(&inner, branch->message));
    DNN_TRY(define_outputs(&inner, branch->message, DNN_GRAPH_NODE));
    DNN_TRY(read_nodes(&inner, branch->message, DNN_GRAPH_NODE));
    digitnet__wire_reader fields = digitnet__wire_read(branch->message);
    for (digitnet__wire_view output, text; digitnet__wire_next_message(&fields, &output, DNN_GRAPH_OUTPUT); index++) {
        DNN_TRY(digitnet__wire_find(&text, output, DNN_VALUE_NAME));
        outputs[index] = find_seen_name(&inner, text);
        if (outputs[index] == DNN_NO_VALUE)
            return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a branch that gives what nothing gives");
    }
    return fields.status;
}

static digitnet_status read_branches(scope_reader *reader, digitnet__import_node *node) {
    void *memory;
    size_t count = node->output_count, *inputs;
    if (node->input_count != 1)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has %zu inputs; it must have a condition",
                                     node->input_count);
    DNN_TRY(digitnet__pool_allocate(&memory, reader->graph->pool, 1 + 2 * count, sizeof *inputs));
    inputs = memory;
    inputs[0] = node->inputs[0];
    DNN_TRY(read_branch(inputs + 1, count, reader, node, "then_branch"));
    DNN_TRY(read_branch(inputs + 1 + count, count, reader, node, "else_branch"));
    node->inputs = inputs;
    node->input_count = 1 + 2 * count;
    return append_node(reader->graph, node);
}

static digitnet_status read_node(scope_reader *reader, digitnet__wire_view message) {
    digitnet__import_node node;
    node_parts parts;
    DNN_TRY(count_node(&parts, &node, message));
    node.operator_set = reader->operator_set;
    node.is_branch = reader->around != NULL;
    DNN_TRY(read_edges(&node, reader, &parts));
    DNN_TRY(read_attributes(&node, reader, parts.attributes));
    const local_function *function = find_function(reader, &node);
    if (!function && digitnet__wire_is(node.type, "If") && digitnet__import_is_standard(node.domain))
        return read_branches(reader, &node);
    return function ? expand(reader, &node, function) : append_node(reader->graph, &node);
}

static digitnet_status read_nodes(scope_reader *reader, digitnet__wire_view message, uint32_t number) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view node;
    while (digitnet__wire_next_message(&fields, &node, number))
        DNN_TRY(read_node(reader, node));
    return fields.status;
}

/* ---- The graph ---- */

static digitnet_status read_functions(scope_reader *reader, digitnet__wire_view file) {
    void *memory;
    size_t count = count_fields(file, DNN_MODEL_FUNCTIONS);
    if (count > FUNCTIONS_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "the file has %zu functions; the limit is %d", count, FUNCTIONS_MAX);
    DNN_TRY(digitnet__pool_allocate(&memory, reader->graph->pool, count, sizeof(local_function)));
    local_function *functions = memory;
    reader->functions = functions;
    digitnet__wire_reader fields = digitnet__wire_read(file);
    digitnet__wire_view message;
    while (digitnet__wire_next_message(&fields, &message, DNN_MODEL_FUNCTIONS)) {
        local_function *function = &functions[reader->function_count++];
        function->message = message;
        DNN_TRY(digitnet__wire_find(&function->name, message, DNN_FUNCTION_NAME));
        DNN_TRY(digitnet__wire_find(&function->domain, message, DNN_FUNCTION_DOMAIN));
    }
    return fields.status;
}

/* The name of a graph's input or output, or of an initializer; where it has none, that stands at its own place. */
static digitnet_status read_name(digitnet__wire_view *text, digitnet__wire_view message, uint32_t number) {
    DNN_TRY(digitnet__wire_find(text, message, number));
    text->offset = text->bytes ? text->offset : message.offset;
    return DIGITNET_OK;
}

static digitnet_status define_initializers(scope_reader *reader, digitnet__wire_view message) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view tensor, text;
    while (digitnet__wire_next_message(&fields, &tensor, DNN_GRAPH_INITIALIZER)) {
        size_t value;
        DNN_TRY(read_name(&text, tensor, DNN_TENSOR_NAME));
        DNN_TRY(digitnet__import_add_value(&value, reader->graph, text));
        reader->graph->values[value].initializer = tensor;
        reader->names.names[reader->names.count++] = (digitnet__import_name){text, value};
    }
    return fields.status;
}

/* Inputs of the graph, but for those that are initializers too, as in files of the first versions. */
static digitnet_status define_inputs(scope_reader *reader, digitnet__wire_view message) {
    digitnet__import_graph *graph = reader->graph;
    digitnet__import_scope initializers = reader->names;
    DNN_TRY(digitnet__import_scope_sort(&initializers));
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view input, text;
    while (digitnet__wire_next_message(&fields, &input, DNN_GRAPH_INPUT)) {
        size_t value;
        DNN_TRY(read_name(&text, input, DNN_VALUE_NAME));
        if (digitnet__import_scope_find(&initializers, text) != DNN_NO_VALUE)
            continue;
        DNN_TRY(digitnet__import_add_value(&value, graph, text));
        reader->names.names[reader->names.count++] = (digitnet__import_name){text, value};
        graph->inputs[graph->input_count] = input;
        graph->input_values[graph->input_count++] = value;
    }
    return fields.status;
}

static digitnet_status find_outputs(scope_reader *reader, digitnet__wire_view message) {
    digitnet__import_graph *graph = reader->graph;
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_view output, text;
    while (digitnet__wire_next_message(&fields, &output, DNN_GRAPH_OUTPUT)) {
        DNN_TRY(read_name(&text, output, DNN_VALUE_NAME));
        size_t value = digitnet__import_scope_find(&reader->names, text);
        if (value == DNN_NO_VALUE)
            return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: no node gives the graph's output '%s'", output.offset,
                                  digitnet__wire_printable(text).text);
        graph->outputs[graph->output_count] = output;
        graph->output_values[graph->output_count++] = value;
    }
    return fields.status;
}

/* Initializers, inputs, and outputs of nodes; the names that the nodes take can be looked up after. */
static digitnet_status define(scope_reader *reader, digitnet__wire_view message) {
    digitnet__import_graph *graph = reader->graph;
    void *inputs, *input_values, *outputs, *output_values;
    size_t names = count_fields(message, DNN_GRAPH_INITIALIZER), count = count_fields(message, DNN_GRAPH_INPUT);
    DNN_TRY(digitnet__pool_allocate(&inputs, graph->pool, count, sizeof *graph->inputs));
    DNN_TRY(digitnet__pool_allocate(&input_values, graph->pool, count, sizeof(size_t)));
    size_t output_count = count_fields(message, DNN_GRAPH_OUTPUT);
    DNN_TRY(digitnet__pool_allocate(&outputs, graph->pool, output_count, sizeof *graph->outputs));
    DNN_TRY(digitnet__pool_allocate(&output_values, graph->pool, output_count, sizeof(size_t)));
    graph->inputs = inputs;
    graph->input_values = input_values;
    graph->outputs = outputs;
    graph->output_values = output_values;
    names += count;
    DNN_TRY(count_outputs(&names, message, DNN_GRAPH_NODE));
    DNN_TRY(allocate_names(reader, names));
    DNN_TRY(define_initializers(reader, message));
    DNN_TRY(define_inputs(reader, message));
    DNN_TRY(define_outputs(reader, message, DNN_GRAPH_NODE));
    return find_outputs(reader, message);
}

static digitnet_status check_orders(const digitnet__import_graph *graph) {
    void *memory;
    DNN_TRY(digitnet__pool_allocate(&memory, graph->pool, graph->value_count, sizeof(bool)));
    bool *given = memory;
    for (size_t i = 0; i < graph->value_count; i++)
        given[i] = graph->values[i].producer == DNN_NO_VALUE;
    for (size_t i = 0; i < graph->node_count; i++) {
        const digitnet__import_node *node = &graph->nodes[i];
        for (size_t k = 0; k < node->input_count; k++)
            DNN_TRY(check_order(graph, node, node->inputs[k], given));
        for (size_t k = 0; k < node->output_count; k++)
            if (node->outputs[k] != DNN_NO_VALUE)
                given[node->outputs[k]] = true;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__import_graph_read(digitnet__import_graph *graph, digitnet__wire_view file) {
    scope_reader reader = {.graph = graph};
    digitnet__wire_view message;
    DNN_TRY(digitnet__wire_find(&message, file, DNN_MODEL_GRAPH));
    DNN_TRY(digitnet__wire_find(&graph->producer, file, DNN_MODEL_PRODUCER_NAME));
    graph->is_ours = digitnet__wire_is(graph->producer, DNN_ONNX_PRODUCER);
    DNN_TRY(read_operator_set(&reader.operator_set, file, DNN_MODEL_OPSET_IMPORT));
    DNN_TRY(read_functions(&reader, file));
    size_t nodes = count_fields(message, DNN_GRAPH_NODE);
    if (nodes > DNN_IMPORT_NODES_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "the graph has %zu nodes; the limit is %d", nodes, DNN_IMPORT_NODES_MAX);
    DNN_TRY(define(&reader, message));
    DNN_TRY(read_nodes(&reader, message, DNN_GRAPH_NODE));
    return check_orders(graph);
}
