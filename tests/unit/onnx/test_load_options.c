/* What a load is asked for: one of the graph's outputs, and images that are scaled. */
#include "models.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FOREIGN "foreign/models/"

enum { CLASSES = 5 };
static const double scale = 2, offset = -1;

static saved_bytes read_file(const char *path) {
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    saved_bytes file = {.data = must_allocate(1 << 16)};
    file.size = fread(file.data, 1, 1 << 16, stream);
    assert_true(file.size < 1 << 16);
    fclose(stream);
    return file;
}

static digitnet_model *load_scaled(const char *path, double by, double plus) {
    digitnet_model *model;
    expect_ok(digitnet_model_load_ex(
        &model, path, DIGITNET_WITH(digitnet_model_load_options, .input_scale = by, .input_offset = plus)));
    return model;
}

/* The scores of images that are scaled first. */
static void predict_scaled(float *scores, size_t count, const digitnet_model *model, double by, double plus) {
    size_t values = info_of(model).height * info_of(model).width * info_of(model).channels;
    float *images = must_allocate(values * sizeof *images);
    fill_noise(images, values, 1);
    for (size_t i = 0; i < values; i++)
        images[i] = (float)(by * (double)images[i] + plus);
    expect_ok(digitnet_model_predict(scores, count, model, images, values));
    free(images);
}

static void an_output_is_taken_by_its_name(void **state) {
    (void)state;
    static const char path[] = FOREIGN "several-outputs.onnx";
    saved_bytes file = read_file(path);
    digitnet_model *model;
    float scores[CLASSES], expected[CLASSES];
    expect_ok(digitnet_model_load(&model, path));
    predict_scaled(expected, CLASSES, model, 1, 0);
    digitnet_model_free(model);
    expect_ok(digitnet_model_load_ex(&model, path, DIGITNET_WITH(digitnet_model_load_options, .output = "Softmax_5")));
    predict_scaled(scores, CLASSES, model, 1, 0);
    assert_same_floats(scores, expected, CLASSES);
    digitnet_model_free(model);
    expect_ok(digitnet_model_load_memory_ex(&model, file.data, file.size,
                                            DIGITNET_WITH(digitnet_model_load_options, .output = "MaxPool_2")));
    assert_int_equal(info_of(model).layers, 2);
    assert_int_equal(info_of(model).outputs, 5 * 6 * 3);
    digitnet_model_free(model);
    free(file.data);
}

static void an_unknown_output_is_refused(void **state) {
    (void)state;
    static const char path[] = FOREIGN "several-outputs.onnx";
    const digitnet_model_load_options *other = DIGITNET_WITH(digitnet_model_load_options, .output = "Gemm_4");
    saved_bytes foreign = read_file(path), own = save_sample("tiny");
    digitnet_model *model;
    expect_failure(digitnet_model_load_ex(&model, path, other), DIGITNET_ENOTFOUND,
                   "the graph has no output 'Gemm_4'; it has 2, the first being 'Softmax_5'");
    assert_null(model);
    expect_failure(digitnet_model_load_memory_ex(&model, foreign.data, foreign.size, other), DIGITNET_ENOTFOUND,
                   "no output 'Gemm_4'");
    assert_null(model);
    expect_failure(digitnet_model_load_memory_ex(&model, own.data, own.size, other), DIGITNET_ENOTFOUND,
                   "the graph has no output 'Gemm_4'; its output is 'probabilities'");
    assert_null(model);
    expect_ok(digitnet_model_load_memory_ex(&model, own.data, own.size,
                                            DIGITNET_WITH(digitnet_model_load_options, .output = "probabilities")));
    digitnet_model_free(model);
    free(own.data);
    free(foreign.data);
}

/* Also where the graph scales them itself, which one layer does then, and where it has zeros around them. */
static void images_are_scaled(void **state) {
    (void)state;
    static const struct {
        const char *path;
        size_t outputs, more_layers;
    } files[] = {{FOREIGN "standardized-input.onnx", CLASSES, 0},
                 {FOREIGN "asymmetric-pads.onnx", 60, 1},
                 {FOREIGN "gemm.onnx", 7, 1}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        digitnet_model *plain, *model = load_scaled(files[i].path, scale, offset);
        float scores[60], expected[60];
        expect_ok(digitnet_model_load(&plain, files[i].path));
        predict_scaled(scores, files[i].outputs, model, 1, 0);
        predict_scaled(expected, files[i].outputs, plain, scale, offset);
        assert_close_floats(scores, expected, files[i].outputs, 1e-5);
        assert_int_equal(info_of(model).layers, info_of(plain).layers + files[i].more_layers);
        digitnet_model_free(model);
        digitnet_model_free(plain);
    }
}

