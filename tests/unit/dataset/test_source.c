/* Data sets that a callback gathers. */
#include "core/status.h"
#include "dataset/dataset.h"
#include "dataset/epoch_order.h"
#include "expect.h"
#include "kernels/compute.h"

#include <math.h>

enum { SOURCE_COUNT = 1000 };

typedef struct source {
    int calls, released;
    size_t largest_call, last_index;
    uint64_t seed_sum;
    bool seeded, asked_for_defaults;
    int result;           /* what the callback returns */
    float spoilt_value;   /* in image 300, value 1 */
    int32_t spoilt_label; /* of image 300 */
} source;

static int gather_source(digitnet_batch *batch, void *user_data) {
    source *self = user_data;
    self->calls++;
    self->seeded = batch->seeds != NULL;
    self->asked_for_defaults = batch->label_counts || batch->sample_weights;
    self->largest_call = batch->count > self->largest_call ? batch->count : self->largest_call;
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->indices[i];
        if (index >= SOURCE_COUNT)
            return 1;
        if (batch->images) {
            batch->images[2 * i] = (float)index;
            batch->images[2 * i + 1] = index == 300 ? self->spoilt_value : 0.5f;
        }
        if (batch->labels)
            batch->labels[i] = index == 300 ? self->spoilt_label : (int32_t)(index % 10);
        if (batch->seeds)
            self->seed_sum += batch->seeds[i];
        self->last_index = index;
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
static void gather_all(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    expect_ok(
        digitnet__compute_leave(&compute, digitnet__dataset_gather(batch, dataset, digitnet__kernels_best(), NULL)));
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
    const digitnet_batch batch = {
        .count = PART, .indices = indices, .seeds = seeds, .images = values, .labels = classes};
    gather_all(&batch, part_of_part);
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
    const digitnet_batch batch = {.count = SOURCE_COUNT, .indices = indices, .images = values};
    gather_all(&batch, dataset);
    assert_int_equal(self.calls, 1);
    assert_int_equal(self.largest_call, SOURCE_COUNT);
    digitnet_dataset_free(dataset);
}

static void failing_sources_are_reported(void **state) {
    (void)state;
    float values[2];
    static const struct {
        int result;
        const char *message;
    } no_statuses[] = {{1, "returned 1 "}, {-99, "-99"}};
    source self = {0};
    digitnet_dataset *dataset = make_source(&self);
    for (size_t i = 0; i < sizeof no_statuses / sizeof *no_statuses; i++) {
        self.result = no_statuses[i].result;
        expect_failure(digitnet_dataset_read(values, 2, NULL, 0, dataset, 0, 1), DIGITNET_ECALLBACK,
                       no_statuses[i].message);
    }
    for (self.result = DIGITNET_ENOTFINITE; self.result < 0; ++self.result)
        expect_passed_on(digitnet_dataset_read(values, 2, NULL, 0, dataset, 0, 1), (digitnet_status)self.result,
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
    expect_failure(digitnet_dataset_read(values, 8, classes, 4, dataset, 299, 4), DIGITNET_EINVAL,
                   "sample 300, label 0 is -3");
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
    assert_int_equal(self.released, 4); /* once by each call that failed */
    options.struct_size = 5000;
    expect_failure(digitnet_dataset_create_source(&out, &options), DIGITNET_EINVAL, "struct_size");
    assert_int_equal(self.released, 4);
}

/* ---- Targets, weights and sequences of labels ---- */

enum { TARGETS = 3, MAX_LABELS = 4, BATCH = 5 };

/* What a callback writes to the batch that it gets, or leaves as it is. */
typedef struct rich_source {
    bool silent;            /* writes images alone */
    float spoilt_target;    /* of sample 8, target 2, where it is not 0 */
    float spoilt_weight;    /* likewise */
    int32_t spoilt_count;   /* likewise */
    digitnet_batch arrived; /* the last */
} rich_source;

static int gather_rich(digitnet_batch *batch, void *user_data) {
    rich_source *self = user_data;
    self->arrived = *batch;
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->indices[i];
        bool spoilt = index == 8;
        if (batch->images)
            batch->images[i] = (float)index;
        if (self->silent)
            continue;
        for (size_t k = 0; batch->labels && k < MAX_LABELS; k++)
            batch->labels[i * MAX_LABELS + k] = (int32_t)(index + k); /* more than it counts */
        if (batch->label_counts)
            batch->label_counts[i] = spoilt && self->spoilt_count ? self->spoilt_count : (int32_t)(index % 3);
        for (size_t k = 0; batch->targets && k < TARGETS; k++)
            batch->targets[i * TARGETS + k] = (float)index / 2 + (float)k;
        if (batch->targets && spoilt && self->spoilt_target != 0)
            batch->targets[i * TARGETS + 2] = self->spoilt_target;
        if (batch->sample_weights)
            batch->sample_weights[i] = spoilt && self->spoilt_weight != 0 ? self->spoilt_weight : (float)index;
    }
    return 0;
}

static digitnet_dataset *make_rich_source(rich_source *self) {
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_source(
        &dataset, DIGITNET_WITH(digitnet_source_options, .count = SOURCE_COUNT, .height = 1, .width = 1, .channels = 1,
                                .max_labels = MAX_LABELS, .target_values = TARGETS, .weighted = 1,
                                .gather = gather_rich, .user_data = self)));
    return dataset;
}

