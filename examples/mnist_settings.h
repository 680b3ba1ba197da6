/* What mnist_train's command line asks for. */
#ifndef MNIST_SETTINGS_H
#define MNIST_SETTINGS_H

#include "recipes.h"

#define PROGRAM "mnist_train"

struct settings {
    struct recipe recipe; /* with what the command line says otherwise */
    const char *data, *output, *resume;
    size_t threads;
    size_t networks; /* more than one: an ensemble */
    uint64_t seed;
    int hold_out; /* validates on a part of the training images, in the place of the test images */
    int learning_rate_given, show_augmentation;
};

/* As read_arguments(): -1 to go on, or the code to exit with. */
int read_settings(struct settings *settings, int argc, char **argv);

#endif
