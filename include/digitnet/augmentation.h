/**
 * @file augmentation.h
 * Random changes of images while a network learns from them, so that it learns what does not matter.
 *
 * A digit that is shifted, turned or written with a thicker pen is the same digit. An augmented data set is one over
 * another: each epoch gets its images changed anew, by what is drawn from the training's seed, the epoch and the
 * sample alone. So the same training gives the same bits in every run, with any number of threads, and after a resume.
 *
 *     digitnet_dataset *varied = NULL;
 *     status = digitnet_dataset_augment(&varied, train,
 *                                       DIGITNET_WITH(digitnet_augment_options, .rotate = 10, .shift = 0.07,
 *                                                     .zoom = 0.1, .shear = 10, .elastic = 0.7, .thickness = 0.5));
 *     status = digitnet_model_fit(model, varied, &fit_options);
 */
#ifndef DIGITNET_AUGMENTATION_H
#define DIGITNET_AUGMENTATION_H

#include "digitnet/dataset.h"

DIGITNET_BEGIN_DECLARATIONS

/**
 * What is done to images; zero leaves a change out.
 *
 * Most changes have a range, from which an amount is drawn uniformly for each sample, and a probability with which a
 * sample is changed at all: in [0, 1], where zero stands for 1, so that a range alone is enough.
 *
 * They are done in this order: flips, shear, zoom, rotation, shift, perspective and elastic displacement together, in
 * one warp with bilinear samples; thickness; blur; contrast; brightness; noise; erasing; mixup or cutmix.
 */
typedef struct digitnet_augment_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Not zero: labels become rows of so many targets, 1 in the label's place and 0 in the others, and the data set
     * has no labels any more. What mixup and cutmix need of samples that have no targets: for them zero is the number
     * of classes of the data set (see digitnet_dataset_describe()), which a source must be given. Alone it gives a
     * validation set the form of an augmented training set. */
    size_t classes;

    double shift;              /**< Up to this part of height and width, each way; at most 1. */
    double shift_probability;  /**< Of a shift. */
    double rotate;             /**< Up to so many degrees, either way round; at most 180. */
    double rotate_probability; /**< Of a rotation. */
    double zoom;               /**< By a factor of 1 - zoom to 1 + zoom; at most 0.9. */
    double zoom_probability;   /**< Of a zoom. */
    double shear;              /**< Columns lean up to so many degrees, either way; at most 60. */
    double shear_probability;  /**< Of a shear. */
    /** The image is seen at a slant: at an edge's middle it is nearer or farther than at its centre by up to this part,
     * for columns and for rows; at most 0.45. */
    double perspective;
    double perspective_probability; /**< Of a perspective. */
    /** A smooth random displacement (Simard, Steinkraus, Platt 2003), of so many pixels root mean square in each
     * direction; at most 100. */
    double elastic;
    /** How smooth it is: the deviation of the Gaussian that random displacements are smoothed by, 1 to 1000 pixels.
     * Zero: 4. */
    double elastic_sigma;
    double elastic_probability; /**< Of an elastic displacement. */
    double horizontal_flip;     /**< The probability of an image the other way round, left to right. */
    double vertical_flip;       /**< The probability of an image upside down. */
    /** Bright strokes become thicker or thinner by up to so many pixels on each side, by grey dilation or erosion with
     * a cross of 3 x 3 pixels; what is no whole pixel is blended. Dark strokes become thinner and thicker. At most 8.
     */
    double thickness;
    double thickness_probability; /**< Of another thickness. */
    double blur;                  /**< By a Gaussian of a deviation of up to so many pixels; at most 16. */
    double blur_probability;      /**< Of a blur. */
    double contrast;             /**< Differences from the image's mean grow by a factor of 1 +- contrast; at most 1. */
    double contrast_probability; /**< Of another contrast. */
    double brightness;           /**< Up to this value is added or taken away. */
    double brightness_probability; /**< Of another brightness. */
    /** Values change by noise of a deviation of up to this, nearly normal: a sum of four uniform numbers, which is
     * never beyond 3.5 deviations. */
    double noise;
    double noise_probability; /**< Of noise. */
    /** A rectangle anywhere, whose sides are up to this part of the image's, becomes background; at most 1. */
    double erase;
    double erase_probability; /**< Of an erased rectangle. */

    /** The parameter alpha of the distribution Beta(alpha, alpha) from which the share of a second sample of the data
     * set is drawn (Zhang et al. 2018): images, targets and weights are mixed by it. Such as 0.2; at most 100. */
    double mixup;
    double mixup_probability; /**< Of a mixture. */
    /** The same for a rectangle of the second sample that takes the place of the first one's (Yun et al. 2019); targets
     * and weights are mixed by its area. Such as 1; at most 100. */
    double cutmix;
    /** Of a cut. A sample is mixed in one way at most: with `mixup` set as well, both probabilities must be given, and
     * be 1 together at most. */
    double cutmix_probability;

    double background; /**< What comes in from outside of an image, and into an erased rectangle. */
    /** What contrast, brightness and noise keep values within, with `max_value`. Both zero: 0 to 1 for images of bytes;
     * for floats and sources all that is finite. */
    double min_value;
    double max_value; /**< Above `min_value`. */
} digitnet_augment_options;

/**
 * Makes a data set that gives another one's samples with random changes.
 *
 * It has the samples and shapes of the other one, shares its memory and keeps it alive; a slice or a split of it is
 * augmented as well. Images of arrays are changed on the threads of digitnet_model_fit() as they are gathered, those of
 * a source on the thread that asks it.
 *
 * Only training changes images: digitnet_model_evaluate(), a validation, and digitnet_dataset_read() get them as they
 * are. digitnet_dataset_read_batch() changes them where `seeds` are given.
 *
 * With `mixup`, `cutmix` or `classes` its samples have targets and no labels, as
 * DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, DIGITNET_LOSS_BINARY_CROSSENTROPY and DIGITNET_LOSS_MEAN_SQUARED_ERROR take
 * them. Labels become two targets or more: for a sigmoid of one unit the data set must have targets itself, one a
 * sample. The second sample is one of the same data set, slice or part, and is changed like the first.
 *
 * Safe from any thread.
 *
 * @param out      receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param dataset  the data set to take samples of; not augmented yet
 * @param options  the changes; copied; NULL is all defaults, which change nothing
 * @retval DIGITNET_OK           the data set is made
 * @retval DIGITNET_EINVAL       a pointer is NULL; a setting is out of its range, or not finite; a probability is given
 *                               for a change that is left out; samples are to be mixed that have several labels;
 *                               `classes` is below the number of classes, is given for samples without labels or with
 *                               targets, or is zero where it is needed; `dataset` is augmented already; or
 *                               `struct_size` is wrong
 * @retval DIGITNET_ENOMEM       there is not enough memory
 * @retval DIGITNET_EVERSION     `options` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT       an image has more than 16,384 rows or columns and is to be warped, or the sizes
 *                               overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_augment(digitnet_dataset **out,
                                                                           const digitnet_dataset *dataset,
                                                                           const digitnet_augment_options *options);

DIGITNET_END_DECLARATIONS
#endif
