/* Which rules of a picture are lines of one table's grid, and how the table is seen. */
#ifndef DNN_IMAGE_GRID_LINES_H
#define DNN_IMAGE_GRID_LINES_H

#include "core/memory.h"
#include "image/crossings.h"
#include "image/lattice.h"
#include "image/projection.h"

/* Rules of one direction. */
typedef struct digitnet__grid_family {
    const digitnet__traces *rules;
    size_t *chosen, count; /* the rules of the table that is tried */
    size_t *lines;         /* the line that each rule of the picture belongs to, or none */
    size_t *crosses;       /* how many of the other direction's chosen rules each chosen one crosses */
    digitnet__candidate *candidates;
    size_t *order; /* the rule of each candidate */
    size_t wanted; /* lines, or 0 */
    digitnet__lattice lattice;
} digitnet__grid_family;

typedef struct digitnet__grid_lines {
    const digitnet__crossings *crossings;
    digitnet__grid_family across, down;
    digitnet__projection from_table, to_table; /* between the picture and the table as seen from the front */
    size_t pairs; /* of rules of all tables that were tried, a measure of the time it took */
    double *scratch;
    digitnet__arena memory;
} digitnet__grid_lines;

/* Prepares the search for a table of so many lines of each direction, or any number where that is 0. ENOMEM. To be
 * released after a success. */
digitnet_status digitnet__grid_lines_create(digitnet__grid_lines *out, const digitnet__crossings *crossings,
                                            size_t across, size_t down);
void digitnet__grid_lines_release(digitnet__grid_lines *lines);

/* Finds the table of which this across rule is one; false where there is none. */
bool digitnet__grid_lines_find(digitnet__grid_lines *lines, size_t rule);

/* Whether both rules were seen where they cross, and that place, also beyond their ends. */
bool digitnet__grid_lines_seen(const digitnet__grid_lines *lines, size_t across, size_t down);
digitnet__point digitnet__grid_lines_cross(const digitnet__grid_lines *lines, size_t across, size_t down);

#endif
