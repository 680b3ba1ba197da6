/* The learning rate of each epoch or batch as a table. */
#include "callbacks/log_file.h"
#include "core/number.h"

#include <stdio.h>

static digitnet_status write(digitnet__log *log, const digitnet_event *event) {
    char row[96];
    digitnet__number rate = digitnet__number_text(event->learning_rate);
    if (log->options.every_batch)
        snprintf(row, sizeof row, "%zu,%zu,%s", event->epoch, event->batch, rate.text);
    else
        snprintf(row, sizeof row, "%zu,%s", event->epoch, rate.text);
    return digitnet__log_write(log, row);
}

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    return digitnet__log_call((digitnet__log *)head, event, "epoch,learning_rate\n", "epoch,batch,learning_rate\n",
                              write);
}

static const digitnet__callback_kind kind = {
    .size = sizeof(digitnet__log), .call = call, .release = digitnet__log_release};

digitnet_status digitnet_callback_create_learning_rate_log(digitnet_callback **out, const char *path,
                                                           const digitnet_log_options *options) {
    return digitnet__log_create(out, &kind, path, options, "digitnet_callback_create_learning_rate_log");
}
