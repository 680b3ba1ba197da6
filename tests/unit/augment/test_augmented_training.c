/* Training on samples that change: the same bits for any threads, for arrays and a source of the same, and after a
 * resume; and no allocation in a step. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COUNT = 50 };

static const digitnet_augment_options *all_changes(void) {
    static digitnet_augment_options options = DIGITNET_INIT(digitnet_augment_options);
    options.shift = 0.1;
    options.rotate = 15;
    options.zoom = 0.1;
    options.shear = 10;
    options.perspective = 0.1;
    options.elastic = 1;
    options.thickness = 0.5;
    options.blur = 0.5;
    options.contrast = 0.2;
    options.brightness = 0.1;
    options.noise = 0.05;
    options.erase = 0.3;
    options.erase_probability = 0.5;
    options.horizontal_flip = 0.5;
    options.mixup = 0.2;
    options.mixup_probability = 0.5;
    options.cutmix = 1;
    options.cutmix_probability = 0.5;
    options.classes = SMALL_CLASSES;
    return &options;
}

static digitnet_model *make_model(void) {
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 5)));
    return model;
}

static int gather(digitnet_batch *batch, void *user_data) {
    return digitnet_dataset_read_batch(batch, user_data);
}

static void the_same_bits_for_any_threads_and_sources(void **state) {
    (void)state;
    static const size_t threads[] = {1, 2, 3, 8};
    digitnet_dataset *data = make_small_dataset(COUNT, 1), *source, *augmented, *over_source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = COUNT, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather, .user_data = data)));
    expect_ok(digitnet_dataset_augment(&augmented, data, all_changes()));
    expect_ok(digitnet_dataset_augment(&over_source, source, all_changes()));
    digitnet_model *first = make_model();
    fit(first, augmented, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16, .threads = 1));
    for (size_t i = 0; i < 4; i++) {
        digitnet_model *model = make_model(), *of_source = make_model();
        const digitnet_fit_options *options =
            DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16, .threads = threads[i]);
        fit(model, augmented, options);
        fit(of_source, over_source, options);
        assert_same_weights(first, model);
        assert_same_weights(first, of_source);
        digitnet_model_free(model);
        digitnet_model_free(of_source);
    }
    /* It is not what the samples themselves teach. */
    digitnet_dataset *plain;
    digitnet_model *other = make_model();
    expect_ok(
        digitnet_dataset_augment(&plain, data, DIGITNET_WITH(digitnet_augment_options, .classes = SMALL_CLASSES)));
    fit(other, plain, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16));
    float *weights = copy_weights(first), *other_weights = copy_weights(other);
    assert_memory_not_equal(weights, other_weights, count_parameters(first) * sizeof *weights);
    free(weights);
    free(other_weights);
    digitnet_model_free(other);
    digitnet_model_free(first);
    digitnet_dataset_free(plain);
    digitnet_dataset_free(over_source);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
}

/* Stopped in an epoch, saved, loaded, gone on. */
static int stop_early(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == 2 && event->batch == 2 ? DIGITNET_CALLBACK_STOP
                                                                                             : 0;
}

static void a_resume_is_exact(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(COUNT, 1), *augmented;
    digitnet_model *whole = make_model(), *begun = make_model(), *resumed;
    temporary_folder folder = make_folder();
    char path[96];
    snprintf(path, sizeof path, "%s/model.onnx", folder.path);
    expect_ok(digitnet_dataset_augment(&augmented, data, all_changes()));
    fit(whole, augmented, DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16));
    fit(begun, augmented,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 16,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_early))));
    expect_ok(digitnet_model_save(begun, path));
    expect_ok(digitnet_model_load(&resumed, path));
    fit(resumed, augmented, DIGITNET_WITH(digitnet_fit_options, .until_epoch = 3, .batch_size = 16));
    assert_same_weights(whole, resumed);
    digitnet_model_free(whole);
    digitnet_model_free(begun);
    digitnet_model_free(resumed);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(data);
    remove(path);
    rmdir(folder.path);
}

/* Validation and evaluation see the images as they are. */
static void evaluation_does_not_augment(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(COUNT, 1), *augmented, *plain;
    digitnet_model *model = make_model();
    digitnet_metrics of_augmented = DIGITNET_INIT(digitnet_metrics), of_plain = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_dataset_augment(&augmented, data, all_changes()));
    expect_ok(
        digitnet_dataset_augment(&plain, data, DIGITNET_WITH(digitnet_augment_options, .classes = SMALL_CLASSES)));
    expect_ok(digitnet_model_evaluate(&of_augmented, model, augmented, NULL));
    expect_ok(digitnet_model_evaluate(&of_plain, model, plain, NULL));
    assert_true(of_augmented.loss == of_plain.loss && of_augmented.accuracy == of_plain.accuracy);
    digitnet_model_free(model);
    digitnet_dataset_free(plain);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(data);
}

/* Labels that were mixed are no labels any more. */
static void losses_of_labels_are_refused(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(COUNT, 1), *augmented;
    digitnet_model *model = make_small_network(1);
    expect_ok(digitnet_dataset_augment(&augmented, data, all_changes()));
    expect_failure(digitnet_model_fit(model, augmented, NULL), DIGITNET_EINVAL,
                   "the training samples have no labels, which sparse_categorical_crossentropy requires");
    digitnet_model_free(model);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(data);
}

static allocation_counts counts;

static int count_in_steps(const digitnet_event *event, void *user_data) {
    size_t *before = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        *before = atomic_load(&counts.allocations);
    if (event->kind == DIGITNET_EVENT_FIT_END)
        *before = atomic_load(&counts.allocations) - *before;
    return 0;
}

static void steps_allocate_nothing(void **state) {
    (void)state;
    size_t allocations = 1;
    begin_counting(&counts);
    digitnet_dataset *data = make_small_dataset(COUNT, 1), *augmented;
    digitnet_model *model = make_model();
    expect_ok(digitnet_dataset_augment(&augmented, data, all_changes()));
    expect_ok(digitnet_model_fit(
        model, augmented,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .threads = 2, .validation_fraction = 0.2,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = count_in_steps, .user_data = &allocations)))));
    assert_int_equal(allocations, 0);
    digitnet_model_free(model);
    digitnet_dataset_free(augmented);
    digitnet_dataset_free(data);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bits_for_any_threads_and_sources),
        cmocka_unit_test(a_resume_is_exact),
        cmocka_unit_test(evaluation_does_not_augment),
        cmocka_unit_test(losses_of_labels_are_refused),
        cmocka_unit_test(steps_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
