/* MNIST, and what comes in its form, from a folder. */
#include "core/call.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "digitnet/dataset.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Where the files are about, in this order; there each as NAME-idx or NAME.idx, raw and then compressed. */
static const char *const folders[] = {"", "MNIST/raw/", "raw/"};

/* One of the four files. */
typedef struct content {
    const char *name, *type; /* "train-images", "idx3" */
} content;

static bool find_in(char *path, size_t capacity, const char *folder, const char *inner, const content *wanted) {
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, capacity, "%s/%s%s%c%s-ubyte%s", folder, inner, wanted->name, "-."[i / 2], wanted -> type,
                 i % 2 ? ".gz" : "");
        if (digitnet__file_exists(path))
            return true;
    }
    return false;
}

/* The path of a file, to be released with digitnet__release(). */
static digitnet_status find_file(char **out, const char *folder, const content *wanted) {
    size_t capacity = strlen(folder) + 128;
    char *path = *out = digitnet__allocate(capacity);
    if (!path)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (find_in(path, capacity, folder, folders[i], wanted))
            return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ENOTFOUND,
                          "digitnet_dataset_load_mnist: there is neither %s-%s-ubyte nor %s.%s-ubyte, with or without "
                          ".gz, in %s, or in MNIST/raw or raw below it",
                          wanted->name, wanted->type, wanted->name, wanted->type, folder);
}

static digitnet_status load_half(digitnet_dataset **out, const char *folder, const content *files,
                                 const digitnet_dataset_load_options *options) {
    char *images = NULL, *labels = NULL;
    digitnet_status status = find_file(&images, folder, &files[0]);
    if (status == DIGITNET_OK)
        status = find_file(&labels, folder, &files[1]);
    if (status == DIGITNET_OK)
        status = digitnet_dataset_load_idx_ex(out, images, labels, options);
    digitnet__release(images);
    digitnet__release(labels);
    return status;
}

static digitnet_status check_and_load(digitnet_dataset **train, digitnet_dataset **test, const char *folder,
                                      const digitnet_dataset_load_options *options) {
    static const content train_files[] = {{"train-images", "idx3"}, {"train-labels", "idx1"}},
                         test_files[] = {{"t10k-images", "idx3"}, {"t10k-labels", "idx1"}};
    digitnet_status status = DIGITNET_OK;
    if (train)
        *train = NULL;
    if (test)
        *test = NULL;
    if (!train && !test)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_load_mnist: train and test are both NULL");
    if (!folder || *folder == '\0')
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_load_mnist: folder is %s",
                              !folder ? "NULL" : "an empty string");
    if (train)
        status = load_half(train, folder, train_files, options);
    if (status == DIGITNET_OK && test)
        status = load_half(test, folder, test_files, options);
    if (status != DIGITNET_OK && train) {
        digitnet_dataset_free(*train);
        *train = NULL;
    }
    return status;
}

digitnet_status digitnet_dataset_load_mnist_ex(digitnet_dataset **train, digitnet_dataset **test, const char *folder,
                                               const digitnet_dataset_load_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_load(train, test, folder, options));
}

digitnet_status digitnet_dataset_load_mnist(digitnet_dataset **train, digitnet_dataset **test, const char *folder) {
    return digitnet_dataset_load_mnist_ex(train, test, folder, NULL);
}
