/* The reader, what a thread reads with, and what all kinds of reading begin and end with. */
#ifndef DNN_READER_READER_H
#define DNN_READER_READER_H

#include "digitnet/inference.h"
#include "digitnet/reader.h"
#include "image/plane.h"
#include "reader/allowed.h"
#include "reader/digit_network.h"

#include <stdatomic.h>
#include <stdbool.h>

struct digitnet_reader {
    digitnet__digit_network digit; /* its session, and the other one, are never run, but cloned */
    digitnet_session *line;        /* NULL where there is no model */
};

struct digitnet_reader_scratch {
    digitnet__digit_network digit;
    digitnet_session *line;
    atomic_flag busy;
};

/* What a function that reads was called with, checked. */
typedef struct digitnet__read_call {
    const char *where; /* the public function */
    digitnet_reader_scratch *scratch;
    digitnet_image image;
    digitnet_read_options options; /* with the error rate set */
    digitnet__allowed allowed;
    digitnet_reading *reading; /* to which lines are added */
} digitnet__read_call;

/* A way to read the picture of a call. */
typedef digitnet_status (*digitnet__read_fn)(digitnet__read_call *call);

/* Checks the arguments, lets `read` fill a reading, and hands it out: what each public function that reads is. */
digitnet_status digitnet__read(digitnet_reading **out, digitnet_reader_scratch *scratch, const digitnet_image *image,
                               const digitnet_read_options *options, const char *where, digitnet__read_fn read);

/* Shows the caller what the reader made of the picture, where it wants to see. The status of what it returns. */
digitnet_status digitnet__read_step(const digitnet__read_call *call, const char *name, const digitnet__plane *plane);

/* Whether the caller lets a text stand; without a check it does. The status of a check that fails. */
digitnet_status digitnet__read_check(bool *passed, const digitnet__read_call *call, const char *text);

/* The place that is at these parts of the width and height of what has these corners; they may be beyond 0 to 1. */
digitnet_place digitnet__place_within(const digitnet_place corners[4], double u, double v);

/* The corners of the whole picture. */
void digitnet__picture_corners(digitnet_place corners[4], const digitnet_image *image);

#endif
