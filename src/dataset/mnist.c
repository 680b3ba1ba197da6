/* MNIST, and what comes in its form, from a folder. */
#include "core/call.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "digitnet/dataset.h"

#include <string.h>

/* FOLDER/NAME, or FOLDER/NAME.gz where only that is there; to be released with digitnet__release(). */
static digitnet_status find_file(char **out, const char *folder, const char *name) {
    size_t folder_length = strlen(folder), name_length = strlen(name);
    char *path = digitnet__allocate(folder_length + 1 + name_length + sizeof ".gz");
    *out = path;
    if (!path)
        return DIGITNET_ENOMEM;
    memcpy(path, folder, folder_length);
    path[folder_length] = '/';
    memcpy(path + folder_length + 1, name, name_length + 1);
    if (digitnet__file_exists(path))
        return DIGITNET_OK;
    memcpy(path + folder_length + 1 + name_length, ".gz", sizeof ".gz");
    if (digitnet__file_exists(path))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ENOTFOUND, "digitnet_dataset_load_mnist: there is neither %s/%s nor %s", folder,
                          name, path);
}

static digitnet_status load_half(digitnet_dataset **out, const char *folder, const char *images_name,
                                 const char *labels_name, const digitnet_dataset_load_options *options) {
    char *images = NULL, *labels = NULL;
    digitnet_status status = find_file(&images, folder, images_name);
    if (status == DIGITNET_OK)
        status = find_file(&labels, folder, labels_name);
    if (status == DIGITNET_OK)
        status = digitnet_dataset_load_idx_ex(out, images, labels, options);
    digitnet__release(images);
    digitnet__release(labels);
    return status;
}

static digitnet_status check_and_load(digitnet_dataset **train, digitnet_dataset **test, const char *folder,
                                      const digitnet_dataset_load_options *options) {
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
        status = load_half(train, folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", options);
    if (status == DIGITNET_OK && test)
        status = load_half(test, folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", options);
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
