#include "training/training_keys.h"

#include "core/number.h"
#include "optimizer/schedule.h"
#include "training/loss.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { LIST_MAX = DNN_TRAINING_LIST_MAX, NUMBER_MAX = DNN_TRAINING_NUMBER_MAX };

/* The first ones are enumerations, written as names. */
typedef enum value_type { OPTIMIZER, LOSS, SCHEDULE, METRIC, FLAG, NUMBER, COUNT } value_type;

/* More than any enumeration has. */
enum { ENUMERATORS = 64 };

/* In the order of files. A key that came later has the value that files without it mean, and is left out where that is
 * its value. */
static const struct training_key {
    const char *key;
    value_type type;
    size_t offset;        /* in a digitnet__training */
    const char *fallback; /* NULL: the key must be there */
    size_t list;          /* 0: one value; else so many at most, the last of which is not zero */
} all[] = {
    {"optimizer", OPTIMIZER, offsetof(digitnet__training, settings.kind), NULL, 0},
    {"learning_rate", NUMBER, offsetof(digitnet__training, settings.schedule.learning_rate), NULL, 0},
    {"beta_1", NUMBER, offsetof(digitnet__training, settings.beta_1), NULL, 0},
    {"beta_2", NUMBER, offsetof(digitnet__training, settings.beta_2), NULL, 0},
    {"epsilon", NUMBER, offsetof(digitnet__training, settings.epsilon), NULL, 0},
    {"momentum", NUMBER, offsetof(digitnet__training, settings.momentum), NULL, 0},
    {"nesterov", FLAG, offsetof(digitnet__training, settings.nesterov), NULL, 0},
    {"pytorch_epsilon", FLAG, offsetof(digitnet__training, settings.pytorch_epsilon), "0", 0},
    {"rho", NUMBER, offsetof(digitnet__training, settings.rho), "0.9", 0},
    {"centered", FLAG, offsetof(digitnet__training, settings.centered), "0", 0},
    {"momentum_decay", NUMBER, offsetof(digitnet__training, settings.momentum_decay), "1", 0},
    {"weight_decay", NUMBER, offsetof(digitnet__training, settings.weight_decay), "0", 0},
    {"clipvalue", NUMBER, offsetof(digitnet__training, settings.clipvalue), "0", 0},
    {"clipnorm", NUMBER, offsetof(digitnet__training, settings.clipnorm), "0", 0},
    {"global_clipnorm", NUMBER, offsetof(digitnet__training, settings.global_clipnorm), "0", 0},
    {"gradient_accumulation_steps", COUNT, offsetof(digitnet__training, settings.gradient_accumulation_steps), "1", 0},
    {"ema_momentum", NUMBER, offsetof(digitnet__training, settings.ema_momentum), "0", 0},
    {"ema_overwrite_frequency", COUNT, offsetof(digitnet__training, settings.ema_overwrite_frequency), "0", 0},
    {"schedule", SCHEDULE, offsetof(digitnet__training, settings.schedule.kind), "constant", 0},
    {"schedule_warmup_steps", COUNT, offsetof(digitnet__training, settings.schedule.warmup_steps), "0", 0},
    {"schedule_warmup_from", NUMBER, offsetof(digitnet__training, settings.schedule.warmup_from), "0", 0},
    {"schedule_decay_steps", COUNT, offsetof(digitnet__training, settings.schedule.decay_steps), "0", 0},
    {"schedule_decay_rate", NUMBER, offsetof(digitnet__training, settings.schedule.decay_rate), "0", 0},
    {"schedule_staircase", FLAG, offsetof(digitnet__training, settings.schedule.staircase), "0", 0},
    {"schedule_alpha", NUMBER, offsetof(digitnet__training, settings.schedule.alpha), "0", 0},
    {"schedule_t_mul", NUMBER, offsetof(digitnet__training, settings.schedule.t_mul), "0", 0},
    {"schedule_m_mul", NUMBER, offsetof(digitnet__training, settings.schedule.m_mul), "0", 0},
    {"schedule_pct_start", NUMBER, offsetof(digitnet__training, settings.schedule.pct_start), "0", 0},
    {"schedule_div_factor", NUMBER, offsetof(digitnet__training, settings.schedule.div_factor), "0", 0},
    {"schedule_final_div_factor", NUMBER, offsetof(digitnet__training, settings.schedule.final_div_factor), "0", 0},
    {"schedule_boundaries", COUNT, offsetof(digitnet__training, settings.schedule.boundaries), "", LIST_MAX},
    {"schedule_values", NUMBER, offsetof(digitnet__training, settings.schedule.values), "", LIST_MAX},
    {"reduce_on_plateau", FLAG, offsetof(digitnet__training, settings.reduces_on_plateau), "0", 0},
    {"plateau_monitor", METRIC, offsetof(digitnet__training, settings.plateau.monitor), "val_loss", 0},
    {"plateau_patience", COUNT, offsetof(digitnet__training, settings.plateau.patience), "10", 0},
    {"plateau_cooldown", COUNT, offsetof(digitnet__training, settings.plateau.cooldown), "0", 0},
    {"plateau_factor", NUMBER, offsetof(digitnet__training, settings.plateau.factor), "0.1", 0},
    {"plateau_min_delta", NUMBER, offsetof(digitnet__training, settings.plateau.min_delta), "0.0001", 0},
    {"plateau_min_lr", NUMBER, offsetof(digitnet__training, settings.plateau.min_lr), "0", 0},
    {"loss", LOSS, offsetof(digitnet__training, loss.kind), NULL, 0},
    {"from_logits", FLAG, offsetof(digitnet__training, loss.from_logits), "0", 0},
    {"label_smoothing", NUMBER, offsetof(digitnet__training, loss.label_smoothing), "0", 0},
    {"alpha", NUMBER, offsetof(digitnet__training, loss.alpha), "0.25", 0},
    {"gamma", NUMBER, offsetof(digitnet__training, loss.gamma), "2", 0},
    {"delta", NUMBER, offsetof(digitnet__training, loss.delta), "1", 0},
    {"class_balancing", FLAG, offsetof(digitnet__training, loss.class_balancing), "0", 0},
    {"seed", COUNT, offsetof(digitnet__training, seed), NULL, 0},
    {"gradient_ranges", COUNT, offsetof(digitnet__training, gradient_ranges), "8", 0},
    {"epochs_done", COUNT, offsetof(digitnet__training, progress.epochs_done), NULL, 0},
    {"steps_done", COUNT, offsetof(digitnet__training, progress.steps_done), NULL, 0},
    {"accumulated", COUNT, offsetof(digitnet__training, progress.accumulated), "0", 0},
    {"momentum_product", NUMBER, offsetof(digitnet__training, progress.momentum_product), "1", 0},
    {"plateau_best", NUMBER, offsetof(digitnet__training, progress.plateau.best), "nan", 0},
    {"plateau_wait", COUNT, offsetof(digitnet__training, progress.plateau.wait), "0", 0},
    {"plateau_cooldown_left", COUNT, offsetof(digitnet__training, progress.plateau.cooldown), "0", 0},
    {"batches_done", COUNT, offsetof(digitnet__training, progress.batches_done), NULL, 0},
    {"image_count", COUNT, offsetof(digitnet__training, progress.image_count), NULL, 0},
    {"batch_size", COUNT, offsetof(digitnet__training, progress.batch_size), NULL, 0},
    {"loss_sum", NUMBER, offsetof(digitnet__training, progress.loss_sum), NULL, 0},
    {"correct", COUNT, offsetof(digitnet__training, progress.correct), NULL, 0},
};
enum { KEYS = sizeof all / sizeof *all };
_Static_assert(sizeof all / sizeof *all <= DNN_TRAINING_KEYS_MAX, "room for all keys");

