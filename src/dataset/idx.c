/* IDX files, the form of MNIST: a magic number of two zeros, the type of the elements and the number of dimensions; the
 * dimensions, 4 bytes each, big-endian; the elements, row-major. Raw or compressed by gzip (RFC 1952).
 * http://yann.lecun.com/exdb/mnist/ describes it. */
#include "dataset/idx.h"

#include "core/call.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/share.h"
#include "core/status.h"
#include "dataset/storage.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { MAX_RANK = 4, MAX_HEADER = 4 + 4 * MAX_RANK };

/* 4 GiB, or 2 GiB where a size has 32 bits. */
#define DEFAULT_MAX_BYTES ((size_t)(SIZE_MAX > UINT32_MAX ? UINT64_C(1) << 32 : UINT64_C(1) << 31))

typedef struct idx_kind {
    const char *content;
    size_t min_rank, max_rank;
} idx_kind;

static const idx_kind images_kind = {"images", 3, 4};
static const idx_kind labels_kind = {"labels", 1, 1};

/* A file that was read, or a shard of it: its elements lie within the memory that it owns. */
typedef struct idx_file {
    size_t dimensions[MAX_RANK]; /* 1 past the rank */
    size_t rank, size;           /* bytes of the elements */
    size_t total, first;         /* samples of the whole file, and the first that was read */
    size_t before, after;        /* bytes of elements that are not read */
    unsigned char *memory;
    const unsigned char *elements;
} idx_file;

/* The content of a file from its beginning on, inflated where it is compressed. */
typedef struct reader {
    const char *path;
    const unsigned char *bytes; /* not read yet */
    size_t left;
    bool compressed, ended;
    z_stream stream;
} reader;

void *digitnet__zlib_allocate(void *unused, uInt count, uInt size) {
    (void)unused;
    return digitnet__allocate_array(count, size);
}

void digitnet__zlib_release(void *unused, void *memory) {
    (void)unused;
    digitnet__release(memory);
}

static digitnet_status fail_truncated(const char *path) {
    return digitnet__fail(DIGITNET_EFORMAT, "%s: the file is truncated", path);
}

