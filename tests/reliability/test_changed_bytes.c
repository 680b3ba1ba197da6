/* A saved model of which one byte is changed, or the end is cut off, is refused; where its checksum is set right again
 * it does no harm. Changes each bit, to 0, to 255 and to the next number; with the argument "all", to every other
 * number. */
#include "fuzz/fuzz.h"
#include "onnx_bytes.h"

#include <stdlib.h>

static bool try_all;

static void expect_damage(const saved_bytes *file, size_t size, const char *what, size_t place, unsigned value) {
    digitnet_status status = try_load(file->data, size, 0);
    if (status != DIGITNET_EFORMAT)
        fail_msg("%s %zu, %u: %s", what, place, value, digitnet_status_string(status));
    /* The fuzzer's function sets the checksum right, has models predict, and watches the memory. */
    assert_int_equal(LLVMFuzzerTestOneInput(file->data, size), 0);
}

static void every_cut(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    for (size_t size = 0; size < file.size; size++)
        expect_damage(&file, size, "cut to", size, 0);
    expect_ok(try_load(file.data, file.size, 0));
    free(file.data);
}

/* Whether a byte is one of the changes that are always tried. */
static bool is_tried(unsigned char value, unsigned char original) {
    unsigned char bits = value ^ original;
    return bits != 0 && (try_all || (bits & (bits - 1)) == 0 || value == 0 || value == 0xff ||
                         value == (unsigned char)(original + 1));
}

static void every_changed_byte(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    for (size_t i = 0; i < file.size; i++) {
        unsigned char original = file.data[i];
        for (unsigned value = 0; value < 256; value++) {
            file.data[i] = (unsigned char)value;
            if (is_tried(file.data[i], original))
                expect_damage(&file, file.size, "byte", i, value);
        }
        file.data[i] = original;
    }
    expect_ok(try_load(file.data, file.size, 0));
    free(file.data);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut),
        cmocka_unit_test(every_changed_byte),
    };
    try_all = argc == 2 && strcmp(argv[1], "all") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