/* Room for a batch of a rich source. */
typedef struct room {
    float images[BATCH], targets[BATCH * TARGETS], weights[BATCH];
    int32_t labels[BATCH * MAX_LABELS], label_counts[BATCH];
} room;

static digitnet_batch batch_of(room *own, const size_t *indices) {
    return (digitnet_batch){.struct_size = sizeof(digitnet_batch),
                            .count = BATCH,
                            .indices = indices,
                            .images = own->images,
                            .labels = own->labels,
                            .label_counts = own->label_counts,
                            .targets = own->targets,
                            .sample_weights = own->weights};
}

static void a_batch_has_all_that_a_source_gives(void **state) {
    (void)state;
    static const size_t indices[BATCH] = {7, 2, 9, 9, 0};
    static const uint64_t seeds[BATCH] = {1, 2, 3, 4, 5};
    for (size_t first = 0; first < 3; first += 2) { /* of the source, and of a slice of it */
        rich_source self = {.silent = false};
        room own;
        digitnet_dataset *whole = make_rich_source(&self), *dataset;
        expect_ok(digitnet_dataset_slice(&dataset, whole, first, 10));
        digitnet_dataset_free(whole);
        digitnet_batch batch = batch_of(&own, indices);
        batch.seeds = seeds;
        expect_ok(digitnet_dataset_read_batch(&batch, dataset));
        assert_int_equal(self.arrived.struct_size, sizeof(digitnet_batch));
        assert_memory_equal(self.arrived.seeds, seeds, sizeof seeds);
        for (size_t i = 0; i < BATCH; i++) {
            size_t index = first + indices[i];
            assert_true(own.images[i] == (float)index);
            assert_true(own.weights[i] == (float)index);
            assert_int_equal(own.label_counts[i], index % 3);
            for (size_t k = 0; k < MAX_LABELS; k++)
                assert_int_equal(own.labels[i * MAX_LABELS + k], k < index % 3 ? (int)(index + k) : -1);
            for (size_t k = 0; k < TARGETS; k++)
                assert_true(own.targets[i * TARGETS + k] == (float)index / 2 + (float)k);
        }
        digitnet_dataset_free(dataset);
    }
}

/* Slices of sources are gathered in parts. */
static void parts_of_a_large_batch_fall_into_place(void **state) {
    (void)state;
    enum { LARGE = 700 };
    static float images[LARGE], targets[LARGE * TARGETS], weights[LARGE];
    static int32_t labels[LARGE * MAX_LABELS], label_counts[LARGE];
    static size_t indices[LARGE];
    rich_source self = {.silent = false};
    digitnet_dataset *whole = make_rich_source(&self), *part;
    expect_ok(digitnet_dataset_slice(&part, whole, 100, LARGE));
    for (size_t i = 0; i < LARGE; i++)
        indices[i] = i * 3 % LARGE;
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = LARGE, .indices = indices, .images = images, .labels = labels,
                      .label_counts = label_counts, .targets = targets, .sample_weights = weights),
        part));
    for (size_t i = 0; i < LARGE; i++) {
        size_t index = 100 + indices[i];
        assert_true(images[i] == (float)index);
        assert_true(weights[i] == (float)index);
        assert_int_equal(label_counts[i], index % 3);
        assert_int_equal(labels[i * MAX_LABELS], index % 3 ? (int)index : -1);
        for (size_t k = 0; k < TARGETS; k++)
            assert_true(targets[i * TARGETS + k] == (float)index / 2 + (float)k);
    }
    digitnet_dataset_free(whole);
    digitnet_dataset_free(part);
}