static bool is_compressed(const unsigned char *bytes, size_t size) {
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static digitnet_status open_reader(reader *in, const unsigned char *bytes, size_t size) {
    in->bytes = bytes;
    in->left = size;
    in->stream.zalloc = digitnet__zlib_allocate;
    in->stream.zfree = digitnet__zlib_release;
    if (!is_compressed(bytes, size))
        return DIGITNET_OK;
    int result = inflateInit2(&in->stream, DNN_GZIP_WINDOW);
    in->compressed = result == Z_OK;
    if (result == Z_MEM_ERROR)
        return DIGITNET_ENOMEM;
    return in->compressed
               ? DIGITNET_OK
               : digitnet__fail(DIGITNET_EUNSUPPORTED, "%s: zlib cannot be initialized (error %d)", in->path, result);
}

static void close_reader(reader *in) {
    if (in->compressed)
        inflateEnd(&in->stream);
}

uInt digitnet__zlib_count(size_t count) {
    return count < UINT_MAX ? (uInt)count : UINT_MAX;
}

/* Inflates up to `size` bytes; *done is how many there were before the end. */
static digitnet_status inflate_bytes(size_t *done, reader *in, unsigned char *bytes, size_t size) {
    *done = 0;
    while (*done < size && !in->ended) {
        uInt input = digitnet__zlib_count(in->left);
        uInt room = digitnet__zlib_count(size - *done);
        in->stream.next_in = (z_const Bytef *)in->bytes;
        in->stream.avail_in = input;
        in->stream.next_out = bytes + *done;
        in->stream.avail_out = room;
        int result = inflate(&in->stream, Z_NO_FLUSH);
        in->bytes += input - in->stream.avail_in;
        in->left -= input - in->stream.avail_in;
        *done += room - in->stream.avail_out;
        if (result == Z_MEM_ERROR)
            return DIGITNET_ENOMEM;
        if (result == Z_BUF_ERROR)
            return fail_truncated(in->path);
        if (result != Z_OK && result != Z_STREAM_END)
            return digitnet__fail(DIGITNET_EFORMAT, "%s: corrupt gzip data (%s)", in->path,
                                  in->stream.msg ? in->stream.msg : "unknown");
        in->ended = result == Z_STREAM_END;
    }
    return DIGITNET_OK;
}

static digitnet_status take_bytes(reader *in, unsigned char *bytes, size_t size) {
    size_t done = 0;
    digitnet_status status = DIGITNET_OK;
    if (in->compressed)
        status = inflate_bytes(&done, in, bytes, size);
    else if (in->left >= size) {
        memcpy(bytes, in->bytes, size);
        in->bytes += size;
        in->left -= size;
        done = size;
    }
    return status != DIGITNET_OK || done == size ? status : fail_truncated(in->path);
}

/* What elements of a type are, for messages. */
static const char *type_name(unsigned char type) {
    static const char *const names[] = {"unsigned bytes",  "signed bytes",  "unknown",      "16-bit integers",
                                        "32-bit integers", "32-bit floats", "64-bit floats"};
    return names[type - DNN_IDX_UNSIGNED_BYTES];
}

static digitnet_status check_magic(size_t *rank, const reader *in, const unsigned char *magic, const idx_kind *kind) {
    bool is_idx = magic[0] == 0 && magic[1] == 0 && magic[2] >= 0x08 && magic[2] <= 0x0e;
    *rank = magic[3];
    if (!is_idx || *rank < kind->min_rank || *rank > kind->max_rank)
        return digitnet__fail(
            DIGITNET_EFORMAT, "%s: not an IDX file of %s: it begins with %02x %02x %02x %02x, not 00 00 08 %02x",
            in->path, kind->content, magic[0], magic[1], magic[2], magic[3], (unsigned)kind->min_rank);
    if (magic[2] != DNN_IDX_UNSIGNED_BYTES)
        return digitnet__fail(DIGITNET_EUNSUPPORTED,
                              "%s: IDX elements of type %02x (%s); only unsigned bytes (08) are read", in->path,
                              magic[2], type_name(magic[2]));
    return DIGITNET_OK;
}

static digitnet_status read_header(idx_file *out, reader *in, const idx_kind *kind, size_t max_bytes) {
    unsigned char bytes[4 * MAX_RANK];
    DNN_TRY(take_bytes(in, bytes, 4));
    DNN_TRY(check_magic(&out->rank, in, bytes, kind));
    DNN_TRY(take_bytes(in, bytes, 4 * out->rank));
    for (size_t i = 0; i < MAX_RANK; i++) {
        const unsigned char *place = bytes + 4 * i;
        out->dimensions[i] =
            i >= out->rank ? 1
                           : (size_t)place[0] << 24 | (size_t)place[1] << 16 | (size_t)place[2] << 8 | (size_t)place[3];
        if (out->dimensions[i] == 0)
            return digitnet__fail(DIGITNET_EFORMAT, "%s: dimension %zu of %zu is 0", in->path, i + 1, out->rank);
    }
    size_t header = 4 + 4 * out->rank;
    if (!digitnet__size_product(&out->size, out->dimensions, MAX_RANK) || max_bytes < header ||
        out->size > max_bytes - header)
        return digitnet__fail(DIGITNET_ELIMIT, "%s: %zu x %zu x %zu x %zu bytes exceed the limit of %zu", in->path,
                              out->dimensions[0], out->dimensions[1], out->dimensions[2], out->dimensions[3],
                              max_bytes);
    return DIGITNET_OK;
}

/* Leaves of the file what a shard has. */
static digitnet_status cut(idx_file *out, const char *path, const digitnet_dataset_load_options *options) {
    size_t shards = options->shards ? options->shards : 1;
    out->total = out->dimensions[0];
    if (shards > out->total)
        return digitnet__fail(DIGITNET_EINVAL, "%s: shards is %zu, but there are %zu samples", path, shards,
                              out->total);
    digitnet__share own = digitnet__share_of(out->total, shards, options->shard);
    size_t sample = out->size / out->total, whole = out->size;
    out->first = own.first;
    out->dimensions[0] = own.end - own.first;
    out->before = own.first * sample;
    out->size = (own.end - own.first) * sample;
    out->after = whole - out->before - out->size;
    return DIGITNET_OK;
}

/* Of a raw file, behind the header. */
static digitnet_status check_length(const char *path, uint64_t length, size_t size) {
    if (length != size)
        return digitnet__fail(DIGITNET_EFORMAT, "%s: %s: %ju bytes follow the header, which specifies %zu", path,
                              length < size ? "truncated" : "trailing bytes", (uintmax_t)length, size);
    return DIGITNET_OK;
}

static digitnet_status skip_bytes(reader *in, size_t size) {
    unsigned char skipped[4096];
    while (size > 0) {
        size_t count = size < sizeof skipped ? size : sizeof skipped;
        DNN_TRY(take_bytes(in, skipped, count));
        size -= count;
    }
    return DIGITNET_OK;
}

/* Replaces out->memory, the compressed file, by its elements. */
static digitnet_status inflate_elements(idx_file *out, reader *in) {
    enum { MAX_RATIO = 1032 }; /* deflate's, so that a short file cannot ask for much memory */
    unsigned char extra;
    size_t extra_count = 0, whole = out->before + out->size + out->after;
    if (whole / MAX_RATIO > in->left + 64)
        return fail_truncated(in->path);
    unsigned char *elements = digitnet__allocate(out->size);
    if (!elements)
        return DIGITNET_ENOMEM;
    digitnet_status status = skip_bytes(in, out->before);
    if (status == DIGITNET_OK)
        status = take_bytes(in, elements, out->size);
    if (status == DIGITNET_OK) /* to the end, where the checksum stands */
        status = skip_bytes(in, out->after);
    if (status == DIGITNET_OK)
        status = inflate_bytes(&extra_count, in, &extra, 1);
    if (status == DIGITNET_OK && (extra_count > 0 || in->left > 0))
        status = digitnet__fail(DIGITNET_EFORMAT, "%s: trailing bytes after the %zu that the header specifies",
                                in->path, whole);
    if (status != DIGITNET_OK) {
        digitnet__release(elements);
        return status;
    }
    digitnet__release(out->memory);
    out->memory = elements;
    out->elements = elements;
    return DIGITNET_OK;
}

/* A file that is in memory; the elements of a raw one stay where they were read. */
static digitnet_status use_file(idx_file *out, reader *in, size_t size, const idx_kind *kind,
                                const digitnet_dataset_load_options *options) {
    DNN_TRY(open_reader(in, out->memory, size));
    DNN_TRY(read_header(out, in, kind, options->max_bytes));
    DNN_TRY(in->compressed ? DIGITNET_OK : check_length(in->path, in->left, out->size));
    DNN_TRY(cut(out, in->path, options));
    if (in->compressed)
        return inflate_elements(out, in);
    out->elements = in->bytes + out->before;
    return DIGITNET_OK;
}

static digitnet_status read_whole(idx_file *out, const char *path, const idx_kind *kind,
                                  const digitnet_dataset_load_options *options) {
    /* Compressed bytes can be a little more than those that they hold. */
    size_t slack = options->max_bytes / 1024 + 1024, size;
    size_t limit = options->max_bytes <= SIZE_MAX - slack ? options->max_bytes + slack : SIZE_MAX;
    reader in = {.path = path};
    DNN_TRY(digitnet__file_read(&out->memory, &size, path, limit));
    digitnet_status status = size == 0 ? digitnet__fail(DIGITNET_EFORMAT, "%s: the file is empty", path)
                                       : use_file(out, &in, size, kind, options);
    close_reader(&in);
    return status;
}

/* Of a raw file, nothing but its header and the shard. */
static digitnet_status read_shard(idx_file *out, reader *in, uint64_t length, const idx_kind *kind,
                                  const digitnet_dataset_load_options *options) {
    size_t done;
    DNN_TRY(read_header(out, in, kind, options->max_bytes));
    size_t header = 4 + 4 * out->rank;
    DNN_TRY(check_length(in->path, length - header, out->size));
    DNN_TRY(cut(out, in->path, options));
    out->memory = digitnet__allocate(out->size);
    if (!out->memory)
        return DIGITNET_ENOMEM;
    out->elements = out->memory;
    DNN_TRY(digitnet__file_read_part(out->memory, out->size, &done, &length, in->path, header + out->before));
    return done == out->size ? DIGITNET_OK : fail_truncated(in->path);
}

static digitnet_status read_file(idx_file *out, const char *path, const idx_kind *kind,
                                 const digitnet_dataset_load_options *options) {
    unsigned char beginning[MAX_HEADER];
    size_t size;
    uint64_t length;
    if (options->shards <= 1)
        return read_whole(out, path, kind, options);
    DNN_TRY(digitnet__file_read_part(beginning, sizeof beginning, &size, &length, path, 0));
    if (size == 0 || is_compressed(beginning, size))
        return read_whole(out, path, kind, options);
    reader in = {.path = path, .bytes = beginning, .left = size};
    return read_shard(out, &in, length, kind, options);
}

/* Of a failure nothing is left. */
static digitnet_status read_idx(idx_file *out, const char *path, const idx_kind *kind,
                                const digitnet_dataset_load_options *options) {
    *out = (idx_file){0};
    digitnet_status status = read_file(out, path, kind, options);
    if (status != DIGITNET_OK) {
        digitnet__release(out->memory);
        *out = (idx_file){0};
    }
    return status;
}

/* Swaps rows and columns of each image. */
static digitnet_status transpose(idx_file *images) {
    size_t *dimensions = images->dimensions;
    size_t height = dimensions[1], width = dimensions[2], channels = dimensions[3];
    size_t values = height * width * channels;
    unsigned char *turned = digitnet__allocate(values);
    if (!turned)
        return DIGITNET_ENOMEM;
    /* The elements lie in memory that is the file's own. */
    unsigned char *image = images->memory + (images->elements - images->memory);
    for (size_t i = 0; i < dimensions[0]; i++, image += values) {
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++)
                memcpy(turned + (x * height + y) * channels, image + (y * width + x) * channels, channels);
        memcpy(image, turned, values);
    }
    dimensions[1] = width;
    dimensions[2] = height;
    digitnet__release(turned);
    return DIGITNET_OK;
}

