/* A loss of the program's own, which a model and its clones share. */
#ifndef DNN_MODEL_CUSTOM_LOSS_H
#define DNN_MODEL_CUSTOM_LOSS_H

#include "digitnet/training.h"

#include <stdatomic.h>

typedef struct digitnet__custom_loss {
    atomic_size_t references;
    digitnet_loss_fn call;
    void *user_data;
    digitnet_release_fn release; /* NULL: user_data is borrowed */
} digitnet__custom_loss;

/* Another reference; NULL gives NULL. */
digitnet__custom_loss *digitnet__custom_loss_share(digitnet__custom_loss *loss);
/* Drops a reference; NULL is fine. */
void digitnet__custom_loss_release(digitnet__custom_loss *loss);

#endif
