/* Names of classes as they are shown. They come from outside: they may be long, and hold any character. */
#ifndef CLASS_NAMES_H
#define CLASS_NAMES_H

#include <stddef.h>
#include <stdio.h>

/* The greatest width that is shown, in Latin characters, and the bytes that it takes in UTF-8, with a final zero. */
enum { NAME_WIDTH = 24, NAME_SIZE = 4 * NAME_WIDTH + 1 };

/* Writes the name of a label, cut where it is too long, or its number where `names` is NULL. Returns its width. */
size_t show_class_name(char text[NAME_SIZE], char *const *names, size_t label);
/* The width of the longest name as it is shown, of `count` labels. */
size_t widest_class_name(char *const *names, size_t count);
/* Writes a name as it is shown to a gnuplot script, between single quotes: as a text, or as the label of a tic, which
 * is a format. */
void write_class_name(FILE *script, char *const *names, size_t label);
void write_class_tic(FILE *script, char *const *names, size_t label);

#endif
