/* Trains a network on some digits as one of several processes of MPI; the first writes the weights, all bytes of them,
 * to a file:
 *
 *     mpirun -n RANKS train_ranks seed|residual BATCH_SIZE WEIGHTS THREADS
 */
#include "digitnet/digitnet.h"
#include "digitnet/mpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 300, EPOCHS = 2, CLASSES = 10 };

static void must(digitnet_status status) {
    if (status != DIGITNET_OK) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

/* The README's network, as train_weights has it. */
static void add_seed_layers(digitnet_model *model) {
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_dense(model, 128, DIGITNET_ACTIVATION_RELU);
}

static void add_residual_layers(digitnet_model *model) {
    static const char *const block[] = {"max_pooling2d", "batch_normalization_1"};
    const digitnet_conv2d_options *same = DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME);
    digitnet_model_add_conv2d(model, 8, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d_ex(model, 8, 3, DIGITNET_ACTIVATION_LINEAR, same);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_add(model, block, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_global_average_pool2d(model);
}

static digitnet_model *make_model(const char *network) {
    digitnet_model *model;
    must(digitnet_model_create(&model, 28, 28, 1));
    if (strcmp(network, "seed") == 0)
        add_seed_layers(model);
    else
        add_residual_layers(model);
    must(digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    must(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                   DIGITNET_WITH(digitnet_compile_options, .seed = 42)));
    return model;
}

static void write_weights(const digitnet_model *model, const char *path) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    must(digitnet_model_describe(&info, model));
    float *weights = malloc(info.parameters * sizeof *weights);
    FILE *file = fopen(path, "wb");
    if (!weights || !file)
        MPI_Abort(MPI_COMM_WORLD, 1);
    must(digitnet_model_get_weights(weights, info.parameters, model, NULL));
    if (fwrite(weights, sizeof *weights, info.parameters, file) != info.parameters || fclose(file) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    free(weights);
}

static void train(const char *network, size_t batch_size, const char *path, size_t threads) {
    digitnet_dataset *all, *part;
    digitnet_communicator *communicator;
    digitnet_model *model = make_model(network);
    must(digitnet_dataset_load_mnist(&all, NULL, "data/mnist-subset"));
    must(digitnet_dataset_slice(&part, all, 0, IMAGES));
    must(digitnet_mpi_communicator_create(&communicator, MPI_COMM_WORLD));
    must(digitnet_model_fit(model, part,
                            DIGITNET_WITH(digitnet_fit_options, .epochs = EPOCHS, .batch_size = batch_size,
                                          .threads = threads, .communicator = communicator)));
    if (communicator->rank == 0)
        write_weights(model, path);
    digitnet_mpi_communicator_free(communicator);
    digitnet_model_free(model);
    digitnet_dataset_free(part);
    digitnet_dataset_free(all);
}

int main(int argc, char **argv) {
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    if (argc != 5) {
        fprintf(stderr, "usage: train_ranks seed|residual BATCH_SIZE WEIGHTS THREADS\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    train(argv[1], strtoul(argv[2], NULL, 10), argv[3], strtoul(argv[4], NULL, 10));
    return MPI_Finalize() == MPI_SUCCESS ? 0 : 1;
}
