#include "model_file/metadata.h"

#include "core/number.h"
#include "core/status.h"
#include "model_file/layers.h"
#include "onnx/schema.h"
#include "optimizer/schedule.h"
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

enum { CHECKSUM_DIGITS = 8, NUMBER_MAX = 31, LIST_MAX = DIGITNET_SCHEDULE_BOUNDARIES };
static const char checksum_zeros[] = "00000000";

/* The text of a value: a number, or several with commas between them. */
typedef struct value_text {
    char text[LIST_MAX * (NUMBER_MAX + 1)];
} value_text;

/* The first ones are enumerations, written as names. */
typedef enum value_type { OPTIMIZER, LOSS, SCHEDULE, METRIC, FLAG, NUMBER, COUNT } value_type;

/* Steps and images that doubles count exactly. */
#define MOST_STEPS (UINT64_C(1) << 53)

/* More than any enumeration has. */
enum { ENUMERATORS = 64 };

/* What a compiled model's file says of its training, in the order of the file. A key that came later has the value that
 * files without it mean, and is left out where that is its value. */
static const struct training_key {
    const char *key;
    value_type type;
    size_t offset;        /* in a digitnet__training */
    const char *fallback; /* NULL: the key must be there */
    size_t list;          /* 0: one value; else so many at most, the last of which is not zero */
} training_keys[] = {
    {PREFIX "optimizer", OPTIMIZER, offsetof(digitnet__training, settings.kind), NULL, 0},
    {PREFIX "learning_rate", NUMBER, offsetof(digitnet__training, settings.schedule.learning_rate), NULL, 0},
    {PREFIX "beta_1", NUMBER, offsetof(digitnet__training, settings.beta_1), NULL, 0},
    {PREFIX "beta_2", NUMBER, offsetof(digitnet__training, settings.beta_2), NULL, 0},
    {PREFIX "epsilon", NUMBER, offsetof(digitnet__training, settings.epsilon), NULL, 0},
    {PREFIX "momentum", NUMBER, offsetof(digitnet__training, settings.momentum), NULL, 0},
    {PREFIX "nesterov", FLAG, offsetof(digitnet__training, settings.nesterov), NULL, 0},
    {PREFIX "pytorch_epsilon", FLAG, offsetof(digitnet__training, settings.pytorch_epsilon), "0", 0},
    {PREFIX "rho", NUMBER, offsetof(digitnet__training, settings.rho), "0.9", 0},
    {PREFIX "centered", FLAG, offsetof(digitnet__training, settings.centered), "0", 0},
    {PREFIX "momentum_decay", NUMBER, offsetof(digitnet__training, settings.momentum_decay), "1", 0},
    {PREFIX "weight_decay", NUMBER, offsetof(digitnet__training, settings.weight_decay), "0", 0},
    {PREFIX "clipvalue", NUMBER, offsetof(digitnet__training, settings.clipvalue), "0", 0},
    {PREFIX "clipnorm", NUMBER, offsetof(digitnet__training, settings.clipnorm), "0", 0},
    {PREFIX "global_clipnorm", NUMBER, offsetof(digitnet__training, settings.global_clipnorm), "0", 0},
    {PREFIX "gradient_accumulation_steps", COUNT, offsetof(digitnet__training, settings.gradient_accumulation_steps),
     "1", 0},
    {PREFIX "ema_momentum", NUMBER, offsetof(digitnet__training, settings.ema_momentum), "0", 0},
    {PREFIX "ema_overwrite_frequency", COUNT, offsetof(digitnet__training, settings.ema_overwrite_frequency), "0", 0},
    {PREFIX "schedule", SCHEDULE, offsetof(digitnet__training, settings.schedule.kind), "constant", 0},
    {PREFIX "schedule_warmup_steps", COUNT, offsetof(digitnet__training, settings.schedule.warmup_steps), "0", 0},
    {PREFIX "schedule_warmup_from", NUMBER, offsetof(digitnet__training, settings.schedule.warmup_from), "0", 0},
    {PREFIX "schedule_decay_steps", COUNT, offsetof(digitnet__training, settings.schedule.decay_steps), "0", 0},
    {PREFIX "schedule_decay_rate", NUMBER, offsetof(digitnet__training, settings.schedule.decay_rate), "0", 0},
    {PREFIX "schedule_staircase", FLAG, offsetof(digitnet__training, settings.schedule.staircase), "0", 0},
    {PREFIX "schedule_alpha", NUMBER, offsetof(digitnet__training, settings.schedule.alpha), "0", 0},
    {PREFIX "schedule_t_mul", NUMBER, offsetof(digitnet__training, settings.schedule.t_mul), "0", 0},
    {PREFIX "schedule_m_mul", NUMBER, offsetof(digitnet__training, settings.schedule.m_mul), "0", 0},
    {PREFIX "schedule_pct_start", NUMBER, offsetof(digitnet__training, settings.schedule.pct_start), "0", 0},
    {PREFIX "schedule_div_factor", NUMBER, offsetof(digitnet__training, settings.schedule.div_factor), "0", 0},
    {PREFIX "schedule_final_div_factor", NUMBER, offsetof(digitnet__training, settings.schedule.final_div_factor), "0",
     0},
    {PREFIX "schedule_boundaries", COUNT, offsetof(digitnet__training, settings.schedule.boundaries), "", LIST_MAX},
    {PREFIX "schedule_values", NUMBER, offsetof(digitnet__training, settings.schedule.values), "", LIST_MAX},
    {PREFIX "reduce_on_plateau", FLAG, offsetof(digitnet__training, settings.reduces_on_plateau), "0", 0},
    {PREFIX "plateau_monitor", METRIC, offsetof(digitnet__training, settings.plateau.monitor), "val_loss", 0},
    {PREFIX "plateau_patience", COUNT, offsetof(digitnet__training, settings.plateau.patience), "10", 0},
    {PREFIX "plateau_cooldown", COUNT, offsetof(digitnet__training, settings.plateau.cooldown), "0", 0},
    {PREFIX "plateau_factor", NUMBER, offsetof(digitnet__training, settings.plateau.factor), "0.1", 0},
    {PREFIX "plateau_min_delta", NUMBER, offsetof(digitnet__training, settings.plateau.min_delta), "0.0001", 0},
    {PREFIX "plateau_min_lr", NUMBER, offsetof(digitnet__training, settings.plateau.min_lr), "0", 0},
    {PREFIX "loss", LOSS, offsetof(digitnet__training, loss.kind), NULL, 0},
    {PREFIX "from_logits", FLAG, offsetof(digitnet__training, loss.from_logits), "0", 0},
    {PREFIX "label_smoothing", NUMBER, offsetof(digitnet__training, loss.label_smoothing), "0", 0},
    {PREFIX "alpha", NUMBER, offsetof(digitnet__training, loss.alpha), "0.25", 0},
    {PREFIX "gamma", NUMBER, offsetof(digitnet__training, loss.gamma), "2", 0},
    {PREFIX "delta", NUMBER, offsetof(digitnet__training, loss.delta), "1", 0},
    {PREFIX "class_balancing", FLAG, offsetof(digitnet__training, loss.class_balancing), "0", 0},
    {PREFIX "seed", COUNT, offsetof(digitnet__training, seed), NULL, 0},
    {PREFIX "gradient_ranges", COUNT, offsetof(digitnet__training, gradient_ranges), "8", 0},
    {PREFIX "epochs_done", COUNT, offsetof(digitnet__training, progress.epochs_done), NULL, 0},
    {PREFIX "steps_done", COUNT, offsetof(digitnet__training, progress.steps_done), NULL, 0},
    {PREFIX "accumulated", COUNT, offsetof(digitnet__training, progress.accumulated), "0", 0},
    {PREFIX "momentum_product", NUMBER, offsetof(digitnet__training, progress.momentum_product), "1", 0},
    {PREFIX "plateau_best", NUMBER, offsetof(digitnet__training, progress.plateau.best), "nan", 0},
    {PREFIX "plateau_wait", COUNT, offsetof(digitnet__training, progress.plateau.wait), "0", 0},
    {PREFIX "plateau_cooldown_left", COUNT, offsetof(digitnet__training, progress.plateau.cooldown), "0", 0},
    {PREFIX "batches_done", COUNT, offsetof(digitnet__training, progress.batches_done), NULL, 0},
    {PREFIX "image_count", COUNT, offsetof(digitnet__training, progress.image_count), NULL, 0},
    {PREFIX "batch_size", COUNT, offsetof(digitnet__training, progress.batch_size), NULL, 0},
    {PREFIX "loss_sum", NUMBER, offsetof(digitnet__training, progress.loss_sum), NULL, 0},
    {PREFIX "correct", COUNT, offsetof(digitnet__training, progress.correct), NULL, 0},
};
enum { TRAINING_KEYS = sizeof training_keys / sizeof *training_keys };

