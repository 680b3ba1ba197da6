/* Files that nobody vouches for: another tool's, changed, or made to harm. */
#include "core/random.h"
#include "fuzz/fuzz.h"
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "onnx_bytes.h"

#include <math.h>
#include <stdlib.h>

/* One dense layer of 2 units on images of 1 x 1 x 3, and what is to be wrong with it. */
typedef struct foreign {
    uint64_t ir_version, opset;
    uint64_t element, rank, size; /* of the input; 0: 1, 4, 3 */
    const char *type;             /* op_type, else Gemm */
    const char *domain, *input, *output, *third;
    const char *attribute; /* one more, an integer of this value, */
    uint64_t value;
    bool real; /* or a float */
    bool plain_kernel;
    enum { RAW, PACKED, UNPACKED, TWICE, NOWHERE } form;
    size_t units;  /* as the kernel's dims say; 0: 2 */
    size_t floats; /* as the kernel has; 0: 6 */
    float first;   /* value */
    uint64_t data_type, location;
    size_t graphs, inputs, outputs, kernels; /* how often they stand there; 0: once */
    bool no_nodes;
} foreign;

static uint64_t or_else(uint64_t value, uint64_t fallback) {
    return value ? value : fallback;
}

static void put_value(digitnet__wire_writer *writer, uint32_t number, const char *name, const foreign *wrong) {
    size_t value = digitnet__wire_begin(writer, number);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE);
    size_t tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, or_else(wrong->element, 1));
    size_t shape = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    for (uint64_t i = 0; i < or_else(wrong->rank, 4); i++) {
        size_t dimension = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
        digitnet__wire_put_varint(writer, DNN_DIM_VALUE, i == 1 ? or_else(wrong->size, 3) : 1);
        digitnet__wire_end(writer, dimension);
    }
    digitnet__wire_end(writer, shape);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, value);
}

static void put_integer(digitnet__wire_writer *writer, const char *name, uint64_t value) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_I, value);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_INT);
    digitnet__wire_end(writer, begin);
}

static void put_real(digitnet__wire_writer *writer, const char *name, float value) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, name);
    if (writer->bytes) { /* tag of a 4-byte field */
        writer->bytes[writer->position] = DNN_ATTRIBUTE_F << 3 | DNN_WIRE_FIXED32;
        digitnet__wire_store_float(writer->bytes + writer->position + 1, value);
    }
    writer->position += 5;
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE, DNN_ATTRIBUTE_TYPE_FLOAT);
    digitnet__wire_end(writer, begin);
}

static void put_nodes(digitnet__wire_writer *writer, const foreign *wrong) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, "x");
    digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, "/flat/out");
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, "Flatten");
    digitnet__wire_end(writer, begin);
    begin = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, wrong->input ? wrong->input : "/flat/out");
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, "w");
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, wrong->third ? wrong->third : "");
    digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, "y");
    digitnet__wire_put_string(writer, DNN_NODE_NAME, "/fc/Gemm");
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, wrong->type ? wrong->type : "Gemm");
    if (!wrong->plain_kernel)
        put_integer(writer, "transB", 1);
    if (wrong->attribute && wrong->real)
        put_real(writer, wrong->attribute, (float)wrong->value);
    else if (wrong->attribute)
        put_integer(writer, wrong->attribute, wrong->value);
    if (wrong->domain)
        digitnet__wire_put_string(writer, DNN_NODE_DOMAIN, wrong->domain);
    digitnet__wire_end(writer, begin);
}

static void put_floats(digitnet__wire_writer *writer, uint32_t number, const foreign *wrong) {
    size_t count = or_else(wrong->floats, 6);
    if (wrong->form != UNPACKED) {
        unsigned char *data = digitnet__wire_put_bytes(writer, number, count * sizeof(float));
        for (size_t i = 0; data && i < count; i++)
            digitnet__wire_store_float(data + 4 * i, i == 0 ? wrong->first : (float)i);
        return;
    }
    for (size_t i = 0; i < count; i++, writer->position += 5) {
        if (writer->bytes) {
            writer->bytes[writer->position] = (unsigned char)(number << 3 | DNN_WIRE_FIXED32);
            digitnet__wire_store_float(writer->bytes + writer->position + 1, i == 0 ? wrong->first : (float)i);
        }
    }
}

static void put_kernel(digitnet__wire_writer *writer, const foreign *wrong) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, or_else(wrong->units, 2));
    digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, 3);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, or_else(wrong->data_type, 1));
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, "w");
    if (wrong->form == RAW || wrong->form == TWICE)
        put_floats(writer, DNN_TENSOR_RAW_DATA, wrong);
    if (wrong->form == PACKED || wrong->form == UNPACKED || wrong->form == TWICE)
        put_floats(writer, DNN_TENSOR_FLOAT_DATA, wrong);
    if (wrong->location)
        digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_LOCATION, wrong->location);
    digitnet__wire_end(writer, begin);
}

