/* What training makes small: one row for each loss. */
#ifndef DNN_TRAINING_LOSS_H
#define DNN_TRAINING_LOSS_H

#include "digitnet/training.h"
#include "engine/graph.h"
#include "model/custom_loss.h"
#include "model/training.h"

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
    const float *outputs;        /* rows x columns: before the activation that the loss takes over, where it does */
    const int32_t *labels;       /* rows x max_labels */
    const int32_t *label_counts; /* one a row, of a loss of sequences; NULL for the others, which have one label */
    const float *targets;        /* rows x columns; NULL where the loss is given labels */
    const float *weights;        /* one a row */
    size_t rows, columns, max_labels;
    size_t steps;  /* of a sequence, each with columns / steps outputs */
    void *scratch; /* of a loss of sequences, this worker's own */
} digitnet__loss_rows;

/* What a label is to a loss. */
typedef enum digitnet__loss_labels {
    DNN_LABELS_NONE,     /* nothing: it takes targets alone */
    DNN_LABELS_BINARY,   /* 0 or 1, the target of the only output; several outputs take targets alone */
    DNN_LABELS_CLASSES,  /* the place of the output that should be 1 among those that should be 0 */
    DNN_LABELS_SEQUENCE, /* a sequence of any length, of classes that are the outputs of a column but for the last */
    DNN_LABELS_OWN       /* what the program makes of it */
} digitnet__loss_labels;

/* The settings that a loss has; the others must be the defaults. */
enum {
    DNN_LOSS_LOGITS = 1,
    DNN_LOSS_SMOOTHING = 2,
    DNN_LOSS_FOCAL = 4,     /* alpha and gamma */
    DNN_LOSS_BALANCING = 8, /* alpha counts with class_balancing alone */
    DNN_LOSS_DELTA = 16
};

typedef struct digitnet__loss_kind {
    digitnet_loss id;
    const char *name; /* as in Keras, and in files */
    digitnet__loss_labels labels;
    bool takes_targets;
    digitnet_activation takes_over; /* an activation at the network's end that it computes along; LINEAR: none */
    unsigned settings;              /* DNN_LOSS_... */
    /* ESHAPE for a network that it cannot train. */
    digitnet_status (*check)(const digitnet__graph *graph, const digitnet__loss_settings *settings);
    /* The losses, times the rows' weights, and, unless NULL, the gradient by the outputs, times `scale`. A value that
     * is not finite gives a loss that is not finite. NULL: it is the program's own. */
    void (*run)(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                const digitnet__loss_settings *settings, float scale);
} digitnet__loss_kind;

/* A loss with its settings. */
typedef struct digitnet__loss {
    const digitnet__loss_kind *kind;
    digitnet__loss_settings settings;
    const digitnet__custom_loss *custom; /* of DIGITNET_LOSS_CUSTOM; NULL for the others */
} digitnet__loss;

/* That of a compiled model. ESTATE where it is the program's own, which is not set. */
digitnet_status digitnet__loss_of_model(digitnet__loss *loss, const digitnet_model *model);

/* NULL for what is no loss. */
const digitnet__loss_kind *digitnet__loss_find(digitnet_loss id);
/* All of them; NULL past the last. */
const digitnet__loss_kind *digitnet__loss_at(size_t index);
/* The one that evaluates a model which has not been compiled, by its last activation; NULL where there is none. */
const digitnet__loss_kind *digitnet__loss_of_graph(const digitnet__graph *graph);
/* The activation at the network's end that this loss takes over; LINEAR where it leaves it to the network. */
digitnet_activation digitnet__loss_fused_activation(const digitnet__loss_kind *loss, const digitnet__graph *graph);

/* Keras's defaults. */
digitnet__loss_settings digitnet__loss_defaults(digitnet_loss kind);
/* From the user's options, checked. */
digitnet_status digitnet__loss_settings_read(digitnet__loss_settings *settings, digitnet_loss kind,
                                             const digitnet_loss_options *options);
/* EINVAL for what is no loss, a setting out of its range, or one that the loss does not have. */
digitnet_status digitnet__loss_settings_check(const digitnet__loss_settings *settings);

#endif
