/* Where rules that run down a picture and rules that run across it cross. */
#ifndef DNN_IMAGE_CROSSINGS_H
#define DNN_IMAGE_CROSSINGS_H

#include "image/traces.h"

/* For each pair of an across and a down rule, row by row of `across`, whether both were seen where they cross. */
typedef struct digitnet__crossings {
    digitnet__traces across, down;
    digitnet__point *points;
    unsigned char *seen;
} digitnet__crossings;

/* Finds the rules of a picture that stand out by `least_ink`, joins their pieces, and tries each pair. Of very many
 * rules the longest are taken. ENOMEM. To be released after a success. */
digitnet_status digitnet__crossings_find(digitnet__crossings *out, const digitnet__plane *ink, uint8_t least_ink);
void digitnet__crossings_release(digitnet__crossings *crossings);

/* Where both rules cross, also beyond their ends. */
digitnet__point digitnet__traces_cross(const digitnet__trace *across, const digitnet__trace *down);

#endif
