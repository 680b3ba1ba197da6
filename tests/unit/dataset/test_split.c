/* Data sets in two parts, their classes, and what a fit says of a part that lacks one. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 100, CLASSES = 5 };

/* One value an image, its number; class k has so many images, one class after another. */
static const size_t sizes[CLASSES] = {50, 30, 17, 2, 1};

static digitnet_dataset *make_sorted(void) {
    float images[COUNT];
    int32_t labels[COUNT];
    digitnet_dataset *dataset;
    size_t i = 0;
    for (size_t k = 0; k < CLASSES; k++)
        for (size_t n = 0; n < sizes[k]; n++, i++) {
            images[i] = (float)i;
            labels[i] = (int32_t)k;
        }
    assert_int_equal(i, COUNT);
    expect_ok(digitnet_dataset_create_f32(&dataset, images, labels, COUNT, 1, 1, 1));
    return dataset;
}

static int gather(digitnet_batch *batch, void *user_data) {
    return digitnet_dataset_read_batch(batch, user_data);
}

static digitnet_dataset *make_source(digitnet_dataset *dataset) {
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(&source, DIGITNET_WITH(digitnet_source_options, .count = COUNT,
                                                                    .height = 1, .width = 1, .channels = 1,
                                                                    .gather = gather, .user_data = dataset)));
    return source;
}

/* Each sample of the whole is in one of the parts, in order; how many of each class are in `second`. */
static void check_parts(size_t *counts, const digitnet_dataset *first, const digitnet_dataset *second) {
    float images[2][COUNT];
    int32_t labels[2][COUNT];
    const digitnet_dataset *parts[] = {first, second};
    size_t place[2] = {0}, count[2];
    for (size_t part = 0; part < 2; part++) {
        count[part] = digitnet_dataset_count(parts[part]);
        expect_ok(digitnet_dataset_read(images[part], COUNT, labels[part], COUNT, parts[part], 0, count[part]));
    }
    assert_int_equal(count[0] + count[1], COUNT);
    for (size_t k = 0; k < CLASSES; k++)
        counts[k] = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t part = place[1] < count[1] && images[1][place[1]] == (float)i;
        assert_true(place[part] < count[part] && images[part][place[part]] == (float)i);
        if (part)
            counts[labels[part][place[part]]]++;
        place[part]++;
    }
}

static void the_last_samples_are_the_second_part(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *first, *second;
    size_t counts[CLASSES];
    expect_ok(digitnet_dataset_split(&first, &second, whole, 0.25, NULL));
    digitnet_dataset_free(whole);
    check_parts(counts, first, second);
    assert_int_equal(digitnet_dataset_count(second), 25);
    const size_t expected[] = {0, 5, 17, 2, 1};
    assert_memory_equal(counts, expected, sizeof counts);
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, first));
    assert_int_equal(info.classes, 2);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
}

static void each_class_is_split_by_itself(void **state) {
    (void)state;
    static const struct {
        double fraction;
        size_t expected[CLASSES];
    } cases[] = {
        {0.2, {10, 6, 3, 1, 0}}, {0.5, {25, 15, 9, 1, 0}}, {0.01, {1, 1, 1, 1, 0}}, {0.99, {49, 29, 16, 1, 0}}};
    digitnet_dataset *whole = make_sorted(), *source = make_source(whole), *first, *second;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int drawn = 0; drawn < 2; drawn++)
            for (int from_source = 0; from_source < 2; from_source++) {
                size_t counts[CLASSES];
                expect_ok(digitnet_dataset_split(
                    &first, &second, from_source ? source : whole, cases[i].fraction,
                    DIGITNET_WITH(digitnet_split_options, .stratified = 1, .shuffle = drawn, .seed = 3)));
                check_parts(counts, first, second);
                assert_memory_equal(counts, cases[i].expected, sizeof counts);
                digitnet_dataset_free(first);
                digitnet_dataset_free(second);
            }
    digitnet_dataset_free(source);
    digitnet_dataset_free(whole);
}

