#include "model_file/metadata.h"

#include "core/number.h"
#include "core/status.h"
#include "model_file/layers.h"
#include "onnx/schema.h"
#include "training/loss.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define PREFIX "digitnet."
#define FORMAT_KEY PREFIX "format"
#define FORMAT "1"
#define CHECKSUM_KEY PREFIX "checksum"
#define LAYERS_KEY PREFIX "layers"

enum { CHECKSUM_DIGITS = 8, VALUE_MAX = 31 };
static const char checksum_zeros[] = "00000000";

typedef enum value_type { OPTIMIZER, LOSS, FLAG, NUMBER, COUNT } value_type;

/* What a compiled model's file says of its training, in the order of the file. A key that came later has the value that
 * files without it mean. */
static const struct training_key {
    const char *key;
    value_type type;
    size_t offset;        /* in a digitnet__training */
    const char *fallback; /* NULL: the key must be there */
} training_keys[] = {
    {PREFIX "optimizer", OPTIMIZER, offsetof(digitnet__training, settings.kind), NULL},
    {PREFIX "learning_rate", NUMBER, offsetof(digitnet__training, settings.learning_rate), NULL},
    {PREFIX "beta_1", NUMBER, offsetof(digitnet__training, settings.beta_1), NULL},
    {PREFIX "beta_2", NUMBER, offsetof(digitnet__training, settings.beta_2), NULL},
    {PREFIX "epsilon", NUMBER, offsetof(digitnet__training, settings.epsilon), NULL},
    {PREFIX "momentum", NUMBER, offsetof(digitnet__training, settings.momentum), NULL},
    {PREFIX "nesterov", FLAG, offsetof(digitnet__training, settings.nesterov), NULL},
    {PREFIX "loss", LOSS, offsetof(digitnet__training, loss), NULL},
    {PREFIX "seed", COUNT, offsetof(digitnet__training, seed), NULL},
    {PREFIX "gradient_ranges", COUNT, offsetof(digitnet__training, gradient_ranges), "8"},
    {PREFIX "epochs_done", COUNT, offsetof(digitnet__training, progress.epochs_done), NULL},
    {PREFIX "steps_done", COUNT, offsetof(digitnet__training, progress.steps_done), NULL},
    {PREFIX "batches_done", COUNT, offsetof(digitnet__training, progress.batches_done), NULL},
    {PREFIX "image_count", COUNT, offsetof(digitnet__training, progress.image_count), NULL},
    {PREFIX "batch_size", COUNT, offsetof(digitnet__training, progress.batch_size), NULL},
    {PREFIX "loss_sum", NUMBER, offsetof(digitnet__training, progress.loss_sum), NULL},
    {PREFIX "correct", COUNT, offsetof(digitnet__training, progress.correct), NULL},
};
enum { TRAINING_KEYS = sizeof training_keys / sizeof *training_keys };

static void put_entry(digitnet__wire_writer *writer, const char *key, const char *value) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, key);
    digitnet__wire_put_string(writer, DNN_ENTRY_VALUE, value);
    digitnet__wire_end(writer, begin);
}

static void put_training_key(digitnet__wire_writer *writer, const struct training_key *key,
                             const digitnet__training *training) {
    const void *place = (const char *)training + key->offset;
    switch (key->type) {
    case OPTIMIZER:
        put_entry(writer, key->key, digitnet__optimizer_find(*(const digitnet_optimizer *)place)->name);
        return;
    case LOSS:
        put_entry(writer, key->key, digitnet__loss_find(*(const digitnet_loss *)place)->name);
        return;
    case FLAG:
        put_entry(writer, key->key, *(const bool *)place ? "1" : "0");
        return;
    case NUMBER:
        put_entry(writer, key->key, digitnet__number_text(*(const double *)place).text);
        return;
    default: /* COUNT */
        break;
    }
    put_entry(writer, key->key, digitnet__count_text(*(const uint64_t *)place).text);
}

static void put_layers(digitnet__wire_writer *writer, const digitnet__graph *graph) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, LAYERS_KEY);
    unsigned char *text = digitnet__wire_put_bytes(writer, DNN_ENTRY_VALUE, digitnet__layers_write(NULL, graph));
    if (text)
        digitnet__layers_write(text, graph);
    digitnet__wire_end(writer, begin);
}

size_t digitnet__metadata_write(digitnet__wire_writer *writer, const digitnet_model *model) {
    put_entry(writer, FORMAT_KEY, FORMAT);
    put_layers(writer, &model->network.graph);
    for (size_t i = 0; model->training && i < TRAINING_KEYS; i++)
        put_training_key(writer, &training_keys[i], model->training);
    put_entry(writer, CHECKSUM_KEY, checksum_zeros);
    return writer->position - CHECKSUM_DIGITS;
}

