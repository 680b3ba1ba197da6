/* Each operator with attributes and inputs that are drawn, most of which make no sense: it is read, or refused, and
 * what is read has as many values as its layer gives. */
#include "import_graph.h"
#include "onnx/schema.h"

#include <string.h>

enum { TRIES = 1500, CHANNELS = 4, ROWS = 6, COLUMNS = 4 };

static uint64_t seed;

static size_t draw(size_t count) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(seed >> 33) % count;
}

/* ---- Attributes ---- */

static const char *draw_text(void) {
    static const char *const texts[] = {
        "",        "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET",        "constant",   "reflect", "edge",
        "wrap",    "nearest",    "linear",     "cubic", "align_corners", "asymmetric", "floor",   "tanh",
        "SOFTMAX", "LOGISTIC",   "NONE",       "L1",    "DCR",           "CRD",        "FLOAT",   "nothing"};
    return texts[draw(sizeof texts / sizeof *texts)];
}

static int64_t draw_integer(void) {
    static const int64_t rare[] = {INT64_MIN, INT64_MAX, INT32_MAX, (int64_t)INT32_MAX + 1, -100, 100};
    return draw(20) == 0 ? rare[draw(sizeof rare / sizeof *rare)] : (int64_t)draw(9) - 3;
}

static void draw_list(import_graph *own, const char *name) {
    int64_t values[9];
    size_t count = draw(10);
    for (size_t i = 0; i < count; i++)
        values[i] = draw(3) ? 1 + (int64_t)draw(3) : draw_integer();
    set_integers(own, name, values, count);
}

static void draw_attribute(import_graph *own, const char *name) {
    switch (draw(8)) {
    case 0:
        set_text(own, name, draw_text());
        break;
    case 1:
        set_number(own, name, (float)draw(7) / 2 - 1);
        break;
    case 2:
    case 3:
    case 4:
        set_integer(own, name, draw_integer());
        break;
    default:
        draw_list(own, name);
    }
}

/* Some of those that the operator has. */
static void draw_attributes(import_graph *own, const char *names) {
    for (size_t set = 0; *names && set < GRAPH_INPUTS;) {
        static char all[GRAPH_INPUTS][32];
        size_t size = strcspn(names, " ");
        assert_true(size < sizeof all[0]);
        if (size > 0 && draw(4) == 0) {
            memcpy(all[set], names, size);
            all[set][size] = '\0';
            draw_attribute(own, all[set++]);
        }
        names += size + (names[size] == ' ');
    }
}

/* ---- Inputs ---- */

static size_t draw_constant(import_graph *own) {
    static const size_t shapes[][4] = {{1},
                                       {CHANNELS, 1, 1},
                                       {CHANNELS},
                                       {COLUMNS},
                                       {3, CHANNELS, 2, 2},
                                       {CHANNELS, 2, 3, 3},
                                       {4, 1, 2, 2},
                                       {5, CHANNELS, 3},
                                       {96, 7},
                                       {7, 96},
                                       {COLUMNS, 3},
                                       {2, 3},
                                       {1, CHANNELS, ROWS, COLUMNS}};
    static const size_t ranks[] = {1, 3, 1, 1, 4, 4, 4, 3, 2, 2, 2, 2, 4};
    size_t chosen = draw(sizeof ranks / sizeof *ranks + 1);
    return chosen == sizeof ranks / sizeof *ranks ? add_constant(own, NULL, NULL, 0)
                                                  : add_constant(own, NULL, shapes[chosen], ranks[chosen]);
}

static size_t draw_integers(import_graph *own) {
    int64_t values[8];
    size_t count = draw(3) ? draw(9) : 8; /* of the sides of an image's axes */
    for (size_t i = 0; i < count; i++)
        values[i] = i % 4 < 2 && draw(2) ? 0 : draw(4) ? (int64_t)draw(4) : draw_integer();
    if (draw(4) == 0) {
        count = 2 + draw(3); /* sizes, or how often */
        for (size_t i = 0; i < count; i++)
            values[i] = i == 0 ? 1 : 1 + (int64_t)draw(2);
    }
    return add_integers(own, values, count);
}

/* The image, the same in another order, a row of it, or what a layer gives. */
static size_t draw_activation(import_graph *own) {
    size_t x = 0;
    switch (draw(7)) {
    case 0:
        x = NODE(own, "Transpose", 0);
        LIST(own, "perm", 0, 2, 3, 1);
        return x;
    case 1:
        return NODE(own, "Flatten", 0);
    case 2:
        return NODE(own, "Relu", NODE(own, "Conv", 0, add_constant(own, NULL, SIZES(CHANNELS, CHANNELS, 1, 1))));
    case 3:
        return NODE(own, "Reshape", 0, INTEGERS(own, 0, CHANNELS, ROWS * COLUMNS));
    case 4:
        x = NODE(own, "Transpose", 0);
        LIST(own, "perm", 0, 2, 3, 1);
        return NODE(own, "Reshape", x, INTEGERS(own, -1, CHANNELS));
    default:
        return x;
    }
}

