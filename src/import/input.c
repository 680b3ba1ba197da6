#include "import/input.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

typedef struct input_type {
    uint64_t element;
    size_t rank, sizes[DNN_VIEW_AXES + 1]; /* 0: left open */
} input_type;

static digitnet_status read_size(size_t *size, digitnet__wire_view message) {
    uint64_t value = 0;
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field))
        if (field.number == DNN_DIM_VALUE)
            digitnet__wire_get_varint(&fields, &field, &value);
    *size = value >= DNN_IMPORT_BATCH ? 0 : (size_t)value;
    return fields.status;
}

static digitnet_status read_type(input_type *type, digitnet__wire_view input) {
    digitnet__wire_view part, tensor, shape;
    *type = (input_type){.element = 0};
    DNN_TRY(digitnet__wire_find(&part, input, DNN_VALUE_TYPE));
    if (!part.bytes)
        return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: the graph's input has no type", input.offset);
    DNN_TRY(digitnet__wire_find(&tensor, part, DNN_TYPE_TENSOR));
    DNN_TRY(digitnet__wire_find(&shape, tensor, DNN_TENSOR_TYPE_SHAPE));
    DNN_TRY(digitnet__import_element(&type->element, input));
    digitnet__wire_reader fields = digitnet__wire_read(shape);
    for (digitnet__wire_view size; digitnet__wire_next_message(&fields, &size, DNN_SHAPE_DIM);) {
        size_t axis = type->rank < DNN_VIEW_AXES ? type->rank : DNN_VIEW_AXES;
        DNN_TRY(read_size(&type->sizes[axis], size));
        type->rank++;
    }
    return fields.status;
}

digitnet_status digitnet__import_element(uint64_t *element, digitnet__wire_view listed) {
    digitnet__wire_view part, tensor;
    *element = 0;
    DNN_TRY(digitnet__wire_find(&part, listed, DNN_VALUE_TYPE));
    DNN_TRY(digitnet__wire_find(&tensor, part, DNN_TYPE_TENSOR));
    digitnet__wire_reader fields = digitnet__wire_read(tensor);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field))
        if (field.number == DNN_TENSOR_TYPE_ELEMENT)
            digitnet__wire_get_varint(&fields, &field, element);
    return fields.status;
}

static bool is_one_of(digitnet__wire_view type, const char *const *types) {
    for (; *types; types++)
        if (digitnet__wire_is(type, *types))
            return true;
    return false;
}

/* The node that takes a value, or what others make of it value by value; NULL where there is none. */
static const digitnet__import_node *find_taker(const digitnet__import_graph *graph, size_t value) {
    static const char *const by_value[] = {"Cast", "Identity", "Sub", "Add", "Mul", "Div",
                                           "Clip", "Dropout",  "Neg", "Pad", NULL};
    enum { STEPS = 16 };
    for (size_t step = 0; step < STEPS && value != DNN_NO_VALUE; step++) {
        size_t taker = graph->values[value].taker;
        const digitnet__import_node *node = taker == DNN_NO_VALUE ? NULL : &graph->nodes[taker];
        if (!node || !is_one_of(node->type, by_value))
            return node;
        value = node->outputs[0];
    }
    return NULL;
}

/* Where a Transpose of an image takes its channels from; 0 for another node. */
static size_t moves_channels_from(const digitnet__import_node *node) {
    int64_t order[4];
    size_t count = 0;
    bool moves = node && digitnet__wire_is(node->type, "Transpose") &&
                 digitnet__import_integers(order, &count, 4, node, "perm") == DIGITNET_OK && count == 4;
    return moves && order[1] >= 1 && order[1] <= 3 ? (size_t)order[1] : 0;
}

