/* Models saved after epochs. */
#include "callbacks/callback.h"
#include "callbacks/monitor.h"
#include "core/call.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "digitnet/model.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Of an epoch's number in a path. */
enum { MOST_DIGITS = 20 };

typedef struct checkpoint {
    digitnet__ready_callback head;
    digitnet_checkpoint_options options;
    double best;
    char *pattern, *path; /* the latter has room for any number */
} checkpoint;

/* A field "{epoch}" or "{epoch:0Nd}" at the beginning of the text: its length, or 0; *digits is N, or 0. */
static size_t match_field(const char *text, int *digits) {
    static const char name[] = "{epoch", zero[] = ":0";
    size_t length = sizeof name - 1;
    *digits = 0;
    if (strncmp(text, name, length) != 0)
        return 0;
    if (strncmp(text + length, zero, sizeof zero - 1) == 0) {
        length += sizeof zero - 1;
        if (text[length] < '1' || text[length] > '9' || text[length + 1] != 'd')
            return 0;
        *digits = text[length] - '0';
        length += 2;
    }
    return text[length] == '}' ? length + 1 : 0;
}

/* How much of the pattern stands for one piece of the path, which is added to it; 0 for what is no pattern. */
static size_t add_piece(char *path, size_t *length, const char *pattern, size_t epoch) {
    int digits;
    size_t field = match_field(pattern, &digits);
    if (field) {
        *length += (size_t)snprintf(path + *length, MOST_DIGITS + 1, "%0*zu", digits, epoch);
        return field;
    }
    bool brace = *pattern == '{' || *pattern == '}';
    if (brace && pattern[1] != *pattern)
        return 0;
    path[(*length)++] = *pattern;
    return brace ? 2 : 1;
}

/* False for what is no pattern. */
static bool make_path(checkpoint *self, size_t epoch) {
    size_t length = 0, piece = 1;
    for (const char *rest = self->pattern; piece && *rest; rest += piece)
        piece = add_piece(self->path, &length, rest, epoch);
    self->path[length] = '\0';
    return piece != 0;
}

static digitnet_status save(checkpoint *self, const digitnet_event *event) {
    make_path(self, event->epoch);
    return digitnet_model_save(event->model, self->path);
}

static digitnet_status save_if_better(checkpoint *self, const digitnet_event *event) {
    double value;
    DNN_TRY(digitnet__monitor_read(&value, self->options.monitor, event));
    if (!digitnet__monitor_is_better(self->options.monitor, value, self->best, 0))
        return DIGITNET_OK;
    DNN_TRY(save(self, event));
    self->best = value;
    return DIGITNET_OK;
}

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    checkpoint *self = (checkpoint *)head;
    const digitnet_checkpoint_options *options = &self->options;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        self->best = options->baseline != 0 ? options->baseline : digitnet__monitor_worst(options->monitor);
    if (event->kind != DIGITNET_EVENT_EPOCH_END || event->epoch % options->every_epochs != 0)
        return DIGITNET_CALLBACK_CONTINUE;
    return options->best_only ? save_if_better(self, event) : save(self, event);
}

static void release(digitnet__ready_callback *head) {
    checkpoint *self = (checkpoint *)head;
    digitnet__release(self->pattern);
    digitnet__release(self->path);
}

static const digitnet__callback_kind kind = {.size = sizeof(checkpoint), .call = call, .release = release};

/* The longest path: each character of the pattern may be a piece, and no piece is longer than a number. */
static digitnet_status set_pattern(checkpoint *self, const char *pattern) {
    self->pattern = digitnet__copy_string(pattern);
    self->path = digitnet__allocate_array(strlen(pattern) + 1, MOST_DIGITS);
    if (!self->pattern || !self->path)
        return DIGITNET_ENOMEM;
    if (*pattern == '\0')
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_callback_create_checkpoint: path is empty");
    if (!make_path(self, 1))
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_callback_create_checkpoint: path is \"%s\"; in braces there may be {epoch} or, "
                              "with zeros before it, {epoch:03d}, and {{ and }} are braces",
                              pattern);
    return DIGITNET_OK;
}

static digitnet_status check_and_create(digitnet_callback **out, const char *path,
                                        const digitnet_checkpoint_options *options) {
    static const char caller[] = "digitnet_callback_create_checkpoint";
    digitnet_checkpoint_options own = {0};
    digitnet__ready_callback *made;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_checkpoint_options, best_only));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_checkpoint_options, best_only));
    DNN_TRY(digitnet__monitor_check(own.monitor, own.baseline, caller));
    if (!path)
        return digitnet__fail(DIGITNET_EINVAL, "%s: path is NULL", caller);
    own.every_epochs = own.every_epochs ? own.every_epochs : 1;
    DNN_TRY(digitnet__callback_create(&made, &kind));
    ((checkpoint *)made)->options = own;
    digitnet_status status = set_pattern((checkpoint *)made, path);
    if (status == DIGITNET_OK)
        *out = &made->callback;
    else
        digitnet_callback_free(&made->callback);
    return status;
}

digitnet_status digitnet_callback_create_checkpoint(digitnet_callback **out, const char *path,
                                                    const digitnet_checkpoint_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, path, options));
}
