/* Long printed lines: ruled paper, frames of forms, underlines. */
#ifndef DNN_IMAGE_RULES_H
#define DNN_IMAGE_RULES_H

#include "core/pool.h"
#include "image/plane.h"

#include <stdbool.h>

/* It runs from left to right, or from top to bottom where `upright` is set, and may be bent or lean by 15 degrees. */
typedef struct digitnet__rule {
    digitnet__point start, end;
    double thickness; /* in pixels */
    uint8_t level;    /* of its ink */
    bool upright;
    digitnet__point *nodes; /* its middle line, from start to end */
    size_t node_count;
} digitnet__rule;

typedef struct digitnet__rules {
    digitnet__rule *items; /* those that lie, then the upright ones */
    size_t count;
    digitnet__pool pool; /* has them and their nodes */
} digitnet__rules;

/* Finds rules of at least `length` pixels and at most `thickness`, solid or dotted, also where strokes cross them;
 * in texture none. ENOMEM; ELIMIT for pictures with more than 2^32 - 1 ridges. To be released after a success. */
digitnet_status digitnet__rules_find(digitnet__rules *out, const digitnet__plane *ink, size_t length, size_t thickness);
void digitnet__rules_release(digitnet__rules *rules);

/* Takes the rules' ink away, but for where a stroke goes on above or below, or runs along a rule and is darker or
 * thicker. */
void digitnet__rules_erase(digitnet__plane *ink, const digitnet__rules *rules);

#endif
