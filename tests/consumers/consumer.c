/* A program that uses an installed libdigitnet: builds, trains and asks a small network. */
#include "digitnet/digitnet.h"
#include "digitnet/progress.h"

#include <stdio.h>
#include <string.h>

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    return 1;
}

int main(void) {
    const uint8_t images[4][16] = {{255, 255}, {0, 0, 255, 255}, {255, 255, 128}, {0, 64, 255, 255}};
    const int32_t labels[4] = {0, 1, 0, 1};
    float scores[2];
    digitnet_dataset *dataset = NULL;
    digitnet_model *model = NULL;
    digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);

    if (strcmp(digitnet_version(), DIGITNET_VERSION_STRING) != 0) {
        fprintf(stderr, "headers are of version %s, the library is %s\n", DIGITNET_VERSION_STRING, digitnet_version());
        return 1;
    }
    if (digitnet_dataset_create_u8(&dataset, images[0], labels, 4, 4, 4, 1) || digitnet_model_create(&model, 4, 4, 1))
        return failed("create");
    digitnet_model_add_conv2d(model, 2, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
    if (digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY))
        return failed("compile");
    if (digitnet_model_fit(
            model, dataset,
            DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .threads = 1,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr)))))
        return failed("fit");
    if (digitnet_model_evaluate(&result, model, dataset, NULL) || result.count != 4)
        return failed("evaluate");
    if (digitnet_model_predict_u8(scores, 2, model, images[0], 16))
        return failed("predict");
    digitnet_model_free(model);
    digitnet_dataset_free(dataset);
    return 0;
}
