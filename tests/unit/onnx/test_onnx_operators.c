/* Operators as other tools write them: each form that is read means what ONNX says, and each other one is refused. */
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "onnx_bytes.h"

#include <stdlib.h>

typedef struct attribute {
    const char *name;
    const char *text;   /* a string, */
    int64_t numbers[4]; /* or a list of numbers, */
    size_t count;       /* of which there are so many; 0: one number, no list */
    bool left_out;      /* a number that is not there is 0 */
    float real;         /* or one that is no integer, where it is not 0 */
} attribute;

/* A graph of one node on images of 4 x 4 x 1, or of several, and its initializers. */
typedef struct graph {
    const char *type, *domain, *opset_domain;
    const char *name;      /* of the node */
    const char *inputs[6]; /* after the image; "" is one that is left out */
    const char *first_input, *output, *second_output;
    attribute attributes[4];
    int64_t kernel[5]; /* the dimensions of initializer "w", or of this name, of floats 0, 1, 2, ... */
    const char *kernel_name;
    size_t kernel_rank, kernel_bytes;
    int64_t ratio_count; /* values of initializer "r", doubles of 0.25 where wide, else floats */
    bool wide;
    bool flat;                  /* a Flatten stands before the node */
    bool twice;                 /* the node stands twice */
    const struct graph *behind; /* the node behind it, without initializers of its own */
} graph;

static void put_attribute(digitnet__wire_writer *writer, const attribute *what) {
    size_t begin = digitnet__wire_begin(writer, DNN_NODE_ATTRIBUTE);
    digitnet__wire_put_string(writer, DNN_ATTRIBUTE_NAME, what->name);
    if (what->text)
        digitnet__wire_put_string(writer, DNN_ATTRIBUTE_S, what->text);
    for (size_t i = 0; i < what->count; i++)
        digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_INTS, (uint64_t)what->numbers[i]);
    if (what->real != 0)
        digitnet__wire_put_float(writer, DNN_ATTRIBUTE_F, what->real);
    else if (!what->text && what->count == 0 && !what->left_out)
        digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_I, (uint64_t)what->numbers[0]);
    digitnet__wire_put_varint(writer, DNN_ATTRIBUTE_TYPE,
                              what->text        ? DNN_ATTRIBUTE_TYPE_STRING
                              : what->count     ? DNN_ATTRIBUTE_TYPE_INTS
                              : what->real != 0 ? DNN_ATTRIBUTE_TYPE_FLOAT
                                                : DNN_ATTRIBUTE_TYPE_INT);
    digitnet__wire_end(writer, begin);
}

static void put_node(digitnet__wire_writer *writer, const graph *what, const char *input, const char *output) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, what->first_input ? what->first_input : input);
    for (size_t i = 0; i < 6 && what->inputs[i]; i++)
        digitnet__wire_put_string(writer, DNN_NODE_INPUT, what->inputs[i]);
    digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, what->output ? what->output : output);
    if (what->second_output)
        digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, what->second_output);
    if (what->name)
        digitnet__wire_put_string(writer, DNN_NODE_NAME, what->name);
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, what->type);
    for (size_t i = 0; i < 4 && what->attributes[i].name; i++)
        put_attribute(writer, &what->attributes[i]);
    if (what->domain)
        digitnet__wire_put_string(writer, DNN_NODE_DOMAIN, what->domain);
    digitnet__wire_end(writer, begin);
}

static void put_kernel(digitnet__wire_writer *writer, const graph *what) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    for (size_t i = 0; i < what->kernel_rank; i++)
        digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, (uint64_t)what->kernel[i]);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, DNN_DATA_FLOAT);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, what->kernel_name ? what->kernel_name : "w");
    unsigned char *data = digitnet__wire_put_bytes(writer, DNN_TENSOR_FLOAT_DATA, what->kernel_bytes);
    for (size_t i = 0; data && i < what->kernel_bytes / 4; i++)
        digitnet__wire_store_float(data + 4 * i, (float)i);
    digitnet__wire_end(writer, begin);
}

