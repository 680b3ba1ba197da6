#include "onnx_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Protocol buffers: https://protobuf.dev/programming-guides/encoding ---- */

struct span {
    const uint8_t *bytes;
    size_t size;
};

/* A number, or the bytes of a text or of a message. */
struct field {
    uint64_t number, value;
    struct span bytes;
};

static struct span take(struct span *rest, size_t size) {
    struct span taken = {rest->bytes, size};
    rest->bytes += size;
    rest->size -= size;
    return taken;
}

static int take_varint(uint64_t *value, struct span *rest) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && rest->size > 0; shift += 7) {
        uint8_t byte = *take(rest, 1).bytes;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return 1;
    }
    return 0;
}

/* 0 at the message's end, and where it is malformed. */
static int next_field(struct field *field, struct span *rest) {
    enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };
    uint64_t tag, size = 0;
    if (!take_varint(&tag, rest))
        return 0;
    *field = (struct field){.number = tag >> 3};
    switch (tag & 7) {
    case VARINT:
        return take_varint(&field->value, rest);
    case FIXED64:
        size = 8;
        break;
    case FIXED32:
        size = 4;
        break;
    case BYTES:
        if (take_varint(&size, rest))
            break;
        return 0;
    default:
        return 0;
    }
    if (size > rest->size)
        return 0;
    field->bytes = take(rest, (size_t)size);
    return 1;
}

/* The last field of this number, empty where there is none. */
static struct field find(struct span message, uint64_t number) {
    struct field field, found = {.number = 0};
    while (next_field(&field, &message))
        if (field.number == number)
            found = field;
    return found;
}

/* ---- ONNX's messages: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto ---- */

enum { MODEL_IR_VERSION = 1, MODEL_PRODUCER_NAME, MODEL_PRODUCER_VERSION, MODEL_GRAPH = 7, MODEL_OPSET_IMPORT };
enum { OPSET_DOMAIN = 1, OPSET_VERSION };
enum { GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT };
enum { INITIALIZER_NAME = 8 };
enum { VALUE_NAME = 1, VALUE_TYPE };
enum { TYPE_TENSOR = 1 };
enum { TENSOR_ELEMENT = 1, TENSOR_SHAPE };
enum { SHAPE_DIM = 1 };
enum { DIM_VALUE = 1, DIM_NAME };
enum { ELEMENT_UINT8 = 2 };

/* How many lines or sizes of one sort are printed. */
enum { MOST_LINES = 32, MOST_SIZES = 8 };

/* Control characters must not reach the terminal. */
static void print_text(struct span text) {
    enum { LENGTH_MAX = 64 };
    for (size_t i = 0; i < text.size && i < LENGTH_MAX; i++)
        putchar(text.bytes[i] >= 0x20 && text.bytes[i] < 0x7f ? text.bytes[i] : '?');
    fputs(text.size > LENGTH_MAX ? "..." : "", stdout);
}

static void print_element(uint64_t type) {
    static const char *const names[] = {"numbers", "float32", "uint8",     "int8",       "uint16",  "int16",
                                        "int32",   "int64",   "string",    "bool",       "float16", "float64",
                                        "uint32",  "uint64",  "complex64", "complex128", "bfloat16"};
    if (type < sizeof names / sizeof *names)
        fputs(names[type], stdout);
    else
        printf("type %" PRIu64, type);
}

/* "N x 3 x 224 x 224"; a size that is left open has a name, or none. */
static void print_shape(struct span shape) {
    struct field size;
    for (size_t i = 0; next_field(&size, &shape);) {
        if (size.number != SHAPE_DIM)
            continue;
        fputs(i ? " x " : ", ", stdout);
        if (i++ == MOST_SIZES) {
            fputs("...", stdout);
            return;
        }
        struct field value = find(size.bytes, DIM_VALUE), name = find(size.bytes, DIM_NAME);
        if (value.number)
            printf("%" PRIu64, value.value);
        else if (name.bytes.size)
            print_text(name.bytes);
        else
            putchar('?');
    }
}

static struct span tensor_of(struct span value) {
    return find(find(value, VALUE_TYPE).bytes, TYPE_TENSOR).bytes;
}

