/* A file of ours in which one field is missing, stands twice, or is of another form. */
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "onnx_bytes.h"
#include "onnx_models.h"

#include <stdbool.h>
#include <stdlib.h>

enum { DEPTH = 8 };

/* The `nth` field of this number in its message. */
typedef struct place {
    uint32_t number;
    size_t nth;
} place;

static void append(digitnet__wire_writer *writer, const void *bytes, size_t size) {
    memcpy(writer->bytes + writer->position, bytes, size);
    writer->position += size;
}

/* Copies a message, but for the field at the path, which ends with a zero; false where it has no such field. */
static bool copy_message(digitnet__wire_writer *writer, digitnet__wire_view message, const place *path,
                         const char *bytes, size_t size) {
    digitnet__wire_reader reader = digitnet__wire_read(message);
    digitnet__wire_field field;
    size_t seen = 0;
    bool found = false;
    while (digitnet__wire_next(&reader, &field)) {
        size_t start = field.offset - message.offset;
        if (field.number != path->number || seen++ != path->nth)
            append(writer, message.bytes + start, reader.position - start);
        else if (path[1].number == 0) {
            append(writer, bytes, size);
            found = true;
        } else {
            size_t begin = digitnet__wire_begin(writer, field.number);
            found = copy_message(writer, field.bytes, path + 1, bytes, size);
            digitnet__wire_end(writer, begin);
        }
    }
    expect_ok(reader.status);
    return found;
}

/* A copy with these bytes in the place of the field. The checksum stays as it was. */
static saved_bytes with_field(const saved_bytes *file, const place *path, const char *bytes, size_t size) {
    saved_bytes copy = {must_allocate(file->size + size + DEPTH * 4), 0};
    digitnet__wire_writer writer = {.bytes = copy.data};
    assert_true(
        copy_message(&writer, (digitnet__wire_view){.bytes = file->data, .size = file->size}, path, bytes, size));
    copy.size = writer.position;
    return copy;
}

/* The same in the file itself. */
static void set_field(saved_bytes *file, const place *path, const char *bytes, size_t size) {
    saved_bytes copy = with_field(file, path, bytes, size);
    free(file->data);
    *file = copy;
}

/* Paths in the sample "tiny", whose nodes are Conv, Relu, Transpose, Flatten, Dropout, Gemm, Softmax, and whose
 * initializers are kernel and bias of Conv, Dropout's ratio, kernel and bias of Gemm. */
#define PLACE(number, nth) \
    { number, nth }
#define GRAPH PLACE(DNN_MODEL_GRAPH, 0)
#define NODE(n) GRAPH, PLACE(DNN_GRAPH_NODE, n)
#define ATTRIBUTE(node, n) NODE(node), PLACE(DNN_NODE_ATTRIBUTE, n)
#define TENSOR(n) GRAPH, PLACE(DNN_GRAPH_INITIALIZER, n)
#define INPUT GRAPH, PLACE(DNN_GRAPH_INPUT, 0)
#define OUTPUT GRAPH, PLACE(DNN_GRAPH_OUTPUT, 0)
#define TYPE INPUT, PLACE(DNN_VALUE_TYPE, 0)
#define TENSOR_TYPE TYPE, PLACE(DNN_TYPE_TENSOR, 0)
#define SHAPE TENSOR_TYPE, PLACE(DNN_TENSOR_TYPE_SHAPE, 0)
#define DIMENSION(n) SHAPE, PLACE(DNN_SHAPE_DIM, n)
#define OPSET PLACE(DNN_MODEL_OPSET_IMPORT, 0)
#define TRAINING PLACE(DNN_MODEL_TRAINING_INFO, 0)
#define MARK PLACE(DNN_MODEL_METADATA_PROPS, 0)
#define BYTES(text) text, sizeof text - 1

typedef struct field_case {
    place path[DEPTH];
    const char *bytes;
    size_t size;
    const char *message;
} field_case;

/* How a file is read: by our list of layers, its checksum being right, or broken by the change; or by its nodes. */
typedef enum reading { BY_LIST, UNCHECKED, BY_NODES } reading;

static void assert_refused(const field_case *cases, size_t count, digitnet_status status, reading how) {
    saved_bytes file = save_sample("tiny");
    for (size_t i = 0; i < count; i++) {
        saved_bytes changed = with_field(&file, cases[i].path, cases[i].bytes, cases[i].size);
        if (how == BY_LIST)
            mend(&changed);
        expect_failure(try_load(changed.data, changed.size, how == BY_NODES), status, cases[i].message);
        free(changed.data);
    }
    free(file.data);
}
#define ASSERT_REFUSED(cases, status, how) assert_refused(cases, sizeof(cases) / sizeof *(cases), status, how)