static void put_graph(digitnet__wire_writer *writer, const foreign *wrong) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_GRAPH);
    if (!wrong->no_nodes)
        put_nodes(writer, wrong);
    for (size_t i = 0; i < or_else(wrong->kernels, 1); i++)
        put_kernel(writer, wrong);
    for (size_t i = 0; i < or_else(wrong->inputs, 1); i++)
        put_value(writer, DNN_GRAPH_INPUT, "x", wrong);
    for (size_t i = 0; i < or_else(wrong->outputs, 1); i++)
        put_value(writer, DNN_GRAPH_OUTPUT, wrong->output ? wrong->output : "y", wrong);
    digitnet__wire_end(writer, begin);
}

static saved_bytes write_foreign(const foreign *wrong) {
    saved_bytes file = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) {
        digitnet__wire_writer writer = {.bytes = file.data};
        for (size_t i = 0; i < or_else(wrong->graphs, 1); i++)
            put_graph(&writer, wrong);
        digitnet__wire_put_varint(&writer, DNN_MODEL_IR_VERSION, or_else(wrong->ir_version, 8));
        size_t begin = digitnet__wire_begin(&writer, DNN_MODEL_OPSET_IMPORT);
        digitnet__wire_put_varint(&writer, DNN_OPSET_VERSION, or_else(wrong->opset, 13));
        digitnet__wire_end(&writer, begin);
        file.size = writer.position;
        if (!file.data)
            file.data = must_allocate(file.size);
    }
    return file;
}

/* A plain file of another tool: it predicts at once, whatever form its values have. */
static void another_tools_file_predicts(void **state) {
    (void)state;
    const foreign cases[] = {{.form = RAW},
                             {.form = PACKED},
                             {.form = UNPACKED},
                             {.opset = 17, .ir_version = 10},
                             {.opset = 26, .ir_version = 13}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes file = write_foreign(&cases[i]);
        digitnet_model *model = NULL;
        expect_ok(digitnet_model_load_memory(&model, file.data, file.size));
        digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
        expect_ok(digitnet_model_describe_layer(&layer, model, 1));
        assert_string_equal(layer.name, "fc"); /* of "/fc/Gemm" */
        float scores[2];
        expect_ok(digitnet_model_predict(scores, 2, model, (const float[]){1, 10, 100}, 3));
        assert_true(scores[0] == 0 + 10 + 200 && scores[1] == 3 + 40 + 500);
        digitnet_model_free(model);
        free(file.data);
    }
}

