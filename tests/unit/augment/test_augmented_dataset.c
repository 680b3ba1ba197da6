/* Data sets that change another one's samples: what is read of them, what becomes of labels, and what is refused. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { COUNT = 40, SIDE = 12, VALUES = SIDE * SIDE, CLASSES = 4 };

/* Image i is even, of the value i / COUNT, its label i % CLASSES, its weight i. */
typedef struct even_images {
    float images[COUNT * VALUES], weights[COUNT];
    int32_t labels[COUNT];
} even_images;

static void fill_even(even_images *even) {
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < VALUES; k++)
            even->images[i * VALUES + k] = (float)i / COUNT;
        even->labels[i] = (int32_t)(i % CLASSES);
        even->weights[i] = (float)i;
    }
}

static digitnet_dataset *make_even(void) {
    even_images *even = must_allocate(sizeof *even);
    digitnet_dataset *dataset;
    fill_even(even);
    expect_ok(digitnet_dataset_create_f32_ex(&dataset, even->images, even->labels, COUNT, SIDE, SIDE, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .sample_weights = even->weights)));
    free(even);
    return dataset;
}

/* The same as a source. */
static int gather_even(digitnet_batch *batch, void *user_data) {
    return digitnet_dataset_read_batch(batch, user_data);
}

static digitnet_dataset *make_source(digitnet_dataset *even) {
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = COUNT, .height = SIDE, .width = SIDE, .channels = 1,
                               .gather = gather_even, .user_data = even, .weighted = 1)));
    return source;
}

static digitnet_dataset *augment(const digitnet_dataset *dataset, const digitnet_augment_options *options) {
    digitnet_dataset *augmented;
    expect_ok(digitnet_dataset_augment(&augmented, dataset, options));
    return augmented;
}

/* All samples as a training reads them in one epoch; arrays may be NULL. */
static void read_epoch(float *images, float *targets, float *weights, const digitnet_dataset *dataset, uint64_t epoch) {
    size_t indices[COUNT];
    uint64_t seeds[COUNT];
    size_t count = digitnet_dataset_count(dataset);
    for (size_t i = 0; i < count; i++) {
        indices[i] = i;
        seeds[i] = epoch * 1000 + i;
    }
    expect_ok(
        digitnet_dataset_read_batch(DIGITNET_WITH(digitnet_batch, .count = count, .indices = indices, .seeds = seeds,
                                                  .images = images, .targets = targets, .sample_weights = weights),
                                    dataset));
}

static void only_seeds_change_images(void **state) {
    (void)state;
    digitnet_dataset *train, *test;
    static float plain[COUNT * 784], read[COUNT * 784], first[COUNT * 784], again[COUNT * 784], other[COUNT * 784];
    static int32_t labels[COUNT], same_labels[COUNT];
    load_subset(&train, &test);
    digitnet_dataset *part, *augmented;
    expect_ok(digitnet_dataset_slice(&part, train, 7, COUNT));
    augmented = augment(part, DIGITNET_WITH(digitnet_augment_options, .rotate = 10, .elastic = 1, .thickness = 0.5));
    expect_ok(digitnet_dataset_read(plain, COUNT * 784, labels, COUNT, part, 0, COUNT));
    digitnet_dataset_free(part); /* what is over it lives on */
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, augmented));
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.classes, 10);
    assert_int_equal(info.max_labels, 1);
    assert_int_equal(info.target_values, 0);
    expect_ok(digitnet_dataset_read(read, COUNT * 784, same_labels, COUNT, augmented, 0, COUNT));
    assert_same_floats(plain, read, COUNT * 784);
    assert_memory_equal(labels, same_labels, sizeof labels);
    read_epoch(first, NULL, NULL, augmented, 1);
    read_epoch(again, NULL, NULL, augmented, 1);
    read_epoch(other, NULL, NULL, augmented, 2);
    assert_same_floats(first, again, COUNT * 784);
    for (size_t i = 0; i < COUNT; i++) {
        assert_memory_not_equal(plain + i * 784, first + i * 784, 784 * sizeof *first);
        assert_memory_not_equal(first + i * 784, other + i * 784, 784 * sizeof *first);
    }
    /* A part of it changes samples in the same way. */
    expect_ok(digitnet_dataset_slice(&part, augmented, 5, 10));
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &(size_t){3}, .seeds = &(uint64_t){1008}, .images = again),
        part));
    assert_same_floats(first + (size_t)8 * 784, again, 784);
    digitnet_dataset_free(part);
    digitnet_dataset_free(augmented);
}

