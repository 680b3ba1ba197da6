#include "reader/reader.h"

#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "image/picture.h"
#include "kernels/compute.h"
#include "reader/line.h"
#include "reader/reading.h"
#include "reader/separators.h"

#include <string.h>

#define DEFAULT_ERROR_RATE 0.01

static digitnet_status check_digit_model(size_t *outputs, const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    DNN_TRY(digitnet_model_describe(&info, model));
    if (info.height != DIGITNET_FRAME_SIZE || info.width != DIGITNET_FRAME_SIZE || info.channels != 1 ||
        (info.outputs != DNN_DIGITS && info.outputs != DNN_DIGITS + 1))
        return digitnet__fail(DIGITNET_ESHAPE,
                              "digitnet_reader_create: the model of digits takes %zu x %zu x %zu values and gives %zu; "
                              "it must take 28 x 28 x 1 and give 10, or 11 with \"no digit\"",
                              info.height, info.width, info.channels, info.outputs);
    *outputs = info.outputs;
    return DIGITNET_OK;
}

static digitnet_status fill_reader(digitnet_reader *reader, const digitnet_model *digit, const digitnet_model *line) {
    if (digit) {
        DNN_TRY(check_digit_model(&reader->digit.outputs, digit));
        DNN_TRY(digitnet_session_create(&reader->digit.session, digit, NULL));
    }
    return line ? digitnet__line_session_create(&reader->line, line) : DIGITNET_OK;
}

static digitnet_status create_reader(digitnet_reader **out, const digitnet_model *digit, const digitnet_model *line) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_reader_create: out is NULL");
    if (!digit && !line)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_reader_create: digit and line are NULL; one is needed");
    digitnet_reader *reader = digitnet__allocate_zeroed(sizeof *reader);
    if (!reader)
        return DIGITNET_ENOMEM;
    digitnet_status status = fill_reader(reader, digit, line);
    if (status) {
        digitnet_reader_free(reader);
        return status;
    }
    *out = reader;
    return DIGITNET_OK;
}

digitnet_status digitnet_reader_create(digitnet_reader **out, const digitnet_model *digit, const digitnet_model *line) {
    digitnet__call call;
    if (out)
        *out = NULL;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, create_reader(out, digit, line));
}

static digitnet_status load_reader(digitnet_reader **out, const char *digit, const char *line) {
    digitnet_model *digit_model = NULL, *line_model = NULL;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_reader_load: out is NULL");
    digitnet_status status = digit ? digitnet_model_load(&digit_model, digit) : DIGITNET_OK;
    if (!status && line)
        status = digitnet_model_load(&line_model, line);
    if (!status)
        status = digitnet_reader_create(out, digit_model, line_model);
    digitnet_model_free(line_model);
    digitnet_model_free(digit_model);
    return status;
}

digitnet_status digitnet_reader_load(digitnet_reader **out, const char *digit, const char *line) {
    digitnet__call call;
    if (out)
        *out = NULL;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, load_reader(out, digit, line));
}

void digitnet_reader_free(digitnet_reader *reader) {
    if (!reader)
        return;
    digitnet_session_free(reader->line);
    digitnet_session_free(reader->digit.session);
    digitnet__release(reader);
}

static digitnet_status create_scratch(digitnet_reader_scratch **out, const digitnet_reader *reader) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_reader_scratch_create: out is NULL");
    if (!reader)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_reader_scratch_create: reader is NULL");
    digitnet_reader_scratch *scratch = digitnet__allocate_zeroed(sizeof *scratch);
    if (!scratch)
        return DIGITNET_ENOMEM;
    *scratch = (digitnet_reader_scratch){.digit.outputs = reader->digit.outputs, .busy = ATOMIC_FLAG_INIT};
    digitnet_status status =
        reader->digit.session ? digitnet_session_clone(&scratch->digit.session, reader->digit.session) : DIGITNET_OK;
    if (!status && reader->line)
        status = digitnet_session_clone(&scratch->line, reader->line);
    if (status) {
        digitnet_reader_scratch_free(scratch);
        return status;
    }
    *out = scratch;
    return DIGITNET_OK;
}

