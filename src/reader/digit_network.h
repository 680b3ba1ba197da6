/* The network of single digits: what it makes of frames, looked at once or, in doubt, again. */
#ifndef DNN_READER_DIGIT_NETWORK_H
#define DNN_READER_DIGIT_NETWORK_H

#include "digitnet/inference.h"

enum { DNN_MOST_DIGIT_OUTPUTS = 11 };

typedef struct digitnet__digit_network {
    digitnet_session *session; /* NULL: there is none */
    size_t outputs;            /* 10, or 11 with "no digit" as the last */
} digitnet__digit_network;

/* Reads frames as of digitnet_image_frame_digit(): `scores` receives `outputs` probabilities for each. ENOMEM, and the
 * statuses of digitnet_session_run(). */
digitnet_status digitnet__digit_network_run(float *scores, const digitnet__digit_network *network, const float *frames,
                                            size_t count);

#endif
