#include "train_line.h"

#include "arguments.h"
#include "console.h"
#include "files.h"
#include "interrupt.h"
#include "line_material.h"
#include "line_network.h"
#include "line_samples.h"
#include "line_sheet.h"

#include <digitnet/progress.h>
#include <stdio.h>

#define PROGRAM "train_reader line"

enum { BATCH_SIZE = 32, EPOCH_LINES = 10000, HELD_OUT_LINES = 1000, HELD_OUT_SEED = 1 };

struct settings {
    struct line_options digits;
    const char *model, *sheet;
    size_t epochs, threads;
    uint64_t seed;
};

static digitnet_status build(digitnet_model **model, const struct settings *settings) {
    digitnet_status status = digitnet_model_create(model, STRIP_HEIGHT, STRIP_WIDTH, 1);
    if (status)
        return status;
    add_line_layers(*model); /* compile returns the first error */
    const digitnet_schedule *schedule =
        DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_ONE_CYCLE, .learning_rate = 0.004,
                      .decay_steps = settings->epochs * ((EPOCH_LINES + BATCH_SIZE - 1) / BATCH_SIZE));
    return digitnet_model_compile_ex(*model, DIGITNET_OPTIMIZER_ADAMW, DIGITNET_LOSS_CTC,
                                     DIGITNET_WITH(digitnet_compile_options, .seed = settings->seed,
                                                   .weight_decay = 0.01, .schedule = schedule, .global_clipnorm = 5));
}

static digitnet_status fit(digitnet_model *model, const digitnet_dataset *train, const digitnet_dataset *held_out,
                           const struct settings *settings) {
    return digitnet_model_fit(
        model, train,
        DIGITNET_WITH(digitnet_fit_options, .epochs = settings->epochs, .batch_size = BATCH_SIZE,
                      .threads = settings->threads, .validation = held_out,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr))));
}

static int train(digitnet_model *model, const struct line_digits *digits, const struct settings *settings) {
    digitnet_dataset *train = NULL, *held_out = NULL;
    digitnet_status status =
        create_line_samples(&train, &digits->train, EPOCH_LINES, settings->seed, settings->threads);
    if (!status)
        status = create_line_samples(&held_out, &digits->held_out, HELD_OUT_LINES, HELD_OUT_SEED, settings->threads);
    stop_by_interrupt(model);
    if (!status)
        status = fit(model, train, held_out, settings);
    end_interrupts();
    digitnet_dataset_free(held_out);
    digitnet_dataset_free(train);
    if (status)
        return failed(PROGRAM, "training");
    if (digitnet_model_save_ex(model, settings->model, DIGITNET_WITH(digitnet_model_save_options, .weights_only = 1)))
        return failed(PROGRAM, "saving the model");
    if (was_interrupted()) {
        fprintf(stderr, "Stopped; what it has learnt so far is in %s\n", settings->model);
        return EXIT_STOPPED;
    }
    return EXIT_DONE;
}

static int run(const struct settings *settings) {
    struct line_digits digits;
    digitnet_model *model = NULL;
    int code = EXIT_DONE;
    if ((!settings->sheet && check_path(settings->model)) || load_line_digits(&digits, &settings->digits))
        return EXIT_FAILED;
    if (settings->sheet) {
        code = write_line_sheet(settings->sheet, &digits.train, settings->seed) ? EXIT_FAILED : EXIT_DONE;
    } else if (build(&model, settings)) {
        code = failed(PROGRAM, "making the model");
    } else {
        code = train(model, &digits, settings);
    }
    digitnet_model_free(model);
    free_line_digits(&digits);
    return code;
}

int train_line(int argc, char **argv) {
    struct settings settings = {.digits = {.mnist = "data", .fonts = "/usr/share/fonts"},
                                .model = "line.onnx",
                                .epochs = 48,
                                .threads = 2,
                                .seed = 1};
    struct option options[] = {
        {"--mnist", OPTION_TEXT, &settings.digits.mnist, "DIR", "MNIST's files (data)", 0},
        {"--data", OPTION_TEXT, &settings.digits.data, "DIR",
         "digits/semeion..., digits/optdigits-orig... and grids/, whose odd-numbered digits and tables are used (none)",
         0},
        {"--pictures", OPTION_TEXT, &settings.digits.own, "DIR",
         "more digits to draw lines with: DIR/0/ to DIR/9/ with pictures of one each (none)", 0},
        {"--fonts", OPTION_TEXT, &settings.digits.fonts, "DIR", "Debian's fonts (/usr/share/fonts)", 0},
        {"--epochs", OPTION_COUNT, &settings.epochs, "N", "epochs of 10,000 strips of lines (48)", 0},
        {"--seed", OPTION_SEED, &settings.seed, "N", "of all that is random (1)", 0},
        {"--threads", OPTION_THREADS, &settings.threads, "N", "threads (2)", 0},
        {"--model", OPTION_TEXT, &settings.model, "PATH", "where the model is saved (line.onnx)", 0},
        {"--sheet", OPTION_TEXT, &settings.sheet, "PATH",
         "no training: a picture of drawn lines, each with what the network sees of it, as PNG", 0},
    };
    const struct program program = {"train_reader line [options]",
                                    "Trains the network that reads lines of digits, on lines that it draws from "
                                    "MNIST's training digits, from fonts, "
                                    "and\nfrom other people's digits where a folder of them is given.",
                                    options,
                                    sizeof options / sizeof *options,
                                    0,
                                    0};
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    return code >= 0 ? code : end_output(PROGRAM, run(&settings));
}
