#include "onnx_bytes.h"

#include "model_file/metadata.h"
#include "onnx_models.h"

#include <stdlib.h>

saved_bytes save_model(const digitnet_model *model) {
    saved_bytes file = {NULL, 0};
    expect_failure(digitnet_model_save_memory(NULL, 0, &file.size, model), DIGITNET_EBUFFER, "capacity is 0");
    file.data = must_allocate(file.size);
    expect_ok(digitnet_model_save_memory(file.data, file.size, NULL, model));
    return file;
}

saved_bytes save_sample(const char *name) {
    digitnet_model *model = onnx_sample_create(name, 1);
    assert_non_null(model);
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    return file;
}

digitnet_model *load_model(const saved_bytes *file, int32_t ignore_metadata) {
    digitnet_model *model = NULL;
    expect_ok(
        digitnet_model_load_memory_ex(&model, file->data, file->size,
                                      DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = ignore_metadata)));
    return model;
}

void assert_same_bytes(const saved_bytes *a, const saved_bytes *b) {
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
}

digitnet_status try_load(const void *data, size_t size, int32_t ignore_metadata) {
    unsigned char *own = malloc(size);
    assert_non_null(own);
    memcpy(own, data, size);
    digitnet_model *model = (digitnet_model *)own;
    digitnet_status status = recorded(digitnet_model_load_memory_ex(
        &model, own, size, DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = ignore_metadata)));
    assert_true((status == DIGITNET_OK) == (model != NULL));
    digitnet_model_free(model);
    free(own);
    return status;
}

unsigned char *find_bytes(const saved_bytes *file, const char *piece, size_t size) {
    for (size_t i = 0; i + size <= file->size; i++)
        if (memcmp(file->data + i, piece, size) == 0)
            return file->data + i;
    fail_msg("'%s' is not in the file", piece);
    return NULL;
}

unsigned char *find(const saved_bytes *file, const char *text) {
    return find_bytes(file, text, strlen(text));
}

void mend(const saved_bytes *file) {
    static const char key[] = "digitnet.checksum";
    unsigned char *digits = find(file, key) + strlen(key) + 2;
    memcpy(digits, "00000000", 8);
    digitnet__checksum_write(file->data, file->size, (size_t)(digits - file->data));
}
