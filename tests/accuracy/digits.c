/* Measures a network of single digits on pictures: how many it reads right, and how sure it is of digits and of what is
 * none. `digits MODEL [--threshold T] SET...`; a set is a name, `=`, and
 *   IMAGES,LABELS[,FIRST,STEP]  two IDX files, or each STEP-th image from FIRST on of them, each framed as a picture
 *   FOLDER                      pictures, whose names begin with their digit, or with x where they show none
 * and "no-digits:" before the name says that no image of the set is a digit. */
#include "read_image.h"

#include <digitnet/digitnet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = DIGITNET_FRAME_SIZE, DIGITS = 10, MOST_OUTPUTS = 64, MOST_PATH = 512 };
#define MAX_PIXELS ((size_t)1 << 28)

/* What was read of a set's pictures. */
struct tally {
    size_t count, without_ink, right, kept, kept_wrong;
};

struct reader {
    digitnet_session *session;
    size_t outputs;
    float threshold; /* the confidence from which on a reading is kept */
};

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    return -1;
}

/* Reads one picture; `label` is -1 where it shows no digit. */
static int measure(struct tally *tally, const struct reader *reader, const uint8_t *pixels, size_t width,
                   size_t height, int label) {
    float frame[SIDE * SIDE], scores[MOST_OUTPUTS];
    int best = 0;
    tally->count++;
    digitnet_status status = digitnet_image_frame_digit(
        frame, SIDE * SIDE, DIGITNET_WITH(digitnet_image, .pixels = pixels, .width = width, .height = height));
    if (status == DIGITNET_ENOTFOUND) {
        tally->without_ink++;
        return 0;
    }
    if (status || digitnet_session_run(scores, reader->outputs, reader->session, frame, SIDE * SIDE))
        return failed("reading");
    for (int i = 1; i < DIGITS; i++)
        best = scores[i] > scores[best] ? i : best;
    size_t other = DIGITS; /* an output that says "no digit" */
    int is_digit = reader->outputs == DIGITS || scores[best] > scores[other];
    tally->right += best == label && is_digit;
    if (scores[best] >= reader->threshold && is_digit) {
        tally->kept++;
        tally->kept_wrong += best != label;
    }
    return 0;
}

/* ---- Sets ---- */

static int measure_idx(struct tally *tally, const struct reader *reader, char *files, int none) {
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
        code = measure(tally, reader, pixels, info.width, info.height, none ? -1 : label);
    }
    free(pixels);
    free(image);
    digitnet_dataset_free(digits);
    return code;
}

static int measure_file(struct tally *tally, const struct reader *reader, const char *path, char first, int none) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture picture;
    if (read_image(&picture, path, 1, MAX_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        return -1;
    }
    int label = none || first < '0' || first > '9' ? -1 : first - '0';
    int code = measure(tally, reader, picture.pixels, picture.width, picture.height, label);
    free(picture.pixels);
    return code;
}

static int measure_folder(struct tally *tally, const struct reader *reader, const char *folder, int none) {
    char path[MOST_PATH];
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort), code = count < 0 ? -1 : 0;
    if (count < 0)
        perror(folder);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.' && !code) {
            snprintf(path, sizeof path, "%.240s/%.255s", folder, names[i]->d_name);
            code = measure_file(tally, reader, path, names[i]->d_name[0], none);
        }
        free(names[i]);
    }
    free(names);
    return code;
}

static int measure_set(const struct reader *reader, char *set) {
    static const char prefix[] = "no-digits:";
    int none = strncmp(set, prefix, sizeof prefix - 1) == 0;
    char *name = none ? set + sizeof prefix - 1 : set, *place = strchr(name, '=');
    struct tally tally = {0};
    if (!place) {
        fprintf(stderr, "%s: a set is NAME=PLACE\n", set);
        return -1;
    }
    *place++ = '\0';
    int code = strchr(place, ',') ? measure_idx(&tally, reader, place, none)
                                  : measure_folder(&tally, reader, place, none);
    if (code || tally.count == 0)
        return -1;
    double percent = 100.0 / (double)tally.count;
    if (none)
        printf("| %-28s | %6zu | %7s | %6.2f | %6.2f | %5zu |\n", name, tally.count, "",
               percent * (double)tally.kept, 0.0, tally.without_ink);
    else
        printf("| %-28s | %6zu | %7.2f | %6.2f | %6.2f | %5zu |\n", name, tally.count, percent * (double)tally.right,
               percent * (double)tally.kept, percent * (double)tally.kept_wrong, tally.without_ink);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv) {
    struct reader reader = {.threshold = 0.5f};
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_model *model = NULL;
    int sets = 2, code = 0;
    if (argc > 3 && strcmp(argv[2], "--threshold") == 0) {
        reader.threshold = strtof(argv[3], NULL);
        sets = 4;
    }
    if (argc <= sets) {
        fprintf(stderr, "usage: digits MODEL [--threshold T] NAME=IMAGES,LABELS[,FIRST,STEP]|NAME=FOLDER...\n");
        return 2;
    }
    if (digitnet_model_load(&model, argv[1]) || digitnet_model_describe(&info, model) ||
        digitnet_session_create(&reader.session, model, NULL))
        return failed(argv[1]) ? 1 : 0;
    reader.outputs = info.outputs;
    if (info.height != SIDE || info.width != SIDE || info.outputs < DIGITS || info.outputs > MOST_OUTPUTS) {
        fprintf(stderr, "%s reads no digits of %d x %d\n", argv[1], SIDE, SIDE);
        return 1;
    }
    printf("| %-28s | images | right %% | kept %% | wrong %% | no ink |\n| --- | --- | --- | --- | --- | --- |\n", "");
    for (int i = sets; i < argc && !code; i++)
        code = measure_set(&reader, argv[i]);
    digitnet_session_free(reader.session);
    digitnet_model_free(model);
    return code ? 1 : 0;
}
