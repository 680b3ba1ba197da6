/* Trains the network on MNIST and leaves the model, its history and pictures; --help explains the options. */
#include "arguments.h"
#include "augmentation_sheet.h"
#include "files.h"
#include "history_file.h"
#include "plots.h"
#include "results.h"

#include <digitnet/digitnet.h>
#include <digitnet/progress.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define MODEL_NAME "mnist.onnx"

struct settings {
    const char *data, *output, *resume;
    size_t epochs, batch_size, threads;
    double learning_rate;
    uint64_t seed;
    int learning_rate_given, show_augmentation;
};

/* What is written after each epoch. */
struct checkpoint {
    struct history_file history;
    char *model_path;
};

static digitnet_model *volatile model_in_training;
static volatile sig_atomic_t stopped;

/* Ctrl-C: ends after the current batch. A second one kills the program, by SA_RESETHAND. */
static void stop(int signal_number) {
    (void)signal_number;
    stopped = 1;
    digitnet_model_request_stop(model_in_training);
}

static int failed(const char *what) {
    fprintf(stderr, "mnist_train: %s: %s\n", what, digitnet_last_error());
    return EXIT_FAILED;
}

static int read_settings(struct settings *settings, int argc, char **argv) {
    *settings = (struct settings){.data = "data/mnist",
                                  .output = "mnist-output",
                                  .epochs = 5,
                                  .batch_size = 32,
                                  .learning_rate = 0.001,
                                  .seed = 1};
    struct option options[] = {
        {"--data", OPTION_TEXT, &settings->data, "DIR", "MNIST's four files, raw or .gz (data/mnist)", 0},
        {"--epochs", OPTION_COUNT, &settings->epochs, "N", "epochs in total, those before --resume included (5)", 0},
        {"--batch-size", OPTION_COUNT, &settings->batch_size, "N", "images in a training step (32)", 0},
        {"--learning-rate", OPTION_RATE, &settings->learning_rate, "RATE",
         "of Adam (0.001, or that of the resumed model)", 0},
        {"--threads", OPTION_THREADS, &settings->threads, "N", "0: one for each processor (0)", 0},
        {"--seed", OPTION_SEED, &settings->seed, "N", "of a new model's weights and shuffles (1)", 0},
        {"--output", OPTION_TEXT, &settings->output, "DIR", "where everything is left (mnist-output)", 0},
        {"--resume", OPTION_TEXT, &settings->resume, "MODEL", "go on from a saved model", 0},
        {"--show-augmentation", OPTION_FLAG, &settings->show_augmentation, "",
         "train nothing: draw augmentation.png, digits and what augmentation does to them", 0},
    };
    struct program program = {
        "mnist_train [options]",
        "Trains a convolutional network on MNIST. Leaves in the output folder the model mnist.onnx, "
        "history.csv, training.png,\n"
        "predictions.png, confusion.png, and what the pictures are drawn from.",
        options,
        sizeof options / sizeof *options,
        0,
        0};
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    settings->learning_rate_given = options[3].given;
    return code;
}

static digitnet_status build(digitnet_model **model, const struct settings *settings) {
    digitnet_status status = digitnet_model_create(model, 28, 28, 1);
    if (status)
        return status;
    digitnet_model_add_conv2d(*model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(*model, 2);
    digitnet_model_add_conv2d(*model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(*model, 2);
    digitnet_model_add_flatten(*model);
    digitnet_model_add_dense(*model, 128, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(*model, 10, DIGITNET_ACTIVATION_SOFTMAX);
    return digitnet_model_compile_ex(
        *model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .learning_rate = settings->learning_rate, .seed = settings->seed));
}

/* The saved model; one of another program is not compiled yet. */
static digitnet_status resume(digitnet_model **model, const struct settings *settings) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_status status = digitnet_model_load(model, settings->resume);
    if (!status)
        status = digitnet_model_describe(&info, *model);
    if (!status && !info.compiled)
        return digitnet_model_compile_ex(
            *model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
            DIGITNET_WITH(digitnet_compile_options, .learning_rate = settings->learning_rate, .seed = settings->seed));
    if (!status && settings->learning_rate_given)
        status = digitnet_model_set_learning_rate(*model, settings->learning_rate);
    return status;
}

static void print_summary(const digitnet_model *model) {
    char text[8192];
    if (digitnet_model_summary(text, sizeof text, NULL, model) == DIGITNET_OK)
        fputs(text, stdout);
    fflush(stdout);
}

/* After each epoch: so a crash costs no more than the current epoch. */
static int save_epoch(const digitnet_event *event, void *user_data) {
    struct checkpoint *checkpoint = user_data;
    if (event->kind != DIGITNET_EVENT_EPOCH_END)
        return 0;
    if (history_file_append(&checkpoint->history, event) || history_file_write(&checkpoint->history))
        return DIGITNET_ECALLBACK;
    return digitnet_model_save(event->model, checkpoint->model_path);
}

/* Whether a resumed model is one for MNIST. */
static int is_suitable(const digitnet_model_info *info) {
    if (info->height == 28 && info->width == 28 && info->channels == 1 && info->outputs == 10)
        return 1;
    fprintf(stderr,
            "mnist_train: the model takes images of %zux%zux%zu and has %zu outputs, but MNIST has images of 28x28x1 "
            "and 10 classes\n",
            info->height, info->width, info->channels, info->outputs);
    return 0;
}

/* Trains until the epochs are done or Ctrl-C comes, and saves. */
static int train_model(digitnet_model *model, const digitnet_dataset *train, const digitnet_dataset *test,
                       const struct settings *settings, struct checkpoint *checkpoint) {
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESETHAND};
    model_in_training = model;
    sigaction(SIGINT, &action, NULL);
    digitnet_status status = digitnet_model_fit(
        model, train,
        DIGITNET_WITH(digitnet_fit_options, .until_epoch = settings->epochs, .batch_size = settings->batch_size,
                      .threads = settings->threads, .validation = test,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr),
                                         DIGITNET_CALLBACK(.call = save_epoch, .user_data = checkpoint))));
    if (status)
        return failed("training");
    if (digitnet_model_save(model, checkpoint->model_path))
        return failed("saving the model");
    if (history_file_write(&checkpoint->history))
        return EXIT_FAILED;
    return EXIT_DONE;
}