static void checksum_text(char text[CHECKSUM_DIGITS + 1], const unsigned char *file, size_t size, size_t digits) {
    size_t rest = digits + CHECKSUM_DIGITS;
    uLong sum = crc32_z(crc32_z(0, NULL, 0), file, digits);
    sum = crc32_z(sum, (const unsigned char *)checksum_zeros, CHECKSUM_DIGITS);
    sum = crc32_z(sum, file + rest, size - rest);
    snprintf(text, CHECKSUM_DIGITS + 1, "%08lx", (unsigned long)sum);
}

void digitnet__checksum_write(unsigned char *file, size_t size, size_t digits) {
    char text[CHECKSUM_DIGITS + 1];
    checksum_text(text, file, size, digits);
    memcpy(file + digits, text, CHECKSUM_DIGITS);
}

/* The values of our keys as they stand in the file; bytes is NULL where a key is missing. */
typedef struct found_entries {
    digitnet__wire_view producer, format, checksum, layers;
    digitnet__wire_view training[TRAINING_KEYS];
    size_t training_count;
} found_entries;

static digitnet__wire_view *find_slot(found_entries *found, digitnet__wire_view key) {
    if (digitnet__wire_is(key, FORMAT_KEY))
        return &found->format;
    if (digitnet__wire_is(key, CHECKSUM_KEY))
        return &found->checksum;
    if (digitnet__wire_is(key, LAYERS_KEY))
        return &found->layers;
    for (size_t i = 0; i < TRAINING_KEYS; i++)
        if (digitnet__wire_is(key, training_keys[i].key))
            return &found->training[i];
    return NULL;
}

static digitnet_status scan_entry(found_entries *found, digitnet__metadata *metadata, digitnet__wire_view entry) {
    digitnet__wire_view key = {0}, value = {.bytes = entry.bytes};
    digitnet__wire_reader reader = digitnet__wire_read(entry);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        if (field.number == DNN_ENTRY_KEY)
            digitnet__wire_get_bytes(&reader, &field, &key);
        else if (field.number == DNN_ENTRY_VALUE)
            digitnet__wire_get_bytes(&reader, &field, &value);
    size_t prefix = strlen(PREFIX);
    if (reader.status != DIGITNET_OK || key.size < prefix || memcmp(key.bytes, PREFIX, prefix) != 0)
        return reader.status;
    metadata->present = true;
    digitnet__wire_view *slot = find_slot(found, key);
    /* A key that we do not know belongs to a later format, whose number is looked at once the checksum is known to be
     * right. */
    if (!slot)
        return DIGITNET_OK;
    if (slot->bytes)
        return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: '%s' occurs twice", entry.offset,
                              digitnet__wire_printable(key).text);
    found->training_count += slot >= found->training && slot < found->training + TRAINING_KEYS;
    *slot = value;
    return DIGITNET_OK;
}

static digitnet_status scan_file(found_entries *found, digitnet__metadata *metadata, digitnet__wire_view file) {
    digitnet__wire_reader reader = digitnet__wire_read(file);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        if (field.number == DNN_MODEL_PRODUCER_NAME) {
            digitnet__wire_get_bytes(&reader, &field, &found->producer);
        } else if (field.number == DNN_MODEL_METADATA_PROPS) {
            digitnet__wire_view entry;
            digitnet__wire_get_bytes(&reader, &field, &entry);
            if (reader.status == DIGITNET_OK)
                reader.status = scan_entry(found, metadata, entry);
        }
    }
    if (digitnet__wire_is(found->producer, DNN_ONNX_PRODUCER))
        metadata->present = true;
    return reader.status;
}

static digitnet_status missing(const char *what) {
    return digitnet__fail(DIGITNET_EFORMAT,
                          "a file of libdigitnet without its %s: damaged, or saved by another tool "
                          "(ignore_metadata reads it all the same)",
                          what);
}

static digitnet_status check_presence(const found_entries *found) {
    if (!digitnet__wire_is(found->producer, DNN_ONNX_PRODUCER))
        return missing("producer_name");
    if (!found->checksum.bytes)
        return missing(CHECKSUM_KEY);
    if (!found->format.bytes)
        return missing(FORMAT_KEY);
    return DIGITNET_OK;
}

static digitnet_status check_checksum(const found_entries *found, digitnet__wire_view file) {
    char text[CHECKSUM_DIGITS + 1] = "";
    bool whole = found->checksum.size == CHECKSUM_DIGITS;
    if (whole)
        checksum_text(text, file.bytes, file.size, found->checksum.offset);
    if (!whole || !digitnet__wire_is(found->checksum, text)) {
        return digitnet__fail(
            DIGITNET_EFORMAT,
            "its checksum is wrong: damaged, or saved by another tool (ignore_metadata reads it all the same)");
    }
    return DIGITNET_OK;
}

