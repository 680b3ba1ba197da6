/* Where an augmented image's pixels are taken from. */
#ifndef DNN_AUGMENT_GEOMETRY_H
#define DNN_AUGMENT_GEOMETRY_H

#include "augment/augment.h"
#include "core/random.h"

/* Reserves the tables of the elastic displacement, and fills them once they have memory. */
digitnet_status digitnet__elastic_prepare(digitnet__augment *augment);

/* Flips, shear, zoom, rotation, shift, perspective and elastic displacement; draws whether and how. */
void digitnet__augment_warp(float *image, const digitnet__augment *augment, digitnet__random *random,
                            const digitnet__kernels *kernels, void *scratch);

#endif
