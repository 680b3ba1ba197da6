/* Trains a classifier on a folder of pictures with a sub-folder for each class, on a CSV file, or on the binary files
 * of CIFAR; --help explains the options. */
#include "arguments.h"
#include "class_table.h"
#include "console.h"
#include "files.h"
#include "image_files.h"
#include "interrupt.h"
#include "picture_data.h"
#include "picture_network.h"
#include "plots.h"
#include "results.h"

#include <digitnet/digitnet.h>
#include <digitnet/progress.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROGRAM "train_folder"

struct settings {
    const char *data, *output;
    size_t size[2], epochs, patience, batch_size, threads;
    double learning_rate, validation;
    uint64_t seed;
    int grey, flip;
};

static int read_settings(struct settings *settings, int argc, char **argv) {
    *settings = (struct settings){.output = "folder-output",
                                  .epochs = 100,
                                  .patience = 10,
                                  .batch_size = 32,
                                  .learning_rate = 0.002,
                                  .validation = 0.2,
                                  .seed = 1};
    struct option options[] = {
        {"--size", OPTION_SIZE, settings->size, "HxW",
         "rows and columns: pictures are brought to them (64x64), a CSV file's images have them (a square)", 0},
        {"--grey", OPTION_FLAG, &settings->grey, "", "in grey, also where pictures have colours", 0},
        {"--flip", OPTION_FLAG, &settings->flip, "", "left and right may be swapped: for things, not for writing", 0},
        {"--validation", OPTION_PART, &settings->validation, "PART", "of each class, not trained on (0.2)", 0},
        {"--epochs", OPTION_COUNT, &settings->epochs, "N", "epochs at most (100)", 0},
        {"--patience", OPTION_COUNT, &settings->patience, "N",
         "stop after so many epochs without a lower validation loss (10)", 0},
        {"--batch-size", OPTION_COUNT, &settings->batch_size, "N", "images in a training step (32)", 0},
        {"--learning-rate", OPTION_RATE, &settings->learning_rate, "RATE", "of Adam, at the beginning (0.002)", 0},
        {"--threads", OPTION_THREADS, &settings->threads, "N", "0: one for each processor (0)", 0},
        {"--seed", OPTION_SEED, &settings->seed, "N", "of weights, shuffles and the validation pictures (1)", 0},
        {"--output", OPTION_TEXT, &settings->output, "DIR", "where everything is left (folder-output)", 0},
    };
    const struct program program = {
        "train_folder [options] DATA",
        "Trains a convolutional network to tell classes of images apart. DATA is one of these:\n"
        "- a folder with a sub-folder for each class, which holds pictures (PNG, JPEG or PGM, of any size). They are\n"
        "  stretched to one size, in colour where any of them has colours;\n"
        "- a folder with the binary files of CIFAR-10 or CIFAR-100, of which those to train on are read;\n"
        "- a CSV file, with a row for each image: its label from 0, then its values from 0 to 255, pixel after pixel\n"
        "  and row after row, one for each pixel in grey, three in colour.\n"
        "Small changes at random, in place, size, angle and light, make more of few pictures. Leaves in the output\n"
        "folder model.onnx as it was after the best epoch, classes.txt with the names in the order of the model's\n"
        "outputs, history.csv, mistakes.csv with the validation pictures that are taken for another class (of CIFAR\n"
        "and CSV files their numbers from 1), training.png, confusion.png and predictions.png, and what the pictures\n"
        "are drawn from.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    settings->data = argv[0];
    return code;
}

/* One name a line, in the order of the labels. */
static int write_classes(const char *output, const struct picture_folder *folder) {
    for (size_t i = 0; i < folder->class_count; i++) {
        if (strchr(folder->classes[i], '\n')) {
            fprintf(stderr, PROGRAM ": the name of class %zu has a line break\n", i);
            return -1;
        }
    }
    FILE *file = open_output(output, "classes.txt");
    for (size_t i = 0; file && i < folder->class_count; i++)
        fprintf(file, "%s\n", folder->classes[i]);
    return close_output(file, output, "classes.txt");
}

/* The training images with small changes that leave pictures of most kinds what they are. */
static digitnet_status augment(digitnet_dataset **out, const struct picture_data *data, int flip) {
    return digitnet_dataset_augment(
        out, data->train,
        DIGITNET_WITH(digitnet_augment_options, .shift = 0.06, .rotate = 8, .zoom = 0.1, .shear = 5, .contrast = 0.2,
                      .brightness = 0.1, .horizontal_flip = flip ? 0.5 : 0, .background = (double)data->background));
}

enum { EARLY_STOPPING, CHECKPOINT, LOG, CALLBACKS };

/* After each epoch the folder holds the best model so far, and the figures of all epochs. */
static digitnet_status make_callbacks(digitnet_callback *callbacks[CALLBACKS], const struct settings *settings,
                                      const char *model_path, const char *log_path) {
    digitnet_status status = digitnet_callback_create_early_stopping(
        &callbacks[EARLY_STOPPING],
        DIGITNET_WITH(digitnet_early_stopping_options, .patience = settings->patience, .restore_best = 1));
    if (!status)
        status = digitnet_callback_create_checkpoint(&callbacks[CHECKPOINT], model_path,
                                                     DIGITNET_WITH(digitnet_checkpoint_options, .best_only = 1));
    return status ? status : digitnet_callback_create_csv_log(&callbacks[LOG], log_path, NULL);
}

static digitnet_status train(digitnet_model *model, const struct picture_data *data, const struct settings *settings,
                             const char *model_path, const char *log_path) {
    digitnet_callback *callbacks[CALLBACKS] = {NULL};
    digitnet_dataset *varied = NULL;
    digitnet_status status = augment(&varied, data, settings->flip);
    if (!status)
        status = make_callbacks(callbacks, settings, model_path, log_path);
    stop_by_interrupt(model);
    if (!status)
        status = digitnet_model_fit(
            model, varied,
            DIGITNET_WITH(digitnet_fit_options, .epochs = settings->epochs, .batch_size = settings->batch_size,
                          .threads = settings->threads, .validation = data->validation,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr),
                                             callbacks[EARLY_STOPPING], callbacks[CHECKPOINT], callbacks[LOG])));
    end_interrupts();
    if (!status)
        status = digitnet_model_save(model, model_path); /* where no epoch was finished, there is none yet */
    for (size_t i = 0; i < CALLBACKS; i++)
        digitnet_callback_free(callbacks[i]);
    digitnet_dataset_free(varied);
    return status;
}

