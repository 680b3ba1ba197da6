/* Grey morphology with squares. */
#ifndef DNN_IMAGE_MORPHOLOGY_H
#define DNN_IMAGE_MORPHOLOGY_H

#include "image/plane.h"

/* Fills what is darker than all around and narrower than `side` pixels in one direction; edges of what is larger stay
 * where they are. ENOMEM, which leaves the plane as it was or partly done. */
digitnet_status digitnet__morphology_close(digitnet__plane *plane, size_t side);

#endif
