/* A convolutional network for pictures of any size. */
#ifndef PICTURE_NETWORK_H
#define PICTURE_NETWORK_H

#include <digitnet/digitnet.h>

struct picture_network {
    size_t height, width, channels, classes;
    double learning_rate; /* of Adam; lowered where the validation's loss falls no more */
    uint64_t seed;
};

/* Blocks of convolution, batch normalization and ReLU, with pooling between them as long as the size allows it, then
 * the mean over what is left, and a softmax with a unit for each class; compiled. */
digitnet_status make_picture_network(digitnet_model **out, const struct picture_network *network);

#endif