static void some_samples_are_left_alone(void **state) {
    (void)state;
    digitnet_dataset *even = make_even();
    static float images[COUNT * VALUES];
    size_t changed = 0;
    digitnet_dataset *augmented =
        augment(even, DIGITNET_WITH(digitnet_augment_options, .brightness = 0.1, .brightness_probability = 0.25));
    for (uint64_t epoch = 0; epoch < 100; epoch++) {
        read_epoch(images, NULL, NULL, augmented, epoch);
        for (size_t i = 0; i < COUNT; i++)
            changed += images[i * VALUES] != (float)i / COUNT;
    }
    assert_in_range(changed, 900, 1100);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(even);
}

static void labels_become_targets(void **state) {
    (void)state;
    digitnet_dataset *even = make_even(), *source = make_source(even);
    const digitnet_dataset *both[] = {even, source};
    for (size_t which = 0; which < 2; which++) {
        digitnet_dataset *encoded = augment(both[which], DIGITNET_WITH(digitnet_augment_options, .classes = 6));
        digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
        float targets[COUNT * 6];
        int32_t label;
        expect_ok(digitnet_dataset_describe(&info, encoded));
        assert_int_equal(info.target_values, 6);
        assert_int_equal(info.max_labels, 0);
        assert_int_equal(info.classes, 0);
        size_t indices[COUNT];
        for (size_t i = 0; i < COUNT; i++)
            indices[i] = COUNT - 1 - i;
        expect_ok(digitnet_dataset_read_batch(
            DIGITNET_WITH(digitnet_batch, .count = COUNT, .indices = indices, .targets = targets), encoded));
        for (size_t i = 0; i < COUNT * 6; i++)
            assert_true(targets[i] == (indices[i / 6] % CLASSES == i % 6 ? 1.0f : 0.0f));
        expect_failure(digitnet_dataset_read(NULL, 0, &label, 1, encoded, 0, 1), DIGITNET_EINVAL, "no labels");
        digitnet_dataset_free(encoded);
    }
    /* The labels of a source are known when they come. */
    digitnet_dataset *encoded = augment(source, DIGITNET_WITH(digitnet_augment_options, .classes = 3));
    float targets[3];
    expect_failure(digitnet_dataset_read_batch(
                       DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &(size_t){7}, .targets = targets), encoded),
                   DIGITNET_EINVAL, "sample 7 has label 3; the augmented data set has 3 classes");
    digitnet_dataset_free(encoded);
    digitnet_dataset_free(source);
    digitnet_dataset_free(even);
}

/* Sample *failing is the one that this source cannot give. */
typedef struct failing_source {
    digitnet_dataset *even;
    size_t failing;
} failing_source;

static int gather_but_one(digitnet_batch *batch, void *user_data) {
    const failing_source *source = user_data;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->indices[i] == source->failing)
            return 5;
    return digitnet_dataset_read_batch(batch, source->even);
}