/* The numbers of classes need not follow each other. */
static void classes_without_samples_are_passed_over(void **state) {
    (void)state;
    const float images[6] = {0, 1, 2, 3, 4, 5};
    const int32_t labels[6] = {4, 1, 1, 4, 4, 4}, expected[2] = {1, 4};
    digitnet_dataset *whole, *first, *second;
    float values[6];
    int32_t numbers[6];
    expect_ok(digitnet_dataset_create_f32(&whole, images, labels, 6, 1, 1, 1));
    expect_ok(
        digitnet_dataset_split(&first, &second, whole, 0.25, DIGITNET_WITH(digitnet_split_options, .stratified = 1)));
    assert_int_equal(digitnet_dataset_count(first), 4);
    assert_int_equal(digitnet_dataset_count(second), 2);
    expect_ok(digitnet_dataset_read(values, 6, numbers, 6, second, 0, 2));
    assert_true(values[0] == 2 && values[1] == 5);
    assert_memory_equal(numbers, expected, sizeof expected);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
    digitnet_dataset_free(whole);
}

static void seeds_draw_the_parts(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *first, *second;
    float images[3][30];
    for (size_t i = 0; i < 3; i++) {
        size_t counts[CLASSES];
        expect_ok(digitnet_dataset_split(&first, &second, whole, 0.3,
                                         DIGITNET_WITH(digitnet_split_options, .shuffle = 1, .seed = i / 2)));
        check_parts(counts, first, second);
        assert_int_equal(digitnet_dataset_count(second), 30);
        expect_ok(digitnet_dataset_read(images[i], 30, NULL, 0, second, 0, 30));
        digitnet_dataset_free(first);
        digitnet_dataset_free(second);
    }
    assert_memory_equal(images[0], images[1], sizeof images[0]);
    assert_memory_not_equal(images[0], images[2], sizeof images[0]);
    digitnet_dataset_free(whole);
}

/* Slices of parts, parts of slices, and both augmented, lead to the same samples. */
static void parts_can_be_cut_again(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *slice, *first, *second, *part, *augmented, *quarter, *rest;
    float images[COUNT], same[COUNT];
    int32_t labels[COUNT];
    const digitnet_split_options *by_class = DIGITNET_WITH(digitnet_split_options, .stratified = 1);
    expect_ok(digitnet_dataset_slice(&slice, whole, 10, 80));
    expect_ok(digitnet_dataset_split(&first, &second, slice, 0.5, by_class));
    digitnet_dataset_free(whole);
    digitnet_dataset_free(slice);
    /* 40 of class 0, 30 of 1, 10 of 2: of each the last half. */
    expect_ok(digitnet_dataset_read(images, COUNT, labels, COUNT, second, 0, 40));
    for (size_t i = 0; i < 40; i++)
        assert_true(images[i] == (float)(i < 20 ? 30 + i : i < 35 ? 45 + i : 50 + i));
    expect_ok(digitnet_dataset_slice(&part, second, 15, 10));
    expect_ok(digitnet_dataset_read(same, COUNT, NULL, 0, part, 0, 10));
    assert_memory_equal(images + 15, same, 10 * sizeof *same);
    expect_ok(digitnet_dataset_augment(&augmented, second, DIGITNET_WITH(digitnet_augment_options, .classes = 3)));
    expect_ok(digitnet_dataset_split(&quarter, &rest, augmented, 0.5, by_class));
    expect_ok(digitnet_dataset_read(same, COUNT, NULL, 0, quarter, 0, 10));
    assert_memory_equal(images, same, 10 * sizeof *same);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(second);
    expect_ok(digitnet_dataset_read(same, COUNT, NULL, 0, quarter, 0, 10));
    assert_memory_equal(images, same, 10 * sizeof *same);
    digitnet_dataset_free(quarter);
    digitnet_dataset_free(rest);
    digitnet_dataset_free(part);
    digitnet_dataset_free(first);
}

