#include "models.h"

#include "expect.h"

digitnet_model *begin_model(size_t height, size_t width, size_t channels) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, height, width, channels));
    return model;
}

digitnet_model_info info_of(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    return info;
}

digitnet_layer_info layer_at(const digitnet_model *model, size_t index) {
    digitnet_layer_info info = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(digitnet_model_describe_layer(&info, model, index));
    return info;
}

digitnet_tensor_info tensor_at(const digitnet_model *model, size_t index) {
    digitnet_tensor_info info = DIGITNET_INIT(digitnet_tensor_info);
    expect_ok(digitnet_model_describe_tensor(&info, model, index));
    return info;
}