static void missing_fields_are_named(void **state) {
    (void)state;
    static const field_case cases[] = {
        {{GRAPH}, BYTES(""), "it has no graph"},
        {{{DNN_MODEL_IR_VERSION, 0}}, BYTES(""), "it has no ir_version"},
        {{INPUT, {DNN_VALUE_NAME, 0}}, BYTES(""), "(node 'conv2d') takes 'image', which nothing gives"},
        {{OUTPUT, {DNN_VALUE_NAME, 0}}, BYTES(""), "no node gives the graph's output ''"},
        {{TYPE}, BYTES(""), "the graph's input has no type"},
        {{NODE(0), {DNN_NODE_OUTPUT, 0}}, BYTES(""), "takes 'conv2d/output', which nothing gives"},
        {{ATTRIBUTE(5, 0)},
         BYTES("\x2a\x0d\x0a\6transB\x18\1\xa0\1\2\x2a\x0f\x0a\5alpha\x15\0\0\x80\x3f\xa0\1\2"),
         "(node 'dense') has attribute 'alpha' of another type"},
        {{TENSOR(0), {DNN_TENSOR_DIMS, 3}}, BYTES(""), "its data are not of its dimensions"},
    };
    static const field_case of_list[] = {
        {{TYPE}, BYTES(""), "no type of the graph's input"},
        {{TENSOR_TYPE}, BYTES(""), "no tensor type of the graph's input"},
        {{SHAPE}, BYTES(""), "no shape of the graph's input"},
        {{TENSOR(0), {DNN_TENSOR_DIMS, 3}}, BYTES(""), "bytes of data for"},
        {{TENSOR(0)}, BYTES(""), "the weights 'conv2d/kernel' are missing"},
    };
    ASSERT_REFUSED(cases, DIGITNET_EFORMAT, BY_NODES);
    ASSERT_REFUSED(of_list, DIGITNET_EFORMAT, BY_LIST);
}

