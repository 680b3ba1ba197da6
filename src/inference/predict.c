#include "inference/predict.h"

#include "core/number.h"
#include "core/status.h"
#include "digitnet/inference.h"
#include "inference/headroom.h"
#include "kernels/gemm.h"
#include "kernels/softmax.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

static digitnet_status check_finite(const float *images, size_t count, size_t image_values, const char *caller) {
    for (size_t i = 0; i < count * image_values; i++) {
        if (!isfinite(images[i])) {
            return dnn_fail(DIGITNET_EINVAL, "%s: image %zu, value %zu is %s", caller, i / image_values,
                            i % image_values, dnn_number_text(images[i]).text);
        }
    }
    return DIGITNET_OK;
}

digitnet_status dnn_predict_check(size_t *count, const dnn_network *network, size_t score_values, dnn_images images,
                                  const char *caller) {
    size_t image_values = dnn_shape_values(network->input), outputs = dnn_network_outputs(network);
    *count = images.values / image_values;
    if (*count == 0 || images.values % image_values) {
        return dnn_fail(DIGITNET_ESHAPE, "%s: %zu values are no whole number of images of %s", caller, images.values,
                        dnn_shape_text(network->input).text);
    }
    if (score_values / outputs < *count) {
        return dnn_fail(DIGITNET_ESHAPE, "%s: %zu images give %zu scores each, the buffer has room for %zu values",
                        caller, *count, outputs, score_values);
    }
    return images.floats ? check_finite(images.floats, *count, image_values, caller) : DIGITNET_OK;
}

bool dnn_images_are_within(dnn_images images, float limit) {
    bool within = images.floats || 1 <= limit; /* bytes are scaled to [0, 1] */
    for (size_t i = 0; images.floats && i < images.values; i++)
        within &= fabsf(images.floats[i]) <= limit;
    return within;
}

digitnet_status dnn_predict_fail_overflow(const char *caller) {
    return dnn_fail(DIGITNET_EDIVERGED, "%s: the network overflows: a score is not finite", caller);
}

bool dnn_predict_chunk(float *scores, const dnn_workspace *workspace, dnn_images images, size_t first, size_t count) {
    const dnn_network *network = workspace->network;
    size_t image_values = dnn_shape_values(network->input), outputs = dnn_network_outputs(network);
    float *input = dnn_workspace_input(workspace);
    if (images.floats)
        memcpy(input, images.floats + first * image_values, count * image_values * sizeof(float));
    else
        network->kernels->bytes_to_floats(input, images.bytes + first * image_values, count * image_values);
    float *results = dnn_workspace_forward(workspace, count);
    for (size_t i = 0; i < count * outputs; i++)
        if (!isfinite(results[i]))
            return false;
    if (!scores)
        return true;
    if (dnn_network_is_classifier(network))
        dnn_softmax(results, count, outputs);
    memcpy(scores + first * outputs, results, count * outputs * sizeof(float));
    return true;
}

static bool predict_chunks(float *scores, const dnn_workspace *workspace, dnn_images images, size_t count) {
    size_t chunk = workspace->capacity, first = 0;
    while (first < count &&
           dnn_predict_chunk(scores, workspace, images, first, count - first < chunk ? count - first : chunk))
        first += chunk;
    return first >= count;
}

/* With the model held as a reader. */
static digitnet_status predict_all(float *scores, const dnn_network *network, dnn_images images, size_t count) {
    dnn_workspace workspace;
    size_t chunk = count < DNN_PREDICT_IMAGES ? count : DNN_PREDICT_IMAGES;
    digitnet_status status = dnn_workspace_create(&workspace, network, chunk);
    if (status != DIGITNET_OK)
        return status;
    dnn_blas_enter();
    /* A later chunk that overflows must not come after scores that are written already. */
    bool sure = count <= chunk || dnn_images_are_within(images, dnn_safe_magnitude(network)) ||
                predict_chunks(NULL, &workspace, images, count);
    if (!sure || !predict_chunks(scores, &workspace, images, count))
        status = dnn_predict_fail_overflow("digitnet_model_predict");
    dnn_blas_leave();
    dnn_workspace_release(&workspace);
    return status;
}

static digitnet_status predict(float *scores, size_t score_values, const digitnet_model *model, dnn_images images) {
    static const char caller[] = "digitnet_model_predict";
    if (!scores || !model || !(images.floats || images.bytes))
        return dnn_fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, !scores ? "scores" : !model ? "model" : "images");
    digitnet_status status = dnn_model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    size_t count = 0;
    status = dnn_model_check_weights(model);
    if (status == DIGITNET_OK)
        status = dnn_predict_check(&count, &model->network, score_values, images, caller);
    if (status == DIGITNET_OK)
        status = predict_all(scores, &model->network, images, count);
    dnn_model_end_read(model);
    return status;
}

digitnet_status digitnet_model_predict(float *scores, size_t score_values, const digitnet_model *model,
                                       const float *images, size_t image_values) {
    return predict(scores, score_values, model, (dnn_images){.floats = images, .values = image_values});
}

digitnet_status digitnet_model_predict_u8(float *scores, size_t score_values, const digitnet_model *model,
                                          const uint8_t *images, size_t image_values) {
    return predict(scores, score_values, model, (dnn_images){.bytes = images, .values = image_values});
}
