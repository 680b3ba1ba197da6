/* A digit in MNIST's frame. */
#ifndef DNN_IMAGE_FRAME_DIGIT_H
#define DNN_IMAGE_FRAME_DIGIT_H

#include "image/digit_ink.h"

/* As digitnet_image_frame_digit(), of a picture that has been read by digitnet__picture_read() and for room enough.
 * `digits` receives how many pieces that may be digits stand side by side. ENOTFOUND; ENOMEM. */
digitnet_status digitnet__frame_digit(float *out, size_t *digits, const digitnet_image *image);
/* Of the ink of a cell with sides of which this is the shorter one, in pixels, which is used up: in an empty one there
 * may be specks. ENOTFOUND, without a message, where it is empty; ENOMEM. */
digitnet_status digitnet__frame_cell_ink(float *out, size_t *digits, digitnet__plane *ink, double shorter_side);
/* Of ink that was found before. */
void digitnet__frame_digit_ink(float *out, const digitnet__digit_ink *ink);

#endif
