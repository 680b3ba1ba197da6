/* Failures that no other test brings about, so that every status that a function's comment names has been seen:
 * check_statuses.py compares them. */
#include "folder.h"
#include "support.h"

#include <sys/file.h>

/* Few weights for images that are larger than memory. */
static void test_sessions_memory_overflows(void **state) {
    (void)state;
    const size_t side = (size_t)1 << (sizeof(size_t) * 4 - 2);
    digitnet_model *model;
    digitnet_session *session;
    expect_ok(digitnet_model_create_ex(
        &model, side, side, 1,
        DIGITNET_WITH(digitnet_model_options, .max_activation_bytes = SIZE_MAX, .max_multiply_adds = SIZE_MAX)));
    digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = side));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_failure(digitnet_session_create(&session, model, NULL), DIGITNET_ELIMIT, "overflow");
    digitnet_model_free(model);
}

static int gather_nonsense(digitnet_batch *batch, void *user_data) {
    (void)batch, (void)user_data;
    return 7;
}

static void test_source_returns_no_status(void **state) {
    (void)state;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_source(
        &data, DIGITNET_WITH(digitnet_source_options, .count = 10, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                             .channels = SMALL_CHANNELS, .gather = gather_nonsense)));
    expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ECALLBACK, "returned 7");
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void test_history_is_being_written(void **state) {
    (void)state;
    digitnet_history *history;
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(8, 1);
    expect_ok(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history)));
    int writer = open("history.csv.tmp", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(flock(writer, LOCK_EX | LOCK_NB), 0);
    expect_failure(digitnet_history_write_csv(history, "history.csv"), DIGITNET_ESTATE, "history.csv.tmp");
    close(writer);
    digitnet_history_free(history);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void put_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Floats, which IDX files may hold and MNIST's do not. */
static void test_mnist_of_floats(void **state) {
    (void)state;
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 1, 0};
    static const unsigned char images[] = {0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0};
    digitnet_dataset *train;
    put_bytes("train-images-idx3-ubyte", images, sizeof images);
    put_bytes("train-labels-idx1-ubyte", labels, sizeof labels);
    expect_failure(digitnet_dataset_load_mnist(&train, NULL, "."), DIGITNET_EUNSUPPORTED, "0d");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_memory_overflows),
        cmocka_unit_test(test_source_returns_no_status),
        in_folder(test_history_is_being_written),
        in_folder(test_mnist_of_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