/* A sample's own failure, and that of the second one that it is mixed with, which only seeds ask for. */
static void failures_of_a_source_are_passed_on(void **state) {
    (void)state;
    failing_source source = {.even = make_even(), .failing = 7};
    digitnet_dataset *whole;
    expect_ok(digitnet_dataset_create_source(&whole, DIGITNET_WITH(digitnet_source_options, .count = COUNT,
                                                                   .height = SIDE, .width = SIDE, .channels = 1,
                                                                   .gather = gather_but_one, .user_data = &source)));
    digitnet_dataset *mixed = augment(whole, DIGITNET_WITH(digitnet_augment_options, .mixup = 1, .classes = CLASSES));
    float targets[CLASSES];
    expect_failure(digitnet_dataset_read_batch(
                       DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &(size_t){7}, .targets = targets), mixed),
                   DIGITNET_ECALLBACK, "returned 5");
    size_t failures = 0;
    for (uint64_t seed = 0; seed < 20 * COUNT; seed++) {
        digitnet_status status = recorded(digitnet_dataset_read_batch(
            DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &(size_t){8}, .seeds = &seed, .targets = targets),
            mixed));
        failures += status == DIGITNET_ECALLBACK;
        assert_true(status == DIGITNET_OK || status == DIGITNET_ECALLBACK);
    }
    assert_in_range(failures, 5, 40); /* one of COUNT second samples */
    digitnet_dataset_free(mixed);
    digitnet_dataset_free(whole);
    digitnet_dataset_free(source.even);
}

/* An even image's value says how much of which second one is in it: targets and weights must say the same. */
static void check_mixed(const digitnet_dataset *augmented, size_t first) {
    static float images[COUNT * VALUES];
    float targets[COUNT * CLASSES], weights[COUNT];
    size_t count = digitnet_dataset_count(augmented), mixed = 0;
    for (uint64_t epoch = 0; epoch < 20; epoch++) {
        read_epoch(images, targets, weights, augmented, epoch);
        for (size_t i = 0; i < count; i++) {
            double mean = 0, sum = 0;
            for (size_t k = 0; k < VALUES; k++) {
                mean += (double)images[i * VALUES + k] / VALUES;
                assert_true(images[i * VALUES + k] >= (float)first / COUNT - 1e-6f);
                assert_true(images[i * VALUES + k] <= (float)(first + count) / COUNT);
            }
            for (size_t k = 0; k < CLASSES; k++) {
                sum += (double)targets[i * CLASSES + k];
                assert_true(targets[i * CLASSES + k] >= 0);
            }
            assert_true(fabs(sum - 1) < 1e-6);
            assert_true(fabs((double)weights[i] - mean * COUNT) < 1e-3);
            float own = targets[i * CLASSES + (first + i) % CLASSES];
            mixed += own < 1;
            /* The share that is left of the first one, from the weight, where the second one has another label. */
            for (size_t partner = first; own < 1 && partner < first + count; partner++) {
                double share = 1 - (double)own;
                double expected = (1 - share) * (double)(first + i) + share * (double)partner;
                if (partner % CLASSES != (first + i) % CLASSES && fabs(expected - (double)weights[i]) < 1e-3)
                    break;
                assert_true(partner + 1 < first + count);
            }
        }
    }
    assert_true(mixed > count * 20 / 2);
}

static void mixtures_mix_all_that_a_sample_has(void **state) {
    (void)state;
    static float from_arrays[COUNT * VALUES], from_source[COUNT * VALUES];
    float targets[2][COUNT * CLASSES], weights[2][COUNT];
    const digitnet_augment_options *ways[] = {DIGITNET_WITH(digitnet_augment_options, .mixup = 1, .classes = CLASSES),
                                              DIGITNET_WITH(digitnet_augment_options, .cutmix = 1, .classes = CLASSES)};
    digitnet_dataset *even = make_even(), *source = make_source(even);
    for (size_t way = 0; way < 2; way++) {
        digitnet_dataset *augmented = augment(even, ways[way]), *part, *over_source = augment(source, ways[way]);
        check_mixed(augmented, 0);
        check_mixed(over_source, 0);
        read_epoch(from_arrays, targets[0], weights[0], augmented, 3);
        read_epoch(from_source, targets[1], weights[1], over_source, 3);
        assert_same_floats(from_arrays, from_source, COUNT * VALUES);
        assert_memory_equal(targets[0], targets[1], sizeof targets[0]);
        assert_memory_equal(weights[0], weights[1], sizeof weights[0]);
        /* Second samples are the part's own. */
        expect_ok(digitnet_dataset_slice(&part, augmented, 10, 15));
        check_mixed(part, 10);
        digitnet_dataset_free(part);
        /* What is not asked for does not change the rest. */
        read_epoch(NULL, targets[1], NULL, augmented, 3);
        assert_memory_equal(targets[0], targets[1], sizeof targets[0]);
        digitnet_dataset_free(over_source);
        digitnet_dataset_free(augmented);
    }
    digitnet_dataset_free(source);
    digitnet_dataset_free(even);
}

