/* Data sets from memory, slices, and reading. */
#include "dataset/dataset.h"
#include "expect.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { COUNT = 20, HEIGHT = 2, WIDTH = 3, CHANNELS = 2, VALUES = HEIGHT * WIDTH * CHANNELS };

static uint8_t bytes[COUNT * VALUES];
static float floats[COUNT * VALUES];
static int32_t labels[COUNT];

static int fill_samples(void **state) {
    (void)state;
    for (int i = 0; i < COUNT * VALUES; i++) {
        bytes[i] = (uint8_t)(i * 7);
        floats[i] = (float)i / 16.0f - 3.0f;
    }
    for (int i = 0; i < COUNT; i++)
        labels[i] = i * 3 % 10;
    return 0;
}

static digitnet_dataset *make_bytes(void) {
    digitnet_dataset *dataset = NULL;
    expect_ok(digitnet_dataset_create_u8(&dataset, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS));
    return dataset;
}

static digitnet_dataset *make_floats(void) {
    digitnet_dataset *dataset = NULL;
    expect_ok(digitnet_dataset_create_f32(&dataset, floats, labels, COUNT, HEIGHT, WIDTH, CHANNELS));
    return dataset;
}

static digitnet_dataset_info describe(const digitnet_dataset *dataset) {
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    return info;
}

/* ---- From memory ---- */

static void all_bytes_are_scaled(void **state) {
    (void)state;
    uint8_t all[256];
    int32_t label = 0;
    float values[256];
    digitnet_dataset *dataset = NULL;
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    expect_ok(digitnet_dataset_create_u8(&dataset, all, &label, 1, 16, 16, 1));
    expect_ok(digitnet_dataset_read(values, 256, NULL, 0, dataset, 0, 1));
    for (int i = 0; i < 256; i++)
        assert_true(values[i] == (float)i / 255.0f);
    digitnet_dataset_free(dataset);
}

static void bytes_are_copied(void **state) {
    (void)state;
    float values[COUNT * VALUES];
    int32_t classes[COUNT];
    digitnet_dataset *dataset = make_bytes();
    uint8_t first = bytes[0];
    bytes[0] = 255;
    labels[0] = 9;
    expect_ok(digitnet_dataset_read(values, COUNT * VALUES, classes, COUNT, dataset, 0, COUNT));
    bytes[0] = first;
    labels[0] = 0;
    for (int i = 0; i < COUNT * VALUES; i++)
        assert_true(values[i] == (float)bytes[i] / 255.0f);
    assert_memory_equal(classes, labels, sizeof labels);
    digitnet_dataset_free(dataset);
}

static void floats_are_taken_as_they_are(void **state) {
    (void)state;
    float values[COUNT * VALUES];
    int32_t classes[COUNT];
    digitnet_dataset *dataset = make_floats();
    expect_ok(digitnet_dataset_read(values, COUNT * VALUES, classes, COUNT, dataset, 0, COUNT));
    assert_memory_equal(values, floats, sizeof floats);
    assert_memory_equal(classes, labels, sizeof labels);
    digitnet_dataset_free(dataset);
}

