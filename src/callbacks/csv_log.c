/* The figures of a fit as a table. */
#include "callbacks/log_file.h"
#include "core/number.h"
#include "training/history.h"

#include <stdio.h>

static digitnet_status write_batch(digitnet__log *log, const digitnet_event *event) {
    char row[DNN_HISTORY_ROW_CAPACITY];
    snprintf(row, sizeof row, "%zu,%zu,%s,%s,%s,%s", event->epoch, event->batch,
             digitnet__number_text(event->loss).text, digitnet__number_text(event->accuracy).text,
             digitnet__number_text(event->seconds).text, digitnet__number_text(event->learning_rate).text);
    return digitnet__log_write(log, row);
}

static digitnet_status write_epoch(digitnet__log *log, const digitnet_event *event) {
    char row[DNN_HISTORY_ROW_CAPACITY];
    const digitnet__epoch_result result = {
        .values = {[DIGITNET_METRIC_LOSS] = event->loss,
                   [DIGITNET_METRIC_ACCURACY] = event->accuracy,
                   [DIGITNET_METRIC_VALIDATION_LOSS] = event->validation_loss,
                   [DIGITNET_METRIC_VALIDATION_ACCURACY] = event->validation_accuracy,
                   [DIGITNET_METRIC_SECONDS] = event->seconds,
                   [DIGITNET_METRIC_LEARNING_RATE] = event->learning_rate}};
    digitnet__history_row(row, event->epoch, &result);
    return digitnet__log_write(log, row);
}

static digitnet_status write(digitnet__log *log, const digitnet_event *event) {
    return log->options.every_batch ? write_batch(log, event) : write_epoch(log, event);
}

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    return digitnet__log_call((digitnet__log *)head, event, DNN_HISTORY_COLUMNS "\n",
                              "epoch,batch,loss,accuracy,train_seconds,learning_rate\n", write);
}

static const digitnet__callback_kind kind = {
    .size = sizeof(digitnet__log), .call = call, .release = digitnet__log_release};

digitnet_status digitnet_callback_create_csv_log(digitnet_callback **out, const char *path,
                                                 const digitnet_log_options *options) {
    return digitnet__log_create(out, &kind, path, options, "digitnet_callback_create_csv_log");
}
