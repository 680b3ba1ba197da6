/* A program of one version with a library of another: every option and result struct goes through every function that
 * takes one. It is compiled with today's headers and with those of a later version, whose structs have more fields, and
 * run with a library compiled with either. `caller accepted` and `caller refused` also set the last field of every
 * struct, which the library knows or does not know. */
#include "struct_cases.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static enum { LEFT_ALONE, ACCEPTED, REFUSED } last_field;

/* ---- All structs ---- */

/* Zeros but for struct_size, behind which the memory ends: whoever reads or writes more is stopped by a signal. */
static unsigned char *make_struct(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    unsigned char *made = pages + page - size;
    memcpy(made, &size, sizeof size);
    return made;
}

static void release_struct(unsigned char *made, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(munmap(made + size - page, 2 * page), 0);
}

static void call_with_options(misuse *own, const struct_case *tested) {
    unsigned char *options = make_struct(tested->size);
    if (tested->valid)
        memcpy(options, tested->valid, tested->size);
    expect_ok(run_struct_case(tested, own, options));
    if (last_field != LEFT_ALONE)
        options[tested->size - 1] = 1;
    if (last_field == REFUSED)
        expect_failure(run_struct_case(tested, own, options), DIGITNET_EVERSION, tested->type);
    else
        expect_ok(run_struct_case(tested, own, options));
    release_struct(options, tested->size);
}

static void test_options(void **state) {
    for (size_t i = 0; i < option_case_count(); i++) {
        struct_case tested = option_case_at(i);
        call_with_options(*state, &tested);
    }
}

/* A field that the library does not know, or has nothing for, stays zero. */
static void receive_result(misuse *own, const struct_case *tested) {
    unsigned char *result = make_struct(tested->size);
    expect_ok(run_struct_case(tested, own, result));
    if (last_field != LEFT_ALONE)
        for (size_t i = 1; i <= sizeof(size_t); i++)
            assert_int_equal(result[tested->size - i], 0);
    release_struct(result, tested->size);
}

static void test_results(void **state) {
    for (size_t i = 0; i < result_case_count; i++)
        receive_result(*state, &result_cases[i]);
}

/* ---- The fields ---- */

static int count_epochs(const digitnet_event *event, void *user_data) {
    size_t *epochs = user_data;
    *epochs += event->kind == DIGITNET_EVENT_EPOCH_END && event->epoch == *epochs + 1 && event->epochs == 3;
    return 0;
}

static void test_fields(void **state) {
    misuse *own = *state;
    double rate;
    size_t epochs = 0;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_model_info model_info = DIGITNET_INIT(digitnet_model_info);
    digitnet_dataset_info data_info = DIGITNET_INIT(digitnet_dataset_info);
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.25, .seed = 3)));
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    assert_true(rate == 0.25);
    expect_ok(digitnet_model_fit(
        model, own->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 3,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = count_epochs, .user_data = &epochs)))));
    assert_int_equal(epochs, 3);
    expect_ok(digitnet_model_evaluate(&metrics, model, own->data, NULL));
    assert_int_equal(metrics.count, MISUSE_IMAGES);
    expect_ok(digitnet_model_describe(&model_info, model));
    assert_int_equal(model_info.epochs_done, 3);
    assert_int_equal(model_info.compiled, 1);
    expect_ok(digitnet_dataset_describe(&data_info, own->data));
    assert_int_equal(data_info.channels, SMALL_CHANNELS);
    assert_int_equal(data_info.classes, SMALL_CLASSES);
    digitnet_model_free(model);
}

/* ---- The allocator, which is set while there are no objects ---- */

static void *allocate(void *user_data, size_t size, size_t alignment) {
    ++*(size_t *)user_data;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)size, (void)alignment;
    --*(size_t *)user_data;
    free(memory);
}

static void test_allocator(void **state) {
    (void)state;
    size_t live = 0;
    digitnet_allocator allocator = {
        .struct_size = sizeof allocator, .user_data = &live, .allocate = allocate, .release = release};
    digitnet_model *model;
    expect_ok(digitnet_set_allocator(&allocator));
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    assert_true(live > 0);
    digitnet_model_free(model);
    assert_int_equal(live, 0);
    ((unsigned char *)&allocator)[sizeof allocator - 1] = 1;
    if (last_field == REFUSED)
        expect_failure(digitnet_set_allocator(&allocator), DIGITNET_EVERSION, "digitnet_allocator");
    else if (last_field == ACCEPTED)
        expect_ok(digitnet_set_allocator(&allocator));
    expect_ok(digitnet_set_allocator(NULL));
}

int main(int count, char **arguments) {
    if (count > 1)
        last_field = strcmp(arguments[1], "refused") == 0 ? REFUSED : ACCEPTED;
    const struct CMUnitTest tests[] = {
        misuse_test(test_options),
        misuse_test(test_results),
        misuse_test(test_fields),
        cmocka_unit_test(test_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
