#include "model_file/layers.h"

#include "core/memory.h"
#include "core/status.h"
#include "layers/attributes.h"

#include <string.h>

#define FROZEN "frozen"
#define INPUT "input"

/* ---- Writing ---- */

typedef struct text_writer {
    unsigned char *bytes; /* NULL while counting */
    size_t size;
} text_writer;

static void put(text_writer *writer, const char *text) {
    size_t length = strlen(text);
    if (writer->bytes)
        memcpy(writer->bytes + writer->size, text, length);
    writer->size += length;
}

static void put_setting(text_writer *writer, const char *key, const char *value) {
    put(writer, "/");
    put(writer, key);
    put(writer, "=");
    put(writer, value);
}

static bool takes_the_one_before(const digitnet__graph *graph, const digitnet__layer *layer) {
    return layer->input_count == 1 && layer->inputs[0].value == (size_t)(layer - graph->layers);
}

static void put_layer(text_writer *writer, const digitnet__graph *graph, const digitnet__layer *layer) {
    digitnet__number value;
    put(writer, layer->kind->name);
    put(writer, "/");
    put(writer, layer->name);
    if (layer->frozen)
        put(writer, "/" FROZEN);
    for (size_t i = 0; !takes_the_one_before(graph, layer) && i < layer->input_count; i++)
        put_setting(writer, INPUT, digitnet__graph_value_name(graph, layer->inputs[i].value));
    for (size_t i = 0; digitnet__attribute_key(i); i++)
        if (digitnet__attribute_text(&value, &layer->attributes, i))
            put_setting(writer, digitnet__attribute_key(i), value.text);
    put(writer, "\n");
}

size_t digitnet__layers_write(unsigned char *bytes, const digitnet__graph *graph) {
    text_writer writer = {.bytes = bytes};
    for (size_t i = 0; i < graph->layer_count; i++)
        put_layer(&writer, graph, &graph->layers[i]);
    return writer.size;
}

/* ---- Reading ---- */

enum { PART_MAX = 127 }; /* more than names and settings take */

/* A part of a line, as a string. */
typedef struct part {
    char text[PART_MAX + 1];
} part;

/* A layer in the making; there is room for as many inputs as a model has. */
typedef struct line_reader {
    digitnet_model *model;
    digitnet__layer layer;
    size_t *inputs;
    size_t input_count;
} line_reader;

static digitnet_status fail_at(digitnet_status status, digitnet__wire_view view, const char *what) {
    return digitnet__fail(status, "byte %zu: '%s' in the list of layers %s", view.offset,
                          digitnet__wire_printable(view).text, what);
}

/* What stands before the first `end`, or all where there is none; `rest` begins behind it. */
static digitnet__wire_view take_until(digitnet__wire_view *rest, char end) {
    const unsigned char *found = memchr(rest->bytes, end, rest->size);
    digitnet__wire_view taken = *rest;
    taken.size = found ? (size_t)(found - rest->bytes) : rest->size;
    size_t used = taken.size + (found != NULL);
    *rest = (digitnet__wire_view){rest->bytes + used, rest->size - used, rest->offset + used};
    return taken;
}

static digitnet_status to_string(part *string, digitnet__wire_view view) {
    if (view.size > PART_MAX || memchr(view.bytes, 0, view.size))
        return fail_at(DIGITNET_EFORMAT, view, "is no name or setting");
    memcpy(string->text, view.bytes, view.size);
    string->text[view.size] = '\0';
    return DIGITNET_OK;
}

static digitnet_status read_kind(digitnet__layer *layer, digitnet__wire_view name) {
    for (size_t i = 0; digitnet__layer_kinds[i]; i++)
        if (digitnet__wire_is(name, digitnet__layer_kinds[i]->name))
            layer->kind = digitnet__layer_kinds[i];
    return layer->kind ? DIGITNET_OK : fail_at(DIGITNET_EUNSUPPORTED, name, "is no kind of layer of this version");
}

/* Too many are refused before each is looked for among the layers. */
static digitnet_status read_input(line_reader *reader, digitnet__wire_view view, const char *name) {
    if (reader->input_count == DNN_INPUTS_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "byte %zu: a layer has more than %d inputs, which is the limit",
                              view.offset, DNN_INPUTS_MAX);
    if (!digitnet__graph_find_value(&reader->inputs[reader->input_count++], &reader->model->network.graph, name))
        return fail_at(DIGITNET_EFORMAT, view, "is not the name of a layer before it");
    return DIGITNET_OK;
}

static digitnet_status read_attribute(digitnet__layer *layer, digitnet__wire_view view, const char *key,
                                      const char *value) {
    for (size_t i = 0; digitnet__attribute_key(i); i++) {
        if (strcmp(digitnet__attribute_key(i), key) == 0) {
            return digitnet__attribute_parse(&layer->attributes, i, value)
                       ? DIGITNET_OK
                       : fail_at(DIGITNET_EFORMAT, view, "has a wrong value");
        }
    }
    return fail_at(DIGITNET_EUNSUPPORTED, view, "is no attribute of this version");
}

static digitnet_status read_setting(line_reader *reader, digitnet__wire_view view) {
    part key, value;
    digitnet__wire_view rest = view;
    DNN_TRY(to_string(&key, take_until(&rest, '=')));
    DNN_TRY(to_string(&value, rest));
    if (digitnet__wire_is(view, FROZEN)) {
        reader->layer.frozen = true;
        return DIGITNET_OK;
    }
    return strcmp(key.text, INPUT) == 0 ? read_input(reader, view, value.text)
                                        : read_attribute(&reader->layer, view, key.text, value.text);
}

/* What a builder calls a wrong argument is a wrong file here. */
static digitnet_status append(line_reader *reader, digitnet__wire_view line, const char *name) {
    digitnet_status status =
        digitnet__model_append(reader->model, &reader->layer, name, reader->inputs, reader->input_count);
    if (status == DIGITNET_OK || status == DIGITNET_ENOMEM || status == DIGITNET_ELIMIT)
        return status;
    return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: %s", line.offset, digitnet_last_error());
}

static digitnet_status read_line(line_reader *reader, digitnet__wire_view line) {
    part name;
    digitnet__wire_view rest = line;
    DNN_TRY(read_kind(&reader->layer, take_until(&rest, '/')));
    DNN_TRY(to_string(&name, take_until(&rest, '/')));
    while (rest.size)
        DNN_TRY(read_setting(reader, take_until(&rest, '/')));
    if (reader->input_count == 0)
        reader->inputs[reader->input_count++] = reader->model->network.graph.layer_count;
    bool many = reader->layer.kind->many_inputs;
    if (many != (reader->input_count > 1))
        return fail_at(DIGITNET_EFORMAT, line, many ? "has less than two inputs" : "has more than one input");
    return append(reader, line, name.text);
}

digitnet_status digitnet__layers_read(digitnet_model *model, digitnet__wire_view text) {
    size_t *inputs = digitnet__allocate_array(DNN_INPUTS_MAX, sizeof *inputs);
    digitnet_status status = inputs ? DIGITNET_OK : DIGITNET_ENOMEM;
    while (status == DIGITNET_OK && text.size) {
        line_reader reader = {.model = model, .inputs = inputs};
        status = read_line(&reader, take_until(&text, '\n'));
    }
    digitnet__release(inputs);
    return status;
}
