/* How large the characters of a page are. */
#ifndef DNN_IMAGE_TEXT_SIZE_H
#define DNN_IMAGE_TEXT_SIZE_H

#include "image/components.h"

#include <stdbool.h>

/* Finds the usual size of a page's pieces, the longer side of their boxes, in pixels; those that are many and those
 * that are large count, but frames around others do not. Zero where all are specks. ENOMEM. */
digitnet_status digitnet__text_size_find(double *size, const digitnet__components *pieces);

/* The longer side of a piece's box; zero for a long, thin line. */
double digitnet__text_size_of(const digitnet__component *piece);

/* Whether a piece may be one or two characters of that usual size. */
bool digitnet__text_size_fits(const digitnet__component *piece, double size);

#endif
