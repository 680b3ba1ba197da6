/* A digit at the size and place of MNIST's. */
#ifndef DNN_IMAGE_FRAME_DIGIT_H
#define DNN_IMAGE_FRAME_DIGIT_H

#include "image/ink.h"

/* Fills DIGITNET_FRAME_SIZE x DIGITNET_FRAME_SIZE values with the digit that was found. */
void digitnet__frame_digit_ink(float *out, const digitnet__ink *ink);

#endif
