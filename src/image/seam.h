/* Cutting apart digits that touch or reach over one another. */
#ifndef DNN_IMAGE_SEAM_H
#define DNN_IMAGE_SEAM_H

#include "image/plane.h"

/* Finds a path from the top row to the bottom one that crosses as little ink as can be and is short: `seam` receives
 * its column in each row, from `first` to `last`. `ink` receives the ink that it crosses, as a part of a stroke of full
 * ink that were as long as the plane is high. ENOMEM. */
digitnet_status digitnet__seam_find(uint32_t *seam, double *ink, const digitnet__plane *plane, size_t first,
                                    size_t last);

#endif
