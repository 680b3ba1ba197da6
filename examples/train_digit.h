/* The training of models/digit.onnx. */
#ifndef TRAIN_DIGIT_H
#define TRAIN_DIGIT_H

/* `argv[0]` is the program's name, and the options follow. Returns an exit code. */
int train_digit(int argc, char **argv);

#endif
