/* Constants value by value: arithmetic, comparisons, functions. */
#include "core/status.h"
#include "import/fold.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

/* ---- Of two values ---- */

static bool is_comparison(digitnet__wire_view type) {
    static const char *const types[] = {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (digitnet__wire_is(type, types[i]))
            return true;
    return false;
}

static bool compare(digitnet__wire_view type, double a, double b) {
    return digitnet__wire_is(type, "Greater")          ? a > b
           : digitnet__wire_is(type, "Less")           ? a < b
           : digitnet__wire_is(type, "GreaterOrEqual") ? a >= b
           : digitnet__wire_is(type, "LessOrEqual")    ? a <= b
           : digitnet__wire_is(type, "And")            ? a != 0 && b != 0
           : digitnet__wire_is(type, "Or")             ? a != 0 || b != 0
                                                       : a == b;
}

/* More digits than a double has. */
static bool compare_integers(digitnet__wire_view type, int64_t a, int64_t b) {
    bool is_order = !digitnet__wire_is(type, "And") && !digitnet__wire_is(type, "Or");
    return is_order ? compare(type, (a > b) - (a < b), 0) : compare(type, a != 0, b != 0);
}

static double apply_number(digitnet__wire_view type, double a, double b) {
    return digitnet__wire_is(type, "Add")   ? a + b
           : digitnet__wire_is(type, "Sub") ? a - b
           : digitnet__wire_is(type, "Mul") ? a * b
           : digitnet__wire_is(type, "Div") ? a / b
           : digitnet__wire_is(type, "Mod") ? fmod(a, b)
           : digitnet__wire_is(type, "Pow") ? pow(a, b)
           : digitnet__wire_is(type, "Min") ? fmin(a, b)
                                            : fmax(a, b);
}

/* Division cuts towards 0; the remainder has the sign of the divisor, or with `fmod` that of the dividend. */
static digitnet_status divide_integers(int64_t *result, const digitnet__folding *fold, int64_t a, int64_t b) {
    int64_t as_fmod = 0;
    DNN_TRY(digitnet__import_integer(&as_fmod, fold->node, "fmod"));
    if (b == 0 || b == -1)
        return digitnet__fold_refuse(fold, "a division by 0 or -1");
    int64_t rest = a % b;
    bool moves = rest != 0 && (a < 0) != (b < 0) && !as_fmod;
    *result = digitnet__wire_is(fold->node->type, "Div") ? a / b : rest + (moves ? b : 0);
    return DIGITNET_OK;
}

static digitnet_status apply_integer(int64_t *result, const digitnet__folding *fold, int64_t a, int64_t b) {
    const digitnet__wire_view type = fold->node->type;
    uint64_t first = (uint64_t)a, second = (uint64_t)b, value; /* which wrap around */
    if (digitnet__wire_is(type, "Div") || digitnet__wire_is(type, "Mod"))
        return divide_integers(result, fold, a, b);
    if (digitnet__wire_is(type, "Pow"))
        return digitnet__fold_refuse(fold, "a power of integers");
    value = digitnet__wire_is(type, "Add")   ? first + second
            : digitnet__wire_is(type, "Sub") ? first - second
            : digitnet__wire_is(type, "Mul") ? first * second
            : digitnet__wire_is(type, "Min") ? (a < b ? first : second)
                                             : (a > b ? first : second);
    memcpy(result, &value, sizeof value);
    return DIGITNET_OK;
}

/* The second input; before operator set 7 an attribute says at which axis of the first its sizes begin. */
static digitnet_status align(digitnet__import_constant *second, const digitnet__folding *fold) {
    size_t axis, rank = fold->inputs[0]->rank;
    int64_t wanted = 0;
    *second = *fold->inputs[1];
    if (!digitnet__import_attribute_find(fold->node, "axis"))
        return DIGITNET_OK;
    DNN_TRY(digitnet__import_integer(&wanted, fold->node, "axis"));
    DNN_TRY(digitnet__import_axis(&axis, fold->node, wanted, rank));
    return digitnet__constant_align(second, fold->node, axis, rank);
}

static digitnet_status binary(digitnet__folding *fold) {
    const digitnet__wire_view type = fold->node->type;
    const digitnet__import_constant *a = fold->inputs[0], *b = digitnet__fold_input(fold, 1);
    digitnet__import_constant aligned;
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[2][DNN_CONSTANT_AXES], places[2] = {0},
                                                                          index[DNN_CONSTANT_AXES] = {0};
    if (fold->node->input_count != 2 || !b || a->is_integer != b->is_integer)
        return digitnet__fold_refuse(fold, "its inputs");
    DNN_TRY(align(&aligned, fold));
    DNN_TRY(
        digitnet__fold_broadcast(sizes, &rank, strides, fold, (const digitnet__import_constant *[]){a, &aligned}, 2));
    bool compares = is_comparison(type);
    DNN_TRY(digitnet__fold_create(fold, a->is_integer || compares, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, digitnet__fold_advance(places, index, sizes, rank, strides, 2)) {
        if (compares && a->is_integer)
            fold->integers[i] = compare_integers(type, a->integers[places[0]], b->integers[places[1]]);
        else if (compares)
            fold->integers[i] = compare(type, (double)a->numbers[places[0]], (double)b->numbers[places[1]]);
        else if (fold->numbers)
            fold->numbers[i] = (float)apply_number(type, (double)a->numbers[places[0]], (double)b->numbers[places[1]]);
        else
            DNN_TRY(apply_integer(&fold->integers[i], fold, a->integers[places[0]], b->integers[places[1]]));
    }
    return DIGITNET_OK;
}

static digitnet_status where(digitnet__folding *fold) {
    const digitnet__import_constant *const *inputs = fold->inputs;
    size_t sizes[DNN_CONSTANT_AXES], rank, strides[3][DNN_CONSTANT_AXES], places[3] = {0},
                                                                          index[DNN_CONSTANT_AXES] = {0};
    if (fold->node->input_count != 3 || !inputs[1] || !inputs[2] || inputs[1]->is_integer != inputs[2]->is_integer)
        return digitnet__fold_refuse(fold, "its inputs");
    DNN_TRY(digitnet__fold_broadcast(sizes, &rank, strides, fold, inputs, 3));
    DNN_TRY(digitnet__fold_create(fold, inputs[1]->is_integer, sizes, rank));
    for (size_t i = 0; i < fold->result->count; i++, digitnet__fold_advance(places, index, sizes, rank, strides, 3)) {
        size_t chosen = digitnet__constant_number(inputs[0], places[0]) != 0 ? 1 : 2;
        digitnet__fold_copy(fold, i, inputs[chosen], places[chosen]);
    }
    return DIGITNET_OK;
}

/* ---- Of one value ---- */

static float absolute(float x) {
    return fabsf(x);
}

static float negative(float x) {
    return -x;
}

static float reciprocal(float x) {
    return 1 / x;
}

static float sign(float x) {
    return (float)((x > 0) - (x < 0));
}

static float relu(float x) {
    return x < 0 ? 0 : x;
}

static float sigmoid(float x) {
    return 1 / (1 + expf(-x));
}

static float softplus(float x) {
    return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x)));
}

