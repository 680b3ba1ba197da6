#include "onnx/wire.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 10, FIELD_NUMBER_MAX = 536870911 };

digitnet__wire_reader digitnet__wire_read(digitnet__wire_view message) {
    return (digitnet__wire_reader){.message = message};
}

static bool fail(digitnet__wire_reader *reader, size_t position, const char *what) {
    if (reader->status == DIGITNET_OK)
        reader->status = digitnet__fail(DIGITNET_EFORMAT, "byte %zu: %s", reader->message.offset + position, what);
    return false;
}

/* A varint at `*position` of a view, which moves behind it; false where it does not end within the view, or has more
 * than 64 bits. */
static bool parse_varint(uint64_t *value, const digitnet__wire_view *view, size_t *position) {
    uint64_t result = 0;
    for (unsigned i = 0; *position < view->size; i++) {
        unsigned char byte = view->bytes[(*position)++];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1)
            return false; /* so that the last byte ends the number */
        result |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            return true;
        }
    }
    return false;
}

static bool take_bytes(digitnet__wire_reader *reader, digitnet__wire_field *field, uint64_t size) {
    if (size > reader->message.size - reader->position)
        return fail(reader, (size_t)(field->offset - reader->message.offset), "a field is longer than what holds it");
    field->bytes = (digitnet__wire_view){.bytes = reader->message.bytes + reader->position,
                                         .size = (size_t)size,
                                         .offset = reader->message.offset + reader->position};
    reader->position += (size_t)size;
    return true;
}

static bool take_payload(digitnet__wire_reader *reader, digitnet__wire_field *field) {
    size_t start = reader->position;
    uint64_t size;
    switch (field->type) {
    case DNN_WIRE_VARINT:
        if (!parse_varint(&field->varint, &reader->message, &reader->position))
            return fail(reader, start, "a number is cut off or too long");
        return true;
    case DNN_WIRE_FIXED64:
        return take_bytes(reader, field, 8);
    case DNN_WIRE_FIXED32:
        return take_bytes(reader, field, 4);
    case DNN_WIRE_BYTES:
        if (!parse_varint(&size, &reader->message, &reader->position))
            return fail(reader, start, "a length is cut off or too long");
        return take_bytes(reader, field, size);
    }
    return fail(reader, start, "unknown wire type");
}

