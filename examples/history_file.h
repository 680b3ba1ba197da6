/* history.csv: a header, and a row for each finished epoch. */
#ifndef HISTORY_FILE_H
#define HISTORY_FILE_H

#include <digitnet/digitnet.h>
#include <stddef.h>

struct history_file {
    const char *folder;
    char *text; /* the whole file as it shall be */
    size_t length;
};

/* Starts with the header, and with the rows of the first `epochs` epochs of FOLDER/history.csv where that is there. 0,
 * or -1 with a message, also where the folder takes no files. */
int history_file_begin(struct history_file *history, const char *folder, size_t epochs);
/* Appends the row of an epoch that ended. */
int history_file_append(struct history_file *history, const digitnet_event *event);
/* Writes the file; without a row there is none, and an older one is removed. */
int history_file_write(const struct history_file *history);
/* Whether there is a row. */
int history_file_has_rows(const struct history_file *history);
void history_file_free(struct history_file *history);

#endif