static void what_is_not_understood_is_named(void **state) {
    (void)state;
    static const struct {
        foreign wrong;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{.ir_version = 15}, DIGITNET_EUNSUPPORTED, "ir_version 15"},
        {{.opset = 27}, DIGITNET_EUNSUPPORTED, "operator set 27"},
        {{.element = 8}, DIGITNET_EUNSUPPORTED, "graph's input"},
        {{.rank = 1}, DIGITNET_EUNSUPPORTED, "graph's input"},
        {{.rank = 5}, DIGITNET_EUNSUPPORTED, "graph's input"},
        {{.size = 4}, DIGITNET_EFORMAT, "(node '/fc/Gemm') has a matrix of 3x2 for 4 inputs"},
        {{.size = UINT64_MAX}, DIGITNET_EUNSUPPORTED, "graph's input"},
        {{.size = 0x7fffffff}, DIGITNET_EUNSUPPORTED, "graph's input"},
        {{.size = 0x7ffffffe}, DIGITNET_ELIMIT, "limit"},
        {{.type = "Einsum"}, DIGITNET_EUNSUPPORTED, "operator 'Einsum' (node '/fc/Gemm') is not supported"},
        {{.domain = "com.example"}, DIGITNET_EUNSUPPORTED, "com.example"},
        {{.input = "nowhere"}, DIGITNET_EFORMAT, "takes 'nowhere', which nothing gives"},
        {{.output = "z"}, DIGITNET_EFORMAT, "no node gives the graph's output 'z'"},
        {{.third = "b"}, DIGITNET_EFORMAT, "takes 'b', which nothing gives"},
        {{.third = "w"}, DIGITNET_EUNSUPPORTED, "has a constant that makes the result larger"},
        {{.attribute = "sparse"}, DIGITNET_EUNSUPPORTED, "attribute 'sparse'"},
        {{.attribute = "transB"}, DIGITNET_EFORMAT, "has attribute 'transB' twice"},
        {{.attribute = "transA", .value = 1}, DIGITNET_EUNSUPPORTED, "transA"},
        {{.attribute = "alpha", .value = 2}, DIGITNET_EFORMAT, "attribute 'alpha' of another type"},
        {{.attribute = "alpha", .value = 2, .real = true}, DIGITNET_OK, ""},
        {{.attribute = "alpha", .value = 1, .real = true}, DIGITNET_OK, ""},
        {{.attribute = "beta", .value = 2, .real = true}, DIGITNET_OK, ""},
        {{.plain_kernel = true}, DIGITNET_EFORMAT, "has a matrix of 2x3 for 3 inputs"},
        {{.form = TWICE}, DIGITNET_EFORMAT, "'w' at byte 82: its data are not of its dimensions and type"},
        {{.form = NOWHERE}, DIGITNET_EFORMAT, "'w' at byte 82: its data are not of its dimensions"},
        {{.units = 1}, DIGITNET_EFORMAT, "its data are not of its dimensions"},
        {{.units = 0x7fffffff}, DIGITNET_EFORMAT, "its data are not of its dimensions"},
        {{.units = SIZE_MAX}, DIGITNET_EFORMAT, "out of range"},
        {{.floats = 5}, DIGITNET_EFORMAT, "its data are not of its dimensions"},
        {{.floats = 7, .form = UNPACKED}, DIGITNET_EFORMAT, "its data are not of its dimensions"},
        {{.first = NAN}, DIGITNET_EFORMAT, "not finite"},
        {{.first = INFINITY, .form = PACKED}, DIGITNET_EFORMAT, "not finite"},
        {{.data_type = 8}, DIGITNET_EUNSUPPORTED, "'w' at byte 82: values of type 8 are not read"},
        {{.data_type = 10}, DIGITNET_EFORMAT, "its data are not of its dimensions"},
        {{.data_type = 10, .floats = 3}, DIGITNET_OK, ""},
        {{.data_type = 11, .floats = 12}, DIGITNET_OK, ""},
        {{.location = 1}, DIGITNET_EUNSUPPORTED, "another file"},
        {{.graphs = 2}, DIGITNET_EFORMAT, "graph occurs twice"},
        {{.inputs = 2}, DIGITNET_EFORMAT, "the name 'x' is given to more than one value"},
        {{.outputs = 2}, DIGITNET_OK, ""},
        {{.kernels = 2}, DIGITNET_EFORMAT, "the name 'w' is given to more than one value"},
        {{.kernels = 50000}, DIGITNET_EFORMAT, "the name 'w' is given to more than one value"},
        {{.no_nodes = true, .output = "x"}, DIGITNET_OK, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes file = write_foreign(&cases[i].wrong);
        if (cases[i].status == DIGITNET_OK)
            expect_ok(try_load(file.data, file.size, 0));
        else
            expect_failure(try_load(file.data, file.size, 0), cases[i].status, cases[i].message);
        free(file.data);
    }
}

/* One thing changed in a file of ours, in place, which is then read by its nodes. '@' is the tag of a list's number. By
 * its list of layers it is as it was. */
static void changed_operators_are_named(void **state) {
    (void)state;
#define CHANGE(from, to, status, message) \
    { from, to, sizeof from - 1, status, message }
    static const struct {
        const char *from, *to;
        size_t size;
        digitnet_status status;
        const char *message;
    } cases[] = {
        CHANGE("Relu", "Noop", DIGITNET_EUNSUPPORTED, "operator 'Noop' (node 'conv2d/relu')"),
        CHANGE("strides@\1", "strides@\0", DIGITNET_EFORMAT, "(node 'conv2d') has 'strides' out of range"),
        CHANGE("strides@\1", "strides@\2", DIGITNET_EFORMAT, "(node 'dense') has a matrix of 8x2 for 4 inputs"),
        CHANGE("kernel_shape@\2", "kernel_shape@\3", DIGITNET_EFORMAT,
               "'kernel_shape' that is not that of its weights"),
        CHANGE("kernel_shape@\2", "kernel_shape@\x63", DIGITNET_EFORMAT, "'kernel_shape' that is not"),
        CHANGE("kernel_shape@\2@\2", "kernel_shape@\2P\2", DIGITNET_EUNSUPPORTED, "'kernel_shape' of 1 dimensions"),
        CHANGE("pads@\0", "pads@\1", DIGITNET_EFORMAT, "(node 'dense') has a matrix of 8x2 for 12 inputs"),
        CHANGE("dilations@\1", "dilations@\2", DIGITNET_EFORMAT, "(node 'dense') has a matrix of 8x2 for 4 inputs"),
        CHANGE("group\x18\1", "group\x18\2", DIGITNET_EFORMAT, "in 2 groups for an image of 1 channels"),
        CHANGE("group\x18\1", "crowd\x18\1", DIGITNET_EUNSUPPORTED, "attribute 'crowd'"),
        CHANGE("perm@\0@\2", "perm@\0@\1", DIGITNET_EFORMAT,
               "(node 'flatten/transpose') has an order of axes with one twice"),
        CHANGE("Flatten", "Squeeze", DIGITNET_EUNSUPPORTED, "operator 'Squeeze' (node 'flatten') has attribute 'axis'"),
        CHANGE("Flatten", "Dropout", DIGITNET_EUNSUPPORTED, "operator 'Dropout' (node 'flatten') has attribute 'axis'"),
        CHANGE("axis\x18\1", "axis\x18\2", DIGITNET_EUNSUPPORTED, "operator 'Flatten' (node 'flatten')"),
        CHANGE("transB\x18\1", "transB\x18\0", DIGITNET_EFORMAT, "(node 'dense') has a matrix of 2x8 for 8 inputs"),
        CHANGE("dense/kernel", "dense/colone", DIGITNET_EFORMAT,
               "(node 'dense') takes 'dense/colone', which nothing gives"),
        CHANGE("dense/output", "dense/outset", DIGITNET_EFORMAT, "takes 'dense/output', which nothing gives"),
        CHANGE("Softmax*\x0b\n\4axis\x18\1", "Softmax*\x0b\n\4axis\x18\0", DIGITNET_EUNSUPPORTED,
               "runs over the samples"),
    };
#undef CHANGE
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes file = save_sample("tiny");
        memcpy(find_bytes(&file, cases[i].from, cases[i].size), cases[i].to, cases[i].size);
        expect_failure(try_load(file.data, file.size, 1), cases[i].status, cases[i].message);
        mend(&file);
        expect_ok(try_load(file.data, file.size, 0));
        free(file.data);
    }
}

