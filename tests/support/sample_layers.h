/* Every builder with arguments that are right: the table from which the tests of all kinds of layers run, and the
 * fuzzer. A new layer is one row of sample_layers.def. */
#ifndef DIGITNET_TESTS_SAMPLE_LAYERS_H
#define DIGITNET_TESTS_SAMPLE_LAYERS_H

#include "digitnet/digitnet.h"

#include <stdbool.h>

enum { MOST_LAYER_ARGUMENTS = 6 };

/* What an argument of a builder is, beside the model and the options. */
typedef enum layer_argument_kind {
    LAYER_NO_ARGUMENT,
    LAYER_SIZE,
    LAYER_RATE,
    LAYER_ENUMERATOR,
    LAYER_INPUTS,
    LAYER_INPUT_COUNT
} layer_argument_kind;

typedef union argument {
    size_t size;
    double rate;
    int number;
    void *pointer;
} argument;

typedef struct layer_argument {
    layer_argument_kind kind;
    argument value;
} layer_argument;

typedef struct layer_builder {
    const char *name, *name_ex; /* of its functions: the short one, and the one with options */
    digitnet_status (*add)(digitnet_model *model, const argument *arguments);
    digitnet_status (*add_ex)(digitnet_model *model, const argument *arguments, const void *options);
    const char *options; /* their type */
    size_t options_size, first_options_size;
} layer_builder;

typedef struct sample_layer {
    const layer_builder *builder;
    bool variation;                              /* another row has the same builder */
    size_t height, width, channels;              /* of an input that suits it */
    digitnet_status (*before)(digitnet_model *); /* what shapes its inputs, and has no weights; NULL: nothing */
    layer_argument arguments[MOST_LAYER_ARGUMENTS];
    const void *options; /* NULL: the defaults */
} sample_layer;

extern const sample_layer sample_layers[];
extern const size_t sample_layer_count;

/* Room for the options of any builder. */
typedef union layer_options {
    size_t struct_size;
    unsigned char bytes[4096];
    double for_alignment;
} layer_options;
size_t count_layer_arguments(const sample_layer *sample);
void copy_layer_arguments(argument arguments[MOST_LAYER_ARGUMENTS], const sample_layer *sample);
/* Its options, or the defaults. */
void copy_layer_options(layer_options *options, const sample_layer *sample);

/* Adds the layer alone to a model that has its inputs. */
digitnet_status add_sample_layer(digitnet_model *model, const sample_layer *sample);
/* A model with the inputs of the sample alone, then one with the layer, too. */
digitnet_model *make_sample_inputs(const sample_layer *sample);
digitnet_model *make_sample_layer(const sample_layer *sample);
/* A classifier that begins with the layer; compiled. And images for it. */
enum { SAMPLE_CLASSES = 3 };
digitnet_model *make_sample_network(const sample_layer *sample);
digitnet_dataset *make_sample_dataset(const sample_layer *sample, size_t count);
/* Both classifiers give the same images the same scores. */
void assert_close_sample_predictions(const digitnet_model *a, const digitnet_model *b, const sample_layer *sample,
                                     double tolerance);

#endif
