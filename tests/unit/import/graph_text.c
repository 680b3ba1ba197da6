#include "graph_text.h"

#include "onnx/schema.h"
#include "onnx/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1 << 15, WORDS = 5000, AXES = 16, VALUES = 4096, BLOCKS = 8, GIVEN = 512 };

/* A function, or a branch. */
typedef struct block {
    char *header, **statements;
    size_t count;
} block;

typedef struct output {
    digitnet__wire_writer writer;
    size_t constants; /* that have been written */
    block blocks[BLOCKS];
    size_t block_count;
} output;

/* ---- Words ---- */

/* Cuts the text at each separator; how many parts there are. */
static size_t split(char **parts, size_t most, char *text, const char *separators) {
    size_t count = 0;
    for (char *part; (part = strsep(&text, separators)) != NULL;) {
        if (*part == '\0')
            continue;
        assert_true(count < most);
        parts[count++] = part;
    }
    return count;
}

static bool is_constant(const char *word) {
    size_t digits = word[0] == 'n' ? strspn(word + 1, "0123456789") : 0;
    return (strchr("fib", word[0]) && word[1] == ':') || (digits > 0 && word[1 + digits] == '@');
}

/* Numbers between commas, up to the end or an "@" or "]". */
static size_t read_numbers(double *numbers, const char *text) {
    size_t count = 0;
    while (*text && *text != '@' && *text != ']') {
        char *end;
        assert_true(count < VALUES);
        numbers[count++] = strtod(text, &end);
        assert_true(end != text);
        text = end + (*end == ',');
    }
    return count;
}

static int64_t read_integer(const char *text) {
    return strtoll(text, NULL, 10);
}

/* ---- Constants ---- */

static size_t read_shape(int64_t *sizes, const char *shape) {
    size_t rank = 0;
    while (*shape) {
        char *end;
        assert_true(rank < AXES);
        sizes[rank++] = strtoll(shape, &end, 10);
        shape = end + (*end == 'x');
    }
    return rank;
}

/* Of the values of a list: integers keep all of their digits. */
static void put_values(digitnet__wire_writer *writer, const char *word, size_t count) {
    static double numbers[VALUES];
    size_t width = word[0] == 'i' ? sizeof(int64_t) : word[0] == 'b' ? 1 : sizeof(float);
    unsigned char *bytes = digitnet__wire_put_bytes(writer, DNN_TENSOR_RAW_DATA, count * width);
    if (!bytes)
        return;
    if (word[0] != 'n')
        assert_int_equal(read_numbers(numbers, word + 2), count);
    const char *next = word + 2;
    for (size_t i = 0; i < count; i++) {
        if (word[0] == 'i')
            digitnet__wire_store_integer(bytes + i * width, (uint64_t)read_integer(next));
        else if (word[0] == 'b')
            bytes[i] = (unsigned char)numbers[i];
        else
            digitnet__wire_store_float(bytes + i * width,
                                       word[0] == 'n' ? noise((uint64_t)read_integer(word + 1), i) : (float)numbers[i]);
        next += strcspn(next, ",");
        next += *next == ',';
    }
}

static void put_constant(digitnet__wire_writer *writer, uint32_t field, const char *name, const char *word) {
    static double numbers[VALUES];
    int64_t sizes[AXES];
    const char *shape = strchr(word, '@');
    size_t rank = 1, count = word[0] == 'n' ? 1 : read_numbers(numbers, word + 2), product = 1;
    sizes[0] = (int64_t)count;
    if (shape)
        rank = read_shape(sizes, shape + 1);
    for (size_t i = 0; i < rank; i++)
        product *= (size_t)sizes[i];
    size_t begin = digitnet__wire_begin(writer, field);
    for (size_t i = 0; i < rank; i++)
        digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, (uint64_t)sizes[i]);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE,
                              word[0] == 'i'   ? DNN_DATA_INT64
                              : word[0] == 'b' ? DNN_DATA_BOOL
                                               : DNN_DATA_FLOAT);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, name);
    put_values(writer, word, word[0] == 'n' ? product : count);
    digitnet__wire_end(writer, begin);
}

