#include "inference/predict.h"

#include "core/finite.h"
#include "core/number.h"
#include "core/status.h"
#include "digitnet/inference.h"
#include "inference/headroom.h"
#include "kernels/compute.h"
#include "model/model.h"

#include <float.h>
#include <math.h>
#include <string.h>

static digitnet_status check_finite(const float *images, size_t count, size_t image_values, const char *caller) {
    for (size_t i = 0; i < count * image_values; i++) {
        if (!isfinite(images[i])) {
            return digitnet__fail(DIGITNET_EINVAL, "%s: image %zu, value %zu is %s; it must be finite", caller,
                                  i / image_values, i % image_values, digitnet__number_text(images[i]).text);
        }
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__predict_check(size_t *count, const digitnet__network *network, size_t capacity,
                                        digitnet__images images, const char *caller) {
    size_t image_values = digitnet__shape_values(network->graph.input), outputs = digitnet__network_outputs(network);
    *count = images.values / image_values;
    if (*count == 0 || images.values % image_values) {
        return digitnet__fail(DIGITNET_ESHAPE, "%s: %zu values are not a whole number of images of %s", caller,
                              images.values, digitnet__shape_text(network->graph.input).text);
    }
    if (capacity / outputs < *count) {
        return digitnet__fail(DIGITNET_EBUFFER,
                              "%s: %zu images give %zu scores each, the buffer has room for %zu values", caller, *count,
                              outputs, capacity);
    }
    return images.floats ? check_finite(images.floats, *count, image_values, caller) : DIGITNET_OK;
}

bool digitnet__images_are_within(digitnet__images images, float limit) {
    bool within = images.floats || 1 <= limit; /* bytes are scaled to [0, 1] */
    for (size_t i = 0; images.floats && i < images.values; i++)
        within &= fabsf(images.floats[i]) <= limit;
    return within;
}

digitnet_status digitnet__predict_fail_overflow(const char *caller) {
    return digitnet__fail(DIGITNET_ENOTFINITE, "%s: the network overflows: a score is not finite", caller);
}

bool digitnet__predict_chunk(float *scores, const digitnet__workspace *workspace, digitnet__images images, size_t first,
                             size_t count) {
    const digitnet__network *network = workspace->network;
    size_t image_values = digitnet__shape_values(network->graph.input), outputs = digitnet__network_outputs(network);
    float *input = digitnet__workspace_input(workspace);
    if (images.floats)
        memcpy(input, images.floats + first * image_values, count * image_values * sizeof(float));
    else
        network->kernels->bytes_to_floats(input, images.bytes + first * image_values, count * image_values);
    float *results = digitnet__workspace_forward(workspace, count);
    /* An activation between bounds hides what is infinite; another one may make it so. */
    if (!digitnet__all_finite(results, count * outputs))
        return false;
    if (network->inference.left_out != DIGITNET_ACTIVATION_LINEAR) {
        digitnet__workspace_activate(workspace, results, count);
        if (!digitnet__all_finite(results, count * outputs))
            return false;
    }
    if (scores)
        memcpy(scores + first * outputs, results, count * outputs * sizeof(float));
    return true;
}

static bool predict_chunks(float *scores, const digitnet__workspace *workspace, digitnet__images images, size_t count) {
    size_t chunk = workspace->capacity, first = 0;
    while (first < count &&
           digitnet__predict_chunk(scores, workspace, images, first, count - first < chunk ? count - first : chunk))
        first += chunk;
    return first >= count;
}

/* With the model held as a reader. */
static digitnet_status predict_all(float *scores, const digitnet__network *network, digitnet__images images,
                                   size_t count) {
    digitnet__workspace workspace;
    size_t chunk = count < DNN_PREDICT_IMAGES ? count : DNN_PREDICT_IMAGES;
    float safe = FLT_MAX;
    digitnet_status status = count > chunk ? digitnet__safe_magnitude(&safe, network) : DIGITNET_OK;
    if (status == DIGITNET_OK)
        status = digitnet__workspace_create(&workspace, network, chunk);
    if (status != DIGITNET_OK)
        return status;
    /* A later chunk that overflows must not come after scores that are written already. */
    bool sure =
        count <= chunk || digitnet__images_are_within(images, safe) || predict_chunks(NULL, &workspace, images, count);
    if (!sure || !predict_chunks(scores, &workspace, images, count))
        status = digitnet__predict_fail_overflow("digitnet_model_predict");
    digitnet__workspace_release(&workspace);
    return status;
}

static digitnet_status check_and_predict(float *scores, size_t capacity, const digitnet_model *model,
                                         digitnet__images images) {
    static const char caller[] = "digitnet_model_predict";
    if (!scores || !model || !(images.floats || images.bytes))
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller,
                              !scores  ? "scores"
                              : !model ? "model"
                                       : "images");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    size_t count = 0;
    status = digitnet__model_check_weights(model);
    if (status == DIGITNET_OK)
        status = digitnet__predict_check(&count, &model->network, capacity, images, caller);
    if (status == DIGITNET_OK)
        status = predict_all(scores, &model->network, images, count);
    digitnet__model_end_read(model);
    return status;
}

static digitnet_status predict(float *scores, size_t capacity, const digitnet_model *model, digitnet__images images) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_predict(scores, capacity, model, images));
}

digitnet_status digitnet_model_predict(float *scores, size_t capacity, const digitnet_model *model, const float *images,
                                       size_t image_values) {
    return predict(scores, capacity, model, (digitnet__images){.floats = images, .values = image_values});
}

digitnet_status digitnet_model_predict_u8(float *scores, size_t capacity, const digitnet_model *model,
                                          const uint8_t *images, size_t image_values) {
    return predict(scores, capacity, model, (digitnet__images){.bytes = images, .values = image_values});
}
