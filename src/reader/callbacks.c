#include "core/status.h"
#include "kernels/compute.h"
#include "reader/reader.h"

digitnet_status digitnet__read_step(const digitnet__read_call *call, const char *name, const digitnet__plane *plane) {
    if (!call->options.on_step)
        return DIGITNET_OK;
    uint64_t before = digitnet__message_count();
    digitnet__compute_begin_callback();
    int result = call->options.on_step(name, plane->pixels, plane->width, plane->height, call->options.user_data);
    digitnet__compute_end_callback();
    return result == DIGITNET_OK ? DIGITNET_OK : digitnet__fail_callback(result, before, "on_step", "");
}

digitnet_status digitnet__read_check(bool *passed, const digitnet__read_call *call, const char *text) {
    *passed = true;
    if (!call->options.check)
        return DIGITNET_OK;
    uint64_t before = digitnet__message_count();
    digitnet__compute_begin_callback();
    int result = call->options.check(text, call->options.user_data);
    digitnet__compute_end_callback();
    *passed = result == 1;
    return result == 0 || result == 1 ? DIGITNET_OK : digitnet__fail_callback(result, before, "check", "");
}