/* ---- Nodes ---- */

static void put_list(digitnet__wire_writer *writer, const char *value) {
    static double numbers[VALUES];
    size_t count = read_numbers(numbers, value + 1);
    bool is_float = strchr(value, '.') != NULL;
    const char *next = value + 1;
    for (size_t i = 0; i < count; i++) {
        if (is_float)
            digitnet__wire_put_float(writer, DNN_ATTRIBUTE_FLOATS, (float)numbers[i]);
        else
            digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_INTS, (uint64_t)read_integer(next));
        next += strcspn(next, ",");
        next += *next == ',';
    }
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE,
                              is_float ? DNN_ATTRIBUTE_TYPE_FLOATS : DNN_ATTRIBUTE_TYPE_INTS);
}

static void put_branch(output *out, const char *name);

static void put_attribute(output *out, uint32_t field, const char *word) {
    char name[64];
    const char *value = strchr(word, '=') + 1;
    digitnet__wire_writer *writer = &out->writer;
    size_t begin = digitnet__wire_begin(writer, field);
    snprintf(name, sizeof name, "%.*s", (int)(value - 1 - word), word);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    if (*value == '&') {
        put_branch(out, value + 1);
    } else if (*value == '@') {
        digitnet__wire_put_string(writer, DNN_ATTRIBUTE_REFERENCE, value + 1);
    } else if (*value == '\'') {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(value + 1, "'"), value + 1);
        digitnet__wire_put_string(writer, DNN_ATTRIBUTE_S, name);
    } else if (*value == '[') {
        put_list(writer, value);
    } else if (is_constant(value)) {
        put_constant(writer, DNN_ATTRIBUTE_T, "", value);
    } else if (strchr(value, '.')) {
        digitnet__wire_put_float(writer, DNN_ATTRIBUTE_F, strtof(value, NULL));
    } else {
        digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_I, (uint64_t)read_integer(value));
    }
    digitnet__wire_end(writer, begin);
}

static void put_operator(digitnet__wire_writer *writer, const char *word) {
    const char *colon = strchr(word, ':');
    char domain[64];
    snprintf(domain, sizeof domain, "%.*s", colon ? (int)(colon - word) : 0, word);
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, colon ? colon + 1 : word);
    if (colon)
        digitnet__wire_put_string(writer, DNN_NODE_DOMAIN, domain);
}

/* GIVEN = OPERATOR TAKEN... ATTRIBUTES... */
static void put_node(output *out, uint32_t field, char **words, size_t count, char **given, size_t given_count) {
    size_t first = out->constants;
    assert_true(count >= 3 && strcmp(words[1], "=") == 0);
    for (size_t i = 3; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "#%zu", out->constants);
        if (is_constant(words[i])) {
            put_constant(&out->writer, DNN_GRAPH_INITIALIZER, name, words[i]);
            out->constants++;
        }
    }
    size_t begin = digitnet__wire_begin(&out->writer, field);
    put_operator(&out->writer, words[2]);
    for (size_t i = 0; i < given_count; i++)
        digitnet__wire_put_string(&out->writer, DNN_NODE_OUTPUT, strcmp(given[i], "_") == 0 ? "" : given[i]);
    for (size_t i = 3; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "#%zu", first);
        if (is_constant(words[i])) {
            digitnet__wire_put_string(&out->writer, DNN_NODE_INPUT, name);
            first++;
        } else if (strchr(words[i], '=')) {
            put_attribute(out, DNN_NODE_ATTRIBUTE, words[i]);
        } else {
            digitnet__wire_put_string(&out->writer, DNN_NODE_INPUT, strcmp(words[i], "_") == 0 ? "" : words[i]);
        }
    }
    digitnet__wire_end(&out->writer, begin);
}

