#include "onnx/tensor.h"

#include "core/memory.h"
#include "core/status.h"
#include "onnx/schema.h"

#include <stdio.h>

digitnet__onnx_name digitnet__onnx_join(const char *name, const char *suffix) {
    digitnet__onnx_name joined;
    snprintf(joined.text, sizeof joined.text, "%s/%s", name, suffix);
    return joined;
}

/* Dropout's rate: OpenCV 4.6 reads a double from double_data alone. */
void digitnet__onnx_write_scalar(digitnet__wire_writer *writer, const char *name, double value) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, DNN_DATA_DOUBLE);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, name);
    unsigned char *data = digitnet__wire_put_bytes(writer, DNN_TENSOR_DOUBLE_DATA, sizeof value);
    if (data)
        digitnet__wire_store_double(data, value);
    digitnet__wire_end(writer, begin);
}

/* A tensor of one dimension, but for its values of `width` bytes, which the caller writes; NULL while counting. */
static unsigned char *begin_row(digitnet__wire_writer *writer, const char *name, size_t count, uint64_t data_type,
                                size_t width) {
    digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, count);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, data_type);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, name);
    return digitnet__wire_put_bytes(writer, DNN_TENSOR_RAW_DATA, count * width);
}

void digitnet__onnx_write_sizes(digitnet__wire_writer *writer, const char *name, const size_t *values, size_t count) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    unsigned char *data = begin_row(writer, name, count, DNN_DATA_INT64, sizeof(int64_t));
    for (size_t i = 0; data && i < count; i++)
        digitnet__wire_store_integer(data + i * sizeof(int64_t), values[i]);
    digitnet__wire_end(writer, begin);
}

void digitnet__onnx_write_floats(digitnet__wire_writer *writer, const char *name, const float *values, size_t count) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    unsigned char *data = begin_row(writer, name, count, DNN_DATA_FLOAT, sizeof *values);
    for (size_t i = 0; data && i < count; i++)
        digitnet__wire_store_float(data + i * sizeof *values, values[i]);
    digitnet__wire_end(writer, begin);
}

void digitnet__onnx_write_filled(digitnet__wire_writer *writer, const char *name, size_t count, float value) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    unsigned char *data = begin_row(writer, name, count, DNN_DATA_FLOAT, sizeof value);
    for (size_t i = 0; data && i < count; i++)
        digitnet__wire_store_float(data + i * sizeof value, value);
    digitnet__wire_end(writer, begin);
}

digitnet_status digitnet__onnx_fail_tensor(digitnet_status status, const digitnet__onnx_tensor *tensor,
                                           const char *what) {
    return digitnet__fail(status, "initializer '%s' at byte %zu: %s", digitnet__wire_printable(tensor->name).text,
                          tensor->message.offset, what);
}

/* What a tensor's fields say before they are compared. */
typedef struct contents {
    int64_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank;
    uint64_t data_type, location;
    bool segmented;
    size_t raw_fields, float_fields;
    size_t raw_bytes, float_bytes; /* together no more than the file has */
} contents;

static void scan(digitnet__wire_reader *reader, digitnet__onnx_tensor *tensor, contents *found) {
    digitnet__wire_field field;
    while (digitnet__wire_next(reader, &field)) {
        switch (field.number) {
        case DNN_TENSOR_DIMS:
            digitnet__wire_get_integers(reader, &field, found->dimensions, DNN_ONNX_RANK_MAX, &found->rank);
            break;
        case DNN_TENSOR_DATA_TYPE:
            digitnet__wire_get_varint(reader, &field, &found->data_type);
            break;
        case DNN_TENSOR_SEGMENT:
            found->segmented = true;
            break;
        case DNN_TENSOR_NAME:
            digitnet__wire_get_bytes(reader, &field, &tensor->name);
            break;
        case DNN_TENSOR_DATA_LOCATION:
            digitnet__wire_get_varint(reader, &field, &found->location);
            break;
        case DNN_TENSOR_RAW_DATA:
            found->raw_fields++;
            found->raw_bytes += field.bytes.size;
            break;
        case DNN_TENSOR_FLOAT_DATA:
            found->float_fields++;
            found->float_bytes += field.bytes.size;
            break;
        default:
            break;
        }
    }
}

static digitnet_status check_dimensions(digitnet__onnx_tensor *tensor, const contents *found) {
    if (found->rank > DNN_ONNX_RANK_MAX)
        return digitnet__onnx_fail_tensor(DIGITNET_EUNSUPPORTED, tensor, "it has more than 4 dimensions");
    tensor->rank = found->rank;
    for (size_t i = 0; i < found->rank; i++) {
        if (found->dimensions[i] < 0 || found->dimensions[i] > INT32_MAX)
            return digitnet__onnx_fail_tensor(DIGITNET_EFORMAT, tensor, "a dimension is out of range");
        tensor->dimensions[i] = (size_t)found->dimensions[i];
    }
    if (!digitnet__size_product(&tensor->values, tensor->dimensions, tensor->rank))
        return digitnet__onnx_fail_tensor(DIGITNET_EFORMAT, tensor, "its dimensions overflow");
    return DIGITNET_OK;
}

