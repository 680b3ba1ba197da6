/* Loads any bytes as a model: as they are, as another tool's file, and with the checksum set right. What loads must
 * predict, and be saved and loaded again with the same bytes. */
#include "fuzz.h"
#include "model_file/metadata.h"

#include <stdlib.h>
#include <string.h>

/* Far above what the limits below allow, and far below what a file could ask for. */
const size_t memory_limit = (size_t)16 << 20;
const time_t time_limit = 1;

static const digitnet_model_load_options limits = {.struct_size = sizeof limits,
                                                   .max_parameters = 1 << 16,
                                                   .max_activation_bytes = 1 << 20,
                                                   .max_multiply_adds = 1 << 22};

static void predict_once(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    REQUIRE(digitnet_model_describe(&info, model) == DIGITNET_OK);
    size_t values = info.height * info.width * info.channels;
    float *image = calloc(values, sizeof *image);
    float *scores = calloc(info.outputs, sizeof *scores);
    REQUIRE(image != NULL && scores != NULL);
    digitnet_status status = digitnet_model_predict(scores, info.outputs, model, image, values);
    REQUIRE(status == DIGITNET_OK || status == DIGITNET_ENOTFINITE);
    free(image);
    free(scores);
}

static void save_and_load(const digitnet_model *model) {
    size_t size = 0, again = 0;
    REQUIRE(digitnet_model_save_memory(NULL, 0, &size, model) == DIGITNET_EBUFFER);
    unsigned char *bytes = malloc(2 * size);
    digitnet_model *copy = NULL;
    REQUIRE(bytes != NULL);
    REQUIRE(digitnet_model_save_memory(bytes, size, NULL, model) == DIGITNET_OK);
    REQUIRE(digitnet_model_load_memory(&copy, bytes, size) == DIGITNET_OK);
    REQUIRE(digitnet_model_save_memory(bytes + size, size, &again, copy) == DIGITNET_OK);
    REQUIRE(again == size);
    REQUIRE(memcmp(bytes, bytes + size, size) == 0);
    digitnet_model_free(copy);
    free(bytes);
}

static bool load(const uint8_t *data, size_t size, bool ignore_metadata) {
    digitnet_model_load_options options = limits;
    options.ignore_metadata = ignore_metadata;
    digitnet_model *model = NULL;
    digitnet_status status = digitnet_model_load_memory_ex(&model, data, size, &options);
    REQUIRE((status == DIGITNET_OK) == (model != NULL));
    if (model) {
        predict_once(model);
        save_and_load(model);
    }
    digitnet_model_free(model);
    return status == DIGITNET_OK;
}

/* Sets the checksum right where there seems to be one. */
static bool mend(uint8_t *file, size_t size) {
    static const char key[] = "digitnet.checksum";
    size_t before = strlen(key) + 2; /* the value's tag and length */
    for (size_t i = 0; i + before + 8 <= size; i++) {
        if (memcmp(file + i, key, strlen(key)) == 0) {
            digitnet__checksum_write(file, size, i + before);
            return true;
        }
    }
    return false;
}

void try_input(const uint8_t *data, size_t size) {
    if (load(data, size, false))
        return;
    load(data, size, true);
    uint8_t *mended = malloc(size);
    if (size > 0) {
        REQUIRE(mended != NULL);
        memcpy(mended, data, size);
    }
    if (mend(mended, size))
        load(mended, size, false);
    free(mended);
}
