/* Trains the models of the reader anew; `train_reader --help` explains the options of both. */
#include "arguments.h"
#include "train_digit.h"
#include "train_line.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "digit") == 0)
        return train_digit(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "line") == 0)
        return train_line(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        int code = train_digit(argc, argv);
        printf("\n");
        return code ? code : train_line(argc, argv);
    }
    fprintf(stderr, "usage: train_reader digit|line [options]\ntrain_reader --help explains the options\n");
    return EXIT_USAGE;
}
