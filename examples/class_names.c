#include "class_names.h"

#include <string.h>

static int begins_character(char byte) {
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* How many bytes the character at `text` takes; four at most, also where it is no UTF-8. */
static size_t character_size(const char *text) {
    size_t size = 1;
    while (size < 4 && text[size] != '\0' && !begins_character(text[size]))
        size++;
    return size;
}

static size_t count_characters(const char *text) {
    size_t count = 0;
    for (; *text; text += character_size(text))
        count++;
    return count;
}

size_t show_class_name(char text[NAME_SIZE], char *const *names, size_t label) {
    static const char ellipsis[] = "…";
    if (!names)
        return (size_t)snprintf(text, NAME_SIZE, "%zu", label);
    const char *name = names[label];
    size_t characters = count_characters(name), cut = characters > NAME_CHARACTERS;
    size_t shown = cut ? NAME_CHARACTERS - 1 : characters;
    for (size_t i = 0; i < shown; i++) {
        size_t size = character_size(name);
        memcpy(text, name, size);
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
        text += size;
        name += size;
    }
    memcpy(text, cut ? ellipsis : "", cut ? sizeof ellipsis : 1);
    return shown + cut;
}

size_t widest_class_name(char *const *names, size_t count) {
    char text[NAME_SIZE];
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t width = show_class_name(text, names, i);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void write_quoted(FILE *script, char *const *names, size_t label, const char *doubled) {
    char text[NAME_SIZE];
    show_class_name(text, names, label);
    for (const char *at = text; *at; at++) {
        if (strchr(doubled, *at))
            fputc(*at, script);
        fputc(*at, script);
    }
}

void write_class_name(FILE *script, char *const *names, size_t label) {
    write_quoted(script, names, label, "'");
}

void write_class_tic(FILE *script, char *const *names, size_t label) {
    write_quoted(script, names, label, "'%");
}
