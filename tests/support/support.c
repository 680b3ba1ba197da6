#include "support.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_same_floats(const float *a, const float *b, size_t count, const char *what, const char *file, int line) {
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&a[i], &b[i], sizeof(float)) != 0) {
            print_error("%s differ at %zu of %zu: %.9g and %.9g\n", what, i, count, (double)a[i], (double)b[i]);
            _fail(file, line);
        }
    }
}

void check_close_floats(const float *a, const float *b, size_t count, double tolerance, const char *what,
                        const char *file, int line) {
    for (size_t i = 0; i < count; i++) {
        double scale = fabs((double)b[i]) > 1 ? fabs((double)b[i]) : 1;
        /* Written so that a NaN fails. */
        if (!(fabs((double)a[i] - (double)b[i]) <= tolerance * scale)) {
            print_error("%s differ at %zu of %zu: %.9g and %.9g\n", what, i, count, (double)a[i], (double)b[i]);
            _fail(file, line);
        }
    }
}

void *must_allocate(size_t size) {
    void *memory = malloc(size ? size : 1);
    assert_non_null(memory);
    return memory;
}

size_t count_parameters(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    return info.parameters;
}

float *copy_weights(const digitnet_model *model) {
    size_t count = count_parameters(model);
    float *weights = must_allocate(count * sizeof(float));
    expect_ok(digitnet_model_get_weights(weights, count, model, NULL));
    return weights;
}

void check_same_weights(const digitnet_model *a, const digitnet_model *b, const char *what, const char *file,
                        int line) {
    float *weights_a = copy_weights(a), *weights_b = copy_weights(b);
    assert_int_equal(count_parameters(a), count_parameters(b));
    check_same_floats(weights_a, weights_b, count_parameters(a), what, file, line);
    free(weights_a);
    free(weights_b);
}

float noise(uint64_t seed, uint64_t index) {
    uint64_t bits = seed * UINT64_C(0x9e3779b97f4a7c15) + index * UINT64_C(0xd1342543de82ef95);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (float)((bits ^ (bits >> 31)) >> 40) * 0x1p-23f - 1;
}

void fill_noise(float *values, size_t count, uint64_t seed) {
    for (size_t i = 0; i < count; i++)
        values[i] = noise(seed, i);
}

size_t to_figures(double figures[MOST_FIGURES], size_t *neighbours, const float *values, size_t count) {
    enum { SUMS = 128, FACTOR_SEED = 3 };
    *neighbours = count > MOST_FIGURES ? (count + SUMS - 1) / SUMS : 1;
    memset(figures, 0, MOST_FIGURES * sizeof *figures);
    for (size_t i = 0; i < count; i++) {
        double factor = (double)noise(FACTOR_SEED, i) / 2;
        factor += factor < 0 ? -0.5 : 0.5;
        figures[i / *neighbours] += (*neighbours > 1 ? factor : 1) * (double)values[i];
    }
    return (count + *neighbours - 1) / *neighbours;
}

void add_seed_layers(digitnet_model *model) {
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 128, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, SEED_NETWORK_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
}

digitnet_model *build_seed_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 28, 28, 1));
    add_seed_layers(model);
    return model;
}

static digitnet_model *compile_with_adam(digitnet_model *model, uint64_t seed, double learning_rate) {
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .seed = seed, .learning_rate = learning_rate)));
    return model;
}

digitnet_model *make_seed_network(uint64_t seed) {
    return compile_with_adam(build_seed_network(), seed, 0);
}

digitnet_model *make_digit_network(uint64_t seed) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 28, 28, 1));
    digitnet_model_add_conv2d_ex(model, 16, 5, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2));
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 64, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SEED_NETWORK_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return compile_with_adam(model, seed, 0.003);
}

/* A squeeze-and-excitation block behind the layer before: a weight for each channel. */
static void add_excitation(digitnet_model *model, const char *convolution, size_t channels) {
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, channels / 4, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, channels, DIGITNET_ACTIVATION_SIGMOID);
    digitnet_model_add_reshape(model, 1, 1, channels);
    expect_ok(digitnet_model_add_multiply(model, (const char *const[]){convolution, "reshape"}, 2,
                                          DIGITNET_ACTIVATION_LINEAR));
}

digitnet_model *make_excitation_network(uint64_t seed) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 28, 28, 1));
    digitnet_model_add_conv2d_ex(model, 16, 5, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2));
    add_excitation(model, "conv2d", 16);
    digitnet_model_add_average_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 64, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SEED_NETWORK_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return compile_with_adam(model, seed, 0.003);
}

