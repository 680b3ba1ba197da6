/**
 * @file inference.h
 * Predictions.
 *
 * Images are NHWC: image, row, column, channel. The number of images follows from `image_values`, which must be a whole
 * multiple (1 or more) of the model's height x width x channels, and each gives `outputs` scores (see
 * digitnet_model_describe()), for a classifier one probability a class. Bytes are scaled to [0, 1] as training scales
 * them.
 */
#ifndef DIGITNET_INFERENCE_H
#define DIGITNET_INFERENCE_H

#include "digitnet/dataset.h"
#include "digitnet/model.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/**
 * Gives the scores of one or more images.
 *
 * Works on the calling thread. Any number of threads may predict with one model at once, also a callback of the fit
 * that trains it. Allocates its scratch memory for the call; a session does not.
 *
 * @param scores        receives images x outputs values, image after image
 * @param capacity      how many values `scores` has room for
 * @param model         the model
 * @param images        images of floats, NHWC, with values as in training: [0, 1] where that was done with bytes
 * @param image_values  how many values `images` has
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL, or a value is not finite
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 * @retval DIGITNET_ELIMIT      the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_predict(float *scores, size_t capacity,
                                                                         const digitnet_model *model,
                                                                         const float *images, size_t image_values);
/**
 * Gives the scores of one or more images of bytes.
 *
 * Works on the calling thread. Any number of threads may predict with one model at once, also a callback of the fit
 * that trains it. Allocates its scratch memory for the call; a session does not.
 *
 * @param scores        receives images x outputs values, image after image
 * @param capacity      how many values `scores` has room for
 * @param model         the model
 * @param images        images of bytes, NHWC, which are scaled to [0, 1] as value / 255
 * @param image_values  how many bytes `images` has
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 * @retval DIGITNET_ELIMIT      the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_predict_u8(float *scores, size_t capacity,
                                                                            const digitnet_model *model,
                                                                            const uint8_t *images, size_t image_values);

/**
 * A function that is told how far a call has come.
 *
 * Called on the thread that made the call, with the floating-point mode of that thread; must return, as
 * digitnet_callback_fn. To say why it fails it calls digitnet_set_error() before it returns.
 *
 * @param done       how many images are done
 * @param count      how many there are
 * @param user_data  as given in the options
 * @return 0 to go on, or a negative digitnet_status, which ends the call with that status; any other value ends it with
 *         DIGITNET_ECALLBACK
 */
typedef int (*digitnet_progress_fn)(size_t done, size_t count, void *user_data);

/** How a data set is predicted; zero is the default. */
typedef struct digitnet_predict_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Zero: as many as processors that the process may use; at most 256. The result does not depend on it. */
    size_t threads;
    digitnet_progress_fn progress; /**< Called after every few hundred images, and after the last; NULL: none. */
    void *user_data;               /**< Handed to `progress`. */
} digitnet_predict_options;

/**
 * Gives the scores of all images of a data set.
 *
 * The scores are those of the weights that the model has when the call begins: it may be trained or predicted with by
 * other threads meanwhile. Any number of threads may call it at once, also a callback of the fit that trains the model.
 *
 * @param scores    receives images x outputs values, image after image; after a failure some may be written
 * @param capacity  how many values `scores` has room for
 * @param model     the model
 * @param dataset   images of the model's shape; nothing else of it is read
 * @param options   NULL is all defaults
 * @return the status of a source or of `progress` that failed; else:
 * @retval DIGITNET_OK          the scores are written
 * @retval DIGITNET_EINVAL      a pointer is NULL, a source gives a value that is not finite, `threads` is above 256, or
 *                              `struct_size` is wrong
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      the images are not of the model's shape
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_EVERSION    `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 * @retval DIGITNET_ECALLBACK   a source or `progress` returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_model_predict_dataset(float *scores, size_t capacity, const digitnet_model *model,
                               const digitnet_dataset *dataset, const digitnet_predict_options *options);

/**
 * A model's weights as they were when the session was made, prepared for prediction, with memory of its own. One thread
 * at a time may use a session; the model may be trained or freed meanwhile.
 */
typedef struct digitnet_session digitnet_session;

/** How a session works; zero is the default. */
typedef struct digitnet_session_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Images worked on at a time, which sets the memory that the session holds; more may be given in a run. Zero: 64.
     */
    size_t batch_size;
    size_t threads; /**< Zero: 1, the calling thread alone; at most 256. */
    /** The widest images that digitnet_session_run_width() is given, which may be wider than the model's own, and for
     * which the session has memory. Zero: the session runs at the model's own width alone. */
    size_t max_width;
} digitnet_session_options;

