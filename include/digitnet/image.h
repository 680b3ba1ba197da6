/**
 * @file image.h
 * From a grey picture of one digit to what a network trained on MNIST expects.
 */
#ifndef DIGITNET_IMAGE_H
#define DIGITNET_IMAGE_H

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** Rows and columns of MNIST's frame. */
#define DIGITNET_FRAME_SIZE 28

/** A grey picture. */
typedef struct digitnet_image {
    size_t struct_size;    /**< Set by DIGITNET_INIT(). */
    const uint8_t *pixels; /**< `height` rows of `width` bytes, 0 black to 255 white; borrowed. */
    size_t width;          /**< In pixels. */
    size_t height;         /**< In pixels. */
    size_t stride;         /**< Bytes from one row to the next; zero: `width`. */
    size_t max_pixels;     /**< Larger pictures are refused; zero: 2^28. */
} digitnet_image;

/**
 * Brings a picture of one digit into MNIST's frame.
 *
 * The digit may be dark on light or light on dark. The frame is made as those of MNIST were: ink is 1 and paper 0, the
 * ink's box is scaled into 20 x 20 keeping its aspect, and its centre of mass is placed in the middle of 28 x 28. What
 * comes out is what digitnet_model_predict() takes.
 *
 * Safe from any thread. Takes at most 10 MB of memory meanwhile, whatever the picture's size.
 *
 * @param out       receives 784 values in [0, 1], 28 rows of 28
 * @param capacity  how many values `out` has room for
 * @param image     the picture
 * @retval DIGITNET_OK         the digit is in `out`
 * @retval DIGITNET_EINVAL     a pointer is NULL, width or height is zero, the stride is below the width, or
 *                             `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_EBUFFER    `capacity` is below 784
 * @retval DIGITNET_EVERSION   `image` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 * @retval DIGITNET_ENOTFOUND  the picture has no ink, as an empty or evenly grey one
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_image_frame_digit(float *out, size_t capacity,
                                                                             const digitnet_image *image);

DIGITNET_END_DECLARATIONS
#endif
