#include "console.h"

#include "arguments.h"
#include "files.h"

#include <stdio.h>
#include <stdlib.h>

int failed(const char *program, const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program, what, digitnet_last_error());
    return EXIT_FAILED;
}

void print_summary(const digitnet_model *model) {
    size_t size = 0;
    char *text = NULL;
    if (digitnet_model_summary(NULL, 0, &size, model) == DIGITNET_EBUFFER && (text = malloc(size)) != NULL &&
        digitnet_model_summary(text, size, NULL, model) == DIGITNET_OK)
        fputs(text, stdout);
    fflush(stdout);
    free(text);
}

void print_outputs(const char *folder, const char *const *names, size_t count) {
    const char *separator = "";
    printf("In %s:", folder);
    for (size_t i = 0; i < count; i++)
        if (has_output(folder, names[i])) {
            printf("%s %s", separator, names[i]);
            separator = ",";
        }
    putchar('\n');
}

int end_output(const char *program, int code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "%s: the output could not be written\n", program);
    return EXIT_FAILED;
}
