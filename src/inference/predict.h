/* Predicting any number of images with one workspace. */
#ifndef DNN_INFERENCE_PREDICT_H
#define DNN_INFERENCE_PREDICT_H

#include "engine/workspace.h"

/* Images that go through the network together: enough to use each weight several times, few enough to stay in cache. */
enum { DNN_PREDICT_IMAGES = 16 };

/* Images as floats, or as bytes to be scaled: one of the two is not NULL. */
typedef struct digitnet__images {
    const float *floats;
    const uint8_t *bytes;
    size_t values;
} digitnet__images;

/* Checks the sizes and that floats are finite, and gives the number of images. `caller` is for messages. */
digitnet_status digitnet__predict_check(size_t *count, const digitnet__network *network, size_t capacity,
                                        digitnet__images images, const char *caller);
/* No value has a magnitude above the limit. */
bool digitnet__images_are_within(digitnet__images images, float limit);
/* Scores of `count` images from `first` on, at most the workspace's capacity, written at their place in `scores` (NULL:
 * nowhere). False, with nothing written, where the network overflows. */
bool digitnet__predict_chunk(float *scores, const digitnet__workspace *workspace, digitnet__images images, size_t first,
                             size_t count);
digitnet_status digitnet__predict_fail_overflow(const char *caller);

#endif