/* All images are bright on the left: with all of them flipped, no mixture has anything there. */
static void second_samples_are_changed_too(void **state) {
    (void)state;
    const float images[4] = {1, 0, 1, 0};
    const int32_t labels[] = {0, 1};
    float image[4];
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32(&dataset, images, labels, 2, 1, 2, 1));
    digitnet_dataset *mixed =
        augment(dataset, DIGITNET_WITH(digitnet_augment_options, .mixup = 1, .horizontal_flip = 1));
    for (uint64_t epoch = 0; epoch < 20; epoch++) {
        read_epoch(image, NULL, NULL, mixed, epoch);
        assert_true(image[0] == 0 && image[2] == 0);
        assert_true(fabsf(image[1] - 1) < 1e-6f && fabsf(image[3] - 1) < 1e-6f);
    }
    digitnet_dataset_free(mixed);
    digitnet_dataset_free(dataset);
}

/* Targets that are there already are mixed as they are, and labels beside them go. */
static void targets_are_mixed(void **state) {
    (void)state;
    const float images[4] = {0, 0, 1, 1}, target_rows[] = {10, 20};
    const int32_t labels[] = {0, 1};
    float targets[2], image[4];
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32_ex(
        &dataset, images, labels, 2, 1, 2, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = target_rows, .target_values = 1)));
    digitnet_dataset *augmented = augment(dataset, DIGITNET_WITH(digitnet_augment_options, .mixup = 1));
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, augmented));
    assert_int_equal(info.max_labels, 0);
    assert_int_equal(info.target_values, 1);
    for (uint64_t epoch = 0; epoch < 50; epoch++) {
        read_epoch(image, targets, NULL, augmented, epoch);
        for (size_t i = 0; i < 2; i++)
            assert_true(fabsf(targets[i] - (10 + 10 * image[2 * i])) < 1e-4f);
    }
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(dataset);
}

#define COMMA ,
#define expect_refused(options, words)                                                                               \
    do {                                                                                                             \
        expect_failure(digitnet_dataset_augment(&augmented, even, DIGITNET_WITH(digitnet_augment_options, options)), \
                       DIGITNET_EINVAL, words);                                                                      \
        assert_null(augmented);                                                                                      \
    } while (0)

