/* What training makes small: one row for each loss. */
#ifndef DNN_TRAINING_LOSS_H
#define DNN_TRAINING_LOSS_H

#include "digitnet/training.h"
#include "engine/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The loss of one image, and whether its prediction is right. */
typedef struct digitnet__score {
    double loss;
    bool correct;
} digitnet__score;

/* Rows of outputs with what they should be. */
typedef struct digitnet__loss_rows {
    const float *outputs; /* rows x columns: before the activation that the loss takes over, where it does */
    const int32_t *labels;
    const float *targets; /* rows x columns; NULL for a loss that takes labels */
    const float *weights; /* one a row */
    size_t rows, columns;
} digitnet__loss_rows;

typedef struct digitnet__loss_kind {
    digitnet_loss id;
    const char *name;                 /* as in Keras, and in files */
    bool takes_labels, takes_targets; /* either of the two, or both */
    digitnet_activation takes_over;   /* an activation at the network's end that it computes along; LINEAR: none */
    /* ESHAPE for a network that it cannot train. */
    digitnet_status (*check)(const digitnet__graph *graph);
    /* The losses, times the rows' weights, and, unless NULL, the gradient by the outputs, times `scale`. A value that
     * is not finite gives a loss that is not finite. */
    void (*run)(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows, float scale);
} digitnet__loss_kind;

/* NULL for what is no loss. */
const digitnet__loss_kind *digitnet__loss_find(digitnet_loss id);
/* All of them; NULL past the last. */
const digitnet__loss_kind *digitnet__loss_at(size_t index);
/* The one that evaluates a model which has not been compiled, by its last activation; NULL where there is none. */
const digitnet__loss_kind *digitnet__loss_of_graph(const digitnet__graph *graph);
/* The activation at the network's end that this loss takes over; LINEAR where it leaves it to the network. */
digitnet_activation digitnet__loss_fused_activation(const digitnet__loss_kind *loss, const digitnet__graph *graph);

#endif
