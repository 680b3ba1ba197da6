/* Where all builders end: names, inputs, limits, and the first error that is kept. */
#include "core/call.h"
#include "core/memory.h"
#include "core/status.h"
#include "layers/attributes.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 63 };

/* Bytes of the UTF-8 sequence at `text`; 0 where there is none, or a control character. */
static size_t sequence_length(const unsigned char *text) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* what needs so many bytes */
    size_t length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    if (length <= 1)
        return text[0] >= 0x20 && text[0] != 0x7f ? length : 0;
    uint32_t point = text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (text[i] >> 6 != 2)
            return 0;
        point = point << 6 | (text[i] & 0x3f);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point >= least[length] && point <= 0x10ffff && !surrogate ? length : 0;
}

bool digitnet__is_layer_name(const char *name) {
    const unsigned char *at = (const unsigned char *)name;
    while (*at && *at != '/') {
        size_t length = sequence_length(at);
        if (length == 0)
            return false;
        at += length;
    }
    size_t length = (size_t)(at - (const unsigned char *)name);
    return *at == '\0' && length >= 1 && length <= MAX_NAME;
}

/* Whether a layer may have this name, and none has. */
static digitnet_status check_name(const digitnet_model *model, const char *name) {
    size_t value;
    if (!digitnet__is_layer_name(name)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer name '%.80s': a name has 1 to %d bytes of UTF-8, no control character and no '/'",
                              name, MAX_NAME);
    }
    if (digitnet__graph_find_value(&value, &model->network.graph, name)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer name '%s': it is already the name of %s", name,
                              value ? "another layer" : "the model's input");
    }
    return DIGITNET_OK;
}

static size_t index_of(const digitnet__layer_kind *kind) {
    size_t index = 0;
    while (digitnet__layer_kinds[index] && digitnet__layer_kinds[index] != kind)
        index++;
    return index;
}

/* As Keras: "dense", "dense_1", "dense_2". Names are never taken back, so the search begins behind the last one found.
 * Returns the number. */
static size_t default_name(char name[MAX_NAME + 1], const digitnet_model *model, const digitnet__layer_kind *kind) {
    size_t suffix = model->next_suffix[index_of(kind)], value;
    for (;; suffix++) {
        if (suffix)
            snprintf(name, MAX_NAME + 1, "%s_%zu", kind->name, suffix);
        else
            snprintf(name, MAX_NAME + 1, "%s", kind->name);
        if (!digitnet__graph_find_value(&value, &model->network.graph, name))
            return suffix;
    }
}

static digitnet_status check_limit(const char *layer, const char *what, size_t sum, size_t more, size_t limit) {
    if (more <= limit && sum <= limit - more)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT,
                          "layer '%s': its %zu %s, added to the %zu of the layers before it, exceed the limit of %zu",
                          layer, more, what, sum, limit);
}

/* A layer that multiplies nothing takes its time for each value too. */
static void count_values(digitnet__layer *layer) {
    size_t dimensions[] = {layer->output.height, layer->output.width, layer->output.channels}, values;
    if (digitnet__size_product(&values, dimensions, 3) && layer->multiply_adds < values)
        layer->multiply_adds = values;
}

static digitnet_status check_limits(const digitnet_model *model, const digitnet__layer *layer) {
    const digitnet__graph *graph = &model->network.graph;
    size_t dimensions[] = {layer->output.height, layer->output.width, layer->output.channels, sizeof(float)};
    size_t bytes;
    if (!digitnet__size_product(&bytes, dimensions, 4)) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the size of its output of %s overflows", layer->name,
                              digitnet__shape_text(layer->output).text);
    }
    DNN_TRY(
        check_limit(layer->name, "parameters", graph->parameter_count, layer->parameters, model->limits.parameters));
    DNN_TRY(check_limit(layer->name, "bytes of outputs", graph->activation_values * sizeof(float), bytes,
                        model->limits.activation_bytes));
    return check_limit(layer->name, "multiply-adds", graph->multiply_adds, layer->multiply_adds,
                       model->limits.multiply_adds);
}

static digitnet_status check_compiled(const digitnet_model *model) {
    if (!model->training)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESTATE, "the model is compiled: no layer can be added "
                                           "(digitnet_model_remove_layers_after() opens it for others)");
}

static digitnet_status check_layer_count(const digitnet_model *model) {
    if (model->network.graph.layer_count < DNN_LAYERS_MAX)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "the model has %d layers, which is the limit", DNN_LAYERS_MAX);
}

