#include "mnist_network.h"

#include "arguments.h"
#include "console.h"
#include "files.h"
#include "history_file.h"
#include "interrupt.h"
#include "plots.h"
#include "ranks.h"
#include "results.h"

#include <digitnet/progress.h>
#include <stdio.h>
#include <stdlib.h>

/* What is written after each epoch. */
struct checkpoint {
    struct history_file history;
    char *model_path;
};

/* The saved model; one of another program is not compiled yet. */
static digitnet_status resume_model(digitnet_model **model, const char *path, const struct settings *settings,
                                    size_t samples, uint64_t seed) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_status status = digitnet_model_load(model, path);
    if (!status)
        status = digitnet_model_describe(&info, *model);
    if (!status && !info.compiled)
        return compile_recipe_model(*model, &settings->recipe, samples, seed);
    if (!status && settings->learning_rate_given)
        status = digitnet_model_set_learning_rate(*model, settings->recipe.learning_rate);
    return status;
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

static int fit_and_save(digitnet_model *model, const struct settings *settings, const struct mnist *data,
                        struct checkpoint *checkpoint) {
    digitnet_dataset *train = NULL;
    digitnet_fit_options options = {.struct_size = sizeof options,
                                    .until_epoch = settings->recipe.epochs,
                                    .batch_size = settings->recipe.batch_size,
                                    .threads = settings->threads,
                                    .validation = data->validation,
                                    .sharded = data->sharded,
                                    .communicator = communicator_of_ranks()};
    const digitnet_callback *const callbacks[] = {
        DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr),
        DIGITNET_CALLBACK(.call = save_epoch, .user_data = checkpoint)};
    if (is_first_rank()) {
        options.callbacks = callbacks;
        options.callback_count = sizeof callbacks / sizeof *callbacks;
    }
    if (augment_for_recipe(&train, &settings->recipe, data->train))
        return failed(PROGRAM, "augmenting the data");
    stop_by_interrupt(model);
    digitnet_status status = digitnet_model_fit(model, train, &options);
    end_interrupts();
    digitnet_dataset_free(train);
    if (status)
        return failed(PROGRAM, "training");
    if (!is_first_rank())
        return EXIT_DONE;
    if (digitnet_model_save(model, checkpoint->model_path))
        return failed(PROGRAM, "saving the model");
    if (history_file_write(&checkpoint->history))
        return EXIT_FAILED;
    return EXIT_DONE;
}

int report_networks(digitnet_model *const *models, size_t count, const struct settings *settings,
                    const struct mnist *data, const char *folder, int with_history) {
    static const char *const names[] = {MODEL_NAME, "history.csv", "training.png", "predictions.png", "confusion.png"};
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    digitnet_report *figures = NULL;
    struct result *results = NULL;
    char noun[32];
    if (!is_first_rank())
        return EXIT_DONE;
    if (predict_all(&results, &figures, models, count, data->validation, settings->threads) ||
        digitnet_report_describe(&info, figures))
        return failed(PROGRAM, "evaluating the model");
    snprintf(noun, sizeof noun, "%s digits", data->validation_name);
    int plotted = write_plots(&(struct plots){.folder = folder,
                                              .with_history = with_history,
                                              .images = data->validation,
                                              .report = figures,
                                              .results = results,
                                              .count = info.count,
                                              .noun = noun});
    free(results);
    digitnet_report_free(figures);
    if (plotted)
        return EXIT_FAILED;
    print_outputs(folder, names, sizeof names / sizeof *names);
    printf("%s accuracy %.4f\n", data->validation_name, info.accuracy);
    fflush(stdout);
    return EXIT_DONE;
}

/* By Ctrl-C, here or on another rank. All ranks ask and hear the same: one may have caught it after its last step. */
static int is_stopped(const digitnet_model *model, const struct settings *settings) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    int stopped = was_interrupted() ||
                  (digitnet_model_describe(&info, model) == DIGITNET_OK && info.epochs_done < settings->recipe.epochs);
    return sum_over_ranks((size_t)stopped) > 0;
}

/* What the first rank writes to. */
static int begin_outputs(struct checkpoint *checkpoint, const char *folder, size_t epochs_done) {
    if (!is_first_rank())
        return 0;
    if (make_folder(folder) || history_file_begin(&checkpoint->history, folder, epochs_done))
        return -1;
    checkpoint->model_path = join_path(folder, MODEL_NAME);
    return checkpoint->model_path ? 0 : -1;
}

/* The model is made: what is left is to train it. */
static int train_model(digitnet_model *model, const struct settings *settings, const struct mnist *data,
                       const char *folder, const char *resume) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    struct checkpoint checkpoint = {.model_path = NULL};
    int code = EXIT_FAILED;
    if (digitnet_model_describe(&info, model))
        return failed(PROGRAM, "reading the model");
    if (!is_suitable(&info))
        return EXIT_FAILED;
    print_summary(model);
    if (info.epochs_done >= settings->recipe.epochs)
        fprintf(stderr, "Nothing is left to train: %s has done %llu epochs, and --epochs is %zu.\n", resume,
                (unsigned long long)info.epochs_done, settings->recipe.epochs);
    if (begin_outputs(&checkpoint, folder, (size_t)info.epochs_done) == 0)
        code = fit_and_save(model, settings, data, &checkpoint);
    if (code == EXIT_DONE && is_stopped(model, settings)) {
        if (is_first_rank())
            fprintf(stderr, "Stopped. To go on: mnist_train --resume %s and the same options\n",
                    settings->networks > 1 ? settings->output : checkpoint.model_path);
        code = EXIT_STOPPED;
    } else if (code == EXIT_DONE) {
        code = report_networks(&model, 1, settings, data, folder, history_file_has_rows(&checkpoint.history));
    }
    history_file_free(&checkpoint.history);
    free(checkpoint.model_path);
    return code;
}

int train_network(digitnet_model **out, const struct settings *settings, const struct mnist *data, uint64_t seed,
                  const char *folder, const char *resume) {
    *out = NULL;
    if (resume ? resume_model(out, resume, settings, data->train_count, seed)
               : create_recipe_model(out, &settings->recipe, data->train_count, seed))
        return failed(PROGRAM, resume ? "resuming the model" : "making the model");
    return train_model(*out, settings, data, folder, resume);
}
