/* The examples' readers of data sets: folders of pictures, CSV files, CIFAR's binary files, and damaged ones. */
#include "../../../examples/readers.h"
#include "../../../examples/resize.h"
#include "expect.h"
#include "folder.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* ---- Sizes ---- */

static void expect_resized(const uint8_t *from, size_t height, size_t width, size_t channels, const uint8_t *expected,
                           size_t new_height, size_t new_width) {
    uint8_t pixels[64];
    struct picture picture = {
        .width = width, .height = height, .channels = channels, .pixels = (uint8_t *)(uintptr_t)from};
    assert_int_equal(resize_picture(pixels, new_height, new_width, &picture), 0);
    for (size_t i = 0; i < new_height * new_width * channels; i++)
        if (pixels[i] != expected[i])
            fail_msg("value %zu is %d, not %d", i, pixels[i], expected[i]);
}

/* By hand: of 3 columns, 2 have one and a half each; between 0 and 100, centres at 1/4 and 3/4 of a pixel. */
static void sizes_change_by_area_and_by_interpolation(void **state) {
    (void)state;
    expect_resized((const uint8_t[]){10, 20, 30, 40}, 2, 2, 1, (const uint8_t[]){25}, 1, 1);
    expect_resized((const uint8_t[]){30, 60, 120}, 1, 3, 1, (const uint8_t[]){40, 100}, 1, 2);
    expect_resized((const uint8_t[]){0, 100}, 1, 2, 1, (const uint8_t[]){0, 25, 75, 100}, 1, 4);
    expect_resized((const uint8_t[]){0, 100}, 2, 1, 1, (const uint8_t[]){0, 0, 25, 25, 75, 75, 100, 100}, 4, 2);
    expect_resized((const uint8_t[]){7, 8, 9}, 1, 1, 3, (const uint8_t[]){7, 8, 9, 7, 8, 9}, 2, 1);
    expect_resized((const uint8_t[]){1, 2, 3, 3, 4, 5}, 1, 2, 3, (const uint8_t[]){2, 3, 4}, 1, 1);
    expect_resized((const uint8_t[]){255, 254, 253, 1}, 2, 2, 1, (const uint8_t[]){255, 254, 253, 1}, 2, 2);
}

/* ---- Folders of pictures ---- */

/* Each pixel of one colour. */
static void put_picture(const char *path, uint8_t red, uint8_t green, uint8_t blue) {
    uint8_t pixels[3 * 6 * 5];
    for (size_t i = 0; i < sizeof pixels; i += 3) {
        pixels[i] = red;
        pixels[i + 1] = green;
        pixels[i + 2] = blue;
    }
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 6, .height = 5, .format = PNG_FORMAT_RGB};
    assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, NULL));
}

static void put_folder(void) {
    assert_int_equal(mkdir("data", 0777), 0);
    assert_int_equal(mkdir("data/pears", 0777), 0);
    assert_int_equal(mkdir("data/apples", 0777), 0);
    put_picture("data/pears/b.png", 0, 255, 0);
    put_picture("data/pears/a.PNG", 51, 102, 204);
    write_file("data/apples/c.pgm", "P2 1 2 255 0 255", 16);
    put("data/apples/notes.txt", "no picture");
    put("data/apples/.hidden.png", "no picture");
    put("data/readme", "no folder");
}

static void expect_images(const digitnet_dataset *dataset, const float *expected, const int32_t *expected_labels,
                          size_t count, size_t values) {
    float images[64];
    int32_t labels[8];
    assert_int_equal(digitnet_dataset_count(dataset), count);
    expect_ok(digitnet_dataset_read(images, 64, labels, 8, dataset, 0, count));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(labels[i], expected_labels[i]);
    for (size_t i = 0; i < count * values; i++)
        if (images[i] != expected[i])
            fail_msg("value %zu is %g, not %g", i, (double)images[i], (double)expected[i]);
}