bool digitnet__wire_next(digitnet__wire_reader *reader, digitnet__wire_field *field) {
    if (reader->status != DIGITNET_OK || reader->position == reader->message.size)
        return false;
    size_t start = reader->position;
    uint64_t tag;
    if (!parse_varint(&tag, &reader->message, &reader->position))
        return fail(reader, start, "a field's tag is cut off or too long");
    if (tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
        return fail(reader, start, "no field has this number");
    *field = (digitnet__wire_field){.number = (uint32_t)(tag >> 3),
                                    .type = (digitnet__wire_type)(tag & 7),
                                    .offset = reader->message.offset + start};
    return take_payload(reader, field);
}

static bool expect(digitnet__wire_reader *reader, const digitnet__wire_field *field, digitnet__wire_type type) {
    if (field->type != type)
        return fail(reader, field->offset - reader->message.offset, "a field has the wrong wire type");
    return true;
}

void digitnet__wire_get_varint(digitnet__wire_reader *reader, const digitnet__wire_field *field, uint64_t *value) {
    if (expect(reader, field, DNN_WIRE_VARINT))
        *value = field->varint;
}

void digitnet__wire_get_float(digitnet__wire_reader *reader, const digitnet__wire_field *field, float *value) {
    if (expect(reader, field, DNN_WIRE_FIXED32))
        *value = digitnet__wire_load_float(field->bytes.bytes);
}

void digitnet__wire_get_bytes(digitnet__wire_reader *reader, const digitnet__wire_field *field,
                              digitnet__wire_view *value) {
    if (expect(reader, field, DNN_WIRE_BYTES))
        *value = field->bytes;
}

void digitnet__wire_get_message(digitnet__wire_reader *reader, const digitnet__wire_field *field,
                                digitnet__wire_view *value, const char *name) {
    if (value->bytes && reader->status == DIGITNET_OK) {
        reader->status = digitnet__fail(DIGITNET_EFORMAT, "byte %zu: %s occurs twice", field->offset, name);
        return;
    }
    digitnet__wire_get_bytes(reader, field, value);
}

void digitnet__wire_get_integers(digitnet__wire_reader *reader, const digitnet__wire_field *field, int64_t *values,
                                 size_t capacity, size_t *count) {
    if (field->type == DNN_WIRE_VARINT) {
        if (*count < capacity)
            values[*count] = (int64_t)field->varint;
        ++*count;
        return;
    }
    if (!expect(reader, field, DNN_WIRE_BYTES))
        return;
    for (size_t position = 0; position < field->bytes.size; ++*count) {
        uint64_t value;
        if (!parse_varint(&value, &field->bytes, &position)) {
            fail(reader, field->offset - reader->message.offset, "a list of numbers is cut off");
            return;
        }
        if (*count < capacity)
            values[*count] = (int64_t)value;
    }
}

bool digitnet__wire_next_message(digitnet__wire_reader *reader, digitnet__wire_view *message, uint32_t number) {
    digitnet__wire_field field;
    while (digitnet__wire_next(reader, &field)) {
        if (field.number != number)
            continue;
        *message = (digitnet__wire_view){0};
        digitnet__wire_get_bytes(reader, &field, message);
        return reader->status == DIGITNET_OK;
    }
    return false;
}

digitnet_status digitnet__wire_find(digitnet__wire_view *found, digitnet__wire_view message, uint32_t number) {
    digitnet__wire_reader reader = digitnet__wire_read(message);
    digitnet__wire_view next;
    *found = (digitnet__wire_view){0};
    while (digitnet__wire_next_message(&reader, &next, number))
        *found = next;
    return reader.status;
}

digitnet__wire_view digitnet__wire_string(const char *text) {
    return (digitnet__wire_view){.bytes = (const unsigned char *)text, .size = strlen(text)};
}

bool digitnet__wire_equal(digitnet__wire_view a, digitnet__wire_view b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

bool digitnet__wire_is(digitnet__wire_view view, const char *text) {
    return digitnet__wire_equal(view, digitnet__wire_string(text));
}

digitnet__wire_text digitnet__wire_printable(digitnet__wire_view view) {
    enum { LENGTH_MAX = 64 };
    digitnet__wire_text result;
    size_t length = view.size < LENGTH_MAX ? view.size : LENGTH_MAX;
    for (size_t i = 0; i < length; i++)
        result.text[i] = view.bytes[i] >= 0x20 && view.bytes[i] < 0x7f ? (char)view.bytes[i] : '?';
    strcpy(result.text + length, view.size > length ? "..." : "");
    return result;
}

static size_t varint_size(uint64_t value) {
    size_t size = 1;
    for (; value >= 0x80; value >>= 7)
        size++;
    return size;
}

static void store_varint(unsigned char *bytes, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *bytes++ = (unsigned char)(value | 0x80);
    *bytes = (unsigned char)value;
}

/* Goes `size` bytes on; returns where they are, NULL while counting. */
static unsigned char *advance(digitnet__wire_writer *writer, size_t size) {
    unsigned char *place = writer->bytes ? writer->bytes + writer->position : NULL;
    if (!digitnet__size_add(&writer->position, writer->position, size))
        writer->position = SIZE_MAX;
    return place;
}

static void write_varint(digitnet__wire_writer *writer, uint64_t value) {
    unsigned char *place = advance(writer, varint_size(value));
    if (place)
        store_varint(place, value);
}

static void write_tag(digitnet__wire_writer *writer, uint32_t number, digitnet__wire_type type) {
    write_varint(writer, (uint64_t)number << 3 | type);
}

void digitnet__wire_put_varint(digitnet__wire_writer *writer, uint32_t number, uint64_t value) {
    write_tag(writer, number, DNN_WIRE_VARINT);
    write_varint(writer, value);
}

unsigned char *digitnet__wire_put_bytes(digitnet__wire_writer *writer, uint32_t number, size_t size) {
    write_tag(writer, number, DNN_WIRE_BYTES);
    write_varint(writer, size);
    return advance(writer, size);
}

void digitnet__wire_put_float(digitnet__wire_writer *writer, uint32_t number, float value) {
    write_tag(writer, number, DNN_WIRE_FIXED32);
    unsigned char *bytes = advance(writer, sizeof value);
    if (bytes)
        digitnet__wire_store_float(bytes, value);
}

void digitnet__wire_put_string(digitnet__wire_writer *writer, uint32_t number, const char *text) {
    size_t size = strlen(text);
    unsigned char *place = digitnet__wire_put_bytes(writer, number, size);
    if (place)
        memcpy(place, text, size);
}

size_t digitnet__wire_begin(digitnet__wire_writer *writer, uint32_t number) {
    write_tag(writer, number, DNN_WIRE_BYTES);
    return writer->position;
}

/* The length stands before the message but is known only now: the message moves up to make room for it. */
void digitnet__wire_end(digitnet__wire_writer *writer, size_t begin) {
    size_t size = writer->position - begin;
    size_t length_size = varint_size(size);
    advance(writer, length_size);
    if (writer->bytes) {
        memmove(writer->bytes + begin + length_size, writer->bytes + begin, size);
        store_varint(writer->bytes + begin, size);
    }
}

static void store_bits(unsigned char *bytes, uint64_t bits, size_t size) {
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
}

static uint64_t load_bits(const unsigned char *bytes, size_t size) {
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

void digitnet__wire_store_float(unsigned char *bytes, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    store_bits(bytes, bits, sizeof bits);
}

void digitnet__wire_store_double(unsigned char *bytes, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    store_bits(bytes, bits, sizeof bits);
}

void digitnet__wire_store_integer(unsigned char *bytes, uint64_t value) {
    store_bits(bytes, value, sizeof value);
}

float digitnet__wire_load_float(const unsigned char *bytes) {
    uint32_t bits = (uint32_t)load_bits(bytes, sizeof bits);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double digitnet__wire_load_double(const unsigned char *bytes) {
    uint64_t bits = load_bits(bytes, sizeof bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