static digitnet_status number_labels(int32_t *numbers, const idx_file *labels, const char *path, int32_t offset) {
    for (size_t i = 0; i < labels->size; i++) {
        numbers[i] = labels->elements[i] - offset;
        if (numbers[i] < 0)
            return digitnet__fail(DIGITNET_EFORMAT, "%s: label %zu is %d, below label_offset, which is %d", path,
                                  labels->first + i, (int)labels->elements[i], (int)offset);
    }
    return DIGITNET_OK;
}

static digitnet_status create_dataset(digitnet_dataset **out, idx_file *images, const idx_file *labels,
                                      const char *images_path, const char *labels_path, int32_t label_offset) {
    const size_t *dimensions = images->dimensions;
    digitnet__shape shape = {.height = dimensions[1], .width = dimensions[2], .channels = dimensions[3]};
    if (images->total != labels->total)
        return digitnet__fail(DIGITNET_EFORMAT, "%s has %zu images, but %s %zu labels", images_path, images->total,
                              labels_path, labels->total);
    int32_t *numbers = digitnet__allocate_array(labels->size, sizeof *numbers);
    if (!numbers)
        return DIGITNET_ENOMEM;
    digitnet_status status = number_labels(numbers, labels, labels_path, label_offset);
    if (status == DIGITNET_OK)
        status =
            digitnet__dataset_adopt(out, images_path, images->memory, images->elements, numbers, dimensions[0], shape);
    if (status != DIGITNET_OK)
        digitnet__release(numbers);
    else
        images->memory = NULL;
    if (status == DIGITNET_OK && dimensions[0] < images->total)
        (*out)->shard = (digitnet__shard){.first = images->first, .total = images->total};
    return status;
}

