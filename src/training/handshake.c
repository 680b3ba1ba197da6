#include "training/handshake.h"

#include "core/number.h"
#include "core/status.h"
#include "dataset/dataset.h"
#include "digitnet/version.h"
#include "kernels/gemm.h"
#include "layers/attributes.h"
#include "training/training_keys.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* All that is compared, as text: a value that is too long for it stands there by its hash. */
typedef struct value {
    char text[32];
} value;

enum {
    ARCHITECTURE,
    INSTRUCTION_SET,
    MATRIX_PRODUCTS,
    LAYERS,
    WEIGHTS,
    OPTIMIZER_STATE,
    VALIDATION_FRACTION, /* before the numbers of samples, which it decides */
    VALIDATION_STRATIFIED,
    SHARDED,
    TRAINING_SAMPLES,
    TRAINING_LABELS,
    TRAINING_TARGETS,
    TRAINING_DATA,
    TRAINING_SAMPLE_WEIGHTS,
    TRAINING_AUGMENTATION,
    VALIDATION_SHARDED,
    VALIDATION_SAMPLES,
    VALIDATION_LABELS,
    VALIDATION_TARGETS,
    VALIDATION_DATA,
    VALIDATION_SAMPLE_WEIGHTS,
    VALIDATION_AUGMENTATION,
    BATCH_SIZE,
    UNTIL_EPOCH,
    CLASS_WEIGHTS,
    NO_SHUFFLE,
    VALIDATE_EMA,
    TRAINING_KEYS,
    VALUES = TRAINING_KEYS + DNN_TRAINING_KEYS_MAX
};

static const char *const names[TRAINING_KEYS] = {
    [ARCHITECTURE] = "the architecture",
    [INSTRUCTION_SET] = "the instruction set",
    [MATRIX_PRODUCTS] = "what computes matrix products",
    [LAYERS] = "the hash of the layers",
    [WEIGHTS] = "the hash of the weights",
    [OPTIMIZER_STATE] = "the hash of the optimizer's state",
    [VALIDATION_FRACTION] = "validation_fraction",
    [VALIDATION_STRATIFIED] = "validation_stratified",
    [SHARDED] = "sharded",
    [TRAINING_SAMPLES] = "the number of training samples",
    [TRAINING_LABELS] = "the most labels of a training sample",
    [TRAINING_TARGETS] = "the number of a training sample's targets",
    [TRAINING_DATA] = "the kind of the training data",
    [TRAINING_SAMPLE_WEIGHTS] = "the number of a training sample's weights",
    [TRAINING_AUGMENTATION] = "the hash of the training data's augmentation",
    [VALIDATION_SHARDED] = "validation_sharded",
    [VALIDATION_SAMPLES] = "the number of validation samples",
    [VALIDATION_LABELS] = "the most labels of a validation sample",
    [VALIDATION_TARGETS] = "the number of a validation sample's targets",
    [VALIDATION_DATA] = "the kind of the validation data",
    [VALIDATION_SAMPLE_WEIGHTS] = "the number of a validation sample's weights",
    [VALIDATION_AUGMENTATION] = "the hash of the validation data's augmentation",
    [BATCH_SIZE] = "batch_size",
    [UNTIL_EPOCH] = "the last epoch",
    [CLASS_WEIGHTS] = "the hash of class_weights",
    [NO_SHUFFLE] = "no_shuffle",
    [VALIDATE_EMA] = "validate_ema"};

typedef struct record {
    value values[VALUES];
} record;

static const char *name_of(size_t index) {
    return index < TRAINING_KEYS ? names[index] : digitnet__training_key(index - TRAINING_KEYS);
}

/* ---- Hashes (FNV-1a, Fowler, Noll and Vo) ---- */

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static uint64_t hash(uint64_t state, const void *memory, size_t size) {
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++)
        state = (state ^ bytes[i]) * UINT64_C(0x100000001b3);
    return state;
}

/* With the final zero, which keeps texts apart. */
static uint64_t hash_text(uint64_t state, const char *text) {
    return hash(state, text, strlen(text) + 1);
}

static void put_hash(record *out, size_t index, uint64_t state) {
    snprintf(out->values[index].text, sizeof out->values[index].text, "%016" PRIx64, state);
}

static void put(record *out, size_t index, const char *text) {
    size_t size = strlen(text) + 1;
    if (size <= sizeof(value))
        memcpy(out->values[index].text, text, size);
    else
        put_hash(out, index, hash_text(HASH_BEGIN, text));
}

static void put_count(record *out, size_t index, uint64_t count) {
    put(out, index, digitnet__count_text(count).text);
}

static uint64_t hash_layer(uint64_t state, const digitnet__layer *layer) {
    digitnet__number text;
    state = hash_text(hash_text(state, layer->kind->name), layer->name);
    for (size_t i = 0; i < layer->input_count; i++)
        state = hash_text(state, digitnet__count_text(layer->inputs[i].value).text);
    for (size_t i = 0; digitnet__attribute_key(i); i++) {
        bool set = digitnet__attribute_text(&text, &layer->attributes, i);
        state = hash_text(state, set ? text.text : "");
    }
    return hash_text(state, layer->frozen ? "frozen" : "");
}