/* Parts of a source that are not slices ask for the source's own samples. */
static void parts_of_sources_are_gathered(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *source = make_source(whole), *first, *second;
    size_t indices[] = {24, 0, 3};
    float images[3];
    expect_ok(
        digitnet_dataset_split(&first, &second, source, 0.5, DIGITNET_WITH(digitnet_split_options, .stratified = 1)));
    expect_ok(digitnet_dataset_read_batch(
        DIGITNET_WITH(digitnet_batch, .count = 3, .indices = indices, .images = images), second));
    assert_true(images[0] == 49 && images[1] == 25 && images[2] == 28);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
    digitnet_dataset_free(source);
    digitnet_dataset_free(whole);
}

static void classes_are_counted(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *source = make_source(whole), *part, *encoded, *lines;
    size_t counts[CLASSES + 1];
    expect_ok(digitnet_dataset_count_classes(counts, CLASSES + 1, whole));
    assert_memory_equal(counts, sizes, sizeof sizes);
    assert_int_equal(counts[CLASSES], 0);
    memset(counts, 0xff, sizeof counts);
    expect_ok(digitnet_dataset_count_classes(counts, CLASSES, source));
    assert_memory_equal(counts, sizes, sizeof sizes);
    expect_ok(digitnet_dataset_slice(&part, whole, 45, 10));
    expect_ok(digitnet_dataset_count_classes(counts, CLASSES, part));
    assert_true(counts[0] == 5 && counts[1] == 5 && counts[2] == 0);
    expect_ok(digitnet_dataset_augment(&encoded, whole, DIGITNET_WITH(digitnet_augment_options, .classes = CLASSES)));
    expect_ok(digitnet_dataset_count_classes(counts, CLASSES, encoded));
    assert_memory_equal(counts, sizes, sizeof sizes);
    const int32_t labels[] = {1, 2, 2, 0, 0, 1}, label_counts[] = {3, 1};
    const float images[2] = {0};
    expect_ok(digitnet_dataset_create_f32_ex(
        &lines, images, labels, 2, 1, 1, 1,
        DIGITNET_WITH(digitnet_dataset_options, .max_labels = 3, .label_counts = label_counts)));
    expect_ok(digitnet_dataset_count_classes(counts, 3, lines));
    assert_true(counts[0] == 1 && counts[1] == 1 && counts[2] == 2);
    expect_failure(digitnet_dataset_count_classes(counts, 2, lines), DIGITNET_EBUFFER,
                   "sample 0 has label 2; there is room for 2 counts");
    expect_failure(digitnet_dataset_count_classes(NULL, 2, lines), DIGITNET_EINVAL, "counts is NULL");
    expect_failure(digitnet_dataset_count_classes(counts, 2, NULL), DIGITNET_EINVAL, "dataset is NULL");
    digitnet_dataset_free(lines);
    digitnet_dataset_free(encoded);
    digitnet_dataset_free(part);
    digitnet_dataset_free(source);
    digitnet_dataset_free(whole);
}

static int fail_gather(digitnet_batch *batch, void *user_data) {
    (void)batch;
    return *(int *)user_data;
}