static void put_ratio(digitnet__wire_writer *writer, const graph *what) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, (uint64_t)what->ratio_count);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, what->wide ? DNN_DATA_DOUBLE : DNN_DATA_FLOAT);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, "r");
    size_t width = what->wide ? 8 : 4, count = (size_t)what->ratio_count;
    unsigned char *data = digitnet__wire_put_bytes(writer, DNN_TENSOR_RAW_DATA, count * width);
    for (size_t i = 0; data && i < count; i++)
        if (what->wide)
            digitnet__wire_store_double(data + 8 * i, 0.25);
        else
            digitnet__wire_store_float(data + 4 * i, 0.25f);
    digitnet__wire_end(writer, begin);
}

/* N x 1 x 4 x 4 of float */
static void put_value(digitnet__wire_writer *writer, uint32_t number, const char *name) {
    size_t value = digitnet__wire_begin(writer, number);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE), tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, DNN_DATA_FLOAT);
    size_t shape = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    for (size_t i = 0; i < 4; i++) {
        size_t dimension = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
        digitnet__wire_put_varint(writer, DNN_DIM_VALUE, i < 2 ? 1 : 4);
        digitnet__wire_end(writer, dimension);
    }
    digitnet__wire_end(writer, shape);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, value);
}

static void put_model(digitnet__wire_writer *writer, const graph *what) {
    digitnet__wire_put_varint(writer, DNN_MODEL_IR_VERSION, 8);
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_GRAPH);
    if (what->flat)
        put_node(writer, &(graph){.type = "Flatten"}, "image", "flat");
    const graph *behind = what->twice ? what : what->behind;
    put_node(writer, what, what->flat ? "flat" : "image", behind ? "middle" : "y");
    if (behind)
        put_node(writer, behind, "middle", "y");
    if (what->kernel_rank)
        put_kernel(writer, what);
    if (what->ratio_count)
        put_ratio(writer, what);
    put_value(writer, DNN_GRAPH_INPUT, "image");
    put_value(writer, DNN_GRAPH_OUTPUT, "y");
    digitnet__wire_end(writer, begin);
    size_t opset = digitnet__wire_begin(writer, DNN_MODEL_OPSET_IMPORT);
    if (what->opset_domain)
        digitnet__wire_put_string(writer, DNN_OPSET_DOMAIN, what->opset_domain);
    digitnet__wire_put_varint(writer, DNN_OPSET_VERSION, 13);
    digitnet__wire_end(writer, opset);
}

static saved_bytes write_graph(const graph *what) {
    saved_bytes file = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) {
        digitnet__wire_writer writer = {.bytes = file.data};
        put_model(&writer, what);
        file.size = writer.position;
        if (!file.data)
            file.data = must_allocate(file.size);
    }
    return file;
}

#define LIST(what, ...) \
    { .name = what, .numbers = {__VA_ARGS__}, .count = sizeof((int[]){__VA_ARGS__}) / sizeof(int) }
#define TEXT(what, value) \
    { .name = what, .text = value }
#define NUMBER(what, value)                \
    {                                      \
        .name = what, .numbers = { value } \
    }
#define REAL(what, value) \
    { .name = what, .real = value }
#define KERNEL .inputs = {"w"}, .kernel = {1, 1, 2, 2}, .kernel_rank = 4, .kernel_bytes = 16
#define POOL .type = "MaxPool"
#define TRANSPOSED .type = "ConvTranspose", KERNEL
#define CHANNELS_LAST .type = "Transpose", .attributes = {LIST("perm", 0, 2, 3, 1)}

