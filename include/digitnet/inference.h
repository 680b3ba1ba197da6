/**
 * @file inference.h  Predictions.
 *
 * Images are NHWC. The number of images follows from `image_values`, which must be a whole multiple (1 or more) of the
 * model's height x width x channels, and each gives `outputs` scores (see digitnet_model_describe()), for a classifier
 * one probability a class. Bytes are scaled to [0, 1] as training scales them.
 */
#ifndef DIGITNET_INFERENCE_H
#define DIGITNET_INFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

/**
 * Scores of one or more images, on the calling thread. Any number of threads may predict with one model at once.
 * Allocates its scratch memory for the call; a session does not.
 *
 * @return DIGITNET_OK; EINVAL for NULL or an image value that is not finite; ESHAPE where `image_values` is no whole
 *         number of images or `score_values` is less than images x outputs; ESTATE without weights or while the model
 *         is being changed; ENOMEM.
 */
DIGITNET_API digitnet_status digitnet_model_predict(float *scores, size_t score_values, const digitnet_model *model,
                                                    const float *images, size_t image_values);
/** digitnet_model_predict() of bytes. */
DIGITNET_API digitnet_status digitnet_model_predict_u8(float *scores, size_t score_values, const digitnet_model *model,
                                                       const uint8_t *images, size_t image_values);

/**
 * A model's weights as they were when the session was made, prepared for prediction, with memory of its own. One thread
 * at a time may use a session; the model may be trained or freed meanwhile.
 */
typedef struct digitnet_session digitnet_session;

typedef struct digitnet_session_options {
    size_t struct_size;
    /** Images worked on at a time, which sets the memory that the session holds; more may be given in a run. Zero: 64.
     */
    size_t batch_size;
    /** Zero: 1, the calling thread alone; at most 256. */
    size_t threads;
    size_t reserved;
} digitnet_session_options;

/**
 * Makes a session; NULL for options is all defaults.
 *
 * @return DIGITNET_OK; EINVAL; ESTATE without weights or while the model is being changed; ELIMIT; ENOMEM. `*out` is
 *         NULL after a failure, else the caller's to release with digitnet_session_free().
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_create(digitnet_session **out,
                                                                          const digitnet_model *model,
                                                                          const digitnet_session_options *options);
/** A session with the same options that shares the weights: one for each thread of a server. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_clone(digitnet_session **out,
                                                                         const digitnet_session *session);
/** As digitnet_model_predict(), with the session's weights. Allocates nothing. ESTATE where another thread is using the
 * session. */
DIGITNET_API digitnet_status digitnet_session_run(float *scores, size_t score_values, digitnet_session *session,
                                                  const float *images, size_t image_values);
/** digitnet_session_run() of bytes. */
DIGITNET_API digitnet_status digitnet_session_run_u8(float *scores, size_t score_values, digitnet_session *session,
                                                     const uint8_t *images, size_t image_values);
/** Releases a session; NULL is fine. */
DIGITNET_API void digitnet_session_free(digitnet_session *session);

DIGITNET_END_DECLARATIONS
#endif
