/* Measures the reading of lines. `accuracy_lines DIGIT_MODEL LINE_MODEL [--error-rate R] SET...`, with - for a model
 * that is not used; a set is a name, `=`, and FOLDER/FILE.csv[,PREFIX]  rows of a picture's name and its digits, below
 * a heading; those whose names begin so IMAGES,LABELS             two IDX files, whose digits are put side by side to
 * lines of 2 to 8, of every second of which the digits touch */
#include "read_ink.h"

#include <digitnet/digitnet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_PATH = 512, MOST_DIGITS = 64, COMPOSED_LINES = 1000, LONGEST = 8, MOST_SIDE = 64, INK = 64 };
#define MAX_PIXELS ((size_t)1 << 26)

/* What was read of a set's lines. */
struct tally {
    size_t lines, whole, digits, wrong_digits, sure, sure_wrong;
    double seconds;
};

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    return -1;
}

/* How many digits must be changed, left out or put in to make one text of the other (Levenshtein 1966). */
static size_t edit_distance(const char *a, const char *b) {
    size_t row[MOST_DIGITS + 1], columns = strlen(b);
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < columns; j++) {
            size_t changed = diagonal + (a[i] != b[j]), shorter = row[j] < row[j + 1] ? row[j] : row[j + 1];
            diagonal = row[j + 1];
            row[j + 1] = changed < shorter + 1 ? changed : shorter + 1;
        }
    }
    return row[columns];
}

static void count(struct tally *tally, const digitnet_reading_line *line, const char *digits) {
    char text[MOST_DIGITS + 1];
    snprintf(text, sizeof text, "%s", line->text);
    int whole = strcmp(text, digits) == 0, sure = line->status == DIGITNET_READING_OK;
    tally->lines++;
    tally->whole += whole;
    tally->sure += sure;
    tally->sure_wrong += sure && !whole;
    tally->digits += strlen(digits);
    tally->wrong_digits += edit_distance(digits, text);
}

static int measure(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_image *image,
                   const digitnet_read_options *options, const char *digits) {
    digitnet_reading *reading;
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    clock_t start = clock();
    if (digitnet_reader_read_line(&reading, scratch, image, options) ||
        digitnet_reading_describe_line(&line, reading, 0))
        return failed("reading a line");
    tally->seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
    count(tally, &line, digits);
    digitnet_reading_free(reading);
    return 0;
}

/* ---- Lines in files ---- */

static int measure_file(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_read_options *options,
                        const char *path, const char *digits) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture picture;
    if (read_ink(&picture, path, MAX_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        return -1;
    }
    int code = measure(
        tally, scratch,
        DIGITNET_WITH(digitnet_image, .pixels = picture.pixels, .width = picture.width, .height = picture.height),
        options, digits);
    free(picture.pixels);
    return code;
}

static int measure_list(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_read_options *options,
                        char *list) {
    char row[MOST_PATH], path[2 * MOST_PATH], *prefix = strchr(list, ','), *slash = strrchr(list, '/');
    if (prefix)
        *prefix++ = '\0';
    FILE *file = fopen(list, "r");
    int code = 0;
    if (!file)
        return perror(list), -1;
    while (!code && fgets(row, sizeof row, file)) {
        char *digits = strchr(row, ',');
        if (!digits || (prefix && strncmp(row, prefix, strlen(prefix)) != 0))
            continue;
        *digits++ = '\0';
        digits[strspn(digits, "0123456789")] = '\0';
        snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - list) : 0, list, row);
        if (digits[0] && strlen(digits) <= MOST_DIGITS)
            code = measure_file(tally, scratch, options, path, digits);
    }
    fclose(file);
    return code;
}

/* ---- Lines of single digits ---- */

/* Random numbers that are the same everywhere (Steele, Lea and Flood 2014). */
static double next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

struct composed {
    uint8_t *pixels; /* ink: 0 paper to 255 */
    size_t width, height, used;
    size_t right[MOST_SIDE]; /* for each row of the last digit, the column behind its ink; 0: none */
};

/* How far to the right of column 0 a digit must go so that it stands behind the last one in each row. */
static double touching_column(const struct composed *line, const uint8_t *digit, size_t height, size_t width) {
    double column = -(double)width;
    for (size_t row = 0; row < height; row++) {
        size_t left = 0;
        while (left < width && digit[row * width + left] < INK)
            left++;
        /* One row up or down counts too: strokes touch over corners. */
        for (size_t near = row > 0 ? row - 1 : 0; left < width && near <= row + 1 && near < height; near++)
            if (line->right[near] > 0)
                column = fmax(column, (double)line->right[near] - (double)left);
    }
    return column;
}

static void append_digit(struct composed *line, const uint8_t *digit, size_t height, size_t width, double gap) {
    double column = line->used ? touching_column(line, digit, height, width) + gap : 0.0;
    size_t left = column > 0.0 ? (size_t)column : 0, top = (line->height - height) / 2;
    for (size_t row = 0; row < height; row++) {
        line->right[row] = 0;
        for (size_t x = 0; x < width && left + x < line->width; x++) {
            uint8_t *pixel = &line->pixels[(top + row) * line->width + left + x], ink = digit[row * width + x];
            *pixel = ink > *pixel ? ink : *pixel;
            line->right[row] = ink >= INK ? left + x + 1 : line->right[row];
        }
    }
    line->used = left + width > line->used ? left + width : line->used;
}

