/* The training of one of mnist_train's networks. */
#ifndef MNIST_NETWORK_H
#define MNIST_NETWORK_H

#include "mnist_settings.h"

#define MODEL_NAME "mnist.onnx"

/* The data, and what the validation's images are called. */
struct mnist {
    digitnet_dataset *train, *validation;
    size_t train_count;          /* of all ranks */
    int sharded;                 /* each rank has a part of the training images */
    const char *validation_name; /* "test" */
};

/* Makes the network of a seed, or goes on from the file `resume` where that is not NULL, trains it until the epochs are
 * done or Ctrl-C comes, and leaves in the folder the model, its history and, unless it was stopped, the pictures.
 * Returns an exit code; `*out` is the caller's to free, and NULL where there is none. */
int train_network(digitnet_model **out, const struct settings *settings, const struct mnist *data, uint64_t seed,
                  const char *folder, const char *resume);

/* Figures and pictures of what models say together about the validation's images. Returns an exit code. */
int report_networks(digitnet_model *const *models, size_t count, const struct settings *settings,
                    const struct mnist *data, const char *folder, int with_history);

#endif