static void fields_of_the_wrong_type_are_refused(void **state) {
    (void)state;
    static const field_case cases[] = {
        {{{DNN_MODEL_IR_VERSION, 0}}, BYTES("\x0a\0"), "wrong wire type"},
        {{GRAPH}, BYTES("\x38\1"), "wrong wire type"},
        {{OPSET}, BYTES("\x40\1"), "wrong wire type"},
        {{OPSET, {DNN_OPSET_DOMAIN, 0}}, BYTES("\x08\1"), "wrong wire type"},
        {{OPSET, {DNN_OPSET_VERSION, 0}}, BYTES("\x12\0"), "wrong wire type"},
        {{TRAINING}, BYTES("\xa0\1\1"), "wrong wire type"},
        {{TRAINING, {DNN_TRAINING_ALGORITHM, 0}}, BYTES("\x10\1"), "wrong wire type"},
        {{NODE(0)}, BYTES("\x08\1"), "wrong wire type"},
        {{NODE(0), {DNN_NODE_INPUT, 0}}, BYTES("\x08\1"), "wrong wire type"},
        {{NODE(0), {DNN_NODE_OUTPUT, 0}}, BYTES("\x10\1"), "wrong wire type"},
        {{NODE(0), {DNN_NODE_NAME, 0}}, BYTES("\x18\1"), "wrong wire type"},
        {{NODE(0), {DNN_NODE_OP_TYPE, 0}}, BYTES("\x20\1"), "wrong wire type"},
        {{NODE(0), {DNN_NODE_NAME, 0}}, BYTES("\x38\1"), "wrong wire type"}, /* a domain */
        {{ATTRIBUTE(0, 0)}, BYTES("\x28\1"), "wrong wire type"},
        {{ATTRIBUTE(0, 0), {DNN_ATTRIBUTE_NAME, 0}}, BYTES("\x08\1"), "wrong wire type"},
        {{ATTRIBUTE(0, 0), {DNN_ATTRIBUTE_INTS, 0}}, BYTES("\x45\1\1\1\1"), "wrong wire type"},
        {{ATTRIBUTE(0, 0), {DNN_ATTRIBUTE_INTS, 0}}, BYTES("\x10\1"), "wrong wire type"}, /* a float */
        {{ATTRIBUTE(0, 0), {DNN_ATTRIBUTE_INTS, 0}}, BYTES("\x20\1"), "wrong wire type"}, /* a string */
        {{ATTRIBUTE(0, 4), {DNN_ATTRIBUTE_I, 0}}, BYTES("\x1a\0"), "wrong wire type"},
        {{ATTRIBUTE(0, 0), {DNN_ATTRIBUTE_TYPE, 0}}, BYTES("\xa2\1\0"), "wrong wire type"},
        {{TENSOR(0)}, BYTES("\x28\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_NAME, 0}}, BYTES("\x40\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DIMS, 0}}, BYTES("\x0d\1\1\1\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x12\0"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x72\0"), "wrong wire type"}, /* a data_location */
        {{INPUT}, BYTES("\x58\1"), "wrong wire type"},
        {{OUTPUT}, BYTES("\x60\1"), "wrong wire type"},
        {{INPUT, {DNN_VALUE_NAME, 0}}, BYTES("\x08\1"), "wrong wire type"},
        {{TYPE}, BYTES("\x10\1"), "wrong wire type"},
        {{TENSOR_TYPE}, BYTES("\x08\1"), "wrong wire type"},
        {{SHAPE}, BYTES("\x10\1"), "wrong wire type"},
        {{TENSOR_TYPE, {DNN_TENSOR_TYPE_ELEMENT, 0}}, BYTES("\x0a\0"), "wrong wire type"},
        {{DIMENSION(1)}, BYTES("\x08\1"), "wrong wire type"},
        {{DIMENSION(1), {DNN_DIM_VALUE, 0}}, BYTES("\x0a\0"), "wrong wire type"},
    };
    ASSERT_REFUSED(cases, DIGITNET_EFORMAT, BY_NODES);
    static const field_case of_list[] = {
        {{{DNN_MODEL_IR_VERSION, 0}}, BYTES("\x0a\0"), "wrong wire type"},
        {{GRAPH}, BYTES("\x38\1"), "wrong wire type"},
        {{TENSOR(0)}, BYTES("\x28\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_NAME, 0}}, BYTES("\x40\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DIMS, 0}}, BYTES("\x0d\1\1\1\1"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x12\0"), "wrong wire type"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x72\0"), "wrong wire type"}, /* a data_location */
        {{INPUT}, BYTES("\x58\1"), "wrong wire type"},
        {{TYPE}, BYTES("\x10\1"), "wrong wire type"},
        {{TENSOR_TYPE}, BYTES("\x08\1"), "wrong wire type"},
        {{SHAPE}, BYTES("\x10\1"), "wrong wire type"},
        {{TENSOR_TYPE, {DNN_TENSOR_TYPE_ELEMENT, 0}}, BYTES("\x0a\0"), "wrong wire type"},
        {{DIMENSION(1)}, BYTES("\x08\1"), "wrong wire type"},
        {{DIMENSION(1), {DNN_DIM_VALUE, 0}}, BYTES("\x0a\0"), "wrong wire type"},
        {{DIMENSION(1)}, BYTES("\x0a\2\x08\x80"), "a number is cut off"},
    };
    ASSERT_REFUSED(of_list, DIGITNET_EFORMAT, BY_LIST);
    static const field_case marks[] = {
        {{{DNN_MODEL_PRODUCER_NAME, 0}}, BYTES("\x10\1"), "wrong wire type"},
        {{MARK}, BYTES("\x70\1"), "wrong wire type"},
        {{MARK, {DNN_ENTRY_KEY, 0}}, BYTES("\x08\1"), "wrong wire type"},
        {{MARK, {DNN_ENTRY_VALUE, 0}}, BYTES("\x10\1"), "wrong wire type"},
    };
    ASSERT_REFUSED(marks, DIGITNET_EFORMAT, UNCHECKED);
}

static void messages_that_stand_twice_are_refused(void **state) {
    (void)state;
    static const field_case cases[] = {
        {{GRAPH}, BYTES("\x3a\0\x3a\0"), "graph occurs twice"},
        {{TRAINING, {DNN_TRAINING_ALGORITHM, 0}}, BYTES("\x12\0\x12\0"), "training algorithm occurs twice"},
    };
    static const field_case of_list[] = {
        {{TYPE}, BYTES("\x12\0\x12\0"), "type of the graph's input occurs twice"},
        {{TENSOR_TYPE}, BYTES("\x0a\0\x0a\0"), "tensor type of the graph's input occurs twice"},
        {{SHAPE}, BYTES("\x12\0\x12\0"), "shape of the graph's input occurs twice"},
    };
    ASSERT_REFUSED(cases, DIGITNET_EFORMAT, BY_NODES);
    ASSERT_REFUSED(cases, DIGITNET_EFORMAT, BY_LIST);
    ASSERT_REFUSED(of_list, DIGITNET_EFORMAT, BY_LIST);
}

