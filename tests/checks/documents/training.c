/* Around statements of a document that train: they have data sets and a compiled model, and set `status`. */
#include <digitnet/digitnet.h>
#include <digitnet/progress.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    digitnet_dataset *train = NULL, *test = NULL;
    digitnet_model *model = NULL;
    digitnet_history *history = NULL;
    digitnet_status status = digitnet_dataset_load_mnist(&train, &test, "data/mnist");
    if (status == DIGITNET_OK)
        status = digitnet_model_create(&model, 28, 28, 1);
    if (status == DIGITNET_OK) {
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
        status = digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    }
    if (status == DIGITNET_OK) {
        INSIDE;
    }
    if (status)
        fprintf(stderr, "%s: %s\n", digitnet_status_string(status), digitnet_last_error());
    digitnet_history_free(history);
    digitnet_model_free(model);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    return status != DIGITNET_OK;
}
