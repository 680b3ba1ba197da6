/* The networks and the digits that whole steps and predictions are measured on. */
#ifndef DNN_BENCH_NETWORK_H
#define DNN_BENCH_NETWORK_H

#include "digitnet/digitnet.h"

typedef struct bench_shape {
    size_t height, width, channels;
} bench_shape;

/* Reads "28x28x1"; ends the program with a message where `text` is no shape. */
bench_shape bench_read_shape(const char *text);

/* MNIST's network of two convolutions and two dense layers for images of this shape. `width` multiplies filters and
 * units, and `depth` convolutions follow one another before each pool: 1 and 1 for the network itself. */
digitnet_model *bench_network_build(bench_shape shape, size_t width, size_t depth);
/* A network by its name: "seed" is MNIST's; "best" has six convolutions with batch normalization, "resnet20" is He et
 * al.'s (2016) for 32 x 32 x 3, and "mobile" has depthwise separable convolutions. Ends the program with a message
 * where there is none. */
digitnet_model *bench_network_named(const char *name);
/* The shape of its images. */
bench_shape bench_network_shape(const digitnet_model *model);
/* With Adam. */
void bench_network_compile(digitnet_model *model);

/* Floating point operations for an image, counted as if all were computed: a multiplication and an addition for each
 * weight and place, and in training twice more for the gradients, but none for the input's. 5.26 and 15.4 million for
 * MNIST's network. */
double bench_forward_flop(const digitnet_model *model);
double bench_training_flop(const digitnet_model *model);

/* `count` training digits, the ones in `folder` over and over, scaled to `shape`. A NULL folder is the small set that
 * the tests have. */
digitnet_dataset *bench_digits(const char *folder, size_t count, bench_shape shape);

#endif