static void folders_are_read_and_streamed(void **state) {
    (void)state;
    const float colours[] = {0, 0, 0, 1, 1, 1, 0.2f, 0.4f, 0.8f, 0.2f, 0.4f, 0.8f, 0, 1, 0, 0, 1, 0};
    const int32_t labels[] = {0, 1, 1};
    struct picture_folder folder = {.height = 2, .width = 1, .channels = 3, .max_pixels = 1000};
    digitnet_dataset *dataset = NULL;
    put_folder();
    expect_ok(list_pictures(&folder, "data"));
    assert_int_equal(folder.class_count, 2);
    assert_string_equal(folder.classes[0], "apples");
    assert_string_equal(folder.classes[1], "pears");
    assert_int_equal(folder.count, 3);
    assert_int_equal(folder.ignored, 2);
    assert_string_equal(folder.first_ignored, "data/apples/notes.txt");
    assert_string_equal(folder.paths[0], "data/apples/c.pgm");
    assert_string_equal(folder.paths[1], "data/pears/a.PNG");
    expect_ok(load_pictures(&dataset, &folder));
    expect_images(dataset, colours, labels, 3, 6);
    digitnet_dataset_free(dataset);
    expect_ok(open_pictures(&dataset, &folder));
    expect_images(dataset, colours, labels, 3, 6);

    put("data/pears/b.png", "no picture any more");
    float image[6];
    expect_passed_on(digitnet_dataset_read(image, 6, NULL, 0, dataset, 2, 1), DIGITNET_EFORMAT,
                     "data/pears/b.png: neither PNG");
    digitnet_dataset_free(dataset);
    expect_failure(load_pictures(&dataset, &folder), DIGITNET_EFORMAT, "data/pears/b.png: neither PNG");
    assert_null(dataset);
    folder.max_pixels = 29;
    expect_failure(load_pictures(&dataset, &folder), DIGITNET_EFORMAT, "data/pears/a.PNG: the picture has 6 x 5");
    free_pictures(&folder);
}

static void single_pictures_are_read(void **state) {
    (void)state;
    const struct picture_folder form = {.height = 1, .width = 2, .channels = 3};
    uint8_t pixels[6];
    put_picture("new.png", 51, 102, 204);
    expect_ok(read_picture(pixels, &form, "new.png"));
    assert_memory_equal(pixels, ((const uint8_t[]){51, 102, 204, 51, 102, 204}), 6);
    expect_failure(read_picture(pixels, &form, "missing.png"), DIGITNET_EFORMAT, "missing.png: No such file");
}

static char *left_out[5];
static size_t left_out_count;

static void note_left_out(const char *reason) {
    assert_true(left_out_count < 5);
    left_out[left_out_count++] = strdup(reason);
}

static void damaged_pictures_are_left_out_where_that_is_asked_for(void **state) {
    (void)state;
    const float colours[] = {0, 0, 0, 1, 1, 1, 0.2f, 0.4f, 0.8f, 0.2f, 0.4f, 0.8f};
    struct picture_folder folder = {.height = 2, .width = 1, .channels = 3, .leave_out = note_left_out};
    digitnet_dataset *dataset = NULL;
    put_folder();
    put("data/pears/b.png", "no picture any more");
    assert_int_equal(symlink("nowhere.png", "data/pears/c.png"), 0);
    expect_ok(list_pictures(&folder, "data"));
    expect_ok(load_pictures(&dataset, &folder));
    expect_images(dataset, colours, (const int32_t[]){0, 1}, 2, 6);
    assert_int_equal(folder.count, 2);
    assert_string_equal(folder.paths[1], "data/pears/a.PNG");
    assert_int_equal(folder.labels[1], 1);
    digitnet_dataset_free(dataset);
    put("data/pears/a.PNG", "");
    put("data/apples/c.pgm", "");
    expect_failure(load_pictures(&dataset, &folder), DIGITNET_EFORMAT, "no picture can be read");
    assert_null(dataset);
    assert_int_equal(left_out_count, 4);
    assert_string_equal(left_out[0], "data/pears/b.png: neither PNG nor JPEG nor PGM");
    assert_string_equal(left_out[1], "data/pears/c.png: No such file or directory");
    assert_string_equal(left_out[2], "data/apples/c.pgm: the file is empty");
    for (size_t i = 0; i < left_out_count; i++)
        free(left_out[i]);
    free_pictures(&folder);
}

