/* Makes the golden files that are not there yet and prints their results: make_golden FOLDER >>FOLDER/results.txt */
#include "content.h"
#include "golden.h"
#include "model_file/metadata.h"
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "onnx_models.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

/* False, and nothing done, where the file is there already. */
static int put(const char *name, const content *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wbx");
    if (!out && errno == EEXIST)
        return 0;
    require(out && fwrite(file->bytes, 1, file->size, out) == file->size && fclose(out) == 0, path);
    return 1;
}

/* ---- Models ---- */

static content save(const digitnet_model *model) {
    content file = {.size = 0};
    require(!digitnet_model_save_memory(file.bytes, sizeof file.bytes, &file.size, model), "save");
    return file;
}

static void print_weights(const digitnet_model *model) {
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    for (size_t i = 0; digitnet_model_describe_tensor(&tensor, model, i) == DIGITNET_OK; i++) {
        float *values = malloc(tensor.values * sizeof *values);
        require(values && !digitnet_model_get_weights(values, tensor.values, model, tensor.name), "get_weights");
        printf("tensor %s", tensor.name);
        for (size_t j = 0; j < tensor.values; j++)
            printf(" %a", (double)values[j]);
        putchar('\n');
        free(values);
    }
}

static void print_scores(const digitnet_model *model, const digitnet_model_info *info) {
    size_t values = info->height * info->width * info->channels;
    float *image = malloc(values * sizeof *image), *scores = malloc(info->outputs * sizeof *scores);
    require(image && scores, "memory");
    for (size_t i = 0; i < values; i++)
        image[i] = golden_pixel(i);
    require(!digitnet_model_predict(scores, info->outputs, model, image, values), "predict");
    printf("scores");
    for (size_t i = 0; i < info->outputs; i++)
        printf(" %.9g", (double)scores[i]);
    putchar('\n');
    free(image);
    free(scores);
}

/* Everything is told of the model as it is in memory, not of the file. */
static void put_good_model(const char *name, const digitnet_model *model, const content *file) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    double rate = 0;
    if (!put(name, file))
        return;
    require(!digitnet_model_describe(&info, model), "describe");
    if (info.compiled)
        require(!digitnet_model_get_learning_rate(&rate, model), "get_learning_rate");
    printf("model %s\nstatus 0\ninput %zu %zu %zu\n", name, info.height, info.width, info.channels);
    printf("training %d %" PRIu64 " %" PRIu64 " %.17g\n", (int)info.compiled, info.epochs_done, info.batches_done,
           rate);
    for (size_t i = 0; digitnet_model_describe_layer(&layer, model, i) == DIGITNET_OK; i++)
        printf("layer %zu %zu %zu %s %s\n", layer.height, layer.width, layer.channels, layer.kind, layer.name);
    print_weights(model);
    print_scores(model, &info);
}

static void put_bad_model(const char *name, const content *file, digitnet_status status) {
    if (put(name, file))
        printf("model %s\nstatus %d\n", name, (int)status);
}

static size_t find(const content *file, const char *text) {
    for (size_t i = 0; i + strlen(text) <= file->size; i++)
        if (memcmp(file->bytes + i, text, strlen(text)) == 0)
            return i;
    require(0, text);
    return 0;
}

/* Both texts are of one length. */
static content replace(const content *file, const char *from, const char *to) {
    content changed = *file;
    memcpy(changed.bytes + find(file, from), to, strlen(to));
    return changed;
}

static void mend(content *file) {
    const char *key = "digitnet.checksum";
    digitnet__checksum_write(file->bytes, file->size, find(file, key) + strlen(key) + 2);
}

/* Where the first of our marks begins. */
static size_t find_marks(const content *file) {
    digitnet__wire_reader reader = digitnet__wire_read((digitnet__wire_view){.bytes = file->bytes, .size = file->size});
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field) && field.number != DNN_MODEL_METADATA_PROPS)
        continue;
    return field.offset;
}

