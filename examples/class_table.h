/* What a classifier makes of each class, as text. */
#ifndef CLASS_TABLE_H
#define CLASS_TABLE_H

#include <digitnet/digitnet.h>
#include <stdio.h>

/* Prints precision, recall and F1 of each class and their means, and the most frequent mistakes. 0, or -1 with a
 * message in digitnet_last_error(). */
int print_class_table(FILE *file, const digitnet_report *report, char *const *names);

#endif
