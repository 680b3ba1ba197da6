/* Reads digits from scans and photos: digit_read IMAGE...; --help explains the options. */
#include "arguments.h"
#include "console.h"
#include "draw_reading.h"
#include "model_folder.h"
#include "read_ink.h"
#include "read_tiff.h"
#include "reading_text.h"
#include "write_png.h"

#include <digitnet/digitnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "digit_read"

enum { DEFAULT_MAX_PIXELS = 1 << 28, PATH_SIZE = 4096 };

typedef digitnet_status (*read_fn)(digitnet_reading **, digitnet_reader_scratch *, const digitnet_image *,
                                   const digitnet_read_options *);

struct settings {
    int digit, line, page, text, json, csv;
    const char *table, *length, *allow, *separators, *models, *polarity, *draw, *steps;
    double error_rate;
    size_t max_pixels;
    digitnet_read_options options;
    size_t printed; /* readings so far */
    read_fn read;
    const struct reading_format *format;
};

/* "9x9", or "any". */
static int read_table_size(digitnet_read_options *options, const char *text) {
    char rest;
    if (strcmp(text, "any") == 0)
        return 0;
    return sscanf(text, "%zux%zu%c", &options->rows, &options->columns, &rest) == 2 && text[0] != '-' &&
                   options->rows > 0 && options->columns > 0
               ? 0
               : -1;
}

/* "5", or "5-9". */
static int read_length(digitnet_read_options *options, const char *text) {
    char rest;
    int count = sscanf(text, "%zu-%zu%c", &options->min_length, &options->max_length, &rest);
    if (count == 1 && strchr(text, '-') == NULL)
        options->max_length = options->min_length;
    return (count == 1 || count == 2) && text[0] != '-' && options->min_length > 0 &&
                   options->max_length >= options->min_length
               ? 0
               : -1;
}

/* An option that is given, and that this kind of reading would not look at; NULL: there is none. */
static const char *unused_option(const struct settings *settings) {
    int no_lines = settings->digit || settings->table;
    return settings->digit && settings->steps ? "--draw-steps"
           : no_lines && settings->length     ? "--length"
           : no_lines && settings->separators ? "--separators"
                                              : NULL;
}

static int choose(struct settings *settings, const struct program *program) {
    const char *unused = unused_option(settings);
    settings->read = settings->digit   ? digitnet_reader_read_digit
                     : settings->line  ? digitnet_reader_read_line
                     : settings->table ? digitnet_reader_read_table
                                       : digitnet_reader_read_page;
    settings->format = settings->json ? &json_format : settings->csv ? &csv_format : &text_format;
    settings->options.error_rate = settings->error_rate;
    settings->options.allow = settings->allow;
    settings->options.separators = settings->separators;
    if (settings->digit + settings->line + settings->page + (settings->table != NULL) > 1)
        return usage_error(program, "only one of --digit, --line, --table and --page can be asked for", "");
    if (settings->text + settings->json + settings->csv > 1)
        return usage_error(program, "only one of --text, --json and --csv can be asked for", "");
    if (unused)
        return usage_error(program, settings->digit ? "--digit takes no " : "--table takes no ", unused);
    if (settings->table && read_table_size(&settings->options, settings->table))
        return usage_error(program, "--table must be rows x columns as in 9x9, or any, not ", settings->table);
    if (settings->length && read_length(&settings->options, settings->length))
        return usage_error(program, "--length must be a number as 5, or two as in 5-9, not ", settings->length);
    if (settings->allow && (!settings->allow[0] || settings->allow[strspn(settings->allow, "0123456789")]))
        return usage_error(program, "--allow must be digits as 01, not ", settings->allow);
    if (settings->separators && settings->separators[strspn(settings->separators, ".,-/")])
        return usage_error(program, "--separators must be of . , - and /, not ", settings->separators);
    return -1;
}

static int read_settings(struct settings *settings, char **images, size_t *count, int argc, char **argv) {
    struct option options[] = {
        {"--page", OPTION_FLAG, &settings->page, "", "all lines of a page, however it lies (this is the default)", 0},
        {"--line", OPTION_FLAG, &settings->line, "", "one line of digits in each picture", 0},
        {"--table", OPTION_TEXT, &settings->table, "9x9|any", "a table with a digit in each cell", 0},
        {"--digit", OPTION_FLAG, &settings->digit, "", "one digit in each picture", 0},
        {"--text", OPTION_FLAG, &settings->text, "", "print the text of each line (this is the default)", 0},
        {"--json", OPTION_FLAG, &settings->json, "", "print all that is known of each digit", 0},
        {"--csv", OPTION_FLAG, &settings->csv, "", "print a row for each line", 0},
        {"--length", OPTION_TEXT, &settings->length, "N|N-M", "a line has so many digits", 0},
        {"--allow", OPTION_TEXT, &settings->allow, "DIGITS", "only these digits may stand there, as 01", 0},
        {"--separators", OPTION_TEXT, &settings->separators, "CHARS",
         "keep these of . , - and / in a line's text (none)", 0},
        {"--error-rate", OPTION_PART, &settings->error_rate, "R", "so few of the sure readings may be wrong (0.01)", 0},
        {"--polarity", OPTION_CHOICE, &settings->polarity, "auto|dark|light", "the ink on the paper (auto)", 0},
        {"--draw", OPTION_TEXT, &settings->draw, "OUT.png", "draw what was read, of one picture", 0},
        {"--draw-steps", OPTION_TEXT, &settings->steps, "DIR", "draw what the reader makes of the picture", 0},
        {"--models", OPTION_TEXT, &settings->models, "DIR", "where digit.onnx and line.onnx are", 0},
        {"--max-pixels", OPTION_COUNT, &settings->max_pixels, "N", "refuse larger pictures (268435456)", 0},
    };
    const struct program program = {
        PROGRAM " [options] IMAGE...",
        "Reads handwritten and printed digits from scans and photos (PNG, JPEG, TIFF or PGM), and says where it is not "
        "sure.",
        options,
        sizeof options / sizeof *options,
        1,
        SIZE_MAX};
    int code = read_arguments(images, count, argc, argv, &program);
    if (code < 0 && settings->draw && *count > 1)
        code = usage_error(&program, "--draw is for one picture", "");
    if (code < 0 && settings->steps && *count > 1)
        code = usage_error(&program, "--draw-steps is for one picture", "");
    return code >= 0 ? code : choose(settings, &program);
}

