/* Data sets that a callback gathers. */
#include "dataset/batch.h"
#include "dataset/dataset.h"
#include "expect.h"
#include "kernels/compute.h"

#include <math.h>

enum { SOURCE_COUNT = 1000 };

typedef struct source {
    int calls, released;
    size_t largest_call, last_index;
    uint64_t seed_sum;
    bool seeded;
    int result;           /* what the callback returns */
    float spoilt_value;   /* in image 300, value 1 */
    int32_t spoilt_label; /* of image 300 */
} source;

static int gather_source(float *images, int32_t *classes, const size_t *indices, const uint64_t *seeds, size_t count,
                         void *user_data) {
    source *self = user_data;
    self->calls++;
    self->seeded = seeds != NULL;
    self->largest_call = count > self->largest_call ? count : self->largest_call;
    for (size_t i = 0; i < count; i++) {
        if (indices[i] >= SOURCE_COUNT)
            return 1;
        if (images) {
            images[2 * i] = (float)indices[i];
            images[2 * i + 1] = indices[i] == 300 ? self->spoilt_value : 0.5f;
        }
        if (classes)
            classes[i] = indices[i] == 300 ? self->spoilt_label : (int32_t)(indices[i] % 10);
        if (seeds)
            self->seed_sum += seeds[i];
        self->last_index = indices[i];
    }
    return self->result;
}

static void release_source(void *user_data) {
    ((source *)user_data)->released++;
}

static digitnet_dataset *make_source(source *self) {
    digitnet_dataset *dataset = NULL;
    digitnet_source_options options = DIGITNET_INIT(digitnet_source_options);
    options.count = SOURCE_COUNT;
    options.height = 1;
    options.width = 2;
    options.channels = 1;
    options.gather = gather_source;
    options.release = release_source;
    options.user_data = self;
    expect_ok(digitnet_dataset_create_source(&dataset, &options));
    return dataset;
}

/* As a call of the library does. */
static void gather_all(float *values, int32_t *classes, const digitnet_dataset *dataset, const size_t *indices,
                       const uint64_t *seeds, size_t count) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    digitnet_status status =
        digitnet__dataset_gather(values, classes, dataset, digitnet__kernels_best(), indices, seeds, count);
    expect_ok(digitnet__compute_leave(&compute, status));
}

static void source_is_read_through_its_callback(void **state) {
    (void)state;
    static float values[2 * SOURCE_COUNT];
    static int32_t classes[SOURCE_COUNT];
    source self = {0};
    digitnet_dataset *dataset = make_source(&self);
    assert_true(digitnet__dataset_is_source(dataset));
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_int_equal(info.count, SOURCE_COUNT);
    assert_int_equal(info.classes, 0);
    expect_ok(digitnet__dataset_check_labels(dataset, 1)); /* not known beforehand */
    assert_int_equal(self.calls, 0);
    expect_ok(digitnet_dataset_read(values, 2 * SOURCE_COUNT, classes, SOURCE_COUNT, dataset, 0, SOURCE_COUNT));
    assert_false(self.seeded);
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        assert_true(values[2 * i] == (float)i);
        assert_int_equal(classes[i], i == 300 ? 0 : i % 10);
    }
    expect_ok(digitnet_dataset_read(NULL, 0, classes, 1, dataset, 999, 1));
    assert_int_equal(classes[0], 9);
    expect_ok(digitnet_dataset_read(values, 2, NULL, 0, dataset, 999, 1));
    assert_true(values[0] == 999.0f);
    digitnet_dataset_free(dataset);
    assert_int_equal(self.released, 1);
}

static void slices_of_sources_use_the_sources_indices(void **state) {
    (void)state;
    enum { PART = 600 };
    static float values[2 * PART];
    static int32_t classes[PART];
    static size_t indices[PART];
    static uint64_t seeds[PART];
    source self = {0};
    digitnet_dataset *whole = make_source(&self);
    digitnet_dataset *part = NULL, *part_of_part = NULL;
    expect_ok(digitnet_dataset_slice(&part, whole, 350, 650));
    expect_ok(digitnet_dataset_slice(&part_of_part, part, 50, PART));
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);
    uint64_t seed_sum = 0;
    for (size_t i = 0; i < PART; i++) {
        indices[i] = PART - 1 - i;
        seeds[i] = i * i;
        seed_sum += seeds[i];
    }
    gather_all(values, classes, part_of_part, indices, seeds, PART);
    for (size_t i = 0; i < PART; i++) {
        assert_true(values[2 * i] == (float)(400 + indices[i]));
        assert_int_equal(classes[i], (400 + indices[i]) % 10);
    }
    assert_true(self.seeded);
    assert_true(self.seed_sum == seed_sum);
    expect_ok(digitnet_dataset_read(values, 2, NULL, 0, part_of_part, 7, 1));
    assert_true(values[0] == 407);
    assert_false(self.seeded);
    expect_ok(digitnet_dataset_read(NULL, 0, classes, 1, part_of_part, 8, 1));
    assert_int_equal(classes[0], 8);
    assert_int_equal(self.released, 0);
    digitnet_dataset_free(part_of_part);
    assert_int_equal(self.released, 1);
}

