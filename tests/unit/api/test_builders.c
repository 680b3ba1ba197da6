/* Every builder of the table of sample layers, called in each wrong way: it is refused, and the model goes on as
 * before.
 */
#include "model/model.h"
#include "sample_layers.h"
#include "struct_fields.h"
#include "support.h"

#include <limits.h>
#include <math.h>

typedef enum builder_form { SHORT_FORM, LONG_FORM, FORMS } builder_form;

typedef struct builder_call {
    const sample_layer *sample;
    argument arguments[MOST_LAYER_ARGUMENTS];
    layer_options options; /* of the long form */
} builder_call;

static builder_call right_call(const sample_layer *sample) {
    builder_call call = {.sample = sample};
    copy_layer_arguments(call.arguments, sample);
    copy_layer_options(&call.options, sample);
    return call;
}

static const char *form_name(const builder_call *call, builder_form form) {
    return form == LONG_FORM ? call->sample->builder->name_ex : call->sample->builder->name;
}

static digitnet_status run(digitnet_model *model, const builder_call *call, builder_form form) {
    const layer_builder *builder = call->sample->builder;
    digitnet_status status = form == LONG_FORM ? builder->add_ex(model, call->arguments, &call->options)
                                               : builder->add(model, call->arguments);
    return record_status(form_name(call, form), status);
}

static void expect_refused_form(digitnet_model *model, const builder_call *call, builder_form form,
                                digitnet_status wanted, const char *part) {
    digitnet_status status = run(model, call, form);
    if (status != wanted || strstr(digitnet_last_error(), part) == NULL)
        fail_msg("%s: %s (\"%s\"), not %s (\"... %s ...\")", form_name(call, form), digitnet_status_string(status),
                 digitnet_last_error(), digitnet_status_string(wanted), part);
    digitnet_model_clear_error(model);
}

static void expect_refused(digitnet_model *model, const builder_call *call, digitnet_status wanted, const char *part) {
    for (builder_form form = SHORT_FORM; form < FORMS; form++)
        expect_refused_form(model, call, form, wanted, part);
}

/* Runs a test for each sample with a model of its inputs, which in the end takes the layer. */
static void with_each_sample(void (*test)(digitnet_model *model, const sample_layer *sample)) {
    for (size_t i = 0; i < sample_layer_count; i++) {
        digitnet_model *model = make_sample_inputs(&sample_layers[i]);
        test(model, &sample_layers[i]);
        expect_ok(add_sample_layer(model, &sample_layers[i]));
        digitnet_model_free(model);
    }
}

static void summarize(char *text, size_t size, digitnet_model *model) {
    expect_ok(digitnet_model_summary(text, size, NULL, model));
    digitnet_model_free(model);
}

/* Without options the long form does what the short one does. */
static void test_forms(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++) {
        static char short_form[4096], long_form[4096];
        const sample_layer *sample = &sample_layers[i];
        builder_call call = right_call(sample);
        digitnet_model *model = make_sample_inputs(sample);
        expect_ok(run(model, &call, SHORT_FORM));
        summarize(short_form, sizeof short_form, model);
        model = make_sample_inputs(sample);
        expect_ok(sample->builder->add_ex(model, call.arguments, NULL));
        summarize(long_form, sizeof long_form, model);
        assert_string_equal(short_form, long_form);
    }
}

static void try_without_model(digitnet_model *model, const sample_layer *sample) {
    (void)model;
    builder_call call = right_call(sample);
    expect_refused(NULL, &call, DIGITNET_EINVAL, "model is NULL");
    expect_failure(sample->builder->add_ex(NULL, call.arguments, NULL), DIGITNET_EINVAL, "model is NULL");
}

/* ---- Arguments ---- */

static void try_argument(digitnet_model *model, builder_call call, size_t index, argument value, digitnet_status wanted,
                         const char *part) {
    call.arguments[index] = value;
    expect_refused(model, &call, wanted, part);
}