static void folders_that_are_none_are_refused(void **state) {
    (void)state;
    struct picture_folder folder = {.height = 2, .width = 1, .channels = 1, .max_pixels = 1000};
    expect_failure(list_pictures(&folder, "nowhere"), DIGITNET_ENOTFOUND, "nowhere: ");
    put("file", "");
    expect_failure(list_pictures(&folder, "file"), DIGITNET_EIO, "file: ");
    assert_int_equal(mkdir("data", 0777), 0);
    expect_failure(list_pictures(&folder, "data"), DIGITNET_ENOTFOUND, "data holds no sub-folder");
    assert_int_equal(mkdir("data/empty", 0777), 0);
    expect_failure(list_pictures(&folder, "data"), DIGITNET_ENOTFOUND, "data/empty holds no .png");
}

/* ---- CSV ---- */

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static void csv_of_all_habits(void **state) {
    (void)state;
    static const char *const files[] = {
        "label,a,b\n7,0,255\n65535,51,102\n",
        "7,0,255\n65535,51,102",
        BYTE_ORDER_MARK "7,0,255\r\n65535,51,102\r\n",
        "  \"label\";x\n\n 7 , 0 ,\t255\n\n65535,51,102\n\n",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        digitnet_dataset *dataset = NULL;
        put("rows.csv", files[i]);
        expect_ok(load_csv(&dataset, "rows.csv", 1, 2, 1));
        expect_images(dataset, (const float[]){0, 1, 0.2f, 0.4f}, (const int32_t[]){7, 65535}, 2, 2);
        digitnet_dataset_free(dataset);
    }
}

static void damaged_csv_is_refused_by_row(void **state) {
    (void)state;
    static const struct {
        const char *text, *part;
    } files[] = {
        {"", "rows.csv has no rows"},
        {"label,a,b\n", "rows.csv has no rows"},
        {"1,2,3\nx,2,3\n", "rows.csv, row 2: the label"},
        {"label,a,b\n-1,2,3\n", "row 2: the label"},
        {"65536,2,3\n", "row 1: the label is no whole number from 0 to 65535"},
        {"99999999999999999999999999,2,3\n", "row 1: the label"},
        {"1,2,3\n\n\n1,2\n", "row 4: 1 values behind the label, not 2 for 1 x 2 x 1"},
        {"1\n", "row 1: 0 values"},
        {"1,2,3,4\n", "row 1: more than 2 values"},
        {"1,2,3,\n", "row 1: more than 2 values"},
        {"1,2,256\n", "row 1: value 2 of 2 is no whole number from 0 to 255"},
        {"1,,3\n", "row 1: value 1 of 2"},
        {"1,0.5,3\n", "row 1: value 1 of 2"},
        {"1;2;3\n", "row 1: the label"},
        {"1,2 3,4\n", "row 1: value 1 of 2"},
    };
    digitnet_dataset *dataset = NULL;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        put("rows.csv", files[i].text);
        expect_failure(load_csv(&dataset, "rows.csv", 1, 2, 1), DIGITNET_EFORMAT, files[i].part);
        assert_null(dataset);
    }
    write_file("rows.csv", "1,2\0,3\n", 7);
    expect_failure(load_csv(&dataset, "rows.csv", 1, 2, 1), DIGITNET_EFORMAT, "row 1: value 1 of 2");
    expect_failure(load_csv(&dataset, "missing.csv", 1, 2, 1), DIGITNET_ENOTFOUND, "missing.csv: ");
    expect_failure(load_csv(&dataset, ".", 1, 2, 1), DIGITNET_EIO, ".: ");
    expect_failure(load_csv(&dataset, "rows.csv", 0, 2, 1), DIGITNET_EINVAL, "0 x 2 x 1");
    expect_failure(load_csv(&dataset, "rows.csv", SIZE_MAX, 2, 1), DIGITNET_EINVAL, "x 2 x 1");
}

/* ---- CIFAR ---- */

