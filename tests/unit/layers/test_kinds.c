/* What every kind of layer and every activation must have, so that a new one is whole. */
#include "engine/network.h"
#include "import/importer.h"
#include "layers/activations.h"
#include "model/model.h"
#include "sample_layers.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

static const digitnet__layer *last_layer(const digitnet_model *model) {
    return &model->network.graph.layers[model->network.graph.layer_count - 1];
}

static size_t count_samples(const digitnet__layer_kind *kind) {
    size_t count = 0;
    for (size_t i = 0; i < sample_layer_count; i++) {
        digitnet_model *model = make_sample_layer(&sample_layers[i]);
        count += last_layer(model)->kind == kind;
        digitnet_model_free(model);
    }
    return count;
}

static void test_kinds_are_complete(void **state) {
    (void)state;
    size_t count = 0;
    for (; digitnet__layer_kinds[count]; count++) {
        const digitnet__layer_kind *kind = digitnet__layer_kinds[count];
        assert_non_null(kind->name);
        assert_non_null(kind->class_name);
        if (!kind->infer_shape || !kind->lower || !kind->bound)
            fail_msg("%s: infer_shape, lower or bound is missing", kind->name);
        if (!kind->onnx.write)
            fail_msg("%s: it has no ONNX form", kind->name);
        if (count_samples(kind) == 0)
            fail_msg("%s: sample_layers.def has none", kind->name);
    }
    assert_in_range(count, 1, DNN_LAYER_KINDS_MAX);
}

static void test_kinds_are_distinct(void **state) {
    (void)state;
    for (size_t i = 0; digitnet__layer_kinds[i]; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digitnet__layer_kinds[i]->name, digitnet__layer_kinds[k]->name);
}

/* How many rows of the readers of other tools' files have this type. */
static size_t count_readers(const char *type) {
    const digitnet__import_operator *const tables[] = {
        digitnet__import_activations, digitnet__import_arithmetic,     digitnet__import_convolutions,
        digitnet__import_joins,       digitnet__import_normalizations, digitnet__import_pools,
        digitnet__import_products,    digitnet__import_resizes,        digitnet__import_shapes,
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const digitnet__import_operator *row = tables[i]; row->type; row++)
            count += strcmp(row->type, type) == 0;
    return count;
}

static void test_activations_are_complete(void **state) {
    (void)state;
    for (size_t i = 0; digitnet__activation_at(i); i++) {
        const digitnet__activation *activation = digitnet__activation_at(i);
        assert_ptr_equal(digitnet__activation_find(activation->id), activation);
        assert_non_null(activation->name);
        assert_string_equal(digitnet__activation_name(activation->id), activation->name);
        assert_true(!activation->forward == !activation->backward);
        assert_true(activation->bound && (activation->onnx || activation->write));
        if (activation->onnx && count_readers(activation->onnx) != 1)
            fail_msg("%s: %s is not read, or more than once", activation->name, activation->onnx);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digitnet__activation_at(k)->name, activation->name);
    }
}

/* ---- Bounds ---- */

enum { IMAGES = 20, MOST_VALUES = 64 };

static const float magnitudes[] = {0.01f, 1, 50};

/* The bound of the model's outputs, from layer to layer. */
static digitnet__bound bound_of(const digitnet__network *network) {
    digitnet__bound bounds[16] = {{.gain = 1}}, inputs[16];
    const digitnet__graph *graph = &network->graph;
    assert_true(graph->layer_count < 16);
    for (size_t i = 0; i < graph->layer_count; i++) {
        const digitnet__layer *layer = &graph->layers[i];
        const float *tensors[DNN_LAYER_TENSORS] = {NULL};
        for (size_t k = 0; k < layer->tensor_count; k++)
            tensors[k] = digitnet__network_values(network, &layer->tensors[k]);
        for (size_t k = 0; k < layer->input_count; k++)
            inputs[k] = bounds[layer->inputs[k].value];
        bounds[i + 1] = layer->kind->bound(layer, inputs, tensors);
        bounds[i + 1] = digitnet__activation_bound(layer, bounds[i + 1]);
    }
    return bounds[graph->layer_count];
}

static void draw_weights(digitnet_model *model) {
    digitnet__network *network = &model->network;
    expect_ok(digitnet__network_allocate(network));
    fill_noise(network->parameters, network->graph.parameter_count, 1);
    digitnet__network_pack(network);
}

static double largest_magnitude(const float *values, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fabs((double)values[i]) > largest ? fabs((double)values[i]) : largest;
    return largest;
}

/* That of the outputs for images with values up to `magnitude`. */
static double largest_output(const digitnet_model *model, float magnitude) {
    size_t inputs = IMAGES * digitnet__shape_values(model->network.graph.input);
    size_t outputs = IMAGES * digitnet__network_outputs(&model->network);
    float *images = must_allocate(inputs * sizeof *images), *scores = must_allocate(outputs * sizeof *scores);
    fill_noise(images, inputs, 2);
    for (size_t i = 0; i < inputs; i++)
        images[i] *= magnitude;
    expect_ok(digitnet_model_predict(scores, outputs, model, images, inputs));
    double largest = largest_magnitude(scores, outputs);
    free(images);
    free(scores);
    return largest;
}

/* No output exceeds it; and it is no more than some times what random values reach, so that it says something, but for
 * small ones, which a function between -1 and 1 makes small. */
static void check_bound(const char *what, digitnet__bound bound, double magnitude, double largest) {
    double most = bound.gain * magnitude + bound.offset;
    if (largest > most * (1 + 1e-5) || (magnitude >= 1 && largest < most / 20))
        fail_msg("%s: outputs up to %g for inputs up to %g, where the bound is %g", what, largest, magnitude, most);
}

static void test_bounds_of_layers_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++) {
        digitnet_model *model = make_sample_layer(&sample_layers[i]);
        draw_weights(model);
        digitnet__bound bound = bound_of(&model->network);
        for (size_t k = 0; k < sizeof magnitudes / sizeof *magnitudes; k++)
            check_bound(sample_layers[i].builder->name, bound, (double)magnitudes[k],
                        largest_output(model, magnitudes[k]));
        digitnet_model_free(model);
    }
}

static void check_activation_bound(const digitnet__activation *activation, double alpha) {
    for (size_t k = 0; k < sizeof magnitudes / sizeof *magnitudes; k++) {
        float values[MOST_VALUES];
        fill_noise(values, MOST_VALUES, 3 + k);
        for (size_t j = 0; j < MOST_VALUES; j++)
            values[j] *= magnitudes[k];
        digitnet__bound bound = activation->bound((digitnet__bound){.gain = 1}, alpha, 4);
        digitnet__activation_run run = {.kernels = digitnet__kernels_best(),
                                        .id = activation->id,
                                        .alpha = (float)alpha,
                                        .rows = MOST_VALUES / 4,
                                        .channels = 4};
        digitnet__activation_forward(&run, values, NULL);
        check_bound(activation->name, bound, (double)magnitudes[k], largest_magnitude(values, MOST_VALUES));
    }
}

static void test_bounds_of_activations_hold(void **state) {
    (void)state;
    for (size_t i = 0; digitnet__activation_at(i); i++) {
        check_activation_bound(digitnet__activation_at(i), digitnet__activation_at(i)->alpha);
        check_activation_bound(digitnet__activation_at(i), 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_are_complete),         cmocka_unit_test(test_kinds_are_distinct),
        cmocka_unit_test(test_activations_are_complete),   cmocka_unit_test(test_bounds_of_layers_hold),
        cmocka_unit_test(test_bounds_of_activations_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