/* More than can be, though it depends on the layer what it meets first. */
static void try_greatest_size(digitnet_model *model, builder_call call, size_t index) {
    call.arguments[index].size = SIZE_MAX;
    for (builder_form form = SHORT_FORM; form < FORMS; form++) {
        digitnet_status status = run(model, &call, form);
        if (status != DIGITNET_EINVAL && status != DIGITNET_ESHAPE && status != DIGITNET_ELIMIT)
            fail_msg("%s with argument %zu as SIZE_MAX: %s", form_name(&call, form), index,
                     digitnet_status_string(status));
        digitnet_model_clear_error(model);
    }
}

static void try_wrong_argument(digitnet_model *model, const builder_call *call, size_t index) {
    static const char *hole[] = {"input", NULL}, *unknown[] = {"input", "nowhere"};
    switch (call->sample->arguments[index].kind) {
    case LAYER_SIZE:
        try_greatest_size(model, *call, index);
        break;
    case LAYER_RATE:
        try_argument(model, *call, index, (argument){.rate = (double)NAN}, DIGITNET_EINVAL, " is nan");
        try_argument(model, *call, index, (argument){.rate = -(double)INFINITY}, DIGITNET_EINVAL, " is -inf");
        break;
    case LAYER_ENUMERATOR:
        try_argument(model, *call, index, (argument){.number = -1}, DIGITNET_EINVAL, " is -1, which is not a");
        try_argument(model, *call, index, (argument){.number = 99}, DIGITNET_EINVAL, " is 99, which is not a");
        break;
    case LAYER_INPUTS:
        try_argument(model, *call, index, (argument){.pointer = NULL}, DIGITNET_EINVAL, "inputs is NULL");
        try_argument(model, *call, index, (argument){.pointer = hole}, DIGITNET_EINVAL, "inputs[1] is NULL");
        try_argument(model, *call, index, (argument){.pointer = unknown}, DIGITNET_ENOTFOUND, "'nowhere'");
        break;
    default: /* LAYER_INPUT_COUNT */
        try_argument(model, *call, index, (argument){.size = 0}, DIGITNET_EINVAL, "input_count is 0");
        try_argument(model, *call, index, (argument){.size = 1}, DIGITNET_EINVAL, "input_count is 1");
    }
}

static void try_wrong_arguments(digitnet_model *model, const sample_layer *sample) {
    builder_call call = right_call(sample);
    for (size_t i = 0; i < count_layer_arguments(sample); i++)
        try_wrong_argument(model, &call, i);
}

/* ---- Options ---- */

static void try_option(digitnet_model *model, builder_call call, const struct_field *field, const void *value,
                       digitnet_status wanted, const char *part) {
    memcpy(call.options.bytes + field->offset, value, field->size);
    expect_refused_form(model, &call, LONG_FORM, wanted, part);
}

static void try_text_option(digitnet_model *model, const builder_call *call, const struct_field *field) {
    static const char *const no_names[] = {"", "a/b", "\xff", "input"}, *const unknown = "nowhere";
    if (strcmp(field->name, "input") == 0)
        try_option(model, *call, field, &unknown, DIGITNET_ENOTFOUND, "'nowhere'");
    else
        for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
            try_option(model, *call, field, &no_names[i], DIGITNET_EINVAL, "layer name");
}

static void try_wrong_option(digitnet_model *model, const builder_call *call, const struct_field *field) {
    static const int wrong[] = {-1, 99, INT_MAX};
    static const double not_a_number = (double)NAN;
    if (field->kind == FIELD_TEXT)
        try_text_option(model, call, field);
    if (field->kind == FIELD_NUMBER)
        try_option(model, *call, field, &not_a_number, DIGITNET_EINVAL, " is nan");
    for (size_t i = 0; field->kind == FIELD_ENUMERATOR && !is_reserved(field) && i < sizeof wrong / sizeof *wrong; i++)
        try_option(model, *call, field, &wrong[i], DIGITNET_EINVAL, "");
}

