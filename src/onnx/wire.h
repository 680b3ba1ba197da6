/* Protocol buffers' encoding: a reader for bytes from anywhere, and a writer into memory of known size.
 * https://protobuf.dev/programming-guides/encoding */
#ifndef DNN_ONNX_WIRE_H
#define DNN_ONNX_WIRE_H

#include "digitnet/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum digitnet__wire_type {
    DNN_WIRE_VARINT = 0,
    DNN_WIRE_FIXED64 = 1,
    DNN_WIRE_BYTES = 2,
    DNN_WIRE_FIXED32 = 5
} digitnet__wire_type;

/* Bytes that lie in the file; `offset` is their place in it, for messages. */
typedef struct digitnet__wire_view {
    const unsigned char *bytes;
    size_t size;
    size_t offset;
} digitnet__wire_view;

/* One field. `bytes` is the payload of all types but VARINT. */
typedef struct digitnet__wire_field {
    uint32_t number;
    digitnet__wire_type type;
    uint64_t varint;
    digitnet__wire_view bytes;
    size_t offset; /* of its tag */
} digitnet__wire_field;

/* Goes over the fields of one message. It never reads past the message, and keeps its first failure. */
typedef struct digitnet__wire_reader {
    digitnet__wire_view message;
    size_t position; /* within the message */
    digitnet_status status;
} digitnet__wire_reader;

digitnet__wire_reader digitnet__wire_read(digitnet__wire_view message);
/* False past the last field, and where the message is malformed: then reader->status is EFORMAT, with the message set.
 */
bool digitnet__wire_next(digitnet__wire_reader *reader, digitnet__wire_field *field);
/* The value of a field that must be of a certain type; a wrong type fails the reader, and the value is left alone. The
 * last of several fields of one number wins. */
void digitnet__wire_get_varint(digitnet__wire_reader *reader, const digitnet__wire_field *field, uint64_t *value);
void digitnet__wire_get_float(digitnet__wire_reader *reader, const digitnet__wire_field *field, float *value);
void digitnet__wire_get_bytes(digitnet__wire_reader *reader, const digitnet__wire_field *field,
                              digitnet__wire_view *value);
/* A message that may stand only once: the second fails the reader. `name` is for the message. */
void digitnet__wire_get_message(digitnet__wire_reader *reader, const digitnet__wire_field *field,
                                digitnet__wire_view *value, const char *name);
/* Appends a repeated integer, packed or not. `*count` goes on past `capacity`, but no more values are kept. */
void digitnet__wire_get_integers(digitnet__wire_reader *reader, const digitnet__wire_field *field, int64_t *values,
                                 size_t capacity, size_t *count);

/* Goes on to the next message of a number, over all other fields; false past the last, and where the reader fails. */
bool digitnet__wire_next_message(digitnet__wire_reader *reader, digitnet__wire_view *message, uint32_t number);
/* The last message, or text, of a number; without bytes where there is none. */
digitnet_status digitnet__wire_find(digitnet__wire_view *found, digitnet__wire_view message, uint32_t number);

/* A string of the program as a view. */
digitnet__wire_view digitnet__wire_string(const char *text);
bool digitnet__wire_equal(digitnet__wire_view a, digitnet__wire_view b);
bool digitnet__wire_is(digitnet__wire_view view, const char *text);

/* A view's bytes for a message: printable ASCII, others as '?', cut where they are long. */
typedef struct digitnet__wire_text {
    char text[68];
} digitnet__wire_text;
digitnet__wire_text digitnet__wire_printable(digitnet__wire_view view);

/* Writes into `bytes`, or only counts where that is NULL: the same calls in both ways, so that memory of the exact size
 * can be had before. */
typedef struct digitnet__wire_writer {
    unsigned char *bytes;
    size_t position; /* SIZE_MAX where that many bytes or more were counted */
} digitnet__wire_writer;

void digitnet__wire_put_varint(digitnet__wire_writer *writer, uint32_t number, uint64_t value);
void digitnet__wire_put_float(digitnet__wire_writer *writer, uint32_t number, float value);
void digitnet__wire_put_string(digitnet__wire_writer *writer, uint32_t number, const char *text);
/* A field of `size` bytes; returns where the caller writes them, NULL while counting. */
unsigned char *digitnet__wire_put_bytes(digitnet__wire_writer *writer, uint32_t number, size_t size);
/* What is written between the two is one message; begin's result goes to end. */
size_t digitnet__wire_begin(digitnet__wire_writer *writer, uint32_t number);
void digitnet__wire_end(digitnet__wire_writer *writer, size_t begin);

/* Numbers in little-endian bytes, whatever the machine's order. */
void digitnet__wire_store_float(unsigned char *bytes, float value);
void digitnet__wire_store_double(unsigned char *bytes, double value);
void digitnet__wire_store_integer(unsigned char *bytes, uint64_t value);
float digitnet__wire_load_float(const unsigned char *bytes);
double digitnet__wire_load_double(const unsigned char *bytes);

#endif
