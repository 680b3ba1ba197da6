/* A program that opens the library as it runs, trains with it, and closes it again: dlopen PATH_OF_THE_LIBRARY */
#include "digitnet/digitnet.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* The functions that are used, by their names. */
#define FUNCTIONS(USE)              \
    USE(digitnet_dataset_create_u8) \
    USE(digitnet_dataset_free)      \
    USE(digitnet_last_error)        \
    USE(digitnet_model_add_dense)   \
    USE(digitnet_model_add_flatten) \
    USE(digitnet_model_compile)     \
    USE(digitnet_model_create)      \
    USE(digitnet_model_fit)         \
    USE(digitnet_model_free)        \
    USE(digitnet_model_predict_u8)

struct library {
    void *handle;
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
};

static int open_library(struct library *library, const char *path) {
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library->handle) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
#define LOOK_UP(name)                                         \
    *(void **)&library->name = dlsym(library->handle, #name); \
    if (!library->name)                                       \
        return 1;
    FUNCTIONS(LOOK_UP)
    return 0;
}

/* Two threads train; a wrong call leaves a message of the thread. */
static int train(const struct library *library) {
    const uint8_t images[4][16] = {{255, 255}, {0, 0, 255, 255}, {255, 255, 128}, {0, 64, 255, 255}};
    const int32_t labels[4] = {0, 1, 0, 1};
    float scores[2];
    digitnet_dataset *dataset = NULL;
    digitnet_model *model = NULL;
    int failed = library->digitnet_dataset_create_u8(&dataset, images[0], labels, 4, 4, 4, 1) != DIGITNET_OK ||
                 library->digitnet_model_create(&model, 4, 4, 1) != DIGITNET_OK;
    library->digitnet_model_add_flatten(model);
    library->digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    failed =
        failed ||
        library->digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM,
                                        DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY) ||
        library->digitnet_model_fit(model, dataset, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .threads = 2)) ||
        library->digitnet_model_predict_u8(scores, 2, model, images[0], 16) ||
        library->digitnet_model_predict_u8(scores, 1, model, images[0], 16) != DIGITNET_EBUFFER ||
        strlen(library->digitnet_last_error()) == 0;
    library->digitnet_model_free(model);
    library->digitnet_dataset_free(dataset);
    return failed;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    for (int round = 0; round < 3; ++round) {
        struct library library;
        if (open_library(&library, argv[1]))
            return 1;
        if (train(&library)) {
            fprintf(stderr, "round %d: %s\n", round, library.digitnet_last_error());
            return 1;
        }
        if (dlclose(library.handle) != 0 || dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) {
            fprintf(stderr, "round %d: the library stays open\n", round);
            return 1;
        }
    }
    return 0;
}
