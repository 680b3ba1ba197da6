/** @file image.h  From a grey picture of one digit to what a network trained on MNIST expects. */
#ifndef DIGITNET_IMAGE_H
#define DIGITNET_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

DIGITNET_BEGIN_DECLARATIONS

/** Rows and columns of MNIST's frame. */
#define DIGITNET_FRAME_SIZE 28

/** A grey picture: `height` rows of `width` bytes, 0 black to 255 white. */
typedef struct digitnet_image {
    size_t struct_size;
    const uint8_t *pixels;
    size_t width, height;
    /** Bytes from one row to the next; zero: `width`. */
    size_t stride;
    size_t reserved;
} digitnet_image;

/**
 * Brings a picture of one digit, dark on light or light on dark, into MNIST's frame as MNIST's own were made: ink is 1
 * and paper 0, the ink's box is scaled into 20 x 20 keeping its aspect, and its centre of mass is placed in the middle
 * of 28 x 28. `out` receives 784 values in [0, 1]; `out_values` is its capacity. Safe from any thread.
 *
 * @return DIGITNET_OK; EINVAL for NULL, a zero size or a stride below the width; ESHAPE where `out_values` is below
 *         784; ENOTFOUND where the picture has no ink, as an empty or evenly grey one; ELIMIT above 2^28 pixels;
 *         ENOMEM.
 */
DIGITNET_API digitnet_status digitnet_image_frame_digit(float *out, size_t out_values, const digitnet_image *image);

DIGITNET_END_DECLARATIONS
#endif
