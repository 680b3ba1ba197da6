/* The training of models/line.onnx. */
#ifndef TRAIN_LINE_H
#define TRAIN_LINE_H

/* `argv[0]` is the program's name, and the options follow. Returns an exit code. */
int train_line(int argc, char **argv);

#endif