static void data_set_is_described(void **state) {
    (void)state;
    digitnet_dataset *dataset = make_bytes();
    digitnet_dataset_info info = describe(dataset);
    assert_int_equal(info.struct_size, sizeof info);
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.channels, CHANNELS);
    assert_int_equal(info.classes, 10);
    assert_int_equal(digitnet_dataset_count(dataset), COUNT);
    assert_int_equal(digitnet_dataset_count(NULL), 0);
    info.struct_size = 1;
    expect_failure(digitnet_dataset_describe(&info, dataset), DIGITNET_EINVAL, "struct_size");
    expect_failure(digitnet_dataset_describe(NULL, dataset), DIGITNET_EINVAL, "NULL");
    info.struct_size = sizeof info;
    expect_failure(digitnet_dataset_describe(&info, NULL), DIGITNET_EINVAL, "dataset is NULL");
    digitnet_dataset_free(dataset);
    digitnet_dataset_free(NULL);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    digitnet_dataset *out = (digitnet_dataset *)1;
    expect_failure(digitnet_dataset_create_u8(NULL, bytes, labels, 1, 1, 1, 1), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_dataset_create_u8(&out, NULL, labels, 1, 1, 1, 1), DIGITNET_EINVAL, "images is NULL");
    assert_null(out);
    expect_failure(digitnet_dataset_create_u8(&out, bytes, NULL, 1, 1, 1, 1), DIGITNET_EINVAL, "labels is NULL");
    expect_failure(digitnet_dataset_create_f32(&out, NULL, labels, 1, 1, 1, 1), DIGITNET_EINVAL, "images is NULL");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 0, 1, 2, 3), DIGITNET_EINVAL, "0 images of 1x2x3");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 4, 0, 2, 3), DIGITNET_EINVAL, "4 images of 0x2x3");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 4, 1, 0, 3), DIGITNET_EINVAL, "4 images of 1x0x3");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 4, 1, 2, 0), DIGITNET_EINVAL, "4 images of 1x2x0");
    digitnet_dataset_options options = {.struct_size = 3};
    expect_failure(digitnet_dataset_create_u8_ex(&out, bytes, labels, 1, 1, 1, 1, &options), DIGITNET_EINVAL,
                   "struct_size");
    assert_null(out);
}

static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    const size_t half = SIZE_MAX / 2 + 1;
    digitnet_dataset *out = (digitnet_dataset *)1;
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 2, half, 1, 1), DIGITNET_ELIMIT, "counted");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, half, 2, 1, 1), DIGITNET_ELIMIT, "counted");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, 1, half, half, half), DIGITNET_ELIMIT, "counted");
    expect_failure(digitnet_dataset_create_f32(&out, floats, labels, half / 2, 1, 2, 1), DIGITNET_ELIMIT, "counted");
    assert_null(out);
}

static void wrong_values_are_named(void **state) {
    (void)state;
    static const float wrong[] = {NAN, INFINITY, -INFINITY};
    static const char *const names[] = {"nan", "inf", "-inf"};
    digitnet_dataset *out = NULL;
    for (size_t i = 0; i < 3; i++) {
        char message[64];
        float right = floats[5 * VALUES + 4];
        floats[5 * VALUES + 4] = wrong[i];
        strcat(strcpy(message, "image 5, value 4 is "), names[i]);
        expect_failure(digitnet_dataset_create_f32(&out, floats, labels, COUNT, HEIGHT, WIDTH, CHANNELS),
                       DIGITNET_EINVAL, message);
        floats[5 * VALUES + 4] = right;
    }
    int32_t right = labels[7];
    labels[7] = -1;
    expect_failure(digitnet_dataset_create_f32(&out, floats, labels, COUNT, HEIGHT, WIDTH, CHANNELS), DIGITNET_EINVAL,
                   "sample 7, label 0 is -1");
    expect_failure(digitnet_dataset_create_u8(&out, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS), DIGITNET_EINVAL,
                   "sample 7, label 0 is -1");
    labels[7] = INT32_MAX;
    expect_ok(digitnet_dataset_create_u8(&out, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS));
    assert_int_equal(describe(out).classes, (size_t)INT32_MAX + 1);
    labels[7] = right;
    digitnet_dataset_free(out);
}

/* ---- Borrowed memory ---- */

static void count_release(void *user_data) {
    ++*(int *)user_data;
}

static void borrowed_memory_is_given_back_once(void **state) {
    (void)state;
    int released = 0;
    digitnet_dataset *whole = NULL, *part = NULL, *part_of_part = NULL;
    digitnet_dataset_options options = DIGITNET_INIT(digitnet_dataset_options);
    options.borrow = 1;
    options.user_data = &released;
    options.release = count_release;
    expect_ok(digitnet_dataset_create_f32_ex(&whole, floats, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options));
    expect_ok(digitnet_dataset_slice(&part, whole, 5, 10));
    expect_ok(digitnet_dataset_slice(&part_of_part, part, 2, 3));
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);
    assert_int_equal(released, 0);
    floats[7 * VALUES] += 1.0f; /* seen, since it is the same memory */
    float values[VALUES];
    expect_ok(digitnet_dataset_read(values, VALUES, NULL, 0, part_of_part, 0, 1));
    assert_true(values[0] == floats[7 * VALUES]);
    floats[7 * VALUES] -= 1.0f;
    digitnet_dataset_free(part_of_part);
    assert_int_equal(released, 1);
}

