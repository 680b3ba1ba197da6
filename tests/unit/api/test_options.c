/* Option and result structs of callers that were compiled with other versions. */
#include "struct_cases.h"
#include "struct_fields.h"

enum { LARGEST = 4096 };

/* A caller's struct with room behind it, in which any version's would fit. */
typedef union caller_struct {
    size_t struct_size;
    unsigned char bytes[LARGEST + sizeof(size_t)];
    double for_alignment;
} caller_struct;

static digitnet_status run(const struct_case *tested, misuse *own, void *options_or_result) {
    return record_status(tested->function, run_struct_case(tested, own, options_or_result));
}

static caller_struct right_options(const struct_case *tested) {
    caller_struct options;
    memset(&options, 0, sizeof options);
    if (tested->valid)
        memcpy(&options, tested->valid, tested->size);
    options.struct_size = tested->size;
    return options;
}

static void check_option_struct(misuse *own, const struct_case *tested) {
    caller_struct options = right_options(tested);
    expect_ok(run(tested, own, &options));
    static const size_t too_small_or_large[] = {0, 1, LARGEST + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof too_small_or_large / sizeof *too_small_or_large; i++) {
        options.struct_size = too_small_or_large[i];
        expect_failure(run(tested, own, &options), DIGITNET_EINVAL, tested->type);
    }
    options.struct_size = tested->first_size - 1;
    expect_failure(run(tested, own, &options), DIGITNET_EINVAL, tested->type);
    options.struct_size = tested->first_size;
    expect_ok(run(tested, own, &options));
    /* A newer version's, with nothing set that this one does not know; then with something. */
    options.struct_size = tested->size + 8;
    expect_ok(run(tested, own, &options));
    options.bytes[tested->size + 8] = 1; /* past its end */
    expect_ok(run(tested, own, &options));
    options.bytes[tested->size + 7] = 1;
    expect_failure(run(tested, own, &options), DIGITNET_EVERSION, tested->type);
    options.bytes[tested->size + 7] = 0;
    options.struct_size = LARGEST;
    expect_failure(run(tested, own, &options), DIGITNET_EVERSION, tested->type);
    options.bytes[tested->size + 8] = 0;
    expect_ok(run(tested, own, &options));
}

/* A reserved field may mean something to a later version. Returns how many the struct has. */
static size_t check_reserved_fields(misuse *own, const struct_case *tested) {
    size_t count = 0;
    for (size_t i = 0; i < struct_field_count; i++) {
        const struct_field *field = &struct_fields[i];
        if (strcmp(field->type, tested->type) != 0 || !is_reserved(field))
            continue;
        caller_struct options = right_options(tested);
        memset(options.bytes + field->offset, 0x80, field->size);
        expect_failure(run(tested, own, &options), DIGITNET_EVERSION, tested->type);
        count++;
    }
    return count;
}

static void test_reserved_fields(void **state) {
    size_t count = 0;
    for (size_t i = 0; i < option_case_count(); i++) {
        struct_case tested = option_case_at(i);
        count += check_reserved_fields(*state, &tested);
    }
    assert_in_range(count, 7, SIZE_MAX); /* in six structs */
}

static void test_option_structs(void **state) {
    for (size_t i = 0; i < option_case_count(); i++) {
        struct_case tested = option_case_at(i);
        check_option_struct(*state, &tested);
    }
}

/* Nothing is written past what the caller has, nor past what this version knows. */
static void check_result_struct(misuse *own, const struct_case *tested) {
    caller_struct out, untouched;
    memset(&out, 0x77, sizeof out);
    out.struct_size = tested->size;
    expect_ok(run(tested, own, &out));
    assert_int_equal(out.struct_size, tested->size);
    memset(&untouched, 0x77, sizeof untouched);
    assert_memory_not_equal(out.bytes + sizeof(size_t), untouched.bytes, tested->size - sizeof(size_t));
    assert_memory_equal(out.bytes + tested->size, untouched.bytes, sizeof out - tested->size);
    out.struct_size = tested->size + 8;
    expect_ok(run(tested, own, &out));
    assert_int_equal(out.struct_size, tested->size + 8);
    assert_memory_equal(out.bytes + tested->size, untouched.bytes, sizeof out - tested->size);
    const size_t refused[] = {0, tested->first_size - 1, LARGEST + 1};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        memset(&out, 0x77, sizeof out);
        out.struct_size = untouched.struct_size = refused[i];
        expect_failure(run(tested, own, &out), DIGITNET_EINVAL, tested->type);
        assert_memory_equal(&out, &untouched, sizeof out);
    }
}

static void test_result_structs(void **state) {
    for (size_t i = 0; i < result_case_count; i++)
        check_result_struct(*state, &result_cases[i]);
}

static void *allocate(void *user_data, size_t size, size_t alignment) {
    (void)user_data, (void)size, (void)alignment;
    return NULL;
}

static void release(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)memory, (void)size, (void)alignment;
}

/* Needs that no object exists. */
static void test_allocator_struct(void **state) {
    (void)state;
    static const digitnet_allocator valid = {.struct_size = sizeof valid, .allocate = allocate, .release = release};
    caller_struct options;
    memset(&options, 0, sizeof options);
    memcpy(&options, &valid, sizeof valid);
    options.struct_size = sizeof valid - 1;
    expect_failure(digitnet_set_allocator((void *)&options), DIGITNET_EINVAL, "digitnet_allocator");
    options.struct_size = sizeof valid + 8;
    options.bytes[sizeof valid] = 1;
    expect_failure(digitnet_set_allocator((void *)&options), DIGITNET_EVERSION, "digitnet_allocator");
    expect_failure(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate)), DIGITNET_EINVAL,
                   "release is NULL");
    expect_failure(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .release = release)), DIGITNET_EINVAL,
                   "allocate is NULL");
    /* The library's own is still in place. */
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 1));
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        misuse_test(test_option_structs),
        misuse_test(test_reserved_fields),
        misuse_test(test_result_structs),
        cmocka_unit_test(test_allocator_struct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
