#include "picture_data.h"

#include "image_array.h"
#include "image_files.h"

#include <stdio.h>
#include <stdlib.h>

enum { PICTURE_SIDE = 64 };

static void say_left_out(const char *reason) {
    fprintf(stderr, "left out: %s\n", reason);
}

static void say_nothing(const char *reason) {
    (void)reason;
}

static void say_ignored(const struct picture_folder *folder) {
    if (folder->ignored)
        fprintf(stderr, "left out: %s is no .png, .jpg, .jpeg or .pgm file in the folder of a class\n",
                folder->first_ignored);
    if (folder->ignored > 1)
        fprintf(stderr, "left out: %zu more of this kind\n", folder->ignored - 1);
}

static int has_colour(const float *image, size_t pixels) {
    for (size_t i = 0; i < pixels; i++, image += 3)
        if (image[0] != image[1] || image[1] != image[2])
            return 1;
    return 0;
}

/* Whether any image of three channels has a colour. */
static digitnet_status find_colour(int *found, const digitnet_dataset *dataset, size_t pixels) {
    float *image = malloc(3 * pixels * sizeof *image);
    digitnet_status status = image ? DIGITNET_OK : refuse(DIGITNET_ENOMEM, "out of memory");
    *found = 0;
    for (size_t i = 0; !status && !*found && i < digitnet_dataset_count(dataset); i++) {
        status = digitnet_dataset_read(image, 3 * pixels, NULL, 0, dataset, i, 1);
        *found = !status && has_colour(image, pixels);
    }
    free(image);
    return status;
}

/* All pictures, in colour where there is any. Grey ones are read again, as whoever uses the model reads them: pictures
 * that are partly transparent get other values by way of colours. */
static digitnet_status load_all(digitnet_dataset **all, struct picture_folder *folder, int grey) {
    int coloured = 0;
    folder->channels = grey ? 1 : 3;
    folder->leave_out = say_left_out;
    digitnet_status status = load_pictures(all, folder);
    if (status || grey)
        return status;
    status = find_colour(&coloured, *all, folder->height * folder->width);
    if (!status && coloured)
        return DIGITNET_OK;
    digitnet_dataset_free(*all);
    *all = NULL;
    folder->channels = 1;
    folder->leave_out = say_nothing;
    return status ? status : load_pictures(all, folder);
}

/* All pictures in the sub-folders of a folder. */
static digitnet_status load_folder(digitnet_dataset **all, struct picture_folder *folder, const char *path, int grey) {
    if (folder->height == 0)
        folder->height = folder->width = PICTURE_SIDE;
    digitnet_status status = list_pictures(folder, path);
    if (status)
        return status;
    say_ignored(folder);
    if (folder->class_count < 2)
        return refuse(DIGITNET_ENOTFOUND, "%s holds one sub-folder; there must be two classes at least", path);
    fprintf(stderr, "reading %zu pictures\n", folder->count);
    return load_all(all, folder, grey);
}

static digitnet_status load_files(digitnet_dataset **all, struct picture_folder *folder, const char *path, int grey) {
    digitnet_status status = load_image_files(all, folder, path);
    if (!status && grey && folder->channels != 1)
        status = refuse(DIGITNET_EINVAL, "%s: its images are in colour, which --grey does not change", path);
    return status;
}

/* Each class of a folder must have a picture. Labels of files may leave some out, so long as there are two. */
static digitnet_status check_counts(const size_t *counts, const struct picture_folder *folder, const char *path,
                                    int files) {
    size_t empty = 0, last = 0;
    for (size_t i = 0; i < folder->class_count; i++) {
        if (counts[i] == 0) {
            empty++;
            last = i;
        } else if (counts[i] == 1) {
            fprintf(stderr, "%s/%s: a single picture is trained on, and none is left to validate with\n", path,
                    folder->classes[i]);
        }
    }
    if (empty && !files)
        return refuse(DIGITNET_EFORMAT, "%s/%s: no picture can be read", path, folder->classes[last]);
    if (folder->class_count - empty < 2)
        return refuse(DIGITNET_EFORMAT, "%s holds images of one class; there must be two at least", path);
    if (empty)
        fprintf(stderr, "%s: %zu of %zu classes have no image\n", path, empty, folder->class_count);
    return DIGITNET_OK;
}

