/* Measures a network of single digits on pictures: how many it reads right, and how sure it is of digits and of what is
 * none. `accuracy_digits MODEL SET...`; a set is a name, `=`, and
 *   IMAGES,LABELS[,FIRST,STEP]  two IDX files, or each STEP-th image from FIRST on of them, each framed as a picture
 *   FOLDER                      pictures, whose names begin with their digit
 * "keep:" before the name has the set say which confidence 95% of its digits reach, together with others of this kind;
 * "none:" says that no image of the set is a digit, and comes after those. */
#include "read_image.h"

#include <digitnet/digitnet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PATH = 512 };
#define MAX_PIXELS ((size_t)1 << 28)
#define KEPT 0.95

/* The confidence of each reading, which is the probability of the likeliest digit. */
struct confidences {
    float *values;
    size_t count, capacity;
};

/* What was read of a set's pictures. */
struct tally {
    size_t right, sure, sure_wrong;
    struct confidences confidences;
};

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    return -1;
}

static int add_confidence(struct confidences *list, float value) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 1024;
        float *more = realloc(list->values, capacity * sizeof *more);
        if (!more) {
            fprintf(stderr, "out of memory\n");
            return -1;
        }
        list->values = more;
        list->capacity = capacity;
    }
    list->values[list->count++] = value;
    return 0;
}

/* The probability of the likeliest digit, also where it is likelier that there is none. */
static double digit_confidence(const digitnet_reading_character *character) {
    return character->digit >= 0 ? character->confidence : character->alternatives[0].probability;
}

static int measure(struct tally *tally, digitnet_reader_scratch *scratch, const uint8_t *pixels, size_t width,
                   size_t height, int label) {
    digitnet_reading *reading;
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    if (digitnet_reader_read_digit(&reading, scratch,
                                   DIGITNET_WITH(digitnet_image, .pixels = pixels, .width = width, .height = height),
                                   NULL) ||
        digitnet_reading_describe_character(&character, reading, 0, 0))
        return failed("reading");
    int right = character.digit == label, sure = character.status == DIGITNET_READING_OK;
    tally->right += right;
    tally->sure += sure;
    tally->sure_wrong += sure && !right;
    digitnet_reading_free(reading);
    return add_confidence(&tally->confidences, (float)digit_confidence(&character));
}

/* ---- Sets ---- */

static int measure_idx(struct tally *tally, digitnet_reader_scratch *scratch, char *files) {
    char *labels = strchr(files, ','), *range;
    unsigned long first = 0, step = 1;
    *labels++ = '\0';
    range = strchr(labels, ',');
    if (range)
        *range++ = '\0';
    if (range && (sscanf(range, "%lu,%lu", &first, &step) != 2 || step == 0)) {
        fprintf(stderr, "%s: it must be FIRST,STEP\n", range);
        return -1;
    }
    digitnet_dataset *digits;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    if (digitnet_dataset_load_idx(&digits, files, labels) || digitnet_dataset_describe(&info, digits))
        return failed(files);
    size_t values = info.height * info.width;
    float *image = malloc(values * sizeof *image);
    uint8_t *pixels = malloc(values);
    int code = image && pixels ? 0 : -1;
    for (size_t i = first; i < info.count && !code; i += step) {
        int32_t label;
        if (digitnet_dataset_read(image, values, &label, 1, digits, i, 1)) {
            code = failed(files);
            break;
        }
        for (size_t j = 0; j < values; j++)
            pixels[j] = (uint8_t)(255 * image[j] + 0.5f);
        code = measure(tally, scratch, pixels, info.width, info.height, label);
    }
    free(pixels);
    free(image);
    digitnet_dataset_free(digits);
    return code;
}

static int measure_file(struct tally *tally, digitnet_reader_scratch *scratch, const char *path, char first) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture picture;
    if (read_image(&picture, path, 1, MAX_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        return -1;
    }
    int code = measure(tally, scratch, picture.pixels, picture.width, picture.height, first - '0');
    free(picture.pixels);
    return code;
}

static int measure_folder(struct tally *tally, digitnet_reader_scratch *scratch, const char *folder) {
    char path[MOST_PATH];
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort), code = count < 0 ? -1 : 0;
    if (count < 0)
        perror(folder);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.' && !code) {
            snprintf(path, sizeof path, "%.240s/%.255s", folder, names[i]->d_name);
            code = measure_file(tally, scratch, path, names[i]->d_name[0]);
        }
        free(names[i]);
    }
    free(names);
    return code;
}

/* ---- The table ---- */

static int compare(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The confidence that the share KEPT reaches. */
static float kept_from(struct confidences *list) {
    if (list->count == 0)
        return 0.5f;
    qsort(list->values, list->count, sizeof *list->values, compare);
    return list->values[(size_t)((1 - KEPT) * (double)list->count)];
}

static void print_row(const char *name, const struct tally *tally, int none, struct confidences *kept) {
    size_t count = tally->confidences.count, accepted = 0;
    double percent = 100.0 / (double)count;
    if (none) {
        float threshold = kept_from(kept);
        for (size_t i = 0; i < count; i++)
            accepted += tally->confidences.values[i] >= threshold;
        printf("| %s, %zu: accepted from the confidence %.4f on | %.2f%% |\n", name, count, (double)threshold,
               percent * (double)accepted);
    } else {
        printf("| %s, %zu: right | %.2f%% |\n", name, count, percent * (double)tally->right);
        printf("| %s: sure, of these wrong | %.2f%%, %.2f%% |\n", name, percent * (double)tally->sure,
               tally->sure ? 100.0 * (double)tally->sure_wrong / (double)tally->sure : 0.0);
    }
    fflush(stdout);
}

static int starts(char **text, const char *prefix) {
    size_t length = strlen(prefix);
    int does = strncmp(*text, prefix, length) == 0;
    *text += does ? length : 0;
    return does;
}

static int measure_set(struct confidences *kept, digitnet_reader_scratch *scratch, char *set) {
    int keep = starts(&set, "keep:"), none = starts(&set, "none:");
    char *place = strchr(set, '=');
    struct tally tally = {.right = 0};
    if (!place) {
        fprintf(stderr, "%s: a set is NAME=PLACE\n", set);
        return -1;
    }
    *place++ = '\0';
    int code = strchr(place, ',') ? measure_idx(&tally, scratch, place) : measure_folder(&tally, scratch, place);
    if (!code && tally.confidences.count == 0) {
        fprintf(stderr, "%s: there are no pictures\n", place);
        code = -1;
    }
    for (size_t i = 0; keep && !code && i < tally.confidences.count; i++)
        code = add_confidence(kept, tally.confidences.values[i]);
    if (!code)
        print_row(set, &tally, none, kept);
    free(tally.confidences.values);
    return code;
}

int main(int argc, char **argv) {
    struct confidences kept = {.count = 0};
    digitnet_reader *reader = NULL;
    digitnet_reader_scratch *scratch = NULL;
    int code = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: accuracy_digits MODEL [keep:|none:]NAME=IMAGES,LABELS[,FIRST,STEP]|FOLDER...\n");
        return 2;
    }
    if (digitnet_reader_load(&reader, argv[1], NULL) || digitnet_reader_scratch_create(&scratch, reader))
        code = failed(argv[1]);
    for (int i = 2; i < argc && !code; i++)
        code = measure_set(&kept, scratch, argv[i]);
    free(kept.values);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    return code ? 1 : 0;
}
