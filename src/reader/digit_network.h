/* The network of single digits: what it makes of frames, looked at once or, in doubt, again. */
#ifndef DNN_READER_DIGIT_NETWORK_H
#define DNN_READER_DIGIT_NETWORK_H

#include "digitnet/image.h"
#include "digitnet/inference.h"
#include "reader/allowed.h"

#include <stdbool.h>
#include <stdint.h>

enum { DNN_MOST_DIGIT_OUTPUTS = DNN_DIGITS + 1, DNN_FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE };

typedef struct digitnet__digit_network {
    digitnet_session *session; /* NULL: there is none */
    size_t outputs;            /* 10, or 11 with "no digit" as the last */
} digitnet__digit_network;

/* Reads frames as of digitnet_image_frame_digit(): `scores` receives `outputs` probabilities for each. ENOMEM, and the
 * statuses of digitnet_session_run(). */
digitnet_status digitnet__digit_network_run(float *scores, const digitnet__digit_network *network, const float *frames,
                                            size_t count);

/* The most probable of the digits. */
int32_t digitnet__best_digit(const float *scores);
/* How probable it is that there is any digit. */
double digitnet__digit_likeness(const float *scores);
/* Whether that is more probable than that there is none. */
bool digitnet__is_digit(const float *scores, size_t outputs);

#endif
