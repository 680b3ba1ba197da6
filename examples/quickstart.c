/* The shortest whole program: reads MNIST, trains the network for one epoch, evaluates it, asks it about one digit,
 * saves it.
 *
 *     quickstart [FOLDER]        FOLDER holds MNIST's four files, raw or .gz; default: data/mnist
 */
#include <digitnet/digitnet.h>
#include <digitnet/progress.h>
#include <stdio.h>
#include <string.h>

#define CHECK(call)                       \
    if ((status = (call)) != DIGITNET_OK) \
    goto out

/* Two convolutions with pooling, then two dense layers. Builders need no checks: compile returns the first error. */
static digitnet_status build(digitnet_model **model) {
    digitnet_status status = digitnet_model_create(model, 28, 28, 1);
    if (status)
        return status;
    digitnet_model_add_conv2d(*model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(*model, 2);
    digitnet_model_add_conv2d(*model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(*model, 2);
    digitnet_model_add_flatten(*model);
    digitnet_model_add_dense(*model, 128, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(*model, 10, DIGITNET_ACTIVATION_SOFTMAX);
    return digitnet_model_compile(*model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
}

int main(int argc, char **argv) {
    const char *folder = argc == 2 ? argv[1] : "data/mnist";
    digitnet_dataset *train = NULL, *test = NULL;
    digitnet_model *model = NULL;
    digitnet_metrics result = DIGITNET_INIT(digitnet_metrics);
    digitnet_status status;
    float image[28 * 28], scores[10];
    int32_t label;
    int digit = 0;

    if (argc > 2 || folder[0] == '-') {
        int help = argc == 2 && strcmp(folder, "--help") == 0;
        fprintf(help ? stdout : stderr, "usage: quickstart [FOLDER]\n");
        return help ? 0 : 2;
    }
    CHECK(digitnet_dataset_load_mnist(&train, &test, folder));
    CHECK(build(&model));
    CHECK(digitnet_model_fit(
        model, train,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 1,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr)))));
    CHECK(digitnet_model_evaluate(&result, model, test, NULL));
    CHECK(digitnet_dataset_read(image, 28 * 28, &label, 1, test, 0, 1));
    CHECK(digitnet_model_predict(scores, 10, model, image, 28 * 28));
    CHECK(digitnet_model_save(model, "quickstart.onnx"));
    for (int i = 1; i < 10; i++)
        digit = scores[i] > scores[digit] ? i : digit;
    printf("The first test digit is a %d; the network says %d (%.1f%%).\n", (int)label, digit, 100 * scores[digit]);
    printf("The model is in quickstart.onnx.\ntest accuracy %.4f\n", result.accuracy);
out:
    if (status)
        fprintf(stderr, "quickstart: %s: %s\n", digitnet_status_string(status), digitnet_last_error());
    if (status == DIGITNET_ENOTFOUND)
        fprintf(stderr, "examples/get-mnist.sh %s gets the data.\n", folder);
    digitnet_model_free(model);
    digitnet_dataset_free(test);
    digitnet_dataset_free(train);
    return status ? 1 : 0;
}
