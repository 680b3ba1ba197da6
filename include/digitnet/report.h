/**
 * @file report.h
 * What a classifier gets right and wrong, and what its answers depend on.
 *
 *     digitnet_report *report = NULL;
 *     char text[4096];
 *     status = digitnet_model_report(&report, model, test, NULL);
 *     if (status == DIGITNET_OK)
 *         status = digitnet_report_text(text, sizeof text, NULL, report);
 *
 * The answer for an image is the class of its largest score, of several the first; with one score, a probability, it is
 * class 1 where that is above 1/2, else class 0. Each image counts once, whatever its sample weight.
 */
#ifndef DIGITNET_REPORT_H
#define DIGITNET_REPORT_H

#include "digitnet/dataset.h"
#include "digitnet/inference.h"
#include "digitnet/model.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** Figures of a classifier over images whose classes are known. It never changes, so any number of threads may read it
 * at once. */
typedef struct digitnet_report digitnet_report;

/** What a report holds; zero is the default. */
typedef struct digitnet_report_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t top_k;       /**< At most the number of classes; zero: 5, or as many as there are. */
    size_t bins;        /**< Of equal width, for the calibration error; at most 10,000; zero: 15. */
    /** For digitnet_model_report(), which hands them to digitnet_model_predict_dataset(); NULL: all defaults. */
    const digitnet_predict_options *predict;
    double confidence; /**< Of the interval around the accuracy, above 0 and below 1; zero: 0.95. */
} digitnet_report_options;

/**
 * Makes a report of a model over a data set.
 *
 * The images are predicted as digitnet_model_predict_dataset() does, and the same threads may call it. The class of an
 * image is its label, or, in a data set without labels, its largest target; with one output, a target above 1/2 is
 * class 1.
 *
 * @param out      receives the report, the caller's to release with digitnet_report_free(); NULL after a failure
 * @param model    a model that ends in a flat softmax, or in a flat sigmoid of one unit
 * @param dataset  images of the model's shape, with labels, or with as many targets as the model has outputs
 * @param options  NULL is all defaults
 * @return the status of a source or of a progress function that failed; else:
 * @retval DIGITNET_OK          the report is made
 * @retval DIGITNET_EINVAL      a pointer is NULL, a label is out of range, the data set has neither one label for each
 *                              image nor targets, a source gives a value that it must not, a setting is out of its
 *                              range, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      the images are not of the model's shape, targets not as many as its outputs, or the
 *                              model ends in something else
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_EVERSION    a struct sets a field that this version does not know
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score is not finite
 * @retval DIGITNET_ECALLBACK   a source or a progress function returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_report(digitnet_report **out,
                                                                        const digitnet_model *model,
                                                                        const digitnet_dataset *dataset,
                                                                        const digitnet_report_options *options);
/**
 * Makes a report of scores: for example of the mean scores of several models.
 *
 * Safe from any thread.
 *
 * @param out      receives the report, the caller's to release with digitnet_report_free(); NULL after a failure
 * @param scores   count x outputs probabilities in [0, 1], image after image
 * @param labels   `count` class numbers from 0, below `outputs`; 0 or 1 where `outputs` is 1
 * @param count    how many images there are
 * @param outputs  how many scores each has: one a class, or 1 for two classes
 * @param options  NULL is all defaults
 * @retval DIGITNET_OK        the report is made
 * @retval DIGITNET_EINVAL    a pointer is NULL, a size is zero, a score or a label is out of range, a setting is out of
 *                            its range, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT    the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_report_create(digitnet_report **out, const float *scores,
                                                                         const int32_t *labels, size_t count,
                                                                         size_t outputs,
                                                                         const digitnet_report_options *options);

/** The figures over all images. Means over classes leave out those that no image has and none is taken for. */
typedef struct digitnet_report_info {
    size_t struct_size;    /**< Set by DIGITNET_INIT(). */
    size_t count;          /**< How many images there are. */
    size_t right;          /**< How many of them are right. */
    size_t classes;        /**< How many classes there are. */
    size_t top_k;          /**< Of `top_k_accuracy`. */
    size_t bins;           /**< Of `calibration_error`. */
    double accuracy;       /**< The part of the images that are right, in [0, 1]. */
    double accuracy_low;   /**< The lower end of the accuracy's Wilson interval. */
    double accuracy_high;  /**< The upper end. */
    double confidence;     /**< Of that interval. */
    double top_k_accuracy; /**< The part of the images whose class is among the `top_k` largest scores. */
    /** The expected calibration error (Guo et al. 2017): the images are put into bins by the score of their answer, and
     * this is the mean over the images of the difference between accuracy and mean score in their bin. */
    double calibration_error;
    double macro_precision;    /**< The mean of the classes' precisions. */
    double macro_recall;       /**< The mean of the classes' recalls. */
    double macro_f1;           /**< The mean of the classes' F1 scores. */
    double weighted_precision; /**< That mean, each class counted as often as there are images of it. */
    double weighted_recall;    /**< Likewise. */
    double weighted_f1;        /**< Likewise. */
} digitnet_report_info;

/**
 * Gives the figures over all images.
 *
 * Safe from any thread.
 *
 * @param out     made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param report  the report
 * @retval DIGITNET_OK      `out` is filled in
 * @retval DIGITNET_EINVAL  a pointer is NULL, or `struct_size` is wrong
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_report_describe(digitnet_report_info *out,
                                                                           const digitnet_report *report);

/** The figures of one class. A quotient whose divisor is 0 is 0. */
typedef struct digitnet_class_info {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    size_t count;       /**< How many images are of this class. */
    size_t predicted;   /**< How many are taken for it. */
    size_t right;       /**< How many are both. */
    double precision;   /**< right / predicted */
    double recall;      /**< right / count */
    double f1;          /**< The harmonic mean of both: 2 right / (count + predicted). */
} digitnet_class_info;

