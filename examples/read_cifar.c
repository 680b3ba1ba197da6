/* CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky 2009): records of one or two labels and an image, the red
 * values first, then the green and the blue ones. */
#include "files.h"
#include "image_array.h"
#include "readers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, PIXELS = SIDE * SIDE, CHANNELS = 3, MOST_LABELS = 2 };

struct form {
    size_t labels; /* of a record; the last one is the class */
    int classes;
};

static const struct form cifar10 = {1, 10}, cifar100 = {2, 100};

static digitnet_status add_record(struct image_array *array, const uint8_t *record, const struct form *form,
                                  const char *path, size_t row) {
    uint8_t *image = NULL;
    int label = record[form->labels - 1];
    if (label >= form->classes)
        return refuse(DIGITNET_EFORMAT, "%s, record %zu: the label is %d, not 0 to %d", path, row, label,
                      form->classes - 1);
    digitnet_status status = image_array_add(array, &image, label);
    for (size_t i = 0; !status && i < (size_t)PIXELS * CHANNELS; i++)
        image[i % PIXELS * CHANNELS + i / PIXELS] = record[form->labels + i];
    return status;
}

static digitnet_status read_records(struct image_array *array, FILE *file, const struct form *form, const char *path) {
    uint8_t record[MOST_LABELS + PIXELS * CHANNELS];
    size_t size = form->labels + (size_t)PIXELS * CHANNELS, length, row = 0;
    digitnet_status status = DIGITNET_OK;
    while (!status && (length = fread(record, 1, size, file)) == size)
        status = add_record(array, record, form, path, ++row);
    if (status)
        return status;
    if (ferror(file))
        return refuse(DIGITNET_EIO, "%s: %s", path, strerror(errno));
    if (length > 0 || row == 0)
        return refuse(DIGITNET_EFORMAT, "%s, record %zu: %zu bytes, not %zu", path, row + 1, length, size);
    return DIGITNET_OK;
}

static digitnet_status read_file(struct image_array *array, const struct form *form, const char *folder,
                                 const char *name) {
    char *path = join_path(folder, name);
    if (!path)
        return refuse(DIGITNET_ENOMEM, "out of memory");
    FILE *file = fopen(path, "rb");
    digitnet_status status = file ? read_records(array, file, form, path) : refuse_path(path);
    if (file)
        fclose(file);
    free(path);
    return status;
}

/* One data set of files whose names a NULL ends. */
static digitnet_status load_files(digitnet_dataset **out, const struct form *form, const char *folder,
                                  const char *const *names) {
    struct image_array *array = NULL;
    digitnet_status status = image_array_create(&array, SIDE, SIDE, CHANNELS);
    for (; !status && *names; names++)
        status = read_file(array, form, folder, *names);
    return image_array_finish(out, array, status);
}

static digitnet_status load_parts(digitnet_dataset **train, digitnet_dataset **test, const struct form *form,
                                  const char *folder, const char *const *train_names, const char *const *test_names) {
    digitnet_status status = DIGITNET_OK;
    if (train)
        status = load_files(train, form, folder, train_names);
    if (test)
        *test = NULL;
    if (test && !status)
        status = load_files(test, form, folder, test_names);
    if (train && status) {
        digitnet_dataset_free(*train);
        *train = NULL;
    }
    return status;
}

digitnet_status load_cifar10(digitnet_dataset **train, digitnet_dataset **test, const char *folder) {
    static const char *const train_names[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                              "data_batch_4.bin", "data_batch_5.bin", NULL};
    static const char *const test_names[] = {"test_batch.bin", NULL};
    return load_parts(train, test, &cifar10, folder, train_names, test_names);
}

digitnet_status load_cifar100(digitnet_dataset **train, digitnet_dataset **test, const char *folder) {
    static const char *const train_names[] = {"train.bin", NULL}, *const test_names[] = {"test.bin", NULL};
    return load_parts(train, test, &cifar100, folder, train_names, test_names);
}