const char *digitnet__training_key(size_t index) {
    return index < KEYS ? all[index].key : NULL;
}

const char *digitnet__training_key_fallback(size_t index) {
    return all[index].fallback;
}

size_t digitnet__training_key_length(size_t index) {
    return all[index].list ? sizeof(digitnet__training_text) - 1 : NUMBER_MAX;
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

static void format_list(digitnet__training_text *out, const struct training_key *key, const void *place) {
    size_t length = 0, kept = 0;
    for (size_t i = 0; i < key->list; i++) {
        char number[NUMBER_MAX + 1];
        format_value(number, sizeof number, key->type, place, i);
        length += (size_t)snprintf(out->text + length, sizeof out->text - length, "%s%s", i ? "," : "", number);
        kept = is_zero(number) ? kept : length;
    }
    out->text[kept] = '\0';
}

digitnet__training_text digitnet__training_key_text(const digitnet__training *training, size_t index) {
    const struct training_key *key = &all[index];
    const void *place = (const char *)training + key->offset;
    digitnet__training_text value = {""};
    if (key->list)
        format_list(&value, key, place);
    else
        format_value(value.text, sizeof value.text, key->type, place, 0);
    return value;
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

bool digitnet__training_key_parse(digitnet__training *training, size_t index, digitnet__training_text text) {
    const struct training_key *key = &all[index];
    void *place = (char *)training + key->offset;
    return key->list ? *text.text && parse_list(key, place, text.text) : parse_value(key->type, place, 0, text.text);
}
