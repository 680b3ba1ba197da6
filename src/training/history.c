#include "training/history.h"

#include "core/call.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Epochs that have room from the beginning, so that a fit of fewer allocates nothing on its way. */
enum { FIRST_CAPACITY = 1024 };

struct digitnet_history {
    size_t first_epoch, count, capacity;
    double *series[DNN_METRIC_COUNT]; /* in one block, which series[0] owns */
    digitnet_stop_reason stop_reason;
    digitnet__warning warning;
};

static digitnet_status grow(digitnet_history *history) {
    size_t capacity = history->capacity ? 2 * history->capacity : FIRST_CAPACITY;
    double *block = digitnet__allocate_array(capacity, DNN_METRIC_COUNT * sizeof(double));
    if (!block)
        return DIGITNET_ENOMEM;
    double *old = history->series[0];
    for (size_t metric = 0; metric < DNN_METRIC_COUNT; metric++) {
        if (history->count)
            memcpy(block + metric * capacity, history->series[metric], history->count * sizeof(double));
        history->series[metric] = block + metric * capacity;
    }
    digitnet__release(old);
    history->capacity = capacity;
    return DIGITNET_OK;
}

digitnet_status digitnet__history_create(digitnet_history **out, size_t first_epoch) {
    *out = NULL;
    digitnet_history *history = digitnet__allocate_zeroed(sizeof *history);
    if (!history || grow(history) != DIGITNET_OK) {
        digitnet__release(history);
        return DIGITNET_ENOMEM;
    }
    history->first_epoch = first_epoch;
    *out = history;
    return DIGITNET_OK;
}

digitnet_status digitnet__history_append(digitnet_history *history, const digitnet__epoch_result *result) {
    if (history->count == history->capacity) {
        digitnet_status status = grow(history);
        if (status != DIGITNET_OK)
            return status;
    }
    for (size_t metric = 0; metric < DNN_METRIC_COUNT; metric++)
        history->series[metric][history->count] = result->values[metric];
    history->count++;
    return DIGITNET_OK;
}

void digitnet__history_set_stop_reason(digitnet_history *history, digitnet_stop_reason stop_reason) {
    history->stop_reason = stop_reason;
}

void digitnet__history_set_warning(digitnet_history *history, const digitnet__warning *warning) {
    history->warning = *warning;
}

const char *digitnet_history_warning(const digitnet_history *history) {
    return history && history->warning.text[0] ? history->warning.text : NULL;
}

const double *digitnet_history_series(size_t *count, const digitnet_history *history, digitnet_metric metric) {
    size_t epochs = history && (size_t)metric < DNN_METRIC_COUNT ? history->count : 0;
    if (count)
        *count = epochs;
    return epochs ? history->series[metric] : NULL;
}

size_t digitnet_history_first_epoch(const digitnet_history *history) {
    return history && history->count ? history->first_epoch : 0;
}

digitnet_stop_reason digitnet_history_stop_reason(const digitnet_history *history) {
    return history ? history->stop_reason : DIGITNET_STOP_FAILED;
}

void digitnet_history_free(digitnet_history *history) {
    if (history) {
        digitnet__release(history->series[0]);
        digitnet__release(history);
    }
}

/* A number, or nothing where there is none. */
static const char *cell(digitnet__number *number, double value) {
    *number = digitnet__number_text(value);
    return isnan(value) ? "" : number->text;
}

size_t digitnet__history_row(char text[DNN_HISTORY_ROW_CAPACITY], size_t epoch, const digitnet__epoch_result *result) {
    digitnet__number numbers[DNN_METRIC_COUNT];
    const char *cells[DNN_METRIC_COUNT];
    for (size_t metric = 0; metric < DNN_METRIC_COUNT; metric++)
        cells[metric] = cell(&numbers[metric], result->values[metric]);
    return (size_t)snprintf(text, DNN_HISTORY_ROW_CAPACITY, "%zu,%s,%s,%s,%s,%s,%s", epoch, cells[DIGITNET_METRIC_LOSS],
                            cells[DIGITNET_METRIC_ACCURACY], cells[DIGITNET_METRIC_VALIDATION_LOSS],
                            cells[DIGITNET_METRIC_VALIDATION_ACCURACY], cells[DIGITNET_METRIC_SECONDS],
                            cells[DIGITNET_METRIC_LEARNING_RATE]);
}

static digitnet__epoch_result result_at(const digitnet_history *history, size_t row) {
    digitnet__epoch_result result;
    for (size_t metric = 0; metric < DNN_METRIC_COUNT; metric++)
        result.values[metric] = history->series[metric][row];
    return result;
}

static digitnet_status write_csv(const digitnet_history *history, const char *path) {
    static const char header[] = DNN_HISTORY_COLUMNS "\n";
    if (!history || !path)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_history_write_csv: %s is NULL", history ? "path" : "history");
    char *text = digitnet__allocate(sizeof header + history->count * (DNN_HISTORY_ROW_CAPACITY + 1));
    if (!text)
        return DIGITNET_ENOMEM;
    size_t length = sizeof header - 1;
    memcpy(text, header, length);
    for (size_t row = 0; row < history->count; row++) {
        const digitnet__epoch_result result = result_at(history, row);
        length += digitnet__history_row(text + length, history->first_epoch + row, &result);
        text[length++] = '\n';
    }
    digitnet_status status = digitnet__file_write(path, text, length);
    digitnet__release(text);
    return status;
}

digitnet_status digitnet_history_write_csv(const digitnet_history *history, const char *path) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, write_csv(history, path));
}