digitnet_model *make_small_image_network(uint64_t seed) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_zero_padding2d(model, 1, 1, 1, 1);
    digitnet_model_add_conv2d(model, 8, 3, DIGITNET_ACTIVATION_RELU);
    add_excitation(model, "conv2d", 8);
    digitnet_model_add_up_sampling2d_ex(
        model, 2, DIGITNET_WITH(digitnet_up_sampling2d_options, .interpolation = DIGITNET_INTERPOLATION_BILINEAR));
    digitnet_model_add_average_pool2d_ex(model, 3, DIGITNET_WITH(digitnet_average_pool2d_options, .stride_height = 2));
    digitnet_model_add_up_sampling2d(model, 2);
    digitnet_model_add_cropping2d(model, 1, 2, 0, 3);
    digitnet_model_add_max_pool2d_ex(model, 3, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 2));
    digitnet_model_add_conv2d_ex(model, 4, 1, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "ends"));
    digitnet_model_add_global_average_pool2d_ex(model,
                                                DIGITNET_WITH(digitnet_global_average_pool2d_options, .name = "mean"));
    digitnet_model_add_global_max_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_max_pool2d_options, .name = "most", .input = "ends"));
    digitnet_model_add_concatenate(model, (const char *const[]){"mean", "most"}, 2);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return compile_with_adam(model, seed, 0);
}

digitnet_model *build_small_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d(model, 5, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d_ex(model, 4, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 7, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return model;
}

digitnet_model *make_small_network(uint64_t seed) {
    return compile_with_adam(build_small_network(), seed, 0);
}

void load_subset(digitnet_dataset **train, digitnet_dataset **test) {
    expect_ok(digitnet_dataset_load_mnist(train, test, "data/mnist-subset"));
}

digitnet_dataset *make_dataset(size_t count, size_t height, size_t width, size_t channels, int32_t classes,
                               uint64_t seed) {
    size_t values = height * width * channels;
    float *images = must_allocate(count * values * sizeof(float));
    int32_t *labels = must_allocate(count * sizeof(int32_t));
    fill_noise(images, count * values, seed);
    for (size_t i = 0; i < count; i++) {
        labels[i] = (int32_t)((noise(seed + 1, i) + 1) / 2 * (float)classes);
        for (size_t at = 0; at < values * (size_t)(labels[i] + 1) / (size_t)classes; at++)
            images[i * values + at] += 1;
    }
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32(&dataset, images, labels, count, height, width, channels));
    free(images);
    free(labels);
    return dataset;
}

digitnet_dataset *make_small_dataset(size_t count, uint64_t seed) {
    return make_dataset(count, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS, SMALL_CLASSES, seed);
}

void fit(digitnet_model *model, const digitnet_dataset *train, const digitnet_fit_options *options) {
    expect_ok(digitnet_model_fit(model, train, options));
}

temporary_folder make_folder(void) {
    temporary_folder folder = {"/tmp/digitnet-test-XXXXXX"};
    assert_non_null(mkdtemp(folder.path));
    return folder;
}

typedef struct thread_start {
    void (*run)(void *context);
    void *context;
    pthread_barrier_t *barrier;
    pthread_t thread;
} thread_start;

static void *run_thread(void *argument) {
    thread_start *start = argument;
    pthread_barrier_wait(start->barrier);
    start->run(start->context);
    return NULL;
}

void run_threads(void (*run)(void *context), void *contexts, size_t count, size_t size) {
    thread_start *starts = must_allocate(count * sizeof *starts);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, (unsigned)count), 0);
    for (size_t i = 0; i < count; i++) {
        starts[i] = (thread_start){.run = run, .context = (char *)contexts + i * size, .barrier = &barrier};
        assert_int_equal(pthread_create(&starts[i].thread, NULL, run_thread, &starts[i]), 0);
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(starts[i].thread, NULL), 0);
    pthread_barrier_destroy(&barrier);
    free(starts);
}

bool count_allocation(allocation_counts *counts) {
    size_t number = atomic_fetch_add(&counts->allocations, 1) + 1, fail_at = atomic_load(&counts->fail_at);
    if (number == fail_at || (fail_at > 0 && number > fail_at && atomic_load(&counts->for_good)))
        return false;
    atomic_fetch_add(&counts->live, 1);
    return true;
}

static void *count_allocate(void *user_data, size_t size, size_t alignment) {
    allocation_counts *counts = user_data;
    void *memory = NULL;
    if (!count_allocation(counts))
        return NULL;
    if (posix_memalign(&memory, alignment, size) != 0) {
        atomic_fetch_sub(&counts->live, 1);
        return NULL;
    }
    /* What the library does not set itself must not happen to be zero. */
    memset(memory, 0xa5, size);
    return memory;
}

static void count_release(void *user_data, void *memory, size_t size, size_t alignment) {
    allocation_counts *counts = user_data;
    (void)alignment;
    memset(memory, 0x5a, size);
    atomic_fetch_sub(&counts->live, 1);
    free(memory);
}

void begin_counting(allocation_counts *counts) {
    atomic_init(&counts->allocations, 0);
    atomic_init(&counts->live, 0);
    atomic_init(&counts->fail_at, 0);
    atomic_init(&counts->for_good, false);
    expect_ok(digitnet_set_allocator(
        DIGITNET_WITH(digitnet_allocator, .user_data = counts, .allocate = count_allocate, .release = count_release)));
}

void end_counting(const allocation_counts *counts) {
    assert_int_equal(atomic_load(&((allocation_counts *)counts)->live), 0);
    expect_ok(digitnet_set_allocator(NULL));
}
