/* Models to build on, and what they say of themselves. */
#ifndef DIGITNET_TESTS_MODELS_H
#define DIGITNET_TESTS_MODELS_H

#include "digitnet/digitnet.h"

/* A model without layers. */
digitnet_model *begin_model(size_t height, size_t width, size_t channels);

digitnet_model_info info_of(const digitnet_model *model);
digitnet_layer_info layer_at(const digitnet_model *model, size_t index);
digitnet_tensor_info tensor_at(const digitnet_model *model, size_t index);

#endif
