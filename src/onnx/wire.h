/* Protocol buffers' encoding: a reader for bytes from anywhere, and a writer into memory of known size.
 * https://protobuf.dev/programming-guides/encoding */
#ifndef DNN_ONNX_WIRE_H
#define DNN_ONNX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digitnet/status.h"

typedef enum dnn_wire_type {
    DNN_WIRE_VARINT = 0,
    DNN_WIRE_FIXED64 = 1,
    DNN_WIRE_BYTES = 2,
    DNN_WIRE_FIXED32 = 5
} dnn_wire_type;

/* Bytes that lie in the file; `offset` is their place in it, for messages. */
typedef struct dnn_wire_view {
    const unsigned char *bytes;
    size_t size;
    size_t offset;
} dnn_wire_view;

/* One field. `bytes` is the payload of all types but VARINT. */
typedef struct dnn_wire_field {
    uint32_t number;
    dnn_wire_type type;
    uint64_t varint;
    dnn_wire_view bytes;
    size_t offset; /* of its tag */
} dnn_wire_field;

/* Goes over the fields of one message. It never reads past the message, and keeps its first failure. */
typedef struct dnn_wire_reader {
    dnn_wire_view message;
    size_t position; /* within the message */
    digitnet_status status;
} dnn_wire_reader;

dnn_wire_reader dnn_wire_read(dnn_wire_view message);
/* False past the last field, and where the message is malformed: then reader->status is EFORMAT, with the message set.
 */
bool dnn_wire_next(dnn_wire_reader *reader, dnn_wire_field *field);
/* The value of a field that must be of a certain type; a wrong type fails the reader, and the value is left alone. The
 * last of several fields of one number wins. */
void dnn_wire_get_varint(dnn_wire_reader *reader, const dnn_wire_field *field, uint64_t *value);
void dnn_wire_get_float(dnn_wire_reader *reader, const dnn_wire_field *field, float *value);
void dnn_wire_get_bytes(dnn_wire_reader *reader, const dnn_wire_field *field, dnn_wire_view *value);
/* A message that may stand only once: the second fails the reader. `name` is for the message. */
void dnn_wire_get_message(dnn_wire_reader *reader, const dnn_wire_field *field, dnn_wire_view *value, const char *name);
/* Appends a repeated integer, packed or not. `*count` goes on past `capacity`, but no more values are kept. */
void dnn_wire_get_integers(dnn_wire_reader *reader, const dnn_wire_field *field, int64_t *values, size_t capacity,
                           size_t *count);

bool dnn_wire_equal(dnn_wire_view a, dnn_wire_view b);
bool dnn_wire_is(dnn_wire_view view, const char *text);

/* A view's bytes for a message: printable ASCII, others as '?', cut where they are long. */
typedef struct dnn_wire_text {
    char text[68];
} dnn_wire_text;
dnn_wire_text dnn_wire_printable(dnn_wire_view view);

/* Writes into `bytes`, or only counts where that is NULL: the same calls in both ways, so that memory of the exact size
 * can be had before. */
typedef struct dnn_wire_writer {
    unsigned char *bytes;
    size_t position; /* SIZE_MAX where that many bytes or more were counted */
} dnn_wire_writer;

void dnn_wire_put_varint(dnn_wire_writer *writer, uint32_t number, uint64_t value);
void dnn_wire_put_string(dnn_wire_writer *writer, uint32_t number, const char *text);
/* A field of `size` bytes; returns where the caller writes them, NULL while counting. */
unsigned char *dnn_wire_put_bytes(dnn_wire_writer *writer, uint32_t number, size_t size);
/* What is written between the two is one message; begin's result goes to end. */
size_t dnn_wire_begin(dnn_wire_writer *writer, uint32_t number);
void dnn_wire_end(dnn_wire_writer *writer, size_t begin);

/* Numbers in little-endian bytes, whatever the machine's order. */
void dnn_wire_store_float(unsigned char *bytes, float value);
void dnn_wire_store_double(unsigned char *bytes, double value);
float dnn_wire_load_float(const unsigned char *bytes);
double dnn_wire_load_double(const unsigned char *bytes);

#endif
