/* A program of a project with flags of its own: trains a little, and sees NaN refused and an overflow reported. */
#include "digitnet/digitnet.h"

#include <stdio.h>
#include <string.h>

enum { IMAGES = 4, PIXELS = 16, CLASSES = 2 };

static const int32_t labels[IMAGES] = {0, 1, 0, 1};

/* By its bits: these flags may let the compiler assume that there is none. */
static float make_nan(void) {
    const uint32_t bits = 0x7fc00000;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int expect(digitnet_status expected, digitnet_status status, const char *what) {
    if (status == expected)
        return 0;
    fprintf(stderr, "%s: status %d instead of %d: %s\n", what, (int)status, (int)expected, digitnet_last_error());
    return 1;
}

static digitnet_status fit(digitnet_model *model, const digitnet_dataset *dataset, double learning_rate) {
    digitnet_compile_options settings = DIGITNET_INIT(digitnet_compile_options);
    settings.learning_rate = learning_rate;
    digitnet_status status = digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD,
                                                       DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &settings);
    if (status != DIGITNET_OK)
        return status;
    return digitnet_model_fit(model, dataset, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 1));
}

static int try_training(digitnet_model *model, const digitnet_dataset *dataset) {
    digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
    int failed = expect(DIGITNET_OK, fit(model, dataset, 0.01), "fit") ||
                 expect(DIGITNET_OK, digitnet_model_evaluate(&result, model, dataset, NULL), "evaluate");
    if (!failed && !(result.loss > 0 && result.loss < 10)) {
        fprintf(stderr, "the loss is %g\n", result.loss);
        failed = 1;
    }
    return failed || expect(DIGITNET_EDIVERGED, fit(model, dataset, 1e30), "fit with a huge learning rate");
}

static int try_nan(digitnet_model *model, float *images) {
    float scores[CLASSES], weights[CLASSES] = {0};
    digitnet_dataset *dataset = NULL;
    images[5] = weights[1] = make_nan();
    int failed =
        expect(DIGITNET_EINVAL, digitnet_dataset_create_f32(&dataset, images, labels, IMAGES, 4, 4, 1), "NaN pixels") ||
        expect(DIGITNET_EINVAL, digitnet_model_predict(scores, CLASSES, model, images, PIXELS), "a NaN image") ||
        expect(DIGITNET_EINVAL, digitnet_model_set_weights(model, "dense/bias", weights, CLASSES), "NaN weights");
    digitnet_dataset_free(dataset);
    return failed;
}

int main(void) {
    float images[IMAGES * PIXELS] = {1, [PIXELS + 1] = 1, [2 * PIXELS + 2] = 1, [3 * PIXELS + 3] = 1};
    digitnet_dataset *dataset = NULL;
    digitnet_model *model = NULL;
    int failed =
        expect(DIGITNET_OK, digitnet_dataset_create_f32(&dataset, images, labels, IMAGES, 4, 4, 1), "images") ||
        expect(DIGITNET_OK, digitnet_model_create(&model, 4, 4, 1), "model");
    digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    failed = failed || try_training(model, dataset) || try_nan(model, images);
    digitnet_model_free(model);
    digitnet_dataset_free(dataset);
    return failed;
}
