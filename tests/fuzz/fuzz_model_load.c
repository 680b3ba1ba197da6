/* Loads any bytes as a model, with the marks and without. What loads must predict, and be saved and loaded again with
 * the same bytes.
 *
 * With Clang, for a longer run by hand (saved models are good seeds):
 *     clang -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/fuzz_model_load.c libdigitnet.a -lz -lopenblas -lm
 * The unit test calls the same function with some thousand mutated files. */
#include <stdint.h>
#include <stdlib.h>

#include "digitnet/digitnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds) {
    if (!holds)
        abort();
}

static void predict_once(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    require(digitnet_model_describe(&info, model) == DIGITNET_OK);
    size_t values = info.height * info.width * info.channels;
    float *image = calloc(values, sizeof *image);
    float *scores = calloc(info.outputs, sizeof *scores);
    require(image && scores);
    require(digitnet_model_predict(scores, info.outputs, model, image, values) == DIGITNET_OK);
    free(image);
    free(scores);
}

static void save_and_load(const digitnet_model *model) {
    size_t size = 0, again = 0;
    require(digitnet_model_save_memory(NULL, 0, &size, model) == DIGITNET_ESHAPE);
    unsigned char *bytes = malloc(2 * size);
    digitnet_model *copy = NULL;
    require(bytes != NULL);
    require(digitnet_model_save_memory(bytes, size, NULL, model) == DIGITNET_OK);
    require(digitnet_model_load_memory(&copy, bytes, size) == DIGITNET_OK);
    require(digitnet_model_save_memory(bytes + size, size, &again, copy) == DIGITNET_OK);
    require(again == size);
    for (size_t i = 0; i < size; i++)
        require(bytes[i] == bytes[size + i]);
    digitnet_model_free(copy);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int32_t ignore_marks = 0; ignore_marks < 2; ignore_marks++) {
        digitnet_model_load_options options = {.struct_size = sizeof options,
                                               .max_parameters = 1000000,
                                               .max_activation_bytes = 4 << 20,
                                               .max_multiply_adds = 10000000,
                                               .ignore_marks = ignore_marks};
        digitnet_model *model = NULL;
        digitnet_status status = digitnet_model_load_memory_ex(&model, data, size, &options);
        require((status == DIGITNET_OK) == (model != NULL));
        if (model) {
            predict_once(model);
            save_and_load(model);
        }
        digitnet_model_free(model);
    }
    return 0;
}