enum { PIXELS = 32 * 32, RECORD = 1 + 3 * PIXELS };

/* Files of `count` images each, whose red is the label, whose green is the row and whose blue is the column. */
static void put_cifar(const char *path, size_t labels, uint8_t first, size_t count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t n = 0; n < count; n++) {
        uint8_t label = (uint8_t)(first + n), coarse = 3;
        if (labels == 2)
            fwrite(&coarse, 1, 1, file);
        fwrite(&label, 1, 1, file);
        for (size_t i = 0; i < 3 * PIXELS; i++) {
            size_t pixel = i % PIXELS;
            uint8_t value = (uint8_t)(i < PIXELS ? label : i < 2 * PIXELS ? pixel / 32 : pixel % 32);
            fwrite(&value, 1, 1, file);
        }
    }
    assert_int_equal(fclose(file), 0);
}

static void expect_cifar(const digitnet_dataset *dataset, size_t count, int32_t last) {
    static float image[3 * PIXELS];
    int32_t label;
    assert_int_equal(digitnet_dataset_count(dataset), count);
    expect_ok(digitnet_dataset_read(image, 3 * PIXELS, &label, 1, dataset, count - 1, 1));
    assert_int_equal(label, last);
    for (size_t i = 0; i < PIXELS; i++) {
        assert_float_equal(image[3 * i], (float)last / 255, 1e-6);
        assert_float_equal(image[3 * i + 1], (float)(i / 32) / 255, 1e-6);
        assert_float_equal(image[3 * i + 2], (float)(i % 32) / 255, 1e-6);
    }
}

static void cifar_of_both_kinds(void **state) {
    (void)state;
    digitnet_dataset *train = NULL, *test = NULL;
    for (uint8_t i = 1; i <= 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", i);
        put_cifar(name, 1, i, 2);
    }
    put_cifar("test_batch.bin", 1, 9, 1);
    expect_ok(load_cifar10(&train, &test, "."));
    expect_cifar(train, 10, 6);
    expect_cifar(test, 1, 9);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);

    put_cifar("train.bin", 2, 97, 3);
    put_cifar("test.bin", 2, 50, 1);
    expect_ok(load_cifar100(&train, &test, "."));
    expect_cifar(train, 3, 99);
    expect_cifar(test, 1, 50);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    expect_ok(load_cifar100(NULL, &test, "."));
    digitnet_dataset_free(test);
}

static void damaged_cifar_is_refused_by_record(void **state) {
    (void)state;
    static uint8_t bytes[2 * RECORD];
    digitnet_dataset *train = NULL, *test = NULL;
    expect_failure(load_cifar10(NULL, &test, "."), DIGITNET_ENOTFOUND, "./test_batch.bin: ");
    write_file("test_batch.bin", bytes, 0);
    expect_failure(load_cifar10(NULL, &test, "."), DIGITNET_EFORMAT, "test_batch.bin, record 1: 0 bytes, not 3073");
    write_file("test_batch.bin", bytes, 2 * RECORD - 1);
    expect_failure(load_cifar10(NULL, &test, "."), DIGITNET_EFORMAT, "test_batch.bin, record 2: 3072 bytes");
    bytes[RECORD] = 10;
    write_file("test_batch.bin", bytes, sizeof bytes);
    expect_failure(load_cifar10(NULL, &test, "."), DIGITNET_EFORMAT, "record 2: the label is 10, not 0 to 9");
    put_cifar("train.bin", 2, 0, 1);
    expect_failure(load_cifar100(&train, &test, "."), DIGITNET_ENOTFOUND, "test.bin: ");
    assert_null(train);
    assert_null(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_change_by_area_and_by_interpolation),
        in_folder(folders_are_read_and_streamed),
        in_folder(single_pictures_are_read),
        in_folder(damaged_pictures_are_left_out_where_that_is_asked_for),
        in_folder(folders_that_are_none_are_refused),
        in_folder(csv_of_all_habits),
        in_folder(damaged_csv_is_refused_by_row),
        in_folder(cifar_of_both_kinds),
        in_folder(damaged_cifar_is_refused_by_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
