#include "train_digit.h"

#include "arguments.h"
#include "console.h"
#include "conv_block.h"
#include "digit_material.h"
#include "files.h"
#include "interrupt.h"

#include <digitnet/progress.h>
#include <math.h>
#include <stdio.h>

#define PROGRAM "train_reader digit"

enum { SIDE = DIGITNET_FRAME_SIZE, BATCH_SIZE = 64 };
#define OUTPUT "output"
/* Where a digit is asked for, it is so many times likelier than in what the network learns from. Chosen on what
 * --hold-out holds out: digits in unusual hands are less often taken for none, while twice as many non-digits as before
 * become the digit that they are most like; higher odds gain little for the former. */
#define DIGIT_ODDS 4.0f

struct settings {
    struct material_options material;
    const char *model;
    size_t epochs;
};

/* ---- The recipe ---- */

static void add_layers(digitnet_model *model) {
    static const size_t filters[] = {16, 32, 64, 96, 160};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        add_conv_block(model, filters[i], DIGITNET_INITIALIZER_HE_NORMAL, 0);
        if (i == 0 || i == 2)
            digitnet_model_add_max_pool2d(model, 2);
    }
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense_ex(model, DIGIT_CLASSES, DIGITNET_ACTIVATION_SOFTMAX,
                                DIGITNET_WITH(digitnet_dense_options, .name = OUTPUT));
}

/* What is drawn varies already: the rest is what makes each epoch new. */
static const digitnet_augment_options variation = {.struct_size = sizeof variation,
                                                   .shift = 0.05,
                                                   .rotate = 6,
                                                   .zoom = 0.06,
                                                   .shear = 6,
                                                   .elastic = 0.5,
                                                   .thickness = 0.5};

static digitnet_status build(digitnet_model **model, const struct settings *settings, size_t samples) {
    digitnet_status status = digitnet_model_create(model, SIDE, SIDE, 1);
    if (status)
        return status;
    add_layers(*model); /* compile returns the first error */
    const digitnet_schedule *cycle =
        DIGITNET_WITH(digitnet_schedule, .kind = DIGITNET_SCHEDULE_ONE_CYCLE, .learning_rate = 0.004,
                      .decay_steps = settings->epochs * ((samples + BATCH_SIZE - 1) / BATCH_SIZE));
    return digitnet_model_compile_ex(*model, DIGITNET_OPTIMIZER_ADAMW, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY,
                                     DIGITNET_WITH(digitnet_compile_options, .seed = settings->material.seed,
                                                   .weight_decay = 0.02, .schedule = cycle));
}

/* Has the network expect fewer non-digits. */
static digitnet_status raise_odds(digitnet_model *model) {
    float bias[DIGIT_CLASSES];
    digitnet_status status = digitnet_model_get_weights(bias, DIGIT_CLASSES, model, OUTPUT "/bias");
    if (status)
        return status;
    bias[NO_DIGIT] -= logf(DIGIT_ODDS);
    return digitnet_model_set_weights(model, OUTPUT "/bias", bias, DIGIT_CLASSES);
}

/* ---- The program ---- */

static int print_accuracy(const digitnet_model *model, const struct material *material) {
    for (size_t i = 0; i < material->held_out_count; i++) {
        const struct held_out *held_out = &material->held_out[i];
        digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
        if (digitnet_model_evaluate(&result, model, held_out->images, NULL))
            return failed(PROGRAM, "measuring");
        printf("%-18s accuracy %.4f, of %zu\n", held_out->name, result.accuracy,
               digitnet_dataset_count(held_out->images));
    }
    return EXIT_DONE;
}

static int train(digitnet_model *model, const struct material *material, const struct settings *settings) {
    digitnet_dataset *varied = NULL;
    if (digitnet_dataset_augment(&varied, material->train, &variation))
        return failed(PROGRAM, "augmenting the data");
    stop_by_interrupt(model);
    digitnet_status status = digitnet_model_fit(
        model, varied,
        DIGITNET_WITH(digitnet_fit_options, .epochs = settings->epochs, .batch_size = BATCH_SIZE,
                      .threads = settings->material.threads,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr))));
    end_interrupts();
    digitnet_dataset_free(varied);
    if (!status)
        status = raise_odds(model);
    if (status)
        return failed(PROGRAM, "training");
    if (digitnet_model_save_ex(model, settings->model, DIGITNET_WITH(digitnet_model_save_options, .weights_only = 1)))
        return failed(PROGRAM, "saving the model");
    if (was_interrupted()) {
        fprintf(stderr, "Stopped; what it has learnt so far is in %s\n", settings->model);
        return EXIT_STOPPED;
    }
    return print_accuracy(model, material);
}

static int run(const struct settings *settings) {
    struct material material;
    digitnet_model *model = NULL;
    if (check_path(settings->model) || make_material(&material, &settings->material))
        return EXIT_FAILED;
    size_t samples = digitnet_dataset_count(material.train);
    printf("%zu samples\n", samples);
    int code = build(&model, settings, samples) ? failed(PROGRAM, "making the model") : EXIT_DONE;
    if (code == EXIT_DONE) {
        print_summary(model);
        code = train(model, &material, settings);
    }
    digitnet_model_free(model);
    free_material(&material);
    return code;
}

int train_digit(int argc, char **argv) {
    struct settings settings = {
        {.mnist = "data", .fonts = "/usr/share/fonts", .seed = 1, .threads = 2, .size = 1}, "digit.onnx", 14};
    struct option options[] = {
        {"--mnist", OPTION_TEXT, &settings.material.mnist, "DIR", "MNIST's files (data)", 0},
        {"--data", OPTION_TEXT, &settings.material.data, "DIR",
         "digits/semeion..., digits/optdigits-orig... and grids/, whose odd-numbered digits and tables are used (none)",
         0},
        {"--pictures", OPTION_TEXT, &settings.material.own, "DIR",
         "more to learn from: DIR/0/ to DIR/9/ with pictures of one digit each, and others with what is none (none)",
         0},
        {"--fonts", OPTION_TEXT, &settings.material.fonts, "DIR", "Debian's fonts (/usr/share/fonts)", 0},
        {"--epochs", OPTION_COUNT, &settings.epochs, "N", "epochs (14)", 0},
        {"--size", OPTION_RATE, &settings.material.size, "X", "so many times as many drawn samples (1)", 0},
        {"--hold-out", OPTION_FLAG, &settings.material.hold_out, "",
         "leave out a part of the material, and measure on it", 0},
        {"--seed", OPTION_SEED, &settings.material.seed, "N", "of all that is random (1)", 0},
        {"--threads", OPTION_THREADS, &settings.material.threads, "N", "threads (2)", 0},
        {"--model", OPTION_TEXT, &settings.model, "PATH", "where the model is saved (digit.onnx)", 0},
    };
    const struct program program = {
        "train_reader digit [options]",
        "Trains the network that reads single digits, and knows what is none: on MNIST, on printed digits and letters, "
        "on\nwhat it draws itself, and on other people's digits where a folder of them is given.",
        options,
        sizeof options / sizeof *options,
        0,
        0};
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    return code >= 0 ? code : end_output(PROGRAM, run(&settings));
}
