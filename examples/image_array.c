#include "image_array.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

digitnet_status refuse(digitnet_status status, const char *format, ...) {
    char message[512];
    va_list values;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    digitnet_set_error(message);
    return status;
}

digitnet_status refuse_path(const char *path) {
    return refuse(errno == ENOENT ? DIGITNET_ENOTFOUND : DIGITNET_EIO, "%s: %s", path, strerror(errno));
}

digitnet_status image_array_create(struct image_array **out, size_t height, size_t width, size_t channels) {
    if (height == 0 || width == 0 || channels == 0 || width > SIZE_MAX / height || channels > SIZE_MAX / height / width)
        return refuse(DIGITNET_EINVAL, "images of %zu x %zu x %zu", height, width, channels);
    *out = calloc(1, sizeof **out);
    if (!*out)
        return refuse(DIGITNET_ENOMEM, "out of memory");
    (*out)->height = height;
    (*out)->width = width;
    (*out)->channels = channels;
    return DIGITNET_OK;
}

static size_t image_size(const struct image_array *array) {
    return array->height * array->width * array->channels;
}

static digitnet_status grow(struct image_array *array) {
    size_t capacity = array->capacity ? 2 * array->capacity : 64, size = image_size(array);
    if (capacity <= SIZE_MAX / 2 / size && capacity <= SIZE_MAX / 2 / sizeof *array->labels) {
        uint8_t *images = realloc(array->images, capacity * size);
        if (images)
            array->images = images;
        int32_t *labels = images ? realloc(array->labels, capacity * sizeof *labels) : NULL;
        if (labels) {
            array->labels = labels;
            array->capacity = capacity;
            return DIGITNET_OK;
        }
    }
    return refuse(DIGITNET_ENOMEM, "out of memory for %zu images of %zu x %zu x %zu", capacity, array->height,
                  array->width, array->channels);
}

digitnet_status image_array_add(struct image_array *array, uint8_t **image, int32_t label) {
    if (array->count == array->capacity) {
        digitnet_status status = grow(array);
        if (status)
            return status;
    }
    *image = array->images + array->count * image_size(array);
    array->labels[array->count++] = label;
    return DIGITNET_OK;
}

static void release(void *user_data) {
    struct image_array *array = user_data;
    free(array->images);
    free(array->labels);
    free(array);
}

digitnet_status image_array_finish(digitnet_dataset **out, struct image_array *array, digitnet_status status) {
    *out = NULL;
    if (!array)
        return status;
    if (!status)
        status = digitnet_dataset_create_u8_ex(
            out, array->images, array->labels, array->count, array->height, array->width, array->channels,
            DIGITNET_WITH(digitnet_dataset_options, .borrow = 1, .release = release, .user_data = array));
    if (status)
        release(array);
    return status;
}
