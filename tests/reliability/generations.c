#include "generations.h"

#include "support.h"

enum { SIDE = 28, CLASSES = 10, PARAMETERS = (SIDE * SIDE + 1) * CLASSES };

digitnet_model *make_numbered_model(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    return model;
}

digitnet_status number_model(digitnet_model *model, size_t number) {
    static float weights[PARAMETERS];
    for (size_t i = 0; i < PARAMETERS; ++i)
        weights[i] = (float)number;
    return digitnet_model_set_weights(model, NULL, weights, PARAMETERS);
}

digitnet_status load_number(size_t *number, const char *path) {
    static float weights[PARAMETERS];
    digitnet_model *model;
    digitnet_status status = digitnet_model_load(&model, path);
    if (status != DIGITNET_OK)
        return status;
    status = digitnet_model_get_weights(weights, PARAMETERS, model, NULL);
    digitnet_model_free(model);
    for (size_t i = 1; i < PARAMETERS && status == DIGITNET_OK; ++i)
        if (weights[i] != weights[0])
            status = DIGITNET_EFORMAT;
    *number = (size_t)weights[0];
    return status;
}

size_t read_number(const char *path) {
    size_t number = 0;
    expect_ok(load_number(&number, path));
    return number;
}
