/* One training step and one prediction of MNIST's network, always the same, on one thread with the built-in kernels of
 * the baseline instruction set: tests/checks/check_instructions.sh counts their instructions. */

#include "bench.h"
#include "bench_network.h"
#include "model/model.h"

enum { BATCH = 32, PIXELS = 28 * 28, CLASSES = 10 };

static const digitnet__kernels *baseline_kernels(void) {
    size_t index = 0;
    while (digitnet__kernels_at(index + 1))
        index++;
    return digitnet__kernels_at(index);
}

static void train_one_step(digitnet_model *model, const digitnet_dataset *digits) {
    bench_check(
        digitnet_model_fit(model, digits, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .threads = 1)),
        "digitnet_model_fit");
}

static void predict_one_image(const digitnet_model *model, const digitnet_dataset *digits) {
    float image[PIXELS], scores[CLASSES];
    digitnet_session *session = NULL;
    bench_check(digitnet_dataset_read(image, PIXELS, NULL, 0, digits, 0, 1), "digitnet_dataset_read");
    bench_check(digitnet_session_create(&session, model, NULL), "digitnet_session_create");
    bench_check(digitnet_session_run(scores, CLASSES, session, image, PIXELS), "digitnet_session_run");
    digitnet_session_free(session);
}

int main(void) {
    bench_shape shape = {28, 28, 1};
    digitnet_dataset *digits = bench_digits(NULL, BATCH, shape);
    digitnet_model *model = bench_network_build(shape, 1, 1);
    model->network.kernels = baseline_kernels();
    bench_network_compile(model);
    train_one_step(model, digits);
    predict_one_image(model, digits);
    digitnet_model_free(model);
    digitnet_dataset_free(digits);
    return 0;
}
