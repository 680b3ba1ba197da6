#include "import/attribute.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <string.h>

static digitnet_status read_integers(digitnet__import_attribute *attribute, digitnet__pool *pool,
                                     digitnet__wire_view message) {
    size_t count = 0;
    void *memory = NULL;
    for (size_t capacity = 0;; capacity = count, count = 0) {
        digitnet__wire_reader fields = digitnet__wire_read(message);
        digitnet__wire_field field;
        while (digitnet__wire_next(&fields, &field))
            if (field.number == DNN_ATTRIBUTE_INTS)
                digitnet__wire_get_integers(&fields, &field, memory, capacity, &count);
        DNN_TRY(fields.status);
        if (capacity == count)
            break;
        DNN_TRY(digitnet__pool_allocate(&memory, pool, count, sizeof(int64_t)));
    }
    attribute->integers = memory;
    attribute->count = count;
    return DIGITNET_OK;
}

static digitnet_status read_numbers(digitnet__import_attribute *attribute, digitnet__pool *pool,
                                    digitnet__wire_view message) {
    void *memory;
    size_t count = 0;
    /* Each number takes at least four of the message's bytes. */
    DNN_TRY(digitnet__pool_allocate(&memory, pool, message.size / sizeof(float), sizeof(float)));
    float *numbers = memory;
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field)) {
        if (field.number != DNN_ATTRIBUTE_FLOATS)
            continue;
        if (field.type == DNN_WIRE_VARINT || field.bytes.size % sizeof(float) != 0)
            return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: the numbers of an attribute are no floats",
                                  field.offset);
        for (size_t i = 0; i < field.bytes.size; i += sizeof(float))
            numbers[count++] = digitnet__wire_load_float(field.bytes.bytes + i);
    }
    attribute->numbers = numbers;
    attribute->count = count;
    return fields.status;
}

/* The type that files of the first version leave out is told from what there is. */
digitnet_status digitnet__import_attribute_read(digitnet__import_attribute *attribute, digitnet__wire_view *reference,
                                                digitnet__pool *pool, digitnet__wire_view message) {
    uint64_t integer = 0, type = 0, found = 0;
    *attribute = (digitnet__import_attribute){.count = 0};
    *reference = (digitnet__wire_view){0};
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field)) {
        switch (field.number) {
        case DNN_ATTRIBUTE_NAME:
            digitnet__wire_get_bytes(&fields, &field, &attribute->name);
            break;
        case DNN_ATTRIBUTE_F:
            digitnet__wire_get_float(&fields, &field, &attribute->number);
            found = DNN_ATTRIBUTE_TYPE_FLOAT;
            break;
        case DNN_ATTRIBUTE_I:
            digitnet__wire_get_varint(&fields, &field, &integer);
            found = DNN_ATTRIBUTE_TYPE_INT;
            break;
        case DNN_ATTRIBUTE_S:
            digitnet__wire_get_bytes(&fields, &field, &attribute->text);
            found = DNN_ATTRIBUTE_TYPE_STRING;
            break;
        case DNN_ATTRIBUTE_T:
            digitnet__wire_get_bytes(&fields, &field, &attribute->message);
            found = DNN_ATTRIBUTE_TYPE_TENSOR;
            break;
        case DNN_ATTRIBUTE_G:
            digitnet__wire_get_bytes(&fields, &field, &attribute->message);
            found = DNN_ATTRIBUTE_TYPE_GRAPH;
            break;
        case DNN_ATTRIBUTE_FLOATS:
            found = DNN_ATTRIBUTE_TYPE_FLOATS;
            break;
        case DNN_ATTRIBUTE_INTS:
            found = DNN_ATTRIBUTE_TYPE_INTS;
            break;
        case DNN_ATTRIBUTE_TYPE:
            digitnet__wire_get_varint(&fields, &field, &type);
            break;
        case DNN_ATTRIBUTE_REFERENCE:
            digitnet__wire_get_bytes(&fields, &field, reference);
            break;
        default:
            break;
        }
    }
    DNN_TRY(fields.status);
    attribute->type = type ? type : found;
    memcpy(&attribute->integer, &integer, sizeof integer);
    if (attribute->type == DNN_ATTRIBUTE_TYPE_INTS)
        return read_integers(attribute, pool, message);
    return attribute->type == DNN_ATTRIBUTE_TYPE_FLOATS ? read_numbers(attribute, pool, message) : DIGITNET_OK;
}
