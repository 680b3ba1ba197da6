// The C++ side of consumer.c: the headers' macros and declarations as C++ sees them.
#include "digitnet/digitnet.h"
#include "digitnet/progress.h"

#include <cstdio>
#include <vector>

static int count_events(const digitnet_event *, void *count) {
    ++*static_cast<int *>(count);
    return 0;
}

int main() {
    std::vector<float> images(4 * 16);
    std::vector<int32_t> labels{0, 1, 0, 1};
    std::vector<float> scores(4 * 2);
    images[0] = images[18] = 1.0f;
    digitnet_dataset *dataset = nullptr;
    digitnet_model *model = nullptr;
    int events = 0;

    bool ok = digitnet_dataset_create_f32(&dataset, images.data(), labels.data(), 4, 4, 4, 1) == DIGITNET_OK &&
              digitnet_model_create(&model, 4, 4, 1) == DIGITNET_OK;
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);

    auto compile_options = DIGITNET_INIT(digitnet_compile_options);
    compile_options.learning_rate = 0.01;
    auto callback = DIGITNET_INIT(digitnet_callback);
    callback.call = count_events;
    callback.user_data = &events;
    const digitnet_callback *const callbacks[] = {&callback};
    auto fit_options = DIGITNET_INIT(digitnet_fit_options);
    fit_options.callbacks = callbacks;
    fit_options.callback_count = 1;
    ok = ok &&
         digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                   &compile_options) == DIGITNET_OK &&
         digitnet_model_fit(model, dataset, &fit_options) == DIGITNET_OK && events > 0 &&
         digitnet_model_predict(scores.data(), scores.size(), model, images.data(), images.size()) == DIGITNET_OK;
    if (!ok)
        std::fprintf(stderr, "consumer.cpp: %s\n", digitnet_last_error());
    digitnet_model_free(model);
    digitnet_dataset_free(dataset);
    return ok ? 0 : 1;
}