/* Light paper, with margins. */
static int measure_composed(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_read_options *options,
                            struct composed *line, const char *digits) {
    for (size_t i = 0; i < line->width * line->height; i++)
        line->pixels[i] = (uint8_t)(235 - line->pixels[i] * 4 / 5);
    return measure(tally, scratch,
                   DIGITNET_WITH(digitnet_image, .pixels = line->pixels, .width = line->used + line->height / 4,
                                 .height = line->height, .stride = line->width),
                   options, digits);
}

static int compose_lines(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_read_options *options,
                         const digitnet_dataset *digits, const digitnet_dataset_info *info) {
    uint64_t state = 14;
    size_t side = info->width > info->height ? info->width : info->height;
    float *image = malloc(info->width * info->height * sizeof *image);
    uint8_t *bytes = malloc(info->width * info->height);
    struct composed line = {.width = (LONGEST + 2) * 2 * side, .height = 2 * side};
    line.pixels = malloc(line.width * line.height);
    int code = image && bytes && line.pixels && side <= MOST_SIDE ? 0 : -1;
    for (size_t i = 0; i < COMPOSED_LINES && !code; i++) {
        char text[LONGEST + 1] = "";
        size_t length = 2 + (size_t)(next_random(&state) * (LONGEST - 1));
        memset(line.pixels, 0, line.width * line.height);
        line.used = 0;
        for (size_t k = 0; k < length && !code; k++) {
            int32_t label = 0;
            size_t index = (size_t)(next_random(&state) * (double)info->count);
            double gap = i % 2 ? -1.0 * next_random(&state) : (0.05 + 0.3 * next_random(&state)) * (double)side;
            if (digitnet_dataset_read(image, info->width * info->height, &label, 1, digits, index, 1))
                code = failed("reading digits");
            for (size_t p = 0; p < info->width * info->height && !code; p++)
                bytes[p] = (uint8_t)(255 * image[p] + 0.5f);
            append_digit(&line, bytes, info->height, info->width, gap);
            text[k] = (char)('0' + label);
        }
        if (!code)
            code = measure_composed(tally, scratch, options, &line, text);
    }
    free(line.pixels);
    free(bytes);
    free(image);
    return code;
}

static int measure_idx(struct tally *tally, digitnet_reader_scratch *scratch, const digitnet_read_options *options,
                       char *files) {
    char *labels = strchr(files, ',');
    digitnet_dataset *digits;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    *labels++ = '\0';
    if (digitnet_dataset_load_idx(&digits, files, labels) || digitnet_dataset_describe(&info, digits))
        return failed(files);
    int code = compose_lines(tally, scratch, options, digits, &info);
    digitnet_dataset_free(digits);
    return code;
}

/* ---- The program ---- */

static int measure_set(digitnet_reader_scratch *scratch, const digitnet_read_options *options, char *set) {
    struct tally tally = {0};
    char *place = strchr(set, '=');
    if (!place) {
        fprintf(stderr, "%s: a set is NAME=PLACE\n", set);
        return -1;
    }
    *place++ = '\0';
    int is_list = strstr(place, ".csv") != NULL;
    if (!is_list && !strchr(place, ',')) {
        fprintf(stderr, "%s: neither a list nor two files\n", place);
        return -1;
    }
    int code = is_list ? measure_list(&tally, scratch, options, place) : measure_idx(&tally, scratch, options, place);
    if (code || tally.lines == 0)
        return -1;
    double lines = (double)tally.lines, digits = (double)tally.digits, sure = (double)tally.sure;
    printf("| %s, %zu: whole | %.2f%% |\n", set, tally.lines, 100.0 * (double)tally.whole / lines);
    printf("| %s: digits | %.2f%% |\n", set, 100.0 - 100.0 * (double)tally.wrong_digits / digits);
    printf("| %s: sure, of these wrong | %.2f%%, %.2f%% |\n", set, 100.0 * sure / lines,
           sure > 0 ? 100.0 * (double)tally.sure_wrong / sure : 0.0);
    printf("| %s: time a line | %.2f ms |\n", set, 1000.0 * tally.seconds / lines);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv) {
    digitnet_read_options options = DIGITNET_INIT(digitnet_read_options);
    digitnet_reader *reader = NULL;
    digitnet_reader_scratch *scratch = NULL;
    int next = 3, code = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: accuracy_lines DIGIT_MODEL LINE_MODEL [--error-rate R] NAME=PLACE...\n");
        return 2;
    }
    if (strcmp(argv[next], "--error-rate") == 0 && argc > next + 1) {
        options.error_rate = strtod(argv[next + 1], NULL);
        next += 2;
    }
    if (digitnet_reader_load(&reader, strcmp(argv[1], "-") ? argv[1] : NULL, strcmp(argv[2], "-") ? argv[2] : NULL) ||
        digitnet_reader_scratch_create(&scratch, reader))
        return failed("loading the models"), 1;
    for (; next < argc; next++)
        code |= measure_set(scratch, &options, argv[next]);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    return code ? 1 : 0;
}