/* Sizes of the input that are not known, or none; three dimensions are an image of one channel to other tools. */
static void the_input_has_sizes(void **state) {
    (void)state;
    static const field_case cases[] = {
        {{TENSOR_TYPE, {DNN_TENSOR_TYPE_ELEMENT, 0}}, BYTES(""), "the graph's input "},
        {{DIMENSION(2)}, BYTES("\x0a\3\x12\1H"), "the graph's input "},
        {{DIMENSION(3)}, BYTES("\x0a\2\x08\0"), "the graph's input "},
    };
    static const field_case flat[] = {{{DIMENSION(3)}, BYTES(""), "(node 'conv2d') takes 3 dimensions"}};
    static const field_case of_list[] = {
        {{DIMENSION(1)}, BYTES("\x0a\0"), "the graph's input "},
        {{DIMENSION(2)}, BYTES("\x0a\6\x08\x80\x80\x80\x80\x08"), "the graph's input "},
        {{DIMENSION(3)}, BYTES(""), "the graph's input is not"}};
    ASSERT_REFUSED(cases, DIGITNET_EUNSUPPORTED, BY_NODES);
    ASSERT_REFUSED(cases, DIGITNET_EUNSUPPORTED, BY_LIST);
    ASSERT_REFUSED(flat, DIGITNET_EUNSUPPORTED, BY_NODES);
    ASSERT_REFUSED(of_list, DIGITNET_EUNSUPPORTED, BY_LIST);
}

/* The weights of the first convolution have them. */
static void channels_may_be_left_open(void **state) {
    (void)state;
    static const place channels[DEPTH] = {DIMENSION(1)};
    saved_bytes file = save_sample("tiny");
    set_field(&file, channels, BYTES("\x0a\0"));
    expect_ok(try_load(file.data, file.size, true));
    free(file.data);
}

/* In the place of the field, `count` empty messages of this tag. */
static void assert_many(const place *path, char tag, size_t count, reading how, digitnet_status status,
                        const char *message) {
    saved_bytes file = save_sample("tiny");
    char *many = must_allocate(2 * count);
    for (size_t i = 0; i < 2 * count; i++)
        many[i] = i % 2 ? '\0' : tag;
    set_field(&file, path, many, 2 * count);
    if (how == BY_LIST)
        mend(&file);
    expect_failure(try_load(file.data, file.size, how == BY_NODES), status, message);
    free(many);
    free(file.data);
}

/* The most is read, and something else is wrong then: nodes without content are read, initializers have no names. */
static void graphs_are_limited(void **state) {
    (void)state;
    static const place nodes[DEPTH] = {NODE(0)}, initializers[DEPTH] = {TENSOR(0)};
    assert_many(nodes, '\x0a', 100001, BY_NODES, DIGITNET_ELIMIT, "the graph has 1000");
    assert_many(nodes, '\x0a', 99990, BY_NODES, DIGITNET_EFORMAT, "takes 'conv2d/output', which nothing gives");
    assert_many(initializers, '\x2a', 49153, BY_NODES, DIGITNET_EFORMAT, "the name '' is given to more than one value");
    assert_many(initializers, '\x2a', 49149, BY_LIST, DIGITNET_ELIMIT, "49153 initializers");
    assert_many(initializers, '\x2a', 49148, BY_LIST, DIGITNET_EFORMAT, "a second initializer is named ''");
}

/* As many layers as a file can have are saved; one more is put behind the last one. */
static void files_of_more_than_4096_layers_are_refused(void **state) {
    (void)state;
    digitnet_model *model = NULL;
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    for (size_t i = 0; i < 4096; i++)
        expect_ok(digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU));
    expect_ok(onnx_draw_weights(model, 1));
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    set_field(&file, (place[DEPTH]){GRAPH, {DNN_GRAPH_NAME, 0}}, BYTES("\x0a\x11\x0a\6output\x12\1z\x22\4Relu"));
    set_field(&file, (place[DEPTH]){OUTPUT, {DNN_VALUE_NAME, 0}}, BYTES("\x0a\1z"));
    expect_failure(try_load(file.data, file.size, 1), DIGITNET_ELIMIT, "the model has 4096 layers, which is the limit");
    free(file.data);
}