/* The bytes must be exactly those of the values, in one form. */
static digitnet_status check_data(digitnet__onnx_tensor *tensor, const contents *found) {
    size_t bytes = found->raw_fields ? found->raw_bytes : found->float_bytes;
    size_t expected;
    if (found->raw_fields > 1 || (found->raw_fields && found->float_fields))
        return digitnet__onnx_fail_tensor(DIGITNET_EFORMAT, tensor, "its data occur twice");
    if (!digitnet__size_multiply(&expected, tensor->values, sizeof(float)) || bytes != expected) {
        return digitnet__fail(DIGITNET_EFORMAT, "initializer '%s' at byte %zu: %zu bytes of data for %zu values",
                              digitnet__wire_printable(tensor->name).text, tensor->message.offset, bytes,
                              tensor->values);
    }
    tensor->data_field = found->raw_fields ? DNN_TENSOR_RAW_DATA : DNN_TENSOR_FLOAT_DATA;
    return DIGITNET_OK;
}

/* A list's pieces must be whole numbers, so that it can be read value by value. */
static digitnet_status check_pieces(const digitnet__onnx_tensor *tensor) {
    digitnet__wire_reader reader = digitnet__wire_read(tensor->message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        if (field.number == tensor->data_field &&
            (field.type == DNN_WIRE_VARINT || field.bytes.size % sizeof(float) != 0))
            return digitnet__onnx_fail_tensor(DIGITNET_EFORMAT, tensor, "its data are not of its type");
    return reader.status;
}

digitnet_status digitnet__onnx_parse_tensor(digitnet__onnx_tensor *tensor, digitnet__wire_view message) {
    *tensor = (digitnet__onnx_tensor){.message = message};
    contents found = {.rank = 0};
    digitnet__wire_reader reader = digitnet__wire_read(message);
    scan(&reader, tensor, &found);
    if (reader.status != DIGITNET_OK)
        return reader.status;
    if (found.data_type != DNN_DATA_FLOAT)
        return digitnet__onnx_fail_tensor(DIGITNET_EUNSUPPORTED, tensor, "its data type is not float");
    if (found.location != 0)
        return digitnet__onnx_fail_tensor(DIGITNET_EUNSUPPORTED, tensor, "its data are in another file");
    if (found.segmented)
        return digitnet__onnx_fail_tensor(DIGITNET_EUNSUPPORTED, tensor, "it is stored in segments");
    digitnet_status status = check_dimensions(tensor, &found);
    if (status == DIGITNET_OK)
        status = check_data(tensor, &found);
    return status == DIGITNET_OK ? check_pieces(tensor) : status;
}

digitnet__onnx_name digitnet__onnx_dimensions_text(const size_t *dimensions, size_t rank) {
    digitnet__onnx_name result = {"scalar"};
    size_t length = 0;
    for (size_t i = 0; i < rank; i++) {
        length +=
            (size_t)snprintf(result.text + length, sizeof result.text - length, i ? "x%zu" : "%zu", dimensions[i]);
    }
    return result;
}

digitnet__onnx_cursor digitnet__onnx_begin_values(const digitnet__onnx_tensor *tensor) {
    return (digitnet__onnx_cursor){.reader = digitnet__wire_read(tensor->message), .data_field = tensor->data_field};
}

float digitnet__onnx_next_value(digitnet__onnx_cursor *cursor) {
    digitnet__wire_field field = {.number = 0};
    while (cursor->at == cursor->end) {
        digitnet__wire_next(&cursor->reader, &field);
        if (field.number == cursor->data_field) {
            cursor->at = field.bytes.bytes;
            cursor->end = field.bytes.bytes + field.bytes.size;
        }
    }
    float value = digitnet__wire_load_float(cursor->at);
    cursor->at += sizeof value;
    return value;
}

/* Each name is compared with all others. */
enum { NAME_MAX_BYTES = 512 };

digitnet_status digitnet__onnx_add_initializer(digitnet__onnx_initializers *initializers, digitnet__wire_view message) {
    digitnet__onnx_initializer initializer = {.message = message};
    digitnet__wire_reader reader = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        if (field.number == DNN_TENSOR_NAME)
            digitnet__wire_get_bytes(&reader, &field, &initializer.name);
    if (reader.status == DIGITNET_OK && initializer.name.size > NAME_MAX_BYTES) {
        return digitnet__fail(DIGITNET_ELIMIT, "byte %zu: the name of an initializer has %zu bytes; the limit is %d",
                              message.offset, initializer.name.size, NAME_MAX_BYTES);
    }
    if (reader.status == DIGITNET_OK && digitnet__onnx_find_initializer(initializers, initializer.name)) {
        return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: a second initializer is named '%s'", message.offset,
                              digitnet__wire_printable(initializer.name).text);
    }
    if (reader.status == DIGITNET_OK)
        initializers->entries[initializers->count++] = initializer;
    return reader.status;
}

const digitnet__onnx_initializer *digitnet__onnx_find_initializer(const digitnet__onnx_initializers *initializers,
                                                                  digitnet__wire_view name) {
    for (size_t i = 0; i < initializers->count; i++)
        if (digitnet__wire_equal(initializers->entries[i].name, name))
            return &initializers->entries[i];
    return NULL;
}