static digitnet_status check_classes(const digitnet_dataset *all, const struct picture_folder *folder, const char *path,
                                     int files) {
    size_t *counts = calloc(folder->class_count, sizeof *counts);
    digitnet_status status = counts ? digitnet_dataset_count_classes(counts, folder->class_count, all)
                                    : refuse(DIGITNET_ENOMEM, "out of memory");
    if (!status)
        status = check_counts(counts, folder, path, files);
    free(counts);
    return status;
}

static digitnet_status find_background(float *background, const digitnet_dataset *dataset,
                                       const struct picture_folder *folder) {
    size_t row = folder->width * folder->channels, values = folder->height * row;
    const size_t corners[] = {0, row - folder->channels, values - row, values - folder->channels};
    double sum = 0;
    float *image = malloc(values * sizeof *image);
    digitnet_status status = image ? DIGITNET_OK : refuse(DIGITNET_ENOMEM, "out of memory");
    size_t count = digitnet_dataset_count(dataset);
    for (size_t i = 0; !status && i < count; i++) {
        status = digitnet_dataset_read(image, values, NULL, 0, dataset, i, 1);
        for (size_t k = 0; !status && k < 4 * folder->channels; k++)
            sum += (double)image[corners[k % 4] + k / 4];
    }
    *background = (float)(sum / (double)(4 * folder->channels * count));
    free(image);
    return status;
}

static digitnet_status split(digitnet_dataset **train, digitnet_dataset **validation, const digitnet_dataset *all,
                             const struct picture_data_options *options) {
    return digitnet_dataset_split(
        train, validation, all, options->validation,
        DIGITNET_WITH(digitnet_split_options, .stratified = 1, .shuffle = 1, .seed = options->seed));
}

/* Splits a data set in which each image is one value, its place among all: the split depends on labels and seed alone.
 */
static digitnet_status split_places(digitnet_dataset **validation, const struct picture_folder *folder,
                                    const struct picture_data_options *options) {
    digitnet_dataset *all = NULL, *train = NULL;
    float *places = malloc(folder->count * sizeof *places);
    digitnet_status status = places ? DIGITNET_OK : refuse(DIGITNET_ENOMEM, "out of memory");
    for (size_t i = 0; places && i < folder->count; i++)
        places[i] = (float)i; /* exact up to 2^24 */
    if (!status)
        status = digitnet_dataset_create_f32(&all, places, folder->labels, folder->count, 1, 1, 1);
    if (!status)
        status = split(&train, validation, all, options);
    digitnet_dataset_free(train);
    digitnet_dataset_free(all);
    free(places);
    return status;
}

static digitnet_status find_validation_paths(struct picture_data *data, const struct picture_data_options *options) {
    digitnet_dataset *places = NULL;
    float place;
    digitnet_status status = split_places(&places, &data->folder, options);
    size_t count = digitnet_dataset_count(places);
    data->validation_paths = malloc((count + 1) * sizeof *data->validation_paths);
    if (!status && !data->validation_paths)
        status = refuse(DIGITNET_ENOMEM, "out of memory");
    for (size_t i = 0; !status && i < count; i++) {
        status = digitnet_dataset_read(&place, 1, NULL, 0, places, i, 1);
        if (!status)
            data->validation_paths[i] = data->folder.paths[(size_t)place];
    }
    digitnet_dataset_free(places);
    return status;
}

digitnet_status load_picture_data(struct picture_data *data, const char *path,
                                  const struct picture_data_options *options) {
    digitnet_dataset *all = NULL;
    *data = (struct picture_data){.folder = {.height = options->height, .width = options->width}};
    int files = holds_image_files(path);
    digitnet_status status = files ? load_files(&all, &data->folder, path, options->grey)
                                   : load_folder(&all, &data->folder, path, options->grey);
    if (!status)
        status = check_classes(all, &data->folder, path, files);
    if (!status)
        status = split(&data->train, &data->validation, all, options);
    if (!status)
        status = find_validation_paths(data, options);
    if (!status)
        status = find_background(&data->background, data->train, &data->folder);
    digitnet_dataset_free(all);
    if (status)
        free_picture_data(data);
    return status;
}

void free_picture_data(struct picture_data *data) {
    digitnet_dataset_free(data->train);
    digitnet_dataset_free(data->validation);
    free(data->validation_paths);
    free_pictures(&data->folder);
    data->validation_paths = NULL;
    data->train = data->validation = NULL;
}
