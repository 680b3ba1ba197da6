/* Data sets as IDX files, raw or compressed by gzip; idx.c has their form. */
#include "core/file.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/status.h"
#include "dataset/idx.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

static const char caller[] = "digitnet_dataset_save_idx";

/* A file in the making. */
typedef struct content {
    unsigned char *bytes;
    size_t size;
} content;

static void put_number(unsigned char *bytes, size_t number) {
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (24 - 8 * i));
}

/* A header, with room for the elements behind it. */
static digitnet_status begin(content *out, const size_t *dimensions, size_t rank) {
    size_t elements, header = 4 + 4 * rank;
    for (size_t i = 0; i < rank; i++)
        if (dimensions[i] > UINT32_MAX)
            return digitnet__fail(DIGITNET_ELIMIT, "%s: a dimension is %zu; IDX files have 32 bits for it", caller,
                                  dimensions[i]);
    if (!digitnet__size_product(&elements, dimensions, rank) || !digitnet__size_add(&out->size, elements, header))
        return digitnet__fail(DIGITNET_ELIMIT, "%s: the images have more bytes than can be counted", caller);
    out->bytes = digitnet__allocate(out->size);
    if (!out->bytes)
        return DIGITNET_ENOMEM;
    put_number(out->bytes, (size_t)DNN_IDX_UNSIGNED_BYTES << 8 | rank);
    for (size_t i = 0; i < rank; i++)
        put_number(out->bytes + 4 + 4 * i, dimensions[i]);
    return DIGITNET_OK;
}

static digitnet_status put_images(unsigned char *bytes, const float *images, const digitnet_batch *batch,
                                  size_t values) {
    for (size_t i = 0; i < batch->count * values; i++) {
        if (!(images[i] >= 0 && images[i] <= 1))
            return digitnet__fail(DIGITNET_EINVAL,
                                  "%s: image %zu, value %zu is %s; values must be in [0, 1] to become bytes", caller,
                                  batch->indices[i / values], i % values, digitnet__number_text(images[i]).text);
        bytes[i] = (unsigned char)lrintf(images[i] * 255);
    }
    return DIGITNET_OK;
}

static digitnet_status put_labels(unsigned char *bytes, const int32_t *labels, const digitnet_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        if (labels[i] > UCHAR_MAX)
            return digitnet__fail(DIGITNET_EINVAL, "%s: sample %zu has label %d; labels must be at most 255", caller,
                                  batch->indices[i], (int)labels[i]);
        bytes[i] = (unsigned char)labels[i];
    }
    return DIGITNET_OK;
}

/* Fills in the elements, some samples at a time. */
static digitnet_status put_samples(unsigned char *images, unsigned char *labels, const digitnet_dataset *dataset) {
    enum { CHUNK = 64 };
    size_t indices[CHUNK], values = dataset->layout.values;
    int32_t numbers[CHUNK];
    digitnet_status status = DIGITNET_OK;
    float *floats = digitnet__allocate_array(values, CHUNK * sizeof *floats);
    if (!floats)
        return DIGITNET_ENOMEM;
    for (size_t done = 0; status == DIGITNET_OK && done < dataset->count; done += CHUNK) {
        size_t left = dataset->count - done;
        const digitnet_batch batch = {
            .count = left < CHUNK ? left : CHUNK, .indices = indices, .images = floats, .labels = numbers};
        for (size_t i = 0; i < batch.count; i++)
            indices[i] = done + i;
        status = digitnet__dataset_gather(&batch, dataset, digitnet__kernels_best(), NULL);
        if (status == DIGITNET_OK)
            status = put_images(images + done * values, floats, &batch, values);
        if (status == DIGITNET_OK)
            status = put_labels(labels + done, numbers, &batch);
    }
    digitnet__release(floats);
    return status;
}

static digitnet_status make_contents(content *images, content *labels, const digitnet_dataset *dataset) {
    const digitnet__shape shape = dataset->layout.shape;
    const size_t dimensions[] = {dataset->count, shape.height, shape.width, shape.channels};
    size_t rank = shape.channels == 1 ? 3 : 4;
    DNN_TRY(begin(images, dimensions, rank));
    DNN_TRY(begin(labels, dimensions, 1));
    return put_samples(images->bytes + 4 + 4 * rank, labels->bytes + 8, dataset);
}

