/* Weights by name. In memory a kernel is outputs x inputs; the user sees it transposed, as Keras has it. */
#include "model/weights.h"

#include "core/number.h"
#include "core/random.h"
#include "core/status.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

/* to[c][r] = from[r][c] */
static void transpose(float *to, const float *from, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++)
            to[column * rows + row] = from[row * columns + column];
}

void digitnet__tensor_to_user(float *values, const digitnet__tensor *tensor, const float *memory) {
    transpose(values, memory, tensor->outputs, tensor->inputs);
}

void digitnet__tensor_from_user(float *memory, const digitnet__tensor *tensor, const float *values) {
    transpose(memory, values, tensor->inputs, tensor->outputs);
}

/* Glorot and Bengio 2010, equation 16: uniform in +-sqrt(6 / (fan_in + fan_out)). */
static void draw_glorot(float *values, const digitnet__tensor *tensor, digitnet__random *random) {
    float limit = (float)sqrt(6.0 / ((double)tensor->fan_in + (double)tensor->fan_out));
    for (size_t i = 0; i < tensor->values; i++)
        values[i] = (2 * digitnet__random_float(random) - 1) * limit;
}

void digitnet__network_draw_weights(digitnet__network *network, uint64_t seed) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__network_tensor(network, i);
        if (tensor->is_kernel) {
            digitnet__random random;
            digitnet__random_seed(&random, digitnet__seed_mix(seed, i));
            draw_glorot(network->parameters + tensor->offset, tensor, &random);
        }
    }
    digitnet__network_pack(network);
}

/* The tensors that a name stands for: one, or all for NULL. */
typedef struct selection {
    const digitnet__tensor *only; /* NULL: all */
    size_t count, values;
} selection;

static digitnet_status select_tensors(selection *out, const digitnet__network *network, const char *name) {
    *out = (selection){.count = network->tensor_count, .values = network->parameter_count};
    if (!name)
        return DIGITNET_OK;
    const digitnet__tensor *tensor = digitnet__network_find_tensor(network, name);
    if (!tensor)
        return digitnet__fail(DIGITNET_ENOTFOUND, "the model has no tensor '%.80s'", name);
    *out = (selection){.only = tensor, .count = 1, .values = tensor->values};
    return DIGITNET_OK;
}

static const digitnet__tensor *selected_tensor(const selection *chosen, const digitnet__network *network,
                                               size_t index) {
    return chosen->only ? chosen->only : digitnet__network_tensor(network, index);
}

static digitnet_status read_weights(float *values, size_t capacity, const digitnet_model *model, const char *tensor) {
    const digitnet__network *network = &model->network;
    selection chosen = {0};
    digitnet_status status = digitnet__model_check_weights(model);
    if (status == DIGITNET_OK)
        status = select_tensors(&chosen, network, tensor);
    if (status != DIGITNET_OK)
        return status;
    if (capacity < chosen.values) {
        return digitnet__fail(DIGITNET_EBUFFER, "digitnet_model_get_weights: '%.80s' has %zu values, the buffer %zu",
                              tensor ? tensor : "all", chosen.values, capacity);
    }
    for (size_t i = 0; i < chosen.count; i++) {
        const digitnet__tensor *each = selected_tensor(&chosen, network, i);
        digitnet__tensor_to_user(values, each, network->parameters + each->offset);
        values += each->values;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet_model_get_weights(float *values, size_t capacity, const digitnet_model *model,
                                           const char *tensor) {
    if (!values || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_get_weights: %s is NULL", values ? "model" : "values");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status == DIGITNET_OK) {
        status = read_weights(values, capacity, model, tensor);
        digitnet__model_end_read(model);
    }
    return status;
}

static digitnet_status check_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_weights: value %zu is %s", i,
                                  digitnet__number_text(values[i]).text);
        }
    }
    return DIGITNET_OK;
}

static digitnet_status write_weights(digitnet_model *model, const char *tensor, const float *values, size_t count) {
    digitnet__network *network = &model->network;
    selection chosen = {0};
    digitnet_status status = digitnet__model_check_weights(model);
    if (status == DIGITNET_OK)
        status = select_tensors(&chosen, network, tensor);
    if (status == DIGITNET_OK && count != chosen.values) {
        status = digitnet__fail(DIGITNET_ESHAPE, "digitnet_model_set_weights: '%.80s' has %zu values, %zu are given",
                                tensor ? tensor : "all", chosen.values, count);
    }
    if (status == DIGITNET_OK)
        status = check_finite(values, count);
    if (status != DIGITNET_OK)
        return status;
    for (size_t i = 0; i < chosen.count; i++) {
        const digitnet__tensor *each = selected_tensor(&chosen, network, i);
        digitnet__tensor_from_user(network->parameters + each->offset, each, values);
        values += each->values;
    }
    digitnet__network_pack(network);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_set_weights(digitnet_model *model, const char *tensor, const float *values,
                                           size_t count) {
    if (!values || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_weights: %s is NULL", values ? "model" : "values");
    digitnet_status status = digitnet__model_begin_write(model);
    if (status == DIGITNET_OK) {
        status = write_weights(model, tensor, values, count);
        digitnet__model_end_write(model);
    }
    return status;
}
