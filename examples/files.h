/* Folders, paths and files that are written whole, with messages on stderr where something fails. */
#ifndef FILES_H
#define FILES_H

#include <stdio.h>

/* "FOLDER/NAME" in memory that is the caller's to free(); NULL, with a message, where there is none. */
char *join_path(const char *folder, const char *name);

/* Makes the folder and those above it where they are not there. 0, or -1. */
int make_folder(const char *folder);

/* Whether a file can be written whole to `path`: to be asked before the work that it is for. 0, or -1. */
int check_path(const char *path);

/* Opens FOLDER/NAME.tmp, to write and read, to become FOLDER/NAME by close_output(): so that NAME is never seen half
 * written. */
FILE *open_output(const char *folder, const char *name);
/* 0, or -1 where anything written to `file` was lost; then the old file stays. NULL for `file` is -1. */
int close_output(FILE *file, const char *folder, const char *name);
/* Closes `file` and removes FOLDER/NAME.tmp; an older FOLDER/NAME stays. */
void discard_output(FILE *file, const char *folder, const char *name);

/* Whether FOLDER/NAME is there. */
int has_output(const char *folder, const char *name);
/* Removes FOLDER/NAME where it is there. */
void remove_output(const char *folder, const char *name);

#endif
