/* The op of cropping, for other layers that pass a part of their input. */
#ifndef DNN_LAYERS_CROPPING2D_H
#define DNN_LAYERS_CROPPING2D_H

#include "layers/op.h"

/* Takes an image of op->conv2d with its padding around it, and gives the image. */
extern const digitnet__op_kind digitnet__cropping2d_op;

#endif