static void put_model(record *out, const digitnet_model *model) {
    const digitnet__graph *graph = &model->network.graph;
    size_t moments = digitnet__optimizer_slots(&model->training->settings) * graph->parameter_count;
    uint64_t layers = hash_text(HASH_BEGIN, digitnet__shape_text(graph->input).text), weights = HASH_BEGIN;
    for (size_t i = 0; i < graph->layer_count; i++)
        layers = hash_layer(layers, &graph->layers[i]);
    weights = hash(weights, model->network.parameters, graph->parameter_count * sizeof(float));
    weights = hash(weights, model->network.state, graph->state_count * sizeof(float));
    put_hash(out, LAYERS, layers);
    put_hash(out, WEIGHTS, weights);
    put_hash(out, OPTIMIZER_STATE, hash(HASH_BEGIN, model->training->state, moments * sizeof(float)));
}

/* ---- The record ---- */

static const char *architecture(void) {
#if defined(__x86_64__)
    return "x86_64";
#elif defined(__i386__)
    return "i386";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "another";
#endif
}

/* From `shift` to `max_value` all are doubles, with nothing between them. */
static uint64_t hash_augmentation(const digitnet_augment_options *own) {
    const size_t first = offsetof(digitnet_augment_options, shift);
    const size_t end = offsetof(digitnet_augment_options, max_value) + sizeof own->max_value;
    uint64_t classes = own->classes;
    return hash(hash(HASH_BEGIN, &classes, sizeof classes), (const unsigned char *)own + first, end - first);
}

static void put_augmentation(record *out, size_t index, const digitnet_augment_options *augmentation) {
    if (augmentation)
        put_hash(out, index, hash_augmentation(augmentation));
    else
        put(out, index, "none");
}

/* Into its seven values, which begin with `first`. */
static void put_dataset(record *out, size_t first, const digitnet_dataset *dataset, int32_t sharded) {
    const digitnet__sample_layout none = {0}, *layout = dataset ? digitnet__dataset_layout(dataset) : &none;
    put_count(out, first, (uint64_t)sharded);
    put_count(out, first + 1, sharded ? 0 : digitnet_dataset_count(dataset)); /* shards are of any size */
    put_count(out, first + 2, layout->max_labels);
    put_count(out, first + 3, layout->target_values);
    put(out, first + 4, !dataset ? "none" : digitnet__dataset_is_source(dataset) ? "a source" : "arrays");
    put_count(out, first + 5, layout->weighted);
    put_augmentation(out, first + 6, dataset ? digitnet__dataset_augmentation(dataset) : NULL);
}

static void put_options(record *out, const digitnet__handshake *own) {
    const digitnet_fit_options *options = own->options;
    put_count(out, BATCH_SIZE, own->batch_size);
    put_count(out, UNTIL_EPOCH, own->until_epoch);
    put_hash(out, CLASS_WEIGHTS, hash(HASH_BEGIN, options->class_weights, options->class_weight_count * sizeof(float)));
    put(out, VALIDATION_FRACTION, digitnet__number_text(options->validation_fraction).text);
    put_count(out, VALIDATION_STRATIFIED, (uint64_t)options->validation_stratified);
    put_count(out, NO_SHUFFLE, (uint64_t)options->no_shuffle);
    put_count(out, VALIDATE_EMA, (uint64_t)options->validate_ema);
}

static void put_training(record *out, const digitnet__training *training) {
    for (size_t i = 0; digitnet__training_key(i); i++)
        put(out, TRAINING_KEYS + i, digitnet__training_key_text(training, i).text);
}

static void fill(record *out, const digitnet__handshake *own) {
    memset(out, 0, sizeof *out);
    put(out, ARCHITECTURE, architecture());
    put(out, INSTRUCTION_SET, own->model->network.kernels->name);
    put(out, MATRIX_PRODUCTS, digitnet__gemm_library());
    put_model(out, own->model);
    put_dataset(out, SHARDED, own->train, own->options->sharded);
    put_dataset(out, VALIDATION_SHARDED, own->validation, own->options->validation_sharded);
    put_options(out, own);
    put_training(out, own->model->training);
}

/* ---- The comparison ---- */

/* Each rank speaks in turn, so that all compare the same with the first. */
digitnet_status digitnet__handshake_versions(digitnet__ranks *ranks) {
    value first = {""};
    for (size_t rank = 0; digitnet__ranks_are_many(ranks) && rank < ranks->communicator.size; rank++) {
        value of_rank = {DIGITNET_VERSION_STRING};
        DNN_TRY(digitnet__ranks_broadcast(ranks, &of_rank, sizeof of_rank, rank));
        if (rank == 0)
            first = of_rank;
        if (memcmp(&first, &of_rank, sizeof first) != 0)
            return digitnet__fail(DIGITNET_EVERSION,
                                  "digitnet_model_fit: the library's version is %.31s on rank 0, and %.31s on rank %zu",
                                  first.text, of_rank.text, rank);
    }
    return DIGITNET_OK;
}

static digitnet_status compare(const record *first, const record *of_rank, size_t rank) {
    for (size_t i = 0; i < VALUES && name_of(i); i++) {
        const char *a = first->values[i].text, *b = of_rank->values[i].text;
        if (strncmp(a, b, sizeof(value)) != 0)
            return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: %s is %.31s on rank 0, and %.31s on rank %zu",
                                  name_of(i), a, b, rank);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__handshake_run(const digitnet__handshake *own, digitnet__ranks *ranks) {
    record of_this, of_rank, first;
    fill(&of_this, own);
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        of_rank = of_this;
        DNN_TRY(digitnet__ranks_broadcast(ranks, &of_rank, sizeof of_rank, rank));
        if (rank == 0)
            first = of_rank;
        DNN_TRY(compare(&first, &of_rank, rank));
    }
    return DIGITNET_OK;
}