static void only_what_is_wanted_is_asked_for(void **state) {
    (void)state;
    static const size_t indices[BATCH] = {3, 4, 5, 6, 7};
    rich_source self = {.silent = false};
    room own;
    digitnet_dataset *dataset = make_rich_source(&self);
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = BATCH, .indices = indices, .targets = own.targets), dataset));
    assert_true(own.targets[0] == 1.5f);
    assert_null(self.arrived.images);
    assert_null(self.arrived.labels);
    assert_null(self.arrived.label_counts);
    assert_null(self.arrived.sample_weights);
    /* Labels alone, for which the reader needs no counts. */
    int32_t labels[2 * MAX_LABELS];
    expect_ok(digitnet_dataset_read(NULL, 0, labels, 2 * MAX_LABELS, dataset, 4, 2));
    assert_memory_equal(labels, ((int32_t[]){4, -1, -1, -1, 5, 6, -1, -1}), sizeof labels);
    expect_failure(digitnet_dataset_read(NULL, 0, labels, 2 * MAX_LABELS - 1, dataset, 4, 2), DIGITNET_EBUFFER,
                   "room for 7 labels; 2 samples have 4 each");
    digitnet_dataset_free(dataset);
}

/* A source without weights, of one label each, is not asked for weights and counts; its reader gets the defaults. */
static void defaults_need_no_callback(void **state) {
    (void)state;
    static const size_t indices[2] = {300, 4};
    source self = {.spoilt_label = 6};
    digitnet_dataset *dataset = make_source(&self);
    int32_t labels[2], label_counts[2] = {0, 0};
    float weights[2] = {0, 0};
    expect_ok(
        digitnet_dataset_read_batch(DIGITNET_WITH(digitnet_batch, .count = 2, .indices = indices, .labels = labels,
                                                  .label_counts = label_counts, .sample_weights = weights),
                                    dataset));
    assert_memory_equal(labels, ((int32_t[]){6, 4}), sizeof labels);
    assert_memory_equal(label_counts, ((int32_t[]){1, 1}), sizeof label_counts);
    assert_true(weights[0] == 1 && weights[1] == 1);
    assert_false(self.asked_for_defaults);
    digitnet_dataset_free(dataset);
}

static void what_a_callback_does_not_write_is_found(void **state) {
    (void)state;
    static const size_t indices[BATCH] = {7, 2, 9, 9, 0};
    rich_source self = {.silent = true};
    room own;
    digitnet_dataset *dataset = make_rich_source(&self);
    digitnet_batch batch = batch_of(&own, indices);
    batch.labels = batch.label_counts = NULL;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "sample 7, target 0 is nan");
    batch = batch_of(&own, indices);
    batch.targets = NULL;
    expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, "sample 7, label 0 is -1");
    batch.labels = batch.label_counts = NULL; /* weights alone may be left */
    expect_ok(digitnet_dataset_read_batch(&batch, dataset));
    for (size_t i = 0; i < BATCH; i++)
        assert_true(own.weights[i] == 1);
    digitnet_dataset_free(dataset);
}