/* What the image's first nodes say of where its channels are; else the sizes do. Our own files have them first. */
static bool has_channels_last(const digitnet__import_graph *graph, size_t value, const size_t *sizes) {
    static const char *const channels_first[] = {"Conv",
                                                 "ConvTranspose",
                                                 "MaxPool",
                                                 "AveragePool",
                                                 "GlobalAveragePool",
                                                 "GlobalMaxPool",
                                                 "BatchNormalization",
                                                 "InstanceNormalization",
                                                 "GroupNormalization",
                                                 "Resize",
                                                 "Upsample",
                                                 "DepthToSpace",
                                                 "SpaceToDepth",
                                                 NULL};
    enum { MOST_CHANNELS = 4 };
    if (graph->is_ours)
        return false;
    const digitnet__import_node *taker = find_taker(graph, value);
    if (taker && is_one_of(taker->type, channels_first))
        return false;
    if (moves_channels_from(taker))
        return moves_channels_from(taker) == 3;
    return sizes[3] <= MOST_CHANNELS && sizes[1] > MOST_CHANNELS && sizes[2] > MOST_CHANNELS;
}

static void set_if_open(input_type *type, size_t rank, size_t axis, size_t size) {
    if (type->rank == 0)
        type->rank = rank;
    if (type->rank == rank && type->sizes[axis] == 0 && size <= INT32_MAX)
        type->sizes[axis] = size;
}

/* What the file leaves open of the input's type, and the weights of the first node that takes it tell: the channels of
 * an image, the values of a row. */
static digitnet_status ask_weights(input_type *type, digitnet__importer *importer, size_t value) {
    const digitnet__import_node *node = find_taker(importer->graph, value);
    const digitnet__import_constant *weights;
    int64_t groups = 1, transposed = 0;
    size_t channels = moves_channels_from(node);
    node = channels ? find_taker(importer->graph, node->outputs[0]) : node;
    channels = channels ? channels : 1;
    if (!node)
        return DIGITNET_OK;
    bool conv = digitnet__wire_is(node->type, "Conv"), matmul = digitnet__wire_is(node->type, "MatMul");
    bool gemm = digitnet__wire_is(node->type, "Gemm"), norm = digitnet__wire_is(node->type, "BatchNormalization");
    if (!conv && !matmul && !gemm && !norm)
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_constant_at(&weights, importer, node, 1));
    DNN_TRY(digitnet__import_integer(&groups, node, "group"));
    DNN_TRY(digitnet__import_integer(&transposed, node, "transB"));
    if (weights && conv && weights->rank == 4 && groups > 0 && groups < INT16_MAX && weights->sizes[1] < INT16_MAX)
        set_if_open(type, 4, channels, weights->sizes[1] * (size_t)groups);
    else if (weights && norm && weights->rank == 1)
        set_if_open(type, 4, channels, weights->sizes[0]);
    else if (weights && (matmul || gemm) && weights->rank == 2)
        set_if_open(type, 2, 1, weights->sizes[gemm && transposed]);
    return DIGITNET_OK;
}

/* A row of as many values as a square has is taken for one. */
static digitnet__shape row_as_image(size_t count) {
    size_t side = (size_t)sqrt((double)count);
    bool is_square = side * side == count;
    return is_square ? (digitnet__shape){.height = side, .width = side, .channels = 1}
                     : (digitnet__shape){.height = 1, .width = 1, .channels = count};
}

/* What the file's network is to get of images from 0 to 1. Bytes are such images times 255. */
static digitnet_status scale_input(digitnet__import_affine *affine, digitnet__importer *importer, uint64_t element) {
    float scale = (float)(importer->options->input_scale * (element == DNN_DATA_UINT8 ? UINT8_MAX : 1));
    float offset = (float)importer->options->input_offset;
    if (scale == 1 && offset == 0)
        return DIGITNET_OK;
    return digitnet__import_compose(affine, importer, &scale, &offset, 1);
}

/* The sizes of one image, with 1 in front as those of a batch. */
static input_type with_batch(const input_type *type) {
    input_type batch = {.element = type->element, .rank = type->rank + 1, .sizes = {1}};
    memcpy(batch.sizes + 1, type->sizes, DNN_VIEW_AXES * sizeof *type->sizes);
    return batch;
}

