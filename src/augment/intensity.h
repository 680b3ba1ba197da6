/* What changes an augmented image's values in their places; each draws whether and how. */
#ifndef DNN_AUGMENT_INTENSITY_H
#define DNN_AUGMENT_INTENSITY_H

#include "augment/augment.h"
#include "core/random.h"

/* Dilation or erosion. */
void digitnet__augment_strokes(float *image, const digitnet__augment *augment, digitnet__random *random,
                               const digitnet__kernels *kernels, void *scratch);
/* Blur, contrast, brightness, noise. */
void digitnet__augment_intensity(float *image, const digitnet__augment *augment, digitnet__random *random,
                                 void *scratch);
void digitnet__augment_erase(float *image, const digitnet__augment *augment, digitnet__random *random);

/* Values in a Gaussian's window of the largest deviation that settings may ask for, on one side and in the middle. */
enum { DNN_MOST_BLUR = 16, DNN_BLUR_WINDOW = 3 * DNN_MOST_BLUR + 1 };

#endif