/* "image: float32, N x 3 x 224 x 224" */
static void print_value(struct span value) {
    struct span tensor = tensor_of(value);
    print_text(find(value, VALUE_NAME).bytes);
    fputs(": ", stdout);
    if (tensor.size) {
        print_element(find(tensor, TENSOR_ELEMENT).value);
        print_shape(find(tensor, TENSOR_SHAPE).bytes);
    } else {
        fputs("no tensor", stdout);
    }
}

static void print_operator_set(struct span set) {
    struct span domain = find(set, OPSET_DOMAIN).bytes;
    if (domain.size)
        print_text(domain);
    else
        fputs("ai.onnx", stdout);
    printf(" %" PRIu64, find(set, OPSET_VERSION).value);
}

/* ---- Weights, which stand among the inputs too in files of older tools ---- */

struct names {
    struct span *items; /* sorted */
    size_t count;
};

static int compare_names(const void *left, const void *right) {
    const struct span *a = left, *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->size ? memcmp(a->bytes, b->bytes, a->size) : 0;
}

/* Without memory for them no weight is known. */
static struct names list_weights(struct span graph) {
    struct names names = {.count = 0};
    struct field field;
    size_t count = 0;
    for (struct span rest = graph; next_field(&field, &rest);)
        count += field.number == GRAPH_INITIALIZER;
    names.items = calloc(count + 1, sizeof *names.items);
    while (names.items && next_field(&field, &graph))
        if (field.number == GRAPH_INITIALIZER)
            names.items[names.count++] = find(field.bytes, INITIALIZER_NAME).bytes;
    if (names.items)
        qsort(names.items, names.count, sizeof *names.items, compare_names);
    return names;
}

static int is_weight(const struct names *weights, struct span value) {
    struct span name = find(value, VALUE_NAME).bytes;
    return weights->count && bsearch(&name, weights->items, weights->count, sizeof name, compare_names) != NULL;
}

/* ---- Lines ---- */

/* A line for each field of this number that is no weight, the first with its label. */
static void print_fields(const char *label, struct span message, uint64_t number, const struct names *weights,
                         void (*print)(struct span)) {
    struct field field;
    size_t count = 0;
    while (next_field(&field, &message)) {
        if (field.number != number || is_weight(weights, field.bytes))
            continue;
        if (count++ >= MOST_LINES)
            continue;
        printf("%-11s ", count == 1 ? label : "");
        print(field.bytes);
        putchar('\n');
    }
    if (count > MOST_LINES)
        printf("%-11s and %zu more\n", "", count - MOST_LINES);
}

void print_onnx_header(const uint8_t *bytes, size_t size) {
    static const struct names none = {.count = 0};
    struct span file = {bytes, size}, graph = find(file, MODEL_GRAPH).bytes;
    uint64_t ir_version = find(file, MODEL_IR_VERSION).value;
    if (!graph.size || !ir_version)
        return;
    struct names weights = list_weights(graph);
    struct span producer = find(file, MODEL_PRODUCER_NAME).bytes, version = find(file, MODEL_PRODUCER_VERSION).bytes;
    printf("%-11s ONNX, ir_version %" PRIu64 "\n", "format", ir_version);
    printf("%-11s ", "made by");
    print_text(producer.size ? producer : (struct span){(const uint8_t *)"no name given", 13});
    fputs(version.size ? " " : "", stdout);
    print_text(version);
    putchar('\n');
    print_fields("operators", file, MODEL_OPSET_IMPORT, &none, print_operator_set);
    print_fields("inputs", graph, GRAPH_INPUT, &weights, print_value);
    print_fields("outputs", graph, GRAPH_OUTPUT, &none, print_value);
    free(weights.items);
}

int onnx_takes_bytes(const uint8_t *bytes, size_t size) {
    struct span graph = find((struct span){bytes, size}, MODEL_GRAPH).bytes;
    struct names weights = list_weights(graph);
    struct field field;
    uint64_t element = 0;
    while (!element && next_field(&field, &graph))
        if (field.number == GRAPH_INPUT && !is_weight(&weights, field.bytes))
            element = find(tensor_of(field.bytes), TENSOR_ELEMENT).value;
    free(weights.items);
    return element == ELEMENT_UINT8;
}
