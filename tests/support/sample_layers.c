#include "sample_layers.h"

#include <string.h>

/* ---- What shapes the inputs of samples ---- */

static digitnet_status add_flatten(digitnet_model *model) {
    return digitnet_model_add_flatten(model);
}

/* An image of twice the channels. */
static digitnet_status add_twice(digitnet_model *model) {
    static const char *const inputs[] = {"input", "input"};
    return digitnet_model_add_concatenate_ex(model, inputs, 2,
                                             DIGITNET_WITH(digitnet_concatenate_options, .name = "twice"));
}

/* ---- Builders ---- */

#define S(index) arguments[index].size
#define R(index) arguments[index].rate
#define E(index) arguments[index].number
#define A(index) (digitnet_activation) E(index)
#define I(index) arguments[index].pointer
#define UNPACK(...) __VA_ARGS__

#define VARIATION(builder, ...)
#define LAYER(builder, call, last, ...)                                                                              \
    static digitnet_status builder##_add(digitnet_model *model, const argument *arguments) {                         \
        (void)arguments;                                                                                             \
        return digitnet_model_add_##builder call;                                                                    \
    }                                                                                                                \
    static digitnet_status builder##_add_ex(digitnet_model *model, const argument *arguments, const void *options) { \
        (void)arguments;                                                                                             \
        return digitnet_model_add_##builder##_ex(UNPACK call, options);                                              \
    }                                                                                                                \
    static const layer_builder builder##_builder = {.name = "digitnet_model_add_" #builder,                          \
                                                    .name_ex = "digitnet_model_add_" #builder "_ex",                 \
                                                    .add = builder##_add,                                            \
                                                    .add_ex = builder##_add_ex,                                      \
                                                    .options = "digitnet_" #builder "_options",                      \
                                                    .options_size = sizeof(digitnet_##builder##_options),            \
                                                    .first_options_size =                                            \
                                                        offsetof(digitnet_##builder##_options, last) +               \
                                                        sizeof(((digitnet_##builder##_options *)0)->last)};
#include "sample_layers.def"
#undef LAYER
#undef VARIATION

/* ---- Rows ---- */

#define INPUT(rows, columns, depth) .height = (rows), .width = (columns), .channels = (depth)
#define FLAT_INPUT(values) INPUT(1, 1, values), .before = add_flatten
#define ARGUMENTS(...) .arguments = {__VA_ARGS__}
#define SIZE(value)         \
    {                       \
        LAYER_SIZE, {       \
            .size = (value) \
        }                   \
    }
#define RATE(value)         \
    {                       \
        LAYER_RATE, {       \
            .rate = (value) \
        }                   \
    }
#define ENUMERATOR(value)     \
    {                         \
        LAYER_ENUMERATOR, {   \
            .number = (value) \
        }                     \
    }
#define ACTIVATION(name) ENUMERATOR(DIGITNET_ACTIVATION_##name)
#define NAMES(...) ((const char *[]){__VA_ARGS__})
#define INPUTS(...)                                            \
    {LAYER_INPUTS, {.pointer = NAMES(__VA_ARGS__)}}, {         \
        LAYER_INPUT_COUNT, {                                   \
            .size = sizeof NAMES(__VA_ARGS__) / sizeof(char *) \
        }                                                      \
    }
#define OPTIONS(builder, ...)                                            \
    .options = &(const digitnet_##builder##_options) {                   \
        .struct_size = sizeof(digitnet_##builder##_options), __VA_ARGS__ \
    }

#define LAYER(builder_, call, last, ...) {.builder = &builder_##_builder, __VA_ARGS__},
#define VARIATION(builder_, ...) {.builder = &builder_##_builder, .variation = true, __VA_ARGS__},
const sample_layer sample_layers[] = {
#include "sample_layers.def"
};
const size_t sample_layer_count = sizeof sample_layers / sizeof *sample_layers;

size_t count_layer_arguments(const sample_layer *sample) {
    size_t count = 0;
    while (count < MOST_LAYER_ARGUMENTS && sample->arguments[count].kind != LAYER_NO_ARGUMENT)
        count++;
    return count;
}

void copy_layer_arguments(argument arguments[MOST_LAYER_ARGUMENTS], const sample_layer *sample) {
    for (size_t i = 0; i < MOST_LAYER_ARGUMENTS; i++)
        arguments[i] = sample->arguments[i].value;
}

void copy_layer_options(layer_options *options, const sample_layer *sample) {
    memset(options, 0, sizeof *options);
    if (sample->options)
        memcpy(options, sample->options, sample->builder->options_size);
    options->struct_size = sample->builder->options_size;
}

digitnet_status add_sample_layer(digitnet_model *model, const sample_layer *sample) {
    argument arguments[MOST_LAYER_ARGUMENTS];
    copy_layer_arguments(arguments, sample);
    return sample->builder->add_ex(model, arguments, sample->options);
}
