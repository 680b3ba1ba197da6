/* What the tests of models, layers, training and inference share. */
#ifndef DIGITNET_TESTS_SUPPORT_H
#define DIGITNET_TESTS_SUPPORT_H

#include "digitnet/digitnet.h"
#include "expect.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { SEED_NETWORK_PARAMETERS = 225034, SEED_NETWORK_IMAGE = 28 * 28, SEED_NETWORK_CLASSES = 10 };

/* The same floats, bit for bit; the failure names the first that differs. */
#define assert_same_floats(a, b, count) check_same_floats((a), (b), (count), #a " and " #b, __FILE__, __LINE__)
void check_same_floats(const float *a, const float *b, size_t count, const char *what, const char *file, int line);

/* |a - b| <= tolerance x max(1, |b|) for each. */
#define assert_close_floats(a, b, count, tolerance) \
    check_close_floats((a), (b), (count), (tolerance), #a " and " #b, __FILE__, __LINE__)
void check_close_floats(const float *a, const float *b, size_t count, double tolerance, const char *what,
                        const char *file, int line);

/* All weights of two models, bit for bit. */
#define assert_same_weights(a, b) check_same_weights((a), (b), #a " and " #b, __FILE__, __LINE__)
void check_same_weights(const digitnet_model *a, const digitnet_model *b, const char *what, const char *file, int line);

/* A copy of all weights, to be released with free(). */
float *copy_weights(const digitnet_model *model);
size_t count_parameters(const digitnet_model *model);

/* Memory that must be there, to be released with free(). */
void *must_allocate(size_t size);

/* A number in [-1, 1) that depends on both arguments alone, a multiple of 2^-23. */
float noise(uint64_t seed, uint64_t index);
void fill_noise(float *values, size_t count, uint64_t seed);

/* What fixtures keep of a tensor, as figures_of() in fixtures/noise.py: the values; of more than MOST_FIGURES, sums of
 * neighbours, each times a factor of its own. Returns how many there are; *neighbours: of how many values each is. */
enum { MOST_FIGURES = 512 };
size_t to_figures(double figures[MOST_FIGURES], size_t *neighbours, const float *values, size_t count);

/* The network that the README trains: 2 convolutions with ReLU and pooling, 2 dense layers. The first two are not
 * compiled, the third is, with Adam. */
void add_seed_layers(digitnet_model *model);
digitnet_model *build_seed_network(void);
digitnet_model *make_seed_network(uint64_t seed);
/* A smaller one for digits, which learns them within a minute on an emulated machine too; compiled with Adam. */
digitnet_model *make_digit_network(uint64_t seed);
/* A network of convolutions, max pools and dense layers for 9 x 8 x 2 images and 3 classes, small enough for many runs;
 * compiled with Adam. */
enum { SMALL_HEIGHT = 9, SMALL_WIDTH = 8, SMALL_CHANNELS = 2, SMALL_IMAGE = 9 * 8 * 2, SMALL_CLASSES = 3 };
digitnet_model *build_small_network(void);
digitnet_model *make_small_network(uint64_t seed);
/* One with a squeeze-and-excitation block that learns digits; and one of the layers that pool, pad, crop, enlarge,
 * reshape and multiply, for the small network's images. Compiled with Adam. */
digitnet_model *make_excitation_network(uint64_t seed);
digitnet_model *make_small_image_network(uint64_t seed);

/* The digits of tests/data/mnist-subset, which is found from the tests' folder. */
void load_subset(digitnet_dataset **train, digitnet_dataset **test);
/* Random images of which the label's share of rows is brighter, so that there is something to learn. */
digitnet_dataset *make_dataset(size_t count, size_t height, size_t width, size_t channels, int32_t classes,
                               uint64_t seed);
/* Such a data set for the small network. */
digitnet_dataset *make_small_dataset(size_t count, uint64_t seed);

/* fit with these options and no history. */
void fit(digitnet_model *model, const digitnet_dataset *train, const digitnet_fit_options *options);

/* A new, empty folder, to be removed by the test. */
typedef struct temporary_folder {
    char path[64];
} temporary_folder;
temporary_folder make_folder(void);

/* Runs `run` with each of `count` contexts of `size` bytes, each on a thread of its own, at the same time. */
void run_threads(void (*run)(void *context), void *contexts, size_t count, size_t size);

/* An allocator that counts, and that fails one allocation: the `fail_at`-th from its setting on, 0 for none; where
 * `for_good` is set, those after it too. */
typedef struct allocation_counts {
    atomic_size_t allocations, live;
    atomic_size_t fail_at;
    atomic_bool for_good;
} allocation_counts;
/* Counts one more allocation; false where it is to fail. */
bool count_allocation(allocation_counts *counts);
/* Puts it in place of the library's; there must be no objects. The counts start at zero. */
void begin_counting(allocation_counts *counts);
/* Checks that all memory came back, and brings the library's own back. */
void end_counting(const allocation_counts *counts);

#endif
