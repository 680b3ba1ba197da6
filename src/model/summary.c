/* The table of layers, as Keras prints it. */
#include "core/status.h"
#include "core/text.h"
#include "model/input_line.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEADING_INPUTS "Connected to"

enum { SHAPE_WIDTH = 24, COUNT_WIDTH = 15, MIN_NAME_WIDTH = 28 };

/* The widths that depend on the network. */
typedef struct table {
    size_t name;
    size_t inputs; /* 0: a chain, which needs no such column */
} table;

static void put_rule(digitnet__text *out, char character, size_t width) {
    for (size_t i = 0; i < width; i++)
        digitnet__text_put(out, "%c", character);
    digitnet__text_put(out, "\n");
}

/* "225,034" */
static void format_count(char text[32], size_t value) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", value);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

static void format_shape(char *text, size_t capacity, digitnet__shape shape) {
    if (shape.flat)
        snprintf(text, capacity, "(None, %zu)", shape.channels);
    else
        snprintf(text, capacity, "(None, %zu, %zu, %zu)", shape.height, shape.width, shape.channels);
}

static size_t name_width(const digitnet__graph *graph) {
    size_t width = MIN_NAME_WIDTH;
    for (size_t i = 0; i < graph->layer_count; i++) {
        const digitnet__layer *layer = &graph->layers[i];
        size_t own = strlen(layer->name) + strlen(layer->kind->class_name) + 5;
        width = own > width ? own : width;
    }
    return width;
}

/* "conv2d, add" */
static void put_inputs(digitnet__text *out, const digitnet__graph *graph, const digitnet__layer *layer) {
    for (size_t i = 0; i < layer->input_count; i++) {
        digitnet__text_put(out, "%s%s", i ? ", " : "", digitnet__graph_value_name(graph, layer->inputs[i].value));
    }
}

static size_t inputs_width(const digitnet__graph *graph) {
    size_t width = sizeof HEADING_INPUTS - 1;
    for (size_t i = 0; i < graph->layer_count; i++) {
        digitnet__text measure = {0};
        put_inputs(&measure, graph, &graph->layers[i]);
        width = measure.length > width ? measure.length : width;
    }
    return width;
}

/* All but a line's end and what a layer takes. */
static void put_row(digitnet__text *out, const table *columns, const char *name, const char *shape, const char *count) {
    digitnet__text_put(out, " %-*s%-*s%-*s", (int)columns->name, name, SHAPE_WIDTH, shape,
                       columns->inputs ? COUNT_WIDTH : 0, count);
}

static void put_layer(digitnet__text *out, const table *columns, const digitnet__graph *graph,
                      const digitnet__layer *layer) {
    char name[128], shape[96], count[32];
    snprintf(name, sizeof name, "%s (%s)", layer->name, layer->kind->class_name);
    format_shape(shape, sizeof shape, layer->output);
    format_count(count, layer->parameters + layer->state_values);
    put_row(out, columns, name, shape, count);
    if (columns->inputs)
        put_inputs(out, graph, layer);
    digitnet__text_put(out, "\n");
}

static void put_count(digitnet__text *out, const char *what, size_t count) {
    char text[32];
    format_count(text, count);
    digitnet__text_put(out, "%s: %s\n", what, text);
}

static void put_totals(digitnet__text *out, const digitnet__graph *graph) {
    size_t trainable = 0, total = graph->parameter_count + graph->state_count;
    for (size_t i = 0; i < graph->layer_count; i++)
        trainable += graph->layers[i].frozen ? 0 : graph->layers[i].parameters;
    put_count(out, "Total params", total);
    if (trainable != total) {
        put_count(out, "Trainable params", trainable);
        put_count(out, "Non-trainable params", total - trainable);
    }
}

static bool is_same_line(digitnet__line a, digitnet__line b) {
    return a.scale == b.scale && a.offset == b.offset;
}

/* "3.2457 x - 0.42421" */
static void put_line(digitnet__text *out, digitnet__line line) {
    if (line.scale != 1)
        digitnet__text_put(out, "%.5g ", line.scale);
    digitnet__text_put(out, "x");
    if (line.offset != 0)
        digitnet__text_put(out, " %c %.5g", line.offset < 0 ? '-' : '+', fabs(line.offset));
}

/* What becomes of an image's values, where that is not what they are; of each channel where these differ. */
static void put_input_lines(digitnet__text *out, const digitnet__network *network) {
    enum { MOST = 8 };
    size_t channels = network->graph.input.channels, shown = 1;
    digitnet__line first = digitnet__input_line(network, 0), same = {1, 0};
    for (size_t i = 1; i < channels && i < MOST; i++)
        shown = is_same_line(digitnet__input_line(network, i), first) ? shown : channels < MOST ? channels : MOST;
    if (shown == 1 && is_same_line(first, same))
        return;
    digitnet__text_put(out, "Of a value x of an image the network gets ");
    for (size_t i = 0; i < shown; i++) {
        digitnet__text_put(out, "%s", i ? ", " : "");
        put_line(out, digitnet__input_line(network, i));
    }
    digitnet__text_put(out, "%s\n", shown > 1 && shown < channels ? " ..." : "");
}

static void put_table(digitnet__text *out, const void *object) {
    const digitnet__network *network = object;
    const digitnet__graph *graph = &network->graph;
    table columns = {.name = name_width(graph),
                     .inputs = digitnet__graph_is_sequential(graph) ? 0 : inputs_width(graph)};
    size_t width = 1 + columns.name + SHAPE_WIDTH + COUNT_WIDTH + columns.inputs;
    char shape[96];
    put_rule(out, '_', width);
    put_row(out, &columns, "Layer (type)", "Output Shape", "Param #");
    digitnet__text_put(out, "%s\n", columns.inputs ? HEADING_INPUTS : "");
    put_rule(out, '=', width);
    format_shape(shape, sizeof shape, graph->input);
    put_row(out, &columns, "input (InputLayer)", shape, "0");
    digitnet__text_put(out, "%s\n", columns.inputs ? "-" : "");
    for (size_t i = 0; i < graph->layer_count; i++)
        put_layer(out, &columns, graph, &graph->layers[i]);
    put_rule(out, '=', width);
    put_totals(out, graph);
    put_input_lines(out, network);
}

digitnet_status digitnet_model_summary(char *buffer, size_t capacity, size_t *needed, const digitnet_model *model) {
    static const char caller[] = "digitnet_model_summary";
    if (!model || (!buffer && capacity))
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, model ? "buffer" : "model");
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_status status = digitnet__text_write(buffer, capacity, needed, put_table, &model->network, caller);
    digitnet__model_end_read(model);
    return status;
}