/**
 * Makes a session with the weights that the model has at this moment.
 *
 * With `max_width` the session runs on images of any width up to that, where the network suits: convolutions, pooling
 * and all that works on each place by itself, but no layer whose weights belong to places, as a dense layer behind a
 * flattened image or PReLU with a slope for each value, and no reshape. A network that fits no other width is refused.
 *
 * Any number of threads may make sessions from one model at once.
 *
 * @param out      receives the session, the caller's to release with digitnet_session_free(); NULL after a failure
 * @param model    the model, which the session does not need any more
 * @param options  NULL is all defaults
 * @retval DIGITNET_OK        the session is made
 * @retval DIGITNET_EINVAL    a pointer is NULL, `threads` is above 256, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_ESHAPE    with `max_width`: a layer, which the message names, does not fit images of that width, or
 *                            of none below it
 * @retval DIGITNET_ESTATE    the model has no weights yet, or is being changed
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT    the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_create(digitnet_session **out,
                                                                          const digitnet_model *model,
                                                                          const digitnet_session_options *options);
/**
 * Makes a session with the same options that shares the weights: one for each thread of a server.
 *
 * May be called while another thread uses `session`.
 *
 * @param out      receives the session, the caller's to release with digitnet_session_free(); NULL after a failure
 * @param session  the session to be like; either may be released first
 * @retval DIGITNET_OK      the session is made
 * @retval DIGITNET_EINVAL  a pointer is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ELIMIT  the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_clone(digitnet_session **out,
                                                                         const digitnet_session *session);
/**
 * Gives the scores of one or more images, with the session's weights.
 *
 * Allocates nothing. One thread at a time may use a session.
 *
 * @param scores        receives images x outputs values, image after image
 * @param capacity      how many values `scores` has room for
 * @param session       the session
 * @param images        images of floats, NHWC, with values as in training: [0, 1] where that was done with bytes
 * @param image_values  how many values `images` has
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL, or a value is not finite
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      another thread is using the session
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_run(float *scores, size_t capacity,
                                                                       digitnet_session *session, const float *images,
                                                                       size_t image_values);
/**
 * Gives the scores of one or more images of bytes, with the session's weights.
 *
 * Allocates nothing. One thread at a time may use a session.
 *
 * @param scores        receives images x outputs values, image after image
 * @param capacity      how many values `scores` has room for
 * @param session       the session
 * @param images        images of bytes, NHWC, which are scaled to [0, 1] as value / 255
 * @param image_values  how many bytes `images` has
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      another thread is using the session
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_run_u8(float *scores, size_t capacity,
                                                                          digitnet_session *session,
                                                                          const uint8_t *images, size_t image_values);
/**
 * Gives the scores of one or more images of another width than the model's own.
 *
 * The scores are, bit for bit, those of a model that was built for this width and has the same weights. Allocates
 * nothing. One thread at a time may use a session.
 *
 * @param scores        receives images x outputs values, image after image; digitnet_session_outputs() says how many
 *                      outputs an image of this width has
 * @param capacity      how many values `scores` has room for
 * @param session       the session
 * @param images        images of floats, NHWC, of the model's height and channels, with values as in training
 * @param image_values  how many values `images` has: a whole multiple of height x `width` x channels
 * @param width         the images' columns, at most `max_width`; 0: as many as the model's own have
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL, a value is not finite, `width` is above `max_width`, or is not the
 *                              model's own where the session has none
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images, or a layer, which the message names, does
 *                              not fit images of this width
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      another thread is using the session
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_run_width(float *scores, size_t capacity,
                                                                             digitnet_session *session,
                                                                             const float *images, size_t image_values,
                                                                             size_t width);
/**
 * Gives the scores of one or more images of bytes, of another width than the model's own.
 *
 * The scores are, bit for bit, those of a model that was built for this width and has the same weights. Allocates
 * nothing. One thread at a time may use a session.
 *
 * @param scores        receives images x outputs values, image after image; digitnet_session_outputs() says how many
 *                      outputs an image of this width has
 * @param capacity      how many values `scores` has room for
 * @param session       the session
 * @param images        images of bytes, NHWC, of the model's height and channels, which are scaled to [0, 1]
 * @param image_values  how many bytes `images` has: a whole multiple of height x `width` x channels
 * @param width         the images' columns, at most `max_width`; 0: as many as the model's own have
 * @retval DIGITNET_OK          the scores are written; after a failure nothing is
 * @retval DIGITNET_EINVAL      a pointer is NULL, `width` is above `max_width`, or is not the model's own where the
 *                              session has none
 * @retval DIGITNET_ESHAPE      `image_values` is no whole number of images, or a layer, which the message names, does
 *                              not fit images of this width
 * @retval DIGITNET_EBUFFER     `capacity` is below images x outputs
 * @retval DIGITNET_ESTATE      another thread is using the session
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_run_width_u8(float *scores, size_t capacity,
                                                                                digitnet_session *session,
                                                                                const uint8_t *images,
                                                                                size_t image_values, size_t width);
/**
 * Says how many scores an image of a width has.
 *
 * Allocates nothing. One thread at a time may use a session.
 *
 * @param out      receives how many; untouched after a failure. Where the network gives one row of columns, these are
 *                 so many times its classes.
 * @param session  the session
 * @param width    the image's columns, at most `max_width`; 0: as many as the model's own have
 * @retval DIGITNET_OK      the number is in `out`
 * @retval DIGITNET_EINVAL  a pointer is NULL, `width` is above `max_width`, or is not the model's own where the session
 *                          has none
 * @retval DIGITNET_ESHAPE  a layer, which the message names, does not fit images of this width
 * @retval DIGITNET_ESTATE  another thread is using the session
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_session_outputs(size_t *out, digitnet_session *session,
                                                                           size_t width);
/**
 * Releases a session.
 *
 * Must not be concurrent with a use of it; its clones live on.
 *
 * @param session  NULL is fine
 */
DIGITNET_API void digitnet_session_free(digitnet_session *session);

DIGITNET_END_DECLARATIONS
#endif