/* ---- The graph ---- */

/* NAME SIZES, or NAME:TYPE SIZES */
static void put_input(digitnet__wire_writer *writer, char **words, size_t count) {
    char *sizes[AXES], *type = words[0], *name = strsep(&type, ":");
    size_t rank = count > 1 ? split(sizes, AXES, words[1], ",") : 0;
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INPUT);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t value = digitnet__wire_begin(writer, DNN_VALUE_TYPE), tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, type ? (uint64_t)read_integer(type) : DNN_DATA_FLOAT);
    size_t shape = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    for (size_t i = 0; i < rank; i++) {
        size_t dimension = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
        if (strspn(sizes[i], "0123456789") > 0)
            digitnet__wire_put_varint(writer, DNN_DIM_VALUE, (uint64_t)read_integer(sizes[i]));
        else
            digitnet__wire_put_string(writer, DNN_DIM_PARAM, sizes[i]);
        digitnet__wire_end(writer, dimension);
    }
    digitnet__wire_end(writer, shape);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, value);
    digitnet__wire_end(writer, begin);
}

/* NAME, or NAME:TYPE */
static void put_output(digitnet__wire_writer *writer, const char *word) {
    const char *colon = strchr(word, ':');
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, ":"), word);
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_OUTPUT);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE), tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT,
                              colon ? (uint64_t)read_integer(colon + 1) : DNN_DATA_FLOAT);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, begin);
}

static bool begins(const char *statement, const char *word) {
    return strncmp(statement, word, strlen(word)) == 0;
}

static void put_operators(digitnet__wire_writer *writer, uint32_t field, uint64_t version) {
    size_t begin = digitnet__wire_begin(writer, field);
    digitnet__wire_put_varint(writer, DNN_OPSET_VERSION, version);
    digitnet__wire_end(writer, begin);
}

static void put_graph(output *out, char **statements, size_t count) {
    char *given[GIVEN];
    size_t given_count = 0;
    for (size_t i = 0; i < count; i++) {
        char **words = must_allocate(WORDS * sizeof *words);
        size_t word_count = split(words, WORDS, statements[i], " ");
        if (strcmp(words[0], "->") == 0) {
            memcpy(given, words + 1, (word_count - 1) * sizeof *words);
            given_count = word_count - 1;
        } else if (word_count > 1 && strcmp(words[1], "=") == 0) {
            given_count = split(given, GIVEN, words[0], ",");
            put_node(out, DNN_GRAPH_NODE, words, word_count, given, given_count);
        } else {
            put_input(&out->writer, words, word_count);
        }
        free(words);
    }
    for (size_t i = 0; i < given_count; i++)
        if (strcmp(given[i], "_") != 0)
            put_output(&out->writer, given[i]);
}

static void put_branch(output *out, const char *name) {
    for (size_t i = 0; i < out->block_count; i++) {
        const block *branch = &out->blocks[i];
        if (!begins(branch->header, "branch ") || strcmp(branch->header + strlen("branch "), name) != 0)
            continue;
        size_t begin = digitnet__wire_begin(&out->writer, DNN_ATTRIBUTE_G);
        put_graph(out, branch->statements, branch->count);
        digitnet__wire_end(&out->writer, begin);
        return;
    }
    fail_msg("there is no branch %s", name);
}

