/* Measures the reading of photographed tables: `tables MODEL FOLDER odd|even|all [mistakes]`. For each imageN.jpg whose
 * N is one of those, imageN.dat has two lines of text and then the rows of the table. Prints how many tables were
 * found, how many cells and whole tables are right, and what is left and wrong where unsure cells are not counted; with
 * "mistakes" each of these too. */
#include "read_ink.h"

#include <digitnet/reader.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_PATH = 512, MOST_ROWS = 64, MOST_COLUMNS = 64 };
#define MAX_PIXELS ((size_t)1 << 28)

struct tally {
    size_t tables, found, whole, cells, right, sure, sure_wrong;
    double seconds;
    int mistakes; /* print them */
};

/* What stands in a table. */
struct truth {
    size_t rows, columns;
    int digits[MOST_ROWS][MOST_COLUMNS];
};

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    return -1;
}

static int read_truth(struct truth *truth, const char *path) {
    char line[1024];
    FILE *file = fopen(path, "r");
    *truth = (struct truth){0};
    for (size_t i = 0; file && fgets(line, sizeof line, file);) {
        size_t columns = 0;
        if (i++ < 2)
            continue;
        for (char *at = strtok(line, " \r\n"); at && columns < MOST_COLUMNS && truth->rows < MOST_ROWS;
             at = strtok(NULL, " \r\n"))
            truth->digits[truth->rows][columns++] = atoi(at);
        truth->rows += columns > 0;
        truth->columns = columns > 0 ? columns : truth->columns;
    }
    if (file)
        fclose(file);
    if (truth->rows == 0)
        fprintf(stderr, "%s: no table\n", path);
    return truth->rows ? 0 : -1;
}

static int compare(struct tally *tally, const digitnet_reading *reading, const struct truth *truth, const char *name) {
    size_t wrong = 0, found = digitnet_reading_line_count(reading) == truth->rows;
    for (size_t row = 0; row < truth->rows; row++) {
        for (size_t column = 0; column < truth->columns; column++) {
            digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
            if (found && digitnet_reading_describe_character(&character, reading, row, column))
                return failed(name);
            int right = found && character.digit == truth->digits[row][column];
            int sure = found && character.status == DIGITNET_READING_OK;
            wrong += !right;
            tally->sure += sure;
            tally->sure_wrong += sure && !right;
            if (found && !right && tally->mistakes)
                printf("%s %zu,%zu: %d read as %d (%.2f)\n", name, row, column, truth->digits[row][column],
                       (int)character.digit, character.confidence);
        }
    }
    if (!found && tally->mistakes)
        printf("%s: no table found\n", name);
    tally->tables++;
    tally->found += found;
    tally->whole += wrong == 0;
    tally->cells += truth->rows * truth->columns;
    tally->right += truth->rows * truth->columns - wrong;
    return 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int measure(struct tally *tally, digitnet_reader_scratch *scratch, const char *folder, const char *name) {
    char path[MOST_PATH], message[IMAGE_MESSAGE_SIZE];
    struct picture picture;
    struct truth truth;
    snprintf(path, sizeof path, "%.240s/%.*s.dat", folder, (int)(strlen(name) - 4), name);
    if (read_truth(&truth, path))
        return -1;
    snprintf(path, sizeof path, "%.240s/%.255s", folder, name);
    if (read_ink(&picture, path, MAX_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        return -1;
    }
    digitnet_reading *reading = NULL;
    double start = now();
    digitnet_status status = digitnet_reader_read_table(
        &reading, scratch,
        DIGITNET_WITH(digitnet_image, .pixels = picture.pixels, .width = picture.width, .height = picture.height),
        DIGITNET_WITH(digitnet_read_options, .rows = truth.rows, .columns = truth.columns));
    tally->seconds += now() - start;
    int code = status ? failed(path) : compare(tally, reading, &truth, name);
    digitnet_reading_free(reading);
    free(picture.pixels);
    return code;
}

static int is_chosen(const char *name, const char *numbers) {
    const char *end = strrchr(name, '.');
    unsigned number;
    if (!end || strcmp(end, ".jpg") != 0 || sscanf(name, "image%u", &number) != 1)
        return 0;
    return strcmp(numbers, "all") == 0 || (number % 2 == 0) == (strcmp(numbers, "even") == 0);
}

static int measure_folder(struct tally *tally, digitnet_reader_scratch *scratch, const char *folder,
                          const char *numbers) {
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort), code = count < 0 ? -1 : 0;
    if (count < 0)
        perror(folder);
    for (int i = 0; i < count; i++) {
        if (!code && is_chosen(names[i]->d_name, numbers))
            code = measure(tally, scratch, folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return code;
}

/* Rows of run.sh's table. */
static void print_tally(const struct tally *t, const char *numbers) {
    double cells = (double)t->cells / 100.0, tables = (double)t->tables / 100.0;
    char name[64];
    snprintf(name, sizeof name, "%s tables, %zu",
             strcmp(numbers, "even") == 0  ? "Even-numbered"
             : strcmp(numbers, "odd") == 0 ? "Odd-numbered"
                                           : "All",
             t->tables);
    printf("| %s: found | %.1f%% |\n", name, (double)t->found / tables);
    printf("| %s: cells right | %.2f%% |\n", name, (double)t->right / cells);
    printf("| %s: without a mistake | %.1f%% |\n", name, (double)t->whole / tables);
    printf("| %s: sure cells, of these wrong | %.2f%%, %.3f%% |\n", name, (double)t->sure / cells,
           t->sure ? 100.0 * (double)t->sure_wrong / (double)t->sure : 0.0);
    printf("| %s: time a table | %.0f ms |\n", name, 10.0 * t->seconds / tables);
}

int main(int argc, char **argv) {
    struct tally tally = {.mistakes = argc > 4 && strcmp(argv[4], "mistakes") == 0};
    digitnet_reader *reader = NULL;
    digitnet_reader_scratch *scratch = NULL;
    if (argc < 4) {
        fprintf(stderr, "usage: tables MODEL FOLDER odd|even|all [mistakes]\n");
        return 2;
    }
    int code = digitnet_reader_load(&reader, argv[1], NULL) || digitnet_reader_scratch_create(&scratch, reader)
                   ? failed(argv[1])
                   : measure_folder(&tally, scratch, argv[2], argv[3]);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    if (!code && tally.tables > 0)
        print_tally(&tally, argv[3]);
    return code || tally.tables == 0;
}