static void release_needs_borrowing(void **state) {
    (void)state;
    int released = 0;
    digitnet_dataset *dataset = NULL;
    digitnet_dataset_options options = DIGITNET_INIT(digitnet_dataset_options);
    options.user_data = &released;
    options.release = count_release;
    expect_ok(digitnet_dataset_create_u8_ex(&dataset, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options));
    digitnet_dataset_free(dataset);
    options.borrow = 1;
    expect_failure(digitnet_dataset_create_u8_ex(&dataset, bytes, labels, 0, HEIGHT, WIDTH, CHANNELS, &options),
                   DIGITNET_EINVAL, "0 images");
    assert_int_equal(released, 1); /* by the call that failed */
    expect_failure(digitnet_dataset_create_u8_ex(NULL, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options),
                   DIGITNET_EINVAL, "out is NULL");
    assert_int_equal(released, 2);
    options.struct_size = 8;
    expect_failure(digitnet_dataset_create_u8_ex(&dataset, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options),
                   DIGITNET_EINVAL, "struct_size");
    assert_int_equal(released, 2);
    options.struct_size = sizeof options;
    options.release = NULL;
    expect_ok(digitnet_dataset_create_u8_ex(&dataset, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options));
    digitnet_dataset_free(dataset);
    assert_int_equal(released, 2);
    options.borrow = 2;
    expect_failure(digitnet_dataset_create_u8_ex(&dataset, bytes, labels, COUNT, HEIGHT, WIDTH, CHANNELS, &options),
                   DIGITNET_EINVAL, "borrow is 2; it must be 0 or 1");
}

/* ---- Targets, weights and sequences of labels ---- */

enum { FEW = 4, TARGETS = 2, MAX_LABELS = 3 };

static float targets[FEW * TARGETS] = {0.5f, -1, 2, 3, 4, 5.5f, 6, -7};
static float weights[FEW] = {1, 0, 0.25f, 3};
static int32_t sequences[FEW * MAX_LABELS] = {4, -9, -9, 1, 2, 3, -9, -9, -9, 8, 0, -9}; /* -9: ignored */
static int32_t label_counts[FEW] = {1, 3, 0, 2};

static digitnet_dataset_options all_options(int32_t borrow) {
    return (digitnet_dataset_options){.struct_size = sizeof(digitnet_dataset_options),
                                      .targets = targets,
                                      .target_values = TARGETS,
                                      .sample_weights = weights,
                                      .max_labels = MAX_LABELS,
                                      .label_counts = label_counts,
                                      .borrow = borrow};
}

/* What a reader of a few samples gets. */
typedef struct room {
    float images[FEW * VALUES], targets[FEW * TARGETS], weights[FEW];
    int32_t labels[FEW * MAX_LABELS], label_counts[FEW];
} room;

static digitnet_batch batch_of(room *own, const size_t *indices, size_t count) {
    return (digitnet_batch){.struct_size = sizeof(digitnet_batch),
                            .count = count,
                            .indices = indices,
                            .images = own->images,
                            .labels = own->labels,
                            .label_counts = own->label_counts,
                            .targets = own->targets,
                            .sample_weights = own->weights};
}

static void check_batch(const digitnet_dataset *dataset, size_t first) {
    static const size_t indices[] = {1, 0, 1};
    room own;
    const digitnet_batch batch = batch_of(&own, indices, 3);
    expect_ok(digitnet_dataset_read_batch(&batch, dataset));
    for (size_t i = 0; i < 3; i++) {
        size_t sample = first + indices[i];
        for (size_t j = 0; j < VALUES; j++)
            assert_true(own.images[i * VALUES + j] == (float)bytes[sample * VALUES + j] / 255.0f);
        assert_memory_equal(own.targets + i * TARGETS, targets + sample * TARGETS, TARGETS * sizeof(float));
        assert_true(own.weights[i] == weights[sample]);
        assert_int_equal(own.label_counts[i], label_counts[sample]);
        for (int k = 0; k < MAX_LABELS; k++)
            assert_int_equal(own.labels[i * MAX_LABELS + (size_t)k],
                             k < label_counts[sample] ? sequences[sample * MAX_LABELS + (size_t)k] : -1);
    }
}