static void put_function(output *out, const block *function) {
    char *words[GIVEN], *given[GIVEN];
    size_t count = split(words, GIVEN, function->header, " "),
           begin = digitnet__wire_begin(&out->writer, DNN_MODEL_FUNCTIONS);
    char *name = words[1], *domain = strsep(&name, ":");
    digitnet__wire_put_string(&out->writer, DNN_FUNCTION_NAME, name);
    digitnet__wire_put_string(&out->writer, DNN_FUNCTION_DOMAIN, domain);
    uint32_t field = DNN_FUNCTION_INPUT;
    for (size_t i = 2; i < count; i++) {
        if (strcmp(words[i], "->") == 0)
            field = DNN_FUNCTION_OUTPUT;
        else
            digitnet__wire_put_string(&out->writer, field, words[i]);
    }
    for (size_t i = 0; i < function->count; i++) {
        count = split(words, GIVEN, function->statements[i], " ");
        if (strcmp(words[0], "opset") == 0)
            put_operators(&out->writer, DNN_FUNCTION_OPSET_IMPORT, (uint64_t)read_integer(words[1]));
        else if (strcmp(words[0], "default") == 0)
            put_attribute(out, DNN_FUNCTION_ATTRIBUTE_DEFAULT, words[1]);
        else
            put_node(out, DNN_FUNCTION_NODE, words, count, given, split(given, GIVEN, words[0], ","));
    }
    digitnet__wire_end(&out->writer, begin);
}

/* Takes functions and branches out of the statements; how many are left. */
static size_t find_blocks(output *out, char **statements, size_t count) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        char *statement = statements[i] + strspn(statements[i], " ");
        if (!begins(statement, "function ") && !begins(statement, "branch ")) {
            statements[left] = statement;
            left += *statement != '\0';
            continue;
        }
        assert_true(out->block_count < BLOCKS);
        block *found = &out->blocks[out->block_count++];
        found->header = statement;
        found->statements = must_allocate(count * sizeof *found->statements);
        while (++i < count && strcmp(statements[i] + strspn(statements[i], " "), "end") != 0)
            found->statements[found->count++] = statements[i] + strspn(statements[i], " ");
    }
    return left;
}

static void put_file(output *out, const char *text) {
    static char own[TEXT_MOST], *statements[WORDS];
    assert_true(strlen(text) < sizeof own);
    strcpy(own, text);
    size_t count = find_blocks(out, statements, split(statements, WORDS, own, ";")), first = 0;
    uint64_t operators = 17;
    digitnet__wire_put_varint(&out->writer, DNN_MODEL_IR_VERSION, 8);
    for (; begins(statements[first], "opset ") || begins(statements[first], "producer "); first++) {
        if (begins(statements[first], "producer "))
            digitnet__wire_put_string(&out->writer, DNN_MODEL_PRODUCER_NAME, statements[first] + strlen("producer "));
        else
            operators = (uint64_t)read_integer(statements[first] + strlen("opset "));
    }
    size_t begin = digitnet__wire_begin(&out->writer, DNN_MODEL_GRAPH);
    put_graph(out, statements + first, count - first);
    digitnet__wire_end(&out->writer, begin);
    put_operators(&out->writer, DNN_MODEL_OPSET_IMPORT, operators);
    for (size_t i = 0; i < out->block_count; i++) {
        if (begins(out->blocks[i].header, "function "))
            put_function(out, &out->blocks[i]);
        free(out->blocks[i].statements);
    }
}

static const char *kept_in;

void keep_graphs(const char *folder) {
    kept_in = folder;
}

static void keep(const saved_bytes *file) {
    static size_t count;
    char path[4096];
    snprintf(path, sizeof path, "%s/graph-%zu.onnx", kept_in, count++);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(file->data, 1, file->size, out), file->size);
    assert_int_equal(fclose(out), 0);
}

saved_bytes write_graph(const char *text) {
    output counting = {.constants = 0}, writing = {.constants = 0};
    put_file(&counting, text);
    saved_bytes file = {must_allocate(counting.writer.position), counting.writer.position};
    writing.writer.bytes = file.data;
    put_file(&writing, text);
    assert_int_equal(writing.writer.position, file.size);
    if (kept_in)
        keep(&file);
    return file;
}

digitnet_status load_graph(digitnet_model **model, const saved_bytes *file) {
    return recorded(digitnet_model_load_memory_ex(model, file->data, file->size,
                                                  DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = 1)));
}
