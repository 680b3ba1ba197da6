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

/* Those of East Asia, which begin at U+3000, and pictures behind them are as wide as two others. */
static size_t character_width(const char *text) {
    return (unsigned char)*text >= 0xe3 && character_size(text) > 2 ? 2 : 1;
}

static size_t text_width(const char *text) {
    size_t width = 0;
    for (; *text; text += character_size(text))
        width += character_width(text);
    return width;
}

size_t show_class_name(char text[NAME_SIZE], char *const *names, size_t label) {
    static const char ellipsis[] = "…";
    if (!names)
        return (size_t)snprintf(text, NAME_SIZE, "%zu", label);
    const char *name = names[label];
    size_t cut = text_width(name) > NAME_WIDTH, width = 0;
    while (*name && width + character_width(name) <= NAME_WIDTH - cut) {
        size_t size = character_size(name);
        width += character_width(name);
        memcpy(text, name, size);
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
        text += size;
        name += size;
    }
    memcpy(text, cut ? ellipsis : "", cut ? sizeof ellipsis : 1);
    return width + cut;
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
