/* The public builders: each describes its layer, and all end in add_layer(). */
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "digitnet/layers.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 63 };

static bool name_is_taken(const digitnet__network *network, const char *name) {
    for (size_t i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return true;
    return false;
}

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

static bool is_name(const char *name) {
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

static digitnet_status check_name(const digitnet__network *network, const char *name) {
    if (!is_name(name)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer name '%.80s': a name has 1 to %d bytes of UTF-8, no control character and no '/'",
                              name, MAX_NAME);
    }
    if (name_is_taken(network, name))
        return digitnet__fail(DIGITNET_EINVAL, "layer name '%s': another layer has it", name);
    return DIGITNET_OK;
}

/* As Keras: "dense", "dense_1", "dense_2". */
static void default_name(char name[MAX_NAME + 1], const digitnet__network *network, const char *stem) {
    snprintf(name, MAX_NAME + 1, "%s", stem);
    for (size_t i = 1; name_is_taken(network, name); i++)
        snprintf(name, MAX_NAME + 1, "%s_%zu", stem, i);
}

static digitnet_status check_limit(const char *layer, const char *what, size_t sum, size_t more, size_t limit) {
    if (more <= limit && sum <= limit - more)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': its %zu %s on top of %zu exceed the limit of %zu", layer, more,
                          what, sum, limit);
}

static digitnet_status check_limits(const digitnet_model *model, const digitnet__layer *layer) {
    const digitnet__network *network = &model->network;
    size_t dimensions[] = {layer->output.height, layer->output.width, layer->output.channels, sizeof(float)};
    size_t bytes;
    if (!digitnet__size_product(&bytes, dimensions, 4)) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': its output of %s overflows", layer->name,
                              digitnet__shape_text(layer->output).text);
    }
    digitnet_status status =
        check_limit(layer->name, "parameters", network->parameter_count, layer->parameters, model->limits.parameters);
    if (status == DIGITNET_OK) {
        status = check_limit(layer->name, "bytes of outputs", network->activation_values * sizeof(float), bytes,
                             model->limits.activation_bytes);
    }
    if (status == DIGITNET_OK) {
        status = check_limit(layer->name, "multiply-adds", network->multiply_adds, layer->multiply_adds,
                             model->limits.multiply_adds);
    }
    return status;
}

static digitnet_status check_activation(const digitnet__layer *layer) {
    if (digitnet__activation_name(layer->activation))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %d is no activation", layer->name, (int)layer->activation);
}

static digitnet_status check_padding(const char *name, digitnet_padding padding) {
    if (padding == DIGITNET_PADDING_VALID || padding == DIGITNET_PADDING_SAME)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %d is no padding", name ? name : "", (int)padding);
}

/* With the model to itself. `layer` has its kind and attributes. */
static digitnet_status append(digitnet_model *model, digitnet__layer *layer, const char *name) {
    digitnet__network *network = &model->network;
    if (network->parameters)
        return digitnet__fail(DIGITNET_ESTATE, "the model is compiled: its layers are fixed");
    char default_buffer[MAX_NAME + 1];
    digitnet_status status = DIGITNET_OK;
    if (name)
        status = check_name(network, name);
    else
        default_name(default_buffer, network, layer->kind->name);
    layer->name = name ? (char *)name : default_buffer; /* digitnet__network_append() copies it */
    layer->input = digitnet__network_output(network);
    if (status == DIGITNET_OK)
        status = check_activation(layer);
    if (status == DIGITNET_OK)
        status = layer->kind->infer_shape(layer);
    if (status == DIGITNET_OK)
        status = check_limits(model, layer);
    return status == DIGITNET_OK ? digitnet__network_append(network, layer) : status;
}

static void keep_error(digitnet_model *model, digitnet_status status) {
    model->error = status;
    snprintf(model->error_message, sizeof model->error_message, "%s", digitnet_last_error());
}

/* `options_status`: what reading and checking the options came to. */
static digitnet_status add_layer(digitnet_model *model, digitnet__layer *layer, const char *name,
                                 digitnet_status options_status) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "%s layer: model is NULL", layer->kind->name);
    /* The message of the options' fault must survive the guard's success, which leaves it alone. */
    digitnet_status status = digitnet__model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    if (model->error != DIGITNET_OK) {
        status = digitnet__model_check(model);
    } else {
        status = options_status == DIGITNET_OK ? append(model, layer, name) : options_status;
        /* A compiled model is not spoilt by a layer that comes too late. */
        if (status != DIGITNET_OK && !model->network.parameters)
            keep_error(model, status);
    }
    digitnet__model_end_write(model);
    return status;
}

