/* Traces of rules: thin lines of ink, straight or slightly bent, followed pixel by pixel along or across a picture. */
#ifndef DNN_IMAGE_TRACES_H
#define DNN_IMAGE_TRACES_H

#include "image/plane.h"

#include <stdbool.h>

/* A place where a rule was seen. A rule that runs from top to bottom has y `along` and x `across`, one that runs from
 * left to right x `along` and y `across`. */
typedef struct digitnet__trace_point {
    double along, across;
} digitnet__trace_point;

/* The line that fits the first or last points of a rule. */
typedef struct digitnet__trace_line {
    double along, across, slope;
} digitnet__trace_line;

/* At least two points, in the order of `along`, a pixel apart but where the rule was not seen. */
typedef struct digitnet__trace {
    const digitnet__trace_point *points;
    size_t count;
    double thickness;                /* in pixels */
    bool border;                     /* of the picture: stands for the rule of a table that is cut off there */
    double least, most;              /* of `across` */
    digitnet__trace_line start, end; /* how it goes on beyond its points */
} digitnet__trace;

typedef struct digitnet__traces {
    digitnet__trace *items;
    size_t count;
    digitnet__trace_point *points; /* of all */
} digitnet__traces;

typedef enum digitnet__trace_direction { DNN_TRACES_DOWN, DNN_TRACES_ACROSS } digitnet__trace_direction;

/* Finds the rules that are at least `shortest` pixels long, not further than 40 degrees from the direction, and stand
 * out by `least_ink`. Strokes of letters are among them, and so are the picture's two borders. ENOMEM. To be released
 * after a success. */
digitnet_status digitnet__traces_find(digitnet__traces *out, const digitnet__plane *ink,
                                      digitnet__trace_direction direction, size_t shortest, uint8_t least_ink);
void digitnet__traces_release(digitnet__traces *rules);

/* Joins pieces of a rule that are at most `longest_gap` pixels apart. ENOMEM, which leaves them as they were. */
digitnet_status digitnet__traces_join(digitnet__traces *rules, size_t longest_gap);

/* Where the rule is at `along`, also beyond its ends. */
double digitnet__trace_at(const digitnet__trace *trace, double along);
double digitnet__trace_line_at(digitnet__trace_line line, double along);

/* How much of the rule was seen from `from` to `to`, 0 to 1. */
double digitnet__trace_seen(const digitnet__trace *trace, double from, double to);

/* Sets what follows from the points: `least`, `most`, `start` and `end`. */
void digitnet__trace_measure(digitnet__trace *trace);

#endif