static void bad_settings_are_refused(void **state) {
    (void)state;
    digitnet_dataset *even = make_even(), *augmented = NULL;
    expect_refused(.rotate = 181, "rotate is 181; it must be in [0, 180]");
    expect_refused(.rotate = -1, "rotate is -1");
    expect_refused(.shift = NAN, "shift is nan");
    expect_refused(.shift = 1.01, "shift is 1.01; it must be in [0, 1]");
    expect_refused(.zoom = 0.95, "zoom is 0.95; it must be in [0, 0.9]");
    expect_refused(.shear = 61, "shear is 61");
    expect_refused(.perspective = 0.5, "perspective is 0.5");
    expect_refused(.elastic = 101, "elastic is 101");
    expect_refused(.elastic_sigma = 0.5, "elastic_sigma is 0.5; it must be in [1, 1000]");
    expect_refused(.thickness = 9, "thickness is 9");
    expect_refused(.blur = 17, "blur is 17");
    expect_refused(.contrast = 2, "contrast is 2");
    expect_refused(.brightness = INFINITY, "brightness is inf");
    expect_refused(.noise = -1, "noise is -1");
    expect_refused(.erase = 2, "erase is 2");
    expect_refused(.horizontal_flip = 1.5, "horizontal_flip is 1.5");
    expect_refused(.mixup = 101, "mixup is 101");
    expect_refused(.cutmix = -1, "cutmix is -1");
    expect_refused(.background = 1e39, "background is 1e+39");
    expect_refused(.blur = 1 COMMA.blur_probability = 1.5, "blur_probability is 1.5; it must be in [0, 1]");
    expect_refused(.blur = 1 COMMA.blur_probability = -0.5, "blur_probability is -0.5; it must be in [0, 1]");
    expect_refused(.blur_probability = 0.5, "blur_probability is 0.5, but blur is 0");
    expect_refused(.min_value = 1 COMMA.max_value = 1, "min_value is 1, max_value 1");
    expect_refused(.max_value = INFINITY, "max_value inf");
    expect_refused(.min_value = -INFINITY, "min_value is -inf");
    expect_refused(.mixup = 1 COMMA.cutmix = 1, "mixup and cutmix are both given, with probabilities 0 and 0");
    expect_refused(.mixup = 1 COMMA.mixup_probability = 0.6 COMMA.cutmix = 1 COMMA.cutmix_probability = 0.5,
                   "probabilities 0.6 and 0.5");
    expect_refused(.mixup = 1 COMMA.mixup_probability = 0.5 COMMA.cutmix = 1, "probabilities 0.5 and 0");
    expect_refused(.classes = 3, "classes is 3, but there is a label 3");
    digitnet_dataset *once = augment(even, NULL), *source = make_source(even);
    expect_failure(digitnet_dataset_augment(&augmented, once, NULL), DIGITNET_EINVAL, "augmented already");
    expect_failure(digitnet_dataset_augment(&augmented, source, DIGITNET_WITH(digitnet_augment_options, .mixup = 1)),
                   DIGITNET_EINVAL, "to mix the labels of a source it must be given");
    expect_failure(digitnet_dataset_augment(NULL, even, NULL), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_dataset_augment(&augmented, NULL, NULL), DIGITNET_EINVAL, "dataset is NULL");
    digitnet_dataset_free(source);
    digitnet_dataset_free(once);
    digitnet_dataset_free(even);
}

static void samples_that_cannot_be_mixed_are_refused(void **state) {
    (void)state;
    const float image[2] = {0};
    const int32_t labels[] = {0, 1};
    const float targets[] = {1};
    digitnet_dataset *lines, *pairs, *augmented;
    expect_ok(digitnet_dataset_create_f32_ex(&lines, image, labels, 1, 1, 2, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .max_labels = 2)));
    expect_ok(digitnet_dataset_create_f32_ex(
        &pairs, image, NULL, 1, 1, 2, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = 1)));
    expect_failure(digitnet_dataset_augment(&augmented, lines, DIGITNET_WITH(digitnet_augment_options, .mixup = 1)),
                   DIGITNET_EINVAL, "samples have up to 2 labels");
    expect_failure(digitnet_dataset_augment(&augmented, lines, DIGITNET_WITH(digitnet_augment_options, .classes = 2)),
                   DIGITNET_EINVAL, "samples have up to 2 labels");
    expect_failure(digitnet_dataset_augment(&augmented, pairs, DIGITNET_WITH(digitnet_augment_options, .classes = 2)),
                   DIGITNET_EINVAL, "classes is 2, but the data set has targets");
    digitnet_dataset_free(augment(lines, DIGITNET_WITH(digitnet_augment_options, .rotate = 5)));
    digitnet_dataset_free(lines);
    digitnet_dataset_free(pairs);
    /* Targets whose bytes cannot be counted; images that are too large to be warped. */
    digitnet_dataset *even = make_even();
    expect_failure(
        digitnet_dataset_augment(&augmented, even, DIGITNET_WITH(digitnet_augment_options, .classes = SIZE_MAX / 8)),
        DIGITNET_ELIMIT, "more bytes than can be counted");
    digitnet_dataset_free(even);
    float *row = calloc(16385, sizeof *row);
    assert_non_null(row);
    expect_ok(digitnet_dataset_create_f32(&even, row, labels, 1, 1, 16385, 1));
    expect_failure(digitnet_dataset_augment(&augmented, even, DIGITNET_WITH(digitnet_augment_options, .rotate = 5)),
                   DIGITNET_ELIMIT, "images of 1x16385x1; only 16384 rows and columns can be warped");
    digitnet_dataset *column;
    expect_ok(digitnet_dataset_create_f32(&column, row, labels, 1, 16385, 1, 1));
    expect_failure(digitnet_dataset_augment(&augmented, column, DIGITNET_WITH(digitnet_augment_options, .shift = 0.5)),
                   DIGITNET_ELIMIT, "images of 16385x1x1");
    digitnet_dataset_free(column);
    digitnet_dataset_free(augment(even, DIGITNET_WITH(digitnet_augment_options, .noise = 1)));
    digitnet_dataset_free(even);
    free(row);
    /* One whose memory to work in cannot be counted, though its own can. */
    digitnet_dataset *wide;
    expect_ok(digitnet_dataset_create_source(&wide, DIGITNET_WITH(digitnet_source_options, .count = 1, .height = 1,
                                                                  .width = SIZE_MAX / 8, .channels = 1,
                                                                  .gather = gather_but_one)));
    expect_failure(digitnet_dataset_augment(&augmented, wide, DIGITNET_WITH(digitnet_augment_options, .noise = 1)),
                   DIGITNET_ELIMIT, "are too large");
    assert_null(augmented);
    digitnet_dataset_free(wide);
}