static digitnet_status apply_function(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    if (from->is_integer)
        return digitnet__fold_refuse(fold, "of integers");
    DNN_TRY(digitnet__fold_create(fold, false, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++)
        fold->numbers[i] = fold->row->function(from->numbers[i]);
    return DIGITNET_OK;
}

static digitnet_status negate(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    if (!from->is_integer)
        return apply_function(fold);
    DNN_TRY(digitnet__fold_create(fold, true, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        if (from->integers[i] == INT64_MIN)
            return digitnet__fold_refuse(fold, "an integer out of range");
        fold->integers[i] = -from->integers[i];
    }
    return DIGITNET_OK;
}

static digitnet_status invert(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(digitnet__fold_create(fold, true, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++)
        fold->integers[i] = digitnet__constant_number(from, i) == 0;
    return DIGITNET_OK;
}

/* A limit of Clip: from an attribute of old files, or an input of one number; left alone where there is neither. */
static digitnet_status read_limit(float *limit, const digitnet__folding *fold, const char *name, size_t input) {
    const digitnet__import_constant *given = digitnet__fold_input(fold, input);
    DNN_TRY(digitnet__import_number(limit, fold->node, name));
    if (given && given->count != 1)
        return digitnet__fold_refuse(fold, "its limits");
    if (given)
        *limit = (float)digitnet__constant_number(given, 0);
    return DIGITNET_OK;
}

static digitnet_status clip(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    float least = -INFINITY, most = INFINITY;
    DNN_TRY(read_limit(&least, fold, "min", 1));
    DNN_TRY(read_limit(&most, fold, "max", 2));
    if (from->is_integer)
        return digitnet__fold_refuse(fold, "of integers");
    DNN_TRY(digitnet__fold_create(fold, false, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        float x = from->numbers[i] < least ? least : from->numbers[i];
        fold->numbers[i] = x > most ? most : x;
    }
    return DIGITNET_OK;
}

/* ---- To another type ---- */

static digitnet_status to_numbers(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(digitnet__fold_create(fold, false, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++)
        fold->numbers[i] = (float)digitnet__constant_number(from, i);
    return DIGITNET_OK;
}

static digitnet_status to_integers(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(digitnet__fold_create(fold, true, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++) {
        if (!(fabsf(from->numbers[i]) < 9e18f))
            return digitnet__fold_refuse(fold, "a number that is no integer");
        fold->integers[i] = (int64_t)from->numbers[i];
    }
    return DIGITNET_OK;
}

static digitnet_status to_truth(digitnet__folding *fold) {
    const digitnet__import_constant *from = fold->inputs[0];
    DNN_TRY(digitnet__fold_create(fold, true, from->sizes, from->rank));
    for (size_t i = 0; i < from->count; i++)
        fold->integers[i] = digitnet__constant_number(from, i) != 0;
    return DIGITNET_OK;
}

static digitnet_status to_type(digitnet__folding *fold, bool is_number) {
    const digitnet__import_constant *from = fold->inputs[0];
    if (is_number != from->is_integer)
        return digitnet__fold_share(fold, from->sizes, from->rank);
    return is_number ? to_numbers(fold) : to_integers(fold);
}

static digitnet_status cast(digitnet__folding *fold) {
    int64_t type = 0;
    DNN_TRY(digitnet__import_cast_type(&type, fold->node));
    if (type == DNN_DATA_BOOL)
        return to_truth(fold);
    return to_type(fold, digitnet__import_is_float((uint64_t)type));
}

static digitnet_status cast_like(digitnet__folding *fold) {
    const digitnet__import_constant *like = digitnet__fold_input(fold, 1);
    return like ? to_type(fold, !like->is_integer) : digitnet__fold_refuse(fold, "its inputs");
}

const digitnet__fold_operator digitnet__fold_arithmetic[] = {
    {"Add", binary, NULL},
    {"Sub", binary, NULL},
    {"Mul", binary, NULL},
    {"Div", binary, NULL},
    {"Mod", binary, NULL},
    {"Pow", binary, NULL},
    {"Min", binary, NULL},
    {"Max", binary, NULL},
    {"Equal", binary, NULL},
    {"Greater", binary, NULL},
    {"Less", binary, NULL},
    {"GreaterOrEqual", binary, NULL},
    {"LessOrEqual", binary, NULL},
    {"And", binary, NULL},
    {"Or", binary, NULL},
    {"Where", where, NULL},
    {"Not", invert, NULL},
    {"Neg", negate, negative},
    {"Sqrt", apply_function, sqrtf},
    {"Reciprocal", apply_function, reciprocal},
    {"Exp", apply_function, expf},
    {"Log", apply_function, logf},
    {"Tanh", apply_function, tanhf},
    {"Floor", apply_function, floorf},
    {"Ceil", apply_function, ceilf},
    {"Abs", apply_function, absolute},
    {"Sign", apply_function, sign},
    {"Relu", apply_function, relu},
    {"Erf", apply_function, erff},
    {"Sigmoid", apply_function, sigmoid},
    {"Softplus", apply_function, softplus},
    {"Sin", apply_function, sinf},
    {"Cos", apply_function, cosf},
    {"Clip", clip, NULL},
    {"Cast", cast, NULL},
    {"CastLike", cast_like, NULL},
    {0},
};
