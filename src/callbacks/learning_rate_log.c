/* The learning rate of each epoch or batch as a table. */
#include "callbacks/log_file.h"
#include "core/number.h"

#include <stdio.h>

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    digitnet__log *log = (digitnet__log *)head;
    bool batches = log->options.every_batch;
    char row[96];
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        return digitnet__log_begin(log, batches ? "epoch,batch,learning_rate\n" : "epoch,learning_rate\n");
    if (event->kind == DIGITNET_EVENT_FIT_END)
        digitnet__log_end(log);
    if (!digitnet__log_has_row(log, event))
        return DIGITNET_CALLBACK_CONTINUE;
    digitnet__number rate = digitnet__number_text(event->learning_rate);
    if (batches)
        snprintf(row, sizeof row, "%zu,%zu,%s", event->epoch, event->batch, rate.text);
    else
        snprintf(row, sizeof row, "%zu,%s", event->epoch, rate.text);
    return digitnet__log_write(log, row);
}

static const digitnet__callback_kind kind = {
    .size = sizeof(digitnet__log), .call = call, .release = digitnet__log_release};

digitnet_status digitnet_callback_create_learning_rate_log(digitnet_callback **out, const char *path,
                                                           const digitnet_log_options *options) {
    return digitnet__log_create(out, &kind, path, options, "digitnet_callback_create_learning_rate_log");
}