/* At least one pixel, where the part of a side that may be erased is less. */
static void small_images_are_erased(void **state) {
    (void)state;
    const float images[4] = {1, 1, 1, 1};
    const int32_t labels[1] = {0};
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32(&dataset, images, labels, 1, 2, 2, 1));
    digitnet_dataset *augmented = augment(dataset, DIGITNET_WITH(digitnet_augment_options, .erase = 0.25));
    size_t erased = 0;
    for (uint64_t epoch = 0; epoch < 20; epoch++) {
        float image[4];
        read_epoch(image, NULL, NULL, augmented, epoch);
        size_t left = 0;
        for (size_t i = 0; i < 4; i++)
            left += image[i] == 1;
        assert_in_range(left, 3, 4);
        erased += left == 3;
    }
    assert_true(erased > 0);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(dataset);
}

static void without_memory_it_fails(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_dataset *even = make_even(), *augmented = NULL;
    float image[VALUES];
    const digitnet_augment_options *options =
        DIGITNET_WITH(digitnet_augment_options, .elastic = 1, .mixup = 1, .classes = CLASSES);
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failures = 0;
    for (size_t fail_at = 1; status == DIGITNET_ENOMEM; fail_at++) {
        atomic_store(&counts.allocations, 0);
        atomic_store(&counts.fail_at, fail_at);
        status = recorded(digitnet_dataset_augment(&augmented, even, options));
        failures += status == DIGITNET_ENOMEM;
        assert_int_equal(status == DIGITNET_OK, augmented != NULL);
    }
    assert_int_equal(status, DIGITNET_OK);
    assert_int_equal(failures, 3); /* the data set, its settings, their tables */
    const digitnet_batch *batch =
        DIGITNET_WITH(digitnet_batch, .count = 1, .indices = &(size_t){0}, .seeds = &(uint64_t){1}, .images = image);
    atomic_store(&counts.allocations, 0);
    atomic_store(&counts.fail_at, 1);
    expect_failure(digitnet_dataset_read_batch(batch, augmented), DIGITNET_ENOMEM, "memory");
    atomic_store(&counts.fail_at, 0);
    expect_ok(digitnet_dataset_read_batch(batch, augmented));
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(even);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_seeds_change_images),
        cmocka_unit_test(some_samples_are_left_alone),
        cmocka_unit_test(labels_become_targets),
        cmocka_unit_test(failures_of_a_source_are_passed_on),
        cmocka_unit_test(mixtures_mix_all_that_a_sample_has),
        cmocka_unit_test(second_samples_are_changed_too),
        cmocka_unit_test(targets_are_mixed),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(samples_that_cannot_be_mixed_are_refused),
        cmocka_unit_test(without_memory_it_fails),
        cmocka_unit_test(small_images_are_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
