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

/* Where the files are about, and how they are called there; in this order, each raw and then compressed. */
static const char *const folders[] = {"", "MNIST/raw/", "raw/"};
static const char *const suffixes[] = {"-idx3-ubyte", "-idx1-ubyte", ".idx3-ubyte", ".idx1-ubyte"};

/* One of the four files. */
typedef struct content {
    const char *name; /* "train-images" */
    bool is_labels;
} content;

static bool find_in(char *path, size_t capacity, const char *folder, const content *wanted) {
    static const char *const endings[] = {"", ".gz"};
    for (size_t suffix = wanted->is_labels; suffix < sizeof suffixes / sizeof *suffixes; suffix += 2)
        for (size_t i = 0; i < 2; i++) {
            snprintf(path, capacity, "%s%s%s%s", folder, wanted->name, suffixes[suffix], endings[i]);
            if (digitnet__file_exists(path))
                return true;
        }
    return false;
}

/* The path of a file, to be released with digitnet__release(). */
static digitnet_status find_file(char **out, const char *folder, const content *wanted) {
    size_t length = strlen(folder), capacity = length + 128;
    char *path = digitnet__allocate(capacity), *place = digitnet__allocate(length + 32);
    digitnet_status status = path && place ? DIGITNET_ENOTFOUND : DIGITNET_ENOMEM;
    for (size_t i = 0; status == DIGITNET_ENOTFOUND && i < sizeof folders / sizeof *folders; i++) {
        snprintf(place, length + 32, "%s/%s", folder, folders[i]);
        if (find_in(path, capacity, place, wanted))
            status = DIGITNET_OK;
    }
    if (status == DIGITNET_ENOTFOUND)
        digitnet__fail(status,
                       "digitnet_dataset_load_mnist: there is neither %s%s nor %s%s, with or without .gz, in %s, or in "
                       "MNIST/raw or raw below it",
                       wanted->name, suffixes[wanted->is_labels], wanted->name, suffixes[2 + wanted->is_labels],
                       folder);
    digitnet__release(place);
    *out = path;
    return status;
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
    static const content train_files[] = {{"train-images", false}, {"train-labels", true}},
                         test_files[] = {{"t10k-images", false}, {"t10k-labels", true}};
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
