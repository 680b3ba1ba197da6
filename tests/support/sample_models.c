#include "sample_layers.h"
#include "support.h"

#include <stdlib.h>

digitnet_model *make_sample_inputs(const sample_layer *sample) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, sample->height, sample->width, sample->channels));
    if (sample->before)
        expect_ok(sample->before(model));
    return model;
}

digitnet_model *make_sample_layer(const sample_layer *sample) {
    digitnet_model *model = make_sample_inputs(sample);
    expect_ok(add_sample_layer(model, sample));
    return model;
}

digitnet_model *make_sample_network(const sample_layer *sample) {
    digitnet_model *model = make_sample_layer(sample);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, SAMPLE_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 4)));
    return model;
}

digitnet_dataset *make_sample_dataset(const sample_layer *sample, size_t count) {
    return make_dataset(count, sample->height, sample->width, sample->channels, SAMPLE_CLASSES, 6);
}

void assert_close_sample_predictions(const digitnet_model *a, const digitnet_model *b, const sample_layer *sample,
                                     double tolerance) {
    enum { IMAGES = 30 };
    size_t count = IMAGES * sample->height * sample->width * sample->channels;
    float *images = must_allocate(count * sizeof *images);
    float first[IMAGES * SAMPLE_CLASSES], second[IMAGES * SAMPLE_CLASSES];
    fill_noise(images, count, 7);
    expect_ok(digitnet_model_predict(first, IMAGES * SAMPLE_CLASSES, a, images, count));
    expect_ok(digitnet_model_predict(second, IMAGES * SAMPLE_CLASSES, b, images, count));
    assert_close_floats(first, second, IMAGES * SAMPLE_CLASSES, tolerance);
    free(images);
}