/* A file of ours that another tool has renamed is read with parts of its names, and activations become layers of their
 * own. */
static void other_names_are_no_fault(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    memcpy(find(&file, "conv2d/relu\""), "conv2d/Relu\"", 12); /* the node's name */
    memcpy(find(&file, "dense/softmax\""), "dense/Softmax\"", 14);
    memcpy(find(&file, "\x1a\5dense"), "\x1a\5den/e", 7);
    digitnet_model *model = NULL;
    expect_ok(digitnet_model_load_memory_ex(&model, file.data, file.size,
                                            DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = 1)));
    static const char *const names[] = {"conv2d", "activation", "flatten", "dropout", "den", "dense"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
        expect_ok(digitnet_model_describe_layer(&layer, model, i));
        assert_string_equal(layer.name, names[i]);
    }
    digitnet_model_free(model);
    free(file.data);
}

/* ---- anything ---- */

/* Changes some bytes, removes or repeats a piece. `file` has room for twice its size. */
static void mutate(saved_bytes *file, digitnet__random *random) {
    for (uint64_t i = digitnet__random_below(random, 4); i < 4; i++) {
        size_t at = digitnet__random_below(random, file->size);
        size_t size = digitnet__random_below(random, 20);
        size = size < file->size - at ? size : file->size - at;
        switch (digitnet__random_below(random, 6)) {
        case 0:
            file->data[at] ^= (unsigned char)(1u << digitnet__random_below(random, 8));
            break;
        case 1:
            file->data[at] = (unsigned char)digitnet__random_next(random);
            break;
        case 2:
            memset(file->data + at, 0xff, size);
            break;
        case 3:
            file->data[at] = (unsigned char)(file->data[at] + 1);
            break;
        case 4:
            memmove(file->data + at, file->data + at + size, file->size - at - size);
            file->size -= size < file->size ? size : 0;
            break;
        default:
            memmove(file->data + at + size, file->data + at, file->size - at);
            file->size += size;
        }
    }
}

/* The fuzzer's function, which ends the program where one of its own checks fails. */
static void mutated_files_do_no_harm(void **state) {
    (void)state;
    static const char *const samples[] = {"tiny", "pixel", "softmax-image", "kinds"};
    digitnet__random random;
    digitnet__random_seed(&random, 20);
    for (size_t i = 0; i < 4000; i++) {
        saved_bytes file =
            i % 5 == 4 ? write_foreign(&(foreign){.form = i % 2 ? RAW : UNPACKED}) : save_sample(samples[i % 5]);
        saved_bytes mutated = {must_allocate(2 * file.size + 100), file.size};
        memcpy(mutated.data, file.data, file.size);
        mutate(&mutated, &random);
        assert_int_equal(LLVMFuzzerTestOneInput(mutated.data, mutated.size), 0);
        free(mutated.data);
        free(file.data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_tools_file_predicts), cmocka_unit_test(what_is_not_understood_is_named),
        cmocka_unit_test(changed_operators_are_named), cmocka_unit_test(other_names_are_no_fault),
        cmocka_unit_test(mutated_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