/* What is read, and the height and width of what comes out, 0 where it is flat. */
static void forms_that_are_read(void **state) {
    (void)state;
    const struct {
        graph what;
        size_t height, width;
    } cases[] = {
        {{.type = "Conv", KERNEL}, 3, 3},
        {{.type = "Conv", .inputs = {"w"}, .kernel = {1, 1, 2, 3}, .kernel_rank = 4, .kernel_bytes = 24}, 3, 2},
        {{.type = "Conv", KERNEL, .attributes = {TEXT("auto_pad", "NOTSET")}}, 3, 3},
        {{.type = "Conv", KERNEL, .attributes = {TEXT("auto_pad", "VALID")}}, 3, 3},
        {{.type = "Conv", KERNEL, .attributes = {TEXT("auto_pad", "SAME_UPPER")}}, 4, 4},
        {{.type = "Conv", KERNEL, .attributes = {LIST("pads", 0, 0, 1, 1)}}, 4, 4},
        {{.type = "Conv", KERNEL, .attributes = {LIST("dilations", 3, 1)}}, 1, 3},
        {{.type = "Conv", KERNEL, .attributes = {LIST("dilations", 2, 2), TEXT("auto_pad", "SAME_UPPER")}}, 4, 4},
        {{.type = "Conv", KERNEL, .attributes = {LIST("strides", 2, 1)}}, 2, 3},
        {{.type = "Conv", KERNEL, .domain = "ai.onnx", .opset_domain = "ai.onnx"}, 3, 3},
        {{.type = "Conv", .inputs = {"w", "", "", ""}, .kernel = {1, 1, 2, 2}, .kernel_rank = 4, .kernel_bytes = 16},
         3,
         3},
        {{POOL, .second_output = "", .attributes = {LIST("kernel_shape", 2, 2)}}, 3, 3},
        {{POOL, .attributes = {LIST("kernel_shape", 2, 2), NUMBER("ceil_mode", 0), NUMBER("storage_order", 1)}}, 3, 3},
        {{POOL, .attributes = {LIST("kernel_shape", 2, 2), {.name = "ceil_mode", .left_out = true}}}, 3, 3},
        {{.type = "Relu", .name = "same", .twice = true}, 4, 4}, /* the second gets another name */
        {{.type = "Relu", .name = "a/b"}, 4, 4},
        {{.type = "Dropout"}, 4, 4},
        {{.type = "Dropout", .inputs = {"r"}, .ratio_count = 1}, 4, 4},
        {{.type = "Dropout", .inputs = {"r"}, .ratio_count = 1, .wide = true}, 4, 4},
        {{.type = "Softmax", .attributes = {NUMBER("axis", 1)}}, 4, 4},
        {{.type = "Softmax", .attributes = {NUMBER("axis", -3)}}, 4, 4},
        {{.type = "Softmax", .flat = true}, 0, 0},
        {{.type = "LogSoftmax", .attributes = {NUMBER("axis", 1)}}, 4, 4},
        {{.type = "LeakyRelu"}, 4, 4},
        {{.type = "LeakyRelu", .attributes = {REAL("alpha", 0.5f)}}, 4, 4},
        {{.type = "Elu"}, 4, 4},
        {{.type = "Selu"}, 4, 4},
        {{.type = "Selu", .attributes = {REAL("alpha", 1.673263f), REAL("gamma", 1.050701f)}}, 4, 4},
        {{.type = "HardSigmoid", .attributes = {REAL("alpha", 1.0f / 6)}}, 4, 4},
        {{.type = "Conv", .name = "c", KERNEL, .behind = &(graph){.type = "Elu", .name = "c/elu"}}, 3, 3},
        {{.type = "Concat", .attributes = {NUMBER("axis", 1)}}, 4, 4},
        {{.type = "Concat", .attributes = {NUMBER("axis", -3)}}, 4, 4},
        {{.type = "Concat", .flat = true, .attributes = {NUMBER("axis", -1)}}, 0, 0},
        {{TRANSPOSED}, 5, 5},
        {{TRANSPOSED, .attributes = {TEXT("auto_pad", "NOTSET"), LIST("pads", 0, 0, 1, 1)}}, 4, 4},
        {{TRANSPOSED, .attributes = {LIST("strides", 3, 1), LIST("output_padding", 1, 0)}}, 12, 5},
        {{.type = "PRelu", .inputs = {"w"}, .kernel = {1, 1, 1}, .kernel_rank = 3, .kernel_bytes = 4}, 4, 4},
        {{.type = "PRelu", .flat = true, .inputs = {"w"}, .kernel = {16}, .kernel_rank = 1, .kernel_bytes = 64}, 0, 0},
        {{.type = "GlobalAveragePool"}, 0, 0}, /* one place is a row */
        {{.type = "ReduceMean", .attributes = {LIST("axes", 2, 3)}}, 0, 0},
        {{.type = "ReduceMean", .attributes = {LIST("axes", -2, -1), NUMBER("keepdims", 0)}}, 0, 0},
        {{.type = "ReduceMax", .attributes = {LIST("axes", 2, -1), NUMBER("keepdims", 0)}}, 0, 0},
        {{.type = "Conv", KERNEL, .attributes = {TEXT("auto_pad", "SAME_LOWER")}}, 4, 4},
        {{.type = "Conv", KERNEL, .attributes = {LIST("pads", 1, 1, 0, 0)}}, 4, 4},
        {{POOL, .attributes = {LIST("kernel_shape", 2, 2), NUMBER("ceil_mode", 1)}}, 3, 3},
        {{POOL, .second_output = "places", .attributes = {LIST("kernel_shape", 2, 2)}}, 3, 3},
        {{.type = "Transpose", .attributes = {LIST("perm", 0, 2, 3, 1)}}, 4, 4},
        {{.type = "Softmax", .attributes = {NUMBER("axis", 2)}}, 4, 4},
        {{.type = "LogSoftmax", .attributes = {NUMBER("axis", 2)}}, 4, 4},
        {{.type = "Selu", .attributes = {REAL("alpha", 1)}}, 4, 4},
        {{.type = "Selu", .attributes = {REAL("gamma", 1)}}, 4, 4},
        {{.type = "HardSigmoid"}, 4, 4},
        {{.type = "HardSigmoid", .attributes = {REAL("alpha", 1.0f / 6), REAL("beta", 1)}}, 4, 4},
        {{.type = "Conv",
          .name = "c",
          KERNEL,
          .behind = &(graph){.type = "Elu", .name = "c/elu", .attributes = {REAL("alpha", 2)}}},
         3,
         3},
        {{TRANSPOSED, .attributes = {TEXT("auto_pad", "SAME_UPPER")}}, 4, 4},
        {{TRANSPOSED, .attributes = {LIST("pads", 1, 0, 0, 0)}}, 4, 5},
        {{TRANSPOSED, .attributes = {LIST("pads", 0, 0, 1, 0)}}, 4, 5},
        {{.type = "ReduceMean", .attributes = {LIST("axes", 2, 1)}}, 0, 0},
        {{POOL, .attributes = {LIST("kernel_shape", 5, 2), LIST("strides", 2, 2)}}, 1, 2},
        {{.type = "Relu", .behind = &(graph){CHANNELS_LAST}}, 4, 4},
        {{CHANNELS_LAST, .behind = &(graph){CHANNELS_LAST}}, 1, 4},
        {{.type = "Relu", .behind = &(graph){.type = "Relu", .first_input = "image"}}, 4, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes file = write_graph(&cases[i].what);
        digitnet_model *model = load_model(&file, 0);
        digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
        digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
        expect_ok(digitnet_model_describe(&info, model));
        expect_ok(digitnet_model_describe_layer(&layer, model, info.layers - 1));
        if (layer.height != cases[i].height || layer.width != cases[i].width)
            fail_msg("case %zu: %zu x %zu", i, layer.height, layer.width);
        digitnet_model_free(model);
        free(file.data);
    }
}

static void forms_that_are_refused(void **state) {
    (void)state;
    const digitnet_status format = DIGITNET_EFORMAT, unsupported = DIGITNET_EUNSUPPORTED;
    const struct {
        graph what;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{.type = "Conv"}, format, "has no input 1"},
        {{.type = "Conv", .inputs = {"w"}, .kernel = {2, 2}, .kernel_rank = 2, .kernel_bytes = 16},
         unsupported,
         "a kernel of 2 dimensions"},
        {{.type = "Conv", .inputs = {"w"}, .kernel_rank = 5, .kernel = {1, 1, 1, 1, 1}, .kernel_bytes = 4},
         unsupported,
         "a kernel of 5 dimensions"},
        {{.type = "Conv", .inputs = {"w"}, .kernel = {-1, 1, 2, 2}, .kernel_rank = 4}, format, "out of range"},
        {{.type = "Conv", .inputs = {"w"}, .kernel = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX}, .kernel_rank = 4},
         format,
         "overflow"},
        {{.type = "Conv", .inputs = {"w"}, .kernel = {INT32_MAX, INT32_MAX, 2}, .kernel_rank = 3},
         format,
         "dimensions overflow"},
        {{.type = "Conv", KERNEL, .attributes = {LIST("pads", -1, 0, 0, 0)}}, unsupported, "pads"},
        {{.type = "Conv", KERNEL, .attributes = {LIST("dilations", 1, 0)}}, format, "dilations"},
        {{.type = "Conv", KERNEL, .attributes = {NUMBER("group", 0)}}, format, "group"},
        {{.type = "Conv", KERNEL, .attributes = {NUMBER("group", 2)}},
         format,
         "in 2 groups for an image of 1 channels"},
        {{.type = "Conv", KERNEL, .attributes = {NUMBER("group", (int64_t)1 << 31)}}, format, "group"},
        {{.type = "Conv", KERNEL, .attributes = {LIST("strides", 1, -1)}}, format, "strides"},
        {{.type = "Conv", KERNEL, .attributes = {{.name = "strides", .numbers = {(int64_t)1 << 31, 1}, .count = 2}}},
         format,
         "strides"},
        {{.type = "Conv", KERNEL, .attributes = {TEXT("strides", "2")}}, format, "'strides' of another type"},
        {{POOL}, format, "no attribute 'kernel_shape'"},
        {{POOL, .attributes = {LIST("kernel_shape", 2, 2), LIST("strides", 0, 1)}}, format, "strides"},
        {{POOL, .attributes = {LIST("kernel_shape", 2, 2), LIST("dilations", 1, 2)}}, unsupported, "dilations"},
        {{POOL, .attributes = {LIST("kernel_shape", 5, 5)}}, unsupported, "has windows of 5 over 4 rows"},
        {{POOL, .attributes = {LIST("kernel_shape", 4, 9), LIST("strides", 1, 5)}}, unsupported, "9 over 4 columns"},
        {{.type = "Conv", KERNEL, .attributes = {LIST("dilations", 1, 4)}}, unsupported, "5 over 4 columns"},
        {{.type = "Relu", .inputs = {"", "", "", "", "", "w"}}, format, "takes 'w', which nothing gives"},
        {{.type = "Relu", .domain = "com.example"}, unsupported, "com.example"},
        {{.type = "Relu", .opset_domain = "com.example"}, unsupported, "operator set 0"},
        {{.type = "Relu", .attributes = {NUMBER("slope", 1)}}, unsupported, "slope"},
        {{.type = "Relu", .attributes = {NUMBER("axis", 1)}}, unsupported, "'axis'"},
        {{.type = "Transpose", .flat = true, .attributes = {LIST("perm", 0, 2, 3, 1)}},
         format,
         "a 'perm' of 4 axes for 2 dimensions"},
        {{.type = "Dropout", .inputs = {"r"}, .ratio_count = 2}, format, "2 values in input 1"},
        {{.type = "Dropout", .inputs = {"r", "training"}, .ratio_count = 1},
         format,
         "takes 'training', which nothing gives"},
        {{.type = "Dropout", .inputs = {"missing"}}, format, "takes 'missing', which nothing gives"},
        {{.type = "Dropout", .attributes = {NUMBER("scale", 1)}}, unsupported, "'scale'"},
        {{.type = "Softmax", .attributes = {{.name = "axis", .left_out = true}}}, unsupported, "runs over the samples"},
        {{.type = "Softmax", .flat = true, .attributes = {NUMBER("axis", -3)}}, format, "an axis that is out of range"},
        {{.type = "Gemm", .flat = true, KERNEL}, unsupported, "a matrix of 4 dimensions"},
        {{.type = "Gemm",
          .inputs = {"w"},
          .kernel = {1, 16},
          .kernel_rank = 2,
          .kernel_bytes = 64,
          .attributes = {NUMBER("transB", 1)}},
         format,
         "takes 4 dimensions"},
        {{.type = "LeakyRelu", .attributes = {REAL("beta", 1)}}, unsupported, "'beta'"},
        {{.type = "Selu", .attributes = {REAL("beta", 1)}}, unsupported, "'beta'"},
        {{.type = "HardSigmoid", .attributes = {REAL("gamma", 1)}}, unsupported, "'gamma'"},
        {{.type = "BatchNormalization"}, format, "has no input 1"},
        {{.type = "BatchNormalization", .attributes = {NUMBER("spatial", 1)}}, format, "has no input 1"},
        {{.type = "BatchNormalization",
          .inputs = {"w", "w", "w", "w"},
          .kernel = {1},
          .kernel_rank = 1,
          .kernel_bytes = 4,
          .attributes = {NUMBER("training_mode", 1)}},
         unsupported,
         "is in training"},
        {{.type = "Concat"}, format, "has no attribute 'axis'"},
        {{.type = "Concat", .attributes = {NUMBER("axes", 1)}}, unsupported, "'axes'"},
        {{.type = "ConvTranspose"}, format, "has no input 1"},
        {{TRANSPOSED, .attributes = {NUMBER("crowd", 1)}}, unsupported, "'crowd'"},
        {{TRANSPOSED, .attributes = {NUMBER("group", 2)}}, format, "in 2 groups"},
        {{TRANSPOSED, .flat = true}, unsupported, "takes 2 dimensions"},
        {{TRANSPOSED, .attributes = {LIST("strides", 0, 1)}}, format, "strides"},
        {{TRANSPOSED, .attributes = {LIST("dilations", 2, 1)}}, unsupported, "has dilations"},
        {{TRANSPOSED, .attributes = {LIST("dilations", 1, 2)}}, unsupported, "has dilations"},
        {{TRANSPOSED, .attributes = {LIST("output_padding", 1, 0)}}, unsupported, "'output_padding' out of range"},
        {{.type = "PRelu"}, format, "has no input 1"},
        {{.type = "PRelu", .attributes = {NUMBER("slope", 1)}}, unsupported, "'slope'"},
        {{.type = "AveragePool", .attributes = {NUMBER("crowd", 1)}}, unsupported, "'crowd'"},
        {{.type = "GlobalAveragePool", .attributes = {NUMBER("keepdims", 1)}}, unsupported, "'keepdims'"},
        {{.type = "ReduceMean"}, unsupported, "runs over the samples"},
        {{.type = "Relu", .output = "image"}, format, "the name 'image' is given to more than one value"},
        {{.type = "Relu", .kernel = {1}, .kernel_rank = 1, .kernel_bytes = 4, .kernel_name = "y"},
         format,
         "the name 'y' is given to more than one value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes file = write_graph(&cases[i].what);
        expect_failure(try_load(file.data, file.size, 0), cases[i].status, cases[i].message);
        free(file.data);
    }
}