/* A text of a CSV file, in which quotes are doubled, and a comma. */
static void write_text(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputs("\",", file);
}

/* A row for each validation picture that is taken for another class, the worst first. Sorts the results. */
static int write_mistakes(const char *output, const struct picture_data *data, struct result *results, size_t count) {
    FILE *file = open_output(output, "mistakes.csv");
    size_t mistakes = file ? sort_mistakes(results, count) : 0;
    if (file)
        fputs("picture,class,taken_for,loss\n", file);
    for (size_t i = 0; i < mistakes; i++) {
        write_text(file, data->validation_paths[results[i].index]);
        write_text(file, data->folder.classes[results[i].actual]);
        write_text(file, data->folder.classes[results[i].predicted]);
        fprintf(file, "%.4f\n", (double)results[i].loss);
    }
    return close_output(file, output, "mistakes.csv");
}

/* The figures and pictures of the trained model. */
static int report(digitnet_model *model, const struct picture_data *data, const struct settings *settings) {
    static const char *const names[] = {"model.onnx",   "classes.txt",   "history.csv",    "mistakes.csv",
                                        "training.png", "confusion.png", "predictions.png"};
    digitnet_model_info trained = DIGITNET_INIT(digitnet_model_info);
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    digitnet_report *figures = NULL;
    struct result *results = NULL;
    if (digitnet_model_describe(&trained, model) ||
        predict_all(&results, &figures, &model, 1, data->validation, settings->threads) ||
        digitnet_report_describe(&info, figures))
        return failed(PROGRAM, "evaluating the model");
    printf("\nThe best model is that of epoch %llu.\n", (unsigned long long)trained.epochs_done);
    if (print_class_table(stdout, figures, data->folder.classes))
        return failed(PROGRAM, "evaluating the model");
    int plotted = write_plots(&(struct plots){.folder = settings->output,
                                              .with_history = 1,
                                              .images = data->validation,
                                              .report = figures,
                                              .results = results,
                                              .count = info.count,
                                              .noun = "validation pictures",
                                              .classes = data->folder.classes,
                                              .spread = 1});
    int written = write_mistakes(settings->output, data, results, info.count);
    free(results);
    digitnet_report_free(figures);
    if (plotted || written)
        return EXIT_FAILED;
    putchar('\n');
    print_outputs(settings->output, names, sizeof names / sizeof *names);
    printf("between %.4f and %.4f with a confidence of 95%%\n", info.accuracy_low, info.accuracy_high);
    printf("validation accuracy %.4f\n", info.accuracy);
    return EXIT_DONE;
}

