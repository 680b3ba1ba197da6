/* A caller's picture, checked. */
#ifndef DNN_IMAGE_PICTURE_H
#define DNN_IMAGE_PICTURE_H

#include "digitnet/image.h"

/* Copies what the caller describes, with the stride set. EINVAL, EVERSION, and ELIMIT as digitnet_image_frame_digit()
 * has them; `where` is the public function's name. */
digitnet_status digitnet__picture_read(digitnet_image *own, const digitnet_image *image, const char *where);

#endif