/* Infers and checks with inputs in memory that the caller releases. */
static digitnet_status infer(digitnet_model *model, digitnet__layer *layer, digitnet__layer_input *inputs,
                             const size_t *values) {
    for (size_t i = 0; i < layer->input_count; i++) {
        digitnet__shape shape = digitnet__graph_value_shape(&model->network.graph, values[i]);
        inputs[i] = (digitnet__layer_input){.value = values[i], .shape = shape};
    }
    layer->inputs = inputs;
    digitnet__attributes_unsign_zeros(&layer->attributes);
    DNN_TRY(digitnet__layer_check_attributes(layer));
    DNN_TRY(layer->kind->infer_shape(layer));
    count_values(layer);
    DNN_TRY(check_limits(model, layer));
    return digitnet__network_append(&model->network, layer);
}

digitnet_status digitnet__model_append(digitnet_model *model, digitnet__layer *layer, const char *name,
                                       const size_t *values, size_t value_count) {
    char default_buffer[MAX_NAME + 1];
    DNN_TRY(check_layer_count(model));
    if (name)
        DNN_TRY(check_name(model, name));
    size_t suffix = name ? 0 : default_name(default_buffer, model, layer->kind);
    layer->name = name ? (char *)name : default_buffer; /* appending copies it */
    layer->input_count = value_count;
    DNN_TRY(check_limit(layer->name, "inputs", model->network.graph.input_count, value_count, DNN_INPUTS_MAX));
    digitnet__layer_input *inputs = digitnet__allocate_array(value_count, sizeof *inputs);
    if (!inputs)
        return DIGITNET_ENOMEM;
    digitnet_status status = infer(model, layer, inputs, values);
    digitnet__release(inputs);
    if (status == DIGITNET_OK && !name)
        model->next_suffix[index_of(layer->kind)] = suffix + 1;
    return status;
}

/* The value that a name stands for; NULL is the output of the layer before. */
static digitnet_status find_input(size_t *value, const digitnet_model *model, const digitnet__layer_request *request,
                                  size_t index) {
    const digitnet__graph *graph = &model->network.graph;
    const char *name = request->inputs[index];
    *value = graph->layer_count;
    if (!name && !request->kind->many_inputs)
        return DIGITNET_OK;
    if (!name)
        return digitnet__fail(DIGITNET_EINVAL, "%s layer: inputs[%zu] is NULL", request->kind->name, index);
    if (digitnet__graph_find_value(value, graph, name))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ENOTFOUND, "%s layer: its input '%.80s' is not the name of a layer",
                          request->kind->name, name);
}

static digitnet_status check_input_list(const digitnet__layer_request *request) {
    if (!request->kind->many_inputs)
        return DIGITNET_OK;
    if (!request->inputs)
        return digitnet__fail(DIGITNET_EINVAL, "%s layer: inputs is NULL", request->kind->name);
    if (request->input_count < 2) {
        return digitnet__fail(DIGITNET_EINVAL, "%s layer: input_count is %zu; it must be at least 2",
                              request->kind->name, request->input_count);
    }
    return DIGITNET_OK;
}

/* With exclusive access. */
static digitnet_status append(digitnet_model *model, const digitnet__layer_request *request) {
    digitnet_status status = DIGITNET_OK;
    DNN_TRY(check_compiled(model));
    DNN_TRY(check_input_list(request));
    size_t count = request->kind->many_inputs ? request->input_count : 1;
    size_t *values = digitnet__allocate_array(count, sizeof *values);
    if (!values)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; status == DIGITNET_OK && i < count; i++)
        status = find_input(&values[i], model, request, i);
    digitnet__layer layer = {.kind = request->kind, .attributes = request->attributes};
    if (status == DIGITNET_OK)
        status = digitnet__model_append(model, &layer, request->name, values, count);
    digitnet__release(values);
    return status;
}

static void keep_error(digitnet_model *model, digitnet_status status) {
    model->error = status;
    snprintf(model->error_message, sizeof model->error_message, "%s", digitnet_last_error());
}

static digitnet_status add_layer(digitnet_model *model, const digitnet__layer_request *request,
                                 digitnet_status options) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "%s layer: model is NULL", request->kind->name);
    /* The message of the options' fault must survive the guard's success, which leaves it alone. */
    digitnet_status status = digitnet__model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    if (model->error != DIGITNET_OK) {
        status = digitnet__model_check(model);
    } else {
        status = options == DIGITNET_OK ? append(model, request) : options;
        /* A compiled model is not spoilt by a layer that is added too late. */
        if (status != DIGITNET_OK && !model->training)
            keep_error(model, status);
    }
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet__model_add_layer(digitnet_model *model, const digitnet__layer_request *request,
                                          digitnet_status options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, add_layer(model, request, options));
}

void digitnet_model_clear_error(digitnet_model *model) {
    if (model && digitnet__model_begin_write(model) == DIGITNET_OK) {
        model->error = DIGITNET_OK;
        model->error_message[0] = '\0';
        digitnet__model_end_write(model);
    }
}
