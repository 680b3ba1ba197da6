/* Saves a model that takes MNIST's images, but has twelve classes: twelve_classes PATH */
#include <digitnet/digitnet.h>
#include <stdio.h>

int main(int argc, char **argv) {
    digitnet_model *model = NULL;
    int failed = 1;
    if (argc == 2 && digitnet_model_create(&model, 28, 28, 1) == DIGITNET_OK) {
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, 12, DIGITNET_ACTIVATION_SOFTMAX);
        failed =
            digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY) ||
            digitnet_model_save(model, argv[1]);
    }
    if (failed)
        fprintf(stderr, "%s\n", digitnet_last_error());
    digitnet_model_free(model);
    return failed;
}