static void wrong_values_of_a_batch_are_named(void **state) {
    (void)state;
    static const size_t indices[BATCH] = {7, 2, 8, 9, 0};
    static const struct {
        rich_source source;
        const char *message;
    } cases[] = {
        {{.spoilt_target = -INFINITY}, "sample 8, target 2 is -inf; targets must be finite"},
        {{.spoilt_weight = -1.5f}, "sample 8 has weight -1.5; it must be finite and at least 0"},
        {{.spoilt_weight = NAN}, "sample 8 has weight nan"},
        {{.spoilt_weight = INFINITY}, "sample 8 has weight inf"},
        {{.spoilt_count = MAX_LABELS + 1}, "sample 8 has 5 labels; it can have 0 to 4"},
        {{.spoilt_count = -1}, "sample 8 has -1 labels"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rich_source self = cases[i].source;
        room own;
        digitnet_dataset *dataset = make_rich_source(&self);
        digitnet_batch batch = batch_of(&own, indices);
        expect_failure(digitnet_dataset_read_batch(&batch, dataset), DIGITNET_EINVAL, cases[i].message);
        digitnet_dataset_free(dataset);
    }
}

static int hand_on(digitnet_batch *batch, void *user_data) {
    return digitnet_dataset_read_batch(batch, user_data);
}

static void a_source_hands_its_batch_on(void **state) {
    (void)state;
    static const size_t indices[BATCH] = {7, 2, 9, 9, 0};
    rich_source self = {.silent = false};
    room direct, handed_on;
    memset(&direct, 0, sizeof direct);
    memset(&handed_on, 0, sizeof handed_on);
    digitnet_dataset *inner = make_rich_source(&self), *outer;
    expect_ok(digitnet_dataset_create_source(&outer, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = 1,
                                                                   .width = 1, .channels = 1, .max_labels = MAX_LABELS,
                                                                   .target_values = TARGETS, .weighted = 1,
                                                                   .gather = hand_on, .user_data = inner)));
    digitnet_batch batch = batch_of(&direct, indices);
    expect_ok(digitnet_dataset_read_batch(&batch, inner));
    batch = batch_of(&handed_on, indices);
    expect_ok(digitnet_dataset_read_batch(&batch, outer));
    assert_memory_equal(&direct, &handed_on, sizeof direct);
    digitnet_dataset_free(outer);
    digitnet_dataset_free(inner);
}

static void sources_are_described(void **state) {
    (void)state;
    rich_source self = {.silent = false};
    source plain = {0};
    digitnet_dataset *dataset = make_rich_source(&self), *part;
    expect_ok(digitnet_dataset_slice(&part, dataset, 5, 5));
    digitnet_dataset_free(dataset);
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, part));
    assert_int_equal(info.max_labels, MAX_LABELS);
    assert_int_equal(info.target_values, TARGETS);
    assert_int_equal(info.weighted, 1);
    digitnet_dataset_free(part);
    dataset = make_source(&plain);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_int_equal(info.max_labels, 1);
    assert_int_equal(info.target_values, 0);
    assert_int_equal(info.weighted, 0);
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_create_source(
        &dataset, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = 1, .width = 1, .channels = 1,
                                .target_values = TARGETS, .no_labels = 1, .gather = gather_rich, .user_data = &self)));
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_int_equal(info.max_labels, 0);
    int32_t label;
    expect_failure(digitnet_dataset_read(NULL, 0, &label, 1, dataset, 0, 1), DIGITNET_EINVAL, "no labels");
    expect_failure(digitnet__dataset_check_labels(dataset, 10), DIGITNET_EINVAL, "no labels");
    digitnet_dataset_free(dataset);
}

static void contradicting_options_are_refused(void **state) {
    (void)state;
    digitnet_dataset *out;
    static const struct {
        digitnet_source_options options;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{.no_labels = 1}, DIGITNET_EINVAL, "no_labels is 1 and target_values is 0"},
        {{.no_labels = 1, .target_values = 1, .max_labels = 2}, DIGITNET_EINVAL, "no_labels is 1, but max_labels is 2"},
        {{.no_labels = 2, .target_values = 1}, DIGITNET_EINVAL, "no_labels is 2; it must be 0 or 1"},
        {{.weighted = -1}, DIGITNET_EINVAL, "weighted is -1; it must be 0 or 1"},
        {{.max_labels = SIZE_MAX / 4 + 1}, DIGITNET_ELIMIT, "counted"},
        {{.target_values = SIZE_MAX / 4 + 1}, DIGITNET_ELIMIT, "counted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_source_options options = cases[i].options;
        options.struct_size = sizeof options;
        options.count = options.height = options.width = options.channels = 1;
        options.gather = gather_rich;
        expect_failure(digitnet_dataset_create_source(&out, &options), cases[i].status, cases[i].message);
        assert_null(out);
    }
}

/* ---- What a callback says of its failure ---- */

typedef struct failing_source {
    const char *words; /* set before it returns, where not NULL */
    int result;
    digitnet_status failing_call; /* that it makes before, where not OK */
} failing_source;

static int gather_and_fail(digitnet_batch *batch, void *user_data) {
    const failing_source *self = user_data;
    (void)batch;
    if (self->failing_call != DIGITNET_OK)
        digitnet__fail(self->failing_call, "a call within");
    digitnet_set_error(self->words);
    return self->result;
}

