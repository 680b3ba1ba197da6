/* Which of the positions along a side of a table are its rules. */
#ifndef DNN_IMAGE_LATTICE_H
#define DNN_IMAGE_LATTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNN_LATTICE_MOST 256
/* A candidate that is no line. */
#define DNN_NO_LINE ((size_t)-1)

/* A rule, or a piece of one, or what is none. */
typedef struct digitnet__candidate {
    double position;
    double weight;  /* the part of the table along which it was seen, 0 to 1 */
    double joined;  /* how much of the rules that cross it was seen from here to the next candidate, 0 to 1 */
    size_t line;    /* set by digitnet__lattice_choose() */
    size_t rank;    /* its own: how many strong candidates are before it, */
    uint64_t tried; /* and with which ones behind it a row was made */
} digitnet__candidate;

typedef struct digitnet__lattice {
    size_t lines;
    double positions[DNN_LATTICE_MOST]; /* of lines that were not seen, too, where the others say where they are */
} digitnet__lattice;

/* Chooses `lines` of them, or as many as are joined to each other where that is 0. Lines are taken as evenly spaced,
 * with slow changes, where most of them are, and else need to have been seen. The candidates are in the order of their
 * positions. False where there are not that many. */
bool digitnet__lattice_choose(digitnet__lattice *lattice, digitnet__candidate *candidates, size_t count, size_t lines);

#endif
