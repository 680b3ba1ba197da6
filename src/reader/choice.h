/* Which of the texts that were read the caller lets stand. */
#ifndef DNN_READER_CHOICE_H
#define DNN_READER_CHOICE_H

#include "reader/reader.h"

/* A text that may have been written. */
typedef struct digitnet__text {
    const int32_t *labels;
    size_t count;
    double probability;
} digitnet__text;

typedef struct digitnet__choice {
    size_t index;       /* among the texts */
    double probability; /* given that it may stand there */
    double likeness;    /* how probable it is that these are digits at all */
    double allowed;     /* how probable what may stand there was */
    const char *reason; /* why it may well be wrong; "" where nothing speaks against it */
} digitnet__choice;

/* Whether the caller's options choose among texts. */
bool digitnet__choice_is_needed(const digitnet_read_options *options);

/* Chooses the most probable text that the caller lets stand, else the most probable of all; the most probable come
 * first, and there is at least one. The status of a check that fails; ENOMEM. */
digitnet_status digitnet__choose(digitnet__choice *chosen, const digitnet__text *texts, size_t count,
                                 const digitnet__read_call *call);

/* Fills in a line's confidence, status and reason. */
void digitnet__choice_judge(digitnet_reading_line *line, const digitnet__choice *chosen,
                            const digitnet__read_call *call);

#endif
