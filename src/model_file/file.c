/* Saving and loading, by path and in memory. */
#include "core/file.h"

#include "core/call.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "model/edit.h"
#include "model_file/export.h"
#include "model_file/import.h"

#include <stdint.h>

/* The most that an ONNX file can have. */
#define MAX_BYTES ((size_t)INT32_MAX)

/* Puts the file, or the call, before the message of what failed below. */
static digitnet_status fail_at(digitnet_status status, const char *where) {
    return digitnet__fail(status, "%s: %s", where, digitnet_last_error());
}

/* What is saved, by the caller's options. */
static digitnet_status read_save_options(bool *weights_only, const digitnet_model_save_options *options) {
    digitnet_model_save_options own = {0};
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_model_save_options, reserved));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_model_save_options));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_model_save_options, weights_only));
    *weights_only = own.weights_only;
    return DIGITNET_OK;
}

static digitnet_status export_to_memory(unsigned char **file, size_t *size, const digitnet_model *model,
                                        bool weights_only) {
    DNN_TRY(digitnet__export_size(size, model, weights_only));
    *file = digitnet__allocate(*size);
    if (!*file)
        return DIGITNET_ENOMEM;
    digitnet__export_model(*file, model, weights_only);
    return DIGITNET_OK;
}

static digitnet_status save(const digitnet_model *model, const char *path, const digitnet_model_save_options *options) {
    if (!model || !path)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_save: %s is NULL", model ? "path" : "model");
    unsigned char *file = NULL;
    size_t size;
    bool weights_only;
    DNN_TRY(read_save_options(&weights_only, options));
    digitnet_status status = digitnet__model_begin_read(model);
    if (status == DIGITNET_OK) {
        status = export_to_memory(&file, &size, model, weights_only);
        digitnet__model_end_read(model);
    }
    if (status != DIGITNET_OK)
        return fail_at(status, path);
    status = digitnet__file_write(path, file, size);
    digitnet__release(file);
    return status;
}

digitnet_status digitnet_model_save_ex(const digitnet_model *model, const char *path,
                                       const digitnet_model_save_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, save(model, path, options));
}

digitnet_status digitnet_model_save(const digitnet_model *model, const char *path) {
    return digitnet_model_save_ex(model, path, NULL);
}

static digitnet_status export_to_caller(unsigned char *bytes, size_t capacity, size_t *needed,
                                        const digitnet_model *model, bool weights_only) {
    size_t size;
    digitnet_status status = digitnet__export_size(&size, model, weights_only);
    if (status != DIGITNET_OK)
        return fail_at(status, "digitnet_model_save_memory");
    if (needed)
        *needed = size;
    if (size > capacity) {
        return digitnet__fail(DIGITNET_EBUFFER, "digitnet_model_save_memory: the file takes %zu bytes, capacity is %zu",
                              size, capacity);
    }
    digitnet__export_model(bytes, model, weights_only);
    return DIGITNET_OK;
}

static digitnet_status save_memory(void *bytes, size_t capacity, size_t *needed, const digitnet_model *model,
                                   const digitnet_model_save_options *options) {
    bool weights_only;
    if (!model || (!bytes && capacity > 0))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_save_memory: %s is NULL", model ? "bytes" : "model");
    DNN_TRY(read_save_options(&weights_only, options));
    digitnet_status status = digitnet__model_begin_read(model);
    if (status == DIGITNET_OK) {
        status = export_to_caller(bytes, capacity, needed, model, weights_only);
        digitnet__model_end_read(model);
    }
    return status;
}

digitnet_status digitnet_model_save_memory_ex(void *bytes, size_t capacity, size_t *needed, const digitnet_model *model,
                                              const digitnet_model_save_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, save_memory(bytes, capacity, needed, model, options));
}

digitnet_status digitnet_model_save_memory(void *bytes, size_t capacity, size_t *needed, const digitnet_model *model) {
    return digitnet_model_save_memory_ex(bytes, capacity, needed, model, NULL);
}

/* `own` gets the options with defaults filled in. */
static digitnet_status read_load_options(digitnet_model_load_options *own, const digitnet_model_load_options *options) {
    *own = (digitnet_model_load_options){0};
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_model_load_options, skip_training));
    own->input_scale = own->input_scale != 0 ? own->input_scale : 1;
    DNN_TRY(digitnet__input_scaling_check(own->input_scale, own->input_offset, "digitnet_model_load_options"));
    DNN_TRY(DNN_FLAG_CHECK(own, digitnet_model_load_options, ignore_metadata));
    DNN_TRY(DNN_FLAG_CHECK(own, digitnet_model_load_options, skip_training));
    if (own->max_bytes == 0 || own->max_bytes > MAX_BYTES)
        own->max_bytes = MAX_BYTES;
    return DIGITNET_OK;
}

static digitnet_status load(digitnet_model **out, const char *path, const digitnet_model_load_options *options) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_load: out is NULL");
    *out = NULL;
    if (!path)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_load: path is NULL");
    digitnet_model_load_options own;
    unsigned char *bytes = NULL;
    size_t size;
    DNN_TRY(read_load_options(&own, options));
    DNN_TRY(digitnet__file_read(&bytes, &size, path, own.max_bytes));
    digitnet_status status = digitnet__import_model(out, bytes, size, path, &own);
    digitnet__release(bytes);
    return status == DIGITNET_OK ? status : fail_at(status, path);
}

digitnet_status digitnet_model_load_ex(digitnet_model **out, const char *path,
                                       const digitnet_model_load_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, load(out, path, options));
}

digitnet_status digitnet_model_load(digitnet_model **out, const char *path) {
    return digitnet_model_load_ex(out, path, NULL);
}

static digitnet_status load_memory(digitnet_model **out, const void *bytes, size_t size,
                                   const digitnet_model_load_options *options) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_load_memory: out is NULL");
    *out = NULL;
    if (!bytes)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_load_memory: bytes is NULL");
    digitnet_model_load_options own;
    DNN_TRY(read_load_options(&own, options));
    if (size > own.max_bytes) {
        return digitnet__fail(DIGITNET_ELIMIT, "digitnet_model_load_memory: %zu bytes exceed the limit of %zu", size,
                              own.max_bytes);
    }
    digitnet_status status = digitnet__import_model(out, bytes, size, NULL, &own);
    return status == DIGITNET_OK ? status : fail_at(status, "digitnet_model_load_memory");
}

digitnet_status digitnet_model_load_memory_ex(digitnet_model **out, const void *bytes, size_t size,
                                              const digitnet_model_load_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, load_memory(out, bytes, size, options));
}

digitnet_status digitnet_model_load_memory(digitnet_model **out, const void *bytes, size_t size) {
    return digitnet_model_load_memory_ex(out, bytes, size, NULL);
}
