/* Images as matrices, so that a convolution is a product. */
#ifndef DNN_KERNELS_IM2COL_H
#define DNN_KERNELS_IM2COL_H

#include "kernels/kernels.h"

/* Output positions first .. first + count - 1 (row-major over the output) of one unpadded image, each a row of
 * kernel_height x kernel_width x channels values in `columns`, those of one group alone; zero where a tap lies in the
 * padding. */
void digitnet__im2col(float *columns, const float *image, const digitnet__conv2d_shape *shape, size_t group,
                      size_t first, size_t count);
/* The adjoint: adds each row to the places of the image (unpadded) that it came from. */
void digitnet__col2im_add(float *image, const float *columns, const digitnet__conv2d_shape *shape, size_t group,
                          size_t first, size_t count);

/* Into and out of an image with its padding around it. */
void digitnet__pad_image(float *padded, const float *image, const digitnet__conv2d_shape *shape);
void digitnet__unpad_image(float *image, const float *padded, const digitnet__conv2d_shape *shape);

#endif
