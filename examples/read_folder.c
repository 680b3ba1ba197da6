/* Folders of pictures with a sub-folder for each class. */
#include "files.h"
#include "image_array.h"
#include "read_image.h"
#include "readers.h"
#include "resize.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_CLASSES = 65536, MAX_PIXELS = 1 << 28 };

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* In the order of bytes, which no locale changes. */
static int by_bytes(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int has_picture_name(const char *name) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".pgm"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return 1;
    return 0;
}

/* Appends to a list, which grows at powers of two; takes the text over. */
static digitnet_status append(char ***texts, size_t *count, char *text) {
    if ((*count & (*count - 1)) == 0) {
        char **longer = text ? realloc(*texts, (*count ? 2 * *count : 1) * sizeof **texts) : NULL;
        if (!longer) {
            free(text);
            return refuse(DIGITNET_ENOMEM, "out of memory for %zu names", *count + 1);
        }
        *texts = longer;
    }
    if (!text)
        return refuse(DIGITNET_ENOMEM, "out of memory for %zu names", *count + 1);
    (*texts)[(*count)++] = text;
    return DIGITNET_OK;
}

/* A visible entry of a folder; `path` is the callee's to free. */
typedef digitnet_status (*visit_fn)(struct picture_folder *folder, char *path, const char *name, int is_folder);

