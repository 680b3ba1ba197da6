/* What a page's picture shows beside the sheet. */
#ifndef DNN_IMAGE_MARGINS_H
#define DNN_IMAGE_MARGINS_H

#include "image/components.h"

/* Erases dark bands along the edges of the picture, as of a table or a scanner's lid, but not the strokes that reach
 * into them. `threshold` is the least ink of a stroke. ENOMEM. */
digitnet_status digitnet__margins_erase_bands(digitnet__plane *ink, uint8_t threshold);

/* Erases pieces that run along an edge of the picture, and those that lie in a narrow margin. `pieces` are those of
 * `ink`. ENOMEM. */
digitnet_status digitnet__margins_erase_pieces(digitnet__plane *ink, const digitnet__components *pieces);

#endif
