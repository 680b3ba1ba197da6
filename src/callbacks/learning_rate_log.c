/* The learning rate of each epoch or batch as a table. */
#include "callbacks/log_file.h"

#include <stdio.h>

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    digitnet__log *log = (digitnet__log *)head;
    bool batches = log->options.every_batch;
    char row[64];
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        return digitnet__log_begin(log, batches ? "epoch,batch,learning_rate\n" : "epoch,learning_rate\n");
    if (event->kind == DIGITNET_EVENT_FIT_END)
        digitnet__log_end(log);
    if (!digitnet__log_has_row(log, event))
        return DIGITNET_CALLBACK_CONTINUE;
    int length = snprintf(row, sizeof row, "%zu", event->epoch);
    if (batches)
        snprintf(row + length, sizeof row - (size_t)length, ",%zu", event->batch);
    return digitnet__log_write(log, event, row);
}

static const digitnet__callback_kind kind = {
    .size = sizeof(digitnet__log), .call = call, .release = digitnet__log_release};

digitnet_status digitnet_callback_create_learning_rate_log(digitnet_callback **out, const char *path,
                                                           const digitnet_log_options *options) {
    return digitnet__log_create(out, &kind, path, options, "digitnet_callback_create_learning_rate_log");
}