static void initializers_of_other_forms(void **state) {
    (void)state;
    static const field_case both[] = {
        {{TENSOR(0), {DNN_TENSOR_DIMS, 0}}, BYTES("\x08\x80\x80\x80\x80\x08"), "a dimension is out of range"},
        {{TENSOR(0), {DNN_TENSOR_DIMS, 0}},
         BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
         "a dimension is out of range"},
        {{TENSOR(1), {DNN_TENSOR_DIMS, 0}},
         BYTES("\x08\xff\xff\xff\xff\7\x08\xff\xff\xff\xff\7\x08\xff\xff\xff\xff\7\x08\xff\xff\xff\xff\7"),
         "its dimensions overflow"},
    };
    ASSERT_REFUSED(both, DIGITNET_EFORMAT, BY_NODES);
    ASSERT_REFUSED(both, DIGITNET_EFORMAT, BY_LIST);
    static const field_case damaged[] = {
        {{TENSOR(0), {DNN_TENSOR_RAW_DATA, 0}},
         BYTES("\x4a\x10.......0.......0\x4a\x10.......0.......0"),
         "initializer 'conv2d/kernel' at byte"},
        {{TENSOR(0), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x48\1"), "wrong wire type"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x22\3...\x22\5....."), "are not of its type"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x20\1\x22\x08........"), "are not of its type"},
        {{TENSOR(1), {DNN_TENSOR_DIMS, 0}}, BYTES("\x08\0"), "initializer 'conv2d/bias' at byte"},
        {{TENSOR(2), {DNN_TENSOR_DOUBLE_DATA, 0}}, BYTES(""), "initializer 'dropout/ratio' at byte"},
        {{NODE(4), {DNN_NODE_INPUT, 1}},
         BYTES("\x0a\x0d"
               "dropout/ratio\x0a\1r"),
         "takes 'r', which nothing gives"},
    };
    ASSERT_REFUSED(damaged, DIGITNET_EFORMAT, BY_NODES);
    static const field_case foreign[] = {
        {{OPSET, {DNN_OPSET_VERSION, 0}}, BYTES(""), "operator set 0"},
        /* The bias in the place of the kernel. */
        {{NODE(0), {DNN_NODE_INPUT, 1}}, BYTES(""), "a kernel of 1 dimensions"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x10\1\x1a\0"), "it is stored in segments"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES(""), "values of type 0 are not read"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x10\1\x70\1"), "its data are in another file"},
    };
    ASSERT_REFUSED(foreign, DIGITNET_EUNSUPPORTED, BY_NODES);
    static const field_case damaged_in_list[] = {
        {{TENSOR(0), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x4a\x10.......0.......0\x4a\x10.......0.......0"), "twice"},
        {{TENSOR(0), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x48\1"), "0 bytes of data for 8 values"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x22\3...\x22\5....."), "its data are not of its type"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x20\1\x22\x08........"), "its data are not of its type"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x22\x08........\x4a\x08........"), "its data occur twice"},
        {{TENSOR(1), {DNN_TENSOR_DIMS, 0}},
         BYTES("\x08\xff\xff\xff\xff\7\x08\xff\xff\xff\xff\7\x08\2"),
         "8 bytes of data for 9223372028264841218 values"},
        {{TENSOR(1), {DNN_TENSOR_DIMS, 0}}, BYTES("\x08\1\x08\2"), "is 1x2; the layer requires 2"},
        {{TENSOR(1), {DNN_TENSOR_DIMS, 0}}, BYTES("\x08\0"), "8 bytes of data for 0 values"},
        {{TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}}, BYTES("\x4a\x08\0\0\xc0\x7f\0\0\0\0"), "a value is not finite"},
    };
    ASSERT_REFUSED(damaged_in_list, DIGITNET_EFORMAT, BY_LIST);
    static const field_case foreign_in_list[] = {
        {{TENSOR(0), {DNN_TENSOR_DIMS, 0}}, BYTES("\x08\1\x08\2"), "it has more than 4 dimensions"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x10\1\x1a\0"), "it is stored in segments"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x10\x0b"), "its data type is not float"},
        {{TENSOR(0), {DNN_TENSOR_DATA_TYPE, 0}}, BYTES("\x10\1\x70\1"), "its data are in another file"},
    };
    ASSERT_REFUSED(foreign_in_list, DIGITNET_EUNSUPPORTED, BY_LIST);
}

