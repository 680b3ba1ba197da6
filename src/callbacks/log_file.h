/* A callback that writes rows to a file as a fit goes on. */
#ifndef DNN_CALLBACKS_LOG_FILE_H
#define DNN_CALLBACKS_LOG_FILE_H

#include "callbacks/callback.h"

#include <stdbool.h>

typedef struct digitnet__log {
    digitnet__ready_callback head;
    digitnet_log_options options;
    char *path;
    bool open;
    int file;
} digitnet__log;

/* The kind's struct is a digitnet__log, and its release digitnet__log_release(). */
digitnet_status digitnet__log_create(digitnet_callback **out, const digitnet__callback_kind *kind, const char *path,
                                     const digitnet_log_options *options, const char *caller);
void digitnet__log_release(digitnet__ready_callback *head);

/* The call of such a kind: opens the file when a fit begins, with the columns as its first line where it is empty, and
 * closes it at its end; `write` writes the row of an epoch or, where that was asked for, of a batch. */
int digitnet__log_call(digitnet__log *log, const digitnet_event *event, const char *epoch_columns,
                       const char *batch_columns, digitnet_status (*write)(digitnet__log *, const digitnet_event *));
/* Writes the row as a line. */
digitnet_status digitnet__log_write(digitnet__log *log, const char *row);

#endif
