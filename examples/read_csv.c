/* CSV files: a label and the values of an image in each row. */
#include "image_array.h"
#include "readers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_LABEL = 65535, LARGEST_VALUE = 255 };

struct csv {
    const char *path;
    FILE *file;
    size_t row; /* the file's, from 1 */
    int next;   /* the character that comes next, or EOF */
};

static void advance(struct csv *csv) {
    csv->next = getc_unlocked(csv->file);
}

static void skip_spaces(struct csv *csv) {
    while (csv->next == ' ' || csv->next == '\t' || csv->next == '\r')
        advance(csv);
}

static int is_digit(const struct csv *csv) {
    return csv->next >= '0' && csv->next <= '9';
}

static int at_end_of_row(const struct csv *csv) {
    return csv->next == '\n' || csv->next == EOF;
}

/* The number that comes next, and the comma or the end behind it; -1 where there is none up to `most`. */
static long read_number(struct csv *csv, long most) {
    long number = -1;
    skip_spaces(csv);
    for (; is_digit(csv) && number <= most; advance(csv))
        number = (number < 0 ? 0 : 10 * number) + (csv->next - '0');
    skip_spaces(csv);
    return number > most || (csv->next != ',' && !at_end_of_row(csv)) ? -1 : number;
}

static digitnet_status read_row(struct image_array *array, struct csv *csv) {
    size_t values = array->height * array->width * array->channels;
    uint8_t *image = NULL;
    long label = read_number(csv, LARGEST_LABEL);
    if (label < 0)
        return refuse(DIGITNET_EFORMAT, "%s, row %zu: the label is no whole number from 0 to %d", csv->path, csv->row,
                      LARGEST_LABEL);
    digitnet_status status = image_array_add(array, &image, (int32_t)label);
    if (status)
        return status;
    for (size_t i = 0; i < values; i++) {
        if (at_end_of_row(csv))
            return refuse(DIGITNET_EFORMAT, "%s, row %zu: %zu values behind the label, not %zu for %zu x %zu x %zu",
                          csv->path, csv->row, i, values, array->height, array->width, array->channels);
        advance(csv); /* the comma */
        long value = read_number(csv, LARGEST_VALUE);
        if (value < 0)
            return refuse(DIGITNET_EFORMAT, "%s, row %zu: value %zu of %zu is no whole number from 0 to %d", csv->path,
                          csv->row, i + 1, values, LARGEST_VALUE);
        image[i] = (uint8_t)value;
    }
    if (!at_end_of_row(csv))
        return refuse(DIGITNET_EFORMAT, "%s, row %zu: more than %zu values behind the label, for %zu x %zu x %zu",
                      csv->path, csv->row, values, array->height, array->width, array->channels);
    return DIGITNET_OK;
}

/* The byte order mark that some programs begin a file with. */
static void skip_mark(struct csv *csv) {
    static const int mark[] = {0xef, 0xbb, 0xbf};
    for (size_t i = 0; i < 3 && csv->next == mark[i]; i++)
        advance(csv);
}

static void skip_header(struct csv *csv) {
    skip_spaces(csv);
    if (is_digit(csv))
        return;
    while (!at_end_of_row(csv))
        advance(csv);
}

static digitnet_status read_rows(struct image_array *array, struct csv *csv) {
    digitnet_status status = DIGITNET_OK;
    advance(csv);
    skip_mark(csv);
    skip_header(csv);
    while (!status && csv->next != EOF) {
        skip_spaces(csv);
        if (csv->next == '\n') {
            csv->row++;
            advance(csv);
        } else if (csv->next != EOF) {
            status = read_row(array, csv);
        }
    }
    if (!status && ferror(csv->file))
        return refuse(DIGITNET_EIO, "%s: %s", csv->path, strerror(errno));
    if (!status && array->count == 0)
        return refuse(DIGITNET_EFORMAT, "%s has no rows of images", csv->path);
    return status;
}

digitnet_status load_csv(digitnet_dataset **out, const char *path, size_t height, size_t width, size_t channels) {
    struct csv csv = {.path = path, .row = 1};
    struct image_array *array = NULL;
    *out = NULL;
    digitnet_status status = image_array_create(&array, height, width, channels);
    if (status)
        return status;
    csv.file = fopen(path, "rb");
    status = csv.file ? read_rows(array, &csv) : refuse_path(path);
    if (csv.file)
        fclose(csv.file);
    return image_array_finish(out, array, status);
}