static digitnet_dataset *make_dataset(size_t count, size_t height, size_t width, size_t channels) {
    digitnet_dataset *dataset;
    float values[4096];
    int32_t labels[64];
    for (size_t i = 0; i < count * height * width * channels; i++)
        values[i] = golden_pixel(i);
    for (size_t i = 0; i < count; i++)
        labels[i] = (int32_t)(i % 2);
    require(!digitnet_dataset_create_f32(&dataset, values, labels, count, height, width, channels), "data set");
    return dataset;
}

static int stop_at_second_epoch(const digitnet_event *event, void *unused) {
    (void)unused;
    return event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == 2 && event->batch == 1;
}

/* In the second epoch, by the given optimizer. */
static void put_trained_model(const char *name, digitnet_optimizer optimizer, const digitnet_compile_options *options) {
    digitnet_model *model;
    digitnet_dataset *dataset = make_dataset(24, 5, 4, 2);
    require(!digitnet_model_create(&model, 5, 4, 2), "create");
    digitnet_model_add_conv2d(model, 2, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    require(!digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options),
            "compile");
    digitnet_fit_options fit = {.struct_size = sizeof fit,
                                .epochs = 3,
                                .batch_size = 8,
                                .threads = 1,
                                DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_at_second_epoch, .user_data = NULL))};
    require(!digitnet_model_fit(model, dataset, &fit), "fit");
    content file = save(model);
    put_good_model(name, model, &file);
    digitnet_dataset_free(dataset);
    digitnet_model_free(model);
}

static void put_good_models(void) {
    static const char *const names[] = {"kinds", "softmax-image", "linear-image", "pixel"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64];
        digitnet_model *model = onnx_sample_create(names[i], 7);
        require(model != NULL, names[i]);
        content file = save(model);
        snprintf(name, sizeof name, "%s.onnx", names[i]);
        put_good_model(name, model, &file);
        digitnet_model_free(model);
    }
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    sgd.momentum = 0.9;
    sgd.nesterov = 1;
    put_trained_model("adam.onnx", DIGITNET_OPTIMIZER_ADAM,
                      DIGITNET_WITH(digitnet_compile_options, .seed = 3, .learning_rate = 0.01));
    put_trained_model("sgd.onnx", DIGITNET_OPTIMIZER_SGD,
                      DIGITNET_WITH(digitnet_compile_options, .seed = 4, .sgd = &sgd));
}

/* A model of ours without our marks is as another tool would have saved it. */
static void put_foreign_model(void) {
    digitnet_model *model = onnx_sample_create("linear-image", 8);
    require(model != NULL, "linear-image");
    content file = save(model);
    file = replace(&file, "libdigitnet", "anothertool");
    file.size = find_marks(&file);
    put_good_model("foreign.onnx", model, &file);
    digitnet_model_free(model);
}

static void put_bad_models(void) {
    digitnet_model *model = onnx_sample_create("tiny", 9);
    require(model != NULL, "tiny");
    const content file = save(model);
    digitnet_model_free(model);
    content bad = file;
    bad.size = find_marks(&file);
    put_bad_model("without-marks.onnx", &bad, DIGITNET_EFORMAT);
    bad.size = file.size - 1;
    put_bad_model("cut.onnx", &bad, DIGITNET_EFORMAT);
    bad = replace(&file, "digitnet.seed", "digitnet.sead");
    put_bad_model("changed-key.onnx", &bad, DIGITNET_EFORMAT);
    bad = file;
    bad.bytes[find(&file, "dense/kernel") + 40] ^= 1;
    put_bad_model("changed-weight.onnx", &bad, DIGITNET_EFORMAT);
    bad = replace(&file,
                  "digitnet.format\x12\x01"
                  "1",
                  "digitnet.format\x12\x01"
                  "2");
    mend(&bad);
    put_bad_model("later-format.onnx", &bad, DIGITNET_EVERSION);
    bad = replace(&file, "Relu", "Noop");
    mend(&bad);
    put_bad_model("unknown-operator.onnx", &bad, DIGITNET_EUNSUPPORTED);
}

