#include "console.h"

#include "arguments.h"
#include "files.h"

#include <stdio.h>

int failed(const char *program, const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program, what, digitnet_last_error());
    return EXIT_FAILED;
}

void print_summary(const digitnet_model *model) {
    char text[8192];
    if (digitnet_model_summary(text, sizeof text, NULL, model) == DIGITNET_OK)
        fputs(text, stdout);
    fflush(stdout);
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
