#include "history_file.h"

#include "files.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "history.csv"
#define HEADER "epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate\n"

enum { LONGEST_ROW = 256 };

static int append_text(struct history_file *history, const char *text) {
    size_t length = strlen(text);
    char *longer = realloc(history->text, history->length + length + 1);
    if (!longer) {
        fprintf(stderr, "%s: out of memory\n", NAME);
        return -1;
    }
    memcpy(longer + history->length, text, length + 1);
    history->text = longer;
    history->length += length;
    return 0;
}

/* Takes over the rows of epochs up to `epochs`; a later one belongs to a run that the model does not come from. */
static int read_rows(struct history_file *history, FILE *file, const char *path, size_t epochs) {
    char row[LONGEST_ROW];
    if (!fgets(row, sizeof row, file) || strcmp(row, HEADER) != 0) {
        fprintf(stderr, "%s is no history of this program: its first line is not %s", path, HEADER);
        return -1;
    }
    while (fgets(row, sizeof row, file)) {
        unsigned long long epoch = strtoull(row, NULL, 10);
        if (epoch == 0 || !strchr(row, '\n')) {
            fprintf(stderr, "%s has a line that is no row of a history: %s\n", path, row);
            return -1;
        }
        if (epoch <= epochs && append_text(history, row))
            return -1;
    }
    return 0;
}

/* Better known before the training than after its first epoch. */
static int try_to_write(const char *folder) {
    FILE *file = open_output(folder, NAME);
    if (!file)
        return -1;
    discard_output(file, folder, NAME);
    return 0;
}

int history_file_begin(struct history_file *history, const char *folder, size_t epochs) {
    *history = (struct history_file){.folder = folder};
    if (append_text(history, HEADER) || try_to_write(folder))
        return -1;
    if (epochs == 0)
        return 0;
    char *path = join_path(folder, NAME);
    if (!path)
        return -1;
    int result = 0;
    FILE *file = fopen(path, "r");
    if (file) {
        result = read_rows(history, file, path, epochs);
        fclose(file);
    } else if (errno != ENOENT) {
        fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
        result = -1;
    }
    free(path);
    return result;
}

int history_file_append(struct history_file *history, const digitnet_event *event) {
    char row[LONGEST_ROW], validation[LONGEST_ROW / 2] = ",";
    if (!isnan(event->validation_loss))
        snprintf(validation, sizeof validation, "%.8g,%.8g", event->validation_loss, event->validation_accuracy);
    snprintf(row, sizeof row, "%zu,%.8g,%.8g,%s,%.3f,%.8g\n", event->epoch, event->loss, event->accuracy, validation,
             event->seconds, event->learning_rate);
    return append_text(history, row);
}

int history_file_has_rows(const struct history_file *history) {
    return history->length > strlen(HEADER);
}

int history_file_write(const struct history_file *history) {
    if (!history_file_has_rows(history)) {
        remove_output(history->folder, NAME);
        return 0;
    }
    FILE *file = open_output(history->folder, NAME);
    if (file)
        fputs(history->text, file);
    return close_output(file, history->folder, NAME);
}

void history_file_free(struct history_file *history) {
    free(history->text);
    history->text = NULL;
}
