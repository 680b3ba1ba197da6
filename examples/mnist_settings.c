#include "mnist_settings.h"

#include "arguments.h"

int read_settings(struct settings *settings, int argc, char **argv) {
    *settings = (struct settings){.data = "data/mnist", .output = "mnist-output", .networks = 1, .seed = 1};
    const char *recipe = "seed";
    size_t epochs, batch_size, count;
    double learning_rate;
    enum { EPOCHS = 1, BATCH_SIZE, LEARNING_RATE };
    struct option options[] = {
        {"--recipe", OPTION_CHOICE, &recipe, "seed|small|best", "network and training (seed)", 0},
        {"--epochs", OPTION_COUNT, &epochs, "N",
         "epochs in total, those before --resume included (the recipe's: 5, 40, 15)", 0},
        {"--batch-size", OPTION_COUNT, &batch_size, "N", "images in a training step (the recipe's: 32, 64, 64)", 0},
        {"--learning-rate", OPTION_RATE, &learning_rate, "RATE",
         "the highest (the recipe's, or that of the resumed model)", 0},
        {"--ensemble", OPTION_COUNT, &settings->networks, "N",
         "so many networks, of following seeds, whose probabilities are averaged (1)", 0},
        {"--hold-out", OPTION_FLAG, &settings->hold_out, "",
         "validate on the last sixth of the training images, not trained on, in the place of the test images", 0},
        {"--data", OPTION_TEXT, &settings->data, "DIR", "MNIST's four files, raw or .gz (data/mnist)", 0},
        {"--threads", OPTION_THREADS, &settings->threads, "N", "0: one for each processor (0)", 0},
        {"--seed", OPTION_SEED, &settings->seed, "N", "of a new model's weights, shuffles and augmentation (1)", 0},
        {"--output", OPTION_TEXT, &settings->output, "DIR", "where everything is left (mnist-output)", 0},
        {"--resume", OPTION_TEXT, &settings->resume, "MODEL",
         "go on from a saved model; of an ensemble from its output folder", 0},
        {"--show-augmentation", OPTION_FLAG, &settings->show_augmentation, "",
         "train nothing: draw augmentation.png, digits and what augmentation does to them", 0},
    };
    struct program program = {
        "mnist_train [options]",
        "Trains a convolutional network on MNIST. Leaves in the output folder the model mnist.onnx, history.csv,\n"
        "training.png, predictions.png, confusion.png, and what the pictures are drawn from. An ensemble has these\n"
        "for each network in folders 1, 2 and so on, and pictures of all together.",
        options,
        sizeof options / sizeof *options,
        0,
        0};
    int code = read_arguments(argv, &count, argc, argv, &program);
    if (code >= 0)
        return code;
    settings->recipe = *find_recipe(recipe);
    if (options[EPOCHS].given)
        settings->recipe.epochs = epochs;
    if (options[BATCH_SIZE].given)
        settings->recipe.batch_size = batch_size;
    settings->learning_rate_given = options[LEARNING_RATE].given;
    if (settings->learning_rate_given)
        settings->recipe.learning_rate = learning_rate;
    return code;
}
