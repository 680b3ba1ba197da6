/* Convolution by Winograd's algorithm (kernels.h has the formulas) over whole images, and its gradients. Rows of tiles
 * are taken in chunks whose planes stay in cache; no result depends on where a chunk ends. */
#ifndef DNN_KERNELS_WINOGRAD_CONV2D_H
#define DNN_KERNELS_WINOGRAD_CONV2D_H

#include "kernels/kernels.h"

/* Whether it takes less time than a multiplication for each tap; at every width or at none. The functions below are for
 * such shapes: 3 x 3, of one group, undilated, with strides of 1 and less padding than 3. */
bool digitnet__winograd_conv2d_suits(const digitnet__conv2d_shape *shape);

/* Sets *bytes to the scratch memory of each function below, outside of training of those without a gradient; false
 * where a size overflows. Narrower images take no more. */
bool digitnet__winograd_conv2d_scratch(size_t *bytes, const digitnet__conv2d_shape *shape, bool training);
/* What a kernel has packed, by kernels->winograd_pack() or winograd_pack_back(). */
size_t digitnet__winograd_conv2d_packed_values(const digitnet__conv2d_shape *shape);

/* Over `samples` images. bias may be NULL. */
void digitnet__winograd_conv2d(const digitnet__kernels *kernels, float *output, const float *image, const float *packed,
                               const float *bias, const digitnet__conv2d_shape *shape, size_t samples, void *scratch);
/* With ReLU and a max pool of windows side by side, 1 or 2 values high and wide, which need not read all. */
void digitnet__winograd_conv2d_relu_pool(const digitnet__kernels *kernels, float *output, const float *image,
                                         const float *packed, const float *bias, const digitnet__conv2d_shape *shape,
                                         const digitnet__pool2d_shape *pool, size_t samples, void *scratch);
/* Adds to kernel_gradient. */
void digitnet__winograd_conv2d_kernel_gradient(const digitnet__kernels *kernels, float *kernel_gradient,
                                               const float *output_gradient, const float *image,
                                               const digitnet__conv2d_shape *shape, size_t samples, void *scratch);
/* Overwrites image_gradient. `packed_back`: by kernels->winograd_pack_back(). */
void digitnet__winograd_conv2d_image_gradient(const digitnet__kernels *kernels, float *image_gradient,
                                              const float *output_gradient, const float *packed_back,
                                              const digitnet__conv2d_shape *shape, size_t samples, void *scratch);

#endif