/* ---- Compression ---- */

static bool is_compressed(const char *path) {
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".gz") == 0;
}

/* All of `plain` through the stream, into `room` bytes. A piece at a time: an unsigned int does not count all bytes. */
static bool deflate_all(z_stream *stream, const content *plain, size_t room) {
    enum { PIECE = 1 << 16 };
    int result = Z_OK;
    size_t read = 0, written = 0;
    while (result == Z_OK) {
        size_t left = plain->size - read;
        uInt input = left < PIECE ? (uInt)left : PIECE, output = digitnet__zlib_count(room - written);
        stream->next_in = plain->bytes + read;
        stream->avail_in = input;
        stream->avail_out = output;
        result = deflate(stream, input == left ? Z_FINISH : Z_NO_FLUSH);
        read += input - stream->avail_in;
        written += output - stream->avail_out;
    }
    return result == Z_STREAM_END;
}

/* Replaces the content by its compressed form. */
static digitnet_status compress_content(content *file) {
    z_stream stream = {.zalloc = digitnet__zlib_allocate, .zfree = digitnet__zlib_release};
    int result = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, DNN_GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY);
    if (result == Z_MEM_ERROR)
        return DIGITNET_ENOMEM;
    if (result != Z_OK)
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "%s: zlib cannot be initialized (error %d)", caller, result);
    size_t room = deflateBound(&stream, file->size);
    digitnet_status status = DIGITNET_ENOMEM;
    unsigned char *bytes = digitnet__allocate(room);
    stream.next_out = bytes;
    if (bytes)
        status = deflate_all(&stream, file, room)
                     ? DIGITNET_OK
                     : digitnet__fail(DIGITNET_EUNSUPPORTED, "%s: zlib cannot compress", caller);
    size_t size = bytes ? (size_t)(stream.next_out - bytes) : 0;
    deflateEnd(&stream);
    if (status != DIGITNET_OK) {
        digitnet__release(bytes);
        return status;
    }
    digitnet__release(file->bytes);
    *file = (content){.bytes = bytes, .size = size};
    return DIGITNET_OK;
}

static digitnet_status check(const digitnet_dataset *dataset, const char *images, const char *labels) {
    if (!dataset || !images || !labels)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller,
                              !dataset  ? "dataset"
                              : !images ? "images"
                                        : "labels");
    if (*images == '\0' || *labels == '\0')
        return digitnet__fail(DIGITNET_EINVAL, "%s: the path of the %s is empty", caller,
                              *images ? "labels" : "images");
    if (strcmp(images, labels) == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: images and labels are both to be written to %s", caller, images);
    if (dataset->layout.max_labels != 1)
        return digitnet__fail(DIGITNET_EINVAL, "%s: samples have %s; IDX files have one for each image", caller,
                              dataset->layout.max_labels ? "several labels" : "no labels");
    return DIGITNET_OK;
}

/* Both contents are made before the first file is written. */
static digitnet_status save(const digitnet_dataset *dataset, const char *images_path, const char *labels_path) {
    content images = {0}, labels = {0};
    digitnet_status status = check(dataset, images_path, labels_path);
    if (status == DIGITNET_OK)
        status = make_contents(&images, &labels, dataset);
    if (status == DIGITNET_OK && is_compressed(images_path))
        status = compress_content(&images);
    if (status == DIGITNET_OK && is_compressed(labels_path))
        status = compress_content(&labels);
    if (status == DIGITNET_OK)
        status = digitnet__file_write(images_path, images.bytes, images.size);
    if (status == DIGITNET_OK)
        status = digitnet__file_write(labels_path, labels.bytes, labels.size);
    digitnet__release(images.bytes);
    digitnet__release(labels.bytes);
    return status;
}

digitnet_status digitnet_dataset_save_idx(const digitnet_dataset *dataset, const char *images, const char *labels) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, save(dataset, images, labels));
}
