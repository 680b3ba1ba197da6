#include "model_folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int has_models(const char *folder) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/digit.onnx", folder);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

int find_model_folder(char *folder, size_t capacity) {
    char program[3072];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    for (char *slash = strrchr(program, '/'); slash; slash = strrchr(program, '/')) {
        *slash = '\0'; /* the folder above */
        snprintf(folder, capacity, "%s/share/digitnet/models", program);
        if (has_models(folder))
            return 0;
    }
    snprintf(folder, capacity, "%s", MODEL_FOLDER);
    return has_models(folder) ? 0 : -1;
}
