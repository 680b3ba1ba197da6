/* The same API on other data: Fashion-MNIST, from Debian's package dataset-fashion-mnist, with a larger network and
 * augmentation. The comments that begin with "Yours:" say what to change for a data set of your own. */
#include "arguments.h"
#include "console.h"
#include "conv_block.h"
#include "files.h"
#include "interrupt.h"

#include <digitnet/digitnet.h>
#include <digitnet/progress.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRAM "fashion"

/* Yours: the names of your classes, in the order of their labels. */
static const char *const names[] = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                                    "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
enum { CLASSES = sizeof names / sizeof *names, BATCH_SIZE = 64 };

struct settings {
    const char *data, *model;
    size_t epochs, threads;
    uint64_t seed;
};

/* Yours: layers that suit your images. The last layer has a unit for each class. */
static void add_layers(digitnet_model *model) {
    for (size_t filters = 32; filters <= 128; filters *= 2) {
        if (filters > 32)
            digitnet_model_add_max_pool2d(model, 2);
        add_conv_block(model, filters, DIGITNET_INITIALIZER_HE_NORMAL, 0);
        add_conv_block(model, filters, DIGITNET_INITIALIZER_HE_NORMAL, 0);
    }
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dropout(model, 0.2);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Yours: height, width and channels of your images (3 for colour). The learning rate rises and falls over the whole
 * training. */
static digitnet_status build(digitnet_model **model, const struct settings *settings, size_t samples) {
    digitnet_status status = digitnet_model_create(model, 28, 28, 1);
    if (status)
        return status;
    add_layers(*model); /* compile returns the first error */
    const digitnet_schedule *cycle =
        DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_ONE_CYCLE, .learning_rate = 0.004,
                      .decay_steps = settings->epochs * ((samples + BATCH_SIZE - 1) / BATCH_SIZE));
    return digitnet_model_compile_ex(
        *model, DIGITNET_OPTIMIZER_ADAMW, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .seed = settings->seed, .weight_decay = 0.02, .schedule = cycle));
}

/* Yours: what may change in an image and leave its class as it is. Clothes may be seen in a mirror; digits may not. */
static digitnet_status augment(digitnet_dataset **varied, const digitnet_dataset *train) {
    return digitnet_dataset_augment(varied, train,
                                    DIGITNET_WITH(digitnet_augment_options, .horizontal_flip = 0.5, .shift = 0.08,
                                                  .zoom = 0.1, .erase = 0.4, .erase_probability = 0.5));
}

/* How much of each class is recognised, and what else it is taken for. */
static void print_classes(const digitnet_report *report) {
    const size_t *counts = digitnet_report_confusion(NULL, report);
    for (size_t actual = 0; actual < CLASSES; actual++, counts += CLASSES) {
        digitnet_class_info info = DIGITNET_INIT(digitnet_class_info);
        if (digitnet_report_describe_class(&info, report, actual))
            return;
        size_t other = actual == 0 ? 1 : 0;
        for (size_t i = 0; i < CLASSES; i++)
            if (i != actual && counts[i] > counts[other])
                other = i;
        printf("%-12s %5.1f%% right, most often taken for: %s (%.1f%%)\n", names[actual], 100.0 * info.recall,
               names[other], info.count ? 100.0 * (double)counts[other] / (double)info.count : 0.0);
    }
}

static int train_and_test(digitnet_model *model, const digitnet_dataset *train, const digitnet_dataset *test,
                          const struct settings *settings) {
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    digitnet_dataset *varied = NULL;
    const digitnet_predict_options *predict = DIGITNET_WITH(digitnet_predict_options, .threads = settings->threads);
    digitnet_report *report = NULL;
    if (augment(&varied, train))
        return failed(PROGRAM, "augmenting the data");
    stop_by_interrupt(model);
    digitnet_status status = digitnet_model_fit(
        model, varied,
        DIGITNET_WITH(digitnet_fit_options, .epochs = settings->epochs, .batch_size = BATCH_SIZE,
                      .threads = settings->threads, .validation = test,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr))));
    end_interrupts();
    digitnet_dataset_free(varied);
    if (status)
        return failed(PROGRAM, "training");
    if (digitnet_model_save(model, settings->model))
        return failed(PROGRAM, "saving the model");
    if (was_interrupted()) {
        fprintf(stderr, "Stopped; the model is in %s\n", settings->model);
        return EXIT_STOPPED;
    }
    if (digitnet_model_report(&report, model, test, DIGITNET_WITH(digitnet_report_options, .predict = predict)) ||
        digitnet_report_describe(&info, report))
        return failed(PROGRAM, "evaluating the model");
    print_classes(report);
    printf("between %.4f and %.4f with a confidence of 95%%\n", info.accuracy_low, info.accuracy_high);
    printf("test accuracy %.4f\n", info.accuracy);
    digitnet_report_free(report);
    return EXIT_DONE;
}

int main(int argc, char **argv) {
    struct settings settings = {"/usr/share/datasets/fashion-mnist", "fashion.onnx", 18, 0, 1};
    struct option options[] = {
        {"--data", OPTION_TEXT, &settings.data, "DIR", "the four files (/usr/share/datasets/fashion-mnist)", 0},
        {"--epochs", OPTION_COUNT, &settings.epochs, "N", "epochs (18)", 0},
        {"--threads", OPTION_THREADS, &settings.threads, "N", "0: one for each processor (0)", 0},
        {"--seed", OPTION_SEED, &settings.seed, "N", "of weights, shuffles, dropout and augmentation (1)", 0},
        {"--model", OPTION_TEXT, &settings.model, "PATH", "where the model is saved (fashion.onnx)", 0},
    };
    const struct program program = {
        "fashion [options]",
        "Trains a convolutional network on Fashion-MNIST, from Debian's package dataset-fashion-mnist.",
        options,
        sizeof options / sizeof *options,
        0,
        0};
    digitnet_dataset *train = NULL, *test = NULL;
    digitnet_model *model = NULL;
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    if (code >= 0)
        return code;
    if (check_path(settings.model))
        return EXIT_FAILED;
    /* Yours: digitnet_dataset_load_idx() for IDX files, digitnet_dataset_create_u8() or _f32() for arrays in memory,
     * digitnet_dataset_create_source() for images that are read or made as they are needed. */
    digitnet_status status = digitnet_dataset_load_mnist(&train, &test, settings.data);
    if (status) {
        code = failed(PROGRAM, "reading the data");
        if (status == DIGITNET_ENOTFOUND)
            fprintf(stderr, "apt-get install dataset-fashion-mnist gets it\n");
    } else {
        code = build(&model, &settings, digitnet_dataset_count(train)) ? failed(PROGRAM, "making the model")
                                                                       : train_and_test(model, train, test, &settings);
    }
    digitnet_model_free(model);
    digitnet_dataset_free(test);
    digitnet_dataset_free(train);
    return end_output(PROGRAM, code);
}
