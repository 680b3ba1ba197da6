#include "image_files.h"

#include "files.h"
#include "image_array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The forms of CIFAR, each known by its first file. */
static const struct form {
    const char *first, *names;
    size_t classes;
    digitnet_status (*load)(digitnet_dataset **train, digitnet_dataset **test, const char *folder);
} forms[] = {{"data_batch_1.bin", "batches.meta.txt", 10, load_cifar10},
             {"train.bin", "fine_label_names.txt", 100, load_cifar100}};

static const struct form *find_form(const char *path) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (has_output(path, forms[i].first))
            return &forms[i];
    return NULL;
}

int holds_image_files(const char *path) {
    struct stat found;
    return find_form(path) || (stat(path, &found) == 0 && S_ISREG(found.st_mode));
}

/* "image 7"; the number alone where `noun` is empty. NULL where there is no memory. */
static char *number_text(const char *noun, size_t number) {
    char text[32];
    snprintf(text, sizeof text, "%s%zu", noun, number);
    return strdup(text);
}

/* Empty lists for so many classes and images. */
static digitnet_status allocate_lists(struct picture_folder *folder, size_t classes, size_t count) {
    folder->classes = calloc(classes, sizeof *folder->classes);
    folder->paths = calloc(count, sizeof *folder->paths);
    folder->labels = calloc(count, sizeof *folder->labels);
    if (!folder->classes || !folder->paths || !folder->labels)
        return refuse(DIGITNET_ENOMEM, "out of memory for the names of %zu images", count);
    folder->class_count = classes;
    folder->count = count;
    return DIGITNET_OK;
}

/* Labels, names of images, and numbers for the classes that have no names. */
static digitnet_status fill_lists(struct picture_folder *folder, const digitnet_dataset *all) {
    int complete = 1;
    for (size_t i = 0; i < folder->class_count; i++) {
        if (!folder->classes[i])
            folder->classes[i] = number_text("", i);
        complete &= folder->classes[i] != NULL;
    }
    for (size_t i = 0; i < folder->count; i++) {
        folder->paths[i] = number_text("image ", i + 1);
        complete &= folder->paths[i] != NULL;
    }
    return complete ? digitnet_dataset_read(NULL, 0, folder->labels, folder->count, all, 0, folder->count)
                    : refuse(DIGITNET_ENOMEM, "out of memory for the names of %zu images", folder->count);
}

static digitnet_status read_names(struct picture_folder *folder, FILE *file, const char *path) {
    char *line = NULL;
    size_t size = 0;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; !status && i < folder->class_count; i++) {
        int read = getline(&line, &size, file) > 0;
        if (read)
            line[strcspn(line, "\r\n")] = '\0';
        if (read && *line)
            folder->classes[i] = strdup(line);
        else
            status = refuse(DIGITNET_EFORMAT, "%s, row %zu: no name, and there are %zu classes", path, i + 1,
                            folder->class_count);
        if (!status && !folder->classes[i])
            status = refuse(DIGITNET_ENOMEM, "out of memory");
    }
    free(line);
    return status;
}

/* The names of CIFAR's classes, where the file with them is there. */
static digitnet_status name_classes(struct picture_folder *folder, const char *path, const char *name) {
    char *names = has_output(path, name) ? join_path(path, name) : NULL;
    FILE *file = names ? fopen(names, "r") : NULL;
    digitnet_status status = DIGITNET_OK;
    if (file)
        status = read_names(folder, file, names);
    else if (names)
        status = refuse_path(names);
    if (file)
        fclose(file);
    free(names);
    return status;
}

static digitnet_status load_cifar(digitnet_dataset **all, struct picture_folder *folder, const char *path,
                                  const struct form *form) {
    enum { SIDE = 32 };
    if (folder->height && (folder->height != SIDE || folder->width != SIDE))
        return refuse(DIGITNET_EINVAL, "%s: CIFAR's images are %dx%d, not %zux%zu", path, SIDE, SIDE, folder->height,
                      folder->width);
    folder->height = folder->width = SIDE;
    folder->channels = 3;
    digitnet_status status = form->load(all, NULL, path);
    if (!status)
        status = allocate_lists(folder, form->classes, digitnet_dataset_count(*all));
    return status ? status : name_classes(folder, path, form->names);
}

/* How many values stand behind the label in the first row. */
static digitnet_status count_values(size_t *count, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse_path(path);
    *count = 0;
    for (int next = getc(file); next != '\n' && next != EOF; next = getc(file))
        *count += next == ',';
    fclose(file);
    return DIGITNET_OK;
}

static size_t side_of(size_t pixels) {
    size_t side = (size_t)lround(sqrt((double)pixels));
    return side * side == pixels ? side : 0;
}

/* Grey or in colour, whichever the number of values is right for; no number of values is right for both squares. */
static digitnet_status find_shape(struct picture_folder *folder, size_t values, const char *path) {
    if (folder->height == 0)
        folder->height = folder->width = side_of(values) ? side_of(values) : values % 3 ? 0 : side_of(values / 3);
    folder->channels = values == 3 * folder->height * folder->width ? 3 : 1;
    return folder->height
               ? DIGITNET_OK
               : refuse(DIGITNET_EFORMAT,
                        "%s, row 1: %zu values behind the label are no square image, grey or in colour; --size says "
                        "which size images have",
                        path, values);
}

static digitnet_status load_rows(digitnet_dataset **all, struct picture_folder *folder, const char *path) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    size_t values = 0;
    digitnet_status status = count_values(&values, path);
    if (!status)
        status = find_shape(folder, values, path);
    if (!status)
        status = load_csv(all, path, folder->height, folder->width, folder->channels);
    if (!status)
        status = digitnet_dataset_describe(&info, *all);
    return status ? status : allocate_lists(folder, info.classes, info.count);
}

digitnet_status load_image_files(digitnet_dataset **all, struct picture_folder *folder, const char *path) {
    const struct form *form = find_form(path);
    *all = NULL;
    digitnet_status status = form ? load_cifar(all, folder, path, form) : load_rows(all, folder, path);
    return status ? status : fill_lists(folder, *all);
}
