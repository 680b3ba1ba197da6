/* Predicting any number of images with one workspace. */
#ifndef DNN_INFERENCE_PREDICT_H
#define DNN_INFERENCE_PREDICT_H

#include "model/workspace.h"

/* Images that go through the network together: enough to use each weight several times, few enough to stay in cache. */
enum { DNN_PREDICT_IMAGES = 16 };

/* Images as floats, or as bytes to be scaled: one of the two is not NULL. */
typedef struct dnn_images {
    const float *floats;
    const uint8_t *bytes;
    size_t values;
} dnn_images;

/* Checks the sizes and that floats are finite, and tells the number of images. `caller` is for messages. */
digitnet_status dnn_predict_check(size_t *count, const dnn_network *network, size_t score_values, dnn_images images,
                                  const char *caller);
/* No value has a magnitude above the limit. */
bool dnn_images_are_within(dnn_images images, float limit);
/* Scores of `count` images from `first` on, at most the workspace's capacity, written at their place in `scores` (NULL:
 * nowhere). False, with nothing written, where the network overflows. */
bool dnn_predict_chunk(float *scores, const dnn_workspace *workspace, dnn_images images, size_t first, size_t count);
digitnet_status dnn_predict_fail_overflow(const char *caller);

#endif
