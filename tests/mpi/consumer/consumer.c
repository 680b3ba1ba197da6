/* A program that has found libdigitnet-mpi where it is installed: all its ranks train, and have the same weights. */
#include <digitnet/digitnet.h>
#include <digitnet/mpi.h>
#include <stdio.h>
#include <string.h>

enum { IMAGES = 40, PIXELS = 16, WEIGHTS = PIXELS * 2 + 2 };

static digitnet_status train(float *weights, const digitnet_communicator *communicator) {
    static uint8_t pixels[IMAGES * PIXELS];
    static int32_t labels[IMAGES];
    digitnet_dataset *data = NULL;
    digitnet_model *model = NULL;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 37);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(i % 2);
    digitnet_status status = digitnet_dataset_create_u8(&data, pixels, labels, IMAGES, 4, 4, 1);
    if (status == DIGITNET_OK)
        status = digitnet_model_create(&model, 4, 4, 1);
    if (status == DIGITNET_OK) {
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
        status = digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    }
    if (status == DIGITNET_OK)
        status = digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .communicator = communicator));
    if (status == DIGITNET_OK)
        status = digitnet_model_get_weights(weights, WEIGHTS, model, NULL);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    return status;
}

int main(int argc, char **argv) {
    digitnet_communicator *communicator = NULL;
    float weights[WEIGHTS], of_first[WEIGHTS];
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    digitnet_status status = digitnet_mpi_communicator_create(&communicator, MPI_COMM_WORLD);
    if (status == DIGITNET_OK)
        status = train(weights, communicator);
    if (status != DIGITNET_OK) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    memcpy(of_first, weights, sizeof weights);
    MPI_Bcast(of_first, WEIGHTS, MPI_FLOAT, 0, MPI_COMM_WORLD);
    if (memcmp(of_first, weights, sizeof weights) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    digitnet_mpi_communicator_free(communicator);
    MPI_Finalize();
    return 0;
}
