/* Files that are given in the place of an ONNX file are called by their names, and ONNX files never are. */
#include "model_file/file_kind.h"
#include "onnx_bytes.h"

#include <stdlib.h>

typedef struct other_file {
    const char *bytes;
    size_t size;
    const char *message;
} other_file;

#define OTHER(bytes, kind) \
    { bytes, sizeof(bytes) - 1, "not an ONNX file: it is " kind }

static void other_files_are_called_by_their_names(void **state) {
    (void)state;
    static const other_file files[] = {
        OTHER("", "empty"),
        OTHER("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 44\n", "a Git LFS pointer"),
        OTHER("\x1f\x8b\x08\0\0\0\0\0\0\3", "a gzip file"),
        OTHER("PK\3\4\0\0\x08\x08", "a zip file"),
        OTHER("\x89HDF\r\n\x1a\n\0\0", "an HDF5 file"),
        OTHER("\x1c\0\0\0TFL3\x14\0\x20\0", "a TensorFlow Lite file"),
        OTHER("\x20\0\0\0TFL3\x14\0\x20\0", "a TensorFlow Lite file"),
        OTHER("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        OTHER("\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        OTHER("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", "a pickle file"),
        OTHER("\x80\3}q\0.", "a pickle file"),
        OTHER("\x80\4\x95\2\0\0\0\0\0\0\0}.", "a pickle file"),
        OTHER("\x80\5\x95\2\0\0\0\0\0\0\0}.", "a pickle file"),
        OTHER("GGUF\3\0\0\0", "a GGUF file"),
        OTHER("\x40\0\0\0\0\0\0\0{\"weight\":{\"dtype\":\"F32\"", "a safetensors file"),
        OTHER("\x08\1\0\0\0\0\0\0{\"weight\":{\"dtype\":\"F32\"", "a safetensors file"), /* as an ir_version begins */
        OTHER("<!DOCTYPE html>\n<html>", "an HTML page"),
        OTHER("\xef\xbb\xbf\r\n\t <!doctype HTML>", "an HTML page"),
        OTHER("<HTML lang=en>", "an HTML page"),
        OTHER("{\"format\": \"layers-model\"}", "JSON text"),
        OTHER("\n{\n  \"irVersion\": \"8\"}", "JSON text"),
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (int32_t ignore_metadata = 0; ignore_metadata < 2; ignore_metadata++)
            expect_failure(try_load(files[i].bytes, files[i].size, ignore_metadata), DIGITNET_EFORMAT,
                           files[i].message);
    }
}

static void what_is_not_known_has_no_name(void **state) {
    (void)state;
    static const char *const texts[] = {
        "<",         "<!doctype", "<?xml version='1.0'?>", "{", "{ }", "{x", "  ", "PK", "TFL3", "\x80",
        "version 2", "\xef\xbb",  "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(digitnet__file_kind((const unsigned char *)texts[i], strlen(texts[i])));
        expect_failure(try_load(texts[i], strlen(texts[i]), 0), DIGITNET_EFORMAT, "not an ONNX file: ");
    }
}

static void a_file_that_breaks_off_is_an_onnx_file(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    expect_failure(try_load(file.data, file.size / 2, 0), DIGITNET_EFORMAT, "byte ");
    assert_null(strstr(digitnet_last_error(), "not an ONNX file"));
    free(file.data);
}

/* Fields may stand in any order, and one that is not known may look like the beginning of another kind of file. */
static void an_onnx_file_may_begin_like_another(void **state) {
    (void)state;
    static const char field_32[] = {'\x80', '\2', '\0'};
    saved_bytes file = save_sample("tiny");
    unsigned char *longer = must_allocate(sizeof field_32 + file.size);
    memcpy(longer, field_32, sizeof field_32);
    memcpy(longer + sizeof field_32, file.data, file.size);
    assert_non_null(digitnet__file_kind(longer, file.size));
    expect_ok(try_load(longer, sizeof field_32 + file.size, 1));
    free(longer);
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_files_are_called_by_their_names),
        cmocka_unit_test(what_is_not_known_has_no_name),
        cmocka_unit_test(a_file_that_breaks_off_is_an_onnx_file),
        cmocka_unit_test(an_onnx_file_may_begin_like_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
