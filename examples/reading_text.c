#include "reading_text.h"

static const char *status_name(digitnet_reading_status status) {
    static const char *const names[] = {"ok", "unsure", "no digits"};
    return names[status];
}

static digitnet_reading_line line_of(const digitnet_reading *reading, size_t index) {
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    if (digitnet_reading_describe_line(&line, reading, index))
        line.text = line.reason = "";
    return line;
}

static void write_text(FILE *file, const char *path, const digitnet_reading *reading, int several) {
    size_t lines = digitnet_reading_line_count(reading);
    for (size_t i = 0; i < lines; i++) {
        digitnet_reading_line line = line_of(reading, i);
        if (several)
            fprintf(file, "%s: ", path);
        fputs(line.text, file);
        if (line.status != DIGITNET_READING_OK)
            fprintf(file, "%s(%s: %s)", line.characters ? "  " : "", status_name(line.status), line.reason);
        fputc('\n', file);
    }
    if (lines == 0)
        fprintf(file, "%s%s(no digits)\n", several ? path : "", several ? ": " : "");
}

/* A string of JSON: RFC 8259, section 7. */
static void write_string(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte < ' ')
            fprintf(file, "\\u%04x", byte);
        else
            fputc(byte, file);
    }
    fputc('"', file);
}

static void write_corners(FILE *file, const digitnet_place corners[4]) {
    fputs("\"corners\": [", file);
    for (size_t i = 0; i < 4; i++)
        fprintf(file, "%s[%.1f, %.1f]", i ? ", " : "", corners[i].x, corners[i].y);
    fputc(']', file);
}

static void write_judgement(FILE *file, double confidence, digitnet_reading_status status, const char *reason) {
    fprintf(file, "\"confidence\": %.4f, \"status\": \"%s\", \"reason\": ", confidence, status_name(status));
    write_string(file, reason);
    fputs(", ", file);
}

static void write_character(FILE *file, const digitnet_reading *reading, size_t line, size_t index) {
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    if (digitnet_reading_describe_character(&character, reading, line, index))
        return;
    fputs(index ? ",\n        {" : "\n        {", file);
    if (character.digit >= 0)
        fprintf(file, "\"digit\": %d, ", character.digit);
    else if (character.separator)
        fprintf(file, "\"separator\": \"%c\", ", (char)character.separator);
    else
        fputs("\"digit\": null, ", file);
    write_judgement(file, character.confidence, character.status, character.reason);
    write_corners(file, character.corners);
    fputs(", \"alternatives\": [", file);
    for (size_t i = 0; i < DIGITNET_ALTERNATIVES && character.alternatives[i].digit >= 0; i++)
        fprintf(file, "%s{\"digit\": %d, \"probability\": %.4f}", i ? ", " : "", character.alternatives[i].digit,
                character.alternatives[i].probability);
    fputs("]}", file);
}

static void write_json(FILE *file, const char *path, const digitnet_reading *reading, int several) {
    (void)several;
    fputs("\n  {\"file\": ", file);
    write_string(file, path);
    fputs(", \"lines\": [", file);
    for (size_t i = 0; i < digitnet_reading_line_count(reading); i++) {
        digitnet_reading_line line = line_of(reading, i);
        fputs(i ? ",\n    {\"text\": " : "\n    {\"text\": ", file);
        write_string(file, line.text);
        fputs(", ", file);
        write_judgement(file, line.confidence, line.status, line.reason);
        write_corners(file, line.corners);
        fputs(",\n      \"characters\": [", file);
        for (size_t j = 0; j < line.characters; j++)
            write_character(file, reading, i, j);
        fputs("]}", file);
    }
    fputs("]}", file);
}

/* A field of CSV: RFC 4180. */
static void write_field(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){*text, '\0'}, file);
    fputc('"', file);
}

static void write_csv(FILE *file, const char *path, const digitnet_reading *reading, int several) {
    (void)several;
    for (size_t i = 0; i < digitnet_reading_line_count(reading); i++) {
        digitnet_reading_line line = line_of(reading, i);
        write_field(file, path);
        fprintf(file, ",%zu,\"%s\",%.4f,%s,", i + 1, line.text, line.confidence, status_name(line.status));
        write_field(file, line.reason);
        for (size_t corner = 0; corner < 4; corner++)
            fprintf(file, ",%.1f,%.1f", line.corners[corner].x, line.corners[corner].y);
        fputc('\n', file);
    }
}

const struct reading_format text_format = {"", "", "", write_text};
const struct reading_format json_format = {"[", ",", "\n]\n", write_json};
const struct reading_format csv_format = {"file,line,text,confidence,status,reason,x0,y0,x1,y1,x2,y2,x3,y3\n", "", "",
                                          write_csv};