static void put_entry(digitnet__wire_writer *writer, const char *key, const char *value) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, key);
    digitnet__wire_put_string(writer, DNN_ENTRY_VALUE, value);
    digitnet__wire_end(writer, begin);
}

/* The name of an enumerator; NULL where there is none of this value. */
static const char *name_of(value_type type, int value) {
    switch (type) {
    case OPTIMIZER: {
        const digitnet__optimizer_rule *rule = digitnet__optimizer_find((digitnet_optimizer)value);
        return rule ? rule->name : NULL;
    }
    case LOSS: {
        const digitnet__loss_kind *loss = digitnet__loss_find((digitnet_loss)value);
        return loss ? loss->name : NULL;
    }
    case SCHEDULE:
        return digitnet__schedule_name((digitnet_schedule_kind)value);
    default: /* METRIC */
        return digitnet__plateau_monitor((digitnet_metric)value);
    }
}

/* The value at a place, or the one with this index from there on. */
static void format_value(char *text, size_t capacity, value_type type, const void *place, size_t index) {
    switch (type) {
    case FLAG:
        snprintf(text, capacity, "%d", (int)*(const int32_t *)place);
        return;
    case NUMBER:
        snprintf(text, capacity, "%s", digitnet__number_text(((const double *)place)[index]).text);
        return;
    case COUNT:
        snprintf(text, capacity, "%s", digitnet__count_text(((const uint64_t *)place)[index]).text);
        return;
    default:
        snprintf(text, capacity, "%s", name_of(type, *(const int *)place));
    }
}