static int train_and_report(const struct picture_data *data, const struct settings *settings) {
    const struct picture_folder *folder = &data->folder;
    const struct picture_network network = {folder->height,      folder->width,           folder->channels,
                                            folder->class_count, settings->learning_rate, settings->seed};
    digitnet_model *model = NULL;
    char *model_path = NULL, *log_path = NULL;
    int code = EXIT_FAILED;
    if (make_picture_network(&model, &network)) {
        failed(PROGRAM, "making the model");
    } else if (make_folder(settings->output) == 0 && write_classes(settings->output, folder) == 0 &&
               (model_path = join_path(settings->output, "model.onnx")) != NULL &&
               (log_path = join_path(settings->output, "history.csv")) != NULL) {
        print_summary(model);
        if (train(model, data, settings, model_path, log_path)) {
            failed(PROGRAM, "training");
        } else if (was_interrupted()) {
            fprintf(stderr, "Stopped; the best model so far is %s\n", model_path);
            code = EXIT_STOPPED;
        } else {
            code = report(model, data, settings);
        }
    }
    free(log_path);
    free(model_path);
    digitnet_model_free(model);
    return code;
}

/* Where the output would be a class of the next training. */
static int is_between_classes(const char *output, const char *folder) {
    struct stat parent, classes;
    char *path = strdup(output);
    int between = path && stat(dirname(path), &parent) == 0 && stat(folder, &classes) == 0 &&
                  parent.st_dev == classes.st_dev && parent.st_ino == classes.st_ino;
    free(path);
    return between;
}

int main(int argc, char **argv) {
    struct settings settings;
    struct picture_data data;
    int code = read_settings(&settings, argc, argv);
    if (code >= 0)
        return code;
    if (!holds_image_files(settings.data) && is_between_classes(settings.output, settings.data)) {
        fprintf(stderr,
                PROGRAM ": the output folder %s would lie between the classes in %s: --output chooses another\n",
                settings.output, settings.data);
        return EXIT_FAILED;
    }
    const struct picture_data_options options = {settings.size[0], settings.size[1], settings.validation, settings.seed,
                                                 settings.grey};
    if (load_picture_data(&data, settings.data, &options))
        return failed(PROGRAM, "reading the pictures");
    printf("%s: %zu classes, %zu training and %zu validation pictures, %zux%zu, %s\n", settings.data,
           data.folder.class_count, digitnet_dataset_count(data.train), digitnet_dataset_count(data.validation),
           data.folder.height, data.folder.width, data.folder.channels == 1 ? "grey" : "in colour");
    code = train_and_report(&data, &settings);
    free_picture_data(&data);
    return end_output(PROGRAM, code);
}