/* A batch from the whole of a source is one call, so that the callback can read it at once. */
static void a_batch_is_one_call(void **state) {
    (void)state;
    static float values[2 * SOURCE_COUNT];
    static size_t indices[SOURCE_COUNT];
    source self = {0};
    digitnet_dataset *dataset = make_source(&self);
    digitnet__epoch_order(indices, SOURCE_COUNT);
    gather_all(values, NULL, dataset, indices, NULL, SOURCE_COUNT);
    assert_int_equal(self.calls, 1);
    assert_int_equal(self.largest_call, SOURCE_COUNT);
    digitnet_dataset_free(dataset);
}

static void failing_sources_are_reported(void **state) {
    (void)state;
    float values[2];
    static const struct {
        int result;
        digitnet_status status;
        const char *message;
    } failures[] = {
        {DIGITNET_EIO, DIGITNET_EIO, "-5"},
        {DIGITNET_ENOTFOUND, DIGITNET_ENOTFOUND, "-12"},
        {1, DIGITNET_ECALLBACK, "returned 1 "},
        {-99, DIGITNET_ECALLBACK, "-99"},
    };
    source self = {0};
    digitnet_dataset *dataset = make_source(&self);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        self.result = failures[i].result;
        expect_failure(digitnet_dataset_read(values, 2, NULL, 0, dataset, 0, 1), failures[i].status,
                       failures[i].message);
    }
    for (self.result = DIGITNET_ENOTFINITE; self.result < 0; ++self.result)
        expect_failure(digitnet_dataset_read(values, 2, NULL, 0, dataset, 0, 1), (digitnet_status)self.result,
                       digitnet_status_string((digitnet_status)self.result));
    expect_ok(digitnet_dataset_read(values, 2, NULL, 0, dataset, 0, 1));
    digitnet_dataset_free(dataset);
}

static void wrong_samples_of_sources_are_named(void **state) {
    (void)state;
    float values[8];
    int32_t classes[4];
    source self = {.spoilt_value = INFINITY};
    digitnet_dataset *dataset = make_source(&self);
    digitnet_dataset *part = NULL;
    expect_ok(digitnet_dataset_slice(&part, dataset, 298, 5));
    expect_failure(digitnet_dataset_read(values, 8, classes, 4, part, 1, 4), DIGITNET_EINVAL,
                   "image 300, value 1 is inf");
    self.spoilt_value = 0.0f;
    self.spoilt_label = -3;
    expect_failure(digitnet_dataset_read(values, 8, classes, 4, dataset, 299, 4), DIGITNET_EINVAL, "label 300 is -3");
    expect_ok(digitnet_dataset_read(values, 8, NULL, 0, dataset, 299, 4));
    digitnet_dataset_free(dataset);
    digitnet_dataset_free(part);
}

static void incomplete_sources_are_refused(void **state) {
    (void)state;
    source self = {0};
    digitnet_dataset *out = (digitnet_dataset *)1;
    digitnet_source_options options = DIGITNET_INIT(digitnet_source_options);
    options.release = release_source;
    options.user_data = &self;
    expect_failure(digitnet_dataset_create_source(&out, NULL), DIGITNET_EINVAL, "options is NULL");
    assert_null(out);
    expect_failure(digitnet_dataset_create_source(&out, &options), DIGITNET_EINVAL, "gather is NULL");
    options.gather = gather_source;
    expect_failure(digitnet_dataset_create_source(&out, &options), DIGITNET_EINVAL, "0 images of 0x0x0");
    expect_failure(digitnet_dataset_create_source(NULL, &options), DIGITNET_EINVAL, "out is NULL");
    options.count = options.width = options.channels = 1;
    options.height = SIZE_MAX / 2 + 1;
    expect_failure(digitnet_dataset_create_source(&out, &options), DIGITNET_ELIMIT, "counted");
    options.struct_size = 5000;
    expect_failure(digitnet_dataset_create_source(&out, &options), DIGITNET_EINVAL, "struct_size");
    assert_int_equal(self.released, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_is_read_through_its_callback),
        cmocka_unit_test(slices_of_sources_use_the_sources_indices),
        cmocka_unit_test(a_batch_is_one_call),
        cmocka_unit_test(failing_sources_are_reported),
        cmocka_unit_test(wrong_samples_of_sources_are_named),
        cmocka_unit_test(incomplete_sources_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
