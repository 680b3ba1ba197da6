/* How fast several processes of MPI train the README's network, how long of that they exchange, and how much:
 *
 *     mpirun -n RANKS bench_ranks BATCH_SIZE THREADS BATCHES
 *
 * One line: ranks, threads and batch size; microseconds of the median step and of the fastest one, which a machine that
 * others use tells the most by; processor time of the step that took the least, without what the communicator takes;
 * calls of the communicator in a step, and the bytes that the first rank receives in it. */
#include "digitnet/digitnet.h"
#include "digitnet/mpi.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { IMAGE = 28 * 28, CLASSES = 10 };

/* A communicator that measures another one. */
typedef struct meter {
    const digitnet_communicator *inner;
    double processor_seconds;
    size_t calls, received;
} meter;

/* The time of each step, and what stood on the meter before the first one that counts. */
typedef struct steps {
    const meter *meter;
    double *seconds, *processor_seconds;
    double last, processor_last;
    size_t count, calls, received;
} steps;

static void must(digitnet_status status) {
    if (status != DIGITNET_OK) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

static size_t sum_of_others(const size_t *bytes, const digitnet_communicator *inner) {
    size_t total = 0;
    for (size_t rank = 0; rank < inner->size; rank++)
        total += rank == inner->rank ? 0 : bytes[rank];
    return total;
}

static double processor_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int finish(meter *own, double begin, size_t received, int result) {
    own->processor_seconds += processor_now() - begin;
    own->calls++;
    own->received += received;
    return result;
}

static int all_gather(void *buffer, const size_t *bytes, void *user_data) {
    meter *own = user_data;
    double begin = processor_now();
    return finish(own, begin, sum_of_others(bytes, own->inner),
                  own->inner->all_gather(buffer, bytes, own->inner->user_data));
}

static int all_to_all(void *received, const size_t *received_bytes, const void *sent, const size_t *sent_bytes,
                      void *user_data) {
    meter *own = user_data;
    double begin = processor_now();
    return finish(own, begin, sum_of_others(received_bytes, own->inner),
                  own->inner->all_to_all(received, received_bytes, sent, sent_bytes, own->inner->user_data));
}

static int broadcast(void *buffer, size_t bytes, size_t root, void *user_data) {
    meter *own = user_data;
    double begin = processor_now();
    return finish(own, begin, root == own->inner->rank ? 0 : bytes,
                  own->inner->broadcast(buffer, bytes, root, own->inner->user_data));
}

/* The first batch warms up. */
static int measure(const digitnet_event *event, void *user_data) {
    steps *own = user_data;
    if (event->kind != DIGITNET_EVENT_BATCH_END)
        return DIGITNET_CALLBACK_CONTINUE;
    double now = MPI_Wtime(), processor = processor_now() - own->meter->processor_seconds;
    if (event->batch == 1) {
        own->calls = own->meter->calls;
        own->received = own->meter->received;
    } else {
        own->seconds[own->count] = now - own->last;
        own->processor_seconds[own->count++] = processor - own->processor_last;
    }
    own->last = now;
    own->processor_last = processor;
    if (event->batch < event->batches)
        return DIGITNET_CALLBACK_CONTINUE;
    own->calls = own->meter->calls - own->calls;
    own->received = own->meter->received - own->received;
    return DIGITNET_CALLBACK_CONTINUE;
}

static int compare(const void *a, const void *b) {
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void print(steps *own, size_t batch_size, size_t threads) {
    double count = (double)own->count;
    qsort(own->seconds, own->count, sizeof *own->seconds, compare);
    qsort(own->processor_seconds, own->count, sizeof *own->processor_seconds, compare);
    printf("ranks %zu threads %zu batch %zu median %.0f fastest %.0f processor %.0f calls %.1f bytes %.0f\n",
           own->meter->inner->size, threads, batch_size, 1e6 * own->seconds[own->count / 2], 1e6 * own->seconds[0],
           1e6 * own->processor_seconds[0], (double)own->calls / count, (double)own->received / count);
}

static digitnet_model *make_model(void) {
    digitnet_model *model;
    must(digitnet_model_create(&model, 28, 28, 1));
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 128, DIGITNET_ACTIVATION_RELU);
    must(digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    must(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

/* Noise, the same on all ranks. */
static digitnet_dataset *make_data(size_t count) {
    uint8_t *pixels = malloc(count * IMAGE);
    int32_t *labels = malloc(count * sizeof *labels);
    digitnet_dataset *data;
    uint32_t random = 1;
    if (!pixels || !labels)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (size_t i = 0; i < count * IMAGE; i++)
        pixels[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    for (size_t i = 0; i < count; i++)
        labels[i] = (int32_t)(i % CLASSES);
    must(digitnet_dataset_create_u8(&data, pixels, labels, count, 28, 28, 1));
    free(pixels);
    free(labels);
    return data;
}

static void run(size_t batch_size, size_t threads, size_t batches) {
    digitnet_communicator *inner;
    digitnet_model *model = make_model();
    digitnet_dataset *data = make_data(batch_size * (batches + 1));
    must(digitnet_mpi_communicator_create(&inner, MPI_COMM_WORLD));
    meter own = {.inner = inner};
    steps measured = {.meter = &own,
                      .seconds = calloc(batches, sizeof *measured.seconds),
                      .processor_seconds = calloc(batches, sizeof *measured.processor_seconds)};
    if (!measured.seconds || !measured.processor_seconds)
        MPI_Abort(MPI_COMM_WORLD, 1);
    digitnet_communicator metered = *inner;
    metered.all_gather = all_gather;
    metered.all_to_all = all_to_all;
    metered.broadcast = broadcast;
    metered.user_data = &own;
    must(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = batch_size, .threads = threads, .communicator = &metered,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = measure, .user_data = &measured)))));
    if (inner->rank == 0)
        print(&measured, batch_size, threads);
    free(measured.seconds);
    free(measured.processor_seconds);
    digitnet_mpi_communicator_free(inner);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

int main(int argc, char **argv) {
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    if (argc != 4) {
        fprintf(stderr, "usage: bench_ranks BATCH_SIZE THREADS BATCHES\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    run(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    return MPI_Finalize() == MPI_SUCCESS ? 0 : 1;
}