digitnet_status digitnet_reader_scratch_create(digitnet_reader_scratch **out, const digitnet_reader *reader) {
    digitnet__call call;
    if (out)
        *out = NULL;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, create_scratch(out, reader));
}

void digitnet_reader_scratch_free(digitnet_reader_scratch *scratch) {
    if (!scratch)
        return;
    digitnet_session_free(scratch->line);
    digitnet_session_free(scratch->digit.session);
    digitnet__release(scratch);
}

static digitnet_status read_options(digitnet_read_options *own, const digitnet_read_options *options,
                                    const char *where) {
    *own = (digitnet_read_options){.struct_size = 0};
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_read_options, separators));
    if (!(own->error_rate >= 0.0 && own->error_rate < 1.0)) {
        digitnet__number rate = digitnet__number_text(own->error_rate);
        return digitnet__fail(DIGITNET_EINVAL, "%s: the error rate is %s; it must be in [0, 1)", where, rate.text);
    }
    if (own->max_length != 0 && own->max_length < own->min_length)
        return digitnet__fail(DIGITNET_EINVAL, "%s: max_length %zu is less than min_length %zu", where, own->max_length,
                              own->min_length);
    own->error_rate = own->error_rate > 0.0 ? own->error_rate : DEFAULT_ERROR_RATE;
    return DIGITNET_OK;
}

static digitnet_status fill_reading(digitnet_reading **out, digitnet__read_call *call, digitnet__read_fn read) {
    DNN_TRY(digitnet__reading_create(&call->reading));
    digitnet_status status = read(call);
    if (status) {
        digitnet_reading_free(call->reading);
        return status;
    }
    *out = call->reading;
    return DIGITNET_OK;
}

static digitnet_status check_and_read(digitnet_reading **out, digitnet__read_call *call, const digitnet_image *image,
                                      const digitnet_read_options *options, digitnet__read_fn read) {
    DNN_TRY(digitnet__picture_read(&call->image, image, call->where));
    DNN_TRY(read_options(&call->options, options, call->where));
    DNN_TRY(digitnet__allowed_read(&call->allowed, call->options.allow, call->where));
    DNN_TRY(digitnet__separators_check(call->options.separators, call->where));
    if (atomic_flag_test_and_set(&call->scratch->busy))
        return digitnet__fail(DIGITNET_ESTATE, "%s: another thread is using the scratch object; make one for each",
                              call->where);
    digitnet_status status = fill_reading(out, call, read);
    atomic_flag_clear(&call->scratch->busy);
    return status;
}

digitnet_status digitnet__read(digitnet_reading **out, digitnet_reader_scratch *scratch, const digitnet_image *image,
                               const digitnet_read_options *options, const char *where, digitnet__read_fn read) {
    digitnet__read_call call = {.where = where, .scratch = scratch};
    digitnet__compute compute;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", where);
    *out = NULL;
    if (!scratch)
        return digitnet__fail(DIGITNET_EINVAL, "%s: scratch is NULL", where);
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_read(out, &call, image, options, read));
}

digitnet_place digitnet__place_within(const digitnet_place corners[4], double u, double v) {
    double weights[4] = {(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v};
    digitnet_place place = {0.0, 0.0};
    for (size_t i = 0; i < 4; i++) {
        place.x += weights[i] * corners[i].x;
        place.y += weights[i] * corners[i].y;
    }
    return place;
}

void digitnet__picture_corners(digitnet_place corners[4], const digitnet_image *image) {
    double right = (double)image->width, bottom = (double)image->height;
    const digitnet_place places[4] = {{0.0, 0.0}, {right, 0.0}, {right, bottom}, {0.0, bottom}};
    memcpy(corners, places, sizeof places);
}
