/* What was read, as text for people and for programs. */
#ifndef READING_TEXT_H
#define READING_TEXT_H

#include <digitnet/digitnet.h>
#include <stdio.h>

/* A form for the readings of several pictures. */
struct reading_format {
    const char *begin, *between, *end; /* around all, and between two */
    /* Writes one; `several` says that other pictures are read too. */
    void (*write)(FILE *file, const char *path, const digitnet_reading *reading, int several);
};

/* The text of each line, with the file's name in front where there are several, and what to look at behind. */
extern const struct reading_format text_format;
/* One array for all pictures, an object each. */
extern const struct reading_format json_format;
/* A row a line: file, line, text, confidence, status, reason, four corners. */
extern const struct reading_format csv_format;

#endif
