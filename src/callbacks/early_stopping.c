/* Early stopping, with the rules of Keras's EarlyStopping. */
#include "callbacks/callback.h"
#include "callbacks/monitor.h"
#include "core/call.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"

#include <math.h>

typedef struct early_stopping {
    digitnet__ready_callback head;
    digitnet_early_stopping_options options;
    double best;
    size_t epochs_without; /* an improvement */
} early_stopping;

static int judge(early_stopping *self, double value) {
    const digitnet_early_stopping_options *options = &self->options;
    self->epochs_without++;
    if (digitnet__monitor_is_better(options->monitor, value, self->best, options->min_delta)) {
        self->best = value;
        if (options->baseline == 0 ||
            digitnet__monitor_is_better(options->monitor, value, options->baseline, options->min_delta))
            self->epochs_without = 0;
        return options->restore_best ? DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE : DIGITNET_CALLBACK_CONTINUE;
    }
    return self->epochs_without >= options->patience ? DIGITNET_CALLBACK_STOP : DIGITNET_CALLBACK_CONTINUE;
}

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    early_stopping *self = (early_stopping *)head;
    double value;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN) {
        self->best = digitnet__monitor_worst(self->options.monitor);
        self->epochs_without = 0;
    }
    if (event->kind != DIGITNET_EVENT_EPOCH_END || event->epoch <= self->options.start_from_epoch)
        return DIGITNET_CALLBACK_CONTINUE;
    DNN_TRY(digitnet__monitor_read(&value, self->options.monitor, event));
    return judge(self, value);
}

static const digitnet__callback_kind kind = {.size = sizeof(early_stopping), .call = call};

static digitnet_status check_and_create(digitnet_callback **out, const digitnet_early_stopping_options *options) {
    static const char caller[] = "digitnet_callback_create_early_stopping";
    digitnet_early_stopping_options own = {0};
    digitnet__ready_callback *made;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_early_stopping_options, restore_best));
    DNN_TRY(DNN_RESERVED_CHECK(own.reserved, digitnet_early_stopping_options));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_early_stopping_options, restore_best));
    DNN_TRY(digitnet__monitor_check(own.monitor, own.baseline, caller));
    if (!(isfinite(own.min_delta) && own.min_delta >= 0))
        return digitnet__fail(DIGITNET_EINVAL, "%s: min_delta is %s; it must be finite and not negative", caller,
                              digitnet__number_text(own.min_delta).text);
    DNN_TRY(digitnet__callback_create(&made, &kind));
    made->callback.uses_snapshot = own.restore_best;
    ((early_stopping *)made)->options = own;
    *out = &made->callback;
    return DIGITNET_OK;
}

digitnet_status digitnet_callback_create_early_stopping(digitnet_callback **out,
                                                        const digitnet_early_stopping_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, options));
}