static void all_that_is_known_of_samples_is_read(void **state) {
    (void)state;
    for (int32_t borrow = 0; borrow < 2; borrow++) {
        digitnet_dataset *whole, *part;
        digitnet_dataset_options options = all_options(borrow);
        expect_ok(digitnet_dataset_create_u8_ex(&whole, bytes, sequences, FEW, HEIGHT, WIDTH, CHANNELS, &options));
        digitnet_dataset_info info = describe(whole);
        assert_int_equal(info.classes, 9);
        assert_int_equal(info.max_labels, MAX_LABELS);
        assert_int_equal(info.target_values, TARGETS);
        assert_int_equal(info.weighted, 1);
        check_batch(whole, 0);
        expect_ok(digitnet_dataset_slice(&part, whole, 1, 2)); /* labels 1 2 3, and none */
        digitnet_dataset_free(whole);
        assert_int_equal(describe(part).classes, 4);
        assert_int_equal(describe(part).max_labels, MAX_LABELS);
        check_batch(part, 1);
        /* Copied, or else the same memory. */
        float kept[] = {targets[2], weights[1]};
        int32_t kept_labels[] = {sequences[3], label_counts[1]};
        targets[2] = 99, weights[1] = 98, sequences[3] = 97, label_counts[1] = 1;
        room own;
        const size_t first = 0;
        const digitnet_batch batch = batch_of(&own, &first, 1);
        expect_ok(digitnet_dataset_read_batch(&batch, part));
        assert_true(own.targets[0] == (borrow ? 99 : kept[0]));
        assert_true(own.weights[0] == (borrow ? 98 : kept[1]));
        assert_int_equal(own.labels[0], borrow ? 97 : kept_labels[0]);
        assert_int_equal(own.label_counts[0], borrow ? 1 : kept_labels[1]);
        targets[2] = kept[0], weights[1] = kept[1], sequences[3] = kept_labels[0], label_counts[1] = kept_labels[1];
        digitnet_dataset_free(part);
    }
}

static void labels_may_be_sequences_of_one_length(void **state) {
    (void)state;
    static const int32_t twos[] = {1, 2, 3, 4};
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_u8_ex(&dataset, bytes, twos, 2, HEIGHT, WIDTH, CHANNELS,
                                            DIGITNET_WITH(digitnet_dataset_options, .max_labels = 2)));
    int32_t read[4], counts[2];
    static const size_t indices[] = {0, 1};
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = 2, .indices = indices, .labels = read, .label_counts = counts),
        dataset));
    assert_memory_equal(read, twos, sizeof twos);
    assert_memory_equal(counts, ((int32_t[]){2, 2}), sizeof counts);
    expect_failure(digitnet_dataset_read_batch(
                       DIGITNET_WITH(digitnet_batch, .count = 2, .indices = indices, .labels = read), dataset),
                   DIGITNET_EINVAL, "label_counts is NULL; samples have up to 2 labels");
    expect_failure(digitnet__dataset_check_labels(dataset, 10), DIGITNET_EINVAL,
                   "samples have up to 2 labels; the model takes one");
    digitnet_dataset_free(dataset);
}

static void targets_need_no_labels(void **state) {
    (void)state;
    digitnet_dataset *dataset;
    float values[TARGETS], weight = 0;
    int32_t label;
    const size_t last = FEW - 1;
    expect_ok(digitnet_dataset_create_f32_ex(
        &dataset, floats, NULL, FEW, HEIGHT, WIDTH, CHANNELS,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = TARGETS)));
    digitnet_dataset_info info = describe(dataset);
    assert_int_equal(info.classes, 0);
    assert_int_equal(info.max_labels, 0);
    assert_int_equal(info.weighted, 0);
    digitnet_batch batch = {.struct_size = sizeof batch, .count = 1, .indices = &last, .targets = values};
    batch.sample_weights = &weight; /* the default */
    expect_ok(digitnet_dataset_read_batch(&batch, dataset));
    assert_memory_equal(values, targets + last * TARGETS, sizeof values);
    assert_true(weight == 1);
    batch.labels = &label;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "no labels");
    expect_failure(digitnet_dataset_read(NULL, 0, &label, 1, dataset, 0, 1), DIGITNET_EINVAL, "no labels");
    expect_failure(digitnet__dataset_check_labels(dataset, 10), DIGITNET_EINVAL, "no labels");
    digitnet_dataset_free(dataset);
}

