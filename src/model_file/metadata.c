#include "model_file/metadata.h"

#include "core/status.h"
#include "model_file/layers.h"
#include "onnx/schema.h"
#include "training/training_keys.h"

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

enum { CHECKSUM_DIGITS = 8 };
static const char checksum_zeros[] = "00000000";

/* Steps and images that doubles count exactly. */
#define MOST_STEPS (UINT64_C(1) << 53)

typedef struct training_key {
    char text[64];
} training_key;

static training_key key_at(size_t index) {
    training_key key;
    snprintf(key.text, sizeof key.text, PREFIX "%s", digitnet__training_key(index));
    return key;
}

static void put_entry(digitnet__wire_writer *writer, const char *key, const char *value) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, key);
    digitnet__wire_put_string(writer, DNN_ENTRY_VALUE, value);
    digitnet__wire_end(writer, begin);
}

static void put_training_key(digitnet__wire_writer *writer, size_t index, const digitnet__training *training) {
    const char *fallback = digitnet__training_key_fallback(index);
    const digitnet__training_text value = digitnet__training_key_text(training, index);
    if (!fallback || strcmp(value.text, fallback) != 0)
        put_entry(writer, key_at(index).text, value.text);
}

static void put_layers(digitnet__wire_writer *writer, const digitnet__graph *graph) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, LAYERS_KEY);
    unsigned char *text = digitnet__wire_put_bytes(writer, DNN_ENTRY_VALUE, digitnet__layers_write(NULL, graph));
    if (text)
        digitnet__layers_write(text, graph);
    digitnet__wire_end(writer, begin);
}

size_t digitnet__metadata_write(digitnet__wire_writer *writer, const digitnet__graph *graph,
                                const digitnet__training *training) {
    put_entry(writer, FORMAT_KEY, FORMAT);
    put_layers(writer, graph);
    for (size_t i = 0; training && digitnet__training_key(i); i++)
        put_training_key(writer, i, training);
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
    digitnet__wire_view training[DNN_TRAINING_KEYS_MAX];
    size_t training_count;
} found_entries;

static digitnet__wire_view *find_slot(found_entries *found, digitnet__wire_view key) {
    if (digitnet__wire_is(key, FORMAT_KEY))
        return &found->format;
    if (digitnet__wire_is(key, CHECKSUM_KEY))
        return &found->checksum;
    if (digitnet__wire_is(key, LAYERS_KEY))
        return &found->layers;
    size_t prefix = strlen(PREFIX); /* which the key has */
    const digitnet__wire_view own = {.bytes = key.bytes + prefix, .size = key.size - prefix};
    for (size_t i = 0; digitnet__training_key(i); i++)
        if (digitnet__wire_is(own, digitnet__training_key(i)))
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
    found->training_count += slot >= found->training; /* which come last */
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
    for (size_t i = 0; found->training_count && digitnet__training_key(i); i++)
        if (!found->training[i].bytes && !digitnet__training_key_fallback(i))
            return missing(key_at(i).text);
    return DIGITNET_OK;
}

static digitnet_status parse_key(digitnet__training *training, size_t index, digitnet__wire_view value) {
    digitnet__training_text text = {""};
    if (!value.bytes) {
        snprintf(text.text, sizeof text.text, "%s", digitnet__training_key_fallback(index));
        digitnet__training_key_parse(training, index, text); /* which is right */
        return DIGITNET_OK;
    }
    bool fits = value.size <= digitnet__training_key_length(index) && !memchr(value.bytes, 0, value.size);
    if (fits)
        memcpy(text.text, value.bytes, value.size);
    if (fits && digitnet__training_key_parse(training, index, text))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: '%s' is '%s'", value.offset, key_at(index).text,
                          digitnet__wire_printable(value).text);
}

static digitnet_status parse_training(digitnet__training *training, const found_entries *found) {
    for (size_t i = 0; digitnet__training_key(i); i++)
        DNN_TRY(parse_key(training, i, found->training[i]));
    if (training->gradient_ranges > DNN_MAX_GRADIENT_RANGES) {
        return digitnet__fail(DIGITNET_EFORMAT, "'digitnet.gradient_ranges' is %" PRIu64 "; it must be 0 to %d",
                              training->gradient_ranges, DNN_MAX_GRADIENT_RANGES);
    }
    if (digitnet__optimizer_settings_check(&training->settings) != DIGITNET_OK)
        return DIGITNET_EFORMAT; /* with the message that says what */
    return DIGITNET_OK;
}

/* All batches that there were, each of which is part of a step. Steps and those behind the last one are in range. */
static uint64_t batches_of(const digitnet__training *training) {
    uint64_t each = training->settings.gradient_accumulation_steps, steps = training->progress.steps_done;
    return steps <= MOST_STEPS / each ? steps * each + training->progress.accumulated : MOST_STEPS;
}

/* A place that fit can have left, before an epoch's first batch or behind its last one too. Every epoch has a batch,
 * and every batch is part of a step. */
static digitnet_status check_progress(const digitnet__training *training) {
    const digitnet__progress *progress = &training->progress;
    uint64_t all_batches = batches_of(training);
    uint64_t batches =
        progress->batch_size && progress->image_count ? (progress->image_count - 1) / progress->batch_size + 1 : 0;
    bool sound =
        progress->steps_done <= MOST_STEPS && progress->accumulated < training->settings.gradient_accumulation_steps &&
        progress->momentum_product >= 0 && progress->momentum_product <= 1 && progress->batches_done <= all_batches &&
        progress->epochs_done <= all_batches - progress->batches_done && progress->image_count <= MOST_STEPS &&
        progress->batches_done <= batches;
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
    return check_progress(&metadata->training);
}
