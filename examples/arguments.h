/* The command line of the examples: options with one value each, "--name VALUE" or "--name=VALUE", or with none. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stddef.h>

/* Exit codes of all examples. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_STOPPED = 130 };

typedef enum option_kind {
    OPTION_TEXT,    /* const char *; not empty */
    OPTION_CHOICE,  /* const char *; one of the words in `value_name`, with | between them */
    OPTION_COUNT,   /* size_t; at least 1 */
    OPTION_THREADS, /* size_t; 0 to 256 */
    OPTION_SEED,    /* uint64_t */
    OPTION_RATE,    /* double; finite and greater than 0 */
    OPTION_PART,    /* double; greater than 0 and less than 1 */
    OPTION_SIZE,    /* size_t[2], height and width, 8 to 512 each; "32x48", or "32" for both */
    OPTION_FLAG     /* int; no value, but 1 where it is given */
} option_kind;

struct option {
    const char *name; /* "--epochs" */
    option_kind kind;
    void *value;            /* holds the default, receives what is given */
    const char *value_name; /* for the help: "N"; "" for a flag */
    const char *help;
    int given; /* set to 1 by read_arguments() where the option is there */
};

struct program {
    const char *usage; /* "mnist_train [options]" */
    const char *description;
    struct option *options;
    size_t option_count;
    /* How many arguments that are no options it takes. */
    size_t fewest, most;
};

/* Reads the options and moves the other arguments to the front of `arguments`, *count of them. Returns -1 to go on, or
 * the code to exit with: after --help, which goes to stdout, or a mistake, which is explained on stderr. */
int read_arguments(char **arguments, size_t *count, int argc, char **argv, const struct program *program);
/* Explains on stderr a mistake that only the program itself can know; `argument` is what it is about, or "". Returns
 * EXIT_USAGE. */
int usage_error(const struct program *program, const char *problem, const char *argument);

#endif