void digitnet_model_clear_error(digitnet_model *model) {
    if (model && digitnet__model_begin_write(model) == DIGITNET_OK) {
        model->error = DIGITNET_OK;
        model->error_message[0] = '\0';
        digitnet__model_end_write(model);
    }
}

digitnet_status digitnet_model_add_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                          digitnet_activation activation) {
    return digitnet_model_add_conv2d_ex(model, filters, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                             digitnet_activation activation, const digitnet_conv2d_options *options) {
    digitnet_conv2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_conv2d_options, no_bias);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_conv2d_options, no_bias);
    if (status == DIGITNET_OK)
        status = check_padding(own.name, own.padding);
    size_t stride = own.stride_height ? own.stride_height : 1;
    digitnet__layer layer = {.kind = &digitnet__layer_conv2d,
                             .activation = activation,
                             .as.conv2d = {.filters = filters,
                                           .kernel_height = kernel,
                                           .kernel_width = own.kernel_width ? own.kernel_width : kernel,
                                           .stride_height = stride,
                                           .stride_width = own.stride_width ? own.stride_width : stride,
                                           .padding = own.padding,
                                           .no_bias = own.no_bias != 0}};
    return add_layer(model, &layer, own.name, status);
}

digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool) {
    return digitnet_model_add_max_pool2d_ex(model, pool, NULL);
}

digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                 const digitnet_max_pool2d_options *options) {
    digitnet_max_pool2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_max_pool2d_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_max_pool2d_options);
    if (status == DIGITNET_OK)
        status = check_padding(own.name, own.padding);
    size_t width = own.pool_width ? own.pool_width : pool;
    digitnet__layer layer = {.kind = &digitnet__layer_max_pool2d,
                             .as.max_pool2d = {.pool_height = pool,
                                               .pool_width = width,
                                               .stride_height = own.stride_height ? own.stride_height : pool,
                                               .stride_width = own.stride_width ? own.stride_width : width,
                                               .padding = own.padding}};
    return add_layer(model, &layer, own.name, status);
}

digitnet_status digitnet_model_add_flatten(digitnet_model *model) {
    return digitnet_model_add_flatten_ex(model, NULL);
}

digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model, const digitnet_layer_options *options) {
    digitnet_layer_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_layer_options, name);
    return add_layer(model, &(digitnet__layer){.kind = &digitnet__layer_flatten}, own.name, status);
}

digitnet_status digitnet_model_add_dense(digitnet_model *model, size_t units, digitnet_activation activation) {
    return digitnet_model_add_dense_ex(model, units, activation, NULL);
}

digitnet_status digitnet_model_add_dense_ex(digitnet_model *model, size_t units, digitnet_activation activation,
                                            const digitnet_dense_options *options) {
    digitnet_dense_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dense_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_dense_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_dense_options, no_bias);
    digitnet__layer layer = {.kind = &digitnet__layer_dense,
                             .activation = activation,
                             .as.dense = {.units = units, .no_bias = own.no_bias != 0}};
    return add_layer(model, &layer, own.name, status);
}

digitnet_status digitnet_model_add_dropout(digitnet_model *model, double rate) {
    return digitnet_model_add_dropout_ex(model, rate, NULL);
}

digitnet_status digitnet_model_add_dropout_ex(digitnet_model *model, double rate,
                                              const digitnet_layer_options *options) {
    digitnet_layer_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_layer_options, name);
    digitnet__layer layer = {.kind = &digitnet__layer_dropout, .as.dropout_rate = rate};
    return add_layer(model, &layer, own.name, status);
}

digitnet_status digitnet_model_add_activation(digitnet_model *model, digitnet_activation activation) {
    return digitnet_model_add_activation_ex(model, activation, NULL);
}

digitnet_status digitnet_model_add_activation_ex(digitnet_model *model, digitnet_activation activation,
                                                 const digitnet_layer_options *options) {
    digitnet_layer_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_layer_options, name);
    return add_layer(model, &(digitnet__layer){.kind = &digitnet__layer_activation, .activation = activation}, own.name,
                     status);
}