/* Packed or not, with something unknown between them. */
static void initializers_come_in_pieces(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    set_field(&file, (place[DEPTH]){TENSOR(1), {DNN_TENSOR_RAW_DATA, 0}},
              BYTES("\x25\0\0\x80\x3f\x62\1x\x22\0\x22\4\0\0\0\x40"));
    mend(&file);
    for (int32_t by_nodes = 0; by_nodes < 2; by_nodes++) {
        digitnet_model *model = load_model(&file, by_nodes);
        float bias[2];
        expect_ok(digitnet_model_get_weights(bias, 2, model, "conv2d/bias"));
        assert_true(bias[0] == 1 && bias[1] == 2);
        digitnet_model_free(model);
    }
    free(file.data);
}

/* Where each name is compared with all others, it has at most 512 bytes. */
static void names_of_initializers_are_limited(void **state) {
    (void)state;
    char name[3 + 513] = "\x0a\x80\x04";
    memset(name + 3, 'n', 513);
    saved_bytes file = save_sample("tiny");
    set_field(&file, (place[DEPTH]){NODE(0), {DNN_NODE_INPUT, 1}}, name, 3 + 512);
    name[0] = '\x42';
    set_field(&file, (place[DEPTH]){TENSOR(0), {DNN_TENSOR_NAME, 0}}, name, 3 + 512);
    mend(&file);
    expect_ok(try_load(file.data, file.size, 1));
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "the weights 'conv2d/kernel' are missing");
    name[1] = '\x81';
    set_field(&file, (place[DEPTH]){TENSOR(0), {DNN_TENSOR_NAME, 0}}, name, 3 + 513);
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_ELIMIT, "the name of an initializer has 513 bytes");
    free(file.data);
}

/* ---- Names of nodes ---- */

static void set_name(saved_bytes *file, size_t node, const char *name, size_t size) {
    char bytes[2 + 127] = {'\x1a', (char)size};
    assert_in_range(size, 0, 127);
    memcpy(bytes + 2, name, size);
    set_field(file, (place[DEPTH]){NODE(node), {DNN_NODE_NAME, 0}}, bytes, 2 + size);
}

/* Whether Conv and the Relu behind it become one layer; its name. */
static void assert_first_layers(const saved_bytes *file, bool together, const char *name) {
    digitnet_model *model = load_model(file, 1);
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe(&info, model));
    assert_int_equal(info.layers, together ? 4 : 5);
    expect_ok(digitnet_model_describe_layer(&layer, model, 0));
    assert_string_equal(layer.name, name);
    digitnet_model_free(model);
}

static void only_names_tell_what_belongs_together(void **state) {
    (void)state;
    char name[64 + sizeof "/relu"];
    memset(name, 'n', sizeof name);
    for (size_t size = 62; size <= 64; size++) { /* up to 63 can be a layer's */
        saved_bytes file = save_sample("tiny");
        set_name(&file, 0, name, size);
        memcpy(name + size, "/relu", 5);
        set_name(&file, 1, name, size + 5);
        memset(name + size, 'n', 5);
        char own[65] = "";
        memcpy(own, name, size);
        assert_first_layers(&file, true, size <= 63 ? own : "conv2d");
        free(file.data);
    }
    saved_bytes file = save_sample("tiny");
    set_name(&file, 0, "", 0);
    set_name(&file, 1, "/relu", 5);
    assert_first_layers(&file, false, "conv2d");
    set_name(&file, 0, "n\0m", 3);
    set_name(&file, 1, "n/relu", 6);
    assert_first_layers(&file, false, "conv2d");
    set_name(&file, 1, "n\0m/relu", 8);
    assert_first_layers(&file, true, "conv2d");
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_fields_are_named),
        cmocka_unit_test(fields_of_the_wrong_type_are_refused),
        cmocka_unit_test(messages_that_stand_twice_are_refused),
        cmocka_unit_test(the_input_has_sizes),
        cmocka_unit_test(channels_may_be_left_open),
        cmocka_unit_test(graphs_are_limited),
        cmocka_unit_test(files_of_more_than_4096_layers_are_refused),
        cmocka_unit_test(initializers_of_other_forms),
        cmocka_unit_test(initializers_come_in_pieces),
        cmocka_unit_test(names_of_initializers_are_limited),
        cmocka_unit_test(only_names_tell_what_belongs_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