/**
 * Gives the figures of one class.
 *
 * Safe from any thread.
 *
 * @param out     made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param report  the report
 * @param index   the class, from 0
 * @retval DIGITNET_OK         `out` is filled in
 * @retval DIGITNET_EINVAL     a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ENOTFOUND  there is no such class
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_report_describe_class(digitnet_class_info *out,
                                                                                 const digitnet_report *report,
                                                                                 size_t index);

/** Images whose answer has a score within one range: the points of a reliability diagram. */
typedef struct digitnet_bin_info {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    size_t count;       /**< How many images these are. */
    double low;         /**< Their scores are above this, */
    double high;        /**< and at most this. */
    double score;       /**< Their mean score; 0 where there are none. */
    double accuracy;    /**< The part of them that is right; 0 where there are none. */
} digitnet_bin_info;

/**
 * Gives the figures of one bin.
 *
 * Safe from any thread.
 *
 * @param out     made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param report  the report
 * @param index   the bin, from 0
 * @retval DIGITNET_OK         `out` is filled in
 * @retval DIGITNET_EINVAL     a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ENOTFOUND  there is no such bin
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_report_describe_bin(digitnet_bin_info *out,
                                                                               const digitnet_report *report,
                                                                               size_t index);
/**
 * Gives the confusion matrix.
 *
 * Safe from any thread.
 *
 * @param classes  receives how many classes there are; may be NULL
 * @param report   the report
 * @return classes x classes counts, which belong to the report: row after row, in the row of a class the images of it,
 *         in the column of a class those taken for it; NULL for a NULL report
 */
DIGITNET_API const size_t *digitnet_report_confusion(size_t *classes, const digitnet_report *report);
/**
 * Writes the figures as tables, as a string: those over all images, those of each class, and, where there are at most
 * 32 classes, the confusion matrix.
 *
 * A NULL buffer with capacity 0 asks for the size. Numbers do not depend on the locale. Safe from any thread.
 *
 * @param buffer    receives the tables; untouched after a failure
 * @param capacity  how many bytes `buffer` has room for
 * @param needed    receives the bytes that the tables take with their final zero, also where `buffer` is too small; may
 *                  be NULL
 * @param report    the report
 * @retval DIGITNET_OK       the tables are written
 * @retval DIGITNET_EINVAL   `report` is NULL, or `buffer` is NULL with a capacity above 0
 * @retval DIGITNET_EBUFFER  `buffer` is too small
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_report_text(char *buffer, size_t capacity, size_t *needed,
                                                                       const digitnet_report *report);
/**
 * Releases a report.
 *
 * Must not be concurrent with any use of it.
 *
 * @param report  NULL is fine
 */
DIGITNET_API void digitnet_report_free(digitnet_report *report);

/**
 * Gives the Wilson interval (1927) of a part: what it may be in truth, where `successes` of `trials` were seen.
 *
 * Unlike the interval p +- z sqrt(p (1 - p) / n) it holds near 0 and 1 too, where accuracies are. Safe from any thread.
 *
 * @param low         receives the lower end, in [0, 1]; untouched after a failure
 * @param high        receives the upper end
 * @param successes   such as right answers
 * @param trials      such as images; not zero, and not below `successes`
 * @param confidence  the part of such intervals that have the truth in them, above 0 and below 1; zero: 0.95
 * @retval DIGITNET_OK      the interval is in `low` and `high`
 * @retval DIGITNET_EINVAL  a pointer is NULL, or a number is out of its range
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_wilson_interval(double *low, double *high, size_t successes,
                                                                           size_t trials, double confidence);

/** What a gradient is of. */
typedef enum digitnet_gradient_of {
    /** A score, before the softmax or sigmoid at the end (Simonyan et al. 2014): where a picture speaks for a class, it
     * is positive. */
    DIGITNET_GRADIENT_OF_SCORE = 0,
    /** The cross-entropy for a class (Goodfellow et al. 2015): minus the logarithm of its probability. Wants a flat
     * softmax, or a flat sigmoid of one unit, at the end. */
    DIGITNET_GRADIENT_OF_LOSS = 1
} digitnet_gradient_of;

/**
 * Gives the gradient by the values of an image: which of them an answer depends on.
 *
 * The network works as in predictions: nothing is dropped, and normalizations take their moving averages. Works on the
 * calling thread. Any number of threads may call it at once, also a callback of the fit that trains the model.
 *
 * @param gradient      receives height x width x channels values; untouched after a failure
 * @param capacity      how many values `gradient` has room for
 * @param model         the model
 * @param image         one image of floats, with values as in training
 * @param image_values  how many values `image` has
 * @param output        the score's place among the model's outputs; of a loss, the class, which is 0 or 1 for a sigmoid
 * @param of            what the gradient is of
 * @retval DIGITNET_OK          the gradient is written
 * @retval DIGITNET_EINVAL      a pointer is NULL, a value is not finite, there is no such output, or `of` is unknown
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      `image_values` is not one image, or the model ends in what has no cross-entropy
 * @retval DIGITNET_EBUFFER     `capacity` is below height x width x channels
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_ENOTFINITE  the network overflows: a score or the gradient is not finite
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_input_gradient(float *gradient, size_t capacity,
                                                                                const digitnet_model *model,
                                                                                const float *image, size_t image_values,
                                                                                size_t output, digitnet_gradient_of of);

DIGITNET_END_DECLARATIONS
#endif
