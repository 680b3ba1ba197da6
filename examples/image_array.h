/* What the readers share: images in memory that become a data set, and failures. */
#ifndef IMAGE_ARRAY_H
#define IMAGE_ARRAY_H

#include <digitnet/digitnet.h>

struct image_array {
    size_t height, width, channels;
    uint8_t *images; /* count x height x width x channels */
    int32_t *labels;
    size_t count, capacity;
};

/* An empty array; `*out` is the caller's to give to image_array_finish(). */
digitnet_status image_array_create(struct image_array **out, size_t height, size_t width, size_t channels);
/* Appends an image with this label, which the caller then writes to *image. */
digitnet_status image_array_add(struct image_array *array, uint8_t **image, int32_t label);
/* Makes the array a data set's, or, with a failed `status`, releases it. Returns the status of all. */
digitnet_status image_array_finish(digitnet_dataset **out, struct image_array *array, digitnet_status status);

/* Returns the status, for which the message is the reason. */
digitnet_status refuse(digitnet_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a path that cannot be opened, by errno. */
digitnet_status refuse_path(const char *path);

#endif