static void print_outputs(const char *folder) {
    static const char *const names[] = {MODEL_NAME, "history.csv", "training.png", "predictions.png", "confusion.png"};
    printf("In %s:", folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_output(folder, names[i]))
            printf("%s %s", i > 0 ? "," : "", names[i]);
    putchar('\n');
}

/* What augmentation does, instead of a training. */
static int show_augmentation(const digitnet_dataset *train, const struct settings *settings) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    if (digitnet_dataset_describe(&info, train))
        return failed("reading the data");
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

/* The figures and pictures of a trained model. */
static int report(const digitnet_model *model, const digitnet_dataset *test, const struct settings *settings,
                  const struct checkpoint *checkpoint) {
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    digitnet_report *figures = NULL;
    struct result *results = NULL;
    if (predict_all(&results, &figures, model, test, settings->threads) || digitnet_report_describe(&info, figures))
        return failed("evaluating the model");
    int plotted =
        write_plots(settings->output, history_file_has_rows(&checkpoint->history), test, figures, results, info.count);
    free(results);
    digitnet_report_free(figures);
    if (plotted)
        return EXIT_FAILED;
    print_outputs(settings->output);
    printf("test accuracy %.4f\n", info.accuracy);
    return EXIT_DONE;
}

static int run(digitnet_model *model, const digitnet_dataset *train, const digitnet_dataset *test,
               const struct settings *settings) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    struct checkpoint checkpoint = {.model_path = NULL};
    int code = EXIT_FAILED;
    if (digitnet_model_describe(&info, model))
        return failed("reading the model");
    if (!is_suitable(&info))
        return EXIT_FAILED;
    printf("%zu training and %zu test images from %s\n", digitnet_dataset_count(train), digitnet_dataset_count(test),
           settings->data);
    print_summary(model);
    if (info.epochs_done >= settings->epochs)
        fprintf(stderr, "Nothing is left to train: %s has done %llu epochs, and --epochs is %zu.\n", settings->resume,
                (unsigned long long)info.epochs_done, settings->epochs);
    if (make_folder(settings->output) == 0 &&
        history_file_begin(&checkpoint.history, settings->output, (size_t)info.epochs_done) == 0 &&
        (checkpoint.model_path = join_path(settings->output, MODEL_NAME)) != NULL)
        code = train_model(model, train, test, settings, &checkpoint);
    if (code == EXIT_DONE && stopped) {
        fprintf(stderr, "Stopped. To go on: mnist_train --resume %s and the same options\n", checkpoint.model_path);
        code = EXIT_STOPPED;
    } else if (code == EXIT_DONE) {
        code = report(model, test, settings, &checkpoint);
    }
    history_file_free(&checkpoint.history);
    free(checkpoint.model_path);
    return code;
}

int main(int argc, char **argv) {
    struct settings settings;
    digitnet_dataset *train = NULL, *test = NULL;
    digitnet_model *model = NULL;
    int code = read_settings(&settings, argc, argv);
    if (code >= 0)
        return code;
    digitnet_status status = digitnet_dataset_load_mnist(&train, &test, settings.data);
    if (status) {
        code = failed("reading the data");
        if (status == DIGITNET_ENOTFOUND)
            fprintf(stderr, "examples/get-mnist.sh %s gets it\n", settings.data);
    } else if (settings.show_augmentation) {
        code = show_augmentation(train, &settings);
    } else if (settings.resume ? resume(&model, &settings) : build(&model, &settings)) {
        code = failed(settings.resume ? "resuming the model" : "making the model");
    } else {
        code = run(model, train, test, &settings);
    }
    model_in_training = NULL; /* a late Ctrl-C must not reach a model that is gone */
    digitnet_model_free(model);
    digitnet_dataset_free(test);
    digitnet_dataset_free(train);
    return code;
}