static void put_model_beyond_limits(void) {
    digitnet_model *model;
    require(!digitnet_model_create_ex(&model, 4000, 4000, 1,
                                      DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = SIZE_MAX)),
            "create");
    digitnet_model_add_conv2d(model, 6, 1, DIGITNET_ACTIVATION_LINEAR);
    require(!onnx_draw_weights(model, 1), "weights");
    content file = save(model);
    put_bad_model("large.onnx", &file, DIGITNET_ELIMIT);
    digitnet_model_free(model);
}

/* ---- Data sets ---- */

typedef struct images {
    size_t count, height, width, channels; /* channels 0: the file has no such dimension */
} images;

static size_t pixel_count(const images *what) {
    return what->count * what->height * what->width * (what->channels ? what->channels : 1);
}

static unsigned char pixel(size_t index) {
    return (unsigned char)(index * 7);
}

static unsigned char label(size_t index) {
    return (unsigned char)(9 - index);
}

static content images_file(const images *what) {
    content file = {.size = 0};
    append_number(&file, what->channels ? 0x0804 : 0x0803);
    append_number(&file, what->count);
    append_number(&file, what->height);
    append_number(&file, what->width);
    if (what->channels)
        append_number(&file, what->channels);
    for (size_t i = 0; i < pixel_count(what); i++)
        append(&file, &(unsigned char){pixel(i)}, 1);
    return file;
}

static content labels_file(size_t count) {
    content file = {.size = 0};
    append_number(&file, 0x0801);
    append_number(&file, count);
    for (size_t i = 0; i < count; i++)
        append(&file, &(unsigned char){label(i)}, 1);
    return file;
}

static void put_good_images(const char *name, const images *what, const content *file) {
    if (!put(name, file))
        return;
    printf("images %s %zu-labels\nstatus 0\nshape %zu %zu %zu %zu\nlabels", name, what->count, what->count,
           what->height, what->width, what->channels ? what->channels : 1);
    for (size_t i = 0; i < what->count; i++)
        printf(" %d", label(i));
    printf("\npixels");
    for (size_t i = 0; i < pixel_count(what); i++)
        printf(" %d", pixel(i));
    putchar('\n');
}

static void put_bad_images(const char *name, const content *file, digitnet_status status) {
    if (put(name, file))
        printf("images %s 5-labels\nstatus %d\n", name, (int)status);
}

static void put_images(void) {
    const images grey = {5, 3, 2, 0}, colours = {2, 2, 3, 3};
    const content five = labels_file(5), two = labels_file(2), file = images_file(&grey);
    const content packed = compress_content(&file), deep = images_file(&colours);
    put("5-labels", &five);
    put("2-labels", &two);
    put_good_images("grey-images", &grey, &file);
    put_good_images("grey-images.gz", &grey, &packed);
    put_good_images("colour-images", &colours, &deep);
    put_bad_images("two-images", &deep, DIGITNET_EFORMAT);
    content bad = file;
    bad.size--;
    put_bad_images("cut-images", &bad, DIGITNET_EFORMAT);
    bad = file;
    append(&bad, "", 1);
    put_bad_images("long-images", &bad, DIGITNET_EFORMAT);
    bad = file;
    bad.bytes[2] = 0x0d;
    put_bad_images("float-images", &bad, DIGITNET_EUNSUPPORTED);
    bad = file;
    memset(bad.bytes + 4, 0xff, 12);
    put_bad_images("endless-images", &bad, DIGITNET_ELIMIT);
    bad = packed;
    bad.bytes[bad.size - 8] ^= 1;
    put_bad_images("corrupt-images.gz", &bad, DIGITNET_EFORMAT);
    bad = packed;
    bad.size -= 8;
    put_bad_images("cut-images.gz", &bad, DIGITNET_EFORMAT);
}

int main(int argc, char **argv) {
    require(argc == 2, "usage: make_golden FOLDER");
    folder = argv[1];
    put_good_models();
    put_foreign_model();
    put_bad_models();
    put_model_beyond_limits();
    put_images();
    return EXIT_SUCCESS;
}