static digitnet_status check_format(const found_entries *found) {
    if (!digitnet__wire_is(found->format, FORMAT)) {
        return digitnet__fail(DIGITNET_EVERSION, "its format is '%s'; this library reads " FORMAT,
                              digitnet__wire_printable(found->format).text);
    }
    for (size_t i = 0; found->training_count && i < TRAINING_KEYS; i++)
        if (!found->training[i].bytes && !training_keys[i].fallback)
            return missing(training_keys[i].key);
    return DIGITNET_OK;
}

static bool parse_optimizer(digitnet_optimizer *kind, const char *text) {
    static const digitnet_optimizer kinds[] = {DIGITNET_OPTIMIZER_SGD, DIGITNET_OPTIMIZER_ADAM};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text, digitnet__optimizer_find(kinds[i])->name) == 0) {
            *kind = kinds[i];
            return true;
        }
    }
    return false;
}

static bool parse_loss(digitnet_loss *loss, const char *text) {
    for (size_t i = 0; digitnet__loss_at(i); i++) {
        if (strcmp(text, digitnet__loss_at(i)->name) == 0) {
            *loss = digitnet__loss_at(i)->id;
            return true;
        }
    }
    return false;
}

static bool parse_value(digitnet__training *training, const struct training_key *key, const char *text) {
    void *place = (char *)training + key->offset;
    switch (key->type) {
    case OPTIMIZER:
        return parse_optimizer(place, text);
    case LOSS:
        return parse_loss(place, text);
    case FLAG:
        *(bool *)place = *text == '1';
        return strcmp(text, "0") == 0 || strcmp(text, "1") == 0;
    case NUMBER:
        return digitnet__number_parse(place, text) && isfinite(*(const double *)place);
    default: /* COUNT */
        break;
    }
    return digitnet__count_parse(place, text);
}

static digitnet_status parse_key(digitnet__training *training, const struct training_key *key,
                                 digitnet__wire_view value) {
    char text[VALUE_MAX + 1] = "";
    if (!value.bytes) {
        parse_value(training, key, key->fallback); /* which is right */
        return DIGITNET_OK;
    }
    bool fits = value.size <= VALUE_MAX && !memchr(value.bytes, 0, value.size);
    if (fits)
        memcpy(text, value.bytes, value.size);
    if (fits && parse_value(training, key, text))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: '%s' is '%s'", value.offset, key->key,
                          digitnet__wire_printable(value).text);
}

static digitnet_status parse_training(digitnet__training *training, const found_entries *found) {
    for (size_t i = 0; i < TRAINING_KEYS; i++)
        DNN_TRY(parse_key(training, &training_keys[i], found->training[i]));
    if (training->gradient_ranges == 0 || training->gradient_ranges > DNN_MAX_GRADIENT_RANGES) {
        return digitnet__fail(DIGITNET_EFORMAT, "'digitnet.gradient_ranges' is %" PRIu64 "; it must be 1 to %d",
                              training->gradient_ranges, DNN_MAX_GRADIENT_RANGES);
    }
    return DIGITNET_OK;
}

/* A place that fit can have left, before an epoch's first batch or behind its last one too. Every epoch and every batch
 * takes a step. */
static digitnet_status check_progress(const digitnet__progress *progress) {
    const uint64_t most = UINT64_C(1) << 53;
    uint64_t batches =
        progress->batch_size && progress->image_count ? (progress->image_count - 1) / progress->batch_size + 1 : 0;
    bool sound = progress->steps_done <= most && progress->batches_done <= progress->steps_done &&
                 progress->epochs_done <= progress->steps_done - progress->batches_done &&
                 progress->image_count <= most && progress->batches_done <= batches;
    if (sound) {
        uint64_t images = progress->batches_done * progress->batch_size;
        sound = progress->correct <= images && progress->correct <= progress->image_count &&
                (progress->batches_done > 0 || progress->loss_sum == 0);
    }
    return sound ? DIGITNET_OK
                 : digitnet__fail(DIGITNET_EFORMAT, "the training progress in its metadata is not possible");
}

digitnet_status digitnet__metadata_read(digitnet__metadata *metadata, digitnet__wire_view file) {
    found_entries found = {0};
    *metadata = (digitnet__metadata){0};
    DNN_TRY(scan_file(&found, metadata, file));
    if (!metadata->present)
        return DIGITNET_OK;
    DNN_TRY(check_presence(&found));
    DNN_TRY(check_checksum(&found, file));
    DNN_TRY(check_format(&found));
    metadata->layers = found.layers;
    if (!found.training_count)
        return DIGITNET_OK;
    metadata->compiled = true;
    DNN_TRY(parse_training(&metadata->training, &found));
    return check_progress(&metadata->training.progress);
}
