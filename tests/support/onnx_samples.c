/* The C side of check_onnx.py: `onnx_samples write DIR` leaves models with images and their scores, in ONNX's order of
 * values; `onnx_samples reload DIR` loads what Python saved again as NAME.again.onnx, which must score the same to the
 * bit, but for layers that are several nodes. */
#include "onnx_models.h"
#include "sample_layers.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 7 };

static void check(digitnet_status status) {
    if (status != DIGITNET_OK) {
        fprintf(stderr, "onnx_samples: %s\n", digitnet_last_error());
        exit(1);
    }
}

static float *allocate(size_t count) {
    float *values = calloc(count, sizeof *values);
    if (!values)
        exit(1);
    return values;
}

static void write_values(const char *folder, const char *name, const char *kind, const float *values, size_t count) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(values, sizeof *values, count, file) != count || fclose(file) != 0) {
        fprintf(stderr, "onnx_samples: cannot write %s\n", path);
        exit(1);
    }
}

/* From N x rows x columns x channels to N x channels x rows x columns. */
static void channels_first(float *out, const float *in, size_t height, size_t width, size_t channels) {
    size_t positions = height * width;
    for (size_t image = 0; image < IMAGES; image++, in += positions * channels, out += positions * channels)
        for (size_t i = 0; i < positions; i++)
            for (size_t c = 0; c < channels; c++)
                out[c * positions + i] = in[i * channels + c];
}

/* Scores of the same images each time. */
static float *predict(const digitnet_model *model, float *images, size_t image_values, size_t outputs) {
    float *scores = allocate(IMAGES * outputs);
    onnx_draw_values(images, IMAGES * image_values, 5);
    check(digitnet_model_predict(scores, IMAGES * outputs, model, images, IMAGES * image_values));
    return scores;
}

/* The input's channels, rows and columns. */
static void write_shape(const char *folder, const char *name, const digitnet_model_info *info) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.shape", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fprintf(file, "%zu %zu %zu\n", info->channels, info->height, info->width) < 0 || fclose(file) != 0) {
        fprintf(stderr, "onnx_samples: cannot write %s\n", path);
        exit(1);
    }
}

static void write_model(const char *folder, const char *name, const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    check(digitnet_model_describe(&info, model));
    digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
    check(digitnet_model_describe_layer(&last, model, info.layers - 1));
    char path[512];
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    check(digitnet_model_save(model, path));
    write_shape(folder, name, &info);

    size_t image_values = info.height * info.width * info.channels;
    float *images = allocate(IMAGES * image_values);
    float *scores = predict(model, images, image_values, info.outputs);
    float *ordered = allocate(IMAGES * (image_values > info.outputs ? image_values : info.outputs));
    channels_first(ordered, images, info.height, info.width, info.channels);
    write_values(folder, name, "images", ordered, IMAGES * image_values);
    bool flat = last.height == 0;
    channels_first(ordered, scores, flat ? 1 : last.height, flat ? 1 : last.width, last.channels);
    write_values(folder, name, "scores", ordered, IMAGES * info.outputs);
    free(ordered);
    free(scores);
    free(images);
}

static void write_sample(const char *folder, const char *name) {
    digitnet_model *model = onnx_sample_create(name, 3);
    if (!model)
        check(DIGITNET_EINVAL);
    write_model(folder, name, model);
    digitnet_model_free(model);
}

/* A network of each layer, trained for a moment: what a layer says in ONNX means the same to others. */
static void write_layers(const char *folder) {
    for (size_t i = 0; i < sample_layer_count; i++) {
        char name[96];
        snprintf(name, sizeof name, "layer-%zu-%s", i, sample_layers[i].builder->name);
        digitnet_model *model = make_sample_network(&sample_layers[i]);
        digitnet_dataset *data = make_sample_dataset(&sample_layers[i], 40);
        check(digitnet_model_fit(model, data, NULL));
        write_model(folder, name, model);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

/* Several nodes may have become another layer, which sums up in another order. */
static bool are_close(const float *scores, const float *expected, size_t count, bool several_nodes) {
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(scores[i] - expected[i]) <= (several_nodes ? 1e-6f * fmaxf(1, fabsf(expected[i])) : 0)))
            return false;
    return true;
}

static void reload_sample(const char *folder, const onnx_sample *sample) {
    const char *name = sample->name;
    char path[512];
    snprintf(path, sizeof path, "%s/%s.again.onnx", folder, name);
    digitnet_model *model = onnx_sample_create(name, 3), *again = NULL;
    if (!model)
        check(DIGITNET_EINVAL);
    check(digitnet_model_load_ex(&again, path, DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = 1)));
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    check(digitnet_model_describe(&info, model));
    size_t image_values = info.height * info.width * info.channels;
    float *images = allocate(IMAGES * image_values);
    float *expected = predict(model, images, image_values, info.outputs);
    float *scores = predict(again, images, image_values, info.outputs);
    if (!are_close(scores, expected, IMAGES * info.outputs, sample->several_nodes)) {
        fprintf(stderr, "onnx_samples: %s does not score as it did\n", path);
        exit(1);
    }
    free(scores);
    free(expected);
    free(images);
    digitnet_model_free(again);
    digitnet_model_free(model);
}

int main(int argc, char **argv) {
    bool writing = argc == 3 && strcmp(argv[1], "write") == 0;
    if (!writing && (argc != 3 || strcmp(argv[1], "reload") != 0)) {
        fprintf(stderr, "usage: onnx_samples write|reload DIR\n");
        return 2;
    }
    for (size_t i = 0; i < onnx_sample_count; i++)
        if (writing)
            write_sample(argv[2], onnx_samples[i].name);
        else
            reload_sample(argv[2], &onnx_samples[i]);
    if (writing)
        write_layers(argv[2]);
    return 0;
}