static bool is_zero(const char *text) {
    return strcmp(text, "0") == 0;
}

static void format_list(value_text *out, const struct training_key *key, const void *place) {
    size_t length = 0, kept = 0;
    for (size_t i = 0; i < key->list; i++) {
        char number[NUMBER_MAX + 1];
        format_value(number, sizeof number, key->type, place, i);
        length += (size_t)snprintf(out->text + length, sizeof out->text - length, "%s%s", i ? "," : "", number);
        kept = is_zero(number) ? kept : length;
    }
    out->text[kept] = '\0';
}

static value_text text_of(const struct training_key *key, const digitnet__training *training) {
    const void *place = (const char *)training + key->offset;
    value_text value = {""};
    if (key->list)
        format_list(&value, key, place);
    else
        format_value(value.text, sizeof value.text, key->type, place, 0);
    return value;
}

static void put_training_key(digitnet__wire_writer *writer, const struct training_key *key,
                             const digitnet__training *training) {
    value_text value = text_of(key, training);
    if (!key->fallback || strcmp(value.text, key->fallback) != 0)
        put_entry(writer, key->key, value.text);
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
    for (size_t i = 0; training && i < TRAINING_KEYS; i++)
        put_training_key(writer, &training_keys[i], training);
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
    for (size_t i = 0; found->training_count && i < TRAINING_KEYS; i++)
        if (!found->training[i].bytes && !training_keys[i].fallback)
            return missing(training_keys[i].key);
    return DIGITNET_OK;
}

static bool parse_name(int *out, value_type type, const char *text) {
    for (int value = 0; value < ENUMERATORS; value++) {
        const char *name = name_of(type, value);
        if (name && strcmp(text, name) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

/* The value at a place, or the one with this index from there on. */
static bool parse_value(value_type type, void *place, size_t index, const char *text) {
    switch (type) {
    case FLAG:
        *(int32_t *)place = *text == '1';
        return strcmp(text, "0") == 0 || strcmp(text, "1") == 0;
    case NUMBER:
        return digitnet__number_parse((double *)place + index, text) && isfinite(((double *)place)[index]);
    case COUNT:
        return digitnet__count_parse((uint64_t *)place + index, text);
    default:
        return parse_name(place, type, text);
    }
}

/* Overwrites the commas. */
static bool parse_list(const struct training_key *key, void *place, char *text) {
    char *at = text;
    for (size_t i = 0; i < key->list && at; i++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        if (!parse_value(key->type, place, i, at))
            return false;
        at = comma ? comma + 1 : NULL;
    }
    return at == NULL;
}

static bool parse_text(digitnet__training *training, const struct training_key *key, char *text) {
    void *place = (char *)training + key->offset;
    return key->list ? *text && parse_list(key, place, text) : parse_value(key->type, place, 0, text);
}

static digitnet_status parse_key(digitnet__training *training, const struct training_key *key,
                                 digitnet__wire_view value) {
    value_text own = {""};
    size_t most = key->list ? sizeof own.text - 1 : NUMBER_MAX;
    if (!value.bytes) {
        snprintf(own.text, sizeof own.text, "%s", key->fallback);
        parse_text(training, key, own.text); /* which is right */
        return DIGITNET_OK;
    }
    bool fits = value.size <= most && !memchr(value.bytes, 0, value.size);
    if (fits)
        memcpy(own.text, value.bytes, value.size);
    if (fits && parse_text(training, key, own.text))
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
