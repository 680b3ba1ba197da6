/* The moments of a normalization, from a data set. */
#include "core/memory.h"
#include "core/status.h"
#include "dataset/dataset.h"
#include "digitnet/training.h"
#include "kernels/compute.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 64, MEAN = 0, VARIANCE = 1 }; /* images at a time; places among the layer's tensors */

/* Sums over values less that of the first image's first pixel, so that a large mean costs no precision. */
typedef struct channel_sums {
    double shift, sum, squares;
} channel_sums;

static void add_images(channel_sums *sums, size_t channels, const float *values, size_t count) {
    for (size_t first = 0; first < count; first += channels) {
        for (size_t channel = 0; channel < channels; channel++) {
            double value = (double)values[first + channel] - sums[channel].shift;
            sums[channel].sum += value;
            sums[channel].squares += value * value;
        }
    }
}

/* In the order of the samples. */
static digitnet_status sum_up(channel_sums *sums, float *images, const digitnet_dataset *dataset,
                              const digitnet__kernels *kernels) {
    const digitnet__sample_layout *layout = digitnet__dataset_layout(dataset);
    size_t samples = digitnet_dataset_count(dataset), channels = layout->shape.channels;
    for (size_t done = 0; done < samples;) {
        size_t indices[CHUNK], count = samples - done < CHUNK ? samples - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            indices[i] = done + i;
        const digitnet_batch batch = {.count = count, .indices = indices, .images = images};
        DNN_TRY(digitnet__dataset_gather(&batch, dataset, kernels, NULL));
        for (size_t channel = 0; done == 0 && channel < channels; channel++)
            sums[channel].shift = (double)images[channel];
        add_images(sums, channels, images, count * layout->values);
        done += count;
    }
    return DIGITNET_OK;
}

/* Sets the layer's moments, all or none. `moments`: room for as many floats. */
static digitnet_status set_moments(digitnet__network *network, const digitnet__layer *layer, float *moments,
                                   const channel_sums *sums, double count) {
    size_t channels = layer->output.channels;
    for (size_t channel = 0; channel < channels; channel++) {
        double mean = sums[channel].sum / count;
        double variance = sums[channel].squares / count - mean * mean;
        moments[channel] = (float)(sums[channel].shift + mean);
        moments[channels + channel] = (float)fmax(variance, 0);
        if (!isfinite(moments[channels + channel])) {
            return digitnet__fail(DIGITNET_ENOTFINITE,
                                  "digitnet_model_adapt: the variance of channel %zu is beyond what a float holds",
                                  channel);
        }
    }
    memcpy(digitnet__network_values(network, &layer->tensors[MEAN]), moments, channels * sizeof *moments);
    memcpy(digitnet__network_values(network, &layer->tensors[VARIANCE]), moments + channels,
           channels * sizeof *moments);
    return DIGITNET_OK;
}

static digitnet_status adapt(digitnet__network *network, const digitnet__layer *layer,
                             const digitnet_dataset *dataset) {
    digitnet__shape shape = digitnet__dataset_layout(dataset)->shape;
    size_t values = digitnet__shape_values(shape), channels = shape.channels;
    digitnet__arena arena = {0};
    size_t sums = digitnet__arena_reserve(&arena, channels, sizeof(channel_sums));
    size_t moments = digitnet__arena_reserve(&arena, channels, 2 * sizeof(float));
    size_t images = digitnet__arena_reserve(&arena, values, CHUNK * sizeof(float));
    if (!digitnet__arena_allocate(&arena))
        return DIGITNET_ENOMEM;
    channel_sums *total = digitnet__arena_at(&arena, sums);
    memset(total, 0, channels * sizeof *total);
    digitnet_status status = sum_up(total, digitnet__arena_at(&arena, images), dataset, network->kernels);
    double count = (double)digitnet_dataset_count(dataset) * (double)(values / channels);
    if (status == DIGITNET_OK)
        status = set_moments(network, layer, digitnet__arena_at(&arena, moments), total, count);
    digitnet__arena_release(&arena);
    return status;
}

static digitnet_status find_layer(const digitnet__layer **out, const digitnet__graph *graph, const char *name) {
    size_t value;
    if (!digitnet__graph_find_value(&value, graph, name) || value == 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "digitnet_model_adapt: the model has no layer '%.80s'", name);
    *out = &graph->layers[value - 1];
    if ((*out)->kind != &digitnet__layer_normalization) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_adapt: layer '%s' is of kind %s; it must be %s", name,
                              (*out)->kind->name, digitnet__layer_normalization.name);
    }
    if ((*out)->inputs[0].value != 0) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_adapt: layer '%s' takes the output of layer '%s'; it must take images",
                              name, graph->layers[(*out)->inputs[0].value - 1].name);
    }
    return DIGITNET_OK;
}

static digitnet_status check_images(const digitnet__graph *graph, const digitnet_dataset *dataset) {
    digitnet__shape images = digitnet__dataset_layout(dataset)->shape, input = graph->input;
    if (digitnet__shape_equal(images, input))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESHAPE, "digitnet_model_adapt: the images are %s, the model takes %s",
                          digitnet__shape_text(images).text, digitnet__shape_text(input).text);
}

/* With the model held as a writer. */
static digitnet_status check_and_adapt(digitnet_model *model, const char *name, const digitnet_dataset *dataset) {
    const digitnet__layer *layer = NULL;
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(find_layer(&layer, &model->network.graph, name));
    DNN_TRY(check_images(&model->network.graph, dataset));
    return adapt(&model->network, layer, dataset);
}

static digitnet_status adapt_model(digitnet_model *model, const char *name, const digitnet_dataset *dataset) {
    if (!model || !name || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_adapt: %s is NULL",
                              !model  ? "model"
                              : !name ? "layer"
                                      : "dataset");
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = check_and_adapt(model, name, dataset);
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_adapt(digitnet_model *model, const char *layer, const digitnet_dataset *dataset) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, adapt_model(model, layer, dataset));
}
