/* How much ink each pixel of a picture has, without regard to light, shadow, paper and polarity. */
#ifndef DNN_IMAGE_INK_MAP_H
#define DNN_IMAGE_INK_MAP_H

#include "digitnet/image.h"
#include "image/plane.h"

/* Gives 0, paper, to 255, black ink on white paper or white on black. `stroke` is how wide strokes are at most, in
 * pixels: what is wider in both directions counts as paper, as does a shadow. `image` has been read by
 * digitnet__picture_read(). ENOMEM. */
digitnet_status digitnet__ink_map_create(digitnet__plane *ink, const digitnet_image *image, size_t stroke);

/* The same in place for a picture of dark ink. Paper is looked for in a picture that is reduced by `factor`: so far may
 * it be mistaken at a shadow's edge. ENOMEM, which leaves the picture as it was. */
digitnet_status digitnet__ink_map_divide(digitnet__plane *picture, size_t stroke, size_t factor);

#endif