/* A space is printed as it is, what is no text as '?'. */
static void names_are_printed(void **state) {
    (void)state;
    saved_bytes file = write_graph(&(graph){.type = "Not \x1f~\x7f one"});
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EUNSUPPORTED, "'Not ?~? one'");
    free(file.data);
}

/* What could be saved but not loaded is not built. */
static void sizes_that_no_file_holds_are_refused(void **state) {
    (void)state;
    const size_t most = INT32_MAX;
    digitnet_model *model;
    expect_failure(digitnet_model_create_ex(&model, most + 1, 1, 1,
                                            DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = SIZE_MAX)),
                   DIGITNET_ELIMIT, "the limit of each size is 2147483647");
    expect_failure(digitnet_model_create(&model, 1, most + 1, 1), DIGITNET_ELIMIT,
                   "the limit of each size is 2147483647");
    expect_failure(digitnet_model_create(&model, 1, 1, most + 1), DIGITNET_ELIMIT,
                   "the limit of each size is 2147483647");
    expect_ok(digitnet_model_create(&model, 4, 4, 1));
    expect_failure(digitnet_model_add_conv2d_ex(model, 1, 2, DIGITNET_ACTIVATION_RELU,
                                                DIGITNET_WITH(digitnet_conv2d_options, .stride_height = most + 1)),
                   DIGITNET_ELIMIT, "the stride is 2147483648x2147483648");
    digitnet_model_clear_error(model);
    expect_failure(digitnet_model_add_max_pool2d_ex(
                       model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_width = most + 1)),
                   DIGITNET_ELIMIT, "the stride is 2x2147483648");
    digitnet_model_clear_error(model);
    expect_ok(digitnet_model_add_conv2d_ex(model, 1, 2, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_conv2d_options, .stride_height = most)));
    expect_ok(
        digitnet_model_add_max_pool2d_ex(model, 1, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = most)));
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    expect_ok(try_load(file.data, file.size, 0));
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_that_are_read),
        cmocka_unit_test(forms_that_are_refused),
        cmocka_unit_test(names_are_printed),
        cmocka_unit_test(sizes_that_no_file_holds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
