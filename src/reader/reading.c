#include "reader/reading.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/pool.h"
#include "core/status.h"

#include <string.h>

typedef struct reading_line {
    digitnet_reading_line info;
    digitnet_reading_character *characters;
} reading_line;

struct digitnet_reading {
    digitnet__pool pool;
    reading_line *lines;
    size_t count, capacity;
};

digitnet_status digitnet__reading_create(digitnet_reading **out) {
    *out = digitnet__allocate_zeroed(sizeof **out);
    if (!*out)
        return DIGITNET_ENOMEM;
    (*out)->pool.left = SIZE_MAX;
    return DIGITNET_OK;
}

void digitnet_reading_free(digitnet_reading *reading) {
    if (!reading)
        return;
    digitnet__pool_release(&reading->pool);
    digitnet__release(reading);
}

static char character_text(const digitnet_reading_character *character) {
    if (character->digit >= 0)
        return (char)('0' + character->digit);
    if (character->separator)
        return (char)character->separator;
    return digitnet__character_is_empty(character) ? ' ' : '?';
}

digitnet_status digitnet__reading_add_line(digitnet_reading *reading, const digitnet_reading_line *line,
                                           const digitnet_reading_character *characters, size_t count) {
    void *lines = reading->lines, *copies = NULL, *text = NULL;
    DNN_TRY(digitnet__pool_grow(&lines, &reading->capacity, &reading->pool, reading->count, sizeof *reading->lines));
    reading->lines = lines;
    DNN_TRY(digitnet__pool_allocate(&copies, &reading->pool, count, sizeof *characters));
    DNN_TRY(digitnet__pool_allocate(&text, &reading->pool, count + 1, 1));
    reading_line *added = &reading->lines[reading->count++];
    *added = (reading_line){.info = *line, .characters = copies};
    for (size_t i = 0; i < count; i++) {
        added->characters[i] = characters[i];
        ((char *)text)[i] = character_text(&characters[i]);
    }
    added->info.text = text;
    added->info.characters = count;
    return DIGITNET_OK;
}

void digitnet__reading_reverse(digitnet_reading *reading, size_t first) {
    for (size_t last = reading->count; first + 1 < last; first++) {
        reading_line line = reading->lines[first];
        reading->lines[first] = reading->lines[--last];
        reading->lines[last] = line;
    }
}

void digitnet__reading_drop_last(digitnet_reading *reading) {
    reading->count--;
}

void digitnet__reading_doubt(digitnet_reading *reading, size_t line, const char *reason) {
    if (reading->lines[line].info.status != DIGITNET_READING_OK)
        return;
    reading->lines[line].info.status = DIGITNET_READING_UNSURE;
    reading->lines[line].info.reason = reason;
}

void digitnet__reading_keep(digitnet_reading *reading, bool (*keep)(const digitnet_reading_line *line)) {
    size_t left = 0;
    for (size_t i = 0; i < reading->count; i++)
        if (keep(&reading->lines[i].info))
            reading->lines[left++] = reading->lines[i];
    reading->count = left;
}

size_t digitnet_reading_line_count(const digitnet_reading *reading) {
    return reading ? reading->count : 0;
}

static digitnet_status find_line(const reading_line **found, const digitnet_reading *reading, size_t line,
                                 const char *where) {
    if (!reading)
        return digitnet__fail(DIGITNET_EINVAL, "%s: reading is NULL", where);
    if (line >= reading->count)
        return digitnet__fail(DIGITNET_ENOTFOUND, "%s: there is no line %zu; the reading has %zu", where, line,
                              reading->count);
    *found = &reading->lines[line];
    return DIGITNET_OK;
}

digitnet_status digitnet_reading_describe_line(digitnet_reading_line *out, const digitnet_reading *reading,
                                               size_t line) {
    const reading_line *found = NULL;
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_reading_line, reserved));
    DNN_TRY(find_line(&found, reading, line, "digitnet_reading_describe_line"));
    digitnet__result_write(out, &found->info, sizeof found->info);
    return DIGITNET_OK;
}

digitnet_status digitnet_reading_describe_character(digitnet_reading_character *out, const digitnet_reading *reading,
                                                    size_t line, size_t character) {
    const reading_line *found = NULL;
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_reading_character, reserved));
    DNN_TRY(find_line(&found, reading, line, "digitnet_reading_describe_character"));
    if (character >= found->info.characters)
        return digitnet__fail(DIGITNET_ENOTFOUND,
                              "digitnet_reading_describe_character: there is no character %zu; line %zu has %zu",
                              character, line, found->info.characters);
    digitnet__result_write(out, &found->characters[character], sizeof found->characters[character]);
    return DIGITNET_OK;
}