static digitnet_status load_pair(digitnet_dataset **out, const char *images_path, const char *labels_path,
                                 const digitnet_dataset_load_options *options) {
    idx_file images = {0}, labels = {0};
    digitnet_status status = read_idx(&images, images_path, &images_kind, options);
    if (status == DIGITNET_OK)
        status = read_idx(&labels, labels_path, &labels_kind, options);
    if (status == DIGITNET_OK && options->transpose)
        status = transpose(&images);
    if (status == DIGITNET_OK)
        status = create_dataset(out, &images, &labels, images_path, labels_path, options->label_offset);
    digitnet__release(images.memory);
    digitnet__release(labels.memory);
    return status;
}

static digitnet_status check_options(const digitnet_dataset_load_options *options) {
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_dataset_load_options, transpose));
    if (options->label_offset < 0 || options->label_offset > UCHAR_MAX)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_dataset_load_options: label_offset is %d; it must be in [0, %d]",
                              (int)options->label_offset, UCHAR_MAX);
    if (options->shard > 0 && options->shard >= options->shards)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_load_options: shard is %zu, but shards is %zu",
                              options->shard, options->shards);
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_load_idx_ex(digitnet_dataset **out, const char *images, const char *labels,
                                             const digitnet_dataset_load_options *options) {
    digitnet_dataset_load_options own = {0};
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_load_idx: out is NULL");
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_dataset_load_options, transpose));
    DNN_TRY(check_options(&own));
    own.max_bytes = own.max_bytes ? own.max_bytes : DEFAULT_MAX_BYTES;
    if (!images || !labels)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_load_idx: the path of the %s is NULL",
                              !images ? "images" : "labels");
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, load_pair(out, images, labels, &own));
}

digitnet_status digitnet_dataset_load_idx(digitnet_dataset **out, const char *images, const char *labels) {
    return digitnet_dataset_load_idx_ex(out, images, labels, NULL);
}