/* No layer is left where a graph divides the bytes by 255, and a scale comes on top of that. An offset alone leaves the
 * scale as it is. */
static void bytes_are_what_the_file_expects(void **state) {
    (void)state;
    static const char path[] = FOREIGN "bytes-input.onnx";
    digitnet_model *plain, *model = load_scaled(path, scale, 0), *moved = load_scaled(path, 0, 255 * offset);
    float scores[CLASSES], expected[CLASSES];
    expect_ok(digitnet_model_load(&plain, path));
    assert_string_equal(layer_at(plain, 0).kind, "conv2d");
    predict_scaled(scores, CLASSES, model, 1, 0);
    predict_scaled(expected, CLASSES, plain, scale, 0);
    assert_close_floats(scores, expected, CLASSES, 1e-5);
    predict_scaled(scores, CLASSES, moved, 1, 0);
    predict_scaled(expected, CLASSES, plain, 1, offset);
    assert_close_floats(scores, expected, CLASSES, 1e-5);
    digitnet_model_free(moved);
    digitnet_model_free(model);
    digitnet_model_free(plain);
}

/* As by digitnet_model_set_input_scaling(), the training included. */
static void images_of_an_own_file_are_scaled(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1), *loaded;
    digitnet_dataset *data = make_small_dataset(20, 1);
    fit(model, data, NULL);
    saved_bytes file = save_model(model);
    const digitnet_model_load_options *options =
        DIGITNET_WITH(digitnet_model_load_options, .input_scale = scale, .input_offset = offset);
    expect_ok(digitnet_model_load_memory_ex(&loaded, file.data, file.size, options));
    expect_ok(digitnet_model_set_input_scaling(model, scale, offset));
    saved_bytes expected = save_model(model), scaled = save_model(loaded);
    assert_same_bytes(&expected, &scaled);
    fit(model, data, NULL);
    fit(loaded, data, NULL);
    assert_same_weights(model, loaded);
    digitnet_model_free(loaded);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    free(scaled.data);
    free(expected.data);
    free(file.data);
}

static void a_wrong_scaling_is_refused(void **state) {
    (void)state;
    static const double wrong[] = {NAN, INFINITY, -INFINITY, 1e39};
    saved_bytes own = save_sample("tiny");
    digitnet_model *model;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_failure(
            digitnet_model_load_memory_ex(&model, own.data, own.size,
                                          DIGITNET_WITH(digitnet_model_load_options, .input_scale = wrong[i])),
            DIGITNET_EINVAL, "digitnet_model_load_options: the scale is ");
        assert_null(model);
        expect_failure(digitnet_model_load_ex(&model, FOREIGN "gemm.onnx",
                                              DIGITNET_WITH(digitnet_model_load_options, .input_offset = wrong[i])),
                       DIGITNET_EINVAL, "digitnet_model_load_options: the offset is ");
        assert_null(model);
    }
    expect_failure(digitnet_model_load_memory_ex(&model, own.data, own.size,
                                                 DIGITNET_WITH(digitnet_model_load_options, .input_scale = 1e-60)),
                   DIGITNET_EINVAL, "and not 0");
    free(own.data);
}

/* Each allocation fails in its turn. */
static void without_memory_nothing_is_loaded(void **state) {
    (void)state;
    static const digitnet_model_load_options options = {
        .struct_size = sizeof options, .input_scale = 2, .input_offset = -1};
    saved_bytes files[] = {save_sample("tiny"), read_file(FOREIGN "bytes-input.onnx")};
    for (size_t i = 0; i < 2; i++) {
        allocation_counts counts;
        digitnet_model *model;
        digitnet_status status;
        size_t number = 0;
        begin_counting(&counts);
        do {
            counts.fail_at = counts.allocations + ++number;
            status = recorded(digitnet_model_load_memory_ex(&model, files[i].data, files[i].size, &options));
            assert_true(status == DIGITNET_OK || (status == DIGITNET_ENOMEM && model == NULL));
        } while (status != DIGITNET_OK);
        assert_true(number > 10);
        digitnet_model_free(model);
        end_counting(&counts);
        free(files[i].data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_output_is_taken_by_its_name),
        cmocka_unit_test(an_unknown_output_is_refused),
        cmocka_unit_test(images_are_scaled),
        cmocka_unit_test(bytes_are_what_the_file_expects),
        cmocka_unit_test(images_of_an_own_file_are_scaled),
        cmocka_unit_test(a_wrong_scaling_is_refused),
        cmocka_unit_test(without_memory_nothing_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
