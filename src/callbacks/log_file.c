#include "callbacks/log_file.h"

#include "core/call.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"

#include <stdio.h>
#include <string.h>

static digitnet_status check_and_create(digitnet_callback **out, const digitnet__callback_kind *kind, const char *path,
                                        const digitnet_log_options *options, const char *caller) {
    digitnet_log_options own = {0};
    digitnet__ready_callback *made;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_log_options, every_batch));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_log_options, append));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_log_options, every_batch));
    if (!path || !*path)
        return digitnet__fail(DIGITNET_EINVAL, "%s: path is %s", caller, path ? "empty" : "NULL");
    DNN_TRY(digitnet__callback_create(&made, kind));
    digitnet__log *log = (digitnet__log *)made;
    log->options = own;
    log->path = digitnet__copy_string(path);
    if (!log->path) {
        digitnet_callback_free(&made->callback);
        return DIGITNET_ENOMEM;
    }
    *out = &made->callback;
    return DIGITNET_OK;
}

digitnet_status digitnet__log_create(digitnet_callback **out, const digitnet__callback_kind *kind, const char *path,
                                     const digitnet_log_options *options, const char *caller) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, kind, path, options, caller));
}

static void close_file(digitnet__log *log) {
    if (log->open)
        digitnet__file_close(log->file);
    log->open = false;
}

void digitnet__log_release(digitnet__ready_callback *head) {
    digitnet__log *log = (digitnet__log *)head;
    close_file(log);
    digitnet__release(log->path);
}

static digitnet_status write_line(digitnet__log *log, const char *text) {
    return digitnet__file_append(log->file, text, strlen(text), log->path);
}

static digitnet_status begin(digitnet__log *log, const char *columns) {
    bool empty;
    close_file(log);
    DNN_TRY(digitnet__file_open_end(&log->file, &empty, log->path, log->options.append));
    log->open = true;
    return empty ? write_line(log, columns) : DIGITNET_OK;
}

int digitnet__log_call(digitnet__log *log, const digitnet_event *event, const char *epoch_columns,
                       const char *batch_columns, digitnet_status (*write)(digitnet__log *, const digitnet_event *)) {
    bool batches = log->options.every_batch;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        return begin(log, batches ? batch_columns : epoch_columns);
    if (event->kind == DIGITNET_EVENT_FIT_END)
        close_file(log);
    bool has_row = event->kind == (batches ? DIGITNET_EVENT_BATCH_END : DIGITNET_EVENT_EPOCH_END);
    return has_row ? write(log, event) : DIGITNET_CALLBACK_CONTINUE;
}

digitnet_status digitnet__log_write(digitnet__log *log, const char *row) {
    char line[512];
    snprintf(line, sizeof line, "%s\n", row);
    return write_line(log, line);
}
