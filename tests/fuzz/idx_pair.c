#include "idx_pair.h"

#include <stdlib.h>
#include <string.h>

/* A file may hold MAX_BYTES; that both do, with labels as 32-bit numbers, takes a few times as much. */
#define MAX_BYTES ((size_t)1 << 18)
const size_t memory_limit = 8 * MAX_BYTES;
const time_t time_limit = 1;

idx_pair split_pair(const uint8_t *data, size_t size) {
    size_t rest = size < 2 ? 0 : size - 2;
    size_t images = size < 2 ? 0 : data[0] | (size_t)data[1] << 8;
    images = images < rest ? images : rest;
    const uint8_t *bytes = size < 2 ? data : data + 2;
    return (idx_pair){{bytes, images}, {bytes + images, rest - images}};
}

/* All samples, in memory of exactly their size. */
static void read_all(float **images, int32_t **labels, const digitnet_dataset *dataset, size_t *values) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    REQUIRE(digitnet_dataset_describe(&info, dataset) == DIGITNET_OK);
    *values = info.count * info.height * info.width * info.channels;
    REQUIRE(*values > 0 && *values <= MAX_BYTES);
    *images = malloc(*values * sizeof **images);
    *labels = malloc(info.count * sizeof **labels);
    REQUIRE(*images != NULL && *labels != NULL);
    REQUIRE(digitnet_dataset_read(*images, *values, *labels, info.count, dataset, 0, info.count) == DIGITNET_OK);
    for (size_t i = 0; i < *values; i++)
        REQUIRE((*images)[i] >= 0 && (*images)[i] <= 1);
    for (size_t i = 0; i < info.count; i++)
        REQUIRE((*labels)[i] >= 0 && (size_t)(*labels)[i] < info.classes);
}

digitnet_status load_pair(digitnet_dataset **out, const idx_pair *pair, const digitnet_dataset_load_options *options) {
    digitnet_dataset_load_options limited = *options;
    static memory_file images, labels;
    fill_memory_file(&images, pair->images.bytes, pair->images.size);
    fill_memory_file(&labels, pair->labels.bytes, pair->labels.size);
    limited.max_bytes = MAX_BYTES;
    digitnet_status status = digitnet_dataset_load_idx_ex(out, images.path, labels.path, &limited);
    REQUIRE((status == DIGITNET_OK) == (*out != NULL));
    return status;
}

void require_same(const digitnet_dataset *a, const digitnet_dataset *b) {
    REQUIRE((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    float *images_a, *images_b;
    int32_t *labels_a, *labels_b;
    size_t values_a, values_b;
    read_all(&images_a, &labels_a, a, &values_a);
    read_all(&images_b, &labels_b, b, &values_b);
    REQUIRE(values_a == values_b && digitnet_dataset_count(a) == digitnet_dataset_count(b));
    REQUIRE(memcmp(images_a, images_b, values_a * sizeof *images_a) == 0);
    REQUIRE(memcmp(labels_a, labels_b, digitnet_dataset_count(a) * sizeof *labels_a) == 0);
    free(images_a);
    free(images_b);
    free(labels_a);
    free(labels_b);
}

void require_turned(const digitnet_dataset *dataset, const digitnet_dataset *turned, int32_t label_offset) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    float *images, *images_turned;
    int32_t *labels, *labels_turned;
    size_t values, values_turned;
    REQUIRE(digitnet_dataset_describe(&info, dataset) == DIGITNET_OK);
    read_all(&images, &labels, dataset, &values);
    read_all(&images_turned, &labels_turned, turned, &values_turned);
    REQUIRE(values == values_turned);
    for (size_t i = 0; i < values; i++) {
        size_t channel = i % info.channels, pixel = i / info.channels;
        size_t x = pixel % info.width, y = pixel / info.width % info.height, image = pixel / info.width / info.height;
        REQUIRE(images[i] == images_turned[((image * info.width + x) * info.height + y) * info.channels + channel]);
    }
    for (size_t i = 0; i < info.count; i++)
        REQUIRE(labels[i] - label_offset == labels_turned[i]);
    free(images);
    free(images_turned);
    free(labels);
    free(labels_turned);
}
