/* The table of layers, as Keras prints it. */
#include "core/status.h"
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHAPE_WIDTH = 24, COUNT_WIDTH = 15, MIN_NAME_WIDTH = 28 };

/* Text that is counted even where it no longer fits. */
typedef struct writer {
    char *buffer;
    size_t capacity, length;
} writer;

static void __attribute__((format(printf, 2, 3))) put(writer *out, const char *format, ...) {
    size_t left = out->length < out->capacity ? out->capacity - out->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(left ? out->buffer + out->length : NULL, left, format, arguments);
    va_end(arguments);
    out->length += length > 0 ? (size_t)length : 0;
}

static void put_rule(writer *out, char character, size_t width) {
    for (size_t i = 0; i < width; i++)
        put(out, "%c", character);
    put(out, "\n");
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

static size_t name_width(const digitnet__network *network) {
    size_t width = MIN_NAME_WIDTH;
    for (size_t i = 0; i < network->layer_count; i++) {
        const digitnet__layer *layer = &network->layers[i];
        size_t own = strlen(layer->name) + strlen(layer->kind->class_name) + 5;
        width = own > width ? own : width;
    }
    return width;
}

static void put_row(writer *out, size_t width, const char *name, const char *shape, const char *count) {
    put(out, " %-*s%-*s%s\n", (int)width, name, SHAPE_WIDTH, shape, count);
}

static void put_layer(writer *out, size_t width, const digitnet__layer *layer) {
    char name[128], shape[96], count[32];
    snprintf(name, sizeof name, "%s (%s)", layer->name, layer->kind->class_name);
    format_shape(shape, sizeof shape, layer->output);
    format_count(count, layer->parameters);
    put_row(out, width, name, shape, count);
}

static void put_table(writer *out, const digitnet__network *network) {
    size_t width = name_width(network);
    size_t total_width = 1 + width + SHAPE_WIDTH + COUNT_WIDTH;
    char count[32], shape[96];
    put_rule(out, '_', total_width);
    put_row(out, width, "Layer (type)", "Output Shape", "Param #");
    put_rule(out, '=', total_width);
    format_shape(shape, sizeof shape, network->input);
    put_row(out, width, "input (InputLayer)", shape, "0");
    for (size_t i = 0; i < network->layer_count; i++)
        put_layer(out, width, &network->layers[i]);
    put_rule(out, '=', total_width);
    format_count(count, network->parameter_count);
    put(out, "Total params: %s\n", count);
}

digitnet_status digitnet_model_summary(char *buffer, size_t capacity, size_t *needed, const digitnet_model *model) {
    if (!model || (!buffer && capacity))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_summary: %s is NULL", model ? "buffer" : "model");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    writer measure = {0};
    put_table(&measure, &model->network);
    size_t size = measure.length + 1;
    if (size <= capacity) {
        put_table(&(writer){.buffer = buffer, .capacity = capacity}, &model->network);
    } else {
        status = digitnet__fail(
            DIGITNET_EBUFFER, "digitnet_model_summary: the table takes %zu bytes, the buffer has %zu", size, capacity);
    }
    digitnet__model_end_read(model);
    if (needed)
        *needed = size;
    return status;
}
