/* The model handle. */
#ifndef DNN_MODEL_MODEL_H
#define DNN_MODEL_MODEL_H

#include "digitnet/model.h"
#include "engine/network.h"
#include "model/custom_loss.h"
#include "model/training.h"

#include <stdatomic.h>
#include <stdbool.h>

/* More than there are. */
enum { DNN_LAYER_KINDS_MAX = 64 };

typedef struct digitnet__limits {
    size_t parameters, activation_bytes, multiply_adds;
} digitnet__limits;

/* What a call keeps for the next one; memory is NULL where there is none. */
typedef struct digitnet__kept {
    void *memory;
    void (*release)(void *memory);
} digitnet__kept;

struct digitnet_model {
    digitnet__network network;
    digitnet__limits limits;
    digitnet_status error; /* of the first builder that failed */
    char error_message[256];
    digitnet__training *training;            /* NULL before compile */
    digitnet__custom_loss *custom_loss;      /* NULL: none is set */
    digitnet__kept kept;                     /* by digitnet_model_train_batch() */
    size_t next_suffix[DNN_LAYER_KINDS_MAX]; /* of each kind's default names: all below it are taken */
    atomic_int users;                        /* readers at work, or -1 for a writer */
    _Atomic(const void *) callback_thread;
    atomic_int stop_requested;
};

/* The guard that keeps readers and writers apart: ESTATE at once where they would meet. Readers are let in too on the
 * thread that runs a fit's callback. */
digitnet_status digitnet__model_begin_read(const digitnet_model *model);
void digitnet__model_end_read(const digitnet_model *model);
digitnet_status digitnet__model_begin_write(digitnet_model *model);
void digitnet__model_end_write(digitnet_model *model);
void digitnet__model_begin_callback(digitnet_model *model);
void digitnet__model_end_callback(digitnet_model *model);
bool digitnet__model_in_callback(const digitnet_model *model);

/* Refuses an unfinished model, one whose builder failed. */
digitnet_status digitnet__model_check(const digitnet_model *model);
/* ESTATE where there are no weights yet. */
digitnet_status digitnet__model_check_weights(const digitnet_model *model);

/* Releases what is kept, since it holds for the plans and the layers that train no more. */
void digitnet__model_drop_kept(digitnet_model *model);
/* Gives a model a training, which it owns from then on, in the place of the one that it has. */
void digitnet__model_set_training(digitnet_model *model, digitnet__training *training);

/* Whether a layer may be called this. */
bool digitnet__is_layer_name(const char *name);
/* Adds a layer whose kind and attributes are set, and which takes these values of the graph. With exclusive access. */
digitnet_status digitnet__model_append(digitnet_model *model, digitnet__layer *layer, const char *name,
                                       const size_t *values, size_t value_count);

#endif