static int load_picture(struct picture *image, const char *path, size_t max_pixels) {
    char message[IMAGE_MESSAGE_SIZE];
    int result =
        is_tiff(path) ? read_tiff(image, path, max_pixels, message) : read_ink(image, path, max_pixels, message);
    if (result)
        fprintf(stderr, "%s: %s\n", path, message);
    return result;
}

static digitnet_polarity polarity_named(const char *name) {
    return strcmp(name, "dark") == 0    ? DIGITNET_POLARITY_DARK_INK
           : strcmp(name, "light") == 0 ? DIGITNET_POLARITY_LIGHT_INK
                                        : DIGITNET_POLARITY_AUTO;
}

/* Writes a step's picture as DIR/NAME.png; a step that cannot be written ends the reading. */
static int draw_step(const char *name, const uint8_t *pixels, size_t width, size_t height, void *folder) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s.png", (const char *)folder, name);
    return write_png(path, pixels, width, height, 1) ? DIGITNET_EIO : 0;
}

static void print_reading(struct settings *settings, const char *path, const digitnet_reading *reading, int several) {
    if (settings->printed++ > 0)
        fputs(settings->format->between, stdout);
    settings->format->write(stdout, path, reading, several);
}

/* One picture; 0, or -1 with a message. */
static int read_picture(struct settings *settings, digitnet_reader_scratch *scratch, const char *path, int several) {
    struct picture image;
    digitnet_reading *reading = NULL;
    if (load_picture(&image, path, settings->max_pixels))
        return -1;
    digitnet_image picture = DIGITNET_INIT(digitnet_image);
    picture.pixels = image.pixels;
    picture.width = image.width;
    picture.height = image.height;
    picture.polarity = polarity_named(settings->polarity);
    int result = settings->read(&reading, scratch, &picture, &settings->options) ? -1 : 0;
    if (result)
        fprintf(stderr, "%s: %s\n", path, digitnet_last_error());
    else
        print_reading(settings, path, reading, several);
    if (!result && settings->draw)
        result = draw_reading(settings->draw, &image, reading);
    digitnet_reading_free(reading);
    free(image.pixels);
    return result;
}

/* On a terminal that does not show the readings themselves. */
static void show_progress(size_t done, size_t count) {
    if (count > 1 && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO))
        fprintf(stderr, "\r%zu of %zu%s", done, count, done == count ? "\n" : "");
}

/* Each picture, whatever becomes of those before it; the code to exit with. */
static int read_pictures(struct settings *settings, digitnet_reader_scratch *scratch, char **images, size_t count) {
    int code = EXIT_DONE;
    fputs(settings->format->begin, stdout);
    for (size_t i = 0; i < count; i++) {
        if (read_picture(settings, scratch, images[i], count > 1))
            code = EXIT_FAILED;
        fflush(stdout); /* in order with the messages on stderr */
        show_progress(i + 1, count);
    }
    fputs(settings->format->end, stdout);
    return end_output(PROGRAM, code);
}

/* Both models, or that of digits alone where no lines are read. */
static int load_reader(digitnet_reader **out, const char *models, int with_lines) {
    char folder[PATH_SIZE / 2], digit[PATH_SIZE], line[PATH_SIZE];
    if (models)
        snprintf(folder, sizeof folder, "%s", models);
    else if (find_model_folder(folder, sizeof folder)) {
        fprintf(stderr, PROGRAM ": the models are not at %s: name their folder by --models\n", folder);
        return -1;
    }
    snprintf(digit, sizeof digit, "%s/digit.onnx", folder);
    snprintf(line, sizeof line, "%s/line.onnx", folder);
    if (digitnet_reader_load(out, digit, with_lines ? line : NULL) == DIGITNET_OK)
        return 0;
    fprintf(stderr, PROGRAM ": %s\n", digitnet_last_error());
    return -1;
}

int main(int argc, char **argv) {
    struct settings settings = {.polarity = "auto", .error_rate = 0.01, .max_pixels = DEFAULT_MAX_PIXELS};
    digitnet_reader *reader = NULL;
    digitnet_reader_scratch *scratch = NULL;
    size_t count;
    settings.options = (digitnet_read_options)DIGITNET_INIT(digitnet_read_options);
    int code = read_settings(&settings, argv, &count, argc, argv);
    if (code >= 0)
        return code;
    if (settings.steps) {
        settings.options.on_step = draw_step;
        settings.options.user_data = (void *)settings.steps;
    }
    code = EXIT_FAILED;
    if (load_reader(&reader, settings.models, !settings.digit && !settings.table) == 0) {
        if (digitnet_reader_scratch_create(&scratch, reader))
            fprintf(stderr, PROGRAM ": %s\n", digitnet_last_error());
        else
            code = read_pictures(&settings, scratch, argv, count);
    }
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    return code;
}
