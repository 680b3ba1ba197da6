/**
 * @file image.h
 * From grey pictures of a digit, or a line of digits, to what networks expect.
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

/** Rows of a line's frame. */
#define DIGITNET_LINE_HEIGHT 32

/** Which is darker, ink or paper. */
typedef enum digitnet_polarity {
    DIGITNET_POLARITY_AUTO = 0,     /**< Found from the picture: ink is the lesser part. */
    DIGITNET_POLARITY_DARK_INK = 1, /**< Dark ink on light paper. */
    DIGITNET_POLARITY_LIGHT_INK = 2 /**< Light ink on dark ground. */
} digitnet_polarity;

/** A grey picture. */
typedef struct digitnet_image {
    size_t struct_size;         /**< Set by DIGITNET_INIT(). */
    const uint8_t *pixels;      /**< `height` rows of `width` bytes, 0 black to 255 white; borrowed. */
    size_t width;               /**< In pixels. */
    size_t height;              /**< In pixels. */
    size_t stride;              /**< Bytes from one row to the next; zero: `width`. */
    size_t max_pixels;          /**< Larger pictures are refused; zero: 2^28. */
    digitnet_polarity polarity; /**< Zero: found from the picture. */
    int32_t reserved;           /**< Zero. */
} digitnet_image;

/**
 * Brings a picture of one digit into MNIST's frame.
 *
 * The digit may be dark on light or light on dark. Shadows, and what stands around the digit, are left out: specks,
 * frames of cells, rules and combs, also where they cross it, and black borders of scans. The frame is made as those of
 * MNIST were: ink is 1 and paper 0, the ink's box is scaled into 20 x 20 keeping its aspect, and its centre of mass is
 * placed in the middle of 28 x 28. What comes out is what digitnet_model_predict() takes.
 *
 * Safe from any thread. Takes at most 10 MB of memory meanwhile, whatever the picture's size.
 *
 * @param out       receives 784 values in [0, 1], 28 rows of 28
 * @param capacity  how many values `out` has room for
 * @param image     the picture
 * @retval DIGITNET_OK         the digit is in `out`
 * @retval DIGITNET_EINVAL     a pointer is NULL, width or height is zero, the stride is below the width, the
 *                             polarity is none, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_EBUFFER    `capacity` is below 784
 * @retval DIGITNET_EVERSION   `image` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 * @retval DIGITNET_ENOTFOUND  the picture has no ink, as an empty or evenly grey one
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_image_frame_digit(float *out, size_t capacity,
                                                                             const digitnet_image *image);

/**
 * Brings a picture of one line of digits into the frame of a network that reads lines.
 *
 * Ink is 1 and paper 0, whatever light, shadow and polarity. Where the picture holds other things than the line, as
 * specks, they may be left out. The digits' usual height becomes 20 of the frame's DIGITNET_LINE_HEIGHT rows, and the
 * line's middle the frame's; the width keeps its proportion.
 *
 * Safe from any thread. Takes about 4 bytes of memory a pixel meanwhile, and up to 40 where the picture is nothing but
 * specks.
 *
 * @param out       receives DIGITNET_LINE_HEIGHT rows of `*width` values in [0, 1]
 * @param capacity  how many values `out` has room for
 * @param width     receives the frame's columns, also with DIGITNET_EBUFFER
 * @param image     the picture: one line of digits, upright
 * @retval DIGITNET_OK         the line is in `out`
 * @retval DIGITNET_EINVAL     a pointer is NULL, width or height is zero, the stride is below the width, the
 *                             polarity is none, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_EBUFFER    `capacity` is below DIGITNET_LINE_HEIGHT x `*width`
 * @retval DIGITNET_EVERSION   `image` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`, or the frame would have more than 4,096 columns
 * @retval DIGITNET_ENOTFOUND  the picture has no ink, as an empty or evenly grey one, or none as high as 4 pixels
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_image_frame_line(float *out, size_t capacity, size_t *width,
                                                                            const digitnet_image *image);

/**
 * Brings the cells of a table of digits, one a cell, into MNIST's frame.
 *
 * The table may be photographed from aside, on bent paper, and be turned by up to 30 degrees; a table whose rows and
 * columns are given and differ may also lie on its side. Each cell is seen from the front, without the rules around it
 * and without what reaches over from other cells. Networks that digitnet_reader_read_table() reads with are best
 * trained on frames made by this function.
 *
 * Safe from any thread. Takes about 30 bytes of memory a pixel meanwhile.
 *
 * @param out       receives 784 values in [0, 1] a cell, as digitnet_image_frame_digit() makes them, row by row; all 0
 *                  for a cell that is empty
 * @param capacity  how many values `out` has room for
 * @param rows      the rows of the table, at most 128, or 0 where they are not known; receives how many there are, also
 *                  with EBUFFER
 * @param columns   the columns, likewise
 * @param image     the picture; the largest such table in it is taken
 * @retval DIGITNET_OK         the cells are in `out`
 * @retval DIGITNET_EINVAL     a pointer is NULL, width or height is zero, the stride is below the width, the polarity
 *                             is none, there are more than 128 rows or columns, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_EBUFFER    `capacity` is below rows x columns x 784
 * @retval DIGITNET_EVERSION   `image` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 * @retval DIGITNET_ENOTFOUND  the picture has no such table
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_image_frame_table(float *out, size_t capacity, size_t *rows,
                                                                             size_t *columns,
                                                                             const digitnet_image *image);

DIGITNET_END_DECLARATIONS
#endif
