/* The part of the training samples that a fit validates on. */
#ifndef DNN_TRAINING_VALIDATION_SPLIT_H
#define DNN_TRAINING_VALIDATION_SPLIT_H

#include "digitnet/training.h"

typedef struct digitnet__warning {
    char text[256]; /* "": there is none */
} digitnet__warning;

/* Cuts the validation set off, and looks for classes that only one of the parts has, where labels are in memory. */
digitnet_status digitnet__split_validation(digitnet_dataset **train, digitnet_dataset **validation,
                                           digitnet__warning *warning, const digitnet_dataset *dataset,
                                           const digitnet_fit_options *options);

#endif