/* Calls `visit` for each visible entry, in the order of their names. */
static digitnet_status visit_entries(struct picture_folder *folder, const char *path, visit_fn visit) {
    struct dirent **entries = NULL;
    struct stat found;
    digitnet_status status = DIGITNET_OK;
    int count = scandir(path, &entries, is_visible, by_bytes);
    if (count < 0)
        return refuse_path(path);
    for (int i = 0; i < count; i++) {
        char *entry = status ? NULL : join_path(path, entries[i]->d_name);
        if (!status && !entry)
            status = refuse(DIGITNET_ENOMEM, "out of memory");
        else if (!status) {
            /* A link to nowhere is a file: reading it fails, with its path. */
            status = visit(folder, entry, entries[i]->d_name, stat(entry, &found) == 0 && S_ISDIR(found.st_mode));
            entry = NULL;
        }
        free(entry);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* Counts a path, and takes it over. */
static void ignore(struct picture_folder *folder, char *path) {
    if (folder->ignored++ == 0)
        folder->first_ignored = path;
    else
        free(path);
}

static digitnet_status add_picture(struct picture_folder *folder, char *path, const char *name, int is_folder) {
    if (is_folder || !has_picture_name(name)) {
        ignore(folder, path);
        return DIGITNET_OK;
    }
    return append(&folder->paths, &folder->count, path);
}

static digitnet_status add_class(struct picture_folder *folder, char *path, const char *name, int is_folder) {
    size_t before = folder->count;
    if (!is_folder) {
        ignore(folder, path);
        return DIGITNET_OK;
    }
    digitnet_status status = folder->class_count < MOST_CLASSES
                                 ? append(&folder->classes, &folder->class_count, strdup(name))
                                 : refuse(DIGITNET_ELIMIT, "%s: more than %d classes", path, MOST_CLASSES);
    if (!status)
        status = visit_entries(folder, path, add_picture);
    if (!status && folder->count == before)
        status = refuse(
            DIGITNET_ENOTFOUND,
            "%s holds no .png, .jpg, .jpeg or .pgm file; each sub-folder must be a class, with pictures in it", path);
    int32_t *labels = status ? NULL : realloc(folder->labels, folder->count * sizeof *labels);
    if (!status && !labels)
        status = refuse(DIGITNET_ENOMEM, "out of memory for %zu labels", folder->count);
    if (labels)
        folder->labels = labels;
    for (size_t i = before; !status && i < folder->count; i++)
        labels[i] = (int32_t)folder->class_count - 1;
    free(path);
    return status;
}

static void forget(struct picture_folder *folder) {
    folder->classes = folder->paths = NULL;
    folder->labels = NULL;
    folder->first_ignored = NULL;
    folder->class_count = folder->count = folder->ignored = 0;
}

digitnet_status list_pictures(struct picture_folder *folder, const char *path) {
    forget(folder);
    digitnet_status status = visit_entries(folder, path, add_class);
    if (!status && folder->class_count == 0)
        status = refuse(DIGITNET_ENOTFOUND, "%s holds no sub-folder, one for each class", path);
    if (status)
        free_pictures(folder);
    return status;
}

void free_pictures(struct picture_folder *folder) {
    for (size_t i = 0; i < folder->class_count; i++)
        free(folder->classes[i]);
    for (size_t i = 0; i < folder->count; i++)
        free(folder->paths[i]);
    free(folder->classes);
    free(folder->paths);
    free(folder->labels);
    free(folder->first_ignored);
    forget(folder);
}

digitnet_status read_picture(uint8_t *pixels, const struct picture_folder *folder, const char *path) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture picture;
    size_t max_pixels = folder->max_pixels ? folder->max_pixels : MAX_PIXELS;
    if (read_image(&picture, path, folder->channels, max_pixels, message))
        return refuse(DIGITNET_EFORMAT, "%s: %s", path, message);
    int failed = resize_picture(pixels, folder->height, folder->width, &picture);
    free(picture.pixels);
    return failed ? refuse(DIGITNET_ENOMEM, "%s: out of memory", path) : DIGITNET_OK;
}

static int gather(digitnet_batch *batch, void *user_data) {
    const struct picture_folder *folder = user_data;
    size_t values = folder->height * folder->width * folder->channels;
    uint8_t *pixels = batch->images ? malloc(values) : NULL;
    digitnet_status status = batch->images && !pixels ? refuse(DIGITNET_ENOMEM, "out of memory") : DIGITNET_OK;
    for (size_t i = 0; !status && i < batch->count; i++) {
        if (batch->labels)
            batch->labels[i] = folder->labels[batch->indices[i]];
        if (batch->images)
            status = read_picture(pixels, folder, folder->paths[batch->indices[i]]);
        for (size_t k = 0; !status && batch->images && k < values; k++)
            batch->images[i * values + k] = (float)pixels[k] / 255;
    }
    free(pixels);
    return status;
}

digitnet_status open_pictures(digitnet_dataset **out, const struct picture_folder *folder) {
    return digitnet_dataset_create_source(out, DIGITNET_WITH(digitnet_source_options, .count = folder->count,
                                                             .height = folder->height, .width = folder->width,
                                                             .channels = folder->channels, .gather = gather,
                                                             .user_data = (void *)folder));
}

/* Takes a picture from the lists. */
static void remove_picture(struct picture_folder *folder, size_t index) {
    size_t behind = --folder->count - index;
    free(folder->paths[index]);
    memmove(folder->paths + index, folder->paths + index + 1, behind * sizeof *folder->paths);
    memmove(folder->labels + index, folder->labels + index + 1, behind * sizeof *folder->labels);
}

digitnet_status load_pictures(digitnet_dataset **out, struct picture_folder *folder) {
    struct image_array *array = NULL;
    digitnet_status status = image_array_create(&array, folder->height, folder->width, folder->channels);
    for (size_t i = 0; !status && i < folder->count;) {
        uint8_t *pixels = NULL;
        status = image_array_add(array, &pixels, folder->labels[i]);
        if (!status)
            status = read_picture(pixels, folder, folder->paths[i]);
        if (status == DIGITNET_EFORMAT && folder->leave_out) {
            folder->leave_out(digitnet_last_error());
            array->count--;
            remove_picture(folder, i);
            status = DIGITNET_OK;
        } else {
            i++;
        }
    }
    if (!status && array->count == 0)
        status = refuse(DIGITNET_EFORMAT, "no picture can be read");
    return image_array_finish(out, array, status);
}