static void what_cannot_be_split_is_refused(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *first, *second, *lines, *targets, *singles, *large, *failing;
    const digitnet_split_options *by_class = DIGITNET_WITH(digitnet_split_options, .stratified = 1);
    const double fractions[] = {0, 1, -0.5, 2, NAN};
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        expect_failure(digitnet_dataset_split(&first, &second, whole, fractions[i], NULL), DIGITNET_EINVAL,
                       "it must be above 0 and below 1");
        assert_true(!first && !second);
    }
    expect_failure(digitnet_dataset_split(&first, &second, whole, 0.999, NULL), DIGITNET_EINVAL,
                   "digitnet_dataset_split: fraction 0.999 leaves one part of 100 samples empty");
    expect_failure(digitnet_dataset_split(NULL, &second, whole, 0.5, NULL), DIGITNET_EINVAL, "first is NULL");
    expect_failure(digitnet_dataset_split(&first, NULL, whole, 0.5, NULL), DIGITNET_EINVAL, "second is NULL");
    expect_failure(digitnet_dataset_split(&first, &second, NULL, 0.5, NULL), DIGITNET_EINVAL, "dataset is NULL");
    expect_failure(
        digitnet_dataset_split(&first, &second, whole, 0.5, DIGITNET_WITH(digitnet_split_options, .shuffle = 2)),
        DIGITNET_EINVAL, "shuffle is 2");
    const float values[2] = {0};
    const int32_t labels[] = {0, 1}, many[] = {3, 65536};
    expect_ok(digitnet_dataset_create_f32_ex(&lines, values, labels, 1, 1, 1, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .max_labels = 2)));
    expect_failure(digitnet_dataset_split(&first, &second, lines, 0.5, by_class), DIGITNET_EINVAL, "several labels");
    expect_ok(
        digitnet_dataset_create_f32_ex(&targets, values, NULL, 2, 1, 1, 1,
                                       DIGITNET_WITH(digitnet_dataset_options, .targets = values, .target_values = 1)));
    expect_failure(digitnet_dataset_split(&first, &second, targets, 0.5, by_class), DIGITNET_EINVAL, "no labels");
    expect_failure(digitnet_dataset_count_classes(&(size_t){0}, 1, targets), DIGITNET_EINVAL, "no labels");
    expect_ok(digitnet_dataset_create_f32(&singles, values, labels, 2, 1, 1, 1));
    expect_failure(digitnet_dataset_split(&first, &second, singles, 0.5, by_class), DIGITNET_EINVAL,
                   "leaves one part of 2 samples empty");
    expect_ok(digitnet_dataset_create_f32(&large, values, many, 2, 1, 1, 1));
    expect_failure(digitnet_dataset_split(&first, &second, large, 0.5, by_class), DIGITNET_ELIMIT,
                   "sample 1 has label 65536");
    int result = 7;
    expect_ok(digitnet_dataset_create_source(&failing, DIGITNET_WITH(digitnet_source_options, .count = 9, .height = 1,
                                                                     .width = 1, .channels = 1, .gather = fail_gather,
                                                                     .user_data = &result)));
    expect_failure(digitnet_dataset_split(&first, &second, failing, 0.5, by_class), DIGITNET_ECALLBACK, "returned 7");
    expect_failure(digitnet_dataset_count_classes(&(size_t){0}, 1, failing), DIGITNET_ECALLBACK, "returned 7");
    digitnet_dataset_free(failing);
    digitnet_dataset_free(large);
    digitnet_dataset_free(singles);
    digitnet_dataset_free(targets);
    digitnet_dataset_free(lines);
    digitnet_dataset_free(whole);
}

static void without_memory_nothing_is_split(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_dataset *whole = make_sorted(), *first = NULL, *second = NULL;
    size_t classes[CLASSES], failures = 0;
    digitnet_status status = DIGITNET_ENOMEM;
    for (size_t fail_at = 1; status == DIGITNET_ENOMEM; fail_at++) {
        atomic_store(&counts.allocations, 0);
        atomic_store(&counts.fail_at, fail_at);
        status = recorded(digitnet_dataset_split(&first, &second, whole, 0.5,
                                                 DIGITNET_WITH(digitnet_split_options, .stratified = 1, .shuffle = 1)));
        failures += status == DIGITNET_ENOMEM;
        assert_true((status == DIGITNET_OK) == (first && second) && !first == !second);
    }
    expect_ok(status);
    assert_int_equal(failures, 7);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
    atomic_store(&counts.allocations, 0);
    atomic_store(&counts.fail_at, 1);
    expect_failure(digitnet_dataset_count_classes(classes, CLASSES, whole), DIGITNET_ENOMEM, "memory");
    atomic_store(&counts.fail_at, 0);
    digitnet_dataset_free(whole);
    end_counting(&counts);
}

/* ---- In a fit ---- */

typedef struct heard {
    char warning[300];
    int begins, others;
} heard;

static int hear(const digitnet_event *event, void *user_data) {
    heard *self = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN) {
        self->begins++;
        snprintf(self->warning, sizeof self->warning, "%s", event->warning ? event->warning : "");
    } else {
        self->others += event->warning != NULL;
    }
    return 0;
}

static digitnet_model *make_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