static void wrong_batches_are_refused(void **state) {
    (void)state;
    room own;
    static const size_t indices[] = {0, COUNT, SIZE_MAX};
    digitnet_dataset *dataset = make_bytes();
    digitnet_batch batch = batch_of(&own, indices, 1);
    expect_failure(digitnet_dataset_read_batch(NULL, dataset), DIGITNET_EINVAL, "batch is NULL");
    expect_failure(digitnet_dataset_read_batch(&batch, NULL), DIGITNET_EINVAL, "dataset is NULL");
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "no targets");
    batch.targets = NULL;
    expect_ok(digitnet_dataset_read_batch(&batch, dataset));
    assert_int_equal(own.label_counts[0], 1);
    batch.label_counts = NULL;
    expect_ok(digitnet_dataset_read_batch(&batch, dataset)); /* each has one */
    batch.count = 2;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL,
                   "index 1 is 20; the data set has 20 samples");
    batch.count = 1;
    batch.indices = indices + 2;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "index 0 is ");
    batch.indices = NULL;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "indices is NULL");
    batch = batch_of(&own, indices, 0);
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "count is 0");
    batch = batch_of(&own, indices, 1);
    batch.labels = NULL;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "label_counts is given");
    batch.struct_size = 8;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "struct_size");
    digitnet_dataset_free(dataset);
}

static void contradicting_options_are_refused(void **state) {
    (void)state;
    static const struct {
        digitnet_dataset_options options;
        bool labelled;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{.targets = targets}, true, DIGITNET_EINVAL, "targets is given, target_values 0"},
        {{.target_values = 2}, true, DIGITNET_EINVAL, "targets is NULL, target_values 2"},
        {{.target_values = 2}, false, DIGITNET_EINVAL, "labels is NULL"},
        {{.targets = targets, .target_values = 2, .max_labels = 2}, false, DIGITNET_EINVAL, "max_labels is given"},
        {{.targets = targets, .target_values = 2, .label_counts = label_counts},
         false,
         DIGITNET_EINVAL,
         "label_counts is given"},
        {{.label_counts = label_counts, .max_labels = 1}, true, DIGITNET_EINVAL, "above 1; it is 1"},
        {{.max_labels = SIZE_MAX / 4 + 1}, true, DIGITNET_ELIMIT, "counted"},
        {{.max_labels = SIZE_MAX / 4 / FEW + 1}, true, DIGITNET_ELIMIT, "counted"},
        {{.targets = targets, .target_values = SIZE_MAX / 4 / FEW + 1}, true, DIGITNET_ELIMIT, "counted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_dataset *out;
        digitnet_dataset_options options = cases[i].options;
        options.struct_size = sizeof options;
        expect_failure(digitnet_dataset_create_u8_ex(&out, bytes, cases[i].labelled ? labels : NULL, FEW, HEIGHT, WIDTH,
                                                     CHANNELS, &options),
                       cases[i].status, cases[i].message);
        assert_null(out);
    }
}

/* Creates a data set of all options, of which one value is wrong. */
static void expect_wrong(const char *message) {
    digitnet_dataset *out;
    const digitnet_dataset_options options = all_options(0);
    expect_failure(digitnet_dataset_create_u8_ex(&out, bytes, sequences, FEW, HEIGHT, WIDTH, CHANNELS, &options),
                   DIGITNET_EINVAL, message);
    assert_null(out);
}

