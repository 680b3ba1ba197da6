/* The rule that lowers the learning rate where a figure no longer becomes better. */
#ifndef DNN_OPTIMIZER_PLATEAU_H
#define DNN_OPTIMIZER_PLATEAU_H

#include "digitnet/training.h"

/* What it remembers from one epoch to the next. */
typedef struct digitnet__plateau {
    double best; /* NaN: none so far */
    uint64_t wait, cooldown;
} digitnet__plateau;

digitnet__plateau digitnet__plateau_begin(void);
/* "val_loss"; NULL for what cannot be monitored. */
const char *digitnet__plateau_monitor(digitnet_metric metric);
digitnet_status digitnet__plateau_read(digitnet_reduce_on_plateau *own, const digitnet_reduce_on_plateau *options);
digitnet_status digitnet__plateau_check(const digitnet_reduce_on_plateau *options);
/* The learning rate after an epoch with this figure. */
double digitnet__plateau_rate(digitnet__plateau *plateau, const digitnet_reduce_on_plateau *options,
                              double learning_rate, double figure);

#endif