static void a_callbacks_words_are_in_the_message(void **state) {
    (void)state;
    static const struct {
        failing_source source;
        const char *message;
    } cases[] = {
        {{.words = "disk 3 is gone", .result = DIGITNET_EIO},
         "the gather callback returned -5 (input or output failed) for samples 12 to 15: disk 3 is gone"},
        {{.words = "seven", .result = 7},
         "the gather callback returned 7 (a callback failed) for samples 12 to 15: seven"},
        {{.result = DIGITNET_EIO}, /* and not what failed before the callback was called */
         "the gather callback returned -5 (input or output failed) for samples 12 to 15"},
        {{.failing_call = DIGITNET_EIO, .result = DIGITNET_EIO}, /* handed on */
         "the gather callback returned -5 (input or output failed) for samples 12 to 15: a call within"},
        {{.failing_call = DIGITNET_ENOTFOUND, .result = DIGITNET_EIO}, /* and not one that it got over */
         "the gather callback returned -5 (input or output failed) for samples 12 to 15"},
        {{.failing_call = DIGITNET_EIO, .words = "own words", .result = DIGITNET_EIO},
         "the gather callback returned -5 (input or output failed) for samples 12 to 15: own words"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        failing_source self = cases[i].source;
        digitnet_dataset *dataset;
        float images[4];
        expect_ok(digitnet_dataset_create_source(
            &dataset, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = 1, .width = 1, .channels = 1,
                                    .gather = gather_and_fail, .user_data = &self)));
        digitnet__fail(DIGITNET_EIO, "an older failure");
        expect_passed_on(digitnet_dataset_read(images, 4, NULL, 0, dataset, 12, 4),
                         self.result == 7 ? DIGITNET_ECALLBACK : DIGITNET_EIO, "");
        assert_string_equal(digitnet_last_error(), cases[i].message);
        digitnet_dataset_free(dataset);
    }
}

static void the_samples_of_a_failure_are_named(void **state) {
    (void)state;
    static const struct {
        size_t indices[4], count;
        const char *message;
    } cases[] = {
        {{17}, 1, "for sample 17"},         {{3, 4, 5, 6}, 4, "for samples 3 to 6"},
        {{5, 4}, 2, "for samples 5 and 4"}, {{3, 4, 6}, 3, "for samples 3, 4 and 1 more"},
        {{9, 9}, 2, "for samples 9 and 9"}, {{8, 2, 3, 4}, 4, "for samples 8, 2 and 2 more"},
    };
    failing_source self = {.result = DIGITNET_EIO};
    digitnet_dataset *dataset;
    float images[4];
    expect_ok(digitnet_dataset_create_source(&dataset, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = 1,
                                                                     .width = 1, .channels = 1,
                                                                     .gather = gather_and_fail, .user_data = &self)));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_passed_on(digitnet_dataset_read_batch(DIGITNET_WITH(digitnet_batch, .count = cases[i].count,
                                                                   .indices = cases[i].indices, .images = images),
                                                     dataset),
                         DIGITNET_EIO, "");
        const char *end = strstr(digitnet_last_error(), "for sample");
        assert_non_null(end);
        assert_string_equal(end, cases[i].message);
    }
    self.result = 7;
    expect_failure(
        digitnet_dataset_read_batch(
            DIGITNET_WITH(digitnet_batch, .count = 1, .indices = cases[0].indices, .images = images), dataset),
        DIGITNET_ECALLBACK, "returned 7 (a callback failed) for sample 17");
    digitnet_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_is_read_through_its_callback),
        cmocka_unit_test(slices_of_sources_use_the_sources_indices),
        cmocka_unit_test(a_batch_is_one_call),
        cmocka_unit_test(failing_sources_are_reported),
        cmocka_unit_test(wrong_samples_of_sources_are_named),
        cmocka_unit_test(incomplete_sources_are_refused),
        cmocka_unit_test(a_batch_has_all_that_a_source_gives),
        cmocka_unit_test(parts_of_a_large_batch_fall_into_place),
        cmocka_unit_test(only_what_is_wanted_is_asked_for),
        cmocka_unit_test(defaults_need_no_callback),
        cmocka_unit_test(what_a_callback_does_not_write_is_found),
        cmocka_unit_test(wrong_values_of_a_batch_are_named),
        cmocka_unit_test(a_source_hands_its_batch_on),
        cmocka_unit_test(sources_are_described),
        cmocka_unit_test(contradicting_options_are_refused),
        cmocka_unit_test(a_callbacks_words_are_in_the_message),
        cmocka_unit_test(the_samples_of_a_failure_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
