/* Trains a network on MNIST, or several, and leaves models, histories and pictures; --help explains the options. */
#include "arguments.h"
#include "augmentation_sheet.h"
#include "console.h"
#include "files.h"
#include "mnist_network.h"
#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>

/* Puts a part of the training images in the place of the test images. */
static digitnet_status hold_out(struct mnist *data) {
    struct mnist all = *data;
    data->validation_name = "validation";
    digitnet_status status = digitnet_dataset_split(&data->train, &data->validation, all.train, 1.0 / 6, NULL);
    digitnet_dataset_free(all.train);
    digitnet_dataset_free(all.validation);
    return status;
}

/* Of the training images each rank reads its own part, unless a part is held out, which all have whole. */
static digitnet_status load_data(struct mnist *data, const struct settings *settings) {
    const digitnet_communicator *ranks = communicator_of_ranks();
    data->validation_name = "test";
    data->sharded = ranks && !settings->hold_out && !settings->show_augmentation;
    digitnet_status status = digitnet_dataset_load_mnist_ex(&data->train, NULL, settings->data,
                                                            DIGITNET_WITH(digitnet_dataset_load_options,
                                                                          .shards = data->sharded ? ranks->size : 0,
                                                                          .shard = data->sharded ? ranks->rank : 0));
    if (!status)
        status = digitnet_dataset_load_mnist(NULL, &data->validation, settings->data);
    if (!status && settings->hold_out)
        status = hold_out(data);
    data->train_count = digitnet_dataset_count(data->train);
    return status;
}

/* What augmentation does, instead of a training. */
static int show_augmentation(const digitnet_dataset *train, const struct settings *settings) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    if (!is_first_rank())
        return EXIT_DONE;
    if (digitnet_dataset_describe(&info, train))
        return failed(PROGRAM, "reading the data");
    if (info.height != 28 || info.width != 28 || info.channels != 1) {
        fprintf(stderr, "mnist_train: --show-augmentation wants images of 28x28x1, not %zux%zux%zu\n", info.height,
                info.width, info.channels);
        return EXIT_FAILED;
    }
    if (make_folder(settings->output) || write_augmentation_sheet(settings->output, train, settings->seed))
        return EXIT_FAILED;
    if (has_output(settings->output, "augmentation.png"))
        printf("In %s: augmentation.png\n", settings->output);
    return EXIT_DONE;
}

/* One of an ensemble's networks, in a folder of its own; those that an earlier run has begun are gone on with. */
static int train_member(digitnet_model **out, size_t index, const struct settings *settings, const struct mnist *data) {
    char name[32], model_name[64];
    uint64_t seed = settings->seed + index;
    snprintf(name, sizeof name, "%zu", index + 1);
    snprintf(model_name, sizeof model_name, "%s/" MODEL_NAME, name);
    printf("Network %zu of %zu, seed %llu\n", index + 1, settings->networks, (unsigned long long)seed);
    int begun = settings->resume && has_output(settings->resume, model_name);
    char *folder = join_path(settings->output, name);
    char *resume = begun ? join_path(settings->resume, model_name) : NULL;
    int code = EXIT_FAILED;
    if (folder && (resume || !begun))
        code = train_network(out, settings, data, seed, folder, resume);
    free(resume);
    free(folder);
    return code;
}

static int train_ensemble(const struct settings *settings, const struct mnist *data) {
    digitnet_model **models = calloc(settings->networks, sizeof *models);
    size_t count = 0;
    int code = EXIT_DONE;
    if (!models) {
        fputs("mnist_train: out of memory\n", stderr);
        return EXIT_FAILED;
    }
    while (code == EXIT_DONE && count < settings->networks) {
        code = train_member(&models[count], count, settings, data);
        count++;
    }
    if (code == EXIT_DONE) {
        printf("All %zu networks together\n", count);
        code = report_networks(models, count, settings, data, settings->output, 0);
    }
    while (count > 0)
        digitnet_model_free(models[--count]);
    free(models);
    return code;
}

static int train(const struct settings *settings, const struct mnist *data) {
    printf("%zu training and %zu %s images from %s\n", data->train_count, digitnet_dataset_count(data->validation),
           data->validation_name, settings->data);
    if (settings->networks > 1)
        return train_ensemble(settings, data);
    digitnet_model *model = NULL;
    int code = train_network(&model, settings, data, settings->seed, settings->output, settings->resume);
    digitnet_model_free(model);
    return code;
}

static int run(int argc, char **argv) {
    struct settings settings;
    struct mnist data = {.train = NULL};
    int code = read_settings(&settings, argc, argv);
    if (code >= 0)
        return code;
    digitnet_status status = load_data(&data, &settings);
    if (status) {
        code = failed(PROGRAM, "reading the data");
        if (status == DIGITNET_ENOTFOUND)
            fprintf(stderr, "examples/get-mnist.sh %s gets it\n", settings.data);
    } else if (settings.show_augmentation) {
        code = show_augmentation(data.train, &settings);
    } else {
        if (data.sharded)
            data.train_count = sum_over_ranks(data.train_count);
        code = train(&settings, &data);
    }
    digitnet_dataset_free(data.validation);
    digitnet_dataset_free(data.train);
    return end_output(PROGRAM, code);
}

int main(int argc, char **argv) {
    return begin_ranks(&argc, &argv) ? EXIT_FAILED : end_ranks(run(argc, argv));
}
