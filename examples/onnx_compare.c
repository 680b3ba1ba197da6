#include "onnx_compare.h"

#include "arguments.h"
#include "console.h"
#include "npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double tolerance = 1e-4; /* of the largest output */

/* Of an image, or of what one image gives. */
struct shape {
    size_t height, width, channels;
};

static int complain(const char *path, const char *message) {
    fprintf(stderr, PROGRAM ": %s: %s\n", path, message);
    return -1;
}

static int has_sizes(const struct npy *array, size_t a, size_t b, size_t c) {
    return array->rank == 4 && array->dims[1] == a && array->dims[2] == b && array->dims[3] == c;
}

/* Brings N x channels x rows x columns into the model's own order, N x rows x columns x channels. */
static int move_channels_last(struct npy *array, const struct shape *shape) {
    size_t pixels = shape->height * shape->width;
    float *moved = malloc(array->count * sizeof *moved + 1), *to = moved;
    if (!moved)
        return -1;
    for (const float *image = array->values; image != array->values + array->count; image += pixels * shape->channels)
        for (size_t pixel = 0; pixel < pixels; pixel++)
            for (size_t channel = 0; channel < shape->channels; channel++)
                *to++ = image[channel * pixels + pixel];
    free(array->values);
    array->values = moved;
    return 0;
}

/* Reads N of this shape, in the model's order. Without four sizes there is nothing to tell the order by: the values are
 * taken as they are. N of one value each may be a list. */
static int read_samples(struct npy *array, const char *path, const struct shape *shape) {
    char message[NPY_MESSAGE_SIZE];
    size_t height = shape->height, width = shape->width, channels = shape->channels;
    if (read_npy(array, path, message))
        return complain(path, message);
    size_t wanted = height * width * channels, least_rank = wanted == 1 ? 1 : 2;
    if (array->rank < least_rank || array->count == 0)
        return complain(path, "it must be N x values or N x sizes of an image, with an N of 1 or more");
    size_t values = array->count / array->dims[0];
    if (has_sizes(array, channels, height, width))
        return move_channels_last(array, shape) ? complain(path, "out of memory") : 0;
    if (array->rank == 4 ? has_sizes(array, height, width, channels) : values == wanted)
        return 0;
    snprintf(message, sizeof message, "it must be N x %zu x %zu x %zu, N x %zu x %zu x %zu or N x %zu", channels,
             height, width, height, width, channels, wanted);
    return complain(path, message);
}

/* Bytes are predicted as bytes. */
static digitnet_status predict(float *scores, size_t capacity, const digitnet_model *model, const struct npy *images) {
    if (!images->is_bytes)
        return digitnet_model_predict(scores, capacity, model, images->values, images->count);
    uint8_t *bytes = malloc(images->count);
    if (!bytes)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < images->count; i++)
        bytes[i] = (uint8_t)images->values[i];
    digitnet_status status = digitnet_model_predict_u8(scores, capacity, model, bytes, images->count);
    free(bytes);
    return status;
}

static int print_differences(const float *scores, const struct npy *expected) {
    double largest = 0, difference = 0;
    for (size_t i = 0; i < expected->count; i++) {
        double wanted = (double)expected->values[i], away = fabs((double)scores[i] - wanted);
        largest = fabs(wanted) > largest ? fabs(wanted) : largest;
        difference = away > difference ? away : difference;
    }
    int agree = difference <= tolerance * largest;
    printf("images             %zu\nlargest difference %.3g\nlargest output     %.3g\n", expected->dims[0], difference,
           largest);
    printf("The outputs %s: %s %g of the largest.\n", agree ? "agree" : "do not agree",
           agree ? "they differ by at most" : "they differ by more than", tolerance);
    return agree ? EXIT_DONE : EXIT_FAILED;
}

static size_t largest_of(const float *scores, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        best = scores[i] > scores[best] ? i : best;
    return best;
}

/* Classes, as ArgMax gives them, are the places of the largest scores. */
static int print_other_classes(const float *scores, size_t classes, const struct npy *expected) {
    size_t different = 0;
    for (size_t i = 0; i < expected->count; i++)
        different += (float)largest_of(scores + i * classes, classes) != expected->values[i];
    printf("images             %zu\nof another class   %zu\n", expected->count, different);
    printf("The classes %s.\n", different ? "do not agree" : "agree");
    return different ? EXIT_FAILED : EXIT_DONE;
}

static int is_finite(const struct npy *array) {
    for (size_t i = 0; i < array->count; i++)
        if (!isfinite(array->values[i]))
            return 0;
    return 1;
}

/* `outputs` of each image. */
static int predict_and_compare(const digitnet_model *model, size_t outputs, const struct npy *images,
                               const struct npy *expected) {
    size_t count = images->dims[0] * outputs;
    float *scores = malloc(count * sizeof *scores);
    int code = EXIT_FAILED;
    if (!scores)
        fprintf(stderr, PROGRAM ": out of memory\n");
    else if (predict(scores, count, model, images))
        failed(PROGRAM, "predicting");
    else if (expected->is_whole)
        code = print_other_classes(scores, outputs, expected);
    else
        code = print_differences(scores, expected);
    free(scores);
    return code;
}

/* The shapes of an image and of what it gives. */
static digitnet_status describe(struct shape *image, struct shape *result, const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
    digitnet_status status = digitnet_model_describe(&info, model);
    if (!status)
        status = digitnet_model_describe_layer(&last, model, info.layers - 1);
    *image = (struct shape){info.height, info.width, info.channels};
    *result =
        last.height ? (struct shape){last.height, last.width, last.channels} : (struct shape){1, 1, last.channels};
    return status;
}

/* What the other tool computed: outputs in the shape that the model gives, or a class for each image. */
static int read_outputs(struct npy *array, const char *path, const struct shape *shape) {
    char message[NPY_MESSAGE_SIZE];
    if (read_npy(array, path, message))
        return complain(path, message);
    int is_classes = array->is_whole && array->rank > 0 && array->count == array->dims[0];
    if (array->is_whole)
        return is_classes ? 0 : complain(path, "whole numbers must be one class for each image");
    free(array->values);
    return read_samples(array, path, shape);
}

int compare_outputs(const digitnet_model *model, const char *input, const char *output) {
    struct shape image, result;
    struct npy images = {.values = NULL}, expected = {.values = NULL};
    int code = EXIT_FAILED;
    if (describe(&image, &result, model))
        failed(PROGRAM, "describing the model");
    else if (read_samples(&images, input, &image) == 0 && read_outputs(&expected, output, &result) == 0) {
        if (images.dims[0] != expected.dims[0])
            complain(output, "it has not as many outputs as there are images");
        else if (!is_finite(&expected))
            complain(output, "not all of its values are finite");
        else
            code = predict_and_compare(model, result.height * result.width * result.channels, &images, &expected);
    }
    free(images.values);
    free(expected.values);
    return code;
}