static void try_wrong_options(digitnet_model *model, const sample_layer *sample) {
    builder_call call = right_call(sample);
    size_t count = 0;
    for (size_t i = 0; i < struct_field_count; i++)
        if (strcmp(struct_fields[i].type, sample->builder->options) == 0) {
            try_wrong_option(model, &call, &struct_fields[i]);
            count++;
        }
    if (count == 0)
        fail_msg("%s: tests/abi/renew.sh has not run since it is there", sample->builder->options);
}

/* ---- Models ---- */

/* No more activations than there are. */
static void try_full_model(digitnet_model *model, const sample_layer *sample) {
    builder_call call = right_call(sample);
    size_t limit = model->limits.activation_bytes;
    model->limits.activation_bytes = model->network.graph.activation_values * sizeof(float);
    expect_refused(model, &call, DIGITNET_ELIMIT, "exceed the limit");
    model->limits.activation_bytes = limit;
}

static void try_compiled_model(digitnet_model *model, const sample_layer *sample) {
    (void)model;
    builder_call call = right_call(sample);
    digitnet_model *compiled = make_small_network(1), *twin = make_small_network(1);
    expect_refused(compiled, &call, DIGITNET_ESTATE, "no layer can be added");
    assert_same_weights(compiled, twin);
    digitnet_model_free(compiled);
    digitnet_model_free(twin);
}

/* A layer takes other inputs than the sample's or says what is wrong with them. */
static void try_other_inputs(digitnet_model *model, const sample_layer *sample) {
    static const size_t sizes[][3] = {{1, 1, 1}, {1, 9, 2}, {6, 5, 2}, {9, 2, 3}};
    (void)model;
    builder_call call = right_call(sample);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int flat = 0; flat < 2; flat++)
            for (builder_form form = SHORT_FORM; form < FORMS; form++) {
                digitnet_model *other;
                expect_ok(digitnet_model_create(&other, sizes[i][0], sizes[i][1], sizes[i][2]));
                if (flat)
                    expect_ok(digitnet_model_add_flatten(other));
                digitnet_status status = run(other, &call, form);
                bool refused = status == DIGITNET_ESHAPE || (status == DIGITNET_ENOTFOUND && sample->before);
                if (status != DIGITNET_OK && !refused)
                    fail_msg("%s: %s (\"%s\")", form_name(&call, form), digitnet_status_string(status),
                             digitnet_last_error());
                digitnet_model_free(other);
            }
}

/* Each allocation fails in its turn. */
static void check_without_memory(const sample_layer *sample, builder_form form) {
    allocation_counts counts;
    builder_call call = right_call(sample);
    digitnet_status status;
    size_t number = 0;
    begin_counting(&counts);
    digitnet_model *model = make_sample_inputs(sample);
    do {
        counts.fail_at = counts.allocations + ++number;
        status = run(model, &call, form);
        if (status != DIGITNET_OK && (status != DIGITNET_ENOMEM || !strstr(digitnet_last_error(), "out of memory")))
            fail_msg("%s: %s (\"%s\")", form_name(&call, form), digitnet_status_string(status), digitnet_last_error());
        digitnet_model_clear_error(model);
    } while (status != DIGITNET_OK);
    assert_true(number > 1);
    digitnet_model_free(model);
    end_counting(&counts);
}

static void test_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++)
        for (builder_form form = SHORT_FORM; form < FORMS; form++)
            check_without_memory(&sample_layers[i], form);
}

#define sample_test(name)                   \
    static void test_##name(void **state) { \
        (void)state;                        \
        with_each_sample(try_##name);       \
    }
sample_test(without_model) sample_test(wrong_arguments) sample_test(wrong_options) sample_test(full_model)
    sample_test(compiled_model) sample_test(other_inputs)

        int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),           cmocka_unit_test(test_without_model),
        cmocka_unit_test(test_wrong_arguments), cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_full_model),      cmocka_unit_test(test_compiled_model),
        cmocka_unit_test(test_other_inputs),    cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