static void expect_warning(const digitnet_dataset *data, double fraction, int32_t stratified, const char *warning) {
    digitnet_model *model = make_model();
    digitnet_history *history = NULL;
    heard self = {.warning = "none"};
    expect_ok(
        digitnet_model_fit(model, data,
                           DIGITNET_WITH(digitnet_fit_options, .history = &history, .validation_fraction = fraction,
                                         .validation_stratified = stratified,
                                         DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = hear, .user_data = &self)))));
    assert_string_equal(self.warning, warning);
    assert_int_equal(self.begins, 1);
    assert_int_equal(self.others, 0);
    if (*warning)
        assert_string_equal(digitnet_history_warning(history), warning);
    else
        assert_null(digitnet_history_warning(history));
    digitnet_history_free(history);
    digitnet_model_free(model);
}

static void fits_warn_of_missing_classes(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *source = make_source(whole), *even;
    expect_warning(whole, 0.2, 0,
                   "validation samples have none of class 0 and 1 more; training samples have none of class 2 and 2 "
                   "more; validation_stratified = 1 gives both parts their share of each class");
    expect_warning(whole, 0.01, 0,
                   "validation samples have none of class 0 and 3 more; training samples have none of class 4; "
                   "validation_stratified = 1 gives both parts their share of each class");
    expect_warning(whole, 0.2, 1, "validation samples have none of class 4");
    expect_warning(source, 0.2, 0, "");
    expect_warning(source, 0.2, 1, "");
    expect_warning(whole, 0, 0, "");
    expect_ok(digitnet_dataset_slice(&even, whole, 0, 80));
    expect_warning(even, 0.2, 1, "");
    assert_null(digitnet_history_warning(NULL));
    digitnet_dataset_free(even);
    digitnet_dataset_free(source);
    digitnet_dataset_free(whole);
}

/* What the fit cuts off is what digitnet_dataset_split() gives. */
static void fits_validate_on_the_second_part(void **state) {
    (void)state;
    digitnet_dataset *whole = make_sorted(), *first, *second;
    digitnet_model *cut = make_model(), *given = make_model();
    digitnet_history *histories[2];
    expect_ok(
        digitnet_dataset_split(&first, &second, whole, 0.3, DIGITNET_WITH(digitnet_split_options, .stratified = 1)));
    expect_ok(digitnet_model_fit(cut, whole,
                                 DIGITNET_WITH(digitnet_fit_options, .history = &histories[0], .epochs = 2,
                                               .validation_fraction = 0.3, .validation_stratified = 1)));
    expect_ok(digitnet_model_fit(
        given, first,
        DIGITNET_WITH(digitnet_fit_options, .history = &histories[1], .epochs = 2, .validation = second)));
    assert_same_weights(cut, given);
    assert_memory_equal(digitnet_history_series(NULL, histories[0], DIGITNET_METRIC_VALIDATION_LOSS),
                        digitnet_history_series(NULL, histories[1], DIGITNET_METRIC_VALIDATION_LOSS),
                        2 * sizeof(double));
    expect_failure(digitnet_model_fit(cut, whole, DIGITNET_WITH(digitnet_fit_options, .validation_stratified = 1)),
                   DIGITNET_EINVAL, "validation_stratified is 1, but validation_fraction is 0");
    digitnet_history_free(histories[0]);
    digitnet_history_free(histories[1]);
    digitnet_model_free(cut);
    digitnet_model_free(given);
    digitnet_dataset_free(first);
    digitnet_dataset_free(second);
    digitnet_dataset_free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_samples_are_the_second_part),
        cmocka_unit_test(each_class_is_split_by_itself),
        cmocka_unit_test(classes_without_samples_are_passed_over),
        cmocka_unit_test(seeds_draw_the_parts),
        cmocka_unit_test(parts_can_be_cut_again),
        cmocka_unit_test(parts_of_sources_are_gathered),
        cmocka_unit_test(classes_are_counted),
        cmocka_unit_test(what_cannot_be_split_is_refused),
        cmocka_unit_test(without_memory_nothing_is_split),
        cmocka_unit_test(fits_warn_of_missing_classes),
        cmocka_unit_test(fits_validate_on_the_second_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
