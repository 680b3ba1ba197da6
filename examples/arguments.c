#include "arguments.h"

#include "console.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of the program's name, with which the usage begins. */
static int name_length(const struct program *program) {
    return (int)strcspn(program->usage, " ");
}

/* The code to exit with. */
static int print_help(const struct program *program) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", name_length(program), program->usage);
    printf("usage: %s\n\n%s\n\n", program->usage, program->description);
    for (size_t i = 0; i < program->option_count; i++) {
        const struct option *option = &program->options[i];
        int width = printf("  %s %s", option->name, option->value_name);
        printf("%*s%s\n", width < 26 ? 26 - width : 1, "", option->help);
    }
    printf("  --help                  this text\n\n"
           "Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.\n");
    return end_output(name, EXIT_DONE);
}

int usage_error(const struct program *program, const char *problem, const char *argument) {
    int name = name_length(program);
    fprintf(stderr, "%.*s: %s%s\nusage: %s\n%.*s --help explains the options\n", name, program->usage, problem,
            argument, program->usage, name, program->usage);
    return EXIT_USAGE;
}

static const char *wanted(option_kind kind) {
    switch (kind) {
    case OPTION_COUNT:
        return "a whole number from 1 on";
    case OPTION_THREADS:
        return "a whole number from 0 to 256";
    case OPTION_SEED:
        return "a whole number from 0 to 18446744073709551615";
    case OPTION_RATE:
        return "a number greater than 0";
    case OPTION_PART:
        return "a number greater than 0 and less than 1";
    case OPTION_SIZE:
        return "a whole number from 8 to 512, or two of them as in 32x48";
    case OPTION_FLAG:
        return "given without a value";
    case OPTION_CHOICE:
        return "one of ";
    case OPTION_TEXT:
        break;
    }
    return "a name";
}

static int value_error(const struct program *program, const struct option *option, const char *value) {
    char problem[96];
    snprintf(problem, sizeof problem, "%s must be %s%s, not ", option->name, wanted(option->kind),
             option->kind == OPTION_CHOICE ? option->value_name : "");
    return usage_error(program, problem, value[0] ? value : "empty");
}

/* Reads the digits that the text begins with, and returns what is behind them; NULL where there are none, or the number
 * is out of range. strtoull() itself would take a sign and spaces. */
static const char *read_digits(uint64_t *number, const char *text, uint64_t least, uint64_t most) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno != 0 || value < least || value > most)
        return NULL;
    *number = value;
    return end;
}

static int read_number(uint64_t *number, const char *text, uint64_t least, uint64_t most) {
    const char *end = read_digits(number, text, least, most);
    return end && *end == '\0';
}

static int read_size(size_t size[2], const char *text) {
    enum { LEAST = 8, MOST = 512 };
    uint64_t height = 0, width = 0;
    const char *end = read_digits(&height, text, LEAST, MOST);
    width = height;
    if (!end || (*end != '\0' && (*end != 'x' || !read_number(&width, end + 1, LEAST, MOST))))
        return 0;
    size[0] = (size_t)height;
    size[1] = (size_t)width;
    return 1;
}

/* Whether the text is one of the words that stand with | between them. */
static int is_choice(const char *text, const char *words) {
    size_t length = strlen(text);
    while (length != strcspn(words, "|") || strncmp(text, words, length) != 0) {
        words += strcspn(words, "|");
        if (*words++ == '\0')
            return 0;
    }
    return 1;
}

static int read_real(double *real, const char *text, double above, double below) {
    char *end;
    *real = strtod(text, &end);
    return end != text && *end == '\0' && *real > above && *real < below;
}

/* Whether the text is a value of this option; stores it if so. */
static int read_value(const struct option *option, const char *text) {
    uint64_t number = 0;
    switch (option->kind) {
    case OPTION_TEXT:
        *(const char **)option->value = text;
        return text[0] != '\0';
    case OPTION_CHOICE:
        *(const char **)option->value = text;
        return is_choice(text, option->value_name);
    case OPTION_COUNT:
    case OPTION_THREADS:
        if (!read_number(&number, text, option->kind == OPTION_COUNT,
                         option->kind == OPTION_COUNT ? SIZE_MAX / 2 : 256))
            return 0;
        *(size_t *)option->value = (size_t)number;
        return 1;
    case OPTION_SEED:
        return read_number(option->value, text, 0, UINT64_MAX);
    case OPTION_RATE:
        return read_real(option->value, text, 0, INFINITY);
    case OPTION_PART:
        return read_real(option->value, text, 0, 1);
    case OPTION_SIZE:
        return read_size(option->value, text);
    case OPTION_FLAG:
        *(int *)option->value = 1;
        return text[0] == '\0';
    }
    return 0;
}

/* The option that an argument names, up to its '=', or NULL. */
static struct option *find_option(const struct program *program, const char *argument) {
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < program->option_count; i++)
        if (strlen(program->options[i].name) == length && strncmp(program->options[i].name, argument, length) == 0)
            return &program->options[i];
    return NULL;
}

int read_arguments(char **arguments, size_t *count, int argc, char **argv, const struct program *program) {
    int options_end = 0;
    *count = 0;
    for (int i = 1; i < argc; i++) {
        if (options_end || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (argv[i][0] == '\0')
                return usage_error(program, "an argument is empty", "");
            arguments[(*count)++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help(program);
        if (strcmp(argv[i], "--") == 0) {
            options_end = 1;
            continue;
        }
        struct option *option = find_option(program, argv[i]);
        if (!option)
            return usage_error(program, "unknown option ", argv[i]);
        const char *equals = strchr(argv[i], '='), *value = equals ? equals + 1 : "";
        if (!equals && option->kind != OPTION_FLAG)
            value = argv[++i];
        if (!value)
            return usage_error(program, "a value is missing after ", option->name);
        if (!read_value(option, value))
            return value_error(program, option, value);
        option->given = 1;
    }
    if (*count < program->fewest)
        return usage_error(program, "an argument is missing", "");
    if (*count > program->most)
        return usage_error(program, "one argument too many: ", arguments[program->most]);
    return -1;
}
