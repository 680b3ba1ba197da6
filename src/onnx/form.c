#include "onnx/form.h"

#include "onnx/schema.h"

static void end_head(digitnet__onnx_nodes *nodes, const char *name, const char *type, bool last) {
    nodes->value = digitnet__onnx_join(name, "output");
    bool is_output = last && !nodes->activation_follows && nodes->output;
    digitnet__wire_put_string(nodes->writer, DNN_NODE_OUTPUT, is_output ? nodes->output : nodes->value.text);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_NAME, name);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_OP_TYPE, type);
}

size_t digitnet__onnx_begin_node(digitnet__onnx_nodes *nodes, const char *type, const char *suffix,
                                 const char *const *inputs, size_t extra, bool last) {
    size_t begin = digitnet__wire_begin(nodes->writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_INPUT, nodes->value.text);
    for (size_t i = 0; i < extra; i++)
        digitnet__wire_put_string(nodes->writer, DNN_NODE_INPUT, inputs[i]);
    digitnet__onnx_name joined;
    if (suffix)
        joined = digitnet__onnx_join(nodes->layer_name, suffix);
    end_head(nodes, suffix ? joined.text : nodes->layer_name, type, last);
    return begin;
}

size_t digitnet__onnx_begin_joining_node(digitnet__onnx_nodes *nodes, const char *type, size_t input_count) {
    size_t begin = digitnet__wire_begin(nodes->writer, DNN_GRAPH_NODE);
    for (size_t i = 0; i < input_count; i++) {
        digitnet__onnx_name name = nodes->input_name(nodes->network, nodes->layer, i);
        digitnet__wire_put_string(nodes->writer, DNN_NODE_INPUT, name.text);
    }
    end_head(nodes, nodes->layer_name, type, true);
    return begin;
}

/* The inputs of a Slice, in this order. */
enum { STARTS, ENDS, AXES, BOUNDS };
static const char *const bounds[BOUNDS] = {[STARTS] = "starts", [ENDS] = "ends", [AXES] = "axes"};

void digitnet__onnx_write_slice(digitnet__onnx_nodes *nodes, const struct digitnet__layer *layer) {
    (void)layer;
    digitnet__onnx_name names[BOUNDS];
    const char *inputs[BOUNDS];
    for (size_t i = 0; i < BOUNDS; i++) {
        names[i] = digitnet__onnx_join(nodes->layer_name, bounds[i]);
        inputs[i] = names[i].text;
    }
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Slice", NULL, inputs, BOUNDS, true));
}

void digitnet__onnx_write_slice_bounds(digitnet__wire_writer *writer, const char *layer_name, const size_t *axes,
                                       const size_t *starts, const size_t *ends, size_t count) {
    const size_t *const values[BOUNDS] = {[STARTS] = starts, [ENDS] = ends, [AXES] = axes};
    for (size_t i = 0; i < BOUNDS; i++)
        digitnet__onnx_write_sizes(writer, digitnet__onnx_join(layer_name, bounds[i]).text, values[i], count);
}

bool digitnet__onnx_order_matters(digitnet__shape shape) {
    return !shape.flat && shape.channels > 1 && shape.height * shape.width > 1;
}

void digitnet__onnx_write_transpose(digitnet__onnx_nodes *nodes, digitnet__onnx_order order, const char *suffix) {
    static const size_t permutations[][4] = {{0, 2, 3, 1}, {0, 3, 1, 2}};
    size_t begin = digitnet__onnx_begin_node(nodes, "Transpose", suffix, NULL, 0, !suffix);
    digitnet__onnx_write_integers(nodes->writer, "perm", permutations[order], 4);
    digitnet__wire_end(nodes->writer, begin);
}

/* A node without inputs, which is to be ended; `output` receives its output's name. */
static size_t begin_constant(digitnet__onnx_name *output, const digitnet__onnx_nodes *nodes, const char *suffix) {
    digitnet__onnx_name name = digitnet__onnx_join(nodes->layer_name, suffix);
    *output = digitnet__onnx_join(name.text, "output");
    size_t begin = digitnet__wire_begin(nodes->writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_OUTPUT, output->text);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_NAME, name.text);
    digitnet__wire_put_string(nodes->writer, DNN_NODE_OP_TYPE, "Constant");
    return begin;
}

digitnet__onnx_name digitnet__onnx_write_constant(const digitnet__onnx_nodes *nodes, const char *suffix, float number) {
    digitnet__onnx_name output;
    size_t begin = begin_constant(&output, nodes, suffix);
    digitnet__onnx_write_number(nodes->writer, "value_float", number);
    digitnet__wire_end(nodes->writer, begin);
    return output;
}

void digitnet__onnx_write_binary(digitnet__onnx_nodes *nodes, const char *type, const char *suffix,
                                 digitnet__onnx_name input, bool last) {
    const char *inputs[] = {input.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, type, suffix, inputs, 1, last));
}

/* channels x 1 x 1 where images are channels x rows x columns. */
digitnet__onnx_name digitnet__onnx_write_per_channel(const digitnet__onnx_nodes *nodes, const char *role,
                                                     digitnet__shape shape) {
    static const size_t rows_and_columns[] = {1, 2};
    digitnet__onnx_name tensor = digitnet__onnx_join(nodes->layer_name, role);
    if (shape.flat)
        return tensor;
    digitnet__onnx_name axes;
    size_t begin = begin_constant(&axes, nodes, digitnet__onnx_join(role, "axes").text);
    digitnet__onnx_write_integers(nodes->writer, "value_ints", rows_and_columns, 2);
    digitnet__wire_end(nodes->writer, begin);
    digitnet__onnx_nodes beside = *nodes;
    beside.value = tensor;
    digitnet__onnx_write_binary(&beside, "Unsqueeze", digitnet__onnx_join(role, "image").text, axes, false);
    return beside.value;
}