static void wrong_values_of_options_are_named(void **state) {
    (void)state;
    float target = targets[5], weight = weights[2];
    targets[5] = NAN;
    expect_wrong("sample 2, target 1 is nan; targets must be finite");
    targets[5] = target;
    static const float wrong[] = {NAN, INFINITY, -0.5f};
    static const char *const names[] = {"sample 2 has weight nan", "sample 2 has weight inf",
                                        "sample 2 has weight -0.5"};
    for (size_t i = 0; i < 3; i++) {
        weights[2] = wrong[i];
        expect_wrong(names[i]);
    }
    weights[2] = weight;
    int32_t count = label_counts[2], label = sequences[4];
    label_counts[2] = MAX_LABELS + 1;
    expect_wrong("sample 2 has 4 labels; it can have 0 to 3");
    label_counts[2] = -1;
    expect_wrong("sample 2 has -1 labels");
    label_counts[2] = count;
    sequences[4] = -2;
    expect_wrong("sample 1, label 1 is -2; labels are class numbers from 0");
    sequences[4] = label;
}

/* ---- Slices and reading ---- */

static void slices_have_their_own_numbers(void **state) {
    (void)state;
    float values[3 * VALUES];
    int32_t classes[3];
    digitnet_dataset *whole = make_floats();
    digitnet_dataset *part = NULL, *part_of_part = NULL;
    expect_ok(digitnet_dataset_slice(&part, whole, 4, 9));
    expect_ok(digitnet_dataset_slice(&part_of_part, part, 6, 3));
    digitnet_dataset_free(whole);
    expect_ok(digitnet_dataset_read(values, 3 * VALUES, classes, 3, part_of_part, 0, 3));
    assert_memory_equal(values, floats + 10 * VALUES, sizeof values);
    assert_memory_equal(classes, labels + 10, sizeof classes);
    assert_int_equal(describe(part).count, 9);
    assert_int_equal(describe(part).classes, 9);         /* labels 2 5 8 1 4 7 0 3 6 */
    assert_int_equal(describe(part_of_part).classes, 7); /* labels 0 3 6 */
    digitnet_dataset_free(part);
    digitnet_dataset_free(part_of_part);
}

static void ranges_are_checked(void **state) {
    (void)state;
    float values[VALUES];
    digitnet_dataset *whole = make_floats();
    digitnet_dataset *part = NULL, *out = (digitnet_dataset *)1;
    expect_ok(digitnet_dataset_slice(&part, whole, 10, 5));
    static const struct {
        size_t first, count;
    } wrong[] = {{0, 0}, {0, 6}, {5, 1}, {4, 2}, {SIZE_MAX, 1}, {1, SIZE_MAX}, {SIZE_MAX, SIZE_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_failure(digitnet_dataset_slice(&out, part, wrong[i].first, wrong[i].count), DIGITNET_EINVAL,
                       "dataset_slice");
        assert_null(out);
        expect_failure(digitnet_dataset_read(values, SIZE_MAX, NULL, 0, part, wrong[i].first, wrong[i].count),
                       DIGITNET_EINVAL, "dataset_read");
    }
    expect_failure(digitnet_dataset_slice(&out, NULL, 0, 1), DIGITNET_EINVAL, "dataset is NULL");
    expect_failure(digitnet_dataset_slice(NULL, part, 0, 1), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_dataset_read(values, VALUES, NULL, 0, NULL, 0, 1), DIGITNET_EINVAL, "dataset is NULL");
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);
}

static void reading_respects_capacities(void **state) {
    (void)state;
    float values[2 * VALUES];
    int32_t classes[2] = {77, 77};
    digitnet_dataset *dataset = make_floats();
    values[0] = 77.0f;
    expect_failure(digitnet_dataset_read(values, 2 * VALUES - 1, classes, 2, dataset, 0, 2), DIGITNET_EBUFFER,
                   "room for 23 values; 2 images of 2x3x2");
    expect_failure(digitnet_dataset_read(values, 2 * VALUES, classes, 1, dataset, 0, 2), DIGITNET_EBUFFER,
                   "room for 1 labels; 2 samples have 1 each");
    assert_true(values[0] == 77.0f);
    assert_int_equal(classes[0], 77);
    expect_ok(digitnet_dataset_read(values, 2 * VALUES, NULL, 0, dataset, 18, 2));
    assert_memory_equal(values, floats + 18 * VALUES, sizeof values);
    expect_ok(digitnet_dataset_read(NULL, 0, classes, 2, dataset, 18, 2));
    assert_memory_equal(classes, labels + 18, sizeof classes);
    expect_ok(digitnet_dataset_read(NULL, 0, NULL, 0, dataset, 0, COUNT));
    digitnet_dataset_free(dataset);
}

