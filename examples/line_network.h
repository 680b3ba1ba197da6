/* The network that reads lines: convolutions over a strip of ink, and for each of its columns the scores of the ten
 * digits and of nothing. */
#ifndef LINE_NETWORK_H
#define LINE_NETWORK_H

#include <digitnet/digitnet.h>

enum { STRIP_HEIGHT = 32, STRIP_WIDTH = 256 /* in training */ };

/* Adds the layers to a model of STRIP_HEIGHT x any width x 1; compile returns the first error. */
void add_line_layers(digitnet_model *model);

#endif