/* Rows and columns, or a row of values, that the file leaves open are those of MNIST's images. Whether it does. */
static bool set_open_sizes(input_type *type) {
    enum { SIDE = 28 };
    size_t *sizes = type->sizes, rows = type->rank == 4 && sizes[1] ? 2 : 1;
    bool open_row = type->rank == 2 && sizes[1] == 0;
    bool open_image = (type->rank == 3 || type->rank == 4) && sizes[rows] == 0 && sizes[rows + 1] == 0;
    if (open_row)
        sizes[1] = (size_t)SIDE * SIDE;
    if (open_image)
        sizes[rows] = sizes[rows + 1] = SIDE;
    return open_row || open_image;
}

static digitnet_status give_input(digitnet__importer *importer, size_t value, const input_type *type) {
    const size_t *sizes = type->sizes;
    digitnet__view view;
    void *memory;
    importer->channels_last = type->rank == 4 && has_channels_last(importer->graph, value, sizes);
    importer->channels_first = type->rank == 4 && !importer->channels_last;
    if (type->rank == 2) {
        importer->input = row_as_image(sizes[1]);
        view = digitnet__view_plain(sizes + 1, 1);
    } else if (type->rank == 3) {
        importer->input = (digitnet__shape){.height = sizes[1], .width = sizes[2], .channels = 1};
        view = digitnet__view_plain(sizes + 1, 2);
    } else if (importer->channels_last) {
        importer->input = (digitnet__shape){.height = sizes[1], .width = sizes[2], .channels = sizes[3]};
        view = digitnet__view_plain(sizes + 1, 3);
    } else {
        importer->input = (digitnet__shape){.height = sizes[2], .width = sizes[3], .channels = sizes[1]};
        view = digitnet__view_channels_first(sizes[1], sizes[2], sizes[3]);
    }
    DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, 1, sizeof(digitnet__import_activation)));
    importer->graph->values[value].activation = memory;
    *importer->graph->values[value].activation = (digitnet__import_activation){
        .view = view, .unbatched = importer->unbatched, .is_integer = !digitnet__import_is_float(type->element)};
    return scale_input(&importer->graph->values[value].activation->affine, importer, type->element);
}

static bool is_number(uint64_t element) {
    static const uint64_t types[] = {DNN_DATA_UINT8, DNN_DATA_INT8, DNN_DATA_INT32, DNN_DATA_INT64, DNN_DATA_UINT16};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i] == element)
            return true;
    return digitnet__import_is_float(element);
}

digitnet_status digitnet__import_input(digitnet__importer *importer) {
    const digitnet__import_graph *graph = importer->graph;
    size_t found = 0, index = 0;
    input_type type;
    for (size_t i = 0; i < graph->input_count; i++) {
        bool needed = graph->values[graph->input_values[i]].uses > 0;
        found += needed;
        index = needed ? i : index;
    }
    if (found != 1)
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "the graph's output depends on %zu inputs; it must be 1", found);
    DNN_TRY(read_type(&type, graph->inputs[index]));
    const digitnet__import_value *value = &graph->values[graph->input_values[index]];
    if (!importer->unbatched)
        DNN_TRY(ask_weights(&type, importer, graph->input_values[index]));
    type = importer->unbatched ? with_batch(&type) : type;
    importer->open_sizes = set_open_sizes(&type);
    bool known = type.rank >= 2 && type.rank <= 4 && is_number(type.element);
    for (size_t i = 1; known && i < type.rank; i++)
        known = type.sizes[i] > 0;
    if (!known)
        return digitnet__fail(DIGITNET_EUNSUPPORTED,
                              "the graph's input '%s' is no N x channels x rows x columns, N x rows x columns or N x "
                              "values of numbers, with sizes known for all but N",
                              digitnet__wire_printable(value->name).text);
    importer->batch = type.sizes[0] ? type.sizes[0] : DNN_IMPORT_BATCH;
    return give_input(importer, graph->input_values[index], &type);
}