static size_t draw_input(import_graph *own, size_t index) {
    size_t way = draw(10);
    if (index == 0 ? way < 8 : way < 2)
        return draw_activation(own);
    return way == 9 ? DNN_NO_VALUE : way < 6 ? draw_constant(own) : draw_integers(own);
}

/* ---- ---- */

static void assert_sound(const import_graph *own, const char *type, size_t value) {
    const digitnet__import_activation *activation = own->graph.values[value].activation;
    if (!activation || activation->is_class || digitnet__view_repeats(&activation->view))
        return;
    digitnet__shape shape = digitnet__draft_shape(&own->importer, activation->value);
    size_t values = shape.flat ? shape.channels : shape.height * shape.width * shape.channels;
    if (digitnet__view_count(&activation->view) != values)
        fail_msg("%s: a view of %zu values for %zu", type, digitnet__view_count(&activation->view), values);
}

static size_t try_operator(const digitnet__import_operator *row, const char *domain) {
    import_graph own;
    size_t inputs[GRAPH_INPUTS], count = 1 + draw(row->most_inputs ? row->most_inputs : 3);
    begin_graph(&own, CHANNELS, ROWS, COLUMNS);
    count = count > GRAPH_INPUTS ? GRAPH_INPUTS : count;
    for (size_t i = 0; i < count; i++)
        inputs[i] = draw_input(&own, i);
    while (count > 1 && inputs[count - 1] == DNN_NO_VALUE)
        count--;
    size_t value = add_node(&own, row->type, inputs, count);
    draw_attributes(&own, row->attributes);
    own.nodes[own.graph.node_count - 1].operator_set = draw(3) ? 17 : 7 + draw(12);
    own.nodes[own.graph.node_count - 1].domain = digitnet__wire_string(domain);
    digitnet_status status = recorded(read_graph(&own, value));
    if (status != DIGITNET_OK && status != DIGITNET_EFORMAT && status != DIGITNET_EUNSUPPORTED &&
        status != DIGITNET_ELIMIT)
        fail_msg("%s: status %d: %s", row->type, status, digitnet_last_error());
    if (status == DIGITNET_OK)
        assert_sound(&own, row->type, value);
    end_graph(&own);
    return status == DIGITNET_OK;
}

static void operators_are_read_or_refused(void **state) {
    (void)state;
    static const digitnet__import_operator *const tables[] = {
        digitnet__import_activations,  digitnet__import_arithmetic, digitnet__import_classical,
        digitnet__import_convolutions, digitnet__import_joins,      digitnet__import_normalizations,
        digitnet__import_pools,        digitnet__import_products,   digitnet__import_resizes,
        digitnet__import_shapes,       digitnet__import_powers,     digitnet__import_adaptive_pools};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        for (const digitnet__import_operator *row = tables[i]; row->type; row++) {
            size_t read = 0;
            seed = i;
            for (size_t k = 0; k < TRIES; k++)
                read += try_operator(row, tables[i] == digitnet__import_classical ? "ai.onnx.ml" : "");
            /* Those of more inputs hardly ever get the right ones, and weights that are attributes are not drawn. */
            if (read == 0 && row->most_inputs < 4 && !strstr(row->attributes, "coefficients") &&
                strcmp(row->type, "Normalizer") != 0)
                fail_msg("%s is never read", row->type);
        }
    }
}

/* Of constants alone. */
static void constants_are_computed_or_refused(void **state) {
    (void)state;
    static const char *const types[] = {
        "Identity",  "Reshape", "Flatten", "Unsqueeze",  "Squeeze",     "Cast",  "Transpose",  "Gather",
        "Concat",    "Slice",   "Add",     "Sub",        "Mul",         "Div",   "Mod",        "Pow",
        "Min",       "Max",     "Equal",   "Greater",    "LessOrEqual", "And",   "Or",         "Not",
        "Where",     "Expand",  "Neg",     "Sqrt",       "Abs",         "Shape", "ReduceSum",  "ConstantOfShape",
        "ReduceMax", "MatMul",  "Log",     "ReduceProd", "Less",        "Ceil",  "Reciprocal", "Clip",
        "Tile",      "Sigmoid", "CastLike"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t computed = 0;
        seed = i;
        for (size_t k = 0; k < TRIES; k++) {
            import_graph own;
            size_t inputs[GRAPH_INPUTS], count = 1 + draw(GRAPH_INPUTS);
            begin_graph(&own, CHANNELS, ROWS, COLUMNS);
            for (size_t j = 0; j < count; j++)
                inputs[j] = draw(2) ? draw_constant(&own) : draw_integers(&own);
            size_t value = add_node(&own, types[i], inputs, count);
            draw_attributes(&own, "axes axis keepdims perm to shape allowzero starts ends");
            digitnet_status status = recorded(read_graph(&own, value));
            if (status != DIGITNET_OK && status != DIGITNET_EFORMAT && status != DIGITNET_EUNSUPPORTED &&
                status != DIGITNET_ELIMIT)
                fail_msg("%s: status %d: %s", types[i], status, digitnet_last_error());
            computed += status == DIGITNET_OK;
            end_graph(&own);
        }
        if (computed == 0)
            fail_msg("%s is never computed", types[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_read_or_refused),
        cmocka_unit_test(constants_are_computed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
