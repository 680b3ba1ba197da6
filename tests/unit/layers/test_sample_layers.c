/* Each sample layer in a network: it trains the same with any number of threads, in pieces, and from a file. */
#include "onnx_bytes.h"
#include "sample_layers.h"

#include <stdlib.h>

enum { IMAGES = 30, BATCH = 8, EPOCHS = 2 };

static void train(digitnet_model *model, const digitnet_dataset *data, size_t epochs, size_t threads) {
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .until_epoch = epochs, .batch_size = BATCH, .threads = threads));
}

/* All that there is of the two: layers, weights, state, the optimizer's. */
static void assert_same_models(const digitnet_model *a, const digitnet_model *b) {
    saved_bytes first = save_model(a), second = save_model(b);
    assert_same_bytes(&first, &second);
    free(first.data);
    free(second.data);
}

static digitnet_model *save_and_load(const digitnet_model *model) {
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0);
    free(file.data);
    return loaded;
}

static void check_threads(const sample_layer *sample) {
    static const size_t threads[] = {2, 3, 8};
    digitnet_dataset *data = make_sample_dataset(sample, IMAGES);
    digitnet_model *model = make_sample_network(sample);
    train(model, data, EPOCHS, 1);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        digitnet_model *other = make_sample_network(sample);
        train(other, data, EPOCHS, threads[i]);
        assert_same_models(other, model);
        digitnet_model_free(other);
    }
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static void check_file(const sample_layer *sample) {
    digitnet_dataset *data = make_sample_dataset(sample, IMAGES);
    digitnet_model *model = make_sample_network(sample);
    train(model, data, 1, 1);
    digitnet_model *loaded = save_and_load(model);
    assert_same_models(loaded, model);
    assert_close_sample_predictions(loaded, model, sample, 0);
    train(loaded, data, EPOCHS, 1);
    train(model, data, EPOCHS, 1);
    assert_same_models(loaded, model);
    assert_close_sample_predictions(loaded, model, sample, 0);
    digitnet_model_free(loaded);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static void test_threads(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++)
        check_threads(&sample_layers[i]);
}

static void test_files(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++)
        check_file(&sample_layers[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