static void samples_are_gathered_by_index(void **state) {
    (void)state;
    static const size_t indices[] = {3, 0, 3, 9};
    float values[4 * VALUES];
    int32_t classes[4];
    digitnet_dataset *whole = make_bytes();
    digitnet_dataset *part = NULL;
    expect_ok(digitnet_dataset_slice(&part, whole, 10, 10));
    assert_false(digitnet__dataset_is_source(part));
    const digitnet_batch batch = {.count = 4, .indices = indices, .images = values, .labels = classes};
    expect_ok(digitnet__dataset_gather(&batch, part, digitnet__kernels_best(), NULL));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(classes[i], labels[10 + indices[i]]);
        for (size_t j = 0; j < VALUES; j++)
            assert_true(values[i * VALUES + j] == (float)bytes[(10 + indices[i]) * VALUES + j] / 255.0f);
    }
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);
}

static void labels_are_checked_against_the_classes(void **state) {
    (void)state;
    digitnet_dataset *whole = make_bytes();
    digitnet_dataset *part = NULL;
    expect_ok(digitnet_dataset_slice(&part, whole, 2, 2)); /* labels 6 and 9 */
    expect_ok(digitnet__dataset_check_labels(whole, 10));
    expect_failure(digitnet__dataset_check_labels(whole, 9), DIGITNET_EINVAL,
                   "sample 3 has label 9; the model has 9 classes");
    expect_failure(digitnet__dataset_check_labels(part, 9), DIGITNET_EINVAL, "sample 1 has label 9");
    expect_failure(digitnet__dataset_check_labels(part, 6), DIGITNET_EINVAL, "sample 0 has label 6");
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);

    /* Borrowed ones that their owner has changed against all rules. */
    int32_t borrowed[] = {0, 9};
    expect_ok(digitnet_dataset_create_u8_ex(&whole, (const uint8_t[]){1, 2}, borrowed, 2, 1, 1, 1,
                                            DIGITNET_WITH(digitnet_dataset_options, .borrow = 1)));
    borrowed[1] = 1;
    expect_ok(digitnet__dataset_check_labels(whole, 2));
    digitnet_dataset_free(whole);
}

static void *slice_and_free(void *shared) {
    for (size_t i = 0; i < 500; i++) {
        digitnet_dataset *part = NULL;
        float values[VALUES];
        if (digitnet_dataset_slice(&part, shared, i % COUNT, 1) != DIGITNET_OK ||
            digitnet_dataset_read(values, VALUES, NULL, 0, part, 0, 1) != DIGITNET_OK ||
            memcmp(values, floats + i % COUNT * VALUES, sizeof values) != 0)
            return shared;
        digitnet_dataset_free(part);
    }
    return NULL;
}

static void threads_share_a_data_set(void **state) {
    (void)state;
    pthread_t threads[4];
    digitnet_dataset *dataset = make_floats();
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, slice_and_free, dataset), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    digitnet_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bytes_are_scaled),
        cmocka_unit_test(bytes_are_copied),
        cmocka_unit_test(floats_are_taken_as_they_are),
        cmocka_unit_test(data_set_is_described),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(borrowed_memory_is_given_back_once),
        cmocka_unit_test(release_needs_borrowing),
        cmocka_unit_test(all_that_is_known_of_samples_is_read),
        cmocka_unit_test(labels_may_be_sequences_of_one_length),
        cmocka_unit_test(targets_need_no_labels),
        cmocka_unit_test(wrong_batches_are_refused),
        cmocka_unit_test(contradicting_options_are_refused),
        cmocka_unit_test(wrong_values_of_options_are_named),
        cmocka_unit_test(slices_have_their_own_numbers),
        cmocka_unit_test(ranges_are_checked),
        cmocka_unit_test(reading_respects_capacities),
        cmocka_unit_test(samples_are_gathered_by_index),
        cmocka_unit_test(labels_are_checked_against_the_classes),
        cmocka_unit_test(threads_share_a_data_set),
    };
    return cmocka_run_group_tests(tests, fill_samples, NULL);
}
